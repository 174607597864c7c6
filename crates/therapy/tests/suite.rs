//! The literate suite of courses and of validation: files in `suite/*.md` with the diagnostics they must get.
//!
//! The block of a case is a whole file `toml`, or a change `diff` of the first one of the page.
//! `UPDATE_SUITE=1 cargo test -p euthymia-therapy --test suite` writes what is found into the page.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../../../suite/pages.rs"]
mod pages;
mod support;

use euthymia_diagnostics::Diagnostic;
use euthymia_therapy::{course, validation};
use pages::{Case, Shown};

/// The page about validation; the others with blocks `toml` are about courses.
const VALIDATION: &str = "validation.md";

/// The file of a case; `first` is the first of the page.
fn file(case: &Case, first: &mut String) -> String {
    if let Some(course) = case.blocks("toml").next() {
        if first.is_empty() {
            first.push_str(course);
        }
        return course.to_owned();
    }
    let changes = case.blocks("diff").next().unwrap().split("@@\n");
    changes.fold(first.clone(), |course, change| {
        let side = |left_out: char| {
            let kept = change.lines().filter(|line| !line.starts_with(left_out));
            kept.fold(String::new(), |text, line| {
                text + line.get(1..).unwrap_or("") + "\n"
            })
        };
        let (old, new) = (side('+'), side('-'));
        let count = course.matches(&old).count();
        assert_eq!(count, 1, "{}: `{old}` must be there once", case.name);
        course.replace(&old, &new)
    })
}

#[test]
fn every_case_gets_its_diagnostics() {
    let mut library = support::whole_library();
    // What can be taken beside is made up, so that the page does not change with what is known of it.
    let interactions = support::made_up_library().document("interactions.toml").cloned();
    library.add_document("interactions.toml", interactions.unwrap());
    let mut first = String::new();
    let mut pages = pages::about("toml");
    pages.retain(|page| page != VALIDATION);
    let broken = pages::hold(&pages, Shown::Everything, |case| {
        let (document, mut problems) = support::document("course.toml", &file(case, &mut first));
        let (mut read, mut wrong) = (false, false);
        if let Some(document) = document {
            let (course, more) = course::read(&document, &library);
            (read, wrong) = (course.is_some(), more.iter().any(Diagnostic::is_error));
            problems.extend(more);
        }
        assert!(!(read && wrong), "{}: a course and errors", case.name);
        let any = problems.iter().any(Diagnostic::is_error);
        assert!(read || any, "{}: neither a course nor an error", case.name);
        problems
    });
    assert!(broken >= 60, "only {broken} broken courses");
}

#[test]
fn every_case_of_validation_gets_its_diagnostics() {
    let library = support::whole_library();
    let mut first = String::new();
    let broken = pages::hold(&[VALIDATION.to_owned()], Shown::Everything, |case| {
        let (document, mut problems) = support::document("paper.toml", &file(case, &mut first));
        let read = document.and_then(|document| {
            let (study, more) = validation::read("paper", &document, &library);
            problems.extend(more);
            study
        });
        let wrong = problems.iter().any(Diagnostic::is_error);
        assert_eq!(read.is_none(), wrong, "{}", case.name);
        problems
    });
    assert!(broken >= 20, "only {broken} broken files");
}

#[test]
fn every_code_is_explained() {
    for letter in ['C', 'V'] {
        let used = pages::codes_of_crate(letter);
        assert_eq!(pages::codes(&pages::text("README.md"), letter), used);
    }
}
