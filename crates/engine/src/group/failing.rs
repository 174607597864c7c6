//! Why a lane gives its subject up, and what is told of it.

use std::array::from_fn;

use euthymia_model::program::HistoryValue;
use euthymia_vecmath::Lanes;

use super::Group;
use crate::error::{Failure, FailureKind};
use crate::executor::execute;

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

    /// Gives the subject up.
    pub(super) fn fail(&mut self, lane: usize, subject: usize, kind: FailureKind) {
        self.note(lane, subject, kind);
        self.take_subject(lane);
    }

    /// Notes a failure; the first failed subject of the block is the one that is told.
    pub(super) fn note(&mut self, lane: usize, subject: usize, kind: FailureKind) {
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
