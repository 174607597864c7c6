//! What a trial will report, from its design alone.
//!
//! For every draw of the parameters a study is drawn with its own expectancy and drug effect, its arms and visits with theirs, and
//! then what a sample of so many people comes to, as far as they have not left: observed cases. The quantiles over all of it are the predictive intervals.

use super::design::{ArmDesign, Setting};
use super::dropout::gone;
use super::exposure::Exposure;
use super::ratings::Ratings;
use super::scores::{Before, Scores};
use super::structure::{Effects, Typical};
use super::theta::Thetas;
use super::visit::{Situation, Visit};
use euthymia_stats::random::{Address, Purpose, Stream};
use euthymia_stats::{counts, quantile};
use euthymia_vecmath::scalar::exp;
use serde::Serialize;

/// What the random numbers of predictions are for.
const STUDY: Purpose = Purpose(0x7072_6564);
/// Studies drawn for each draw of the parameters.
const REPLICATES: u32 = 4;
/// People of an arm whose number is not told.
const USUAL_N: u32 = 30;

/// What is predicted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Scores on an instrument.
    Score(String),
    /// People whose score fell by half or more.
    Response,
    /// People in remission as the study counts it.
    Remission,
}

impl Outcome {
    /// Its word.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Score(instrument) => instrument,
            Self::Response => "response",
            Self::Remission => "remission",
        }
    }
}

/// Which number of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StatisticKind {
    /// Mean score.
    Mean,
    /// Mean change from baseline.
    Change,
    /// Standard deviation of the score.
    Sd,
    /// Proportion of people.
    Proportion,
    /// Number of people.
    NEvents,
}

/// A number that an arm will report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Predicted {
    /// The arm.
    pub arm_id: String,
    /// The outcome.
    pub outcome: String,
    /// When, h.
    pub time_h: f64,
    /// Which number.
    pub statistic: StatisticKind,
    /// As likely above as below.
    pub median: f64,
    /// In it with a probability of one half.
    pub pi50: [f64; 2],
    /// In it with a probability of 90 %.
    pub pi90: [f64; 2],
}

/// What the arms of one study will report. Arms whose people the model is not about are left out.
#[must_use]
pub fn predict(
    arms: &[&ArmDesign],
    exposures: &[Exposure],
    ratings: &Ratings,
    draws: &[Thetas<f64>],
    times_h: &[f64],
    outcomes: &[Outcome],
    seed: u64,
) -> Vec<Predicted> {
    let stream = Stream::new(seed);
    let mut predicted = Vec::new();
    for (place, arm) in (0u32..).zip(arms) {
        let Some(situation) = Situation::of(arm) else {
            continue;
        };
        for (at, time_h) in (0u32..).zip(times_h) {
            let visit = Visit::of(arm, situation, exposures, *time_h);
            for outcome in outcomes {
                let drawn = Drawn {
                    arm,
                    place,
                    at,
                    visit: &visit,
                    ratings,
                    outcome,
                };
                predicted.extend(drawn.numbers(draws, stream));
            }
        }
    }
    predicted
}

/// One outcome of one arm at one time.
struct Drawn<'a> {
    arm: &'a ArmDesign,
    place: u32,
    at: u32,
    visit: &'a Visit,
    ratings: &'a Ratings,
    outcome: &'a Outcome,
}

// Draws of a study beside those of [`Effects::drawn`]; those of its arms come after, so many for each, and among them four for each visit.
const BASELINE: u32 = 3;
const ARMS: u32 = 16;
const OF_ARM: u32 = 1 << 16;
/// How easily people leave, of an arm, after those of its visits.
const LEAVING: u32 = 1 << 15;

impl Drawn<'_> {
    /// The quantiles of every number of the outcome; none where nothing is known of the instrument's baseline.
    fn numbers(&self, draws: &[Thetas<f64>], stream: Stream) -> Vec<Predicted> {
        let kinds: &[StatisticKind] = match self.outcome {
            Outcome::Score(_) => &[StatisticKind::Mean, StatisticKind::Change, StatisticKind::Sd],
            Outcome::Response | Outcome::Remission => &[StatisticKind::Proportion, StatisticKind::NEvents],
        };
        let mut values = vec![Vec::with_capacity(draws.len() * REPLICATES as usize); kinds.len()];
        for (draw, thetas) in (0u64..).zip(draws) {
            for replicate in 0..REPLICATES {
                let Some(numbers) = self.sample(thetas, &stream.at(STUDY, replicate, draw)) else {
                    return Vec::new();
                };
                for (values, number) in values.iter_mut().zip(numbers) {
                    values.push(number);
                }
            }
        }
        let described = kinds.iter().zip(values).map(|(kind, mut values)| {
            values.sort_by(f64::total_cmp);
            let at = |p| quantile::type7(&values, p);
            Predicted {
                arm_id: self.arm.arm.clone(),
                outcome: self.outcome.word().to_owned(),
                time_h: self.visit.time_h,
                statistic: *kind,
                median: at(0.5),
                pi50: [at(0.25), at(0.75)],
                pi90: [at(0.05), at(0.95)],
            }
        });
        described.collect()
    }

    /// What a sample of people comes to, in one study.
    fn sample(&self, thetas: &Thetas<f64>, address: &Address) -> Option<Vec<f64>> {
        let of_arm = ARMS + OF_ARM * self.place;
        let at = of_arm + 1 + 4 * self.at;
        let effects = Effects::drawn(address, of_arm, at);
        let latent = Typical::at(self.visit, thetas).latent(self.visit.time_h, thetas, &effects);
        let gone = gone(self.visit.time_h, thetas, address.normal(of_arm + LEAVING));
        let latent = latent.of_those_who_stay(gone, thetas);
        let n = self.arm.n.filter(|n| *n > 1).unwrap_or(USUAL_N);
        let people = f64::from(n);
        let scores = |instrument: &str| {
            Some(Scores {
                baseline: self.before(instrument, address)?,
                latent,
            })
        };
        let noise = |draw: u32| address.normal(at + draw);
        Some(match self.outcome {
            Outcome::Score(instrument) => {
                let scores = scores(instrument)?;
                let (sd, error) = (scores.sd(), noise(1) / people.sqrt());
                vec![
                    scores.mean() + sd * error,
                    scores.change() + scores.change_sd() * error,
                    sd * exp(noise(2) / (2.0 * (people - 1.0)).sqrt()),
                ]
            }
            Outcome::Response => events(latent.response(0.5, 0.0), n, address.uniform(at + 3)),
            Outcome::Remission => {
                let remission = self.ratings.remission_of(&self.arm.study);
                let scores = scores(&remission.instrument)?;
                events(scores.remission(remission.cut_off), n, address.uniform(at + 3))
            }
        })
    }

    /// Scores before treatment on an instrument: what the study tells, or what is usual of people with depression. Nothing of
    /// other people: what a depression scale would say of them nobody measured.
    fn before(&self, instrument: &str, address: &Address) -> Option<Before<f64>> {
        let told = self
            .arm
            .baseline
            .as_ref()
            .filter(|told| told.instrument == instrument);
        let is_depression = self.visit.situation.disorder.is_depression();
        let usual = self.ratings.scores.get(instrument).filter(|_| is_depression);
        let mean = match (told.and_then(|told| told.mean), usual) {
            (Some(mean), _) => mean,
            (None, Some(usual)) => {
                let centre = if self.arm.setting == Setting::Crisis {
                    usual.crisis
                } else {
                    usual.mean
                };
                centre * exp(usual.between * address.normal(BASELINE))
            }
            (None, None) => return None,
        };
        let sd = told
            .and_then(|told| told.sd)
            .or_else(|| usual.map(|usual| usual.within * mean))?;
        Some(Before { mean, sd })
    }
}

/// A proportion and a number of people, of `n` with the probability `p` each.
fn events(p: f64, n: u32, uniform: f64) -> Vec<f64> {
    let n = f64::from(n);
    let events = counts::binomial_quantile(n, p, uniform);
    vec![events / n, events]
}
