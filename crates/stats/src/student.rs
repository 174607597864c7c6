//! Student's t distribution.

use crate::beta;

/// Probability below `t` with `degrees` degrees of freedom. NaN where these are not positive.
#[must_use]
pub fn cdf(degrees: f64, t: f64) -> f64 {
    // The smaller of x and 1 - x is computed directly, so that tails keep their digits.
    let square = t * t;
    let outside = if square > degrees {
        beta::cdf(0.5 * degrees, 0.5, degrees / (degrees + square))
    } else {
        1.0 - beta::cdf(0.5, 0.5 * degrees, square / (degrees + square))
    };
    if t < 0.0 {
        0.5 * outside
    } else {
        1.0 - 0.5 * outside
    }
}

/// Probability of a t at least as far from 0 as `t`, on both sides; keeps its digits where it is small.
#[must_use]
pub fn two_sided(degrees: f64, t: f64) -> f64 {
    2.0 * cdf(degrees, -t.abs())
}

/// The t with `cdf(degrees, t) = p`. NaN for p outside [0, 1] or degrees that are not positive.
#[must_use]
pub fn quantile(degrees: f64, p: f64) -> f64 {
    let valid = (0.0..=1.0).contains(&p) && degrees > 0.0 && degrees.is_finite();
    if !valid {
        return f64::NAN;
    }
    let outside = 2.0 * p.min(1.0 - p);
    let x = beta::quantile(0.5 * degrees, 0.5, outside);
    let magnitude = if x > 0.5 {
        // Near the centre: from the complement, whose digits are not lost.
        let y = beta::quantile(0.5, 0.5 * degrees, 1.0 - outside);
        (degrees * y / (1.0 - y)).sqrt()
    } else {
        (degrees * (1.0 - x) / x).sqrt()
    };
    magnitude.copysign(p - 0.5)
}
