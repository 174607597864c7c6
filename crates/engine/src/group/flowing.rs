//! Lanes of linear models: solved from stop to stop, and not integrated (see `exact`).

use std::ops::Range;

use euthymia_vecmath::Lanes;

use super::Group;
use super::arrival::Arrival;
use crate::error::FailureKind;
use crate::exact::{Decompose, Flows, Move, Observe, Trace};
use crate::executor::execute;
use crate::matrix::advance;
use crate::options::Solver;
use crate::steady::Linear;

/// What a segment may be long, in units of its largest rate: a rate known to a unit in the last place of the largest makes
/// an error of 1e-10 then. Longer ones are integrated, which knows slow rates beside fast ones better.
const LONGEST: f64 = 4e5;

/// Systems without exponentials of at most so many states are advanced by the exponential of their matrix.
const MOST_BY_EXPONENTIAL: usize = 4;

/// What is known of how a lane's subject moves.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Motion {
    /// Nothing yet: its inputs are new.
    #[default]
    Unknown,
    /// By its exponentials.
    Flow,
    /// By the exponential of its matrix.
    Matrix,
    /// It has to be integrated.
    Integrated,
}

/// The linear systems of a lane group.
#[derive(Debug, Default)]
pub(super) struct Flowing<const L: usize> {
    flows: Flows<L>,
    /// The largest rate of each lane.
    largest: Lanes<L>,
    /// What flows into the states.
    inflows: Vec<Lanes<L>>,
    /// What is known of the subject in each lane.
    traces: Vec<Trace>,
    /// What the last lane asked, and how many times came before.
    passed: Option<(Asked, usize)>,
}

/// Which of a subject's times are asked about: the list, the range of it, and the end.
type Asked = (usize, Range<usize>, f64);

impl<const L: usize> Group<'_, L> {
    /// Moves the lanes that can be solved from stop to stop, until none can.
    pub(super) fn flow(&mut self) {
        if self.options.solver != Solver::Auto || self.plan.shape.is_none() {
            return;
        }
        let mut lanes = Vec::with_capacity(L);
        loop {
            lanes.clear();
            lanes.extend((0..L).filter(|&lane| self.goes(lane)));
            if !lanes.is_empty() {
                self.move_on(&lanes);
                continue;
            }
            // When no other can go, all at once.
            let unknown =
                |&lane: &usize| self.lanes[lane].subject.is_some() && self.motions[lane] == Motion::Unknown;
            lanes.extend((0..L).filter(unknown));
            if lanes.is_empty() {
                return;
            }
            self.find_motions(&lanes);
        }
    }

    /// Whether the lane moves to its stop at once.
    fn goes(&self, lane: usize) -> bool {
        let own = &self.lanes[lane];
        let solved = matches!(self.motions[lane], Motion::Flow | Motion::Matrix);
        solved && own.subject.is_some() && self.flowing.largest.0[lane] * (own.stop - own.time) <= LONGEST
    }

    /// Moves lanes to their stops, and what happens there.
    fn move_on(&mut self, moving: &[usize]) {
        let plan = self.plan;
        let Some(shape) = &plan.shape else {
            return;
        };
        let mut length = Lanes::splat(0.0);
        for &lane in moving {
            length.0[lane] = self.lanes[lane].stop - self.lanes[lane].time;
        }
        let Flowing { flows, inflows, .. } = &mut self.flowing;
        inflows.clear();
        for state in 0..plan.states {
            let inflow = flows.constant[state] + self.registers[plan.infusions + state];
            inflows.push(self.registers[plan.on + state] * inflow);
        }
        self.options.isa.dispatch(Move {
            shape,
            flows,
            states: &self.registers[plan.current..][..plan.states],
            inflows,
            length,
        });
        for &lane in moving {
            if let Some(subject) = self.lanes[lane].subject {
                self.conclude_move(lane, subject);
            }
        }
    }

    /// Observes what a lane has passed, and puts it where it has arrived.
    fn conclude_move(&mut self, lane: usize, subject: usize) {
        let inside = self.observe_move(lane, subject);
        let own = &mut self.lanes[lane];
        let length = own.stop - own.time;
        own.observation += inside;
        own.steps += 1;
        self.statistics.accepted += 1;
        let end = &self.flowing.flows.end;
        if end.iter().any(|value| !value.0[lane].is_finite()) {
            // The lane stays where it was: nothing that was observed since is known.
            own.observation -= inside;
            let kind = self.step_size_failure(lane, length);
            self.fail(lane, subject, kind);
            return;
        }
        for (state, value) in end.iter().enumerate() {
            self.registers[self.plan.current + state].0[lane] = value.0[lane];
        }
        own.time = own.stop;
        if own.steps >= self.options.max_steps {
            let (time, steps) = (own.time, own.steps);
            let kind = FailureKind::Steps {
                time,
                step: length,
                steps,
            };
            self.fail(lane, subject, kind);
            return;
        }
        match self.arrive(lane, subject) {
            Arrival::Going => {}
            Arrival::Finished => self.take_subject(lane),
            Arrival::Failed(kind) => self.fail(lane, subject, kind),
        }
    }

    /// Writes the states at the observations before the lane's stop. How many these are.
    fn observe_move(&mut self, lane: usize, subject: usize) -> usize {
        let own = self.lanes[lane];
        let observed = self.subjects.observed(subject, self.times);
        // Lanes that receive the same at the same times ask the same.
        let asked = (observed.list, own.observation..own.limit, own.stop);
        let times = match &self.flowing.passed {
            Some((known, inside)) if *known == asked => &observed.times[own.observation..][..*inside],
            _ => observed.before(own.observation..own.limit, own.stop),
        };
        self.flowing.passed = Some((asked, times.len()));
        let inside = times.len();
        let first = observed.place + own.observation;
        let Flowing {
            flows,
            inflows,
            traces,
            ..
        } = &mut self.flowing;
        match &self.plan.shape {
            Some(shape) if self.motions[lane] == Motion::Flow => {
                if inside > 0 {
                    self.options.isa.dispatch(Observe {
                        shape,
                        is_written: &self.plan.is_written,
                        flows,
                        lane,
                        trace: &mut traces[lane],
                        start: own.time,
                        times,
                        values: self.values,
                        first,
                        stride: self.observations,
                    });
                }
            }
            _ => {
                let n = self.plan.states;
                let system = flows.system(lane);
                let inflow: Vec<f64> = inflows.iter().map(|inflow| inflow.0[lane]).collect();
                let state = |at: usize| self.registers[self.plan.current + at].0[lane];
                for (at, time) in times.iter().chain([&own.stop]).enumerate() {
                    let (exponential, moved) = advance(&system.matrix, time - own.time, &inflow);
                    for (row, from) in exponential.chunks(n).enumerate() {
                        let value = (from.iter().enumerate())
                            .fold(moved[row], |sum, (column, from)| sum + from * state(column));
                        if at < inside {
                            self.values[row * self.observations + first + at] = value;
                        } else {
                            flows.end[row].0[lane] = value;
                        }
                    }
                }
            }
        }
        inside
    }

    /// How the subjects in some lanes move from now on.
    fn find_motions(&mut self, unknown: &[usize]) {
        let Some(shape) = &self.plan.shape else {
            return;
        };
        self.find_systems();
        let Flowing {
            flows,
            largest,
            traces,
            ..
        } = &mut self.flowing;
        let known = self.options.isa.dispatch(Decompose { shape, flows });
        *largest = flows.largest();
        traces.resize_with(L, Trace::default);
        for &lane in unknown {
            self.statistics.derivatives += 1;
            self.statistics.jacobians += 1;
            self.statistics.factorisations += 1;
            self.motions[lane] = if known.0[lane] != 0.0 {
                traces[lane].begin(shape, flows, lane);
                Motion::Flow
            } else if self.plan.states <= MOST_BY_EXPONENTIAL && flows.is_finite(lane) {
                Motion::Matrix
            } else {
                Motion::Integrated
            };
        }
    }

    /// The linear system in a lane. What is off is empty.
    pub(super) fn linear_system(&mut self, lane: usize) -> Linear {
        self.find_systems();
        self.flowing.flows.system(lane)
    }

    /// The linear systems in all lanes, which in those that are known are what they were.
    fn find_systems(&mut self) {
        let plan = self.plan;
        let n = plan.states;
        let zero = Lanes::splat(0.0);
        for &argument in &plan.arguments {
            self.registers[argument] = zero;
        }
        execute(
            self.options.isa,
            &plan.program.derivatives.instructions,
            self.registers,
        );
        let on = |state: usize| self.registers[plan.on + state];
        let flows = &mut self.flowing.flows;
        flows.constant.clear();
        for (state, &register) in plan.derivatives.iter().enumerate() {
            flows
                .constant
                .push(Lanes::select(on(state), self.registers[register], zero));
        }
        flows.matrix.clear();
        flows.matrix.resize(n * n, zero);
        for entry in &plan.program.jacobian_entries {
            let (row, column) = (usize::from(entry.row), usize::from(entry.column));
            let value = self.registers[usize::from(entry.register)];
            flows.matrix[row * n + column] = Lanes::select(on(row).and(on(column)), value, zero);
        }
    }
}
