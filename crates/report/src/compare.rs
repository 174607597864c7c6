//! Strategies side by side, for someone who must decide: a page and a table, of one `Comparison`.

mod table;
mod words;

pub use table::table;

use crate::error::ReportError;
use euthymia_therapy::strategy::Comparison;

/// How a comparison was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The command that makes it again.
    pub command: String,
    /// Version of the program.
    pub version: String,
}

/// The page.
///
/// # Errors
/// The template cannot be filled.
pub fn page(_comparison: &Comparison, made: &Made) -> Result<String, ReportError> {
    Ok(made.command.clone())
}
