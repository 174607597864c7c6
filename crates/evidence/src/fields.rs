//! A row or a table of fields, wherever it was written: one schema reads the tables of the library and a user's own trial.

use euthymia_document::{Reader, RowReader};

/// Hands out the fields of one row and collects what is wrong with them, each at its place.
pub(crate) trait Fields {
    /// A text that must be there.
    fn required_string(&mut self, field: &'static str) -> Option<String>;
    /// A text that may be absent.
    fn optional_string(&mut self, field: &'static str) -> Option<String>;
    /// A finite number within a range that must be there.
    fn required_number(&mut self, field: &'static str, range: Range) -> Option<f64>;
    /// A finite number within a range that may be absent.
    fn optional_number(&mut self, field: &'static str, range: Range) -> Option<f64>;
    /// A whole number within a range that may be absent.
    fn optional_integer(&mut self, field: &'static str, low: i64, high: i64) -> Option<i64>;
    /// One of some words that must be there.
    fn required_choice<T: Clone>(&mut self, field: &'static str, words: &[(&str, T)]) -> Option<T>;
    /// One of some words that may be absent.
    fn optional_choice<T: Clone>(&mut self, field: &'static str, words: &[(&str, T)]) -> Option<T>;
    /// Whether there is something in a field.
    fn is_given(&mut self, field: &'static str) -> bool;
    /// Reports what only several fields together can be wrong about.
    fn report(
        &mut self,
        field: &str,
        code: &'static str,
        message: impl Into<String>,
        label: impl Into<String>,
    );
}

/// From one end to the other, both included; infinite where a side is open.
pub(crate) type Range = (f64, f64);

/// Any number.
pub(crate) const ANY: Range = (f64::NEG_INFINITY, f64::INFINITY);
/// No number below 0.
pub(crate) const NOT_NEGATIVE: Range = (0.0, f64::INFINITY);

/// Reads with the range in the form that messages word best: no end where a side is open.
macro_rules! ranged {
    ($range:expr, $read:ident) => {
        match $range {
            (low, high) if low == f64::NEG_INFINITY && high == f64::INFINITY => $read!(..),
            (low, high) if high == f64::INFINITY => $read!(low..),
            (low, high) => $read!(low..=high),
        }
    };
}

impl Fields for RowReader<'_, '_> {
    fn required_string(&mut self, field: &'static str) -> Option<String> {
        Self::required_string(self, field)
    }

    fn optional_string(&mut self, field: &'static str) -> Option<String> {
        Self::optional_string(self, field)
    }

    fn required_number(&mut self, field: &'static str, range: Range) -> Option<f64> {
        macro_rules! read {
            ($range:expr) => {
                Self::required_number(self, field, $range)
            };
        }
        ranged!(range, read)
    }

    fn optional_number(&mut self, field: &'static str, range: Range) -> Option<f64> {
        macro_rules! read {
            ($range:expr) => {
                Self::optional_number(self, field, $range)
            };
        }
        ranged!(range, read)
    }

    fn optional_integer(&mut self, field: &'static str, low: i64, high: i64) -> Option<i64> {
        Self::optional_integer(self, field, low..=high)
    }

    fn required_choice<T: Clone>(&mut self, field: &'static str, words: &[(&str, T)]) -> Option<T> {
        Self::required_choice(self, field, words)
    }

    fn optional_choice<T: Clone>(&mut self, field: &'static str, words: &[(&str, T)]) -> Option<T> {
        Self::optional_choice(self, field, words)
    }

    fn is_given(&mut self, field: &'static str) -> bool {
        self.optional(field).is_some()
    }

    fn report(
        &mut self,
        field: &str,
        code: &'static str,
        message: impl Into<String>,
        label: impl Into<String>,
    ) {
        Self::report(self, field, code, message, label);
    }
}

/// A table of a trial's file: what stands once at the top of the file holds for all of it.
pub(crate) struct OwnFields<'r, 't, 'd> {
    /// The table.
    pub(crate) reader: &'r mut Reader<'t, 'd>,
    /// Fields that the file says once, with what it says there.
    pub(crate) inherited: &'r [(&'static str, String)],
}

impl OwnFields<'_, '_, '_> {
    fn inherited(&mut self, field: &str) -> Option<String> {
        if self.reader.has(field) {
            return None;
        }
        self.reader.allow(&[field]);
        let own = self.inherited.iter().find(|(name, _)| *name == field);
        own.map(|(_, text)| text.clone())
    }
}

impl Fields for OwnFields<'_, '_, '_> {
    fn required_string(&mut self, field: &'static str) -> Option<String> {
        match self.inherited(field) {
            Some(text) => Some(text),
            None => self.reader.required_string(field),
        }
    }

    fn optional_string(&mut self, field: &'static str) -> Option<String> {
        match self.inherited(field) {
            Some(text) => Some(text),
            None => self.reader.optional_string(field),
        }
    }

    fn required_number(&mut self, field: &'static str, range: Range) -> Option<f64> {
        macro_rules! read {
            ($range:expr) => {
                self.reader.required_number(field, $range)
            };
        }
        ranged!(range, read)
    }

    fn optional_number(&mut self, field: &'static str, range: Range) -> Option<f64> {
        macro_rules! read {
            ($range:expr) => {
                self.reader.optional_number(field, $range)
            };
        }
        ranged!(range, read)
    }

    fn optional_integer(&mut self, field: &'static str, low: i64, high: i64) -> Option<i64> {
        self.reader.optional_integer(field, low..=high)
    }

    fn required_choice<T: Clone>(&mut self, field: &'static str, words: &[(&str, T)]) -> Option<T> {
        match self.inherited(field) {
            Some(text) => words
                .iter()
                .find(|(word, _)| *word == text)
                .map(|(_, value)| value.clone()),
            None => self.reader.required_choice(field, words),
        }
    }

    fn optional_choice<T: Clone>(&mut self, field: &'static str, words: &[(&str, T)]) -> Option<T> {
        self.reader.optional_choice(field, words)
    }

    fn is_given(&mut self, field: &'static str) -> bool {
        self.reader.has(field)
    }

    fn report(
        &mut self,
        field: &str,
        code: &'static str,
        message: impl Into<String>,
        label: impl Into<String>,
    ) {
        self.reader.report(field, code, message, label);
    }
}
