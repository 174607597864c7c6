//! A number with its unit.

use std::fmt;
use std::ops::{Div, Mul};

use crate::dimension::Dimension;
use crate::error::{UnitError, UnitErrorKind};
use crate::exponent::Exponent;
use crate::scale::Scale;
use crate::unit::Unit;

/// A finite number with its unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// The number.
    pub value: f64,
    /// Its unit.
    pub unit: Unit,
}

impl Quantity {
    /// A number with its unit.
    #[must_use]
    pub fn new(value: f64, unit: Unit) -> Self {
        Self { value, unit }
    }

    /// Reads a quantity such as `0.5 mg/kg`, `40 min` or `3.5d`; a number alone is a bare quantity.
    ///
    /// # Errors
    /// [`UnitError`] with the bytes that are wrong and, for a misspelt unit, the nearest one.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        crate::parse::quantity(text)
    }

    /// The value in another unit, correctly rounded where the factor is a whole number or one over a whole number.
    ///
    /// # Errors
    /// The dimensions differ, or the result is no finite number.
    pub fn in_unit(&self, unit: &Unit) -> Result<f64, UnitError> {
        if self.unit.dimension() != unit.dimension() {
            return Err(self.incommensurable(unit));
        }
        self.finite(Scale::between(&self.unit, unit).apply(self.value), unit)
    }

    /// The value in another unit, going between mass and amount of substance by a molar mass where that is needed
    /// (`ng/mL` to `nmol/mL`, `mg` to `umol`).
    ///
    /// # Errors
    /// `molar_mass` is not a mass per amount, the dimensions differ by more than it can bridge, or the result is no
    /// finite number.
    pub fn in_unit_by_molar_mass(&self, unit: &Unit, molar_mass: &Self) -> Result<f64, UnitError> {
        if molar_mass.unit.dimension() != Dimension::MOLAR_MASS {
            let gram_per_mole = Unit::parse("g/mol")?;
            return Err(molar_mass.incommensurable(&gram_per_mole));
        }
        let power = self.unit.dimension().molar_power_to(&unit.dimension());
        let bridged = match power.and_then(Exponent::as_whole) {
            Some(0) => return self.in_unit(unit),
            Some(1) => self * molar_mass,
            Some(-1) => self / molar_mass,
            _ => return Err(self.incommensurable(unit)),
        };
        bridged.in_unit(unit)
    }

    fn finite(&self, value: f64, unit: &Unit) -> Result<f64, UnitError> {
        if value.is_finite() {
            return Ok(value);
        }
        let kind = UnitErrorKind::OutOfRange {
            from: self.to_string(),
            to: unit.to_string(),
        };
        Err(UnitError::new(kind, 0..0))
    }

    fn incommensurable(&self, unit: &Unit) -> UnitError {
        let kind = UnitErrorKind::Incommensurable {
            from: self.unit.to_string(),
            from_is: self.unit.dimension().to_string(),
            to: unit.to_string(),
            to_is: unit.dimension().to_string(),
        };
        UnitError::new(kind, 0..0)
    }
}

impl Mul for &Quantity {
    type Output = Quantity;
    fn mul(self, other: Self) -> Quantity {
        Quantity {
            value: self.value * other.value,
            unit: &self.unit * &other.unit,
        }
    }
}

impl Div for &Quantity {
    type Output = Quantity;
    fn div(self, other: Self) -> Quantity {
        Quantity {
            value: self.value / other.value,
            unit: &self.unit / &other.unit,
        }
    }
}

/// The shortest number that reads back the same, a blank, the unit; reads back as the same quantity.
impl fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.unit.is_bare() {
            write!(formatter, "{}", self.value)
        } else {
            write!(formatter, "{} {}", self.value, self.unit)
        }
    }
}
