//! The library a command works with: the built-in one, or the folder the user named.

use euthymia_diagnostics::Diagnostic;
use euthymia_io::library::Library as Files;
use euthymia_therapy::library::Library;

use crate::arguments::Shared;
use crate::exit::Failure;

/// Where the library's files come from.
pub(crate) fn files(shared: &Shared) -> Result<Files, Failure> {
    match &shared.library {
        Some(folder) if folder.join("sources.toml").is_file() => Ok(Files::Folder(folder.clone())),
        Some(folder) => Err(Failure::Usage(format!(
            "`{}` is no library: it holds no `sources.toml`; leave `--library` out to use the built-in one",
            folder.display()
        ))),
        None => Ok(Files::Embedded),
    }
}

/// The library as the domain sees it: every file read and parsed.
pub(crate) fn load(files: &Files) -> Result<Library, Failure> {
    let mut library = Library::new();
    let mut problems: Vec<Diagnostic> = Vec::new();
    let mut documents = vec!["sources.toml".to_owned()];
    for folder in [
        "care",
        "courses",
        "drugs",
        "instruments",
        "people",
        "prices",
        "response",
        "strategies",
        "trials",
        "validation",
    ] {
        documents.extend(files.list(folder, "toml")?);
    }
    let optional = ["fhir.toml", "interactions.toml", "moieties.toml"]
        .into_iter()
        .filter(|path| files.has(path));
    documents.extend(optional.map(str::to_owned));
    for path in documents {
        let (document, diagnostics) = euthymia_io::toml::document(&files.read(&path)?);
        problems.extend(diagnostics);
        if let Some(document) = document {
            library.add_document(path, document);
        }
    }
    for folder in ["models", "response"] {
        for path in files.list(folder, "R")? {
            let text = files.read(&path)?;
            library.add_text(path, text);
        }
    }
    let tables = [files.list("evidence", "csv")?, files.list("response", "csv")?];
    for path in tables.into_iter().flatten() {
        let (rows, diagnostics) = euthymia_io::csv::rows(&files.read(&path)?);
        problems.extend(diagnostics);
        if let Some(rows) = rows {
            library.add_rows(path, rows);
        }
    }
    if problems.iter().any(Diagnostic::is_error) {
        Err(Failure::Input(problems))
    } else {
        Ok(library)
    }
}
