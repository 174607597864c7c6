//! A fitted response model: every draw of a run is one draw of its joint posterior.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and is held to the platform's mathematics"
)]

mod support;

use euthymia_diagnostics::render;
use euthymia_engine::{Block, Silent};
use euthymia_therapy::course::{self, Course};
use euthymia_therapy::library::Library;
use euthymia_therapy::posterior::Posterior;
use euthymia_therapy::result::Design;
use euthymia_therapy::shelf;
use euthymia_therapy::simulate::{Discard, Settings, Trajectories, TrajectoryLayout, inputs, simulate};
use euthymia_therapy::{explain, lint};
use std::convert::Infallible;

const STYLE: render::Style = render::Style {
    colour: false,
    width: 140,
};

fn course(library: &Library) -> Course {
    let text = "title = \"T\"\ncondition = \"trd\"\nhorizon = \"2 wk\"\nresponse = \"fitted\"\n[patient]\nage = \"40 y\"\n\
                weight = \"70 kg\"\nsex = \"female\"\nbaseline = { instrument = \"madrs\", score = 30 }\n[[treatments]]\n\
                drug = \"potion\"\nroute = \"iv\"\ndose = \"100 mg\"\n[report]\nquantities = [\"score\"]\n";
    let (document, _) = support::document("course.toml", text);
    let (course, diagnostics) = course::read(&document.unwrap(), library);
    assert!(diagnostics.is_empty(), "{}", render::text(&diagnostics, STYLE));
    course.unwrap()
}

fn posterior(library: &Library) -> Posterior {
    library.posterior("fitted").unwrap().unwrap()
}

fn settings(subjects: u64, draws: u32, studies_per_draw: u32) -> Settings {
    Settings {
        subjects: Some(subjects),
        design: Design {
            draws,
            studies_per_draw,
        },
        ..Settings::standard()
    }
}

/// The score of every patient over time.
#[derive(Default)]
struct Scores {
    times_h: Vec<f64>,
    column: usize,
    patients: Vec<Vec<f64>>,
}

impl Trajectories for Scores {
    type Error = Infallible;

    fn begin(&mut self, layout: &TrajectoryLayout) -> Result<(), Infallible> {
        self.times_h.clone_from(&layout.times_h);
        self.column = layout
            .columns
            .iter()
            .position(|column| column.name == "score")
            .unwrap();
        Ok(())
    }

    fn block(&mut self, block: &Block) -> Result<(), Infallible> {
        let patients = 0..block.subjects;
        self.patients
            .extend(patients.map(|subject| block.trajectory(self.column, subject).to_vec()));
        Ok(())
    }
}

fn scores(library: &Library, settings: &Settings) -> Scores {
    let mut scores = Scores::default();
    simulate(&course(library), library, settings, &mut scores, &Silent).unwrap();
    scores
}

/// A library in which patients do not differ, so that a patient's score is that of the draw.
fn without_patients() -> Library {
    support::made_up_with(|_, text| text.replace("spread * eta_gain", "0 * spread * eta_gain"))
}

/// The row of the posterior that gives a curve, of those left.
fn row_of(curve: &[f64], times_h: &[f64], posterior: &Posterior) -> Option<usize> {
    (0..posterior.len()).find(|row| {
        let [lgain, lhalf, ..] = *posterior.draw(*row) else {
            panic!("four parameters")
        };
        times_h.iter().zip(curve).skip(1).all(|(time_h, score)| {
            let improvement = lgain.exp() * (-2.0_f64.ln() / lhalf.exp() * time_h).exp();
            (score - 30.0 * (-improvement).exp()).abs() < 1e-6
        })
    })
}

#[test]
fn every_draw_of_a_run_is_a_whole_draw_of_the_posterior() {
    let library = without_patients();
    let posterior = posterior(&library);
    // Two studies in a draw: patients 0 and 1 share their parameters, and so on; a second round of patients repeats them.
    let all = scores(&library, &settings(160, 40, 2));
    let mut rows: Vec<usize> = all
        .patients
        .iter()
        .map(|curve| {
            row_of(curve, &all.times_h, &posterior).unwrap_or_else(|| panic!("no draw gives {curve:?}"))
        })
        .collect();
    assert_eq!(rows[..80], rows[80..]);
    assert!(rows[..80].chunks(2).all(|pair| pair[0] == pair[1]));
    rows.truncate(80);
    let mut distinct = rows.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 40, "no draw is taken twice");
    let fewer = scores(&library, &settings(10, 10, 1));
    let first: Vec<_> = fewer
        .patients
        .iter()
        .map(|curve| row_of(curve, &fewer.times_h, &posterior))
        .collect();
    let expected: Vec<_> = rows[..20].chunks(2).map(|pair| Some(pair[0])).collect();
    assert_eq!(first, expected, "a smaller run is the beginning of a larger one");
    let other = Settings {
        seed: 2,
        ..settings(10, 10, 1)
    };
    let other = scores(&library, &other);
    let other: Vec<_> = other
        .patients
        .iter()
        .map(|curve| row_of(curve, &other.times_h, &posterior))
        .collect();
    assert_ne!(first, other);
}

#[test]
fn the_residual_of_a_rating_is_drawn_with_the_others() {
    // Without draws of the residual its variance is that of the estimate, 9.
    let library = support::made_up_library();
    let result = simulate(
        &course(&library),
        &library,
        &settings(4000, 40, 2),
        &mut Discard,
        &Silent,
    )
    .unwrap();
    let sds = posterior(&library).values_of("sd_score").unwrap();
    let expected = sds.iter().map(|sd| sd * sd).sum::<f64>() / sds.len() as f64;
    let found = result.variance.last().unwrap().residual;
    assert!((found / expected - 1.0).abs() < 0.1, "{found} {expected}");
    assert!((expected - 9.0).abs() > 0.2, "the test tells them apart");
}

#[test]
fn parameters_of_other_models_are_drawn_as_before() {
    let with = |response: &str| {
        let library = support::made_up_library();
        let text = format!(
            "title = \"T\"\ncondition = \"trd\"\nhorizon = \"2 d\"\nresponse = \"{response}\"\n[patient]\nage = \"40 y\"\n\
             weight = \"70 kg\"\nsex = \"female\"\nbaseline = {{ instrument = \"madrs\", score = 30 }}\n[[treatments]]\n\
             drug = \"potion\"\nroute = \"oral-pr\"\ndose = \"100 mg\"\n[report]\nquantities = [\"drug\"]\n"
        );
        let document = support::document("course.toml", &text).0.unwrap();
        let course = course::read(&document, &library).0.unwrap();
        let result = simulate(&course, &library, &settings(300, 20, 1), &mut Discard, &Silent).unwrap();
        result.quantities[0].p95.clone()
    };
    // Another response model is another system to integrate, so not the same to the last bit.
    for (fitted, other) in with("fitted").iter().zip(with("ketamine")) {
        assert!((fitted - other).abs() < 1e-7, "{fitted} {other}");
    }
}

#[test]
fn the_library_is_whole_and_says_what_is_not() {
    assert_eq!(lint::lint(&support::made_up_library()), []);
    let lint_with = |change: &dyn Fn(&str, String) -> String| {
        let found = lint::lint(&support::made_up_with(change));
        found.iter().map(|one| one.code).collect::<Vec<_>>()
    };
    let in_file = |file: &'static str, from: &'static str, to: &'static str| {
        lint_with(&move |path, text| {
            if path == file {
                assert!(text.contains(from));
                text.replacen(from, to, 1)
            } else {
                text
            }
        })
    };
    assert_eq!(in_file("response/fitted-draws.csv", "lhalf", "lhlaf"), ["L046"]);
    assert_eq!(
        in_file("response/fitted-posterior.toml", "draws = 40", "draws = 41"),
        ["L048"]
    );
    assert_eq!(
        in_file("response/fitted-posterior.toml", "\"syrup\"", "\"sirup\""),
        ["L049"]
    );
    assert_eq!(
        in_file("response/fitted.R", "lgain <- 0.33", "lgain <- 33"),
        ["L046"]
    );
    let without = |missing: &'static str| {
        let library = support::made_up_only(move |path| path != missing);
        let found = lint::lint(&library);
        let told: Vec<_> = found.iter().map(|one| one.code).collect();
        assert!(library.posterior("fitted").is_err() || missing.ends_with(".R"));
        told
    };
    assert_eq!(without("response/fitted-draws.csv"), ["L044"]);
    assert_eq!(without("response/fitted-posterior.toml"), ["L044"]);
    assert_eq!(without("response/fitted.R"), ["L043"]);
}

#[test]
fn a_course_with_wrong_draws_is_refused() {
    let library = support::made_up_with(|path, text| match path {
        "response/fitted-draws.csv" => text.replacen("0.2", "NaN", 1),
        _ => text,
    });
    let text = "title = \"T\"\ncondition = \"trd\"\nhorizon = \"2 d\"\nresponse = \"fitted\"\n[patient]\nage = \"40 y\"\n\
                weight = \"70 kg\"\nsex = \"female\"\nbaseline = { instrument = \"madrs\", score = 30 }\n[[treatments]]\n\
                drug = \"potion\"\nroute = \"iv\"\ndose = \"100 mg\"\n";
    let document = support::document("course.toml", text).0.unwrap();
    let (_, diagnostics) = course::read(&document, &library);
    let shown = render::text(&diagnostics, STYLE);
    assert!(shown.contains("fitted-draws.csv:"), "{shown}");
    assert!(shown.contains("L047"), "{shown}");
}

#[test]
fn whoever_asks_is_told_of_the_posterior() {
    let library = support::made_up_library();
    let posterior = posterior(&library);
    let entries = shelf::shelf(&library).unwrap();
    let entry = entries.iter().find(|entry| entry.name == "fitted").unwrap();
    let parameters = shelf::parameters(&entry.model, entry.posterior.as_ref());
    let told = parameters.iter().find(|one| one.name == "lgain").unwrap();
    assert_eq!(told.posterior, posterior.marginal("lgain"));
    assert!(told.posterior.unwrap().p05 < told.value && told.value < told.posterior.unwrap().p95);
    assert_eq!(
        parameters
            .iter()
            .find(|one| one.name == "scale_top")
            .unwrap()
            .posterior,
        None
    );
    let read: Vec<String> = inputs(&course(&library), &library)
        .unwrap()
        .iter()
        .map(|file| file.name().to_owned())
        .collect();
    for file in [
        "library/response/fitted-draws.csv",
        "library/response/fitted-posterior.toml",
    ] {
        assert!(read.contains(&file.to_owned()), "{read:?}");
    }
    let explained = explain::explain(&course(&library), &library, &settings(20, 10, 1), &Silent).unwrap();
    let mut quantities = explained.layers.iter().flat_map(|layer| &layer.quantities);
    let of_score = quantities.find(|quantity| quantity.id == "score").unwrap();
    let half = of_score
        .parameters
        .iter()
        .find(|one| one.name == "lhalf")
        .unwrap();
    assert_eq!(half.standard_error, posterior.marginal("lhalf").map(|one| one.sd));
}
