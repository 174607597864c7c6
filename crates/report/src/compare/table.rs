//! Strategies in a terminal: what becomes of people under each, and how that differs from the first.

use super::words;
use euthymia_therapy::strategy::{Comparison, Measure};
use std::fmt::Write;

/// What the table tells.
const TOLD: [Measure; 9] = [
    Measure::NeverWell,
    Measure::DaysToRemission,
    Measure::DaysWell,
    Measure::Relapsed,
    Measure::Treatments,
    Measure::ClinicHours,
    Measure::Dissociation,
    Measure::Cost,
    Measure::Qaly,
];

/// A block of lines for every strategy.
#[must_use]
pub fn table(comparison: &Comparison) -> String {
    let mut text = format!("{}; {}\n", comparison.group, words::followed(comparison));
    for (at, strategy) in comparison.strategies.iter().enumerate() {
        // Writing to a string does not fail.
        let _ = writeln!(text, "\n{}", strategy.title);
        for measure in TOLD {
            let Some(estimate) = strategy.of(measure) else {
                continue;
            };
            let told = words::estimate(measure, estimate, comparison);
            let other = strategy.difference(measure).filter(|_| at > 0);
            let other = other.map_or_else(String::new, |other| {
                format!("   {}", words::difference(measure, other, comparison))
            });
            let _ = writeln!(text, "  {:<44} {told:<30}{other}", measure.label());
        }
    }
    text
}
