//! Symbolic derivatives against central differences, for every model of the reference cases and of the library.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::interpret::Interpreter;

/// A number in 0.1..1.1 that depends on nothing but its place.
fn scatter(place: usize) -> f64 {
    let mixed = (place as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    0.1 + (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

#[test]
fn jacobian_agrees_with_central_differences() {
    for path in common::model_paths() {
        let model = common::checked(&path);
        let program = compile(&model, &CompileOptions::default()).unwrap();
        let mut subject = Interpreter::new(&program);
        for (place, input) in program.inputs.iter().enumerate() {
            if input.default.is_none() {
                subject.set_input(&input.name, 0.5 + scatter(place));
            }
        }
        let size = program.states.len();
        for trial in 0..20 {
            let states: Vec<f64> = (0..size)
                .map(|state| 3.0 * scatter(1000 * (trial + 1) + state))
                .collect();
            let time = 50.0 * scatter(77 * (trial + 1));
            let base = subject.derivatives(time, &states);
            let (jacobian, by_time) = subject.jacobian(time, &states);
            let again: Vec<f64> = program
                .states
                .iter()
                .map(|state| subject.register(state.derivative))
                .collect();
            assert_eq!(
                base,
                again,
                "{}: the Jacobian's tape leaves other derivatives",
                model.name()
            );
            let compare = |row: usize, symbolic: f64, plus: f64, minus: f64, step: f64, what: &str| {
                let difference = (plus - minus) / (2.0 * step);
                // Truncation of order step^2 and cancellation of the difference.
                let rounding = 1e-15 * (plus.abs() + minus.abs()) * 50.0 / step;
                let tolerance = 1e-6 * symbolic.abs().max(difference.abs()) + rounding + 1e-9;
                assert!(
                    (symbolic - difference).abs() <= tolerance,
                    "{}: d({})/d({what}) = {symbolic}, by differences {difference}, tolerance {tolerance}",
                    model.name(),
                    program.states[row].name
                );
            };
            for column in 0..size {
                let step = 1e-5 * states[column].abs();
                let mut moved = states.clone();
                moved[column] = states[column] + step;
                let plus = subject.derivatives(time, &moved);
                moved[column] = states[column] - step;
                let minus = subject.derivatives(time, &moved);
                for row in 0..size {
                    compare(
                        row,
                        jacobian[row][column],
                        plus[row],
                        minus[row],
                        step,
                        &program.states[column].name,
                    );
                }
            }
            let step = 1e-5 * time;
            let (plus, minus) = (
                subject.derivatives(time + step, &states),
                subject.derivatives(time - step, &states),
            );
            for row in 0..size {
                compare(row, by_time[row], plus[row], minus[row], step, "t");
            }
        }
    }
}
