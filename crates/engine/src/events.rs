//! Records to changes: at which times a subject's states jump, its infusion rates or its inputs change, and between which
//! of these it is observed.

mod doses;
mod finish;

use crate::course::{CourseDose, Event, Record, SteadyState};
use crate::entry::{Compartment, Infusion};
use crate::error::FailureKind;
use crate::population::DoseInput;
use crate::steady::Steady;

/// What changes at a point in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Change {
    pub(crate) time: f64,
    /// Where amounts and rates change; else 0.
    pub(crate) compartment: u16,
    pub(crate) effect: Effect,
}

/// How it changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Effect {
    /// The state grows by this amount.
    Add(f64),
    /// The sum of the running infusions becomes this rate.
    Rate(f64),
    /// The state becomes this.
    Set(f64),
    /// The state is multiplied by this.
    Scale(f64),
    /// All states become what they were at first, and all infusions end.
    Reset,
    /// The subject's steady state of this number is found.
    Steady(u32),
    /// The subject's inputs become those of this row.
    Row(u32),
    /// The compartment is turned on or off.
    Turn(bool),
    /// A dose of this amount has arrived: for its equations to see.
    Dose(f64),
    /// What the equations see of the doses becomes this.
    History(u32),
    /// The clock goes on to this time, past a jump of the derivatives.
    Pass(f64),
}

/// What becomes of records.
#[derive(Debug, Default)]
pub(crate) struct Expanded {
    /// Changes in the order in which they happen.
    pub(crate) changes: Vec<Change>,
    /// Observations in order.
    pub(crate) observations: Vec<Observation>,
    /// When each of them is made.
    pub(crate) times: Vec<f64>,
    /// Steady states to be found.
    pub(crate) steady: Vec<Steady>,
    /// Whether equations see the doses, so that those that arrive are told.
    pub(crate) tracked: bool,
    /// What equations see of the doses, set by set.
    pub(crate) histories: Vec<f64>,
}

/// What holds when a subject is observed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Observation {
    /// How many of the subject's changes come before.
    pub(crate) before: u32,
    /// Row of inputs that holds.
    pub(crate) row: u32,
    /// What is seen of the doses.
    pub(crate) history: u32,
    /// Amount of the dose whose record it is; NaN at any other.
    pub(crate) amount: f64,
}

/// A change or an observation with its place in the order.
#[derive(Clone, Copy, Debug)]
struct Item {
    /// How many times the course was cleared before.
    segment: u32,
    time: f64,
    /// Position among the records, or one of the constants below.
    place: i64,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Change(u16, Effect),
    Observe(u32, f64),
}

/// What clears the course begins its segment; infusions that it leaves running follow, then doses that an earlier record
/// has brought about, then the records of the time.
const CLEARING: i64 = -3;
const PACED: i64 = -2;
const BROUGHT: i64 = -1;

/// Records on their way to changes.
struct Expansion<F> {
    states: usize,
    compartment: F,
    /// No dose matters after this time.
    last_time: f64,
    /// Whether the order of the records counts.
    ordered: bool,
    segment: u32,
    row: u32,
    items: Vec<Item>,
    infusions: Vec<Infusion>,
    /// Rows of inputs in order, and when each begins.
    rows: Vec<Row>,
    /// Records whose doses are repeated.
    repeated: Vec<Repeated>,
    /// Compartments turned off.
    offs: Vec<Off>,
    /// Whether one was since the course began or was reset.
    off: bool,
    /// When each segment but the last is cleared, on its own clock.
    cleared: Vec<f64>,
    steady: Vec<Steady>,
    /// Whether doses that arrive are told.
    tracked: bool,
}

/// A row of inputs.
#[derive(Clone, Copy, Debug)]
struct Row {
    segment: u32,
    time: f64,
    row: u32,
}

/// A record whose dose is given again.
#[derive(Clone, Copy, Debug)]
struct Repeated {
    segment: u32,
    place: i64,
    time: f64,
    dose: CourseDose,
    /// Whether only equations see it.
    phantom: bool,
    /// Place of the next row of inputs.
    next_row: usize,
    /// Row that holds at the record.
    row: u32,
}

/// A compartment turned off.
#[derive(Clone, Copy, Debug)]
struct Off {
    segment: u32,
    compartment: u16,
    time: f64,
    place: i64,
}

/// Expands the records of a subject. `compartment` says what the model computes for a state from a row of inputs; a row
/// begins with every run of [`Event::Input`] for which `new_row` holds. If the records are not `ordered`, they may come in
/// any order of time.
pub(crate) fn expand<'a>(
    records: &[Record],
    ordered: bool,
    states: usize,
    new_row: impl Fn(usize) -> bool,
    compartment: impl Fn(u32, usize) -> Compartment<'a>,
    into: &mut Expanded,
) -> Result<(), FailureKind> {
    let mut expansion = Expansion {
        states,
        compartment,
        last_time: if ordered {
            records
                .iter()
                .fold(f64::NEG_INFINITY, |last, record| last.max(record.time))
        } else {
            f64::INFINITY
        },
        ordered,
        segment: 0,
        row: 0,
        items: Vec::new(),
        infusions: Vec::new(),
        rows: Vec::new(),
        repeated: Vec::new(),
        offs: Vec::new(),
        off: false,
        cleared: Vec::new(),
        steady: Vec::new(),
        tracked: into.tracked,
    };
    let mut before = f64::NEG_INFINITY;
    for (place, record) in records.iter().enumerate() {
        let resets = matches!(record.event, Event::Reset);
        if ordered && !(record.time.is_finite() && (resets || record.time >= before)) {
            return Err(FailureKind::Record {
                time: record.time,
                before,
            });
        }
        expansion.record(place as i64, record, before, new_row(place))?;
        before = record.time;
    }
    expansion.repeat()?;
    expansion.finish(into)
}

impl<'a, F: Fn(u32, usize) -> Compartment<'a>> Expansion<F> {
    fn push(&mut self, time: f64, place: i64, what: What) {
        self.items.push(Item {
            segment: self.segment,
            time,
            place,
            what,
        });
    }

    fn record(&mut self, place: i64, record: &Record, before: f64, new_row: bool) -> Result<(), FailureKind> {
        let time = record.time;
        match record.event {
            Event::Observe => self.push(time, place, What::Observe(self.row, f64::NAN)),
            Event::ObserveDose(amount) => self.push(time, place, What::Observe(self.row, amount)),
            Event::Dose(dose) => self.dose(place, time, &dose, false)?,
            Event::Phantom {
                compartment,
                amount,
                additional,
                interval,
            } => {
                let dose = CourseDose {
                    compartment,
                    amount,
                    input: DoseInput::Bolus,
                    additional,
                    interval,
                    steady_state: SteadyState::None,
                };
                self.dose(place, time, &dose, true)?;
            }
            Event::Reset => {
                self.clear(time, before.max(time), Effect::Reset);
                self.off = false;
            }
            Event::Replace { compartment, amount } => {
                let change = |amount| Effect::Set(amount);
                self.assign(place, time, compartment, ("new amount", amount), change)?;
            }
            Event::Multiply { compartment, factor } => {
                let change = |factor| Effect::Scale(factor);
                self.assign(place, time, compartment, ("factor", factor), change)?;
            }
            Event::Turn { compartment, on } => {
                self.compartment(time, compartment)?;
                self.turn(place, time, compartment, on);
            }
            Event::Input { .. } if new_row => {
                self.row += 1;
                self.rows.push(Row {
                    segment: self.segment,
                    time,
                    row: self.row,
                });
                self.push(time, place, What::Change(0, Effect::Row(self.row)));
            }
            Event::Input { .. } => {}
        }
        Ok(())
    }

    /// Begins a segment: nothing that was told before reaches beyond `end` on the clock of its own segment.
    fn clear(&mut self, time: f64, end: f64, effect: Effect) {
        self.cleared.push(end);
        self.segment += 1;
        self.push(time, CLEARING, What::Change(0, effect));
    }

    /// A compartment is turned on or off; all are on at first.
    fn turn(&mut self, place: i64, time: f64, compartment: u16, on: bool) {
        if !on {
            self.off = true;
            self.offs.push(Off {
                segment: self.segment,
                compartment,
                time,
                place,
            });
        }
        if self.off {
            self.push(time, place, What::Change(compartment, Effect::Turn(on)));
        }
    }

    fn compartment(&self, time: f64, compartment: u16) -> Result<Compartment<'a>, FailureKind> {
        if usize::from(compartment) >= self.states {
            return Err(FailureKind::Compartment {
                time,
                compartment,
                states: self.states,
            });
        }
        Ok((self.compartment)(self.row, usize::from(compartment)))
    }

    /// What a record makes of an amount, which bioavailability and lag apply to as to a dose, as in rxode2.
    fn assign(
        &mut self,
        place: i64,
        time: f64,
        compartment: u16,
        (quantity, value): (&'static str, f64),
        change: impl Fn(f64) -> Effect,
    ) -> Result<(), FailureKind> {
        let into = self.compartment(time, compartment)?;
        let given = value * into.bioavailability;
        if !given.is_finite() {
            return Err(into.refuse(time, quantity, given, "finite"));
        }
        if !(into.lag.is_finite() && into.lag >= 0.0) {
            return Err(into.refuse(time, "lag time alag()", into.lag, "finite and not negative"));
        }
        let arrives = time + into.lag;
        let place = if arrives == time { place } else { BROUGHT };
        self.push(arrives, place, What::Change(compartment, change(given)));
        self.told(arrives, place, compartment, value);
        Ok(())
    }

    /// Equations see that a dose arrives, if they look.
    fn told(&mut self, time: f64, place: i64, compartment: u16, amount: f64) {
        if self.tracked {
            self.push(time, place, What::Change(compartment, Effect::Dose(amount)));
        }
    }
}

#[cfg(test)]
mod tests;
