//! Against NONMEM's own answers to 29 dosing scenarios and one with a covariate that changes with time, the whole way from
//! model text and data set to the five digits that NONMEM prints. The answers are data of the public set mrgsolve/nmtests,
//! which is under another licence than this repository: the tests read them from `../shared/reference/engine/nmtests`
//! beside it and skip, saying so, without it.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr
)]

mod common;

use std::path::PathBuf;

use common::{Numbers, model, read, request, root, rows, table};
use euthymia_dataset::{Dialect, Interpolation, Reported};
use euthymia_engine::Options;
use euthymia_population::{Request, Schedule};

fn folder(test: &str) -> Option<PathBuf> {
    let folder = root().join("../shared/reference/engine/nmtests");
    if !folder.is_dir() {
        eprintln!("{test}: skipped, for {} is absent", folder.display());
        return None;
    }
    Some(folder)
}

/// Lag, bioavailability, duration and rate are those of the central compartment alone.
fn text(clearance: &str) -> String {
    format!(
        "one <- function() {{\n ini({{\n tka <- 1.5\n }})\n model({{\n cl <- {clearance}\n v <- 20\n \
         d/dt(depot) <- -tka*depot\n d/dt(central) <- tka*depot - cl/v*central\n f(central) <- BIOAV\n \
         alag(central) <- LAGT\n dur(central) <- DUR2\n rate(central) <- RAT2\n \
         cp <- 1000*central/v\n }})\n}}\n"
    )
}

/// Holds the rows of one individual, or of all, to what NONMEM printed.
fn compare(test: &str, clearance: &str, files: [&str; 2], only: Option<usize>) {
    let Some(folder) = folder(test) else { return };
    let data = read(&folder.join(files[0]));
    let of_individual = |line: &&str| only.is_none_or(|id| line.split(',').nth(1) == Some(&id.to_string()));
    let mut lines = data.lines();
    let header = lines.next().unwrap();
    let kept: Vec<&str> = std::iter::once(header)
        .chain(lines.filter(of_individual))
        .collect();
    let data = rows("data.csv", &kept.join("\n"));
    let model = model(&text(clearance));
    let request = Request {
        dialect: Dialect {
            interpolation: Interpolation::Nocb,
            reported: Reported::Every,
        },
        ..request(&model, Schedule::Data(&data))
    };
    let found = table(&request, &Options::precise()).unwrap_or_else(|error| panic!("{error}"));
    let (found, times) = (found.get("cp"), found.get("time"));
    let printed = Numbers::read(&folder.join(files[1]));
    let (ids, printed) = (printed.column("ID").unwrap(), printed.column("CP").unwrap());
    let printed: Vec<f64> = ids
        .iter()
        .zip(printed)
        .filter(|(id, _)| only.is_none_or(|only| **id == only as f64))
        .map(|(_, printed)| printed)
        .collect();
    assert_eq!(found.len(), printed.len());
    for ((found, printed), time) in found.iter().zip(printed).zip(times) {
        // Half of the fifth digit, and what the integration may err where that is exactly the limit.
        let digit = 10_f64.powi(printed.abs().max(1e-300).log10().floor() as i32 - 4);
        assert!(
            (found - printed).abs() <= 0.5001 * digit + 1e-7,
            "t = {time}: {found}, NONMEM {printed}"
        );
    }
}

fn scenario(id: usize) {
    let files = ["dosing-data.csv", "dosing-nonmem.csv"];
    compare(&format!("scenario {id}"), "1.1", files, Some(id));
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
    let files = ["time-varying-data.csv", "time-varying-nonmem.csv"];
    compare("time-varying", "1.1*(WT/70)^0.75", files, None);
}
