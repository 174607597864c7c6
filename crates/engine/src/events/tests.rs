//! Doses to changes, each by itself.

use super::*;
use crate::course::SteadyState;
use crate::population::{Dose, DoseInput};

fn plain(_: usize) -> Compartment<'static> {
    Compartment {
        name: "central",
        bioavailability: 1.0,
        lag: 0.0,
        duration: None,
        rate: None,
    }
}

fn infusion(time: f64, amount: f64, input: DoseInput) -> Dose {
    Dose {
        time,
        compartment: 0,
        amount,
        input,
    }
}

fn told(doses: &[Dose]) -> Vec<Record> {
    let dose = |dose: &Dose| CourseDose {
        compartment: dose.compartment,
        amount: dose.amount,
        input: dose.input,
        additional: 0,
        interval: 0.0,
        steady_state: SteadyState::None,
    };
    let record = |told: &Dose| Record {
        time: told.time,
        event: Event::Dose(dose(told)),
    };
    doses.iter().map(record).collect()
}

fn changes(doses: &[Dose], compartment: impl Fn(usize) -> Compartment<'static>) -> Vec<(f64, Effect)> {
    let mut expanded = Expanded::default();
    expand(
        &told(doses),
        false,
        1,
        |_| false,
        |_, state| compartment(state),
        &mut expanded,
    )
    .unwrap();
    expanded
        .changes
        .into_iter()
        .map(|change| (change.time, change.effect))
        .collect()
}

#[test]
fn overlapping_infusions_return_to_exactly_zero() {
    let doses =
        [(0.0, 0.1), (0.5, 0.2), (0.75, 0.3)].map(|(time, rate)| infusion(time, rate, DoseInput::Rate(rate)));
    let expected = [
        (0.0, 0.1),
        (0.5, 0.1 + 0.2),
        (0.75, 0.1 + 0.2 + 0.3),
        (1.0, 0.2 + 0.3),
        (1.5, 0.3),
        (1.75, 0.0),
    ];
    assert_eq!(
        changes(&doses, plain),
        expected.map(|(time, rate)| (time, Effect::Rate(rate)))
    );
}

#[test]
fn back_to_back_infusions_do_not_pause() {
    let doses = infusion(0.0, 10.0, DoseInput::Duration(1.0))
        .repeated(1, 1.0)
        .collect::<Vec<_>>();
    let expected = [(0.0, 10.0), (1.0, 10.0), (2.0, 0.0)];
    assert_eq!(
        changes(&doses, plain),
        expected.map(|(time, rate)| (time, Effect::Rate(rate)))
    );
}

#[test]
fn bioavailability_shortens_a_rate_and_slows_a_duration() {
    let half = |_| Compartment {
        bioavailability: 0.5,
        lag: 1.0,
        duration: Some(4.0),
        rate: Some(2.0),
        ..plain(0)
    };
    let slower = [(1.0, Effect::Rate(1.0)), (5.0, Effect::Rate(0.0))];
    let shorter = [(1.0, Effect::Rate(2.0)), (3.0, Effect::Rate(0.0))];
    for (input, expected) in [
        (DoseInput::Rate(2.0), shorter),
        (DoseInput::ModelledRate, shorter),
        (DoseInput::Duration(4.0), slower),
        (DoseInput::ModelledDuration, slower),
    ] {
        assert_eq!(changes(&[infusion(0.0, 8.0, input)], half), expected);
    }
    assert_eq!(
        changes(&[infusion(0.0, 8.0, DoseInput::Bolus)], half),
        [(1.0, Effect::Add(4.0))]
    );
}

#[test]
fn impossible_doses_are_refused_with_their_values() {
    let refused = |dose: Dose| {
        let into = &mut Expanded::default();
        expand(&told(&[dose]), false, 1, |_| false, |_, state| plain(state), into).unwrap_err()
    };
    for (dose, quantity) in [
        (infusion(0.0, -1.0, DoseInput::Bolus), "amount"),
        (infusion(0.0, f64::NAN, DoseInput::Bolus), "amount"),
        (infusion(f64::INFINITY, 1.0, DoseInput::Bolus), "time"),
        (infusion(0.0, 1.0, DoseInput::Duration(-2.0)), "duration"),
        (infusion(0.0, 1.0, DoseInput::Duration(0.0)), "duration"),
        (infusion(0.0, 1.0, DoseInput::Rate(f64::NAN)), "rate"),
    ] {
        let FailureKind::Dose { quantity: found, .. } = refused(dose) else {
            panic!("{dose:?}")
        };
        assert_eq!(found, quantity);
    }
    assert!(matches!(
        refused(infusion(0.0, 1.0, DoseInput::ModelledDuration)),
        FailureKind::Attribute { attribute: "dur", .. }
    ));
    let beyond = Dose {
        compartment: 3,
        ..infusion(0.0, 1.0, DoseInput::Bolus)
    };
    assert!(matches!(
        refused(beyond),
        FailureKind::Compartment {
            compartment: 3,
            states: 1,
            ..
        }
    ));
}
