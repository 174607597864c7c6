//! A lane group on its way through a block: each lane carries one subject, with its own time, step and next change, and
//! takes the next subject when its own is finished.

use std::array::from_fn;

use euthymia_vecmath::{Kernel, Lanes};

use crate::control::{Advice, FIRST_LOG_ERROR, advise};
use crate::dense;
use crate::error::{Failure, FailureKind};
use crate::events::{Change, Effect, Observation};
use crate::executor::{Registers, execute};
use crate::options::Options;
use crate::plan::Plan;
use crate::rodas5p::STAGES;
use crate::statistics::Statistics;
use crate::steady::{Linear, Steady};
use crate::step::{Attempt, Tried};
use crate::subjects::{Observed, Subjects};

/// A step is no shorter than this part of the time; two changes closer than that happen at once.
const SMALLEST_STEP: f64 = 8.0 * f64::EPSILON;

/// What a lane is doing.
#[derive(Clone, Copy, Debug)]
struct Lane {
    /// Subject of the block; `None` when there are no more.
    subject: Option<usize>,
    time: f64,
    /// Length of the next step; 0 to have it estimated.
    length: f64,
    /// Time of the next change or of the last observation: the next step ends there at the latest.
    stop: f64,
    /// Next of the subject's changes.
    change: usize,
    /// Next observation.
    observation: usize,
    /// First observation that comes after the next change.
    limit: usize,
    /// Steps tried for the subject.
    steps: u32,
    /// ln of the error of the last step that was accepted.
    log_error: f64,
    /// Whether the last step was rejected.
    rejected: bool,
    /// What kind of change the next step follows, if it is the first after one.
    fresh: Option<usize>,
    /// The length that suited the first step after the last change of each [`kind`]; 0 if there was none.
    suited: [f64; 3],
}

/// Kinds of changes that ask for a similar first step: 0 something enters, 1 an infusion ends, 2 inputs change.
fn kind(changes: &[Change]) -> usize {
    let all = |effect: fn(&Effect) -> bool| changes.iter().all(|change| effect(&change.effect));
    if all(|effect| *effect == Effect::Rate(0.0)) {
        1
    } else {
        2 * usize::from(all(|effect| matches!(effect, Effect::Row(_))))
    }
}

/// What a lane does when it has arrived at its stop.
enum Arrival {
    /// It goes on.
    Going,
    /// Its subject is finished.
    Finished,
    /// Its subject failed.
    Failed(FailureKind),
}

/// A lane group and what it works on.
pub(crate) struct Group<'a, const L: usize> {
    plan: &'a Plan<'a>,
    options: &'a Options,
    /// Observation times, if they are common.
    times: Option<&'a [f64]>,
    /// Observations of all subjects.
    observations: usize,
    subjects: &'a Subjects,
    registers: &'a mut Registers<L>,
    /// The block's values.
    values: &'a mut [f64],
    lanes: [Lane; L],
    /// Where in a step a lane's observations are.
    thetas: Vec<f64>,
    /// Next subject of the block to be taken.
    next: usize,
    statistics: Statistics,
    /// The first subject that failed, and how.
    failure: Option<(usize, Box<Failure>)>,
}

/// Advances all subjects of a block to the last observation time; their states go into `values`. `first` is the index
/// of the block's first subject. If subjects fail, the failure of the first of them comes back.
pub(crate) fn advance<const L: usize>(
    plan: &Plan<'_>,
    options: &Options,
    times: Option<&[f64]>,
    (first, subjects): (u64, &Subjects),
    registers: &mut Registers<L>,
    values: &mut [f64],
    cancelled: &dyn Fn() -> bool,
) -> Result<Statistics, Option<Box<Failure>>> {
    let idle = Lane {
        subject: None,
        time: 0.0,
        length: 1.0,
        stop: 1.0,
        change: 0,
        observation: 0,
        limit: 0,
        steps: 0,
        log_error: FIRST_LOG_ERROR,
        rejected: false,
        fresh: None,
        suited: [0.0; 3],
    };
    let mut group = Group {
        plan,
        options,
        times,
        observations: values.len() / plan.columns().max(1),
        subjects,
        registers,
        values,
        lanes: [idle; L],
        thetas: Vec::new(),
        next: 0,
        statistics: Statistics::default(),
        failure: None,
    };
    for lane in 0..L {
        group.take_subject(lane);
    }
    let mut passes = 0_u32;
    while group.lanes.iter().any(|lane| lane.subject.is_some()) {
        group.pass();
        passes = passes.wrapping_add(1);
        if passes.is_multiple_of(1024) && cancelled() {
            return Err(None);
        }
    }
    match group.failure {
        Some((subject, mut failure)) => {
            failure.subject = first + subject as u64;
            Err(Some(failure))
        }
        None => Ok(group.statistics),
    }
}

impl<const L: usize> Group<'_, L> {
    /// Gives the lane the next subject that is not finished at once, if there is one.
    fn take_subject(&mut self, lane: usize) {
        loop {
            self.lanes[lane].subject = None;
            if self.next == self.subjects.len() {
                return;
            }
            let subject = self.next;
            self.next += 1;
            let plan = self.plan;
            for (&register, &value) in plan
                .of_subject
                .iter()
                .zip(self.subjects.constants(plan, subject, 0))
            {
                self.registers[register].0[lane] = value;
            }
            for (state, &value) in self.subjects.initial(plan, subject).iter().enumerate() {
                self.registers[plan.current + state].0[lane] = value;
                self.registers[plan.infusions + state].0[lane] = 0.0;
            }
            let time = self.subjects.start(subject);
            self.lanes[lane] = Lane {
                subject: Some(subject),
                time,
                length: 0.0,
                stop: time,
                change: 0,
                observation: 0,
                limit: 0,
                steps: 0,
                log_error: FIRST_LOG_ERROR,
                rejected: false,
                fresh: None,
                suited: [0.0; 3],
            };
            self.statistics.subjects += 1;
            match self.arrive(lane, subject) {
                Arrival::Going => return,
                Arrival::Finished => {}
                Arrival::Failed(kind) => self.note(lane, subject, kind),
            }
        }
    }

    /// The lane stands at its stop: changes happen and observations at this time are taken in their order, the next stop is
    /// set.
    fn arrive(&mut self, lane: usize, subject: usize) -> Arrival {
        let subjects = self.subjects;
        let changes = subjects.changes(subject);
        let (observed, place) = subjects.observed(subject, self.times);
        loop {
            let first = self.lanes[lane].change;
            loop {
                let own = &self.lanes[lane];
                let change = changes.get(own.change).filter(|change| change.time <= own.time);
                let due = own.observation < observed.len() && observed.time(own.observation) <= own.time;
                // Of a course the next is known: a change waits for the observations before it, whatever the clock.
                let (observes, change) = match observed {
                    Observed::Common(times) => {
                        let first = |change: &Change| times[own.observation] < change.time;
                        (due && change.is_none_or(first), change)
                    }
                    Observed::Own(all) => match all.get(own.observation) {
                        Some(next) if next.before as usize <= own.change => (due, None),
                        _ => (false, change),
                    },
                };
                if observes {
                    for state in 0..self.plan.states {
                        self.values[state * self.observations + place + own.observation] =
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
                own.length = own.suited[kind];
                own.log_error = FIRST_LOG_ERROR;
                own.rejected = false;
            }
            if own.observation == observed.len() {
                return Arrival::Finished;
            }
            own.limit = match observed {
                Observed::Common(times) => times.len(),
                Observed::Own(all) => {
                    let before = |next: &Observation| next.before as usize <= own.change;
                    own.observation + all[own.observation..].partition_point(before)
                }
            };
            // A change that sets the clock back waits for the observations before it.
            let next = changes.get(own.change).map(|change| change.time);
            own.stop = match (observed, next) {
                (Observed::Common(_), Some(next)) => next,
                (Observed::Own(all), Some(next)) if own.limit > own.observation => {
                    next.max(all[own.limit - 1].time)
                }
                (_, Some(next)) => next,
                (_, None) => observed.time(observed.len() - 1),
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
        match change.effect {
            Effect::Add(amount) => self.registers[current].0[lane] += amount,
            Effect::Rate(rate) => self.registers[plan.infusions + compartment].0[lane] = rate,
            Effect::Set(amount) => self.registers[current].0[lane] = amount,
            Effect::Scale(factor) => self.registers[current].0[lane] *= factor,
            Effect::Reset => {
                for (state, &value) in self.subjects.initial(plan, subject).iter().enumerate() {
                    self.registers[plan.current + state].0[lane] = value;
                    self.registers[plan.infusions + state].0[lane] = 0.0;
                }
                self.lanes[lane].time = change.time;
            }
            Effect::Row(row) => {
                let constants = self.subjects.constants(plan, subject, row);
                for (&register, &value) in plan.of_subject.iter().zip(constants) {
                    self.registers[register].0[lane] = value;
                }
            }
            Effect::Steady(number) => {
                let steady = self.subjects.steady(subject, number);
                let found = self.steady_state(lane, steady)?;
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

    /// The state at the end of a steady interval.
    fn steady_state(&mut self, lane: usize, steady: &Steady) -> Result<Vec<f64>, FailureKind> {
        let (plan, program) = (self.plan, self.plan.program);
        let name = |state: usize| program.states[state].name.clone();
        let (time, compartment) = (steady.time, name(usize::from(steady.compartment)));
        if !plan.linear {
            return Err(FailureKind::NotLinear { time, compartment });
        }
        let mut system = Linear {
            states: plan.states,
            matrix: vec![0.0; plan.states * plan.states],
            constant: vec![0.0; plan.states],
        };
        for entry in &program.jacobian_entries {
            system.matrix[usize::from(entry.row) * plan.states + usize::from(entry.column)] =
                self.registers[usize::from(entry.register)].0[lane];
        }
        // What is produced in any case is there once, however many doses are added.
        if !steady.add {
            for &argument in &plan.arguments {
                self.registers[argument] = Lanes::splat(0.0);
            }
            execute(
                self.options.isa,
                &program.derivatives.instructions,
                self.registers,
            );
            for (constant, &register) in system.constant.iter_mut().zip(&plan.derivatives) {
                *constant = self.registers[register].0[lane];
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

    /// Tries a step in every lane and moves on those in which it succeeds.
    fn pass(&mut self) {
        let attempt = Attempt {
            plan: self.plan,
            isa: self.options.isa,
            rtol: self.options.rtol,
            atol: self.options.atol,
            time: Lanes(from_fn(|lane| self.lanes[lane].time)),
            length: Lanes(from_fn(|lane| self.lanes[lane].length)),
            room: Lanes(from_fn(|lane| self.lanes[lane].stop - self.lanes[lane].time)),
            registers: &mut *self.registers,
        };
        let tried = self.options.isa.dispatch(attempt);
        let log_before = Lanes(from_fn(|lane| self.lanes[lane].log_error));
        let advice = advise(self.options.isa, tried.error, log_before);

        self.observe(&tried);
        self.options.isa.dispatch(Accept {
            plan: self.plan,
            accepted: tried.error.less_equal(Lanes::splat(1.0)),
            registers: &mut *self.registers,
        });
        for lane in 0..L {
            if let Some(subject) = self.lanes[lane].subject {
                self.conclude(lane, subject, &tried, &advice);
            }
        }
    }

    /// Takes the observations that lie inside accepted steps.
    fn observe(&mut self, tried: &Tried<L>) {
        let (plan, isa) = (self.plan, self.options.isa);
        let mut prepared = false;
        for (lane, own) in self.lanes.iter_mut().enumerate() {
            let length = tried.length.0[lane];
            let Some(subject) = own.subject.filter(|_| tried.error.0[lane] <= 1.0) else {
                continue;
            };
            let end = end(own, length);
            let (observed, place) = self.subjects.observed(subject, self.times);
            self.thetas.clear();
            match observed {
                Observed::Common(times) => {
                    let inside = times[own.observation..].iter().take_while(|&&time| time < end);
                    self.thetas.extend(inside.map(|time| (time - own.time) / length));
                }
                Observed::Own(all) => {
                    let inside = all[own.observation..own.limit]
                        .iter()
                        .take_while(|next| next.time < end);
                    self.thetas
                        .extend(inside.map(|next| (next.time - own.time) / length));
                }
            }
            if self.thetas.is_empty() {
                continue;
            }
            if !prepared {
                dense::prepare(isa, plan, self.registers);
                prepared = true;
            }
            isa.dispatch(dense::Evaluate {
                plan,
                lane,
                thetas: &self.thetas,
                registers: self.registers,
                values: self.values,
                first: place + own.observation,
                stride: self.observations,
            });
            own.observation += self.thetas.len();
        }
    }

    /// Books the step of a lane and decides what it does next.
    fn conclude(&mut self, lane: usize, subject: usize, tried: &Tried<L>, advice: &Advice<L>) {
        let own = &mut self.lanes[lane];
        let length = tried.length.0[lane];
        own.steps += 1;
        self.statistics.derivatives += STAGES as u64;
        self.statistics.factorisations += 1;
        if !own.rejected {
            self.statistics.jacobians += 1;
        }
        if tried.error.0[lane] <= 1.0 {
            self.statistics.accepted += 1;
            if let Some(kind) = own.fresh.take() {
                own.suited[kind] = length * advice.alone.0[lane];
            }
            let factor = advice.accepted.0[lane];
            own.length = length * if own.rejected { factor.min(1.0) } else { factor };
            own.rejected = false;
            own.log_error = advice.log_error.0[lane];
            own.time = end(own, length);
            if own.time >= own.stop {
                match self.arrive(lane, subject) {
                    Arrival::Going => {}
                    Arrival::Finished => return self.take_subject(lane),
                    Arrival::Failed(kind) => return self.fail(lane, subject, kind),
                }
            }
        } else {
            self.statistics.rejected += 1;
            own.rejected = true;
            own.length = length * advice.alone.0[lane].min(1.0);
        }
        let own = &self.lanes[lane];
        // A length of 0 is one that is yet to be estimated.
        if own.length > 0.0 && own.length <= SMALLEST_STEP * own.time.abs().max(own.stop.abs()) {
            let kind = self.step_size_failure(lane, length);
            self.fail(lane, subject, kind);
        } else if own.steps >= self.options.max_steps {
            let kind = FailureKind::Steps {
                time: own.time,
                step: length,
                steps: own.steps,
            };
            self.fail(lane, subject, kind);
        }
    }

    /// Why steps became too small: a derivative that is not finite, or an unmet tolerance.
    fn step_size_failure(&mut self, lane: usize, step: f64) -> FailureKind {
        let (plan, time) = (self.plan, self.lanes[lane].time);
        self.registers[usize::from(plan.program.time)] = Lanes(from_fn(|lane| self.lanes[lane].time));
        for state in 0..plan.states {
            self.registers[plan.arguments[state]] = self.registers[plan.current + state];
        }
        execute(
            self.options.isa,
            &plan.program.derivatives.instructions,
            self.registers,
        );
        for (state, &register) in plan.program.states.iter().zip(&plan.derivatives) {
            let value = self.registers[register].0[lane];
            if !value.is_finite() {
                return FailureKind::Derivative {
                    time,
                    step,
                    state: state.name.clone(),
                    value,
                };
            }
        }
        FailureKind::StepSize { time, step }
    }

    /// Gives the subject up.
    fn fail(&mut self, lane: usize, subject: usize, kind: FailureKind) {
        self.note(lane, subject, kind);
        self.take_subject(lane);
    }

    /// Notes a failure; the first failed subject of the block is the one that is told.
    fn note(&mut self, lane: usize, subject: usize, kind: FailureKind) {
        if self.failure.as_ref().is_none_or(|&(first, _)| subject < first) {
            let value = |state: usize| self.registers[self.plan.current + state].0[lane];
            let name = |state: usize| self.plan.program.states[state].name.clone();
            let states = (0..self.plan.states)
                .map(|state| (name(state), value(state)))
                .collect();
            let inputs = self.subjects.inputs(self.plan, subject);
            self.failure = Some((
                subject,
                Box::new(Failure {
                    subject: 0,
                    kind,
                    inputs,
                    states,
                }),
            ));
        }
    }
}

/// Where a step ends: exactly at the stop if it fills the room.
fn end(lane: &Lane, length: f64) -> f64 {
    if length >= lane.stop - lane.time {
        lane.stop
    } else {
        lane.time + length
    }
}

/// Makes the new states current where the step was accepted.
struct Accept<'a, const L: usize> {
    plan: &'a Plan<'a>,
    accepted: Lanes<L>,
    registers: &'a mut Registers<L>,
}

impl<const L: usize> Kernel for Accept<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for state in 0..self.plan.states {
            let (current, next) = (self.plan.current + state, self.plan.next + state);
            self.registers[current] =
                Lanes::select(self.accepted, self.registers[next], self.registers[current]);
        }
    }
}
