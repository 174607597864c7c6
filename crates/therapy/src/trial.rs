//! Virtual trials: how often a design would find what the response model says is there, and how often it would be fooled.
//!
//! `read` turns `library/trials/*.toml` into a [`Trial`]. A replicate (`people`) draws what is uncertain, a study, its sites and its
//! people, lets them leave, and rates whom it can; `analyse` does what the trial's statistician would; [`simulate`] counts over
//! replicates and sizes ([`TrialResult`]). Four worlds are told apart: the fitted model with all that is uncertain of it (assurance), the
//! typical study of its medians (power), no effect of anything that differs between arms (type I error), and no effect of the drug while
//! people can still tell what they got (what unblinding alone makes of it). [`published`] lays the bands of a design beside what the
//! trial of that design has reported.
//!
//! | code | what is wrong |
//! |---|---|
//! | Y001 | fewer than two arms, two of one name, or a comparison of arms that are not there |
//! | Y002 | a visit that is not after the one before, or an endpoint that is not at a visit |
//! | Y003 | an analysis that does not fit the endpoint |
//! | Y004 | an instrument that the response model does not reach, or a condition that it is not about |
//! | Y005 | a patient where a population is needed |
//!
//! People are admitted in blocks in which every arm has its share; a block is of one site.

mod analyse;
mod people;
mod published;
mod read;
mod result;
mod run;
mod words;

pub use people::{Dataset, Row};
pub use published::{Band, Published, Tables, published, studies};
pub use read::read;
pub use result::{Curve, Size, TrialResult, World};
pub use run::{TrialSettings, dataset, inputs, simulate, work};

use crate::course::{Antidepressant, People, Treatment};
use crate::instrument::Instrument;
use euthymia_diagnostics::Source;

/// A design.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Stem of its file.
    pub id: String,
    /// Title.
    pub title: String,
    /// One or two sentences for the reader of the page.
    pub summary: String,
    /// Condition, a word of the evidence tables.
    pub condition: String,
    /// Who is admitted.
    pub people: People,
    /// What they are given, in the order of the file.
    pub arms: Vec<Arm>,
    /// Who can tell.
    pub blinding: Blinding,
    /// How many sites, and the standard deviation of improvement between them, on the logarithm of the score.
    pub sites: (u32, f64),
    /// Visits, h after the first session, increasing.
    pub visits_h: Vec<f64>,
    /// What is looked at.
    pub endpoint: Endpoint,
    /// What becomes of people who stop.
    pub estimand: Estimand,
    /// How it is analysed.
    pub analysis: Analysis,
    /// Factor on how many people leave, against the trials that the response model was fitted to.
    pub leaving: f64,
    /// Of those who stop, the part that is still rated, where that is asked for.
    pub followed: f64,
    /// People admitted a month.
    pub recruitment: f64,
    /// Two-sided level of significance.
    pub alpha: f64,
    /// The text it came from.
    pub source: Source,
}

/// An arm.
#[derive(Clone, Debug)]
pub struct Arm {
    /// Its name.
    pub name: String,
    /// People in it for each in the smallest unit of allocation.
    pub share: u32,
    /// What is given.
    pub treatments: Vec<Treatment>,
    /// Antidepressant beside it.
    pub antidepressant: Antidepressant,
    /// Whether there is psychotherapy.
    pub psychotherapy: bool,
}

/// Who can tell what was given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Blinding {
    /// Nobody is told. How far people can tell, against the trials of the fit: 1 as there, 0 not at all.
    Double {
        /// Factor on the logarithm of what knowing makes of expectancy.
        unblinding: f64,
    },
    /// Everybody knows.
    Open,
}

/// What is looked at.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Which number.
    pub kind: EndpointKind,
    /// On which scale.
    pub instrument: Instrument,
    /// Index of its visit.
    pub visit: usize,
    /// Index of the arm that is compared, and of the one that it is compared with.
    pub arms: (usize, usize),
}

/// Which number of people is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndpointKind {
    /// Change of the score.
    Change,
    /// Part in response.
    Response,
    /// Part in remission.
    Remission,
}

/// What becomes of people who stop (ICH E9(R1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Estimand {
    /// They are rated as they go on without the treatment.
    TreatmentPolicy,
    /// As if nobody had stopped: ratings after it are missing.
    Hypothetical,
}

/// How a trial is analysed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Analysis {
    /// Mixed model for repeated measures of the change, unstructured covariance.
    Mmrm,
    /// Analysis of covariance of the change at the endpoint.
    Ancova,
    /// Comparison of proportions; who is not rated has not responded.
    Responder,
}
