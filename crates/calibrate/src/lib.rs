//! Fits models to evidence.
//!
//! - [`prior`]: distributions as data;
//! - [`tape`]: numbers that remember how they were computed, for the gradient of a log density;
//! - [`target`]: what can be sampled from;
//! - [`sampler`]: chains of draws from it; [`progress`] shows how far they are, [`checkpoint`] keeps them in files;
//! - [`response`]: the response model's posterior;
//! - [`sbc`]: whether all of it tells the posterior that it claims to.

pub mod checkpoint;
mod parallel;
pub mod prior;
pub mod progress;
pub mod response;
pub mod sampler;
pub mod sbc;
pub mod tape;
pub mod target;
