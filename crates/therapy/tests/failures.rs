//! What goes wrong in a run is said with its place, and nothing that is not a number passes for a result.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use euthymia_diagnostics::Source;
use euthymia_engine::{Block, Progress, Silent};
use euthymia_therapy::course::{self, Course};
use euthymia_therapy::library::Library;
use euthymia_therapy::result::CourseResult;
use euthymia_therapy::simulate::{
    Discard, Settings, SimulateError, Trajectories, TrajectoryLayout, simulate,
};

/// A response model of a few lines in the place of the shipped one.
fn library(ini: &str, equations: &str) -> Library {
    // The draws of the shipped one are of parameters that this one has not.
    let mut library = support::library_of(|path| !path.starts_with("response/ketamine-"));
    let text = format!(
        "tiny <- function() {{\n  description <- \"A score for tests.\"\n  units <- list(time = \"h\")\n  \
         conditions <- c(\"trd\")\n  outputs <- list(score = \"Score (points)\")\n  \
         ini({{\n{ini}\n  }})\n  model({{\n{equations}\n  }})\n}}\n"
    );
    library.add_text("response/ketamine.R", Source::new("response/ketamine.R", text));
    library
}

fn course(library: &Library) -> Course {
    let text = "title = \"T\"\ncondition = \"trd\"\nhorizon = \"2 d\"\n[patient]\nage = \"40 y\"\nweight = \"70 kg\"\n\
                sex = \"male\"\nbaseline = { instrument = \"madrs\", score = 30 }\n[[treatments]]\n\
                drug = \"racemic-ketamine\"\nroute = \"iv\"\ndose = \"0.5 mg/kg\"\n";
    let document = support::document("course.toml", text).0.unwrap();
    let (course, diagnostics) = course::read(&document, library);
    assert_eq!(diagnostics, []);
    course.unwrap()
}

/// The error, without printing a whole result where there is none.
fn failure(result: Result<CourseResult, SimulateError>) -> SimulateError {
    result.map(|_| ()).unwrap_err()
}

fn few() -> Settings {
    Settings {
        subjects: Some(3),
        ..Settings::standard()
    }
}

#[test]
fn a_tiny_response_model_is_enough() {
    let library = library(
        "    sd <- 2",
        "    score <- BASE - 10 * occupancy\n    score ~ add(sd)",
    );
    let result = simulate(&course(&library), &library, &few(), &mut Discard, &Silent).unwrap();
    let score = result
        .quantities
        .iter()
        .find(|quantity| quantity.id == "score")
        .unwrap();
    assert_eq!(score.mean[0], 30.0, "the baseline carries no residual");
    assert!(!score.provisional, "this model does not say that it is");
}

#[test]
fn a_score_that_is_no_number_is_refused_with_patient_and_time() {
    let library = library(
        "    sd <- 2",
        "    score <- BASE + sqrt(1 - t)\n    score ~ add(sd)",
    );
    let error = failure(simulate(
        &course(&library),
        &library,
        &few(),
        &mut Discard,
        &Silent,
    ));
    let SimulateError::Undefined {
        quantity,
        subject,
        time_h,
    } = &error
    else {
        panic!("{error}")
    };
    assert_eq!((quantity.as_str(), *subject), ("score", 0));
    assert!((1.0..1.1).contains(time_h), "{time_h}");
    assert!(
        error
            .to_string()
            .starts_with("`score` of patient 0 is not a number at t = 1"),
        "{error}"
    );
}

#[test]
fn a_state_that_explodes_is_refused_with_its_patient() {
    let library = library(
        "    sd <- 2",
        "    d/dt(x) <- x * x\n    x(0) <- 1\n    score <- BASE + 0 * x\n    score ~ add(sd)",
    );
    let error = failure(simulate(
        &course(&library),
        &library,
        &few(),
        &mut Discard,
        &Silent,
    ));
    assert!(
        matches!(&error, SimulateError::Patient(failure) if failure.subject == 0),
        "{error}"
    );
}

#[test]
fn a_residual_that_scores_cannot_have_is_refused() {
    let library = library(
        "    sd <- 0.2",
        "    score <- BASE - 10 * occupancy\n    score ~ prop(sd)",
    );
    let error = failure(simulate(
        &course(&library),
        &library,
        &few(),
        &mut Discard,
        &Silent,
    ));
    assert!(error.to_string().contains("must be `add(sd)`"), "{error}");
}

#[test]
fn a_name_that_nothing_defines_is_told_when_the_course_is_read() {
    let library = library("    sd <- 2", "    score <- BASE * CYP2B6\n    score ~ add(sd)");
    let text = support::document(
        "course.toml",
        "title = \"T\"\ncondition = \"trd\"\nhorizon = \"2 d\"\n[patient]\nage = \"40 y\"\nweight = \"70 kg\"\n\
         sex = \"male\"\nbaseline = { instrument = \"madrs\", score = 30 }\n[[treatments]]\n\
         drug = \"racemic-ketamine\"\nroute = \"iv\"\ndose = \"0.5 mg/kg\"\n",
    );
    let (course, diagnostics) = course::read(&text.0.unwrap(), &library);
    assert!(course.is_none());
    assert_eq!(diagnostics[0].code, "L025");
    let place = &diagnostics[0].labels[0];
    assert_eq!(place.source.slice(place.span), "CYP2B6");
}

#[test]
fn nobody_is_refused() {
    let library = support::whole_library();
    let settings = Settings {
        subjects: Some(0),
        ..Settings::standard()
    };
    let error = failure(simulate(
        &course(&library),
        &library,
        &settings,
        &mut Discard,
        &Silent,
    ));
    assert!(matches!(error, SimulateError::NoPatients));
}

/// Cannot take a block.
struct FullDisk;

#[derive(Debug, thiserror::Error)]
#[error("the disk is full")]
struct Full;

impl Trajectories for FullDisk {
    type Error = Full;

    fn begin(&mut self, _layout: &TrajectoryLayout) -> Result<(), Full> {
        Ok(())
    }

    fn block(&mut self, _block: &Block) -> Result<(), Full> {
        Err(Full)
    }
}

#[test]
fn who_cannot_take_the_trajectories_ends_the_run_in_their_own_words() {
    let library = support::whole_library();
    let error = failure(simulate(
        &course(&library),
        &library,
        &few(),
        &mut FullDisk,
        &Silent,
    ));
    let SimulateError::Trajectories(source) = &error else {
        panic!("{error}")
    };
    assert!(source.downcast_ref::<Full>().is_some());
    assert_eq!(error.to_string(), "the disk is full");
}

/// Asks for the end at once.
struct Impatient;

impl Progress for Impatient {
    fn done(&self, _subjects: u64) {}

    fn cancelled(&self) -> bool {
        true
    }
}

#[test]
fn a_run_can_be_ended() {
    let library = support::whole_library();
    let error = failure(simulate(
        &course(&library),
        &library,
        &few(),
        &mut Discard,
        &Impatient,
    ));
    assert!(matches!(error, SimulateError::Cancelled));
}
