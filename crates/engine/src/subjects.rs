//! The subjects of a block made ready: the layer that is constant for a subject is computed for all of them, a lane
//! group at a time, and kept until a lane takes each.

mod asked;
mod preparation;

use std::collections::BTreeMap;
use std::ops::Range;

pub(crate) use self::asked::Asked;
use self::preparation::Schedule;
pub(crate) use self::preparation::{Common, Preparation};
use crate::course::Record;
use crate::error::FailureKind;
use crate::events::{Change, Effect, Expanded, Observation};
use crate::plan::Plan;
use crate::population::Dose;
use crate::steady::Steady;

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
    schedule: Schedule,
    /// When each subject starts.
    start: Vec<f64>,
    /// Subjects that cannot be simulated, and why.
    refused: BTreeMap<usize, FailureKind>,
    /// Records of the lane group that is being made ready.
    records: Vec<Record>,
    /// Each lane's records.
    records_of: Vec<Range<usize>>,
    /// Records of one subject and its doses, from where they are asked for.
    subject_records: Vec<Record>,
    subject_doses: Vec<Dose>,
}

/// A subject's changes, observations and steady states, which are another's where both are the same.
#[derive(Clone, Debug)]
struct Part {
    changes: Range<usize>,
    observations: Range<usize>,
    /// Place of the first observation among those of the block.
    place: usize,
    steady: usize,
    /// The first set of what equations see of the doses.
    history: u32,
    /// Whether the first record is an observation.
    observed_first: bool,
}

/// When a subject is observed, and where that goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Observed<'a> {
    /// When.
    pub(crate) times: &'a [f64],
    /// What holds then, where it is observed at its records; without, times are common, and come after all that happens then.
    pub(crate) own: Option<&'a [Observation]>,
    /// Place of the first among the observations of the block.
    pub(crate) place: usize,
    /// Which list of times it is: those of subjects with the same have the same.
    pub(crate) list: usize,
}

impl<'a> Observed<'a> {
    /// The times of those of a range that come before `end`. Between two changes they ascend.
    pub(crate) fn before(self, range: Range<usize>, end: f64) -> &'a [f64] {
        let times = &self.times[range];
        &times[..times.partition_point(|time| *time < end)]
    }
}

/// What observations see of the doses, one after the other.
pub(crate) struct Seen<'a> {
    /// Changes that are to come.
    changes: &'a [Change],
    /// Number of what is seen.
    number: u32,
}

impl Seen<'_> {
    /// The number of what an observation sees; those before it have been asked about.
    pub(crate) fn number(&mut self, observed: Observed<'_>, observation: usize) -> u32 {
        if let Some(own) = observed.own {
            return own[observation].history;
        }
        while let Some((change, rest)) = self.changes.split_first()
            && change.time <= observed.times[observation]
        {
            if let Effect::History(number) = change.effect {
                self.number = number;
            }
            self.changes = rest;
        }
        self.number
    }
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
        self.expanded.times.clear();
        self.expanded.steady.clear();
        self.expanded.histories.clear();
        self.parts.clear();
        self.schedule.clear();
        self.refused.clear();
    }

    /// How many are ready.
    pub(crate) fn len(&self) -> usize {
        self.start.len()
    }

    /// Whether a subject cannot be simulated.
    pub(crate) fn is_refused(&self, subject: usize) -> bool {
        self.refused.contains_key(&subject)
    }

    /// Those that cannot be simulated, in order, and why.
    pub(crate) fn take_refused(&mut self) -> BTreeMap<usize, FailureKind> {
        std::mem::take(&mut self.refused)
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

    /// What equations see of the doses, by the number of the set.
    pub(crate) fn history(&self, plan: &Plan<'_>, number: u32) -> &[f64] {
        let width = plan.program.history.len();
        &self.expanded.histories[number as usize * width..][..width]
    }

    /// What they see at first.
    pub(crate) fn first_history(&self, plan: &Plan<'_>, subject: usize) -> &[f64] {
        self.history(plan, self.parts[subject].history)
    }

    /// What a subject's observations see, from the first on.
    pub(crate) fn seen(&self, subject: usize) -> Seen<'_> {
        Seen {
            changes: self.changes(subject),
            number: self.parts[subject].history,
        }
    }

    /// Whether the subject's first record is an observation.
    pub(crate) fn is_observed_first(&self, subject: usize) -> bool {
        self.parts[subject].observed_first
    }

    /// When it is observed, and where that goes.
    pub(crate) fn observed<'a>(&'a self, subject: usize, common: Option<&'a [f64]>) -> Observed<'a> {
        let Part {
            observations, place, ..
        } = &self.parts[subject];
        match common {
            Some(times) => Observed {
                times,
                own: None,
                place: subject * times.len(),
                list: 0,
            },
            None => Observed {
                times: &self.expanded.times[observations.clone()],
                own: Some(&self.expanded.observations[observations.clone()]),
                place: *place,
                list: observations.start,
            },
        }
    }

    /// When subjects are observed at their records, subject after subject; nothing where times are common.
    pub(crate) fn own_times(&self) -> impl Iterator<Item = &[f64]> {
        self.parts
            .iter()
            .map(|part| &self.expanded.times[part.observations.clone()])
    }

    /// Place of the next subject's first observation among those of the block.
    fn next_place(&self) -> usize {
        let last = self.parts.last();
        last.map_or(0, |last| last.place + last.observations.len())
    }

    /// Where each subject's observations start, and how many there are.
    pub(crate) fn offsets(&self, common: Option<&[f64]>) -> Vec<usize> {
        match common {
            Some(times) => (0..=self.len()).map(|subject| subject * times.len()).collect(),
            None => {
                let ends = self.parts.iter().map(|part| part.place + part.observations.len());
                [0].into_iter().chain(ends).collect()
            }
        }
    }

    /// Time 0, or the time of the first dose or observation before that; of a course, the time of its first record.
    pub(crate) fn start(&self, subject: usize) -> f64 {
        self.start[subject]
    }
}
