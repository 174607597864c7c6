//! Dose and effect: the arms of a selection by their doses, one curve through them, and how little that may tell.
//!
//! The studies, their contrasts and everything said about them are those of [`select`](mod@crate::select); a contrast has
//! the dose of its treated arm, its control the dose 0.

mod amount;
mod doubts;
mod json;

use euthymia_meta::MetaError;
use euthymia_meta::dose_response::{Contrasts, Prediction, Shape, Trend, trend};
use euthymia_meta::multivariate::Method;
use euthymia_stats::normal;
use nalgebra::DMatrix;
use serde::Serialize;

use crate::arm::Arm;
use crate::select::{Included, Query, QueryError, Selection, Shared, select};
use crate::tables::Evidence;
use crate::vocabulary::{DoseUnit, Route};
use crate::words::Words;
use crate::{label, select};

/// Which curve.
#[derive(Clone, Debug, PartialEq)]
pub enum CurveChoice {
    /// Proportional to the dose.
    Linear,
    /// With the square of the dose.
    Quadratic,
    /// A restricted cubic spline; without knots they are at the quantiles of the distinct doses, 0 among them.
    Spline(Option<Vec<f64>>),
    /// Rising to a maximum.
    Emax,
}

/// How the curve is fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct DoseHow {
    /// Which.
    pub curve: CurveChoice,
    /// Maximum likelihood, restricted or not; or no variance between studies.
    pub method: Method,
    /// Coverage.
    pub level: f64,
    /// Unit of the doses; `None`: the one that more of the arms have.
    pub unit: Option<DoseUnit>,
    /// Body weight, kg, ASSUMED for arms that tell none, to turn mg into mg/kg or back.
    pub weight: Option<f64>,
    /// Doses to predict at; none: 0 and the doses given.
    pub at: Vec<f64>,
}

impl Default for DoseHow {
    fn default() -> Self {
        Self {
            curve: CurveChoice::Linear,
            method: Method::Restricted,
            level: 0.95,
            unit: None,
            weight: None,
            at: Vec::new(),
        }
    }
}

/// A treated arm against the controls of its study.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DosePoint {
    /// The study.
    pub study_id: String,
    /// As a citation.
    pub label: String,
    /// The arm.
    pub arm: String,
    /// What it received, as the tables have it.
    pub given: String,
    /// The drug.
    pub drug: String,
    /// How it was given.
    pub route: Option<Route>,
    /// Doses that were planned.
    pub n_doses: Option<u32>,
    /// The dose at a time, in the unit of the answer.
    pub dose: f64,
    /// Effect on the scale that is pooled.
    pub yi: f64,
    /// Its variance.
    pub vi: f64,
    /// Interval of it alone.
    pub lower: f64,
    /// Interval of it alone.
    pub upper: f64,
    /// How the dose came to its unit, where it had another.
    pub converted: Option<String>,
    /// Whether it did so by a weight that is assumed.
    pub weight_assumed: bool,
}

/// An arm of a selected study that has no place on the curve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ArmLeftOut {
    /// The study.
    pub study_id: String,
    /// As a citation.
    pub label: String,
    /// The arm.
    pub arm: String,
    /// Why not.
    pub reason: String,
}

/// A curve beside the others, all by maximum likelihood.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alternative {
    /// Its name.
    pub curve: &'static str,
    /// Akaike's criterion: smaller is better, differences below 2 tell nothing.
    pub aic: Option<f64>,
    /// Why it has none.
    pub reason: Option<String>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct DoseAnswer {
    /// What was selected, and what was not.
    pub selection: Selection,
    /// Unit of the doses.
    pub unit: Option<DoseUnit>,
    /// The name of the curve.
    pub curve: &'static str,
    /// Arms on the curve.
    pub points: Vec<DosePoint>,
    /// What was fitted, study by study, in the order of the arms: their effects with the covariances of what they share.
    pub contrasts: Vec<Contrasts>,
    /// Arms of selected studies that are not.
    pub left_out: Vec<ArmLeftOut>,
    /// The curve; `None` where there is none.
    pub trend: Option<Trend>,
    /// The curve at the doses that were asked for.
    pub predictions: Vec<Prediction>,
    /// The curve in small steps, to be drawn.
    pub drawn: Vec<Prediction>,
    /// All curves side by side.
    pub alternatives: Vec<Alternative>,
    /// What a reader must know first: what cannot be told apart, what was assumed.
    pub said: Vec<String>,
}

/// Steps in which a curve is drawn.
const STEPS: u32 = 160;

/// Fits a curve to the arms that answer a question; arms that share a control stay apart, with its covariance.
///
/// # Errors
/// The question has a word that the tables do not have.
pub fn dose_response(
    evidence: &Evidence,
    words: &Words,
    query: &Query,
    how: &DoseHow,
) -> Result<DoseAnswer, QueryError> {
    let apart = Query {
        shared: Shared::Covariance,
        ..query.clone()
    };
    Ok(of_selection(
        evidence,
        select(evidence, words, &apart)?,
        query,
        how,
    ))
}

/// Arms of one study with their places among its contrasts.
struct OfStudy<'s> {
    study: &'s Included,
    kept: Vec<(usize, DosePoint)>,
}

fn of_selection(evidence: &Evidence, selection: Selection, query: &Query, how: &DoseHow) -> DoseAnswer {
    let unit = how.unit.or_else(|| usual_unit(evidence, &selection));
    let (mut studies, mut left_out) = (Vec::new(), Vec::new());
    for study in &selection.included {
        let mut kept = Vec::new();
        let off = |arm: &str, reason: String| ArmLeftOut {
            study_id: study.study_id.clone(),
            label: study.label.clone(),
            arm: arm.to_owned(),
            reason,
        };
        left_out.extend(study.missing.iter().map(|(arm, why)| off(arm, why.clone())));
        for (place, contrast) in study.contrasts.iter().enumerate() {
            let name = contrast.treated.join(", ");
            let arm = match contrast.treated.as_slice() {
                [only] => evidence.arm(&study.study_id, only),
                _ => None,
            };
            let read = arm
                .ok_or_else(|| "several arms taken together have no dose of their own".to_owned())
                .and_then(|arm| Ok((arm, amount::read(arm, unit, how.weight, query.include_memory)?)));
            match read {
                Ok((arm, (dose, converted))) => {
                    let of = (contrast.yi, contrast.vi);
                    kept.push((place, point(study, arm, of, (dose, converted), how.level)));
                }
                Err(reason) => left_out.push(off(&name, reason)),
            }
        }
        if !kept.is_empty() {
            studies.push(OfStudy { study, kept });
        }
    }
    let contrasts: Vec<Contrasts> = studies.iter().map(contrasts).collect();
    let points: Vec<DosePoint> = studies
        .iter()
        .flat_map(|study| study.kept.iter().map(|(_, point)| point.clone()))
        .collect();
    let doses = distinct(&points);
    let shape = shape(&how.curve, &doses);
    let fitted = (!points.is_empty())
        .then(|| shape.and_then(|shape| trend(&contrasts, &shape, how.method, how.level)));
    let mut said = Vec::new();
    let fitted = match fitted {
        Some(Ok(fitted)) => Some(fitted),
        Some(Err(error)) => {
            said.push(format!("no {} curve: {error}", how.curve.name()));
            None
        }
        None => {
            said.push(doubts::nothing(&selection, &left_out));
            None
        }
    };
    let alternatives = if points.is_empty() {
        Vec::new()
    } else {
        alternatives(&contrasts, how, &doses)
    };
    said.extend(doubts::of(
        &points,
        fitted.as_ref(),
        &alternatives,
        &how.curve,
        unit,
    ));
    let memory = selection.included.iter().filter(|study| study.memory).count();
    if memory > 0 {
        said.push(format!(
            "{memory} of the studies have numbers from memory, which nobody read on a page"
        ));
    }
    let predictions = predictions(fitted.as_ref(), &how.at, &doses, &mut said);
    let highest = doses.last().copied().unwrap_or(0.0);
    let steps: Vec<f64> = (0..=STEPS)
        .map(|step| highest * f64::from(step) / f64::from(STEPS))
        .collect();
    let drawn = predictions_at(fitted.as_ref(), &steps, &mut Vec::new());
    DoseAnswer {
        unit,
        curve: how.curve.name(),
        points,
        contrasts,
        left_out,
        trend: fitted,
        predictions,
        drawn,
        alternatives,
        said,
        selection,
    }
}

fn point(
    study: &Included,
    arm: &Arm,
    (yi, vi): (f64, f64),
    (dose, converted): (f64, Option<amount::Converted>),
    level: f64,
) -> DosePoint {
    let half = normal::quantile(0.5 + 0.5 * level) * vi.sqrt();
    DosePoint {
        study_id: study.study_id.clone(),
        label: if study.layer {
            format!("{} (yours)", study.label)
        } else {
            study.label.clone()
        },
        arm: arm.arm_id.clone(),
        given: label::treatment(arm),
        drug: arm.drug.clone(),
        route: arm.route,
        n_doses: arm.n_doses,
        dose,
        yi,
        vi,
        lower: yi - half,
        upper: yi + half,
        weight_assumed: converted.as_ref().is_some_and(|converted| converted.assumed),
        converted: converted.map(|converted| converted.told),
    }
}

fn contrasts(of: &OfStudy<'_>) -> Contrasts {
    let k = of.kept.len();
    Contrasts {
        doses: of.kept.iter().map(|(_, point)| point.dose).collect(),
        effects: of.kept.iter().map(|(_, point)| point.yi).collect(),
        covariance: DMatrix::from_fn(k, k, |i, j| of.study.covariance[(of.kept[i].0, of.kept[j].0)]),
    }
}

/// The unit that more of the treated arms have; mg/kg where as many have each.
fn usual_unit(evidence: &Evidence, selection: &Selection) -> Option<DoseUnit> {
    let units = selection.included.iter().flat_map(|study| {
        let arms = study.contrasts.iter().flat_map(|contrast| &contrast.treated);
        arms.filter_map(|arm| Some(evidence.arm(&study.study_id, arm)?.dose?.unit))
    });
    let (mut by_weight, mut absolute) = (0, 0);
    for unit in units {
        match unit {
            DoseUnit::MilligramPerKilogram => by_weight += 1,
            DoseUnit::Milligram => absolute += 1,
        }
    }
    match (by_weight, absolute) {
        (0, 0) => None,
        (by_weight, absolute) if absolute > by_weight => Some(DoseUnit::Milligram),
        _ => Some(DoseUnit::MilligramPerKilogram),
    }
}

/// The doses given, each once, rising.
fn distinct(points: &[DosePoint]) -> Vec<f64> {
    let mut doses: Vec<f64> = points.iter().map(|point| point.dose).collect();
    doses.sort_by(f64::total_cmp);
    doses.dedup();
    doses
}

impl CurveChoice {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Quadratic => "quadratic",
            Self::Spline(_) => "spline",
            Self::Emax => "Emax",
        }
    }
}

fn shape(curve: &CurveChoice, doses: &[f64]) -> Result<Shape, MetaError> {
    Ok(match curve {
        CurveChoice::Linear => Shape::Linear,
        CurveChoice::Quadratic => Shape::Quadratic,
        CurveChoice::Emax => Shape::Emax,
        CurveChoice::Spline(Some(knots)) => {
            if let Some(wrong) = knots.iter().find(|knot| !(**knot >= 0.0 && knot.is_finite())) {
                return Err(MetaError::NoAnswer(format!("its knot {wrong} is no dose")));
            }
            Shape::Spline(knots.clone())
        }
        CurveChoice::Spline(None) => {
            let all: Vec<f64> = core::iter::once(0.0).chain(doses.iter().copied()).collect();
            let knots = euthymia_meta::dose_response::quantile_knots(&all, 3)
                .filter(|knots| knots.windows(2).all(|pair| pair[0] < pair[1]));
            Shape::Spline(knots.ok_or_else(|| {
                MetaError::NoAnswer("its three knots need two doses other than 0 at least".to_owned())
            })?)
        }
    })
}

/// Every curve by maximum likelihood, so that they can be held against each other.
fn alternatives(contrasts: &[Contrasts], how: &DoseHow, doses: &[f64]) -> Vec<Alternative> {
    let spline = match &how.curve {
        CurveChoice::Spline(knots) => knots.clone(),
        _ => None,
    };
    let curves = [
        CurveChoice::Linear,
        CurveChoice::Quadratic,
        CurveChoice::Spline(spline),
        CurveChoice::Emax,
    ];
    let method = if how.method == Method::Fixed {
        Method::Fixed
    } else {
        Method::MaximumLikelihood
    };
    let of = |curve: &CurveChoice| {
        let fitted = shape(curve, doses).and_then(|shape| trend(contrasts, &shape, method, how.level));
        let (aic, reason) = match fitted {
            Ok(fitted) => (fitted.aic, None),
            Err(error) => (None, Some(error.to_string())),
        };
        Alternative {
            curve: curve.name(),
            aic,
            reason,
        }
    };
    curves.iter().map(of).collect()
}

fn predictions(
    fitted: Option<&Trend>,
    asked: &[f64],
    doses: &[f64],
    said: &mut Vec<String>,
) -> Vec<Prediction> {
    let at: Vec<f64> = if asked.is_empty() {
        core::iter::once(0.0).chain(doses.iter().copied()).collect()
    } else {
        asked.to_vec()
    };
    predictions_at(fitted, &at, said)
}

/// The curve at some doses; where it has no number, why not.
fn predictions_at(fitted: Option<&Trend>, at: &[f64], said: &mut Vec<String>) -> Vec<Prediction> {
    let Some(fitted) = fitted else {
        return Vec::new();
    };
    let mut predictions = Vec::new();
    for dose in at {
        let found = fitted.predict(*dose).map_err(|error| error.to_string());
        let found = found.and_then(|one| {
            let finite = [one.effect, one.se, one.lower, one.upper]
                .iter()
                .all(|x| x.is_finite());
            finite
                .then_some(one)
                .ok_or_else(|| "the curve has no finite effect there".to_owned())
        });
        match found {
            Ok(one) => predictions.push(one),
            Err(why) => said.push(format!("no prediction at {dose}: {why}")),
        }
    }
    predictions
}

impl DoseAnswer {
    /// The measure as it is read.
    #[must_use]
    pub fn measure(&self) -> Option<euthymia_meta::synthesis::Measure> {
        select::contrast_measure(self.selection.measure).map(Into::into)
    }
}
