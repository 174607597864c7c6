//! The tree: values with the bytes they were written in.

use std::collections::HashSet;

use euthymia_diagnostics::{Diagnostic, Source, Span};

/// A whole file.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Its text.
    pub source: Source,
    /// Its outermost table.
    pub root: Table,
    /// Places that have been reported as wrongly written: what is read there is a guess, and nothing more is said of it.
    pub reported: HashSet<Span>,
}

impl Document {
    /// Leaves out what is said of places that have been reported.
    pub fn leave_out_reported(&self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.retain(|diagnostic| {
            let place = diagnostic.labels.first();
            !place.is_some_and(|label| label.source == self.source && self.reported.contains(&label.span))
        });
    }
}

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// The bytes of the value; for a table under a header, those of the header.
    pub span: Span,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string, escapes resolved.
    String(String),
    /// A whole number.
    Integer(i64),
    /// A number; `inf` and `nan` can be written.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A date or a time, as written.
    Datetime(String),
    /// A list.
    Array(Vec<Node>),
    /// Keys and values.
    Table(Table),
}

impl Value {
    /// The kind of value with its article.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Boolean(_) => "a boolean",
            Self::Datetime(_) => "a date or time",
            Self::Array(_) => "a list",
            Self::Table(_) => "a table",
        }
    }

    /// What a message says it found: `the number 0.5`, `the string "iv"`, `a list`.
    #[must_use]
    pub fn found(&self) -> String {
        match self {
            Self::String(text) => format!("the string {}", quoted(text)),
            Self::Integer(value) => format!("the number {value}"),
            Self::Float(value) => format!("the number {value:?}"),
            Self::Boolean(value) => format!("`{value}`"),
            Self::Datetime(text) => format!("the date or time {text}"),
            Self::Array(items) if items.is_empty() => "an empty list".to_owned(),
            Self::Array(items) if items.iter().all(|item| matches!(item.value, Self::Table(_))) => {
                "a list of tables".to_owned()
            }
            Self::Array(_) | Self::Table(_) => self.kind().to_owned(),
        }
    }
}

/// In quotes, shortened to what fits a message.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 40;
    if text.chars().count() <= LONGEST {
        return format!("{text:?}");
    }
    let beginning: String = text.chars().take(LONGEST).collect();
    format!("{:?}", format!("{beginning}..."))
}

/// Keys and values in the order written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The entries.
    pub entries: Vec<Entry>,
    /// The bytes of the header or of the braces; empty at 0 for a whole file.
    pub span: Span,
}

impl Table {
    /// The entry of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key is written.
    pub key_span: Span,
    /// The value.
    pub node: Node,
}
