//! What must hold for any course: mass is conserved, a linear model is linear, and how the work is laid out over lanes,
//! threads, blocks and instructions changes no bit.
#![allow(clippy::unwrap_used)]

mod common;

use common::workload::Workload;
use common::{Listed, Trajectories, Writer, layouts, linear, options, run};
use euthymia_engine::{Dose, DoseInput};
use euthymia_model::program::Program;
use proptest::prelude::*;

/// Depot, central, peripheral, and what has left.
fn closed() -> Program {
    linear(4, &[(0, 1), (1, 2), (2, 1), (1, 3)])
}

fn rates() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(0.02..5.0_f64, 4)
}

fn dose() -> impl Strategy<Value = Dose> {
    let input = prop_oneof![
        Just(DoseInput::Bolus),
        (1.0..50.0_f64).prop_map(DoseInput::Rate),
        (0.1..30.0_f64).prop_map(DoseInput::Duration),
    ];
    (0.0..40.0_f64, 0..3_u16, 0.0..100.0_f64, input).prop_map(|(time, compartment, amount, input)| Dose {
        time,
        compartment,
        amount,
        input,
    })
}

fn times() -> Vec<f64> {
    (0..=48).map(f64::from).collect()
}

fn simulated(subjects: Vec<(Vec<f64>, Vec<Dose>)>) -> Trajectories {
    run(&closed(), &Listed(subjects), &times(), &options(1e-8, 1e-9))
        .unwrap()
        .0
}

/// What a dose has put into the body by `time`.
fn entered(dose: &Dose, time: f64) -> f64 {
    let since = time - dose.time;
    let amount = match dose.input {
        _ if since < 0.0 => 0.0,
        DoseInput::Rate(rate) => since * rate,
        DoseInput::Duration(duration) => dose.amount * since / duration,
        _ => dose.amount,
    };
    amount.min(dose.amount)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Mass is conserved to rounding, not just to the tolerance: every stage conserves it.
    #[test]
    fn what_enters_is_somewhere(rates in rates(), doses in prop::collection::vec(dose(), 1..6)) {
        let found = &simulated(vec![(rates, doses.clone())])[0];
        for (i, time) in times().into_iter().enumerate() {
            let inside: f64 = (0..4).map(|state| found[state][i]).sum();
            let outside: f64 = doses.iter().map(|dose| entered(dose, time)).sum();
            prop_assert!((inside - outside).abs() <= 1e-10 * outside.max(1.0), "{inside} {outside} at {time}");
        }
    }

    #[test]
    fn doses_superpose(rates in rates(), doses in prop::collection::vec(dose(), 2..6)) {
        let alone = doses.iter().map(|&dose| (rates.clone(), vec![dose]));
        let subjects: Vec<_> = [(rates.clone(), doses.clone())].into_iter().chain(alone).collect();
        let found = simulated(subjects);
        for (state, together) in found[0].iter().enumerate() {
            for (i, together) in together.iter().enumerate() {
                let sum: f64 = found[1..].iter().map(|one| one[state][i]).sum();
                prop_assert!((together - sum).abs() <= 1e-6 * (1.0 + sum.abs()));
            }
        }
    }

    #[test]
    fn twice_the_dose_is_twice_the_amount(rates in rates(), doses in prop::collection::vec(dose(), 1..4)) {
        // At a fixed rate twice the amount takes twice as long, which is another course.
        let single: Vec<Dose> = doses.into_iter().filter(|dose| !matches!(dose.input, DoseInput::Rate(_))).collect();
        let double = single.iter().map(|dose| Dose { amount: 2.0 * dose.amount, ..*dose }).collect();
        let found = simulated(vec![(rates.clone(), single), (rates, double)]);
        for (one, two) in found[0].iter().flatten().zip(found[1].iter().flatten()) {
            prop_assert!((2.0 * one - two).abs() <= 1e-6 * (1.0 + two.abs()));
        }
    }
}

fn bits(trajectories: &Trajectories) -> Vec<u64> {
    trajectories
        .iter()
        .flatten()
        .flatten()
        .map(|value| value.to_bits())
        .collect()
}

#[test]
fn layout_changes_no_bit() {
    for case in ["w1", "w2"] {
        let workload = Workload::read(case, 37);
        let (reference, work) = run(
            &workload.program,
            &workload,
            &workload.times,
            &options(1e-5, 1e-7),
        )
        .unwrap();
        let reference = bits(&reference);
        for layout in layouts(options(1e-5, 1e-7)) {
            let (found, statistics) = run(&workload.program, &workload, &workload.times, &layout).unwrap();
            assert!(bits(&found) == reference, "{case}: {layout:?}");
            assert_eq!(statistics, work, "{case}: {layout:?}");
        }
    }
}

#[test]
fn company_changes_no_bit() {
    let dose = |amount: f64, time: f64| Dose {
        time,
        compartment: 0,
        amount,
        input: DoseInput::Duration(0.7),
    };
    let mut subjects: Vec<_> = (0..29)
        .map(|i| {
            (
                vec![0.3 + 0.1 * f64::from(i), 1.0, 0.5, 0.2],
                vec![dose(10.0, f64::from(i % 5)), dose(3.0, 20.0)],
            )
        })
        .collect();
    let forwards = simulated(subjects.clone());
    subjects.reverse();
    let mut backwards = simulated(subjects.clone());
    backwards.reverse();
    assert!(bits(&forwards) == bits(&backwards));
    let alone: Trajectories = subjects
        .into_iter()
        .rev()
        .flat_map(|subject| simulated(vec![subject]))
        .collect();
    assert!(bits(&forwards) == bits(&alone));
}

/// After the last infusion the rate is 0 to the bit: a compartment without elimination keeps its amount.
#[test]
fn an_infusion_that_has_ended_leaves_nothing_behind() {
    let mut w = Writer::new();
    w.state("total");
    let zero = w.constant(0.0);
    w.derivative(0, zero);
    let program = w.finish();
    let doses = [(0.0, 1.0, 0.1), (0.3, 0.7, 0.2), (0.55, 1.1, 0.3)].map(|(time, amount, rate)| Dose {
        time,
        compartment: 0,
        amount,
        input: DoseInput::Rate(rate),
    });
    let times: Vec<f64> = (0..100).map(|i| 12.0 + f64::from(i)).collect();
    let (found, _) = run(
        &program,
        &Listed(vec![(vec![], doses.to_vec())]),
        &times,
        &options(1e-6, 1e-8),
    )
    .unwrap();
    assert!((found[0][0][0] - 2.8).abs() < 1e-12);
    assert!(
        found[0][0]
            .iter()
            .all(|&amount| amount.to_bits() == found[0][0][0].to_bits())
    );
}

/// An observation at the time of a dose sees the state after it; one at the end of an infusion its full amount.
#[test]
fn observations_at_changes() {
    let program = linear(1, &[(0, 1)]);
    let dose = |time, amount, input| Dose {
        time,
        compartment: 0,
        amount,
        input,
    };
    let doses = vec![
        dose(0.0, 5.0, DoseInput::Bolus),
        dose(2.0, 8.0, DoseInput::Bolus),
        dose(-1.0, 1.0, DoseInput::Bolus),
    ];
    let times = [0.0, 0.0, 2.0, 2.0, 3.0];
    let (found, _) = run(
        &program,
        &Listed(vec![(vec![1e-12], doses)]),
        &times,
        &options(1e-9, 1e-9),
    )
    .unwrap();
    let expected = [6.0, 6.0, 14.0, 14.0, 14.0];
    assert!(
        found[0][0]
            .iter()
            .zip(expected)
            .all(|(found, expected)| (found - expected).abs() < 1e-9),
        "{found:?}"
    );
}
