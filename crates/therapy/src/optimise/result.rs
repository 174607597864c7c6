//! What a search came to: the one structure behind page, table and JSON.

use super::aim::Goal;
use super::vary::Key;
use crate::result::{Assumption, Design, Provenance};
use serde::Serialize;

/// The outcome of a search.
#[derive(Clone, Debug, Serialize)]
pub struct Optimised {
    /// Title of the course.
    pub title: String,
    /// The course as it was given, in one sentence.
    pub description: String,
    /// What was found, in sentences.
    pub findings: Vec<String>,
    /// Number of virtual patients.
    pub subjects: u64,
    /// The nested design of the run.
    pub design: Design,
    /// What is aimed at, in the order in which it was asked for.
    pub aims: Vec<AimTold>,
    /// What it is set against.
    pub against: BurdenTold,
    /// What must hold.
    pub keeps: Vec<KeepTold>,
    /// Probability with which each must hold; absent where it must in the mean.
    pub certainty: Option<f64>,
    /// What was varied.
    pub varied: Vec<Varied>,
    /// Sessions before this were counted, h.
    pub until_h: f64,
    /// Number of schedules that were tried.
    pub schedules: usize,
    /// Those of them in which everything holds.
    pub admitted: usize,
    /// Different sessions that were simulated.
    pub sessions_simulated: usize,
    /// The course as it was given.
    pub given: Point,
    /// What nothing beats, by burden.
    pub frontier: Vec<Point>,
    /// Those that come nearest where nothing holds all that must.
    pub nearest: Vec<Point>,
    /// Every schedule, in a line.
    pub all: Vec<Short>,
    /// What the reader must know before believing.
    pub cautions: Vec<String>,
    /// Numbers of the models that no source gives.
    pub assumptions: Vec<Assumption>,
    /// How to make it again.
    pub provenance: Provenance,
}

/// Something that was aimed at.
#[derive(Clone, Debug, Serialize)]
pub struct AimTold {
    /// As it was written (`remission@4w`).
    pub text: String,
    /// What is counted.
    pub goal: Goal,
    /// When, h.
    pub time_h: f64,
    /// For people (`In remission after 4 weeks`).
    pub label: String,
    /// How it is defined.
    pub definition: String,
    /// Whether more of it is better.
    pub more_is_better: bool,
}

/// What benefit is set against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Against {
    /// Number of sessions.
    Sessions,
    /// Hours that people are watched in the clinic.
    Hours,
    /// Sessions with marked dissociation.
    Dissociation,
}

/// The burden.
#[derive(Clone, Debug, Serialize)]
pub struct BurdenTold {
    /// Which.
    pub kind: Against,
    /// For people.
    pub label: String,
}

/// Something that must hold.
#[derive(Clone, Debug, Serialize)]
pub struct KeepTold {
    /// As it was written.
    pub text: String,
    /// For people.
    pub label: String,
    /// The limit.
    pub limit: f64,
    /// Schedules in which it does not hold.
    pub excludes: usize,
    /// Those of them in which everything else does.
    pub excludes_alone: usize,
}

/// Something that was varied.
#[derive(Clone, Debug, Serialize)]
pub struct Varied {
    /// What.
    pub key: Key,
    /// As it was written.
    pub text: String,
    /// The values that were tried first.
    pub values: Vec<String>,
}

/// A mean or proportion.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Where the true value of a group in a study lies with a probability of 90 %; absent where the run is too small to tell.
    pub interval: Option<[f64; 2]>,
    /// Standard error from the finite number of patients alone.
    pub monte_carlo_se: Option<f64>,
}

/// A benefit of a schedule, and how it differs from that of the course as given.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Benefit {
    /// The benefit.
    pub estimate: Estimate,
    /// What it is more than with the course as given, in the same people.
    pub difference: Estimate,
    /// Probability that it is better than the course as given.
    pub better: Option<f64>,
}

/// How far something that must hold does.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Kept {
    /// The value; absent where no model tells it.
    pub value: Option<f64>,
    /// Where it lies with a probability of 90 %.
    pub interval: Option<[f64; 2]>,
    /// Whether it holds in the mean.
    pub in_the_mean: bool,
    /// Probability that it holds.
    pub probability: Option<f64>,
}

/// A schedule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// In words.
    pub label: String,
    /// The dose in words; several where they differ.
    pub dose: String,
    /// Duration of the infusion, h.
    pub infusion_h: Option<f64>,
    /// From one session to the next, h; absent where they are not regular.
    pub interval_h: Option<f64>,
    /// Sessions of the induction.
    pub induction: usize,
    /// From one session of maintenance to the next, h.
    pub maintenance_h: Option<f64>,
    /// Sessions in all.
    pub sessions: usize,
    /// When they begin, h.
    pub times_h: Vec<f64>,
    /// Hours that people are watched in the clinic, where the library tells.
    pub hours: Option<f64>,
    /// Sessions with marked dissociation, where a model tells.
    pub dissociations: Option<f64>,
    /// What benefit is set against.
    pub burden: f64,
    /// By aim.
    pub benefits: Vec<Benefit>,
    /// By what must hold.
    pub keeps: Vec<Kept>,
    /// Whether all of it does, as it was asked for.
    pub holds: bool,
    /// Probability that nothing that holds beats it; absent where the run is too small to tell, or it does not hold.
    pub on_frontier: Option<f64>,
    /// What of it no trial had.
    pub beyond: Vec<String>,
    /// Whether it is the course as it was given.
    pub is_given: bool,
}

/// A schedule in a line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Short {
    /// In words.
    pub label: String,
    /// What benefit is set against.
    pub burden: f64,
    /// By aim.
    pub benefits: Vec<f64>,
    /// Whether everything holds that must.
    pub holds: bool,
    /// Whether nothing beats it.
    pub on_frontier: bool,
}
