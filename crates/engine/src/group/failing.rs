//! Why a lane gives its subject up, and what is told of it. The others of the group go on.

use std::array::from_fn;

use euthymia_model::program::HistoryValue;
use euthymia_vecmath::Lanes;

use super::Group;
use crate::error::{Failure, FailureKind};
use crate::executor::execute;

/// A subject that could not be simulated to the end.
#[derive(Clone, Debug)]
pub(crate) struct Fallen {
    /// Among those of the block.
    pub(crate) subject: usize,
    /// How many of its observations were made before.
    pub(crate) observed: usize,
    pub(crate) failure: Failure,
}

impl<const L: usize> Group<'_, L> {
    /// Why steps became too small: a derivative that is not finite, or an unmet tolerance.
    pub(super) fn step_size_failure(&mut self, lane: usize, step: f64) -> FailureKind {
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
            let unknown = |asked: &HistoryValue| self.registers[usize::from(asked.register)].0[lane].is_nan();
            if value.is_nan() && plan.historic && plan.program.history.iter().any(unknown) {
                return FailureKind::NoDose {
                    time,
                    state: state.name.clone(),
                };
            }
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

    /// Gives the subject up, and the lane to the next.
    pub(super) fn fail(&mut self, lane: usize, subject: usize, kind: FailureKind) {
        self.note(lane, subject, kind);
        self.take_subject(lane);
    }

    /// Notes a failure. What would have been observed from now on is not known.
    pub(super) fn note(&mut self, lane: usize, subject: usize, kind: FailureKind) {
        let value = |state: usize| self.registers[self.plan.current + state].0[lane];
        let name = |state: usize| self.plan.program.states[state].name.clone();
        let states = (0..self.plan.states)
            .map(|state| (name(state), value(state)))
            .collect();
        let inputs = self.subjects.inputs(self.plan, subject);
        let observed = self.lanes[lane].observation;
        self.forget(subject, observed);
        self.fallen.push(Fallen {
            subject,
            observed,
            failure: Failure {
                subject: self.first + subject as u64,
                kind,
                inputs,
                states,
            },
        });
    }

    /// The states of a subject are not known from this observation on.
    pub(super) fn forget(&mut self, subject: usize, observed: usize) {
        let all = self.subjects.observed(subject, self.times);
        for state in 0..self.plan.states {
            let own = &mut self.values[state * self.observations + all.place..][..all.times.len()];
            own[observed..].fill(f64::NAN);
        }
    }
}
