//! Test: the observed orders of the methods and of their dense outputs on ladders of fixed steps.

use euthymia_model::program::Program;
use euthymia_model::tape::{Op, Register};
use euthymia_vecmath::{Isa, Lanes, scalar};

use crate::collocation;
use crate::executor::registers;
use crate::options::{Options, Solver};
use crate::plan::Plan;
use crate::rodas5p;
use crate::step::{Attempt, Method};
use crate::testing::{Layer, Writer};

/// A problem with a known solution.
struct Problem {
    program: Program,
    solution: fn(f64, usize) -> f64,
}

/// Eigenvalues -1 and -1000; starts on the slow one: y0 = e^-t, y1 = 2 e^-t.
fn stiff_linear() -> Problem {
    // y0' = -1000 y0 + 499.5 y1, y1' = -y1
    let mut w = Writer::new();
    let y = [w.state("y0"), w.state("y1")];
    let k = [w.constant(-1000.0), w.constant(499.5), w.constant(-1.0)];
    let part = w.emit(Layer::Derivatives, Op::Mul, &[k[0], y[0]]);
    let slope = w.emit(Layer::Derivatives, Op::MulAdd, &[k[1], y[1], part]);
    w.derivative(0, slope);
    let slope = w.emit(Layer::Derivatives, Op::Mul, &[k[2], y[1]]);
    w.derivative(1, slope);
    w.entry(0, 0, k[0]);
    w.entry(0, 1, k[1]);
    w.entry(1, 1, k[2]);
    Problem {
        program: w.finish(),
        solution: |t, state| [1.0, 2.0][state] * scalar::exp(-t),
    }
}

/// y' = y (1 - y), y(0) = 0.1.
fn logistic() -> Problem {
    let mut w = Writer::new();
    let y = w.state("y");
    let (one, two) = (w.constant(1.0), w.constant(2.0));
    let rest = w.emit(Layer::Derivatives, Op::Sub, &[one, y]);
    let slope = w.emit(Layer::Derivatives, Op::Mul, &[y, rest]);
    w.derivative(0, slope);
    let entry = w.emit(Layer::Jacobian, Op::MulSub, &[two, y, one]);
    w.entry(0, 0, entry);
    Problem {
        program: w.finish(),
        solution: |t, _| 1.0 / (1.0 + 9.0 * scalar::exp(-t)),
    }
}

/// y' = -rate (y - cos t) - sin t, y = cos t (Prothero and Robinson 1974).
fn prothero_robinson(rate: f64) -> Problem {
    let mut w = Writer::new();
    let y = w.state("y");
    let minus = w.constant(-rate);
    let t: Register = w.time();
    let derivatives = Layer::Derivatives;
    let cosine = w.emit(derivatives, Op::Cos, &[t]);
    let sine = w.emit(derivatives, Op::Sin, &[t]);
    let distance = w.emit(derivatives, Op::Sub, &[y, cosine]);
    let pull = w.emit(derivatives, Op::Mul, &[minus, distance]);
    let slope = w.emit(derivatives, Op::Sub, &[pull, sine]);
    w.derivative(0, slope);
    w.entry(0, 0, minus);
    let cosine = w.emit(Layer::Jacobian, Op::Cos, &[t]);
    let sine = w.emit(Layer::Jacobian, Op::Sin, &[t]);
    let part = w.emit(Layer::Jacobian, Op::Mul, &[minus, sine]);
    let change = w.emit(Layer::Jacobian, Op::Sub, &[part, cosine]);
    w.time_derivative(0, change);
    Problem {
        program: w.finish(),
        solution: |t, _| scalar::cos(t),
    }
}

/// Largest error at the ends of `steps` steps to `to`, and inside the first of them.
fn errors(solver: Solver, problem: &Problem, to: f64, steps: u32) -> (f64, f64) {
    let plan = Plan::new(&problem.program).unwrap();
    // What an iteration leaves is small beside the errors that are looked at.
    let options = Options {
        solver,
        rtol: 1e-13,
        atol: 1e-13,
        ..Options::standard()
    };
    let method = Method::new(&plan, &options);
    let mut registers = registers::<4>();
    for &(register, value) in &problem.program.constants {
        registers[usize::from(register)] = Lanes::splat(value);
    }
    for state in 0..plan.states {
        registers[plan.current + state] = Lanes::splat((problem.solution)(0.0, state));
    }
    let length = to / f64::from(steps);
    let (mut at_ends, mut inside) = (0.0_f64, 0.0_f64);
    for step in 0..steps {
        let time = length * f64::from(step);
        let attempt = Attempt {
            plan: &plan,
            method,
            isa: Isa::Portable,
            rtol: options.rtol,
            atol: options.atol,
            time: Lanes::splat(time),
            length: Lanes::splat(length),
            room: Lanes::splat(1e9),
            previous: Lanes::splat(0.0),
            masked: false,
            registers: &mut registers,
        };
        let tried = attempt.run();
        assert!(tried.error.is_finite().all());
        if step == 0 {
            let thetas = [0.2, 0.4, 0.7, 0.9];
            let mut values = vec![0.0; thetas.len() * plan.states];
            match method {
                Method::Rodas5p => {
                    rodas5p::prepare(Isa::Portable, &plan, &mut registers);
                    Isa::Portable.dispatch(rodas5p::Evaluate {
                        plan: &plan,
                        lane: 1,
                        thetas: &thetas,
                        registers: &registers,
                        values: &mut values,
                        first: 0,
                        stride: thetas.len(),
                    });
                }
                Method::Collocation(parts) => Isa::Portable.dispatch(collocation::Evaluate {
                    parts,
                    is_written: &plan.is_written,
                    lane: 1,
                    thetas: &thetas,
                    registers: &registers,
                    values: &mut values,
                    first: 0,
                    stride: thetas.len(),
                }),
            }
            for (state, values) in values.chunks(thetas.len()).enumerate() {
                for (theta, value) in thetas.into_iter().zip(values) {
                    inside = inside.max((value - (problem.solution)(theta * length, state)).abs());
                }
            }
        }
        for state in 0..plan.states {
            let next = registers[plan.next + state];
            registers[plan.current + state] = next;
            at_ends = at_ends.max((next.0[0] - (problem.solution)(time + length, state)).abs());
        }
    }
    (at_ends, inside)
}

/// Observed orders between `steps` steps and twice as many: at the ends, and of the local error inside.
fn orders(solver: Solver, problem: &Problem, to: f64, steps: u32) -> (f64, f64) {
    let (coarse, fine) = (
        errors(solver, problem, to, steps),
        errors(solver, problem, to, 2 * steps),
    );
    (scalar::log2(coarse.0 / fine.0), scalar::log2(coarse.1 / fine.1))
}

#[test]
fn rodas5p_has_order_five_with_dense_output_of_order_four() {
    for (name, problem, to, steps) in [
        ("logistic", logistic(), 4.0, 32),
        ("Prothero-Robinson, mild", prothero_robinson(2.0), 2.0, 16),
    ] {
        let (at_ends, inside) = orders(Solver::Rodas5p, &problem, to, steps);
        assert!((at_ends - 5.0).abs() < 0.2, "{name}: order {at_ends}");
        // The local error of an interpolation of order 4 is of order 5.
        assert!(
            (inside - 5.0).abs() < 0.2,
            "{name}: dense output, order {}",
            inside - 1.0
        );
    }
}

/// On a linear problem the method is one order better: its stability function agrees with e^z to order 6.
#[test]
fn rodas5p_has_order_six_on_a_stiff_linear_problem() {
    let (at_ends, inside) = orders(Solver::Rodas5p, &stiff_linear(), 2.0, 16);
    assert!((at_ends - 6.0).abs() < 0.2, "order {at_ends}");
    assert!((inside - 5.0).abs() < 0.2, "dense output, order {}", inside - 1.0);
}

/// Where a stiff problem is driven, order is reduced, but to an error of h^3/rate that vanishes with stiffness; inside
/// the step the dense output loses one order.
#[test]
fn stiffness_reduces_the_order_of_an_error_of_rodas5p_that_vanishes() {
    let (mild, stiff) = (prothero_robinson(1e3), prothero_robinson(1e6));
    assert!(errors(Solver::Rodas5p, &stiff, 2.0, 16).0 < 2e-3 * errors(Solver::Rodas5p, &mild, 2.0, 16).0);
    let (at_ends, inside) = orders(Solver::Rodas5p, &stiff, 2.0, 16);
    assert!(at_ends > 2.9, "order {at_ends}");
    assert!((inside - 4.0).abs() < 0.2, "dense output, order {}", inside - 1.0);
}

/// At the ends, errors of order 13 reach the last digits of a number with few steps.
#[test]
fn collocation_has_order_thirteen_and_eight_inside() {
    let (at_ends, _) = orders(Solver::Collocation, &prothero_robinson(0.2), 12.0, 3);
    assert!((at_ends - 13.0).abs() < 0.2, "order {at_ends}");
    assert!(errors(Solver::Collocation, &logistic(), 4.0, 4).0 < 1e-13);
    for (name, problem, to) in [
        ("logistic", logistic(), 2.0),
        ("Prothero-Robinson, mild", prothero_robinson(0.2), 3.0),
    ] {
        let (_, inside) = orders(Solver::Collocation, &problem, to, 3);
        assert!((inside - 8.0).abs() < 0.5, "{name}: dense output, order {inside}");
    }
}

/// A stiff problem that is driven keeps the stage order, 7, times a factor that vanishes with stiffness.
#[test]
fn stiffness_leaves_collocation_its_stage_order() {
    let (mild, stiff) = (prothero_robinson(1e3), prothero_robinson(1e6));
    let errors = |problem| errors(Solver::Collocation, problem, 4.0, 2);
    assert!(errors(&stiff).0 < 2e-3 * errors(&mild).0);
    let (at_ends, inside) = orders(Solver::Collocation, &stiff, 8.0, 2);
    assert!(at_ends > 6.5, "order {at_ends}");
    assert!(inside > 6.5, "dense output, order {inside}");
}
