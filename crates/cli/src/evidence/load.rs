//! The trials of the library with the user's own layer over them.

use std::path::Path;

use euthymia_diagnostics::Diagnostic;
use euthymia_document::Document;
use euthymia_evidence::{Evidence, Words};
use euthymia_io::library::Library as Files;
use euthymia_therapy::library::Library;

use crate::arguments::Shared;
use crate::exit::Failure;
use crate::library;

/// Everything that questions are answered from.
pub(crate) struct Loaded {
    pub(crate) evidence: Evidence,
    pub(crate) words: Words,
    pub(crate) files: Files,
}

/// Reads the tables and what their words mean.
pub(crate) fn load(layer: Option<&Path>, shared: &Shared) -> Result<Loaded, Failure> {
    let _ = layer;
    let files = library::files(shared)?;
    let mut library = Library::new();
    let mut problems: Vec<Diagnostic> = Vec::new();
    for path in files.list("evidence", "csv")? {
        let (rows, diagnostics) = euthymia_io::csv::rows(&files.read(&path)?);
        problems.extend(diagnostics);
        if let Some(rows) = rows {
            library.add_rows(path, rows);
        }
    }
    if problems.iter().any(Diagnostic::is_error) {
        return Err(Failure::Input(problems));
    }
    let evidence = library.evidence().map_err(Failure::Input)?.unwrap_or_default();
    let words = Words::read(&document(&files, "evidence/words.toml")?);
    Ok(Loaded {
        evidence,
        words: whole(words)?,
        files,
    })
}

/// A TOML file of the library.
pub(crate) fn document(files: &Files, path: &str) -> Result<Document, Failure> {
    whole(euthymia_io::toml::document(&files.read(path)?))
}

/// What was read, unless something was wrong with it.
pub(crate) fn whole<T>((value, diagnostics): (Option<T>, Vec<Diagnostic>)) -> Result<T, Failure> {
    match value {
        Some(value) if !diagnostics.iter().any(Diagnostic::is_error) => Ok(value),
        _ => Err(Failure::Input(diagnostics)),
    }
}
