//! Doses to what enters and when: the first dose of a record, those that follow it, and those that came before it.

use super::{BROUGHT, Effect, Expansion, Item, Repeated, What};
use crate::course::{CourseDose, SteadyState};
use crate::entry::{Compartment, Entry, Infusion, entry};
use crate::error::FailureKind;
use crate::population::DoseInput;
use crate::steady::Steady;

/// More additional doses than this of one record are refused.
const MOST_ADDITIONAL: f64 = 1e6;

/// A modelled rate follows the inputs while it runs.
fn follows(dose: &CourseDose, next_row: usize) -> Option<usize> {
    (dose.input == DoseInput::ModelledRate).then_some(next_row)
}

impl<'a, F: Fn(u32, usize) -> Compartment<'a>> Expansion<F> {
    /// A dose of a record; one that is a `phantom` is seen by equations and adds nothing.
    pub(super) fn dose(
        &mut self,
        place: i64,
        time: f64,
        dose: &CourseDose,
        phantom: bool,
    ) -> Result<(), FailureKind> {
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
                let expected = "such that fewer than a hundred thousand overlap at steady state";
                return Err(into.refuse(time, "interval", dose.interval, expected));
            }
            self.steady(place, time, steady);
            self.told(time, place, dose.compartment, dose.amount);
            self.still_running(time, dose, first);
        }
        let own = Repeated {
            segment: self.segment,
            place,
            time,
            dose: *dose,
            phantom,
            next_row: self.rows.len(),
            row: self.row,
        };
        self.enter(&own, first);
        if dose.additional > 0 {
            let within = ((self.last_time - time) / dose.interval).min(f64::from(dose.additional));
            if within > MOST_ADDITIONAL {
                let expected = "such that fewer than a million doses follow";
                return Err(into.refuse(time, "interval", dose.interval, expected));
            }
            self.repeated.push(own);
        }
        Ok(())
    }

    /// Additional doses enter, each with the inputs that hold when it is given.
    pub(super) fn repeat(&mut self) -> Result<(), FailureKind> {
        for own in std::mem::take(&mut self.repeated) {
            let cleared = self.cleared.get(own.segment as usize);
            let last = cleared.map_or(self.last_time, |end| end.min(self.last_time));
            let mut next = own.next_row;
            let mut row = own.row;
            for count in 1..=own.dose.additional {
                let time = own.time + f64::from(count) * own.dose.interval;
                if time > last {
                    break;
                }
                // An additional dose comes before the records of its time.
                while let Some(change) = self.rows.get(next)
                    && change.segment == own.segment
                    && change.time < time
                {
                    row = change.row;
                    next += 1;
                }
                let into = (self.compartment)(row, usize::from(own.dose.compartment));
                let entry = entry(time, &own.dose, into)?;
                let later = Repeated {
                    place: BROUGHT,
                    time,
                    next_row: next,
                    ..own
                };
                self.enter(&later, entry);
            }
        }
        Ok(())
    }

    /// One dose enters.
    fn enter(&mut self, own: &Repeated, entry: Entry) {
        let Entry { start, amount, pace } = entry;
        let place = if self.ordered && start == own.time {
            own.place
        } else {
            BROUGHT
        };
        let compartment = own.dose.compartment;
        let arrives = pace.is_none() || own.dose.amount > 0.0;
        if self.tracked && arrives {
            self.items.push(Item {
                segment: own.segment,
                time: start,
                place,
                what: What::Change(compartment, Effect::Dose(own.dose.amount)),
            });
        }
        match pace {
            _ if own.phantom => {}
            None => self.items.push(Item {
                segment: own.segment,
                time: start,
                place,
                what: What::Change(compartment, Effect::Add(amount)),
            }),
            Some(_) if amount == 0.0 => {}
            Some((rate, duration)) => self.infusions.push(Infusion {
                segment: own.segment,
                compartment,
                start,
                stop: start + duration,
                rate,
                place,
                until: f64::INFINITY,
                follows: follows(&own.dose, own.next_row),
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
                place: BROUGHT,
                until: f64::INFINITY,
                follows: follows(dose, self.rows.len()),
            });
        }
    }
}
