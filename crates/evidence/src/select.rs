//! From a question to the contrasts that answer it: which arms, which rows, made comparable how; and what was left out,
//! each study with its reason.
//!
//! [`Query`] is the question, [`select`] answers it with a [`Selection`]: one row for each study (arms of one study that
//! share a control are joined, see [`Shared`]), every conversion named, nothing imputed unasked.

mod arms;
mod by_arms;
mod by_paper;
mod contrast;
mod convert;
mod group;
mod overlap;
mod published;
mod query;
mod study;
mod suspect;
mod why;

pub(crate) use contrast::of_meta as contrast_measure;
pub use contrast::{Contrast, Numbers};
pub(crate) use convert::rounded as three_digits;
pub(crate) use overlap::{Fate, fates};
pub use query::{Crossover, Design, LeftOut, Query, QueryError, Shared, Time};

use nalgebra::DMatrix;
use serde::Serialize;

use crate::tables::Evidence;
use crate::vocabulary::{Measure, Verified};
use crate::words::{OutcomeGroup, Words};

/// A page that a number was read from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Source {
    /// Its address.
    pub url: String,
    /// Where on it.
    pub locator: Option<String>,
}

/// A study that is pooled.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Included {
    /// The study.
    pub study_id: String,
    /// As a citation (`Lii 2023`).
    pub label: String,
    /// What its treated people received, and the control.
    pub arms: String,
    /// Time of the measurement, h on the clock of the study; `None` where it varies between people.
    pub time_h: Option<f64>,
    /// The outcome as the tables have it.
    pub outcome: String,
    /// Effect on the scale that is pooled (a logarithm for ratios).
    pub yi: f64,
    /// Its sampling variance.
    pub vi: f64,
    /// People in it, where known.
    pub n: Option<f64>,
    /// What went into the effect.
    pub contrasts: Vec<Contrast>,
    /// Covariances of the contrasts, as they were joined.
    #[serde(skip)]
    pub covariance: DMatrix<f64>,
    /// Arms of the question that have no number among the contrasts, and why.
    #[serde(skip)]
    pub missing: Vec<(String, String)>,
    /// Whether its scores are changes, computed or reported by the arms.
    #[serde(skip)]
    pub of_changes: bool,
    /// What was done to the reported numbers.
    pub conversions: Vec<String>,
    /// What the tables say about them, and what should make one careful.
    pub cautions: Vec<String>,
    /// Those of the cautions that say a number may be another than it is called.
    #[serde(skip)]
    pub suspicions: Vec<String>,
    /// Where the numbers were read.
    pub sources: Vec<Source>,
    /// Whether a number comes from memory.
    pub memory: bool,
    /// Whether the study is of the user's own layer.
    pub layer: bool,
}

/// A study of the right people and treatment that is not pooled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Excluded {
    /// The study.
    pub study_id: String,
    /// As a citation.
    pub label: String,
    /// Why not.
    pub reason: String,
    /// Where its row was read.
    pub source_url: String,
    /// Whether asking otherwise would include it (memory, crossover, another measure or control).
    pub may_be_asked: bool,
}

/// The answer to a query before anything is pooled.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Selection {
    /// The question in one line.
    pub question: String,
    /// Rules that were followed, in words: window, order of preference, joining of arms.
    pub rules: Vec<String>,
    /// The outcome.
    pub outcome: OutcomeGroup,
    /// What effects are measured in.
    pub measure: Measure,
    /// The instrument, where the effects are in its points.
    pub instrument: Option<String>,
    /// Studies that are pooled, in the order of the tables.
    pub included: Vec<Included>,
    /// Studies that are not.
    pub excluded: Vec<Excluded>,
    /// What should make one careful about the whole.
    pub warnings: Vec<String>,
    /// Without which single condition of the question how many studies there would be.
    pub wider: Vec<Wider>,
}

/// One condition of a question left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wider {
    /// What is left out, as it stands on the command line.
    pub without: String,
    /// Studies there would be.
    pub k: usize,
}

impl Selection {
    /// Effect sizes.
    #[must_use]
    pub fn yi(&self) -> Vec<f64> {
        self.included.iter().map(|study| study.yi).collect()
    }

    /// Their variances.
    #[must_use]
    pub fn vi(&self) -> Vec<f64> {
        self.included.iter().map(|study| study.vi).collect()
    }

    /// People in all, over the studies that tell.
    #[must_use]
    pub fn people(&self) -> f64 {
        self.included.iter().filter_map(|study| study.n).sum()
    }
}

/// Selects the studies that answer a question.
///
/// # Errors
/// A word that the tables do not have.
pub fn select(evidence: &Evidence, words: &Words, query: &Query) -> Result<Selection, QueryError> {
    let resolved = query.resolve(evidence, words)?;
    let mut selection = study::select(evidence, words, &resolved);
    if selection.included.len() < 2 {
        selection.wider = wider(evidence, words, query);
    }
    Ok(selection)
}

/// Studies that the question would have without one of its conditions.
fn wider(evidence: &Evidence, words: &Words, query: &Query) -> Vec<Wider> {
    let any = || vec!["any".to_owned()];
    let mut others: Vec<(&str, Query)> = Vec::new();
    let mut add = |name, change: &dyn Fn(&mut Query)| {
        let mut other = query.clone();
        change(&mut other);
        if other != *query {
            others.push((name, other));
        }
    };
    add("--condition", &|other| other.conditions = Vec::new());
    add("--drug", &|other| other.drugs = Vec::new());
    add("--control", &|other| other.controls = any());
    add("--route", &|other| other.routes = Vec::new());
    add("--time", &|other| other.time = Time::Last);
    add("--measure", &|other| other.measure = None);
    others
        .into_iter()
        .filter_map(|(name, other)| {
            let resolved = other.resolve(evidence, words).ok()?;
            let k = study::select(evidence, words, &resolved).included.len();
            (k > 0).then(|| Wider {
                without: name.to_owned(),
                k,
            })
        })
        .collect()
}

/// Whether a row may be used: read on a page, or memory was asked for.
fn usable(verified: Verified, query: &query::Resolved) -> bool {
    verified == Verified::Yes || query.include_memory
}
