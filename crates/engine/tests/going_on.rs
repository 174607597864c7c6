//! A subject that fails leaves the others alone: they have the bits that they have without it, what was observed of it
//! before stays, and the sink is told of it by number, time and state.
#![allow(clippy::unwrap_used)]

mod common;

use std::convert::Infallible;

use common::courses::{Told, at, bolus};
use common::text::{inputs, program};
use common::{Listed, layouts, options};
use euthymia_engine::{
    Block, CourseBlock, CourseSink, Event, Failure, FailureKind, Options, Record, Silent, Sink, Solver,
    Statistics, SteadyState, simulate, simulate_courses,
};
use euthymia_model::program::Program;

/// Keeps what comes: `rows[subject][column][observation]`, and the failures.
#[derive(Default)]
struct Everything {
    rows: Vec<Vec<Vec<f64>>>,
    times: Vec<f64>,
    failures: Vec<Failure>,
}

impl Everything {
    /// A failure comes before its block, and after all that is before.
    fn note(&mut self, failure: Failure) {
        assert!(failure.subject >= self.rows.len() as u64);
        assert!(
            self.failures
                .last()
                .is_none_or(|last| last.subject < failure.subject)
        );
        self.failures.push(failure);
    }

    /// Bits, so that a NaN is a NaN.
    fn bits(&self) -> Vec<Vec<Vec<u64>>> {
        let column = |column: &Vec<f64>| column.iter().map(|value| value.to_bits()).collect();
        let subject = |subject: &Vec<Vec<f64>>| subject.iter().map(column).collect();
        self.rows.iter().map(subject).collect()
    }
}

impl Sink for Everything {
    type Error = Infallible;

    fn block(&mut self, block: Block) -> Result<(), Infallible> {
        for subject in 0..block.subjects {
            let column = |column| block.trajectory(column, subject).to_vec();
            self.rows.push((0..block.columns).map(column).collect());
        }
        Ok(())
    }

    fn failed(&mut self, failure: Box<Failure>) -> Result<(), Box<Failure>> {
        self.note(*failure);
        Ok(())
    }
}

impl CourseSink for Everything {
    type Error = Infallible;

    fn block(&mut self, block: CourseBlock) -> Result<(), Infallible> {
        for subject in 0..block.subjects() {
            let column = |column| block.trajectory(column, subject).to_vec();
            self.rows.push((0..block.columns).map(column).collect());
        }
        self.times.extend(block.times);
        Ok(())
    }

    fn failed(&mut self, failure: Box<Failure>) -> Result<(), Box<Failure>> {
        self.note(*failure);
        Ok(())
    }
}

fn everything(
    program: &Program,
    population: &Listed,
    times: &[f64],
    options: &Options,
) -> (Everything, Statistics) {
    let mut kept = Everything::default();
    let statistics = simulate(program, population, times, options, &mut kept, &Silent).unwrap();
    (kept, statistics)
}

fn recorded(program: &Program, told: Vec<(Vec<f64>, Vec<Record>)>, options: &Options) -> Everything {
    let mut kept = Everything::default();
    simulate_courses(program, &Told(told), options, &mut kept, &Silent).unwrap();
    kept
}

/// dx/dt = x^2 from x0 is x0/(1 - x0 t), without bound at t = 1/x0. Outputs: one of the states, one that turns a NaN into a
/// number, one of the inputs alone.
fn explosion() -> Program {
    program("d/dt(x) <- x*x\nx(0) <- X0\ny <- 2*x\nhigh <- (x > 5)\nz <- 3*X0")
}

const TIMES: usize = 41;

/// Every seventh subject explodes within the time of the observations, each at another time.
fn mixed() -> (Vec<(f64, bool)>, Vec<f64>) {
    let start = |subject: u32| {
        let explodes = subject % 7 == 3;
        let own = f64::from(subject) / 60.0;
        (if explodes { 0.11 + own } else { 0.01 + 0.02 * own }, explodes)
    };
    let times = (0..TIMES).map(|step| 0.5 * step as f64).collect();
    ((0..60).map(start).collect(), times)
}

fn listed(program: &Program, starts: impl IntoIterator<Item = f64>) -> Listed {
    let own = |start: f64| inputs(program, &[("X0", start)]);
    Listed(starts.into_iter().map(|start| (own(start), vec![])).collect())
}

#[test]
fn the_rest_of_the_population_has_the_bits_it_has_alone() {
    let (starts, times) = mixed();
    let program = explosion();
    let options = options(1e-7, 1e-10);
    let well = starts.iter().filter(|(_, explodes)| !explodes);
    let (alone, _) = everything(
        &program,
        &listed(&program, well.map(|(start, _)| *start)),
        &times,
        &options,
    );
    assert!(alone.failures.is_empty());
    let expected = alone.bits();
    let mut first: Option<(Everything, Statistics)> = None;
    for layout in layouts(options) {
        let all = listed(&program, starts.iter().map(|(start, _)| *start));
        let (kept, statistics) = everything(&program, &all, &times, &layout);
        let well = starts
            .iter()
            .zip(kept.bits())
            .filter(|((_, explodes), _)| !explodes);
        assert!(
            well.map(|(_, bits)| bits).eq(expected.iter().cloned()),
            "{layout:?}"
        );
        match &first {
            None => first = Some((kept, statistics)),
            Some((other, cost)) => {
                assert_eq!(kept.bits(), other.bits(), "{layout:?}");
                assert_eq!(kept.failures, other.failures, "{layout:?}");
                assert_eq!(statistics, *cost, "{layout:?}");
            }
        }
    }
}

#[test]
fn a_failure_is_told_by_number_time_and_state_and_what_was_before_stays() {
    let (starts, times) = mixed();
    let program = explosion();
    let all = listed(&program, starts.iter().map(|(start, _)| *start));
    let (kept, statistics) = everything(&program, &all, &times, &options(1e-7, 1e-10));
    assert_eq!(statistics.subjects, 60);
    // What is not known of those who failed is no output of theirs that is not a number.
    assert_eq!(statistics.undefined_outputs, 0);
    let failed: Vec<u64> = (0..60).filter(|subject| subject % 7 == 3).collect();
    let told: Vec<u64> = kept.failures.iter().map(|failure| failure.subject).collect();
    assert_eq!(told, failed);
    for failure in &kept.failures {
        let start = starts[failure.subject as usize].0;
        let time = failure.kind.time().unwrap();
        // A relative error of 1e-7 in x moves the time of the explosion by as much of what is left of it, at every step.
        assert!((time * start - 1.0).abs() < 1e-5, "{time} {start}");
        assert!(matches!(failure.kind, FailureKind::StepSize { .. }), "{failure}");
        assert_eq!(failure.states[0].0, "x");
        assert!(failure.states[0].1 > 1e6, "{failure}");
        assert!(failure.inputs.contains(&("X0".to_owned(), start)));
        let row = &kept.rows[failure.subject as usize];
        for (at, &observed) in times.iter().enumerate() {
            let values = [row[0][at], row[1][at], row[2][at]];
            if observed < time {
                let x = start / (1.0 - start * observed);
                // The same error, as it grows with x.
                assert!(
                    (values[0] / x - 1.0).abs() < 1e-5 * x / start,
                    "{} {x}",
                    values[0]
                );
                assert_eq!(values[1], 2.0 * values[0]);
                assert_eq!(values[2], f64::from(u8::from(values[0] > 5.0)));
            } else {
                assert!(values.iter().all(|value| value.is_nan()), "{values:?}");
            }
            assert_eq!(row[3][at], 3.0 * start, "what depends on no state is known");
        }
    }
}

/// A population none of whose subjects comes to its end is one, too.
#[test]
fn all_may_fail() {
    let program = explosion();
    let (kept, statistics) = everything(
        &program,
        &listed(&program, [1.0; 40]),
        &[0.0, 0.5, 2.0],
        &options(1e-6, 1e-9),
    );
    assert_eq!((kept.failures.len(), kept.rows.len()), (40, 40));
    assert_eq!(statistics.subjects, 40);
    assert!(
        kept.rows
            .iter()
            .all(|row| row[0][1].is_finite() && row[0][2].is_nan())
    );
}

/// A linear model is solved from stop to stop: what lies between the last stop and the overflow is not known.
#[test]
fn an_overflow_of_what_is_solved_is_a_failure_of_its_subject() {
    let program = program("d/dt(x) <- X0*x\nx(0) <- 1");
    let growing = [0.1, 300.0, 0.2, 0.3];
    let times = [0.0, 1.0, 2.0, 3.0, 4.0];
    let mut rows = Vec::new();
    for layout in layouts(Options::standard()) {
        let (kept, _) = everything(&program, &listed(&program, growing), &times, &layout);
        let told: Vec<u64> = kept.failures.iter().map(|failure| failure.subject).collect();
        assert_eq!(told, [1]);
        let row = &kept.rows[1][0];
        assert_eq!(row[0], 1.0);
        let from = kept.failures[0].kind.time().unwrap();
        for (value, time) in row.iter().zip(times) {
            assert_eq!(value.is_nan(), time > from, "{row:?} {from}");
        }
        rows.push(kept.bits());
    }
    assert!(rows.iter().all(|other| *other == rows[0]));
    let (alone, _) = everything(
        &program,
        &listed(&program, [0.1, 0.2, 0.3]),
        &times,
        &Options::standard(),
    );
    assert_eq!(
        alone.bits(),
        [&rows[0][0], &rows[0][2], &rows[0][3]].map(Clone::clone)
    );
}

/// Subjects that cannot be begun have rows at their records, and nothing is known of them.
#[test]
fn who_cannot_be_begun_has_rows_without_values() {
    let program = program("d/dt(a) <- -K*a\nc <- a/10\nk <- K");
    let inputs = |k: f64| inputs(&program, &[("K", k)]);
    let records = |times: &[f64]| {
        let observed = times.iter().map(|&time| at(time, Event::Observe));
        [at(0.0, Event::Dose(bolus(0, 10.0)))]
            .into_iter()
            .chain(observed)
            .collect::<Vec<_>>()
    };
    let negative = Record {
        time: 1.0,
        event: Event::Dose(bolus(0, -3.0)),
    };
    let with = |records: Vec<Record>, last: Record| {
        let mut records = records;
        records.push(last);
        records
    };
    let well = [
        (inputs(0.1), records(&[1.0, 2.0])),
        (inputs(0.2), records(&[4.0])),
        (inputs(0.3), records(&[1.0, 5.0, 6.0])),
    ];
    let told = vec![
        (inputs(f64::NAN), records(&[1.0, 2.0, 3.0])),
        well[0].clone(),
        (inputs(0.1), with(records(&[0.5, 1.0]), negative)),
        (inputs(0.1), with(records(&[3.0]), at(2.0, Event::Observe))),
        well[1].clone(),
        well[2].clone(),
        (inputs(f64::INFINITY), records(&[9.0])),
    ];
    let alone = recorded(&program, well.to_vec(), &Options::standard());
    for layout in layouts(Options::standard()) {
        let kept = recorded(&program, told.clone(), &layout);
        let failures: Vec<(u64, &str, Option<f64>)> = kept
            .failures
            .iter()
            .map(|failure| (failure.subject, failure.kind.name(), failure.kind.time()))
            .collect();
        let expected = [
            (0, "input", None),
            (2, "dose", Some(1.0)),
            (3, "record", Some(2.0)),
            (6, "input", None),
        ];
        assert_eq!(failures, expected);
        assert_eq!(
            kept.times,
            [
                1.0, 2.0, 3.0, 1.0, 2.0, 0.5, 1.0, 3.0, 2.0, 4.0, 1.0, 5.0, 6.0, 9.0
            ]
        );
        for (subject, rows) in [(0, 3), (2, 2), (3, 2), (6, 1)] {
            for column in &kept.rows[subject] {
                assert_eq!(column.len(), rows);
                assert!(column.iter().all(|value| value.is_nan()));
            }
        }
        let bits = kept.bits();
        assert_eq!([1, 4, 5].map(|at| bits[at].clone()).as_slice(), alone.bits());
    }
}

/// A steady state that does not exist fails when the dose comes, after what was observed before.
#[test]
fn a_steady_state_that_is_none_fails_at_its_dose() {
    let program = program("d/dt(a) <- -K*a");
    let steady = at(
        5.0,
        Event::Dose(euthymia_engine::CourseDose {
            additional: 0,
            interval: 12.0,
            steady_state: SteadyState::Replace,
            ..bolus(0, 10.0)
        }),
    );
    let records = vec![
        at(0.0, Event::Dose(bolus(0, 1.0))),
        at(1.0, Event::Observe),
        steady,
        at(6.0, Event::Observe),
    ];
    let told = [0.0, 0.5].map(|k| (inputs(&program, &[("K", k)]), records.clone()));
    for solver in [Solver::Auto, Solver::Rodas5p] {
        let options = Options {
            solver,
            ..Options::precise()
        };
        let kept = recorded(&program, told.to_vec(), &options);
        assert_eq!(kept.failures.len(), 1);
        let failure = &kept.failures[0];
        assert_eq!(
            (failure.kind.name(), failure.kind.time()),
            ("no_steady_state", Some(5.0))
        );
        assert!((kept.rows[0][0][0] - 1.0).abs() < 1e-7 && kept.rows[0][0][1].is_nan());
        assert!(kept.rows[1][0].iter().all(|value| value.is_finite()));
    }
}
