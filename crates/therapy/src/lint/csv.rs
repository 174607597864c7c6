//! The check of an evidence table: every row names the page it was read from and how it was verified.

use euthymia_diagnostics::{Diagnostic, Span};
use euthymia_document::Rows;

/// Columns that every evidence table has, and what they say.
const COLUMNS: [(&str, &str); 2] = [
    (
        "source_url",
        "the page that the numbers of the row were read from",
    ),
    ("verified", "`yes` or `memory`"),
];

/// Reports every row that does not say where it comes from.
pub(super) fn check(path: &str, rows: &Rows, diagnostics: &mut Vec<Diagnostic>) {
    for (column, what) in COLUMNS {
        let Some(at) = rows.header.iter().position(|cell| cell.text == column) else {
            let header = rows
                .header
                .iter()
                .map(|cell| cell.span)
                .reduce(Span::to)
                .unwrap_or_default();
            diagnostics.push(
                Diagnostic::error("L034", format!("`{path}` has no column `{column}`"))
                    .at(&rows.source, header, "in this header")
                    .note(format!("`{column}` holds {what}")),
            );
            continue;
        };
        for cell in rows
            .rows()
            .filter_map(|row| row.get(at))
            .filter(|cell| cell.text.trim().is_empty())
        {
            diagnostics.push(
                Diagnostic::error(
                    "L034",
                    format!("a row of `{path}` does not say where it comes from"),
                )
                .at(&rows.source, cell.span, format!("expected {what}")),
            );
        }
    }
}
