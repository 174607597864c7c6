//! What kind of thing a unit measures, as exponents of base dimensions.

use std::fmt;
use std::ops::{Div, Mul};

use crate::exponent::Exponent;

/// The base dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Mass (kg).
    Mass,
    /// Amount of substance (mol).
    Amount,
    /// Length (m).
    Length,
    /// Time (s).
    Time,
    /// Temperature (K).
    Temperature,
    /// Biological activity (IU), which no mass or amount converts to.
    Activity,
}

const BASES: [(Base, &str); 6] = [
    (Base::Mass, "mass"),
    (Base::Amount, "amount of substance"),
    (Base::Length, "length"),
    (Base::Time, "time"),
    (Base::Temperature, "temperature"),
    (Base::Activity, "activity"),
];

/// Exponents of the base dimensions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Dimension([Exponent; 6]);

impl Dimension {
    /// A bare number.
    pub const NONE: Self = Self([Exponent::ZERO; 6]);
    /// Mass.
    pub const MASS: Self = Self::of(1, 0, 0, 0);
    /// Amount of substance.
    pub const AMOUNT: Self = Self::of(0, 1, 0, 0);
    /// Length.
    pub const LENGTH: Self = Self::of(0, 0, 1, 0);
    /// Volume, length cubed.
    pub const VOLUME: Self = Self::of(0, 0, 3, 0);
    /// Time.
    pub const TIME: Self = Self::of(0, 0, 0, 1);
    /// Per time: first-order rate constants.
    pub const RATE: Self = Self::of(0, 0, 0, -1);
    /// Volume per time: clearance, flow.
    pub const CLEARANCE: Self = Self::of(0, 0, 3, -1);
    /// Mass per volume.
    pub const MASS_CONCENTRATION: Self = Self::of(1, 0, -3, 0);
    /// Amount of substance per volume.
    pub const MOLAR_CONCENTRATION: Self = Self::of(0, 1, -3, 0);
    /// Mass per amount of substance.
    pub const MOLAR_MASS: Self = Self::of(1, -1, 0, 0);

    /// From whole exponents of mass, amount, length and time.
    #[must_use]
    pub const fn of(mass: i32, amount: i32, length: i32, time: i32) -> Self {
        Self([
            Exponent::whole(mass),
            Exponent::whole(amount),
            Exponent::whole(length),
            Exponent::whole(time),
            Exponent::ZERO,
            Exponent::ZERO,
        ])
    }

    pub(crate) const fn base(base: Base) -> Self {
        let mut exponents = [Exponent::ZERO; 6];
        exponents[base as usize] = Exponent::ONE;
        Self(exponents)
    }

    /// The exponent of one base.
    #[must_use]
    pub const fn exponent(&self, base: Base) -> Exponent {
        self.0[base as usize]
    }

    /// Whether every exponent is 0.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.0.iter().all(|exponent| exponent.is_zero())
    }

    /// Raised to a power.
    #[must_use]
    pub fn pow(self, power: Exponent) -> Self {
        Self(self.0.map(|exponent| exponent * power))
    }

    /// Mass and amount exchanged by a molar mass: the power of the molar mass (mass per amount) that takes `self` to
    /// `other`, if that is all that separates them.
    pub(crate) fn molar_power_to(&self, other: &Self) -> Option<Exponent> {
        let power = self.exponent(Base::Amount) - other.exponent(Base::Amount);
        (*self * Self::MOLAR_MASS.pow(power) == *other).then_some(power)
    }

    fn everyday_name(&self) -> Option<&'static str> {
        Some(match *self {
            Self::NONE => "a bare number",
            Self::MASS => "a mass",
            Self::AMOUNT => "an amount of substance",
            Self::LENGTH => "a length",
            Self::VOLUME => "a volume",
            Self::TIME => "a time",
            Self::RATE => "a rate per time",
            Self::CLEARANCE => "a volume per time",
            Self::MASS_CONCENTRATION => "a mass concentration",
            Self::MOLAR_CONCENTRATION => "a molar concentration",
            Self::MOLAR_MASS => "a molar mass",
            _ if *self == Self::MASS / Self::TIME => "a mass per time",
            _ if *self == Self::AMOUNT / Self::TIME => "an amount per time",
            _ if *self == Self::base(Base::Temperature) => "a temperature",
            _ if *self == Self::base(Base::Activity) => "an activity",
            _ => return None,
        })
    }
}

impl Mul for Dimension {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self(std::array::from_fn(|base| self.0[base] + other.0[base]))
    }
}

impl Div for Dimension {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        Self(std::array::from_fn(|base| self.0[base] - other.0[base]))
    }
}

/// As a person would say it: `a mass`, `a volume per time`, `mass^2 / time`.
impl fmt::Display for Dimension {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.everyday_name() {
            return formatter.write_str(name);
        }
        let part = |name: &str, exponent: Exponent| match exponent {
            Exponent::ONE => name.to_owned(),
            other => format!("{name}^{other}"),
        };
        let over = BASES
            .iter()
            .filter(|(base, _)| self.exponent(*base).is_negative());
        let under = BASES
            .iter()
            .filter(|(base, _)| !self.exponent(*base).is_negative());
        let top: Vec<String> = under
            .filter(|(base, _)| !self.exponent(*base).is_zero())
            .map(|(base, name)| part(name, self.exponent(*base)))
            .collect();
        formatter.write_str(if top.is_empty() { "1" } else { "" })?;
        formatter.write_str(&top.join(" * "))?;
        for (base, name) in over {
            write!(formatter, " / {}", part(name, -self.exponent(*base)))?;
        }
        Ok(())
    }
}
