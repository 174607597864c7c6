//! Whatever is typed into a course file, reading it ends, and a refusal says why and where.
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

/// Loaded once: every case of a property reads the same library.
static LIBRARY: LazyLock<Library> = LazyLock::new(support::whole_library);

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
            prop_assert!(!(course.is_some() && wrong), "a course and errors");
            found.extend(diagnostics);
            prop_assert!(course.is_some() || found.iter().any(Diagnostic::is_error));
        } else {
            prop_assert!(found.iter().any(Diagnostic::is_error));
        }
        for label in found.iter().flat_map(|one| &one.labels).filter(|label| label.source.name() == "course.toml") {
            prop_assert!(label.span.start <= label.span.end && label.span.end <= source_length);
        }
        let _ = render::text(&found, STYLE);
    }
}

/// Each of these once took minutes, or gave a message as long as the file.
#[test]
fn large_and_odd_courses_are_answered_briefly_and_soon() {
    let many = |line: &str| {
        (0..100_000)
            .map(|at| line.replace('N', &at.to_string()))
            .collect::<String>()
    };
    let dose = |text: &str| RIGHT.replace("0.5 mg/kg", text);
    let (open, close) = ("(".repeat(100_000), ")".repeat(100_000));
    for text in [
        many("kN = 1\n"),
        many("k = N\n"),
        many("kN = N N\n"),
        many("[tN]\n"),
        many("[[treatments]]\n"),
        format!("{RIGHT}times = [{}]\n", many("\"N h\",")),
        format!("title = \"{}\"\n{RIGHT}", "x".repeat(1_000_000)),
        format!("# {}\n{RIGHT}", "x".repeat(1_000_000)),
        dose(&format!("0.5 {open}mg{close}")),
        dose(&format!("0.5 mg{}", "/kg".repeat(100_000))),
        dose(&format!("{} mg", "9".repeat(100_000))),
        dose(&"m".repeat(100_000)),
        RIGHT.replace("madrs", &"m".repeat(100_000)),
        RIGHT.replace("horizon", &"horizon".repeat(20_000)),
        RIGHT.replace('\n', "\r"),
        String::new(),
    ] {
        let (document, mut found) = support::document("course.toml", &text);
        let course = document.and_then(|document| {
            let (course, more) = course::read(&document, &LIBRARY);
            found.extend(more);
            course
        });
        assert!(course.is_some() || found.iter().any(Diagnostic::is_error));
        let longest = found.iter().map(|one| one.message.len()).max().unwrap_or(0);
        assert!(longest < 2000, "{longest}");
        assert!(render::text(&found, STYLE).len() < 100_000);
    }
}

#[test]
fn line_ends_and_foreign_letters_change_nothing() {
    let read = |text: &str| {
        let (document, found) = support::document("course.toml", text);
        assert_eq!(found, []);
        let (course, found) = course::read(&document.unwrap(), &LIBRARY);
        assert_eq!(found, []);
        course.unwrap()
    };
    let (unix, windows) = (read(RIGHT), read(&RIGHT.replace('\n', "\r\n")));
    assert_eq!(
        (unix.title, unix.size, unix.horizon_h, unix.treatments.len()),
        (
            windows.title,
            windows.size,
            windows.horizon_h,
            windows.treatments.len()
        )
    );
    let title = "\u{5e6}\u{5dc}\u{5d9}\u{5dc}\u{5d5}\u{5ea} \u{202e}\u{1f60a}";
    let titled = RIGHT.replace("Racemic ketamine, twice weekly", title);
    assert_eq!(read(&titled).title, title);
}
