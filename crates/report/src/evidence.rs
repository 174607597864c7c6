//! The evidence in a terminal: studies, pooled answers, claims.

mod pooled;
mod studies;

pub use pooled::{COLUMNS, pool, rows};
pub use studies::studies;
