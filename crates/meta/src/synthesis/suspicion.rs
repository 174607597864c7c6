//! What looks like a mistake in the data: said aloud, never mended.

use super::{Influence, Study};
use crate::Frame;
use crate::effect::doubt::{Deviation, Mistake, doubts};

/// Standard deviations that look like standard errors, and the same numbers in two rows.
///
/// `columns` names the columns of the roles of the measure, as `("sd1i", "sd_drug")`; `label` says how a row is called.
#[must_use]
pub fn suspicions(
    frame: &Frame,
    columns: &[(String, String)],
    label: &dyn Fn(usize) -> String,
) -> Vec<String> {
    let mut told = deviations(frame, columns, label);
    told.extend(twins(frame, columns, label));
    told
}

/// Deviations of both groups, which are of one instrument where means can be pooled.
fn deviations(frame: &Frame, columns: &[(String, String)], label: &dyn Fn(usize) -> String) -> Vec<String> {
    let cells_of = |role: &str| {
        let (_, name) = columns.iter().find(|(found, _)| found == role)?;
        Some((name, frame.numbers(name).ok()?))
    };
    let (mut cells, mut places) = (Vec::new(), Vec::new());
    for (sd, n) in [("sd1i", "n1i"), ("sd2i", "n2i"), ("sdi", "ni")] {
        let (Some((name, sds)), Some((_, ns))) = (cells_of(sd), cells_of(n)) else {
            continue;
        };
        for row in 0..frame.rows() {
            if let (Some(sd), Some(n)) = (sds[row], ns[row]) {
                // The place in this list stands for the line: a row has two deviations, which may be the same number.
                cells.push(Deviation {
                    line: places.len(),
                    sd,
                    n,
                });
                places.push((name, row));
            }
        }
    }
    doubts(&cells)
        .into_iter()
        .filter_map(|doubt| {
            let (name, row) = places.get(doubt.line)?;
            let seems = match doubt.mistake {
                Mistake::ErrorAsDeviation => "a standard error, of which the deviation is",
                Mistake::DeviationAsError => "multiplied by the root of the people once too often; without it is",
            };
            Some(format!(
                "line {}, {}: `{name}` is {}, the other standard deviations are around {}; it may be {seems} {}",
                frame.line(*row),
                label(*row),
                doubt.entered,
                rounded(doubt.usual),
                rounded(doubt.instead),
            ))
        })
        .collect()
}

/// Rows of which every number is the same: a study may have been entered twice.
fn twins(frame: &Frame, columns: &[(String, String)], label: &dyn Fn(usize) -> String) -> Vec<String> {
    let numbers: Vec<&[Option<f64>]> = columns
        .iter()
        .filter_map(|(_, name)| frame.numbers(name).ok())
        .collect();
    let mut told = Vec::new();
    if numbers.is_empty() {
        return told;
    }
    let cells = |row: usize| numbers.iter().map(move |column| column[row]);
    for row in 0..frame.rows() {
        if cells(row).any(|cell| cell.is_none()) {
            continue;
        }
        if let Some(twin) = (0..row).find(|before| cells(*before).eq(cells(row))) {
            told.push(format!(
                "lines {} and {} ({}, {}) hold the same numbers; the same people may be counted twice",
                frame.line(twin),
                frame.line(row),
                label(twin),
                label(row),
            ));
        }
    }
    told
}

/// Studies that the others would not expect.
pub(super) fn of_effects(studies: &[Study], influence: &[Influence]) -> Vec<String> {
    let mut told = Vec::new();
    for (study, row) in studies.iter().zip(influence) {
        if let Some(far) = row.rstudent.filter(|far| far.abs() > 3.0) {
            let place = study
                .line
                .map_or_else(String::new, |line| format!("line {line}, "));
            told.push(format!(
                "{place}{}: lies {} standard errors from where the other studies expect it; check its numbers",
                study.label,
                rounded(far.abs()),
            ));
        }
    }
    told
}

fn rounded(x: f64) -> String {
    let text = if x >= 100.0 {
        format!("{x:.0}")
    } else {
        format!("{x:.2}")
    };
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
