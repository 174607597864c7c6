//! A fragment of HTML for the report.

use super::in_reading_order;
use super::text::{Style, text};
use crate::diagnostic::{Diagnostic, Severity};

/// A `pre` for each diagnostic, its class `diagnostic error`, `diagnostic warning` or `diagnostic note`; escaped.
#[must_use]
pub fn html(diagnostics: &[Diagnostic]) -> String {
    let style = Style {
        colour: false,
        width: 100,
    };
    let mut out = String::new();
    for diagnostic in in_reading_order(diagnostics) {
        let class = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let body = text(std::slice::from_ref(diagnostic), style);
        let body = body.split("\n\n").next().unwrap_or_default();
        out.push_str(&format!(
            "<pre class=\"diagnostic {class}\">{}</pre>\n",
            escaped(body)
        ));
    }
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
