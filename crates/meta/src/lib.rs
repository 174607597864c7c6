//! The statistics of meta-analysis: from what studies report to effect sizes, pooled estimates and their diagnostics.
//!
//! - [`Frame`]: a table as a person has it; [`expression`] and [`formula`] compute columns and design matrices from it,
//!   written as in R;
//! - [`effect`]: effect sizes and their sampling variances;
//! - [`pool`]: one estimate out of many: the univariate model with and without moderators, and what follows from it;
//! - [`bias`]: tests of small-study effects and selection, and estimates that allow for them;
//! - [`analysis`]: an analysis as data, and its values under the names that the reference packages give them.
//!
//! This crate knows no trial, no drug and no file. Everything is computed with `euthymia_vecmath` and sums in a fixed
//! order: the same bits on every machine.

pub mod analysis;
pub mod bias;
pub mod effect;
mod error;
pub mod expression;
pub mod formula;
mod frame;
pub mod linear;
pub mod pool;

pub use error::MetaError;
pub use frame::{Column, Frame};
