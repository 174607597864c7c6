//! What a person asks of a model.

use euthymia_dataset::Dialect;
use euthymia_diagnostics::Source;
use euthymia_document::Rows;
use euthymia_model::Model;

/// What happens to the subjects.
#[derive(Clone, Copy, Debug)]
pub enum Schedule<'a> {
    /// A NONMEM-style table: its individuals, their doses, observations and covariates.
    Data(&'a Rows),
    /// The same doses for everybody, on one line.
    Doses(&'a Source),
    /// Nothing.
    Nothing,
}

/// What is asked of a model.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The model.
    pub model: &'a Model,
    /// What happens.
    pub schedule: Schedule<'a>,
    /// Observation times on one line, in the model's time unit, in place of the observation records of the data set.
    pub times: Option<&'a Source>,
    /// A table of values by subject: a column `ID`, the others named as parameters, random effects or covariates.
    pub parameters: Option<&'a Rows>,
    /// `name=value` of a parameter, random effect or covariate, the same for everybody.
    pub values: &'a [Source],
    /// `0`, for no random effects, or `effect=variance`.
    pub omega: &'a [Source],
    /// Whether observations scatter: `sim` has residual error.
    pub residual: bool,
    /// How the data set is read.
    pub dialect: Dialect,
    /// How many subjects in all: the individuals are taken in turn until there are so many. Without it, each once.
    pub subjects: Option<u64>,
    /// What is written of what the model computes, beside who and when; all of it, if nothing is said.
    pub columns: Option<&'a Source>,
    /// Seed of everything random.
    pub seed: u64,
}
