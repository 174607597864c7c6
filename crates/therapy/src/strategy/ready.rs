//! From a strategy to what lives through it: calibrated care, kinds of sessions, prices.

use super::calibrated::{self, Calibrated};
use super::economy::{Economy, SessionPrice};
use super::life::{ReadyKind, ReadyStep};
use super::run::CompareSettings;
use super::{Course, Given, Step};
use crate::assembly::LATENT_INSTRUMENT;
use crate::cohort::Cohort;
use crate::course::{Antidepressant, Treatment};
use crate::events::{INDUCTION_H, LOOK_H, label};
use euthymia_diagnostics::Diagnostic;
use euthymia_population::draw_of;
use euthymia_stats::random::Purpose;
use std::collections::BTreeMap;

/// The uncertain utilities.
const UTILITIES: Purpose = Purpose(0x7574_696c);
/// The medication beside a course, in the table of prices.
const ANTIDEPRESSANT: &str = "antidepressant";

/// Kinds of sessions, each once.
#[derive(Default)]
pub(super) struct Kinds(pub(super) Vec<(Treatment, SessionPrice)>);

impl Kinds {
    fn place(&mut self, treatment: &Treatment, economy: &Economy) -> Result<usize, Diagnostic> {
        let own = label(treatment);
        if let Some(at) = self.0.iter().position(|(known, _)| label(known) == own) {
            return Ok(at);
        }
        let price = if treatment.drug.expectancy.session {
            economy.session(treatment)?
        } else {
            SessionPrice::NOTHING
        };
        self.0.push((treatment.clone(), price));
        Ok(self.0.len() - 1)
    }
}

type Shared<'s> = (&'s Cohort, &'s Economy, &'s CompareSettings);

pub(super) fn ready_step<'s>(
    step: &'s Step,
    skipped: bool,
    (cohort, economy, settings): Shared<'_>,
    kinds: &mut Kinds,
    rates: &mut BTreeMap<String, calibrated::Parts>,
) -> Result<ReadyStep<'s>, Diagnostic> {
    let monthly = |key: &str, what: &str| {
        let price = economy.medications.get(key).copied();
        price.ok_or_else(|| economy.lacks(what, &format!("[medications.{key}]")))
    };
    match &step.given {
        Given::Care(care) => {
            let (by_study, parts) = Calibrated::all(care, settings.rates.as_deref(), cohort)?;
            if !skipped {
                rates.insert(care.name.clone(), parts);
            }
            let is_procedure = care.sessions.is_some();
            let session = match &care.sessions {
                None => SessionPrice::NOTHING,
                Some((_, in_clinic_h, monitored_h)) => SessionPrice {
                    clinic: economy.procedures.get(&care.id).copied().ok_or_else(|| {
                        economy.lacks(
                            &format!("a session of {}", care.name),
                            &format!("[procedures.{}]", care.id),
                        )
                    })?,
                    drug: 0.0,
                    per_mg: None,
                    in_clinic_h: *in_clinic_h,
                    monitored_h: *monitored_h,
                },
            };
            Ok(ReadyStep {
                rules: &step.rules,
                wait_days: step.wait_days,
                monthly: if is_procedure && !economy.medications.contains_key(&care.id) {
                    0.0
                } else {
                    monthly(&care.id, &care.name)?
                },
                kind: ReadyKind::Care {
                    by_study,
                    luck: draw_of(&care.id),
                    sessions: care
                        .sessions
                        .as_ref()
                        .map_or_else(Vec::new, |(days, ..)| days.clone()),
                    session,
                },
                visits: (care.visits.0.clone(), Some(care.visits.1)),
                psychotherapy_days: None,
                settled_days: care.assessed_days,
                antidepressant: true,
            })
        }
        Given::Course(course) => {
            let mut days: Vec<(u32, usize)> = Vec::new();
            for treatment in &course.treatments {
                let kind = kinds.place(treatment, economy)?;
                let of = |time_h: &f64| ((time_h / 24.0).floor() as u32, kind);
                days.extend(treatment.times_h.iter().map(of));
            }
            days.sort_unstable();
            let antidepressant = course.antidepressant != Antidepressant::None;
            Ok(ReadyStep {
                rules: &step.rules,
                wait_days: step.wait_days,
                monthly: if antidepressant {
                    monthly(ANTIDEPRESSANT, "an antidepressant")?
                } else {
                    0.0
                },
                visits: (Vec::new(), None),
                psychotherapy_days: course.psychotherapy_days.clone(),
                settled_days: settled(course),
                antidepressant,
                kind: ReadyKind::Course {
                    sessions: days,
                    new_antidepressant: course.antidepressant == Antidepressant::NewlyStarted,
                },
            })
        }
    }
}

/// When it shows who has responded to a course, d: a day after the last session of the first four weeks.
fn settled(course: &Course) -> u32 {
    let times = course.treatments.iter().flat_map(|treatment| {
        let attended = treatment.drug.expectancy.session;
        treatment.times_h.iter().filter(move |_| attended)
    });
    let last = times
        .copied()
        .filter(|time_h| *time_h <= INDUCTION_H)
        .fold(f64::NEG_INFINITY, f64::max);
    let settled_h = if last.is_finite() {
        last + LOOK_H
    } else {
        INDUCTION_H
    };
    (settled_h / 24.0).ceil() as u32
}

/// The worst latent score that the proportion of a step counts as remission.
pub(super) fn cut_off(step: &Step, settings: &CompareSettings) -> f64 {
    let Given::Care(care) = &step.given else {
        return f64::NAN;
    };
    let rates = care.rates(settings.rates.as_deref());
    rates
        .and_then(|rates| rates.instrument.to_linked(LATENT_INSTRUMENT, rates.cut_off + 0.5))
        .unwrap_or(f64::NAN)
}

/// Utilities by draw.
pub(super) fn utilities(economy: &Economy, cohort: &Cohort) -> Vec<[f64; 3]> {
    let known = economy.utilities;
    let of = |draw: u32| {
        let source = cohort.stream.at(UTILITIES, draw, 0);
        let mut at = 0;
        [known.remission, known.response, known.ill].map(|(mean, se)| {
            at += 1;
            (mean + se * source.normal(at)).min(1.0)
        })
    };
    (0..cohort.design.draws.max(1)).map(of).collect()
}
