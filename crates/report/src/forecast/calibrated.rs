//! How often forecasts are right, as text that ships with the library and as the table of a page that is read from it.

use crate::course::{Cell, Table};
use crate::figure::number::{fixed, percent};
use euthymia_therapy::forecast::calibrate::Calibrated;
use std::fmt::Write;

/// Head of the table.
const HEAD: [&str; 10] = [
    "Scores",
    "Last on day",
    "In the 50 % interval",
    "In the 90 % interval",
    "Spread left",
    "Better than the population",
    "Brier, response",
    "gain",
    "Brier, remission",
    "gain",
];

fn rows(found: &Calibrated) -> Vec<[String; 10]> {
    let with_error =
        |value: f64, error: f64| format!("{} ± {}", fixed(100.0 * value, 1), fixed(100.0 * error, 1));
    let gain = |[gain, error]: [f64; 2]| format!("{} ± {}", fixed(gain, 3), fixed(error, 3));
    let row = |row: &euthymia_therapy::forecast::calibrate::Row| {
        [
            row.scores.to_string(),
            row.last_h
                .map_or_else(|| "none".to_owned(), |hours| fixed(hours / 24.0, 0)),
            with_error(row.inside_half, row.errors[0]),
            with_error(row.inside_most, row.errors[1]),
            percent(row.width),
            percent(row.better),
            fixed(row.brier_response, 3),
            gain(row.gain_response),
            fixed(row.brier_remission, 3),
            gain(row.gain_remission),
        ]
    };
    found.rows.iter().map(row).collect()
}

/// In a terminal.
#[must_use]
pub fn calibration_table(found: &Calibrated) -> String {
    let mut text = format!(
        "{} patients made by the model, {}: rated on days {}, forecast for day {}\n\n",
        found.patients,
        found.course,
        days(&found.rated_h),
        fixed(found.later_h / 24.0, 0)
    );
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "scores   in 50 %        in 90 %        spread   better   Brier response   Brier remission"
    );
    for row in rows(found) {
        let _ = writeln!(
            text,
            "{:<8} {:<14} {:<14} {:>6} {:>8}   {} ({})   {} ({})",
            row[0], row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[9]
        );
    }
    let _ = writeln!(text, "\n{}", verdict(found));
    text
}

fn days(hours: &[f64]) -> String {
    let days: Vec<String> = hours.iter().map(|hours| fixed(hours / 24.0, 0)).collect();
    days.join(", ")
}

fn verdict(found: &Calibrated) -> &'static str {
    if found.holds() {
        "Every interval holds as often as it says, to three standard errors."
    } else {
        "Not every interval holds as often as it says, to three standard errors."
    }
}

/// The report that ships as `library/response/forecast.md`.
#[must_use]
pub fn calibration_text(found: &Calibrated, command: &str) -> String {
    let mut text = format!(
        "# How often forecasts for one patient are right\n\n\
         {} patients were made by the response model ({}), each with a draw of its parameters, a study, traits and ratings of its own. They are \
         rated in whole points of the {} on days {}; each is forecast from the first 0 to {} of these ratings, for a rating on day {}. The \
         forecast knows the baseline, the doses and the ratings, and uses {} particles.\n\n\
         Made by `{command}`.\n\n",
        found.patients,
        found.course,
        found.abbreviation,
        days(&found.rated_h),
        found.rated_h.len(),
        fixed(found.later_h / 24.0, 0),
        found.particles
    );
    // Writing to a string does not fail.
    let _ = writeln!(text, "| {} |", HEAD.join(" | "));
    let _ = writeln!(text, "|{}", "---|".repeat(HEAD.len()));
    for row in rows(found) {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    let fewest = found
        .rows
        .iter()
        .map(|row| row.fewest)
        .fold(f64::INFINITY, f64::min);
    let _ = write!(
        text,
        "\n{} Percentages with standard errors by chance. Spread left: standard deviation of the logarithm of the score over that of the \
         forecast without scores. Better: patients whose spread is below 95 % of that. Brier: mean squared error of a chance; the gain is over \
         the forecast without scores. The patient whose scores fit worst left {} particles that count.\n\n\
         This shows that the update is computed right, not that the model is: patients are the model's own. Forecasts have not been held against \
         the courses of real people. A search for published series of single patients treated with ketamine (case series of 1 to 6 people, \
         2008 to 2021) found means, percentages and pictures in what could be read, and no table of scores by date.\n",
        verdict(found),
        fixed(fewest, 0)
    );
    text
}

/// The table of the shipped report.
pub(super) fn read(text: &str) -> Option<Table> {
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    let cells = |line: &str| -> Vec<String> {
        let inside = line.trim_matches('|');
        inside.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let (head, rest) = lines.split_first()?;
    let rows = rest.iter().filter(|line| !line.starts_with("|---"));
    let made = text.lines().find(|line| line.starts_with("Made by "));
    Some(Table {
        caption: "How often forecasts of patients made by the model are right".to_owned(),
        head: cells(head),
        rows: rows
            .map(|line| cells(line).into_iter().map(Cell::number).collect())
            .collect(),
        note: format!(
            "From library/response/forecast.md, which says how it was made. {}",
            made.unwrap_or_default().replace('`', "")
        ),
    })
}
