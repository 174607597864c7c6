//! Eigenvalues and vectors of small symmetric matrices, one in each lane, by Jacobi's rotations (Golub and Van Loan, Matrix
//! Computations, 8.5): slow for large matrices, accurate for all.

use euthymia_vecmath::Lanes;

/// More sweeps than any matrix of a few states needs.
const MOST_SWEEPS: usize = 60;

/// Makes the matrices, row by row, diagonal, and `vectors` the orthogonal ones whose columns are the vectors. In which lanes
/// the rotations have settled.
#[inline(always)]
pub(super) fn eigen<const L: usize>(a: &mut [Lanes<L>], vectors: &mut [Lanes<L>], n: usize) -> Lanes<L> {
    for (place, value) in vectors.iter_mut().enumerate() {
        *value = Lanes::splat(f64::from(u8::from(place % (n + 1) == 0)));
    }
    let mut rotated = Lanes::splat(0.0);
    for _ in 0..MOST_SWEEPS {
        rotated = Lanes::splat(0.0);
        for p in 0..n {
            for q in p + 1..n {
                rotated = rotated.or(rotate(a, vectors, n, p, q));
            }
        }
        if !rotated.any() {
            break;
        }
    }
    !rotated
}

/// Makes the entry (p, q) zero where it does not count as nothing beside the diagonal already. In which lanes that is.
#[inline(always)]
fn rotate<const L: usize>(
    a: &mut [Lanes<L>],
    vectors: &mut [Lanes<L>],
    n: usize,
    p: usize,
    q: usize,
) -> Lanes<L> {
    let off = a[p * n + q];
    let (first, second) = (a[p * n + p], a[q * n + q]);
    // Below half a unit in the last place of both, the rotation would change neither.
    let (size, first_size, second_size) = (off.abs(), first.abs(), second.abs());
    let rotates = (first_size + size)
        .not_equal(first_size)
        .or((second_size + size).not_equal(second_size));
    if !rotates.any() {
        return rotates;
    }
    let one = Lanes::splat(1.0);
    let tau = (second - first) / (Lanes::splat(2.0) * off);
    let t = one.copysign(tau) / (tau.abs() + tau.mul_add_twice(tau, one).sqrt());
    let c = one / t.mul_add_twice(t, one).sqrt();
    let s = t * c;
    // A macro and not a closure, which would not be compiled for the instruction set.
    macro_rules! turn {
        ($list:ident, $first:expr, $second:expr) => {
            let (kp, kq) = ($list[$first], $list[$second]);
            $list[$first] = Lanes::select(rotates, c * kp - s * kq, kp);
            $list[$second] = Lanes::select(rotates, s * kp + c * kq, kq);
        };
    }
    for k in 0..n {
        turn!(a, k * n + p, k * n + q);
    }
    for k in 0..n {
        turn!(a, p * n + k, q * n + k);
    }
    let rest = Lanes::select(rotates, Lanes::splat(0.0), a[p * n + q]);
    (a[p * n + q], a[q * n + p]) = (rest, rest);
    for k in 0..n {
        turn!(vectors, k * n + p, k * n + q);
    }
    rotates
}
