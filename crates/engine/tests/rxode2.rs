//! Against rxode2 5.1.6 (liblsoda at rtol 1e-11, atol 1e-12): whole cases from model text and NONMEM records to every
//! variable and compartment. Agreement is as each case states it: `relative_tolerance` and `absolute_tolerance` come from
//! the difference between two of rxode2's own methods.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use common::workload::{Table, compiled, folder};
use common::{Listed, options, run};
use euthymia_engine::{Dose, DoseInput};
use euthymia_model::compile::PerSubject;
use euthymia_model::program::Program;

/// The doses of a data set of one subject.
fn doses(data: &Table, program: &Program) -> Vec<Dose> {
    let mut doses = Vec::new();
    for row in 0..data.rows.len() {
        assert!(data.number(row, "ss") == 0.0, "no steady state here");
        if data.number(row, "evid") == 0.0 {
            continue;
        }
        assert!(data.number(row, "evid") == 1.0, "only doses here");
        let text = &data.rows[row][data.column("cmt").unwrap()];
        let named = program.states.iter().position(|state| state.name == *text);
        let compartment = named.unwrap_or_else(|| text.parse::<usize>().unwrap() - 1);
        let rate = data.number(row, "rate");
        let dose = Dose {
            time: data.number(row, "time"),
            compartment: compartment as u16,
            amount: data.number(row, "amt"),
            input: match rate {
                -2.0 => DoseInput::ModelledDuration,
                -1.0 => DoseInput::ModelledRate,
                0.0 => DoseInput::Bolus,
                _ => DoseInput::Rate(rate),
            },
        };
        doses.extend(dose.repeated(data.number(row, "addl") as u32, data.number(row, "ii")));
    }
    doses
}

/// The number that follows `key` in a flat JSON object.
fn number(json: &str, key: &str) -> f64 {
    let after = &json[json.find(&format!("\"{key}\":")).unwrap() + key.len() + 3..];
    after[..after.find([',', '}']).unwrap()].trim().parse().unwrap()
}

fn agrees(folder: &Path) -> Result<(), String> {
    let program = compiled(folder, PerSubject::All);
    let (data, expected) = (
        Table::read(&folder.join("data.csv")),
        Table::read(&folder.join("expected.csv")),
    );
    let json = std::fs::read_to_string(folder.join("case.json")).unwrap();
    let inputs = program.inputs.iter().map(|input| {
        if data.column(&input.name).is_some() {
            data.number(0, &input.name)
        } else {
            input.default.unwrap()
        }
    });
    let population = Listed(vec![(inputs.collect(), doses(&data, &program))]);
    let times: Vec<f64> = (0..expected.rows.len())
        .map(|row| expected.number(row, "time"))
        .collect();
    let (found, _) =
        run(&program, &population, &times, &options(1e-9, 1e-11)).map_err(|error| error.to_string())?;

    let (relative, absolute) = (
        number(&json, "relative_tolerance"),
        number(&json, "absolute_tolerance"),
    );
    let states = program.states.iter().map(|state| &state.name);
    let mut compared = 0;
    for (column, name) in states
        .chain(program.outputs_reported.iter().map(|output| &output.name))
        .enumerate()
    {
        if expected.column(name).is_none() {
            return Err(format!("rxode2 has no `{name}`"));
        }
        for (row, &time) in times.iter().enumerate() {
            let (found, expected) = (found[0][column][row], expected.number(row, name));
            if (found - expected).abs() > relative * expected.abs() + absolute || found.is_nan() {
                return Err(format!("`{name}` at {time}: {found}, rxode2 {expected}"));
            }
            compared += 1;
        }
    }
    if compared > 0 {
        Ok(())
    } else {
        Err("nothing to compare".into())
    }
}

/// The cases that need boluses, infusions, lags, bioavailability, modelled durations and additional doses alone.
const CASES: [&str; 15] = [
    "bolus-f-lag-covariate",
    "circadian-time",
    "effect-site-hysteresis",
    "eta-at-zero-blocks",
    "friberg-neutropenia",
    "functions",
    "if-else-chain",
    "indirect-response",
    "infusion-modelled-duration",
    "infusion-rate-addl",
    "michaelis-menten",
    "oral-addl",
    "parent-metabolite-named-doses",
    "robertson",
    "suppressed-and-equals",
];

#[test]
fn whole_cases() {
    let wrong: Vec<String> = CASES
        .iter()
        .filter_map(|case| {
            let reason = agrees(&folder("rxode2").join(case)).err()?;
            Some(format!("{case}: {reason}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
