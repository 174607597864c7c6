//! The standard normal distribution.

use crate::as241::{CENTER, FAR, MIDDLE, Rational};
use euthymia_vecmath::scalar::{exp, ln, phi};

/// Density at `z`.
#[must_use]
pub fn density(z: f64) -> f64 {
    const ONE_OVER_SQRT_2_PI: f64 = 0.398_942_280_401_432_7;
    ONE_OVER_SQRT_2_PI * exp(-0.5 * z * z)
}

/// Probability below `z`; relative error below 1e-15.
#[must_use]
pub fn cdf(z: f64) -> f64 {
    phi(z)
}

/// Probability of a z at least as far from 0 as `z`, on both sides; keeps its digits where it is small.
#[must_use]
pub fn two_sided(z: f64) -> f64 {
    2.0 * phi(-z.abs())
}

/// The z with `cdf(z) = p`; relative error below 2e-15. Minus infinity at 0, infinity at 1, NaN outside.
///
/// Wichura (1988), algorithm AS 241, PPND16, doi:10.2307/2347330.
#[must_use]
pub fn quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * ratio(r, &CENTER);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    if tail <= 0.0 || tail.is_nan() {
        return if tail == 0.0 {
            f64::INFINITY.copysign(q)
        } else {
            f64::NAN
        };
    }
    let r = (-ln(tail)).sqrt();
    let z = if r <= 5.0 {
        ratio(r - 1.6, &MIDDLE)
    } else {
        ratio(r - 5.0, &FAR)
    };
    z.copysign(q)
}

fn ratio(r: f64, [numerator, denominator]: &Rational) -> f64 {
    let value = |coefficients: &[f64; 8]| coefficients.iter().rev().fold(0.0, |sum, c| sum * r + c);
    value(numerator) / value(denominator)
}
