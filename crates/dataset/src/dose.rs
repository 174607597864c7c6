//! The items of a dose record, held against each other by NONMEM's rules.

use euthymia_engine::{CourseDose, DoseInput, SteadyState};

use crate::problems::Problems;
use crate::row::{Item, Items};

/// More additional doses than this of one individual are taken for a slip: a short table would fill the memory.
pub(crate) const MOST_ADDITIONAL: f64 = 1e5;

/// The dose of a row. `None` after a report; everything that is wrong with the row is reported.
pub(crate) fn dose(
    items: &Items<'_>,
    compartment: Option<u16>,
    problems: &mut Problems<'_>,
) -> Option<CourseDose> {
    let steady_state = steady_state(items.steady, problems);
    let additional = additional(items.additional, problems);
    let input = input(items, compartment, problems);
    let amount = items.amount;
    if amount.value < 0.0 {
        let help = "write a positive amount; to take away, write EVID 5 with the new amount";
        let message = format!("a dose of {}", amount.value);
        problems.error("N026", amount.span, message, "expected a positive amount", help);
    }
    if items.interval.value < 0.0 {
        let message = format!("II {} is negative", items.interval.value);
        let help = "write the time from one dose to the next";
        problems.error(
            "N016",
            items.interval.span,
            message,
            "expected a positive interval",
            help,
        );
        return None;
    }
    let (steady_state, additional, input) = (steady_state?, additional?, input?);
    let (interval, steady) = (items.interval, steady_state != SteadyState::None);
    let constant = steady && amount.value == 0.0;
    let right = if constant {
        constant_infusion(items, input, additional, problems)
    } else {
        repeated(interval, items, additional, steady, problems) & amounts(amount, input, problems)
    };
    (right && amount.value >= 0.0).then_some(CourseDose {
        compartment: compartment?,
        amount: amount.value,
        input,
        additional,
        interval: interval.value,
        steady_state,
    })
}

fn amounts(amount: Item, input: DoseInput, problems: &mut Problems<'_>) -> bool {
    if amount.value == 0.0 {
        let help = match input {
            DoseInput::Bolus => "write its AMT, or EVID 0 for an observation, 2 for anything else",
            _ => "write its AMT; only at steady state (SS 1) may an infusion be without one",
        };
        problems.error(
            "N013",
            amount.span,
            "a dose without an amount",
            "expected a positive AMT",
            help,
        );
    }
    amount.value != 0.0
}

/// How II, ADDL and SS go together.
fn repeated(
    interval: Item,
    items: &Items<'_>,
    additional: u32,
    steady: bool,
    problems: &mut Problems<'_>,
) -> bool {
    match (interval.value > 0.0, additional > 0, steady) {
        (true, false, false) => {
            let help = "write how many doses follow in ADDL, or SS 1, or II 0";
            let message = format!("II {} without ADDL or SS", interval.value);
            problems.error(
                "N015",
                interval.span,
                message,
                "an interval between what doses?",
                help,
            );
            false
        }
        (false, _, true) => {
            let message = format!("SS {} without II", items.steady.value);
            let help = "write the time from one dose to the next in II; a constant infusion has AMT 0";
            problems.error("N017", items.steady.span, message, "at what interval?", help);
            false
        }
        (false, true, false) => {
            let message = format!("ADDL {additional} without II");
            let help = "write the time from one dose to the next in II";
            problems.error("N016", items.additional.span, message, "at what interval?", help);
            false
        }
        _ => true,
    }
}

/// An infusion that has been running for ever and ends at the record.
fn constant_infusion(
    items: &Items<'_>,
    input: DoseInput,
    additional: u32,
    problems: &mut Problems<'_>,
) -> bool {
    let mut right = true;
    if items.interval.value != 0.0 {
        let help = "write II 0 for a constant infusion, or the AMT of each dose";
        let message = format!(
            "steady state of doses without an amount, every {}",
            items.interval.value
        );
        problems.error(
            "N013",
            items.amount.span,
            message,
            "expected a positive AMT",
            help,
        );
        right = false;
    }
    if additional > 0 {
        let help = "write ADDL 0: a constant infusion ends at its record";
        let message = format!("a constant infusion with ADDL {additional}");
        problems.error("N016", items.additional.span, message, "expected 0", help);
        right = false;
    }
    if matches!(input, DoseInput::Duration(_) | DoseInput::ModelledDuration) {
        let help = "write the rate at which it runs in RATE";
        problems.error(
            "N021",
            items.rate.span,
            "a constant infusion has no duration",
            "expected a rate, or -1 for a modelled one",
            help,
        );
        right = false;
    }
    right
}

fn steady_state(steady: Item, problems: &mut Problems<'_>) -> Option<SteadyState> {
    let help = match steady.value {
        0.0 => return Some(SteadyState::None),
        1.0 => return Some(SteadyState::Replace),
        2.0 => return Some(SteadyState::Add),
        3.0 => "write SS 1: steady state is found from wherever the search begins",
        _ => "write 0 (none), 1 (replace what is there) or 2 (add to what is there)",
    };
    let message = if steady.value == 3.0 {
        "SS 3 is not supported".to_owned()
    } else {
        format!("SS {} is unknown", steady.value)
    };
    problems.error("N018", steady.span, message, "expected 0, 1 or 2", help);
    None
}

fn additional(additional: Item, problems: &mut Problems<'_>) -> Option<u32> {
    let value = additional.value;
    if value < 0.0 {
        let message = format!("ADDL {value} means different things in different programs");
        let help = "NONMEM: doses until a steady state is reached, so write SS 1; pharmsol and Pmetrics: earlier doses, so write them as records";
        problems.error("N019", additional.span, message, "expected 0 or more", help);
        return None;
    }
    if value.fract() != 0.0 || value > MOST_ADDITIONAL {
        let message = format!("ADDL {value} is no count of doses");
        let help = "write how many doses follow the first, at most 100000";
        problems.error("N019", additional.span, message, "expected a whole number", help);
        return None;
    }
    // A whole number of at most a hundred thousand.
    Some(value as u32)
}

fn input(items: &Items<'_>, compartment: Option<u16>, problems: &mut Problems<'_>) -> Option<DoseInput> {
    let (rate, duration) = (items.rate, items.duration);
    let model = compartment.and_then(|at| items.names.compartments.get(usize::from(at)));
    if rate.value != 0.0 && duration.value != 0.0 {
        let message = format!("RATE {} and DUR {} in one dose", rate.value, duration.value);
        let help = "write one of them and 0 in the other";
        problems.error("N022", duration.span, message, "expected 0 beside a RATE", help);
        return None;
    }
    if duration.value < 0.0 {
        let message = format!("DUR {} is negative", duration.value);
        let help = "write how long the infusion takes, 0 for a bolus";
        problems.error("N022", duration.span, message, "expected 0 or more", help);
        return None;
    }
    if duration.value > 0.0 {
        return Some(DoseInput::Duration(duration.value));
    }
    let (input, modelled) = match rate.value {
        0.0 => return Some(DoseInput::Bolus),
        value if value > 0.0 => return Some(DoseInput::Rate(value)),
        -1.0 => (DoseInput::ModelledRate, ("rate", model.is_none_or(|of| of.rate))),
        -2.0 => (
            DoseInput::ModelledDuration,
            ("dur", model.is_none_or(|of| of.duration)),
        ),
        value => {
            let message = format!("RATE {value} is unknown");
            let help = "write a rate, 0 for a bolus, -1 for a modelled rate or -2 for a modelled duration";
            problems.error(
                "N021",
                rate.span,
                message,
                "expected -2, -1, 0 or a positive rate",
                help,
            );
            return None;
        }
    };
    let (function, has) = modelled;
    if has {
        return Some(input);
    }
    let name = model.map(|of| of.name.as_str()).unwrap_or_default();
    let message = format!(
        "RATE {} asks for `{function}({name})`, which the model does not have",
        rate.value
    );
    let help = format!("write `{function}({name}) <- ...` in the model, or the rate itself here");
    problems.error("N027", rate.span, message, "modelled by what?", help);
    None
}
