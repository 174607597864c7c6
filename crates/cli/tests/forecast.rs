//! Forecasts as a user asks for them: the examples, mistakes, and how often made-up patients are forecast right.

mod common;

use common::{euthymia, text};
use serde_json::Value;

const COURSE: &str = "racemic-iv-twice-weekly";

fn forecast(arguments: &[&str], out: &std::path::Path) -> std::process::Output {
    let small = ["--course", COURSE, "--draws", "30", "--studies", "3", "--out"];
    let out = out.to_str().expect("UTF-8");
    euthymia(&[&["forecast"], arguments, &small, &[out]].concat())
}

#[test]
fn a_table_becomes_a_page_a_table_and_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = forecast(&["examples/forecast/patient.csv"], folder.path());
    assert!(run.status.success(), "{}", text(&run.stderr));
    let said = text(&run.stdout);
    for words in [
        "continue",
        "dose 0.75 mg/kg",
        "stop now",
        "maintenance",
        "3 scores after the first dose",
        "4 weeks",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let page = std::fs::read_to_string(folder.path().join("report.html")).expect("a page");
    assert_eq!(page.matches("not a medical device").count(), 1);
    assert!(
        page.contains("<svg")
            && page.contains("What the scores changed")
            && page.contains("In the 90 % interval")
    );
    let summary = std::fs::read_to_string(folder.path().join("summary.json")).expect("a summary");
    let summary: Value = serde_json::from_str(&summary).expect("JSON");
    assert_eq!(summary["updates"], 3);
    assert_eq!(summary["provenance"]["seed"], 1);
    let rows = std::fs::read_to_string(folder.path().join("summary.csv")).expect("a table");
    assert!(rows.starts_with("alternative,time_h,p05") && rows.contains("\nstop now,"));
    // The same seed gives the same numbers whatever the threads.
    let again = tempfile::tempdir().expect("a folder");
    let run = forecast(
        &["examples/forecast/patient.csv", "--threads", "3", "--json"],
        again.path(),
    );
    let printed: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert_eq!(printed["branches"], summary["branches"]);
}

#[test]
fn a_bundle_is_read_and_what_is_not_used_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = forecast(
        &[
            "examples/forecast/bundle.json",
            "--dose",
            "1mg/kg",
            "--interval",
            "14d",
        ],
        folder.path(),
    );
    assert!(run.status.success(), "{}", text(&run.stderr));
    let said = text(&run.stdout);
    for place in [
        "entry[6].resource.status",
        "entry[8].resource.code",
        "GAD-7",
        "dose 1 mg/kg",
        "every 2 weeks",
    ] {
        assert!(said.contains(place), "{place}: {said}");
    }
}

#[test]
fn mistakes_are_told_where_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    };
    let wrong = write("p.csv", "date,kind,what,value\n2026-03-02,score,madrs,77\n");
    let run = forecast(&[&wrong], folder.path());
    assert_eq!(run.status.code(), Some(1));
    assert!(
        text(&run.stderr).contains("F004") && text(&run.stderr).contains("p.csv:2:24"),
        "{}",
        text(&run.stderr)
    );
    let broken = write("b.json", "{\n  \"resourceType\": Bundle\n}");
    let run = forecast(&[&broken], folder.path());
    assert_eq!(run.status.code(), Some(1));
    assert!(text(&run.stderr).contains("b.json:2:"), "{}", text(&run.stderr));
    for (arguments, words) in [
        (["--dose", "5ml"], "--dose"),
        (["--at", "soon"], "--at"),
        (["--start", "March"], "--start"),
    ] {
        let run = forecast(
            &[&["examples/forecast/patient.csv"], &arguments[..]].concat(),
            folder.path(),
        );
        assert_eq!(run.status.code(), Some(2), "{}", text(&run.stderr));
        assert!(text(&run.stderr).contains(words));
    }
}

#[test]
fn forecasts_of_made_up_patients_are_held_against_what_became_of_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = forecast(&["--calibrate", "60"], folder.path());
    assert!(run.status.success(), "{}", text(&run.stderr));
    let report = std::fs::read_to_string(folder.path().join("calibration.md")).expect("a report");
    assert_eq!(report.lines().filter(|line| line.starts_with('|')).count(), 7);
    assert!(report.contains("--calibrate 60"));
}
