//! Predictions of studies by a fit that has not seen them, beside what they reported and what simpler predictors say.

use super::data::Data;
use super::leaving::Gone;
use super::rating::{Known, Rating};
use super::target::Target;
use euthymia_meta::pool;
use euthymia_stats::random::{Address, Purpose, Stream};
use euthymia_stats::{counts, normal, quantile};
use euthymia_therapy::response::{Before, Effects, Scores, Thetas, Typical, gone};
use euthymia_vecmath::scalar::{exp, ln};
use serde::Serialize;

/// What the random numbers are for.
const HELD_OUT: Purpose = Purpose(0x6865_6c64);
/// Studies drawn for each draw of the parameters.
const REPLICATES: u32 = 4;
/// Standard deviation of change between patients over the mean baseline: 0.2 to 0.4 in the outcome tables.
const USUAL_SD_OF_CHANGE: f64 = 0.3;

/// What a rating is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A mean score, as a change from baseline, in points.
    Mean,
    /// A proportion of people with a response.
    Response,
    /// A proportion of people in remission.
    Remission,
}

/// One number of a study that the fit had not seen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Prediction {
    /// The study.
    pub study: String,
    /// The arm.
    pub arm: String,
    /// When, h.
    pub time_h: f64,
    /// What it is.
    pub kind: Kind,
    /// Whether the arm received the drug.
    pub has_drug: bool,
    /// Points, or a proportion.
    pub observed: f64,
    /// As likely above as below.
    pub median: f64,
    /// In it with a probability of one half.
    pub pi50: [f64; 2],
    /// In it with a probability of 90 %.
    pub pi90: [f64; 2],
    /// The probability below what was observed, ties halved.
    pub rank: f64,
    /// Logarithm of the predictive density (of means) or probability (of counts).
    pub log_density: f64,
    /// The mean of all arms of the other studies.
    pub naive: Option<f64>,
    /// The random-effects mean of the arms of the other studies that received the drug, or did not.
    pub pooled: Option<f64>,
    /// Log density by that pool, its prediction distribution taken as normal.
    pub pooled_log_density: Option<f64>,
}

/// Predicts all means and counts of `held`, from the designs, baselines and numbers of people rated alone, by draws of parameters that were fitted to `others`.
#[must_use]
pub fn predict(held: &Data, others: &Data, draws: &[Thetas<f64>], seed: u64) -> Vec<Prediction> {
    let stream = Stream::new(seed);
    let ratings = (0u32..).zip(&held.ratings);
    ratings
        .filter_map(|(place, rating)| {
            Some(one(
                held,
                others,
                draws,
                stream,
                place,
                &Number::of(held, rating)?,
            ))
        })
        .collect()
}

/// A rating as a number with its sampling error.
struct Number {
    visit: usize,
    kind: Kind,
    observed: f64,
    sampling: Sampling,
}

enum Sampling {
    Mean {
        /// As reported: part of what the other studies say, never of a prediction.
        error: Option<f64>,
        n: f64,
        baseline: Known,
    },
    Count {
        events: f64,
        n: f64,
        threshold: Threshold,
    },
}

enum Threshold {
    Response { fraction: f64, best: f64 },
    Remission { cut_off: f64, baseline: Known },
}

impl Number {
    fn of(data: &Data, rating: &Rating) -> Option<Self> {
        let visit = rating.visit();
        match rating {
            Rating::Mean {
                value,
                error,
                n,
                is_change,
                baseline,
                ..
            } => {
                // All are compared as changes, so a mean score of an arm whose baseline is not told is left out.
                let change = if *is_change { *value } else { value - baseline.mean };
                let sampling = Sampling::Mean {
                    error: *error,
                    n: *n,
                    baseline: *baseline,
                };
                (*is_change || baseline.uncertain == 0.0).then_some(Self {
                    visit,
                    kind: Kind::Mean,
                    observed: change,
                    sampling,
                })
            }
            Rating::Response {
                events,
                n,
                fraction,
                best,
                ..
            } => {
                let threshold = Threshold::Response {
                    fraction: *fraction,
                    best: *best,
                };
                let sampling = Sampling::Count {
                    events: *events,
                    n: *n,
                    threshold,
                };
                Some(Self {
                    visit,
                    kind: Kind::Response,
                    observed: events / n,
                    sampling,
                })
            }
            Rating::Remission {
                events,
                n,
                cut_off,
                baseline,
                ..
            } => {
                let threshold = Threshold::Remission {
                    cut_off: *cut_off,
                    baseline: *baseline,
                };
                let sampling = Sampling::Count {
                    events: *events,
                    n: *n,
                    threshold,
                };
                Some(Self {
                    visit,
                    kind: Kind::Remission,
                    observed: events / n,
                    sampling,
                })
            }
            Rating::Deviation { .. } | Rating::Contrast { .. } => None,
        }
        .filter(|number| number.visit < data.visits.len())
    }
}

fn one(
    held: &Data,
    others: &Data,
    draws: &[Thetas<f64>],
    stream: Stream,
    place: u32,
    number: &Number,
) -> Prediction {
    let rated = &held.visits[number.visit];
    let (study, arm, _) = &held.arms[rated.arm];
    let mut values = Vec::with_capacity(draws.len() * REPLICATES as usize);
    let mut densities = Vec::with_capacity(values.capacity());
    for (draw, thetas) in (0u64..).zip(draws) {
        for replicate in 0..REPLICATES {
            let address = stream.at(HELD_OUT, replicate, draw);
            let (value, density) = drawn(held, thetas, &address, place, number);
            values.push(value);
            densities.push(density);
        }
    }
    values.sort_by(f64::total_cmp);
    let at = |p| quantile::type7(&values, p);
    let below = values
        .iter()
        .filter(|value| **value < number.observed - 1e-12)
        .count();
    let tied = values
        .iter()
        .filter(|value| (**value - number.observed).abs() <= 1e-12)
        .count();
    let has_drug = !rated.visit.pieces.is_empty();
    let simple = Simple::of(others, number, has_drug);
    Prediction {
        study: study.clone(),
        arm: arm.clone(),
        time_h: rated.visit.time_h,
        kind: number.kind,
        has_drug,
        observed: number.observed,
        median: at(0.5),
        pi50: [at(0.25), at(0.75)],
        pi90: [at(0.05), at(0.95)],
        rank: (below as f64 + 0.5 * tied as f64) / values.len() as f64,
        log_density: log_mean_exp(&densities),
        naive: simple.naive,
        pooled: simple.pooled.map(|(mean, _)| mean),
        pooled_log_density: simple
            .pooled
            .map(|(mean, variance)| simple.log_density(number, mean, variance)),
    }
}

/// What a study might have reported, and the log density of what it did report given everything but the sampling of people.
fn drawn(held: &Data, thetas: &Thetas<f64>, address: &Address, place: u32, number: &Number) -> (f64, f64) {
    let rated = &held.visits[number.visit];
    let (of_arm, of_visit) = (16 + rated.arm as u32, 1024 + number.visit as u32);
    let effects = Effects::drawn(address, of_arm, of_visit);
    let visit = &rated.visit;
    let latent = Typical::at(visit, thetas).latent(visit.time_h, thetas, &effects);
    let gone = match rated.gone {
        Gone::Told(part) => part,
        Gone::Usual => gone(visit.time_h, thetas, address.normal(3072 + rated.arm as u32)),
    };
    let latent = latent.of_those_who_stay(gone, thetas);
    let before = |known: &Known| {
        let mean = known.mean * exp(known.uncertain * address.normal(3));
        Before {
            mean,
            sd: known.sd / known.mean * mean,
        }
    };
    let noise = 4096 + place;
    match &number.sampling {
        Sampling::Mean { n, baseline, .. } => {
            let scores = Scores {
                baseline: before(baseline),
                latent,
            };
            let error = scores.change_sd() / n.sqrt();
            let centre = scores.change();
            let z = (number.observed - centre) / error;
            (
                centre + error * address.normal(noise),
                ln(normal::density(z).max(1e-300) / error),
            )
        }
        Sampling::Count { events, n, threshold } => {
            let p = match threshold {
                Threshold::Response { fraction, best } => latent.response(*fraction, *best),
                Threshold::Remission { cut_off, baseline } => Scores {
                    baseline: before(baseline),
                    latent,
                }
                .remission(*cut_off),
            };
            let p = p.clamp(1e-10, 1.0 - 1e-10);
            let value = counts::binomial_quantile(*n, p, address.uniform(noise)) / n;
            (value, log_binomial(*events, *n, p))
        }
    }
}

/// With its constant.
fn log_binomial(events: f64, n: f64, p: f64) -> f64 {
    let log_factorial = |n: f64| (1..=n as u64).map(|k| ln(k as f64)).sum::<f64>();
    let ways = log_factorial(n) - log_factorial(events) - log_factorial(n - events);
    ways + events * ln(p) + (n - events) * ln(1.0 - p)
}

fn log_mean_exp(logs: &[f64]) -> f64 {
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logs.iter().map(|log| exp(log - top)).sum();
    top + ln(sum / logs.len() as f64)
}

/// What predictors without dose and time say.
struct Simple {
    naive: Option<f64>,
    /// Mean and predictive variance, without the sampling of this number.
    pooled: Option<(f64, f64)>,
}

impl Simple {
    /// From numbers of the same kind of other studies: means as fractions of the baseline, so that they carry over.
    fn of(others: &Data, number: &Number, has_drug: bool) -> Self {
        let scale = match &number.sampling {
            Sampling::Mean { baseline, .. } => baseline.mean,
            Sampling::Count { .. } => 1.0,
        };
        let mut all = Vec::new();
        let (mut effects, mut variances) = (Vec::new(), Vec::new());
        for rating in &others.ratings {
            let Some(other) = Number::of(others, rating).filter(|other| other.kind == number.kind) else {
                continue;
            };
            let (value, variance) = match &other.sampling {
                Sampling::Mean { error, n, baseline } => {
                    let error = error.unwrap_or_else(|| USUAL_SD_OF_CHANGE * baseline.mean / n.sqrt());
                    (
                        other.observed / baseline.mean,
                        (error / baseline.mean) * (error / baseline.mean),
                    )
                }
                Sampling::Count { events, n, .. } => {
                    let p = (events + 0.5) / (n + 1.0);
                    (ln(p / (1.0 - p)), 1.0 / (n * p * (1.0 - p)))
                }
            };
            all.push(if number.kind == Kind::Mean {
                value
            } else {
                other.observed
            });
            if others.visits[other.visit].visit.pieces.is_empty() != has_drug {
                effects.push(value);
                variances.push(variance);
            }
        }
        let naive = (!all.is_empty()).then(|| scale * all.iter().sum::<f64>() / all.len() as f64);
        let pooled = (effects.len() > 2).then(|| pooled(effects, variances)).flatten();
        Self {
            naive,
            pooled: pooled.map(|(mean, variance)| match number.kind {
                Kind::Mean => (scale * mean, scale * scale * variance),
                Kind::Response | Kind::Remission => {
                    let p = 1.0 / (1.0 + exp(-mean));
                    (p, variance * p * p * (1.0 - p) * (1.0 - p))
                }
            }),
        }
    }

    fn log_density(&self, number: &Number, mean: f64, variance: f64) -> f64 {
        let sampling = match &number.sampling {
            Sampling::Mean { n, baseline, .. } => {
                let error = USUAL_SD_OF_CHANGE * baseline.mean / n.sqrt();
                error * error
            }
            Sampling::Count { n, .. } => mean * (1.0 - mean) / n,
        };
        let sd = (variance + sampling).sqrt();
        let density = normal::density((number.observed - mean) / sd) / sd;
        // A count is one of n + 1 numbers that lie 1 / n apart.
        let width = match &number.sampling {
            Sampling::Mean { .. } => 1.0,
            Sampling::Count { n, .. } => 1.0 / n,
        };
        ln((density * width).max(1e-300))
    }
}

/// Mean of random effects (REML), and the variance with which another study lies around it.
fn pooled(yi: Vec<f64>, vi: Vec<f64>) -> Option<(f64, f64)> {
    let data = pool::Data::without_moderators(yi, vi);
    let fit = pool::fit(&data, &pool::Options::default()).ok()?;
    let error = *fit.se.first()?;
    Some((fit.beta.iter().next().copied()?, fit.tau2 + error * error))
}

/// Draws of the parameters from positions of a posterior, at most `most` of them, evenly spaced.
#[must_use]
pub fn thinned<'p>(
    target: &Target,
    positions: impl Iterator<Item = &'p [f64]>,
    most: usize,
) -> Vec<Thetas<f64>> {
    let all: Vec<&[f64]> = positions.collect();
    let step = all.len().div_ceil(most.max(1)).max(1);
    all.iter()
        .step_by(step)
        .map(|position| target.thetas(position))
        .collect()
}

/// How good predictions are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    /// How many numbers.
    pub count: usize,
    /// How many studies.
    pub studies: usize,
    /// Part of them within the 50 % intervals.
    pub within_50: f64,
    /// Part of them within the 90 % intervals.
    pub within_90: f64,
    /// Mean absolute error of the medians, points or proportions.
    pub error: f64,
    /// Of the mean of all arms.
    pub naive_error: f64,
    /// Of the random-effects means.
    pub pooled_error: f64,
    /// Mean log predictive density.
    pub log_density: f64,
    /// Of the random-effects means.
    pub pooled_log_density: f64,
}

impl Score {
    /// Of predictions of which both simple predictors say something; every study counts the same where `by_study`.
    #[must_use]
    pub fn of(predictions: &[&Prediction], by_study: bool) -> Option<Self> {
        let told: Vec<&&Prediction> = predictions
            .iter()
            .filter(|one| one.naive.is_some() && one.pooled.is_some())
            .collect();
        let mut studies: Vec<&str> = told.iter().map(|one| one.study.as_str()).collect();
        studies.sort_unstable();
        studies.dedup();
        let weight = |one: &Prediction| {
            if by_study {
                1.0 / told.iter().filter(|other| other.study == one.study).count() as f64
            } else {
                1.0
            }
        };
        let total: f64 = told.iter().map(|one| weight(one)).sum();
        if told.is_empty() {
            return None;
        }
        let mean = |of: &dyn Fn(&Prediction) -> f64| {
            told.iter().map(|one| weight(one) * of(one)).sum::<f64>() / total
        };
        let within = |one: &Prediction, interval: [f64; 2]| {
            f64::from(u8::from(
                one.observed >= interval[0] - 1e-9 && one.observed <= interval[1] + 1e-9,
            ))
        };
        Some(Self {
            count: told.len(),
            studies: studies.len(),
            within_50: mean(&|one| within(one, one.pi50)),
            within_90: mean(&|one| within(one, one.pi90)),
            error: mean(&|one| (one.median - one.observed).abs()),
            naive_error: mean(&|one| (one.naive.unwrap_or(f64::NAN) - one.observed).abs()),
            pooled_error: mean(&|one| (one.pooled.unwrap_or(f64::NAN) - one.observed).abs()),
            log_density: mean(&|one| one.log_density),
            pooled_log_density: mean(&|one| one.pooled_log_density.unwrap_or(f64::NAN)),
        })
    }
}
