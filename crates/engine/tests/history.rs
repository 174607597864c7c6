//! What equations see of the doses, against values worked out by hand and closed forms.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use common::courses::{Told, at, bolus, observe};
use common::text::{input, inputs, program};
use common::{Listed, layouts, options, run};
use euthymia_engine::{CourseDose, Dose, DoseInput, Event, Record, SimulationError, SteadyState};
use euthymia_model::program::Program;

const NA: f64 = f64::NAN;

fn dose(compartment: u16, amount: f64) -> Event {
    Event::Dose(bolus(compartment, amount))
}

fn phantom(compartment: u16, amount: f64) -> Event {
    Event::Phantom {
        compartment,
        amount,
        additional: 0,
        interval: 0.0,
    }
}

/// The columns of a course.
fn seen(program: &Program, records: Vec<Record>) -> Vec<Vec<f64>> {
    let told = Told(vec![(inputs(program, &[]), records)]);
    observe(program, &told, &options(1e-10, 1e-12)).unwrap().remove(0)
}

const QUESTIONS: &str = "d/dt(depot) <- -one*depot
    d/dt(central) <- depot - central
    alag(central) <- 1.5
    f(central) <- 0.5
    tad <- tad()
    tad0c <- tad0(central)
    tafd <- tafd()
    last <- tlast(depot)
    firstc <- tfirst(central)
    podoc <- podo(central)
    dose <- dose()
    count <- dosenum()
    new <- newind";

#[test]
fn every_question_along_a_course() {
    let program = program(QUESTIONS);
    let infusion = CourseDose {
        input: DoseInput::Rate(10.0),
        ..bolus(1, 50.0)
    };
    let repeated = CourseDose {
        additional: 2,
        interval: 12.0,
        ..bolus(0, 100.0)
    };
    let (compartment, amount) = (0, 3.0);
    let records = vec![
        at(-2.0, Event::Observe),
        at(0.0, Event::Observe),
        at(0.0, Event::Dose(repeated)),
        at(0.0, Event::Observe),
        at(6.0, Event::Dose(infusion)),
        at(6.0, dose(0, 30.0)),
        at(6.0, dose(0, 40.0)),
        at(6.0, Event::Observe),
        at(7.5, Event::Observe),
        at(12.0, Event::Observe),
        at(13.0, phantom(1, 7.0)),
        at(15.0, Event::Observe),
        at(16.0, Event::Replace { compartment, amount }),
        at(16.0, Event::Observe),
        at(2.0, Event::Reset),
        at(2.0, Event::Observe),
        at(3.0, dose(0, 5.0)),
        at(4.0, Event::Observe),
    ];
    let columns = seen(&program, records);
    // tad, tad0(central), tafd, tlast(depot), tfirst(central), podo(central), dose, dosenum, newind
    let expected = [
        [NA, 0.0, NA, NA, NA, NA, NA, 0.0, 1.0],
        // The observation is told before the dose of its time.
        [NA, 0.0, NA, NA, NA, NA, NA, 0.0, 2.0],
        [0.0, 0.0, 0.0, 0.0, NA, NA, 100.0, 1.0, 2.0],
        // The infusion has not arrived, and of two doses at once the first counts.
        [0.0, 0.0, 6.0, 6.0, NA, NA, 30.0, 2.0, 2.0],
        // The whole infusion, before bioavailability, as it begins.
        [0.0, 0.0, 7.5, 6.0, 7.5, 50.0, 50.0, 3.0, 2.0],
        // An additional dose comes before the records of its time.
        [0.0, 4.5, 12.0, 12.0, 7.5, 50.0, 100.0, 4.0, 2.0],
        [0.5, 0.5, 15.0, 12.0, 7.5, 7.0, 7.0, 5.0, 2.0],
        [0.0, 1.5, 16.0, 16.0, 7.5, 7.0, 3.0, 6.0, 2.0],
        // A reset forgets the last dose but neither the first nor how many there were.
        [NA, 0.0, 2.0, NA, 7.5, NA, NA, 6.0, 2.0],
        [1.0, 0.0, 4.0, 3.0, 7.5, NA, 5.0, 7.0, 2.0],
    ];
    for (observation, expected) in expected.iter().enumerate() {
        let found: Vec<f64> = columns[2..].iter().map(|column| column[observation]).collect();
        let same = found
            .iter()
            .zip(expected)
            .all(|(a, b)| a == b || a.is_nan() && b.is_nan());
        assert!(
            same,
            "observation {observation}: {found:?}, expected {expected:?}"
        );
    }
}

#[test]
fn a_dose_at_steady_state_counts_once_and_again_where_it_is_delayed() {
    let steady = |compartment| CourseDose {
        interval: 12.0,
        steady_state: SteadyState::Replace,
        ..bolus(compartment, 10.0)
    };
    let program =
        program("d/dt(a) <- -one*a\nd/dt(b) <- -b\nalag(b) <- 2\nlast <- tlast\ncount <- dosenum()");
    let times = [0.0, 1.0, 2.0, 3.0];
    for (compartment, last, count) in [
        (0, [0.0; 4], [1.0; 4]),
        (1, [0.0, 0.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]),
    ] {
        let mut records = vec![at(0.0, Event::Dose(steady(compartment)))];
        records.extend(times.map(|time| at(time, Event::Observe)));
        let columns = seen(&program, records);
        assert_eq!((&columns[2][..], &columns[3][..]), (&last[..], &count[..]));
    }
}

#[test]
fn a_phantom_dose_adds_nothing() {
    let program = program("d/dt(a) <- -one*a\nlast <- tlast");
    let records = |event| vec![at(0.0, dose(0, 100.0)), at(1.0, event), at(3.0, Event::Observe)];
    let columns = seen(&program, records(phantom(0, 50.0)));
    assert!((columns[0][0] - 100.0 * (-3.0_f64).exp()).abs() < 1e-8);
    assert_eq!(columns[1], [1.0]);
    let many = Event::Phantom {
        compartment: 0,
        amount: 1.0,
        additional: 5,
        interval: 0.75,
    };
    assert_eq!(seen(&program, records(many))[1], [2.5]);
}

/// Part of a dose that has left a chain of `n` compartments, by the Poisson sum for whole n.
fn absorbed(n: i32, rate: f64, elapsed: f64) -> f64 {
    let x = rate * elapsed.max(0.0);
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..=n {
        term *= x / f64::from(k);
        sum += term;
    }
    1.0 - (-x).exp() * sum
}

#[test]
fn transit_delivers_the_last_dose() {
    // Nothing leaves: what is there is what was absorbed. The first dose is cut off by the second, as in rxode2.
    let times = [0.25, 0.5, 1.0, 2.0, 2.5, 4.0, 8.0];
    let of = |t: f64, first: f64| {
        let rate = 4.0 / 1.5;
        100.0 * absorbed(3, rate, t.min(2.0)) * first + 50.0 * absorbed(3, rate, t - 2.0)
    };
    for (f, kind) in [("", phantom as fn(u16, f64) -> Event), ("f(depot) <- 0", dose)] {
        let program = program(&format!("d/dt(depot) <- transit(3, 1.5*one)\n{f}"));
        let mut records = vec![at(0.0, kind(0, 100.0))];
        records.extend(times[..4].iter().map(|&time| at(time, Event::Observe)));
        records.push(at(2.0, kind(0, 50.0)));
        records.extend(times[4..].iter().map(|&time| at(time, Event::Observe)));
        let columns = seen(&program, records);
        for (found, time) in columns[0].iter().zip(times) {
            let expected = of(time, 1.0);
            assert!((found - expected).abs() < 1e-7, "{time}: {found} {expected}");
        }
    }
    // A dose that is no phantom and has bioavailability enters as well.
    let program = program("d/dt(depot) <- transit(3, 1.5*one, 0.5)");
    let columns = seen(&program, vec![at(0.0, dose(0, 100.0)), at(1.0, Event::Observe)]);
    let expected = 100.0 + 50.0 * absorbed(3, 4.0 / 1.5, 1.0);
    assert!((columns[0][0] - expected).abs() < 1e-7, "{}", columns[0][0]);
}

#[test]
fn equations_that_follow_the_time_since_the_dose() {
    // The integral of D e^-s from one dose to the next.
    let program = program("d/dt(x) <- dose0()*exp(-tad0())*one");
    let repeated = CourseDose {
        additional: 3,
        interval: 5.0,
        ..bolus(0, 8.0)
    };
    let observed = [0.0, 1.0, 2.0, 4.0, 6.5, 7.0, 12.0, 30.0];
    let mut records = vec![at(0.0, Event::Observe), at(2.0, Event::Dose(repeated))];
    records.extend(observed[3..].iter().map(|&time| at(time, Event::Observe)));
    let columns = seen(&program, records);
    for (found, time) in columns[0][1..].iter().zip(&observed[3..]) {
        let doses = (0..4).map(|k| 2.0 + 5.0 * f64::from(k)).filter(|at| at <= time);
        let given = doses.clone().count() as f64;
        let whole: f64 = doses
            .map(|at| {
                if at == 17.0 {
                    time - at
                } else {
                    (time - at).min(5.0)
                }
            })
            .map(|elapsed| 8.0 * -(-elapsed).exp_m1())
            .sum();
        let expected = 8.0 * given + whole;
        assert!((found - expected).abs() < 1e-7, "{time}: {found} {expected}");
    }
}

#[test]
fn common_times_see_what_records_see() {
    let program = program(QUESTIONS);
    let doses = vec![
        Dose {
            time: 3.0,
            compartment: 1,
            amount: 20.0,
            input: DoseInput::Duration(2.0),
        },
        Dose {
            time: 1.0,
            compartment: 0,
            amount: 10.0,
            input: DoseInput::Bolus,
        },
    ];
    let times: Vec<f64> = (0..=40).map(|step| 0.25 * f64::from(step)).collect();
    let mut records: Vec<Record> = times.iter().map(|&time| at(time, Event::Observe)).collect();
    records.insert(
        12,
        at(
            3.0,
            Event::Dose(CourseDose {
                input: DoseInput::Duration(2.0),
                ..bolus(1, 20.0)
            }),
        ),
    );
    records.insert(4, at(1.0, dose(0, 10.0)));
    let told = seen(&program, records);
    let (common, _) = run(
        &program,
        &Listed(vec![(inputs(&program, &[]), doses)]),
        &times,
        &options(1e-10, 1e-12),
    )
    .unwrap();
    for (column, (told, common)) in told[2..].iter().zip(&common[0][2..]).enumerate() {
        let same = told
            .iter()
            .zip(common)
            .all(|(a, b)| a == b || a.is_nan() && b.is_nan());
        assert!(same, "{column}: {told:?} {common:?}");
    }
}

#[test]
fn a_derivative_before_the_first_dose_explains_itself() {
    let program = program("d/dt(x) <- podo(x)*one");
    let told = Told(vec![(
        inputs(&program, &[]),
        vec![
            at(0.0, Event::Observe),
            at(1.0, dose(0, 1.0)),
            at(2.0, Event::Observe),
        ],
    )]);
    let Err(SimulationError::Subject(failure)) = observe(&program, &told, &options(1e-6, 1e-9)) else {
        panic!("no failure")
    };
    insta::assert_snapshot!(failure.to_string());
    // With the dose first there is nothing to explain.
    let records = vec![at(0.0, phantom(0, 3.0)), at(1.0, Event::Observe)];
    assert!((seen(&program, records)[0][0] - 3.0).abs() < 1e-9);
}

#[test]
fn no_steady_state_of_equations_that_ask() {
    let program = program("d/dt(x) <- podo(x)*one - x");
    let steady = CourseDose {
        interval: 12.0,
        steady_state: SteadyState::Replace,
        ..bolus(0, 10.0)
    };
    let told = Told(vec![(
        inputs(&program, &[]),
        vec![at(0.0, Event::Dose(steady)), at(2.0, Event::Observe)],
    )]);
    let failed = observe(&program, &told, &options(1e-6, 1e-9)).unwrap_err();
    insta::assert_snapshot!(failed.to_string());
}

#[test]
fn the_same_bits_in_any_layout() {
    let program = program(
        "mtime(on) <- WHEN
        r <- 0
        if (t > on && tad0(a) < 3 && t %% 7 < 5) r <- 1
        d/dt(a) <- transit(2.5, 1.3) - a
        d/dt(b) <- a + r - 0.3*b*(1 + gammap(1.5, b))
        seen <- tad(b) + dosenum() + newind + is.na(podo(a))",
    );
    let when = input(&program, "WHEN");
    let subjects = (0..23_u32).map(|index| {
        let x = f64::from(index);
        let mut records = vec![at(0.0, Event::Observe)];
        for step in 0..12 {
            let time = f64::from(step) * (1.0 + 0.05 * x);
            let event = match (index + step) % 5 {
                0 => phantom(0, 10.0 + x),
                1 => dose(1, x),
                2 => Event::Input {
                    input: when,
                    value: time + 1.0,
                },
                3 if step == 9 => Event::Reset,
                _ => Event::Observe,
            };
            records.push(at(time, event));
            records.push(at(time, Event::Observe));
        }
        (inputs(&program, &[("WHEN", 2.0 + 0.3 * x)]), records)
    });
    let told = Told(subjects.collect());
    let bits = |options| -> Vec<u64> {
        let values = observe(&program, &told, &options).unwrap();
        values.concat().concat().into_iter().map(f64::to_bits).collect()
    };
    let layouts = layouts(options(1e-7, 1e-9));
    let first = bits(layouts[0]);
    for options in &layouts[1..] {
        assert_eq!(bits(*options), first, "{options:?}");
    }
}
