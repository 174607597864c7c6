//! The average of the score beside the trials, magnified to their time and range.

use euthymia_therapy::course::ArmRole;
use euthymia_therapy::result::{CourseResult, Observation, Quantity};

use crate::error::ReportError;
use crate::figure::number::{fixed, significant};
use crate::figure::{Axis, Figure, Height, Labels, Mark, Panel, Role, Scale, responsive};

use super::score::{average, axis_title, one_decimal, stamp};
use super::series::{self, Track, Window};
use super::view::FigureView;
use super::{drawn, tables, words};

/// Trials that measure within these hours and after them get a panel for each.
const FIRST_DAY_H: f64 = 24.0;

/// The figure, if any trial measured the score.
pub(crate) fn figure(
    result: &CourseResult,
    score: &Quantity,
    suffix: &str,
) -> Result<Option<FigureView>, ReportError> {
    let whole = Window::whole(result);
    let observations = series::observations(result, &score.id, whole);
    let Some(last_h) = observations.iter().map(|point| point.time_h).reduce(f64::max) else {
        return Ok(None);
    };
    let all = whole.first((last_h - whole.start_h).max(24.0) * 1.08);
    let first = whole.first(FIRST_DAY_H * 1.08);
    let early = observations
        .iter()
        .filter(|point| first.contains(point.time_h))
        .count();
    let windows = if all.end_h > 2.0 * first.end_h && early > 1 && early < observations.len() {
        vec![first, all]
    } else {
        vec![all]
    };
    let y_scale = scale(result, score, &observations, all);
    let panels: Vec<Panel> = windows
        .iter()
        .enumerate()
        .map(|(index, window)| {
            // Each point is drawn once, where there is room for it.
            let shown: Vec<&Observation> = observations
                .iter()
                .copied()
                .filter(|point| index == 0 || !first.contains(point.time_h))
                .collect();
            let times = drawn::drawn(result, *window, drawn::COARSE, &[&score.mean]);
            let mut marks = average(result, score, &times);
            let sets = series::point_sets(&shown, &observations, Role::Vermillion, 0, one_decimal);
            marks.extend(sets.into_iter().map(Mark::Points));
            let title = if index == 0 {
                "The first day"
            } else {
                "After the first day"
            };
            Panel {
                title: (windows.len() > 1).then(|| title.to_owned()),
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
            }
        })
        .collect();
    let finding = finding(result, score, &observations);
    let figure = Figure {
        id: format!("trials{suffix}"),
        title: format!("Average of {} beside the trials", score.label),
        description: finding.clone(),
        stamp: stamp(score),
        height: Height::Ordinary,
        panels,
    };
    let reading = reading(result, score, &observations, &y_scale);
    let simulated =
        |point: &Observation| tables::simulated(result, &score.mean, score.mean_interval.as_ref(), point);
    let tables = tables::observations(&observations, format!("Trials: {}", score.label), &simulated);
    let svg = responsive(&figure)?;
    Ok(Some(FigureView::new(
        &figure.id,
        finding,
        reading,
        svg,
        tables.into_iter().collect(),
    )))
}

fn scale(result: &CourseResult, score: &Quantity, observations: &[&Observation], window: Window) -> Scale {
    let interval = score.mean_interval.as_ref();
    let (low, high) = interval.map_or((&score.mean, &score.mean), |ends| (&ends.lower, &ends.upper));
    let (mut lowest, mut highest) = (f64::INFINITY, f64::NEG_INFINITY);
    for index in window.indices(&result.times_h) {
        lowest = lowest.min(low[index]);
        highest = highest.max(high[index]);
    }
    for point in observations {
        lowest = lowest.min(point.lower.unwrap_or(point.value));
        highest = highest.max(point.upper.unwrap_or(point.value));
    }
    Scale::linear(lowest, highest, Labels::Number)
}

fn reading(
    result: &CourseResult,
    score: &Quantity,
    observations: &[&Observation],
    y_scale: &Scale,
) -> String {
    let mut reading = String::from("The same average, magnified");
    if y_scale.domain().0 > result.instrument.minimum {
        reading.push_str(&format!(
            "; the vertical axis does not start at {}",
            significant(result.instrument.minimum, 3)
        ));
    }
    reading.push('.');
    reading.push_str(&series::about_points(observations, "averages"));
    if score.mean_interval.is_some() {
        reading.push_str(
            " The band: where the average of a trial of many patients would lie, given what is uncertain about the \
             parameters and between studies (90\u{a0}%).",
        );
    }
    let all = result
        .observations
        .iter()
        .filter(|point| point.series == score.id)
        .count();
    if all > observations.len() {
        let outside = words::counted((all - observations.len()) as u64, "measurement", "measurements");
        reading.push_str(&format!(" Outside the time simulated, and not shown: {outside}."));
    }
    reading
}

fn finding(result: &CourseResult, score: &Quantity, observations: &[&Observation]) -> String {
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
        return agreement(inside, total, overlapping, bars.len());
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

/// How many trial averages lie inside the interval, and, where some do not, how many error bars reach it.
fn agreement(inside: usize, total: usize, overlapping: usize, bars: usize) -> String {
    const INTERVAL: &str = "the 90\u{a0}% interval of the simulated average";
    let mut text = match (inside, total) {
        (1, 1) => format!("The trial average lies inside {INTERVAL}"),
        (_, 1) => format!("The trial average lies outside {INTERVAL}"),
        (2, 2) => format!("Both trial averages lie inside {INTERVAL}"),
        _ if inside == total => format!("All {total} trial averages lie inside {INTERVAL}"),
        (0, _) => format!("None of the {total} trial averages lies inside {INTERVAL}"),
        (1, _) => format!("1 of {total} trial averages lies inside {INTERVAL}"),
        _ => format!("{inside} of {total} trial averages lie inside {INTERVAL}"),
    };
    if inside < total && bars > 0 {
        text.push_str(&match (overlapping, bars) {
            (0, 1) => "; its error bar does not reach it".to_owned(),
            (_, 1) => "; its error bar reaches it".to_owned(),
            _ => format!("; {overlapping} of {bars} error bars reach it"),
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::agreement;

    #[test]
    fn counts_read_as_sentences() {
        let said = |inside, total, overlapping, bars| {
            agreement(inside, total, overlapping, bars)
                .replace('\u{a0}', " ")
                .replace("the 90 % interval of the simulated average", "it")
        };
        assert_eq!(said(1, 1, 0, 0), "The trial average lies inside it");
        assert_eq!(
            said(0, 1, 1, 1),
            "The trial average lies outside it; its error bar reaches it"
        );
        assert_eq!(said(3, 3, 3, 3), "All 3 trial averages lie inside it");
        assert_eq!(
            said(1, 4, 3, 4),
            "1 of 4 trial averages lies inside it; 3 of 4 error bars reach it"
        );
        assert_eq!(said(0, 2, 0, 0), "None of the 2 trial averages lies inside it");
    }
}
