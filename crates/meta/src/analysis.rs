//! An analysis as data: its kind, its tables and its inputs, and the values it gives under the names of the reference
//! packages.
//!
//! The kinds and their inputs are those of the reference results in `suite/reference/meta`; a user saves an analysis in
//! the same form and runs it again. Each file below answers a family of kinds: it reads the inputs, calls what the rest
//! of this crate computes, and names the values.

mod bias;
mod counts;
mod effects;
mod families;
mod follow;
mod inputs;
pub(crate) mod multilevel;
mod network;
mod packages;
mod prepared;
mod studies;
mod univariate;
mod values;

pub use inputs::Inputs;
pub(crate) use prepared::prepared;
pub(crate) use univariate::Model;
pub(crate) use values::number;
pub use values::{Value, Values};

use crate::{Frame, MetaError};

/// An analysis as data.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// What is computed: one of [`kind_names`].
    pub kind: String,
    /// Effect measure and columns, model, options.
    pub inputs: Inputs,
    /// The tables, in the order of the analysis.
    pub data: Vec<Frame>,
}

/// What answers a kind.
pub(crate) type Runner = fn(&Analysis) -> Result<Values, MetaError>;

impl Analysis {
    /// The first table.
    ///
    /// # Errors
    /// There is none.
    pub fn frame(&self) -> Result<&Frame, MetaError> {
        self.data
            .first()
            .ok_or_else(|| MetaError::field("data", "this kind of analysis needs a table, none is given"))
    }

    /// Its values.
    ///
    /// # Errors
    /// The kind is unknown, an input is missing or means nothing, or the data have no answer: says which and where.
    pub fn run(&self) -> Result<Values, MetaError> {
        let found = kinds().find(|(kind, _)| *kind == self.kind);
        let (_, runner) = found.ok_or_else(|| {
            let known: Vec<&str> = kinds().map(|(kind, _)| kind).collect();
            MetaError::field("kind", format!("`{}` is none of {}", self.kind, known.join(", ")))
        })?;
        runner(self)
    }
}

/// All kinds with what answers them.
pub(crate) fn kinds() -> impl Iterator<Item = (&'static str, Runner)> {
    families::ALL.iter().flat_map(|family| family.iter().copied())
}

/// The names of all kinds.
#[must_use]
pub fn kind_names() -> Vec<&'static str> {
    kinds().map(|(kind, _)| kind).collect()
}
