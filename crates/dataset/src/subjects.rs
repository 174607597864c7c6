//! Rows to subjects: who is who, when, and with which covariates.

use std::collections::HashMap;

use euthymia_diagnostics::{Diagnostic, Span};
use euthymia_document::{Cell, Row, Rows};

use crate::cell::{parse, shown, text};
use crate::columns::Columns;
use crate::covariates;
use crate::dose::MOST_ADDITIONAL;
use crate::names::ModelNames;
use crate::parameters::Parameters;
use crate::problems::Problems;
use crate::row::kind;
use crate::set::{DataSet, Dialect, Record, RecordKind, Subject};
use crate::time::{day, hours};

pub(crate) fn read(
    rows: &Rows,
    names: &ModelNames,
    dialect: Dialect,
    parameters: Option<&Parameters>,
) -> (Option<DataSet>, Vec<Diagnostic>) {
    let mut problems = Problems::new(&rows.source);
    let Some(columns) = Columns::find(rows, names, parameters, &mut problems) else {
        return (None, problems.finish());
    };
    let mut subjects = individuals(rows, &columns, names, &mut problems);
    if subjects.is_empty() && !problems.any_error() {
        let span = rows.header.iter().map(|cell| cell.span).reduce(Span::to);
        let help = "write at least one record below the header";
        problems.error(
            "N028",
            span.unwrap_or_default(),
            "the data set has no record",
            "only a header",
            help,
        );
    }
    let lines: Vec<_> = (columns.covariates.iter())
        .map(|&(input, _)| covariates::line_of(names, input))
        .collect();
    for subject in &mut subjects {
        let known = (names, lines.as_slice());
        covariates::fill(
            rows,
            &columns.covariates,
            known,
            dialect.interpolation,
            subject,
            &mut problems,
        );
        give(parameters, names, rows, &columns, subject, &mut problems);
    }
    let whole = !problems.any_error();
    let set = DataSet {
        subjects,
        covariates: columns.covariates.iter().map(|&(input, _)| input).collect(),
        lines,
        dialect,
        times: None,
    };
    (whole.then_some(set), problems.finish())
}

/// The text of an `ID` such that `1` and `1.0` are the same.
pub(crate) fn identity(text: &str) -> String {
    parse(text).map_or_else(|| text.to_owned(), |number| (number + 0.0).to_string())
}

fn is_comment(row: Row<'_>, columns: &Columns) -> bool {
    let marked = columns
        .comment
        .and_then(|column| row.get(column))
        .is_some_and(|cell| matches!(cell.text.trim(), "C" | "c" | "#"));
    marked
        || row
            .get(0)
            .is_some_and(|cell| cell.text.trim_start().starts_with('#'))
}

fn individuals(
    rows: &Rows,
    columns: &Columns,
    names: &ModelNames,
    problems: &mut Problems<'_>,
) -> Vec<Subject> {
    let counted = || {
        rows.rows()
            .enumerate()
            .filter(|(_, row)| !is_comment(*row, columns))
    };
    let clock = |cell: Cell<'_>| cell.text.contains(':');
    let rebased =
        columns.date.is_some() || counted().any(|(_, row)| row.get(columns.time).is_some_and(clock));
    let mut subjects: Vec<Subject> = Vec::new();
    let mut seen: HashMap<String, Span> = HashMap::new();
    let mut last = (0.0, Span::default());
    let mut origin = None;
    let mut additional = 0.0;
    for (at, row) in counted() {
        let (Some(id), Some(time)) = (row.get(columns.id), row.get(columns.time)) else {
            continue;
        };
        let kind = kind(row, columns, names, problems);
        let Some(name) = text(&id).map(identity) else {
            let help = "write whose record it is";
            problems.error("N008", id.span, "`ID` is blank", "expected an ID", help);
            continue;
        };
        let begins = subjects.last().is_none_or(|subject| subject.id != name);
        if begins {
            if let Some(first) = seen.get(&name) {
                let message = format!("ID {name} comes again after another: this is a new individual");
                let problem = Diagnostic::warning("N010", message)
                    .at(problems.source, id.span, "again here")
                    .at(problems.source, *first, "first here")
                    .help("keep all records of an individual together, or give this one an ID of its own");
                problems.push(problem);
            }
            seen.entry(name.clone()).or_insert(id.span);
            subjects.push(Subject {
                id: name,
                records: Vec::new(),
                covariates: Vec::new(),
                between: Vec::new(),
                parameters: Vec::new(),
            });
            origin = None;
            additional = 0.0;
        }
        let Some(written) = moment(row, &time, columns, problems) else {
            continue;
        };
        let value = if rebased {
            written - *origin.get_or_insert(written)
        } else {
            written
        };
        let Some(subject) = subjects.last_mut() else {
            continue;
        };
        let resets = matches!(kind, Some(RecordKind::Reset | RecordKind::ResetAndDose(_)));
        if !subject.records.is_empty() && value < last.0 && !resets && kind.is_some() {
            let message = format!(
                "time goes back within ID {}: from {} to {value}",
                subject.id, last.0
            );
            let problem = Diagnostic::error("N009", message)
                .at(problems.source, time.span, "earlier than the record before")
                .at(problems.source, last.1, "the record before")
                .help("sort the records of an individual by time; only EVID 3 and 4 may set the clock back");
            problems.push(problem);
        }
        last = (value, time.span);
        if let Some(RecordKind::Dose(dose) | RecordKind::ResetAndDose(dose)) = kind {
            let before = additional;
            additional += f64::from(dose.additional);
            if before <= MOST_ADDITIONAL && additional > MOST_ADDITIONAL {
                let message = format!(
                    "ID {} has more than {MOST_ADDITIONAL} additional doses",
                    subject.id
                );
                let cell = columns.additional.and_then(|column| row.get(column));
                let span = cell.map_or_else(|| row.span(), |cell| cell.span);
                let help = "write fewer doses, or a constant infusion (SS 1 with AMT 0)";
                problems.error("N019", span, message, "with those before", help);
            }
        }
        subject.records.push(Record {
            time: value,
            // Where there is none the data set is refused.
            kind: kind.unwrap_or(RecordKind::Other),
            row: at,
            span: row.span(),
        });
    }
    subjects
}

/// When a row happens. `None` after a report.
fn moment(row: Row<'_>, time: &Cell<'_>, columns: &Columns, problems: &mut Problems<'_>) -> Option<f64> {
    if text(time).is_none() {
        let help = "write when it happens; a blank is not 0 here";
        problems.error("N008", time.span, "`TIME` is blank", "expected a time", help);
        return None;
    }
    let hours = hours(time, "TIME", problems);
    match columns.date {
        None => hours,
        Some((column, order)) => {
            let day = day(&row.get(column)?, order, problems);
            Some(24.0 * day? + hours?)
        }
    }
}

/// Gives a subject its row of a table of parameters.
fn give(
    parameters: Option<&Parameters>,
    names: &ModelNames,
    rows: &Rows,
    columns: &Columns,
    subject: &mut Subject,
    problems: &mut Problems<'_>,
) {
    let Some(table) = parameters else { return };
    let Some(values) = table.of(&subject.id, names) else {
        let record = subject.records.first().map(|record| record.row);
        let cell = record.and_then(|row| rows.row(row)?.get(columns.id));
        let shown = cell.as_ref().map(shown).unwrap_or_default();
        let message = format!("the table of parameters has no row for ID {shown}");
        let help = format!("add a row with ID {shown} to `{}`", table.name());
        problems.error(
            "N060",
            cell.map_or_else(Span::default, |cell| cell.span),
            message,
            "this ID",
            help,
        );
        return;
    };
    subject.parameters = values;
}
