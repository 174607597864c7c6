//! The score over the horizon, and its average beside the trials.

use euthymia_therapy::course::ArmRole;
use euthymia_therapy::result::{CourseResult, Interval, Observation, Quantity, QuantityKind};

use crate::error::ReportError;
use crate::figure::number::{fixed, significant};
use crate::figure::{
    Axis, Figure, Height, Labels, Line, Mark, Panel, Reference, Ribbon, Role, Scale, Stroke, Weight,
    responsive,
};

use super::series::{self, Track, Window};
use super::view::FigureView;
use super::{tables, words};

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
        if let Some(figure) = against_trials(result, score, &suffix)? {
            out.push(figure);
        }
    }
    Ok(out)
}

fn patients(result: &CourseResult, score: &Quantity, suffix: &str) -> Result<FigureView, ReportError> {
    let window = Window::whole(result);
    let observations = series::observations(result, &score.id, window);
    let x = &result.times_h;
    let ribbon = |lower: &[f64], upper: &[f64], weight, label: &str| {
        Mark::Ribbon(Ribbon {
            x: x.clone(),
            lower: lower.to_vec(),
            upper: upper.to_vec(),
            role: Role::Blue,
            weight,
            label: Some(label.to_owned()),
        })
    };
    let mut marks = vec![
        ribbon(&score.p05, &score.p95, Weight::Outer, "90\u{a0}% of patients"),
        ribbon(&score.p25, &score.p75, Weight::Inner, "50\u{a0}% of patients"),
    ];
    for (index, individual) in score.individuals.iter().take(MOST_INDIVIDUALS).enumerate() {
        marks.push(Mark::Line(Line {
            x: x.clone(),
            y: individual.clone(),
            role: Role::Ink,
            stroke: Stroke::Faint,
            label: (index == 0).then(|| "a few single patients".to_owned()),
        }));
    }
    marks.extend(references(result, score));
    marks.extend(average(result, score));
    marks.extend(
        series::point_sets(&observations, Role::Vermillion, 0, one_decimal)
            .into_iter()
            .map(Mark::Points),
    );

    let lowest = lowest(score).min(result.instrument.minimum);
    let highest = highest(score, &observations);
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
    let mut reading = format!(
        "{}; lower is better.",
        words::counted(result.subjects, "virtual patient", "virtual patients")
    );
    if result.subjects > 1 {
        reading.push_str(&format!(
            " {}, half of them score between {} and {}, nine in ten between {} and {}.",
            words::capitalised(&result.answer.time_words),
            value(&score.p25),
            value(&score.p75),
            value(&score.p05),
            value(&score.p95),
        ));
    }
    reading.push_str(&series::about_points(&observations, "averages"));
    let mut tables = vec![tables::quantity(result, score, window)];
    tables.extend(tables::observations(
        &observations,
        format!("Trials: {}", score.label),
    ));
    Ok(FigureView::new(
        &figure.id,
        finding,
        reading,
        responsive(&figure)?,
        tables,
    ))
}

/// The average and its interval, magnified to the time and range of the trials.
fn against_trials(
    result: &CourseResult,
    score: &Quantity,
    suffix: &str,
) -> Result<Option<FigureView>, ReportError> {
    let whole = Window::whole(result);
    let observations = series::observations(result, &score.id, whole);
    let Some(last_h) = observations.iter().map(|point| point.time_h).reduce(f64::max) else {
        return Ok(None);
    };
    let window = whole.first((last_h - whole.start_h).max(24.0) * 1.08);
    let x = &result.times_h;
    let indices = window.indices(x);
    let (low, high) = score
        .mean_interval
        .as_ref()
        .map_or((&score.mean, &score.mean), |i| (&i.lower, &i.upper));
    let mut lowest = indices
        .iter()
        .map(|index| low[*index])
        .fold(f64::INFINITY, f64::min);
    let mut highest = indices
        .iter()
        .map(|index| high[*index])
        .fold(f64::NEG_INFINITY, f64::max);
    for point in &observations {
        lowest = lowest.min(point.lower.unwrap_or(point.value));
        highest = highest.max(point.upper.unwrap_or(point.value));
    }
    let mut marks = average(result, score);
    marks.extend(
        series::point_sets(&observations, Role::Vermillion, 0, one_decimal)
            .into_iter()
            .map(Mark::Points),
    );
    let finding = trials_finding(result, score, &observations);
    let y_scale = Scale::linear(lowest, highest, Labels::Number);
    let figure = Figure {
        id: format!("trials{suffix}"),
        title: format!("Average of {} beside the trials", score.label),
        description: finding.clone(),
        stamp: stamp(score),
        height: Height::Ordinary,
        panels: vec![Panel {
            title: None,
            x: Axis {
                title: "Time since the first dose".to_owned(),
                scale: Scale::time(window.start_h, window.end_h),
            },
            y: Axis {
                title: format!("Average of {}", axis_title(score)),
                scale: y_scale.clone(),
            },
            marks,
            doses: series::dose_strip(result),
        }],
    };
    let mut reading = String::from("The same average, magnified");
    if y_scale.domain().0 > result.instrument.minimum {
        reading.push_str(&format!(
            "; the vertical axis does not start at {}",
            significant(result.instrument.minimum, 3)
        ));
    }
    reading.push('.');
    reading.push_str(&series::about_points(&observations, "averages"));
    if score.mean_interval.is_some() {
        reading.push_str(
            " The band: where the average of a trial of many patients would lie, given what is uncertain about the \
             parameters and between studies (90\u{a0}%).",
        );
    }
    reading.push_str(" Points at one time stand side by side.");
    let tables = tables::observations(&observations, format!("Trials: {}", score.label));
    Ok(Some(FigureView::new(
        &figure.id,
        finding,
        reading,
        responsive(&figure)?,
        tables.into_iter().collect(),
    )))
}

fn average(result: &CourseResult, score: &Quantity) -> Vec<Mark> {
    let mut marks = Vec::new();
    if let Some(Interval { lower, upper }) = &score.mean_interval {
        marks.push(Mark::Ribbon(Ribbon {
            x: result.times_h.clone(),
            lower: lower.clone(),
            upper: upper.clone(),
            role: Role::Blue,
            weight: Weight::Core,
            label: Some("uncertainty of the average (90\u{a0}%)".to_owned()),
        }));
    }
    marks.push(Mark::Line(Line {
        x: result.times_h.clone(),
        y: score.mean.clone(),
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
            label: "half the median starting score".to_owned(),
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
    let mut text = if verb == "stays near" {
        format!(
            "Average {} stays near {} {}",
            score.label,
            fixed(then, 1),
            result.answer.time_words
        )
    } else {
        format!(
            "Average {} {verb} from {} to {} {}",
            score.label,
            fixed(start, 1),
            fixed(then, 1),
            result.answer.time_words
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

fn trials_finding(result: &CourseResult, score: &Quantity, observations: &[&Observation]) -> String {
    let treated: Vec<&Observation> = observations
        .iter()
        .copied()
        .filter(|point| point.role == ArmRole::Treatment)
        .collect();
    let total = treated.len();
    if total == 0 {
        return "Only control arms of trials were measured".to_owned();
    }
    if let Some(interval) = &score.mean_interval {
        let times_h = &result.times_h;
        let (lower, upper) = (
            Track {
                times_h,
                values: &interval.lower,
            },
            Track {
                times_h,
                values: &interval.upper,
            },
        );
        let inside = treated
            .iter()
            .filter(|point| point.value >= lower.at(point.time_h) && point.value <= upper.at(point.time_h))
            .count();
        let bars: Vec<(f64, f64, f64)> = treated
            .iter()
            .filter_map(|point| Some((point.time_h, point.lower?, point.upper?)))
            .collect();
        let overlapping = bars
            .iter()
            .filter(|(at, low, high)| *high >= lower.at(*at) && *low <= upper.at(*at))
            .count();
        let averages = if total == 1 {
            "trial average lies"
        } else {
            "trial averages lie"
        };
        return format!(
            "{inside} of {total} {averages} inside the 90\u{a0}% interval of the simulated average; {overlapping} of \
             {} error bars reach it",
            bars.len()
        );
    }
    let track = Track {
        times_h: &result.times_h,
        values: &score.mean,
    };
    let farthest = treated
        .iter()
        .map(|point| (point.value - track.at(point.time_h)).abs())
        .fold(0.0, f64::max);
    format!(
        "The trials' averages lie within {} points of the simulated average",
        fixed(farthest, 1)
    )
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

fn axis_title(score: &Quantity) -> String {
    if score.unit.is_empty() {
        score.label.clone()
    } else {
        format!("{} ({})", score.label, score.unit)
    }
}

pub(crate) fn stamp(quantity: &Quantity) -> Option<String> {
    quantity.provisional.then(|| "PROVISIONAL".to_owned())
}

fn one_decimal(value: f64) -> String {
    fixed(value, 1)
}
