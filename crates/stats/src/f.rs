//! The F distribution.

use crate::beta;

/// Probability above `x` with `upper` degrees of freedom of the numerator and `lower` of the denominator; keeps its
/// digits where it is small. NaN where the degrees are not positive.
#[must_use]
pub fn above(upper: f64, lower: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    beta::cdf(0.5 * lower, 0.5 * upper, lower / (lower + upper * x))
}

/// Probability below `x`.
#[must_use]
pub fn cdf(upper: f64, lower: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    beta::cdf(0.5 * upper, 0.5 * lower, upper * x / (lower + upper * x))
}

/// The x with `cdf = p`.
#[must_use]
pub fn quantile(upper: f64, lower: f64, p: f64) -> f64 {
    let y = beta::quantile(0.5 * upper, 0.5 * lower, p);
    lower * y / (upper * (1.0 - y))
}
