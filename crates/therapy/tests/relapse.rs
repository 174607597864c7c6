//! Relapse after a course as the engine integrates it, against the closed form that the fit uses.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use euthymia_engine::Options;
use euthymia_model::{check, syntax};
use euthymia_therapy::course::{self, People};
use euthymia_therapy::response::{Beside, Exposure, Followed, Theta, Thetas, gone, grid_h};
use euthymia_therapy::simulate::{TypicalCurves, typical};

/// The typical person over `times_h`, after `count` doses `every` so often.
fn curves(every: &str, count: u32, times_h: &[f64]) -> TypicalCurves {
    let library = support::whole_library();
    let text = format!(
        "title = \"T\"\ncondition = \"trd\"\nhorizon = \"26 wk\"\n[patient]\nage = \"45 y\"\nweight = \"75 kg\"\n\
         sex = \"female\"\nbaseline = {{ instrument = \"madrs\", score = 34 }}\n[[treatments]]\ndrug = \"racemic-ketamine\"\n\
         route = \"iv\"\ndose = \"0.5 mg/kg\"\nevery = \"{every}\"\ncount = {count}\n\
         [report]\nquantities = [\"occupancy\", \"relapse\", \"remitted\", \"left\"]\n"
    );
    let (document, _) = support::document("course.toml", &text);
    let course = course::read(&document.unwrap(), &library).0.unwrap();
    let People::Patient(patient) = &course.people else {
        panic!("one patient")
    };
    typical(&course, patient, &library, times_h, &Options::standard()).unwrap()
}

#[test]
fn relapse_of_the_typical_person_is_that_of_the_closed_form() {
    let library = support::whole_library();
    let text = library.text("response/ketamine.R").unwrap();
    let model = check::check(&syntax::parse(text).0).0.unwrap();
    let one = Exposure {
        times_h: grid_h(),
        occupancy: curves("7 d", 1, &grid_h()).curve("occupancy").unwrap().to_vec(),
    };
    // A course and no more, and one that goes on every week.
    // Relapses count from a day after the last session within four weeks.
    for (every, every_h, count, from_h) in
        [("3.5 d", 84.0, 8, 588.0 + 24.0), ("7 d", 168.0, 20, 672.0 + 24.0)]
    {
        let times_h = [from_h, from_h + 240.0, from_h + 720.0, from_h + 2400.0];
        let curves = curves(every, count, &times_h);
        let (relapse, left, remitted) = (
            curves.curve("relapse").unwrap(),
            curves.curve("left").unwrap(),
            curves.curve("remitted").unwrap(),
        );
        let thetas: Thetas<f64> = Thetas::new(|theta| {
            let value = model.theta(theta.name()).unwrap().value;
            match theta {
                // The typical person is one in remission by so much, and not an average over people.
                Theta::RelapseRemission => value * remitted[3],
                Theta::OmegaRelapse => 0.0,
                _ => value,
            }
        });
        let sessions: Vec<(f64, f64)> = (0..count)
            .map(|dose| (f64::from(dose) * every_h - from_h, one.area_h()))
            .collect();
        let people = Followed::new(&sessions, 200, 1.0, Beside::default());
        for (at, time_h) in times_h.iter().enumerate() {
            let expected = people.relapsed(time_h - from_h, &thetas, 0.0);
            assert!(
                (relapse[at] - expected).abs() < 2e-3,
                "{every}, {time_h} h: {} by the engine, {expected} in closed form",
                relapse[at]
            );
            let expected = gone(*time_h, &thetas, 0.0);
            assert!(
                (left[at] - expected).abs() < 1e-9,
                "{time_h} h: {} {expected}",
                left[at]
            );
        }
    }
}
