//! Against rxode2 5.1.6 (liblsoda at rtol 1e-11, atol 1e-12): whole cases from model text and NONMEM records to every
//! variable and compartment. Agreement is as each case states it: `relative_tolerance` and `absolute_tolerance` come from
//! the difference between two of rxode2's own methods.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use common::courses::{Told, course, observe};
use common::options;
use common::workload::{Table, compiled, folder};
use euthymia_model::compile::PerSubject;

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
    let next = json.contains("\"nocb\"");
    let told = Told(vec![course(&data, 0..data.rows.len(), &program, next, false)]);
    let times: Vec<f64> = (0..expected.rows.len())
        .map(|row| expected.number(row, "time"))
        .collect();
    let found = observe(&program, &told, &options(1e-9, 1e-11)).map_err(|error| error.to_string())?;

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

/// Cases with models that are compiled.
const CASES: [&str; 23] = [
    "bolus-f-lag-covariate",
    "circadian-time",
    "constant-infusion-ss",
    "covariate-locf",
    "covariate-nocb",
    "effect-site-hysteresis",
    "eta-at-zero-blocks",
    "friberg-neutropenia",
    "functions",
    "if-else-chain",
    "indirect-response",
    "infusion-modelled-duration",
    "infusion-rate-addl",
    "infusion-ss-ii-shorter-than-duration",
    "michaelis-menten",
    "oral-addl",
    "oral-ss1",
    "oral-ss1-lag",
    "parent-metabolite-named-doses",
    "replace-evid5",
    "reset-evid3",
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
