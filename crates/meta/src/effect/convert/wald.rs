//! Estimates and variances from intervals, z statistics and p values.

use euthymia_stats::normal;

/// What is reported of a normal estimate, on the scale that is pooled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wald {
    /// The estimate.
    pub estimate: Option<f64>,
    /// The lower bound of its interval.
    pub low: Option<f64>,
    /// The upper bound.
    pub high: Option<f64>,
    /// The z statistic.
    pub z: Option<f64>,
    /// The two-sided p value.
    pub p: Option<f64>,
    /// Coverage of the interval, as 0.95.
    pub level: f64,
}

/// What the variance was had from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaldWay {
    /// Both bounds of the interval.
    Interval,
    /// The upper bound and the estimate.
    UpperBound,
    /// The z statistic.
    Statistic,
    /// The p value.
    Probability,
}

impl WaldWay {
    /// For the reader.
    #[must_use]
    pub fn how(self) -> &'static str {
        match self {
            Self::Interval => "variance from the interval",
            Self::UpperBound => "variance from the upper bound of the interval",
            Self::Statistic => "variance from the z statistic",
            Self::Probability => "variance from the p value",
        }
    }
}

impl Wald {
    /// The sampling variance and what it was had from; the interval goes before the statistic, this before the p value.
    #[must_use]
    pub fn variance(&self) -> Option<(f64, WaldWay)> {
        let quantile = normal::quantile(0.5 + 0.5 * self.level);
        let square = |x: f64| x * x;
        let from_z = |z: f64, way| self.estimate.map(|y| (square(y / z), way));
        let found = match (self.low, self.high, self.estimate) {
            (Some(low), Some(high), _) => Some((square((high - low) / (2.0 * quantile)), WaldWay::Interval)),
            (None, Some(high), Some(y)) => Some((square((high - y) / quantile), WaldWay::UpperBound)),
            _ => None,
        };
        found
            .or_else(|| from_z(self.z?, WaldWay::Statistic))
            .or_else(|| from_z(-normal::quantile(0.5 * self.p?), WaldWay::Probability))
            .filter(|(v, _)| v.is_finite())
    }

    /// How far the estimate is from the middle of the interval, as a share of its width: above a tenth, the interval
    /// is not on the scale of the estimate, or one of the three is mistyped.
    #[must_use]
    pub fn asymmetry(&self) -> Option<f64> {
        let (low, high) = (self.low?, self.high?);
        Some((0.5 * (low + high) - self.estimate?).abs() / (high - low))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_agree_where_they_come_from_one_test() {
        let (y, se) = (0.4, 0.15);
        let bare = Wald {
            estimate: Some(y),
            low: None,
            high: None,
            z: None,
            p: None,
            level: 0.9,
        };
        let q = normal::quantile(0.95);
        let ways = [
            Wald {
                low: Some(y - q * se),
                high: Some(y + q * se),
                ..bare
            },
            Wald {
                high: Some(y + q * se),
                ..bare
            },
            Wald {
                z: Some(y / se),
                ..bare
            },
            Wald {
                p: Some(normal::two_sided(y / se)),
                ..bare
            },
        ];
        for way in ways {
            let (v, _) = way.variance().unwrap();
            assert!((v - se * se).abs() < 1e-13, "{way:?}");
        }
        assert_eq!(bare.variance(), None);
        let odds = Wald {
            low: Some(0.4),
            high: Some(4.0),
            estimate: Some(1.2),
            ..bare
        };
        assert!(odds.asymmetry().unwrap() > 0.1);
    }
}
