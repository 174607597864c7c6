//! The library as it is shipped: every number says where it comes from, every file is right.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use euthymia_diagnostics::render;
use euthymia_therapy::{course, lint};

const STYLE: render::Style = render::Style {
    colour: false,
    width: 140,
};

#[test]
fn every_number_has_a_source_and_a_grade() {
    let diagnostics = lint::lint(&support::whole_library());
    assert!(diagnostics.is_empty(), "{}", render::text(&diagnostics, STYLE));
}

#[test]
fn every_course_drug_and_instrument_is_right() {
    let library = support::whole_library();
    let stems = library.stems("courses", ".toml");
    assert!(stems.len() >= 8, "the courses are there");
    for stem in stems {
        let document = library.document(&format!("courses/{stem}.toml")).unwrap();
        let (course, diagnostics) = course::read(document, &library);
        assert!(diagnostics.is_empty(), "{}", render::text(&diagnostics, STYLE));
        assert!(course.is_some(), "{stem}");
    }
    for stem in library.stems("drugs", ".toml") {
        assert_eq!(library.drug(&stem).err(), None, "{stem}");
    }
    for stem in library.stems("instruments", ".toml") {
        assert_eq!(library.instrument(&stem).err(), None, "{stem}");
    }
}
