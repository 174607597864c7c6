//! A forecast in a terminal.

use super::view::{sentence, weeks};
use crate::figure::number::{fixed, percent};
use euthymia_therapy::forecast::Forecast;
use std::fmt::Write;

/// The answer, a line for every alternative and time, what is not used, warnings.
#[must_use]
pub fn table(forecast: &Forecast) -> String {
    let mut text = format!(
        "{}\n{}\n{}\n\n",
        forecast.course,
        sentence(forecast),
        forecast.verdict.sentence
    );
    // Writing to a string does not fail.
    let head = format!("{} from now on", forecast.abbreviation);
    let _ = writeln!(
        text,
        "{head:<28} {:>9} {:>7} {:>10} {:>10} {:>9} {:>10}   population",
        "from now", "median", "half", "9 of 10", "response", "remission"
    );
    for branch in &forecast.branches {
        for (place, at) in branch.at.iter().enumerate() {
            let name = if place == 0 { branch.label.as_str() } else { "" };
            let range = |[low, high]: [f64; 2]| format!("{} to {}", fixed(low, 0), fixed(high, 0));
            let _ = writeln!(
                text,
                "{name:<28} {:>9} {:>7} {:>10} {:>10} {:>9} {:>10}   {} ({})",
                weeks(at.after_h),
                fixed(at.patient.median, 0),
                range(at.patient.half),
                range(at.patient.most),
                percent(at.patient.response),
                percent(at.patient.remission),
                fixed(at.population.median, 0),
                range(at.population.most),
            );
        }
    }
    let _ = writeln!(
        text,
        "\n{} scores after the first dose; {} particles, {} of them count.",
        forecast.updates,
        forecast.particles,
        fixed(forecast.effective, 0)
    );
    for warning in &forecast.warnings {
        let _ = writeln!(text, "warning: {warning}");
    }
    for unused in &forecast.unused {
        let _ = writeln!(
            text,
            "not used: {}: {}: {} ({})",
            unused.place, unused.what, unused.reason, unused.help
        );
    }
    text
}
