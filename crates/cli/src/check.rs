//! `euthymia check`: everything that is wrong with a model, a course, a strategy or a paper's observations, at once.

use std::path::Path;

use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_therapy::{course, strategy, trial, validation};

use crate::arguments::{Check, Shared};
use crate::exit::{Failure, show};
use crate::{library, posterior};

/// Checks every file named and says what is wrong with any of them.
pub(crate) fn run(options: &Check, shared: &Shared) -> Result<(), Failure> {
    let mut diagnostics = Vec::new();
    for path in &options.files {
        if let Some(files) = posterior::Files::of(path) {
            diagnostics.extend(files.check()?);
            continue;
        }
        let source = euthymia_io::read_source(path)?;
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("toml") => diagnostics.extend(of_document(&source, path, shared)?),
            _ => diagnostics.extend(euthymia_model::diagnose(&source)),
        }
    }
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Failure::Input(diagnostics));
    }
    if shared.json || !diagnostics.is_empty() {
        show(&diagnostics, shared);
    }
    if !shared.json && !shared.quiet {
        let files = options.files.len();
        println!(
            "{files} {} checked, no errors",
            if files == 1 { "file" } else { "files" }
        );
    }
    Ok(())
}

/// A file of observations if it holds any, a trial or one that strategies are made of if its keys say so, else a course.
fn of_document(source: &Source, path: &Path, shared: &Shared) -> Result<Vec<Diagnostic>, Failure> {
    let library = library::load(&library::files(shared)?)?;
    let (document, mut diagnostics) = euthymia_io::toml::document(source);
    if let Some(document) = document {
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        let of_strategies = strategy::diagnose(stem, &document, &library);
        let is_trial = document.root.get("arms").is_some() && document.root.get("visits").is_some();
        diagnostics.extend(match (document.root.get("observations"), of_strategies) {
            _ if is_trial => trial::read(stem, &document, &library).1,
            (Some(_), _) => validation::read(stem, &document, &library).1,
            (None, Some(diagnostics)) => diagnostics,
            (None, None) => course::read(&document, &library).1,
        });
    }
    Ok(diagnostics)
}
