use super::*;
use crate::course;
use crate::library::Library;
use euthymia_diagnostics::Source;

const COURSE: &str = r#"
title = "Test"
condition = "trd"
horizon = "12 wk"
[patient]
age = "40 y"
weight = "80 kg"
sex = "male"
baseline = { instrument = "madrs", score = 30 }
"#;

fn library() -> Library {
    let mut library = Library::new();
    for path in [
        "drugs/escitalopram.toml",
        "drugs/esketamine.toml",
        "drugs/racemic-ketamine.toml",
        "drugs/saline.toml",
        "instruments/madrs.toml",
    ] {
        let file = format!("{}/../../library/{path}", env!("CARGO_MANIFEST_DIR"));
        let source = Source::new(path, std::fs::read_to_string(file).unwrap());
        library.add_document(path, euthymia_io::toml::document(&source).0.unwrap());
    }
    library
}

/// The course with these treatments; what needs the models is not checked here.
fn course(treatments: &str) -> Course {
    let source = Source::new("course.toml", format!("{COURSE}{treatments}"));
    let document = euthymia_io::toml::document(&source).0.unwrap();
    let (course, diagnostics) = course::read::without_models(&document, &library());
    assert_eq!(diagnostics, []);
    course.unwrap()
}

const RACEMATE: &str = r#"
[[treatments]]
drug = "racemic-ketamine"
route = "iv"
dose = "0.5 mg/kg"
infusion = "40 min"
every = "3.5 d"
count = 2
"#;

const SPRAY: &str = r#"
[[treatments]]
drug = "esketamine"
route = "in"
dose = "84 mg"
start = "1 d"
"#;

#[test]
fn a_racemate_is_split_over_its_enantiomers() {
    let plan = plan(&course(RACEMATE));
    let central: Vec<&PlannedDose> = plan
        .iter()
        .filter(|dose| dose.compartment.starts_with("central"))
        .collect();
    assert_eq!(central.len(), 4);
    assert_eq!(
        (central[0].compartment.as_str(), central[1].compartment.as_str()),
        ("central_r", "central_s")
    );
    for dose in &central {
        assert_eq!(dose.amount.milligrams(80.0), 20.0, "half of 0.5 mg/kg x 80 kg");
        assert_eq!(dose.input, PlannedInput::Over(40.0 / 60.0));
    }
    assert_eq!(
        central.iter().map(|dose| dose.time_h).collect::<Vec<_>>(),
        [0.0, 0.0, 84.0, 84.0]
    );
}

#[test]
fn devices_are_spaced_and_the_first_differs_from_the_later() {
    let plan = plan(&course(SPRAY));
    let nasal: Vec<(f64, &str)> = plan
        .iter()
        .filter(|dose| dose.compartment.starts_with("nasal"))
        .map(|dose| (dose.time_h, dose.compartment.as_str()))
        .collect();
    let minutes = |minutes: f64| 24.0 + minutes / 60.0;
    assert_eq!(
        nasal,
        [
            (24.0, "nasal_first_s"),
            (minutes(5.0), "nasal_later_s"),
            (minutes(10.0), "nasal_later_s")
        ]
    );
    assert!(
        plan.iter()
            .filter(|dose| dose.compartment.starts_with("swallowed"))
            .all(|dose| dose.input == PlannedInput::ModelledDuration && dose.amount.milligrams(50.0) == 28.0)
    );
}

#[test]
fn every_session_raises_expectation_once() {
    let expectations = |course: &Course| -> Vec<(f64, f64)> {
        plan(course)
            .iter()
            .filter(|dose| dose.compartment == EXPECTANCY)
            .map(|dose| (dose.time_h, dose.amount.milligrams(1.0)))
            .collect()
    };
    assert_eq!(expectations(&course(RACEMATE)), [(0.0, 1.0), (84.0, 1.0)]);
    // Three devices are one session.
    assert_eq!(expectations(&course(SPRAY)).len(), 1);
    // What is given at the same time is one session, of a control as of the drug, whoever knows.
    let saline = "[[treatments]]\ndrug = \"saline\"\nroute = \"iv\"\n";
    assert_eq!(expectations(&course(saline)), [(0.0, 1.0)]);
    assert_eq!(
        expectations(&course(&format!("{saline}{RACEMATE}"))),
        [(0.0, 1.0), (84.0, 1.0)]
    );
    let tablets = "[[treatments]]\ndrug = \"escitalopram\"\nroute = \"oral\"\ndose = \"10 mg\"\nevery = \"1 d\"\ncount = 3\n";
    assert_eq!(expectations(&course(tablets)), [], "taken at home");
}

#[test]
fn the_order_of_treatments_changes_nothing() {
    let one = format!("{RACEMATE}{SPRAY}");
    let other = format!("{SPRAY}{RACEMATE}");
    assert_eq!(plan(&course(&one)), plan(&course(&other)));
}

#[test]
fn devices_are_counted_whole() {
    assert_eq!(devices(84.0, 28.0), Some(3));
    assert_eq!(devices(28.0, 28.0), Some(1));
    assert_eq!(devices(70.0, 28.0), None);
    assert_eq!(devices(0.0, 28.0), None);
    assert_eq!(devices(f64::NAN, 28.0), None);
    assert_eq!(devices(1e300, 28.0), None);
}

#[test]
fn a_mark_says_drug_dose_route_and_time() {
    let marks = dose_marks(&course(RACEMATE));
    assert_eq!(
        marks[0].label,
        "racemic ketamine 0.5 mg/kg intravenous over 40 min"
    );
    assert_eq!(marks[1].time_h, 84.0);
    assert!((marks[0].duration_h - 2.0 / 3.0).abs() < 1e-15);
}
