//! The benchmark workloads against their reference solutions, and the work they cost.
#![allow(clippy::unwrap_used)]

mod common;

use common::workload::Workload;
use common::{options, run};
use euthymia_engine::Options;

/// Largest error over 8 subjects, all times, all states and outputs, relative to 1e-4 + |reference|.
fn error(workload: &Workload, rtol: f64) -> f64 {
    error_with(workload, &options(rtol, rtol * 1e-2))
}

fn error_with(workload: &Workload, options: &Options) -> f64 {
    let (found, _) = run(&workload.program, workload, &workload.times, options).unwrap();
    workload.error(|subject, column, time| found[subject][column][time])
}

/// The matrix exponential's solution is printed with 12 digits.
#[test]
fn kinetics_agree_with_the_matrix_exponential() {
    let workload = Workload::read("w1", 8);
    for rtol in [1e-6, 1e-8, 1e-10] {
        let error = error(&workload, rtol);
        assert!(error < 10.0 * rtol, "rtol {rtol:e}: {error:e}");
    }
}

/// Solved by its exponentials: to the reference's last digit.
#[test]
fn kinetics_solved_exactly_agree_with_the_matrix_exponential() {
    let workload = Workload::read("w1", 8);
    let error = error_with(&workload, &Options::standard());
    assert!(error < 1e-11, "{error:e}");
}

/// The reference is an explicit method's at the limit of its stability, good to about 6e-9: G, which is back at rest after
/// each dose, is off by that much there.
#[test]
fn the_mechanism_agrees_with_an_explicit_method_of_order_eight() {
    let workload = Workload::read("w2", 8);
    for rtol in [1e-6, 1e-8, 1e-10] {
        let error = error(&workload, rtol);
        assert!(error < 10.0 * rtol + 1e-8, "rtol {rtol:e}: {error:e}");
    }
}

/// A change that makes the engine take more steps shows here.
#[test]
fn the_work_stays_what_it_was() {
    for case in ["w1", "w2"] {
        let workload = Workload::read(case, 16);
        let (_, statistics) = run(
            &workload.program,
            &workload,
            &workload.times,
            &options(1e-6, 1e-8),
        )
        .unwrap();
        insta::assert_debug_snapshot!(case, statistics);
    }
}
