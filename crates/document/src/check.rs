//! Checks that values of a tree and cells of a table share, each with its diagnostic.

use std::fmt::Display;
use std::ops::{Bound, RangeBounds};

use euthymia_diagnostics::{Diagnostic, Source, Span, nearest};
use euthymia_units::{Dimension, Quantity, Unit};

use crate::node::quoted;
use crate::wanted::Wanted;

/// A text value, where it stands and what it is called (`dose`, `times[2]`, a column).
pub(crate) struct Text<'t> {
    pub(crate) source: &'t Source,
    pub(crate) span: Span,
    pub(crate) name: &'t str,
    pub(crate) value: &'t str,
}

impl Text<'_> {
    /// The place of some bytes of the value, or of all of it where escapes make that uncertain.
    fn place(&self, inner: Span) -> Span {
        let written = self.source.slice(self.span);
        match written.find(self.value) {
            Some(at) if !self.value.is_empty() => {
                let start = self.span.start as usize + at;
                let inner = Span::new(start + inner.start as usize, start + inner.end as usize);
                if inner.start == inner.end {
                    self.span
                } else {
                    inner
                }
            }
            _ => self.span,
        }
    }

    /// One of some words.
    pub(crate) fn choice<T: Clone>(&self, words: &[(&str, T)]) -> Result<T, Diagnostic> {
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == self.value) {
            return Ok(value.clone());
        }
        let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let near = nearest(self.value, all.iter().copied());
        let message = format!("`{}` cannot be {}", self.name, quoted(self.value));
        let diagnostic = Diagnostic::error("D007", message).at(self.source, self.span, "not a known word");
        let diagnostic = match near {
            Some(word) => diagnostic.help(format!("did you mean {word:?}?")),
            None => diagnostic,
        };
        Err(diagnostic.note(format!("expected {}", alternatives(&all))))
    }

    /// A quantity of the wanted kind.
    pub(crate) fn quantity(&self, wanted: &Wanted) -> Result<Quantity, Diagnostic> {
        let quantity = Quantity::parse(self.value).map_err(|error| {
            let diagnostic = error.diagnostic(self.source, |inner| self.place(inner));
            diagnostic.note(format!("`{}` is {}", self.name, wanted.described()))
        })?;
        if !wanted.accepts(&quantity.unit) {
            return Err(self.wrong_unit(&quantity, wanted));
        }
        self.not_too_low(quantity, wanted)
    }

    fn not_too_low(&self, quantity: Quantity, wanted: &Wanted) -> Result<Quantity, Diagnostic> {
        match wanted.too_low(quantity.value) {
            None => Ok(quantity),
            Some(limit) => {
                let message = format!("`{}` must be {limit}, found {}", self.name, quoted(self.value));
                Err(Diagnostic::error("D006", message).at(self.source, self.span, format!("not {limit}")))
            }
        }
    }

    fn wrong_unit(&self, quantity: &Quantity, wanted: &Wanted) -> Diagnostic {
        let expected = format!("expected {} for `{}`", wanted.described(), self.name);
        if quantity.unit.is_bare() {
            let message = format!("{expected}, found {}: units are required", quoted(self.value));
            let diagnostic =
                Diagnostic::error("D010", message).at(self.source, self.span, "a unit is missing");
            return match with_first_unit(quantity.value, wanted) {
                Some(example) => diagnostic.help(format!("write the unit into the string, as in {example}")),
                None => diagnostic,
            };
        }
        let is = described_unit(&quantity.unit);
        let message = format!("{expected}, found {is}");
        let start = self
            .value
            .rfind(|c: char| c.is_ascii_digit() && !self.value.is_empty());
        let unit = self
            .value
            .find(|c: char| c.is_alphabetic() || c == '%')
            .or(start)
            .unwrap_or(0);
        let place = self.place(Span::new(unit, self.value.trim_end().len()));
        Diagnostic::error("D010", message).at(self.source, place, format!("this is {is}"))
    }
}

/// `"0.5 mg/kg"`: the number with the unit of the first example.
pub(crate) fn with_first_unit(value: f64, wanted: &Wanted) -> Option<String> {
    let unit = wanted.units().next()?;
    Some(format!("\"{}\"", Quantity::new(value, unit)))
}

/// What a unit measures, in words, with body weight told apart.
fn described_unit(unit: &Unit) -> String {
    match unit.without_body_weight() {
        Some(rest) => format!("{} per body weight", rest.dimension()),
        None if unit.dimension() == Dimension::NONE => format!("`{unit}`"),
        None => unit.dimension().to_string(),
    }
}

/// `"a", "b" or "c"`, shortened when there are many.
pub(crate) fn alternatives(words: &[&str]) -> String {
    const MOST: usize = 16;
    let listed: Vec<String> = words.iter().take(MOST).map(|word| format!("{word:?}")).collect();
    match listed.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        _ if words.len() > MOST => format!("one of {} and {} more", listed.join(", "), words.len() - MOST),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// `between 0 and 1`, `at least 1`, `above 0`, if the range says anything.
pub(crate) fn range_in_words<T: Display>(range: &impl RangeBounds<T>) -> Option<String> {
    let low = match range.start_bound() {
        Bound::Included(low) => Some(format!("at least {low}")),
        Bound::Excluded(low) => Some(format!("above {low}")),
        Bound::Unbounded => None,
    };
    let high = match range.end_bound() {
        Bound::Included(high) => Some(format!("at most {high}")),
        Bound::Excluded(high) => Some(format!("below {high}")),
        Bound::Unbounded => None,
    };
    match (range.start_bound(), range.end_bound()) {
        (Bound::Included(low), Bound::Included(high)) => return Some(format!("from {low} to {high}")),
        (Bound::Excluded(low), Bound::Excluded(high)) => return Some(format!("between {low} and {high}")),
        _ => {}
    }
    match (low, high) {
        (Some(low), Some(high)) => Some(format!("{low} and {high}")),
        (low, high) => low.or(high),
    }
}

/// A number checked against its range.
pub(crate) fn in_range<T: Display + PartialOrd>(
    value: T,
    range: &impl RangeBounds<T>,
    (source, span, name): (&Source, Span, &str),
) -> Result<T, Diagnostic> {
    if range.contains(&value) {
        return Ok(value);
    }
    let words = range_in_words(range).unwrap_or_else(|| "a number".to_owned());
    let message = format!("`{name}` must be {words}, found {value}");
    let diagnostic = Diagnostic::error("D006", message).at(source, span, format!("must be {words}"));
    // A percentage where a fraction is wanted is the usual reason.
    let percentage = Quantity::parse(&format!("{value} %"))
        .ok()
        .filter(|_| words == "from 0 to 1");
    let fraction = percentage.and_then(|quantity| quantity.in_unit(&Unit::BARE).ok());
    Err(match fraction.filter(|fraction| (0.0..=1.0).contains(fraction)) {
        Some(fraction) => diagnostic.help(format!("write `{fraction}` for {value} %")),
        None => diagnostic,
    })
}

/// `` `a`, `b` and `c` ``.
pub(crate) fn code_list(keys: &[&str]) -> String {
    let listed: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    match listed.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => listed.concat(),
    }
}
