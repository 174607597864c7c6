//! A table on its way to what the program needs.

use std::ops::RangeBounds;

use euthymia_diagnostics::{Diagnostic, Source, Span, nearest};
use euthymia_units::Quantity;

use crate::check::{alternatives, code_list};
use crate::item::Item;
use crate::node::{Entry, Table, Value};
use crate::wanted::Wanted;

/// More unknown keys than this of one table are counted only.
const MOST_UNKNOWN: usize = 50;

/// Hands out the values of a table and remembers which keys were asked for.
///
/// A method answers `None` when the key is missing or its value wrong; what is wrong has then been reported. Ask for
/// every key before giving up on any, then [`Reader::finish`], so that one pass reports everything. A required key that
/// is missing is reported at the end, together with the unknown key that was probably meant to be it.
#[derive(Debug)]
pub struct Reader<'t, 'd> {
    table: &'t Table,
    source: &'t Source,
    diagnostics: &'d mut Vec<Diagnostic>,
    /// How messages call the table; empty for a whole file.
    name: String,
    asked: Vec<String>,
    missing: Vec<Missing>,
}

#[derive(Debug)]
struct Missing {
    key: String,
    /// The line that would give it, if that can be said.
    line: Option<String>,
}

impl<'t, 'd> Reader<'t, 'd> {
    /// A reader of a whole file.
    pub fn new(table: &'t Table, source: &'t Source, diagnostics: &'d mut Vec<Diagnostic>) -> Self {
        Self::named(table, source, diagnostics, String::new())
    }

    pub(crate) fn named(
        table: &'t Table,
        source: &'t Source,
        diagnostics: &'d mut Vec<Diagnostic>,
        name: String,
    ) -> Self {
        Self {
            table,
            source,
            diagnostics,
            name,
            asked: Vec::new(),
            missing: Vec::new(),
        }
    }

    /// The text being read.
    #[must_use]
    pub fn source(&self) -> &'t Source {
        self.source
    }

    /// The table being read.
    #[must_use]
    pub fn table(&self) -> &'t Table {
        self.table
    }

    /// Where the value of a key is written, or the table if it is not there.
    #[must_use]
    pub fn span(&self, key: &str) -> Span {
        self.table
            .get(key)
            .map_or(self.table.span, |entry| entry.node.span)
    }

    /// Whether a key is there; does not count as asking for it.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    /// The value of a key that may be absent.
    pub fn optional(&mut self, key: &str) -> Option<Item<'t, '_>> {
        let entry = self.ask(key)?;
        Some(self.item(entry))
    }

    /// The value of a key that must be there.
    pub fn required(&mut self, key: &str) -> Option<Item<'t, '_>> {
        self.required_like(key, None)
    }

    fn required_like(&mut self, key: &str, line: Option<String>) -> Option<Item<'t, '_>> {
        match self.ask(key) {
            Some(entry) => Some(self.item(entry)),
            None => {
                self.missing.push(Missing {
                    key: key.to_owned(),
                    line,
                });
                None
            }
        }
    }

    fn ask(&mut self, key: &str) -> Option<&'t Entry> {
        if !self.asked.iter().any(|asked| asked == key) {
            self.asked.push(key.to_owned());
        }
        self.table.get(key)
    }

    /// The key with the tables it is in, as a header names it: positions in lists are not part of it.
    fn path_of(&self, key: &str) -> String {
        let tables = self
            .name
            .split('.')
            .map(|part| part.split('[').next().unwrap_or_default());
        let parts: Vec<&str> = tables.filter(|part| !part.is_empty()).chain([key]).collect();
        parts.join(".")
    }

    fn item(&mut self, entry: &'t Entry) -> Item<'t, '_> {
        let name = if self.name.is_empty() {
            entry.key.clone()
        } else {
            format!("{}.{}", self.name, entry.key)
        };
        Item {
            node: &entry.node,
            name,
            source: self.source,
            diagnostics: self.diagnostics,
        }
    }

    /// A string that must be there.
    pub fn required_string(&mut self, key: &str) -> Option<String> {
        self.required_like(key, Some(format!("{key} = \"...\"")))?
            .string()
    }

    /// A string that may be absent.
    pub fn optional_string(&mut self, key: &str) -> Option<String> {
        self.optional(key)?.string()
    }

    /// A finite number within a range that must be there.
    pub fn required_number(&mut self, key: &str, range: impl RangeBounds<f64>) -> Option<f64> {
        self.required(key)?.number(range)
    }

    /// A finite number within a range that may be absent.
    pub fn optional_number(&mut self, key: &str, range: impl RangeBounds<f64>) -> Option<f64> {
        self.optional(key)?.number(range)
    }

    /// A whole number within a range that must be there.
    pub fn required_integer(&mut self, key: &str, range: impl RangeBounds<i64>) -> Option<i64> {
        self.required(key)?.integer(range)
    }

    /// A whole number within a range that may be absent.
    pub fn optional_integer(&mut self, key: &str, range: impl RangeBounds<i64>) -> Option<i64> {
        self.optional(key)?.integer(range)
    }

    /// `true` or `false`, may be absent.
    pub fn optional_boolean(&mut self, key: &str) -> Option<bool> {
        self.optional(key)?.boolean()
    }

    /// `true` or `false`, must be there.
    pub fn required_boolean(&mut self, key: &str) -> Option<bool> {
        self.required_like(key, Some(format!("{key} = true")))?.boolean()
    }

    /// One of some words, as the value beside it; must be there.
    pub fn required_choice<T: Clone>(&mut self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let line = words.first().map(|(word, _)| format!("{key} = {word:?}"));
        self.required_like(key, line)?.choice(words)
    }

    /// One of some words, as the value beside it; may be absent.
    pub fn optional_choice<T: Clone>(&mut self, key: &str, words: &[(&str, T)]) -> Option<T> {
        self.optional(key)?.choice(words)
    }

    /// A quantity from a string with its unit; must be there.
    pub fn required_quantity(&mut self, key: &str, wanted: &Wanted) -> Option<Quantity> {
        let line = wanted.example().map(|example| format!("{key} = {example}"));
        self.required_like(key, line)?.quantity(wanted)
    }

    /// A quantity from a string with its unit; may be absent.
    pub fn optional_quantity(&mut self, key: &str, wanted: &Wanted) -> Option<Quantity> {
        self.optional(key)?.quantity(wanted)
    }

    /// A table that must be there, read by `read`; keys it did not ask for are reported.
    pub fn required_table<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&mut Reader<'t, '_>) -> Option<T>,
    ) -> Option<T> {
        let line = format!("[{}]", self.path_of(key));
        self.required_like(key, Some(line))?.table(read)
    }

    /// A table that may be absent, read by `read`.
    pub fn optional_table<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&mut Reader<'t, '_>) -> Option<T>,
    ) -> Option<T> {
        self.optional(key)?.table(read)
    }

    /// A list that must be there, each element read by `read`.
    pub fn required_array<T>(
        &mut self,
        key: &str,
        read: impl FnMut(Item<'t, '_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.required(key)?.array(read)
    }

    /// A list that may be absent, each element read by `read`.
    pub fn optional_array<T>(
        &mut self,
        key: &str,
        read: impl FnMut(Item<'t, '_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.optional(key)?.array(read)
    }

    /// Tables under `[[key]]`, at least one, each read by `read`.
    pub fn required_tables<T>(
        &mut self,
        key: &str,
        mut read: impl FnMut(&mut Reader<'t, '_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let line = format!("[[{}]]", self.path_of(key));
        let item = self.required_like(key, Some(line))?;
        if matches!(&item.node().value, Value::Array(items) if items.is_empty()) {
            let message = format!("`{key}` is empty");
            item.report("D009", message, "expected at least one table");
            return None;
        }
        item.array(|item| item.table(&mut read))
    }

    /// Tables under `[[key]]`, each read by `read`; none if the key is absent.
    pub fn optional_tables<T>(
        &mut self,
        key: &str,
        mut read: impl FnMut(&mut Reader<'t, '_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.optional(key)?.array(|item| item.table(&mut read))
    }

    /// Every entry whose key was not asked for yet, as key and value: for tables whose keys are names.
    pub fn each_other<T>(&mut self, mut read: impl FnMut(&'t str, Item<'t, '_>) -> Option<T>) -> Vec<T> {
        let table = self.table;
        let mut values = Vec::new();
        for entry in &table.entries {
            if self.asked.contains(&entry.key) {
                continue;
            }
            self.asked.push(entry.key.clone());
            values.extend(read(&entry.key, self.item(entry)));
        }
        values
    }

    /// Which one of some keys is there; reports when it is none or several.
    pub fn exactly_one_of(&mut self, keys: &[&'static str]) -> Option<&'static str> {
        let only = self.at_most_one_of(keys);
        if !keys.iter().any(|key| self.has(key)) {
            let probably = self.unknown_near(keys);
            let message = match self.name.as_str() {
                "" => format!("expected {}", code_alternatives(keys)),
                name => format!("expected {} in `{name}`", code_alternatives(keys)),
            };
            let diagnostic = Diagnostic::error("D008", message);
            self.diagnostics.push(match probably {
                Some((entry, key)) => {
                    self.asked.push(entry.key.clone());
                    diagnostic
                        .at(self.source, entry.key_span, "unknown key")
                        .help(format!("did you mean `{key}`?"))
                }
                None => diagnostic.at(self.source, self.table.span, "none of them is here"),
            });
        }
        only
    }

    /// Which one of some keys is there, if any; reports when it is several.
    pub fn at_most_one_of(&mut self, keys: &[&'static str]) -> Option<&'static str> {
        let there: Vec<&'static str> = keys.iter().copied().filter(|key| self.has(key)).collect();
        for key in keys {
            self.ask(key);
        }
        if let [first, others @ ..] = there.as_slice()
            && !others.is_empty()
        {
            let message = format!("{} cannot stand together", code_list(&there));
            let mut diagnostic = Diagnostic::error("D008", message);
            for key in others.iter().chain([first]) {
                if let Some(entry) = self.table.get(key) {
                    let label = if key == first {
                        "the other is here"
                    } else {
                        "one of them must go"
                    };
                    diagnostic = diagnostic.at(self.source, entry.key_span, label);
                }
            }
            self.diagnostics
                .push(diagnostic.help(format!("keep {}", code_alternatives(&there))));
            return None;
        }
        there.first().copied()
    }

    fn unknown_near(&self, keys: &[&'static str]) -> Option<(&'t Entry, &'static str)> {
        let unknown = self
            .table
            .entries
            .iter()
            .filter(|entry| !self.asked.contains(&entry.key));
        unknown
            .into_iter()
            .find_map(|entry| Some((entry, nearest(&entry.key, keys.iter().copied())?)))
    }

    /// Counts keys as known although nothing reads them here.
    pub fn allow(&mut self, keys: &[&str]) {
        for key in keys {
            self.ask(key);
        }
    }

    /// Reports something about the value of a key (or about the table, where the key is absent).
    pub fn report(
        &mut self,
        key: &str,
        code: &'static str,
        message: impl Into<String>,
        label: impl Into<String>,
    ) {
        let span = self.span(key);
        self.diagnostics
            .push(Diagnostic::error(code, message).at(self.source, span, label));
    }

    /// Adds a diagnostic made elsewhere.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports required keys that are missing and keys that nobody asked for.
    pub fn finish(mut self) {
        let table = self.table;
        let mut missing = std::mem::take(&mut self.missing);
        let absent = self.asked.iter().map(String::as_str);
        let absent: Vec<&str> = absent.filter(|key| !self.has(key)).collect();
        let unknown = |entry: &&Entry| !self.asked.contains(&entry.key);
        let entries = table.entries.iter();
        for (count, entry) in entries.filter(unknown).enumerate() {
            if count == MOST_UNKNOWN {
                let more = table.entries.iter().filter(unknown).count() - count;
                let message = format!("{more} more keys are unknown");
                self.diagnostics.push(Diagnostic::error("D005", message).at(
                    self.source,
                    entry.key_span,
                    "from here on",
                ));
                break;
            }
            let wanted = missing.iter().map(|missing| missing.key.as_str());
            let near = nearest(&entry.key, wanted).or_else(|| nearest(&entry.key, absent.iter().copied()));
            let message = match self.name.as_str() {
                "" => format!("unknown key `{}`", entry.key),
                name => format!("unknown key `{}` in `{name}`", entry.key),
            };
            let mut diagnostic =
                Diagnostic::error("D005", message).at(self.source, entry.key_span, "unknown key");
            if let Some(near) = near.map(str::to_owned) {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                missing.retain(|missing| missing.key != near);
            }
            let known: Vec<&str> = self.asked.iter().map(String::as_str).collect();
            if !known.is_empty() {
                diagnostic = diagnostic.note(format!("known keys here: {}", code_list(&known)));
            }
            self.diagnostics.push(diagnostic);
        }
        for Missing { key, line } in missing {
            let (message, label) = match self.name.as_str() {
                "" => (format!("`{key}` is missing"), "in this file"),
                name => (format!("`{key}` is missing in `{name}`"), "in this table"),
            };
            let diagnostic = Diagnostic::error("D004", message).at(self.source, table.span, label);
            self.diagnostics.push(match line {
                Some(line) => diagnostic.help(format!("add a line such as `{line}`")),
                None => diagnostic,
            });
        }
    }
}

/// `` `a`, `b` or `c` ``.
fn code_alternatives(keys: &[&str]) -> String {
    alternatives(keys).replace('"', "`")
}
