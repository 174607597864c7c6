//! TOML text to a tree with spans.

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};
use euthymia_diagnostics::{Diagnostic, Source, Span};
use euthymia_document::{Document, Entry, Node, Table, Value};

mod explain;

/// Reads a TOML text.
///
/// Every mistake of writing is reported at once. Where it is clear what a mistake meant (a string without quotes, a key
/// given twice), a document comes back all the same, so that its content can be checked in the same pass.
#[must_use]
pub fn document(source: &Source) -> (Option<Document>, Vec<Diagnostic>) {
    let text = source.text();
    let (root, errors) = DeTable::parse_recoverable(text);
    let explained = explain::explain(source, &errors);
    let mut builder = Builder {
        source,
        diagnostics: explained.diagnostics,
    };
    let root = builder.table(root.get_ref(), Span::default());
    let whole = !explained.structure_lost;
    let places = builder.diagnostics.iter().flat_map(|one| one.labels.first());
    let reported = places.map(|label| label.span).collect();
    (
        whole.then(|| Document {
            source: source.clone(),
            root,
            reported,
        }),
        builder.diagnostics,
    )
}

struct Builder<'s> {
    source: &'s Source,
    diagnostics: Vec<Diagnostic>,
}

impl Builder<'_> {
    // The parser limits the depth of nesting, so this recursion is bounded.
    fn table(&mut self, table: &DeTable<'_>, span: Span) -> Table {
        let mut entries: Vec<Entry> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().to_string(),
                key_span: Span::new(key.span().start, key.span().end),
                node: self.node(value),
            })
            .collect();
        entries.sort_by_key(|entry| (entry.key_span.start, entry.key_span.end));
        Table { entries, span }
    }

    fn node(&mut self, value: &Spanned<DeValue<'_>>) -> Node {
        let span = Span::new(value.span().start, value.span().end);
        let value = match value.get_ref() {
            DeValue::String(text) => Value::String(self.straight(text, span)),
            DeValue::Boolean(value) => self.boolean(*value, span),
            DeValue::Datetime(value) => Value::Datetime(value.to_string()),
            DeValue::Array(items) => Value::Array(items.iter().map(|item| self.node(item)).collect()),
            DeValue::Table(table) => Value::Table(self.table(table, span)),
            DeValue::Integer(value) => Value::Integer(self.integer(value.as_str(), value.radix(), span)),
            DeValue::Float(value) => Value::Float(self.float(value.as_str(), span)),
        };
        Node { value, span }
    }

    /// A string; one in typographic quotes, which has been reported, without them.
    fn straight(&self, text: &str, span: Span) -> String {
        let quoted = self.source.slice(span).starts_with(['"', '\'']);
        let text = if quoted {
            text
        } else {
            explain::without_quotes(text)
        };
        text.to_owned()
    }

    /// The parser takes any word that begins like one for `true` or `false`; it has been reported.
    fn boolean(&self, value: bool, span: Span) -> Value {
        let word = self.source.slice(span);
        match word.to_lowercase().as_str() {
            "true" | "false" => Value::Boolean(value),
            _ => Value::String(word.to_owned()),
        }
    }

    fn integer(&mut self, digits: &str, radix: u32, span: Span) -> i64 {
        i64::from_str_radix(digits, radix).unwrap_or_else(|_| self.unreadable(digits, span, 0))
    }

    fn float(&mut self, digits: &str, span: Span) -> f64 {
        match digits.parse::<f64>() {
            Ok(value) if value.is_finite() || !digits.contains(|c: char| c.is_ascii_digit()) => value,
            _ => self.unreadable(digits, span, 0.0),
        }
    }

    /// A number too large to keep; one the parser itself refused has no digits left and has been reported.
    fn unreadable<T>(&mut self, digits: &str, span: Span, instead: T) -> T {
        if !digits.is_empty() {
            let message = match digits.char_indices().nth(40) {
                Some((end, _)) => format!("the number {}… is too large", &digits[..end]),
                None => format!("the number {digits} is too large"),
            };
            self.diagnostics
                .push(Diagnostic::error("D001", message).at(self.source, span, "too large"));
        }
        instead
    }
}

#[cfg(test)]
mod tests;
