//! What a schedule does to everybody of a cohort: in closed form, from what one session does to each.

use super::acute;
use super::aim::{Aim, Goal};
use super::schedule::{Regimen, Schedule};
use crate::assembly::LATENT_INSTRUMENT;
use crate::cohort::body::{Body, Decay};
use crate::cohort::level::Level;
use crate::cohort::{Acute, Cohort, LATENT_TOP, Person, SessionEffect, SessionEffects};
use crate::instrument::{Instrument, Scatter};
use euthymia_stats::hermite::gauss_hermite;
use euthymia_vecmath::scalar::exp;

/// Points by which a mean over ratings is taken.
const RATINGS: usize = 7;
/// From one look at who is well to the next, h.
const LOOK_H: f64 = 24.0;

/// What is given in one kind of session, and what it does.
pub(super) struct Kind {
    /// As it is varied; absent of what is given beside.
    pub(super) regimen: Option<Regimen>,
    pub(super) effects: SessionEffects,
    /// By patient: see [`SessionEffect::at_once`].
    at_once: Vec<f64>,
    /// Hours that people are watched in the clinic, where the library tells.
    pub(super) hours: Option<f64>,
    /// The part of the people with marked dissociation, where a model tells.
    pub(super) marked: Option<f64>,
    /// When sessions of it begin that every schedule has, h.
    pub(super) times_h: Vec<f64>,
}

impl Kind {
    pub(super) fn new(
        cohort: &Cohort,
        regimen: Option<Regimen>,
        (effects, hours): (SessionEffects, Option<f64>),
        times_h: Vec<f64>,
    ) -> Self {
        let at_once = |index: u64| {
            let level = cohort.level(cohort.design().study_of(index));
            effects.of_patient(index).at_once(level.offset_rate)
        };
        let cadss = acute::place(Acute::Cadss);
        let is_marked = |index: &u64| effects.of_patient(*index).peaks[cadss] > acute::MARKED_CADSS;
        let marked = || (0..cohort.size()).filter(is_marked).count() as f64 / cohort.size() as f64;
        Self {
            regimen,
            hours,
            marked: effects.told[cadss].then(marked),
            at_once: (0..cohort.size()).map(at_once).collect(),
            effects,
            times_h,
        }
    }
}

/// An aim, made ready.
struct Ready {
    goal: Goal,
    /// When people are looked at, h.
    times_h: Vec<f64>,
}

/// The people and what is asked of them.
pub(super) struct Patients<'c> {
    cohort: &'c Cohort,
    instrument: &'c Instrument,
    people: Vec<Person>,
    response_cut_offs: Vec<Option<f64>>,
    aims: Vec<Ready>,
    ratings: Vec<(f64, f64)>,
    /// Of a session that all are given to the same extent.
    nothing: SessionEffect,
    new_antidepressant: bool,
    psychotherapy: bool,
}

impl<'c> Patients<'c> {
    pub(super) fn new(
        cohort: &'c Cohort,
        aims: &[Aim],
        (new_antidepressant, psychotherapy): (bool, bool),
    ) -> Self {
        let instrument = cohort.instrument();
        let everybody = 0..cohort.size();
        let ready = |aim: &Aim| Ready {
            goal: aim.goal,
            times_h: match aim.goal {
                Goal::DaysWell => looks(aim.time_h),
                _ => vec![aim.time_h],
            },
        };
        Self {
            cohort,
            instrument,
            people: everybody.clone().map(|index| cohort.person(index)).collect(),
            response_cut_offs: everybody
                .map(|index| instrument.response_cut_off(cohort.observed_baseline(index)))
                .collect(),
            aims: aims.iter().map(ready).collect(),
            ratings: gauss_hermite(RATINGS),
            nothing: SessionEffect::default(),
            new_antidepressant,
            psychotherapy,
        }
    }

    pub(super) fn size(&self) -> u64 {
        self.cohort.size()
    }

    pub(super) fn study_of(&self, index: usize) -> usize {
        self.people[index].study as usize
    }

    /// What each aim comes to in each patient.
    pub(super) fn outcomes(&self, schedule: &Schedule, kinds: &[Kind]) -> Vec<Vec<f64>> {
        let given = given(schedule, kinds);
        self.aims
            .iter()
            .map(|aim| self.outcome(aim, &given, kinds))
            .collect()
    }

    fn outcome(&self, aim: &Ready, given: &[(f64, usize)], kinds: &[Kind]) -> Vec<f64> {
        let studies: Vec<Vec<Moment>> = self
            .cohort
            .levels
            .iter()
            .map(|level| self.moments(level, &aim.times_h, given, kinds))
            .collect();
        let of = |(index, person): (usize, &Person)| {
            let level = self.cohort.level(person.study);
            let mut values = studies[person.study as usize].iter().map(|moment| {
                let left = moment
                    .left
                    .iter()
                    .map(|(kind, left)| kinds[*kind].at_once[index] * left);
                let improvement = moment.body.improvement_by(level, person, left.sum());
                let latent = (person.baseline * exp(-improvement)).min(LATENT_TOP);
                self.value(aim.goal, index, latent, level.sigma)
            });
            match aim.goal {
                Goal::DaysWell => days(&aim.times_h, &values.collect::<Vec<f64>>()),
                _ => values.next_back().unwrap_or(f64::NAN),
            }
        };
        self.people.iter().enumerate().map(of).collect()
    }

    /// What is counted of a score, averaged over its ratings.
    fn value(&self, goal: Goal, index: usize, latent: f64, sigma: f64) -> f64 {
        let instrument = self.instrument;
        let probability = |cut_off: f64| {
            let scatter = Scatter::Logarithm(sigma);
            instrument.probability_at_or_beyond(cut_off, LATENT_INSTRUMENT, latent, scatter)
        };
        match goal {
            Goal::Response => self.response_cut_offs[index].map_or(0.0, probability),
            Goal::Remission | Goal::DaysWell => probability(instrument.remission_cut_off),
            Goal::Score => {
                let rating = |(deviate, weight): &(f64, f64)| {
                    let rated = Scatter::Logarithm(sigma).rating(latent, *deviate);
                    let read = instrument.from_linked(LATENT_INSTRUMENT, rated);
                    weight * read.map_or(f64::NAN, |score| instrument.bounded(score))
                };
                self.ratings.iter().map(rating).sum()
            }
        }
    }

    /// The people of a study at some times.
    fn moments(&self, level: &Level, times_h: &[f64], given: &[(f64, usize)], kinds: &[Kind]) -> Vec<Moment> {
        let mut body = Body::new();
        if self.new_antidepressant {
            body.start_antidepressant();
        }
        if self.psychotherapy {
            body.start_psychotherapy();
        }
        let mut steps: Vec<Decay> = Vec::new();
        let mut until = |body: &mut Body, time_h: f64| {
            let step_h = time_h - body.time_h;
            if step_h <= 0.0 {
                return;
            }
            let known = steps.iter().position(|known| known.step_h() == step_h);
            let at = known.unwrap_or_else(|| {
                steps.push(Decay::new(level, step_h));
                steps.len() - 1
            });
            body.advance(&steps[at]);
        };
        let mut next = given.iter().peekable();
        let moment = |time_h: &f64| {
            while let Some((at_h, kind)) = next.next_if(|(at_h, _)| at_h < time_h) {
                until(&mut body, *at_h);
                body.session(&self.nothing, kinds[*kind].effects.attended, level);
            }
            until(&mut body, *time_h);
            Moment {
                body,
                left: left(given, *time_h, level.offset_rate),
            }
        };
        times_h.iter().map(moment).collect()
    }
}

/// The people of a study at a time.
struct Moment {
    /// Without what sessions leave.
    body: Body,
    /// What is left of sessions of a kind, in sessions.
    left: Vec<(usize, f64)>,
}

/// What has not faded at a time of the sessions of each kind before it.
fn left(given: &[(f64, usize)], time_h: f64, rate: f64) -> Vec<(usize, f64)> {
    let mut left: Vec<(usize, f64)> = Vec::new();
    for (at_h, kind) in given.iter().take_while(|(at_h, _)| *at_h < time_h) {
        let remains = exp(-rate * (time_h - at_h));
        match left.iter_mut().find(|(known, _)| known == kind) {
            Some((_, sum)) => *sum += remains,
            None => left.push((*kind, remains)),
        }
    }
    left
}

/// All sessions of a schedule, by time, with the place of their kind.
pub(super) fn given(schedule: &Schedule, kinds: &[Kind]) -> Vec<(f64, usize)> {
    let kind_of = |regimen: &Regimen| kinds.iter().position(|kind| kind.regimen == Some(*regimen));
    let varied = schedule.sessions.iter();
    let varied = varied.filter_map(|(time_h, regimen)| Some((*time_h, kind_of(regimen)?)));
    let beside = kinds.iter().enumerate();
    let beside = beside.flat_map(|(at, kind)| kind.times_h.iter().map(move |time_h| (*time_h, at)));
    let mut given: Vec<(f64, usize)> = varied.chain(beside).collect();
    given.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    given
}

/// When people are looked at up to a time, h.
fn looks(until_h: f64) -> Vec<f64> {
    let count = (until_h / LOOK_H).ceil() as usize;
    let at = |look: usize| (look as f64 * LOOK_H).min(until_h);
    (0..=count).map(at).collect()
}

/// Days, from the probability of being well at some times, by the trapezoidal rule.
fn days(times_h: &[f64], well: &[f64]) -> f64 {
    let steps = times_h.windows(2).zip(well.windows(2));
    steps
        .map(|(time, well)| (time[1] - time[0]) / 24.0 * (well[0] + well[1]) / 2.0)
        .sum()
}
