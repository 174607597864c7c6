//! `euthymia meta` as a user meets it: tables, saved analyses, figures, and what is said of bad data.

mod common;

use std::path::{Path, PathBuf};

use common::{euthymia, text};
use serde_json::Value as Json;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).expect("a file");
    }
    folder
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().expect("UTF-8").to_owned()
}

fn json(arguments: &[&str]) -> Json {
    let run = euthymia(arguments);
    assert!(run.status.success(), "{}{}", text(&run.stdout), text(&run.stderr));
    serde_json::from_slice(&run.stdout).expect("JSON")
}

/// Numbers at nine digits: what lies beyond is rounding.
fn rounded(value: &Json) -> Json {
    match value {
        Json::Number(x) if x.is_f64() => {
            let text = format!("{:.8e}", x.as_f64().expect("a number"));
            let x: f64 = text.parse().expect("a number");
            // Rounding of what is 0.
            serde_json::json!(if x.abs() < 1e-12 { 0.0 } else { x })
        }
        Json::Array(items) => items.iter().map(rounded).collect(),
        Json::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), rounded(value)))
            .collect(),
        other => other.clone(),
    }
}

#[test]
fn the_example_gives_a_table_and_the_same_as_json() {
    let arguments = ["meta", "examples/bcg.csv", "--measure", "RR", "--test", "knha"];
    let run = euthymia(&arguments);
    assert!(run.status.success(), "{}", text(&run.stderr));
    insta::assert_snapshot!("table", text(&run.stdout));
    let value = json(&[&arguments[..], &["--json"]].concat());
    insta::assert_snapshot!("json", format!("{:#}", rounded(&value)));
}

#[test]
fn what_is_saved_gives_the_same_numbers() {
    let out = folder(&[]);
    let spec = path(out.path(), "bcg.json");
    let run: [&[&str]; 4] = [
        &["--measure", "RR", "--method", "DL", "--level", "90"],
        &[
            "--measure",
            "OR",
            "--mods",
            "~ ablat + factor(alloc)",
            "--test",
            "knha",
        ],
        &["--measure", "RD", "--filter", "year >= 1960"],
        &[
            "--measure",
            "OR",
            "--method",
            "EE",
            "--add",
            "0.25",
            "--to",
            "all",
        ],
    ];
    for options in run {
        let first = [
            &["meta", "examples/bcg.csv", "--json", "--save-spec", &spec],
            options,
        ]
        .concat();
        let shown = json(&first);
        let again = json(&["meta", "--spec", &spec, "--json"]);
        match shown["pooled"].as_object() {
            Some(pooled) => {
                assert_eq!(pooled["estimate"]["value"], again["beta"][0]);
                assert_eq!(pooled["estimate"]["lower"], again["ci_lb"][0]);
                assert_eq!(shown["heterogeneity"]["Q"], again["QE"]);
            }
            None => {
                let coefficients = shown["moderators"]["coefficients"]
                    .as_array()
                    .expect("coefficients");
                for (one, beta) in coefficients.iter().zip(again["beta"].as_array().expect("beta")) {
                    assert_eq!(one["estimate"]["value"], *beta);
                }
            }
        }
    }
}

#[test]
fn groups_filled_studies_and_an_order_are_saved_too() {
    let out = folder(&[]);
    let spec = path(out.path(), "bcg.json");
    let shown = json(&[
        "meta",
        "examples/bcg.csv",
        "--measure",
        "RR",
        "--subgroup",
        "alloc",
        "--trim-fill",
        "--order",
        "year",
        "--json",
        "--save-spec",
        &spec,
    ]);
    let run = euthymia(&["meta", "--spec", &spec]);
    assert!(run.status.success(), "{}", text(&run.stderr));
    let lines: Vec<Json> = text(&run.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let groups = shown["subgroups"]["groups"].as_array().expect("groups");
    assert_eq!(lines.len(), groups.len() + 3);
    assert_eq!(
        lines[0]["values"]["beta"][0],
        shown["pooled"]["estimate"]["value"]
    );
    for (line, group) in lines[1..].iter().zip(groups) {
        assert_eq!(
            line["id"],
            format!("alloc {}", group["label"].as_str().expect("a label"))
        );
        assert_eq!(line["values"]["beta"][0], group["estimate"]["value"]);
    }
}

#[test]
fn options_of_another_model_are_refused() {
    for options in [
        ["--mh", "--method", "DL"],
        ["--mh", "--test", "knha"],
        ["--peto", "--method", "REML"],
    ] {
        let run = euthymia(&[&["meta", "examples/bcg.csv", "--measure", "OR"], &options[..]].concat());
        assert_eq!(run.status.code(), Some(2), "{}", text(&run.stderr));
        // Lines are broken where the terminal ends.
        let told = text(&run.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains("is of the inverse-variance model"), "{told}");
    }
    let run = euthymia(&[
        "meta",
        "examples/bcg.csv",
        "--measure",
        "OR",
        "--mh",
        "--method",
        "EE",
    ]);
    assert!(run.status.success(), "{}", text(&run.stderr));
}

#[test]
fn several_analyses_are_a_line_each_and_one_that_fails_stops_no_other() {
    let bad = r#"{"id": "b", "kind": "rma_uni", "data": ["t.csv"], "inputs": {"effect": {"measure": "GEN", "columns": {"yi": "y", "vi": "vi"}}}}"#;
    let good = bad.replace("\"b\"", "\"a\"").replace("\"y\"", "\"yi\"");
    let list = format!("[{good}, {bad}, {good}]");
    let cases = format!("{{\"cases\": [{good}, {bad}, {good}]}}");
    let lines = format!("{good}\n{bad}\n{good}\n");
    let out = folder(&[
        ("t.csv", "yi,vi\n0.1,0.2\n0.5,0.1\n-0.2,0.3\n"),
        ("list.json", &list),
        ("cases.json", &cases),
        ("lines.jsonl", &lines),
    ]);
    for name in ["list.json", "cases.json", "lines.jsonl"] {
        let run = euthymia(&["meta", "--spec", &path(out.path(), name)]);
        assert_eq!(run.status.code(), Some(1));
        let lines: Vec<Json> = text(&run.stdout)
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(lines.len(), 3, "{}", text(&run.stdout));
        assert_eq!(lines[0]["values"], lines[2]["values"]);
        assert!(
            lines[1]["error"]
                .as_str()
                .expect("a text")
                .contains("no column `y`"),
            "{}",
            lines[1]
        );
    }
}

#[test]
fn figures_and_tables_are_written() {
    let out = folder(&[]);
    for figure in [
        "forest",
        "funnel",
        "baujat",
        "cumulative",
        "influence",
        "labbe",
        "radial",
    ] {
        let svg = path(out.path(), &format!("{figure}.svg"));
        let csv = path(out.path(), "rows.csv");
        let run = euthymia(&[
            "meta",
            "examples/bcg.csv",
            "--measure",
            "RR",
            "--plot",
            figure,
            "-o",
            &svg,
            "--csv",
            &csv,
            "--order",
            "year",
        ]);
        assert!(run.status.success(), "{}", text(&run.stderr));
        let svg = std::fs::read_to_string(svg).expect("the figure");
        assert!(
            svg.starts_with("<svg ") && svg.contains("data-label=\"Aronson 1948\""),
            "{figure}"
        );
        let csv = std::fs::read_to_string(csv).expect("the table");
        assert_eq!(csv.lines().count(), 15);
        assert!(
            csv.lines()
                .nth(1)
                .expect("a row")
                .starts_with("study,Aronson 1948,2,,,-0.889"),
            "{csv}"
        );
    }
}

#[test]
fn bad_data_are_told_with_line_and_reason() {
    let tables: [(&str, &str, &[&str]); 8] = [
        (
            "a negative count",
            "study,ai,n1i,ci,n2i\nA,1,20,4,22\nB,-2,30,5,30\n",
            &["--measure", "OR"],
        ),
        (
            "more events than people",
            "study,ai,n1i,ci,n2i\nA,1,20,4,22\nB,3,30,35,30\n",
            &["--measure", "RR"],
        ),
        (
            "an interval without its estimate",
            "study,hr,lo,hi\nA,0.8,0.6,1.1\nB,1.2,0.5,0.9\n",
            &["--measure", "HR", "--column", "est=hr", "lower=lo", "upper=hi"],
        ),
        ("one study", "study,yi,vi\nA,0.3,0.1\nB,0.2,\n", &[]),
        (
            "no event anywhere",
            "study,ai,n1i,ci,n2i\nA,0,20,0,22\nB,0,30,0,30\n",
            &["--measure", "OR", "--drop00"],
        ),
        ("a text", "study,yi,vi\nA,0.3,0.1\nB,0.2,low\n", &[]),
        (
            "columns of another name",
            "study,events,n1i,ci,n2i\nA,1,20,4,22\nB,3,30,5,30\n",
            &["--measure", "RR"],
        ),
        (
            "a method that is none",
            "study,yi,vi\nA,0.3,0.1\nB,0.2,0.2\n",
            &["--method", "REMLL"],
        ),
    ];
    let mut told = String::new();
    for (what, table, options) in tables {
        let out = folder(&[("studies.csv", table)]);
        let file = path(out.path(), "studies.csv");
        let run = euthymia(&[&["meta", &file], options].concat());
        // Columns and options are said on the command line, everything else is in the file.
        let of_command = what.starts_with("columns") || what.starts_with("a method");
        assert_eq!(
            run.status.code(),
            Some(if of_command { 2 } else { 1 }),
            "{what}: {}{}",
            text(&run.stdout),
            text(&run.stderr)
        );
        assert!(run.stdout.is_empty(), "{what}");
        let folder = format!("{}/", out.path().display());
        told.push_str(&format!("# {what}\n{}\n", text(&run.stderr).replace(&folder, "")));
    }
    insta::assert_snapshot!("bad_data", told);
}

#[test]
fn what_is_suspected_is_said_and_stops_nothing() {
    let table = "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,10,5,30,14,5.5,30\nB,11,6,40,15,6.5,41\nC,9,0.9,36,12,0.95,35\n\
                 D,12,5.5,50,15,6,52\n";
    let out = folder(&[("studies.csv", table)]);
    let run = euthymia(&["meta", &path(out.path(), "studies.csv"), "--measure", "SMD"]);
    assert!(run.status.success(), "{}", text(&run.stderr));
    // Lines are broken where the terminal ends.
    let said = text(&run.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("line 4, C: `sd1i` is 0.9") && said.contains("may be a standard error"),
        "{said}"
    );
}

#[test]
fn moderators_that_repeat_others_are_left_out_aloud() {
    let table = "study,yi,vi,dose,mg\nA,0.3,0.1,1,10\nB,0.2,0.2,2,20\nC,0.6,0.1,3,30\nD,0.1,0.1,4,40\n";
    let out = folder(&[("studies.csv", table)]);
    let run = euthymia(&["meta", &path(out.path(), "studies.csv"), "--mods", "~ dose + mg"]);
    assert!(run.status.success(), "{}", text(&run.stderr));
    assert!(
        text(&run.stdout).contains("`mg` repeats what other moderators say"),
        "{}",
        text(&run.stdout)
    );
}

#[test]
fn every_reference_case_has_values() {
    let suite = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../suite/reference/meta"));
    let cases = suite.join("cases.jsonl");
    let run = euthymia(&["meta", "--spec", cases.to_str().expect("UTF-8")]);
    let read = |path: PathBuf| std::fs::read_to_string(path).expect("a file of the suite");
    let differences = read(suite.join("differences.tsv"));
    let known: Vec<&str> = differences
        .lines()
        .filter_map(|line| line.split('\t').next())
        .collect();
    let answers = text(&run.stdout);
    for line in answers.lines() {
        let answer: Json = serde_json::from_str(line).expect("JSON");
        let id = answer["id"].as_str().expect("an id");
        assert!(answer.get("error").is_none() || known.contains(&id), "{line}");
    }
    assert_eq!(answers.lines().count(), read(cases).lines().count());
}

#[test]
fn a_table_that_cannot_be_read_is_told_alike_to_every_case() {
    let case = |id: usize, data: &str| {
        format!(
            r#"{{"id": "{id}", "kind": "rma_uni", "data": {data}, "inputs": {{"effect": {{"measure": "GEN"}}}}}}"#
        )
    };
    let lines: Vec<String> = (0..24)
        .map(|id| {
            case(
                id,
                if id % 2 == 0 {
                    "[\"none.csv\"]"
                } else {
                    "[\"open.csv\"]"
                },
            )
        })
        .chain([case(24, "[1]"), case(25, "{}")])
        .collect();
    let out = folder(&[
        ("cases.jsonl", &lines.join("\n")),
        ("open.csv", "yi,vi\n\"0.1,0.2\n"),
    ]);
    let run = euthymia(&["meta", "--spec", &path(out.path(), "cases.jsonl")]);
    assert_eq!(run.status.code(), Some(1));
    let answers = text(&run.stdout);
    let errors: Vec<String> = answers
        .lines()
        .map(|line| {
            let answer: Json = serde_json::from_str(line).expect("JSON");
            answer["error"].as_str().expect("a reason").to_owned()
        })
        .collect();
    assert_eq!(errors.len(), 26);
    for (place, error) in errors[..24].iter().enumerate() {
        assert_eq!(*error, errors[place % 2]);
    }
    assert!(errors[0].contains("none.csv"), "{}", errors[0]);
    assert!(
        errors[1].contains("open.csv, line 2: a quoted cell is never closed"),
        "{}",
        errors[1]
    );
    for error in &errors[24..] {
        assert!(error.contains("expected the name of a file"), "{error}");
    }
}

#[test]
fn no_analysis_is_no_success() {
    for empty in ["[]", "{\"cases\": []}", ""] {
        let out = folder(&[("cases.json", empty)]);
        let run = euthymia(&["meta", "--spec", &path(out.path(), "cases.json")]);
        assert_eq!(run.status.code(), Some(1), "{empty}");
        assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{empty}");
    }
}

#[test]
fn of_two_columns_with_one_name_nobody_could_say_which_is_meant() {
    let out = folder(&[("t.csv", "study,yi,vi,yi\nA,0.1,0.2,0.3\nB,0.5,0.1,0.2\n")]);
    let run = euthymia(&["meta", &path(out.path(), "t.csv")]);
    assert_eq!(run.status.code(), Some(1));
    let said = text(&run.stderr);
    assert!(
        said.contains("two columns are called `yi`") && said.contains("t.csv:1:13"),
        "{said}"
    );
}

#[test]
fn the_deviation_that_is_suspected_is_the_one_that_is_named() {
    // In line 4 both groups have the same suspicious number.
    let table = "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,10,5,30,14,5.5,30\nB,11,6,40,15,6.5,41\nC,9,0.9,36,12,0.9,35\n\
                 D,12,5.5,50,15,6,52\n";
    let out = folder(&[("studies.csv", table)]);
    let run = euthymia(&[
        "meta",
        &path(out.path(), "studies.csv"),
        "--measure",
        "SMD",
        "--json",
    ]);
    let value: Json = serde_json::from_slice(&run.stdout).expect("JSON");
    let said = value["warnings"].to_string();
    for column in ["sd1i", "sd2i"] {
        assert_eq!(
            said.matches(&format!("line 4, C: `{column}` is 0.9,")).count(),
            1,
            "{said}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_stops_reading_is_no_failure() {
    let cases = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../suite/reference/meta/cases.jsonl"
    );
    let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_euthymia"))
        .args(["meta", "--spec", cases])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program");
    drop(run.stdout.take());
    let told = run.wait_with_output().expect("an end");
    assert!(told.status.success(), "{}", text(&told.stderr));
    assert!(told.stderr.is_empty(), "{}", text(&told.stderr));
}

#[test]
fn a_table_without_a_file_is_printed_and_nothing_else() {
    let out = folder(&[("t.csv", "study,yi,vi\nA,0.1,0.2\nB,0.5,0.1\n")]);
    let (data, file) = (path(out.path(), "t.csv"), path(out.path(), "rows.csv"));
    let printed = euthymia(&["meta", &data, "--csv"]);
    assert!(printed.status.success(), "{}", text(&printed.stderr));
    assert!(euthymia(&["meta", &data, "--csv", &file]).status.success());
    assert_eq!(
        text(&printed.stdout),
        std::fs::read_to_string(file).expect("the table")
    );
    let both = euthymia(&["meta", &data, "--csv", "--json"]);
    assert_eq!(both.status.code(), Some(2));
}
