//! How pages are put together: one environment, one rule for what is escaped.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use crate::error::ReportError;
use crate::figure::escape;

/// A page of the template `name` with this text.
pub(crate) fn render(
    name: &'static str,
    text: &'static str,
    view: &impl Serialize,
) -> Result<String, ReportError> {
    rendered(name, text, view).map_err(|error| ReportError::Template(Box::new(error)))
}

fn rendered(
    name: &'static str,
    text: &'static str,
    view: &impl Serialize,
) -> Result<String, minijinja::Error> {
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
    environment.add_template("parts.html", include_str!("../templates/parts.html"))?;
    environment.add_template(name, text)?;
    environment.get_template(name)?.render(Serde(view))
}
