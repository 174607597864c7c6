//! The domain: instruments, courses, populations, response and outcomes.

pub mod result;
