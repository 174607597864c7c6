//! Virtual trials, as a user asks for them.

mod common;

use common::{euthymia, text};
use serde_json::Value;

#[test]
fn files_say_what_standard_output_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().to_str().expect("UTF-8");
    let run = euthymia(&[
        "trial",
        "two-arm-midazolam",
        "--n",
        "40,80",
        "--replicates",
        "40",
        "--json",
        "--out",
        out,
    ]);
    assert!(run.status.success(), "{}", text(&run.stderr));
    let told: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    let written = std::fs::read_to_string(folder.path().join("summary.json")).expect("written");
    assert_eq!(serde_json::from_str::<Value>(&written).expect("JSON"), told);
    assert_eq!(told["curves"].as_array().expect("worlds").len(), 4);
    let page = std::fs::read_to_string(folder.path().join("report.html")).expect("written");
    assert_eq!(page.matches("not a medical device").count(), 1);
    let table = std::fs::read_to_string(folder.path().join("summary.csv")).expect("written");
    assert_eq!(table.lines().count(), 1 + 4 * 2);
}

#[test]
fn one_replicate_is_told_person_by_person() {
    let run = euthymia(&["trial", "two-arm-midazolam", "--n", "20", "--replicate", "3"]);
    assert!(run.status.success(), "{}", text(&run.stderr));
    let rows: Vec<&str> = text(&run.stdout).lines().collect();
    assert_eq!(rows.len(), 21);
    assert_eq!(
        rows[0],
        "person,arm,site,stopped_h,baseline,score_24h,score_72h,score_168h"
    );
    assert!(rows[1].starts_with("1,ketamine,1,"));
}

#[test]
fn mistakes_are_told_with_the_way_out() {
    let sizes = euthymia(&["trial", "two-arm-midazolam", "--n", "400..40"]);
    assert_eq!(sizes.status.code(), Some(2));
    assert!(text(&sizes.stderr).contains("40..400"), "{}", text(&sizes.stderr));
    let name = euthymia(&["trial", "two-arm-midazolan"]);
    assert_eq!(name.status.code(), Some(4));
    assert!(
        text(&name.stderr).contains("two-arm-midazolam"),
        "{}",
        text(&name.stderr)
    );
    let study = euthymia(&["trial", "--published", "berman-2000", "--replicates", "10"]);
    assert_eq!(study.status.code(), Some(1));
    assert!(
        text(&study.stderr).contains("--published"),
        "{}",
        text(&study.stderr)
    );
}
