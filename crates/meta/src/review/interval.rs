//! An estimate with its standard error, test and interval.

use euthymia_stats::{normal, student};

/// An estimate, tested and bounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error; infinite where it tells nothing.
    pub se: f64,
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
    /// Distance from the null in standard errors.
    pub statistic: f64,
    /// Two-sided probability of the statistic.
    pub p: f64,
    /// Degrees of freedom of t; infinite for the normal distribution.
    pub df: f64,
}

impl Interval {
    /// By t with `df` degrees of freedom; by the normal distribution where these are infinite.
    #[must_use]
    pub fn new(estimate: f64, se: f64, df: f64, level: f64, null: f64) -> Self {
        let upper = 0.5 * (1.0 + level);
        let statistic = (estimate - null) / se;
        let (quantile, p) = if df == f64::INFINITY {
            (normal::quantile(upper), normal::two_sided(statistic))
        } else {
            (student::quantile(df, upper), student::two_sided(df, statistic))
        };
        Self {
            estimate,
            se,
            lower: estimate - quantile * se,
            upper: estimate + quantile * se,
            statistic,
            p,
            df,
        }
    }

    /// By the normal distribution, against 0.
    #[must_use]
    pub fn normal(estimate: f64, se: f64, level: f64) -> Self {
        Self::new(estimate, se, f64::INFINITY, level, 0.0)
    }

    /// How far the bounds are apart.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.upper - self.lower
    }
}
