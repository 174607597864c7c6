//! The way of a model text, from bytes to the first numbers: parse, check, print and parse again, compile, evaluate.
#![no_main]

mod said;

use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_model::check::check;
use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::interpret::Interpreter;
use euthymia_model::syntax::{parse, print};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(text) = said::text(bytes) else { return };
    let source = Source::new("model.R", text);
    let (file, problems) = parse(&source);
    let printed = print(&file);
    if problems.is_empty() {
        let (again, problems) = parse(&Source::new("printed.R", printed.clone()));
        assert_eq!(problems, [], "{printed}");
        assert_eq!(file, again, "{printed}");
        assert_eq!(print(&again), printed);
    }
    let (model, more) = check(&file);
    let errors = problems.iter().chain(&more).any(Diagnostic::is_error);
    assert_eq!(model.is_none(), errors, "a model without errors, or errors: {problems:?} {more:?}");
    said::hold(&euthymia_model::diagnose(&source));
    let Some(model) = model else { return };
    let Ok(program) = compile(&model, &CompileOptions::default()) else {
        return;
    };
    let mut subject = Interpreter::new(&program);
    let states = subject.initial();
    let _ = subject.derivatives(0.0, &states);
    let _ = subject.jacobian(1.0, &states);
    let _ = subject.outputs(1.0, &states);
});
