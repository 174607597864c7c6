//! The check of a TOML file: every number stands in a table that says where it comes from, or inside one that does.

use super::unknown_key;
use crate::sources::Sources;
use euthymia_diagnostics::{Diagnostic, Source, Span};
use euthymia_document::{Document, Node, Table, Value};
use euthymia_units::Quantity;

/// Tables of a course, a strategy or a trial that hold what its author chose.
const CHOSEN: [&str; 11] = [
    "treatments",
    "arms",
    "visits",
    "endpoint",
    "steps",
    "follow",
    "report",
    "patient",
    "psychotherapy",
    "background",
    "observed",
];

/// What surrounds a value.
#[derive(Clone, Copy)]
struct Place<'p> {
    source: &'p Source,
    /// Whether a table around it says where its numbers come from.
    covered: bool,
    /// Whether a table may have one of source and grade and take the other from around it.
    inherits: bool,
    sources: &'p Sources,
}

/// Reports every number without a source or a grade, and every source key that does not exist.
pub(super) fn check(path: &str, document: &Document, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) {
    // What bears on a claim and what answers a question name rows and selections; they hold no number of their own.
    let names_rows = ["claims", "questions", "rebuild"]
        .iter()
        .any(|name| path.strip_prefix("evidence/") == Some(&format!("{name}.toml")));
    if path == "sources.toml" || names_rows {
        return;
    }
    let is_course = ["courses/", "people/", "strategies/", "trials/"]
        .iter()
        .any(|folder| path.starts_with(folder));
    let place = Place {
        source: &document.source,
        covered: false,
        inherits: path.starts_with("validation/"),
        sources,
    };
    if place.inherits {
        // The whole file is of one paper, whose source stands at its top.
        walk(&document.root, &[], place, diagnostics);
        return;
    }
    for entry in &document.root.entries {
        let chosen = is_course
            && (CHOSEN.contains(&entry.key.as_str())
                || !matches!(entry.node.value, Value::Table(_) | Value::Array(_)));
        if chosen {
            continue;
        }
        match &entry.node.value {
            Value::Table(table) if is_course && entry.key == "population" => {
                walk(table, &["size"], place, diagnostics);
            }
            _ => value(&entry.key, &entry.node, place, diagnostics),
        }
    }
}

fn walk(table: &Table, skip: &[&str], place: Place<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let text = |key: &str| match table.get(key).map(|entry| &entry.node) {
        Some(Node {
            value: Value::String(text),
            span,
        }) => Some((text.as_str(), *span)),
        _ => None,
    };
    let (source, grade) = (text("source"), text("grade"));
    if let Some((key, span)) = source {
        diagnostics
            .extend(unknown_key(key, place.sources).map(|wrong| wrong.at(place.source, span, "unknown key")));
    }
    let alone = !(place.covered && place.inherits);
    if let (Some((_, span)), None) | (None, Some((_, span))) = (source, grade)
        && alone
    {
        let missing = if source.is_some() { "grade" } else { "source" };
        diagnostics.push(
            Diagnostic::error("L032", "`source` and `grade` belong together").at(
                place.source,
                span,
                format!("`{missing}` is missing in this table"),
            ),
        );
    }
    let place = Place {
        covered: place.covered || source.is_some() && grade.is_some(),
        ..place
    };
    for entry in table
        .entries
        .iter()
        .filter(|entry| !skip.contains(&entry.key.as_str()))
    {
        value(&entry.key, &entry.node, place, diagnostics);
    }
}

fn value(key: &str, node: &Node, place: Place<'_>, diagnostics: &mut Vec<Diagnostic>) {
    match &node.value {
        Value::Table(table) => walk(table, &[], place, diagnostics),
        Value::Array(items) => items.iter().for_each(|item| value(key, item, place, diagnostics)),
        Value::Integer(_) | Value::Float(_) => number(key, node.span, place, diagnostics),
        Value::String(text) if !PROSE.contains(&key) && Quantity::parse(text).is_ok() => {
            number(key, node.span, place, diagnostics);
        }
        Value::String(_) | Value::Boolean(_) | Value::Datetime(_) => {}
    }
}

/// Keys whose text is never a quantity.
const PROSE: [&str; 8] = [
    "name",
    "title",
    "abbreviation",
    "description",
    "locator",
    "summary",
    "source",
    "condition",
];

fn number(key: &str, span: Span, place: Place<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if place.covered {
        return;
    }
    diagnostics.push(
        Diagnostic::error("L030", format!("the number of `{key}` has no source"))
            .at(place.source, span, "where does it come from?")
            .help("add `source = \"...\"` and `grade = \"...\"` to the table that holds it"),
    );
}
