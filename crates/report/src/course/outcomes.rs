//! Response and remission over time, beside the trials' proportions.

use euthymia_therapy::result::{CourseResult, Observation, Outcome, QuantityKind};

use crate::error::ReportError;
use crate::figure::number::{percent, percent_range};
use crate::figure::{
    Axis, Figure, Height, Labels, Line, Mark, Panel, Ribbon, Role, Scale, Stroke, Weight, responsive,
};

use super::series::{self, Track, Window};
use super::view::FigureView;
use super::{drawn, tables, words};

/// Colours of the outcomes, in order.
const ROLES: [Role; 3] = [Role::Blue, Role::Green, Role::Purple];

/// The figure of all outcomes, if the result has any.
pub(crate) fn figure(result: &CourseResult) -> Result<Option<FigureView>, ReportError> {
    if result.outcomes.is_empty() {
        return Ok(None);
    }
    let window = Window::whole(result);
    let every: Vec<&Observation> = result
        .outcomes
        .iter()
        .flat_map(|outcome| series::observations(result, &outcome.id, window))
        .collect();
    let several = result.outcomes.len() > 1;
    let panels: Vec<Panel> = result
        .outcomes
        .iter()
        .zip(ROLES.into_iter().cycle())
        .map(|(outcome, role)| panel(result, outcome, role, &every, several))
        .collect();
    let provisional = series::of_kind(result, QuantityKind::Score)
        .iter()
        .any(|score| score.provisional);
    let finding = finding(result);
    let figure = Figure {
        id: "outcomes".to_owned(),
        title: "Response and remission over time".to_owned(),
        description: finding.clone(),
        stamp: provisional.then(|| "PROVISIONAL".to_owned()),
        height: Height::Ordinary,
        panels,
    };
    let definitions: Vec<String> = result
        .outcomes
        .iter()
        .map(|outcome| format!("{}: {}.", outcome.label, short_definition(outcome)))
        .collect();
    // In one table the outcomes of a trial need their names.
    let named: Vec<Observation> = every
        .iter()
        .map(|observation| Observation {
            label: format!("{}, {}", observation.label, outcome_label(result, observation)),
            ..(*observation).clone()
        })
        .collect();
    let measured: Vec<&Observation> = named.iter().collect();
    let mut reading = definitions.join(" ");
    reading.push_str(&series::about_points(&every, "proportions"));
    let outcomes: Vec<&Outcome> = result.outcomes.iter().collect();
    let mut tables = vec![tables::outcomes(result, &outcomes, window)];
    let simulated = |point: &Observation| {
        let outcome = result
            .outcomes
            .iter()
            .find(|outcome| outcome.id == point.series)?;
        tables::simulated(result, &outcome.proportion, outcome.interval.as_ref(), point)
    };
    tables.extend(tables::observations(
        &measured,
        "Trials: proportions".to_owned(),
        &simulated,
    ));
    Ok(Some(FigureView::new(
        "outcomes",
        finding,
        reading,
        responsive(&figure)?,
        tables,
    )))
}

/// A panel for each outcome: their intervals overlap nearly everywhere, and trials measure them at the same times.
fn panel(
    result: &CourseResult,
    outcome: &Outcome,
    role: Role,
    every: &[&Observation],
    titled: bool,
) -> Panel {
    let window = Window::whole(result);
    let times = drawn::drawn(result, window, drawn::COARSE, &[&outcome.proportion]);
    let x = drawn::at(&result.times_h, &times);
    let mut marks = Vec::new();
    if let Some(interval) = &outcome.interval {
        marks.push(Mark::Ribbon(Ribbon {
            x: x.clone(),
            lower: drawn::at(&interval.lower, &times),
            upper: drawn::at(&interval.upper, &times),
            role,
            weight: Weight::Inner,
            label: Some("90\u{a0}% interval".to_owned()),
        }));
    }
    marks.push(Mark::Line(Line {
        x,
        y: drawn::at(&outcome.proportion, &times),
        role,
        stroke: Stroke::Solid,
        label: Some("best estimate".to_owned()),
    }));
    let own: Vec<&Observation> = every
        .iter()
        .copied()
        .filter(|observation| observation.series == outcome.id)
        .collect();
    marks.extend(
        series::point_sets(&own, every, Role::Vermillion, 0, percent)
            .into_iter()
            .map(Mark::Points),
    );
    let share = format!("Share of {}", series::counted_as(result));
    Panel {
        title: titled.then(|| words::capitalised(&outcome.label)),
        x: Axis {
            title: "Time since the first dose".to_owned(),
            scale: Scale::time(window.start_h, window.end_h),
        },
        y: Axis {
            title: if titled {
                share
            } else {
                format!("{share}: {}", outcome.label.to_lowercase())
            },
            scale: Scale::linear_exact(0.0, 1.0, Labels::Percent),
        },
        marks,
        doses: series::dose_strip(result),
    }
}

/// The definition without the source at its end, which the facts about the course give.
fn short_definition(outcome: &Outcome) -> &str {
    let definition = outcome.definition.trim_end_matches('.');
    match definition.split_once(" (") {
        Some((short, rest)) if rest.ends_with(')') => short,
        _ => definition,
    }
}

fn outcome_label(result: &CourseResult, observation: &Observation) -> String {
    let outcome = result
        .outcomes
        .iter()
        .find(|outcome| outcome.id == observation.series);
    outcome.map_or_else(String::new, |outcome| outcome.label.to_lowercase())
}

fn finding(result: &CourseResult) -> String {
    let at = result.answer.time_h;
    let parts: Vec<String> = result
        .outcomes
        .iter()
        .map(|outcome| {
            let track = |values| Track {
                times_h: &result.times_h,
                values,
            };
            let value = percent(track(outcome.proportion.as_slice()).at(at));
            let label = outcome.label.to_lowercase();
            match &outcome.interval {
                Some(interval) => format!(
                    "{label} {value} ({})",
                    percent_range(
                        track(interval.lower.as_slice()).at(at),
                        track(interval.upper.as_slice()).at(at)
                    )
                ),
                None => format!("{label} {value}"),
            }
        })
        .collect();
    format!(
        "{}: {}",
        words::capitalised(&result.answer.time_words),
        words::listed(&parts)
    )
}
