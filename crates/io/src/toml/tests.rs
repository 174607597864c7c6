//! Spans and values of what is read.

use euthymia_diagnostics::Source;
use euthymia_document::{Node, Value};

use super::document;

fn read(text: &str) -> (Source, Vec<(String, Node)>) {
    let source = Source::new("a.toml", text);
    let (document, diagnostics) = document(&source);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let entries = document.expect("a document").root.entries;
    (
        source,
        entries.into_iter().map(|entry| (entry.key, entry.node)).collect(),
    )
}

#[test]
fn every_value_knows_its_bytes_and_keys_keep_their_order() {
    let (source, entries) = read(
        "z = \"µ\" # first\r\na = 0x10\r\nf = -1.5e3\nb = false\nd = 2024-05-01\nl = [1, [2]]\n[t]\nx = 1\n[[u]]\n[[u]]\ny = {k = 'v'}\n",
    );
    let shown: Vec<(&str, &str)> = entries
        .iter()
        .map(|(key, node)| (key.as_str(), source.slice(node.span)))
        .collect();
    let expected = [
        ("z", "\"µ\""),
        ("a", "0x10"),
        ("f", "-1.5e3"),
        ("b", "false"),
        ("d", "2024-05-01"),
        ("l", "[1, [2]]"),
        ("t", "[t]"),
        ("u", "[[u]]"),
    ];
    assert_eq!(shown, expected);
    let values: Vec<&Value> = entries.iter().take(5).map(|(_, node)| &node.value).collect();
    assert_eq!(*values[0], Value::String("µ".to_owned()));
    assert_eq!(*values[1], Value::Integer(16));
    assert_eq!(*values[2], Value::Float(-1500.0));
    assert_eq!(*values[3], Value::Boolean(false));
    assert_eq!(*values[4], Value::Datetime("2024-05-01".to_owned()));
}

#[test]
fn dotted_keys_and_supertables_are_tables() {
    let (_, entries) = read("a.b = 1\n[c.d]\ne = 2\n");
    let table = |at: usize| match &entries[at].1.value {
        Value::Table(table) => table.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(table(0).entries[0].key, "b");
    assert_eq!(table(1).entries[0].key, "d");
}

#[test]
fn deep_nesting_is_refused_and_not_a_crash() {
    for text in [
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}1", "{a=".repeat(100_000)),
        format!("{} = 1", vec!["a"; 100_000].join(".")),
        format!("[{}]", vec!["a"; 100_000].join(".")),
    ] {
        let (_, diagnostics) = document(&Source::new("a.toml", text));
        assert!(!diagnostics.is_empty());
    }
}

#[test]
fn what_is_clear_is_kept_to_be_checked_further() {
    let keeps = |text: &str| document(&Source::new("a.toml", text)).0.is_some();
    assert!(keeps("dose = 0.5 mg/kg\n") && keeps("a = True\n") && keeps("a = 1\na = 2\n"));
    assert!(!keeps("title: \"a\"\n") && !keeps("a = [1\nb = 2\n") && !keeps("a =\n"));
}

#[test]
fn a_hundred_thousand_mistakes_are_told_briefly_and_soon() {
    for text in ["k 1\n", "k = 1\n", "k = a b\n", "[t]\n", "k = [1, 2\n"] {
        let (_, diagnostics) = document(&Source::new("a.toml", text.repeat(100_000)));
        assert!(
            (1..=102).contains(&diagnostics.len()),
            "{text}: {}",
            diagnostics.len()
        );
    }
}

#[test]
fn a_number_of_any_length_is_named_briefly() {
    let text = format!("a = {}\n", "9".repeat(100_000));
    let (found, diagnostics) = document(&Source::new("a.toml", text));
    assert!(found.is_some() && diagnostics.len() == 1);
    assert!(
        diagnostics[0].message.chars().count() < 80,
        "{}",
        diagnostics[0].message
    );
}
