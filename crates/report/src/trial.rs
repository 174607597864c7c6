//! A virtual trial: power, errors and what unblinding makes of it, as a page and a table.

mod table;
mod view;

pub use table::{published, table};

use crate::error::ReportError;
use crate::template::render;
use euthymia_therapy::trial::TrialResult;

/// The page: one self-contained HTML text.
///
/// # Errors
/// A number that is not finite, or a fault of this program.
pub fn page(result: &TrialResult) -> Result<String, ReportError> {
    let view = view::View::new(result)?;
    render("trial.html", include_str!("../templates/trial.html"), &view)
}
