//! Records to changes: at which times a subject's states jump, its infusion rates or its inputs change, and between which
//! of these it is observed.

use crate::course::{CourseDose, Event, Record, SteadyState};
use crate::entry::{Compartment, Entry, Infusion, entry, rates};
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
}

/// What becomes of records.
#[derive(Debug, Default)]
pub(crate) struct Expanded {
    /// Changes in the order in which they happen.
    pub(crate) changes: Vec<Change>,
    /// Observations in order.
    pub(crate) observations: Vec<Observation>,
    /// Steady states to be found.
    pub(crate) steady: Vec<Steady>,
}

/// When a subject is observed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Observation {
    pub(crate) time: f64,
    /// How many of the subject's changes come before.
    pub(crate) before: u32,
    /// Row of inputs that holds.
    pub(crate) row: u32,
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
    Observe(u32),
}

/// What clears the course begins its segment; infusions that it leaves running follow, then doses that an earlier record
/// has brought about, then the records of the time.
const CLEARING: i64 = -3;
const PACED: i64 = -2;
const BROUGHT: i64 = -1;

/// More additional doses than this of one record are refused.
const MOST_ADDITIONAL: f64 = 1e6;

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
    /// When each segment but the last is cleared, on its own clock.
    cleared: Vec<f64>,
    steady: Vec<Steady>,
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
        cleared: Vec::new(),
        steady: Vec::new(),
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
    expansion.finish(into);
    Ok(())
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
            Event::Observe => self.push(time, place, What::Observe(self.row)),
            Event::Dose(dose) => self.dose(place, time, &dose)?,
            Event::Reset => self.clear(time, before.max(time), Effect::Reset),
            Event::Replace { compartment, amount } => {
                let into = self.compartment(time, compartment)?;
                if !amount.is_finite() {
                    return Err(into.refuse(time, "new amount", amount, "finite"));
                }
                self.push(time, place, What::Change(compartment, Effect::Set(amount)));
            }
            Event::Multiply { compartment, factor } => {
                let into = self.compartment(time, compartment)?;
                if !factor.is_finite() {
                    return Err(into.refuse(time, "factor", factor, "finite"));
                }
                self.push(time, place, What::Change(compartment, Effect::Scale(factor)));
            }
            Event::Input { .. } if new_row => {
                self.row += 1;
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

    fn dose(&mut self, place: i64, time: f64, dose: &CourseDose) -> Result<(), FailureKind> {
        let into = self.compartment(time, dose.compartment)?;
        let constant = dose.steady_state != SteadyState::None && dose.interval == 0.0 && dose.amount == 0.0;
        if constant {
            let rate = match dose.input {
                DoseInput::Bolus => 0.0,
                DoseInput::Rate(rate) => rate,
                DoseInput::ModelledRate => into.rate.unwrap_or(f64::NAN),
                DoseInput::Duration(_) | DoseInput::ModelledDuration => f64::NAN,
            };
            if !(rate.is_finite() && rate >= 0.0) {
                let expected = "given or modelled, finite and not negative, for a constant infusion";
                return Err(into.refuse(time, "rate", rate, expected));
            }
            self.steady(place, time, Steady::constant(time, dose, rate));
            return Ok(());
        }
        let first = entry(time, dose, into)?;
        let repeats = dose.additional > 0 || dose.steady_state != SteadyState::None;
        if repeats && !(dose.interval.is_finite() && dose.interval > 0.0) {
            return Err(into.refuse(time, "interval", dose.interval, "finite and positive"));
        }
        if dose.steady_state != SteadyState::None {
            if into.lag >= dose.interval {
                let expected = "shorter than the interval at steady state";
                return Err(into.refuse(time, "lag time alag()", into.lag, expected));
            }
            let steady = Steady::repeated(time, dose, into.lag, first);
            if steady.rate.is_nan() {
                let expected = "such that fewer than a million overlap at steady state";
                return Err(into.refuse(time, "interval", dose.interval, expected));
            }
            self.steady(place, time, steady);
            self.still_running(time, dose, first);
        }
        self.enter(place, time, dose.compartment, first);
        if dose.additional > 0 {
            let within = ((self.last_time - first.start) / dose.interval).min(f64::from(dose.additional));
            if within > MOST_ADDITIONAL {
                let expected = "such that fewer than a million doses follow";
                return Err(into.refuse(time, "interval", dose.interval, expected));
            }
        }
        for count in 1..=dose.additional {
            let start = first.start + f64::from(count) * dose.interval;
            if start > self.last_time {
                break;
            }
            self.enter(place, time, dose.compartment, Entry { start, ..first });
        }
        Ok(())
    }

    /// One dose enters.
    fn enter(&mut self, place: i64, time: f64, compartment: u16, entry: Entry) {
        let Entry { start, amount, pace } = entry;
        match pace {
            None => {
                let own = self.ordered && start == time;
                let place = if own { place } else { BROUGHT };
                self.push(start, place, What::Change(compartment, Effect::Add(amount)));
            }
            Some(_) if amount == 0.0 => {}
            Some((rate, duration)) => self.infusions.push(Infusion {
                segment: self.segment,
                compartment,
                start,
                stop: start + duration,
                rate,
            }),
        }
    }

    fn steady(&mut self, place: i64, time: f64, steady: Steady) {
        let effect = Effect::Steady(self.steady.len() as u32);
        if steady.add {
            self.push(time, place, What::Change(steady.compartment, effect));
        } else {
            self.clear(time, time, effect);
        }
        self.steady.push(steady);
    }

    /// Infusions of doses before the first that are still running when it is told.
    fn still_running(&mut self, time: f64, dose: &CourseDose, first: Entry) {
        let Some((rate, duration)) = first.pace.filter(|_| first.amount > 0.0) else {
            return;
        };
        for count in 1_u32.. {
            let stop = first.start - f64::from(count) * dose.interval + duration;
            if stop <= time {
                break;
            }
            self.infusions.push(Infusion {
                segment: self.segment,
                compartment: dose.compartment,
                start: time,
                stop,
                rate,
            });
        }
    }

    fn finish(self, into: &mut Expanded) {
        let Self {
            mut items,
            mut infusions,
            cleared,
            steady,
            ..
        } = self;
        let of = |infusion: &Infusion| (infusion.segment, infusion.compartment);
        infusions.sort_by_key(of);
        for same in infusions.chunk_by(|a, b| of(a) == of(b)) {
            let (segment, compartment) = of(&same[0]);
            rates(same, |time, total| {
                items.push(Item {
                    segment,
                    time,
                    place: PACED,
                    what: What::Change(compartment, Effect::Rate(total)),
                });
            });
        }
        items.retain(|item| {
            cleared
                .get(item.segment as usize)
                .is_none_or(|&end| item.time <= end)
        });
        items.sort_by(|a, b| {
            (a.segment.cmp(&b.segment))
                .then(a.time.total_cmp(&b.time))
                .then(a.place.cmp(&b.place))
        });
        into.steady.extend(steady);
        let first = into.changes.len();
        for item in items {
            let time = item.time;
            match item.what {
                What::Change(compartment, effect) => into.changes.push(Change {
                    time,
                    compartment,
                    effect,
                }),
                What::Observe(row) => into.observations.push(Observation {
                    time,
                    before: (into.changes.len() - first) as u32,
                    row,
                }),
            }
        }
    }
}

#[cfg(test)]
mod tests;
