//! A block of subjects from inputs to trajectories, as one thread does it.

use std::ops::Range;

use euthymia_model::program::HistoryKind;
use euthymia_vecmath::{Isa, Kernel, Lanes};

use crate::error::Failure;
use crate::executor::{ADDRESSABLE, Registers, execute, registers};
use crate::group::{Fallen, advance};
use crate::options::Options;
use crate::plan::Plan;
use crate::sink::CourseBlock;
use crate::statistics::Statistics;
use crate::subjects::{Asked, Common, Preparation, Subjects};

/// What a thread needs to simulate blocks; reused from block to block.
pub(crate) struct Worker<'a, const L: usize> {
    plan: &'a Plan<'a>,
    common: &'a Common,
    asked: Asked<'a>,
    options: &'a Options,
    subjects: Subjects,
    registers: Box<Registers<L>>,
    /// Which of the reported outputs depend on the states.
    of_states: Vec<bool>,
    block: CourseBlock,
}

/// What came of a block, besides what was observed.
pub(crate) struct Computed {
    pub(crate) statistics: Statistics,
    /// Subjects that could not be simulated to the end, in order.
    pub(crate) failures: Vec<Failure>,
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
            of_states: of_states(plan),
            block: CourseBlock {
                first: 0,
                columns: plan.columns(),
                offsets: Vec::new(),
                times: Vec::new(),
                values: Vec::new(),
            },
        }
    }

    /// What was observed of the last block; whoever takes something of it leaves room for the next.
    pub(crate) fn observed(&mut self) -> &mut CourseBlock {
        &mut self.block
    }

    /// Simulates the subjects of `range`; what is observed is then in [`Worker::observed`]. `None` if the run was cancelled.
    pub(crate) fn block(&mut self, range: Range<u64>, cancelled: &dyn Fn() -> bool) -> Option<Computed> {
        let Self {
            plan,
            common,
            asked,
            options,
            subjects,
            registers,
            of_states,
            block,
        } = self;
        let preparation = Preparation {
            plan,
            common,
            asked: *asked,
            isa: options.isa,
        };
        preparation.run(range.clone(), subjects, registers);
        let times = asked.times();
        block.first = range.start;
        block.offsets = subjects.offsets(times);
        block.times.clear();
        for own in subjects.own_times() {
            block.times.extend_from_slice(own);
        }
        // Every value that anyone may ask for is written: what a block before has left is not cleared.
        let values = plan.columns() * block.offsets[subjects.len()];
        block.values.resize(values, 0.0);
        let from = (range.start, &*subjects);
        let (mut statistics, mut fallen) = advance(
            plan,
            options,
            times,
            from,
            registers,
            &mut block.values,
            cancelled,
        )?;
        fallen.extend(refused(plan, range.start, subjects));
        fallen.sort_by_key(|fallen| fallen.subject);
        let mut next = fallen.iter().peekable();
        if !plan.program.outputs_reported.is_empty() {
            for subject in 0..subjects.len() {
                let known = next
                    .next_if(|fallen| fallen.subject == subject)
                    .map_or(usize::MAX, |fallen| fallen.observed);
                statistics.undefined_outputs += options.isa.dispatch(Outputs {
                    plan,
                    isa: options.isa,
                    times,
                    subjects,
                    subject,
                    known,
                    registers,
                    block,
                });
            }
        }
        for fallen in &fallen {
            forget_outputs(plan, of_states, fallen, block);
        }
        Some(Computed {
            statistics,
            failures: fallen.into_iter().map(|fallen| fallen.failure).collect(),
        })
    }
}

/// Subjects that could not be begun; `first` is the index of the block's first.
fn refused(plan: &Plan<'_>, first: u64, subjects: &mut Subjects) -> Vec<Fallen> {
    let refused = subjects.take_refused().into_iter();
    let fallen = refused.map(|(subject, kind)| Fallen {
        subject,
        observed: 0,
        failure: Failure {
            subject: first + subject as u64,
            kind,
            inputs: subjects.inputs(plan, subject),
            states: Vec::new(),
        },
    });
    fallen.collect()
}

/// Which of the reported outputs depend on the states: what is not known of a subject once it has failed.
fn of_states(plan: &Plan<'_>) -> Vec<bool> {
    let program = plan.program;
    let mut depends = vec![false; ADDRESSABLE];
    for &register in &plan.arguments {
        depends[register] = true;
    }
    for instruction in &program.outputs.instructions {
        let read = [instruction.a, instruction.b, instruction.c];
        depends[usize::from(instruction.destination)] = read[..instruction.op.arity()]
            .iter()
            .any(|&register| depends[usize::from(register)]);
    }
    let reported = program.outputs_reported.iter();
    reported
        .map(|output| depends[usize::from(output.register)])
        .collect()
}

/// What depends on the states is not known after a failure, whatever an equation makes of a NaN; of a subject that could
/// not be begun nothing is.
fn forget_outputs(plan: &Plan<'_>, of_states: &[bool], fallen: &Fallen, block: &mut CourseBlock) {
    let all = block.offsets[block.subjects()];
    let unknown = block.offsets[fallen.subject] + fallen.observed..block.offsets[fallen.subject + 1];
    let begun = !fallen.failure.states.is_empty();
    for (output, &depends) in of_states.iter().enumerate() {
        if depends || !begun {
            let column = &mut block.values[(plan.states + output) * all..][..all];
            column[unknown.clone()].fill(f64::NAN);
        }
    }
}

/// Computes the reported outputs of a subject from its states, as many observation times at once as there are lanes. The
/// result is how many values are NaN, of the first `known` observations.
struct Outputs<'a, const L: usize> {
    plan: &'a Plan<'a>,
    isa: Isa,
    times: Option<&'a [f64]>,
    subjects: &'a Subjects,
    subject: usize,
    known: usize,
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
            known,
            registers: r,
            block,
        } = self;
        let program = plan.program;
        let observed = subjects.observed(subject, times);
        for (&register, &value) in plan.of_subject.iter().zip(subjects.constants(plan, subject, 0)) {
            r[register] = Lanes::splat(value);
        }
        let all = block.offsets[subjects.len()];
        let mut undefined = 0;
        let mut seen = subjects.seen(subject);
        // Rows differ only where a subject's inputs change.
        let changing = observed
            .own
            .filter(|own| own.last().is_some_and(|last| last.row > 0));
        for start in (0..observed.times.len()).step_by(L) {
            let at_once = start..observed.times.len().min(start + L);
            let count = at_once.len();
            let place = |column: usize| column * all + observed.place + start;
            copy(
                &observed.times[at_once.clone()],
                &mut r[usize::from(program.time)].0,
            );
            if let Some(own) = changing {
                for (lane, observation) in own[at_once].iter().enumerate() {
                    let constants = subjects.constants(plan, subject, observation.row);
                    for (&register, &value) in plan.of_subject.iter().zip(constants) {
                        r[register].0[lane] = value;
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
                        r[usize::from(asked.register)].0[lane] = match (asked.kind, observed.own) {
                            (HistoryKind::Newness, _) if first => 1.0,
                            (HistoryKind::RecordAmount, Some(own)) => own[observation].amount,
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
                let from = &r[usize::from(reported.register)];
                if from.is_nan().any() {
                    let counted = from.0[..count].iter().take(known.saturating_sub(start));
                    undefined += counted.filter(|value| value.is_nan()).count() as u64;
                }
                let to = &mut block.values[place(plan.states + output)..][..count];
                match to.first_chunk_mut() {
                    Some(to) => *to = from.0,
                    None => to.copy_from_slice(&from.0[..count]),
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
