//! Schedules evaluated side by side: the same people in all, so that differences are sharp.

use super::acute::{self, Told, sums};
use super::keep::{Keep, Measure};
use super::people::{Kind, Patients, given};
use super::schedule::Schedule;
use crate::result::Design;
use euthymia_engine::Progress;
use euthymia_stats::variance::NestedSums;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

/// What a schedule came to.
pub(super) struct Evaluated {
    /// By aim.
    pub(super) outcomes: Vec<NestedSums>,
    /// The same less that of the course as given, patient by patient.
    pub(super) differences: Vec<NestedSums>,
    /// By what must hold.
    pub(super) told: Vec<Told>,
    pub(super) sessions: usize,
    pub(super) hours: Option<f64>,
    /// Sessions with marked dissociation.
    pub(super) dissociations: Option<f64>,
}

/// What schedules are evaluated with.
pub(super) struct Evaluator<'e> {
    pub(super) patients: &'e Patients<'e>,
    pub(super) kinds: &'e [Kind],
    pub(super) keeps: &'e [Keep],
    pub(super) design: Design,
    /// What each aim comes to in each patient with the course as given.
    pub(super) reference: &'e [Vec<f64>],
}

impl Evaluator<'_> {
    pub(super) fn one(&self, schedule: &Schedule) -> Evaluated {
        let outcomes = self.patients.outcomes(schedule, self.kinds);
        let summed = |values: &Vec<f64>| {
            let mut sums = sums(self.design);
            for (index, value) in values.iter().enumerate() {
                sums.push(self.patients.study_of(index), *value);
            }
            sums
        };
        let apart = |(values, reference): (&Vec<f64>, &Vec<f64>)| {
            let apart = values.iter().zip(reference).map(|(value, other)| value - other);
            summed(&apart.collect())
        };
        let given = given(schedule, self.kinds);
        let mut places: Vec<usize> = given.iter().map(|(_, kind)| *kind).collect();
        places.sort_unstable();
        places.dedup();
        let all: Vec<&Kind> = places.iter().map(|at| &self.kinds[*at]).collect();
        let is_varied = |kind: &&Kind| kind.regimen.is_some();
        let varied: Vec<&Kind> = all.iter().copied().filter(is_varied).collect();
        let counts = |kind: &usize| {
            let kind = &self.kinds[*kind];
            kind.regimen.is_some() || kind.effects.attended
        };
        let mut times_h: Vec<f64> = given
            .iter()
            .filter(|(_, kind)| counts(kind))
            .map(|(at, _)| *at)
            .collect();
        times_h.dedup();
        let sessions = times_h.len();
        let hours: Option<f64> = given.iter().map(|(_, kind)| self.kinds[*kind].hours).sum();
        let of_varied = given.iter().map(|(_, kind)| &self.kinds[*kind]).filter(is_varied);
        let told = self.keeps.iter().map(|keep| match keep.measure {
            Measure::Sessions => certain(sessions as f64),
            Measure::Hours => certain(hours.unwrap_or(f64::NAN)),
            _ => acute::told(keep, (&all, &varied), self.patients, self.design),
        });
        Evaluated {
            told: told.collect(),
            differences: outcomes.iter().zip(self.reference).map(apart).collect(),
            outcomes: outcomes.iter().map(summed).collect(),
            sessions,
            hours,
            dissociations: of_varied.map(|kind| kind.marked).sum(),
        }
    }

    /// Of all, in their order, whatever the number of threads; none where the run was ended.
    pub(super) fn all(
        &self,
        schedules: &[Schedule],
        threads: usize,
        progress: &dyn Progress,
    ) -> Option<Vec<Evaluated>> {
        let next = AtomicUsize::new(0);
        let ended = AtomicBool::new(false);
        let mut found: Vec<Option<Evaluated>> = Vec::new();
        found.resize_with(schedules.len(), || None);
        std::thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            for _ in 0..threads.clamp(1, schedules.len().max(1)) {
                let sender = sender.clone();
                let (next, ended) = (&next, &ended);
                scope.spawn(move || {
                    while !ended.load(Ordering::Relaxed) {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(schedule) = schedules.get(at) else { break };
                        if sender.send((at, self.one(schedule))).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            let mut done = 0;
            for (at, evaluated) in receiver {
                found[at] = Some(evaluated);
                done += 1;
                progress.done(done);
                if progress.cancelled() {
                    ended.store(true, Ordering::Relaxed);
                }
            }
        });
        found.into_iter().collect()
    }
}

fn certain(value: f64) -> Told {
    Told {
        value,
        by_study: None,
    }
}
