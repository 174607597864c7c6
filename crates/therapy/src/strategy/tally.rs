//! Sums over the lives of some patients under every strategy.

use super::comparison::Measure;
use super::life::{Life, Witness};
use crate::result::Design;
use euthymia_stats::variance::NestedSums;

/// Of one strategy.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    pub(super) measures: Vec<NestedSums>,
    /// Less the first strategy.
    pub(super) differences: Vec<NestedSums>,
    pub(super) weeks: Vec<[NestedSums; 2]>,
    /// First responses and remissions, by draw and day.
    pub(super) first: [Vec<Vec<u64>>; 2],
    /// People, by draw.
    pub(super) people: Vec<u64>,
    /// People who began a step.
    pub(super) began: Vec<u64>,
    /// People assessed in a step, and those of them in remission as the proportion of it counts.
    pub(super) assessed: Vec<[u64; 2]>,
}

impl Tally {
    pub(super) fn new(design: Design, horizon_days: u32, steps: usize) -> Self {
        let draws = design.draws.max(1) as usize;
        let sums = || NestedSums::new(draws, design.studies_per_draw.max(1) as usize);
        let weeks = (horizon_days / 7) as usize + 1;
        let days = || vec![vec![0; horizon_days as usize + 1]; draws];
        Self {
            measures: Measure::ALL.map(|_| sums()).into(),
            differences: Measure::ALL.map(|_| sums()).into(),
            weeks: (0..weeks).map(|_| [sums(), sums()]).collect(),
            first: [days(), days()],
            people: vec![0; draws],
            began: vec![0; steps],
            assessed: vec![[0; 2]; steps],
        }
    }

    /// Takes in a life and what the first strategy made of the same patient.
    pub(super) fn push(&mut self, study: usize, draw: usize, life: &Life, first: &Life) {
        for (at, value) in life.measures.iter().enumerate() {
            self.measures[at].push(study, *value);
            self.differences[at].push(study, value - first.measures[at]);
        }
        let events = [life.first_response, life.first_remission];
        for (days, event) in self.first.iter_mut().zip(events) {
            if let Some(day) = event {
                days[draw][day as usize] += 1;
            }
        }
        self.people[draw] += 1;
    }

    /// Puts what another has seen behind it.
    pub(super) fn merge(&mut self, other: &Self) {
        let pairs = |ours: &mut Vec<NestedSums>, theirs: &[NestedSums]| {
            ours.iter_mut()
                .zip(theirs)
                .for_each(|(one, other)| one.merge(other));
        };
        pairs(&mut self.measures, &other.measures);
        pairs(&mut self.differences, &other.differences);
        for (ours, theirs) in self.weeks.iter_mut().zip(&other.weeks) {
            ours.iter_mut()
                .zip(theirs)
                .for_each(|(one, other)| one.merge(other));
        }
        let add = |ours: &mut [u64], theirs: &[u64]| {
            ours.iter_mut().zip(theirs).for_each(|(one, other)| *one += other);
        };
        for (ours, theirs) in self.first.iter_mut().zip(&other.first) {
            ours.iter_mut()
                .zip(theirs)
                .for_each(|(one, other)| add(one, other));
        }
        add(&mut self.people, &other.people);
        add(&mut self.began, &other.began);
        for (ours, theirs) in self.assessed.iter_mut().zip(&other.assessed) {
            add(ours, theirs);
        }
    }
}

/// Watches a life for a tally.
pub(super) struct Watch<'t> {
    pub(super) tally: &'t mut Tally,
    pub(super) study: usize,
    /// By step: the worst latent score that its published proportion counts as remission.
    pub(super) cut_offs: &'t [f64],
    /// A latent score on the scale of the people.
    pub(super) on_scale: &'t dyn Fn(f64) -> f64,
}

impl Witness for Watch<'_> {
    fn week(&mut self, week: usize, score: f64, well: bool) {
        let scale = (self.on_scale)(score);
        if let Some([of_well, of_score]) = self.tally.weeks.get_mut(week) {
            of_well.push(self.study, f64::from(u8::from(well)));
            of_score.push(self.study, scale);
        }
    }

    fn began(&mut self, step: usize) {
        self.tally.began[step] += 1;
    }

    fn assessed(&mut self, step: usize, score: f64) {
        let [all, remitted] = &mut self.tally.assessed[step];
        *all += 1;
        *remitted += u64::from(score <= self.cut_offs[step]);
    }
}
