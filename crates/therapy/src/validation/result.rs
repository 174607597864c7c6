//! What a validation came to: every row with what each structure predicts of it. Tables, pages and grades are made of
//! this one structure.

use crate::lint::Grade;
use crate::moiety::Class;
use serde::Serialize;

use super::study::Sampling;

/// Every row and what is predicted of it.
#[derive(Clone, Debug, Serialize)]
pub struct Validation {
    /// Rows in the order of the files.
    pub rows: Vec<Row>,
    /// Draws of the uncertain parameters behind every interval.
    pub draws: u32,
    /// Seed of the draws.
    pub seed: u64,
}

/// One observation.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Stem of the paper's file.
    pub paper: String,
    /// What was studied.
    pub title: String,
    /// The paper as cited.
    pub citation: String,
    /// Where it can be looked up.
    pub link: Option<String>,
    /// Who took part.
    pub people: String,
    /// How many, where that is told.
    pub n: Option<u32>,
    /// Where blood was taken.
    pub sampling: Sampling,
    /// What was observed, in words.
    pub name: String,
    /// What was measured, by its word.
    pub what: String,
    /// Drug or metabolite; of an effect nothing.
    pub class: Option<Class>,
    /// Which number of its course.
    pub measure: &'static str,
    /// The number.
    pub observed: f64,
    /// Its unit; empty for a bare number.
    pub unit: String,
    /// The unit in which numbers of the same kind are drawn together; of an effect none.
    pub common: Option<Common>,
    /// Standard deviation of people, in the same unit.
    pub sd: Option<f64>,
    /// Interval, as the paper has it.
    pub observed_interval: Option<(f64, f64)>,
    /// What `sd` or the interval is.
    pub spread: Option<String>,
    /// The drug.
    pub drug: String,
    /// Key of the route.
    pub route: String,
    /// What was given, in words.
    pub treatment: String,
    /// What it is compared with, in words.
    pub against: Option<String>,
    /// Interacting drugs.
    pub interactions: Vec<String>,
    /// Source key of the number.
    pub source: String,
    /// How it was come by.
    #[serde(serialize_with = "as_word")]
    pub grade: Grade,
    /// Where in the source.
    pub locator: Option<String>,
    /// Models of which a parameter was set by it.
    pub used_for: Vec<String>,
    /// Why no parameter of the reference was set by it.
    pub independent: Option<String>,
    /// What the structures predict, the reference first.
    pub predictions: Vec<Prediction>,
    /// Why nothing predicts it.
    pub problem: Option<String>,
}

/// The way to a unit that other rows have too.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Common {
    /// What a number of the row is multiplied with.
    pub factor: f64,
    /// The unit.
    pub unit: &'static str,
}

/// What one structure predicts of a row.
#[derive(Clone, Debug, Serialize)]
pub struct Prediction {
    /// The structure: key of an alternative, of the reference the models that answer for the number.
    pub structure: String,
    /// Whether courses use it unless told otherwise.
    pub reference: bool,
    /// Models that answer for the number.
    pub models: Vec<String>,
    /// Where their concentrations were sampled.
    pub sampling: Option<String>,
    /// The number, in the unit of the row.
    pub value: Option<f64>,
    /// From the 5th to the 95th percentile of what the uncertainty of the parameters makes of it.
    pub interval: Option<(f64, f64)>,
    /// Why there is none, although parameters are uncertain.
    pub no_interval: Option<String>,
    /// Predicted over observed.
    pub ratio: Option<f64>,
    /// Whether it counts: no parameter of these models was set by the row.
    pub counted: bool,
    /// Why there is no number.
    pub problem: Option<String>,
}

/// A grade as its word.
fn as_word<S: serde::Serializer>(grade: &Grade, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(grade)
}

impl Row {
    /// Whether it is a concentration in plasma.
    #[must_use]
    pub fn is_plasma(&self) -> bool {
        self.class.is_some() && self.sampling.is_plasma()
    }

    /// The route without its variant (`oral` of `oral-pr`).
    #[must_use]
    pub fn base_route(&self) -> &str {
        self.route.split('-').next().unwrap_or(&self.route)
    }

    /// The prediction of the structure that courses use unless told otherwise.
    #[must_use]
    pub fn reference(&self) -> Option<&Prediction> {
        self.predictions.iter().find(|prediction| prediction.reference)
    }
}

impl Validation {
    /// Every prediction with its row.
    pub fn predictions(&self) -> impl Iterator<Item = (&Row, &Prediction)> {
        self.rows
            .iter()
            .flat_map(|row| row.predictions.iter().map(move |prediction| (row, prediction)))
    }

    /// How many papers.
    #[must_use]
    pub fn papers(&self) -> usize {
        let mut papers: Vec<&str> = self.rows.iter().map(|row| row.paper.as_str()).collect();
        papers.sort_unstable();
        papers.dedup();
        papers.len()
    }
}
