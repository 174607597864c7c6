//! The literate suite of data sets: tables in `suite/*.md` with the diagnostics they must get.
//!
//! The blocks of a case are a model `r` (that of the case above it where there is none) and a data set `csv`, with a table
//! of parameters `csv parameters` beside it or not, read as a line `interpolation:` says; or a line of doses `dose`; or a line of times `times`.
//! `UPDATE_SUITE=1 cargo test -p euthymia-dataset --test suite` writes what is found into the pages.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../../../suite/pages.rs"]
mod pages;

use euthymia_dataset::{DataSet, Dialect, Interpolation, ModelNames, Parameters, doses, times};
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_document::Rows;
use euthymia_model::check::check;
use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::syntax::parse;
use euthymia_units::Unit;
use pages::{Case, Shown};

fn names(model: &str) -> ModelNames {
    let (file, problems) = parse(&Source::new("model", model));
    assert_eq!(problems, []);
    let (model, problems) = check(&file);
    let model = model.unwrap_or_else(|| panic!("{problems:?}"));
    ModelNames::of(&compile(&model, &CompileOptions::default()).unwrap())
}

fn found(case: &Case, names: &ModelNames) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut rows = |name: &str, text: &str| -> Option<Rows> {
        let (rows, problems) = euthymia_io::csv::rows(&Source::new(name, text));
        diagnostics.extend(problems);
        rows
    };
    let parameters = case
        .blocks("csv parameters")
        .next()
        .and_then(|text| rows("parameters", text));
    let data = case.blocks("csv").next().and_then(|text| rows("data", text));
    let parameters = parameters.and_then(|rows| {
        let (parameters, problems) = Parameters::read(&rows, names);
        consistent(case, parameters.is_some(), &problems);
        diagnostics.extend(problems);
        parameters
    });
    if let Some(rows) = data {
        let (set, problems) = DataSet::read(&rows, names, dialect(case), parameters.as_ref());
        consistent(case, set.is_some(), &problems);
        diagnostics.extend(problems);
    }
    let (hour, milligram) = (Unit::parse("h").unwrap(), Unit::parse("mg").unwrap());
    for text in case.blocks("dose") {
        let (doses, problems) = doses(&Source::new("dose", text.trim_end()), names, &hour, &milligram);
        consistent(case, doses.is_some(), &problems);
        diagnostics.extend(problems);
    }
    for text in case.blocks("times") {
        let (times, problems) = times(&Source::new("times", text.trim_end()));
        consistent(case, times.is_some(), &problems);
        diagnostics.extend(problems);
    }
    diagnostics
}

/// `interpolation: linear`
fn dialect(case: &Case) -> Dialect {
    let mut lines = case.prose.iter();
    let Some(word) = lines.find_map(|line| line.strip_prefix("interpolation: ")) else {
        return Dialect::default();
    };
    let mut known = Interpolation::WORDS.iter();
    let (_, interpolation) = *known.find(|(known, _)| *known == word).unwrap();
    Dialect {
        interpolation,
        ..Dialect::default()
    }
}

/// Something is read, or there is an error.
fn consistent(case: &Case, read: bool, problems: &[Diagnostic]) {
    assert_ne!(read, problems.iter().any(Diagnostic::is_error), "{}", case.name);
}

#[test]
fn every_case_gets_its_diagnostics() {
    let mut above = ModelNames::default();
    let broken = pages::hold(&pages::about("csv"), Shown::Everything, |case| {
        if let Some(model) = case.blocks("r").next() {
            above = names(model);
        }
        let diagnostics = found(case, &above);
        for problem in &diagnostics {
            assert!(
                !problem.labels.is_empty(),
                "{}: {problem:?} has no place",
                case.name
            );
            assert!(
                !problem.help.is_empty(),
                "{}: {problem:?} offers no way out",
                case.name
            );
        }
        diagnostics
    });
    assert!(broken >= 80, "only {broken} broken tables and lines");
}

#[test]
fn every_code_is_explained_and_shown() {
    let used = pages::codes_of_crate('N');
    assert_eq!(pages::codes(&pages::text("README.md"), 'N'), used);
    let mut shown: std::collections::BTreeSet<String> = pages::about("csv")
        .iter()
        .flat_map(|page| pages::codes(&pages::text(page), 'N'))
        .collect();
    // A table with two hundred problems shows nobody anything; `rules.rs` has it.
    shown.insert("N099".to_owned());
    assert_eq!(shown, used);
}
