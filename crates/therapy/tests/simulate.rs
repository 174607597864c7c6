//! A whole run through the library's files: what it must hold whatever the models say.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use euthymia_diagnostics::Source;
use euthymia_engine::{Block, LaneWidth, Options, Silent};
use euthymia_therapy::course::{self, Course, DoseAmount};
use euthymia_therapy::library::Library;
use euthymia_therapy::result::{CourseResult, Design, QuantityKind};
use euthymia_therapy::simulate::{Discard, Settings, Trajectories, TrajectoryLayout, inputs, simulate};
use std::collections::BTreeSet;
use std::convert::Infallible;

const MAIN: &str = "racemic-iv-twice-weekly";

fn shipped(library: &Library, stem: &str) -> Course {
    let document = library.document(&format!("courses/{stem}.toml")).unwrap();
    course::read(document, library).0.unwrap()
}

fn parsed(library: &Library, text: &str) -> Course {
    let (document, diagnostics) = support::document("course.toml", text);
    assert_eq!(diagnostics, []);
    let (course, diagnostics) = course::read(&document.unwrap(), library);
    assert_eq!(diagnostics, []);
    course.unwrap()
}

fn settings(subjects: u64) -> Settings {
    Settings {
        subjects: Some(subjects),
        ..Settings::standard()
    }
}

/// Keeps the raw trajectories of every patient, one row of values each.
#[derive(Default)]
struct Keep {
    patients: Vec<Vec<u64>>,
}

impl Trajectories for Keep {
    type Error = Infallible;

    fn begin(&mut self, layout: &TrajectoryLayout) -> Result<(), Infallible> {
        assert!(layout.times_h.windows(2).all(|pair| pair[0] < pair[1]));
        Ok(())
    }

    fn block(&mut self, block: &Block) -> Result<(), Infallible> {
        assert_eq!(block.first, self.patients.len() as u64, "blocks come in order");
        for subject in 0..block.subjects {
            let row = (0..block.columns)
                .flat_map(|column| block.trajectory(column, subject))
                .map(|v| v.to_bits());
            self.patients.push(row.collect());
        }
        Ok(())
    }
}

fn raw(course: &Course, library: &Library, settings: &Settings) -> (CourseResult, Vec<Vec<u64>>) {
    let mut keep = Keep::default();
    let result = simulate(course, library, settings, &mut keep, &Silent).unwrap();
    (result, keep.patients)
}

/// Every number of a result, as bits.
fn bits(result: &CourseResult) -> Vec<u64> {
    let quantities = result.quantities.iter().flat_map(|quantity| {
        let interval = quantity
            .mean_interval
            .iter()
            .flat_map(|interval| [&interval.lower, &interval.upper]);
        [
            &quantity.p05,
            &quantity.p25,
            &quantity.p50,
            &quantity.p75,
            &quantity.p95,
            &quantity.mean,
        ]
        .into_iter()
        .chain(interval)
        .flatten()
    });
    let outcomes = result.outcomes.iter().flat_map(|outcome| &outcome.proportion);
    quantities.chain(outcomes).map(|value| value.to_bits()).collect()
}

#[test]
fn every_shipped_course_runs_and_makes_sense() {
    let library = support::whole_library();
    for stem in library.stems("courses", ".toml") {
        let course = shipped(&library, &stem);
        let result = simulate(&course, &library, &settings(200), &mut Discard, &Silent).unwrap();
        let times = result.times_h.len();
        assert_eq!(result.times_h.first(), Some(&0.0), "{stem}");
        assert_eq!(result.times_h.last(), Some(&course.horizon_h), "{stem}");
        for quantity in &result.quantities {
            for values in [
                &quantity.p05,
                &quantity.p25,
                &quantity.p50,
                &quantity.p75,
                &quantity.p95,
                &quantity.mean,
            ] {
                assert_eq!(values.len(), times);
                assert!(
                    values.iter().all(|value| value.is_finite()),
                    "{stem}: {}",
                    quantity.id
                );
            }
            for at in 0..times {
                let ascending = [
                    quantity.p05[at],
                    quantity.p25[at],
                    quantity.p50[at],
                    quantity.p75[at],
                    quantity.p95[at],
                ];
                assert!(
                    ascending.is_sorted(),
                    "{stem}: {} at {}",
                    quantity.id,
                    result.times_h[at]
                );
            }
            if quantity.kind == QuantityKind::Score {
                assert!(
                    quantity
                        .p05
                        .iter()
                        .all(|score| *score >= result.instrument.minimum)
                );
                assert!(
                    quantity
                        .p95
                        .iter()
                        .all(|score| *score <= result.instrument.maximum)
                );
                assert_eq!(
                    quantity.provisional,
                    course.response_model != "ketamine",
                    "{stem}"
                );
                assert!(
                    quantity.mean_interval.is_some(),
                    "{stem}: 200 patients are enough"
                );
            }
            if quantity.kind == QuantityKind::Concentration {
                assert!(quantity.sampling_site.is_some(), "{stem}: {}", quantity.id);
            }
        }
        for outcome in &result.outcomes {
            assert!(
                outcome
                    .proportion
                    .iter()
                    .all(|proportion| (0.0..=1.0).contains(proportion))
            );
            assert_eq!(
                outcome.proportion[0], 0.0,
                "{stem}: nobody has {} before treatment",
                outcome.id
            );
        }
        assert!(!result.basis.is_empty() && !result.cautions.is_empty() && !result.doses.is_empty());
        assert!(
            result
                .basis
                .iter()
                .all(|row| !row.citation.is_empty() && !row.grades.is_empty()),
            "{stem}"
        );
        assert_eq!(
            result.summary_rows().count(),
            times * (result.quantities.len() + result.outcomes.len() + 1)
                + result.durability.as_ref().map_or(0, |lasting| lasting.kept.len()),
            "{stem}"
        );
    }
}

#[test]
fn fewer_patients_are_a_prefix_of_more() {
    let library = support::whole_library();
    let course = shipped(&library, MAIN);
    let (_, few) = raw(&course, &library, &settings(7));
    let (_, more) = raw(&course, &library, &settings(20));
    assert_eq!(few[..], more[..7]);
}

#[test]
fn the_same_bits_for_any_threads_lanes_and_blocks() {
    let library = support::whole_library();
    let course = shipped(&library, "esketamine-nasal");
    let with = |threads, lanes, block| {
        let engine = Options {
            threads,
            lanes,
            block,
            ..Options::standard()
        };
        let result = simulate(
            &course,
            &library,
            &Settings {
                engine,
                ..settings(60)
            },
            &mut Discard,
            &Silent,
        );
        bits(&result.unwrap())
    };
    let one = with(1, LaneWidth::Eight, 256);
    assert_eq!(one, with(3, LaneWidth::Eight, 16));
    assert_eq!(one, with(2, LaneWidth::Sixteen, 7));
    assert_eq!(one, with(1, LaneWidth::One, 60));
}

#[test]
fn the_seed_decides_and_nothing_else() {
    let library = support::whole_library();
    let course = shipped(&library, MAIN);
    let with = |seed| {
        let settings = Settings { seed, ..settings(20) };
        bits(&simulate(&course, &library, &settings, &mut Discard, &Silent).unwrap())
    };
    assert_eq!(with(1), with(1));
    assert_ne!(with(1), with(2));
}

#[test]
fn the_order_of_treatments_changes_nothing() {
    let library = support::whole_library();
    let head = "title = \"T\"\ncondition = \"trd\"\nhorizon = \"2 wk\"\n[patient]\nage = \"40 y\"\nweight = \"70 kg\"\n\
                sex = \"male\"\nbaseline = { instrument = \"madrs\", score = 30 }\n";
    let dose = |drug: &str, route: &str, dose: &str, start: &str| {
        format!(
            "[[treatments]]\ndrug = \"{drug}\"\nroute = \"{route}\"\ndose = \"{dose}\"\nstart = \"{start}\"\n"
        )
    };
    for (first, second) in [
        (
            dose("esketamine", "in", "56 mg", "0 d"),
            dose("esketamine", "in", "84 mg", "3 d"),
        ),
        // Two drugs whose routes share models, in both orders.
        (
            dose("racemic-ketamine", "iv", "0.5 mg/kg", "0 d"),
            dose("esketamine", "iv", "0.4 mg/kg", "3 d"),
        ),
        (
            dose("esketamine", "iv", "0.4 mg/kg", "0 d"),
            dose("esketamine", "sl", "50 mg", "1 h"),
        ),
    ] {
        let one = parsed(&library, &format!("{head}{first}{second}"));
        let other = parsed(&library, &format!("{head}{second}{first}"));
        assert_eq!(
            raw(&one, &library, &settings(5)).1,
            raw(&other, &library, &settings(5)).1
        );
    }
}

#[test]
fn drugs_whose_models_exclude_each_other_are_refused_with_their_place() {
    // A model that gives a concentration of its own the name of another's.
    let library = support::library_with(
        |_| true,
        |path, text| match path {
            "models/holze-2023-psilocin.R" => text.replace("k_psi", "cp_s"),
            _ => text,
        },
    );
    let text = "title = \"T\"\ncondition = \"trd\"\nhorizon = \"2 wk\"\n[patient]\nage = \"40 y\"\nweight = \"70 kg\"\n\
                sex = \"male\"\nbaseline = { instrument = \"madrs\", score = 30 }\n\
                [[treatments]]\ndrug = \"racemic-ketamine\"\nroute = \"iv\"\ndose = \"0.5 mg/kg\"\n\
                [[treatments]]\ndrug = \"psilocybin\"\nroute = \"oral\"\ndose = \"25 mg\"\nstart = \"3 d\"\n";
    let document = support::document("course.toml", text).0.unwrap();
    let (course, diagnostics) = course::read(&document, &library);
    assert!(course.is_none());
    let refusal = diagnostics
        .iter()
        .find(|diagnostic| diagnostic.code == "C061")
        .unwrap();
    let place = &refusal.labels[0];
    assert_eq!(
        place.source.position(place.span.start).line,
        13,
        "the second treatment"
    );
}

#[test]
fn one_patient_keeps_what_is_known_and_differs_in_the_rest() {
    let library = support::whole_library();
    let course = shipped(&library, "one-patient");
    let result = simulate(&course, &library, &settings(200), &mut Discard, &Silent).unwrap();
    let score = result
        .quantities
        .iter()
        .find(|quantity| quantity.kind == QuantityKind::Score)
        .unwrap();
    assert_eq!(score.p05[0], score.p95[0], "the baseline is known");
    let last = result.times_h.len() / 2;
    assert!(score.p05[last] < score.p95[last], "the rest is not");
    assert!(
        result
            .answer
            .sentence
            .starts_with("Of 100 patients like this one")
    );
}

#[test]
fn few_patients_get_no_interval_but_a_caution() {
    let library = support::whole_library();
    let course = shipped(&library, MAIN);
    let result = simulate(&course, &library, &settings(199), &mut Discard, &Silent).unwrap();
    assert!(
        result
            .quantities
            .iter()
            .all(|quantity| quantity.mean_interval.is_none())
    );
    assert!(result.outcomes.iter().all(|outcome| outcome.interval.is_none()));
    assert!(result.answer.response.lower.is_none());
    assert!(
        result
            .cautions
            .iter()
            .any(|caution| caution.contains("199 virtual patients"))
    );
}

#[test]
fn variance_adds_up_and_uncertainty_needs_the_design() {
    let library = support::whole_library();
    let course = shipped(&library, MAIN);
    let result = simulate(&course, &library, &settings(1000), &mut Discard, &Silent).unwrap();
    assert!(!result.variance.is_empty());
    for split in &result.variance {
        for part in [
            split.parameters,
            split.between_studies,
            split.between_patients,
            split.residual,
        ] {
            assert!(part.is_finite() && part >= 0.0, "{split:?}");
        }
    }
    let certain = Settings {
        design: Design {
            draws: 1,
            studies_per_draw: 1,
        },
        ..settings(300)
    };
    let result = simulate(&course, &library, &certain, &mut Discard, &Silent).unwrap();
    assert!(
        result
            .quantities
            .iter()
            .all(|quantity| quantity.mean_interval.is_none()),
        "one study has no spread"
    );
}

#[test]
fn a_control_has_no_concentration_and_still_a_score() {
    let library = support::whole_library();
    let course = shipped(&library, "saline-control");
    let result = simulate(&course, &library, &settings(200), &mut Discard, &Silent).unwrap();
    assert!(
        result
            .quantities
            .iter()
            .all(|quantity| quantity.kind != QuantityKind::Concentration)
    );
    assert!(
        result
            .quantities
            .iter()
            .any(|quantity| quantity.kind == QuantityKind::Score)
    );
}

#[test]
fn hamd_scores_come_through_the_link() {
    let library = support::whole_library();
    let text = |instrument: &str, score: u32| {
        format!(
            "title = \"T\"\ncondition = \"trd\"\nhorizon = \"1 wk\"\n[patient]\nage = \"40 y\"\nweight = \"70 kg\"\n\
             sex = \"male\"\nbaseline = {{ instrument = \"{instrument}\", score = {score} }}\n[[treatments]]\n\
             drug = \"racemic-ketamine\"\nroute = \"iv\"\ndose = \"0.5 mg/kg\"\n"
        )
    };
    // HAM-D 20 is MADRS 26 (Leucht 2018), so the latent courses are the same.
    let hamd = raw(&parsed(&library, &text("hamd17", 20)), &library, &settings(5));
    let madrs = raw(&parsed(&library, &text("madrs", 26)), &library, &settings(5));
    assert_eq!(hamd.1, madrs.1);
    assert_eq!(
        hamd.0
            .quantities
            .iter()
            .find(|q| q.kind == QuantityKind::Score)
            .unwrap()
            .mean[0],
        20.0
    );
    assert_eq!(hamd.0.instrument.id, "hamd17");
}

#[test]
fn trials_named_by_the_course_are_drawn_with_their_roles() {
    let library = support::whole_library();
    let course = shipped(&library, "esketamine-nasal");
    let result = simulate(&course, &library, &settings(10), &mut Discard, &Silent).unwrap();
    assert!(!result.observations.is_empty());
    for point in &result.observations {
        let named = course
            .observed
            .iter()
            .find(|arm| arm.study == point.study_id && arm.role == point.role);
        assert!(named.is_some(), "{} as {:?}", point.study_id, point.role);
        assert!(
            point.time_h <= course.horizon_h
                && point.value.is_finite()
                && point.source_url.starts_with("http")
        );
        let known = result
            .outcomes
            .iter()
            .map(|outcome| &outcome.id)
            .any(|id| *id == point.series);
        assert!(known || point.series == "score", "{}", point.series);
    }
}

#[test]
fn trials_of_the_same_regimen_are_found_where_the_course_names_none() {
    let library = support::whole_library();
    let mut course = shipped(&library, "racemic-iv-single");
    course.observed.clear();
    let result = simulate(&course, &library, &settings(10), &mut Discard, &Silent).unwrap();
    let studies: BTreeSet<&str> = result
        .observations
        .iter()
        .map(|point| point.study_id.as_str())
        .collect();
    assert!(studies.len() >= 2, "{studies:?}");
    // A dose that no trial gave.
    course.treatments[0].dose = Some(DoseAmount::PerWeight(0.37));
    let result = simulate(&course, &library, &settings(10), &mut Discard, &Silent).unwrap();
    assert!(result.observations.is_empty());
}

#[test]
fn a_concentration_says_where_its_own_model_samples() {
    let library = support::library_with(
        |_| true,
        |path, text| match path {
            "courses/racemic-iv-single.toml" => text.replace("\"norketamine\"", "\"ketamine_venous\""),
            _ => text,
        },
    );
    let course = shipped(&library, "racemic-iv-single");
    let result = simulate(&course, &library, &settings(20), &mut Discard, &Silent).unwrap();
    let site = |id: &str| {
        let mut quantities = result.quantities.iter();
        let quantity = quantities.find(|quantity| quantity.id == id).unwrap();
        quantity.sampling_site.clone()
    };
    assert_eq!(site("ketamine").as_deref(), Some("arterial plasma"));
    assert_eq!(site("ketamine_venous").as_deref(), Some("venous plasma"));
}

#[test]
fn the_inputs_of_a_run_are_all_named_once() {
    let library = support::whole_library();
    let course = shipped(&library, MAIN);
    let inputs = inputs(&course, &library).unwrap();
    let names: Vec<&str> = inputs.iter().map(Source::name).collect();
    for wanted in [
        "library/courses/racemic-iv-twice-weekly.toml",
        "library/drugs/racemic-ketamine.toml",
        "library/instruments/madrs.toml",
        "library/models/ketamine.R",
        "library/response/ketamine.R",
        "library/sources.toml",
        "library/evidence/outcomes.csv",
    ] {
        assert_eq!(
            names.iter().filter(|name| **name == wanted).count(),
            1,
            "{wanted} in {names:?}"
        );
    }
    assert!(
        !names.contains(&"library/models/perez-ruixo-2021-esketamine.R"),
        "not used"
    );
    assert!(!names.contains(&"library/evidence/claims.toml"), "not read");
}

#[test]
fn the_trials_count_as_an_input_also_where_the_course_names_none() {
    let library = support::whole_library();
    let mut course = shipped(&library, MAIN);
    course.observed.clear();
    let inputs = inputs(&course, &library).unwrap();
    for wanted in ["studies", "arms", "outcomes"] {
        let path = format!("library/evidence/{wanted}.csv");
        assert!(inputs.iter().any(|file| file.name() == path), "{path}");
    }
}

#[test]
fn a_trial_of_one_dose_is_drawn_until_the_second_dose_of_a_course() {
    let library = support::whole_library();
    let mut course = shipped(&library, MAIN);
    let single = "wilkinson-2018-ipd";
    let second_h = course.session_times_h()[1];
    let points = |course: &Course| {
        let result = simulate(course, &library, &settings(10), &mut Discard, &Silent).unwrap();
        result.observations
    };
    let named = points(&course);
    let times: Vec<f64> = named
        .iter()
        .filter(|point| point.study_id == single)
        .map(|point| point.time_h)
        .collect();
    assert!(times.contains(&24.0), "{times:?}");
    assert!(times.iter().all(|time| *time <= second_h), "{times:?}");
    course.observed.clear();
    let found = points(&course);
    let of_one_dose: Vec<f64> = found
        .iter()
        .filter(|point| point.study_id == "murrough-2013")
        .map(|point| point.time_h)
        .collect();
    assert_eq!(of_one_dose, [24.0]);
    assert!(
        found.iter().all(|point| point.study_id != "su-2017"),
        "measured after the second dose"
    );
}
