//! The lines that a terminal shows.

mod fixture;

use euthymia_report::terminal::{Colour, table};

#[test]
fn a_dozen_lines_answer_the_question() {
    let text = table(&fixture::course(), 100, Colour::Plain);
    insta::assert_snapshot!(text);
}

#[test]
fn a_provisional_score_is_said_with_what_is_counted_from_it() {
    let mut result = fixture::course();
    assert!(!table(&result, 100, Colour::Plain).contains("Provisional"));
    let score = result
        .quantities
        .iter_mut()
        .find(|quantity| quantity.id == "score");
    score.unwrap().provisional = true;
    let text = table(&result, 100, Colour::Plain);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains(
            "Provisional the MADRS score, response and remission: the response model says so of itself"
        ),
        "{text}"
    );
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [40, 60, 72, 80, 100, 200] {
        for line in table(&fixture::course(), width, Colour::Plain).lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn colour_only_adds_styles_and_text_cannot() {
    let mut result = fixture::course();
    result.answer.sentence = "About \u{1b}[31m52 of 100.".to_owned();
    let plain = table(&result, 100, Colour::Plain);
    assert!(!plain.contains('\u{1b}'));
    let styled = table(&result, 100, Colour::Ansi);
    let mut stripped = styled.clone();
    for code in ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m"] {
        stripped = stripped.replace(code, "");
    }
    assert_ne!(styled, plain);
    assert_eq!(stripped, plain);
}

#[test]
fn a_result_with_a_hole_gives_the_sentence_alone() {
    let mut result = fixture::course();
    result.quantities[0].p50[0] = f64::NAN;
    assert_eq!(table(&result, 200, Colour::Plain).lines().count(), 1);
}
