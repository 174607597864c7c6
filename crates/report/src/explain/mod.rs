//! The mechanism of a course: explanation -> a page with a block for every quantity, and a few lines for the terminal.

mod curve;
mod terminal;
mod times;
mod view;

pub use terminal::table;

use euthymia_therapy::explain::{Explained, Explanation};
use euthymia_therapy::result::Quantity;

use crate::course;
use crate::error::ReportError;
use crate::template::render;

/// The page of a mechanism: one self-contained HTML text, without scripts and without anything loaded from elsewhere.
///
/// # Errors
/// When the result behind it is empty, holds a value that is not finite, or series that do not match its times.
pub fn page(explanation: &Explanation) -> Result<String, ReportError> {
    course::check(&explanation.result)?;
    let view = view::PageView::new(explanation)?;
    render(
        "explain.html",
        include_str!("../../templates/explain.html"),
        &view,
    )
}

/// The curve of a quantity.
pub(crate) fn quantity_of<'e>(explanation: &'e Explanation, explained: &Explained) -> Option<&'e Quantity> {
    let mut quantities = explanation.result.quantities.iter();
    quantities.find(|quantity| quantity.id == explained.id)
}

/// Said once where a person sees results.
pub(crate) const NOTICE: &str = "Research and education software, not a medical device. A curve shows what the equations \
    say, not that the body does it.";
