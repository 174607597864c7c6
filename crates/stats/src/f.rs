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

/// The x below which lies the probability `p`. NaN for p outside [0, 1] or degrees that are not positive.
#[must_use]
pub fn quantile(upper: f64, lower: f64, p: f64) -> f64 {
    let y = beta::quantile(0.5 * upper, 0.5 * lower, p);
    lower * y / (upper * (1.0 - y))
}

/// The x above which lies the probability `p`, to the digits of a small p. NaN as [`quantile`].
#[must_use]
pub fn quantile_above(upper: f64, lower: f64, p: f64) -> f64 {
    let y = beta::quantile(0.5 * lower, 0.5 * upper, p);
    lower * (1.0 - y) / (upper * y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::student;

    /// With one degree above, F is the square of t; with two, `P(F > x) = (1 + 2 x / m)^(-m / 2)`.
    #[test]
    fn known_cases() {
        for m in [1.0, 4.0, 30.0] {
            for x in [0.01, 1.0, 7.0, 300.0] {
                let near = |a: f64, b: f64| (a - b).abs() <= 1e-11 * b.abs();
                assert!(near(above(1.0, m, x), student::two_sided(m, x.sqrt())));
                let closed = euthymia_vecmath::scalar::pow(1.0 + 2.0 * x / m, -0.5 * m);
                assert!(near(above(2.0, m, x), closed));
                assert!((quantile_above(2.0, m, closed) - x).abs() <= 1e-9 * x, "{m} {x}");
                assert!((quantile(2.0, m, 1.0 - closed) - x).abs() <= 1e-6 * x.max(1.0) || closed < 1e-6);
            }
        }
        assert!(
            (quantile_above(2.0, 30.0, 1e-20)
                - 15.0 * (euthymia_vecmath::scalar::pow(1e-20, -1.0 / 15.0) - 1.0))
                .abs()
                < 1e-9
        );
    }
}
