//! Model text to a syntax tree.
//!
//! ```
//! use euthymia_diagnostics::Source;
//! let text = "m <- function() {\n ini({ k <- 0.1 })\n model({ d/dt(x) <- -k*x })\n}";
//! let (file, problems) = euthymia_model::syntax::parse(&Source::new("m.R", text));
//! assert!(problems.is_empty());
//! assert_eq!(file.name.text, "m");
//! ```

mod equations;
mod expression;
mod file;
mod ini;
mod lexer;
mod parser;
mod print;
mod token;
pub mod tree;

use euthymia_diagnostics::{Diagnostic, Source, Span};

pub use print::print;
pub use tree::ModelFile;

/// Parses a model file. Never fails: what cannot be understood is reported and left out of the tree.
#[must_use]
pub fn parse(source: &Source) -> (ModelFile, Vec<Diagnostic>) {
    parser::Parser::new(source, lexer::lex(source)).file()
}

/// More problems than this in one text are not told: a person mends the first ones and tries again.
pub(crate) const MOST_PROBLEMS: usize = 200;

/// Says that the rest of a text is not read.
pub(crate) fn too_many_problems(source: &Source, place: Span) -> Diagnostic {
    Diagnostic::error(
        "M010",
        format!("more than {MOST_PROBLEMS} problems: the rest is not read"),
    )
    .at(source, place, "stopped here")
    .help("check that this is a model file")
}
