//! A trial of one's own: checked by the schema of the tables, every mistake at its place, pooled with the others.
#![allow(clippy::unwrap_used)]

mod support;

use euthymia_evidence::select::{Query, Time};
use euthymia_evidence::{How, Trial, answer};

const EXAMPLE: &str = include_str!("../../../examples/fictitious-trial.toml");

fn read(text: &str) -> (Option<Trial>, Vec<String>) {
    let document = support::document_of("trial.toml", text);
    let (trial, diagnostics) = Trial::read(&document, &support::evidence(), &[], &support::CONDITIONS);
    (trial, support::told(&diagnostics))
}

#[test]
fn the_example_joins_the_library_and_is_marked() {
    let (trial, told) = read(EXAMPLE);
    assert_eq!(told, [""; 0]);
    let trial = trial.unwrap();
    assert_eq!(
        (trial.arms.len(), trial.outcomes.len(), trial.comparisons.len()),
        (2, 4, 1)
    );
    assert!(trial.study.title.contains("FICTITIOUS"));
    let mut evidence = support::evidence();
    evidence.add(trial);
    let query = Query {
        conditions: vec!["trd".to_owned()],
        controls: vec!["midazolam".to_owned()],
        ..Query::new("response", Time::near(24.0))
    };
    let found = answer(&evidence, &support::words(), &query, &How::default()).unwrap();
    let included = &found.selection.included;
    assert_eq!(included.len(), 1);
    assert!(included[0].layer);
    assert_eq!(
        found.synthesis.unwrap().studies[0].study.label,
        "Fictitious 2030 (yours)"
    );
    // 14 of 30 against 8 of 30.
    assert!((included[0].yi - euthymia_vecmath::scalar::ln(14.0 / 8.0)).abs() < 1e-12);
}

#[test]
fn every_mistake_is_told_at_its_place() {
    for (from, to, expected) in [
        (
            "condition = \"trd\"",
            "condition = \"tdr\"",
            "D007 trial.toml:11:13 `study.condition` cannot be \"tdr\" [did you mean \"trd\"?]",
        ),
        ("value = 14", "value = 34", "E005"),
        ("value = 14", "value = 13.5", "E005"),
        ("arm_a = \"ket\"", "arm_a = \"kett\"", "E003"),
        (
            "registration = \"FICTITIOUS-0001\"",
            "registration = \"NCT03434041\"",
            "E014",
        ),
        (
            "registration = \"FICTITIOUS-0001\"",
            "doi = \"10.2147/NDT.S391096\"",
            "E014",
        ),
        (
            "study_id = \"fictitious-2030\"",
            "study_id = \"chen-2023\"",
            "E001",
        ),
        ("study_id = \"fictitious-2030\"", "study_id = \"../evil\"", "E013"),
        (
            "source_url = \"https://example.org/fictitious-trial\"\n",
            "",
            "D004",
        ),
        ("verified = \"yes\"", "verified = \"perhaps\"", "D007"),
        ("ci_low = -9.1", "ci_low = 9.1", "E008"),
        (
            "dose_unit = \"mg/kg\"\ninfusion_min = 40\nschedule = \"single\"\nn_doses = 1\nn = 30\nbaseline_scale = \"madrs\"\nbaseline_mean = 31.0",
            "schedule = \"single\"",
            "E004",
        ),
        ("infusion_min = 40", "infusion_minutes = 40", "D005"),
        ("arm_id = \"mid\"\ndrug", "arm_id = \"ket\"\ndrug", "E001"),
        // No row may be of another study, or a number of the library would change.
        (
            "arm_id = \"mid\"\ndrug",
            "study_id = \"chen-2023\"\narm_id = \"mid\"\ndrug",
            "E003",
        ),
        (
            "[[outcomes]]\n",
            "[[outcomes]]\nstudy_id = \"chen-2023\"\n",
            "E003",
        ),
        (
            "[[comparisons]]\n",
            "[[comparisons]]\nstudy_id = \"chen-2023\"\n",
            "E003",
        ),
    ] {
        assert!(EXAMPLE.contains(from), "{from}");
        let (_, told) = read(&EXAMPLE.replacen(from, to, 1));
        assert!(
            told.iter().any(|line| line.starts_with(expected)),
            "{from} -> {to}: {told:#?}"
        );
    }
}

#[test]
fn a_second_report_of_a_registration_says_which_the_first_is() {
    let other = EXAMPLE.replacen(
        "registration = \"FICTITIOUS-0001\"",
        "registration = \"NCT03434041\"\noverlaps_with = \"chen-2023\"",
        1,
    );
    assert_eq!(read(&other).1, [""; 0]);
    let wrong = other.replacen(
        "overlaps_with = \"chen-2023\"",
        "overlaps_with = \"chen-2032\"",
        1,
    );
    assert!(
        read(&wrong)
            .1
            .iter()
            .any(|line| line.contains("did you mean `chen-2023`?"))
    );
}
