//! What a forecast says: the one structure that page, table and files are made of.

use super::alternatives::Change;
use super::records::Unused;
use serde::Serialize;

/// Quantiles over what is not known, points on the instrument that is shown, in the order of times.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Bands {
    /// 5th percentile.
    pub p05: Vec<f64>,
    /// 25th percentile.
    pub p25: Vec<f64>,
    /// Median.
    pub p50: Vec<f64>,
    /// 75th percentile.
    pub p75: Vec<f64>,
    /// 95th percentile.
    pub p95: Vec<f64>,
}

/// What one time brings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Chance {
    /// Median score.
    pub median: f64,
    /// Half of such patients are between these.
    pub half: [f64; 2],
    /// Nine of ten are.
    pub most: [f64; 2],
    /// Chance of a rating that is a response.
    pub response: f64,
    /// Chance of a rating in remission.
    pub remission: f64,
}

/// A named time, with the patient's scores and without.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct At {
    /// From now, h.
    pub after_h: f64,
    /// From the first dose, h.
    pub time_h: f64,
    /// Given the scores.
    pub patient: Chance,
    /// Of anybody with the same baseline who was given the same.
    pub population: Chance,
    /// Standard deviation of the logarithm of the score, given the scores over without them.
    pub width: f64,
    /// How far the mean moved, in standard deviations without the scores; above 0: worse.
    pub shift: f64,
}

/// One thing that may be done, and where the score goes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Branch {
    /// Which kind.
    pub change: Change,
    /// In a few words.
    pub label: String,
    /// In a sentence.
    pub description: String,
    /// When something is given from now on, h from the first dose.
    pub sessions_h: Vec<f64>,
    /// Times of the bands, h from the first dose, from now on.
    pub times_h: Vec<f64>,
    /// Given the scores.
    pub patient: Bands,
    /// Without them.
    pub population: Bands,
    /// At the named times.
    pub at: Vec<At>,
}

/// A score of the file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shown {
    /// The day.
    pub date: String,
    /// From the first dose, h.
    pub time_h: f64,
    /// Identifier of the instrument.
    pub instrument: String,
    /// As it was written down.
    pub value: f64,
    /// Read on the instrument that is shown.
    pub shown: f64,
    /// What it is to the forecast.
    pub role: Role,
}

/// What a score is to a forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Before the baseline: drawn, not used.
    Earlier,
    /// The baseline.
    Baseline,
    /// It updates the forecast.
    Update,
}

/// Something that was given.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GivenAt {
    /// The day.
    pub date: String,
    /// From the first dose, h.
    pub time_h: f64,
    /// What, in words.
    pub what: String,
}

/// Whether the scores changed anything.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// Whether the forecast is better than the population's, by the rule.
    pub better: bool,
    /// Of the last named time, if the course goes on: see [`At::width`].
    pub width: f64,
    /// See [`At::shift`].
    pub shift: f64,
    /// In a sentence.
    pub sentence: String,
}

/// A forecast for one patient.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecast {
    /// Title of the course.
    pub course: String,
    /// Identifier of the instrument that is shown.
    pub instrument: String,
    /// Its short name.
    pub abbreviation: String,
    /// Its range.
    pub range: [f64; 2],
    /// What response and remission are, in words.
    pub definitions: [String; 2],
    /// Scores at this or beyond are remission.
    pub remission: f64,
    /// The day of the first dose.
    pub start: String,
    /// The day of the last thing known.
    pub today: String,
    /// The same, h from the first dose.
    pub now_h: f64,
    /// Score before the first dose.
    pub baseline: f64,
    /// All scores on the scale, by time.
    pub scores: Vec<Shown>,
    /// Scores that update the forecast.
    pub updates: usize,
    /// What was given, by time.
    pub given: Vec<GivenAt>,
    /// Times of the bands until now, h.
    pub past_h: Vec<f64>,
    /// Until now, given the scores.
    pub past: Bands,
    /// Until now, without them.
    pub past_population: Bands,
    /// What may be done; that the course goes on is the first.
    pub branches: Vec<Branch>,
    /// Whether the scores changed anything.
    pub verdict: Verdict,
    /// Number of particles.
    pub particles: usize,
    /// As many particles of equal weight tell as much.
    pub effective: f64,
    /// What makes the forecast less sure than it looks.
    pub warnings: Vec<String>,
    /// What was taken where nothing tells.
    pub assumptions: Vec<String>,
    /// What of the file is not used.
    pub unused: Vec<Unused>,
    /// Seed of the particles.
    pub seed: u64,
}
