//! Doses and times on one line.
#![allow(clippy::unwrap_used)]

mod common;

use common::names;
use euthymia_dataset::{PlannedDose, doses, times};
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_engine::{CourseDose, DoseInput, SteadyState};
use euthymia_units::Unit;

fn dosed(text: &str) -> (Option<Vec<PlannedDose>>, Vec<Diagnostic>) {
    let unit = |text| Unit::parse(text).unwrap();
    doses(&Source::new("--dose", text), &names(&[]), &unit("h"), &unit("mg"))
}

#[test]
fn doses_of_one_line() {
    let (found, problems) = dosed("100 mg at 0 every 12 h x 14 into central, 0.5 g over 30 min at 1 day");
    assert_eq!(problems, []);
    let first = CourseDose {
        compartment: 1,
        amount: 100.0,
        input: DoseInput::Bolus,
        additional: 13,
        interval: 12.0,
        steady_state: SteadyState::None,
    };
    let second = CourseDose {
        compartment: 0,
        amount: 500.0,
        input: DoseInput::Duration(0.5),
        additional: 0,
        interval: 0.0,
        ..first
    };
    let planned = |time, dose| PlannedDose { time, dose };
    assert_eq!(found.unwrap(), [planned(0.0, first), planned(24.0, second)]);

    let (found, problems) = dosed("100 rate 50 mg/h every 12 ss into 2");
    assert_eq!(problems, []);
    let found = found.unwrap()[0].dose;
    assert_eq!(found.input, DoseInput::Rate(50.0));
    assert_eq!(
        (found.steady_state, found.additional, found.compartment),
        (SteadyState::Replace, 0, 1)
    );
    assert_eq!(dosed("100 every 12 x14").0.unwrap()[0].dose.additional, 13);
}

#[test]
fn times_of_one_line() {
    let of = |text: &str| times(&Source::new("--times", text)).0;
    assert_eq!(of("0:2:6, 12").unwrap(), [0.0, 2.0, 4.0, 6.0, 12.0]);
    assert_eq!(of("3,1:3").unwrap(), [1.0, 2.0, 3.0]);
    assert_eq!(of("0:0.1:0.3").unwrap().len(), 4);
    assert_eq!(of("0:1:48,72:24:1344").unwrap().len(), 49 + 54);
    assert_eq!(*of("0:0.1:0.3").unwrap().last().unwrap(), 0.3);
}
