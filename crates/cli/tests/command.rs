//! The command as a user meets it: what it prints, what it writes, how it ends.

mod common;

use std::path::Path;
use std::process::{Command, Stdio};

use common::{command, euthymia, text};

fn files(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

#[test]
fn a_course_of_the_library_leaves_four_files_and_an_answer() {
    let out = tempfile::tempdir().expect("a folder");
    let folder = out.path().join("run");
    let target = folder.to_str().expect("UTF-8");
    let run = euthymia(&[
        "simulate",
        "racemic-iv-single",
        "--subjects",
        "200",
        "--out",
        target,
    ]);
    assert!(run.status.success(), "{}", text(&run.stderr));
    assert_eq!(
        files(&folder),
        [
            "report.html",
            "summary.csv",
            "summary.json",
            "trajectories.parquet"
        ]
    );
    let answer = text(&run.stdout);
    assert!(answer.contains("f 100 people"), "{answer}");
    assert!((6..=30).contains(&answer.lines().count()), "{answer}");

    let page = std::fs::read_to_string(folder.join("report.html")).expect("the page");
    assert!(page.contains("euthymia simulate racemic-iv-single --seed 1 --subjects 200"));
    let csv = std::fs::read_to_string(folder.join("summary.csv")).expect("the table");
    assert!(
        csv.starts_with("time_h,series,unit,mean,mean_lower,mean_upper,p05,p25,p50,p75,p95\n"),
        "{csv:.200}"
    );
    assert!(csv.lines().any(|line| line.contains(",response,")));
    let parquet = std::fs::read(folder.join("trajectories.parquet")).expect("the trajectories");
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
}

#[test]
fn the_json_on_the_terminal_is_the_json_in_the_file() {
    let out = tempfile::tempdir().expect("a folder");
    let folder = out.path().to_str().expect("UTF-8");
    let run = euthymia(&[
        "simulate",
        "saline-control",
        "--subjects",
        "100",
        "--json",
        "--out",
        folder,
    ]);
    assert!(run.status.success(), "{}", text(&run.stderr));
    let printed: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    let written = std::fs::read(out.path().join("summary.json")).expect("the summary");
    assert_eq!(
        printed,
        serde_json::from_slice::<serde_json::Value>(&written).expect("JSON")
    );
    assert_eq!(printed["subjects"], 100);
}

const MADE_UP: &str = "crates/therapy/tests/made-up";

#[test]
fn all_structures_stand_side_by_side() {
    let out = tempfile::tempdir().expect("a folder");
    let folder = out.path().to_str().expect("UTF-8");
    let all = [
        "simulate",
        "one-dose",
        "--library",
        MADE_UP,
        "--pk",
        "all",
        "--out",
        folder,
    ];
    let run = euthymia(&all);
    assert!(run.status.success(), "{}", text(&run.stderr));
    let answer = text(&run.stdout);
    assert!(
        answer.contains("Models differ 1.1 times as much as patients."),
        "{answer}"
    );
    assert!(answer.contains("\nother-2020 "), "{answer}");
    assert!(
        answer.contains("tablet-1999: it serves other routes only"),
        "{answer}"
    );
    assert_eq!(
        files(out.path()),
        [
            "other-2020",
            "reference",
            "report.html",
            "summary.csv",
            "summary.json"
        ]
    );
    let four = [
        "report.html",
        "summary.csv",
        "summary.json",
        "trajectories.parquet",
    ];
    assert_eq!(files(&out.path().join("other-2020")), four);
    let summary = std::fs::read(out.path().join("summary.json")).expect("the summary");
    let summary: serde_json::Value = serde_json::from_slice(&summary).expect("JSON");
    assert_eq!(summary["members"][1]["key"], "other-2020");
    let csv = std::fs::read_to_string(out.path().join("summary.csv")).expect("the table");
    assert!(
        csv.starts_with("structure,time_h,series,unit,mean,"),
        "{csv:.100}"
    );

    // Each structure is what it is alone, and the reference is what nobody asks for another gives.
    for (key, options) in [("other-2020", &["--pk", "other-2020"][..]), ("reference", &[])] {
        let alone = out.path().join(format!("alone-{key}"));
        let target = alone.to_str().expect("UTF-8");
        let run = euthymia(
            &[
                &[
                    "simulate",
                    "one-dose",
                    "--library",
                    MADE_UP,
                    "--quiet",
                    "--out",
                    target,
                ],
                options,
            ]
            .concat(),
        );
        assert!(run.status.success(), "{}", text(&run.stderr));
        for name in four {
            let read = |folder: &Path| std::fs::read(folder.join(name)).expect("a file");
            assert!(read(&alone) == read(&out.path().join(key)), "{key}: {name}");
        }
    }
    let run = euthymia(&[&all[..], &["--json"]].concat());
    let printed: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert_eq!(printed, summary);
}

#[test]
fn a_structure_that_nobody_offers_is_a_mistake_of_the_command() {
    let run = euthymia(&["simulate", "one-dose", "--library", MADE_UP, "--pk", "other-2021"]);
    assert_eq!(run.status.code(), Some(2));
    let said = text(&run.stderr);
    assert!(
        said.contains("it offers reference, other-2020; did you mean `other-2020`?"),
        "{said}"
    );
}

#[test]
fn any_number_of_threads_writes_the_same_bytes() {
    let out = tempfile::tempdir().expect("a folder");
    let run = |threads: &str| {
        let folder = out.path().join(threads);
        let target = folder.to_str().expect("UTF-8");
        let options = [
            "--subjects",
            "700",
            "--seed",
            "42",
            "--quiet",
            "--threads",
            threads,
            "--out",
            target,
        ];
        let run = euthymia(&[["simulate", "racemic-iv-single"].as_slice(), &options].concat());
        assert!(run.status.success(), "{}", text(&run.stderr));
        assert!(run.stdout.is_empty());
        let names = files(&folder);
        names
            .into_iter()
            .map(move |name| (name.clone(), std::fs::read(folder.join(name)).expect("a file")))
    };
    for ((name, one), (_, three)) in run("1").zip(run("3")) {
        assert!(one == three, "{name} differs between 1 and 3 threads");
    }
}

#[test]
fn a_wrong_course_is_answered_with_every_mistake_at_its_place() {
    let out = tempfile::tempdir().expect("a folder");
    let folder = out.path().join("run");
    let target = folder.to_str().expect("UTF-8");
    let run = euthymia(&["simulate", "examples/mistakes.toml", "--out", target]);
    assert_eq!(run.status.code(), Some(1));
    assert!(run.stdout.is_empty());
    assert!(!folder.exists(), "a wrong course leaves nothing");
    insta::assert_snapshot!("mistakes", text(&run.stderr));
}

#[test]
fn mistakes_are_data_for_those_who_want_data() {
    let run = euthymia(&["simulate", "examples/mistakes.toml", "--json"]);
    assert_eq!(run.status.code(), Some(1));
    let problems: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    let first = &problems[0];
    assert_eq!(first["labels"][0]["file"], "examples/mistakes.toml");
    assert!(first["labels"][0]["line"].as_u64().is_some_and(|line| line > 1));
}

#[test]
fn an_unknown_course_is_answered_with_the_nearest() {
    let run = euthymia(&["simulate", "racemic-iv-twice-weakly"]);
    assert_eq!(run.status.code(), Some(4));
    let said = text(&run.stderr);
    assert!(said.contains("did you mean `racemic-iv-twice-weekly`?"), "{said}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let run = euthymia(&["simulate", "no-such-folder/course.toml"]);
    assert_eq!(run.status.code(), Some(4));
    assert!(text(&run.stderr).contains("no-such-folder/course.toml"));
}

#[test]
fn a_wrong_option_ends_with_2() {
    assert_eq!(
        euthymia(&["simulate", "racemic-iv-single", "--subjects", "0"])
            .status
            .code(),
        Some(2)
    );
    assert_eq!(euthymia(&["simulat"]).status.code(), Some(2));
    assert_eq!(
        euthymia(&["courses", "--library", "crates"]).status.code(),
        Some(2)
    );
}

#[test]
fn every_course_of_the_library_is_listed_and_runs() {
    let listed = euthymia(&["courses", "--json"]);
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    let names: Vec<&str> = listed
        .as_array()
        .expect("a list")
        .iter()
        .map(|course| course["name"].as_str().expect("a name"))
        .collect();
    assert!(names.len() >= 10, "{names:?}");
    let out = tempfile::tempdir().expect("a folder");
    let target = out.path().to_str().expect("UTF-8");
    for name in names {
        let run = euthymia(&["simulate", name, "--subjects", "8", "--quiet", "--out", target]);
        assert!(run.status.success(), "{name}: {}", text(&run.stderr));
    }
}

#[test]
fn every_model_of_the_library_is_listed_shown_and_free_of_errors() {
    let listed = euthymia(&["models", "--json"]);
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    let models = listed.as_array().expect("a list");
    assert!(models.len() >= 7, "{models:?}");
    for model in models {
        let name = model["name"].as_str().expect("a name");
        let shown = euthymia(&["models", "show", name]);
        assert!(shown.status.success(), "{name}: {}", text(&shown.stderr));
        assert!(
            text(&shown.stdout).contains("model({"),
            "{name} shows its equations"
        );
        let path = ["response", "models"]
            .map(|folder| format!("library/{folder}/{name}.R"))
            .into_iter()
            .find(|path| {
                Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
                    .join(path)
                    .is_file()
            })
            .expect("a file of one of the folders");
        let checked = euthymia(&["check", &path]);
        assert!(checked.status.success(), "{name}: {}", text(&checked.stderr));
    }
}

#[test]
fn a_model_of_the_library_tells_where_each_number_comes_from() {
    let shown = euthymia(&["models", "show", "simons-2022-s-ketamine", "--json"]);
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).expect("JSON");
    let parameters = shown["parameters"].as_array().expect("a list");
    assert!(parameters.iter().all(|parameter| {
        parameter["source"]
            .as_str()
            .is_some_and(|text| text.contains('['))
    }));
    let unknown = euthymia(&["models", "show", "simons-2022-ketamine"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("did you mean `simons-2022-s-ketamine`?"));
}

#[test]
fn the_shelf_fits_a_terminal_and_says_who_uses_what() {
    let listed = euthymia(&["models"]);
    let table = text(&listed.stdout);
    assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
    for word in [
        "simons-2022-s-ketamine",
        "racemic-ketamine",
        "Simons 2022",
        "grade",
    ] {
        assert!(table.contains(word), "{word} in\n{table}");
    }
    let drug = euthymia(&["models", "show", "racemic-ketamine"]);
    assert!(
        text(&drug.stdout).contains("iv: intravenous"),
        "{}",
        text(&drug.stdout)
    );
}

#[test]
fn observations_are_predicted_and_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (page, csv) = (at("v.html"), at("v.csv"));
    let arguments = ["validate", "--draws", "0", "--json", "-o", &page, "--csv", &csv];
    let run = euthymia(&arguments);
    assert!(run.status.success(), "{}", text(&run.stderr));
    let result: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert!(result["summary"]["target"]["rows"].is_u64(), "{result:#}");
    assert!(
        std::fs::read_to_string(&page)
            .expect("a page")
            .contains("</html>")
    );
    assert!(
        std::fs::read_to_string(&csv)
            .expect("a table")
            .starts_with("paper,source,grade")
    );
    let unknown = euthymia(&["validate", "simons-2022-s-ketamin", "-o", &page]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("did you mean `simons-2022-s-ketamine`?"));
    // Without rows that count nothing says that the target is met.
    let strict = euthymia(&[
        "validate",
        "shaffer-2014-occupancy",
        "--strict",
        "--quiet",
        "-o",
        &page,
    ]);
    assert_eq!(strict.status.code(), Some(1));
}

#[test]
fn check_says_every_problem_of_a_model_at_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("broken.R");
    let model = "broken <- function() {\n  ini({\n    cl <- 1\n  })\n  model({\n    d/dt(a) <- -cl*a + epx(cl)\n    c <- a/\n  })\n}\n";
    std::fs::write(&path, model).expect("a file");
    let checked = euthymia(&["check", path.to_str().expect("UTF-8"), "--json"]);
    assert_eq!(checked.status.code(), Some(1));
    let problems: serde_json::Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    let lines: Vec<u64> = problems
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|problem| problem["labels"][0]["line"].as_u64())
        .collect();
    assert_eq!(lines, [6, 8], "{problems:#}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_with_130_and_leaves_no_file() {
    let out = tempfile::tempdir().expect("a folder");
    let folder = out.path().join("run");
    let target = folder.to_str().expect("UTF-8");
    let mut run = command(&[
        "simulate",
        "racemic-iv-twice-weekly",
        "--subjects",
        "1000000",
        "--out",
        target,
    ])
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .expect("the command starts");
    // The run takes many minutes; it is interrupted once it has begun to write.
    while files(&folder).is_empty() && run.try_wait().expect("a state").is_none() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let sent = Command::new("kill")
        .args(["-INT", &run.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(sent.success());
    assert_eq!(run.wait().expect("the command ends").code(), Some(130));
    assert_eq!(files(&folder), Vec::<String>::new());
}

const MODEL: &str = "suite/reference/rxode2/oral-addl/model.R";
const DATA: &str = "suite/reference/rxode2/oral-addl/data.csv";

#[test]
fn a_model_runs_for_a_data_set_to_every_format() {
    let out = tempfile::tempdir().expect("a folder");
    let printed = euthymia(&["run", MODEL, "--data", DATA]);
    assert!(printed.status.success(), "{}", text(&printed.stderr));
    let rows = text(&printed.stdout);
    assert!(rows.starts_with("id,time,"), "{rows:.80}");
    assert_eq!(rows.lines().count(), 26);
    for (name, magic) in [
        ("rows.csv", &b"id,time"[..]),
        ("rows.parquet", b"PAR1"),
        ("rows.arrow", b"ARROW1"),
    ] {
        let path = out.path().join("made").join(name);
        let target = path.to_str().expect("UTF-8");
        let run = euthymia(&["run", MODEL, "--data", DATA, "-o", target]);
        assert!(run.status.success(), "{}", text(&run.stderr));
        assert!(text(&run.stdout).contains("25 rows of 1 subject"));
        let bytes = std::fs::read(&path).expect("the file");
        assert!(bytes.starts_with(magic), "{name}");
    }
    let csv = std::fs::read(out.path().join("made/rows.csv")).expect("the rows");
    assert_eq!(text(&csv), rows);
}

#[test]
fn doses_times_and_parameters_come_from_the_command_line_too() {
    let typical = euthymia(&[
        "run",
        "examples/warfarin.R",
        "--dose",
        "100 mg at 0 every 12 h x 3 into depot, 50 mg over 2 h at 40 h into central",
        "--times",
        "0:12:48,100",
        "--theta",
        "WT=70,lcl=-2",
        "--omega",
        "0",
        "--sigma",
        "0",
    ]);
    assert!(typical.status.success(), "{}", text(&typical.stderr));
    let rows = text(&typical.stdout);
    assert_eq!(rows.lines().count(), 7, "{rows}");
    assert!(
        rows.starts_with("id,time,ka,cl,v,cp,ipredSim,sim,depot,central\n"),
        "{rows}"
    );
    assert!(rows.lines().last().is_some_and(|line| line.starts_with("1,100,")));
}

#[test]
fn a_population_has_rounds_and_the_same_bits_on_any_number_of_threads() {
    let run = |threads: &str| {
        let run = euthymia(&[
            "run",
            "examples/warfarin.R",
            "--data",
            "examples/warfarin.csv",
            "--times",
            "0:6:48",
            "--subjects",
            "600",
            "--seed",
            "7",
            "--threads",
            threads,
        ]);
        assert!(run.status.success(), "{}", text(&run.stderr));
        run.stdout
    };
    let one = run("1");
    assert_eq!(one, run("2"));
    let rows = text(&one);
    assert!(rows.starts_with("sim.id,id,time,"), "{rows:.80}");
    assert_eq!(rows.lines().count(), 1 + 600 * 9);
    assert!(
        rows.lines()
            .last()
            .is_some_and(|line| line.starts_with("300,2,48,"))
    );
}

#[test]
fn what_is_wrong_with_a_run_is_told_at_its_place_and_nothing_is_written() {
    let out = tempfile::tempdir().expect("a folder");
    let path = out.path().join("rows.csv");
    let target = path.to_str().expect("UTF-8");
    for (arguments, code, message) in [
        (
            &["--data", DATA, "--theta", "lkaa=1"][..],
            1,
            "did you mean `lka`?",
        ),
        (&["--dose", "100 mg", "--times", "0:-1:3"], 1, "the step of"),
        (
            &["--dose", "100 mg into gut", "--times", "0"],
            1,
            "unknown compartment `gut`",
        ),
        (&["--dose", "100 mg"], 1, "nothing says when to observe"),
        (
            &["--data", "suite/reference/rxode2/oral-addl/dta.csv"],
            4,
            "data.csv",
        ),
        (&["--data", DATA, "--rtol", "0"], 2, "option `rtol`"),
    ] {
        let all: Vec<&str> = ["run", MODEL]
            .iter()
            .chain(arguments)
            .copied()
            .chain(["-o", target])
            .collect();
        let run = euthymia(&all);
        let said = text(&run.stderr);
        assert_eq!(run.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(message), "{arguments:?}: {said}");
        assert_eq!(files(out.path()), [] as [&str; 0], "{arguments:?}");
    }
    let odd = euthymia(&["run", MODEL, "--data", DATA, "-o", "rows.xlsx"]);
    assert_eq!(odd.status.code(), Some(4));
    assert!(text(&odd.stderr).contains("name the file `.csv`, `.parquet` or `.arrow`"));
}

#[test]
fn conformance_is_a_table_json_and_a_page() {
    let out = tempfile::tempdir().expect("a folder");
    let page = out.path().join("page.html");
    let target = page.to_str().expect("UTF-8");
    let run = euthymia(&["conformance", "--json", "--html", target]);
    assert!(run.status.success(), "{}", text(&run.stdout));
    assert!(text(&run.stdout).contains("\"largest_relative_error\""));
    let page = std::fs::read_to_string(page).expect("the page");
    assert!(page.contains("oral-ss1-lag") && page.contains("NONMEM's rule is ours"));
    let absent = euthymia(&["conformance", "--nonmem", "no-such-folder"]);
    assert_eq!(absent.status.code(), Some(4));
}

#[test]
fn a_course_is_explained_in_lines_a_page_and_json() {
    let out = tempfile::tempdir().expect("a folder");
    let file = out.path().join("page.html");
    let target = file.to_str().expect("UTF-8");
    let arguments = ["explain", "racemic-iv-single", "-n", "60", "-o", target];
    let run = euthymia(&arguments);
    assert!(run.status.success(), "{}", text(&run.stderr));
    let said = text(&run.stdout);
    let blocks = ["Kinetics", "Target", "Acute effects", "Cascade", "Response"];
    let places: Vec<_> = blocks.map(|name| said.find(&format!("\n{name}\n"))).to_vec();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{said}");
    assert!(said.contains("and on no state of the"), "{said}");
    assert_eq!(said.matches("not a medical device").count(), 1);
    assert_eq!(files(out.path()), ["page.html"]);
    let page = std::fs::read_to_string(&file).expect("the page");
    assert!(page.contains("euthymia explain racemic-iv-single --seed 1 --subjects 60"));

    let json = euthymia(&[arguments.as_slice(), &["--json"]].concat());
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(json["layers"][1]["quantities"][0]["id"], "occupancy");
    assert_eq!(json["result"]["subjects"], 60);
}

#[test]
fn a_course_that_cannot_be_explained_is_answered_as_one_that_cannot_be_simulated() {
    let wrong = |course| {
        let run = euthymia(&["explain", course, "-o", "no-such-folder/page.html"]);
        (run.status.code(), text(&run.stderr).to_owned())
    };
    let (code, said) = wrong("examples/mistakes.toml");
    assert!(
        code == Some(1) && said.contains("examples/mistakes.toml"),
        "{said}"
    );
    let (code, said) = wrong("racemic-iv-singel");
    assert!(
        code == Some(4) && said.contains("did you mean `racemic-iv-single`?"),
        "{said}"
    );
    assert!(!Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../no-such-folder")).exists());
}
