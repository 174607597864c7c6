//! Particles with a patient's scores taken in: what each says of the patient, and how much it counts.

use super::mixture::{Part, moments, quantiles};
use super::particles::Particles;
use super::result::Chance;
use super::update::{Line, Rated, Traits};
use crate::instrument::{Instrument, Scatter};
use crate::response::Visit;
use euthymia_vecmath::scalar::exp;

/// What all particles say of a patient.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Weighted {
    weights: Vec<f64>,
    traits: Vec<Traits>,
}

/// Probabilities of the quantiles of an improvement: the score's go the other way.
const PROBABILITIES: [f64; 5] = [0.95, 0.75, 0.5, 0.25, 0.05];

impl Weighted {
    /// Of somebody without scores.
    pub(super) fn population(count: usize) -> Self {
        Self {
            weights: vec![1.0 / count as f64; count],
            traits: vec![Traits::UNKNOWN; count],
        }
    }

    /// After ratings; `lines[k]` are those of the particles at the time of the `k`th.
    pub(super) fn given(lines: &[Vec<Line>], rated: &[Rated], count: usize) -> Self {
        if rated.is_empty() {
            return Self::population(count);
        }
        let mut seen: Vec<(Line, Rated)> = Vec::with_capacity(rated.len());
        let (mut logs, mut traits) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for at in 0..count {
            seen.clear();
            seen.extend(lines.iter().zip(rated).map(|(lines, rated)| (lines[at], *rated)));
            let (own, log) = Traits::given(&seen);
            traits.push(own);
            logs.push(log);
        }
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut weights: Vec<f64> = logs.iter().map(|log| exp(log - most)).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum);
        Self { weights, traits }
    }

    /// As many particles of equal weight tell as much.
    pub(super) fn effective(&self) -> f64 {
        let squares: f64 = self.weights.iter().map(|weight| weight * weight).sum();
        1.0 / squares
    }

    /// The improvement that a rating at the time of `lines` shows.
    pub(super) fn parts(&self, lines: &[Line]) -> Vec<Part> {
        let all = self.weights.iter().zip(&self.traits).zip(lines);
        let part = |((weight, traits), line): ((&f64, &Traits), &Line)| {
            let (mean, variance) = traits.improvement(line);
            Part {
                weight: *weight,
                mean,
                sd: (variance + line.misfit + line.residual).sqrt(),
            }
        };
        all.map(part).collect()
    }
}

/// On which scales scores are computed and shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scales<'s> {
    pub(super) scale: &'s str,
    /// The top of the scale of the model, points.
    pub(super) top: f64,
    pub(super) instrument: &'s Instrument,
    pub(super) baseline: f64,
    pub(super) baseline_shown: f64,
}

impl Scales<'_> {
    /// The score on the shown instrument of an improvement.
    pub(super) fn shown(&self, improvement: f64) -> f64 {
        let latent = (self.baseline * exp(-improvement)).min(self.top);
        self.instrument
            .from_linked(self.scale, latent)
            .unwrap_or(f64::NAN)
    }

    /// 5th, 25th, 50th, 75th and 95th percentile of the score.
    pub(super) fn quantiles(&self, parts: &[Part]) -> [f64; 5] {
        quantiles(parts, PROBABILITIES).map(|improvement| self.shown(improvement))
    }

    /// What parts make of one time.
    pub(super) fn chance(&self, parts: &[Part]) -> Chance {
        let [p05, p25, median, p75, p95] = self.quantiles(parts);
        let reached = |cut_off: f64| {
            let of = |part: &Part| {
                let score = self.baseline * exp(-part.mean);
                let scatter = Scatter::Logarithm(part.sd);
                part.weight
                    * self
                        .instrument
                        .probability_at_or_beyond(cut_off, self.scale, score, scatter)
            };
            // Weights add up to 1 but for rounding.
            parts.iter().map(of).sum::<f64>().clamp(0.0, 1.0)
        };
        Chance {
            median,
            half: [p25, p75],
            most: [p05, p95],
            response: self
                .instrument
                .response_cut_off(self.baseline_shown)
                .map_or(0.0, reached),
            remission: reached(self.instrument.remission_cut_off),
        }
    }
}

/// How much narrower a forecast is than another, and how far its mean lies from it: of the logarithm of the score.
pub(super) fn compared(patient: &[Part], population: &[Part]) -> (f64, f64) {
    let ((mean, sd), (usual, spread)) = (moments(patient), moments(population));
    (sd / spread, (usual - mean) / spread)
}

/// The particles' lines at times, with sessions given.
pub(super) fn lines_at(
    particles: &Particles,
    sessions: &[crate::response::Session],
    (situation, exposures): (crate::response::Situation, &[crate::response::Exposure]),
    time_h: f64,
) -> Vec<Line> {
    particles.lines(&Visit::after(sessions, situation, exposures, time_h))
}
