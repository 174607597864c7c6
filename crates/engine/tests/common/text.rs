//! Programs from model text.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used)]

use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::program::Program;
use euthymia_model::{check::check, syntax::parse};

/// The program of the statements of `model({})`; what they use and do not define are inputs.
pub fn program(equations: &str) -> Program {
    let text = format!("m <- function() {{\nini({{\none <- 1\n}})\nmodel({{\n{equations}\n}})\n}}\n");
    let (file, mut problems) = parse(&Source::new("model.R", text.clone()));
    let (model, more) = check(&file);
    problems.extend(more);
    problems.retain(Diagnostic::is_error);
    assert!(problems.is_empty(), "{problems:#?}\n{text}");
    compile(&model.unwrap(), &CompileOptions::default()).unwrap()
}

/// Values of the inputs by name.
pub fn inputs(program: &Program, values: &[(&str, f64)]) -> Vec<f64> {
    let value = |name: &str| {
        values
            .iter()
            .find(|(given, _)| *given == name)
            .map(|(_, value)| *value)
    };
    program
        .inputs
        .iter()
        .map(|input| value(&input.name).or(input.default).unwrap())
        .collect()
}

/// The place of an input.
pub fn input(program: &Program, name: &str) -> u16 {
    program
        .inputs
        .iter()
        .position(|input| input.name == name)
        .unwrap() as u16
}
