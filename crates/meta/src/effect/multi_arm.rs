//! Trials with several arms against one control: the covariance of the contrasts that share it, or the control split.
//!
//! Gleser and Olkin 2009 (The Handbook of Research Synthesis, 2nd ed., ch. 19); Higgins et al. 2012,
//! doi:10.1002/jrsm.54; Lajeunesse 2011, doi:10.1890/11-0423.1.

use nalgebra::DMatrix;

use super::{Effects, Given, Measure, Options, Reported};
use crate::MetaError;

/// Contrasts of several arms with one control.
#[derive(Clone, Debug, PartialEq)]
pub struct Contrasts {
    /// An effect for each arm.
    pub yi: Vec<f64>,
    /// Their covariance matrix.
    pub v: DMatrix<f64>,
}

/// The contrasts of the arms (rows of `reported`, each with the numbers of the one control beside its own).
///
/// # Errors
/// The rows do not have the same control, one has no effect size, or the measure has no covariance here: it has one for
/// RR, OR, RD, AS, IRR, IRD, MD, SMD and ROM.
pub fn contrasts(measure: Measure, reported: &Reported, options: &Options) -> Result<Contrasts, MetaError> {
    let control = control_of(measure).ok_or_else(|| {
        let reason = format!("contrasts of `{measure}` that share a control have no covariance here");
        MetaError::field("measure", reason)
    })?;
    for what in control {
        let cells = reported.get(*what);
        reported.refuse(|i| {
            let differ = cells[i] != cells[0] && !(cells[i].is_nan() && cells[0].is_nan());
            differ.then(|| {
                format!(
                    "`{}` of the control is {} here and {} in line {}: this is not one control",
                    what.name(),
                    cells[i],
                    cells[0],
                    reported.line(0)
                )
            })
        })?;
    }
    let effects = Effects::of(measure, reported, options)?;
    let rows = effects.yi.len();
    let mut yi = Vec::with_capacity(rows);
    let mut v = DMatrix::zeros(rows, rows);
    for i in 0..rows {
        let (Some(y), Some(own)) = (effects.yi[i], effects.vi[i]) else {
            return Err(MetaError::Row {
                line: reported.line(i),
                reason: "this arm has no effect size".to_owned(),
            });
        };
        yi.push(y);
        v[(i, i)] = own;
    }
    let get = |what| reported.get(what)[0];
    let groups: f64 = reported.get(Given::N1i).iter().sum();
    for i in 0..rows {
        for j in 0..rows {
            if i != j {
                v[(i, j)] = match measure {
                    Measure::RiskRatio => 1.0 / get(Given::Ci) - 1.0 / people(reported),
                    Measure::OddsRatio => 1.0 / get(Given::Ci) + 1.0 / (people(reported) - get(Given::Ci)),
                    Measure::RiskDifference => {
                        let p = get(Given::Ci) / people(reported);
                        p * (1.0 - p) / people(reported)
                    }
                    Measure::ArcsineDifference => 1.0 / (4.0 * people(reported)),
                    Measure::IncidenceRateRatio => 1.0 / get(Given::X2i),
                    Measure::IncidenceRateDifference => get(Given::X2i) / (get(Given::T2i) * get(Given::T2i)),
                    Measure::MeanDifference => get(Given::Sd2i) * get(Given::Sd2i) / get(Given::N2i),
                    Measure::RatioOfMeans => {
                        let relative = get(Given::Sd2i) / get(Given::M2i);
                        relative * relative / get(Given::N2i)
                    }
                    // Standardized by the same deviation of all groups, nearly.
                    _ => 1.0 / get(Given::N2i) + yi[i] * yi[j] / (2.0 * (groups + get(Given::N2i))),
                };
            }
        }
    }
    if v.iter().any(|x| !x.is_finite()) {
        return Err(MetaError::Row {
            line: reported.line(0),
            reason: "the control has no events: the covariance of the contrasts is infinite".to_owned(),
        });
    }
    Ok(Contrasts { yi, v })
}

/// People of the control, however they are given.
fn people(reported: &Reported) -> f64 {
    let n = reported.get(Given::N2i)[0];
    if n.is_nan() {
        reported.get(Given::Ci)[0] + reported.get(Given::Di)[0]
    } else {
        n
    }
}

/// What the rows must have in common.
fn control_of(measure: Measure) -> Option<&'static [Given]> {
    Some(match measure {
        Measure::RiskRatio | Measure::OddsRatio | Measure::RiskDifference | Measure::ArcsineDifference => {
            &[Given::Ci, Given::Di, Given::N2i]
        }
        Measure::IncidenceRateRatio | Measure::IncidenceRateDifference => &[Given::X2i, Given::T2i],
        Measure::MeanDifference | Measure::RatioOfMeans | Measure::StandardizedMeanDifference => {
            &[Given::M2i, Given::Sd2i, Given::N2i]
        }
        _ => return None,
    })
}

/// The same rows with the control shared out: each contrast has an equal part of its people, events and time, so that
/// nobody is counted twice. Means and deviations stay. What the arms have in common is lost; [`contrasts`] keeps it.
#[must_use]
pub fn split_control(reported: &Reported) -> Reported {
    let arms = reported.rows() as f64;
    let shared = [Given::Ci, Given::Di, Given::N2i, Given::X2i, Given::T2i];
    shared
        .into_iter()
        .filter(|what| reported.has(*what))
        .fold(reported.clone(), |split, what| {
            let part: Vec<f64> = reported.get(what).iter().map(|x| x / arms).collect();
            split.with(what, &part)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arms() -> Reported {
        Reported::new(2)
            .with(Given::Ai, &[12.0, 18.0])
            .with(Given::N1i, &[50.0, 52.0])
            .with(Given::Ci, &[9.0, 9.0])
            .with(Given::N2i, &[48.0, 48.0])
    }

    /// The difference of two contrasts is the contrast of the arms, whose control is no longer in it.
    #[test]
    fn the_control_falls_out_of_differences() {
        let direct = Reported::new(1)
            .with(Given::Ai, &[12.0])
            .with(Given::N1i, &[50.0])
            .with(Given::Ci, &[18.0])
            .with(Given::N2i, &[52.0]);
        for measure in [
            Measure::RiskRatio,
            Measure::OddsRatio,
            Measure::RiskDifference,
            Measure::ArcsineDifference,
        ] {
            let both = contrasts(measure, &arms(), &Options::default()).unwrap();
            let wanted = Effects::of(measure, &direct, &Options::default()).unwrap();
            let v = both.v[(0, 0)] + both.v[(1, 1)] - 2.0 * both.v[(0, 1)];
            assert!(
                (both.yi[0] - both.yi[1] - wanted.yi[0].unwrap()).abs() < 1e-13,
                "{measure}"
            );
            assert!((v - wanted.vi[0].unwrap()).abs() < 1e-14, "{measure}");
            assert!(both.v.clone().cholesky().is_some());
        }
        let means = Reported::new(2)
            .with(Given::M1i, &[5.0, 6.0])
            .with(Given::Sd1i, &[1.0, 2.0])
            .with(Given::N1i, &[20.0, 25.0])
            .with(Given::M2i, &[4.0, 4.0])
            .with(Given::Sd2i, &[1.5, 1.5])
            .with(Given::N2i, &[22.0, 22.0]);
        let both = contrasts(Measure::MeanDifference, &means, &Options::default()).unwrap();
        let v = both.v[(0, 0)] + both.v[(1, 1)] - 2.0 * both.v[(0, 1)];
        assert!((v - (1.0 / 20.0 + 4.0 / 25.0)).abs() < 1e-14);
        assert!(contrasts(Measure::StandardizedMeanDifference, &means, &Options::default()).is_ok());
        assert!(contrasts(Measure::Phi, &arms(), &Options::default()).is_err());
    }

    #[test]
    fn a_split_control_counts_nobody_twice() {
        let split = split_control(&arms());
        assert_eq!(split.get(Given::N2i), [24.0, 24.0]);
        assert_eq!(split.get(Given::Ci), [4.5, 4.5]);
        assert_eq!(split.get(Given::N1i), [50.0, 52.0]);
    }

    #[test]
    fn two_controls_are_told() {
        let two = arms().with(Given::Ci, &[9.0, 10.0]);
        let error = contrasts(Measure::OddsRatio, &two, &Options::default())
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("line 3: `ci` of the control is 10 here and 9 in line 2"),
            "{error}"
        );
    }
}
