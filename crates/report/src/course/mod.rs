//! The page of a simulated course: result -> figures, sentences and tables -> one HTML text.

mod answer;
mod check;
mod drawn;
mod exposure;
mod outcomes;
mod score;
mod series;
mod session;
mod tables;
mod trials;
mod variance;
mod view;

pub(crate) mod words;

pub(crate) use check::check;
pub(crate) use series::{Track, Window, bare_label, counted_as, in_words, name_and_explanation, range};
pub(crate) use session::window as session_window;
pub(crate) use variance::shares as variance_shares;

use euthymia_therapy::result::CourseResult;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};

use crate::error::ReportError;
use crate::figure::escape;

/// The page of a course: one self-contained HTML text, without scripts and without anything loaded from elsewhere.
///
/// # Errors
/// When the result is empty, holds a value that is not finite, or series that do not match its times.
pub fn page(result: &CourseResult) -> Result<String, ReportError> {
    check(result)?;
    let view = view::PageView::new(result)?;
    render(&view).map_err(|error| ReportError::Template(Box::new(error)))
}

fn render(view: &view::PageView) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?,
    );
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // The figures' escape, so that there is one rule for the whole page.
    environment.set_formatter(|out, _state, value| {
        if value.is_safe() {
            out.write_str(value.as_str().unwrap_or_default())?;
        } else if !value.is_undefined() && !value.is_none() {
            out.write_str(&escape(&value.to_string()))?;
        }
        Ok(())
    });
    environment.add_template("parts.html", include_str!("../../templates/parts.html"))?;
    environment.add_template("course.html", include_str!("../../templates/course.html"))?;
    environment.get_template("course.html")?.render(Serde(view))
}
