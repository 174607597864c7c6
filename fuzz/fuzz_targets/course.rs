//! The way of a course file, from bytes to a course that could be simulated.
#![no_main]

mod said;

use std::sync::LazyLock;

use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_io::library::Library as Files;
use euthymia_therapy::{course, library::Library};
use libfuzzer_sys::fuzz_target;

/// The built-in library, read once.
static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let mut library = Library::new();
    let list = |folder: &str, extension: &str| Files::Embedded.list(folder, extension).unwrap();
    let read = |path: &str| Files::Embedded.read(path).unwrap();
    let documents = ["drugs", "instruments", "response"].into_iter().flat_map(|folder| list(folder, "toml"));
    let interactions = Files::Embedded.has("interactions.toml").then(|| "interactions.toml".to_owned());
    for path in documents.chain(["sources.toml".to_owned()]).chain(interactions) {
        let document = euthymia_io::toml::document(&read(&path)).0.unwrap();
        library.add_document(path, document);
    }
    for path in list("models", "R").into_iter().chain(list("response", "R")) {
        let text = read(&path);
        library.add_text(path, text);
    }
    for path in list("evidence", "csv").into_iter().chain(list("response", "csv")) {
        let rows = euthymia_io::csv::rows(&read(&path)).0.unwrap();
        library.add_rows(path, rows);
    }
    library
});

fuzz_target!(|bytes: &[u8]| {
    let Some(text) = said::text(bytes) else { return };
    let (document, mut problems) = euthymia_io::toml::document(&Source::new("course.toml", text));
    let mut read = false;
    if let Some(document) = document {
        let (course, more) = course::read(&document, &LIBRARY);
        read = course.is_some();
        assert!(!(read && more.iter().any(Diagnostic::is_error)), "a course and errors: {more:?}");
        problems.extend(more);
    }
    assert!(read || problems.iter().any(Diagnostic::is_error), "neither a course nor an error");
    said::hold(&problems);
});
