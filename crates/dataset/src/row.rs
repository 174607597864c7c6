//! One row: its items, and by NONMEM's rules what kind of record it is.

use euthymia_diagnostics::{Diagnostic, Span, nearest};
use euthymia_document::{Cell, Row};

use crate::cell::{number, parse, shown, text};
use crate::columns::Columns;
use crate::dose::dose;
use crate::names::ModelNames;
use crate::problems::Problems;
use crate::set::{Observed, RecordKind};
use crate::time::hours;

/// A value and the cell it stands in; the row's event cell or its first where the column is absent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub(crate) value: f64,
    pub(crate) span: Span,
}

/// The items of a row that say what it does.
#[derive(Debug)]
pub(crate) struct Items<'a> {
    pub(crate) names: &'a ModelNames,
    pub(crate) event: Item,
    pub(crate) amount: Item,
    pub(crate) rate: Item,
    pub(crate) duration: Item,
    pub(crate) interval: Item,
    pub(crate) additional: Item,
    pub(crate) steady: Item,
    pub(crate) compartment: Option<Cell<'a>>,
}

impl Items<'_> {
    /// The dose items by name.
    fn dose_items(&self) -> [(&'static str, Item); 6] {
        [
            ("AMT", self.amount),
            ("RATE", self.rate),
            ("DUR", self.duration),
            ("II", self.interval),
            ("ADDL", self.additional),
            ("SS", self.steady),
        ]
    }
}

/// What a row is. `None` after a report.
pub(crate) fn kind(
    row: Row<'_>,
    columns: &Columns,
    names: &ModelNames,
    problems: &mut Problems<'_>,
) -> Option<RecordKind> {
    let id = row.get(columns.id)?;
    let cell = |column: Option<usize>| column.and_then(|column| row.get(column));
    let here = cell(columns.event).unwrap_or(id).span;
    let mut item = |column: Option<usize>, name: &str, read: Read| match cell(column) {
        None => Some(Item {
            value: 0.0,
            span: here,
        }),
        Some(cell) => {
            let value = match read {
                Read::Number => number(&cell, name, problems),
                Read::Hours if text(&cell).is_none() => Some(0.0),
                Read::Hours => hours(&cell, name, problems),
            };
            value.map(|value| Item {
                value,
                span: cell.span,
            })
        }
    };
    let (amount, rate, duration) = (
        item(columns.amount, "AMT", Read::Number),
        item(columns.rate, "RATE", Read::Number),
        item(columns.duration, "DUR", Read::Number),
    );
    let (interval, additional, steady) = (
        item(columns.interval, "II", Read::Hours),
        item(columns.additional, "ADDL", Read::Number),
        item(columns.steady, "SS", Read::Number),
    );
    let event = item(columns.event, "EVID", Read::Number);
    let missing = item(columns.missing, "MDV", Read::Number);
    let observed = item(columns.observed, "DV", Read::Number);
    let (missing, mut items) = (
        missing?,
        Items {
            names,
            event: event?,
            amount: amount?,
            rate: rate?,
            duration: duration?,
            interval: interval?,
            additional: additional?,
            steady: steady?,
            compartment: cell(columns.compartment),
        },
    );
    observed?;
    if !matches!(missing.value, 0.0 | 1.0 | 100.0 | 101.0) {
        let message = format!("MDV {} is unknown", missing.value);
        let help = "write 0 (observed), 1 (missing), or 100 or 101 for the same left out of estimation";
        problems.error("N023", missing.span, message, "expected 0, 1, 100 or 101", help);
        return None;
    }
    let marked_missing = matches!(missing.value, 1.0 | 101.0);
    if columns.event.is_none() {
        let doses = items.dose_items().iter().any(|(_, item)| item.value != 0.0);
        items.event.value = match (doses, columns.missing.is_some() && marked_missing) {
            (true, _) => 1.0,
            (false, true) => 2.0,
            (false, false) => 0.0,
        };
    }
    if columns.missing.is_some() && !marked_missing && matches!(items.event.value, 1.0..=4.0) {
        let message = format!(
            "a record with EVID {} has MDV {}",
            items.event.value, missing.value
        );
        let help = "write MDV 1: only observations have a value";
        problems.error("N023", missing.span, message, "expected 1 or 101", help);
        return None;
    }
    of_event(&items, problems)
}

#[derive(Clone, Copy)]
enum Read {
    Number,
    Hours,
}

fn of_event(items: &Items<'_>, problems: &mut Problems<'_>) -> Option<RecordKind> {
    let event = items.event;
    let code = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
        .iter()
        .position(|&code| code == event.value);
    match code {
        Some(0) => {
            no_dose_items(items, "an observation", problems)?;
            observed(items, problems).map(RecordKind::Observation)
        }
        Some(1) => Some(RecordKind::Dose(dose(
            items,
            dosed_compartment(items, problems),
            problems,
        )?)),
        Some(2) => {
            no_dose_items(items, "a record with EVID 2", problems)?;
            turned_compartment(items, problems)
        }
        Some(3) => {
            no_dose_items(items, "a reset", problems)?;
            Some(RecordKind::Reset)
        }
        Some(4) => Some(RecordKind::ResetAndDose(dose(
            items,
            dosed_compartment(items, problems),
            problems,
        )?)),
        Some(code @ (5 | 6)) => {
            let compartment = dosed_compartment(items, problems);
            only_amount(items, code, problems)?;
            let (compartment, value) = (compartment?, items.amount.value);
            Some(if code == 5 {
                RecordKind::Replace {
                    compartment,
                    amount: value,
                }
            } else {
                RecordKind::Multiply {
                    compartment,
                    factor: value,
                }
            })
        }
        Some(7) => {
            let compartment = dosed_compartment(items, problems);
            only_bolus(items, problems)?;
            let dose = dose(items, compartment, problems)?;
            Some(RecordKind::Phantom {
                compartment: dose.compartment,
                amount: dose.amount,
                additional: dose.additional,
                interval: dose.interval,
            })
        }
        _ => {
            let message = format!("EVID {} is unknown", event.value);
            let help = match event.value {
                8.0 => "to replace an amount, write EVID 5",
                _ => {
                    "write 0 observation, 1 dose, 2 other, 3 reset, 4 reset and dose, 5 replace, 6 multiply or 7 phantom dose"
                }
            };
            problems.error("N011", event.span, message, "expected 0 to 7", help);
            None
        }
    }
}

fn no_dose_items(items: &Items<'_>, what: &str, problems: &mut Problems<'_>) -> Option<()> {
    let mut right = Some(());
    for (name, item) in items.dose_items() {
        if item.value != 0.0 {
            let message = format!("{what} has {name} {}", item.value);
            let help = format!("write {name} 0 here, or EVID 1 if it is a dose");
            problems.error("N014", item.span, message, "expected 0", help);
            right = None;
        }
    }
    right
}

fn only_amount(items: &Items<'_>, code: usize, problems: &mut Problems<'_>) -> Option<()> {
    let mut right = Some(());
    for (name, item) in items.dose_items().into_iter().skip(1) {
        if item.value != 0.0 {
            let message = format!("a record with EVID {code} has {name} {}", item.value);
            let help = format!("write {name} 0: EVID {code} changes the amount once, by AMT alone");
            problems.error("N014", item.span, message, "expected 0", help);
            right = None;
        }
    }
    right
}

/// A phantom dose adds nothing, so it has no rate and no steady state.
fn only_bolus(items: &Items<'_>, problems: &mut Problems<'_>) -> Option<()> {
    let mut right = Some(());
    for (name, item) in items.dose_items() {
        if matches!(name, "RATE" | "DUR" | "SS") && item.value != 0.0 {
            let message = format!("a phantom dose has {name} {}", item.value);
            let help = format!("write {name} 0: with EVID 7 nothing enters");
            problems.error("N014", item.span, message, "expected 0", help);
            right = None;
        }
    }
    right
}

/// The compartment that a dose enters: the first where none is named.
fn dosed_compartment(items: &Items<'_>, problems: &mut Problems<'_>) -> Option<u16> {
    if items.names.compartments.is_empty() {
        let help = "leave the doses out, or give the model a compartment";
        let message = "the model has no compartment that a dose could enter";
        problems.error("N012", items.event.span, message, "a dose", help);
        return None;
    }
    compartment(items, Extra::None, problems).map(|named| match named {
        Observed::Compartment(compartment) => compartment,
        Observed::Anything | Observed::Output(_) => 0,
    })
}

fn observed(items: &Items<'_>, problems: &mut Problems<'_>) -> Option<Observed> {
    compartment(items, Extra::Output, problems)
}

/// A record with EVID 2 turns a compartment on, or off where it is named with a minus.
fn turned_compartment(items: &Items<'_>, problems: &mut Problems<'_>) -> Option<RecordKind> {
    let Some((cell, text)) = items
        .compartment
        .as_ref()
        .and_then(|cell| Some((cell, text(cell)?)))
    else {
        return Some(RecordKind::Other);
    };
    let (on, compartment) = match text.strip_prefix('-') {
        Some(rest) => (false, named(items, cell, rest, Extra::None, problems)?),
        None => (true, named(items, cell, text, Extra::Output, problems)?),
    };
    Some(match compartment {
        Observed::Compartment(compartment) => RecordKind::Turn { compartment, on },
        Observed::Anything | Observed::Output(_) => RecordKind::Other,
    })
}

/// Whether names and numbers of outputs stand for compartments too.
#[derive(Clone, Copy, PartialEq)]
enum Extra {
    None,
    Output,
}

/// The compartment or output of a row. `None` after a report.
fn compartment(items: &Items<'_>, extra: Extra, problems: &mut Problems<'_>) -> Option<Observed> {
    let Some((cell, text)) = items
        .compartment
        .as_ref()
        .and_then(|cell| Some((cell, text(cell)?)))
    else {
        return Some(Observed::Anything);
    };
    let known = &items.names.compartments;
    let turned = text.strip_prefix('-');
    let named_off = |rest: &str| known.iter().any(|compartment| compartment.name == rest);
    if turned.is_some_and(named_off) || parse(text).is_some_and(|number| number < 0.0) {
        let message = format!("CMT {} turns a compartment off here", shown(cell));
        let help =
            "write a record with EVID 2 and this CMT for it, and here the compartment without the minus";
        problems.error("N020", cell.span, message, "only a record with EVID 2 may", help);
        return None;
    }
    named(items, cell, text, extra, problems)
}

/// The compartment or output that a text names.
fn named(
    items: &Items<'_>,
    cell: &Cell<'_>,
    text: &str,
    extra: Extra,
    problems: &mut Problems<'_>,
) -> Option<Observed> {
    let (known, outputs) = (&items.names.compartments, &items.names.outputs);
    let index = |at: usize| u16::try_from(at).ok();
    let compartment = |at: usize| index(at).map(Observed::Compartment);
    let takes_outputs = extra == Extra::Output;
    let output = |at: usize| index(at).map(Observed::Output).filter(|_| takes_outputs);
    let found = match parse(text) {
        None => {
            let at = known.iter().position(|compartment| compartment.name == text);
            let of_output = || outputs.iter().position(|output| output == text);
            at.and_then(compartment).or_else(|| of_output().and_then(output))
        }
        Some(0.0) => Some(Observed::Anything),
        Some(number) => {
            let counted = (1..=known.len() + outputs.len()).find(|&at| at as f64 == number);
            match counted {
                Some(at) if at <= known.len() => compartment(at - 1),
                Some(at) => output(at - known.len() - 1),
                // The output compartment of NONMEM, and what follows the compartments where no output has a name.
                None => {
                    let any = number == 100.0 || number == 1000.0 || number == (known.len() + 1) as f64;
                    (any && takes_outputs).then_some(Observed::Anything)
                }
            }
        }
    };
    if found.is_none() {
        unknown(items, cell, problems);
    }
    found
}

fn unknown(items: &Items<'_>, cell: &Cell<'_>, problems: &mut Problems<'_>) {
    let known = &items.names.compartments;
    let names = known.iter().map(|compartment| compartment.name.as_str());
    let near = nearest(cell.text.trim(), names);
    let mut problem = Diagnostic::error("N012", format!("unknown compartment `{}`", shown(cell))).at(
        problems.source,
        cell.span,
        "no such compartment",
    );
    if let Some(near) = near {
        problem = problem.help(format!("did you mean `{near}`?"));
    } else {
        problem = problem.help(format!("write a number from 1 to {} or a name", known.len()));
    }
    let listed: Vec<String> = known
        .iter()
        .take(12)
        .enumerate()
        .map(|(at, compartment)| format!("{} `{}`", at + 1, compartment.name))
        .collect();
    problems.push(problem.note(format!("the model's compartments: {}", listed.join(", "))));
}
