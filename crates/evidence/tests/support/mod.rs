//! The evidence of the library, read from disk as the program does.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used)]

use std::path::Path;

use euthymia_diagnostics::Diagnostic;
use euthymia_document::{Document, Rows};
use euthymia_evidence::claims::{Definitions, Questions};
use euthymia_evidence::{Evidence, Tables, Words};

pub(crate) const CONDITIONS: [&str; 11] = [
    "mdd",
    "trd",
    "bipolar-depression",
    "ptsd",
    "gad-sad",
    "suicidality",
    "ocd",
    "aud",
    "oud",
    "mixed",
    "perioperative",
];

fn source(name: &str) -> euthymia_diagnostics::Source {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../library/evidence")
        .join(name);
    euthymia_io::read_source(path).unwrap()
}

fn rows(name: &str) -> Rows {
    let (rows, diagnostics) = euthymia_io::csv::rows(&source(name));
    assert_eq!(diagnostics, []);
    rows.unwrap()
}

/// Diagnostics in one line each.
pub(crate) fn told(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics
        .iter()
        .map(|diagnostic| {
            let place = diagnostic.labels.first().map_or_else(String::new, |label| {
                let position = label.source.position(label.span.start);
                format!("{}:{}:{} ", label.source.name(), position.line, position.column)
            });
            let help = diagnostic
                .help
                .first()
                .map_or_else(String::new, |help| format!(" [{help}]"));
            format!("{} {place}{}{help}", diagnostic.code, diagnostic.message)
        })
        .collect()
}

pub(crate) fn evidence() -> Evidence {
    let [studies, arms, outcomes, comparisons, pooled, review_data, claims] = [
        "studies.csv",
        "arms.csv",
        "outcomes.csv",
        "comparisons.csv",
        "pooled.csv",
        "review_data.csv",
        "claims.csv",
    ]
    .map(rows);
    let tables = Tables {
        studies: &studies,
        arms: &arms,
        outcomes: &outcomes,
        comparisons: &comparisons,
        pooled: &pooled,
        review_data: &review_data,
        claims: &claims,
        conditions: &CONDITIONS,
    };
    let (evidence, diagnostics) = Evidence::read(&tables);
    assert_eq!(told(&diagnostics), [""; 0]);
    evidence
}

pub(crate) fn document_of(name: &str, text: &str) -> Document {
    let (document, diagnostics) = euthymia_io::toml::document(&euthymia_diagnostics::Source::new(name, text));
    assert_eq!(told(&diagnostics), [""; 0]);
    document.unwrap()
}

fn document(name: &str) -> Document {
    document_of(name, source(name).text())
}

pub(crate) fn words() -> Words {
    let (words, diagnostics) = Words::read(&document("words.toml"));
    assert_eq!(told(&diagnostics), [""; 0]);
    words.unwrap()
}

pub(crate) fn definitions() -> Definitions {
    let (definitions, diagnostics) = Definitions::read(&document("claims.toml"));
    assert_eq!(told(&diagnostics), [""; 0]);
    definitions.unwrap()
}

pub(crate) fn questions() -> Questions {
    let (questions, diagnostics) = Questions::read(&document("questions.toml"));
    assert_eq!(told(&diagnostics), [""; 0]);
    questions.unwrap()
}

pub(crate) fn rebuilds() -> euthymia_evidence::Rebuilds {
    let (rebuilds, diagnostics) = euthymia_evidence::Rebuilds::read(&document("rebuild.toml"));
    assert_eq!(told(&diagnostics), [""; 0]);
    rebuilds.unwrap()
}
