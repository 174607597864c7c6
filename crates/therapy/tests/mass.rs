//! No drug comes from nowhere: amounts are mg of the drug that was given, also of what became a metabolite, so what leaves
//! one compartment can at most arrive in the others. Checked on the equations of every shipped model that a dose enters.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::interpret::Interpreter;
use euthymia_model::program::Program;
use euthymia_model::{Model, check, compose, syntax};
use euthymia_therapy::drug::{Devices, Route};
use euthymia_therapy::library::Library;
use proptest::prelude::*;
use std::sync::OnceLock;

/// What models ask of a person; factors of interacting drugs are 1, everything else is 0.
const PERSON: [(&str, f64); 6] = [
    ("WT", 70.0),
    ("AGE", 40.0),
    ("FEMALE", 0.0),
    ("CLINT_LIVER", 1.0),
    ("CLINT_GUT", 1.0),
    ("HEPATIC", 0.0),
];

/// Models whose published fractions of one dose add up to more than the dose, and to how much. Simons 2022, Table 4: F1 26.3 %
/// through the mucosa, F2 116 % swallowed, which reaches metabolites alone.
const MORE_THAN_ONCE: [(&str, f64); 1] = [("simons-2022-s-ketamine", 1.423)];

/// The models of a route up to the last that its doses enter.
struct Kinetics {
    /// The drug and the route.
    name: String,
    program: Program,
    /// Which of the compartments hold amounts: those of the models that doses enter.
    amounts: Vec<bool>,
    route: Route,
}

fn model(library: &Library, stem: &str) -> Model {
    let (file, diagnostics) = syntax::parse(library.text(&format!("models/{stem}.R")).unwrap());
    assert_eq!(diagnostics, [], "{stem}");
    check::check(&file).0.unwrap()
}

/// Every structure of every route, alternatives included.
fn kinetics() -> &'static [Kinetics] {
    static KINETICS: OnceLock<Vec<Kinetics>> = OnceLock::new();
    KINETICS.get_or_init(|| {
        let library = support::whole_library();
        let mut found = Vec::new();
        for id in library.stems("drugs", ".toml") {
            let drug = library.drug(&id).unwrap();
            for (key, route) in &drug.routes {
                found.extend(of_route(&library, format!("{id}, {key}"), route));
                let others = route.alternatives.iter();
                let served = others.filter_map(|(other, _)| Some((other, route.served_by(other)?)));
                found.extend(served.filter_map(|(other, route)| {
                    of_route(&library, format!("{id}, {key} by {other}"), &route)
                }));
            }
        }
        found
    })
}

fn of_route(library: &Library, name: String, route: &Route) -> Option<Kinetics> {
    let models: Vec<Model> = route.models.iter().map(|stem| model(library, stem)).collect();
    let entered = |model: &Model| {
        let mut states = model.compartments().iter();
        states.any(|state| route.inputs.iter().any(|input| input.compartment == state.name))
    };
    let last = models.iter().rposition(entered)?;
    let holds: Vec<String> = models
        .iter()
        .filter(|model| entered(model))
        .flat_map(|model| model.compartments().iter().map(|state| state.name.clone()))
        .collect();
    let constants: Vec<(&str, f64)> = route
        .constants
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    let composed = compose::compose(&models[..=last], &constants).0.unwrap();
    let program = compile(&composed, &CompileOptions::default()).unwrap();
    let held = program.states.iter().map(|state| holds.contains(&state.name));
    let amounts = held
        .zip(flows(&program))
        .map(|(held, flows)| held && flows)
        .collect();
    Some(Kinetics {
        name,
        amounts,
        program,
        route: route.clone(),
    })
}

/// Of every compartment whether anything depends on what is in it. What nothing depends on, itself included, is no compartment
/// of the body but a meter, such as an area under a curve.
fn flows(program: &Program) -> Vec<bool> {
    let mut person = person(program);
    let full = vec![1.0; program.states.len()];
    let rates = person.derivatives(1.0, &full);
    (0..full.len())
        .map(|at| {
            let mut emptied = full.clone();
            emptied[at] = 0.0;
            person.derivatives(1.0, &emptied) != rates
        })
        .collect()
}

fn person(program: &Program) -> Interpreter<'_> {
    let mut person = Interpreter::new(program);
    for input in program.inputs.iter().filter(|input| input.default.is_none()) {
        let known = PERSON.iter().find(|(name, _)| *name == input.name);
        person.set_input(&input.name, known.map_or(0.0, |(_, value)| *value));
    }
    person
}

#[test]
fn there_are_models_that_doses_enter() {
    assert!(kinetics().len() >= 3);
}

#[test]
fn a_dose_does_not_arrive_more_than_once() {
    for Kinetics {
        name, program, route, ..
    } in kinetics()
    {
        let person = person(program);
        let fraction = |compartment: &str| {
            let state = program.states.iter().find(|state| state.name == compartment);
            let bioavailability = state.and_then(|state| state.bioavailability);
            bioavailability.map_or(1.0, |register| person.register(register))
        };
        for devices in [Devices::First, Devices::Later] {
            let taken = |of: Devices| of == Devices::All || of == devices;
            let inputs = route.inputs.iter().filter(|input| taken(input.devices));
            let arrives: f64 = inputs
                .map(|input| input.fraction * fraction(&input.compartment))
                .sum();
            let known = MORE_THAN_ONCE
                .iter()
                .find(|(stem, _)| route.models.iter().any(|own| own == stem));
            let most = known.map_or(1.0, |(_, most)| *most);
            assert!(
                (0.0..=most + 1e-9).contains(&arrives),
                "{arrives} of a dose arrives by {name}"
            );
        }
    }
}

/// The sum of the amounts of a state of the body, changes of every compartment.
fn sum(kinetics: &Kinetics, rates: &[f64]) -> f64 {
    let held = rates.iter().zip(&kinetics.amounts);
    held.filter(|(_, holds)| **holds).map(|(rate, _)| rate).sum()
}

proptest! {
    #[test]
    fn what_leaves_a_compartment_is_all_that_arrives_elsewhere(
        amounts in prop::collection::vec(0.0..100.0_f64, 64),
        empty in 0_usize..64,
    ) {
        for kinetics in kinetics() {
            let Kinetics { name, program, .. } = kinetics;
            let mut person = person(program);
            let states = program.states.len();
            let mut amounts: Vec<f64> = amounts.iter().copied().cycle().take(states).collect();
            let rates = person.derivatives(1.0, &amounts);
            let turnover: f64 = rates.iter().map(|rate| rate.abs()).sum();
            let gained = sum(kinetics, &rates);
            prop_assert!(gained <= 1e-9 * turnover, "{name} makes {gained} mg/h of {turnover}");

            // Nothing leaves a compartment that holds nothing.
            let at = empty % states;
            amounts[at] = 0.0;
            let rates = person.derivatives(1.0, &amounts);
            prop_assert!(rates[at] >= -1e-9 * turnover, "{} of {name} goes below 0", program.states[at].name);
        }
    }
}

#[test]
fn drug_leaves_the_body_in_the_end() {
    // From every compartment the flows lead to one that loses drug to the outside.
    for kinetics in kinetics() {
        let Kinetics { name, program, .. } = kinetics;
        let mut person = person(program);
        let states = program.states.len();
        for start in (0..states).filter(|at| kinetics.amounts[*at]) {
            let mut reached = vec![false; states];
            reached[start] = true;
            let mut loses = false;
            for _ in 0..states {
                for at in 0..states {
                    if !reached[at] {
                        continue;
                    }
                    let mut amounts = vec![0.0; states];
                    amounts[at] = 1.0;
                    let rates = person.derivatives(1.0, &amounts);
                    loses |= sum(kinetics, &rates) < -1e-12;
                    for (next, rate) in rates.iter().enumerate() {
                        reached[next] |= *rate > 0.0;
                    }
                }
            }
            assert!(
                loses,
                "{name}: what is in {} stays for ever",
                program.states[start].name
            );
        }
    }
}
