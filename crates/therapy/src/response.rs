//! The fitted response model: what an arm of a trial receives, and what follows from it.

pub mod exposure;
