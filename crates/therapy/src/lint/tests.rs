use super::*;
use crate::sources::{Citation, Seen};
use euthymia_diagnostics::Source;

fn sources() -> Sources {
    let citation = Citation {
        citation: "A".to_owned(),
        doi: None,
        url: None,
        seen: Seen::Primary,
        note: None,
    };
    [("simons-2022".to_owned(), citation)].into_iter().collect()
}

/// Codes and the text pointed at.
fn found(text: &str) -> Vec<(&'static str, String)> {
    let source = Source::new("model.R", text);
    let diagnostics = model::check(&source, &sources());
    diagnostics
        .iter()
        .map(|diagnostic| {
            let label = &diagnostic.labels[0];
            (diagnostic.code, label.source.slice(label.span).to_owned())
        })
        .collect()
}

#[test]
fn a_number_needs_a_comment() {
    assert_eq!(found("x <- 2.5\n"), [("L030", "2.5".to_owned())]);
    assert_eq!(found("x <- 2.5 # [seen] simons-2022: Table 4\n"), []);
    assert_eq!(found("x <- .5e-3\n"), [("L030", ".5e-3".to_owned())]);
    assert_eq!(found("x <- y + 1 - 0 * 1.0\n"), []);
}

#[test]
fn numbers_in_names_texts_and_comments_do_not_count() {
    assert_eq!(found("x1 <- v2_s + log10(k21)\n"), []);
    assert_eq!(found("label(\"per 70 kg, a patient's\") # 70\n"), []);
    assert_eq!(
        found("d <- \"over\nlines 12\"\ny <- 3\n"),
        [("L030", "3".to_owned())]
    );
    assert_eq!(found("'quo\\'te 4' # it's 5\n"), []);
}

#[test]
fn a_comment_has_a_grade_a_key_and_a_locator() {
    let code = |comment: &str| {
        found(&format!("x <- 2 {comment}\n"))
            .first()
            .map(|(code, _)| *code)
    };
    assert_eq!(code("# Table 4"), Some("L031"));
    assert_eq!(code("# [sen] simons-2022: Table 4"), Some("L031"));
    assert_eq!(code("# [seen] simons-2022"), Some("L031"));
    assert_eq!(code("# [seen] simons-2022:"), Some("L031"));
    assert_eq!(code("# [seen] simmons-2022: Table 4"), Some("L033"));
    assert_eq!(code("# [derived] simons-2022: 2 x 1"), None);
}

fn found_in_toml(path: &str, text: &str) -> Vec<(&'static str, String)> {
    let document = euthymia_io::toml::document(&Source::new(path, text)).0.unwrap();
    let mut diagnostics = Vec::new();
    toml::check(path, &document, &sources(), &mut diagnostics);
    diagnostics
        .iter()
        .map(|diagnostic| {
            let label = &diagnostic.labels[0];
            (diagnostic.code, label.source.slice(label.span).to_owned())
        })
        .collect()
}

#[test]
fn a_table_says_where_its_numbers_come_from() {
    let one = |text| found_in_toml("drugs/a.toml", text);
    assert_eq!(one("[a]\nx = 2\n"), [("L030", "2".to_owned())]);
    assert_eq!(one("[a]\nx = \"28 mg\"\n"), [("L030", "\"28 mg\"".to_owned())]);
    assert_eq!(one("[a]\nname = \"28 mg\"\n"), []);
    assert_eq!(
        one("[a]\nx = [[1, 2]]\nsource = \"simons-2022\"\ngrade = \"seen\"\n"),
        []
    );
    assert_eq!(
        one("[a]\nsource = \"simons-2022\"\ngrade = \"seen\"\n[a.b]\nx = 2\n"),
        []
    );
    assert_eq!(
        one("[a]\nx = 2\nsource = \"simons-2022\"\n"),
        [("L032", "\"simons-2022\"".to_owned()), ("L030", "2".to_owned())]
    );
    assert_eq!(
        one("[a]\nsource = \"simon-2022\"\ngrade = \"seen\"\n"),
        [("L033", "\"simon-2022\"".to_owned())]
    );
}

#[test]
fn what_a_course_chooses_needs_no_source() {
    let one = |text| found_in_toml("courses/a.toml", text);
    assert_eq!(
        one("horizon = \"12 wk\"\n[[treatments]]\ndose = \"84 mg\"\n[population]\nsize = 20\n"),
        []
    );
    assert_eq!(
        one("[population]\nfemale = { proportion = 0.6 }\n"),
        [("L030", "0.6".to_owned())]
    );
}
