//! Kinds of quantity that course files, drugs and instruments hold, and their way into the units of the models.

use euthymia_diagnostics::Diagnostic;
use euthymia_document::{Item, Reader, Wanted};
use euthymia_units::{Quantity, Unit, UnitError};

pub(crate) const TIME: Wanted = Wanted::new("a time", &["3.5 d", "40 min"]).not_negative();
pub(crate) const DURATION: Wanted = Wanted::new("a duration", &["12 wk", "3.5 d", "40 min"]).positive();
pub(crate) const INFUSION: Wanted = Wanted::new("a duration", &["40 min"]).not_negative();
pub(crate) const DOSE: Wanted = Wanted::new("a dose", &["0.5 mg/kg", "84 mg"]).positive();
pub(crate) const MASS: Wanted = Wanted::new("a mass", &["84 mg"]).positive();
pub(crate) const AGE: Wanted = Wanted::new("an age", &["46 y"]).positive();
pub(crate) const WEIGHT: Wanted = Wanted::new("a weight", &["70 kg"]).positive();
pub(crate) const MOLAR_MASS: Wanted = Wanted::new("a molar mass", &["237.73 g/mol"]).positive();
pub(crate) const PROPORTION: Wanted = Wanted::new("a proportion", &["0.6", "60 %"]).not_negative();

/// A quantity that must be there, in `unit`.
pub(crate) fn required(reader: &mut Reader<'_, '_>, key: &str, wanted: &Wanted, unit: &str) -> Option<f64> {
    let quantity = reader.required_quantity(key, wanted)?;
    converted(reader, key, &quantity, unit)
}

/// A quantity that may be absent, in `unit`.
pub(crate) fn optional(reader: &mut Reader<'_, '_>, key: &str, wanted: &Wanted, unit: &str) -> Option<f64> {
    let quantity = reader.optional_quantity(key, wanted)?;
    converted(reader, key, &quantity, unit)
}

/// An element of a list, in `unit`.
pub(crate) fn element(item: Item<'_, '_>, wanted: &Wanted, unit: &str) -> Option<f64> {
    let quantity = item.quantity(wanted)?;
    in_unit(&quantity, unit).ok()
}

/// A proportion that must be there, 0 to 1: a number, or a string with `%`.
pub(crate) fn required_proportion(reader: &mut Reader<'_, '_>, key: &str) -> Option<f64> {
    let value = required(reader, key, &PROPORTION, "1")?;
    at_most_one(reader, key, value)
}

/// A proportion that may be absent.
pub(crate) fn optional_proportion(reader: &mut Reader<'_, '_>, key: &str) -> Option<f64> {
    let value = optional(reader, key, &PROPORTION, "1")?;
    at_most_one(reader, key, value)
}

fn at_most_one(reader: &mut Reader<'_, '_>, key: &str, value: f64) -> Option<f64> {
    if value <= 1.0 {
        return Some(value);
    }
    let percent = crate::definition::in_words(100.0 * value);
    reader.report(
        key,
        "C010",
        format!("`{key}` must be at most 1 (100 %), found {percent} %"),
        "more than everyone",
    );
    None
}

fn converted(reader: &mut Reader<'_, '_>, key: &str, quantity: &Quantity, unit: &str) -> Option<f64> {
    match in_unit(quantity, unit) {
        Ok(value) => Some(value),
        Err(error) => {
            reader.report(key, error.code(), error.to_string(), error.label());
            None
        }
    }
}

/// The value in a unit of the models.
pub(crate) fn in_unit(quantity: &Quantity, unit: &str) -> Result<f64, UnitError> {
    quantity.in_unit(&if unit == "1" {
        Unit::BARE
    } else {
        Unit::parse(unit)?
    })
}

/// Reads `source`, `grade` and `locator`, which say where the numbers of a table come from; the source key.
pub(crate) fn provenance(reader: &mut Reader<'_, '_>) -> String {
    let words: Vec<(&str, ())> = crate::lint::GRADES.iter().map(|grade| (*grade, ())).collect();
    let _: Option<()> = reader.optional_choice("grade", &words);
    let _: Option<String> = reader.optional_string("locator");
    reader.optional_string("source").unwrap_or_default()
}

/// A duration of whole days that must be there.
pub(crate) fn required_days(reader: &mut Reader<'_, '_>, key: &str, wanted: &Wanted) -> Option<u32> {
    let days = required(reader, key, wanted, "d")?;
    whole_days(reader, key, days)
}

/// A duration of whole days that may be absent: the outer `None` is a mistake.
pub(crate) fn optional_days(reader: &mut Reader<'_, '_>, key: &str, wanted: &Wanted) -> Option<Option<u32>> {
    if !reader.has(key) {
        reader.allow(&[key]);
        return Some(None);
    }
    let days = optional(reader, key, wanted, "d")?;
    whole_days(reader, key, days).map(Some)
}

fn whole_days(reader: &mut Reader<'_, '_>, key: &str, days: f64) -> Option<u32> {
    let whole = days.round();
    if (days - whole).abs() < 1e-6 && (1.0..=1e6).contains(&whole) {
        return Some(whole as u32);
    }
    let words = crate::definition::in_words(days);
    let message = format!("`{key}` must be a whole number of days, found {words}");
    reader.report(key, "K004", message, "strategies are followed day by day");
    None
}

/// Reports what was wrong with another file, with the place that names it where it has none of its own.
pub(crate) fn tell(reader: &mut Reader<'_, '_>, key: &str, diagnostics: Vec<Diagnostic>) {
    let (source, span) = (reader.source().clone(), reader.span(key));
    for diagnostic in diagnostics {
        let unplaced = diagnostic.labels.is_empty();
        reader.push(if unplaced {
            diagnostic.at(&source, span, "named here")
        } else {
            diagnostic
        });
    }
}
