//! A block of subjects from inputs to trajectories, as one thread does it.

use std::ops::Range;

use euthymia_model::program::HistoryKind;
use euthymia_vecmath::{Isa, Kernel, Lanes};

use crate::error::Failure;
use crate::executor::{Registers, execute, registers};
use crate::group::advance;
use crate::options::Options;
use crate::plan::Plan;
use crate::sink::CourseBlock;
use crate::statistics::Statistics;
use crate::subjects::{Asked, Common, Observed, Preparation, Subjects};

/// What a thread needs to simulate blocks; reused from block to block.
pub(crate) struct Worker<'a, const L: usize> {
    plan: &'a Plan<'a>,
    common: &'a Common,
    asked: Asked<'a>,
    options: &'a Options,
    subjects: Subjects,
    registers: Box<Registers<L>>,
}

impl<'a, const L: usize> Worker<'a, L> {
    pub(crate) fn new(
        plan: &'a Plan<'a>,
        common: &'a Common,
        asked: Asked<'a>,
        options: &'a Options,
    ) -> Self {
        let mut registers = registers();
        common.load(plan, options.isa, &mut registers);
        Self {
            plan,
            common,
            asked,
            options,
            subjects: Subjects::default(),
            registers,
        }
    }

    /// Simulates the subjects of `range`. The error is the first failure, or `None` if the run was cancelled.
    pub(crate) fn block(
        &mut self,
        range: Range<u64>,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<(CourseBlock, Statistics), Option<Box<Failure>>> {
        let Self {
            plan,
            common,
            asked,
            options,
            subjects,
            registers,
        } = self;
        let preparation = Preparation {
            plan,
            common,
            asked: *asked,
            isa: options.isa,
        };
        let ready = preparation.run(range.clone(), subjects, registers);
        let times = asked.times();
        let offsets = subjects.offsets(times);
        let mut block = CourseBlock {
            first: range.start,
            columns: plan.columns(),
            values: vec![0.0; plan.columns() * offsets[subjects.len()]],
            times: subjects.own_times().collect(),
            offsets,
        };
        let from = (range.start, &*subjects);
        let mut statistics = advance(
            plan,
            options,
            times,
            from,
            registers,
            &mut block.values,
            cancelled,
        )?;
        ready?;
        if !plan.program.outputs_reported.is_empty() {
            for subject in 0..subjects.len() {
                statistics.undefined_outputs += options.isa.dispatch(Outputs {
                    plan,
                    isa: options.isa,
                    times,
                    subjects,
                    subject,
                    registers,
                    block: &mut block,
                });
            }
        }
        Ok((block, statistics))
    }
}

/// Computes the reported outputs of a subject from its states, as many observation times at once as there are lanes. The
/// result is how many values are NaN.
struct Outputs<'a, const L: usize> {
    plan: &'a Plan<'a>,
    isa: Isa,
    times: Option<&'a [f64]>,
    subjects: &'a Subjects,
    subject: usize,
    registers: &'a mut Registers<L>,
    block: &'a mut CourseBlock,
}

impl<const L: usize> Kernel for Outputs<'_, L> {
    type Output = u64;

    #[inline(always)]
    fn run(self) -> u64 {
        let Self {
            plan,
            isa,
            times,
            subjects,
            subject,
            registers: r,
            block,
        } = self;
        let program = plan.program;
        let (observed, first) = subjects.observed(subject, times);
        for (&register, &value) in plan.of_subject.iter().zip(subjects.constants(plan, subject, 0)) {
            r[register] = Lanes::splat(value);
        }
        let all = block.offsets[subjects.len()];
        let mut undefined = 0;
        let mut seen = subjects.seen(subject);
        for start in (0..observed.len()).step_by(L) {
            let at_once = start..observed.len().min(start + L);
            let count = at_once.len();
            let place = |column: usize| column * all + first + start;
            let time = &mut r[usize::from(program.time)].0;
            match observed {
                Observed::Common(times) => copy(&times[at_once], time),
                Observed::Own(own) => {
                    for (time, observation) in time.iter_mut().zip(&own[at_once.clone()]) {
                        *time = observation.time;
                    }
                    // Rows differ only where a subject's inputs change.
                    if own[own.len() - 1].row > 0 {
                        for (lane, observation) in own[at_once].iter().enumerate() {
                            let constants = subjects.constants(plan, subject, observation.row);
                            for (&register, &value) in plan.of_subject.iter().zip(constants) {
                                r[register].0[lane] = value;
                            }
                        }
                    }
                }
            }
            if !program.history.is_empty() {
                let at_once = start..start + count;
                for (lane, observation) in at_once.enumerate() {
                    let number = seen.number(observed, observation);
                    let own = program.history.iter().zip(subjects.history(plan, number));
                    for (asked, &value) in own {
                        let first = observation == 0 && subjects.is_observed_first(subject);
                        r[usize::from(asked.register)].0[lane] = match (asked.kind, observed) {
                            (HistoryKind::Newness, _) if first => 1.0,
                            (HistoryKind::RecordAmount, Observed::Own(own)) => own[observation].amount,
                            _ => value,
                        };
                    }
                }
            }
            for &state in &plan.observed_states {
                copy(
                    &block.values[place(state)..][..count],
                    &mut r[plan.arguments[state]].0,
                );
            }
            execute(isa, &program.outputs.instructions, r);
            for (output, reported) in program.outputs_reported.iter().enumerate() {
                let from = &r[usize::from(reported.register)].0[..count];
                if from.iter().fold(false, |any, value| any | value.is_nan()) {
                    undefined += from.iter().filter(|value| value.is_nan()).count() as u64;
                }
                let to = &mut block.values[place(plan.states + output)..][..count];
                match to.first_chunk_mut::<L>().zip(from.first_chunk()) {
                    Some((to, from)) => *to = *from,
                    None => to.copy_from_slice(from),
                }
            }
        }
        undefined
    }
}

/// Copies to the first lanes; to all at once where there are as many values.
#[inline(always)]
fn copy<const L: usize>(from: &[f64], to: &mut [f64; L]) {
    match from.first_chunk() {
        Some(from) => *to = *from,
        None => to[..from.len()].copy_from_slice(from),
    }
}
