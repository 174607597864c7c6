//! Mean and standard deviation from a median with quartiles, with minimum and maximum, or with both.
//!
//! Means: Luo et al. 2018, doi:10.1177/0962280216669183; Hozo et al. 2005, doi:10.1186/1471-2288-5-13; Walter and Yao
//! 2007, doi:10.1016/j.jclinepi.2007.01.011; Bland 2015. Deviations: Wan et al. 2014, doi:10.1186/1471-2288-14-135;
//! Shi et al. 2020, doi:10.1002/jrsm.1429. Skewness and log-normal numbers: Shi et al. 2020, 2023,
//! doi:10.1177/09622802231172043.

use euthymia_stats::normal;
use euthymia_vecmath::scalar::{exp, ln, pow};

use super::Moments;

/// What is reported; at least a median with the quartiles or with minimum and maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FiveNumbers {
    /// Minimum.
    pub min: Option<f64>,
    /// First quartile.
    pub q1: Option<f64>,
    /// Median.
    pub median: Option<f64>,
    /// Third quartile.
    pub q3: Option<f64>,
    /// Maximum.
    pub max: Option<f64>,
    /// People.
    pub n: Option<f64>,
}

/// How the mean is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum MeanMethod {
    /// Optimal weights.
    #[default]
    Luo,
    /// Simple weights, for minimum and maximum by the number of people.
    Hozo,
    /// Simple weights.
    Wan,
    /// Simple weights of all five numbers.
    Bland,
    /// The median.
    Walter,
}

/// How the standard deviation is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SdMethod {
    /// Wan's for three numbers, Shi's optimal weights for five.
    #[default]
    WanShi,
    /// Range and interquartile range over their expectations, averaged.
    Wan,
    /// Optimal weights of range and interquartile range.
    Shi,
    /// From the range, by the number of people.
    Hozo,
    /// From all five numbers.
    Bland,
    /// The range over its expectation.
    Walter,
}

/// What the numbers are assumed to be drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Distribution {
    /// The normal distribution.
    #[default]
    Normal,
    /// The log-normal distribution; mean and deviation are those of the numbers, not of their logarithms.
    LogNormal,
}

/// Which of the numbers there are.
#[derive(Clone, Copy)]
enum Given {
    Range { min: f64, max: f64 },
    Quartiles { q1: f64, q3: f64 },
    Both { min: f64, q1: f64, q3: f64, max: f64 },
}

impl FiveNumbers {
    /// Their mean and standard deviation; `None` where the numbers or the method do not give a mean.
    ///
    /// # Errors
    /// The numbers are not in order, or not positive where a log-normal distribution is assumed.
    pub fn moments(
        &self,
        mean: MeanMethod,
        sd: SdMethod,
        distribution: Distribution,
    ) -> Result<Option<Moments>, String> {
        let all = [self.min, self.q1, self.median, self.q3, self.max];
        let known: Vec<f64> = all.iter().flatten().copied().collect();
        if known.windows(2).any(|pair| pair[0] > pair[1]) {
            return Err(
                "minimum, first quartile, median, third quartile and maximum are not in order".to_owned(),
            );
        }
        let logs = distribution == Distribution::LogNormal;
        if logs && known.iter().any(|x| *x <= 0.0) {
            return Err("a log-normal distribution needs numbers above 0".to_owned());
        }
        let scaled = |x: Option<f64>| if logs { x.map(ln) } else { x };
        let given = match (
            scaled(self.min),
            scaled(self.q1),
            scaled(self.q3),
            scaled(self.max),
        ) {
            (Some(min), None, None, Some(max)) => Given::Range { min, max },
            (None, Some(q1), Some(q3), None) => Given::Quartiles { q1, q3 },
            (Some(min), Some(q1), Some(q3), Some(max)) => Given::Both { min, q1, q3, max },
            _ => return Ok(None),
        };
        let (Some(median), Some(n)) = (scaled(self.median), self.n.filter(|n| *n >= 5.0)) else {
            return Ok(None);
        };
        let (mean, sd) = if logs {
            (MeanMethod::Luo, SdMethod::WanShi)
        } else {
            (mean, sd)
        };
        let Some(center) = center(given, median, n, mean) else {
            return Ok(None);
        };
        let raw = deviation(given, median, n, sd);
        let skewed = is_skewed(given, median, n);
        let (center, spread) = if logs {
            log_normal(given, center, raw, n)
        } else {
            (center, raw)
        };
        Ok(Some(Moments {
            mean: center,
            sd: spread.filter(|sd| sd.is_finite()),
            how: how(given, mean, sd, logs),
            skewed,
        }))
    }
}

fn how(given: Given, mean: MeanMethod, sd: SdMethod, logs: bool) -> String {
    let from = match given {
        Given::Range { .. } => "median, minimum and maximum",
        Given::Quartiles { .. } => "median and quartiles",
        Given::Both { .. } => "median, quartiles, minimum and maximum",
    };
    let mean = match mean {
        MeanMethod::Luo => "Luo 2018",
        MeanMethod::Hozo => "Hozo 2005",
        MeanMethod::Wan => "Wan 2014",
        MeanMethod::Bland => "Bland 2015",
        MeanMethod::Walter => "Walter 2007",
    };
    let sd = match (sd, given) {
        (SdMethod::WanShi, Given::Both { .. }) | (SdMethod::Shi, _) => "Shi 2020",
        (SdMethod::WanShi | SdMethod::Wan, _) => "Wan 2014",
        (SdMethod::Hozo, _) => "Hozo 2005",
        (SdMethod::Bland, _) => "Bland 2015",
        (SdMethod::Walter, _) => "Walter 2007",
    };
    let shape = if logs { ", log-normal (Shi 2023)" } else { "" };
    format!("from {from}: mean {mean}, standard deviation {sd}{shape}")
}

fn center(given: Given, median: f64, n: f64, method: MeanMethod) -> Option<f64> {
    use MeanMethod as M;
    Some(match (given, method) {
        (Given::Range { min, max }, M::Luo) => {
            let weight = 4.0 / (4.0 + pow(n, 0.75));
            weight * (min + max) / 2.0 + (1.0 - weight) * median
        }
        (Given::Range { .. }, M::Hozo) if n > 25.0 => median,
        (Given::Range { min, max }, M::Hozo | M::Wan) => (min + 2.0 * median + max) / 4.0,
        (Given::Range { .. }, M::Walter) => median,
        (Given::Quartiles { q1, q3 }, M::Luo) => {
            let weight = 0.7 + 0.39 / n;
            weight * (q1 + q3) / 2.0 + (1.0 - weight) * median
        }
        (Given::Quartiles { q1, q3 }, M::Wan) => (q1 + median + q3) / 3.0,
        (Given::Both { min, q1, q3, max }, M::Luo) => {
            let first = 2.2 / (2.2 + pow(n, 0.75));
            let second = 0.7 - 0.72 / pow(n, 0.55);
            first * (min + max) / 2.0 + second * (q1 + q3) / 2.0 + (1.0 - first - second) * median
        }
        (Given::Both { min, q1, q3, max }, M::Wan | M::Bland) => {
            (min + 2.0 * q1 + 2.0 * median + 2.0 * q3 + max) / 8.0
        }
        _ => return None,
    })
}

/// The expected range of n standard normal draws, approximately.
fn range_of(n: f64) -> f64 {
    2.0 * normal::quantile((n - 0.375) / (n + 0.25))
}

/// The expected interquartile range of n standard normal draws, approximately.
fn interquartile_of(n: f64) -> f64 {
    2.0 * normal::quantile((0.75 * n - 0.125) / (n + 0.25))
}

/// The expected range of n standard normal draws.
fn exact_range_of(n: f64) -> f64 {
    // The trapezoidal rule on a smooth function that vanishes at both ends is as exact as it is plain.
    let step = 1.0 / 64.0;
    (-640..=640)
        .map(|i| {
            let p = normal::cdf(f64::from(i) * step);
            step * (1.0 - pow(1.0 - p, n) - pow(p, n))
        })
        .sum()
}

fn deviation(given: Given, median: f64, n: f64, method: SdMethod) -> Option<f64> {
    use SdMethod as S;
    Some(match (given, method) {
        (Given::Range { min, max }, S::WanShi | S::Wan) => (max - min) / range_of(n),
        (Given::Range { min, max }, S::Hozo) => {
            if n <= 15.0 {
                let middle = min - 2.0 * median + max;
                ((middle * middle / 4.0 + (max - min) * (max - min)) / 12.0).sqrt()
            } else if n <= 70.0 {
                (max - min) / 4.0
            } else {
                (max - min) / 6.0
            }
        }
        (Given::Range { min, max }, S::Walter) => (max - min) / exact_range_of(n),
        (Given::Quartiles { q1, q3 }, S::WanShi | S::Wan) => (q3 - q1) / interquartile_of(n),
        (Given::Both { min, q1, q3, max }, S::WanShi | S::Shi) => {
            let weight = 1.0 / (1.0 + 0.07 * pow(n, 0.6));
            weight * (max - min) / range_of(n) + (1.0 - weight) * (q3 - q1) / interquartile_of(n)
        }
        (Given::Both { min, q1, q3, max }, S::Wan) => {
            0.5 * ((max - min) / range_of(n) + (q3 - q1) / interquartile_of(n))
        }
        (Given::Both { min, q1, q3, max }, S::Bland) => {
            let squares = min * min + 2.0 * q1 * q1 + 2.0 * median * median + 2.0 * q3 * q3 + max * max;
            let products = min * q1 + q1 * median + median * q3 + q3 * max;
            let sum = min + 2.0 * q1 + 2.0 * median + 2.0 * q3 + max;
            (squares / 16.0 + products / 8.0 - sum * sum / 64.0).sqrt()
        }
        _ => return None,
    })
}

/// Shi et al. 2023: at the level of 5 %.
fn is_skewed(given: Given, median: f64, n: f64) -> bool {
    let lean = |low: f64, high: f64| ((low + high - 2.0 * median) / (high - low)).abs();
    match given {
        Given::Range { min, max } => lean(min, max) >= 1.0 / ln(n + 9.0) + 2.5 / (n + 1.0),
        Given::Quartiles { q1, q3 } => lean(q1, q3) >= 2.65 / n.sqrt() - 6.0 / (n * n),
        Given::Both { min, q1, q3, max } => {
            let range = 2.65 * ln(0.6 * n) / n.sqrt() * lean(min, max);
            range.max(lean(q1, q3)) >= 3.0 / n.sqrt() - 40.0 / (n * n * n)
        }
    }
}

/// Mean and deviation of log-normal numbers from those of their logarithms.
fn log_normal(given: Given, center: f64, raw: Option<f64>, n: f64) -> (f64, Option<f64>) {
    let Some(raw) = raw else {
        return (f64::NAN, None);
    };
    let log = ln(n) * ln(n);
    // How far the squared deviation is off, the fourth power likewise, and what bias both leave.
    let (second, fourth, [of_mean, high, low]) = match given {
        Given::Range { .. } => (
            1.01 + 0.25 / log,
            1.0 + 2.23 / log,
            [(0.565, 0.37), (2.26, 5.92), (2.26, 1.48)],
        ),
        Given::Quartiles { .. } => (
            1.0 + 1.58 / n,
            1.0 + 19.2 / pow(n, 1.2),
            [(0.57, 0.75), (2.28, 12.0), (2.28, 3.0)],
        ),
        Given::Both { .. } => (
            1.0 + 0.28 / log,
            1.0 + 3.93 / n,
            [(0.405, 0.315), (1.62, 5.04), (1.62, 1.26)],
        ),
    };
    let square = raw * raw / second;
    let quad = raw * raw * raw * raw / fourth;
    let bias = |(two, four): (f64, f64)| 1.0 + two * square / n + four * quad / n;
    let mean = exp(center + square / 2.0) / bias(of_mean);
    let variance = exp(2.0 * center + 2.0 * square) / bias(high) - exp(2.0 * center + square) / bias(low);
    (mean, Some(variance.sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symmetric_numbers_give_their_middle() {
        let numbers = FiveNumbers {
            min: Some(-3.0),
            q1: Some(-1.0),
            median: Some(0.0),
            q3: Some(1.0),
            max: Some(3.0),
            n: Some(50.0),
        };
        for mean in [MeanMethod::Luo, MeanMethod::Wan, MeanMethod::Bland] {
            let moments = numbers
                .moments(mean, SdMethod::WanShi, Distribution::Normal)
                .unwrap()
                .unwrap();
            assert!(moments.mean.abs() < 1e-15);
            assert!(!moments.skewed);
        }
        // The expected range of two draws is 2 / sqrt(pi).
        assert!((exact_range_of(2.0) - 2.0 / core::f64::consts::PI.sqrt()).abs() < 1e-13);
    }

    #[test]
    fn disorder_and_too_few_people() {
        let mut numbers = FiveNumbers {
            q1: Some(5.0),
            median: Some(4.0),
            q3: Some(6.0),
            n: Some(30.0),
            ..FiveNumbers::default()
        };
        let ask =
            |numbers: &FiveNumbers| numbers.moments(MeanMethod::Luo, SdMethod::WanShi, Distribution::Normal);
        assert!(ask(&numbers).unwrap_err().contains("not in order"));
        numbers.median = Some(5.5);
        assert!(
            ask(&numbers)
                .unwrap()
                .unwrap()
                .how
                .contains("median and quartiles")
        );
        numbers.n = Some(4.0);
        assert_eq!(ask(&numbers).unwrap(), None);
    }
}
