//! Eigenvalues and vectors of a small symmetric matrix by Jacobi's rotations (Golub and Van Loan, Matrix Computations,
//! 8.5): slow for large matrices, accurate for all.

/// More sweeps than any matrix of a few states needs.
const MOST_SWEEPS: usize = 60;

/// Eigenvalues of a symmetric matrix, row by row, and the orthogonal matrix whose columns are the vectors. `None` where the
/// rotations do not settle, as with entries that are not finite.
pub(super) fn eigen(mut a: Vec<f64>, n: usize) -> Option<(Vec<f64>, Vec<f64>)> {
    let mut vectors = vec![0.0; n * n];
    (0..n).for_each(|i| vectors[i * n + i] = 1.0);
    for _ in 0..MOST_SWEEPS {
        let mut rotated = false;
        for p in 0..n {
            for q in p + 1..n {
                rotated |= rotate(&mut a, &mut vectors, n, p, q);
            }
        }
        if !rotated {
            let values: Vec<f64> = (0..n).map(|i| a[i * n + i]).collect();
            let finite = values.iter().chain(&vectors).all(|value| value.is_finite());
            return finite.then_some((values, vectors));
        }
    }
    None
}

/// Makes the entry (p, q) zero; false if it counts as nothing beside the diagonal already.
fn rotate(a: &mut [f64], vectors: &mut [f64], n: usize, p: usize, q: usize) -> bool {
    let off = a[p * n + q];
    let (first, second) = (a[p * n + p], a[q * n + q]);
    // Below half a unit in the last place of both, the rotation would change neither.
    if off == 0.0 || (first.abs() + off.abs() == first.abs() && second.abs() + off.abs() == second.abs()) {
        return false;
    }
    let tau = (second - first) / (2.0 * off);
    let t = tau.signum() / (tau.abs() + (1.0 + tau * tau).sqrt());
    let c = 1.0 / (1.0 + t * t).sqrt();
    let s = t * c;
    for k in 0..n {
        let (kp, kq) = (a[k * n + p], a[k * n + q]);
        a[k * n + p] = c * kp - s * kq;
        a[k * n + q] = s * kp + c * kq;
    }
    for k in 0..n {
        let (pk, qk) = (a[p * n + k], a[q * n + k]);
        a[p * n + k] = c * pk - s * qk;
        a[q * n + k] = s * pk + c * qk;
    }
    a[p * n + q] = 0.0;
    a[q * n + p] = 0.0;
    for k in 0..n {
        let (kp, kq) = (vectors[k * n + p], vectors[k * n + q]);
        vectors[k * n + p] = c * kp - s * kq;
        vectors[k * n + q] = s * kp + c * kq;
    }
    true
}
