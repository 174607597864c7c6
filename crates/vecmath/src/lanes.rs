//! `L` numbers that are worked on together, one per subject.
//!
//! Every operation is one loop over the lanes around branch-free scalar code, which LLVM turns into vector code of
//! whatever width the surrounding function is compiled for (see [`crate::Isa`]).

use core::ops::{Add, Div, Mul, Neg, Not, Sub};

use crate::{error_function, exponential, gamma, logarithm, power, trigonometric};

/// `L` numbers, one per lane. Truth is 1, falsehood 0; any number but 0 is taken as true.
#[repr(C, align(64))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lanes<const L: usize>(pub [f64; L]);

/// One loop over the lanes; a macro and not a function of a closure, because a closure is not `#[inline(always)]`.
macro_rules! each {
    ($lane:ident => $value:expr) => {{
        let mut out = [0.0; L];
        let mut $lane = 0;
        while $lane < L {
            out[$lane] = $value;
            $lane += 1;
        }
        Lanes(out)
    }};
}

macro_rules! operators {
    ($($trait:ident $method:ident $operator:tt;)*) => {$(
        impl<const L: usize> $trait for Lanes<L> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                each!(i => self.0[i] $operator other.0[i])
            }
        }
    )*};
}

operators! {
    Add add +;
    Sub sub -;
    Mul mul *;
    Div div /;
}

impl<const L: usize> Neg for Lanes<L> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        each!(i => -self.0[i])
    }
}

impl<const L: usize> Not for Lanes<L> {
    type Output = Self;
    /// Whether it is 0 (of either sign).
    #[inline(always)]
    fn not(self) -> Self {
        each!(i => truth(self.0[i] == 0.0))
    }
}

impl<const L: usize> Default for Lanes<L> {
    /// Zeros.
    #[inline(always)]
    fn default() -> Self {
        Self::splat(0.0)
    }
}

macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident($x:ident) = $value:expr;)*) => {
        impl<const L: usize> Lanes<L> {$(
            $(#[$doc])*
            #[must_use]
            #[inline(always)]
            pub fn $name(self) -> Self {
                each!(i => { let $x = self.0[i]; $value })
            }
        )*}
    };
}

macro_rules! binary {
    ($($(#[$doc:meta])* $name:ident($x:ident, $y:ident) = $value:expr;)*) => {
        impl<const L: usize> Lanes<L> {$(
            $(#[$doc])*
            #[must_use]
            #[inline(always)]
            pub fn $name(self, other: Self) -> Self {
                each!(i => { let ($x, $y) = (self.0[i], other.0[i]); $value })
            }
        )*}
    };
}

/// Truth as a number.
#[inline(always)]
fn truth(condition: bool) -> f64 {
    if condition { 1.0 } else { 0.0 }
}

unary! {
    /// Magnitude.
    abs(x) = x.abs();
    /// Square root; NaN below 0.
    sqrt(x) = x.sqrt();
    /// Largest integer not above.
    floor(x) = x.floor();
    /// Smallest integer not below.
    ceil(x) = x.ceil();
    /// Nearest integer, half away from zero.
    round(x) = x.round();
    /// Whether it is neither infinite nor NaN.
    is_finite(x) = truth(x.abs() < f64::INFINITY);
    /// Whether it is NaN.
    is_nan(x) = truth(x.is_nan());
    /// e^x.
    exp(x) = exponential::exp(x);
    /// e^x - 1, accurate near 0.
    expm1(x) = exponential::exp_m1(x);
    /// Natural logarithm; -infinity at 0, NaN below.
    ln(x) = logarithm::ln(x);
    /// ln(1 + x), accurate near 0.
    log1p(x) = logarithm::ln_1p(x);
    /// Logarithm to base 10; exact for powers of ten.
    log10(x) = logarithm::log10(x);
    /// Logarithm to base 2; exact for powers of two.
    log2(x) = logarithm::log2(x);
    /// Hyperbolic tangent.
    tanh(x) = exponential::tanh(x);
    /// Sine of an angle in radians.
    sin(x) = trigonometric::sin(x);
    /// Cosine of an angle in radians.
    cos(x) = trigonometric::cos(x);
    /// Tangent of an angle in radians.
    tan(x) = trigonometric::tan(x);
    /// Error function.
    erf(x) = error_function::erf(x);
    /// Distribution function of the standard normal.
    phi(x) = error_function::phi(x);
    /// Logarithm of the magnitude of the gamma function; infinity at its poles.
    log_gamma(x) = gamma::log_gamma(x);
}

binary! {
    /// The smaller; NaN if either is NaN.
    min(x, y) = if (x < y) | (x.is_nan()) { x } else { y };
    /// The larger; NaN if either is NaN.
    max(x, y) = if (x > y) | (x.is_nan()) { x } else { y };
    /// The magnitude of `self` with the sign of the other.
    copysign(x, y) = x.copysign(y);
    /// Whether `self < other`; false if either is NaN.
    less(x, y) = truth(x < y);
    /// Whether `self <= other`; false if either is NaN.
    less_equal(x, y) = truth(x <= y);
    /// Whether `self == other`; false if either is NaN.
    equal(x, y) = truth(x == y);
    /// Whether `self != other`; true if either is NaN.
    not_equal(x, y) = truth(x != y);
    /// Whether neither is 0.
    and(x, y) = truth((x != 0.0) & (y != 0.0));
    /// Whether one is not 0.
    or(x, y) = truth((x != 0.0) | (y != 0.0));
}

impl<const L: usize> Lanes<L> {
    /// The same number in every lane.
    #[must_use]
    #[inline(always)]
    pub fn splat(value: f64) -> Self {
        Self([value; L])
    }

    /// `self * b + c`, rounded after the product and after the sum: fused results differ between machines.
    #[must_use]
    #[inline(always)]
    pub fn mul_add_twice(self, b: Self, c: Self) -> Self {
        each!(i => self.0[i] * b.0[i] + c.0[i])
    }

    /// `c - self * b`, rounded after the product and after the difference.
    #[must_use]
    #[inline(always)]
    pub fn mul_sub_twice(self, b: Self, c: Self) -> Self {
        each!(i => c.0[i] - self.0[i] * b.0[i])
    }

    /// `self^exponent`, see [`crate::scalar::pow`].
    #[must_use]
    #[inline(always)]
    pub fn pow(self, exponent: Self) -> Self {
        // Anything but moderate numbers costs two to three times as much: it is paid for only where a lane has it.
        let (mut moderate, mut or_of_zero) = (true, true);
        for (x, y) in self.0.into_iter().zip(exponent.0) {
            moderate &= power::is_moderate(x, y);
            or_of_zero &= power::is_moderate_or_of_zero(x, y);
        }
        if moderate {
            each!(i => power::moderate(self.0[i], exponent.0[i]))
        } else if or_of_zero {
            each!(i => power::moderate_or_of_zero(self.0[i], exponent.0[i]))
        } else {
            each!(i => power::pow(self.0[i], exponent.0[i]))
        }
    }

    /// `a` in the lanes where `mask` is not 0, `b` in the others. What is not chosen has no influence, not even
    /// NaN or infinity.
    #[must_use]
    #[inline(always)]
    pub fn select(mask: Self, a: Self, b: Self) -> Self {
        each!(i => if mask.0[i] != 0.0 { a.0[i] } else { b.0[i] })
    }

    /// Whether any lane is not 0.
    #[must_use]
    #[inline(always)]
    pub fn any(self) -> bool {
        let mut found = false;
        for value in self.0 {
            found |= value != 0.0;
        }
        found
    }

    /// Whether no lane is 0.
    #[must_use]
    #[inline(always)]
    pub fn all(self) -> bool {
        let mut every = true;
        for value in self.0 {
            every &= value != 0.0;
        }
        every
    }
}
