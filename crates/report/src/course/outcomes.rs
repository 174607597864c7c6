//! Response and remission over time, beside the trials' proportions.

use euthymia_therapy::result::{CourseResult, Observation, Outcome, QuantityKind};

use crate::error::ReportError;
use crate::figure::number::percent;
use crate::figure::{
    Axis, Figure, Height, Labels, Line, Mark, Panel, Ribbon, Role, Scale, Stroke, Weight, responsive,
};

use super::series::{self, Track, Window};
use super::view::FigureView;
use super::{tables, words};

/// Colour and dash of the outcomes, in order.
const STYLES: [(Role, Stroke); 3] = [
    (Role::Blue, Stroke::Solid),
    (Role::Green, Stroke::Dashed),
    (Role::Purple, Stroke::Dotted),
];

/// The figure of all outcomes, if the result has any.
pub(crate) fn figure(result: &CourseResult) -> Result<Option<FigureView>, ReportError> {
    if result.outcomes.is_empty() {
        return Ok(None);
    }
    let window = Window::whole(result);
    let mut bands = Vec::new();
    let mut lines = Vec::new();
    let mut points = Vec::new();
    let mut measured: Vec<Observation> = Vec::new();
    for (index, outcome) in result.outcomes.iter().enumerate() {
        let (role, stroke) = STYLES[index % STYLES.len()];
        if let Some(interval) = &outcome.interval {
            bands.push(Mark::Ribbon(Ribbon {
                x: result.times_h.clone(),
                lower: interval.lower.clone(),
                upper: interval.upper.clone(),
                role,
                weight: Weight::Inner,
                label: Some(format!("{}: 90\u{a0}% interval", outcome.label)),
            }));
        }
        lines.push(Mark::Line(Line {
            x: result.times_h.clone(),
            y: outcome.proportion.clone(),
            role,
            stroke,
            label: Some(outcome.label.clone()),
        }));
        let observations = series::observations(result, &outcome.id, window);
        let named: Vec<Observation> = observations
            .iter()
            .map(|observation| {
                let mut named = (*observation).clone();
                named.label = format!("{}, {}", observation.label, outcome.label.to_lowercase());
                named
            })
            .collect();
        let pointed: Vec<&Observation> = named.iter().collect();
        points.extend(
            series::point_sets(&pointed, &pointed, role, points.len(), percent)
                .into_iter()
                .map(Mark::Points),
        );
        measured.extend(named);
    }
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
        panels: vec![Panel {
            title: None,
            x: Axis {
                title: "Time since the first dose".to_owned(),
                scale: Scale::time(window.start_h, window.end_h),
            },
            y: Axis {
                title: "Share of patients".to_owned(),
                scale: Scale::linear_exact(0.0, 1.0, Labels::Percent),
            },
            marks: [bands, lines, points].into_iter().flatten().collect(),
            doses: series::dose_strip(result),
        }],
    };
    let definitions: Vec<String> = result
        .outcomes
        .iter()
        .map(|outcome| format!("{}: {}.", outcome.label, outcome.definition.trim_end_matches('.')))
        .collect();
    let measured: Vec<&Observation> = measured.iter().collect();
    let mut reading = definitions.join(" ");
    reading.push_str(&series::about_points(&measured, "proportions"));
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
                    "{label} {value} ({} to {})",
                    percent(track(interval.lower.as_slice()).at(at)),
                    percent(track(interval.upper.as_slice()).at(at))
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
