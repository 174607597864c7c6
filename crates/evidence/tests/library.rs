//! The tables of the library: they hold together, and they answer for known trials.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::LazyLock;

use euthymia_document::Rows;
use euthymia_evidence::{
    Dose, DoseUnit, Evidence, Observation, Overlay, Regimen, Route, Schedule, Series, Tables, Verdict,
};

fn rows(name: &str) -> Rows {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../library/evidence")
        .join(name);
    let (rows, diagnostics) = euthymia_io::csv::rows(&euthymia_io::read_source(path).unwrap());
    assert_eq!(diagnostics, []);
    rows.unwrap()
}

const CONDITIONS: [&str; 11] = [
    "mdd",
    "trd",
    "bipolar-depression",
    "ptsd",
    "gad-sad",
    "suicidality",
    "ocd",
    "aud",
    "oud",
    "mixed",
    "perioperative",
];

static EVIDENCE: LazyLock<Evidence> = LazyLock::new(|| {
    let [studies, arms, outcomes] = ["studies.csv", "arms.csv", "outcomes.csv"].map(rows);
    let [comparisons, pooled, claims] = ["comparisons.csv", "pooled.csv", "claims.csv"].map(rows);
    let review_data = rows("review_data.csv");
    let tables = Tables {
        studies: &studies,
        arms: &arms,
        outcomes: &outcomes,
        comparisons: &comparisons,
        pooled: &pooled,
        review_data: &review_data,
        claims: &claims,
        conditions: &CONDITIONS,
    };
    let (evidence, diagnostics) = Evidence::read(&tables);
    let told: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| {
            let label = &diagnostic.labels[0];
            let line = label.source.position(label.span.start).line;
            format!(
                "{}:{line} {} {}",
                label.source.name(),
                diagnostic.code,
                diagnostic.message
            )
        })
        .collect();
    assert!(told.is_empty(), "{told:#?}");
    evidence
});

#[test]
fn every_row_is_read() {
    let evidence = &EVIDENCE;
    assert_eq!(evidence.studies.len(), 100);
    assert_eq!(evidence.arms.len(), 234);
    assert_eq!(evidence.outcomes.len(), 636);
    assert_eq!(evidence.review_data.len(), 42);
    assert_eq!(evidence.claims.len(), 15);
    assert!(
        evidence
            .claims
            .iter()
            .any(|claim| claim.verdict == Verdict::Untraceable)
    );
}

fn single_racemic(dose: f64) -> Regimen {
    Regimen {
        drug: "racemic-ketamine".to_owned(),
        route: Some(Route::Intravenous),
        dose: Some(Dose {
            minimum: dose,
            maximum: dose,
            unit: DoseUnit::MilligramPerKilogram,
        }),
        schedule: Schedule::Single,
        conditions: vec!["trd".to_owned(), "mdd".to_owned()],
    }
}

fn esketamine(minimum: f64, maximum: f64) -> Regimen {
    Regimen {
        drug: "esketamine".to_owned(),
        route: Some(Route::Intranasal),
        dose: Some(Dose {
            minimum,
            maximum,
            unit: DoseUnit::Milligram,
        }),
        schedule: Schedule::Weekly {
            per_week: 2.0,
            weeks: Some(4.0),
        },
        conditions: vec!["trd".to_owned(), "mdd".to_owned()],
    }
}

fn arms(regimen: &Regimen) -> Vec<String> {
    let matches = EVIDENCE.matching(regimen);
    matches
        .iter()
        .map(|found| format!("{} {}", found.arm.study_id, found.arm.arm_id))
        .collect()
}

#[test]
fn a_single_infusion_matches_the_trials_that_gave_it() {
    let found = arms(&single_racemic(0.5));
    for expected in [
        "lii-2023 ket",
        "murrough-2013 ket",
        "su-2017 ket05",
        "zarate-2006 ket",
        "dwyer-2021 ketamine",
    ] {
        assert!(
            found.iter().any(|arm| arm == expected),
            "{expected} is not in {found:?}"
        );
    }
    // Another dose, another schedule, another condition.
    for other in [
        "su-2017 ket02",
        "anand-2023 ket",
        "bloch-2012 ket",
        "diazgranados-2010 ket",
    ] {
        assert!(!found.iter().any(|arm| arm == other), "{other} is in {found:?}");
    }
    let twice_weekly = Schedule::Weekly {
        per_week: 2.0,
        weeks: Some(4.0),
    };
    let repeated = arms(&Regimen {
        schedule: twice_weekly,
        ..single_racemic(0.5)
    });
    assert!(repeated.contains(&"anand-2023 ket".to_owned()), "{repeated:?}");
    assert!(!repeated.contains(&"singh-2016b ol2".to_owned()), "{repeated:?}");
    // Until the second dose a repeated course is a single one.
    let first_days = EVIDENCE
        .matching(&Regimen {
            schedule: twice_weekly,
            ..single_racemic(0.5)
        })
        .into_iter()
        .find(|found| found.arm.study_id == "su-2017");
    assert_eq!(first_days.and_then(|found| found.until_h), Some(84.0));
    assert_eq!(arms(&single_racemic(0.2)), ["fava-2020 ket02", "su-2017 ket02"]);
    assert_eq!(arms(&single_racemic(0.203)), arms(&single_racemic(0.2)));
    assert_eq!(arms(&single_racemic(0.21)), [""; 0]);
}

#[test]
fn titrated_doses_match_by_both_ends() {
    let found = arms(&esketamine(56.0, 84.0));
    assert!(
        found.contains(&"popova-2019 esk".to_owned()) && found.contains(&"chen-2023 esk".to_owned()),
        "{found:?}"
    );
    assert!(
        !found
            .iter()
            .any(|arm| arm.starts_with("fedgchin") || arm.contains("uspi")),
        "{found:?}"
    );
    let fixed = arms(&esketamine(84.0, 84.0));
    assert!(fixed.contains(&"fedgchin-2019 esk84".to_owned()), "{fixed:?}");
}

#[test]
fn courses_of_different_length_are_alike_until_the_shorter_ends() {
    let matches = EVIDENCE.matching(&esketamine(28.0, 28.0));
    let until = |study: &str| {
        matches
            .iter()
            .find(|found| found.study.study_id == study)
            .unwrap()
            .until_h
    };
    assert_eq!(until("takahashi-2021"), None);
    assert_eq!(until("daly-2018"), Some(168.0));
    // Re-randomised people are not a second set of people.
    assert!(matches.iter().all(|found| !found.arm.arm_id.ends_with("-p2")));
}

fn overlay(study: &str, arm: &str, horizon_h: f64, baseline: Option<f64>) -> Vec<Observation> {
    let arm = EVIDENCE.arm(study, arm).unwrap();
    EVIDENCE.overlay(
        [arm],
        &Overlay {
            instrument: "madrs",
            horizon_h,
            baseline,
        },
    )
}

fn at(observations: &[Observation], series: Series, time_h: f64) -> &Observation {
    observations
        .iter()
        .find(|o| o.series == series && o.time_h == time_h)
        .unwrap()
}

#[test]
fn a_reported_mean_is_drawn_as_it_is() {
    let observations = overlay("lii-2023", "ket", 400.0, None);
    // Lii 2023, extended data table 1: MADRS 12.7 (SD 7.6) in 20 people at 24 h; 12 responded. Student's t with 19
    // degrees of freedom: 2.093 * 7.6 / sqrt(20) = 3.557. Wilson's interval of 12 of 20: 0.3866 to 0.7812.
    let score = at(&observations, Series::Score, 24.0);
    assert_eq!((score.value, score.n), (12.7, Some(20)));
    let interval = score.interval.unwrap();
    assert!(
        (interval.lower - 9.143).abs() < 5e-4 && (interval.upper - 16.257).abs() < 5e-4,
        "{interval:?}"
    );
    assert_eq!(score.derivation, None);
    assert_eq!(
        score.label,
        "Lii 2023, racemic ketamine 0.5 mg/kg IV, during anaesthesia"
    );
    let response = at(&observations, Series::Response, 24.0);
    assert_eq!(response.value, 0.6);
    let interval = response.interval.unwrap();
    assert!(
        (interval.lower - 0.3866).abs() < 5e-5 && (interval.upper - 0.7812).abs() < 5e-5,
        "{interval:?}"
    );
    // Sorted by series, then time; nothing beyond the horizon.
    let scores: Vec<f64> = observations
        .iter()
        .filter(|o| o.series == Series::Score)
        .map(|o| o.time_h)
        .collect();
    assert_eq!(scores, [0.0, 24.0, 48.0, 72.0, 120.0, 168.0, 336.0]);
    assert!(
        overlay("lii-2023", "ket", 100.0, None)
            .iter()
            .all(|o| o.time_h <= 100.0)
    );
}

#[test]
fn a_reported_change_is_added_to_the_arms_own_baseline() {
    // Daly 2018, table 1: 84 mg, baseline 35.0, least-squares change -16.4 (SE 2.64) in 12 people at 24 h.
    let observations = overlay("daly-2018", "esk84", 400.0, Some(99.0));
    let score = at(&observations, Series::Score, 24.0);
    assert!((score.value - 18.6).abs() < 1e-12);
    let interval = score.interval.unwrap();
    assert!(
        (interval.upper - interval.lower - 2.0 * 2.200_985 * 2.64).abs() < 1e-5,
        "{interval:?}"
    );
    let derivation = score.derivation.as_deref().unwrap();
    assert_eq!(
        derivation,
        "baseline 35 plus change estimated by the source's model of -16.4; interval of the change"
    );
}

#[test]
fn a_change_without_a_baseline_needs_the_callers() {
    assert!(
        overlay("popova-2019", "esk", 700.0, None)
            .iter()
            .all(|o| o.series != Series::Score)
    );
    let observations = overlay("popova-2019", "esk", 700.0, Some(37.4));
    let score = at(&observations, Series::Score, 672.0);
    assert!((score.value - 16.0).abs() < 1e-12);
    assert!(
        score
            .derivation
            .as_deref()
            .unwrap()
            .starts_with("baseline of the simulated people")
    );
}

#[test]
fn a_control_says_what_was_given() {
    let observations = overlay("murrough-2013", "mid", 100.0, Some(30.0));
    assert_eq!(observations[0].label, "Murrough 2013, midazolam 0.045 mg/kg IV");
}

#[test]
fn people_reported_twice_are_drawn_once() {
    let overlapping: Vec<_> = EVIDENCE
        .studies
        .iter()
        .filter(|study| !study.overlaps_with.is_empty())
        .collect();
    assert!(!overlapping.is_empty());
    let arms: Vec<_> = EVIDENCE.arms.iter().collect();
    let all = EVIDENCE.overlay(
        arms,
        &Overlay {
            instrument: "madrs",
            horizon_h: 1e6,
            baseline: None,
        },
    );
    for study in overlapping {
        for observation in all.iter().filter(|o| o.study_id == study.study_id) {
            let both = all
                .iter()
                .find(|o| o.series == observation.series && study.overlaps_with.contains(&o.study_id));
            assert_eq!(both, None, "{}", study.study_id);
        }
    }
}

#[test]
fn what_nobody_read_is_never_drawn() {
    use euthymia_evidence::Verified;
    let arms: Vec<_> = EVIDENCE.arms.iter().collect();
    let all = EVIDENCE.overlay(
        arms,
        &Overlay {
            instrument: "madrs",
            horizon_h: 1e6,
            baseline: Some(30.0),
        },
    );
    assert!(all.len() > 100);
    for observation in &all {
        let known = EVIDENCE.outcomes.iter().any(|row| {
            row.study_id == observation.study_id
                && row.arm_id == observation.arm_id
                && row.time_h == Some(observation.time_h)
                && row.verified == Verified::Yes
        });
        assert!(known, "{observation:?}");
        assert!(observation.value.is_finite());
        if observation.series != Series::Score {
            assert!((0.0..=1.0).contains(&observation.value));
        }
        if let Some(interval) = observation.interval {
            assert!(
                interval.lower <= observation.value && observation.value <= interval.upper,
                "{observation:?}"
            );
        }
    }
}
