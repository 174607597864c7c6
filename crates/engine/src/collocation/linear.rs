//! The systems of a part: `Lambda/h - J`, one real and one complex for every pair of eigenvalues, factorised densely.
//!
//! Pivots are taken from the diagonal in their order: `Lambda/h` dominates it once `h` is small enough, and a step with a
//! useless pivot is rejected.

use euthymia_vecmath::Lanes;

use super::coefficients::{PAIRS, REAL};
use super::parts::{Part, Parts};
use crate::executor::{Registers, at};

/// A matrix of a part, or its real part, and its imaginary part, in registers.
#[derive(Clone, Copy)]
struct Complex {
    real: usize,
    imaginary: usize,
}

fn pair(parts: &Parts, size: usize, pair: usize) -> Complex {
    let real = parts.factors + (1 + 2 * pair) * size * size;
    Complex {
        real,
        imaginary: real + size * size,
    }
}

/// What can be said of a factorisation.
pub(crate) struct Factors<const L: usize> {
    /// Not 0 in the lanes whose pivots are all usable.
    pub(crate) usable: Lanes<L>,
    /// Not 0 in the lanes where pivots keep nearly all their digits. Elsewhere fast exchange has taken them from slow rates,
    /// and a solution is a first approximation.
    pub(crate) sound: Lanes<L>,
}

/// A pivot that is so much smaller than what it is the difference of has lost five digits.
const LOST: f64 = 1e-5;

/// Factorises the systems of a part for steps of which `per_length` is the reciprocal length. With `on`, rows of the
/// Jacobian count as 0 in the lanes where the register of their state from there on is 0.
#[inline(always)]
pub(crate) fn factorise<const L: usize>(
    parts: &Parts,
    part: &Part,
    per_length: Lanes<L>,
    on: Option<usize>,
    r: &mut Registers<L>,
) -> Factors<L> {
    let size = part.states.len();
    let zero = Lanes::splat(0.0);
    for row in 0..size {
        for column in 0..size {
            let place = row * size + column;
            let mut value = part.jacobian[place].map_or(zero, |entry| zero - r[usize::from(entry)]);
            if let Some(on) = on {
                value = Lanes::select(r[at(on + part.states[row])], value, zero);
            }
            let on_diagonal = |value: Lanes<L>, eigenvalue: f64| {
                if row == column {
                    value + per_length * Lanes::splat(eigenvalue)
                } else {
                    value
                }
            };
            r[at(parts.factors + place)] = on_diagonal(value, REAL);
            for (number, (real, imaginary)) in PAIRS.into_iter().enumerate() {
                let to = pair(parts, size, number);
                r[at(to.real + place)] = on_diagonal(value, real);
                r[at(to.imaginary + place)] = on_diagonal(zero, -imaginary);
            }
        }
    }
    let Factors { mut usable, sound } = real_factors(parts.factors, size, r);
    for number in 0..PAIRS.len() {
        usable = usable.and(complex_factors(pair(parts, size, number), size, r));
    }
    Factors { usable, sound }
}

#[inline(always)]
fn real_factors<const L: usize>(first: usize, size: usize, r: &mut Registers<L>) -> Factors<L> {
    let (mut usable, mut sound) = (Lanes::splat(1.0), Lanes::splat(1.0));
    let mut largest = Lanes::splat(0.0);
    for row in 0..size {
        largest = largest.max(r[at(first + row * size + row)].abs());
    }
    for pivot in 0..size {
        let diagonal = at(first + pivot * size + pivot);
        sound = sound.and((largest * Lanes::splat(LOST)).less(r[diagonal].abs()));
        let reciprocal = Lanes::splat(1.0) / r[diagonal];
        usable = usable.and(reciprocal.is_finite());
        r[diagonal] = reciprocal;
        for row in pivot + 1..size {
            let multiplier = r[at(first + row * size + pivot)] * reciprocal;
            r[at(first + row * size + pivot)] = multiplier;
            for column in pivot + 1..size {
                let target = at(first + row * size + column);
                r[target] = multiplier.mul_sub_twice(r[at(first + pivot * size + column)], r[target]);
            }
        }
    }
    Factors { usable, sound }
}

#[inline(always)]
fn complex_factors<const L: usize>(first: Complex, size: usize, r: &mut Registers<L>) -> Lanes<L> {
    let mut usable = Lanes::splat(1.0);
    for pivot in 0..size {
        let diagonal = pivot * size + pivot;
        let reciprocal = inverse(get(first, diagonal, r));
        usable = usable.and(reciprocal.0.is_finite());
        set(first, diagonal, reciprocal, r);
        for row in pivot + 1..size {
            let multiplier = times(get(first, row * size + pivot, r), reciprocal);
            set(first, row * size + pivot, multiplier, r);
            for column in pivot + 1..size {
                let target = row * size + column;
                let value = minus_product(
                    get(first, target, r),
                    multiplier,
                    get(first, pivot * size + column, r),
                );
                set(first, target, value, r);
            }
        }
    }
    usable
}

pub(super) type Number<const L: usize> = (Lanes<L>, Lanes<L>);

#[inline(always)]
fn get<const L: usize>(matrix: Complex, place: usize, r: &Registers<L>) -> Number<L> {
    (r[at(matrix.real + place)], r[at(matrix.imaginary + place)])
}

#[inline(always)]
fn set<const L: usize>(matrix: Complex, place: usize, value: Number<L>, r: &mut Registers<L>) {
    r[at(matrix.real + place)] = value.0;
    r[at(matrix.imaginary + place)] = value.1;
}

#[inline(always)]
pub(super) fn inverse<const L: usize>((real, imaginary): Number<L>) -> Number<L> {
    let inverse = Lanes::splat(1.0) / real.mul_add_twice(real, imaginary * imaginary);
    (real * inverse, -imaginary * inverse)
}

#[inline(always)]
pub(super) fn times<const L: usize>(a: Number<L>, b: Number<L>) -> Number<L> {
    (
        a.1.mul_sub_twice(b.1, a.0 * b.0),
        a.0.mul_add_twice(b.1, a.1 * b.0),
    )
}

/// `from - a b`
#[inline(always)]
fn minus_product<const L: usize>(from: Number<L>, a: Number<L>, b: Number<L>) -> Number<L> {
    let product = times(a, b);
    (from.0 - product.0, from.1 - product.1)
}

/// Solves the real system for the right-hand side whose rows stand in the registers that `place` gives for the part's
/// states, and leaves the solution there.
#[inline(always)]
pub(crate) fn solve_real<const L: usize>(
    parts: &Parts,
    part: &Part,
    place: impl Fn(usize) -> usize,
    r: &mut Registers<L>,
) {
    let (size, first) = (part.states.len(), parts.factors);
    for row in 0..size {
        let to = at(place(part.states[row]));
        let mut value = r[to];
        for column in 0..row {
            let factor = r[at(first + row * size + column)];
            value = factor.mul_sub_twice(r[at(place(part.states[column]))], value);
        }
        r[to] = value;
    }
    for row in (0..size).rev() {
        let to = at(place(part.states[row]));
        let mut value = r[to];
        for column in row + 1..size {
            let factor = r[at(first + row * size + column)];
            value = factor.mul_sub_twice(r[at(place(part.states[column]))], value);
        }
        r[to] = value * r[at(first + row * size + row)];
    }
}

/// Solves the complex system of a pair likewise; the imaginary part of a row stands behind its real part.
#[inline(always)]
pub(crate) fn solve_pair<const L: usize>(
    parts: &Parts,
    part: &Part,
    number: usize,
    place: impl Fn(usize) -> usize,
    r: &mut Registers<L>,
) {
    let size = part.states.len();
    let matrix = pair(parts, size, number);
    let vector = |row: usize| {
        let real = place(part.states[row]);
        Complex {
            real,
            imaginary: real + 1,
        }
    };
    for row in 0..size {
        let mut value = get(vector(row), 0, r);
        for column in 0..row {
            let factor = get(matrix, row * size + column, r);
            value = minus_product(value, factor, get(vector(column), 0, r));
        }
        set(vector(row), 0, value, r);
    }
    for row in (0..size).rev() {
        let mut value = get(vector(row), 0, r);
        for column in row + 1..size {
            let factor = get(matrix, row * size + column, r);
            value = minus_product(value, factor, get(vector(column), 0, r));
        }
        let reciprocal = get(matrix, row * size + row, r);
        set(vector(row), 0, times(value, reciprocal), r);
    }
}
