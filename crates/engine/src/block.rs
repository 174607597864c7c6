//! A block of subjects from inputs to trajectories, as one thread does it.

use std::ops::Range;

use euthymia_model::program::HistoryKind;
use euthymia_vecmath::Lanes;

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
        for subject in 0..subjects.len() {
            statistics.undefined_outputs +=
                outputs(plan, options, times, subjects, subject, registers, &mut block);
        }
        Ok((block, statistics))
    }
}

/// Computes the reported outputs of a subject from its states, as many observation times at once as there are lanes.
/// How many values are NaN.
fn outputs<const L: usize>(
    plan: &Plan<'_>,
    options: &Options,
    times: Option<&[f64]>,
    subjects: &Subjects,
    subject: usize,
    r: &mut Registers<L>,
    block: &mut CourseBlock,
) -> u64 {
    let program = plan.program;
    if program.outputs_reported.is_empty() {
        return 0;
    }
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
            Observed::Common(times) => time[..count].copy_from_slice(&times[at_once]),
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
            let values = &block.values[place(state)..][..count];
            r[plan.arguments[state]].0[..count].copy_from_slice(values);
        }
        execute(options.isa, &program.outputs.instructions, r);
        for (output, reported) in program.outputs_reported.iter().enumerate() {
            let from = &r[usize::from(reported.register)].0[..count];
            undefined += from.iter().filter(|value| value.is_nan()).count() as u64;
            let to = place(plan.states + output);
            block.values[to..][..count].copy_from_slice(from);
        }
    }
    undefined
}
