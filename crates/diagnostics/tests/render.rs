//! What the renderers show for texts of every shape, and that none makes them panic.

use euthymia_diagnostics::render::{Style, html, json, text};
use euthymia_diagnostics::{Diagnostic, Severity, Source, Span};
use proptest::prelude::*;

const PLAIN: Style = Style {
    colour: false,
    width: 100,
};

fn course() -> Source {
    Source::new(
        "course.toml",
        "title = \"x\"\n\n[[treatments]]\ndose = \"0.5 mgs\"\ndrug = \"ketamin\"\n",
    )
}

fn wrong_unit() -> Diagnostic {
    Diagnostic::error("U002", "unknown unit `mgs`")
        .at(&course(), Span::new(40, 43), "no such unit")
        .note("`treatments[1].dose` is a dose such as \"0.5 mg/kg\"")
        .help("did you mean `mg`?")
}

#[test]
fn text_shows_the_place_the_reason_and_the_way_out() {
    let expected = "\
error[U002]: unknown unit `mgs`
 --> course.toml:4:13
  |
4 | dose = \"0.5 mgs\"
  |             ^^^ no such unit
  |
  = note: `treatments[1].dose` is a dose such as \"0.5 mg/kg\"
  = help: did you mean `mg`?

1 error
";
    assert_eq!(text(&[wrong_unit()], PLAIN), expected);
}

#[test]
fn two_texts_are_shown_one_after_the_other() {
    let other = Source::new("library/drugs/aspirin.toml", "moieties = [\"s\"]\n");
    let diagnostic = wrong_unit().at(&other, Span::new(0, 8), "this drug takes mg");
    let shown = text(&[diagnostic], PLAIN);
    assert!(shown.contains("::: library/drugs/aspirin.toml:1:1"), "{shown}");
    assert!(shown.contains("-------- this drug takes mg"), "{shown}");
}

#[test]
fn diagnostics_come_in_the_order_of_the_text_and_are_counted() {
    let early = Diagnostic::warning("D005", "early").at(&course(), Span::new(0, 5), "");
    let placeless = Diagnostic::error("I001", "placeless");
    let shown = text(&[wrong_unit(), early, placeless], PLAIN);
    let at = |part: &str| {
        shown
            .find(part)
            .unwrap_or_else(|| panic!("{part} not in {shown}"))
    };
    assert!(at("placeless") < at("early") && at("early") < at("mgs"));
    assert!(shown.ends_with("2 errors, 1 warning\n"), "{shown}");
}

#[test]
fn colour_adds_escapes_and_nothing_else() {
    let coloured = text(
        &[wrong_unit()],
        Style {
            colour: true,
            width: 100,
        },
    );
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some(escape) = rest.find('\u{1b}') {
        plain.push_str(&rest[..escape]);
        rest = &rest[escape..];
        rest = &rest[rest.find('m').unwrap() + 1..];
    }
    plain.push_str(rest);
    assert_ne!(coloured, plain);
    assert_eq!(plain, text(&[wrong_unit()], PLAIN));
}

#[test]
fn escapes_in_messages_do_not_reach_the_terminal() {
    let diagnostic = Diagnostic::error("D005", "unknown key `\u{1b}[31m`");
    assert!(text(&[diagnostic], PLAIN).contains("`\\u{1b}[31m`"));
}

#[test]
fn json_counts_from_one_and_in_characters() {
    let source = Source::new("a.toml", "\u{feff}ä = 1\r\nb = \"µg\"\r\n");
    let start = source.text().find('µ').unwrap();
    let diagnostic = Diagnostic::error("U002", "unit").at(&source, Span::new(start, start + 3), "here");
    let value: serde_json::Value = serde_json::from_str(&json(&[diagnostic])).unwrap();
    let label = &value[0]["labels"][0];
    assert_eq!(
        (label["line"].as_u64(), label["column"].as_u64()),
        (Some(2), Some(6))
    );
    assert_eq!(
        (label["end_line"].as_u64(), label["end_column"].as_u64()),
        (Some(2), Some(8))
    );
    assert_eq!(label["byte_start"].as_u64(), Some(start as u64));
    assert_eq!(value[0]["severity"], "error");
}

#[test]
fn html_is_escaped() {
    let source = Source::new("<b>.toml", "a = \"<script>\"\n\n\nb\n");
    let diagnostic = Diagnostic::warning("D003", "a & b").at(&source, Span::new(4, 14), "'quoted'");
    let shown = html(&[diagnostic]);
    assert!(
        shown.starts_with("<pre class=\"diagnostic warning\">warning[D003]: a &amp; b"),
        "{shown}"
    );
    assert!(
        shown.contains("&lt;script&gt;") && !shown.contains("<script>"),
        "{shown}"
    );
}

#[test]
fn nothing_is_said_of_nothing() {
    assert_eq!(text(&[], PLAIN), "");
    assert_eq!(json(&[]), "[]");
    assert_eq!(html(&[]), "");
}

/// Texts made of what is hard: tabs, line endings of all kinds, marks, wide, combining and invisible characters.
fn hard_text() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "a",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\r",
        "\u{feff}",
        "ä",
        "µ",
        "語",
        "e\u{301}",
        "\u{200d}",
        "👩‍⚕️",
        "\u{202e}",
        "\0",
        "\u{1b}[31m",
        "=",
        "\"",
        "{",
        "\u{2028}",
        "\u{7f}",
    ]);
    prop::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn no_text_and_no_span_makes_them_panic(
        body in hard_text(),
        other in hard_text(),
        spans in prop::collection::vec((0..40_usize, 0..40_usize, any::<bool>()), 0..4),
        message in hard_text(),
        width in 0..200_usize,
        colour in any::<bool>(),
    ) {
        let sources = [Source::new("a.toml", body), Source::new(message.clone(), other)];
        let mut diagnostic = Diagnostic::error("D001", message.clone()).note(message.clone()).help(message.clone());
        for (start, length, second) in spans {
            diagnostic = diagnostic.at(&sources[usize::from(second)], Span::new(start, start + length), message.clone());
        }
        let mut beyond = diagnostic.clone();
        beyond.severity = Severity::Note;
        beyond.labels.iter_mut().for_each(|label| label.span = Span { start: u32::MAX, end: 0 });
        let all = [diagnostic, beyond];
        let _ = text(&all, Style { colour, width });
        let _ = html(&all);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&json(&all)).is_ok());
    }
}
