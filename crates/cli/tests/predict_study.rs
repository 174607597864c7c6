//! Predictions of trials from their designs, as a user asks for them.

mod common;

use common::{euthymia, text};
use serde_json::Value;

fn predicted(arguments: &[&str]) -> Vec<Value> {
    let run = euthymia(&[&["predict-study"], arguments, &["--json"]].concat());
    assert!(run.status.success(), "{}", text(&run.stderr));
    serde_json::from_slice(&run.stdout).expect("an array")
}

fn words<'v>(all: &'v [Value], key: &str) -> Vec<&'v str> {
    let mut words: Vec<&str> = all.iter().filter_map(|one| one[key].as_str()).collect();
    words.sort_unstable();
    words.dedup();
    words
}

#[test]
fn a_trial_of_depression_is_told_in_the_form_that_was_agreed() {
    let all = predicted(&[
        "singh-2016b",
        "--times",
        "24h,7d",
        "--outcome",
        "madrs,response,remission",
    ]);
    assert_eq!(words(&all, "outcome"), ["madrs", "remission", "response"]);
    assert_eq!(
        words(&all, "statistic"),
        ["change", "mean", "n_events", "proportion", "sd"]
    );
    let arms = words(&all, "arm_id").len();
    assert_eq!(all.len(), arms * 2 * (3 + 2 + 2));
    for one in &all {
        let number = |key: &str, end: usize| one[key][end].as_f64().expect("a number");
        let median = one["median"].as_f64().expect("a number");
        assert!(number("pi90", 0) <= number("pi50", 0) && number("pi50", 0) <= median);
        assert!(median <= number("pi50", 1) && number("pi50", 1) <= number("pi90", 1));
        assert!(["24.0", "168.0"].contains(&one["time_h"].to_string().as_str()));
    }
}

/// What a depression scale would say of people with PTSD nobody measured.
#[test]
fn a_trial_of_ptsd_is_told_on_its_own_scale() {
    let usual = predicted(&["feder-2021", "--times", "14d"]);
    assert_eq!(words(&usual, "outcome"), ["caps5", "response-ptsd"]);
    let both = predicted(&["feder-2021", "--times", "14d", "--outcome", "madrs,response"]);
    assert_eq!(words(&both, "outcome"), ["response"]);
    // A loss of 30 % is no rarer than one of half.
    let median = |all: &[Value], outcome: &str| {
        let one = all.iter().find(|one| {
            one["outcome"] == *outcome && one["statistic"] == *"proportion" && one["arm_id"] == *"ket"
        });
        one.and_then(|one| one["median"].as_f64()).expect("a median")
    };
    assert!(median(&usual, "response-ptsd") >= median(&both, "response"));
    let told = euthymia(&[
        "predict-study",
        "feder-2021",
        "--outcome",
        "madrs,response",
        "--json",
    ]);
    assert!(text(&told.stderr).contains("madrs is not predicted"));
    let none = euthymia(&["predict-study", "feder-2021", "--outcome", "madrs"]);
    assert!(!none.status.success());
}

#[test]
fn an_outcome_that_nobody_knows_is_refused_with_the_nearest() {
    let run = euthymia(&["predict-study", "feder-2021", "--outcome", "caps-5"]);
    assert_eq!(run.status.code(), Some(2));
    assert!(text(&run.stderr).contains("did you mean `caps5`?"));
}
