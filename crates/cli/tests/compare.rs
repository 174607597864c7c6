//! Strategies side by side, as a user asks for them.

mod common;

use common::{euthymia, text};
use serde_json::Value;
use std::path::Path;

fn compared(folder: &Path, arguments: &[&str]) -> Value {
    let out = folder.to_str().expect("UTF-8");
    let all = [
        &["compare"],
        arguments,
        &["--draws", "10", "-n", "200", "--json", "--out", out],
    ]
    .concat();
    let run = euthymia(&all);
    assert!(
        run.status.success(),
        "{} {}",
        text(&run.stdout),
        text(&run.stderr)
    );
    serde_json::from_slice(&run.stdout).expect("JSON")
}

#[test]
fn files_say_what_standard_output_says_whatever_the_threads() {
    let folder = tempfile::tempdir().expect("a folder");
    let names = ["stepwise-antidepressants", "ketamine-iv-after-two-failures"];
    let one = compared(folder.path(), &[&names[..], &["--threads", "1"]].concat());
    let three = compared(folder.path(), &[&names[..], &["--threads", "3"]].concat());
    assert_eq!(one, three);
    let written = std::fs::read_to_string(folder.path().join("summary.json")).expect("written");
    assert_eq!(serde_json::from_str::<Value>(&written).expect("JSON"), three);
    let page = std::fs::read_to_string(folder.path().join("report.html")).expect("written");
    assert_eq!(page.matches("not a medical device").count(), 1);
    assert!(page.contains("Ketamine infusions after two failures"));
    let table = std::fs::read_to_string(folder.path().join("summary.csv")).expect("written");
    assert!(
        table
            .lines()
            .any(|line| line.starts_with("ketamine-iv-after-two-failures,days-well,"))
    );
    let hashed = &one["provenance"]["files"];
    assert!(hashed.as_array().expect("files").len() > 8);
}

#[test]
fn a_rule_that_leads_nowhere_is_shown_where_it_stands() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mine.toml");
    let strategy = "title = \"Mine\"\nsummary = \"Mine.\"\npeople = \"resistant-depression\"\nhorizon = \"52 wk\"\n\n[[steps]]\nname = \
                    \"infusions\"\ncourse = \"racemic-iv-single\"\n\n[[steps.rules]]\nat = \"4 wk\"\nthen = \"switch\"\nto = \"tablets\"\n";
    std::fs::write(&path, strategy).expect("written");
    for command in ["compare", "check"] {
        let run = euthymia(&[command, path.to_str().expect("UTF-8")]);
        assert_eq!(run.status.code(), Some(1), "{command}");
        let told = text(&run.stderr);
        assert!(
            told.contains("K002") && told.contains("mine.toml:13:6"),
            "{command}: {told}"
        );
    }
}

#[test]
fn people_of_two_kinds_are_not_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mine.toml");
    let strategy = "title = \"Mine\"\nsummary = \"Mine.\"\npeople = \"resistant-depression\"\nhorizon = \"52 wk\"\n\n[[steps]]\nname = \
                    \"infusions\"\ncourse = \"racemic-iv-single\"\n";
    std::fs::write(&path, strategy).expect("written");
    let run = euthymia(&[
        "compare",
        "stepwise-antidepressants",
        path.to_str().expect("UTF-8"),
    ]);
    assert_eq!(run.status.code(), Some(1));
    assert!(text(&run.stderr).contains("--people"), "{}", text(&run.stderr));
}
