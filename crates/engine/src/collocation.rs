//! The method for models whose parts feed one another, as kinetics feed a mechanism and that a score: collocation of high
//! order over long steps, one part after the other.
//!
//! A step takes seven stages. Over the whole step, for a part after all that feed it, the stages of its states solve
//! `Z = h A f(y + Z)`, where what feeds the part is known at all stages. Simplified Newton iterations with the part's own
//! Jacobian at the start of the step do that (Hairer and Wanner 1999), in the coordinates in which the method's matrix is
//! diagonal, so that a part of m states takes one real and three complex systems of m. A part that is linear in its own
//! states with constant rates takes one iteration and nothing of it is approximate.
//!
//! What the polynomial through the stages leaves of the equation, its defect, vanishes at the stages and is known at the
//! start of the step, where the derivative is; its integral is the error of the polynomial, which observations are read from.
//! At the ends of steps the error is of order 13.

mod coefficients;
mod dense;
mod linear;
mod parts;
mod step;
mod wide;

#[cfg(test)]
mod tests;

pub(crate) use dense::Evaluate;
pub(crate) use parts::Parts;
pub(crate) use step::{ORDER, Step};
