//! Rational exponents of dimensions and units.

use std::fmt;
use std::ops::{Add, Mul, Neg, Sub};

/// A rational number in lowest terms with a positive denominator. Arithmetic saturates far outside any real unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Exponent {
    numerator: i32,
    denominator: i32,
}

impl Exponent {
    /// No power at all.
    pub const ZERO: Self = Self {
        numerator: 0,
        denominator: 1,
    };
    /// The first power.
    pub const ONE: Self = Self {
        numerator: 1,
        denominator: 1,
    };

    /// A whole exponent.
    #[must_use]
    pub const fn whole(value: i32) -> Self {
        Self {
            numerator: value,
            denominator: 1,
        }
    }

    /// A fraction; `None` when the denominator is 0 or a part is too large to keep.
    #[must_use]
    pub fn ratio(numerator: i32, denominator: i32) -> Option<Self> {
        Self::reduced(i64::from(numerator), i64::from(denominator))
    }

    fn reduced(numerator: i64, denominator: i64) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let divisor = gcd(numerator.unsigned_abs(), denominator.unsigned_abs()).max(1);
        let divisor = i64::try_from(divisor).ok()? * denominator.signum();
        Some(Self {
            numerator: i32::try_from(numerator / divisor).ok()?,
            denominator: i32::try_from(denominator / divisor).ok()?,
        })
    }

    fn saturating(numerator: i64, denominator: i64) -> Self {
        Self::reduced(numerator, denominator).unwrap_or(Self::whole(if numerator < 0 {
            i32::MIN + 1
        } else {
            i32::MAX
        }))
    }

    /// The numerator, carrying the sign.
    #[must_use]
    pub const fn numerator(self) -> i32 {
        self.numerator
    }

    /// The denominator, at least 1.
    #[must_use]
    pub const fn denominator(self) -> i32 {
        self.denominator
    }

    /// Whether it is 0.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// Whether it is below 0.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.numerator < 0
    }

    /// The value when it is whole.
    #[must_use]
    pub fn as_whole(self) -> Option<i32> {
        (self.denominator == 1).then_some(self.numerator)
    }
}

pub(crate) fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Default for Exponent {
    fn default() -> Self {
        Self::ZERO
    }
}

impl Add for Exponent {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let (a, b) = (i64::from(self.numerator), i64::from(other.numerator));
        let (p, q) = (i64::from(self.denominator), i64::from(other.denominator));
        Self::saturating((a * q).saturating_add(b * p), p * q)
    }
}

impl Sub for Exponent {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Exponent {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self::saturating(
            i64::from(self.numerator) * i64::from(other.numerator),
            i64::from(self.denominator) * i64::from(other.denominator),
        )
    }
}

impl Neg for Exponent {
    type Output = Self;
    fn neg(self) -> Self {
        Self {
            numerator: self.numerator.saturating_neg(),
            denominator: self.denominator,
        }
    }
}

impl fmt::Display for Exponent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator {
            1 => write!(formatter, "{}", self.numerator),
            denominator => write!(formatter, "({}/{denominator})", self.numerator),
        }
    }
}
