//! What quantity a key takes, said by example.

use euthymia_units::{Quantity, Unit};

/// A kind of quantity: its name, examples of how it may be written, and whether zero and less make sense.
///
/// The units of the examples are the rule: a quantity is accepted if its unit is [like](Unit::is_like) one of them.
/// With a bare example (`"0.3"`) a number without quotes is accepted too.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    what: &'static str,
    examples: &'static [&'static str],
    lowest: Lowest,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Lowest {
    Anything,
    Zero,
    AboveZero,
}

impl Wanted {
    /// A quantity called `what` (with its article: `a dose`), written like one of `examples`.
    #[must_use]
    pub const fn new(what: &'static str, examples: &'static [&'static str]) -> Self {
        Self {
            what,
            examples,
            lowest: Lowest::Anything,
        }
    }

    /// Refuses zero and less.
    #[must_use]
    pub const fn positive(self) -> Self {
        Self {
            lowest: Lowest::AboveZero,
            ..self
        }
    }

    /// Refuses less than zero.
    #[must_use]
    pub const fn not_negative(self) -> Self {
        Self {
            lowest: Lowest::Zero,
            ..self
        }
    }

    /// `a dose such as "0.5 mg/kg" or "84 mg"`.
    pub(crate) fn described(&self) -> String {
        let examples: Vec<String> = self
            .examples
            .iter()
            .map(|example| format!("\"{example}\""))
            .collect();
        match examples.as_slice() {
            [] => self.what.to_owned(),
            [one] => format!("{} such as {one}", self.what),
            [first @ .., last] => format!("{} such as {} or {last}", self.what, first.join(", ")),
        }
    }

    /// The first example, as it would stand in the file.
    pub(crate) fn example(&self) -> Option<String> {
        self.examples.first().map(|example| format!("\"{example}\""))
    }

    /// The units of the examples.
    pub(crate) fn units(&self) -> impl Iterator<Item = Unit> {
        self.examples
            .iter()
            .filter_map(|example| Quantity::parse(example).ok())
            .map(|quantity| quantity.unit)
    }

    pub(crate) fn accepts(&self, unit: &Unit) -> bool {
        self.units().any(|own| own.is_like(unit))
    }

    /// What is wrong with the size of a number, if anything is.
    pub(crate) fn too_low(&self, value: f64) -> Option<&'static str> {
        match self.lowest {
            Lowest::AboveZero if value <= 0.0 => Some("above 0"),
            Lowest::Zero if value < 0.0 => Some("0 or more"),
            _ => None,
        }
    }
}
