//! Intervals for proportions and rates.

use crate::{beta, gamma, normal};

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
    if !possible(events, n, coverage) {
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

/// Whether `events` of `n` and a coverage can have an interval.
fn possible(events: f64, n: f64, coverage: f64) -> bool {
    n > 0.0 && n.is_finite() && (0.0..=n).contains(&events) && coverage > 0.0 && coverage < 1.0
}

/// Wilson's score interval with the continuity correction (Newcombe 1998, method 4,
/// doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E). `None` as for [`wilson`].
#[must_use]
pub fn wilson_corrected(events: f64, n: f64, coverage: f64) -> Option<Interval> {
    if !possible(events, n, coverage) {
        return None;
    }
    let z = normal::quantile(0.5 + 0.5 * coverage);
    let (share, z_square) = (events / n, z * z);
    let center = 2.0 * n * share + z_square;
    let scale = 2.0 * (n + z_square);
    let below = z_square - 2.0 - 1.0 / n + 4.0 * share * (n * (1.0 - share) + 1.0);
    let above = z_square + 2.0 - 1.0 / n + 4.0 * share * (n * (1.0 - share) - 1.0);
    // At 0 and n events the roots may be of less than nothing: the ends are then 0 and 1.
    let lower = if events == 0.0 {
        0.0
    } else {
        (center - 1.0 - z * below.max(0.0).sqrt()) / scale
    };
    let upper = if events == n {
        1.0
    } else {
        (center + 1.0 + z * above.max(0.0).sqrt()) / scale
    };
    Some(Interval {
        lower: lower.max(0.0),
        upper: upper.min(1.0),
    })
}

/// The interval of Agresti and Coull (1998, doi:10.1080/00031305.1998.10480550): the simple one after `z^2 / 2` events
/// and as many others were added. `None` as for [`wilson`].
#[must_use]
pub fn agresti_coull(events: f64, n: f64, coverage: f64) -> Option<Interval> {
    if !possible(events, n, coverage) {
        return None;
    }
    let z = normal::quantile(0.5 + 0.5 * coverage);
    let size = n + z * z;
    Some(about((events + 0.5 * z * z) / size, size, z, 0.0))
}

/// The interval that takes the proportion as normal (Newcombe 1998, method 1), or with the continuity correction
/// `1 / (2n)` (method 2). `None` as for [`wilson`].
#[must_use]
pub fn simple(events: f64, n: f64, coverage: f64, corrected: bool) -> Option<Interval> {
    if !possible(events, n, coverage) {
        return None;
    }
    let z = normal::quantile(0.5 + 0.5 * coverage);
    let correction = if corrected { 0.5 / n } else { 0.0 };
    Some(about(events / n, n, z, correction))
}

fn about(share: f64, n: f64, z: f64, correction: f64) -> Interval {
    let half = z * (share * (1.0 - share) / n).sqrt() + correction;
    Interval {
        lower: (share - half).max(0.0),
        upper: (share + half).min(1.0),
    }
}

/// The exact interval of Clopper and Pearson (1934, doi:10.1093/biomet/26.4.404). `None` as for [`wilson`].
#[must_use]
pub fn clopper_pearson(events: f64, n: f64, coverage: f64) -> Option<Interval> {
    if !possible(events, n, coverage) {
        return None;
    }
    let tail = 0.5 - 0.5 * coverage;
    Some(Interval {
        lower: if events == 0.0 {
            0.0
        } else {
            beta::quantile(events, n - events + 1.0, tail)
        },
        upper: if events == n {
            1.0
        } else {
            // The upper tail from the complement, whose digits are not lost.
            1.0 - beta::quantile(n - events, events + 1.0, tail)
        },
    })
}

/// The exact interval of the rate of `events` in `time` (Garwood 1936, doi:10.1093/biomet/28.3-4.437). `None` unless
/// `events >= 0`, `time > 0` and 0 < coverage < 1.
#[must_use]
pub fn poisson_rate(events: f64, time: f64, coverage: f64) -> Option<Interval> {
    let valid = events >= 0.0
        && events.is_finite()
        && time > 0.0
        && time.is_finite()
        && coverage > 0.0
        && coverage < 1.0;
    if !valid {
        return None;
    }
    let tail = 0.5 - 0.5 * coverage;
    Some(Interval {
        lower: if events == 0.0 {
            0.0
        } else {
            gamma::quantile(events, tail) / time
        },
        upper: gamma::quantile(events + 1.0, 1.0 - tail) / time,
    })
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

    /// Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20 and 1 of 29 by methods 1 to 5 (four decimals).
    #[test]
    fn intervals_agree_with_newcombe_1998() {
        type Row = (&'static str, fn(f64, f64) -> Option<Interval>, [(f64, f64); 4]);
        let table: [Row; 5] = [
            (
                "simple",
                |x, n| simple(x, n, 0.95, false),
                [(0.2522, 0.3638), (0.0527, 0.1500), (0.0, 0.0), (0.0, 0.1009)],
            ),
            (
                "simple, corrected",
                |x, n| simple(x, n, 0.95, true),
                [(0.2503, 0.3657), (0.0494, 0.1534), (0.0, 0.0250), (0.0, 0.1181)],
            ),
            (
                "score",
                |x, n| wilson(x, n, 0.95),
                [
                    (0.2553, 0.3662),
                    (0.0624, 0.1605),
                    (0.0, 0.1611),
                    (0.0061, 0.1718),
                ],
            ),
            (
                "score, corrected",
                |x, n| wilson_corrected(x, n, 0.95),
                [
                    (0.2535, 0.3682),
                    (0.0598, 0.1644),
                    (0.0, 0.2005),
                    (0.0018, 0.1963),
                ],
            ),
            (
                "exact",
                |x, n| clopper_pearson(x, n, 0.95),
                [
                    (0.2527, 0.3676),
                    (0.0578, 0.1617),
                    (0.0, 0.1684),
                    (0.0009, 0.1776),
                ],
            ),
        ];
        for (method, interval, expected) in table {
            for ((x, n), (lower, upper)) in [(81.0, 263.0), (15.0, 148.0), (0.0, 20.0), (1.0, 29.0)]
                .into_iter()
                .zip(expected)
            {
                let got = interval(x, n).unwrap();
                assert!((got.lower - lower).abs() < 5.1e-5, "{method} {x}/{n}: {got:?}");
                assert!((got.upper - upper).abs() < 5.1e-5, "{method} {x}/{n}: {got:?}");
            }
            assert_eq!(interval(3.0, 2.0), None);
            assert_eq!(interval(-1.0, 2.0), None);
        }
    }

    #[test]
    fn intervals_of_events_and_of_others_mirror_each_other() {
        let methods: [fn(f64, f64) -> Option<Interval>; 6] = [
            |x, n| simple(x, n, 0.9, false),
            |x, n| simple(x, n, 0.9, true),
            |x, n| wilson(x, n, 0.9),
            |x, n| wilson_corrected(x, n, 0.9),
            |x, n| agresti_coull(x, n, 0.9),
            |x, n| clopper_pearson(x, n, 0.9),
        ];
        for (x, n) in [(0.0, 7.0), (1.0, 7.0), (3.0, 8.0), (40.0, 100.0)] {
            for interval in methods {
                let (one, other) = (interval(x, n).unwrap(), interval(n - x, n).unwrap());
                assert!((one.lower + other.upper - 1.0).abs() < 1e-13, "{one:?} {other:?}");
                assert!(one.lower <= x / n && x / n <= one.upper, "{one:?}");
            }
        }
    }

    /// Garwood (1936): exact 95 % limits of a Poisson mean for 0, 1 and 10 events.
    #[test]
    fn exact_limits_of_a_rate() {
        for (events, lower, upper) in [(0.0, 0.0, 3.689), (1.0, 0.0253, 5.572), (10.0, 4.795, 18.39)] {
            let got = poisson_rate(events, 1.0, 0.95).unwrap();
            assert!((got.lower - lower).abs() < 5.1e-4, "{got:?}");
            assert!((got.upper - upper).abs() < 5.1e-3, "{got:?}");
        }
        let (one, ten) = (
            poisson_rate(4.0, 1.0, 0.9).unwrap(),
            poisson_rate(4.0, 10.0, 0.9).unwrap(),
        );
        assert!((one.upper - 10.0 * ten.upper).abs() < 1e-12);
        assert_eq!(poisson_rate(1.0, 0.0, 0.95), None);
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
