//! The gamma distribution with unit scale, and chi-square as twice it.

use euthymia_vecmath::scalar::{exp, ln, log_gamma};

use crate::root::invert;

/// Terms after which series and continued fractions have converged for every shape up to 1e8.
const MOST_TERMS: usize = 100_000;

/// Probability below `x` for a shape above 0, with the probability above: both accurate where small. Relative error
/// below 1e-12 for shapes up to 1e4. NaN for a shape that is not positive or an x that is NaN.
#[must_use]
pub fn cdf_and_complement(shape: f64, x: f64) -> (f64, f64) {
    if !(shape > 0.0 && shape.is_finite()) || x.is_nan() {
        return (f64::NAN, f64::NAN);
    }
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    let front = exp_of_power(shape, x);
    if x < shape + 1.0 {
        let lower = front * series(shape, x) / shape;
        (lower, 1.0 - lower)
    } else {
        let upper = front * continued_fraction(shape, x);
        (1.0 - upper, upper)
    }
}

/// Probability below `x`.
#[must_use]
pub fn cdf(shape: f64, x: f64) -> f64 {
    cdf_and_complement(shape, x).0
}

/// The x with `cdf(shape, x) = p`. NaN for p outside [0, 1] or a shape that is not positive.
#[must_use]
pub fn quantile(shape: f64, p: f64) -> f64 {
    let valid = (0.0..=1.0).contains(&p) && shape > 0.0 && shape.is_finite();
    if !valid {
        return f64::NAN;
    }
    if p == 0.0 {
        0.0
    } else if p == 1.0 {
        f64::INFINITY
    } else {
        invert(p, 0.0, f64::MAX, |x| cdf(shape, x))
    }
}

/// Probability of chi-square with `degrees` degrees of freedom below `x`.
#[must_use]
pub fn chi_square_cdf(degrees: f64, x: f64) -> f64 {
    cdf(0.5 * degrees, 0.5 * x)
}

/// Probability of chi-square with `degrees` degrees of freedom above `x`; keeps its digits where it is small.
#[must_use]
pub fn chi_square_above(degrees: f64, x: f64) -> f64 {
    cdf_and_complement(0.5 * degrees, 0.5 * x).1
}

/// Quantile of chi-square.
#[must_use]
pub fn chi_square_quantile(degrees: f64, p: f64) -> f64 {
    2.0 * quantile(0.5 * degrees, p)
}

/// `x^shape e^-x / gamma(shape)`, as the Poisson probability of Loader (2000) times the shape.
fn exp_of_power(shape: f64, x: f64) -> f64 {
    const TWO_PI: f64 = core::f64::consts::TAU;
    (shape / TWO_PI).sqrt() * exp(-stirling_error(shape) - deviance(shape, x))
}

/// `1 + x/(shape+1) + x^2/((shape+1)(shape+2)) + ...`
fn series(shape: f64, x: f64) -> f64 {
    let (mut sum, mut term, mut denominator) = (1.0, 1.0, shape);
    for _ in 0..MOST_TERMS {
        denominator += 1.0;
        term *= x / denominator;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

/// The continued fraction of the upper tail over the front factor, by Lentz's method.
fn continued_fraction(shape: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut value = d;
    for i in 1..MOST_TERMS {
        let i = i as f64;
        let a = -i * (i - shape);
        b += 2.0;
        d = nonzero(a * d + b, TINY);
        c = nonzero(b + a / c, TINY);
        d = 1.0 / d;
        let factor = d * c;
        value *= factor;
        if (factor - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

/// `x`, or `tiny` in place of 0.
pub(crate) fn nonzero(x: f64, tiny: f64) -> f64 {
    if x.abs() < tiny { tiny } else { x }
}

/// What Stirling's formula leaves out: `ln gamma(n + 1) - ln(sqrt(2 pi n) (n/e)^n)`, for n > 0 (Loader 2000).
pub(crate) fn stirling_error(n: f64) -> f64 {
    const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_7;
    if n < 16.0 {
        return log_gamma(n + 1.0) - (n + 0.5) * ln(n) + n - HALF_LN_TWO_PI;
    }
    let square = n * n;
    (1.0 / 12.0
        - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - (1.0 / 1188.0) / square) / square) / square)
            / square)
        / n
}

/// `x ln(x / m) + m - x` without cancellation near x = m, for x and m above 0 (Loader 2000).
pub(crate) fn deviance(x: f64, m: f64) -> f64 {
    let difference = x - m;
    if difference.abs() > 0.1 * (x + m) {
        return x * ln(x / m) + m - x;
    }
    // x ln(x/m) - (x - m) with ln(x/m) = 2 atanh(v), v = (x - m)/(x + m).
    let v = difference / (x + m);
    let square = v * v;
    let mut sum = difference * v;
    let mut term = 2.0 * x * v;
    let mut odd = 3.0;
    for _ in 0..100 {
        term *= square;
        let next = sum + term / odd;
        if next == sum {
            break;
        }
        sum = next;
        odd += 2.0;
    }
    sum
}
