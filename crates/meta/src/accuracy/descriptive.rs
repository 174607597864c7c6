//! Sensitivity, specificity, likelihood ratios and diagnostic odds ratio of each study.

use euthymia_stats::normal;
use euthymia_vecmath::scalar::exp;

use super::Counts;

/// An estimate with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub estimate: f64,
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
}

/// What a study says of a test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Accuracy {
    /// Share of the ill who test positive; Wilson's interval.
    pub sensitivity: Interval,
    /// Share of the well who test negative; Wilson's interval.
    pub specificity: Interval,
    /// Share of the well who test positive; Wilson's interval.
    pub false_positive_rate: Interval,
    /// Sensitivity over the false positive rate.
    pub positive_ratio: Interval,
    /// What is missed over specificity.
    pub negative_ratio: Interval,
    /// Odds of a positive test in the ill over those in the well.
    pub odds_ratio: Interval,
}

/// Each study; counts are taken as they are.
#[must_use]
pub fn describe(counts: &Counts, level: f64) -> Vec<Accuracy> {
    let z = normal::quantile(0.5 + 0.5 * level);
    (0..counts.studies())
        .map(|study| {
            let [tp, missed, fp, tn] = counts.cells(study);
            let (ill, well) = (tp + missed, fp + tn);
            let ratio = |estimate: f64, variance: f64| {
                let reach = exp(z * variance.sqrt());
                Interval {
                    estimate,
                    lower: estimate / reach,
                    upper: estimate * reach,
                }
            };
            let (sensitivity, specificity) = (wilson(tp, ill, z), wilson(tn, well, z));
            let false_positive_rate = wilson(fp, well, z);
            let positive = sensitivity.estimate / false_positive_rate.estimate;
            let negative = (1.0 - sensitivity.estimate) / (1.0 - false_positive_rate.estimate);
            let common = -1.0 / ill - 1.0 / well;
            Accuracy {
                sensitivity,
                specificity,
                false_positive_rate,
                positive_ratio: ratio(positive, 1.0 / tp + 1.0 / fp + common),
                negative_ratio: ratio(negative, 1.0 / tn + 1.0 / missed + common),
                odds_ratio: ratio(positive / negative, 1.0 / tp + 1.0 / tn + 1.0 / missed + 1.0 / fp),
            }
        })
        .collect()
}

/// Wilson's interval (1927), which also holds for counts that a correction made fractions.
fn wilson(x: f64, n: f64, z: f64) -> Interval {
    let p = x / n;
    let square = z * z;
    let middle = (x + 0.5 * square) / (n + square);
    let reach = z * n.sqrt() / (n + square) * (p * (1.0 - p) + square / (4.0 * n)).sqrt();
    Interval {
        estimate: p,
        lower: middle - reach,
        upper: middle + reach,
    }
}
