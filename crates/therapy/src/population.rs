//! Virtual patients.
pub(crate) mod truncation;
