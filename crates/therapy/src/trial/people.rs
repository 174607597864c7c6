//! One replicate of a trial: its study, sites and people, who leaves, and what is rated.

use super::{Blinding, EndpointKind, Estimand, Trial};
use crate::assembly::LATENT_INSTRUMENT;
use crate::cohort::LATENT_TOP;
use crate::cohort::body::{Body, Decay, Parts};
use crate::cohort::level::{Level, StudyEffects};
use crate::cohort::sessions::SessionEffect;
use crate::course::Antidepressant;
use crate::drug::Felt;
use crate::population::Sampler;
use crate::response::{Blinding as Knows, Disorder, Situation, Theta, Thetas};
use euthymia_stats::random::{Address, Purpose, Stream};
use euthymia_vecmath::scalar::{exp, ln};

/// What the random numbers of a trial are for: its study, its arms and visits, its sites, its people, their ratings.
const STUDY: Purpose = Purpose(0x7472_6901);
const ARM: Purpose = Purpose(0x7472_6902);
const SITE: Purpose = Purpose(0x7472_6903);
const PERSON: Purpose = Purpose(0x7472_6904);
const RATING: Purpose = Purpose(0x7472_6905);
/// Draws of a person.
const LEAVES: u32 = 8;
const FOLLOWED: u32 = 9;
/// Days are what hazards are for.
const DAY_H: f64 = 24.0;
/// More people than a replicate of a trial has.
const STRIDE: u64 = 1 << 24;

/// What a world makes of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    /// As fitted.
    Model,
    /// No effect of the drug, but people can tell.
    Unblinding,
    /// No arm differs from another.
    Null,
}

/// What of the model is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) enum Draws<'d> {
    /// A draw of the parameters for each replicate, and a study of its own.
    Uncertain(&'d [Thetas<f64>]),
    /// The medians, and the typical study.
    Typical(&'d Thetas<f64>),
}

/// An arm, ready: sessions by time, with what they do; whether an antidepressant is started and psychotherapy given; who can tell.
#[derive(Clone, Debug)]
pub(super) struct ReadyArm {
    pub(super) sessions: Vec<(f64, SessionEffect, bool)>,
    pub(super) new_antidepressant: bool,
    pub(super) psychotherapy: bool,
    pub(super) felt: Felt,
    pub(super) has_drug: bool,
}

/// A trial, ready to be replicated.
pub(super) struct Ready<'t> {
    pub(super) trial: &'t Trial,
    pub(super) arms: Vec<ReadyArm>,
    pub(super) sampler: Sampler,
    pub(super) stream: Stream,
    pub(super) disorder: Disorder,
    /// People of the largest trial that is asked for.
    pub(super) most: u32,
    /// Log of the people of the study that effects are those of, over the usual ones: the same whatever sizes are asked for, so that a
    /// smaller trial is the beginning of a larger one.
    pub(super) ln_size: f64,
}

/// The people of a replicate, in the order in which they are admitted.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// A row each.
    pub rows: Vec<Row>,
}

/// A person of a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Index of the arm.
    pub arm: usize,
    /// Site, from 0.
    pub site: u32,
    /// Score before treatment, on the instrument of the endpoint.
    pub baseline: f64,
    /// Scores at the visits; `None` where nobody rated.
    pub scores: Vec<Option<f64>>,
    /// When treatment was stopped, h.
    pub stopped_h: Option<f64>,
}

/// The model of one arm in one replicate.
struct ArmModel {
    level: Level,
    /// The arm whose plan its people follow.
    plan: usize,
    /// At the visits, of who goes on.
    parts: Vec<Parts>,
    /// What the arm and each visit shift.
    shifts: Vec<f64>,
    hazard: f64,
    /// By the end of the trial.
    gone: f64,
}

impl ReadyArm {
    fn body(&self) -> Body {
        let mut body = Body::new();
        if self.new_antidepressant {
            body.start_antidepressant();
        }
        if self.psychotherapy {
            body.start_psychotherapy();
        }
        body
    }

    /// What the typical patient has improved by at the visits, without sessions after `until_h`.
    fn parts(&self, level: &Level, visits_h: &[f64], until_h: f64) -> Vec<Parts> {
        let mut body = self.body();
        let mut next = self.sessions.iter().peekable();
        let step = |body: &mut Body, to_h: f64| {
            let step_h = to_h - body.time_h;
            if step_h > 0.0 {
                body.advance(&Decay::new(level, step_h));
            }
        };
        let at = |visit_h: &f64| {
            while let Some((at_h, effect, attended)) = next.next_if(|(at_h, ..)| at_h < visit_h) {
                if *at_h < until_h {
                    step(&mut body, *at_h);
                    body.session(effect, *attended, level);
                }
            }
            step(&mut body, *visit_h);
            body.parts(level)
        };
        visits_h.iter().map(at).collect()
    }
}

impl Ready<'_> {
    /// The people of a replicate.
    pub(super) fn replicate(&self, replicate: u32, draws: Draws<'_>, truth: Truth) -> Dataset {
        let trial = self.trial;
        let study = self.stream.at(STUDY, replicate, 0);
        let (thetas, scale) = match draws {
            Draws::Uncertain(all) => (&all[replicate as usize % all.len().max(1)], 1.0),
            Draws::Typical(thetas) => (thetas, 0.0),
        };
        let models: Vec<ArmModel> = (0..self.arms.len())
            .map(|arm| self.model(arm, thetas, (&study, scale), replicate, truth))
            .collect();
        let sites = self.stream.at(SITE, replicate, 0);
        let (count, sd) = trial.sites;
        let order = self.allocation();
        let rows = (0..self.most).map(|place| {
            // A block is of one site, so that sites and arms have nothing to do with each other.
            let block = order.len().max(1) as u32;
            let site = place / block % count;
            let shift = sd * sites.normal(site);
            let arm = order[(place % block) as usize];
            self.person(replicate, place, arm, &models[arm], (site, shift), thetas)
        });
        Dataset { rows: rows.collect() }
    }

    /// Arms in the order of admission: blocks in which each has its share.
    fn allocation(&self) -> Vec<usize> {
        let arms = self.trial.arms.iter().enumerate();
        let most = arms.clone().map(|(_, arm)| arm.share).max().unwrap_or(1);
        (0..most)
            .flat_map(|round| {
                arms.clone()
                    .filter(move |(_, arm)| round < arm.share)
                    .map(|(at, _)| at)
            })
            .collect()
    }

    fn model(
        &self,
        at: usize,
        thetas: &Thetas<f64>,
        (study, scale): (&Address, f64),
        replicate: u32,
        truth: Truth,
    ) -> ArmModel {
        let trial = self.trial;
        let arm = &self.arms[at];
        let null = truth == Truth::Null;
        let unblinding = match trial.blinding {
            Blinding::Double { .. } if null => 0.0,
            Blinding::Double { unblinding } => unblinding,
            Blinding::Open => 1.0,
        };
        let thetas = Thetas::new(|theta| match theta {
            Theta::ExpectActive | Theta::ExpectInactive => unblinding * thetas[theta],
            other => thetas[other],
        });
        let knows = match (trial.blinding, arm.has_drug, arm.felt) {
            (Blinding::Open, ..) => Knows::OpenLabel,
            (_, true, _) | (_, _, Felt::Drug) => Knows::Drug,
            (_, _, Felt::Active) => Knows::ActiveControl,
            (_, _, Felt::Inactive) => Knows::InactiveControl,
        };
        let situation = Situation {
            blinding: knows,
            crisis: false,
            disorder: self.disorder,
            ln_size: self.ln_size,
            antidepressant_from_h: None,
            psychotherapy_from_h: None,
        };
        let address = self.stream.at(ARM, replicate, at as u64);
        // Arms and visits of a trial lie apart by chance; where the drug does nothing only what people can tell is left.
        let differs = if truth == Truth::Model { scale } else { 0.0 };
        let effects = StudyEffects {
            expectancy: scale * study.normal(0),
            drug: scale * study.normal(1),
            spread: scale * study.normal(2),
            arm: differs * address.normal(0),
            visit: 0.0,
            relapse: 0.0,
        };
        let mut level = Level::new(&thetas, &situation, &effects);
        if truth != Truth::Model {
            level.emax = 0.0;
        }
        // Where no arm may differ, all of them are the first in what goes beside the drug.
        let plan = if null { trial.endpoint.arms.1 } else { at };
        let arm_shift = level.shift;
        let shifts = (0u32..)
            .zip(&trial.visits_h)
            .map(|(visit, _)| arm_shift + differs * thetas[Theta::TauVisit] * address.normal(16 + visit));
        let hazard = trial.leaving
            * exp(thetas[Theta::Dropout] + differs * thetas[Theta::TauDropout] * address.normal(1));
        let end_h = trial.visits_h.last().copied().unwrap_or(0.0);
        ArmModel {
            plan,
            parts: self.arms[plan].parts(&level, &trial.visits_h, f64::INFINITY),
            shifts: shifts.collect(),
            hazard,
            gone: 1.0 - exp(-hazard * end_h / DAY_H),
            level,
        }
    }

    fn person(
        &self,
        replicate: u32,
        place: u32,
        arm: usize,
        model: &ArmModel,
        (site, site_shift): (u32, f64),
        thetas: &Thetas<f64>,
    ) -> Row {
        let trial = self.trial;
        let index = u64::from(replicate) * STRIDE + u64::from(place);
        let source = self.stream.at(PERSON, replicate, u64::from(place));
        let observed = self.sampler.characteristics(index).baseline;
        let own = trial.people.instrument();
        // Both links were checked when the trial was read.
        let latent = own.to_linked(LATENT_INSTRUMENT, observed).unwrap_or(f64::NAN);
        let on = &trial.endpoint.instrument;
        let rated = |latent: f64| {
            let score = on.from_linked(LATENT_INSTRUMENT, latent.min(LATENT_TOP));
            on.observed(score.unwrap_or(f64::NAN))
        };
        let level = &model.level;
        let deviates = [0, 1, 2, 3].map(|draw| source.normal(draw));
        let end_h = trial.visits_h.last().copied().unwrap_or(0.0);
        let leaves_h = -ln(source.uniform(LEAVES)) / model.hazard.max(1e-12) * DAY_H;
        let stopped_h = (leaves_h < end_h).then_some(leaves_h);
        let followed =
            trial.estimand == Estimand::TreatmentPolicy && source.uniform(FOLLOWED) < trial.followed;
        // Those who leave would have improved by less, and those who stay improve by as much more, so that all together are as fitted.
        let less = thetas[Theta::DropoutLess];
        let stay = 1.0 / (1.0 - less * model.gone);
        let factor = if stopped_h.is_some() {
            (1.0 - less) * stay
        } else {
            stay
        };
        let late = stopped_h
            .filter(|_| followed)
            .map(|stopped_h| self.arms[model.plan].parts(level, &trial.visits_h, stopped_h));
        let ratings = self.stream.at(RATING, replicate, u64::from(place));
        let scores = (0u32..).zip(&trial.visits_h).map(|(visit, time_h)| {
            let at = visit as usize;
            let after = stopped_h.is_some_and(|stopped_h| stopped_h <= *time_h);
            if after && !followed {
                return None;
            }
            let parts = match &late {
                Some(late) if after => &late[at],
                _ => &model.parts[at],
            };
            let improvement =
                factor * mean(parts) + model.shifts[at] + site_shift + apart(parts, level, *time_h, deviates);
            let rating = latent * exp(-improvement + level.sigma * ratings.normal(visit));
            Some(rated(rating))
        });
        Row {
            arm,
            site,
            baseline: rated(latent),
            scores: scores.collect(),
            stopped_h,
        }
    }
}

fn mean(parts: &Parts) -> f64 {
    parts.expectancy + parts.drug + parts.antidepressant + parts.psychotherapy
}

/// How far a patient lies from the typical one.
fn apart(
    parts: &Parts,
    level: &Level,
    time_h: f64,
    [expectancy, drug, antidepressant, natural]: [f64; 4],
) -> f64 {
    let drift = 1.0 - exp(-std::f64::consts::LN_2 / crate::response::HALF_NATURAL_H * time_h);
    level.spread
        * (parts.expectancy * level.omega_expectancy * expectancy
            + parts.drug * level.omega_drug * drug
            + parts.antidepressant * level.omega_antidepressant * antidepressant
            + level.omega_natural * drift.max(0.0).sqrt() * natural)
}

impl Row {
    /// Whether the person has what the endpoint counts at a visit; not, where nobody rated.
    pub(super) fn counts(&self, trial: &Trial, visit: usize) -> bool {
        let Some(score) = self.scores.get(visit).copied().flatten() else {
            return false;
        };
        let instrument = &trial.endpoint.instrument;
        match trial.endpoint.kind {
            EndpointKind::Remission => instrument.is_remission(score),
            EndpointKind::Response | EndpointKind::Change => instrument.is_response(self.baseline, score),
        }
    }
}

/// Whether an arm starts an antidepressant.
pub(super) fn starts(antidepressant: Antidepressant) -> bool {
    antidepressant == Antidepressant::NewlyStarted
}
