//! Courses told by records against closed forms of one compartment, written here by themselves; and what must hold for any.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use common::courses::{Told, at, bolus, observe};
use common::{layouts, linear, options};
use euthymia_engine::{
    CourseDose, CourseInputs, Courses, DoseInput, Event, Options, Record, Silent, Solver, SteadyState,
    simulate_courses,
};

const KA: f64 = 1.3;
const K: f64 = 0.17;

/// Depot and central amounts at the observations.
fn amounts(records: Vec<Record>) -> Vec<Vec<f64>> {
    let told = Told(vec![(vec![KA, K], records)]);
    observe(&linear(2, &[(0, 1), (1, 2)]), &told, &options(1e-10, 1e-12)).unwrap()[0].clone()
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

fn repeated(dose: CourseDose, interval: f64, steady_state: SteadyState) -> Event {
    Event::Dose(CourseDose {
        interval,
        steady_state,
        ..dose
    })
}

fn observed(times: &[f64]) -> impl Iterator<Item = Record> + '_ {
    times.iter().map(|&time| at(time, Event::Observe))
}

const TIMES: [f64; 5] = [0.0, 0.5, 3.0, 8.0, 11.5];

#[test]
fn a_bolus_at_steady_state() {
    let dose = repeated(bolus(1, 100.0), 12.0, SteadyState::Replace);
    let records = [at(0.0, dose)].into_iter().chain(observed(&TIMES)).collect();
    let peak = 100.0 / -(-K * 12.0).exp_m1();
    close(&amounts(records)[1], &TIMES.map(|t| peak * (-K * t).exp()));
}

#[test]
fn an_oral_dose_at_steady_state() {
    let dose = repeated(bolus(0, 100.0), 12.0, SteadyState::Replace);
    let records = [at(0.0, dose)].into_iter().chain(observed(&TIMES)).collect();
    let of = |rate: f64, t: f64| (-rate * t).exp() / -(-rate * 12.0).exp_m1();
    close(
        &amounts(records)[1],
        &TIMES.map(|t| 100.0 * KA / (KA - K) * (of(K, t) - of(KA, t))),
    );
}

#[test]
fn an_infusion_at_steady_state() {
    let dose = CourseDose {
        input: DoseInput::Duration(2.0),
        ..bolus(1, 100.0)
    };
    let dose = repeated(dose, 12.0, SteadyState::Replace);
    let records = [at(0.0, dose)].into_iter().chain(observed(&TIMES)).collect();
    let (gone, end) = (-(-K * 12.0).exp_m1(), 50.0 / K * -(-K * 2.0).exp_m1());
    let start = end * (-K * 10.0).exp() / gone;
    let expected = TIMES.map(|t| {
        if t < 2.0 {
            start * (-K * t).exp() + 50.0 / K * -(-K * t).exp_m1()
        } else {
            end / gone * (-K * (t - 2.0)).exp()
        }
    });
    close(&amounts(records)[1], &expected);
}

/// Of any kind and length, alone and beside another dose, a steady state is what very many doses come to.
#[test]
fn steady_state_is_what_many_doses_come_to() {
    for input in [
        DoseInput::Bolus,
        DoseInput::Duration(3.0),
        DoseInput::Duration(12.0),
        DoseInput::Rate(3.0),
    ] {
        for steady_state in [SteadyState::Replace, SteadyState::Add] {
            let dose = CourseDose {
                input,
                additional: 1,
                ..bolus(1, 100.0)
            };
            let other = Event::Dose(bolus(0, 40.0));
            let steady = [at(595.0, other), at(600.0, repeated(dose, 12.0, steady_state))];
            let times = TIMES.map(|t| 600.0 + t);
            let found = amounts(steady.into_iter().chain(observed(&times)).collect());
            let many = CourseDose {
                additional: 51,
                ..dose
            };
            let mut records = vec![at(0.0, repeated(many, 12.0, SteadyState::None))];
            if steady_state == SteadyState::Add {
                records.push(at(595.0, other));
            }
            let expected = amounts(records.into_iter().chain(observed(&times)).collect());
            close(&found[1], &expected[1]);
        }
    }
}

#[test]
fn resets_replacements_and_factors() {
    let lasting = CourseDose {
        input: DoseInput::Rate(5.0),
        additional: 9,
        interval: 4.0,
        ..bolus(1, 10.0)
    };
    let records = vec![
        at(0.0, Event::Dose(lasting)),
        at(1.0, Event::Reset),
        at(1.0, Event::Observe),
        at(2.0, Event::Dose(bolus(1, 8.0))),
        at(3.0, Event::Observe),
        at(
            3.0,
            Event::Multiply {
                compartment: 1,
                factor: 0.5,
            },
        ),
        at(4.0, Event::Observe),
        at(
            4.0,
            Event::Replace {
                compartment: 1,
                amount: 3.0,
            },
        ),
        at(4.0, Event::Observe),
        at(30.0, Event::Observe),
    ];
    let expected = [
        0.0,
        8.0 * (-K).exp(),
        4.0 * (-K * 2.0).exp(),
        3.0,
        3.0 * (-K * 26.0).exp(),
    ];
    close(&amounts(records)[1], &expected);
}

/// The order of records at one time counts, and a reset may set the clock back.
#[test]
fn order_is_kept() {
    let records = vec![
        at(5.0, Event::Dose(bolus(1, 10.0))),
        at(6.0, Event::Observe),
        at(6.0, Event::Dose(bolus(1, 1.0))),
        at(6.0, Event::Observe),
        at(9.0, Event::Observe),
        at(0.0, Event::Reset),
        at(0.0, Event::Observe),
        at(0.0, Event::Dose(bolus(1, 2.0))),
        at(0.0, Event::Observe),
        at(7.0, Event::Observe),
    ];
    let trough = 10.0 * (-K).exp();
    let late = (trough + 1.0) * (-K * 3.0).exp();
    close(
        &amounts(records)[1],
        &[trough, trough + 1.0, late, 0.0, 2.0, 2.0 * (-K * 7.0).exp()],
    );
    let back = vec![at(2.0, Event::Observe), at(1.0, Event::Observe)];
    let told = Told(vec![(vec![KA, K], back)]);
    let message = observe(&linear(2, &[(0, 1), (1, 2)]), &told, &options(1e-6, 1e-8)).unwrap_err();
    assert!(
        message
            .to_string()
            .contains("only a reset may set the clock back"),
        "{message}"
    );
}

/// The rate of elimination, an input, changes at 4.
#[test]
fn inputs_change() {
    let records = vec![
        at(0.0, Event::Dose(bolus(1, 10.0))),
        at(4.0, Event::Input { input: 1, value: 0.4 }),
        at(7.0, Event::Observe),
    ];
    close(&amounts(records)[1], &[10.0 * (-K * 4.0 - 0.4 * 3.0).exp()]);
}

#[test]
fn a_steady_state_that_does_not_exist_is_named() {
    let dose = repeated(bolus(0, 1.0), 12.0, SteadyState::Replace);
    let told = Told(vec![(vec![KA], vec![at(0.0, dose), at(1.0, Event::Observe)])]);
    let message = observe(&linear(2, &[(0, 1)]), &told, &options(1e-6, 1e-8))
        .unwrap_err()
        .to_string();
    assert!(
        message.starts_with("subject 0: steady state of the dose at t = 0 into `a0`: `a1` comes to none"),
        "{message}"
    );
}

/// Subjects with different records, rows of inputs and steady states have the same bits however the work is laid out.
#[test]
fn how_the_work_is_laid_out_changes_no_bit() {
    let subject = |index: u32| {
        let own = f64::from(index);
        let dose = CourseDose {
            input: DoseInput::Duration(1.0 + own),
            additional: 3,
            ..bolus((index % 2) as u16, 10.0 + own)
        };
        let mut records = vec![at(own, repeated(dose, 6.0, SteadyState::Replace))];
        for visit in 0..index {
            let time = own + 1.5 * f64::from(visit);
            records.push(at(time, Event::Observe));
            let value = 0.1 + 0.01 * f64::from(visit);
            records.push(at(time, Event::Input { input: 1, value }));
        }
        records.push(at(own + 40.0, Event::Reset));
        records.push(at(own + 41.0, Event::Observe));
        (vec![KA, K + 0.01 * own], records)
    };
    let told = Told((0..23).map(subject).collect());
    let program = linear(2, &[(0, 1), (1, 2)]);
    let expected = observe(&program, &told, &options(1e-6, 1e-8)).unwrap();
    for options in layouts(options(1e-6, 1e-8)) {
        assert_eq!(
            observe(&program, &told, &options).unwrap(),
            expected,
            "{options:?}"
        );
    }
}

/// Courses that say whose records are those of the subject before.
struct Alike(Told);

impl Courses for Alike {
    fn len(&self) -> u64 {
        self.0.len()
    }

    fn fill(&self, index: u64, into: CourseInputs<'_>) {
        self.0.fill(index, into);
    }

    fn fill_alike(&self, index: u64, inputs: &mut [f64]) -> bool {
        let Told(subjects) = &self.0;
        let (own, records) = &subjects[index as usize];
        let alike = index > 0 && subjects[index as usize - 1].1 == *records;
        if alike {
            inputs.copy_from_slice(own);
        }
        alike
    }
}

/// Twenty subjects have two schedules in turn of seven, each subject its own rates.
#[test]
fn records_that_are_alike_need_not_be_told_again() {
    let subject = |index: u32| {
        let amount = if (index / 7).is_multiple_of(2) { 10.0 } else { 20.0 };
        let dose = Event::Dose(bolus(0, amount));
        let observed = (0..9).map(|hour| at(f64::from(hour), Event::Observe));
        let records = [at(0.5, dose)].into_iter().chain(observed.skip(1)).collect();
        (vec![KA + 0.01 * f64::from(index), K], records)
    };
    let program = linear(2, &[(0, 1), (1, 2)]);
    for solver in [Solver::Auto, Solver::Rodas5p] {
        let options = Options {
            solver,
            ..options(1e-6, 1e-8)
        };
        let told = observe(&program, &Told((0..20).map(subject).collect()), &options).unwrap();
        let mut seen = common::courses::Seen::default();
        let alike = Alike(Told((0..20).map(subject).collect()));
        simulate_courses(&program, &alike, &options, &mut seen, &Silent).unwrap();
        assert_eq!(seen.0, told);
    }
}
