//! Lanes of linear models: solved from stop to stop, and not integrated (see `exact`).

use crate::error::FailureKind;
use crate::exact::{Evaluate, Flow};
use crate::executor::execute;
use crate::matrix::advance;
use crate::options::Solver;
use crate::steady::Linear;

use super::Group;
use super::arrival::Arrival;
use euthymia_vecmath::Lanes;

/// What a segment may be long, in units of its largest rate: a rate known to a unit in the last place of the largest makes
/// an error of 1e-10 then. Longer ones are integrated, which knows slow rates beside fast ones better.
const LONGEST: f64 = 4e5;

/// Systems without a [`Flow`] of at most so many states are advanced by the exponential of their matrix.
const MOST_BY_EXPONENTIAL: usize = 4;

/// What is known of how a lane's subject moves.
#[derive(Debug, Default)]
pub(super) enum Motion {
    /// Nothing yet: its inputs are new.
    #[default]
    Unknown,
    /// Its exponentials, and what flows in besides infusions.
    Flow(Flow, Linear),
    /// Its matrix.
    Matrix(Linear),
    /// It has to be integrated.
    Integrated,
}

impl<const L: usize> Group<'_, L> {
    /// Whether lanes may be solved at all.
    pub(super) fn solves(&self) -> bool {
        self.options.solver == Solver::Auto && self.plan.shape.is_some()
    }

    /// Moves a lane to its stop and what happens there. False where the lane is idle or its subject is to be integrated.
    pub(super) fn flow(&mut self, lane: usize) -> bool {
        let Some(subject) = self.lanes[lane].subject else {
            return false;
        };
        if matches!(self.motions[lane], Motion::Unknown) {
            self.motions[lane] = self.motion(lane);
        }
        let motion = std::mem::take(&mut self.motions[lane]);
        let room = self.lanes[lane].stop - self.lanes[lane].time;
        let solved = match &motion {
            Motion::Unknown | Motion::Integrated => false,
            Motion::Flow(_, system) | Motion::Matrix(system) => system.largest() * room <= LONGEST,
        };
        if !solved {
            self.motions[lane] = motion;
            return false;
        }
        let inside = self.elapsed(lane, subject);
        let end = self.evaluate(lane, subject, &motion, inside);
        self.motions[lane] = motion;
        let own = &mut self.lanes[lane];
        let length = own.stop - own.time;
        own.observation += inside;
        own.steps += 1;
        self.statistics.accepted += 1;
        if end.iter().any(|value| !value.is_finite()) {
            let kind = self.step_size_failure(lane, length);
            self.fail(lane, subject, kind);
            return true;
        }
        for (state, value) in end.into_iter().enumerate() {
            self.registers[self.plan.current + state].0[lane] = value;
        }
        let own = &mut self.lanes[lane];
        own.time = own.stop;
        if own.steps >= self.options.max_steps {
            let (time, steps) = (own.time, own.steps);
            let kind = FailureKind::Steps {
                time,
                step: length,
                steps,
            };
            self.fail(lane, subject, kind);
            return true;
        }
        match self.arrive(lane, subject) {
            Arrival::Going => {}
            Arrival::Finished => self.take_subject(lane),
            Arrival::Failed(kind) => self.fail(lane, subject, kind),
        }
        true
    }

    /// Puts the times from now to the observations before the stop, and to the stop, into `thetas`. How many observations.
    fn elapsed(&mut self, lane: usize, subject: usize) -> usize {
        let own = &self.lanes[lane];
        let (observed, _) = self.subjects.observed(subject, self.times);
        self.thetas.clear();
        let thetas = &mut self.thetas;
        observed.until(own.observation..own.limit, own.stop, |time| {
            thetas.push(time - own.time)
        });
        let inside = self.thetas.len();
        self.thetas.push(own.stop - own.time);
        inside
    }

    /// Writes the states at the first `inside` of the times, and gives those at the last.
    fn evaluate(&mut self, lane: usize, subject: usize, motion: &Motion, inside: usize) -> Vec<f64> {
        let plan = self.plan;
        let (_, place) = self.subjects.observed(subject, self.times);
        let first = place + self.lanes[lane].observation;
        let state = |at: usize| self.registers[plan.current + at].0[lane];
        let inflow = |constant: &[f64], at: usize| {
            let infused = self.registers[plan.infusions + at].0[lane];
            self.registers[plan.on + at].0[lane] * (constant[at] + infused)
        };
        let mut end = vec![0.0; plan.states];
        match motion {
            Motion::Flow(flow, system) => {
                let segment = flow.segment(state, |at| inflow(&system.constant, at));
                if inside > 0 {
                    self.options.isa.dispatch(Evaluate::<L> {
                        flow,
                        segment: &segment,
                        elapsed: &self.thetas[..inside],
                        values: self.values,
                        first,
                        stride: self.observations,
                    });
                }
                self.options.isa.dispatch(Evaluate::<1> {
                    flow,
                    segment: &segment,
                    elapsed: &self.thetas[inside..],
                    values: &mut end,
                    first: 0,
                    stride: 1,
                });
            }
            Motion::Matrix(system) => {
                let inflow: Vec<f64> = (0..plan.states).map(|at| inflow(&system.constant, at)).collect();
                for (at, &elapsed) in self.thetas.iter().enumerate() {
                    let (exponential, moved) = advance(&system.matrix, elapsed, &inflow);
                    for (row, from) in exponential.chunks(plan.states).enumerate() {
                        let value = (from.iter().enumerate())
                            .fold(moved[row], |sum, (column, from)| sum + from * state(column));
                        if at < inside {
                            self.values[row * self.observations + first + at] = value;
                        } else {
                            end[row] = value;
                        }
                    }
                }
            }
            Motion::Unknown | Motion::Integrated => {}
        }
        end
    }

    /// How the subject in the lane moves from now on.
    fn motion(&mut self, lane: usize) -> Motion {
        let Some(shape) = &self.plan.shape else {
            return Motion::Integrated;
        };
        let system = self.linear_system(lane);
        self.statistics.derivatives += 1;
        self.statistics.jacobians += 1;
        self.statistics.factorisations += 1;
        let finite = |value: &f64| value.is_finite();
        if !system.matrix.iter().chain(&system.constant).all(finite) {
            return Motion::Integrated;
        }
        match Flow::new(shape, &system.matrix) {
            Some(flow) => Motion::Flow(flow, system),
            None if self.plan.states <= MOST_BY_EXPONENTIAL => Motion::Matrix(system),
            None => Motion::Integrated,
        }
    }

    /// The linear system in a lane. What is off is empty.
    pub(super) fn linear_system(&mut self, lane: usize) -> Linear {
        let plan = self.plan;
        let n = plan.states;
        let mut matrix = vec![0.0; n * n];
        for entry in &plan.program.jacobian_entries {
            matrix[usize::from(entry.row) * n + usize::from(entry.column)] =
                self.registers[usize::from(entry.register)].0[lane];
        }
        for &argument in &plan.arguments {
            self.registers[argument] = Lanes::splat(0.0);
        }
        execute(
            self.options.isa,
            &plan.program.derivatives.instructions,
            self.registers,
        );
        let mut constant: Vec<f64> = plan
            .derivatives
            .iter()
            .map(|&register| self.registers[register].0[lane])
            .collect();
        for state in 0..n {
            if self.registers[plan.on + state].0[lane] == 0.0 {
                matrix[state * n..][..n].fill(0.0);
                (0..n).for_each(|row| matrix[row * n + state] = 0.0);
                constant[state] = 0.0;
            }
        }
        Linear {
            states: n,
            matrix,
            constant,
        }
    }
}
