//! What trials measured of the regimen that is simulated: the arms that the course names, else those that received the
//! same.

use crate::condition::comparable;
use crate::course::{ArmRole, Course, DoseAmount, People};
use crate::library::Library;
use crate::result::Observation;
use euthymia_diagnostics::Diagnostic;
use euthymia_evidence::{Arm, Dose, DoseUnit, Evidence, Match, Overlay, Regimen, Route, Schedule, Series};

/// Points of the trials, on the scale of the course. `baseline` is the mean score of the simulated people before
/// treatment.
pub(crate) fn observations(
    course: &Course,
    library: &Library,
    baseline: Option<f64>,
) -> Result<Vec<Observation>, Vec<Diagnostic>> {
    let Some(evidence) = library.evidence()? else {
        return Ok(Vec::new());
    };
    let overlay = Overlay {
        instrument: &course.people.instrument().id,
        horizon_h: course.horizon_h,
        baseline,
    };
    let mut observations = Vec::new();
    for role in [ArmRole::Treatment, ArmRole::Control] {
        let arms = arms(course, &evidence, role);
        let points = evidence.overlay(arms.iter().map(|(arm, _)| *arm), &overlay);
        let alike = |point: &euthymia_evidence::Observation| {
            let of_point = |arm: &Arm| arm.study_id == point.study_id && arm.arm_id == point.arm_id;
            arms.iter()
                .any(|(arm, until_h)| of_point(arm) && until_h.is_none_or(|until_h| point.time_h <= until_h))
        };
        observations.extend(points.into_iter().filter(alike).map(|point| Observation {
            study_id: point.study_id,
            label: point.label,
            role,
            series: series(point.series).to_owned(),
            time_h: point.time_h,
            value: point.value,
            lower: point.interval.map(|interval| interval.lower),
            upper: point.interval.map(|interval| interval.upper),
            n: point.n,
            derivation: point.derivation,
            source_url: point.source_url,
        }));
    }
    Ok(observations)
}

fn series(series: Series) -> &'static str {
    match series {
        Series::Score => "score",
        Series::Response => "response",
        Series::Remission => "remission",
    }
}

/// The arms of a role, and until when each is like the course, h: those named by the course; where it names none, those
/// that received the regimen.
fn arms<'e>(course: &Course, evidence: &'e Evidence, role: ArmRole) -> Vec<(&'e Arm, Option<f64>)> {
    if !course.observed.is_empty() {
        let named = course.observed.iter().filter(|observed| observed.role == role);
        return named
            .filter_map(|observed| {
                let is_named = |arm: &&Arm| arm.study_id == observed.study && arm.arm_id == observed.arm;
                Some((evidence.arms.iter().find(is_named)?, observed.until_h))
            })
            .collect();
    }
    match (role, regimen(course)) {
        (ArmRole::Treatment, Some(regimen)) => evidence
            .matching(&regimen)
            .into_iter()
            .map(|found| (found.arm, until(course, &found)))
            .collect(),
        _ => Vec::new(),
    }
}

/// Until when an arm is like the course, h: one of a single dose at most until the course's own second one.
fn until(course: &Course, found: &Match<'_>) -> Option<f64> {
    let second = course.session_times_h().get(1).copied();
    match (found.until_h, second) {
        (Some(until), Some(second)) if found.arm.schedule == Schedule::Single => Some(until.min(second)),
        (until, _) => until,
    }
}

/// The course as the evidence tables describe arms, where it can be put so: one drug by one route in a population.
fn regimen(course: &Course) -> Option<Regimen> {
    let first = course.treatments.first()?;
    let same =
        |other: &crate::course::Treatment| other.drug.id == first.drug.id && other.route == first.route;
    if !course.treatments.iter().all(same) || matches!(course.people, People::Patient(_)) {
        return None;
    }
    // A variant of a route (`oral-pr`) is that route in the tables.
    let key = first.route.split('-').next()?;
    let route = Route::from_word(key)?;
    Some(Regimen {
        drug: first.drug.id.clone(),
        route: Some(route),
        dose: dose(course),
        schedule: schedule(&course.session_times_h())?,
        conditions: comparable(&course.condition),
    })
}

/// Smallest and largest dose.
fn dose(course: &Course) -> Option<Dose> {
    let doses = course.treatments.iter().filter_map(|treatment| treatment.dose);
    doses
        .map(|dose| match dose {
            DoseAmount::Fixed(mg) => Dose {
                minimum: mg,
                maximum: mg,
                unit: DoseUnit::Milligram,
            },
            DoseAmount::PerWeight(per_kg) => Dose {
                minimum: per_kg,
                maximum: per_kg,
                unit: DoseUnit::MilligramPerKilogram,
            },
        })
        .reduce(|all, one| Dose {
            minimum: all.minimum.min(one.minimum),
            maximum: all.maximum.max(one.maximum),
            ..all
        })
}

/// One dose, or the same number every week.
fn schedule(times_h: &[f64]) -> Option<Schedule> {
    const WEEK_H: f64 = 168.0;
    let last = match times_h {
        [] => return None,
        [_] => return Some(Schedule::Single),
        [first, .., last] => last - first,
    };
    let weeks = (last / WEEK_H).floor() as usize + 1;
    let mut per_week = vec![0_u32; weeks];
    for time in times_h {
        if let Some(count) = per_week.get_mut(((time - times_h[0]) / WEEK_H) as usize) {
            *count += 1;
        }
    }
    let regular = per_week.windows(2).all(|pair| pair[0] == pair[1]);
    regular.then(|| Schedule::Weekly {
        per_week: f64::from(per_week[0]),
        weeks: Some(weeks as f64),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_single_or_regular() {
        let weekly = |per_week, weeks| {
            Some(Schedule::Weekly {
                per_week,
                weeks: Some(weeks),
            })
        };
        let every =
            |days: f64, count: u32| (0..count).map(|k| f64::from(k) * days * 24.0).collect::<Vec<_>>();
        assert_eq!(schedule(&[0.0]), Some(Schedule::Single));
        assert_eq!(schedule(&every(3.5, 8)), weekly(2.0, 4.0));
        assert_eq!(schedule(&every(7.0, 4)), weekly(1.0, 4.0));
        assert_eq!(schedule(&[0.0, 72.0, 168.0, 240.0]), weekly(2.0, 2.0));
        assert_eq!(
            schedule(&[0.0, 84.0, 168.0]),
            None,
            "two in one week, one in the next"
        );
        assert_eq!(schedule(&[]), None);
    }
}
