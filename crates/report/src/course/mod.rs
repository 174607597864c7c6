//! The page of a simulated course: result -> figures, sentences and tables -> one HTML text.

mod answer;
mod assumed;
mod check;
pub(crate) mod drawn;
mod exposure;
pub(crate) mod lasting;
mod outcomes;
mod score;
pub(crate) mod series;
mod session;
pub(crate) mod tables;
mod trials;
mod variance;
pub(crate) mod view;

pub(crate) mod words;

pub(crate) use assumed::{Assumed, assumed_of};
pub(crate) use check::check;
pub(crate) use score::axis_title;
pub(crate) use series::{
    Track, Window, bare_label, counted_as, dose_strip, in_words, name_and_explanation, range,
};
pub(crate) use session::window as session_window;
pub(crate) use tables::{Cell, Table};
pub(crate) use variance::shares as variance_shares;
pub(crate) use view::{Fact, FigureView, files, population, provenance};

use euthymia_therapy::result::CourseResult;

use crate::error::ReportError;
use crate::template::render;

/// The page of a course: one self-contained HTML text, without scripts and without anything loaded from elsewhere.
///
/// # Errors
/// When the result is empty, holds a value that is not finite, or series that do not match its times.
pub fn page(result: &CourseResult) -> Result<String, ReportError> {
    check(result)?;
    let view = view::PageView::new(result)?;
    render("course.html", include_str!("../../templates/course.html"), &view)
}
