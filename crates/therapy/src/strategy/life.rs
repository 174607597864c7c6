//! One patient's time under one strategy, day by day.
//!
//! A day goes: what was to begin begins; the score is looked at and counted; a relapse may come; assessments are made and their rules
//! followed; sessions are held; then a day passes. What is random of it (luck with each treatment, ratings, when relapses come) is
//! addressed by patient, so that it is the same in every strategy.

mod rules;
mod treat;

use super::Rule;
use super::calibrated::Calibrated;
use super::comparison::Measure;
use crate::cohort::body::{Body, Decay};
use crate::cohort::level::Level;
use crate::cohort::{Cohort, LATENT_TOP, Person, SessionEffects};
use crate::course::DoseAmount;
use crate::strategy::economy::SessionPrice;
use euthymia_stats::random::Purpose;
use euthymia_vecmath::scalar::{exp, ln};

/// How lucky a patient is with a treatment.
const LUCK: Purpose = Purpose(0x6c75_636b);
/// When relapses come.
const RELAPSE: Purpose = Purpose(0x7265_6c61);
/// How ratings at assessments scatter.
const RATING: Purpose = Purpose(0x7261_7465);
/// Half-life with which what was gained is lost after a relapse, and once something else takes the place of what gained it, d: assumed.
pub(super) const LOST_HALF_DAYS: f64 = 7.0;
/// Least score that logarithms are taken of, points.
const LEAST: f64 = 0.1;
/// Points of dissociation above which a session counts.
const DISSOCIATED: f64 = 20.0;
/// Rise of the systolic pressure, mmHg, above which a session counts: what the label of the spray counts.
const PRESSED: f64 = 40.0;
const DAY_H: f64 = 24.0;
const MONTH_DAYS: f64 = 365.25 / 12.0;
const YEAR_DAYS: f64 = 365.25;

/// A strategy, ready to be lived through.
pub(super) struct Ready<'s> {
    pub(super) steps: Vec<ReadyStep<'s>>,
    pub(super) horizon_days: u32,
}

/// A step, ready.
pub(super) struct ReadyStep<'s> {
    pub(super) rules: &'s [Rule],
    pub(super) wait_days: u32,
    /// Of a medication that goes on, a month.
    pub(super) monthly: f64,
    pub(super) kind: ReadyKind,
    /// Days of visits, and of how many days again after the last.
    pub(super) visits: (Vec<u32>, Option<u32>),
    /// Days of sessions of psychotherapy; none where there is none.
    pub(super) psychotherapy_days: Option<Vec<u32>>,
    /// When it shows who has responded, d.
    pub(super) settled_days: u32,
    /// Whether an antidepressant is taken.
    pub(super) antidepressant: bool,
}

/// What a step gives.
pub(super) enum ReadyKind {
    /// Known by a proportion: by study; what its luck is addressed by; sessions with their price and hours.
    Care {
        by_study: Vec<Calibrated>,
        luck: u32,
        sessions: Vec<u32>,
        session: SessionPrice,
    },
    /// Days of sessions with their kinds; whether an antidepressant is started.
    Course {
        sessions: Vec<(u32, usize)>,
        new_antidepressant: bool,
    },
}

/// A kind of session that courses share.
pub(super) struct SessionKind {
    pub(super) effects: SessionEffects,
    pub(super) price: SessionPrice,
    pub(super) dose: Option<DoseAmount>,
}

/// What all lives share.
pub(super) struct World<'w> {
    pub(super) cohort: &'w Cohort,
    pub(super) kinds: Vec<SessionKind>,
    pub(super) visit: (f64, f64),
    pub(super) psychotherapy: (f64, f64),
    /// Utilities of remission, response and neither, by draw.
    pub(super) utilities: Vec<[f64; 3]>,
    /// Score of remission, on the latent instrument.
    pub(super) remission: f64,
    /// Part of the baseline that is a response.
    pub(super) response: f64,
}

/// What is told of a life while it is lived.
pub(super) trait Witness {
    /// At the beginning of a week.
    fn week(&mut self, week: usize, score: f64, well: bool);
    /// A step was begun for the first time.
    fn began(&mut self, step: usize);
    /// At the time of a published proportion: whether in remission as it counts.
    fn assessed(&mut self, step: usize, score: f64);
}

/// What a life comes to.
#[derive(Clone, Debug)]
pub(super) struct Life {
    pub(super) measures: [f64; Measure::ALL.len()],
    pub(super) first_response: Option<u32>,
    pub(super) first_remission: Option<u32>,
}

/// Somebody who may relapse.
#[derive(Clone, Copy)]
struct AtRisk {
    remitted: f64,
    left: f64,
}

/// A step that is under way.
struct Phase {
    step: usize,
    since: u32,
    /// Score that improves.
    entry: f64,
    /// Improvement by what was given before, which fades.
    carried: f64,
    /// Whether it was begun before.
    again: bool,
    luck: f64,
    body: Body,
    stopped: bool,
    antidepressant: bool,
    maintain: Option<(u32, u32, u32)>,
    /// Added psychotherapy: first and last day.
    added: Option<(u32, u32)>,
}

/// A patient on a day.
struct Patient<'w> {
    world: &'w World<'w>,
    ready: &'w Ready<'w>,
    person: Person,
    level: &'w Level,
    phase: Option<Phase>,
    /// What begins, and when: step, day, whether beside what is taken, whether again.
    pending: Option<(usize, u32, bool, bool)>,
    at_risk: Option<AtRisk>,
    relapsed: Option<(u32, f64)>,
    relapses: u32,
    retreated: u32,
    begun: Vec<bool>,
    /// What medications cost a day.
    daily: f64,
    sums: [f64; Measure::ALL.len()],
}

/// Lives a patient's time under a strategy, from a step on.
pub(super) fn live(
    world: &World<'_>,
    ready: &Ready<'_>,
    person: Person,
    decay: &Decay,
    from_step: usize,
    witness: &mut dyn Witness,
) -> Life {
    let level = world.cohort.level(person.study);
    let mut patient = Patient {
        world,
        ready,
        person,
        level,
        phase: None,
        pending: Some((
            from_step,
            ready.steps.get(from_step).map_or(0, |step| step.wait_days),
            false,
            false,
        )),
        at_risk: None,
        relapsed: None,
        relapses: 0,
        retreated: 0,
        begun: vec![false; ready.steps.len()],
        daily: 0.0,
        sums: [0.0; Measure::ALL.len()],
    };
    patient.through(decay, witness)
}

impl Patient<'_> {
    fn add(&mut self, measure: Measure, value: f64) {
        self.sums[measure as usize] += value;
    }

    fn through(&mut self, decay: &Decay, witness: &mut dyn Witness) -> Life {
        let horizon = self.ready.horizon_days;
        let draw = self.world.cohort.design.draw_of(self.person.study) as usize;
        let [in_remission, in_response, ill] = self.world.utilities[draw];
        let response = self.person.baseline * self.world.response;
        let (mut first_response, mut first_remission) = (None, None);
        for day in 0..=horizon {
            self.begin(day, witness);
            let score = self.score(day);
            let well = score <= self.world.remission;
            let responds = score <= response;
            if day.is_multiple_of(7) {
                witness.week((day / 7) as usize, score, well);
            }
            if responds {
                first_response.get_or_insert(day);
            }
            if well {
                first_remission.get_or_insert(day);
            }
            if day == horizon {
                self.add(Measure::WellAtEnd, f64::from(u8::from(well)));
                break;
            }
            self.add(Measure::DaysWell, f64::from(u8::from(well)));
            self.add(Measure::DaysResponding, f64::from(u8::from(responds)));
            let utility = if well {
                in_remission
            } else if responds {
                in_response
            } else {
                ill
            };
            self.add(Measure::Qaly, utility / YEAR_DAYS);
            self.add(Measure::DrugCost, self.daily);
            self.relapse(day, score, responds);
            self.assess(day, score, witness);
            self.treat(day);
            if let Some(phase) = &mut self.phase {
                phase.body.advance(decay);
            }
        }
        self.add(
            Measure::DaysToResponse,
            f64::from(first_response.unwrap_or(horizon)),
        );
        self.add(
            Measure::DaysToRemission,
            f64::from(first_remission.unwrap_or(horizon)),
        );
        self.add(Measure::NeverWell, f64::from(u8::from(first_remission.is_none())));
        self.add(Measure::Relapsed, f64::from(u8::from(self.relapses > 0)));
        self.add(Measure::Relapses, f64::from(self.relapses));
        let cost = self.sums[Measure::DrugCost as usize] + self.sums[Measure::VisitCost as usize];
        self.add(Measure::Cost, cost);
        Life {
            measures: self.sums,
            first_response,
            first_remission,
        }
    }

    /// Begins what was to begin today.
    fn begin(&mut self, day: u32, witness: &mut dyn Witness) {
        let Some((step, when, beside, again)) = self.pending else {
            return;
        };
        let Some(ready) = self.ready.steps.get(step).filter(|_| when <= day) else {
            return;
        };
        let current = self.score(day);
        let baseline = self.person.baseline;
        // What is added is added to how people do now; what takes the place of another finds them as ill as they were, once what they
        // had gained is lost.
        let (entry, carried) = if beside {
            (current, 0.0)
        } else {
            (baseline, ln(baseline / current.max(LEAST)))
        };
        self.pending = None;
        self.relapsed = None;
        self.at_risk = None;
        let kept = beside && self.phase.as_ref().is_some_and(|phase| phase.antidepressant);
        let mut body = Body::new();
        if let ReadyKind::Course {
            new_antidepressant: true,
            ..
        } = &ready.kind
        {
            body.start_antidepressant();
        }
        if ready.psychotherapy_days.is_some() {
            body.start_psychotherapy();
        }
        let luck = match &ready.kind {
            ReadyKind::Care { luck, .. } => {
                let address = self.world.cohort.stream.at(LUCK, *luck, self.person.index);
                address.normal(0)
            }
            ReadyKind::Course { .. } => 0.0,
        };
        let monthly = ready.monthly / MONTH_DAYS;
        self.daily = if beside { self.daily + monthly } else { monthly };
        self.phase = Some(Phase {
            step,
            since: day,
            entry,
            carried,
            again,
            luck,
            body,
            stopped: false,
            antidepressant: ready.antidepressant || kept,
            maintain: None,
            added: None,
        });
        if !again {
            self.add(Measure::Treatments, 1.0);
        }
        if !self.begun[step] {
            self.begun[step] = true;
            witness.began(step);
        }
    }

    /// The latent score at the beginning of a day.
    fn score(&self, day: u32) -> f64 {
        let person = &self.person;
        if let Some((since, score)) = self.relapsed {
            let baseline = ln(person.baseline);
            return exp(baseline + (ln(score.max(LEAST)) - baseline) * kept(day - since)).min(LATENT_TOP);
        }
        let Some(phase) = &self.phase else {
            return person.baseline.min(LATENT_TOP);
        };
        let improvement = match &self.ready.steps[phase.step].kind {
            ReadyKind::Care { by_study, .. } => {
                let care = &by_study[person.study as usize];
                care.improvement(f64::from(day - phase.since), phase.luck)
                    + phase.body.parts(self.level).psychotherapy
            }
            ReadyKind::Course { .. } => phase.body.improvement(self.level, person),
        };
        let carried = phase.carried * kept(day - phase.since);
        (phase.entry * exp(-improvement - carried)).min(LATENT_TOP)
    }
}

/// What is left of an improvement after so many days without what made it.
fn kept(days: u32) -> f64 {
    exp(-std::f64::consts::LN_2 / LOST_HALF_DAYS * f64::from(days))
}

/// A day of a level.
pub(super) fn day_of(level: &Level) -> Decay {
    Decay::new(level, DAY_H)
}
