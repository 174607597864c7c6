//! Linear compartments against closed forms, which are written here from the roots of the characteristic polynomial and
//! use nothing of the code under test (nor its exp).
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use common::{Listed, layouts, linear, options, run};
use euthymia_engine::{Dose, DoseInput, Options, Solver};

/// Central amount as a sum of exponentials after a unit bolus: (coefficient, rate) pairs.
type Exponentials = Vec<(f64, f64)>;

/// One compartment with elimination `k`.
fn one(k: f64) -> Exponentials {
    vec![(1.0, k)]
}

/// A mammillary system with elimination `k10` and peripheral compartments `(k1j, kj1)`, from its roots.
fn mammillary(peripheral: &[(f64, f64)], roots: Vec<f64>) -> Exponentials {
    let coefficient = |i: usize| {
        let above: f64 = peripheral.iter().map(|(_, back)| back - roots[i]).product();
        let others = roots.iter().enumerate().filter(|&(j, _)| j != i);
        above / others.map(|(_, root)| root - roots[i]).product::<f64>()
    };
    (0..roots.len()).map(|i| (coefficient(i), roots[i])).collect()
}

/// Two compartments: the roots of a quadratic.
fn two(k10: f64, (k12, k21): (f64, f64)) -> Exponentials {
    let (sum, product) = (k10 + k12 + k21, k10 * k21);
    let fast = 0.5 * (sum + (sum * sum - 4.0 * product).sqrt());
    mammillary(&[(k12, k21)], vec![fast, product / fast])
}

/// Three compartments: the roots of a cubic by Vieta's trigonometric formula, polished by Newton's method.
fn three(k10: f64, (k12, k21): (f64, f64), (k13, k31): (f64, f64)) -> Exponentials {
    let a2 = k10 + k12 + k21 + k13 + k31;
    let a1 = k10 * k21 + k10 * k31 + k12 * k31 + k13 * k21 + k21 * k31;
    let a0 = k10 * k21 * k31;
    let p = a1 - a2 * a2 / 3.0;
    let q = a2 * a1 / 3.0 - 2.0 * a2 * a2 * a2 / 27.0 - a0;
    let radius = 2.0 * (-p / 3.0).sqrt();
    let angle = (3.0 * q / (p * radius)).clamp(-1.0, 1.0).acos() / 3.0;
    let root = |turn: f64| {
        let mut x = a2 / 3.0 + radius * (angle + turn * std::f64::consts::TAU / 3.0).cos();
        for _ in 0..5 {
            x -= (((x - a2) * x + a1) * x - a0) / ((3.0 * x - 2.0 * a2) * x + a1);
        }
        x
    };
    mammillary(&[(k12, k21), (k13, k31)], vec![root(0.0), root(1.0), root(2.0)])
}

fn after_bolus(system: &Exponentials, t: f64) -> f64 {
    if t < 0.0 {
        0.0
    } else {
        system.iter().map(|(c, l)| c * (-l * t).exp()).sum()
    }
}

/// At a rate of 1 for `duration`.
fn during_infusion(system: &Exponentials, duration: f64, t: f64) -> f64 {
    let one = |&(c, l): &(f64, f64)| {
        if t <= duration {
            c / l * -(-l * t).exp_m1()
        } else {
            c / l * -(-l * duration).exp_m1() * (-l * (t - duration)).exp()
        }
    };
    if t < 0.0 {
        0.0
    } else {
        system.iter().map(one).sum()
    }
}

/// First-order input of a unit dose with rate `ka`.
fn by_absorption(system: &Exponentials, ka: f64, t: f64) -> f64 {
    if t < 0.0 {
        0.0
    } else {
        system
            .iter()
            .map(|(c, l)| c * ka / (ka - l) * ((-l * t).exp() - (-ka * t).exp()))
            .sum()
    }
}

/// States 0 depot, 1 central, 2 and 3 peripheral; inputs ka, k10, and the exchanges.
fn systems() -> Vec<(euthymia_model::program::Program, Vec<f64>, Exponentials)> {
    let (k10, first, second) = (0.7, (1.9, 0.8), (0.45, 0.06));
    vec![
        (linear(2, &[(0, 1), (1, 2)]), vec![1.3, k10], one(k10)),
        (
            linear(3, &[(0, 1), (1, 3), (1, 2), (2, 1)]),
            vec![1.3, k10, first.0, first.1],
            two(k10, first),
        ),
        (
            linear(4, &[(0, 1), (1, 4), (1, 2), (2, 1), (1, 3), (3, 1)]),
            vec![1.3, k10, first.0, first.1, second.0, second.1],
            three(k10, first, second),
        ),
    ]
}

/// The integrator at rtol 1e-9 is within 1e-8, and the exact solution within what rounding does to sums of exponentials.
fn agree(doses: &[Dose], closed: impl Fn(&Exponentials, f64) -> f64) {
    let integrated = options(1e-9, 1e-30);
    let solved = Options {
        solver: Solver::Auto,
        ..options(1.0, 1.0)
    };
    for (options, tolerance) in [(integrated, 1e-8), (solved, 1e-11)] {
        let worst = difference(doses, &closed, &options);
        assert!(worst < tolerance, "{:?}: {worst:e}", options.solver);
    }
}

/// Largest relative difference of the central compartment.
fn difference(doses: &[Dose], closed: impl Fn(&Exponentials, f64) -> f64, options: &Options) -> f64 {
    let times: Vec<f64> = (0..=96).map(|i| 0.5 * f64::from(i)).collect();
    let mut worst = 0.0_f64;
    for (program, rates, system) in systems() {
        let population = Listed(vec![(rates, doses.to_vec())]);
        let (trajectories, _) = run(&program, &population, &times, options).unwrap();
        for (&time, &found) in times.iter().zip(&trajectories[0][1]) {
            let expected = closed(&system, time);
            if expected != 0.0 {
                worst = worst.max((found - expected).abs() / expected.abs());
            } else {
                assert!(found.abs() < 1e-12);
            }
        }
    }
    worst
}

fn dose(time: f64, compartment: u16, amount: f64, input: DoseInput) -> Dose {
    Dose {
        time,
        compartment,
        amount,
        input,
    }
}

#[test]
fn boluses() {
    let doses = [
        dose(0.0, 1, 100.0, DoseInput::Bolus),
        dose(12.25, 1, 50.0, DoseInput::Bolus),
    ];
    let closed = |s: &Exponentials, t: f64| 100.0 * after_bolus(s, t) + 50.0 * after_bolus(s, t - 12.25);
    agree(&doses, closed);
}

#[test]
fn infusions_by_rate_and_duration_that_overlap() {
    let doses = [
        dose(0.0, 1, 100.0, DoseInput::Rate(20.0)),
        dose(3.0, 1, 60.0, DoseInput::Duration(4.0)),
    ];
    let closed = |s: &Exponentials, t: f64| {
        20.0 * during_infusion(s, 5.0, t) + 15.0 * during_infusion(s, 4.0, t - 3.0)
    };
    agree(&doses, closed);
}

#[test]
fn first_order_input() {
    let doses: Vec<Dose> = dose(0.0, 0, 100.0, DoseInput::Bolus).repeated(2, 8.0).collect();
    let closed = |s: &Exponentials, t: f64| {
        (0..3)
            .map(|i| 100.0 * by_absorption(s, 1.3, t - 8.0 * f64::from(i)))
            .sum::<f64>()
    };
    agree(&doses, closed);
}

#[test]
fn what_is_solved_has_the_same_bits_however_it_is_laid_out() {
    let doses = [
        dose(0.0, 0, 100.0, DoseInput::Bolus),
        dose(3.3, 1, 60.0, DoseInput::Duration(4.0)),
    ];
    let later = [doses[0], dose(5.1, 1, 60.0, DoseInput::Duration(4.0))];
    // Equally spaced for a while, then not.
    let mut times: Vec<f64> = (0..40).map(|i| 0.7 * f64::from(i)).collect();
    times.extend((0..30).map(|i| 30.0 + 0.01 * f64::from(i * i)));
    for (program, rates, _) in systems() {
        // Subjects that differ, among them one with equal rates, which has no exponentials of its own, and one whose
        // compartments do not exchange. One of three receives something at another time.
        let subjects: Vec<(Vec<f64>, Vec<Dose>)> = (0..9)
            .map(|i| {
                let mut own = rates.clone();
                own[0] *= 1.0 + 0.1 * f64::from(i);
                if i == 4 {
                    own[0] = own[1];
                }
                if i == 7 {
                    own.iter_mut().skip(2).take(2).for_each(|rate| *rate = 0.0);
                }
                let doses = if i % 3 == 1 { later } else { doses };
                (own, doses.to_vec())
            })
            .collect();
        let population = Listed(subjects);
        let solved = Options {
            solver: Solver::Auto,
            ..options(1e-9, 1e-12)
        };
        let (expected, _) = run(&program, &population, &times, &solved).unwrap();
        for layout in layouts(solved) {
            let (found, _) = run(&program, &population, &times, &layout).unwrap();
            assert_eq!(found, expected, "{layout:?}");
        }
        let integrated = Options {
            solver: Solver::Rodas5p,
            ..solved
        };
        let (integrated, _) = run(&program, &population, &times, &integrated).unwrap();
        let flat = |found: &[Vec<Vec<f64>>]| found.iter().flatten().flatten().copied().collect::<Vec<f64>>();
        for (solved, integrated) in flat(&expected).into_iter().zip(flat(&integrated)) {
            assert!((solved - integrated).abs() < 1e-8 * (1.0 + solved.abs()));
        }
    }
}
