//! A lane group on its way through a block: each lane carries one subject, with its own time, step and next change, and
//! takes the next subject when its own is finished.

mod arrival;
mod failing;
mod flowing;

use std::array::from_fn;

use euthymia_vecmath::{Kernel, Lanes};

use self::arrival::Arrival;
pub(crate) use self::failing::Fallen;
use self::flowing::{Flowing, Motion};
use crate::collocation;
use crate::control::{Advice, Pace, advise};
use crate::error::FailureKind;
use crate::executor::Registers;
use crate::options::Options;
use crate::plan::Plan;
use crate::rodas5p;
use crate::statistics::Statistics;
use crate::step::{Attempt, Method, Tried};
use crate::subjects::Subjects;

/// What a lane is doing.
#[derive(Clone, Copy, Debug)]
struct Lane {
    /// Subject of the block; `None` when there are no more.
    subject: Option<usize>,
    time: f64,
    pace: Pace,
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
    /// How many compartments are off.
    off: u16,
    /// What kind of change the next step follows, if it is the first after one.
    fresh: Option<usize>,
    /// The length that suited the first step after the last change of each [`kind`]; 0 if there was none.
    suited: [f64; 3],
}

/// A lane group and what it works on.
pub(crate) struct Group<'a, const L: usize> {
    plan: &'a Plan<'a>,
    options: &'a Options,
    method: Method<'a>,
    /// Observation times, if they are common.
    times: Option<&'a [f64]>,
    /// Observations of all subjects.
    observations: usize,
    subjects: &'a Subjects,
    registers: &'a mut Registers<L>,
    /// Registers of searches for steady states, once there is one.
    alone: Option<Box<Registers<1>>>,
    /// The block's values.
    values: &'a mut [f64],
    lanes: [Lane; L],
    /// How the lanes of a linear model move.
    motions: [Motion; L],
    flowing: Flowing<L>,
    /// Where in a step a lane's observations are.
    thetas: Vec<f64>,
    /// Next subject of the block to be taken.
    next: usize,
    statistics: Statistics,
    /// Index of the block's first subject.
    first: u64,
    /// Subjects that failed.
    fallen: Vec<Fallen>,
}

/// Advances all subjects of a block to the last observation time; their states go into `values`. `first` is the index
/// of the block's first subject. Subjects that fail leave the others alone and come back, in no order. `None` if the run
/// was cancelled.
pub(crate) fn advance<const L: usize>(
    plan: &Plan<'_>,
    options: &Options,
    times: Option<&[f64]>,
    (first, subjects): (u64, &Subjects),
    registers: &mut Registers<L>,
    values: &mut [f64],
    cancelled: &dyn Fn() -> bool,
) -> Option<(Statistics, Vec<Fallen>)> {
    let idle = Lane {
        subject: None,
        time: 0.0,
        pace: Pace::new(1.0),
        stop: 1.0,
        change: 0,
        observation: 0,
        limit: 0,
        steps: 0,
        off: 0,
        fresh: None,
        suited: [0.0; 3],
    };
    let mut group = Group {
        plan,
        options,
        method: Method::new(plan, options),
        times,
        observations: values.len() / plan.columns().max(1),
        subjects,
        registers,
        alone: None,
        values,
        lanes: [idle; L],
        motions: [Motion::Unknown; L],
        flowing: Flowing::default(),
        thetas: Vec::new(),
        next: 0,
        statistics: Statistics::default(),
        first,
        fallen: Vec::new(),
    };
    for lane in 0..L {
        group.take_subject(lane);
    }
    let mut passes = 0_u32;
    while group.lanes.iter().any(|lane| lane.subject.is_some()) {
        group.pass();
        passes = passes.wrapping_add(1);
        if passes.is_multiple_of(1024) && cancelled() {
            return None;
        }
    }
    Some((group.statistics, group.fallen))
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
            self.statistics.subjects += 1;
            if self.subjects.is_refused(subject) {
                self.forget(subject, 0);
                continue;
            }
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
                self.registers[plan.on + state].0[lane] = 1.0;
            }
            if !plan.program.history.is_empty() {
                let history = self.subjects.first_history(plan, subject);
                self.know(lane, history);
            }
            let time = self.subjects.start(subject);
            self.lanes[lane] = Lane {
                subject: Some(subject),
                time,
                pace: Pace::new(0.0),
                stop: time,
                change: 0,
                observation: 0,
                limit: 0,
                steps: 0,
                off: 0,
                fresh: None,
                suited: [0.0; 3],
            };
            self.motions[lane] = Motion::Unknown;
            match self.arrive(lane, subject) {
                Arrival::Going => return,
                Arrival::Finished => {}
                Arrival::Failed(kind) => self.note(lane, subject, kind),
            }
        }
    }

    /// Moves every lane on: those that can be solved to the end, the others by a step.
    fn pass(&mut self) {
        self.flow();
        if self.lanes.iter().any(|lane| lane.subject.is_some()) {
            self.step();
        }
    }

    /// Tries a step in every lane and moves on those in which it succeeds.
    fn step(&mut self) {
        let attempt = Attempt {
            plan: self.plan,
            method: self.method,
            isa: self.options.isa,
            rtol: self.options.rtol,
            atol: self.options.atol,
            time: Lanes(from_fn(|lane| self.lanes[lane].time)),
            length: Lanes(from_fn(|lane| self.lanes[lane].pace.length)),
            room: Lanes(from_fn(|lane| self.lanes[lane].stop - self.lanes[lane].time)),
            previous: Lanes(from_fn(|lane| self.lanes[lane].pace.previous)),
            masked: self.lanes.iter().any(|lane| lane.off > 0),
            registers: &mut *self.registers,
        };
        let tried = attempt.run();
        let log_before = Lanes(from_fn(|lane| self.lanes[lane].pace.log_error));
        let advice = advise(self.options.isa, self.method.order(), tried.error, log_before);

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
            let observed = self.subjects.observed(subject, self.times);
            let inside = observed.before(own.observation..own.limit, end);
            if inside.is_empty() {
                continue;
            }
            self.thetas.clear();
            let theta = |time: &f64| (time - own.time) / length;
            self.thetas.extend(inside.iter().map(theta));
            let (thetas, registers) = (&self.thetas[..], &mut *self.registers);
            let (values, stride) = (&mut *self.values, self.observations);
            let first = observed.place + own.observation;
            match self.method {
                Method::Rodas5p => {
                    if !prepared {
                        rodas5p::prepare(isa, plan, registers);
                        prepared = true;
                    }
                    isa.dispatch(rodas5p::Evaluate {
                        plan,
                        lane,
                        thetas,
                        registers,
                        values,
                        first,
                        stride,
                    });
                }
                Method::Collocation(parts) => isa.dispatch(collocation::Evaluate {
                    parts,
                    is_written: &plan.is_written,
                    lane,
                    thetas,
                    registers,
                    values,
                    first,
                    stride,
                }),
            }
            own.observation += self.thetas.len();
        }
    }

    /// Books the step of a lane and decides what it does next.
    fn conclude(&mut self, lane: usize, subject: usize, tried: &Tried<L>, advice: &Advice<L>) {
        let own = &mut self.lanes[lane];
        let length = tried.length.0[lane];
        own.steps += 1;
        if own.pace.book(lane, tried, advice, &mut self.statistics) {
            if let Some(kind) = own.fresh.take() {
                own.suited[kind] = length * advice.alone.0[lane];
            }
            own.time = end(own, length);
            if own.time >= own.stop {
                match self.arrive(lane, subject) {
                    Arrival::Going => {}
                    Arrival::Finished => return self.take_subject(lane),
                    Arrival::Failed(kind) => return self.fail(lane, subject, kind),
                }
            }
        }
        let own = &self.lanes[lane];
        if own.pace.is_stuck(own.time.abs().max(own.stop.abs())) {
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
