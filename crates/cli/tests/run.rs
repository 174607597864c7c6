//! `euthymia run` where it is about the whole population: subjects that fail.

mod common;

use common::{euthymia, text};

/// dx/dt = x^2 from x0 grows without bound at t = 1/x0.
const EXPLODES: &str = "explodes <- function() {\n  ini({\n    x0 <- 0.01\n  })\n  model({\n    d/dt(x) <- x*x\n    x(0) <- x0\n    y <- 2*x\n  })\n}\n";

/// A folder with the model, and a table of parameters with these starting values.
fn folder(starts: &[f64]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("model.R"), EXPLODES).expect("a file");
    let rows = starts
        .iter()
        .enumerate()
        .map(|(at, start)| format!("{},{start}\n", at + 1));
    let table: String = ["ID,x0\n".to_owned()].into_iter().chain(rows).collect();
    std::fs::write(folder.path().join("people.csv"), table).expect("a file");
    folder
}

/// The run in the folder, with the arguments besides.
fn run(folder: &tempfile::TempDir, arguments: &[&str]) -> std::process::Output {
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (model, table) = (path("model.R"), path("people.csv"));
    let fixed = ["run", &model, "--params", &table, "--times", "0:1:10"];
    euthymia(&[&fixed, arguments].concat())
}

#[test]
fn subjects_that_fail_are_told_and_everybody_is_written() {
    let starts = [0.01, 0.25, 0.02, 0.4, 0.03];
    let all = folder(&starts);
    let ran = run(&all, &[]);
    assert_eq!(ran.status.code(), Some(5));
    let said = text(&ran.stderr);
    assert!(
        said.starts_with("error: 2 of 5 subjects could not be simulated to the end"),
        "{said}"
    );
    assert!(said.contains("  2: no step is small enough\n"), "{said}");
    assert!(
        said.contains("    ID 2: t = 4.0000") || said.contains("    ID 2: t = 3.9999"),
        "{said}"
    );
    assert!(said.contains("x0=0.25") && said.contains("state: x="), "{said}");
    assert!(
        said.contains("    ID 4: t = 2.5") || said.contains("    ID 4: t = 2.4999"),
        "{said}"
    );

    let without = folder(&[0.01, 0.02, 0.03]);
    let without = run(&without, &[]);
    assert_eq!(without.status.code(), Some(0));
    let rows = |output: &std::process::Output, ids: [u32; 3]| -> Vec<String> {
        let own = |line: &&str| ids.iter().any(|id| line.starts_with(&format!("{id},")));
        let values = |line: &str| line.split_once(',').map(|(_, rest)| rest.to_owned());
        text(&output.stdout)
            .lines()
            .filter(own)
            .filter_map(values)
            .collect()
    };
    assert_eq!(rows(&ran, [1, 3, 5]), rows(&without, [1, 2, 3]));
    let failed: Vec<&str> = text(&ran.stdout)
        .lines()
        .filter(|line| line.starts_with("2,"))
        .collect();
    assert_eq!(failed.len(), 11);
    let known: Vec<f64> = failed[3]
        .split(',')
        .filter_map(|cell| cell.parse().ok())
        .collect();
    let (y, x) = (known[2], known[3]);
    // The closed form at t = 3; the tolerance is that of the solver, grown with x.
    assert!((x - 1.0).abs() < 1e-6 && y == 2.0 * x, "{}", failed[3]);
    assert_eq!(failed[5], "2,5,NA,NA");
}

#[test]
fn failures_are_data_and_a_file_stays_written_on_any_number_of_threads() {
    let starts: Vec<f64> = (1..=60).map(|at| f64::from(at) * 0.005).collect();
    let all = folder(&starts);
    let mut written = Vec::new();
    for (name, threads) in [
        ("one.csv", "1"),
        ("two.csv", "2"),
        ("one.parquet", "1"),
        ("two.parquet", "2"),
    ] {
        let path = all.path().join(name);
        let target = path.display().to_string();
        let ran = run(&all, &["--threads", threads, "--json", "-o", &target]);
        assert_eq!(ran.status.code(), Some(5));
        assert!(ran.stderr.is_empty());
        let mut told: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("JSON");
        assert_eq!((&told["subjects"], &told["failed"]), (&60.into(), &40.into()));
        let failures = told["failures"].as_array().expect("a list");
        assert_eq!(failures.len(), 40);
        assert_eq!(failures[0]["id"], "21");
        assert_eq!(failures[0]["kind"], "step_size");
        let time = failures[0]["time"].as_f64().expect("a time");
        assert!((time * 0.105 - 1.0).abs() < 1e-5, "{time}");
        assert!(failures[0]["state"]["x"].as_f64().is_some_and(|x| x > 1e6));
        told["file"] = serde_json::Value::Null;
        written.push((told, std::fs::read(path).expect("the file")));
    }
    assert!(written[0] == written[1] && written[2] == written[3]);
}

#[test]
fn ten_failures_are_told_and_the_others_counted() {
    let all = folder(&[0.3; 25]);
    let ran = run(&all, &[]);
    assert_eq!(ran.status.code(), Some(5));
    let said = text(&ran.stderr);
    assert!(
        said.starts_with("error: not one of the 25 subjects could be simulated to the end"),
        "{said}"
    );
    assert!(said.contains("  25: no step is small enough\n"), "{said}");
    assert_eq!(said.matches("    ID ").count(), 10);
    assert!(said.ends_with("  and 15 more\n"), "{said}");
    assert_eq!(text(&ran.stdout).lines().count(), 1 + 25 * 11);
}

#[test]
fn the_only_subject_may_fail_too() {
    let model = "suite/reference/rxode2/oral-addl/model.R";
    let data = "suite/reference/rxode2/oral-addl/data.csv";
    let ran = euthymia(&[
        "run",
        model,
        "--data",
        data,
        "--max-steps",
        "2",
        "--solver",
        "rodas5p",
    ]);
    assert_eq!(ran.status.code(), Some(5));
    let said = text(&ran.stderr);
    assert!(
        said.starts_with("error: the subject could not be simulated"),
        "{said}"
    );
    assert!(
        said.contains("ID 1: ") && said.contains("raise max_steps"),
        "{said}"
    );
}
