//! All that a synthesis of studies comes to, in one structure that feeds the table, the figures and the JSON, so that they
//! cannot disagree.
//!
//! [`synthesize`] takes studies with effect sizes; [`Request`] makes them from a table and says what was left out and why.

mod build;
mod heterogeneity;
mod influence;
mod json;
mod measure;
mod moderation;
mod request;
mod small_study;
mod suspicion;
mod table;

pub use build::{Design, Options, Pooler, SubgroupModel, synthesize};
pub use influence::Influence;
pub use measure::Measure;
pub use moderation::{Coefficient, Moderation};
pub use request::{Pooling, Request};
pub use small_study::SmallStudy;
pub use suspicion::suspicions;

use crate::pool::Fit;

/// A number with an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
}

/// A study as it is handed in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Study {
    /// What it is called.
    pub label: String,
    /// Its line of the table, where it came from one.
    pub line: Option<usize>,
    /// Where its numbers can be read.
    pub link: Option<String>,
    /// The data behind the effect, a cell for each of [`Synthesis::raw_columns`].
    pub raw: Vec<String>,
    /// Effect size on the scale that is pooled.
    pub yi: f64,
    /// Its sampling variance.
    pub vi: f64,
    /// People, where known.
    pub ni: Option<f64>,
    /// Group that it is shown and pooled with.
    pub subgroup: Option<String>,
    /// What cumulative pooling goes by, as the year.
    pub order: Option<f64>,
    /// What a reader should know of its numbers.
    pub notes: Vec<String>,
    /// Events and people of two groups, for figures that show them: events and people of the first, then of the second.
    pub arms: Option<[f64; 4]>,
}

/// A study in the synthesis.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyRow {
    /// As it was handed in.
    pub study: Study,
    /// Effect with its own interval, on the scale that is pooled.
    pub estimate: Estimate,
    /// The same as it is read.
    pub shown: Estimate,
    /// Its share of the pooled estimate, in per cent, where that is a weighted mean.
    pub weight: Option<f64>,
}

/// A row that is not in the synthesis.
#[derive(Clone, Debug, PartialEq)]
pub struct Dropped {
    /// What it is called.
    pub label: String,
    /// Its line of the table.
    pub line: Option<usize>,
    /// Why.
    pub reason: String,
}

/// Studies pooled.
#[derive(Clone, Debug, PartialEq)]
pub struct Pooled {
    /// How many.
    pub k: usize,
    /// On the scale that is pooled.
    pub estimate: Estimate,
    /// Standard error.
    pub se: f64,
    /// Statistic of the test against no effect; NaN where the model is no test.
    pub statistic: f64,
    /// Two-sided probability; NaN where the model is no test.
    pub p: f64,
    /// Where the effect of a new study is expected; models without a variance between studies have none.
    pub prediction: Option<(f64, f64)>,
    /// Variance between studies.
    pub tau2: Option<f64>,
    /// Cochran's Q.
    pub q: Option<f64>,
    /// Its degrees of freedom.
    pub q_df: f64,
    /// Its probability.
    pub q_p: Option<f64>,
    /// In per cent.
    pub i2: Option<f64>,
    /// Total over sampling variance.
    pub h2: Option<f64>,
    /// Shares of the studies, in per cent, in their order; none where the estimate is no weighted mean.
    pub weights: Vec<f64>,
}

/// A pooled estimate as it is read, with what it is of.
#[derive(Clone, Debug, PartialEq)]
pub struct PooledRow {
    /// What was pooled.
    pub label: String,
    /// Places in [`Synthesis::studies`].
    pub studies: Vec<usize>,
    /// On the scale that is pooled.
    pub pooled: Pooled,
    /// Estimate and interval as they are read.
    pub shown: Estimate,
    /// Prediction interval as it is read.
    pub shown_prediction: Option<(f64, f64)>,
}

/// How much the studies differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Heterogeneity {
    /// Cochran's Q, of what moderators leave where there are any.
    pub q: f64,
    /// Its degrees of freedom.
    pub q_df: f64,
    /// Its probability.
    pub q_p: f64,
    /// Variance between studies, with its Q-profile interval; `None` where the model has none.
    pub tau2: Option<f64>,
    /// Bounds of `tau2`.
    pub tau2_interval: Option<(f64, f64)>,
    /// In per cent.
    pub i2: f64,
    /// Bounds of `i2`.
    pub i2_interval: Option<(f64, f64)>,
    /// Total over sampling variance.
    pub h2: f64,
    /// Bounds of `h2`.
    pub h2_interval: Option<(f64, f64)>,
}

/// Groups of studies, each pooled, and how they differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Subgroups {
    /// The column or property that groups.
    pub by: String,
    /// The groups in the order of their first studies.
    pub groups: Vec<PooledRow>,
    /// Groups that cannot be pooled, and why.
    pub unpooled: Vec<(String, String)>,
    /// Q between the groups.
    pub q: Option<f64>,
    /// Its degrees of freedom.
    pub q_df: f64,
    /// Its probability.
    pub q_p: Option<f64>,
}

/// Studies added by trim and fill.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    /// Effect sizes and standard errors.
    pub points: Vec<(f64, f64)>,
    /// Pooled with them.
    pub row: PooledRow,
}

/// All that a synthesis comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Synthesis {
    /// What is pooled.
    pub measure: Measure,
    /// How, in words: `random effects (REML), Knapp-Hartung`.
    pub model: String,
    /// Coverage of intervals, as 0.95.
    pub level: f64,
    /// Whom effects below and above none favour, as `BCG`, `control`, where someone said it.
    pub favours: Option<(String, String)>,
    /// Heads of [`Study::raw`].
    pub raw_columns: Vec<String>,
    /// The studies, in the order of the table.
    pub studies: Vec<StudyRow>,
    /// Rows that have no effect size.
    pub dropped: Vec<Dropped>,
    /// All studies pooled; `None` with moderators.
    pub pooled: Option<PooledRow>,
    /// The inverse-variance fit, where that is the model.
    pub fit: Option<Fit>,
    /// How much they differ.
    pub heterogeneity: Option<Heterogeneity>,
    /// Whether small studies show other effects.
    pub small_study: SmallStudy,
    /// Without each study in turn.
    pub leave_one_out: Vec<PooledRow>,
    /// With one more study each time.
    pub cumulative: Vec<PooledRow>,
    /// What each study does to the fit.
    pub influence: Vec<Influence>,
    /// By group.
    pub subgroups: Option<Subgroups>,
    /// By moderators.
    pub moderation: Option<Moderation>,
    /// With studies added where they seem to be missing.
    pub filled: Option<Filled>,
    /// What a reader must know before using any of it.
    pub warnings: Vec<String>,
}

impl Estimate {
    /// The same through a function that keeps or reverses order.
    #[must_use]
    pub fn map(self, f: impl Fn(f64) -> f64) -> Self {
        let (a, b) = (f(self.lower), f(self.upper));
        Self {
            value: f(self.value),
            lower: a.min(b),
            upper: a.max(b),
        }
    }
}

#[cfg(test)]
mod tests;
