//! Reads the repository's library from disk, as the program does.
#![allow(dead_code, reason = "each test binary uses its own part")]

use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_document::Document;
use euthymia_therapy::library::Library;
use std::fs;
use std::path::{Path, PathBuf};

/// The repository's library folder.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../library")
}

/// A TOML text as a document.
pub(crate) fn document(name: &str, text: &str) -> (Option<Document>, Vec<Diagnostic>) {
    euthymia_io::toml::document(&Source::new(name, text))
}

/// All files of the library.
pub(crate) fn whole_library() -> Library {
    library_of(|_| true)
}

/// The files of the library whose path from there is wanted.
pub(crate) fn library_of(wanted: impl Fn(&str) -> bool) -> Library {
    library_with(wanted, |_, text| text)
}

/// The same, with the text of every file as `change` makes it of its path and its text.
pub(crate) fn library_with(
    wanted: impl Fn(&str) -> bool,
    change: impl Fn(&str, String) -> String,
) -> Library {
    library_in(&folder(), wanted, change)
}

/// A small library that is made up for the tests: closed forms tell what its models come to.
pub(crate) fn made_up_library() -> Library {
    made_up_with(|_, text| text)
}

/// The same, with the text of every file as `change` makes it of its path and its text.
pub(crate) fn made_up_with(change: impl Fn(&str, String) -> String) -> Library {
    library_in(&made_up_folder(), |_| true, change)
}

/// The files of it that are wanted.
pub(crate) fn made_up_only(wanted: impl Fn(&str) -> bool) -> Library {
    library_in(&made_up_folder(), wanted, |_, text| text)
}

fn made_up_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/made-up")
}

fn library_in(
    folder: &Path,
    wanted: impl Fn(&str) -> bool,
    change: impl Fn(&str, String) -> String,
) -> Library {
    let mut library = Library::new();
    for path in files(folder, "") {
        if !wanted(&path) {
            continue;
        }
        let source = Source::new(
            format!("library/{path}"),
            change(&path, fs::read_to_string(folder.join(&path)).unwrap()),
        );
        match Path::new(&path)
            .extension()
            .and_then(|extension| extension.to_str())
        {
            Some("toml") => {
                let (document, diagnostics) = euthymia_io::toml::document(&source);
                assert_eq!(diagnostics, [], "{path}");
                library.add_document(&*path, document.unwrap());
            }
            Some("csv") => {
                let (rows, diagnostics) = euthymia_io::csv::rows(&source);
                assert_eq!(diagnostics, [], "{path}");
                library.add_rows(&*path, rows.unwrap());
            }
            Some("R") => library.add_text(&*path, source),
            _ => {}
        }
    }
    library
}

fn files(folder: &Path, prefix: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            paths.extend(files(&entry.path(), &format!("{name}/")));
        } else {
            paths.push(name);
        }
    }
    paths.sort();
    paths
}
