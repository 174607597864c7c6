//! Diagnostics as a person or a program reads them: text for a terminal, JSON, HTML for the report.
//!
//! All three put what belongs to no file first, then each file's in the order of its text.

mod html;
mod json;
mod text;

pub use html::html;
pub use json::json;
pub use text::{Style, text};

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Source;

/// In the order in which a person would mend them.
fn in_reading_order(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sources: Vec<&Source> = Vec::new();
    let mut keyed = Vec::with_capacity(diagnostics.len());
    for diagnostic in diagnostics {
        let place = diagnostic.labels.first().map(|label| {
            let known = sources.iter().position(|source| **source == label.source);
            let source = known.unwrap_or_else(|| {
                sources.push(&label.source);
                sources.len() - 1
            });
            (source, label.span.start)
        });
        keyed.push((place, diagnostic));
    }
    keyed.sort_by_key(|(place, _)| *place);
    keyed.into_iter().map(|(_, diagnostic)| diagnostic).collect()
}

/// `2 errors, 1 warning`; notes are not counted, and nothing is said of none.
fn counted(diagnostics: &[Diagnostic]) -> Option<String> {
    let count = |severity| {
        diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == severity)
            .count()
    };
    let said = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        many => Some(format!("{many} {word}s")),
    };
    let parts: Vec<String> = [
        said(count(Severity::Error), "error"),
        said(count(Severity::Warning), "warning"),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
