//! The columns of the results, named as rxode2 names them.

use std::cell::Cell;
use std::sync::Arc;

use euthymia_dataset::Observed;
use euthymia_diagnostics::Diagnostic;
use euthymia_model::program::Program;
use euthymia_model::{Endpoint, Model};

use crate::columns::OBSERVED;
use crate::residual::Residual;

/// One column of the results.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub kind: Kind,
    /// Unit, where the model says it.
    pub unit: Option<String>,
    /// Words for it, where the model has them.
    pub label: Option<String>,
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Whole numbers.
    Whole,
    /// Numbers; NaN where there is no value.
    Number,
    /// Words, each by its place in this list.
    Word(Arc<[String]>),
}

/// Where the value of a column comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The round of the individuals, from 1.
    Replicate,
    /// The individual.
    Individual,
    Time,
    /// The endpoint of the row.
    Endpoint,
    /// A column of the engine's blocks.
    Block(usize),
    Predicted,
    Simulated,
}

/// Columns with their origins, and the endpoints.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) columns: Vec<Column>,
    pub(crate) origins: Vec<Origin>,
    pub(crate) endpoints: Vec<Residual>,
    /// What a record observes that is of an endpoint.
    pub(crate) observed_as: Vec<Observed>,
    /// Whether a state is written, or residual error needs one.
    pub(crate) needs_states: bool,
}

/// The name by which a data set may ask for an endpoint.
pub(crate) fn endpoint_name(endpoint: &Endpoint) -> &str {
    endpoint.condition.as_deref().unwrap_or(&endpoint.variable)
}

/// Whether a column is written: it is asked for, or nothing is.
fn is_asked(asked: Option<&[String]>, name: &str) -> bool {
    asked.is_none_or(|asked| asked.iter().any(|own| own == name))
}

/// What has to be reported by the program: what is written, then what residual error needs besides.
pub(crate) fn reported(model: &Model, open: &[&str], asked: Option<&[String]>) -> Vec<String> {
    let mut names: Vec<String> = model
        .variables()
        .iter()
        .filter(|variable| variable.reported)
        .map(|variable| variable.name.clone())
        .collect();
    names.extend(open.iter().map(|name| (*name).to_owned()));
    names.retain(|name| is_asked(asked, name));
    for endpoint in model.endpoints() {
        let arguments = endpoint.terms.iter().flat_map(|term| &term.arguments);
        let needed = arguments.filter_map(|argument| match argument {
            euthymia_model::ErrorArgument::Name(name) => Some(name),
            euthymia_model::ErrorArgument::Number(_) => None,
        });
        for name in needed.chain([&endpoint.variable]) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}

impl Layout {
    /// The columns of a run. `ids` are the individuals' names, `replicates` says whether they come more than once, `open` are
    /// the covariates that are written. Of what is computed only what is `asked` for is written, if anything is.
    pub(crate) fn new(
        model: &Model,
        program: &Program,
        ids: &[String],
        replicates: bool,
        open: &[&str],
        asked: Option<&[String]>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let states = program.states.len();
        let place = |name: &str| {
            let state = program.states.iter().position(|state| state.name == name);
            let output = || {
                program
                    .outputs_reported
                    .iter()
                    .position(|output| output.name == name)
            };
            state.or_else(|| output().map(|at| states + at))
        };
        let labels = model.outputs();
        let mut layout = Self {
            columns: Vec::new(),
            origins: Vec::new(),
            endpoints: Vec::new(),
            observed_as: Vec::new(),
            needs_states: false,
        };
        let mut add = |name: &str, kind: Kind, origin: Origin, unit: Option<String>| {
            let label = labels.iter().find(|label| label.name == name);
            if layout.columns.iter().any(|known| known.name == name) {
                let message = format!("two columns of the results would be called `{name}`");
                let help = format!("rename `{name}` in the model");
                diagnostics.push(Diagnostic::error("R007", message).help(help));
            }
            layout.columns.push(Column {
                name: name.to_owned(),
                kind,
                unit: unit.or_else(|| label.and_then(|label| label.unit_text.clone())),
                label: label.map(|label| label.label.clone()),
            });
            layout.origins.push(origin);
        };
        if replicates {
            add("sim.id", Kind::Whole, Origin::Replicate, None);
        }
        add("id", individuals(ids), Origin::Individual, None);
        let time = model.unit_text("time").map(str::to_owned);
        add("time", Kind::Number, Origin::Time, time);
        let endpoints = model.endpoints();
        if endpoints.len() > 1 {
            let names: Vec<String> = endpoints
                .iter()
                .map(|endpoint| endpoint_name(endpoint).to_owned())
                .collect();
            add("CMT", Kind::Word(names.into()), Origin::Endpoint, None);
        }
        let written = |name: &str| place(name).map(Origin::Block);
        let variables = model.variables().iter().filter(|variable| variable.reported);
        for variable in variables.filter(|variable| is_asked(asked, &variable.name)) {
            if let Some(origin) = written(&variable.name) {
                add(&variable.name, Kind::Number, origin, None);
            }
        }
        if !endpoints.is_empty() {
            for (name, origin) in OBSERVED.into_iter().zip([Origin::Predicted, Origin::Simulated]) {
                if is_asked(asked, name) {
                    add(name, Kind::Number, origin, None);
                }
            }
        }
        for (at, state) in program.states.iter().enumerate() {
            if is_asked(asked, &state.name) {
                add(&state.name, Kind::Number, Origin::Block(at), None);
            }
        }
        for name in open.iter().filter(|name| is_asked(asked, name)) {
            if let Some(origin) = written(name) {
                add(name, Kind::Number, origin, None);
            }
        }
        let is_state = |at: usize| at < states;
        let of_state = Cell::new(false);
        let needed = |name: &str| {
            let at = place(name);
            of_state.set(of_state.get() || at.is_some_and(is_state));
            at
        };
        layout.endpoints = endpoints
            .iter()
            .filter_map(|endpoint| Residual::new(endpoint, needed))
            .collect();
        let mut origins = layout.origins.iter();
        let is_written = origins.any(|origin| matches!(origin, Origin::Block(at) if is_state(*at)));
        layout.needs_states = is_written || of_state.get();
        layout.observed_as = observed_as(model, program);
        layout
    }
}

/// Names of the endpoints that are not compartments: `CMT` numbers them after the compartments, as rxode2 does.
pub(crate) fn outputs(model: &Model, program: &Program) -> Vec<String> {
    let is_state = |name: &str| program.states.iter().any(|state| state.name == name);
    let names = model.endpoints().iter().map(endpoint_name);
    names.filter(|name| !is_state(name)).map(str::to_owned).collect()
}

/// What a record observes that is of each endpoint.
fn observed_as(model: &Model, program: &Program) -> Vec<Observed> {
    let outputs = outputs(model, program);
    let index = |at: Option<usize>| at.and_then(|at| u16::try_from(at).ok());
    let of = |endpoint: &Endpoint| {
        let name = endpoint_name(endpoint);
        let state = program.states.iter().position(|state| state.name == name);
        let output = outputs.iter().position(|output| output == name);
        index(state)
            .map(Observed::Compartment)
            .or_else(|| index(output).map(Observed::Output))
            .unwrap_or(Observed::Anything)
    };
    model.endpoints().iter().map(of).collect()
}

/// Identifiers are numbers where all of them are whole, words otherwise.
fn individuals(ids: &[String]) -> Kind {
    if ids.iter().all(|id| id.parse::<i64>().is_ok()) {
        Kind::Whole
    } else {
        Kind::Word(ids.into())
    }
}
