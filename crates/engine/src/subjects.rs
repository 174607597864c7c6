//! The subjects of a block made ready: the layer that is constant for a subject is computed for all of them, a lane
//! group at a time, and kept until a lane takes each.

use std::ops::Range;

use euthymia_vecmath::{Isa, Lanes};

use crate::course::{CourseDose, CourseInputs, Courses, Event, Record, SteadyState};
use crate::entry::Compartment;
use crate::error::{Failure, FailureKind};
use crate::events::{Change, Expanded, Observation, expand};
use crate::executor::{Registers, execute};
use crate::plan::Plan;
use crate::population::{Dose, Population, SubjectInputs};
use crate::steady::Steady;

/// Who is simulated.
#[derive(Clone, Copy)]
pub(crate) enum Asked<'a> {
    /// Doses in any order, observed at common times.
    Doses(&'a dyn Population, &'a [f64]),
    /// Records in order.
    Courses(&'a dyn Courses),
}

impl<'a> Asked<'a> {
    pub(crate) fn len(self) -> u64 {
        match self {
            Self::Doses(population, _) => population.len(),
            Self::Courses(courses) => courses.len(),
        }
    }

    /// Common observation times.
    pub(crate) fn times(self) -> Option<&'a [f64]> {
        match self {
            Self::Doses(_, times) => Some(times),
            Self::Courses(_) => None,
        }
    }

    /// Asks for a subject; `doses` is room for them.
    fn fill(self, index: u64, inputs: &mut [f64], records: &mut Vec<Record>, doses: &mut Vec<Dose>) {
        match self {
            Self::Courses(courses) => courses.fill(index, CourseInputs { inputs, records }),
            Self::Doses(population, _) => {
                doses.clear();
                population.fill(index, SubjectInputs { inputs, doses });
                records.extend(doses.iter().map(|dose| Record {
                    time: dose.time,
                    event: Event::Dose(CourseDose {
                        compartment: dose.compartment,
                        amount: dose.amount,
                        input: dose.input,
                        additional: 0,
                        interval: 0.0,
                        steady_state: SteadyState::None,
                    }),
                }));
            }
        }
    }
}

/// Subjects ready to be advanced.
#[derive(Debug, Default)]
pub(crate) struct Subjects {
    /// Rows of inputs: one for each subject, and another whenever its inputs change.
    inputs: Vec<f64>,
    /// Values of [`Plan::kept`], row by row.
    kept: Vec<f64>,
    /// Rows for which they are computed.
    computed: usize,
    /// Each subject's first row, of those asked for.
    first_row: Vec<usize>,
    /// Initial states, subject by subject.
    initial: Vec<f64>,
    /// Changes, observations and steady states of all subjects.
    expanded: Expanded,
    /// Each subject's part of them.
    parts: Vec<Part>,
    /// When each subject starts.
    start: Vec<f64>,
    /// Records of the lane group that is being made ready.
    records: Vec<Record>,
    /// Each lane's records.
    records_of: Vec<Range<usize>>,
    /// Records of one subject and its doses, from where they are asked for.
    subject_records: Vec<Record>,
    subject_doses: Vec<Dose>,
}

/// A subject's changes, observations and steady states.
#[derive(Clone, Debug)]
struct Part {
    changes: Range<usize>,
    observations: Range<usize>,
    steady: usize,
}

/// When a subject is observed, and where that goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Observed<'a> {
    /// At common times, after all that happens then.
    Common(&'a [f64]),
    /// At its records.
    Own(&'a [Observation]),
}

impl Observed<'_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Common(times) => times.len(),
            Self::Own(own) => own.len(),
        }
    }

    pub(crate) fn time(&self, observation: usize) -> f64 {
        match self {
            Self::Common(times) => times[observation],
            Self::Own(own) => own[observation].time,
        }
    }
}

/// What the subjects of a run have in common.
#[derive(Debug)]
pub(crate) struct Common {
    /// Inputs of the first subject.
    inputs: Vec<f64>,
}

impl Common {
    /// Takes the inputs that are common to the run from the first subject.
    pub(crate) fn new(plan: &Plan<'_>, asked: Asked<'_>) -> Self {
        let mut inputs = defaults(plan);
        asked.fill(0, &mut inputs, &mut Vec::new(), &mut Vec::new());
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
    pub(crate) asked: Asked<'a>,
    pub(crate) isa: Isa,
}

impl Preparation<'_> {
    /// Asks for the subjects of `range` and computes what is constant for each row of their inputs. Ends before the first
    /// subject that cannot be simulated, with its failure.
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
            let first = subjects.first_row.len();
            self.ask(together.clone(), &defaults, subjects);
            self.compute(subjects, r);
            for (lane, index) in together.enumerate() {
                let from = subjects.first_row[first + lane];
                let to = subjects
                    .first_row
                    .get(first + lane + 1)
                    .map_or_else(|| subjects.rows(self.plan), |&next| next);
                self.keep(lane, from..to, subjects).map_err(|kind| {
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

    /// Inputs and records of a lane group of subjects.
    fn ask(&self, together: Range<u64>, defaults: &[f64], subjects: &mut Subjects) {
        let Subjects {
            inputs,
            first_row,
            records,
            records_of,
            subject_records,
            subject_doses,
            ..
        } = subjects;
        records.clear();
        records_of.clear();
        for index in together {
            let place = inputs.len();
            let next = first_row.len();
            first_row.push(place.checked_div(defaults.len()).unwrap_or(next));
            inputs.extend_from_slice(defaults);
            subject_records.clear();
            self.asked
                .fill(index, &mut inputs[place..], subject_records, subject_doses);
            let first = records.len();
            records.append(subject_records);
            records_of.push(first..records.len());
            for place in 0..records.len() - first {
                if new_row(&records[first..], place) {
                    inputs.extend_from_within(inputs.len() - defaults.len()..);
                }
                if let Event::Input { input, value } = records[first + place].event {
                    let row = inputs.len() - defaults.len();
                    if let Some(own) = inputs[row..].get_mut(usize::from(input)) {
                        *own = value;
                    }
                }
            }
        }
    }

    /// Runs the layer that is constant for a subject over the rows that are new.
    fn compute<const L: usize>(&self, subjects: &mut Subjects, r: &mut Registers<L>) {
        let plan = self.plan;
        let count = plan.program.inputs.len();
        let mut row = subjects.computed;
        let rows = subjects.rows(plan);
        while row < rows {
            let together = rows.min(row + L) - row;
            for lane in 0..together {
                let own = &subjects.inputs[(row + lane) * count..][..count];
                for (input, &value) in plan.program.inputs.iter().zip(own) {
                    r[usize::from(input.register)].0[lane] = value;
                }
            }
            execute(self.isa, &plan.program.subject.instructions, r);
            for lane in 0..together {
                subjects
                    .kept
                    .extend(plan.kept.iter().map(|&register| r[register].0[lane]));
            }
            row += together;
        }
        subjects.computed = rows;
    }

    /// Takes what was computed for the subject whose records are those of `lane`, the next of the block.
    fn keep(&self, lane: usize, rows: Range<usize>, subjects: &mut Subjects) -> Result<(), FailureKind> {
        let (plan, states) = (self.plan, &self.plan.program.states);
        let count = plan.program.inputs.len();
        for row in rows.clone() {
            check_inputs(plan, self.common, &subjects.inputs[row * count..][..count])?;
        }
        let kept = &subjects.kept;
        let value = |row: usize, place: Option<usize>| place.map(|place| kept[row * plan.kept.len() + place]);
        for (state, attributes) in states.iter().zip(&plan.attributes) {
            let initial = value(rows.start, attributes.initial).unwrap_or(0.0);
            if !initial.is_finite() {
                return Err(FailureKind::Initial {
                    state: state.name.clone(),
                    value: initial,
                });
            }
            subjects.initial.push(initial);
        }
        let compartment = |row: u32, index: usize| {
            let (row, attributes) = (rows.start + row as usize, &plan.attributes[index]);
            Compartment {
                name: &states[index].name,
                bioavailability: value(row, attributes.bioavailability).unwrap_or(1.0),
                lag: value(row, attributes.lag).unwrap_or(0.0),
                duration: value(row, attributes.duration),
                rate: value(row, attributes.rate),
            }
        };
        let records = &subjects.records[subjects.records_of[lane].clone()];
        if let Some((time, input)) = records.iter().find_map(|record| match record.event {
            Event::Input { input, .. } if usize::from(input) >= count => Some((record.time, input)),
            _ => None,
        }) {
            return Err(FailureKind::NoInput {
                time,
                input,
                inputs: count,
            });
        }
        let expanded = &mut subjects.expanded;
        let (changes, observations, steady) = (
            expanded.changes.len(),
            expanded.observations.len(),
            expanded.steady.len(),
        );
        let times = self.asked.times();
        let begins = |place: usize| new_row(records, place);
        expand(
            records,
            times.is_none(),
            plan.states,
            begins,
            compartment,
            expanded,
        )?;
        let own = &expanded.changes[changes..];
        let needed = match times {
            Some(times) => own.partition_point(|change| change.time <= times[times.len() - 1]),
            None => (expanded.observations[observations..].last()).map_or(0, |last| last.before as usize),
        };
        expanded.changes.truncate(changes + needed);
        let first = match times {
            Some(times) => records
                .iter()
                .fold(times[0].min(0.0), |start, record| start.min(record.time)),
            None => records.first().map_or(0.0, |record| record.time),
        };
        subjects.parts.push(Part {
            changes: changes..expanded.changes.len(),
            observations: observations..expanded.observations.len(),
            steady,
        });
        subjects.start.push(first);
        Ok(())
    }
}

/// Whether a record begins a row of inputs: it changes one, and the record before it, if it is of the same time, does not.
fn new_row(records: &[Record], place: usize) -> bool {
    let changes = |record: &Record| matches!(record.event, Event::Input { .. });
    let own = &records[place];
    changes(own) && !(place > 0 && changes(&records[place - 1]) && records[place - 1].time == own.time)
}

impl Subjects {
    fn clear(&mut self) {
        for list in [
            &mut self.inputs,
            &mut self.kept,
            &mut self.initial,
            &mut self.start,
        ] {
            list.clear();
        }
        self.first_row.clear();
        self.computed = 0;
        self.expanded.changes.clear();
        self.expanded.observations.clear();
        self.expanded.steady.clear();
        self.parts.clear();
    }

    /// How many are ready.
    pub(crate) fn len(&self) -> usize {
        self.start.len()
    }

    /// How many rows of inputs there are.
    fn rows(&self, plan: &Plan<'_>) -> usize {
        match plan.program.inputs.len() {
            0 => self.first_row.len(),
            count => self.inputs.len() / count,
        }
    }

    /// Inputs by name, as they are at first.
    pub(crate) fn inputs(&self, plan: &Plan<'_>, subject: usize) -> Vec<(String, f64)> {
        let count = plan.program.inputs.len();
        let values = self.inputs[self.first_row[subject] * count..][..count]
            .iter()
            .copied();
        plan.program
            .inputs
            .iter()
            .map(|input| input.name.clone())
            .zip(values)
            .collect()
    }

    /// Values of [`Plan::of_subject`] from the subject's row `row`.
    pub(crate) fn constants<'a>(&'a self, plan: &Plan<'_>, subject: usize, row: u32) -> &'a [f64] {
        let start = (self.first_row[subject] + row as usize) * plan.kept.len();
        &self.kept[start..][..plan.of_subject.len()]
    }

    /// Initial states.
    pub(crate) fn initial<'a>(&'a self, plan: &Plan<'_>, subject: usize) -> &'a [f64] {
        &self.initial[subject * plan.states..][..plan.states]
    }

    /// Changes in the order in which they happen.
    pub(crate) fn changes(&self, subject: usize) -> &[Change] {
        &self.expanded.changes[self.parts[subject].changes.clone()]
    }

    /// The subject's steady state of this number.
    pub(crate) fn steady(&self, subject: usize, number: u32) -> &Steady {
        &self.expanded.steady[self.parts[subject].steady + number as usize]
    }

    /// Its observations, if the times are its own, and their place among those of the block.
    pub(crate) fn observed<'a>(&'a self, subject: usize, common: Option<&'a [f64]>) -> (Observed<'a>, usize) {
        match common {
            Some(times) => (Observed::Common(times), subject * times.len()),
            None => {
                let own = self.parts[subject].observations.clone();
                (Observed::Own(&self.expanded.observations[own.clone()]), own.start)
            }
        }
    }

    /// When subjects are observed at their records; nothing where times are common.
    pub(crate) fn own_times(&self) -> impl Iterator<Item = f64> + '_ {
        self.expanded
            .observations
            .iter()
            .map(|observation| observation.time)
    }

    /// Where each subject's observations start, and how many there are.
    pub(crate) fn offsets(&self, common: Option<&[f64]>) -> Vec<usize> {
        match common {
            Some(times) => (0..=self.len()).map(|subject| subject * times.len()).collect(),
            None => {
                let ends = self.parts.iter().map(|part| part.observations.end);
                [0].into_iter().chain(ends).collect()
            }
        }
    }

    /// Time 0, or the time of the first dose or observation before that; of a course, the time of its first record.
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
