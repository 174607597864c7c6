//! What records change on the way: compartments turned off and on, and inputs behind doses.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use common::courses::{Seen, Told, at, bolus, observe};
use common::workload::text_program;
use common::{layouts, linear, options};
use euthymia_diagnostics::Source;
use euthymia_engine::{
    CourseDose, DoseInput, Event, Record, Silent, Statistics, SteadyState, simulate_courses,
};
use euthymia_model::check::check;
use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::program::Program;
use euthymia_model::syntax::parse;

const KA: f64 = 1.3;
const K: f64 = 0.17;

fn oral() -> Program {
    linear(2, &[(0, 1), (1, 2)])
}

fn amounts(program: &Program, inputs: &[f64], records: Vec<Record>) -> Vec<Vec<f64>> {
    let told = Told(vec![(inputs.to_vec(), records)]);
    observe(program, &told, &options(1e-10, 1e-12)).unwrap()[0].clone()
}

fn close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() <= 1e-8 * (1.0 + expected.abs()),
            "{found} {expected}"
        );
    }
}

fn observed(times: &[f64]) -> impl Iterator<Item = Record> + '_ {
    times.iter().map(|&time| at(time, Event::Observe))
}

fn turn(time: f64, compartment: u16, on: bool) -> Record {
    at(time, Event::Turn { compartment, on })
}

fn course(changes: impl IntoIterator<Item = Record>, times: &[f64]) -> Vec<Record> {
    let mut records: Vec<Record> = changes.into_iter().chain(observed(times)).collect();
    records.sort_by(|a, b| a.time.total_cmp(&b.time));
    records
}

/// Central amount after a depot amount was given, `t` after that.
fn absorbed(depot: f64, t: f64) -> f64 {
    depot * KA / (KA - K) * ((-K * t).exp() - (-KA * t).exp())
}

#[test]
fn what_flows_into_a_compartment_that_is_off_is_lost() {
    let records = course(
        [
            at(0.0, Event::Dose(bolus(0, 10.0))),
            turn(1.0, 1, false),
            turn(2.0, 1, true),
        ],
        &[0.5, 1.5, 4.0],
    );
    let found = amounts(&oral(), &[KA, K], records);
    close(&found[0], &[0.5, 1.5, 4.0].map(|t| 10.0 * (-KA * t).exp()));
    let left = 10.0 * (-KA * 2.0_f64).exp();
    close(&found[1], &[absorbed(10.0, 0.5), 0.0, absorbed(left, 2.0)]);
}

#[test]
fn what_is_in_a_compartment_that_is_turned_off_is_lost() {
    let records = course(
        [at(0.0, Event::Dose(bolus(0, 10.0))), turn(1.0, 0, false)],
        &[1.0, 3.0],
    );
    let found = amounts(&oral(), &[KA, K], records);
    close(&found[0], &[0.0, 0.0]);
    let central = absorbed(10.0, 1.0);
    close(&found[1], &[central, central * (-K * 2.0).exp()]);
}

#[test]
fn infusions_end_and_later_doses_turn_on() {
    let infusion = |amount, rate| {
        Event::Dose(CourseDose {
            input: DoseInput::Rate(rate),
            ..bolus(1, amount)
        })
    };
    let records = course(
        [
            at(0.0, infusion(50.0, 5.0)),
            turn(2.0, 1, false),
            at(3.0, infusion(10.0, 2.0)),
            turn(3.0, 1, false),
            turn(4.0, 1, true),
            turn(5.0, 1, false),
            at(5.0, infusion(9.0, 3.0)),
            turn(10.0, 1, false),
            at(11.0, Event::Dose(bolus(1, 7.0))),
        ],
        &[1.0, 2.5, 3.5, 4.5, 7.0, 10.5, 13.0],
    );
    let infused = |rate: f64, t: f64| rate / K * -(-K * t).exp_m1();
    close(
        &amounts(&oral(), &[KA, K], records)[1],
        &[
            infused(5.0, 1.0),
            0.0,
            0.0,
            0.0,
            infused(3.0, 2.0),
            0.0,
            7.0 * (-K * 2.0).exp(),
        ],
    );
}

#[test]
fn a_reset_and_a_pending_dose_turn_on() {
    let lasting = CourseDose {
        additional: 1,
        interval: 6.0,
        ..bolus(1, 8.0)
    };
    let records = course(
        [
            at(0.0, Event::Dose(lasting)),
            turn(2.0, 1, false),
            turn(7.0, 1, false),
            at(8.0, Event::Reset),
            at(8.5, Event::Dose(bolus(0, 1.0))),
        ],
        &[3.0, 6.5, 7.5, 9.5],
    );
    close(
        &amounts(&oral(), &[KA, K], records)[1],
        &[0.0, 8.0 * (-K * 0.5).exp(), 0.0, absorbed(1.0, 1.0)],
    );
}

/// At steady state what is off stays off, whether the state is solved for or searched for.
#[test]
fn steady_state_beside_a_compartment_that_is_off() {
    let program = |of: &str| {
        text_program(&format!(
            "model({{\n d/dt(central) <- -0.3*{of} + 0.1*side\n d/dt(side) <- 0.2*central - 0.1*side\n }})"
        ))
    };
    let dose = CourseDose {
        interval: 8.0,
        steady_state: SteadyState::Replace,
        ..bolus(0, 10.0)
    };
    for of in ["central", "min(central, 1e30)"] {
        let records = course([turn(1.0, 1, false), at(2.0, Event::Dose(dose))], &[4.0]);
        let found = amounts(&program(of), &[], records);
        close(&found[0], &[10.0 * (-0.6_f64).exp() / -(-2.4_f64).exp_m1()]);
        close(&found[1], &[0.0]);
    }
}

#[test]
fn turning_changes_no_bit_of_another_lane() {
    let subject = |index: u32| {
        let own = f64::from(index);
        let dose = CourseDose {
            input: DoseInput::Duration(1.0 + own),
            ..bolus((index % 2) as u16, 10.0)
        };
        let mut records = vec![at(0.0, Event::Dose(dose))];
        if index.is_multiple_of(3) {
            records.extend([turn(0.5, 1, false), turn(2.0 + own, 1, true)]);
        }
        records.extend(observed(&[5.0, 50.0]));
        records.sort_by(|a, b| a.time.total_cmp(&b.time));
        (vec![KA, K + 0.01 * own], records)
    };
    let told = Told((0..23).map(subject).collect());
    let expected = observe(&oral(), &told, &options(1e-6, 1e-8)).unwrap();
    for options in layouts(options(1e-6, 1e-8)) {
        assert_eq!(
            observe(&oral(), &told, &options).unwrap(),
            expected,
            "{options:?}"
        );
    }
}

fn input(time: f64, value: f64) -> Record {
    at(time, Event::Input { input: 0, value })
}

fn one(property: &str) -> Program {
    text_program(&format!(
        "model({{\n d/dt(a) <- -0.17*a\n {property}(a) <- X\n }})"
    ))
}

const TIMES: [f64; 5] = [1.0, 3.0, 4.5, 6.0, 20.0];

/// What is left to infuse enters at the new rate; a duration was fixed when the dose was given.
#[test]
fn a_modelled_rate_follows_its_inputs_and_a_duration_does_not() {
    let infusion = |time, amount, input| {
        let dose = CourseDose {
            input,
            ..bolus(0, amount)
        };
        at(time, Event::Dose(dose))
    };
    let changing = |dose| course([dose, input(2.0, 10.0), input(4.0, 2.0)], &TIMES);
    let found = amounts(
        &one("rate"),
        &[5.0],
        changing(infusion(0.0, 40.0, DoseInput::ModelledRate)),
    );
    let parts = [(0.0, 10.0, 5.0), (2.0, 20.0, 10.0), (4.0, 10.0, 2.0)];
    let parts = parts.map(|(time, amount, rate)| infusion(time, amount, DoseInput::Rate(rate)));
    close(&found[0], &amounts(&one("f"), &[1.0], course(parts, &TIMES))[0]);
    let found = amounts(
        &one("dur"),
        &[5.0],
        changing(infusion(0.0, 40.0, DoseInput::ModelledDuration)),
    );
    let fixed = course([infusion(0.0, 40.0, DoseInput::Duration(5.0))], &TIMES);
    close(&found[0], &amounts(&one("f"), &[1.0], fixed)[0]);
}

#[test]
fn an_additional_dose_sees_the_inputs_of_its_own_time() {
    let dose = CourseDose {
        additional: 2,
        interval: 4.0,
        ..bolus(0, 10.0)
    };
    let changing = |from| {
        course(
            [at(0.0, Event::Dose(dose)), input(3.0, from), input(8.0, 1.0)],
            &TIMES,
        )
    };
    let expected = |doses: [(f64, f64); 3]| {
        let told = doses.map(|(time, amount)| at(time, Event::Dose(bolus(0, amount))));
        amounts(&one("f"), &[1.0], course(told, &TIMES))[0].clone()
    };
    // The third comes before the record of its time.
    let found = amounts(&one("f"), &[0.5], changing(0.2));
    close(&found[0], &expected([(0.0, 5.0), (4.0, 2.0), (8.0, 2.0)]));
    let found = amounts(&one("alag"), &[0.5], changing(0.25));
    close(&found[0], &expected([(0.5, 10.0), (4.25, 10.0), (8.25, 10.0)]));
}

#[test]
fn an_input_that_does_not_change_costs_no_step() {
    let cost = |told: &[Record]| -> Statistics {
        let dose = at(0.0, Event::Dose(bolus(0, 10.0)));
        let records = course([dose].into_iter().chain(told.iter().copied()), &TIMES);
        let told = Told(vec![(vec![0.5], records)]);
        simulate_courses(
            &one("f"),
            &told,
            &options(1e-6, 1e-8),
            &mut Seen::default(),
            &Silent,
        )
        .unwrap()
    };
    let same: Vec<Record> = (1..9).map(|visit| input(f64::from(visit) + 0.3, 0.5)).collect();
    assert_eq!(cost(&same), cost(&[]));
    assert!(cost(&[input(1.3, 0.6)]).accepted > cost(&[]).accepted);
}

/// A rate of elimination that changes along a line: the amount is the exponential of a quadratic. Before and after a record the
/// lines differ, an output between records sees the value of its moment, and a property the value last told.
#[test]
fn an_input_that_changes_along_a_line() {
    let text = "f <- function() { model({\n d/dt(a) <- -X*a\n f(a) <- X\n y <- 10*X\n }) }";
    let (file, _) = parse(&Source::new("model.R", text));
    let (model, problems) = check(&file);
    let options = CompileOptions {
        interpolated: ["X".to_owned()].into(),
        ..CompileOptions::default()
    };
    let program = compile(&model.unwrap_or_else(|| unreachable!("{problems:?}")), &options).unwrap();
    let names: Vec<&str> = program.inputs.iter().map(|input| input.name.as_str()).collect();
    assert_eq!(names, ["X", "d/dt(X)", "time(X)"]);
    let told = |time, values: [f64; 3]| {
        (0..3_u16).map(move |input| {
            at(
                time,
                Event::Input {
                    input,
                    value: values[usize::from(input)],
                },
            )
        })
    };
    // 0.5 at 1, 0.1 at 5, 0.3 at 9.
    let mut records = vec![at(1.0, Event::Dose(bolus(0, 100.0)))];
    records.extend(told(1.0, [0.5, -0.1, 1.0]));
    records.extend(observed(&[1.0, 3.0]));
    records.push(at(4.0, Event::Dose(bolus(0, 10.0))));
    records.extend(observed(&[4.0, 5.0]));
    records.extend(told(5.0, [0.1, 0.05, 5.0]));
    records.extend(observed(&[6.0, 9.0]));
    let found = amounts(&program, &[0.5, 0.0, 0.0], records);
    let lost = |value: f64, slope: f64, t: f64| (-(value * t + 0.5 * slope * t * t)).exp();
    let at_4 = 50.0 * lost(0.5, -0.1, 3.0) + 5.0;
    let at_5 = at_4 * lost(0.2, -0.1, 1.0);
    close(
        &found[0],
        &[
            50.0,
            50.0 * lost(0.5, -0.1, 2.0),
            at_4,
            at_5,
            at_5 * lost(0.1, 0.05, 1.0),
            at_5 * lost(0.1, 0.05, 4.0),
        ],
    );
    close(&found[1], &[5.0, 3.0, 2.0, 1.0, 1.5, 3.0]);
}
