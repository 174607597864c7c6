//! Linear compartments solved and not integrated: the exponentials that their amounts are sums of.
//!
//! Between two changes a linear model with constant rates is `x' = A x + b`. Compartments that exchange form blocks
//! ([`Shape`]), and blocks feed one another in one direction. A block whose exchanges balance in detail, which every tree of
//! compartments does, is similar to a symmetric matrix, so its rates are real and found to the last digits by rotations
//! (`symmetric`); the vectors of the whole system follow block after block. With `A = V diag(rates) W`, `W = V^-1`,
//!
//! `x(t) = V (e^(rates t) W x(0) + (e^(rates t) - 1)/rates W b)`.
//!
//! The subjects of a lane group are decomposed together and move from change to change together ([`Flows`]); between two
//! changes a subject is observed at many times together ([`Trace`]).
//!
//! Where two rates are so close that the vectors nearly coincide (a rate of absorption equal to the rate of elimination, a
//! chain of equal transit rates), where exchanges do not balance, or where the system is large, there is no flow, and
//! the caller takes the exponential of the matrix, or integrates.

mod decompose;
mod flows;
mod shape;
mod symmetric;
mod trace;

pub(crate) use decompose::Decompose;
pub(crate) use flows::{Flows, Move};
pub(crate) use shape::Shape;
pub(crate) use trace::{Observe, Trace};

#[cfg(test)]
mod tests;
