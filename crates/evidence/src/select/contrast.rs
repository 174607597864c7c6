//! Two groups of people and the effect between them.

use euthymia_meta::MetaError;
use euthymia_meta::effect::{self, Given, Options};
use serde::Serialize;

use crate::vocabulary::Measure;

use super::Crossover;

/// What an effect was computed from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Numbers {
    /// Events and people of both groups.
    Counts {
        /// Events, treated.
        ai: f64,
        /// People, treated.
        n1i: f64,
        /// Events, control.
        ci: f64,
        /// People, control.
        n2i: f64,
    },
    /// Scores of both groups.
    Scores {
        /// Mean, treated.
        m1i: f64,
        /// Standard deviation, treated.
        sd1i: f64,
        /// People, treated.
        n1i: f64,
        /// Mean, control.
        m2i: f64,
        /// Standard deviation, control.
        sd2i: f64,
        /// People, control.
        n2i: f64,
    },
    /// A published contrast.
    Published {
        /// As read (a ratio is a ratio).
        estimate: f64,
        /// Its standard error on the scale that is pooled.
        se: f64,
    },
}

/// Treated people against controls.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contrast {
    /// Arms of the treated people.
    pub treated: Vec<String>,
    /// Arms of the controls.
    pub control: Vec<String>,
    /// What the effect was computed from.
    pub numbers: Numbers,
    /// The effect on the scale that is pooled.
    pub yi: f64,
    /// Its variance.
    pub vi: f64,
}

/// The measure as `meta` knows it; `None` for what is no contrast of groups.
pub(crate) fn of_meta(measure: Measure) -> Option<effect::Measure> {
    Some(match measure {
        Measure::RiskRatio => effect::Measure::RiskRatio,
        Measure::OddsRatio => effect::Measure::OddsRatio,
        Measure::RiskDifference => effect::Measure::RiskDifference,
        Measure::HazardRatio => effect::Measure::HazardRatio,
        Measure::MeanDifference => effect::Measure::MeanDifference,
        Measure::StandardisedMeanDifference => effect::Measure::StandardizedMeanDifference,
        Measure::NumberNeededToTreat | Measure::SlopeDifference | Measure::Percentage => return None,
    })
}

impl Numbers {
    /// Whether a cell of the four is empty; a half is then added to each.
    pub(super) fn has_empty_cell(self) -> bool {
        matches!(self, Self::Counts { ai, n1i, ci, n2i } if ai == 0.0 || ci == 0.0 || ai == n1i || ci == n2i)
    }

    /// The effect and its variance; `None` where the numbers have none (no variation, no event at all).
    ///
    /// # Errors
    /// Numbers that cannot be.
    pub(super) fn effect(self, measure: Measure) -> Result<Option<(f64, f64)>, MetaError> {
        let Some(of_meta) = of_meta(measure) else {
            return Ok(None);
        };
        let given: Vec<(Given, f64)> = match self {
            Self::Counts { ai, n1i, ci, n2i } => {
                if ai + ci == 0.0 || (ai == n1i && ci == n2i) {
                    return Ok(None);
                }
                vec![
                    (Given::Ai, ai),
                    (Given::N1i, n1i),
                    (Given::Ci, ci),
                    (Given::N2i, n2i),
                ]
            }
            Self::Scores {
                m1i,
                sd1i,
                n1i,
                m2i,
                sd2i,
                n2i,
            } => vec![
                (Given::M1i, m1i),
                (Given::Sd1i, sd1i),
                (Given::N1i, n1i),
                (Given::M2i, m2i),
                (Given::Sd2i, sd2i),
                (Given::N2i, n2i),
            ],
            Self::Published { estimate, se } => {
                let yi = if of_meta.scale().is_ratio() {
                    euthymia_vecmath::scalar::ln(estimate)
                } else {
                    estimate
                };
                return Ok((yi.is_finite() && se > 0.0).then_some((yi, se * se)));
            }
        };
        let found = effect::one(of_meta, &given, &Options::default())?;
        Ok(found.filter(|(_, v)| *v > 0.0))
    }

    /// What each group alone adds to the variance: treated, control.
    pub(super) fn shares(self, measure: Measure) -> Option<(f64, f64)> {
        match self {
            Self::Counts { ai, n1i, ci, n2i } => {
                let add = if self.has_empty_cell() { 0.5 } else { 0.0 };
                let share = |events: f64, n: f64| {
                    let (a, b) = (events + add, n - events + add);
                    match measure {
                        Measure::RiskRatio => 1.0 / a - 1.0 / (a + b),
                        Measure::OddsRatio => 1.0 / a + 1.0 / b,
                        _ => a * b / ((a + b) * (a + b) * (a + b)),
                    }
                };
                Some((share(ai, n1i), share(ci, n2i)))
            }
            Self::Scores {
                sd1i, n1i, sd2i, n2i, ..
            } => Some(match measure {
                Measure::StandardisedMeanDifference => (1.0 / n1i, 1.0 / n2i),
                _ => (sd1i * sd1i / n1i, sd2i * sd2i / n2i),
            }),
            Self::Published { .. } => None,
        }
    }
}

/// The variance of a contrast within people, where the groups are the same people twice: what the pairing takes away is
/// `2 r` times the geometric mean of what each group adds (Elbourne et al. 2002, doi:10.1093/ije/31.1.140).
///
/// # Errors
/// The correlation leaves no variance.
pub(super) fn paired_variance(vi: f64, shares: (f64, f64), crossover: Crossover) -> Result<f64, String> {
    match crossover {
        Crossover::Paired(r) => {
            let left = vi - 2.0 * r * (shares.0 * shares.1).sqrt();
            if left > 0.0 && r > -1.0 && r < 1.0 {
                Ok(left)
            } else {
                Err(format!(
                    "a correlation of {r} between the periods leaves no variance"
                ))
            }
        }
        Crossover::Parallel | Crossover::Exclude => Ok(vi),
    }
}

/// Contrasts that share people, joined to one: generalised least squares with their covariance.
///
/// `None` where the covariance leaves no information.
pub(super) fn joined(yi: &[f64], covariance: &nalgebra::DMatrix<f64>) -> Option<(f64, f64)> {
    let inverse = euthymia_meta::linear::inverse_spd(covariance)?;
    let k = yi.len();
    let (mut weights, mut sum) = (0.0, 0.0);
    for i in 0..k {
        for j in 0..k {
            weights += inverse[(i, j)];
            sum += inverse[(i, j)] * yi[j];
        }
    }
    (weights > 0.0).then(|| (sum / weights, 1.0 / weights))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_have_the_variance_of_their_differences() {
        // Differences of 16 people with standard deviations 10 and 12 and correlation 0.5: 100 + 144 - 120 = 124.
        let numbers = Numbers::Scores {
            m1i: 15.0,
            sd1i: 10.0,
            n1i: 16.0,
            m2i: 24.0,
            sd2i: 12.0,
            n2i: 16.0,
        };
        let (_, vi) = numbers.effect(Measure::MeanDifference).unwrap().unwrap();
        let shares = numbers.shares(Measure::MeanDifference).unwrap();
        assert!((vi - 244.0 / 16.0).abs() < 1e-12);
        let paired = paired_variance(vi, shares, Crossover::Paired(0.5)).unwrap();
        assert!((paired - 124.0 / 16.0).abs() < 1e-12);
        assert_eq!(paired_variance(vi, shares, Crossover::Parallel), Ok(vi));
        for whole in [1.0, -1.0] {
            let refused = paired_variance(vi, shares, Crossover::Paired(whole));
            assert!(refused.is_err_and(|told| told.contains(&format!("correlation of {whole} "))));
        }
    }

    #[test]
    fn the_shares_make_up_the_variance() {
        let counts = Numbers::Counts {
            ai: 7.0,
            n1i: 20.0,
            ci: 3.0,
            n2i: 22.0,
        };
        for measure in [Measure::RiskRatio, Measure::OddsRatio, Measure::RiskDifference] {
            let (_, vi) = counts.effect(measure).unwrap().unwrap();
            let (a, b) = counts.shares(measure).unwrap();
            assert!((a + b - vi).abs() < 1e-14, "{measure:?}");
        }
    }

    #[test]
    fn joining_contrasts_without_covariance_is_weighting_by_inverse_variance() {
        let v = nalgebra::DMatrix::from_diagonal(&nalgebra::DVector::from_vec(vec![1.0, 4.0]));
        let (y, v) = joined(&[2.0, 7.0], &v).unwrap();
        assert!((y - 3.0).abs() < 1e-14 && (v - 0.8).abs() < 1e-14);
        // Two contrasts that are the same one twice tell nothing more than one... and cannot be joined.
        let twice = nalgebra::DMatrix::from_element(2, 2, 1.0);
        assert_eq!(joined(&[2.0, 2.0], &twice), None);
    }

    #[test]
    fn no_event_at_all_says_nothing() {
        let none = Numbers::Counts {
            ai: 0.0,
            n1i: 20.0,
            ci: 0.0,
            n2i: 22.0,
        };
        assert_eq!(none.effect(Measure::RiskRatio), Ok(None));
    }
}
