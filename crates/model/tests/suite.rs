//! The literate suite: model texts in `suite/*.md` with the diagnostics they must get.
//!
//! A case is a second-level heading, one or more fenced blocks `r` (a model; several are composed in their order, with
//! what the heading's `constants:` line closes), and a block `diagnostics` with one line per diagnostic, in order:
//! `file:line:column code severity span text: message`. `UPDATE_SUITE=1 cargo test -p euthymia-model --test suite` writes
//! what is found into the files, to be read before it is committed.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use euthymia_diagnostics::{Diagnostic, Severity, Source};
use euthymia_model::check::check;
use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::compose::compose;
use euthymia_model::syntax::parse;

struct Case {
    name: String,
    models: Vec<String>,
    constants: Vec<(String, f64)>,
    expected: String,
}

/// Cuts a page into pieces: cases and, for rewriting, the lines around the expected blocks.
fn cases(page: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("## ") {
            let (models, constants, expected) = (Vec::new(), Vec::new(), String::new());
            cases.push(Case {
                name: name.to_owned(),
                models,
                constants,
                expected,
            });
        } else if let Some(list) = line.strip_prefix("constants: ") {
            let pairs = list.split(',').map(|pair| {
                let (name, value) = pair.trim().split_once(" = ").unwrap();
                (name.to_owned(), value.parse().unwrap())
            });
            cases.last_mut().unwrap().constants = pairs.collect();
        } else if let Some(kind) = line.strip_prefix("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let block = block.iter().fold(String::new(), |text, line| text + line + "\n");
            let case = cases.last_mut().expect("a block before the first heading");
            match kind {
                "r" => case.models.push(block),
                "diagnostics" => case.expected = block,
                other => panic!("block `{other}` in `{}`", case.name),
            }
        }
    }
    cases
}

/// What the crate says about a case.
fn found(case: &Case) -> String {
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    let mut models = Vec::new();
    for (index, text) in case.models.iter().enumerate() {
        let source = Source::new(format!("{}", index + 1), text.clone());
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
    if case.models.len() > 1 && models.len() == case.models.len() {
        let constants: Vec<(&str, f64)> = case
            .constants
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
    let several = case.models.len() > 1;
    diagnostics.iter().fold(String::new(), |mut text, diagnostic| {
        let severity = if diagnostic.severity == Severity::Error {
            "error"
        } else {
            "warning"
        };
        let place = diagnostic.labels.first().map(|label| {
            let position = label.source.position(label.span.start);
            let file = if several {
                format!("{}:", label.source.name())
            } else {
                String::new()
            };
            let shown = label.source.slice(label.span).replace('\n', "\\n");
            (format!("{file}{}:{}", position.line, position.column), shown)
        });
        let (at, shown) = place.unwrap_or_else(|| ("-".to_owned(), String::new()));
        writeln!(
            text,
            "{at} {} {severity} `{shown}`: {}",
            diagnostic.code, diagnostic.message
        )
        .unwrap();
        text
    })
}

fn pages() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../suite");
    let mut pages: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.retain(|page| page.file_name().is_some_and(|name| name != "README.md"));
    pages.sort();
    pages
}

/// Writes the diagnostics that were found into a page.
fn update(page: &str, found: &[String]) -> String {
    let mut text = String::new();
    let mut found = found.iter();
    let mut skipping = false;
    for line in page.lines() {
        if line == "```diagnostics" {
            text = text + line + "\n" + found.next().unwrap();
            skipping = true;
        } else {
            skipping &= line != "```";
            if !skipping {
                text = text + line + "\n";
            }
        }
    }
    text
}

#[test]
fn every_case_gets_its_diagnostics() {
    let (mut failures, mut broken) = (String::new(), 0);
    for path in pages() {
        let page = std::fs::read_to_string(&path).unwrap();
        let cases = cases(&page);
        let all: Vec<String> = cases.iter().map(found).collect();
        if std::env::var_os("UPDATE_SUITE").is_some() {
            std::fs::write(&path, update(&page, &all)).unwrap();
            continue;
        }
        for (case, found) in cases.iter().zip(&all) {
            broken += usize::from(case.expected.contains(" error "));
            if *found != case.expected {
                let file = path.file_name().unwrap().to_string_lossy();
                writeln!(
                    failures,
                    "{file}: {}\nexpected:\n{}found:\n{found}",
                    case.name, case.expected
                )
                .unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(
        std::env::var_os("UPDATE_SUITE").is_some() || broken >= 40,
        "only {broken} broken models"
    );
}

#[test]
fn every_diagnostic_says_where_and_what_to_do() {
    for path in pages() {
        for case in cases(&std::fs::read_to_string(&path).unwrap()) {
            for (index, text) in case.models.iter().enumerate() {
                let (file, mut problems) = parse(&Source::new(index.to_string(), text.clone()));
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

/// Codes (`M` and three digits) in a text.
fn codes(text: &str) -> BTreeSet<String> {
    let is_code = |word: &&str| {
        word.len() == 4 && word.starts_with('M') && word[1..].bytes().all(|byte| byte.is_ascii_digit())
    };
    text.split(|character: char| !character.is_ascii_alphanumeric())
        .filter(is_code)
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_code_is_explained_and_shown() {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut used = BTreeSet::new();
    for folder in [
        "src",
        "src/syntax",
        "src/check",
        "src/check/dimensions",
        "src/compile",
    ] {
        for entry in std::fs::read_dir(crate_folder.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                used.extend(codes(&std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    let explained = codes(&std::fs::read_to_string(crate_folder.join("../../suite/README.md")).unwrap());
    assert_eq!(explained, used);
    let mut shown: BTreeSet<String> = BTreeSet::new();
    for page in pages() {
        shown.extend(codes(&std::fs::read_to_string(page).unwrap()));
    }
    // A page with two hundred problems shows nobody anything; `robustness.rs` has it.
    shown.insert("M010".to_owned());
    // Only a model of tens of thousands of equations does not compile; `diagnose.rs` has it.
    shown.insert("M011".to_owned());
    assert_eq!(shown, used);
}
