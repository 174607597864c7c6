//! From a course to the engine's doses.
//!
//! A [`Plan`] is what every subject receives, with amounts still per kilogram where the course says so; a subject's
//! weight turns it into doses. The order of a plan does not depend on the order of the treatments in the file.

use crate::course::{Course, DoseAmount, Treatment};
use crate::definition::{duration, in_words};
use crate::drug::{Devices, InputKind, Route};
use crate::result::DoseMark;

/// Compartment that every attended session doses 1 into, controls included.
const EXPECTANCY: &str = "expectancy";
/// Compartment that the end of a course doses 1 into.
const FINISHED: &str = "finished";
/// Compartments of response models that a course doses into where the model has them.
pub(crate) const STATEMENTS: [&str; 2] = [EXPECTANCY, FINISHED];
/// What is given from here on keeps people well who have responded: trials of maintenance begin after four weeks, h.
pub(crate) const INDUCTION_H: f64 = 672.0;
/// Who has responded shows a day after a last session, h: an effect that begins within hours is there, and for a single dose it is when
/// trials look.
pub(crate) const LOOK_H: f64 = 24.0;

/// One dose into one compartment, for anyone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PlannedDose {
    /// Start, h.
    pub(crate) time_h: f64,
    /// Compartment of the model.
    pub(crate) compartment: String,
    /// How much, mg (dimensionless for the expectation).
    pub(crate) amount: DoseAmount,
    /// How it enters.
    pub(crate) input: PlannedInput,
}

/// How a planned dose enters its compartment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum PlannedInput {
    /// All at once.
    Bolus,
    /// At a constant rate over this many hours.
    Over(f64),
    /// At a constant rate over a time the model computes.
    ModelledDuration,
}

/// Everything that a subject is given, in order of time.
pub(crate) type Plan = Vec<PlannedDose>;

/// The plan of a course.
pub(crate) fn plan(course: &Course) -> Plan {
    let mut plan: Plan = course.treatments.iter().flat_map(treatment_doses).collect();
    plan.extend(expectancy(course));
    plan.push(statement(FINISHED, course_end_h(course)));
    plan.sort_by(|a, b| {
        a.time_h
            .total_cmp(&b.time_h)
            .then_with(|| a.compartment.cmp(&b.compartment))
            .then_with(|| order(a).total_cmp(&order(b)))
            .then_with(|| length(a).total_cmp(&length(b)))
    });
    plan
}

/// A number by which doses into one compartment at one time are ordered.
fn order(dose: &PlannedDose) -> f64 {
    match dose.amount {
        DoseAmount::Fixed(mg) => mg,
        // Any fixed order will do; negative keeps the two kinds apart.
        DoseAmount::PerWeight(mg_per_kg) => -mg_per_kg,
    }
}

fn length(dose: &PlannedDose) -> f64 {
    match dose.input {
        PlannedInput::Bolus => 0.0,
        PlannedInput::Over(hours) => hours,
        PlannedInput::ModelledDuration => -1.0,
    }
}

/// The doses of one treatment into the compartments of its route.
fn treatment_doses(treatment: &Treatment) -> Plan {
    let route = treatment.drug.route(&treatment.route);
    route.map_or_else(Vec::new, |route| route_doses(treatment, route))
}

/// The doses of a treatment into the compartments of a route: its own, or the same with other models.
pub(crate) fn route_doses(treatment: &Treatment, route: &Route) -> Plan {
    let Some(dose) = treatment.dose else {
        return Vec::new();
    };
    let mut doses = Vec::new();
    for &start in &treatment.times_h {
        for (device, (delay_h, amount)) in portions(dose, route.device.as_ref()).into_iter().enumerate() {
            for input in &route.inputs {
                let taken = match input.devices {
                    Devices::All => true,
                    Devices::First => device == 0,
                    Devices::Later => device > 0,
                };
                if !taken {
                    continue;
                }
                let input_kind = match (input.kind, treatment.infusion_h) {
                    (InputKind::Infusion, Some(hours)) if hours > 0.0 => PlannedInput::Over(hours),
                    (InputKind::Infusion | InputKind::Bolus, _) => PlannedInput::Bolus,
                    (InputKind::ModelledDuration, _) => PlannedInput::ModelledDuration,
                };
                doses.push(PlannedDose {
                    time_h: start + delay_h,
                    compartment: input.compartment.clone(),
                    amount: scaled(amount, input.fraction),
                    input: input_kind,
                });
            }
        }
    }
    doses
}

/// A dose split over devices: when each is used after the first, and what it holds.
fn portions(dose: DoseAmount, device: Option<&crate::drug::Device>) -> Vec<(f64, DoseAmount)> {
    let (Some(device), DoseAmount::Fixed(mg)) = (device, dose) else {
        return vec![(0.0, dose)];
    };
    let count = devices(mg, device.content_mg).unwrap_or(0);
    (0..count)
        .map(|k| {
            (
                f64::from(k) * device.spacing_h,
                DoseAmount::Fixed(device.content_mg),
            )
        })
        .collect()
}

/// More devices in one session than this are a mistake of the file.
pub(crate) const MOST_DEVICES: f64 = 100.0;

/// How many whole devices hold `mg`; `None` if no whole number does.
pub(crate) fn devices(mg: f64, content_mg: f64) -> Option<u32> {
    let count = mg / content_mg;
    let whole = count.round();
    ((count - whole).abs() < 1e-6 && (1.0..=MOST_DEVICES).contains(&whole)).then_some(whole as u32)
}

fn scaled(amount: DoseAmount, fraction: f64) -> DoseAmount {
    match amount {
        DoseAmount::Fixed(mg) => DoseAmount::Fixed(mg * fraction),
        DoseAmount::PerWeight(mg_per_kg) => DoseAmount::PerWeight(mg_per_kg * fraction),
    }
}

/// One unit of expectation per session that people come for.
fn expectancy(course: &Course) -> impl Iterator<Item = PlannedDose> {
    let times = attended_h(course).into_iter();
    times.map(|time_h| statement(EXPECTANCY, time_h))
}

/// When people come for a session, in order, h. What is given at the same time is one session.
fn attended_h(course: &Course) -> Vec<f64> {
    let attended = course.treatments.iter().filter(|one| one.drug.expectancy.session);
    let mut times: Vec<f64> = attended.flat_map(|one| one.times_h.iter().copied()).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    times
}

/// When it shows who has responded, and relapses begin to count, h: a day after the last session of the first four weeks, or after
/// four weeks where there is none.
pub(crate) fn course_end_h(course: &Course) -> f64 {
    let attended = attended_h(course);
    let last = attended.iter().rfind(|time_h| **time_h <= INDUCTION_H);
    last.map_or(INDUCTION_H, |time_h| time_h + LOOK_H)
}

/// A dose of 1 that tells a model that something happens.
fn statement(compartment: &str, time_h: f64) -> PlannedDose {
    PlannedDose {
        time_h,
        compartment: compartment.to_owned(),
        amount: DoseAmount::Fixed(1.0),
        input: PlannedInput::Bolus,
    }
}

/// The doses as drawn on a time axis, in order of time.
pub(crate) fn dose_marks(course: &Course) -> Vec<DoseMark> {
    let mut marks: Vec<DoseMark> = Vec::new();
    for treatment in &course.treatments {
        let label = label(treatment);
        marks.extend(treatment.times_h.iter().map(|&time_h| DoseMark {
            time_h,
            duration_h: treatment.infusion_h.unwrap_or(0.0),
            label: label.clone(),
        }));
    }
    marks.sort_by(|a, b| a.time_h.total_cmp(&b.time_h).then_with(|| a.label.cmp(&b.label)));
    marks
}

/// Drug, dose and route as said: `racemic ketamine 0.5 mg/kg intravenous over 40 min`.
pub(crate) fn label(treatment: &Treatment) -> String {
    let dose = treatment.dose.map_or(String::new(), |dose| match dose {
        DoseAmount::Fixed(mg) => format!(" {} mg", in_words(mg)),
        DoseAmount::PerWeight(mg_per_kg) => format!(" {} mg/kg", in_words(mg_per_kg)),
    });
    let route = treatment
        .drug
        .route(&treatment.route)
        .map_or(treatment.route.as_str(), |route| &route.name);
    let over = treatment
        .infusion_h
        .map_or(String::new(), |hours| format!(" over {}", duration(hours)));
    format!("{}{dose} {route}{over}", treatment.drug.name)
}

#[cfg(test)]
mod tests;
