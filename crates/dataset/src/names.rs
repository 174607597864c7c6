//! What a table may speak of: the names of the model it is for.

use euthymia_model::program::{InputKind, Program};

/// The names of a model, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelNames {
    /// Compartments; `CMT` 1 is the first.
    pub compartments: Vec<CompartmentName>,
    /// Values given from outside.
    pub inputs: Vec<InputName>,
    /// Computed variables, which an observation may name.
    pub outputs: Vec<String>,
}

/// A compartment and what the model computes for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompartmentName {
    /// Its name.
    pub name: String,
    /// Whether the model has `rate()` of it, which `RATE` -1 asks for.
    pub rate: bool,
    /// Whether the model has `dur()` of it, which `RATE` -2 asks for.
    pub duration: bool,
}

/// A value given from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputName {
    /// Its name.
    pub name: String,
    /// Whether it is a covariate: a column of the data set may give it, and something must.
    pub covariate: bool,
    /// Whether the model has a value for it where none is given.
    pub has_default: bool,
}

impl ModelNames {
    /// The names of a compiled model. `CMT` counts the states of the program, so none may have been left out.
    #[must_use]
    pub fn of(program: &Program) -> Self {
        let compartments = program.states.iter().map(|state| CompartmentName {
            name: state.name.clone(),
            rate: state.rate.is_some(),
            duration: state.duration.is_some(),
        });
        let inputs = program.inputs.iter().map(|input| InputName {
            name: input.name.clone(),
            covariate: input.kind == InputKind::Covariate,
            has_default: input.default.is_some(),
        });
        let outputs = program.outputs_reported.iter();
        Self {
            compartments: compartments.collect(),
            inputs: inputs.collect(),
            outputs: outputs.map(|output| output.name.clone()).collect(),
        }
    }
}
