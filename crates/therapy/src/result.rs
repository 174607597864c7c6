//! What a simulated course came to: the one structure that feeds figures, tables, CSV and JSON, so that they cannot
//! disagree.
//!
//! All times are hours since the first dose. Every series is aligned with [`CourseResult::times_h`].

mod certainty;
mod response;
mod session;

pub use certainty::{Beyond, Certainty, Extrapolation};
pub use response::{Durability, KeptAfter, Share, TimeToResponse, Until};
pub use session::SessionPeak;

use serde::Serialize;

use crate::course::ArmRole;

/// The outcome of simulating one course.
#[derive(Clone, Debug, Serialize)]
pub struct CourseResult {
    /// Title of the course.
    pub title: String,
    /// Condition treated, as the course names it (`trd`).
    pub condition: String,
    /// What was simulated, in one sentence (drug, dose, route, schedule, setting).
    pub description: String,
    /// Number of virtual patients.
    pub subjects: u64,
    /// The nested design of the run.
    pub design: Design,
    /// Times of all series, h.
    pub times_h: Vec<f64>,
    /// End of the course's horizon, h.
    pub horizon_h: f64,
    /// Doses as given to a patient of median weight.
    pub doses: Vec<DoseMark>,
    /// Concentrations, occupancy, effects, score: everything reported over time.
    pub quantities: Vec<Quantity>,
    /// Peaks, areas under curves and the score at the end, a number for each patient.
    pub exposures: Vec<Exposure>,
    /// Peaks of the occupancy and of acute effects in the first session, in every one with a dose not given before, and in
    /// the last.
    pub sessions: Vec<SessionPeak>,
    /// Response, remission: proportions over time.
    pub outcomes: Vec<Outcome>,
    /// When patients respond for the first time; absent without a score.
    pub time_to_response: Option<TimeToResponse>,
    /// How long a response lasts after the last dose; absent where nothing is given, nobody is in response then, or the
    /// horizon ends before a day has passed.
    pub durability: Option<Durability>,
    /// The answer in natural frequencies.
    pub answer: Answer,
    /// What trials of the matching regimen measured.
    pub observations: Vec<Observation>,
    /// How sure all this is, and why.
    pub certainty: Certainty,
    /// What every curve rests on.
    pub basis: Vec<Basis>,
    /// Numbers of the models that no source gives.
    pub assumptions: Vec<Assumption>,
    /// Rating scale the scores are on.
    pub instrument: InstrumentSummary,
    /// The virtual population, a row per characteristic.
    pub population: Vec<PopulationRow>,
    /// Where the variance of the score comes from at chosen times.
    pub variance: Vec<VarianceComponents>,
    /// What the reader must know before believing (provisional parts, extrapolation, ignored parts).
    pub cautions: Vec<String>,
    /// How to make it again.
    pub provenance: Provenance,
}

/// Draws x studies x patients.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Design {
    /// Draws of the uncertain parameters.
    pub draws: u32,
    /// Studies (draws of the between-study effects) for each draw of the parameters.
    pub studies_per_draw: u32,
}

/// One dose as drawn on the time axis.
#[derive(Clone, Debug, Serialize)]
pub struct DoseMark {
    /// Start, h.
    pub time_h: f64,
    /// Duration of the input, h; 0 for a bolus, spray or tablet.
    pub duration_h: f64,
    /// Drug, dose and route (`racemic ketamine 0.5 mg/kg IV over 40 min`).
    pub label: String,
}

/// Which family of figures a quantity belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuantityKind {
    /// A plasma concentration.
    Concentration,
    /// Occupancy of the target, 0 to 1.
    Occupancy,
    /// An acute effect (dissociation), 0 to 1 of its maximum.
    AcuteEffect,
    /// A symptom score.
    Score,
    /// Anything else a model reports.
    Other,
}

/// One reported quantity over time.
#[derive(Clone, Debug, Serialize)]
pub struct Quantity {
    /// Name in the model text and in the data files.
    pub id: String,
    /// Name for people.
    pub label: String,
    /// Unit as printed (`ng/mL`); empty for a fraction.
    pub unit: String,
    /// Family.
    pub kind: QuantityKind,
    /// Where a concentration is sampled (`arterial plasma`); absent for others.
    pub sampling_site: Option<String>,
    /// Whether it comes from a model that says of itself that it is provisional.
    pub provisional: bool,
    /// Between patients: percentiles of all virtual patients, all levels of variability together.
    pub p05: Vec<f64>,
    /// 25th percentile.
    pub p25: Vec<f64>,
    /// Median.
    pub p50: Vec<f64>,
    /// 75th percentile.
    pub p75: Vec<f64>,
    /// 95th percentile.
    pub p95: Vec<f64>,
    /// Mean.
    pub mean: Vec<f64>,
    /// Uncertainty of the mean (parameters and between studies; the noise of a finite number of virtual patients
    /// removed): 90 % interval. Absent where the design is too small to tell.
    pub mean_interval: Option<Interval>,
    /// Faint individual curves: a few virtual patients.
    pub individuals: Vec<Vec<f64>>,
}

/// A number for each patient, summed up over patients, all levels of variability together.
#[derive(Clone, Debug, Serialize)]
pub struct Exposure {
    /// The quantity's `id`.
    pub quantity: String,
    /// The quantity's name for people.
    pub label: String,
    /// The quantity's family.
    pub kind: QuantityKind,
    /// What was taken of each patient's curve.
    pub measure: Measure,
    /// From the start until this time, h; of the score at the end, that time.
    pub until_h: f64,
    /// Unit as printed; empty for a fraction.
    pub unit: String,
    /// 5th percentile.
    pub p05: f64,
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
}

/// What is taken of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// The highest value.
    Peak,
    /// The area under it, by trapezoids.
    Area,
    /// The last value.
    AtEnd,
}

/// Lower and upper ends over time.
#[derive(Clone, Debug, Serialize)]
pub struct Interval {
    /// Lower end, 5 %.
    pub lower: Vec<f64>,
    /// Upper end, 95 %.
    pub upper: Vec<f64>,
}

/// A proportion of patients over time.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// `response` or `remission`.
    pub id: String,
    /// Name for people.
    pub label: String,
    /// The instrument's own definition in words, with its source.
    pub definition: String,
    /// Proportion of the virtual patients, 0 to 1.
    pub proportion: Vec<f64>,
    /// 90 % interval of the proportion (parameters and between studies), if the design can tell.
    pub interval: Option<Interval>,
    /// Standard error of the proportion from the finite number of virtual patients alone.
    pub monte_carlo_se: Vec<f64>,
}

/// The first sentence of the report, as numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// Time the answer is about, h (end of treatment, or 24 h after a single dose).
    pub time_h: f64,
    /// The time in words (`at the end of week 4`).
    pub time_words: String,
    /// Of 100 people, how many respond: best estimate and 90 % interval.
    pub response: NaturalFrequency,
    /// Of 100 people, how many are in remission.
    pub remission: NaturalFrequency,
    /// The whole sentence.
    pub sentence: String,
}

/// `of 100 people, about N (lower to upper)`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct NaturalFrequency {
    /// Best estimate, of 100.
    pub of_100: f64,
    /// Lower end of the 90 % interval, if known.
    pub lower: Option<f64>,
    /// Upper end, if known.
    pub upper: Option<f64>,
}

/// A trial's measurement drawn over a curve.
#[derive(Clone, Debug, Serialize)]
pub struct Observation {
    /// Study identifier in the evidence tables.
    pub study_id: String,
    /// Short name for the legend (`Fava 2020, 0.5 mg/kg`).
    pub label: String,
    /// Whether the arm received what is simulated or is the trial's comparison, which is drawn apart and not counted.
    pub role: ArmRole,
    /// Which series it belongs to: a quantity's or an outcome's `id`.
    pub series: String,
    /// Time on the study's clock, h.
    pub time_h: f64,
    /// Mean or proportion, on the series' scale.
    pub value: f64,
    /// 95 % interval, where dispersion and n are known.
    pub lower: Option<f64>,
    /// Upper end of the 95 % interval.
    pub upper: Option<f64>,
    /// Number of people.
    pub n: Option<u32>,
    /// How the value was made comparable, where it was (`baseline 33.9 plus reported change`).
    pub derivation: Option<String>,
    /// The page the number was read from.
    pub source_url: String,
}

/// One row of the table "what every curve rests on".
#[derive(Clone, Debug, Serialize)]
pub struct Basis {
    /// Which quantities or outcomes use it.
    pub curves: String,
    /// The part (`Disposition of S-ketamine`, `NMDA receptor occupancy`).
    pub part: String,
    /// Citation.
    pub citation: String,
    /// DOI or page, if there is one.
    pub url: Option<String>,
    /// How its numbers were verified, counted (`12 seen, 2 assumed`).
    pub grades: String,
    /// What is weak about it, if anything is.
    pub remark: String,
}

/// A number that no source gives.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Assumption {
    /// The model or interaction that it belongs to.
    pub part: String,
    /// Its name there.
    pub parameter: String,
    /// What it is, in words; empty where the model does not say.
    pub label: String,
    /// The value.
    pub value: f64,
    /// Lower end of the range that nine in ten draws lie in; absent where it is taken as known.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// Why this value.
    pub reason: String,
}

/// The rating scale in a few words.
#[derive(Clone, Debug, Serialize)]
pub struct InstrumentSummary {
    /// Identifier (`madrs`).
    pub id: String,
    /// Full name.
    pub name: String,
    /// Smallest score.
    pub minimum: f64,
    /// Largest score.
    pub maximum: f64,
    /// Cut-off of remission (score at or below).
    pub remission_at_most: f64,
}

/// One characteristic of the virtual population.
#[derive(Clone, Debug, Serialize)]
pub struct PopulationRow {
    /// Characteristic (`Weight`).
    pub label: String,
    /// Its distribution as sampled (`82 kg (55 to 115)` or `64 %`).
    pub value: String,
    /// Where the distribution comes from.
    pub source: String,
}

/// Variance of the score at one time, split by where it comes from; points squared.
#[derive(Clone, Debug, Serialize)]
pub struct VarianceComponents {
    /// Time, h.
    pub time_h: f64,
    /// Uncertain parameters.
    pub parameters: f64,
    /// Between studies.
    pub between_studies: f64,
    /// Between patients.
    pub between_patients: f64,
    /// Residual (measurement and day to day).
    pub residual: f64,
}

/// How the result was made.
#[derive(Clone, Debug, Serialize)]
pub struct Provenance {
    /// The exact command.
    pub command: String,
    /// Version of the program.
    pub version: String,
    /// Seed of the random streams.
    pub seed: u64,
    /// SHA-256 of the course file and of every library file used, joined.
    pub input_hash: String,
    /// Files used with their own hashes.
    pub files: Vec<FileHash>,
}

/// A file and its SHA-256.
#[derive(Clone, Debug, Serialize)]
pub struct FileHash {
    /// Name as shown.
    pub name: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}
