//! Roots, minima and derivatives of functions that only give values.
//!
//! Made for likelihoods with a handful of parameters: every method takes a closure, none needs a gradient, and all run
//! to the accuracy that the function's own digits allow unless told to stop earlier.

mod bfgs;
mod derivative;
mod root;
mod simplex;

pub use bfgs::{descend, descend_nearby, minimize};
pub use derivative::{gradient, hessian, hessian_wide};
pub use root::{golden, root};
pub use simplex::simplex;

/// A minimum and how it was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimum {
    /// Where it is.
    pub x: Vec<f64>,
    /// The value there.
    pub value: f64,
    /// Whether the method ended because it was done and not because it was tired.
    pub converged: bool,
    /// How often the function was asked.
    pub evaluations: usize,
}
