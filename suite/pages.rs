//! The pages of the suite as the tests read them: cases, what is said of each, and the pages kept up to date.
//!
//! A case is a second-level heading with fenced blocks and one block `diagnostics`: a line for each diagnostic, in order,
//! with place, code, severity, the text pointed at and the message. Tests of the crates include this file by its path.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use euthymia_diagnostics::{Diagnostic, Label, Severity};

/// A heading and what stands below it.
pub(crate) struct Case {
    pub(crate) name: String,
    /// What follows the backquotes, and the text.
    pub(crate) blocks: Vec<(String, String)>,
    /// Lines outside of blocks.
    pub(crate) prose: Vec<String>,
    expected: Option<String>,
}

impl Case {
    /// The texts of the blocks of one kind.
    pub(crate) fn blocks(&self, kind: &str) -> impl Iterator<Item = &str> {
        let of_kind = move |block: &&(String, String)| block.0 == kind;
        self.blocks.iter().filter(of_kind).map(|(_, text)| text.as_str())
    }

    /// What the page has of the case.
    pub(crate) fn expected(&self) -> &str {
        self.expected.as_deref().unwrap()
    }
}

/// How much of a diagnostic a page shows.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Shown {
    /// One line.
    Fact,
    /// Also what is said at the place, of other places, and the way out.
    Everything,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../suite")
}

/// The text of a page, or of `README.md`.
pub(crate) fn text(page: &str) -> String {
    std::fs::read_to_string(folder().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// The pages about one kind of text, by its language: `r`, `csv` or `toml`. Those about tables hold models too.
pub(crate) fn about(language: &str) -> Vec<String> {
    let mut pages: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter(|name| name.ends_with(".md") && name != "README.md")
        .collect();
    pages.retain(|page| {
        let text = text(page);
        let holds = |language: &&str| text.contains(&format!("\n```{language}\n"));
        ["toml", "csv", "r"].iter().find(|found| holds(found)) == Some(&language)
    });
    pages.sort();
    assert!(!pages.is_empty(), "no page about `{language}`");
    pages
}

/// Cuts a page into its cases.
pub(crate) fn cases(page: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let text = text(page);
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("## ") {
            cases.push(Case {
                name: name.to_owned(),
                blocks: Vec::new(),
                prose: Vec::new(),
                expected: None,
            });
        } else if let Some(case) = cases.last_mut() {
            if let Some(kind) = line.strip_prefix("```") {
                let block = lines.by_ref().take_while(|line| *line != "```");
                let block = block.fold(String::new(), |text, line| text + line + "\n");
                match kind {
                    "diagnostics" => assert!(case.expected.replace(block).is_none(), "{}", case.name),
                    _ => case.blocks.push((kind.to_owned(), block)),
                }
            } else {
                case.prose.push(line.to_owned());
            }
        }
    }
    for case in &cases {
        assert!(case.expected.is_some(), "{page}: {} expects nothing", case.name);
    }
    cases
}

/// Holds the pages to what `found` says of each case, and answers how many cases have an error. With `UPDATE_SUITE` the
/// pages are written instead, to be read before they are kept.
pub(crate) fn hold(pages: &[String], shown: Shown, mut found: impl FnMut(&Case) -> Vec<Diagnostic>) -> usize {
    let (mut failures, mut broken) = (String::new(), 0);
    for page in pages {
        let cases = cases(page);
        let mut said = Vec::new();
        for case in &cases {
            let diagnostics = found(case);
            broken += usize::from(diagnostics.iter().any(Diagnostic::is_error));
            let several = case.blocks.len() > 1;
            said.push(diagnostics.iter().fold(String::new(), |text, diagnostic| {
                text + &lines(diagnostic, several, shown)
            }));
        }
        if std::env::var_os("UPDATE_SUITE").is_some() {
            std::fs::write(folder().join(page), updated(&text(page), &said)).unwrap();
            continue;
        }
        for (case, said) in cases.iter().zip(&said) {
            if said != case.expected() {
                let (name, expected) = (&case.name, case.expected());
                writeln!(failures, "{page}: {name}\nexpected:\n{expected}found:\n{said}").unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
    broken
}

/// A page with other diagnostics.
fn updated(page: &str, said: &[String]) -> String {
    let mut text = String::new();
    let mut said = said.iter();
    let mut skipping = false;
    for line in page.lines() {
        if line == "```diagnostics" {
            text = text + line + "\n" + said.next().unwrap();
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

/// A diagnostic as a page has it.
fn lines(diagnostic: &Diagnostic, several: bool, shown: Shown) -> String {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let place = |label: &Label| {
        let position = label.source.position(label.span.start);
        let file = match several {
            true => format!("{}:", label.source.name()),
            false => String::new(),
        };
        let text = label.source.slice(label.span).replace('\n', "\\n");
        (format!("{file}{}:{}", position.line, position.column), text)
    };
    let (at, text) = diagnostic
        .labels
        .first()
        .map_or(("-".to_owned(), String::new()), place);
    let mut said = format!(
        "{at} {} {severity} `{text}`: {}\n",
        diagnostic.code, diagnostic.message
    );
    if shown == Shown::Fact {
        return said;
    }
    for (index, label) in diagnostic.labels.iter().enumerate() {
        if index == 0 {
            said += &format!("  here: {}\n", label.message);
        } else {
            let (at, text) = place(label);
            said += &format!("  {at} `{text}`: {}\n", label.message);
        }
    }
    for note in &diagnostic.notes {
        said += &format!("  note: {note}\n");
    }
    for help in &diagnostic.help {
        said += &format!("  help: {help}\n");
    }
    said
}

/// Codes (a letter and three digits) in a text.
pub(crate) fn codes(text: &str, letter: char) -> BTreeSet<String> {
    let is_code = |word: &&str| {
        word.len() == 4 && word.starts_with(letter) && word[1..].bytes().all(|byte| byte.is_ascii_digit())
    };
    text.split(|character: char| !character.is_ascii_alphanumeric())
        .filter(is_code)
        .map(str::to_owned)
        .collect()
}

/// Codes in the Rust files of the crate under test.
pub(crate) fn codes_of_crate(letter: char) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.extend(codes(&std::fs::read_to_string(path).unwrap(), letter));
            }
        }
    }
    found
}
