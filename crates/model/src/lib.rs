//! nlmixr2 model text to a checked model and straight-line tapes.
//!
//! The way of a model: text -> [`syntax`] tree -> [`check`] -> [`Model`] -> (several: [`compose`]) -> [`compile`] ->
//! [`program::Program`], which the engine executes. Parsing and checking never fail, they report; compilation fails
//! only on what the text cannot show. The crate knows no drug and opens no file.
//!
//! ```
//! use euthymia_diagnostics::Source;
//! use euthymia_model::{check::check, compile::{CompileOptions, compile}, syntax::parse};
//!
//! let text = "decay <- function() {
//!   ini({ lk <- log(0.1); label(\"Rate (1/h)\") })
//!   model({
//!     k <- exp(lk)
//!     d/dt(x) <- -k*x
//!   })
//! }";
//! let (file, problems) = parse(&Source::new("decay.R", text));
//! assert!(problems.is_empty());
//! let (model, problems) = check(&file);
//! assert!(problems.is_empty());
//! let program = compile(&model.unwrap(), &CompileOptions::default())?;
//! let mut subject = euthymia_model::interpret::Interpreter::new(&program);
//! assert!((subject.derivatives(0.0, &[2.0])[0] + 0.2).abs() < 1e-15);
//! # Ok::<(), euthymia_model::compile::CompileError>(())
//! ```

use euthymia_diagnostics::{Diagnostic, Source};

mod bindings;
pub mod check;
pub mod compile;
pub mod compose;
mod dependencies;
mod functions;
mod history;
pub mod interpret;
pub mod mechanism;
mod model;
pub mod program;
pub mod syntax;
pub mod tape;

pub use dependencies::Dependencies;
pub use model::{
    Compartment, Covariate, Endpoint, ErrorArgument, ErrorKind, ErrorTerm, Level, Model, OmegaBlock,
    OutputLabel, Theta, Variable,
};

/// Everything that is wrong with the text of a model, in the order of the text: for editors and for checking without
/// running.
///
/// A model without errors is compiled too, so that what only the compiler sees is told.
#[must_use]
pub fn diagnose(source: &Source) -> Vec<Diagnostic> {
    let (file, mut diagnostics) = syntax::parse(source);
    let (model, problems) = check::check(&file);
    diagnostics.extend(problems);
    diagnostics.sort_by_key(|diagnostic| diagnostic.labels.first().map_or(0, |label| label.span.start));
    if let Some(model) = model
        && let Err(error) = compile::compile(&model, &compile::CompileOptions::default())
    {
        let diagnostic = Diagnostic::error("M011", "the model cannot be compiled")
            .at(source, file.name.span, "this model")
            .note(error.to_string());
        diagnostics.push(diagnostic);
    }
    diagnostics
}
