//! Computed variables against rxode2's, given its time, states and covariates.
//!
//! The tables beside the models in `suite/reference/rxode2` are solutions by rxode2 5.1.6 (12 significant digits, of which the solver's own
//! error is no part here: states are read from the table).

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::HashMap;

use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::interpret::Interpreter;

#[test]
fn variables_have_the_values_of_rxode2() {
    let mut compared = 0;
    for path in common::model_paths() {
        let case = path.parent().unwrap();
        let stem = case.file_name().unwrap().to_string_lossy().into_owned();
        let Ok(table) = std::fs::read_to_string(case.join("expected.csv")) else {
            continue;
        };
        let model = common::checked(&path);
        let program = compile(&model, &CompileOptions::default()).unwrap();
        let mut lines = table.lines();
        let columns: Vec<&str> = lines.next().unwrap().split(',').collect();
        for line in lines {
            let values = line.split(',').map(|cell| cell.parse::<f64>().unwrap());
            let row: HashMap<&str, f64> = columns.iter().copied().zip(values).collect();
            let mut subject = Interpreter::new(&program);
            for covariate in model.covariates() {
                assert!(subject.set_input(&covariate.name, row[covariate.name.as_str()]));
            }
            let states: Vec<f64> = program
                .states
                .iter()
                .map(|state| row[state.name.as_str()])
                .collect();
            let outputs = subject.outputs(row["time"], &states);
            for (output, value) in program.outputs_reported.iter().zip(outputs) {
                let expected = row[output.name.as_str()];
                // What the last printed digit of the states can change, through the steepest function of the cases.
                let tolerance = 1e-9 * expected.abs().max(1e-3);
                let close = (value - expected).abs() <= tolerance;
                assert!(
                    close,
                    "{stem}: {} = {value}, rxode2 says {expected}: {line}",
                    output.name
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 1500, "{compared}");
}
