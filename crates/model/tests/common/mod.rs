//! What the tests of this crate share: models, parsed and checked.

#![allow(dead_code, unreachable_pub)]

use std::path::{Path, PathBuf};

use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_model::Model;
use euthymia_model::check::check;
use euthymia_model::syntax::{ModelFile, parse};

/// Every model of the reference cases and of the library.
pub fn model_paths() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let entries = |folder: &str| {
        let entries = std::fs::read_dir(root.join(folder)).unwrap();
        entries
            .map(|entry| entry.unwrap().path())
            .collect::<Vec<PathBuf>>()
    };
    let cases = ["suite/reference/rxode2", "suite/reference/workloads"]
        .map(entries)
        .concat();
    let mut paths: Vec<PathBuf> = cases.iter().map(|case| case.join("model.R")).collect();
    paths.extend(["library/models", "library/response"].map(entries).concat());
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "R") && path.is_file());
    paths.sort();
    assert!(paths.len() >= 30, "{paths:?}");
    paths
}

/// Parses without problems.
pub fn parsed(path: &Path) -> ModelFile {
    let text = std::fs::read_to_string(path).unwrap();
    let (file, problems) = parse(&Source::new(path.display().to_string(), text));
    assert_eq!(problems, [], "{}", path.display());
    file
}

/// Parses and checks without errors.
pub fn checked(path: &Path) -> Model {
    let (model, problems) = check(&parsed(path));
    let errors: Vec<&Diagnostic> = problems.iter().filter(|problem| problem.is_error()).collect();
    assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
    model.unwrap()
}

/// A model from its text; panics with what is wrong with it.
pub fn model(text: &str) -> Model {
    let (file, mut problems) = parse(&Source::new("model.R", text));
    let (model, more) = check(&file);
    problems.extend(more);
    problems.retain(Diagnostic::is_error);
    assert!(problems.is_empty(), "{problems:#?}\n{text}");
    model.unwrap()
}

/// A model from the statements of its blocks.
pub fn blocks(ini: &str, equations: &str) -> Model {
    model(&format!(
        "m <- function() {{\nini({{\n{ini}\n}})\nmodel({{\n{equations}\n}})\n}}\n"
    ))
}
