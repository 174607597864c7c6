//! Warnings about what can be computed but was hardly meant.

use super::DoseAmount;
use crate::drug::{Drug, DrugKind};
use euthymia_diagnostics::Diagnostic;
use euthymia_document::Reader;

/// A dose per body weight that is more likely a wrong unit than a dose, mg/kg. A guard, not a clinical limit.
const LARGE_DOSE_MG_PER_KG: f64 = 10.0;
/// A dose that nobody could be given, mg/kg: about a tenth of the body weight.
const IMPOSSIBLE_DOSE_MG_PER_KG: f64 = 100_000.0;
/// The shortest infusion, h: one second. A shorter one is a bolus.
const SHORTEST_INFUSION_H: f64 = 1.0 / 3600.0;
/// Weight with which doses in mg are compared with the guard, kg.
const GUARD_WEIGHT_KG: f64 = 70.0;
/// Weights of people between which no unit was mistaken, kg.
pub(crate) const WEIGHTS_KG: std::ops::RangeInclusive<f64> = 20.0..=400.0;
/// Ages of people between which no unit was mistaken, years.
pub(crate) const AGES_YEARS: std::ops::RangeInclusive<f64> = 1.0..=120.0;

/// Warns about a dose that is probably in the wrong unit, and refuses one that cannot be given.
pub(crate) fn dose(reader: &mut Reader<'_, '_>, drug: &Drug, amount: DoseAmount) -> Option<DoseAmount> {
    let per_kg = amount.milligrams(GUARD_WEIGHT_KG) / GUARD_WEIGHT_KG;
    if per_kg > IMPOSSIBLE_DOSE_MG_PER_KG {
        let message = "no person can be given so large a dose";
        reader.report("dose", "C023", message, "check the number and the unit");
        return None;
    }
    if drug.kind == DrugKind::Active && per_kg > LARGE_DOSE_MG_PER_KG {
        let words = crate::definition::in_words(per_kg);
        let diagnostic = Diagnostic::warning("C023", format!("a dose of {words} mg/kg is very large"))
            .at(
                reader.source(),
                reader.span("dose"),
                "check the number and the unit",
            )
            .note(format!(
                "computed all the same; the models were made for doses far below {LARGE_DOSE_MG_PER_KG} mg/kg"
            ));
        reader.push(diagnostic);
    }
    Some(amount)
}

/// Refuses an infusion shorter than a second that is no bolus.
pub(crate) fn infusion(reader: &mut Reader<'_, '_>, hours: f64) -> Option<f64> {
    if hours == 0.0 || hours >= SHORTEST_INFUSION_H {
        return Some(hours);
    }
    let diagnostic = Diagnostic::error("C026", "an infusion shorter than 1 s cannot be told from a bolus")
        .at(
            reader.source(),
            reader.span("infusion"),
            "check the number and the unit",
        )
        .help("write `infusion = \"0 min\"` for a bolus");
    reader.push(diagnostic);
    None
}

/// Warns about infusions that overlap.
pub(crate) fn infusions(reader: &mut Reader<'_, '_>, infusion_h: Option<f64>, times_h: &[f64]) {
    let Some(infusion_h) = infusion_h else { return };
    let shortest = times_h
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .fold(f64::INFINITY, f64::min);
    if shortest < infusion_h {
        let (every, lasts) = (
            crate::definition::duration(shortest),
            crate::definition::duration(infusion_h),
        );
        let key = if reader.has("every") { "every" } else { "times" };
        let diagnostic = Diagnostic::warning("C025", "a dose begins before the one before it has run in")
            .at(reader.source(), reader.span(key), format!("{every} apart"))
            .note(format!("an infusion lasts {lasts}; overlapping infusions add up"));
        reader.push(diagnostic);
    }
}

/// Reports a weight or an age that no person has; `unit` is what the value is in.
pub(crate) fn of_a_person(
    reader: &mut Reader<'_, '_>,
    key: &str,
    value: Option<f64>,
    range: &std::ops::RangeInclusive<f64>,
    unit: &str,
) -> Option<f64> {
    let value = value?;
    if range.contains(&value) {
        return Some(value);
    }
    let message = format!(
        "`{key}` must be from {} to {} {unit}, found {} {unit}",
        range.start(),
        range.end(),
        crate::definition::in_words(value)
    );
    reader.report(key, "C024", message, "check the number and the unit");
    None
}
