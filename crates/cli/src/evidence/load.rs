//! The trials of the library with the user's own layer over them.

use std::path::{Path, PathBuf};

use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_document::Document;
use euthymia_evidence::claims::{Definitions, Questions};
use euthymia_evidence::{Asked, Evidence, Rebuilds, Trial, Words};
use euthymia_io::layer;
use euthymia_io::library::Library as Files;
use euthymia_therapy::CONDITIONS;
use euthymia_therapy::library::Library;

use crate::arguments::Shared;
use crate::exit::Failure;
use crate::library;

/// The tables with the layer, and what their words mean.
pub(crate) fn load(own: Option<&Path>, shared: &Shared) -> Result<(Evidence, Words), Failure> {
    let files = library::files(shared)?;
    let evidence = evidence(own, own.is_some(), &files)?;
    Ok((
        evidence,
        whole(Words::read(&document(&files, "evidence/words.toml")?))?,
    ))
}

/// The tables with the layer, and everything that is asked of them.
pub(crate) fn load_all(own: Option<&Path>, shared: &Shared) -> Result<(Evidence, Asked), Failure> {
    let files = library::files(shared)?;
    let evidence = evidence(own, own.is_some(), &files)?;
    let read = |name: &str| document(&files, &format!("evidence/{name}.toml"));
    let asked = Asked {
        words: whole(Words::read(&read("words")?))?,
        claims: whole(Definitions::read(&read("claims")?))?,
        questions: whole(Questions::read(&read("questions")?))?,
        rebuilds: whole(Rebuilds::read(&read("rebuild")?))?,
    };
    Ok((evidence, asked))
}

/// The tables with the layer; a folder that was named must be there, unless it is about to be made.
pub(crate) fn evidence(own: Option<&Path>, must_be_there: bool, files: &Files) -> Result<Evidence, Failure> {
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
    let mut evidence = library.evidence().map_err(Failure::Input)?.unwrap_or_default();
    if let Some(folder) = folder(own) {
        let paths = layer::files(&folder, must_be_there)?;
        let documents: Vec<Document> = paths
            .iter()
            .map(|path| own_document(&euthymia_io::read_source(path)?))
            .collect::<Result<_, Failure>>()?;
        // In whatever order their names bring them: a trial may name one that comes after it.
        let beside: Vec<String> = documents.iter().filter_map(Trial::id).collect();
        for document in &documents {
            evidence.add(trial(document, &evidence, &beside)?);
        }
    }
    Ok(evidence)
}

/// A file of the user's own.
pub(crate) fn own_document(source: &Source) -> Result<Document, Failure> {
    whole(euthymia_io::toml::document(source))
}

/// A trial of the user's own, checked against what is known; `beside` are the trials of the layer.
pub(crate) fn trial(document: &Document, known: &Evidence, beside: &[String]) -> Result<Trial, Failure> {
    let (trial, mut diagnostics) = Trial::read(document, known, beside, &CONDITIONS);
    document.leave_out_reported(&mut diagnostics);
    whole((trial, diagnostics))
}

/// The folder of the layer: named, or where data of programs go; `None` where nothing says where that is.
pub(crate) fn folder(own: Option<&Path>) -> Option<PathBuf> {
    let of_variable = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    own.map(Path::to_path_buf).or_else(|| {
        let data = of_variable("XDG_DATA_HOME")
            .filter(|path| path.is_absolute())
            .or_else(|| Some(of_variable("HOME")?.join(".local/share")))?;
        Some(data.join("euthymia/evidence"))
    })
}

/// A TOML file of the library.
fn document(files: &Files, path: &str) -> Result<Document, Failure> {
    whole(euthymia_io::toml::document(&files.read(path)?))
}

/// What was read, unless something was wrong with it.
fn whole<T>((value, diagnostics): (Option<T>, Vec<Diagnostic>)) -> Result<T, Failure> {
    match value {
        Some(value) if !diagnostics.iter().any(Diagnostic::is_error) => Ok(value),
        _ => Err(Failure::Input(diagnostics)),
    }
}
