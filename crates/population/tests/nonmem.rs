//! NONMEM's own answers to 29 dosing scenarios and to one data set with a covariate that changes with time, the whole way
//! from model text and data set to the five digits that NONMEM prints. The answers are data of the public set
//! mrgsolve/nmtests, which is under another licence than this repository: the tests read them from
//! `../shared/reference/engine/nmtests` beside it and skip, saying so, without it.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::path::PathBuf;

use euthymia_engine::{Options, Solver};

/// Runs the case at this place.
fn agrees(place: usize) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/engine/nmtests");
    if !folder.is_dir() {
        eprintln!("skipped, for {} is absent", folder.display());
        return;
    }
    let cases = euthymia_io::reference::nonmem(&folder).unwrap();
    assert_eq!(cases.len(), 30);
    let case = &cases[place];
    for solver in [Solver::Auto, Solver::Collocation, Solver::Rodas5p] {
        let options = Options {
            solver,
            ..Options::precise()
        };
        let outcome = case.run(&options);
        assert!(outcome.agrees(), "{}, {solver:?}: {outcome:#?}", case.name);
    }
}

macro_rules! scenarios {
    ($($name:ident = $id:literal),* $(,)?) => {
        $(#[test]
        fn $name() {
            agrees($id - 1);
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
    a_covariate_that_changes_with_time = 30,
}
