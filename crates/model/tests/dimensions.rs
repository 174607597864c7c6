//! Units through the equations: no false alarm on what is shipped, mistakes found in it when they are put there, and
//! verdicts that do not depend on names, on the order of equations or on the scale of units.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::path::Path;

use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_model::check::check;
use euthymia_model::diagnose;
use euthymia_model::syntax::parse;
use proptest::prelude::*;

/// The diagnostics of this check for a text.
fn found(text: &str) -> Vec<Diagnostic> {
    let mut diagnostics = diagnose(&Source::new("model.R", text));
    diagnostics.retain(|diagnostic| diagnostic.code.starts_with("M07"));
    diagnostics
}

fn codes(text: &str) -> Vec<&'static str> {
    found(text).iter().map(|diagnostic| diagnostic.code).collect()
}

fn library(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../library/models");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The cases of the page that are of one file.
fn cases() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../suite/dimensions.md");
    let page = std::fs::read_to_string(page).unwrap();
    let blocks = |case: &str| {
        let parts = case.split("```r\n").skip(1);
        parts
            .map(|part| part.split("```").next().unwrap().to_owned())
            .collect::<Vec<String>>()
    };
    let cases: Vec<String> = page
        .split("\n## ")
        .map(blocks)
        .filter(|blocks| blocks.len() == 1)
        .flatten()
        .collect();
    assert!(cases.len() >= 45, "{}", cases.len());
    cases
}

/// Changes the words outside of quotes, or those inside of them.
fn with_words(text: &str, quoted: bool, change: impl Fn(&str) -> Option<String>) -> String {
    let mut changed = String::new();
    for (at, part) in text.split('"').enumerate() {
        changed.push_str(if at > 0 { "\"" } else { "" });
        if (at % 2 == 1) != quoted {
            changed.push_str(part);
            continue;
        }
        let is_word = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.');
        let mut rest = part;
        while !rest.is_empty() {
            let end = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            changed.push_str(&change(word).unwrap_or_else(|| word.to_owned()));
            let next = after.find(is_word).unwrap_or(after.len());
            changed.push_str(&after[..next]);
            rest = &after[next..];
        }
    }
    changed
}

/// The text with its lines of differential equations in another order.
fn with_equations(text: &str, order: impl Fn(usize) -> Vec<usize>) -> String {
    let is_equation = |line: &&str| line.trim_start().starts_with("d/dt(");
    let equations: Vec<&str> = text.lines().filter(is_equation).collect();
    let mut order = order(equations.len()).into_iter();
    let lines = text.lines().map(|line| {
        if is_equation(&line) {
            equations[order.next().unwrap()]
        } else {
            line
        }
    });
    lines.collect::<Vec<&str>>().join("\n") + "\n"
}

#[test]
fn what_is_shipped_has_no_mismatch() {
    for path in common::model_paths() {
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(found(&text), [], "{}", path.display());
    }
}

#[test]
fn a_wrong_label_in_a_shipped_model_is_found() {
    let (mut labels, mut missed) = (0, Vec::new());
    for name in [
        "otto-2021-s-ketamine.R",
        "simons-2022-s-ketamine.R",
        "perez-ruixo-2021-esketamine.R",
    ] {
        let text = library(name);
        for unit in ["(L/h)\"", "(L)\"", "(1/h)\""] {
            for (at, _) in text.match_indices(unit) {
                labels += 1;
                let wrong = format!("{}(mol){}", &text[..at], &text[at + unit.len() - 1..]);
                if found(&wrong).is_empty() {
                    let line = text[..at].lines().last().unwrap().trim();
                    missed.push(format!("{name}: {line}"));
                }
            }
        }
    }
    assert!(labels >= 40, "{labels}");
    assert_eq!(missed, Vec::<String>::new());
}

#[test]
fn names_do_not_matter() {
    for text in cases().into_iter().filter(|text| !text.contains("linCmt")) {
        let (file, _) = parse(&Source::new("model.R", text.clone()));
        let thetas = file.ini.iter().filter_map(|statement| match &statement.kind {
            euthymia_model::syntax::tree::IniKind::Theta(theta) => Some(theta.name.text.clone()),
            euthymia_model::syntax::tree::IniKind::Omega(_) => None,
        });
        let mut names: Vec<String> = thetas.collect();
        names.extend(["WT", "AGE", "CRCL", "cl", "x", "k", "peripheral"].map(str::to_owned));
        let renamed = with_words(&text, false, |word| {
            names
                .iter()
                .any(|name| name == word)
                .then(|| format!("{word}_other"))
        });
        assert_eq!(codes(&renamed), codes(&text), "{renamed}");
    }
}

#[test]
fn scales_do_not_matter() {
    for text in cases() {
        let scaled = with_words(&text, true, |word| {
            let other = match word {
                "mg" => "ug",
                "L" => "mL",
                "h" => "min",
                "y" | "years" => "wk",
                _ => return None,
            };
            Some(other.to_owned())
        });
        assert_eq!(codes(&scaled), codes(&text), "{scaled}");
    }
}

#[test]
fn both_sides_and_their_declarations_are_shown() {
    let text = "m <- function() {
  units <- list(time = \"h\", dosing = \"mg\")
  ini({
    lcl <- log(5); label(\"Clearance (L/h)\")
  })
  model({
    cl <- exp(lcl)
    d/dt(central) <- -cl*central
  })
}
";
    let diagnostics = found(text);
    let [only] = diagnostics.as_slice() else {
        panic!("{diagnostics:?}");
    };
    let shown: Vec<(&str, &str)> = only
        .labels
        .iter()
        .map(|label| (label.source.slice(label.span), label.message.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            ("-cl*central", "has L*mg/h"),
            ("d/dt(central)", "needs mg/h"),
            ("\"Clearance (L/h)\"", "`lcl` is in L/h"),
            ("\"mg\"", "`central` is in mg"),
            ("\"h\"", "`t` is in h"),
        ]
    );
}

/// Where the check could grow without bound: long chains, high powers, exponents that double.
#[test]
fn it_stays_quick_on_what_nobody_writes() {
    let mut equations = String::new();
    for index in 0..3000 {
        let before = if index == 0 {
            "a".to_owned()
        } else {
            format!("y{}", index - 1)
        };
        equations +=
            &format!("y{index} <- {before}*{before}^0.7 + x\nd/dt(z{index}) <- {before} - z{index}\n");
    }
    for index in 0..40 {
        let before = if index == 0 {
            "a".to_owned()
        } else {
            format!("w{}", index - 1)
        };
        equations += &format!(
            "w{index} <- {before} + {before}\nif (x > {index}) {{\ny <- x*{before}\n}} else if (x > 0.5) {{\ny <- y + 1\n}}\nu{index} <- exp(w{index})\nv{index} <- {before}^n + exp({before}^n)\n"
        );
    }
    let text = format!(
        "m <- function() {{\nini({{\na <- 1; label(\"A (mg)\")\nn <- 2\n}})\nmodel({{\nd/dt(x) <- -a*x\n{equations}}})\n}}\n"
    );
    let started = std::time::Instant::now();
    let (file, _) = parse(&Source::new("model.R", text));
    let (model, _) = check(&file);
    assert!(model.is_none());
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_order_of_equations_does_not_matter(
        wrong in any::<prop::sample::Index>(),
        keys in prop::collection::vec(any::<u64>(), 40),
    ) {
        let text = library("simons-2022-s-ketamine.R");
        let labels: Vec<usize> = text.match_indices("(L/h)\"").map(|(at, _)| at).collect();
        let at = labels[wrong.index(labels.len())];
        let wrong = format!("{}(L){}", &text[..at], &text[at + 5..]);
        for text in [text, wrong] {
            let shuffled = with_equations(&text, |count| {
                let mut order: Vec<usize> = (0..count).collect();
                order.sort_by_key(|index| keys[*index]);
                order
            });
            prop_assert_eq!(found(&shuffled).is_empty(), found(&text).is_empty(), "{}", shuffled);
        }
    }

    #[test]
    fn the_order_of_equations_does_not_matter_to_the_suite(keys in prop::collection::vec(any::<u64>(), 40)) {
        for text in cases() {
            let shuffled = with_equations(&text, |count| {
                let mut order: Vec<usize> = (0..count).collect();
                order.sort_by_key(|index| keys[*index]);
                order
            });
            prop_assert_eq!(found(&shuffled).is_empty(), found(&text).is_empty(), "{}", shuffled);
        }
    }
}
