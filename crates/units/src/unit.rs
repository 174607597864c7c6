//! A unit: named units with exponents, kept as written so that `mg/kg` stays apart from a bare number.

use std::fmt;
use std::ops::{Div, Mul};

use crate::atom::Named;
use crate::dimension::{Base, Dimension};
use crate::error::UnitError;
use crate::exponent::Exponent;
use crate::scale::Scale;

/// One factor of a unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Term {
    pub(crate) named: Named,
    pub(crate) exponent: Exponent,
}

/// A product of powers of named units. Equal units have the same factors in any order.
#[derive(Clone, Default)]
pub struct Unit {
    terms: Vec<Term>,
}

impl Unit {
    /// The unit of a bare number.
    pub const BARE: Self = Self { terms: Vec::new() };

    /// Reads a unit such as `mg/kg`, `nmol/mL`, `1/h`, `ng*h/mL`, `m^2` or `min-1`.
    ///
    /// # Errors
    /// [`UnitError`] with the bytes that are wrong and, for a misspelt name, the nearest unit.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        crate::parse::unit(text)
    }

    pub(crate) fn from_term(named: Named, exponent: Exponent) -> Self {
        let mut unit = Self::BARE;
        unit.multiply(Term { named, exponent });
        unit
    }

    pub(crate) fn terms(&self) -> &[Term] {
        &self.terms
    }

    fn multiply(&mut self, term: Term) {
        match self.terms.iter_mut().find(|own| own.named == term.named) {
            Some(own) => own.exponent = own.exponent + term.exponent,
            None => self.terms.push(term),
        }
        self.terms.retain(|own| !own.exponent.is_zero());
    }

    /// What it measures.
    #[must_use]
    pub fn dimension(&self) -> Dimension {
        self.terms.iter().fold(Dimension::NONE, |dimension, term| {
            dimension * term.named.atom.dimension.pow(term.exponent)
        })
    }

    /// Its size in SI base units (kg, mol, m, s, K) and IU.
    #[must_use]
    pub fn factor(&self) -> f64 {
        Scale::between(self, &Self::BARE).apply(1.0)
    }

    /// Whether it is the unit of a bare number: no named unit at all (`mg/kg` and `%` are not bare).
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.terms.is_empty()
    }

    /// Raised to a power.
    #[must_use]
    pub fn pow(&self, power: Exponent) -> Self {
        if power.is_zero() {
            return Self::BARE;
        }
        let raise = |term: &Term| Term {
            named: term.named,
            exponent: term.exponent * power,
        };
        Self {
            terms: self.terms.iter().map(raise).collect(),
        }
    }

    /// Raised to a whole power.
    #[must_use]
    pub fn powi(&self, power: i32) -> Self {
        self.pow(Exponent::whole(power))
    }

    /// For a unit per body weight (`mg/kg`, `mg/kg/h`), what remains without the weight (`mg`, `mg/h`).
    #[must_use]
    pub fn without_body_weight(&self) -> Option<Self> {
        let weight = |term: &&Term| {
            term.named.atom.dimension == Dimension::MASS && term.exponent == Exponent::whole(-1)
        };
        let weight = *self.terms.iter().find(weight)?;
        let terms = self
            .terms
            .iter()
            .filter(|term| term.named != weight.named)
            .copied()
            .collect();
        Some(Self { terms })
    }

    /// Whether both measure the same and are built alike: `ug/kg` is like `mg/kg`, a bare number is not.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        self.signature() == other.signature()
    }

    /// For each base dimension what stands above and what below the line.
    fn signature(&self) -> [(Exponent, Exponent); 6] {
        let bases = [
            Base::Mass,
            Base::Amount,
            Base::Length,
            Base::Time,
            Base::Temperature,
            Base::Activity,
        ];
        bases.map(|base| {
            self.terms
                .iter()
                .fold((Exponent::ZERO, Exponent::ZERO), |(above, below), term| {
                    let exponent = term.named.atom.dimension.exponent(base) * term.exponent;
                    if exponent.is_negative() {
                        (above, below + exponent)
                    } else {
                        (above + exponent, below)
                    }
                })
        })
    }
}

impl PartialEq for Unit {
    fn eq(&self, other: &Self) -> bool {
        self.terms.len() == other.terms.len() && self.terms.iter().all(|term| other.terms.contains(term))
    }
}

impl Mul for &Unit {
    type Output = Unit;
    fn mul(self, other: Self) -> Unit {
        let mut product = self.clone();
        for term in &other.terms {
            product.multiply(*term);
        }
        product
    }
}

impl Div for &Unit {
    type Output = Unit;
    fn div(self, other: Self) -> Unit {
        let mut quotient = self.clone();
        for term in &other.terms {
            quotient.multiply(Term {
                named: term.named,
                exponent: -term.exponent,
            });
        }
        quotient
    }
}

impl Mul for Unit {
    type Output = Unit;
    fn mul(self, other: Self) -> Unit {
        &self * &other
    }
}

impl Div for Unit {
    type Output = Unit;
    fn div(self, other: Self) -> Unit {
        &self / &other
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Unit({self})")
    }
}

/// What is above the line joined by `*`, then each of the others after its own `/`; reads back as the same unit.
impl fmt::Display for Unit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (below, above): (Vec<Term>, Vec<Term>) =
            self.terms.iter().partition(|term| term.exponent.is_negative());
        if above.is_empty() {
            formatter.write_str("1")?;
        }
        for (at, term) in above.iter().enumerate() {
            formatter.write_str(if at > 0 { "*" } else { "" })?;
            write_term(formatter, term, term.exponent)?;
        }
        for term in below {
            formatter.write_str("/")?;
            write_term(formatter, &term, -term.exponent)?;
        }
        Ok(())
    }
}

fn write_term(formatter: &mut fmt::Formatter<'_>, term: &Term, exponent: Exponent) -> fmt::Result {
    write!(
        formatter,
        "{}{}",
        term.named.prefix.symbol, term.named.atom.symbol
    )?;
    if exponent == Exponent::ONE {
        Ok(())
    } else {
        write!(formatter, "^{exponent}")
    }
}
