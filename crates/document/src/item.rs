//! One value on its way to what the program needs.

use std::ops::RangeBounds;

use euthymia_diagnostics::{Diagnostic, Source, Span};
use euthymia_units::{Quantity, Unit};

use crate::check::{Text, in_range, with_first_unit};
use crate::node::{Node, Value};
use crate::reader::Reader;
use crate::wanted::Wanted;

/// A value with its name and the place for complaints. Each method takes it, and answers `None` after reporting why.
#[derive(Debug)]
pub struct Item<'t, 'd> {
    pub(crate) node: &'t Node,
    /// How messages call it: `dose`, `times[2]`.
    pub(crate) name: String,
    pub(crate) source: &'t Source,
    pub(crate) diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'t> Item<'t, '_> {
    /// The name without the tables it is in, as it stands in the text.
    fn key(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or_default()
    }

    /// The value itself.
    #[must_use]
    pub fn node(&self) -> &'t Node {
        self.node
    }

    /// Where the value is written.
    #[must_use]
    pub fn span(&self) -> Span {
        self.node.span
    }

    /// A string with something in it.
    #[must_use]
    pub fn string(self) -> Option<String> {
        self.text("a string").map(str::to_owned)
    }

    /// `true` or `false`.
    #[must_use]
    pub fn boolean(self) -> Option<bool> {
        match &self.node.value {
            Value::Boolean(value) => Some(*value),
            Value::String(text) => {
                let word = match text.to_lowercase().as_str() {
                    "true" | "yes" | "y" | "on" => Some("true"),
                    "false" | "no" | "n" | "off" => Some("false"),
                    _ => None,
                };
                let help = word.map(|word| format!("write `{word}` without quotes"));
                self.wrong_kind("`true` or `false`", help)
            }
            _ => self.wrong_kind("`true` or `false`", None),
        }
    }

    /// A finite number within a range.
    #[must_use]
    pub fn number(self, range: impl RangeBounds<f64>) -> Option<f64> {
        let value = match &self.node.value {
            // Whole numbers of a file are small; beyond 2^53 the nearest double is meant.
            Value::Integer(value) => *value as f64,
            Value::Float(value) if value.is_finite() => *value,
            Value::String(text) => {
                return self.wrong_kind("a number", number_in(text));
            }
            _ => return self.wrong_kind("a finite number", None),
        };
        let checked = in_range(value, &range, (self.source, self.node.span, &self.name));
        self.keep(checked)
    }

    /// A whole number within a range.
    #[must_use]
    pub fn integer(self, range: impl RangeBounds<i64>) -> Option<i64> {
        match &self.node.value {
            Value::Integer(value) => {
                let checked = in_range(*value, &range, (self.source, self.node.span, &self.name));
                self.keep(checked)
            }
            Value::Float(value) if value.fract() == 0.0 && value.abs() < 1e15 => {
                let help = format!("write `{value:.0}` without a decimal point");
                self.wrong_kind("a whole number", Some(help))
            }
            Value::String(text) if text.trim().parse::<i64>().is_ok() => {
                let help = format!("write `{}` without quotes", text.trim());
                self.wrong_kind("a whole number", Some(help))
            }
            _ => self.wrong_kind("a whole number", None),
        }
    }

    /// One of some words, as the value that stands beside it.
    #[must_use]
    pub fn choice<T: Clone>(self, words: &[(&str, T)]) -> Option<T> {
        let value = match &self.node.value {
            Value::String(value) => value,
            _ => {
                let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                let expected = format!("the word {}", crate::check::alternatives(&all));
                return self.wrong_kind(&expected, None);
            }
        };
        let text = Text {
            source: self.source,
            span: self.node.span,
            name: &self.name,
            value,
        };
        let checked = text.choice(words);
        self.keep(checked)
    }

    /// A quantity of the wanted kind, from a string with its unit.
    #[must_use]
    pub fn quantity(self, wanted: &Wanted) -> Option<Quantity> {
        let value = match &self.node.value {
            Value::String(value) => value,
            Value::Integer(_) | Value::Float(_) => return self.bare_number(wanted),
            _ => return self.wrong_kind(&wanted.described(), None),
        };
        let text = Text {
            source: self.source,
            span: self.node.span,
            name: &self.name,
            value,
        };
        let checked = text.quantity(wanted);
        self.keep(checked)
    }

    /// A number where a quantity was wanted: right only for a quantity without a unit.
    fn bare_number(self, wanted: &Wanted) -> Option<Quantity> {
        let value = match self.node.value {
            Value::Integer(value) => value as f64,
            Value::Float(value) => value,
            _ => return None,
        };
        if !value.is_finite() {
            return self.wrong_kind(&wanted.described(), None);
        }
        if wanted.accepts(&Unit::BARE) {
            let checked = match wanted.too_low(value) {
                None => Ok(Quantity::new(value, Unit::BARE)),
                Some(limit) => {
                    let message = format!("`{}` must be {limit}, found {value}", self.name);
                    Err(Diagnostic::error("D006", message).at(
                        self.source,
                        self.node.span,
                        format!("not {limit}"),
                    ))
                }
            };
            return self.keep(checked);
        }
        let found = self.node.value.found();
        let message = format!(
            "expected {} for `{}`, found {found}: units are required",
            wanted.described(),
            self.name
        );
        let diagnostic =
            Diagnostic::error("D010", message).at(self.source, self.node.span, "a unit is missing");
        let example = with_first_unit(value, wanted);
        self.diagnostics.push(match example {
            Some(example) => diagnostic.help(format!(
                "write the number with its unit, in quotes, as in {example}"
            )),
            None => diagnostic,
        });
        None
    }

    /// A table read by `read`; keys it did not ask for are reported.
    pub fn table<T>(self, read: impl FnOnce(&mut Reader<'t, '_>) -> Option<T>) -> Option<T> {
        let Value::Table(table) = &self.node.value else {
            let help = match &self.node.value {
                Value::Array(items)
                    if matches!(
                        items.first(),
                        Some(Node {
                            value: Value::Table(_),
                            ..
                        })
                    ) =>
                {
                    Some(format!("write `[{0}]`, once, instead of `[[{0}]]`", self.key()))
                }
                _ => None,
            };
            return self.wrong_kind("a table", help);
        };
        let mut reader = Reader::named(table, self.source, self.diagnostics, self.name);
        let value = read(&mut reader);
        reader.finish();
        value
    }

    /// A list, each element read by `read`; `None` if it is no list or an element is wrong.
    pub fn array<T>(self, mut read: impl FnMut(Item<'t, '_>) -> Option<T>) -> Option<Vec<T>> {
        let Value::Array(items) = &self.node.value else {
            let help = match &self.node.value {
                Value::Table(_) if self.source.slice(self.node.span).starts_with('[') => {
                    format!(
                        "write `[[{}]]` with two brackets: there can be several",
                        self.name
                    )
                }
                Value::Table(_) => format!("write `{} = [{{ ... }}]`", self.key()),
                _ => format!(
                    "write it in brackets: `{} = [{}]`",
                    self.name,
                    self.source.slice(self.node.span)
                ),
            };
            return self.wrong_kind("a list", Some(help));
        };
        let Self {
            name,
            source,
            diagnostics,
            ..
        } = self;
        let read_one = |(at, node): (usize, &'t Node)| {
            let name = format!("{name}[{}]", at + 1);
            read(Item {
                node,
                name,
                source,
                diagnostics: &mut *diagnostics,
            })
        };
        // Every element is read before the first failure is looked at, so that all are reported.
        let values: Vec<Option<T>> = items.iter().enumerate().map(read_one).collect();
        values.into_iter().collect()
    }

    /// Reports something about this value that only the caller can know.
    pub fn report(self, code: &'static str, message: impl Into<String>, label: impl Into<String>) {
        self.diagnostics
            .push(Diagnostic::error(code, message).at(self.source, self.node.span, label));
    }

    fn text(self, expected: &str) -> Option<&'t str> {
        match &self.node.value {
            Value::String(text) if text.trim().is_empty() => {
                let message = format!("`{}` is empty", self.name);
                let label = format!("expected {expected}");
                self.diagnostics.push(Diagnostic::error("D009", message).at(
                    self.source,
                    self.node.span,
                    label,
                ));
                None
            }
            Value::String(text) => Some(text),
            Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {
                let help = format!("write it in quotes: \"{}\"", self.source.slice(self.node.span));
                self.wrong_kind(expected, Some(help))
            }
            _ => self.wrong_kind(expected, None),
        }
    }

    fn wrong_kind<T>(self, expected: &str, help: Option<String>) -> Option<T> {
        let message = format!(
            "expected {expected} for `{}`, found {}",
            self.name,
            self.node.value.found()
        );
        let label = format!("expected {expected}");
        let diagnostic = Diagnostic::error("D003", message).at(self.source, self.node.span, label);
        self.diagnostics.push(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
        None
    }

    fn keep<T>(self, checked: Result<T, Diagnostic>) -> Option<T> {
        checked
            .map_err(|diagnostic| self.diagnostics.push(diagnostic))
            .ok()
    }
}

/// How the number in a string would be written as a number.
fn number_in(text: &str) -> Option<String> {
    if text.trim().parse::<f64>().is_ok() {
        return Some(format!("write `{}` without quotes", text.trim()));
    }
    let quantity = Quantity::parse(text).ok()?;
    if quantity.unit.is_like(&Unit::BARE) {
        return Some(format!("write `{}`", quantity.in_unit(&Unit::BARE).ok()?));
    }
    Some(format!("write the number alone: `{}`", quantity.value))
}
