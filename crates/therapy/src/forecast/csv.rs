//! A patient's scores and doses as a table.
//!
//! Columns: `date` (ISO 8601, `2026-03-01` or `2026-03-01T10:30`), `kind` (`score` or `dose`), `what` (an instrument or a drug of the
//! library), `value`, and for doses `unit` (`mg` or `mg/kg`) and `route`. A cell that a row does not need is blank.

use super::date::Date;
use super::records::{Dose, Read, Records, Score};
use crate::course::DoseAmount;
use crate::drug::Drug;
use crate::library::Library;
use euthymia_diagnostics::{Diagnostic, nearest};
use euthymia_document::{RowReader, Rows};

/// Columns that must be there.
pub const REQUIRED: [&str; 4] = ["date", "kind", "what", "value"];
/// Columns that doses need.
pub const OPTIONAL: [&str; 2] = ["unit", "route"];

#[derive(Clone, Copy)]
enum Kind {
    Score,
    Dose,
}

const KINDS: [(&str, Kind); 2] = [("score", Kind::Score), ("dose", Kind::Dose)];

/// Largest dose that is read, in its unit: more is a mistake of units.
const MOST: f64 = 10_000.0;

/// Reads the table.
#[must_use]
pub fn read(rows: &Rows, library: &Library) -> Read {
    let mut diagnostics = Vec::new();
    let mut records = Records::default();
    rows.read(&REQUIRED, &OPTIONAL, &mut diagnostics, |row| {
        let date = date(row);
        let place = format!("line {}", row.source().position(row.span("date").start).line);
        match row.required_choice("kind", &KINDS)? {
            Kind::Score => {
                let (instrument, value) = score(row, library)?;
                records.scores.push(Score {
                    date: date?,
                    instrument,
                    value,
                    place,
                });
            }
            Kind::Dose => {
                let (drug, route, amount) = dose(row, library)?;
                records.doses.push(Dose {
                    date: date?,
                    drug,
                    route,
                    amount,
                    place,
                });
            }
        }
        Some(())
    });
    let wrong = diagnostics.iter().any(Diagnostic::is_error);
    ((!wrong).then_some(records), diagnostics)
}

fn date(row: &mut RowReader<'_, '_>) -> Option<Date> {
    let text = row.required_string("date")?;
    match Date::parse(&text) {
        Ok(date) => Some(date),
        Err(why) => {
            let message = format!("`{text}` is no date: {why}");
            row.report("date", "F001", message, "expected a date as in 2026-03-01");
            None
        }
    }
}

fn unknown(
    row: &mut RowReader<'_, '_>,
    column: &str,
    code: &'static str,
    told: (&str, &str),
    known: &[String],
) {
    let (what, word) = told;
    let near = nearest(word, known.iter().map(String::as_str));
    let label = near.map_or_else(
        || format!("there are {}", known.join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    row.report(column, code, format!("there is no {what} `{word}`"), label);
}

fn score(row: &mut RowReader<'_, '_>, library: &Library) -> Option<(String, f64)> {
    let id = row.required_string("what")?;
    let known = library.stems("instruments", ".toml");
    if !known.contains(&id) {
        unknown(row, "what", "F002", ("instrument", &id), &known);
        return None;
    }
    for column in OPTIONAL {
        if let Some(text) = row.optional_string(column) {
            let message = format!("a score has no {column}, found `{text}`");
            row.report(column, "F003", message, "leave this cell blank");
        }
    }
    let value = row.required_number("value", ..)?;
    let instrument = library.instrument(&id).ok()?;
    if !(instrument.minimum..=instrument.maximum).contains(&value) {
        let message = format!(
            "{value} is off the {}, which goes from {} to {}",
            instrument.abbreviation, instrument.minimum, instrument.maximum
        );
        row.report("value", "F004", message, "off the scale");
        return None;
    }
    Some((id, value))
}

fn dose(row: &mut RowReader<'_, '_>, library: &Library) -> Option<(String, String, Option<DoseAmount>)> {
    let id = row.required_string("what")?;
    let known = library.stems("drugs", ".toml");
    if !known.contains(&id) {
        unknown(row, "what", "F005", ("drug", &id), &known);
        return None;
    }
    let drug = library.drug(&id).ok()?;
    let routes: Vec<String> = drug.routes.iter().map(|(key, _)| key.clone()).collect();
    let route = match row.optional_string("route") {
        Some(route) => route,
        None if routes.len() == 1 => routes[0].clone(),
        None => {
            let label = format!("one of {}", routes.join(", "));
            row.report("route", "F006", format!("the route of `{id}` is missing"), label);
            return None;
        }
    };
    if !routes.contains(&route) {
        unknown(
            row,
            "route",
            "F006",
            (&format!("route of `{id}` like"), &route),
            &routes,
        );
        return None;
    }
    let amount = match row.optional_number("value", 0.0..=MOST) {
        Some(value) if value > 0.0 => value,
        _ => return none_given(row, &drug, &route).then_some((id, route, None)),
    };
    let unit = row.optional_string("unit").unwrap_or_default();
    match amount_of(amount, &unit) {
        Some(amount) => match check_devices(&drug, &route, amount) {
            Ok(()) => Some((id, route, Some(amount))),
            Err(why) => {
                row.report("value", "F008", why, "not what a device gives");
                None
            }
        },
        None => {
            let message = format!("a dose is in mg or mg/kg, found `{unit}`");
            row.report("unit", "F007", message, "expected `mg` or `mg/kg`");
            None
        }
    }
}

/// Whether a row without a dose is one of a control; reported otherwise.
fn none_given(row: &mut RowReader<'_, '_>, drug: &Drug, route: &str) -> bool {
    let is_modelled = drug.route(route).is_some_and(crate::drug::Route::is_modelled);
    if is_modelled {
        row.report("value", "F007", "a dose must be above 0", "how much was given?");
    }
    !is_modelled
}

/// A dose in its unit.
pub(super) fn amount_of(value: f64, unit: &str) -> Option<DoseAmount> {
    match unit.trim() {
        "mg" => Some(DoseAmount::Fixed(value)),
        "g" => Some(DoseAmount::Fixed(value * 1000.0)),
        "ug" | "µg" | "mcg" => Some(DoseAmount::Fixed(value / 1000.0)),
        "mg/kg" => Some(DoseAmount::PerWeight(value)),
        _ => None,
    }
}

/// That a dose is one that the device of the route can give.
///
/// # Errors
/// Why it is not.
pub(super) fn check_devices(drug: &Drug, route: &str, amount: DoseAmount) -> Result<(), String> {
    let device = drug.route(route).and_then(|route| route.device.as_ref());
    let Some(device) = device else {
        return Ok(());
    };
    match amount {
        DoseAmount::Fixed(mg) if crate::events::devices(mg, device.content_mg).is_some() => Ok(()),
        DoseAmount::Fixed(mg) => Err(format!(
            "{mg} mg is no whole number of devices of {} mg",
            device.content_mg
        )),
        DoseAmount::PerWeight(_) => Err(format!(
            "devices of {} mg are not dosed by weight",
            device.content_mg
        )),
    }
}
