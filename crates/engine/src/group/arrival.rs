//! A lane at its stop: changes happen, observations are taken, and the next stop is set.

use super::Group;
use super::flowing::Motion;
use crate::control::{Pace, SMALLEST_STEP};
use crate::error::FailureKind;
use crate::events::{Change, Effect, Observation};
use crate::executor::registers;
use crate::search::{Search, Trouble};
use crate::steady::Steady;

/// What a lane does when it has arrived at its stop.
pub(super) enum Arrival {
    /// It goes on.
    Going,
    /// Its subject is finished.
    Finished,
    /// Its subject failed.
    Failed(FailureKind),
}

/// Kinds of changes that ask for a similar first step: 0 something enters, 1 an infusion ends, 2 inputs change or the
/// derivatives jump.
fn kind(changes: &[Change]) -> usize {
    let all = |effect: fn(&Effect) -> bool| changes.iter().all(|change| effect(&change.effect));
    if all(|effect| *effect == Effect::Rate(0.0)) {
        1
    } else {
        2 * usize::from(all(|effect| matches!(effect, Effect::Row(_) | Effect::Pass(_))))
    }
}

impl<const L: usize> Group<'_, L> {
    /// The lane stands at its stop: changes happen and observations at this time are taken in their order, the next stop is
    /// set.
    pub(super) fn arrive(&mut self, lane: usize, subject: usize) -> Arrival {
        let subjects = self.subjects;
        let changes = subjects.changes(subject);
        let observed = subjects.observed(subject, self.times);
        let times = observed.times;
        loop {
            let first = self.lanes[lane].change;
            loop {
                let own = &self.lanes[lane];
                let change = changes.get(own.change).filter(|change| change.time <= own.time);
                let due = own.observation < times.len() && times[own.observation] <= own.time;
                // Of a course the next is known: a change waits for the observations before it, whatever the clock.
                let (observes, change) = match observed.own {
                    None => {
                        let first = |change: &Change| times[own.observation] < change.time;
                        (due && change.is_none_or(first), change)
                    }
                    Some(all) => match all.get(own.observation) {
                        Some(next) if next.before as usize <= own.change => (due, None),
                        _ => (false, change),
                    },
                };
                if observes {
                    for state in self.plan.written() {
                        self.values[state * self.observations + observed.place + own.observation] =
                            self.registers[self.plan.current + state].0[lane];
                    }
                    self.lanes[lane].observation += 1;
                } else if let Some(&change) = change {
                    if let Err(kind) = self.happen(lane, subject, change) {
                        return Arrival::Failed(kind);
                    }
                    self.lanes[lane].change += 1;
                } else {
                    break;
                }
            }
            let own = &mut self.lanes[lane];
            if own.change > first {
                let kind = kind(&changes[first..own.change]);
                own.fresh = Some(kind);
                own.pace = Pace::new(own.suited[kind]);
            }
            if own.observation == times.len() {
                return Arrival::Finished;
            }
            own.limit = match observed.own {
                None => times.len(),
                Some(all) => {
                    let before = |next: &Observation| next.before as usize <= own.change;
                    own.observation + all[own.observation..].partition_point(before)
                }
            };
            // A change that sets the clock back waits for the observations before it.
            let next = changes.get(own.change).map(|change| change.time);
            own.stop = match (observed.own, next) {
                (Some(_), Some(next)) if own.limit > own.observation => next.max(times[own.limit - 1]),
                (_, Some(next)) => next,
                (_, None) => times[times.len() - 1],
            };
            if own.stop - own.time > SMALLEST_STEP * own.stop.abs() {
                return Arrival::Going;
            }
            own.time = own.stop;
        }
    }

    /// A change happens to the subject in the lane.
    fn happen(&mut self, lane: usize, subject: usize, change: Change) -> Result<(), FailureKind> {
        let plan = self.plan;
        let compartment = usize::from(change.compartment);
        let current = plan.current + compartment;
        if matches!(
            change.effect,
            Effect::Add(_) | Effect::Set(_) | Effect::Scale(_) | Effect::Steady(_)
        ) {
            self.turn(lane, compartment, true);
        }
        match change.effect {
            Effect::Turn(on) => self.turn(lane, compartment, on),
            Effect::Add(amount) => self.registers[current].0[lane] += amount,
            Effect::Rate(rate) => self.registers[plan.infusions + compartment].0[lane] = rate,
            Effect::Set(amount) => self.registers[current].0[lane] = amount,
            Effect::Scale(factor) => self.registers[current].0[lane] *= factor,
            Effect::Reset => {
                for (state, &value) in self.subjects.initial(plan, subject).iter().enumerate() {
                    self.registers[plan.current + state].0[lane] = value;
                    self.registers[plan.infusions + state].0[lane] = 0.0;
                    self.registers[plan.on + state].0[lane] = 1.0;
                }
                if self.lanes[lane].off > 0 {
                    self.motions[lane] = Motion::Unknown;
                }
                self.lanes[lane].off = 0;
                self.lanes[lane].time = change.time;
            }
            Effect::Row(row) => {
                let constants = self.subjects.constants(plan, subject, row);
                for (&register, &value) in plan.of_subject.iter().zip(constants) {
                    self.registers[register].0[lane] = value;
                }
                self.motions[lane] = Motion::Unknown;
            }
            Effect::History(number) => self.know(lane, self.subjects.history(plan, number)),
            Effect::Pass(behind) => {
                let own = &mut self.lanes[lane];
                own.time = own.time.max(behind);
            }
            // Doses that are told have become history.
            Effect::Dose(_) => {}
            Effect::Steady(_) if plan.historic => {
                return Err(FailureKind::SteadyHistory {
                    time: change.time,
                    compartment: plan.program.states[compartment].name.clone(),
                });
            }
            Effect::Steady(number) => {
                let steady = self.subjects.steady(subject, number);
                let found = self.steady_state(lane, subject, steady)?;
                for (state, value) in found.into_iter().enumerate() {
                    let own = &mut self.registers[plan.current + state].0[lane];
                    if steady.add {
                        *own += value;
                    } else {
                        *own = value;
                        self.registers[plan.infusions + state].0[lane] = 0.0;
                    }
                }
            }
        }
        Ok(())
    }

    /// Turns a compartment on or off. What is in it when it is turned off is lost.
    fn turn(&mut self, lane: usize, compartment: usize, on: bool) {
        let is = &mut self.registers[self.plan.on + compartment].0[lane];
        let was = *is != 0.0;
        *is = f64::from(u8::from(on));
        if was != on {
            self.motions[lane] = Motion::Unknown;
        }
        match (was, on) {
            (true, false) => self.lanes[lane].off += 1,
            (false, true) => self.lanes[lane].off -= 1,
            _ => {}
        }
        if !on {
            self.registers[self.plan.current + compartment].0[lane] = 0.0;
        }
    }

    /// The equations of the lane see this of the doses.
    pub(super) fn know(&mut self, lane: usize, history: &[f64]) {
        for (asked, &value) in self.plan.program.history.iter().zip(history) {
            self.registers[usize::from(asked.register)].0[lane] = value;
        }
    }

    /// The state at the end of a steady interval.
    fn steady_state(
        &mut self,
        lane: usize,
        subject: usize,
        steady: &Steady,
    ) -> Result<Vec<f64>, FailureKind> {
        if self.plan.linear {
            self.solved(lane, steady)
        } else {
            self.searched(lane, subject, steady)
        }
    }

    /// That of a linear system.
    fn solved(&mut self, lane: usize, steady: &Steady) -> Result<Vec<f64>, FailureKind> {
        let (plan, program) = (self.plan, self.plan.program);
        let name = |state: usize| program.states[state].name.clone();
        let (time, compartment) = (steady.time, name(usize::from(steady.compartment)));
        let mut system = self.linear_system(lane);
        // What is produced in any case is there once, however many doses are added.
        if steady.add {
            system.constant.fill(0.0);
        }
        // What is off comes to nothing.
        for state in 0..plan.states {
            if self.registers[plan.on + state].0[lane] == 0.0 {
                system.matrix[state * plan.states + state] = -1.0;
            }
        }
        system
            .steady_state(steady)
            .map_err(|state| FailureKind::NoSteadyState {
                time,
                compartment,
                state: name(state),
            })
    }

    /// That of any other system.
    fn searched(&mut self, lane: usize, subject: usize, steady: &Steady) -> Result<Vec<f64>, FailureKind> {
        let plan = self.plan;
        let alone = self.alone.get_or_insert_with(registers);
        for (own, registers) in alone.iter_mut().zip(self.registers.iter()).take(plan.end) {
            own.0[0] = registers.0[lane];
        }
        let on = |state: usize| self.registers[plan.on + state].0[lane];
        let initial = self.subjects.initial(plan, subject).iter().enumerate();
        let initial: Vec<f64> = initial.map(|(state, value)| on(state) * value).collect();
        let mut search = Search::new(plan, self.options, alone, &initial, self.lanes[lane].off > 0);
        search.budget = self.options.max_steps - self.lanes[lane].steps.min(self.options.max_steps);
        let found = search.run(steady);
        let (last, intervals, steps) = (search.last, search.intervals, search.steps);
        self.statistics.add(&search.statistics);
        self.lanes[lane].steps += steps;
        let name = |state: usize| plan.program.states[state].name.clone();
        let (time, compartment) = (steady.time, name(usize::from(steady.compartment)));
        let (state, from, to) = (name(last.state), last.from, last.to);
        found.map_err(|trouble| match trouble {
            Trouble::Unsettled => FailureKind::NotSettled {
                time,
                compartment,
                state,
                from,
                to,
                intervals,
                steps,
            },
            Trouble::Timed => FailureKind::NotPeriodic {
                time,
                compartment,
                state,
                from,
                to,
            },
            Trouble::Step { time, length } => FailureKind::StepSize { time, step: length },
        })
    }
}
