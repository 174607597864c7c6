//! Units with unknowns in them, and the equations between them: a linear system over rational exponents.
//!
//! A unit is a product of named units and of powers of unknowns. An equation either settles one of the unknowns, or
//! holds, or is a contradiction. What is contradictory does not depend on the order of the equations.

use euthymia_units::{Exponent, Unit};

/// Exponents beyond this, and products of more unknowns than [`MOST_UNKNOWNS`], are not followed: no unit has them.
const LARGEST_EXPONENT: i32 = 1000;
const MOST_UNKNOWNS: usize = 48;

/// An unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Unknown(usize);

/// A unit, as far as it is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Measure {
    /// What is known of it.
    pub(super) unit: Unit,
    /// Unknown factors, sorted, without exponents of 0.
    pub(super) unknowns: Vec<(Unknown, Exponent)>,
}

impl Measure {
    /// That of a pure number.
    pub(super) fn bare() -> Self {
        Self::default()
    }

    pub(super) fn of(unit: Unit) -> Self {
        let unknowns = Vec::new();
        Self { unit, unknowns }
    }

    fn of_unknown(unknown: Unknown) -> Self {
        Self {
            unit: Unit::BARE,
            unknowns: vec![(unknown, Exponent::ONE)],
        }
    }

    /// The unknown, if it is nothing but one.
    pub(super) fn as_unknown(&self) -> Option<Unknown> {
        match self.unknowns.as_slice() {
            [(unknown, Exponent::ONE)] if self.unit.is_bare() => Some(*unknown),
            _ => None,
        }
    }

    pub(super) fn is_known(&self) -> bool {
        self.unknowns.is_empty()
    }

    /// Whether it is known to be a pure number (`mg/g` is one).
    pub(super) fn is_none(&self) -> bool {
        self.is_known() && self.unit.dimension().is_none()
    }

    pub(super) fn times(&self, other: &Self, power: Exponent) -> Self {
        let mut unknowns = self.unknowns.clone();
        for (unknown, exponent) in &other.unknowns {
            let exponent = *exponent * power;
            match unknowns.binary_search_by_key(unknown, |(own, _)| *own) {
                Ok(at) => unknowns[at].1 = unknowns[at].1 + exponent,
                Err(at) => unknowns.insert(at, (*unknown, exponent)),
            }
        }
        unknowns.retain(|(_, exponent)| !exponent.is_zero());
        Self {
            unit: &self.unit * &other.unit.pow(power),
            unknowns,
        }
    }

    pub(super) fn pow(&self, power: Exponent) -> Self {
        Self::bare().times(self, power)
    }

    fn is_manageable(&self) -> bool {
        let small = |exponent: &Exponent| {
            exponent.numerator().unsigned_abs() <= LARGEST_EXPONENT.unsigned_abs()
                && exponent.denominator() <= LARGEST_EXPONENT
        };
        let dimension = self.unit.dimension();
        let bases = [
            euthymia_units::Base::Mass,
            euthymia_units::Base::Amount,
            euthymia_units::Base::Length,
            euthymia_units::Base::Time,
            euthymia_units::Base::Temperature,
            euthymia_units::Base::Activity,
        ];
        self.unknowns.len() <= MOST_UNKNOWNS
            && self.unknowns.iter().all(|(_, exponent)| small(exponent))
            && bases.iter().all(|base| small(&dimension.exponent(*base)))
    }
}

/// What is known of the unknowns.
#[derive(Debug, Default)]
pub(super) struct Solver {
    settled: Vec<Option<Measure>>,
}

impl Solver {
    /// A new unknown.
    pub(super) fn unknown(&mut self) -> Measure {
        self.settled.push(None);
        Measure::of_unknown(Unknown(self.settled.len() - 1))
    }

    /// With every settled unknown replaced by what it is.
    pub(super) fn resolve(&self, measure: &Measure) -> Measure {
        let mut resolved = measure.clone();
        loop {
            let next = resolved.unknowns.iter().find_map(|(unknown, exponent)| {
                let settled = self.settled[unknown.0].as_ref()?;
                Some((*unknown, *exponent, settled))
            });
            let Some((unknown, exponent, settled)) = next else {
                return resolved;
            };
            resolved.unknowns.retain(|(own, _)| *own != unknown);
            resolved = resolved.times(settled, exponent);
        }
    }

    /// The measure, or a new unknown in its place where it has grown beyond what is followed.
    pub(super) fn tamed(&mut self, measure: Measure) -> Measure {
        if measure.is_manageable() {
            measure
        } else {
            self.unknown()
        }
    }

    /// States that two measures are of one dimension. False if they cannot be.
    pub(super) fn equate(&mut self, left: &Measure, right: &Measure) -> bool {
        let quotient = self.resolve(&left.times(right, Exponent::whole(-1)));
        if !quotient.is_manageable() {
            return true;
        }
        // The youngest unknown is settled, so that names keep their own.
        let Some((unknown, exponent)) = quotient.unknowns.last().copied() else {
            return quotient.unit.dimension().is_none();
        };
        // The exponent is not 0 and was found to be small.
        let inverse = Exponent::ratio(-exponent.denominator(), exponent.numerator()).unwrap_or(Exponent::ONE);
        let mut rest = quotient;
        rest.unknowns.pop();
        self.settled[unknown.0] = Some(rest.pow(inverse));
        true
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn unit(text: &str) -> Measure {
        Measure::of(Unit::parse(text).unwrap())
    }

    #[test]
    fn an_equation_settles_an_unknown_or_holds_or_contradicts() {
        let mut solver = Solver::default();
        let (x, y) = (solver.unknown(), solver.unknown());
        // x^(3/4) y = mg, y = L: x = (mg/L)^(4/3).
        let left = x.pow(Exponent::ratio(3, 4).unwrap()).times(&y, Exponent::ONE);
        assert!(solver.equate(&left, &unit("mg")));
        assert!(!solver.resolve(&x).is_known());
        assert!(solver.equate(&y, &unit("mL")));
        let expected = unit("mg/L").pow(Exponent::ratio(4, 3).unwrap());
        assert!(solver.equate(&x, &expected));
        assert!(!solver.equate(&x, &unit("mg/L")));
    }

    #[test]
    fn what_no_unit_has_is_not_followed() {
        let mut solver = Solver::default();
        let mut x = unit("mg");
        for _ in 0..40 {
            x = x.pow(Exponent::ratio(7, 3).unwrap());
        }
        assert!(solver.equate(&x, &unit("h")));
        assert!(solver.tamed(x).as_unknown().is_some());
    }
}
