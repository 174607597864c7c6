//! Numbers that a formula can be written over once: plain ones for a value, recorded ones for a value and its gradient.
//!
//! [`f64`] is the plain one. A sampler that needs gradients has its own, whose operations are recorded; what a formula
//! computes with `f64` on the side (an integral, a special function) it puts in through [`Real::lift`], with the partial
//! derivatives.

use crate::normal;
use euthymia_vecmath::scalar;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A number with the operations that densities are made of.
pub trait Real:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    /// Its value.
    fn value(self) -> f64;

    /// A number that depends on `inputs` (at least one) with value `value` and the partial derivative `partials[i]` with respect to
    /// `inputs[i]`; both slices have the same length.
    #[must_use]
    fn lift(inputs: &[Self], value: f64, partials: &[f64]) -> Self;

    /// e to its power.
    #[must_use]
    fn exp(self) -> Self {
        let value = scalar::exp(self.value());
        Self::lift(&[self], value, &[value])
    }

    /// Its natural logarithm.
    #[must_use]
    fn ln(self) -> Self {
        let x = self.value();
        Self::lift(&[self], scalar::ln(x), &[1.0 / x])
    }

    /// Its square root.
    #[must_use]
    fn sqrt(self) -> Self {
        let root = self.value().sqrt();
        Self::lift(&[self], root, &[0.5 / root])
    }

    /// The probability below it of the standard normal distribution.
    #[must_use]
    fn normal_cdf(self) -> Self {
        let z = self.value();
        Self::lift(&[self], normal::cdf(z), &[normal::density(z)])
    }
}

impl Real for f64 {
    fn value(self) -> f64 {
        self
    }

    fn lift(_: &[Self], value: f64, _: &[f64]) -> Self {
        value
    }
}
