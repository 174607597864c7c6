//! Strategies side by side, for someone who must decide: a page and a table, of one `Comparison`.

mod drawn;
pub mod figures;
mod table;
mod view;
mod words;

pub use table::table;

use crate::error::ReportError;
use crate::template::render;
use euthymia_therapy::strategy::Comparison;

/// The page.
///
/// # Errors
/// A number that is not finite, or a fault of this program.
pub fn page(comparison: &Comparison) -> Result<String, ReportError> {
    let view = view::View::new(comparison, drawn::all(comparison)?)?;
    render("compare.html", include_str!("../templates/compare.html"), &view)
}
