//! What looks like a mistake in the data: said aloud, never mended.

use super::{Influence, Study};
use crate::Frame;
use euthymia_vecmath::scalar::ln;

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

/// A standard error is a standard deviation over the root of n: a cell far below those of the other studies that the root
/// of its n brings among them.
fn deviations(frame: &Frame, columns: &[(String, String)], label: &dyn Fn(usize) -> String) -> Vec<String> {
    let column = |role: &str| {
        let name = columns
            .iter()
            .find(|(found, _)| found == role)
            .map(|(_, name)| name)?;
        Some((name, frame.numbers(name).ok()?))
    };
    let mut cells = Vec::new();
    for (sd, n) in [("sd1i", "n1i"), ("sd2i", "n2i"), ("sdi", "ni")] {
        let (Some((name, sds)), Some((_, ns))) = (column(sd), column(n)) else {
            continue;
        };
        for row in 0..frame.rows() {
            if let (Some(sd), Some(n)) = (sds[row], ns[row])
                && sd > 0.0
                && n > 1.0
            {
                cells.push((row, name, sd, n));
            }
        }
    }
    let mut told = Vec::new();
    for (row, name, sd, n) in &cells {
        let mut others: Vec<f64> = cells
            .iter()
            .filter(|(other, ..)| other != row)
            .map(|(_, _, sd, _)| *sd)
            .collect();
        if others.len() < 4 {
            continue;
        }
        others.sort_by(f64::total_cmp);
        let middle = others[others.len() / 2];
        let (as_is, as_error) = (ln(sd / middle), ln(sd * n.sqrt() / middle));
        // Below half of the usual, and more than twice as near to it as a standard error.
        if as_is < -core::f64::consts::LN_2 && as_error.abs() < 0.5 * as_is.abs() {
            told.push(format!(
                "line {}, {}: `{name}` is {sd}, the other standard deviations are around {}; it may be a standard \
                 error, of which the deviation is {} (times the root of n = {n})",
                frame.line(*row),
                label(*row),
                rounded(middle),
                rounded(sd * n.sqrt()),
            ));
        }
    }
    told
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
