//! Steady states that are searched for: against the direct solution of the same linear models, closed forms, and doses
//! given one by one for a long time.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use common::courses::{Told, at, bolus, observe};
use common::workload::text_program;
use common::{layouts, options};
use euthymia_engine::{CourseDose, DoseInput, Event, Options, Record, SteadyState};
use euthymia_model::program::Program;

/// First-order absorption and elimination; `same` is a function that gives back what it takes.
fn oral(same: impl Fn(&str) -> String, properties: &str) -> Program {
    text_program(&format!(
        "ini({{\n ka <- 1.3\n k <- 0.17\n }})\n model({{\n d/dt(depot) <- -ka*{}\n d/dt(central) <- ka*{} - k*{}\n \
         {properties}\n }})",
        same("depot"),
        same("depot"),
        same("central")
    ))
}

/// The solver cannot see that these equations are linear.
fn hidden(properties: &str) -> Program {
    oral(|name| format!("min({name}, 1e30)"), properties)
}

fn seen(properties: &str) -> Program {
    oral(ToOwned::to_owned, properties)
}

fn inputs(program: &Program) -> Vec<f64> {
    program
        .inputs
        .iter()
        .map(|input| input.default.unwrap())
        .collect()
}

/// States at the observations.
fn states(program: &Program, records: Vec<Record>, tolerance: f64) -> Result<Vec<Vec<f64>>, String> {
    let told = Told(vec![(inputs(program), records)]);
    let options = Options {
        max_steps: 1_000_000,
        ..options(tolerance, tolerance * 1e-2)
    };
    let found = observe(program, &told, &options);
    found
        .map(|found| found[0].clone())
        .map_err(|error| error.to_string())
}

fn close(found: &[Vec<f64>], expected: &[Vec<f64>], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
        assert!(
            (found - expected).abs() <= tolerance * (1e-3 + expected.abs()),
            "{found} {expected}"
        );
    }
}

fn steady(dose: CourseDose, interval: f64) -> CourseDose {
    CourseDose {
        interval,
        steady_state: SteadyState::Replace,
        ..dose
    }
}

const TIMES: [f64; 6] = [0.0, 0.5, 3.0, 8.0, 11.5, 30.0];

fn observed(dose: CourseDose) -> Vec<Record> {
    let observe = TIMES.map(|time| at(100.0 + time, Event::Observe));
    [at(100.0, Event::Dose(dose))]
        .into_iter()
        .chain(observe)
        .collect()
}

#[test]
fn a_search_finds_what_the_direct_solution_finds() {
    let constant = CourseDose {
        input: DoseInput::Rate(3.0),
        ..steady(bolus(1, 0.0), 0.0)
    };
    let with = |input| CourseDose {
        input,
        additional: 1,
        ..steady(bolus(1, 100.0), 12.0)
    };
    for (dose, properties) in [
        (steady(bolus(0, 100.0), 12.0), ""),
        (
            steady(bolus(0, 100.0), 12.0),
            "alag(depot) <- 1.5\n f(depot) <- 0.4",
        ),
        (with(DoseInput::Duration(3.0)), ""),
        (with(DoseInput::Duration(12.0)), ""),
        (with(DoseInput::Rate(3.0)), ""),
        (with(DoseInput::Rate(3.0)), "alag(central) <- 7"),
        (with(DoseInput::ModelledRate), "rate(central) <- 8"),
        (
            with(DoseInput::ModelledDuration),
            "dur(central) <- 20\n alag(central) <- 5",
        ),
        (constant, ""),
    ] {
        let found = states(&hidden(properties), observed(dose), 1e-8).unwrap();
        let expected = states(&seen(properties), observed(dose), 1e-8).unwrap();
        close(&found, &expected, 1e-7);
    }
}

/// Half of a dose is gone after 5800 intervals.
#[test]
fn a_slow_system_settles_too() {
    let program = text_program("model({\n d/dt(a) <- -1e-5*min(a, 1e30)\n })");
    let found = states(&program, observed(steady(bolus(0, 100.0), 12.0)), 1e-6).unwrap();
    let peak = 100.0 / -(-12e-5_f64).exp_m1();
    close(
        &found,
        &[TIMES.map(|time| peak * (-1e-5 * time).exp()).to_vec()],
        1e-5,
    );
}

fn saturable(most: f64) -> Program {
    text_program(&format!(
        "model({{\n d/dt(depot) <- -0.9*depot\n d/dt(central) <- 0.9*depot - {most}*central/(25 + central)\n }})"
    ))
}

/// The same dose every `interval` since long ago instead of a steady state.
fn given_for_long(dose: CourseDose, doses: u32) -> Vec<Record> {
    let first = 100.0 - f64::from(doses) * dose.interval;
    let dose = CourseDose {
        additional: doses + dose.additional,
        steady_state: SteadyState::None,
        ..dose
    };
    let observe = TIMES.map(|time| at(100.0 + time, Event::Observe));
    [at(first, Event::Dose(dose))]
        .into_iter()
        .chain(observe)
        .collect()
}

#[test]
fn saturable_elimination_comes_to_what_many_doses_come_to() {
    let infusion = |input| CourseDose {
        input,
        additional: 1,
        ..steady(bolus(1, 100.0), 12.0)
    };
    for (dose, most) in [
        (steady(bolus(0, 100.0), 12.0), 11.0),
        (steady(bolus(0, 100.0), 12.0), 8.8),
        (infusion(DoseInput::Duration(2.0)), 11.0),
        (infusion(DoseInput::Duration(30.0)), 10.0),
    ] {
        let program = saturable(most);
        let found = states(&program, observed(dose), 1e-8).unwrap();
        let expected = states(&program, given_for_long(dose, 1500), 1e-8).unwrap();
        close(&found, &expected, 2e-6);
    }
}

#[test]
fn a_constant_infusion_comes_to_its_equilibrium() {
    let dose = CourseDose {
        input: DoseInput::Rate(6.0),
        ..steady(bolus(1, 0.0), 0.0)
    };
    let found = states(&saturable(8.0), observed(dose), 1e-8).unwrap();
    // 6 = 8 C/(25 + C)
    assert!((found[1][0] - 75.0).abs() < 1e-5, "{}", found[1][0]);
    let message = states(&saturable(5.0), observed(dose), 1e-6).unwrap_err();
    assert!(message.contains("`central` still goes from"), "{message}");
}

/// Response with a baseline of its own, inhibited: from its initial value, whatever it is.
#[test]
fn an_indirect_response_comes_to_what_many_doses_come_to() {
    for baseline in ["20", "1"] {
        let program = text_program(&format!(
            "model({{\n d/dt(depot) <- -0.9*depot\n d/dt(central) <- 0.9*depot - 0.3*central\n \
             d/dt(effect) <- 2*(1 - central/(central + 5)) - 0.1*effect\n effect(0) <- {baseline}\n }})"
        ));
        let dose = steady(bolus(0, 60.0), 8.0);
        let found = states(&program, observed(dose), 1e-8).unwrap();
        let expected = states(&program, given_for_long(dose, 400), 1e-8).unwrap();
        close(&found, &expected, 1e-6);
    }
}

/// Rates with the rhythm of a day are in step with doses once or several times a day, at the clock of the dose.
#[test]
fn a_rhythm_in_step_with_the_doses() {
    let program = text_program("model({\n d/dt(a) <- -(0.1 + 0.08*cos(2*pi*t/24))*a\n })");
    for (interval, doses) in [(24.0, 60), (12.0, 120), (8.0, 180), (36.0, 40)] {
        let dose = steady(bolus(0, 10.0), interval);
        let found = states(&program, observed(dose), 1e-8).unwrap();
        let expected = states(&program, given_for_long(dose, doses), 1e-8).unwrap();
        close(&found, &expected, 1e-6);
    }
    let message = states(&program, observed(steady(bolus(0, 10.0), 7.3)), 1e-6).unwrap_err();
    assert!(
        message.contains("what begins alike ends with `a` at"),
        "{message}"
    );
}

/// Amounts at steady state beside what is there.
#[test]
fn steady_state_is_added() {
    let dose = CourseDose {
        steady_state: SteadyState::Add,
        ..steady(bolus(1, 100.0), 12.0)
    };
    let before = at(99.0, Event::Dose(bolus(1, 30.0)));
    let records: Vec<Record> = [before].into_iter().chain(observed(dose)).collect();
    let found = states(&hidden(""), records.clone(), 1e-8).unwrap();
    close(&found, &states(&seen(""), records, 1e-8).unwrap(), 1e-7);
}

#[test]
fn what_has_no_steady_state_is_named() {
    let more = states(&saturable(8.0), observed(steady(bolus(0, 100.0), 12.0)), 1e-6).unwrap_err();
    assert!(more.contains("`central` still goes from"), "{more}");
    let kept = text_program("model({\n d/dt(a) <- -a/(1 + a)\n d/dt(area) <- a\n })");
    let kept = states(&kept, observed(steady(bolus(0, 1.0), 12.0)), 1e-6).unwrap_err();
    assert!(kept.contains("`area` still goes from"), "{kept}");
}

#[test]
fn how_the_work_is_laid_out_changes_no_bit() {
    let program = saturable(11.0);
    let subject = |index: u32| {
        let dose = steady(bolus(0, 60.0 + f64::from(index)), 12.0);
        (inputs(&program), observed(dose))
    };
    let told = Told((0..23).map(subject).collect());
    let expected = observe(&program, &told, &options(1e-6, 1e-8)).unwrap();
    for options in layouts(options(1e-6, 1e-8)) {
        assert_eq!(
            observe(&program, &told, &options).unwrap(),
            expected,
            "{options:?}"
        );
    }
}
