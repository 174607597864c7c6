//! Care under one draw of what is uncertain: how much people improve with it, so that the published proportion comes into remission,
//! and how often those relapse who did.
//!
//! The improvement of a patient is normal on the logarithm of the score, as everywhere in the response model. How far people lie
//! apart is what the response model says of people on a new antidepressant at that time; the mean is what brings the proportion, of
//! people whose scores at entry were those of the trial. The proportion is uncertain by its own number of people: a draw of the beta
//! distribution (Jeffreys). A clinic where people improve more with anything is one for care too.

use super::care::{Care, Entry};
use crate::assembly::LATENT_INSTRUMENT;
use crate::cohort::Cohort;
use crate::cohort::level::Level;
use crate::instrument::Instrument;
use crate::response::HALF_NATURAL_H;
use euthymia_diagnostics::Diagnostic;
use euthymia_population::draw_of;
use euthymia_stats::hermite::gauss_hermite;
use euthymia_stats::optimize::root;
use euthymia_stats::random::Purpose;
use euthymia_stats::{beta, normal};
use euthymia_vecmath::scalar::{exp, ln};
use std::f64::consts::LN_2;

/// The uncertain proportions of care.
const CARE: Purpose = Purpose(0x6361_7265);
/// Points of the averages over scores at entry and over people.
const POINTS: usize = 9;
/// No improvement beyond this is looked for, on the logarithm of the score.
const WIDEST: f64 = 12.0;

/// A treatment in one study.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Calibrated {
    /// Improvement of the typical patient at the assessment.
    mean: f64,
    /// Standard deviation between patients.
    sd: f64,
    assessed_days: f64,
    half_days: f64,
    /// Logs of relapses a day of the typical patient: without and with remission.
    pub(super) ln_hazards: [f64; 2],
}

impl Calibrated {
    /// By study of a cohort.
    pub(super) fn all(
        care: &Care,
        rates: Option<&str>,
        cohort: &Cohort,
    ) -> Result<(Vec<Self>, Parts), Diagnostic> {
        let draws = (0..cohort.design.draws.max(1)).map(|draw| Drawn::new(care, rates, cohort, draw));
        let draws = draws.collect::<Result<Vec<_>, _>>()?;
        let by_study = (0..cohort.design.studies()).map(|study| {
            let drawn = &draws[cohort.design.draw_of(study) as usize];
            drawn.calibrated(care, cohort.level(study))
        });
        let mut parts = vec![("remission", draws.iter().map(|drawn| drawn.remission).collect())];
        for (at, name) in ["relapse after response", "relapse after remission"]
            .into_iter()
            .enumerate()
        {
            let of = |drawn: &Drawn| drawn.relapse.map(|parts| parts[at]);
            let values: Option<Vec<f64>> = draws.iter().map(of).collect();
            parts.extend(values.map(|values| (name, values)));
        }
        Ok((by_study.collect(), Parts(parts)))
    }

    /// What a patient with this luck has improved by after so many days.
    pub(super) fn improvement(&self, days: f64, luck: f64) -> f64 {
        let shape = |days: f64| days / (days + self.half_days);
        (self.mean + self.sd * luck) * shape(days) / shape(self.assessed_days)
    }
}

/// The uncertain proportions of care, by draw.
pub(super) struct Parts(pub(super) Vec<(&'static str, Vec<f64>)>);

/// What is uncertain of care, under one draw.
struct Drawn {
    remission: f64,
    relapse: Option<[f64; 2]>,
    within_days: f64,
    /// Log of the worst latent score that counts as remission.
    ln_cut_off: f64,
    entry: DrawnEntry,
}

/// Who begins with it.
enum DrawnEntry {
    /// Logs of latent scores, each with its weight.
    Scores(Vec<(f64, f64)>),
    /// Those whom this has not brought into remission.
    After(Box<(Care, Drawn)>),
}

impl Drawn {
    fn new(care: &Care, rates: Option<&str>, cohort: &Cohort, draw: u32) -> Result<Self, Diagnostic> {
        let proportions = care.rates(rates).ok_or_else(|| {
            let names: Vec<&str> = care.rates.iter().map(|(name, _)| name.as_str()).collect();
            let message = format!(
                "`{}` has no rates called `{}`",
                care.name,
                rates.unwrap_or_default()
            );
            Diagnostic::error("K006", message).help(format!("it has {}", names.join(", ")))
        })?;
        let source = cohort.stream.at(CARE, draw, 0);
        let first = draw_of(&care.id);
        let uncertain = |(part, n): (f64, f64), at: u32| {
            let uniform = source.uniform(first.wrapping_add(at));
            beta::quantile(part * n + 0.5, (1.0 - part) * n + 0.5, uniform)
        };
        let relapse = care.relapse.as_ref();
        Ok(Self {
            remission: uncertain((proportions.proportion, proportions.n), 0),
            relapse: relapse.map(|relapse| [uncertain(relapse.responded, 1), uncertain(relapse.remitted, 2)]),
            within_days: relapse.map_or(1.0, |relapse| f64::from(relapse.within_days)),
            ln_cut_off: ln_latent(&proportions.instrument, proportions.cut_off + 0.5),
            entry: match &care.entry {
                Entry::Scores(instrument, mean, sd) => {
                    let points = gauss_hermite(POINTS).into_iter();
                    DrawnEntry::Scores(
                        points
                            .map(|(z, weight)| {
                                (ln_latent(instrument, instrument.bounded(mean + sd * z)), weight)
                            })
                            .collect(),
                    )
                }
                Entry::After(before) => {
                    let drawn = Self::new(before, rates, cohort, draw)?;
                    DrawnEntry::After(Box::new((before.as_ref().clone(), drawn)))
                }
            },
        })
    }

    /// Mean and standard deviation of the improvement, in the typical study, and the scores of those who begin.
    fn solved(&self, care: &Care, level: &Level) -> Solved {
        let entry = match &self.entry {
            DrawnEntry::Scores(scores) => scores.clone(),
            DrawnEntry::After(before) => {
                let (before, drawn) = before.as_ref();
                let first = drawn.solved(before, level);
                let left = |(score, weight): &(f64, f64)| {
                    let remission = normal::cdf((first.mean - score + drawn.ln_cut_off) / first.rated);
                    (*score, weight * (1.0 - remission))
                };
                let left: Vec<(f64, f64)> = first.entry.iter().map(left).collect();
                let all: f64 = left.iter().map(|(_, weight)| weight).sum();
                left.into_iter()
                    .map(|(score, weight)| (score, weight / all))
                    .collect()
            }
        };
        let time_h = 24.0 * f64::from(care.assessed_days);
        let care_size = level.typical_care * (1.0 - exp(-level.care_rate * time_h));
        let antidepressant = level.antidepressant * time_h / (time_h + level.half_antidepressant_h);
        let apart = 1.0 - exp(-LN_2 / HALF_NATURAL_H * time_h);
        let square = |x: f64| x * x;
        let variance = square(level.omega_expectancy * care_size)
            + square(level.omega_antidepressant * antidepressant)
            + square(level.omega_natural) * apart;
        let rated = (variance + square(level.sigma)).sqrt();
        let proportion = |mean: f64| -> f64 {
            let part =
                |(score, weight): &(f64, f64)| weight * normal::cdf((mean - score + self.ln_cut_off) / rated);
            entry.iter().map(part).sum()
        };
        let mean = root(-WIDEST, WIDEST, 1e-9, |mean| proportion(mean) - self.remission);
        Solved {
            // The proportion is between 0 and 1, and so are those of the ends; without a root the nearest end.
            mean: mean.unwrap_or(WIDEST),
            sd: variance.sqrt(),
            rated,
            entry,
        }
    }

    fn calibrated(&self, care: &Care, level: &Level) -> Calibrated {
        let solved = self.solved(care, level);
        let ln_hazards = match self.relapse {
            Some(parts) => parts.map(|part| ln_hazard(part, self.within_days, level.omega_relapse)),
            // As the response model has it of people who take an antidepressant.
            None => [0.0, level.relapse_remission]
                .map(|factor| level.relapse + level.relapse_antidepressant + factor),
        };
        Calibrated {
            mean: level.study * solved.mean,
            sd: level.spread * solved.sd,
            assessed_days: f64::from(care.assessed_days),
            half_days: care.half_days.unwrap_or(level.half_antidepressant_h / 24.0),
            ln_hazards,
        }
    }
}

/// The improvement that brings a proportion, and the scores of those who begin.
struct Solved {
    mean: f64,
    sd: f64,
    /// Standard deviation with the scatter of a rating.
    rated: f64,
    entry: Vec<(f64, f64)>,
}

/// Log of a score on the latent instrument; half a point is the least.
fn ln_latent(instrument: &Instrument, score: f64) -> f64 {
    let latent = instrument.to_linked(LATENT_INSTRUMENT, score);
    ln(latent.unwrap_or(f64::NAN).max(0.5))
}

/// Log of the hazard a day of the typical person, where people differ by a log-normal factor and this part relapses in time.
fn ln_hazard(part: f64, within_days: f64, omega: f64) -> f64 {
    let people = gauss_hermite(POINTS);
    let relapsed = |ln_hazard: f64| -> f64 {
        let well: f64 = people
            .iter()
            .map(|(z, weight)| weight * exp(-exp(ln_hazard + omega * z) * within_days))
            .sum();
        1.0 - well - part
    };
    root(-30.0, 10.0, 1e-9, relapsed).unwrap_or(-30.0)
}
