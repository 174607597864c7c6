//! The score over the horizon: how patients differ, and how sure the average is.

use euthymia_therapy::result::{CourseResult, Interval, Observation, Quantity, QuantityKind};

use crate::error::ReportError;
use crate::figure::number::{fixed, significant};
use crate::figure::{
    Axis, Figure, Height, Labels, Line, Mark, Panel, Reference, Ribbon, Role, Scale, Stroke, Weight,
    responsive,
};

use super::series::{self, Track, Window};
use super::view::FigureView;
use super::{drawn, tables, trials, words};

/// Most faint individual curves that still leave the bands readable.
const MOST_INDIVIDUALS: usize = 8;

/// The figures of the first score, if the result has one.
pub(crate) fn figures(result: &CourseResult) -> Result<Vec<FigureView>, ReportError> {
    let mut out = Vec::new();
    for (index, score) in series::of_kind(result, QuantityKind::Score)
        .into_iter()
        .enumerate()
    {
        let suffix = if index == 0 {
            String::new()
        } else {
            format!("-{}", index + 1)
        };
        out.push(patients(result, score, &suffix)?);
        if let Some(figure) = trials::figure(result, score, &suffix)? {
            out.push(figure);
        }
    }
    Ok(out)
}

fn patients(result: &CourseResult, score: &Quantity, suffix: &str) -> Result<FigureView, ReportError> {
    let window = Window::whole(result);
    let observations = series::observations(result, &score.id, window);
    let x = &result.times_h;
    let times = drawn::drawn(result, window, drawn::COARSE, &[&score.mean]);
    let counted = series::counted_as(result);
    let ribbon = |lower: &[f64], upper: &[f64], weight, share: &str| {
        Mark::Ribbon(Ribbon {
            x: drawn::at(x, &times),
            lower: drawn::at(lower, &times),
            upper: drawn::at(upper, &times),
            role: Role::Blue,
            weight,
            label: Some(format!("{share}\u{a0}% of {counted}")),
        })
    };
    let mut marks = vec![
        ribbon(&score.p05, &score.p95, Weight::Outer, "90"),
        ribbon(&score.p25, &score.p75, Weight::Inner, "50"),
    ];
    for (index, individual) in score.individuals.iter().take(MOST_INDIVIDUALS).enumerate() {
        marks.push(Mark::Line(Line {
            x: drawn::at(x, &times),
            y: drawn::at(individual, &times),
            role: Role::Ink,
            stroke: Stroke::Faint,
            label: (index == 0).then(|| format!("a few single {counted}")),
        }));
    }
    marks.extend(references(result, score));
    marks.extend(average(result, score, &times));
    let (early, shown) = leave_early(&observations, window);
    marks.extend(
        series::point_sets(&shown, &observations, Role::Vermillion, 0, one_decimal)
            .into_iter()
            .map(Mark::Points),
    );

    let lowest = lowest(score).min(result.instrument.minimum);
    let highest = highest(score, &shown);
    let finding = finding(result, score);
    let figure = Figure {
        id: format!("score{suffix}"),
        title: format!("{} over time", score.label),
        description: finding.clone(),
        stamp: stamp(score),
        height: Height::Tall,
        panels: vec![Panel {
            title: None,
            x: Axis {
                title: "Time since the first dose".to_owned(),
                scale: Scale::time(window.start_h, window.end_h),
            },
            y: Axis {
                title: axis_title(score),
                scale: Scale::linear(lowest, highest, Labels::Number),
            },
            marks,
            doses: series::dose_strip(result),
        }],
    };
    let at = result.answer.time_h;
    let value = |values: &[f64]| fixed(Track { times_h: x, values }.at(at), 0);
    let mut reading = format!("{}; lower is better.", series::people(result));
    if result.subjects > 1 {
        reading.push_str(&format!(
            " {}, half of the scores lie between {} and {}, nine in ten between {} and {}.",
            words::capitalised(&result.answer.time_words),
            value(&score.p25),
            value(&score.p75),
            value(&score.p05),
            value(&score.p95),
        ));
    }
    reading.push_str(&series::about_points(&shown, "averages"));
    if let Some(latest) = early.iter().map(|point| point.time_h).reduce(f64::max) {
        reading.push_str(&format!(
            " The trials' {} measurements of the first {} stand in the next figure, which has room for them.",
            early.len(),
            words::span((latest - window.start_h).max(1.0))
        ));
    }
    let tables = vec![tables::quantity(result, score, window)];
    Ok(FigureView::new(
        &figure.id,
        finding,
        reading,
        responsive(&figure)?,
        tables,
    ))
}

/// Observations too early for the axis, where they are many, and the others: on an axis of weeks the hours after a dose are
/// one vertical line.
fn leave_early<'a>(
    observations: &[&'a Observation],
    window: Window,
) -> (Vec<&'a Observation>, Vec<&'a Observation>) {
    const CROWD: usize = 6;
    let edge_h = window.start_h + 0.05 * (window.end_h - window.start_h);
    let (early, late): (Vec<_>, Vec<_>) = observations
        .iter()
        .copied()
        .partition(|point| point.time_h < edge_h);
    if early.len() > CROWD {
        (early, late)
    } else {
        (Vec::new(), observations.to_vec())
    }
}

/// The average with its interval, at the positions `times`.
pub(super) fn average(result: &CourseResult, score: &Quantity, times: &[usize]) -> Vec<Mark> {
    let mut marks = Vec::new();
    if let Some(Interval { lower, upper }) = &score.mean_interval {
        marks.push(Mark::Ribbon(Ribbon {
            x: drawn::at(&result.times_h, times),
            lower: drawn::at(lower, times),
            upper: drawn::at(upper, times),
            role: Role::Blue,
            weight: Weight::Core,
            label: Some("uncertainty of the average (90\u{a0}%)".to_owned()),
        }));
    }
    marks.push(Mark::Line(Line {
        x: drawn::at(&result.times_h, times),
        y: drawn::at(&score.mean, times),
        role: Role::Blue,
        stroke: Stroke::Solid,
        label: Some("average".to_owned()),
    }));
    marks
}

fn references(result: &CourseResult, score: &Quantity) -> Vec<Mark> {
    let cut_off = result.instrument.remission_at_most;
    let mut marks = vec![Mark::Reference(Reference {
        value: cut_off,
        label: format!("remission: {} or less", significant(cut_off, 3)),
        stroke: Stroke::Dashed,
    })];
    let half = score.p50.first().copied().unwrap_or(0.0) / 2.0;
    // Two reference lines on top of each other say nothing.
    if (half - cut_off).abs() > 0.06 * (result.instrument.maximum - result.instrument.minimum) {
        marks.push(Mark::Reference(Reference {
            value: half,
            label: if series::one_patient(result) {
                "half the starting score".to_owned()
            } else {
                "half the median starting score".to_owned()
            },
            stroke: Stroke::Dotted,
        }));
    }
    marks
}

fn finding(result: &CourseResult, score: &Quantity) -> String {
    let track = Track {
        times_h: &result.times_h,
        values: &score.mean,
    };
    let window = Window::whole(result);
    let (start, then, end) = (
        track.at(window.start_h),
        track.at(result.answer.time_h),
        track.at(window.end_h),
    );
    let verb = if then < start - 0.5 {
        "falls"
    } else if then > start + 0.5 {
        "rises"
    } else {
        "stays near"
    };
    let when = words::after_number(&result.answer.time_words);
    let label = words::in_sentence(&score.label);
    let mut text = if verb == "stays near" {
        format!("Average {label} stays near {}{when}", fixed(then, 1))
    } else {
        format!(
            "Average {label} {verb} from {} to {}{when}",
            fixed(start, 1),
            fixed(then, 1)
        )
    };
    if window.end_h > result.answer.time_h * 1.05 {
        text.push_str(&format!(
            "; {} it is {}",
            words::instant(window.end_h),
            fixed(end, 1)
        ));
    }
    text
}

fn lowest(score: &Quantity) -> f64 {
    score.p05.iter().copied().fold(f64::INFINITY, f64::min)
}

fn highest(score: &Quantity, observations: &[&Observation]) -> f64 {
    let measured = observations
        .iter()
        .map(|point| point.upper.unwrap_or(point.value));
    score
        .p95
        .iter()
        .copied()
        .chain(measured)
        .fold(f64::NEG_INFINITY, f64::max)
}

pub(crate) fn axis_title(score: &Quantity) -> String {
    if score.unit.is_empty() {
        score.label.clone()
    } else {
        format!("{} ({})", score.label, score.unit)
    }
}

pub(crate) fn stamp(quantity: &Quantity) -> Option<String> {
    quantity.provisional.then(|| "PROVISIONAL".to_owned())
}

pub(super) fn one_decimal(value: f64) -> String {
    fixed(value, 1)
}
