//! What is given to a program from outside: its inputs in order, and where the value of each name comes from.

use std::collections::HashMap;

use super::graph::Layer;
use super::lower::Value;
use super::{CompileError, CompileOptions, PerSubject};
use crate::model::{Level, Model, Symbol};
use crate::program::{Input, InputKind, Scope, since_of, slope_of};

/// Inputs of the program, and for every theta, eta and covariate where its value comes from.
pub(super) fn inputs(model: &Model, options: &CompileOptions) -> (Vec<Input>, HashMap<String, Value>) {
    let mut list: Vec<Input> = Vec::new();
    let mut values: HashMap<String, Value> = HashMap::new();
    let given: HashMap<&str, f64> = options
        .values
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    let mut add = |name: &str, kind: InputKind, default: Option<f64>, scope: Scope| {
        // Registers bound the number of inputs far below this.
        let index = u32::try_from(list.len()).unwrap_or(u32::MAX);
        list.push(Input {
            name: name.to_owned(),
            kind,
            register: 0,
            default,
            scope,
        });
        index
    };
    let input = |index: u32, scope: Scope| match scope {
        Scope::Run => Value::Input(index, Layer::Run),
        Scope::Subject => Value::Input(index, Layer::Subject),
    };
    let differs = |name: &str, otherwise: bool| match &options.per_subject {
        PerSubject::All => otherwise,
        PerSubject::Only(names) => names.contains(name),
    };
    let scope = |differs: bool| if differs { Scope::Subject } else { Scope::Run };
    let mut lines = Vec::new();
    for theta in &model.thetas {
        let named = differs(&theta.name, !theta.fixed);
        let value = match given.get(theta.name.as_str()) {
            Some(value) => Value::Literal(*value),
            None if theta.fixed && !named => Value::Literal(theta.value),
            None => {
                let index = add(&theta.name, InputKind::Theta, Some(theta.value), scope(named));
                input(index, scope(named))
            }
        };
        values.insert(theta.name.clone(), value);
    }
    for eta in model.etas() {
        let value = match given.get(eta) {
            Some(value) => Value::Literal(*value),
            None => input(
                add(eta, InputKind::Eta, Some(0.0), Scope::Subject),
                Scope::Subject,
            ),
        };
        values.insert(eta.to_owned(), value);
    }
    for covariate in &model.covariates {
        let name = &covariate.name;
        if let Some(value) = given.get(name.as_str()) {
            values.insert(name.clone(), Value::Literal(*value));
            continue;
        }
        let line = options.interpolated.contains(name);
        let scope = scope(line || differs(name, true));
        let index = add(name, InputKind::Covariate, None, scope);
        values.insert(name.clone(), input(index, scope));
        if line {
            lines.push((name, index));
        }
    }
    // What differs between occasions needs to know which one it is, even if no equation asks.
    let occasion = Level::Occasion.word();
    let occasional = model.omegas.iter().any(|block| block.level == Level::Occasion);
    if occasional && !model.symbols.contains_key(occasion) {
        add(occasion, InputKind::Covariate, None, Scope::Subject);
    }
    for (name, value) in lines {
        let [slope, since] = [slope_of(name), since_of(name)]
            .map(|name| add(&name, InputKind::Interpolation, Some(0.0), Scope::Subject));
        values.insert(name.clone(), Value::Line([value, slope, since]));
    }
    (list, values)
}

/// Refuses options that name what the model has not.
pub(super) fn check_names(model: &Model, options: &CompileOptions) -> Result<(), CompileError> {
    let known = |role: &'static str, name: &str, accept: fn(&Symbol) -> bool| {
        if model.symbols.get(name).is_some_and(accept) {
            return Ok(());
        }
        let mut candidates: Vec<&str> = model
            .symbols
            .iter()
            .filter(|(_, symbol)| accept(symbol))
            .map(|(name, _)| name.as_str())
            .collect();
        candidates.sort_unstable();
        let nearest = euthymia_diagnostics::nearest(name, candidates.iter().copied()).map(str::to_owned);
        Err(CompileError::Unknown {
            role,
            name: name.to_owned(),
            nearest,
        })
    };
    for name in options.outputs.iter().flatten() {
        known("output", name, |_| true)?;
    }
    let is_input =
        |symbol: &Symbol| matches!(symbol, Symbol::Theta(_) | Symbol::Eta(_) | Symbol::Covariate(_));
    if let PerSubject::Only(names) = &options.per_subject {
        for name in names {
            known("parameter", name, is_input)?;
        }
    }
    for (name, _) in &options.values {
        known("parameter", name, is_input)?;
    }
    for name in &options.interpolated {
        known("covariate", name, |symbol| matches!(symbol, Symbol::Covariate(_)))?;
    }
    for name in options.dosed.iter().flatten() {
        known("compartment", name, |symbol| matches!(symbol, Symbol::State(_)))?;
    }
    Ok(())
}
