//! Every kind of mistake in a course file is found, at its place, in one pass, with a way out.
//!
//! Each case changes one thing of a right course and names the code expected and the text under the caret; the
//! rendered messages are kept in one snapshot, to be read as a person would.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use euthymia_diagnostics::{Diagnostic, render};
use euthymia_therapy::course;
use euthymia_therapy::library::Library;
use proptest::prelude::*;
use std::sync::LazyLock;

const STYLE: render::Style = render::Style {
    colour: false,
    width: 140,
};

const RIGHT: &str = r#"title = "Racemic ketamine, twice weekly"
condition = "trd"
horizon = "12 wk"
blinding = "open-label"

[population]
size = 2000
age = { mean = "46 y", sd = "12 y", min = "18 y", max = "75 y" }
female = { proportion = 0.6 }
baseline = { instrument = "madrs", mean = 33, sd = 5, min = 20, max = 60 }

[population.weight]
female = { mean = "77 kg", sd = "20 kg" }
male = { mean = "90 kg", sd = "20 kg" }
min = "40 kg"
max = "160 kg"

[[treatments]]
drug = "racemic-ketamine"
route = "iv"
dose = "0.5 mg/kg"
infusion = "40 min"
every = "3.5 d"
count = 8

[background]
antidepressant = "stable"

[psychotherapy]
kind = "cbt"
every = "7 d"
count = 8

[report]
quantities = ["ketamine", "score"]
"#;

/// What is changed, the expected code, the text under the caret.
struct Case {
    name: &'static str,
    from: &'static str,
    to: &'static str,
    code: &'static str,
    under: &'static str,
}

const fn case(
    name: &'static str,
    from: &'static str,
    to: &'static str,
    code: &'static str,
    under: &'static str,
) -> Case {
    Case {
        name,
        from,
        to,
        code,
        under,
    }
}

const CASES: &[Case] = &[
    case("a string without its end", "\"trd\"", "\"trd", "D001", "\"trd"),
    case(
        "no title",
        "title = \"Racemic ketamine, twice weekly\"\n",
        "",
        "D004",
        "",
    ),
    case(
        "a title that is a number",
        "\"Racemic ketamine, twice weekly\"",
        "7",
        "D003",
        "7",
    ),
    case("an unknown key", "condition =", "conditon =", "D005", "conditon"),
    case(
        "a horizon without a unit",
        "\"12 wk\"",
        "\"12\"",
        "D010",
        "\"12\"",
    ),
    case("a horizon that is a number", "\"12 wk\"", "12", "D010", "12"),
    case(
        "a unit that does not exist",
        "\"12 wk\"",
        "\"12 wks\"",
        "U002",
        "wks",
    ),
    case("an ambiguous unit", "\"12 wk\"", "\"3 mo\"", "U008", "mo"),
    case("a horizon that is a mass", "\"12 wk\"", "\"12 kg\"", "D010", "kg"),
    case(
        "a horizon of ten years",
        "\"12 wk\"",
        "\"10 y\"",
        "C001",
        "\"10 y\"",
    ),
    case(
        "an unknown setting",
        "\"open-label\"",
        "\"open\"",
        "D007",
        "\"open\"",
    ),
    case(
        "a response model that does not exist",
        "blinding =",
        "response = \"provisonal\"\nblinding =",
        "D007",
        "\"provisonal\"",
    ),
    case(
        "population and patient",
        "[background]",
        "[patient]\nage = \"40 y\"\n\n[background]",
        "D008",
        "patient",
    ),
    case(
        "a misspelt table",
        "[population.weight]",
        "[population.wieght]",
        "D005",
        "wieght",
    ),
    case("no patients at all", "size = 2000", "size = 0", "D006", "0"),
    case("half a patient", "size = 2000", "size = 2000.5", "D003", "2000.5"),
    case("a negative age", "\"46 y\"", "\"-46 y\"", "D006", "\"-46 y\""),
    case("an age in kilograms", "\"46 y\"", "\"46 kg\"", "D010", "kg"),
    case(
        "an age nobody has",
        "max = \"75 y\"",
        "max = \"750 y\"",
        "C024",
        "\"750 y\"",
    ),
    case(
        "cut-offs in the wrong order",
        "min = \"18 y\"",
        "min = \"80 y\"",
        "C030",
        "\"80 y\"",
    ),
    case(
        "nobody between the cut-offs",
        "sd = \"12 y\", min = \"18 y\"",
        "sd = \"1 y\", min = \"70 y\"",
        "C031",
        "\"46 y\"",
    ),
    case(
        "a proportion over 100 %",
        "proportion = 0.6",
        "proportion = \"140 %\"",
        "C010",
        "\"140 %\"",
    ),
    case(
        "a negative proportion",
        "proportion = 0.6",
        "proportion = -0.1",
        "D006",
        "-0.1",
    ),
    case(
        "more Japanese than Asian people",
        "female = { proportion = 0.6 }",
        "female = { proportion = 0.6 }\nancestry = { asian = 0.1, japanese = 0.2 }",
        "C032",
        "0.2",
    ),
    case(
        "a weight in grams",
        "min = \"40 kg\"",
        "min = \"40 g\"",
        "C024",
        "\"40 g\"",
    ),
    case(
        "an instrument that does not exist",
        "\"madrs\"",
        "\"mardrs\"",
        "D007",
        "\"mardrs\"",
    ),
    case(
        "a baseline outside the instrument",
        "mean = 33",
        "mean = 73",
        "C033",
        "73",
    ),
    case("a spread of zero", "sd = 5", "sd = 0", "D006", "0"),
    case(
        "correlations that cannot hold together",
        "[[treatments]]",
        "[[population.correlations]]\nbetween = [\"weight\", \"age\"]\nr = 0.9\n[[population.correlations]]\nbetween = [\"age\", \"baseline\"]\nr = 0.9\n[[population.correlations]]\nbetween = [\"weight\", \"baseline\"]\nr = -0.9\n\n[[treatments]]",
        "C035",
        "[[population.correlations]]",
    ),
    case(
        "a correlation with itself",
        "[[treatments]]",
        "[[population.correlations]]\nbetween = [\"age\", \"age\"]\nr = 0.1\n\n[[treatments]]",
        "C034",
        "[\"age\", \"age\"]",
    ),
    case(
        "a correlation above 1",
        "[[treatments]]",
        "[[population.correlations]]\nbetween = [\"age\", \"weight\"]\nr = 1.5\n\n[[treatments]]",
        "D006",
        "1.5",
    ),
    case(
        "a treatment in single brackets",
        "[[treatments]]",
        "[treatments]",
        "D003",
        "[treatments]",
    ),
    case(
        "a drug that does not exist",
        "\"racemic-ketamine\"",
        "\"racemic-ketamin\"",
        "D007",
        "\"racemic-ketamin\"",
    ),
    case(
        "a route the drug has not",
        "\"iv\"",
        "\"rectal\"",
        "D007",
        "\"rectal\"",
    ),
    case("no dose", "dose = \"0.5 mg/kg\"\n", "", "D004", "[[treatments]]"),
    case("a dose without a unit", "\"0.5 mg/kg\"", "0.5", "D010", "0.5"),
    case(
        "a dose in a unit not for doses",
        "\"0.5 mg/kg\"",
        "\"0.5 mL\"",
        "D010",
        "mL",
    ),
    case(
        "a dose per surface",
        "\"0.5 mg/kg\"",
        "\"0.5 mg/m^2\"",
        "D010",
        "mg/m^2",
    ),
    case(
        "a dose of zero",
        "\"0.5 mg/kg\"",
        "\"0 mg/kg\"",
        "D006",
        "\"0 mg/kg\"",
    ),
    case(
        "a negative dose",
        "\"0.5 mg/kg\"",
        "\"-0.5 mg/kg\"",
        "D006",
        "\"-0.5 mg/kg\"",
    ),
    case(
        "a dose that is very large",
        "\"0.5 mg/kg\"",
        "\"0.5 g/kg\"",
        "C023",
        "\"0.5 g/kg\"",
    ),
    case(
        "infusions that overlap",
        "\"40 min\"",
        "\"5 d\"",
        "C025",
        "\"3.5 d\"",
    ),
    case(
        "half a device",
        "drug = \"racemic-ketamine\"\nroute = \"iv\"\ndose = \"0.5 mg/kg\"\ninfusion = \"40 min\"",
        "drug = \"esketamine\"\nroute = \"in\"\ndose = \"70 mg\"",
        "C020",
        "\"70 mg\"",
    ),
    case(
        "devices by weight",
        "drug = \"racemic-ketamine\"\nroute = \"iv\"\ndose = \"0.5 mg/kg\"\ninfusion = \"40 min\"",
        "drug = \"esketamine\"\nroute = \"in\"\ndose = \"0.5 mg/kg\"",
        "D010",
        "mg/kg",
    ),
    case(
        "an infusion of a spray",
        "drug = \"racemic-ketamine\"\nroute = \"iv\"\ndose = \"0.5 mg/kg\"",
        "drug = \"esketamine\"\nroute = \"in\"\ndose = \"56 mg\"",
        "C021",
        "\"40 min\"",
    ),
    case(
        "an infusion time that is a dose",
        "\"40 min\"",
        "\"40 mg\"",
        "D010",
        "mg",
    ),
    case(
        "a count without an interval",
        "every = \"3.5 d\"\ncount = 8\n\n[b",
        "count = 8\n\n[b",
        "C011",
        "8",
    ),
    case(
        "an interval without a count",
        "every = \"3.5 d\"\ncount = 8\n\n[b",
        "every = \"3.5 d\"\n\n[b",
        "C011",
        "\"3.5 d\"",
    ),
    case("an interval of zero", "\"3.5 d\"", "\"0 d\"", "D006", "\"0 d\""),
    case(
        "too many doses",
        "count = 8\n\n[b",
        "count = 100000\n\n[b",
        "D006",
        "100000",
    ),
    case(
        "doses after the horizon",
        "count = 8\n\n[b",
        "count = 80\n\n[b",
        "C014",
        "80",
    ),
    case(
        "two kinds of schedule",
        "count = 8\n\n[b",
        "count = 8\ntimes = [\"0 d\", \"3 d\"]\n\n[b",
        "D008",
        "times",
    ),
    case(
        "times that do not increase",
        "every = \"3.5 d\"\ncount = 8\n\n[b",
        "times = [\"0 d\", \"7 d\", \"3 d\"]\n\n[b",
        "C013",
        "[\"0 d\", \"7 d\", \"3 d\"]",
    ),
    case(
        "an unknown weekday",
        "every = \"3.5 d\"\ncount = 8\n\n[b",
        "weekdays = [\"mon\", \"thr\"]\nweeks = 4\n\n[b",
        "D007",
        "\"thr\"",
    ),
    case(
        "a weekday listed twice",
        "every = \"3.5 d\"\ncount = 8\n\n[b",
        "weekdays = [\"mon\", \"mon\"]\nweeks = 4\n\n[b",
        "C012",
        "[\"mon\", \"mon\"]",
    ),
    case(
        "weekdays without weeks",
        "every = \"3.5 d\"\ncount = 8\n\n[b",
        "weekdays = [\"mon\", \"thu\"]\n\n[b",
        "C011",
        "[\"mon\", \"thu\"]",
    ),
    case(
        "an unknown antidepressant setting",
        "\"stable\"",
        "\"steady\"",
        "D007",
        "\"steady\"",
    ),
    case(
        "an unknown kind of psychotherapy",
        "\"cbt\"",
        "\"cbtt\"",
        "D007",
        "\"cbtt\"",
    ),
    case(
        "psychotherapy after the horizon",
        "every = \"7 d\"\ncount = 8",
        "every = \"7 d\"\ncount = 20",
        "C014",
        "20",
    ),
    case(
        "a grid that goes back",
        "[report]",
        "[report]\ngrid = [{ every = \"1 d\", until = \"4 wk\" }, { every = \"1 h\", until = \"2 d\" }]",
        "C040",
        "[{ every = \"1 d\", until = \"4 wk\" }, { every = \"1 h\", until = \"2 d\" }]",
    ),
    case(
        "a grid that is too fine",
        "[report]",
        "[report]\ngrid = [{ every = \"1 s\", until = \"12 wk\" }]",
        "C041",
        "[{ every = \"1 s\", until = \"12 wk\" }]",
    ),
    case(
        "a reported time after the horizon",
        "[report]",
        "[report]\ntimes = [\"1 y\"]",
        "C042",
        "[\"1 y\"]",
    ),
    case(
        "an unknown table",
        "[background]",
        "[backgroud]",
        "D005",
        "backgroud",
    ),
    case(
        "a condition that the response model does not cover",
        "\"trd\"",
        "\"ptsd\"",
        "C050",
        "\"ptsd\"",
    ),
    case(
        "another such condition",
        "\"trd\"",
        "\"anxiety\"",
        "C050",
        "\"anxiety\"",
    ),
    case(
        "a quantity that no model reports",
        "\"ketamine\", ",
        "\"ketamin\", ",
        "C051",
        "\"ketamin\"",
    ),
    case(
        "an arm that no trial has",
        "[report]",
        "[[observed]]\nstudy = \"fava-2020\"\narm = \"ket5\"\n\n[report]",
        "C052",
        "\"ket5\"",
    ),
    case(
        "a study that nobody made",
        "[report]",
        "[[observed]]\nstudy = \"fava-2002\"\narm = \"ket05\"\n\n[report]",
        "C052",
        "\"fava-2002\"",
    ),
    case(
        "an end of an observed arm without a unit",
        "[report]",
        "[[observed]]\nstudy = \"su-2017\"\narm = \"ket05\"\nuntil = 3\n\n[report]",
        "D010",
        "3",
    ),
    case(
        "a quantity listed twice",
        "\"ketamine\", ",
        "\"score\", ",
        "C043",
        "\"score\"",
    ),
    case(
        "a dose beyond any person",
        "\"0.5 mg/kg\"",
        "\"1e300 mg/kg\"",
        "C023",
        "\"1e300 mg/kg\"",
    ),
    case(
        "an infusion of no length",
        "\"40 min\"",
        "\"1e-9 min\"",
        "C026",
        "\"1e-9 min\"",
    ),
    case(
        "more devices than a session takes",
        "drug = \"racemic-ketamine\"\nroute = \"iv\"\ndose = \"0.5 mg/kg\"\ninfusion = \"40 min\"",
        "drug = \"esketamine\"\nroute = \"in\"\ndose = \"28 g\"",
        "C020",
        "\"28 g\"",
    ),
    case(
        "a correlation given twice",
        "[[treatments]]",
        "[[population.correlations]]\nbetween = [\"age\", \"weight\"]\nr = 0.1\n\n[[population.correlations]]\nbetween = \
         [\"weight\", \"age\"]\nr = 0.2\n\n[[treatments]]",
        "C034",
        "[\"weight\", \"age\"]",
    ),
    case(
        "a mean outside its cut-offs",
        "mean = \"46 y\"",
        "mean = \"90 y\"",
        "C031",
        "\"90 y\"",
    ),
    case(
        "a source that the library has not",
        "proportion = 0.6",
        "proportion = 0.6, source = \"nhanse-2016\", grade = \"seen\"",
        "L033",
        "\"nhanse-2016\"",
    ),
    case(
        "a source without a grade",
        "proportion = 0.6",
        "proportion = 0.6, source = \"nhanes-2016\"",
        "L032",
        "\"nhanes-2016\"",
    ),
];

fn library() -> Library {
    const FILES: &[&str] = &[
        "drugs/racemic-ketamine.toml",
        "drugs/esketamine.toml",
        "drugs/saline.toml",
        "instruments/madrs.toml",
        "instruments/hamd17.toml",
        "response/provisional.R",
        "sources.toml",
    ];
    support::library_of(|path| {
        FILES.contains(&path) || path.starts_with("models/") || path.starts_with("evidence/")
    })
}

fn diagnostics(text: &str, library: &Library) -> Vec<Diagnostic> {
    let (document, mut diagnostics) = support::document("course.toml", text);
    if let Some(document) = document {
        diagnostics.extend(course::read(&document, library).1);
    }
    diagnostics
}

#[test]
fn the_right_course_is_right() {
    assert_eq!(diagnostics(RIGHT, &library()), []);
}

#[test]
fn every_mistake_is_found_at_its_place() {
    let library = library();
    let mut rendered = String::new();
    let mut failures = String::new();
    for case in CASES {
        assert_eq!(
            RIGHT.matches(case.from).count(),
            1,
            "{}: `{}` must be there once",
            case.name,
            case.from
        );
        let found = diagnostics(&RIGHT.replace(case.from, case.to), &library);
        let text = format!("== {} ==\n{}\n", case.name, render::text(&found, STYLE));
        let places: Vec<(&str, &str)> = found
            .iter()
            .flat_map(|one| one.labels.first().map(|at| (one.code, at.source.slice(at.span))))
            .collect();
        // One mistake, one message, at its place.
        if places != [(case.code, case.under)] {
            failures += &format!("expected {} at `{}`\n{text}", case.code, case.under);
        }
        rendered += &text;
    }
    assert!(failures.is_empty(), "{failures}");
    insta::assert_snapshot!(rendered);
}

#[test]
fn all_mistakes_are_found_in_one_pass() {
    let text = RIGHT
        .replace("\"12 wk\"", "\"12 kg\"")
        .replace("\"iv\"", "\"rectal\"")
        .replace("mean = 33", "mean = 73")
        .replace("\"cbt\"", "\"cbtt\"")
        .replace("size = 2000", "size = 0")
        .replace("[report]", "[reprot]");
    let found = diagnostics(&text, &library());
    let codes: Vec<&str> = found.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes.len(), 6, "{}", render::text(&found, STYLE));
}

/// Loaded once: every case of a property reads the same library.
static LIBRARY: LazyLock<Library> = LazyLock::new(library);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is typed into a right course, reading it ends, and a course that is refused says why and where.
    #[test]
    fn no_text_is_refused_without_a_reason(
        at in 0..RIGHT.len(),
        length in 0..12_usize,
        typed in r#"[ -~\n\u{b5}\u{1f60a}]{0,8}"#,
    ) {
        let end = (at + length).min(RIGHT.len());
        let text = [&RIGHT[..at], &typed, &RIGHT[end..]].concat();
        let source_length = text.len() as u32;
        let (document, mut found) = support::document("course.toml", &text);
        if let Some(document) = document {
            let (course, diagnostics) = course::read(&document, &LIBRARY);
            let wrong = diagnostics.iter().any(Diagnostic::is_error);
            prop_assert_eq!(course.is_none(), wrong, "a course without errors, or errors");
            found.extend(diagnostics);
        } else {
            prop_assert!(found.iter().any(Diagnostic::is_error));
        }
        for label in found.iter().flat_map(|one| &one.labels).filter(|label| label.source.name() == "course.toml") {
            prop_assert!(label.span.start <= label.span.end && label.span.end <= source_length);
        }
        let _ = render::text(&found, STYLE);
    }
}
