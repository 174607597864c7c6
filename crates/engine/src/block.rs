//! A block of subjects from inputs to trajectories, as one thread does it.

use std::ops::Range;

use euthymia_vecmath::Lanes;

use crate::error::Failure;
use crate::executor::{Registers, execute, registers};
use crate::group::advance;
use crate::options::Options;
use crate::plan::Plan;
use crate::population::Population;
use crate::sink::Block;
use crate::statistics::Statistics;
use crate::subjects::{Common, Preparation, Subjects};

/// What a thread needs to simulate blocks; reused from block to block.
pub(crate) struct Worker<'a, const L: usize> {
    plan: &'a Plan<'a>,
    common: &'a Common,
    population: &'a dyn Population,
    options: &'a Options,
    times: &'a [f64],
    subjects: Subjects,
    registers: Box<Registers<L>>,
}

impl<'a, const L: usize> Worker<'a, L> {
    pub(crate) fn new(
        plan: &'a Plan<'a>,
        common: &'a Common,
        population: &'a dyn Population,
        options: &'a Options,
        times: &'a [f64],
    ) -> Self {
        let mut registers = registers();
        common.load(plan, options.isa, &mut registers);
        Self {
            plan,
            common,
            population,
            options,
            times,
            subjects: Subjects::default(),
            registers,
        }
    }

    /// Simulates the subjects of `range`. The error is the first failure, or `None` if the run was cancelled.
    pub(crate) fn block(
        &mut self,
        range: Range<u64>,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<(Block, Statistics), Option<Box<Failure>>> {
        let Self {
            plan,
            common,
            population,
            options,
            times,
            subjects,
            registers,
        } = self;
        let last = times[times.len() - 1];
        let preparation = Preparation {
            plan,
            common,
            population: *population,
            last_time: last,
            isa: options.isa,
        };
        let ready = preparation.run(range.clone(), subjects, registers);
        let mut block = Block {
            first: range.start,
            subjects: subjects.len(),
            times: times.len(),
            columns: plan.columns(),
            values: vec![0.0; plan.columns() * subjects.len() * times.len()],
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
    times: &[f64],
    subjects: &Subjects,
    subject: usize,
    r: &mut Registers<L>,
    block: &mut Block,
) -> u64 {
    let program = plan.program;
    if program.outputs_reported.is_empty() {
        return 0;
    }
    for (&register, &value) in plan.of_subject.iter().zip(subjects.constants(plan, subject)) {
        r[register] = Lanes::splat(value);
    }
    let mut undefined = 0;
    for (chunk, at_once) in times.chunks(L).enumerate() {
        let place = |column: usize| (column * block.subjects + subject) * times.len() + chunk * L;
        r[usize::from(program.time)].0[..at_once.len()].copy_from_slice(at_once);
        for &state in &plan.observed_states {
            let values = &block.values[place(state)..][..at_once.len()];
            r[plan.arguments[state]].0[..at_once.len()].copy_from_slice(values);
        }
        execute(options.isa, &program.outputs.instructions, r);
        for (output, reported) in program.outputs_reported.iter().enumerate() {
            let from = &r[usize::from(reported.register)].0[..at_once.len()];
            undefined += from.iter().filter(|value| value.is_nan()).count() as u64;
            let to = place(plan.states + output);
            block.values[to..][..at_once.len()].copy_from_slice(from);
        }
    }
    undefined
}
