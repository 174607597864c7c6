//! The arcsine, from the sine and the cosine of the angle.

use euthymia_vecmath::scalar::{cos, sin};

/// The angle between 0 and a right angle whose sine and cosine these are; NaN where they are.
///
/// Both are asked for, so that angles near a right one keep their digits.
pub(crate) fn angle(sine: f64, cosine: f64) -> f64 {
    let start = |s: f64| s * (1.0 + s * s * (1.0 / 6.0 + s * s * (3.0 / 40.0)));
    let mut angle = if sine <= cosine {
        start(sine)
    } else {
        core::f64::consts::FRAC_PI_2 - start(cosine)
    };
    // sin(t - angle), whose arcsine is what is missing; each step takes the error to its fifth power.
    for _ in 0..2 {
        let rest = sine * cos(angle) - cosine * sin(angle);
        angle += rest * (1.0 + rest * rest / 6.0);
    }
    angle
}

/// `asin(sqrt(p))`.
pub(crate) fn of_root(p: f64) -> f64 {
    angle(p.sqrt(), (1.0 - p).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_angles() {
        use core::f64::consts::{FRAC_PI_2, FRAC_PI_3, FRAC_PI_4, FRAC_PI_6};
        for (p, wanted) in [
            (0.0, 0.0),
            (0.25, FRAC_PI_6),
            (0.5, FRAC_PI_4),
            (0.75, FRAC_PI_3),
            (1.0, FRAC_PI_2),
        ] {
            assert!((of_root(p) - wanted).abs() < 4e-16, "{p}");
        }
        for i in 0..=1000 {
            let p = f64::from(i) / 1000.0;
            let back = sin(of_root(p));
            assert!((back * back - p).abs() < 5e-16, "{p}");
        }
    }
}
