//! `euthymia evidence` as a person types it.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};

fn evidence(layer: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_euthymia"))
        .args(["evidence", "--layer"])
        .arg(layer)
        .args(arguments)
        .env("COLUMNS", "100")
        .env_remove("EUTHYMIA_LIBRARY")
        .env_remove("EUTHYMIA_EVIDENCE")
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_str(&text(output)).unwrap()
}

fn error(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code));
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn studies_are_listed_as_asked() {
    let layer = tempfile::tempdir().unwrap();
    let table = layer.path().join("studies.csv");
    let listed = text(&evidence(
        layer.path(),
        &["studies", "--condition", "ptsd", "--csv", table.to_str().unwrap()],
    ));
    assert!(
        listed.contains("feder-2021") && listed.ends_with("4 studies\n"),
        "{listed}"
    );
    assert_eq!(std::fs::read_to_string(table).unwrap().lines().count(), 5);
    let all = json(&evidence(
        layer.path(),
        &[
            "studies",
            "--drug",
            "esketamine",
            "--design",
            "parallel",
            "--json",
        ],
    ));
    let all = all.as_array().unwrap();
    assert!(all.len() > 8 && all.iter().all(|study| study["design"] == "parallel"));
    let wrong = evidence(layer.path(), &["studies", "--design", "paralel"]);
    assert!(error(&wrong, 2).contains("did you mean `parallel`?"));
}

#[test]
fn a_pool_shows_what_it_did_draws_it_and_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    let (table, figure) = (folder.path().join("pool.csv"), folder.path().join("forest.svg"));
    let arguments = [
        "pool",
        "--outcome",
        "response",
        "--time",
        "4wk",
        "--condition",
        "trd",
    ];
    let mut drawn = arguments.to_vec();
    drawn.extend([
        "--csv",
        table.to_str().unwrap(),
        "--plot",
        "forest",
        "-o",
        figure.to_str().unwrap(),
    ]);
    let shown = text(&evidence(folder.path(), &drawn));
    for expected in [
        "from 18.7 d to 6 wk after the first dose",
        "Popova 2019",
        "arms esk56 and esk84 joined to one group",
        "Not pooled:",
        "https://",
    ] {
        assert!(shown.contains(expected), "{expected} is not in {shown}");
    }
    let rows = std::fs::read_to_string(table).unwrap();
    assert!(rows.starts_with("study_id,status,") && rows.contains("not pooled"));
    assert!(std::fs::read_to_string(figure).unwrap().starts_with("<svg"));
    let mut as_json = arguments.to_vec();
    as_json.push("--json");
    let found = json(&evidence(folder.path(), &as_json));
    let k = found["selection"]["included"].as_array().unwrap().len();
    assert_eq!(found["synthesis"]["studies"].as_array().unwrap().len(), k);
}

#[test]
fn a_pool_without_a_study_says_why() {
    let layer = tempfile::tempdir().unwrap();
    let arguments = [
        "pool",
        "--outcome",
        "response",
        "--time",
        "24h",
        "--condition",
        "trd",
        "--control",
        "midazolam",
    ];
    let shown = text(&evidence(layer.path(), &arguments));
    assert!(shown.contains("no study answers this"), "{shown}");
    assert!(
        shown.contains("`--include-memory`") && shown.contains("murrough-2013"),
        "{shown}"
    );
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let layer = tempfile::tempdir().unwrap();
    for (arguments, expected) in [
        (&["pool", "--outcome", "respons"][..], "did you mean `response`?"),
        (
            &["pool", "--outcome", "response", "--time", "tomorrow"],
            "is no time",
        ),
        (
            &["pool", "--outcome", "response", "--measure", "MD"],
            "measure it by RR, OR, RD or HR",
        ),
        (
            &["pool", "--outcome", "response", "--crossover", "paired"],
            "needs `--correlation R`",
        ),
        (
            &["pool", "--outcome", "madrs", "--change-correlation", "1"],
            "must be above -1 and below 1",
        ),
        (&["pool", "--outcome", "response", "--method", "RELM"], "REML"),
        (&["claims", "ptds"], "did you mean `ptsd`?"),
        (&["remove", "nobody-2030"], "there is none of yours"),
    ] {
        let told = error(&evidence(layer.path(), arguments), 2);
        assert!(told.contains(expected), "{arguments:?}: {told}");
    }
}

#[test]
fn claims_and_questions_are_answered() {
    let layer = tempfile::tempdir().unwrap();
    let all = text(&evidence(layer.path(), &["claims"]));
    for expected in ["untraceable", "not shown:", "60 % to 78 % (exact)"] {
        assert!(all.contains(expected), "{expected} is not in {all}");
    }
    let one = text(&evidence(layer.path(), &["claims", "durability"]));
    assert!(
        one.contains("risk of bias: serious") && one.contains("https://"),
        "{one}"
    );
    let found = json(&evidence(layer.path(), &["claims", "--json"]));
    assert_eq!(found.as_array().unwrap().len(), 15);
    assert_eq!(found[0]["verdict"], "untraceable");
    let asked = text(&evidence(layer.path(), &["questions"]));
    assert_eq!(asked.matches("?\n").count(), 4, "{asked}");
    let rebuilt = text(&evidence(layer.path(), &["rebuild"]));
    assert!(
        rebuilt.contains("the same to the last printed digit: 5"),
        "{rebuilt}"
    );
}

#[test]
fn a_trial_of_ones_own_joins_and_goes() {
    let layer = tempfile::tempdir().unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/fictitious-trial.toml");
    let add = ["add", example.to_str().unwrap()];
    let pool = [
        "pool",
        "--outcome",
        "response",
        "--time",
        "24h",
        "--condition",
        "trd",
        "--control",
        "midazolam",
    ];
    assert!(
        text(&evidence(layer.path(), &add))
            .starts_with("added fictitious-2030: 2 arms, 4 values, 1 contrasts")
    );
    assert!(text(&evidence(layer.path(), &pool)).contains("Fictitious 2030 (yours)"));
    assert!(text(&evidence(layer.path(), &["studies"])).contains("1 of them yours"));
    // Twice is refused, at its place.
    let again = error(&evidence(layer.path(), &add), 1);
    assert!(
        again.contains("E001") && again.contains("fictitious-trial.toml:7"),
        "{again}"
    );
    // A broken trial is refused with its line and leaves nothing behind.
    let broken = layer.path().join("broken.txt");
    let text_of = std::fs::read_to_string(&example).unwrap();
    std::fs::write(
        &broken,
        text_of
            .replace("fictitious-2030", "other-2031")
            .replace("FICTITIOUS-0001", "X-2")
            .replace("value = 14", "value = 44"),
    )
    .unwrap();
    let refused = error(&evidence(layer.path(), &["add", broken.to_str().unwrap()]), 1);
    assert!(refused.contains("44 events among 30 people"), "{refused}");
    assert_eq!(std::fs::read_dir(layer.path()).unwrap().count(), 2);
    assert!(
        text(&evidence(layer.path(), &["remove", "fictitious-2030"])).starts_with("removed fictitious-2030")
    );
    assert!(!text(&evidence(layer.path(), &pool)).contains("yours"));
}

#[test]
fn trials_of_ones_own_may_name_each_other_in_any_order() {
    let layer = tempfile::tempdir().unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/fictitious-trial.toml");
    let example = std::fs::read_to_string(example).unwrap();
    // The second report names the first, comes before it by its name, and is of the same registration.
    for (id, overlaps) in [("b-2030", ""), ("a-2030", "overlaps_with = \"b-2030\"\n")] {
        let file = layer.path().join("trial.txt");
        let trial = example.replace(
            "study_id = \"fictitious-2030\"\n",
            &format!("study_id = \"{id}\"\n{overlaps}"),
        );
        std::fs::write(&file, trial).unwrap();
        text(&evidence(layer.path(), &["add", file.to_str().unwrap()]));
    }
    assert!(text(&evidence(layer.path(), &["studies"])).contains("2 of them yours"));
}

#[test]
fn a_folder_that_was_named_must_be_there() {
    let layer = tempfile::tempdir().unwrap();
    let missing = layer.path().join("mien");
    for arguments in [&["studies"][..], &["claims"], &["remove", "fictitious-2030"]] {
        let told = error(&evidence(&missing, arguments), 4);
        assert!(told.contains("mien"), "{told}");
    }
    // What is added makes its folder.
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/fictitious-trial.toml");
    text(&evidence(&missing, &["add", example.to_str().unwrap()]));
    assert!(text(&evidence(&missing, &["studies"])).contains("1 of them yours"));
}

/// Two doses and a control of one trial: a line through 0 by generalised least squares, by hand.
const TWO_DOSES: &str = r#"
[study]
study_id = "doses-2031"
year = 2031
title_short = "invented"
condition = "trd"
design = "parallel"
blinding = "double"
comparator = "saline"
source_url = "https://example.org/doses"
verified = "yes"
"#;

fn two_doses() -> String {
    let mut trial = TWO_DOSES.to_owned();
    for (arm, drug, dose, mean, sd, n) in [
        ("low", "racemic-ketamine", "0.5", -13.0, 6.0, 18),
        ("high", "racemic-ketamine", "1.0", -16.0, 8.0, 16),
        ("flexible", "racemic-ketamine", "", -15.0, 8.0, 16),
        ("none", "saline", "", -8.0, 10.0, 50),
    ] {
        trial.push_str(&format!(
            "[[arms]]\narm_id = \"{arm}\"\ndrug = \"{drug}\"\nroute = \"iv\"\nschedule = \"single\"\nn_doses = 1\nn = {n}\n"
        ));
        if !dose.is_empty() {
            trial.push_str(&format!("dose = {dose}\ndose_unit = \"mg/kg\"\n"));
        } else if drug != "saline" {
            trial.push_str("dose_min = 0.5\ndose_max = 1.0\ndose_unit = \"mg/kg\"\n");
        }
        trial.push_str(&format!(
            "[[outcomes]]\narm_id = \"{arm}\"\ntime_h = 24\ntime_basis = \"after_first_dose\"\noutcome = \"madrs\"\n\
             statistic = \"change\"\nvalue = {mean:?}\ndispersion = {sd:?}\ndispersion_type = \"sd\"\nn = {n}\n"
        ));
    }
    trial
}

#[test]
fn a_dose_response_curve_is_the_one_computed_by_hand() {
    let layer = tempfile::tempdir().unwrap();
    let file = layer.path().join("trial.txt");
    std::fs::write(&file, two_doses()).unwrap();
    text(&evidence(layer.path(), &["add", file.to_str().unwrap()]));
    let (table, figure) = (layer.path().join("arms.csv"), layer.path().join("dose.svg"));
    let ask = ["dose", "--time", "24h", "--study", "doses-2031"];
    let mut as_json = ask.to_vec();
    as_json.push("--json");
    let found = json(&evidence(layer.path(), &as_json));
    // Differences -5 and -8 at 0.5 and 1; variances 36/18 + 100/50 = 4 and 64/16 + 2 = 6, covariance 2 of the control.
    let (a, b, c) = (4.0, 6.0, 2.0);
    let determinant = a * b - c * c;
    let information = (0.25 * b - 2.0 * 0.5 * c + a) / determinant;
    let slope = (0.5 * b * -5.0 - c * (0.5 * -8.0 - 5.0) + a * -8.0) / determinant / information;
    let fitted = &found["fit"]["coefficients"][0];
    let near = |value: &serde_json::Value, wanted: f64| (value.as_f64().unwrap() - wanted).abs() < 1e-9;
    assert!(near(&fitted["estimate"], slope), "{fitted} is not {slope}");
    assert!(near(&fitted["se"], (1.0 / information).sqrt()), "{fitted}");
    let at = &found["predictions"][1];
    assert!(near(&at["dose"], 0.5) && near(&at["effect"], 0.5 * slope), "{at}");
    assert!(found["fit"]["between_studies"].is_null());
    let left_out = found["arms_left_out"].as_array().unwrap();
    assert!(left_out.len() == 1 && left_out[0]["reason"].as_str().unwrap().contains("0.5 to 1 mg/kg"));

    let mut drawn = ask.to_vec();
    drawn.extend(["--curve", "quadratic", "--at", "0.5,1,2", "--plot", "-o"]);
    drawn.extend([figure.to_str().unwrap(), "--csv", table.to_str().unwrap()]);
    let shown = text(&evidence(layer.path(), &drawn));
    for expected in [
        "all doses are of one study",
        "beyond every dose that was given",
        "the curve has 2 numbers and there are 2 doses",
        "Doses 2031 (yours)",
        "AIC by maximum likelihood: linear",
    ] {
        assert!(
            shown.replace("\n  ", " ").contains(expected),
            "{expected} is not in {shown}"
        );
    }
    assert!(
        std::fs::read_to_string(table)
            .unwrap()
            .contains("not on the curve")
    );
    // A prediction that is no number is not left out in silence.
    let mut far = ask.to_vec();
    far.extend(["--curve", "quadratic", "--at", "0.5,1e200"]);
    let shown = text(&evidence(layer.path(), &far)).replace("\n  ", " ");
    assert!(shown.contains("no prediction at 1"), "{shown}");
    let svg = std::fs::read_to_string(figure).unwrap();
    assert!(svg.starts_with("<svg") && svg.matches("class=\"bubble\"").count() == 2);
    // Below the lowest dose nobody knows; what is said of the curve stands in the figure too.
    for mark in [
        "class=\"trace unseen\"",
        "class=\"region-1 unseen\"",
        "Dashed: below the lowest dose",
        "All doses are of one",
    ] {
        assert_eq!(svg.matches(mark).count(), 1, "{mark}");
    }
}

#[test]
fn doses_of_the_library_say_what_they_cannot_tell() {
    let layer = tempfile::tempdir().unwrap();
    let figure = layer.path().join("dose.svg");
    let drawn = ["dose", "--time", "24h", "--plot", "-o", figure.to_str().unwrap()];
    assert!(text(&evidence(layer.path(), &drawn)).contains("every arm received 0.5 mg/kg"));
    // A curve between 0 and the only dose is assumed, all of it.
    let svg = std::fs::read_to_string(&figure).unwrap();
    assert!(svg.contains("class=\"trace unseen\"") && !svg.contains("class=\"trace\""));
    let folded = |arguments: &[&str]| text(&evidence(layer.path(), arguments)).replace("\n  ", " ");
    let one_dose = folded(&["dose", "--outcome", "response", "--time", "24h", "--route", "iv"]);
    assert!(
        one_dose.contains("that the effect grows with the dose is assumed"),
        "{one_dose}"
    );
    let nasal = ["dose", "--time", "4wk", "--drug", "esketamine", "--route", "in"];
    let shown = folded(&nasal);
    assert!(shown.contains("its people received 28 to 84 mg") && shown.contains("in takahashi-2021 alone"));
    let mut by_weight = nasal.to_vec();
    by_weight.extend(["--unit", "mg/kg"]);
    let refused = folded(&by_weight);
    assert!(refused.contains("no arm with a dose answers this") && refused.contains("`--weight KG`"));
    by_weight.extend(["--weight", "80"]);
    let shown = folded(&by_weight);
    assert!(
        shown.contains("56 mg taken as 0.7 mg/kg with 80 kg, a weight that is ASSUMED"),
        "{shown}"
    );
    let nothing = folded(&["dose", "--outcome", "ptsd", "--time", "24h"]);
    assert!(nothing.contains("no arm with a dose answers this"), "{nothing}");
    for (arguments, expected) in [
        (&["dose", "--knots", "0,1,2"][..], "add `--curve spline`"),
        (
            &["dose", "--curve", "spline", "--knots", "0,2,1"],
            "each above the one before",
        ),
        (
            &["dose", "--curve", "spline", "--knots=-1,0,1"],
            "`--knots -1` is no dose",
        ),
        (
            &["dose", "--curve", "spline", "--knots", "0,1,inf"],
            "`--knots inf` is no dose",
        ),
        (&["dose", "--unit", "g"], "no unit is called `g`"),
        (&["dose", "--weight", "0"], "must be above 0"),
        (&["dose", "--at=-1"], "is no dose"),
    ] {
        let told = error(&evidence(layer.path(), arguments), 2);
        assert!(told.contains(expected), "{arguments:?}: {told}");
    }
}
