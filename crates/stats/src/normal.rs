//! The standard normal distribution.

use crate::as241::{CENTER, FAR, MIDDLE, Rational};
use euthymia_vecmath::scalar::{exp, ln, ln_1p, phi};

const LN_SQRT_2_PI: f64 = 0.918_938_533_204_672_8;
/// Below minus this, probabilities are summed up from a series.
const FAR_BELOW: f64 = 30.0;

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

/// Logarithm of the probability below `z`: keeps its digits where the probability itself is 0 or 1 in floating point.
///
/// Far below 0 by the asymptotic series of Mills' ratio (Abramowitz and Stegun 26.2.12), whose next term is under 1e-13 there.
#[must_use]
pub fn ln_cdf(z: f64) -> f64 {
    if z > 0.0 {
        return ln_1p(-phi(-z));
    }
    if z > -FAR_BELOW {
        return ln(phi(z));
    }
    let w = 1.0 / (z * z);
    let series = 1.0 - w * (1.0 - w * (3.0 - w * (15.0 - w * (105.0 - w * 945.0))));
    -0.5 * z * z - ln(-z) - LN_SQRT_2_PI + ln(series)
}

/// Density over the probability below `z`: the derivative of [`ln_cdf`].
#[must_use]
pub fn inverse_mills(z: f64) -> f64 {
    exp(-0.5 * z * z - LN_SQRT_2_PI - ln_cdf(z))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// By mpmath with 40 digits: `log(erfc(-z/sqrt(2))/2)`, and the density over the probability.
    #[test]
    fn logarithms_and_slopes_far_out() {
        for (z, logarithm, slope) in [
            (-300.0, -45_006.622_732_118_66, 300.003_333_259_263_4),
            (-45.0, -1_017.226_094_241_952_4, 45.022_200_328_343_594),
            (-30.5, -469.462_737_322_912_1, 30.532_716_770_660_16),
            (-29.5, -439.429_474_609_150_25, 29.533_820_844_167_983),
            (-8.0, -35.013_437_159_914_55, 8.121_368_112_236_112),
            (0.0, -std::f64::consts::LN_2, 0.797_884_560_802_865_4),
            (3.0, -0.001_350_809_964_748_193_8, 0.004_437_839_042_125_664),
            (9.0, -1.128_588_405_953_840_5e-19, 1.027_977_357_166_891_5e-18),
        ] {
            assert!((ln_cdf(z) / logarithm - 1.0).abs() < 1e-13, "{z}: {}", ln_cdf(z));
            // A difference of logarithms: of 45,000 their rounding is 1e-11.
            assert!(
                (inverse_mills(z) / slope - 1.0).abs() < 2e-11,
                "{z}: {}",
                inverse_mills(z)
            );
        }
    }
}
