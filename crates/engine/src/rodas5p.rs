//! The Rosenbrock method of general use: nothing is asked of the model but its Jacobian, whose factorisation is sparse.

mod coefficients;
mod dense;
mod step;

pub(crate) use coefficients::{ORDER, STAGES};
pub(crate) use dense::{Evaluate, prepare};
pub(crate) use step::Step;
