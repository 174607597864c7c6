//! The subjects of a block made ready: the layer that is constant for a subject is computed for all of them, a lane
//! group at a time, and kept until a lane takes each.

use std::ops::Range;

use euthymia_vecmath::{Isa, Lanes};

use crate::error::{Failure, FailureKind};
use crate::events::{Change, Compartment, expand};
use crate::executor::{Registers, execute};
use crate::plan::Plan;
use crate::population::{Dose, Population, SubjectInputs};

/// Subjects ready to be advanced.
#[derive(Debug, Default)]
pub(crate) struct Subjects {
    /// Inputs, subject by subject.
    inputs: Vec<f64>,
    /// Values of [`Plan::of_subject`], subject by subject.
    constants: Vec<f64>,
    /// Initial states, subject by subject.
    initial: Vec<f64>,
    /// Changes of all subjects.
    changes: Vec<Change>,
    /// Each subject's changes.
    changes_of: Vec<Range<usize>>,
    /// When each subject starts.
    start: Vec<f64>,
    /// Doses of the lane group that is being made ready.
    doses: Vec<Dose>,
    /// Each lane's doses.
    doses_of: Vec<Range<usize>>,
    /// Where the population puts a subject's doses.
    subject_doses: Vec<Dose>,
}

/// What the subjects of a run have in common.
#[derive(Debug)]
pub(crate) struct Common {
    /// Inputs of the first subject.
    inputs: Vec<f64>,
}

impl Common {
    /// Takes the inputs that are common to the run from the first subject.
    pub(crate) fn new(plan: &Plan<'_>, population: &dyn Population) -> Self {
        let mut inputs = defaults(plan);
        population.fill(
            0,
            SubjectInputs {
                inputs: &mut inputs,
                doses: &mut Vec::new(),
            },
        );
        Self { inputs }
    }

    /// Writes constants and computes what is common to the run.
    pub(crate) fn load<const L: usize>(&self, plan: &Plan<'_>, isa: Isa, r: &mut Registers<L>) {
        for &(register, value) in &plan.program.constants {
            r[usize::from(register)] = Lanes::splat(value);
        }
        for (input, &value) in plan.program.inputs.iter().zip(&self.inputs) {
            r[usize::from(input.register)] = Lanes::splat(value);
        }
        execute(isa, &plan.program.run.instructions, r);
    }
}

fn defaults(plan: &Plan<'_>) -> Vec<f64> {
    plan.program
        .inputs
        .iter()
        .map(|input| input.default.unwrap_or(f64::NAN))
        .collect()
}

/// How subjects are made ready.
pub(crate) struct Preparation<'a> {
    pub(crate) plan: &'a Plan<'a>,
    pub(crate) common: &'a Common,
    pub(crate) population: &'a dyn Population,
    /// Changes after this time do not matter.
    pub(crate) last_time: f64,
    pub(crate) isa: Isa,
}

impl Preparation<'_> {
    /// Asks for the subjects of `range` and computes what is constant for each. Ends before the first subject that cannot
    /// be simulated, with its failure.
    pub(crate) fn run<const L: usize>(
        &self,
        range: Range<u64>,
        subjects: &mut Subjects,
        r: &mut Registers<L>,
    ) -> Result<(), Box<Failure>> {
        subjects.clear();
        let defaults = defaults(self.plan);
        let mut from = range.start;
        while from < range.end {
            let together = from..range.end.min(from + L as u64);
            from = together.end;
            self.ask(together.clone(), &defaults, subjects, r);
            execute(self.isa, &self.plan.program.subject.instructions, r);
            for (lane, index) in together.enumerate() {
                self.keep(lane, subjects, r).map_err(|kind| {
                    let inputs = subjects.inputs(self.plan, subjects.len());
                    Box::new(Failure {
                        subject: index,
                        kind,
                        inputs,
                        states: Vec::new(),
                    })
                })?;
            }
        }
        Ok(())
    }

    /// Inputs and doses of a lane group of subjects.
    fn ask<const L: usize>(
        &self,
        together: Range<u64>,
        defaults: &[f64],
        subjects: &mut Subjects,
        r: &mut Registers<L>,
    ) {
        let Subjects {
            inputs,
            doses,
            doses_of,
            subject_doses,
            ..
        } = subjects;
        doses.clear();
        doses_of.clear();
        for (lane, index) in together.enumerate() {
            let place = inputs.len();
            inputs.extend_from_slice(defaults);
            let own = &mut inputs[place..];
            subject_doses.clear();
            self.population.fill(
                index,
                SubjectInputs {
                    inputs: own,
                    doses: subject_doses,
                },
            );
            for (input, &value) in self.plan.program.inputs.iter().zip(&*own) {
                r[usize::from(input.register)].0[lane] = value;
            }
            let first = doses.len();
            doses.append(subject_doses);
            doses_of.push(first..doses.len());
        }
    }

    /// Takes what was computed for the subject in `lane`, the next of the block.
    fn keep<const L: usize>(
        &self,
        lane: usize,
        subjects: &mut Subjects,
        r: &Registers<L>,
    ) -> Result<(), FailureKind> {
        let (plan, states) = (self.plan, &self.plan.program.states);
        let count = plan.program.inputs.len();
        check_inputs(
            plan,
            self.common,
            &subjects.inputs[subjects.len() * count..][..count],
        )?;
        let value = |register: Option<u16>| register.map(|register| r[usize::from(register)].0[lane]);

        for state in states {
            let initial = value(state.initial).unwrap_or(0.0);
            if !initial.is_finite() {
                return Err(FailureKind::Initial {
                    state: state.name.clone(),
                    value: initial,
                });
            }
            subjects.initial.push(initial);
        }
        let compartment = |index: usize| Compartment {
            name: &states[index].name,
            bioavailability: value(states[index].bioavailability).unwrap_or(1.0),
            lag: value(states[index].lag).unwrap_or(0.0),
            duration: value(states[index].duration),
            rate: value(states[index].rate),
        };
        let doses = &subjects.doses[subjects.doses_of[lane].clone()];
        let changes = &mut subjects.changes;
        let first = changes.len();
        expand(doses, plan.states, compartment, changes)?;
        let needed = changes[first..].partition_point(|change| change.time <= self.last_time);
        changes.truncate(first + needed);
        subjects.changes_of.push(first..changes.len());
        subjects
            .constants
            .extend(plan.of_subject.iter().map(|&register| r[register].0[lane]));
        subjects
            .start
            .push(doses.iter().fold(0.0, |start: f64, dose| start.min(dose.time)));
        Ok(())
    }
}

impl Subjects {
    fn clear(&mut self) {
        for list in [
            &mut self.inputs,
            &mut self.constants,
            &mut self.initial,
            &mut self.start,
        ] {
            list.clear();
        }
        self.changes.clear();
        self.changes_of.clear();
    }

    /// How many are ready.
    pub(crate) fn len(&self) -> usize {
        self.start.len()
    }

    /// Inputs by name.
    pub(crate) fn inputs(&self, plan: &Plan<'_>, subject: usize) -> Vec<(String, f64)> {
        let count = plan.program.inputs.len();
        let values = self.inputs[subject * count..][..count].iter().copied();
        plan.program
            .inputs
            .iter()
            .map(|input| input.name.clone())
            .zip(values)
            .collect()
    }

    /// Values of [`Plan::of_subject`].
    pub(crate) fn constants<'a>(&'a self, plan: &Plan<'_>, subject: usize) -> &'a [f64] {
        let count = plan.of_subject.len();
        &self.constants[subject * count..][..count]
    }

    /// Initial states.
    pub(crate) fn initial<'a>(&'a self, plan: &Plan<'_>, subject: usize) -> &'a [f64] {
        &self.initial[subject * plan.states..][..plan.states]
    }

    /// Changes in the order of time.
    pub(crate) fn changes(&self, subject: usize) -> &[Change] {
        &self.changes[self.changes_of[subject].clone()]
    }

    /// Time 0, or the time of the first dose before that.
    pub(crate) fn start(&self, subject: usize) -> f64 {
        self.start[subject]
    }
}

/// Whether the inputs are finite, and the common ones those of the first subject.
fn check_inputs(plan: &Plan<'_>, common: &Common, inputs: &[f64]) -> Result<(), FailureKind> {
    let name = |index: usize| plan.program.inputs[index].name.clone();
    if let Some(index) = inputs.iter().position(|value| !value.is_finite()) {
        return Err(FailureKind::Input {
            input: name(index),
            value: inputs[index],
        });
    }
    let differs = |&&index: &&usize| inputs[index].to_bits() != common.inputs[index].to_bits();
    match plan.common_inputs.iter().find(differs) {
        Some(&index) => {
            let (value, first) = (inputs[index], common.inputs[index]);
            Err(FailureKind::NotCommon {
                input: name(index),
                value,
                first,
            })
        }
        None => Ok(()),
    }
}
