//! Intervals for proportions.

use crate::{beta, normal};

/// A lower and an upper end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// Wilson's score interval for `events` of `n` (Wilson 1927, doi:10.1080/01621459.1927.10502953). `events` need not
/// be whole (a printed proportion times n). `None` unless 0 <= events <= n, n > 0 and 0 < coverage < 1.
#[must_use]
pub fn wilson(events: f64, n: f64, coverage: f64) -> Option<Interval> {
    let valid = n > 0.0 && n.is_finite() && (0.0..=n).contains(&events) && coverage > 0.0 && coverage < 1.0;
    if !valid {
        return None;
    }
    let z = normal::quantile(0.5 + 0.5 * coverage);
    let (share, z_square) = (events / n, z * z);
    let center = share + z_square / (2.0 * n);
    let half = z * (share * (1.0 - share) / n + z_square / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z_square / n;
    // At 0 and n events the ends are 0 and 1, which rounding would miss.
    let lower = if events == 0.0 {
        0.0
    } else {
        ((center - half) / scale).max(0.0)
    };
    let upper = if events == n {
        1.0
    } else {
        ((center + half) / scale).min(1.0)
    };
    Some(Interval { lower, upper })
}

/// The interval of a proportion that varies with the given mean and variance (parameters, studies), taken as beta
/// distributed. A variance of 0 gives the mean itself. `None` unless 0 <= mean <= 1, variance >= 0 and
/// 0 < coverage < 1, or where no beta distribution varies so much (`variance >= mean (1 - mean)`).
#[must_use]
pub fn beta_moments(mean: f64, variance: f64, coverage: f64) -> Option<Interval> {
    let valid = (0.0..=1.0).contains(&mean) && variance >= 0.0 && coverage > 0.0 && coverage < 1.0;
    if !valid {
        return None;
    }
    if variance == 0.0 {
        return Some(Interval {
            lower: mean,
            upper: mean,
        });
    }
    let precision = mean * (1.0 - mean) / variance - 1.0;
    if precision <= 0.0 {
        return None;
    }
    let (a, b) = (mean * precision, (1.0 - mean) * precision);
    let tail = 0.5 - 0.5 * coverage;
    Some(Interval {
        lower: beta::quantile(a, b, tail),
        upper: beta::quantile(a, b, 1.0 - tail),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `statsmodels.stats.proportion.proportion_confint(events, n, 0.05, "wilson")`, written out with mpmath.
    #[test]
    fn wilson_agrees_with_the_formula_in_50_digits() {
        let cases = [
            (7.0, 20.0, 0.181_191_824_101_082_06, 0.567_145_723_314_763_8),
            (1.0, 30.0, 0.005_908_590_381_612_446_5, 0.166_703_909_914_091_73),
            (30.5, 61.0, 0.378_299_683_753_376_36, 0.621_700_316_246_623_7),
            (0.0, 12.0, 0.0, 0.242_494_006_655_240_9),
            (95.0, 100.0, 0.888_249_530_768_080_9, 0.978_456_320_845_632),
        ];
        for (events, n, lower, upper) in cases {
            let interval = wilson(events, n, 0.95).unwrap();
            assert!((interval.lower - lower).abs() < 1e-14, "{interval:?}");
            assert!((interval.upper - upper).abs() < 1e-14, "{interval:?}");
        }
        assert_eq!(wilson(0.0, 10.0, 0.95).unwrap().lower, 0.0);
        assert_eq!(wilson(10.0, 10.0, 0.95).unwrap().upper, 1.0);
        assert_eq!(wilson(3.0, 0.0, 0.95), None);
        assert_eq!(wilson(11.0, 10.0, 0.95), None);
    }

    #[test]
    fn beta_with_given_moments() {
        // Mean 0.4, variance 0.01: Beta(9.2, 13.8); quantiles with mpmath 1.3, 50 digits.
        let interval = beta_moments(0.4, 0.01, 0.9).unwrap();
        assert!(
            (interval.lower - 0.240_330_211_367_853_6).abs() < 1e-12,
            "{interval:?}"
        );
        assert!(
            (interval.upper - 0.569_775_067_541_320_6).abs() < 1e-12,
            "{interval:?}"
        );
        assert_eq!(beta_moments(0.3, 0.0, 0.9).unwrap().lower, 0.3);
        assert_eq!(beta_moments(0.5, 0.3, 0.9), None);
        assert_eq!(beta_moments(0.0, 0.0, 0.9).unwrap().upper, 0.0);
        assert_eq!(beta_moments(1.2, 0.1, 0.9), None);
    }
}
