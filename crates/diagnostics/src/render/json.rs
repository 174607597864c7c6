//! JSON for programs: an array with one object for each diagnostic.

use serde::Serialize;

use super::in_reading_order;
use crate::diagnostic::{Diagnostic, Severity};

#[derive(Serialize)]
struct JsonDiagnostic<'d> {
    severity: &'static str,
    code: &'d str,
    message: &'d str,
    labels: Vec<JsonLabel<'d>>,
    notes: &'d [String],
    help: &'d [String],
}

#[derive(Serialize)]
struct JsonLabel<'d> {
    file: &'d str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    byte_start: usize,
    byte_end: usize,
    message: &'d str,
}

/// The diagnostics as JSON.
///
/// Lines and columns count from 1, columns in characters; bytes count from 0; ends are exclusive. The first label is the
/// primary place.
#[must_use]
pub fn json(diagnostics: &[Diagnostic]) -> String {
    let objects: Vec<JsonDiagnostic<'_>> = in_reading_order(diagnostics).into_iter().map(object).collect();
    // Strings and numbers in structs always serialise.
    serde_json::to_string_pretty(&objects).unwrap_or_default()
}

fn object(diagnostic: &Diagnostic) -> JsonDiagnostic<'_> {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let labels = diagnostic.labels.iter().map(|label| {
        let range = label.source.clipped(label.span);
        let (start, end) = (
            label.source.position(label.span.start),
            label.source.position(label.span.end),
        );
        JsonLabel {
            file: label.source.name(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            byte_start: range.start,
            byte_end: range.end,
            message: &label.message,
        }
    });
    JsonDiagnostic {
        severity,
        code: diagnostic.code,
        message: &diagnostic.message,
        labels: labels.collect(),
        notes: &diagnostic.notes,
        help: &diagnostic.help,
    }
}
