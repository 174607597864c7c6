//! Why a text is not a unit or a quantity, where, and what to write instead.

use euthymia_diagnostics::{Diagnostic, Source, Span};
use thiserror::Error;

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnitErrorKind {
    /// Nothing but blanks.
    #[error("expected a quantity, found nothing")]
    Empty,
    /// A name that is no unit.
    #[error("unknown unit `{word}`")]
    UnknownUnit {
        /// The name as written.
        word: String,
        /// The unit it was most likely meant to be.
        nearest: Option<String>,
    },
    /// A text without a number at its beginning.
    #[error("expected a number, found `{found}`")]
    MissingNumber {
        /// What stands there.
        found: String,
    },
    /// A number that is not written as one.
    #[error("`{text}` is not a number")]
    BadNumber {
        /// The number as written.
        text: String,
        /// How it would be written.
        instead: Option<String>,
    },
    /// A number that no double holds.
    #[error("the number `{text}` is too large")]
    NotFinite {
        /// The number as written.
        text: String,
    },
    /// Something other than a unit, `*`, `/`, a power or a parenthesis.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What could stand here.
        expected: &'static str,
        /// What does, in words or backticks.
        found: String,
    },
    /// A number within a unit (`mL/min/1.73m2`).
    #[error("a unit cannot hold the number `{text}`")]
    NumberInUnit {
        /// The number as written.
        text: String,
    },
    /// A power that is no small whole number or fraction.
    #[error("`{text}` is not a power a unit can have")]
    BadPower {
        /// The power as written.
        text: String,
    },
    /// A name that means several things.
    #[error("`{word}` can be read in more than one way")]
    Ambiguous {
        /// The name as written.
        word: String,
        /// What to write instead.
        instead: String,
    },
    /// A second number after a whole quantity (`1 h 30 min`).
    #[error("expected one number with its unit, found a second")]
    SecondQuantity,
    /// A unit outside the metric system.
    #[error("`{word}` is not a metric unit")]
    NotMetric {
        /// The name as written.
        word: String,
        /// The metric unit of the same kind.
        metric: &'static str,
    },
    /// A scale whose zero is not nothing (degrees Celsius).
    #[error("`{word}` is a scale with an offset, not a unit")]
    Offset {
        /// The name as written.
        word: String,
    },
    /// Two dimensions that do not convert into each other.
    #[error("cannot convert `{from}` ({from_is}) to `{to}` ({to_is})")]
    Incommensurable {
        /// The unit that is there.
        from: String,
        /// What it measures.
        from_is: String,
        /// The unit that was asked for.
        to: String,
        /// What that measures.
        to_is: String,
    },
    /// A conversion that leaves the range of a double.
    #[error("`{from}` in `{to}` is outside the range of numbers")]
    OutOfRange {
        /// The quantity that is there.
        from: String,
        /// The unit that was asked for.
        to: String,
    },
}

/// Why a text is not a unit or a quantity.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{kind}")]
pub struct UnitError {
    /// What is wrong.
    pub kind: UnitErrorKind,
    /// The bytes of the parsed text that are wrong.
    pub span: Span,
}

impl UnitError {
    pub(crate) fn new(kind: UnitErrorKind, span: std::ops::Range<usize>) -> Self {
        Self {
            kind,
            span: Span::new(span.start, span.end),
        }
    }

    /// The unit most likely meant, where one is near.
    #[must_use]
    pub fn nearest(&self) -> Option<&str> {
        match &self.kind {
            UnitErrorKind::UnknownUnit { nearest, .. } => nearest.as_deref(),
            _ => None,
        }
    }

    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            UnitErrorKind::Empty => "U001",
            UnitErrorKind::UnknownUnit { .. } => "U002",
            UnitErrorKind::MissingNumber { .. } => "U003",
            UnitErrorKind::BadNumber { .. } => "U004",
            UnitErrorKind::NotFinite { .. } => "U005",
            UnitErrorKind::Unexpected { .. } => "U006",
            UnitErrorKind::NumberInUnit { .. } => "U007",
            UnitErrorKind::Ambiguous { .. } => "U008",
            UnitErrorKind::SecondQuantity => "U009",
            UnitErrorKind::Offset { .. } => "U010",
            UnitErrorKind::Incommensurable { .. } => "U011",
            UnitErrorKind::OutOfRange { .. } => "U012",
            UnitErrorKind::BadPower { .. } => "U013",
            UnitErrorKind::NotMetric { .. } => "U014",
        }
    }

    /// What to say at the place itself.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.kind {
            UnitErrorKind::Empty => "empty".to_owned(),
            UnitErrorKind::UnknownUnit { .. } => "no such unit".to_owned(),
            UnitErrorKind::MissingNumber { .. } => "a number goes here".to_owned(),
            UnitErrorKind::BadNumber { .. } => "not a number".to_owned(),
            UnitErrorKind::NotFinite { .. } => "too large".to_owned(),
            UnitErrorKind::Unexpected { expected, .. } => format!("expected {expected}"),
            UnitErrorKind::NumberInUnit { .. } => "no number may stand here".to_owned(),
            UnitErrorKind::BadPower { .. } => "not a power".to_owned(),
            UnitErrorKind::NotMetric { .. } => "not metric".to_owned(),
            UnitErrorKind::Ambiguous { .. } => "ambiguous".to_owned(),
            UnitErrorKind::SecondQuantity => "a second number".to_owned(),
            UnitErrorKind::Offset { .. } => "zero here is not zero temperature".to_owned(),
            UnitErrorKind::Incommensurable { from_is, .. } => format!("this is {from_is}"),
            UnitErrorKind::OutOfRange { .. } => "too large or too small".to_owned(),
        }
    }

    /// What to write instead, where that is known.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        Some(match &self.kind {
            UnitErrorKind::Empty | UnitErrorKind::MissingNumber { .. } => {
                "write a number and its unit, as in `40 min`".to_owned()
            }
            UnitErrorKind::UnknownUnit {
                nearest: Some(nearest),
                ..
            } => format!("did you mean `{nearest}`?"),
            UnitErrorKind::UnknownUnit { nearest: None, word } if word == "per" => {
                "write `/` for `per`, as in `mg/kg`".to_owned()
            }
            UnitErrorKind::UnknownUnit { nearest: None, .. } => {
                "units are written as in `mg/kg`, `ng/mL`, `L/h`, `min`, `d`, `wk`, `IU`, `%`".to_owned()
            }
            UnitErrorKind::BadNumber {
                instead: Some(instead),
                ..
            } => format!("write `{instead}`"),
            UnitErrorKind::NumberInUnit { .. } => {
                "convert the value so that the unit needs no number, as in `mL/min/m^2`".to_owned()
            }
            UnitErrorKind::Ambiguous { instead, .. } => instead.clone(),
            UnitErrorKind::SecondQuantity => {
                "write one number with one unit: `90 min` for an hour and a half, `8 d` for 7 to 9 days"
                    .to_owned()
            }
            UnitErrorKind::NotMetric { metric, .. } => format!("convert it to `{metric}`"),
            UnitErrorKind::Offset { .. } => "write the temperature in `K`".to_owned(),
            _ => return None,
        })
    }

    /// As a diagnostic in the text that holds the quantity; `place` maps a span of the quantity to one of the text.
    #[must_use]
    pub fn diagnostic(&self, source: &Source, place: impl FnOnce(Span) -> Span) -> Diagnostic {
        let diagnostic =
            Diagnostic::error(self.code(), self.to_string()).at(source, place(self.span), self.label());
        match self.help() {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}
