//! Every number of the library says where it comes from: the check that refuses one that does not.
//!
//! In a model file the line that holds the number ends with `# [grade] key: locator`. In TOML the table that holds it
//! holds `source` and `grade`, or a table around it does. In the evidence tables every row names the page it was read
//! from. Whatever a course chooses rather than measures needs none. Names that lead from one file to another are followed
//! too.

mod comment;
mod csv;
mod links;
mod model;
mod statements;
mod toml;

pub use comment::{Comment, Grade};
pub(crate) use model::comments;
pub(crate) use statements::unknown_findings;

use crate::library::Library;
use crate::posterior;
use crate::sources::Sources;
use euthymia_diagnostics::{Diagnostic, Severity};
use euthymia_document::Document;

/// The grades, from the best to the worst.
pub const GRADES: [&str; 5] = ["seen", "digitised", "derived", "memory", "assumed"];

/// Checks every file of a library; no diagnostic means that every number has its source and its grade, and that every
/// model and factor that is named is there.
#[must_use]
pub fn lint(library: &Library) -> Vec<Diagnostic> {
    let sources = match library.sources() {
        Ok(sources) => sources,
        Err(diagnostics) => return diagnostics,
    };
    let mut diagnostics = Vec::new();
    for (path, document) in library.documents().filter(|(path, _)| !is_posterior(path)) {
        toml::check(path, document, &sources, &mut diagnostics);
    }
    for (_, text) in library.texts() {
        diagnostics.extend(model::check(text, &sources));
        diagnostics.extend(statements::check(text, &sources));
    }
    for (path, rows) in library.tables().filter(|(path, _)| !is_posterior(path)) {
        csv::check(path, rows, &mut diagnostics);
    }
    diagnostics.extend(links::all(library));
    diagnostics.extend(posterior::lint(library));
    diagnostics
}

/// Whether a file holds draws or says how they were made: its numbers come from the fit that it names.
fn is_posterior(path: &str) -> bool {
    path.starts_with(posterior::FOLDER)
        && [posterior::DRAWS, posterior::ABOUT]
            .iter()
            .any(|end| path.ends_with(end))
}

/// Warns where a course that is not part of the library names a source that the library does not hold, or a source
/// without a grade: its report would show a bare key. It may leave sources out altogether.
pub(crate) fn provenance_of_course(document: &Document, library: &Library) -> Vec<Diagnostic> {
    let Ok(sources) = library.sources() else {
        return Vec::new();
    };
    let mut diagnostics = Vec::new();
    toml::check("courses/", document, &sources, &mut diagnostics);
    diagnostics.retain(|diagnostic| diagnostic.code != "L030");
    for diagnostic in &mut diagnostics {
        diagnostic.severity = Severity::Warning;
    }
    diagnostics
}

/// Reports a key that `sources.toml` does not hold, with the nearest one that it does.
pub(crate) fn unknown_key(key: &str, sources: &Sources) -> Option<Diagnostic> {
    if sources.contains_key(key) {
        return None;
    }
    let diagnostic = Diagnostic::error("L033", format!("`{key}` is no key of `sources.toml`"));
    Some(
        match euthymia_diagnostics::nearest(key, sources.keys().map(String::as_str)) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help(format!("add `[{key}]` to `sources.toml`")),
        },
    )
}

#[cfg(test)]
mod tests;
