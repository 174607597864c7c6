//! Doses to changes: at which times a subject's states jump or its infusion rates change.

use crate::error::FailureKind;
use crate::population::{Dose, DoseInput};

/// What changes in a compartment at a point in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Change {
    pub(crate) time: f64,
    pub(crate) compartment: u16,
    pub(crate) effect: Effect,
}

/// How a compartment changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Effect {
    /// The state grows by this amount.
    Add(f64),
    /// The sum of the running infusions becomes this rate.
    Rate(f64),
}

/// A compartment as a dose sees it, for one subject.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compartment<'a> {
    pub(crate) name: &'a str,
    pub(crate) bioavailability: f64,
    pub(crate) lag: f64,
    pub(crate) duration: Option<f64>,
    pub(crate) rate: Option<f64>,
}

/// An infusion on its way in.
#[derive(Clone, Copy, Debug)]
struct Infusion {
    compartment: u16,
    start: f64,
    stop: f64,
    rate: f64,
}

/// Appends the changes that `doses` make, in the order of time.
pub(crate) fn expand<'a>(
    doses: &[Dose],
    states: usize,
    compartment: impl Fn(usize) -> Compartment<'a>,
    changes: &mut Vec<Change>,
) -> Result<(), FailureKind> {
    let first = changes.len();
    let mut infusions = Vec::new();
    for dose in doses {
        if usize::from(dose.compartment) >= states {
            return Err(FailureKind::Compartment {
                time: dose.time,
                compartment: dose.compartment,
                states,
            });
        }
        let into = compartment(usize::from(dose.compartment));
        let (time, amount, pace) = entry(dose, into)?;
        match pace {
            None => changes.push(Change {
                time,
                compartment: dose.compartment,
                effect: Effect::Add(amount),
            }),
            Some(_) if amount == 0.0 => {}
            Some((rate, duration)) => {
                infusions.push(Infusion {
                    compartment: dose.compartment,
                    start: time,
                    stop: time + duration,
                    rate,
                });
            }
        }
    }
    infusions.sort_by_key(|infusion| infusion.compartment);
    for same in infusions.chunk_by(|a, b| a.compartment == b.compartment) {
        rates(same, changes);
    }
    changes[first..].sort_by(|a, b| a.time.total_cmp(&b.time));
    Ok(())
}

/// When a dose enters, how much of it, and for an infusion its rate and duration.
#[allow(clippy::type_complexity)]
fn entry(dose: &Dose, into: Compartment<'_>) -> Result<(f64, f64, Option<(f64, f64)>), FailureKind> {
    let refuse = |quantity, value, expected| {
        let (time, compartment) = (dose.time, into.name.to_owned());
        Err(FailureKind::Dose {
            time,
            compartment,
            quantity,
            value,
            expected,
        })
    };
    let finite = |value: f64| value.is_finite();
    let not_negative = |value: f64| value.is_finite() && value >= 0.0;
    let positive = |value: f64| value.is_finite() && value > 0.0;
    if !finite(dose.time) {
        return refuse("time", dose.time, "finite");
    }
    if !not_negative(dose.amount) {
        return refuse("amount", dose.amount, "finite and not negative");
    }
    if !not_negative(into.bioavailability) {
        return refuse(
            "bioavailability f()",
            into.bioavailability,
            "finite and not negative",
        );
    }
    if !not_negative(into.lag) {
        return refuse("lag time alag()", into.lag, "finite and not negative");
    }
    let time = dose.time + into.lag;
    let amount = dose.amount * into.bioavailability;
    let (quantity, value) = match dose.input {
        DoseInput::Bolus => return Ok((time, amount, None)),
        DoseInput::Rate(rate) => ("rate", Some(rate)),
        DoseInput::Duration(duration) => ("duration", Some(duration)),
        DoseInput::ModelledRate => ("rate()", into.rate),
        DoseInput::ModelledDuration => ("dur()", into.duration),
    };
    let is_rate = matches!(dose.input, DoseInput::Rate(_) | DoseInput::ModelledRate);
    let Some(value) = value else {
        let attribute = if is_rate { "rate" } else { "dur" };
        return Err(FailureKind::Attribute {
            time: dose.time,
            compartment: into.name.to_owned(),
            attribute,
        });
    };
    if !positive(value) {
        return refuse(
            quantity,
            value,
            "finite and positive; a dose that enters at once is a bolus",
        );
    }
    let (rate, duration) = if is_rate {
        (value, amount / value)
    } else {
        (amount / value, value)
    };
    if !finite(rate) || !finite(duration) {
        return refuse(quantity, value, "such that rate and duration are finite");
    }
    Ok((time, amount, Some((rate, duration))))
}

/// The changes of one compartment's total rate. Each total is summed anew over what runs, in the order of the doses,
/// so that no rounding is carried on, and it is exactly 0 when nothing runs.
fn rates(infusions: &[Infusion], changes: &mut Vec<Change>) {
    let mut times: Vec<f64> = infusions
        .iter()
        .flat_map(|infusion| [infusion.start, infusion.stop])
        .collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let mut waiting: Vec<usize> = (0..infusions.len()).collect();
    waiting.sort_by(|&a, &b| infusions[b].start.total_cmp(&infusions[a].start));
    let mut running: Vec<usize> = Vec::new();
    for time in times {
        running.retain(|&index| infusions[index].stop > time);
        while let Some(&index) = waiting.last().filter(|&&index| infusions[index].start <= time) {
            waiting.pop();
            if infusions[index].stop > time {
                let place = running.partition_point(|&other| other < index);
                running.insert(place, index);
            }
        }
        let total = running
            .iter()
            .fold(0.0, |total, &index| total + infusions[index].rate);
        changes.push(Change {
            time,
            compartment: infusions[0].compartment,
            effect: Effect::Rate(total),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn changes(doses: &[Dose], compartment: impl Fn(usize) -> Compartment<'static>) -> Vec<(f64, Effect)> {
        let mut changes = Vec::new();
        expand(doses, 1, compartment, &mut changes).unwrap();
        changes
            .into_iter()
            .map(|change| (change.time, change.effect))
            .collect()
    }

    #[test]
    fn overlapping_infusions_return_to_exactly_zero() {
        let doses = [(0.0, 0.1), (0.5, 0.2), (0.75, 0.3)]
            .map(|(time, rate)| infusion(time, rate, DoseInput::Rate(rate)));
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
        let refused = |dose: Dose| expand(&[dose], 1, plain, &mut Vec::new()).unwrap_err();
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
}
