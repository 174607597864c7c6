//! The literate suite: model texts in `suite/*.md` with the diagnostics they must get.
//!
//! The blocks of a case are one or more models `r`; several are composed in their order, with what the heading's
//! `constants:` line closes. `UPDATE_SUITE=1 cargo test -p euthymia-model --test suite` writes what is found into the
//! files, to be read before it is committed.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../../../suite/pages.rs"]
mod pages;

use std::collections::BTreeSet;

use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_model::check::check;
use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::compose::compose;
use euthymia_model::syntax::parse;
use pages::{Case, Shown};

/// What the crate says about a case.
fn found(case: &Case) -> Vec<Diagnostic> {
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    let mut models = Vec::new();
    for (index, text) in case.blocks("r").enumerate() {
        let source = Source::new(format!("{}", index + 1), text);
        let (file, problems) = parse(&source);
        let (model, more) = check(&file);
        assert!(
            model.is_none() || problems.is_empty(),
            "{}: half a model",
            case.name
        );
        diagnostics.extend(problems);
        diagnostics.extend(more);
        models.extend(model);
    }
    if case.blocks.len() > 1 && models.len() == case.blocks.len() {
        let constants = constants(case);
        let constants: Vec<(&str, f64)> = constants
            .iter()
            .map(|(name, value)| (name.as_str(), *value))
            .collect();
        let (model, more) = compose(&models, &constants);
        diagnostics.extend(more);
        models = model.into_iter().collect();
    }
    for model in &models {
        compile(model, &CompileOptions::default()).expect("a checked model compiles");
    }
    diagnostics
}

/// `constants: a = 1, b = 2`
fn constants(case: &Case) -> Vec<(String, f64)> {
    let lists = case
        .prose
        .iter()
        .filter_map(|line| line.strip_prefix("constants: "));
    let pairs = lists.flat_map(|list| list.split(','));
    pairs
        .map(|pair| {
            let (name, value) = pair.trim().split_once(" = ").unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

#[test]
fn every_case_gets_its_diagnostics() {
    let broken = pages::hold(&pages::about("r"), Shown::Fact, found);
    assert!(
        std::env::var_os("UPDATE_SUITE").is_some() || broken >= 40,
        "only {broken} broken models"
    );
}

#[test]
fn every_diagnostic_says_where_and_what_to_do() {
    for page in pages::about("r") {
        for case in pages::cases(&page) {
            for (index, text) in case.blocks("r").enumerate() {
                let (file, mut problems) = parse(&Source::new(index.to_string(), text));
                problems.extend(check(&file).1);
                for problem in problems {
                    assert!(
                        !problem.labels.is_empty(),
                        "{}: {problem:?} has no place",
                        case.name
                    );
                    let first = problem.message.chars().next().unwrap();
                    assert!(
                        !first.is_uppercase() && !problem.message.ends_with('.'),
                        "{}: {problem:?}",
                        case.name
                    );
                    let expects = problem.labels[0].message.contains("expected");
                    assert!(
                        expects || !problem.help.is_empty(),
                        "{}: {problem:?} offers no way out",
                        case.name
                    );
                }
            }
        }
    }
}

#[test]
fn every_code_is_explained_and_shown() {
    let used = pages::codes_of_crate('M');
    assert_eq!(pages::codes(&pages::text("README.md"), 'M'), used);
    let mut shown: BTreeSet<String> = BTreeSet::new();
    for page in pages::about("r") {
        shown.extend(pages::codes(&pages::text(&page), 'M'));
    }
    // A page with two hundred problems shows nobody anything; `robustness.rs` has it.
    shown.insert("M010".to_owned());
    // Only a model of tens of thousands of equations does not compile; `diagnose.rs` has it.
    shown.insert("M011".to_owned());
    assert_eq!(shown, used);
}
