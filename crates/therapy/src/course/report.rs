//! What to report: `[report]` and `[[observed]]`.

use super::quantity::{DURATION, TIME, element, optional, required};
use super::{ArmRole, GridStretch, Mechanism, ObservedArm, Report};
use euthymia_diagnostics::{Diagnostic, Span};
use euthymia_document::Reader;

/// More observation times than this are a mistake of the file.
const MOST_TIMES: f64 = 20_000.0;

/// Reads `[report]`. Whether the quantities exist is checked against the models afterwards.
pub(crate) fn report(reader: &mut Reader<'_, '_>, horizon_h: Option<f64>) -> Option<Report> {
    let given = reader.has("report");
    let value = reader.optional_table("report", |table| {
        let quantities = list(table, "quantities", |item| {
            let span = item.span();
            item.string().map(|name| (name, span))
        });
        let grid = tables(table, "grid", |stretch| {
            let every_h = required(stretch, "every", &DURATION, "h");
            let until_h = required(stretch, "until", &DURATION, "h");
            Some(GridStretch {
                every_h: every_h?,
                until_h: until_h?,
            })
        });
        let times_h = list(table, "times", |item| element(item, &TIME, "h"));
        let (quantities, grid, times_h) = (quantities?, grid?, times_h?);
        let repeated = |(at, (name, _)): &(usize, &(String, Span))| {
            quantities[..*at].iter().any(|(earlier, _)| earlier == name)
        };
        if let Some((_, (name, span))) = quantities.iter().enumerate().find(repeated) {
            let diagnostic = Diagnostic::error("C043", format!("`{name}` is listed twice"))
                .at(table.source(), *span, "again here")
                .help("keep one of them");
            table.push(diagnostic);
            return None;
        }
        grid_checked(table, &grid)?;
        times_checked(table, &times_h, horizon_h)?;
        Some(Report {
            quantities,
            grid,
            times_h,
            mechanism: Mechanism::WhereAsked,
            missing: Vec::new(),
        })
    });
    if given { value } else { Some(Report::default()) }
}

fn list<T>(
    reader: &mut Reader<'_, '_>,
    key: &str,
    read: impl FnMut(euthymia_document::Item<'_, '_>) -> Option<T>,
) -> Option<Vec<T>> {
    let given = reader.has(key);
    let value = reader.optional_array(key, read);
    if given { value } else { Some(Vec::new()) }
}

fn tables<T>(
    reader: &mut Reader<'_, '_>,
    key: &str,
    read: impl FnMut(&mut Reader<'_, '_>) -> Option<T>,
) -> Option<Vec<T>> {
    let given = reader.has(key);
    let value = reader.optional_tables(key, read);
    if given { value } else { Some(Vec::new()) }
}

fn grid_checked(reader: &mut Reader<'_, '_>, grid: &[GridStretch]) -> Option<()> {
    if grid.windows(2).any(|pair| pair[1].until_h <= pair[0].until_h) {
        reader.report(
            "grid",
            "C040",
            "the stretches of `grid` must follow each other",
            "`until` must increase",
        );
        return None;
    }
    let mut from = 0.0;
    let mut count = 0.0;
    for stretch in grid {
        count += (stretch.until_h - from) / stretch.every_h;
        from = stretch.until_h;
    }
    if count > MOST_TIMES {
        let message = format!("`grid` makes {} times, more than {MOST_TIMES}", count.round());
        reader.report("grid", "C041", message, "too fine");
        return None;
    }
    Some(())
}

fn times_checked(reader: &mut Reader<'_, '_>, times_h: &[f64], horizon_h: Option<f64>) -> Option<()> {
    let horizon_h = horizon_h?;
    if times_h.len() as f64 > MOST_TIMES {
        reader.report(
            "times",
            "C041",
            format!("`times` holds more than {MOST_TIMES} times"),
            "too many",
        );
        return None;
    }
    if times_h.iter().any(|time| *time > horizon_h) {
        let end = crate::definition::duration(horizon_h);
        reader.report(
            "times",
            "C042",
            "a reported time is after the horizon",
            format!("the horizon is {end}"),
        );
        return None;
    }
    Some(())
}

/// Reads `[[observed]]`. Whether the arms exist is checked against the evidence afterwards.
pub(crate) fn observed(reader: &mut Reader<'_, '_>) -> Option<Vec<ObservedArm>> {
    const ROLES: [(&str, ArmRole); 2] = [("treatment", ArmRole::Treatment), ("control", ArmRole::Control)];
    tables(reader, "observed", |table| {
        let study = table.required_string("study");
        let arm = table.required_string("arm");
        let given = table.has("role");
        let role = table.optional_choice("role", &ROLES);
        let role = if given { role? } else { ArmRole::Treatment };
        let limited = table.has("until");
        let until_h = optional(table, "until", &DURATION, "h");
        if limited && until_h.is_none() {
            return None;
        }
        Some(ObservedArm {
            study: study?,
            arm: arm?,
            role,
            until_h,
            study_span: table.span("study"),
            arm_span: table.span("arm"),
        })
    })
}
