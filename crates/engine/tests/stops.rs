//! Right-hand sides that jump at times known for a subject: steps end at the jumps, so the error is that of the smooth
//! pieces, and there are few steps.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use common::courses::{Seen, Told, at, bolus};
use common::text::{input, inputs, program};
use common::{Listed, options, run};
use euthymia_engine::{Event, Record, Silent, Statistics, simulate_courses};
use euthymia_model::program::Program;

const K: f64 = 0.4;

/// The first state at its observations, and what it took.
fn told(program: &Program, values: &[(&str, f64)], records: Vec<Record>) -> (Vec<f64>, Statistics) {
    let told = Told(vec![(inputs(program, values), records)]);
    let mut seen = Seen::default();
    let statistics = simulate_courses(program, &told, &options(1e-9, 1e-12), &mut seen, &Silent).unwrap();
    (seen.0.remove(0).remove(0), statistics)
}

fn observed(times: impl IntoIterator<Item = f64>) -> Vec<Record> {
    times.into_iter().map(|time| at(time, Event::Observe)).collect()
}

/// Amount at `t` of an input at rate 10 from `from` to `to`, eliminated at the rate [`K`].
fn infused(t: f64, from: f64, to: f64) -> f64 {
    let steady = |elapsed: f64| 10.0 / K * -(-K * elapsed).exp_m1();
    if t <= from {
        0.0
    } else {
        steady(t.min(to) - from) * (-K * (t - t.min(to))).exp()
    }
}

fn quarters(last: u32) -> impl Iterator<Item = f64> {
    (0..=last).map(|step| 0.25 * f64::from(step))
}

#[test]
fn a_piecewise_input_costs_few_steps() {
    let mut steps = Vec::new();
    for (between, text) in [
        ("t > 2 && t < 5", ""),
        ("t >= 2 && t <= 5", ""),
        ("!(t < 2) & !(t > 5)", ""),
        ("t > on & t < off", "mtime(on) <- 2\nmtime(off) <- on + 3"),
        ("t/24 > 2/24 && 24*t < 120", ""),
        ("t - 2 > 0 && 5 - t > 0", ""),
    ] {
        let program = program(&format!(
            "{text}\nr <- 0\nif ({between}) {{\nr <- 10*one\n}}\nd/dt(x) <- r - {K}*x"
        ));
        let (found, statistics) = told(&program, &[], observed(quarters(32)));
        for (found, time) in found.iter().zip(quarters(32)) {
            let error = (found - infused(time, 2.0, 5.0)).abs();
            assert!(error < 1e-8, "{between} at {time}: {error:e}");
        }
        steps.push(format!(
            "{between}: {} accepted, {} rejected",
            statistics.accepted, statistics.rejected
        ));
    }
    insta::assert_snapshot!(steps.join("\n"));
}

#[test]
fn a_jump_between_straight_lines_is_exact() {
    // Nothing but the jump to resolve: what is left is the gap of the step and rounding.
    for start in [-7.0, -3.0, -1.0 / 3.0, -0.1, 0.0] {
        let stop = start + 1.1;
        for condition in ["t < S", "t <= S", "S > t", "S >= t"] {
            let program = program(&format!("d/dt(x) <- ifelse({condition}, one, -2)"));
            let times = [start, start + 0.5, stop, start + 3.0];
            let (found, statistics) = told(&program, &[("S", stop)], observed(times));
            let expected = [0.0, 0.5, 1.1, 1.1 - 2.0 * 1.9];
            for (found, expected) in found.iter().zip(expected) {
                assert!(
                    (found - expected).abs() < 1e-13,
                    "{condition} {start}: {found} {expected}"
                );
            }
            assert!(
                statistics.accepted <= 4 && statistics.rejected == 0,
                "{statistics:?}"
            );
        }
    }
}

#[test]
fn jumps_where_something_else_happens() {
    // At the first record, at a dose, at an observation before and after it, and at two places closer than a step.
    let program = program("d/dt(x) <- (t > 0) + 10*(t >= 2) + 100*(t > 2.0000000000000004)*one");
    let records = vec![
        at(0.0, Event::Observe),
        at(1.0, Event::Observe),
        at(2.0, Event::Observe),
        at(2.0, Event::Dose(bolus(0, 1000.0))),
        at(2.0, Event::Observe),
        at(3.0, Event::Observe),
    ];
    let (found, statistics) = told(&program, &[], records);
    for (found, expected) in found.iter().zip([0.0, 1.0, 2.0, 1002.0, 1113.0]) {
        assert!((found - expected).abs() < 1e-10, "{found} {expected}");
    }
    assert!(
        statistics.accepted <= 3 && statistics.rejected == 0,
        "{statistics:?}"
    );
}

#[test]
fn a_jump_comes_again_when_the_clock_is_set_back() {
    let program = program("d/dt(x) <- ifelse(t < 2, one, 5)");
    let mut records = observed([0.0, 3.0]);
    records.push(at(1.0, Event::Reset));
    records.extend(observed([1.5, 4.0]));
    let (found, statistics) = told(&program, &[], records);
    for (found, expected) in found.iter().zip([0.0, 7.0, 0.5, 11.0]) {
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }
    assert!(statistics.rejected == 0, "{statistics:?}");
}

#[test]
fn a_jump_that_moves_with_a_covariate() {
    let program = program("d/dt(x) <- ifelse(t < WHEN, one, 5)");
    let input = input(&program, "WHEN");
    let when = |value| Event::Input { input, value };
    let records = vec![
        at(0.0, Event::Observe),
        // Not reached before it moves.
        at(1.0, when(2.5)),
        at(3.0, Event::Observe),
        // Moves ahead: back to the first piece.
        at(3.0, when(4.0)),
        at(6.0, Event::Observe),
    ];
    let (found, statistics) = told(&program, &[("WHEN", 2.0)], records);
    for (found, expected) in found.iter().zip([0.0, 5.0, 16.0]) {
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }
    assert!(statistics.rejected == 0, "{statistics:?}");
}

#[test]
fn a_jump_counted_from_each_dose() {
    for condition in ["tad0() < 1.5", "t - tlast(x) < 1.5", "2*tad(x) < 3"] {
        let program = program(&format!(
            "r <- 0\nif (dosenum() > 0 && {condition}) {{\nr <- 10*one\n}}\nd/dt(x) <- r - {K}*x"
        ));
        let mut records = observed(quarters(4));
        for (number, dose) in [1.0, 6.0, 7.0].into_iter().enumerate() {
            records.push(at(
                dose,
                Event::Phantom {
                    compartment: 0,
                    amount: 1.0,
                    additional: 0,
                    interval: 0.0,
                },
            ));
            let until = [6.0, 7.0, 12.0][number];
            records.extend(observed(
                quarters(48).filter(|time| *time > dose && *time <= until),
            ));
        }
        let (found, statistics) = told(&program, &[], records);
        let times = quarters(48);
        for (found, time) in found.iter().zip(times) {
            let expected = infused(time, 1.0, 2.5) + infused(time, 6.0, 8.5);
            assert!(
                (found - expected).abs() < 1e-8,
                "{condition} at {time}: {found} {expected}"
            );
        }
        assert!(statistics.rejected <= 4, "{condition}: {statistics:?}");
    }
}

#[test]
fn common_times_stop_too() {
    let program = program("d/dt(x) <- 10*(t > S && t <= S + 3) - 0.4*x*one");
    let population = Listed(
        (1..6_u32)
            .map(|s| (inputs(&program, &[("S", f64::from(s))]), vec![]))
            .collect(),
    );
    let times: Vec<f64> = quarters(40).collect();
    let (found, statistics) = run(&program, &population, &times, &options(1e-9, 1e-12)).unwrap();
    for (subject, columns) in found.iter().enumerate() {
        let start = subject as f64 + 1.0;
        for (found, &time) in columns[0].iter().zip(&times) {
            let expected = infused(time, start, start + 3.0);
            assert!(
                (found - expected).abs() < 1e-8,
                "{start} at {time}: {found} {expected}"
            );
        }
    }
    assert!(statistics.rejected <= 5, "{statistics:?}");
}
