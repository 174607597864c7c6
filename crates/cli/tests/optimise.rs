//! The search over schedules, as a user asks for it.

mod common;

use common::{euthymia, text};
use serde_json::Value;

const SMALL: [&str; 2] = ["--subjects", "200"];

fn searched(arguments: &[&str], name: &str) -> std::process::Output {
    let folder = std::env::temp_dir().join(format!("euthymia-optimise-{name}-{}", std::process::id()));
    let folder = folder.to_str().expect("UTF-8").to_owned();
    let run = euthymia(&[&["optimise"], arguments, &SMALL, &["--out", &folder]].concat());
    if run.status.success() {
        let page = std::fs::read_to_string(format!("{folder}/report.html")).expect("a page");
        assert_eq!(page.matches("not a medical device").count(), 1);
        let rows = std::fs::read_to_string(format!("{folder}/summary.csv")).expect("a table");
        assert!(rows.starts_with("schedule,burden,"), "{rows}");
    }
    let _ = std::fs::remove_dir_all(&folder);
    run
}

#[test]
fn the_frontier_is_told_whatever_the_threads() {
    let asked = [
        "racemic-iv-twice-weekly",
        "--vary",
        "dose=0.25,0.5mg/kg",
        "interval=2,7d",
        "--keep",
        "P(CADSS>20)<0.5",
        "--aim",
        "remission@4w",
        "--json",
    ];
    let told = |threads: &str| {
        let run = searched(&[&asked[..], &["--threads", threads]].concat(), threads);
        assert!(run.status.success(), "{}", text(&run.stderr));
        text(&run.stdout).to_owned()
    };
    let one = told("1");
    assert!(one == told("2"));
    let result: Value = serde_json::from_str(&one).expect("JSON");
    assert_eq!(result["schedules"], 5);
    let frontier = result["frontier"].as_array().expect("a frontier");
    assert!(!frontier.is_empty());
    for point in frontier {
        assert!(point["benefits"][0]["estimate"]["interval"].is_array());
        assert!(point["holds"] == true && point["keeps"][0]["value"].as_f64().expect("a value") < 0.5);
    }
    let command = result["provenance"]["command"].as_str().expect("a command");
    assert!(
        command.contains("--keep 'P(CADSS>20)<0.5' --aim remission@4w --seed 1"),
        "{command}"
    );
}

#[test]
fn a_limit_that_nothing_holds_is_answered_with_the_nearest() {
    let run = searched(
        &[
            "racemic-iv-twice-weekly",
            "--vary",
            "dose=0.5,1mg/kg",
            "--keep",
            "P(CADSS>5)<1%",
            "--aim",
            "remission@4w",
        ],
        "nearest",
    );
    assert!(run.status.success(), "{}", text(&run.stderr));
    let told = text(&run.stdout);
    assert!(
        told.contains("No schedule holds what must") && told.contains("Nearest:"),
        "{told}"
    );
}

#[test]
fn mistakes_on_the_command_line_are_shown_at_their_place() {
    for (arguments, parts) in [
        (
            [
                "--vary",
                "dose=0.25..1.0mg/kg",
                "--keep",
                "P(CADSS>20)",
                "--aim",
                "remission@4w",
            ],
            [
                "--keep: expected `<`, `<=`, `>` or `>=`, found the end",
                "             ^",
            ],
        ),
        (
            [
                "--vary",
                "dose=0.25..1.0",
                "--keep",
                "sessions<9",
                "--aim",
                "remission@4w",
            ],
            ["`dose` needs a unit", "for example --vary 'dose=0.25..1.0mg/kg'"],
        ),
        (
            [
                "--vary",
                "dose=1mg/kg",
                "--keep",
                "sessions<9",
                "--aim",
                "remission@5y",
            ],
            ["--aim remission@5y lies after the horizon", "12 weeks"],
        ),
    ] {
        let run = euthymia(&[&["optimise", "racemic-iv-twice-weekly"][..], &arguments].concat());
        assert_eq!(run.status.code(), Some(2), "{}", text(&run.stderr));
        for part in parts {
            assert!(text(&run.stderr).contains(part), "{}", text(&run.stderr));
        }
    }
}
