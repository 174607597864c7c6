//! Student's t distribution.

use euthymia_vecmath::scalar::{exp, ln, ln_1p, log_gamma};

use crate::{beta, normal};

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

/// Density at `t`.
#[must_use]
pub fn density(degrees: f64, t: f64) -> f64 {
    let constant = log_gamma(0.5 * (degrees + 1.0)) - log_gamma(0.5 * degrees);
    exp(constant - 0.5 * (degrees + 1.0) * ln_1p(t * t / degrees)) / (degrees * core::f64::consts::PI).sqrt()
}

/// The t with `cdf(degrees, t) = p`. NaN for p outside [0, 1] or degrees that are not positive.
#[must_use]
pub fn quantile(degrees: f64, p: f64) -> f64 {
    let valid = (0.0..=1.0).contains(&p) && degrees > 0.0 && degrees.is_finite();
    if !valid {
        return f64::NAN;
    }
    let outside = 2.0 * p.min(1.0 - p);
    let magnitude = newton(degrees, outside).unwrap_or_else(|| by_bisection(degrees, outside));
    magnitude.copysign(p - 0.5)
}

/// The t with `outside` beyond it on both sides, by Newton's steps between the logarithms of t and of the probability,
/// which are nearly proportional in the tails. `None` near the centre and where the steps do not settle.
fn newton(degrees: f64, outside: f64) -> Option<f64> {
    if !(1e-280..0.9).contains(&outside) || degrees < 1.0 {
        return None;
    }
    // The normal quantile, stretched as the first term of Cornish and Fisher (1938) does.
    let z = -normal::quantile(0.5 * outside);
    let mut t = z + z * (z * z + 1.0) / (4.0 * degrees);
    let target = ln(outside);
    for _ in 0..60 {
        let beyond = two_sided(degrees, t);
        let slope = 2.0 * t * density(degrees, t) / beyond;
        let step = (ln(beyond) - target) / slope;
        if !step.is_finite() {
            return None;
        }
        let next = t * exp(step.clamp(-2.0, 2.0));
        if step.abs() < 1e-10 {
            return Some(next);
        }
        t = next;
    }
    None
}

fn by_bisection(degrees: f64, outside: f64) -> f64 {
    let x = beta::quantile(0.5 * degrees, 0.5, outside);
    if x > 0.5 {
        // Near the centre: from the complement, whose digits are not lost.
        let y = beta::quantile(0.5, 0.5 * degrees, 1.0 - outside);
        (degrees * y / (1.0 - y)).sqrt()
    } else {
        (degrees * (1.0 - x) / x).sqrt()
    }
}
