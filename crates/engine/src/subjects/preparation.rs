//! Records to rows of inputs, and rows to what is constant for them.

use std::ops::Range;

use euthymia_vecmath::{Isa, Lanes};

use super::{Asked, Part, Subjects};
use crate::course::{Event, Record};
use crate::entry::Compartment;
use crate::error::FailureKind;
use crate::events::{Observation, expand};
use crate::executor::{Registers, execute};
use crate::history::{From, follow, is_followed};
use crate::plan::Plan;

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
    /// Asks for the subjects of `range` and computes what is constant for each row of their inputs.
    pub(crate) fn run<const L: usize>(
        &self,
        range: Range<u64>,
        subjects: &mut Subjects,
        r: &mut Registers<L>,
    ) {
        subjects.clear();
        let defaults = defaults(self.plan);
        let mut from = range.start;
        while from < range.end {
            let together = from..range.end.min(from + L as u64);
            from = together.end;
            let first = subjects.first_row.len();
            self.ask(together.clone(), &defaults, subjects);
            self.compute(subjects, r);
            for lane in 0..(together.end - together.start) as usize {
                let from = subjects.first_row[first + lane];
                let to = subjects
                    .first_row
                    .get(first + lane + 1)
                    .map_or_else(|| subjects.rows(self.plan), |&next| next);
                let begun = (
                    subjects.expanded.changes.len(),
                    subjects.expanded.observations.len(),
                );
                if let Err(kind) = self.keep(lane, from..to, subjects) {
                    self.refuse(lane, begun, kind, subjects);
                }
            }
        }
    }

    /// The next subject of the block cannot be simulated: it is observed at its records, and nothing is known of it. So many
    /// changes and observations were there before it was tried.
    fn refuse(
        &self,
        lane: usize,
        (changes, observations): (usize, usize),
        kind: FailureKind,
        subjects: &mut Subjects,
    ) {
        let subject = subjects.len();
        subjects.initial.truncate(subject * self.plan.states);
        subjects.initial.resize((subject + 1) * self.plan.states, 0.0);
        let place = subjects.next_place();
        let expanded = &mut subjects.expanded;
        expanded.changes.truncate(changes);
        expanded.observations.truncate(observations);
        expanded.times.truncate(observations);
        if self.asked.times().is_none() {
            let records = &subjects.records[subjects.records_of[lane].clone()];
            for record in records {
                let amount = match record.event {
                    Event::Observe => f64::NAN,
                    Event::ObserveDose(amount) => amount,
                    _ => continue,
                };
                expanded.times.push(record.time);
                expanded.observations.push(Observation {
                    before: 0,
                    row: 0,
                    history: 0,
                    amount,
                });
            }
        }
        subjects.parts.push(Part {
            changes: changes..changes,
            observations: observations..expanded.observations.len(),
            place,
            steady: expanded.steady.len(),
            history: 0,
            observed_first: false,
        });
        subjects.start.push(0.0);
        subjects.refused.insert(subject, kind);
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
            let before = records_of.last().cloned();
            if let Some(before) = before.filter(|_| self.asked.fill_alike(index, &mut inputs[place..])) {
                records_of.push(before);
                continue;
            }
            subject_records.clear();
            self.asked
                .fill(index, &mut inputs[place..], subject_records, subject_doses);
            let first = records.len();
            let mut rest = subject_records.as_slice();
            while let Some((record, others)) = rest.split_first() {
                let changes = |other: &&Record| is_input(other) && other.time == record.time;
                let run = rest.iter().take_while(changes).count();
                let plain = || 1 + others.iter().take_while(|other| !is_input(other)).count();
                let (own, after) = rest.split_at(if run == 0 { plain() } else { run });
                rest = after;
                // What changes nothing is as if it were not told: it would end a step.
                if run == 0 || self.begin_row(own, defaults.len(), inputs) {
                    records.extend_from_slice(own);
                }
            }
            records_of.push(first..records.len());
        }
    }

    /// Appends the row of inputs that these changes make of the last, if it is another.
    fn begin_row(&self, changes: &[Record], count: usize, inputs: &mut Vec<f64>) -> bool {
        let row = inputs.len();
        inputs.extend_from_within(row - count..);
        let mut another = false;
        for change in changes {
            if let Event::Input { input, value } = change.event {
                match inputs[row..].get_mut(usize::from(input)) {
                    Some(own) => *own = value,
                    // There is no such input, which is told when the records are read.
                    None => another = true,
                }
            }
        }
        let (before, own) = inputs[row - count..].split_at(count);
        another |= before
            .iter()
            .zip(own)
            .any(|(before, own)| before.to_bits() != own.to_bits());
        if !another {
            inputs.truncate(row);
        }
        another
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
        let Subjects {
            expanded, schedule, ..
        } = subjects;
        let alike = lane > 0 && subjects.records_of[lane] == subjects.records_of[lane - 1];
        let was_its = std::mem::take(&mut schedule.of_last);
        schedule.attributes.clear();
        for row in rows.clone() {
            let own = &kept[row * plan.kept.len()..][..plan.kept.len()];
            let values = plan.of_doses.iter().map(|&place| own[place].to_bits());
            schedule.attributes.extend(values);
        }
        if let Some(subject) = schedule.same(records, alike && was_its) {
            schedule.of_last = true;
            let same = subjects.parts[subject].clone();
            let place = subjects.next_place();
            subjects.parts.push(Part { place, ..same });
            subjects.start.push(subjects.start[subject]);
            return Ok(());
        }
        expanded.tracked = !plan.program.history.is_empty();
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
        let start = match times {
            Some(times) => records
                .iter()
                .fold(times[0].min(0.0), |start, record| start.min(record.time)),
            None => records.first().map_or(0.0, |record| record.time.min(0.0)),
        };
        let history = (expanded.histories.len() / plan.program.history.len().max(1)) as u32;
        if is_followed(plan.program) {
            let last = expanded.times[observations..].last();
            let from = From {
                change: changes,
                observation: observations,
                start,
                end: times.map_or_else(
                    || last.map_or(f64::NEG_INFINITY, |last| *last),
                    |times| times[times.len() - 1],
                ),
            };
            let stop = |row: u32, number: usize| {
                kept[(rows.start + row as usize) * plan.kept.len() + plan.stops + number]
            };
            follow(plan.program, from, stop, expanded);
        }
        let own = &expanded.changes[changes..];
        let needed = match times {
            Some(times) => own.partition_point(|change| change.time <= times[times.len() - 1]),
            None => (expanded.observations[observations..].last()).map_or(0, |last| last.before as usize),
        };
        expanded.changes.truncate(changes + needed);
        let observed_first = match times {
            Some(times) => !any_until(records, times[0]),
            None => matches!(records.first(), Some(record) if record.event == Event::Observe),
        };
        // What equations see of the doses, and steady states, are a subject's own.
        if !is_followed(plan.program) && expanded.steady.len() == steady {
            schedule.is_of(subjects.parts.len(), records);
        }
        let (changes, observations) = (
            changes..expanded.changes.len(),
            observations..expanded.observations.len(),
        );
        subjects.parts.push(Part {
            changes,
            observations,
            place: subjects.next_place(),
            steady,
            history,
            observed_first,
        });
        subjects.start.push(start);
        Ok(())
    }
}

/// The records of a subject of the block, and what became of them: others often have the same.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    /// Whose it is.
    subject: Option<usize>,
    /// Whether the subject that was made ready last has it.
    of_last: bool,
    records: Vec<Record>,
    /// What the model makes of doses, for each row of the subject's inputs.
    known: Vec<u64>,
    /// That of the subject that is being made ready.
    attributes: Vec<u64>,
}

impl Schedule {
    pub(super) fn clear(&mut self) {
        self.subject = None;
        self.of_last = false;
    }

    /// The subject that has the same records, of which the model makes the same. Records that are known to be the
    /// schedule's are `alike`.
    fn same(&self, records: &[Record], alike: bool) -> Option<usize> {
        let same = self.known == self.attributes && (alike || self.records == records);
        self.subject.filter(|_| same)
    }

    /// The schedule is that of this subject from now on.
    fn is_of(&mut self, subject: usize, records: &[Record]) {
        self.subject = Some(subject);
        self.of_last = true;
        self.records.clear();
        self.records.extend_from_slice(records);
        std::mem::swap(&mut self.known, &mut self.attributes);
    }
}

fn is_input(record: &Record) -> bool {
    matches!(record.event, Event::Input { .. })
}

/// Whether a record begins a row of inputs: it changes one, and the record before it, if it is of the same time, does not.
fn new_row(records: &[Record], place: usize) -> bool {
    let own = &records[place];
    is_input(own) && !(place > 0 && is_input(&records[place - 1]) && records[place - 1].time == own.time)
}

/// Whether a record is at a time or before it.
fn any_until(records: &[Record], time: f64) -> bool {
    records.iter().any(|record| record.time <= time)
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
