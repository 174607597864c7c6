//! What every Euthymia error is made of.
//!
//! Parsers and checkers never fail, they report: `fn parse(&Source) -> (Tree, Vec<Diagnostic>)`. A [`Diagnostic`] is
//! plain data, so the command line, the report and a page in a browser each show it in their own way.

mod diagnostic;
mod nearest;
pub mod render;
mod source;

pub use diagnostic::{Diagnostic, Label, Severity};
pub use nearest::nearest;
pub use source::{Position, Source, Span};
