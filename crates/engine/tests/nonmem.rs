//! Against NONMEM's own answers to 29 dosing scenarios and one with a covariate that changes with time, to the five digits
//! that it prints. The answers are data of the public set mrgsolve/nmtests, which is under another licence than this
//! repository: the tests read them from `../shared/reference/engine/nmtests` beside it and skip, saying so, without it.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::print_stderr)]

mod common;

use std::path::PathBuf;

use common::courses::{Told, course, observe};
use common::options;
use common::workload::Table;
use euthymia_diagnostics::Source;
use euthymia_model::check::check;
use euthymia_model::compile::{CompileOptions, PerSubject, compile};
use euthymia_model::program::Program;
use euthymia_model::syntax::parse;

fn folder(test: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/engine/nmtests");
    if !folder.is_dir() {
        eprintln!("{test}: skipped, for {} is absent", folder.display());
        return None;
    }
    Some(folder)
}

/// Lag, bioavailability, duration and rate are those of the central compartment alone.
fn program(clearance: &str) -> Program {
    let text = format!(
        "one <- function() {{\n ini({{\n tka <- 1.5\n }})\n model({{\n cl <- {clearance}\n v <- 20\n \
         d/dt(depot) <- -tka*depot\n d/dt(central) <- tka*depot - cl/v*central\n f(central) <- BIOAV\n \
         alag(central) <- LAGT\n dur(central) <- DUR2\n rate(central) <- RAT2\n \
         cp <- 1000*central/v\n }})\n}}\n"
    );
    let (file, problems) = parse(&Source::new("model.R", text.as_str()));
    let (model, more) = check(&file);
    let model = model.unwrap_or_else(|| unreachable!("{problems:?} {more:?}"));
    let options = CompileOptions {
        per_subject: PerSubject::All,
        ..CompileOptions::default()
    };
    compile(&model, &options).unwrap()
}

/// Rows of each subject in turn.
fn subjects(data: &Table) -> Vec<std::ops::Range<usize>> {
    let mut ranges: Vec<std::ops::Range<usize>> = Vec::new();
    for row in 0..data.rows.len() {
        match ranges.last_mut() {
            Some(range) if data.rows[row - 1][1] == data.rows[row][1] => range.end = row + 1,
            _ => ranges.push(row..row + 1),
        }
    }
    ranges
}

/// Where `found` is not what NONMEM printed.
fn differences(data: &Table, printed: &Table, rows: std::ops::Range<usize>, found: &[f64]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (row, &found) in rows.zip(found) {
        let expected = printed.number(row, "CP");
        // Half of the fifth digit, and what the integration may err where that is exactly the limit.
        let digit = 10_f64.powi(expected.abs().max(1e-300).log10().floor() as i32 - 4);
        if found.is_nan() || (found - expected).abs() > 0.5001 * digit + 1e-7 {
            wrong.push(format!(
                "t = {}: {found}, NONMEM {expected}",
                data.number(row, "time")
            ));
        }
    }
    wrong
}

fn scenario(id: usize) {
    let Some(folder) = folder(&format!("scenario {id}")) else {
        return;
    };
    let data = Table::read(&folder.join("dosing-data.csv"));
    let printed = Table::read(&folder.join("dosing-nonmem.csv"));
    let rows = subjects(&data)[id - 1].clone();
    let program = program("1.1");
    let told = Told(vec![course(&data, rows.clone(), &program, true, true)]);
    let found = observe(&program, &told, &options(1e-9, 1e-9)).unwrap();
    let cp = program.states.len()
        + (program.outputs_reported.iter())
            .position(|output| output.name == "cp")
            .unwrap();
    let wrong = differences(&data, &printed, rows, &found[0][cp]);
    assert!(
        wrong.is_empty(),
        "{}: {}",
        wrong.len(),
        wrong[..wrong.len().min(9)].join("\n")
    );
}

macro_rules! scenarios {
    ($($name:ident = $id:literal),* $(,)?) => {
        $(#[test]
        fn $name() {
            scenario($id);
        })*
    };
}

scenarios! {
    bolus_with_additional = 1,
    bolus_with_lag_and_bioavailability = 2,
    infusion_with_additional = 3,
    infusion_with_bioavailability = 4,
    infusion_with_bioavailability_and_duration = 5,
    infusions_to_depot_with_additional = 6,
    infusions_with_additional_and_lag = 7,
    infusions_with_lag_and_bioavailability = 8,
    infusions_at_steady_state_with_lag_and_bioavailability = 9,
    infusions_at_steady_state_with_bioavailability = 10,
    infusions_at_steady_state_with_lag = 11,
    infusions_at_steady_state_longer_than_interval = 12,
    infusions_at_steady_state_as_long_as_interval_with_bioavailability = 13,
    infusions_at_steady_state_as_long_as_interval = 14,
    boluses_at_steady_state_with_bioavailability_and_lag = 15,
    boluses_with_lag_and_bioavailability = 16,
    bolus_then_infusion = 17,
    infusion_of_modelled_duration_with_lag_and_bioavailability = 18,
    infusion_of_modelled_duration_at_steady_state_with_bioavailability = 19,
    reset_and_dose_with_additional = 20,
    reset_and_dose_at_steady_state = 21,
    reset_and_dose_at_steady_state_with_additional = 22,
    reset_and_dose_at_steady_state_with_lag = 23,
    reset_and_dose_at_steady_state_with_additional_and_lag = 24,
    reset_and_dose_at_steady_state_with_lag_repeatedly = 25,
    reset_with_additional = 26,
    reset_with_additional_and_lag = 27,
    steady_state_replaced_and_added_to = 28,
    constant_infusion_at_steady_state = 29,
}

#[test]
fn a_covariate_that_changes_with_time() {
    let Some(folder) = folder("time-varying") else {
        return;
    };
    let data = Table::read(&folder.join("time-varying-data.csv"));
    let printed = Table::read(&folder.join("time-varying-nonmem.csv"));
    let program = program("1.1*(WT/70)^0.75");
    let rows = 0..data.rows.len();
    let told = Told(vec![course(&data, rows.clone(), &program, true, true)]);
    let found = observe(&program, &told, &options(1e-9, 1e-9)).unwrap();
    let cp = program.states.len()
        + (program.outputs_reported.iter())
            .position(|output| output.name == "cp")
            .unwrap();
    let wrong = differences(&data, &printed, rows, &found[0][cp]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
