//! The numbers that the model is fitted to: of which arm at which time, and what was measured.

use super::leaving::Gone;
use euthymia_therapy::response::Visit;

/// How an arm's baseline on an instrument is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// Mean, points; where the study does not tell it, what is usual.
    pub mean: f64,
    /// Standard deviation between patients, points.
    pub sd: f64,
    /// Standard deviation of the logarithm of the mean: 0 where it was told.
    pub uncertain: f64,
}

/// An arm at a time.
#[derive(Clone, Debug)]
pub struct Rated {
    /// Place of its study in [`studies`](super::Data::studies).
    pub study: usize,
    /// Place of its arm in [`arms`](super::Data::arms).
    pub arm: usize,
    /// What the arm has received.
    pub visit: Visit,
    /// Who is missing there.
    pub gone: Gone,
}

/// A number that was measured; `visit` is a place in [`visits`](super::Data::visits).
#[derive(Clone, Debug, PartialEq)]
pub enum Rating {
    /// A mean score, or a mean change.
    Mean {
        /// Of which visit.
        visit: usize,
        /// Points.
        value: f64,
        /// Its standard error, where it is told.
        error: Option<f64>,
        /// Number of people.
        n: f64,
        /// Whether it is a change from baseline.
        is_change: bool,
        /// Scores before treatment.
        baseline: Known,
    },
    /// A standard deviation of scores, or of changes.
    Deviation {
        /// Of which visit.
        visit: usize,
        /// Logarithm of points.
        ln_sd: f64,
        /// Number of people.
        n: f64,
        /// Whether it is of changes from baseline.
        is_change: bool,
        /// Scores before treatment.
        baseline: Known,
    },
    /// People who improved by at least a fraction of their baseline.
    Response {
        /// Of which visit.
        visit: usize,
        /// How many.
        events: f64,
        /// Of how many.
        n: f64,
        /// The fraction.
        fraction: f64,
        /// Counted at the best of several visits: by how many standard deviations of the residual.
        best: f64,
        /// How much of it is news, where means of the same people are there too.
        weight: f64,
    },
    /// People with a score of at most a cut-off.
    Remission {
        /// Of which visit.
        visit: usize,
        /// How many.
        events: f64,
        /// Of how many.
        n: f64,
        /// The cut-off, points.
        cut_off: f64,
        /// Scores before treatment.
        baseline: Known,
        /// How much of it is news, where means of the same people are there too.
        weight: f64,
    },
    /// A difference of mean changes between two arms, of which no means are published.
    Contrast {
        /// The two visits.
        visits: [usize; 2],
        /// Points, or standard deviations.
        value: f64,
        /// Its standard error.
        error: f64,
        /// Whether it is in standard deviations of the score.
        is_standardised: bool,
        /// Scores before treatment.
        baselines: [Known; 2],
    },
}

impl Rating {
    /// The visit that it is of; the first of two.
    #[must_use]
    pub fn visit(&self) -> usize {
        match self {
            Self::Mean { visit, .. }
            | Self::Deviation { visit, .. }
            | Self::Response { visit, .. }
            | Self::Remission { visit, .. } => *visit,
            Self::Contrast { visits, .. } => visits[0],
        }
    }
}
