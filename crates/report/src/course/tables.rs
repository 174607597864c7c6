//! The table twin of a figure: the same numbers, for readers who do not see it.

use euthymia_therapy::course::ArmRole;
use euthymia_therapy::result::{CourseResult, Interval, Observation, Outcome, Quantity, TimeToResponse};
use serde::Serialize;

use crate::figure::number::{decimals_for, fixed, significant};

use super::series::{Track, Window};
use super::words;

/// Most rows a twin has; the data files have all.
const MOST_ROWS: usize = 40;

/// A table.
#[derive(Debug, Serialize)]
pub(crate) struct Table {
    /// What it holds.
    pub(crate) caption: String,
    /// Column heads.
    pub(crate) head: Vec<String>,
    /// Rows; the first cell heads its row.
    pub(crate) rows: Vec<Vec<Cell>>,
    /// What was left out.
    pub(crate) note: String,
}

/// A cell.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Cell {
    /// The text.
    pub(crate) text: String,
    /// Where it leads.
    pub(crate) href: Option<String>,
    /// Whether it is a number, set flush right.
    pub(crate) number: bool,
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: None,
            number: false,
        }
    }

    pub(crate) fn number(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: None,
            number: true,
        }
    }

    /// A link where the address is one that a browser opens as a page, else plain text.
    pub(crate) fn link(text: impl Into<String>, address: Option<&str>) -> Self {
        Self {
            text: text.into(),
            href: address.and_then(page_address),
            number: false,
        }
    }
}

/// The address if it is a web page: anything else (a script, a file) is not made a link.
pub(crate) fn page_address(address: &str) -> Option<String> {
    let address = address.trim();
    let lower = address.to_ascii_lowercase();
    (lower.starts_with("https://") || lower.starts_with("http://")).then(|| address.to_owned())
}

/// Positions of at most [`MOST_ROWS`] times of a window: even steps that read well, the ends, and the times in `keep`.
pub(crate) fn thin(times_h: &[f64], window: Window, keep: &[f64]) -> Vec<usize> {
    let inside = window.indices(times_h);
    if inside.len() <= MOST_ROWS {
        return inside;
    }
    let nearest = |time_h: f64| {
        let after = inside.partition_point(|index| times_h[*index] < time_h);
        let candidates = [after.saturating_sub(1), after.min(inside.len() - 1)];
        let closer = |at: &usize| (times_h[inside[*at]] - time_h).abs();
        let best = if closer(&candidates[0]) <= closer(&candidates[1]) {
            candidates[0]
        } else {
            candidates[1]
        };
        inside[best]
    };
    let mut chosen: Vec<usize> = [inside[0], inside[inside.len() - 1]].to_vec();
    chosen.extend(
        keep.iter()
            .filter(|time| window.contains(**time))
            .take(8)
            .map(|time| nearest(*time)),
    );
    let even = MOST_ROWS - 10;
    let step = (window.end_h - window.start_h) / even as f64;
    chosen.extend((1..even).map(|index| nearest(window.start_h + step * index as f64)));
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

/// Moments that a table of the window should not skip.
pub(crate) fn key_times(result: &CourseResult) -> Vec<f64> {
    vec![1.0, 2.0, 4.0, 24.0, 72.0, 168.0, result.answer.time_h]
}

/// The twin of a figure of one quantity.
pub(crate) fn quantity(result: &CourseResult, quantity: &Quantity, window: Window) -> Table {
    let rows = thin(&result.times_h, window, &key_times(result));
    let mut columns: Vec<(&str, &[f64])> = vec![
        ("5\u{a0}%", &quantity.p05),
        ("25\u{a0}%", &quantity.p25),
        ("Median", &quantity.p50),
        ("75\u{a0}%", &quantity.p75),
        ("95\u{a0}%", &quantity.p95),
        ("Average", &quantity.mean),
    ];
    if let Some(interval) = &quantity.mean_interval {
        columns.push(("Average, low end", &interval.lower));
        columns.push(("Average, high end", &interval.upper));
    }
    let unit = if quantity.unit.is_empty() {
        "fraction".to_owned()
    } else {
        quantity.unit.clone()
    };
    let interval = if quantity.mean_interval.is_some() {
        ", and the average with its 90\u{a0}% interval"
    } else {
        " and the average"
    };
    over_time(
        result,
        &rows,
        window,
        &columns,
        format!(
            "{} ({unit}): percentiles of the virtual patients{interval}",
            quantity.label
        ),
    )
}

/// The twin of a figure of proportions.
pub(crate) fn outcomes(result: &CourseResult, outcomes: &[&Outcome], window: Window) -> Table {
    let rows = thin(&result.times_h, window, &key_times(result));
    let mut columns: Vec<(String, &[f64])> = Vec::new();
    for outcome in outcomes {
        columns.push((outcome.label.clone(), &outcome.proportion));
        if let Some(interval) = &outcome.interval {
            columns.push((format!("{}, low end", outcome.label), &interval.lower));
            columns.push((format!("{}, high end", outcome.label), &interval.upper));
        }
        columns.push((
            format!("{}, {MONTE_CARLO}", outcome.label),
            &outcome.monte_carlo_se,
        ));
    }
    let columns: Vec<(&str, &[f64])> = columns
        .iter()
        .map(|(name, values)| (name.as_str(), *values))
        .collect();
    over_time(
        result,
        &rows,
        window,
        &columns,
        "Proportions of the virtual patients, with 90\u{a0}% intervals and the standard error from their finite number"
            .to_owned(),
    )
}

/// The twin of the figure of first responses.
pub(crate) fn responded(result: &CourseResult, soon: &TimeToResponse, window: Window) -> Table {
    let rows = thin(&result.times_h, window, &key_times(result));
    let mut columns: Vec<(&str, &[f64])> = vec![("Responded", &soon.responded)];
    if let Some(interval) = &soon.interval {
        columns.push(("Low end", &interval.lower));
        columns.push(("High end", &interval.upper));
    }
    let caption =
        "Proportion of the virtual patients who have responded at least once, with its 90\u{a0}% interval";
    over_time(result, &rows, window, &columns, caption.to_owned())
}

fn over_time(
    result: &CourseResult,
    rows: &[usize],
    window: Window,
    columns: &[(&str, &[f64])],
    caption: String,
) -> Table {
    let mut head = vec!["Time".to_owned(), "Hours".to_owned()];
    head.extend(columns.iter().map(|(name, _)| (*name).to_owned()));
    let decimals: Vec<usize> = columns
        .iter()
        .map(|(name, values)| column_decimals(name, rows.iter().map(|row| values[*row])))
        .collect();
    let body = rows
        .iter()
        .map(|row| {
            let time_h = result.times_h[*row];
            let mut cells = vec![
                Cell::text(words::short_instant(time_h)),
                Cell::number(significant(time_h, 5)),
            ];
            cells.extend(
                columns
                    .iter()
                    .zip(&decimals)
                    .map(|((_, values), decimals)| Cell::number(fixed(values[*row], *decimals))),
            );
            cells
        })
        .collect();
    let all = window.indices(&result.times_h).len();
    let note = if rows.len() < all {
        format!("{} of {all} times; summary.csv has all.", rows.len())
    } else {
        "summary.csv has the same numbers with all their digits.".to_owned()
    };
    Table {
        caption,
        head,
        rows: body,
        note,
    }
}

/// Decimals that show three significant digits of the largest value of a column, and at least one digit of most; of a
/// standard error two, which is all that one of a simulation is known to.
fn column_decimals(name: &str, values: impl Iterator<Item = f64>) -> usize {
    let largest = values.map(f64::abs).fold(0.0, f64::max);
    decimals_for(largest, if name.ends_with(MONTE_CARLO) { 2 } else { 3 })
}

/// How the name of a column of Monte Carlo errors ends.
const MONTE_CARLO: &str = "Monte Carlo error";

/// A simulated value and its interval beside an observation.
pub(crate) type Simulated = (f64, Option<(f64, f64)>);

/// The simulated average, or proportion, at the time of an observation.
pub(crate) fn simulated(
    result: &CourseResult,
    values: &[f64],
    interval: Option<&Interval>,
    observation: &Observation,
) -> Option<Simulated> {
    let at = |values: &[f64]| {
        Track {
            times_h: &result.times_h,
            values,
        }
        .at(observation.time_h)
    };
    Some((
        at(values),
        interval.map(|interval| (at(&interval.lower), at(&interval.upper))),
    ))
}

/// The trials' measurements of a figure beside what was simulated; `None` without any.
pub(crate) fn observations(
    observations: &[&Observation],
    caption: String,
    simulated: &dyn Fn(&Observation) -> Option<Simulated>,
) -> Option<Table> {
    if observations.is_empty() {
        return None;
    }
    let head = [
        "Trial",
        "Time",
        "Hours",
        "Measured",
        "95\u{a0}% interval",
        "People",
        "Simulated average",
        "90\u{a0}% interval",
        "How the measurement was derived",
    ];
    let range = |ends: Option<(f64, f64)>, decimals: usize, unknown: &str| match ends {
        Some((lower, upper)) => format!("{} to {}", fixed(lower, decimals), fixed(upper, decimals)),
        None => unknown.to_owned(),
    };
    let rows = observations
        .iter()
        .map(|observation| {
            let decimals = decimals_for(observation.value, 3);
            // A control arm did not receive what is simulated: a simulated value beside it would invite a comparison.
            let control = observation.role == ArmRole::Control;
            let model = simulated(observation).filter(|_| !control);
            let no_interval = if control { "" } else { "unknown" };
            let people = observation
                .n
                .map_or_else(|| "not reported".to_owned(), |n| n.to_string());
            vec![
                Cell::link(&observation.label, Some(&observation.source_url)),
                Cell::text(words::short_instant(observation.time_h)),
                Cell::number(significant(observation.time_h, 5)),
                Cell::number(fixed(observation.value, decimals)),
                Cell::number(range(
                    observation.lower.zip(observation.upper),
                    decimals,
                    "not reported",
                )),
                Cell::number(people),
                Cell::number(
                    model.map_or_else(|| "control arm".to_owned(), |(value, _)| fixed(value, decimals)),
                ),
                Cell::number(range(model.and_then(|(_, ends)| ends), decimals, no_interval)),
                Cell::text(observation.derivation.as_deref().unwrap_or("as reported")),
            ]
        })
        .collect();
    Some(Table {
        caption,
        head: head.map(str::to_owned).to_vec(),
        rows,
        note: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_ends_and_key_times_and_stays_short() {
        let times: Vec<f64> = (0..2000).map(f64::from).collect();
        let window = Window {
            start_h: 0.0,
            end_h: 1999.0,
        };
        let rows = thin(&times, window, &[24.0, 672.0]);
        assert!(rows.len() <= MOST_ROWS);
        assert!([0, 24, 672, 1999].iter().all(|row| rows.contains(row)));
        assert_eq!(thin(&times[..5], window, &[]), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn only_web_pages_become_links() {
        assert_eq!(page_address("javascript:alert(1)"), None);
        assert_eq!(
            page_address(" https://doi.org/10.1 "),
            Some("https://doi.org/10.1".to_owned())
        );
    }
}
