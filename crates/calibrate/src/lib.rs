//! Fits models to evidence.
//!
//! - [`tape`]: numbers that remember how they were computed, for the gradient of a log density;
//! - [`target`]: what can be sampled from.

pub mod tape;
pub mod target;
