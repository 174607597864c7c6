//! How much studies disagree: Cochran's Q, and H, I2 and Rb, which say it on scales of their own.

use euthymia_stats::{gamma, normal};
use euthymia_vecmath::scalar::{exp, ln};

/// A number with bounds, where it has some.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounded {
    /// The number; `None` where one study has nothing to disagree with.
    pub value: Option<f64>,
    /// Lower bound.
    pub lower: Option<f64>,
    /// Upper bound.
    pub upper: Option<f64>,
}

impl Bounded {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self {
        value: None,
        lower: None,
        upper: None,
    };

    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self {
            value: self.value.map(&f),
            lower: self.lower.map(&f),
            upper: self.upper.map(&f),
        }
    }
}

/// Sum of `w (y - mean)^2` with the weights `1 / v`; the mean is the weighted one where none is given.
#[must_use]
pub fn cochran_q(yi: &[f64], vi: &[f64], mean: Option<f64>) -> f64 {
    let total: f64 = vi.iter().map(|v| 1.0 / v).sum();
    let weighted = || yi.iter().zip(vi).map(|(y, v)| y / v).sum::<f64>() / total;
    let mean = mean.unwrap_or_else(weighted);
    yi.iter().zip(vi).map(|(y, v)| (y - mean) * (y - mean) / v).sum()
}

/// Probability of a Q at least as large among studies that do not differ; `None` without degrees of freedom.
#[must_use]
pub fn q_probability(q: f64, df: usize) -> Option<f64> {
    (df > 0).then(|| gamma::chi_square_above(df as f64, q))
}

/// H, the square root of Q over its degrees of freedom, 1 at least, with the test-based interval of Higgins and Thompson
/// (2002, doi:10.1002/sim.1186).
#[must_use]
pub fn h(q: f64, df: usize, level: f64) -> Bounded {
    if df == 0 {
        return Bounded::UNKNOWN;
    }
    let (k, free) = (df as f64 + 1.0, df as f64);
    let value = (q / free).sqrt().max(1.0);
    let se = if q > k {
        Some(0.5 * (ln(q) - ln(free)) / ((2.0 * q).sqrt() - (2.0 * k - 3.0).sqrt()))
    } else if k > 2.0 {
        let rest = k - 2.0;
        Some((0.5 / rest * (1.0 - 1.0 / (3.0 * rest * rest))).sqrt())
    } else {
        None
    };
    let z = normal::quantile(0.5 * (1.0 + level));
    let bound = |sign: f64| se.map(|se| exp(ln(value) + sign * z * se).max(1.0));
    Bounded {
        value: Some(value),
        lower: bound(-1.0),
        upper: bound(1.0),
    }
}

/// I2 as a fraction, the share of the variance that is between studies: `1 - 1 / H^2`, bounds as for [`h`].
#[must_use]
pub fn i2(q: f64, df: usize, level: f64) -> Bounded {
    h(q, df, level).map(|h| (h * h - 1.0) / (h * h))
}

/// Rb, the mean share of the variance of an estimate that is between studies (Crippa et al. 2016, doi:10.1002/sim.6980);
/// `se` is the standard error of the pooled estimate of `k` studies.
#[must_use]
pub fn rb(tau2: f64, se: f64, k: usize) -> Option<f64> {
    (k > 1).then(|| tau2 / (k as f64 * se * se))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_study_disagrees_with_nothing() {
        assert_eq!(
            (h(0.0, 0, 0.95), i2(0.0, 0, 0.95)),
            (Bounded::UNKNOWN, Bounded::UNKNOWN)
        );
        assert_eq!((q_probability(0.0, 0), rb(0.1, 0.2, 1)), (None, None));
        let two = h(0.4, 1, 0.95);
        assert_eq!((two.value, two.lower, two.upper), (Some(1.0), None, None));
    }

    /// Higgins and Thompson (2002), section 5: with Q = 14 on 4 degrees I2 is 71 per cent.
    #[test]
    fn i2_is_what_q_exceeds_its_expectation_by() {
        let got = i2(14.0, 4, 0.95);
        assert!((got.value.unwrap() - 10.0 / 14.0).abs() < 1e-14);
        assert!(got.lower.unwrap() > 0.0 && got.upper.unwrap() < 1.0);
        assert_eq!(i2(3.0, 4, 0.95).value, Some(0.0));
    }

    #[test]
    fn q_is_least_at_the_weighted_mean() {
        let (yi, vi) = ([0.2, 0.9, -0.4], [0.1, 0.3, 0.2]);
        let least = cochran_q(&yi, &vi, None);
        assert!(least < cochran_q(&yi, &vi, Some(0.0)) && least < cochran_q(&yi, &vi, Some(0.3)));
    }
}
