//! Rating scales: range, direction, what counts as response and remission, and how one scale is read from another.
//!
//! An instrument comes from `library/instruments/*.toml` (see [`read`]); the numbers are the file's, never this
//! module's. A file says how its scale is read from one other ([`Link`]), so that scales form a tree with the scale of the
//! response models at its root; [`crate::library::Library::instrument`] follows the links ([`Kin`]). Scores of the response
//! model reach another scale through [`Instrument::from_linked`], and any two scales of the tree read each other through
//! [`Instrument::linked_to`]. A scale of something else than depression is linked to nothing and says why
//! ([`Instrument::unlinked`]).

mod kin;
mod link;
mod read;
mod scatter;

pub use kin::Kin;
pub(crate) use kin::WRONG_LINK;
pub use link::Link;
pub use read::read;
pub(crate) use scatter::Scatter;

use crate::definition::in_words;
use euthymia_diagnostics::{Source, Span};

/// Half of a score is computed with a rounding; a response is not lost by it.
const ROUNDING: f64 = 1e-9;

/// Which way a patient gets worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// A higher score is a sicker patient.
    HigherIsWorse,
    /// A lower score is a sicker patient.
    LowerIsWorse,
}

/// A named range of scores, edges included.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// What the range is called (`mild`).
    pub name: String,
    /// Lowest score of the band.
    pub from: f64,
    /// Highest score of the band.
    pub to: f64,
}

/// A rating scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Instrument {
    /// Identifier: the stem of its file (`madrs`).
    pub id: String,
    /// Full name.
    pub name: String,
    /// Short name (`MADRS`).
    pub abbreviation: String,
    /// Which way is worse.
    pub direction: Direction,
    /// Smallest possible score.
    pub minimum: f64,
    /// Largest possible score.
    pub maximum: f64,
    /// Response: improvement of at least this fraction of the baseline score.
    pub response_improvement: f64,
    /// Key of the source of the response definition.
    pub response_source: String,
    /// Remission: a score at this value or beyond it in the good direction.
    pub remission_cut_off: f64,
    /// Key of the source of the cut-off.
    pub remission_source: String,
    /// Other cut-offs in use.
    pub remission_alternatives: Vec<f64>,
    /// Severity bands, from mild to severe.
    pub severity: Vec<Band>,
    /// How it is read from another instrument, if its file says so.
    pub link: Option<Link>,
    /// Why it is not, where its file says that.
    pub unlinked: Option<String>,
    /// The instruments it is read from: that of [`Self::link`], the one that is read from, and so on. Filled by the
    /// library, for the other files are not known to one.
    pub kin: Vec<Kin>,
    /// Where its file names the instrument it is read from.
    pub(crate) link_at: Span,
    /// The file it came from.
    pub source: Source,
}

impl Instrument {
    /// The score that a rater could have written down: a whole number within the range. NaN stays NaN.
    #[must_use]
    pub fn observed(&self, score: f64) -> f64 {
        self.bounded(score).round()
    }

    /// A score moved into the range of the scale. NaN stays NaN.
    #[must_use]
    pub fn bounded(&self, score: f64) -> f64 {
        bounded(score, self.minimum, self.maximum)
    }

    /// Whether `score` is a response against `baseline`, both as a rater wrote them down. A patient who had nothing
    /// to improve (a baseline at the good end of the scale) does not respond; NaN is no response.
    #[must_use]
    pub fn is_response(&self, baseline: f64, score: f64) -> bool {
        let (distance, improvement) = match self.direction {
            Direction::HigherIsWorse => (baseline - self.minimum, baseline - score),
            Direction::LowerIsWorse => (self.maximum - baseline, score - baseline),
        };
        distance > 0.0 && improvement >= self.response_improvement * distance - ROUNDING
    }

    /// Whether `score` is remission. NaN is not.
    #[must_use]
    pub fn is_remission(&self, score: f64) -> bool {
        match self.direction {
            Direction::HigherIsWorse => score <= self.remission_cut_off,
            Direction::LowerIsWorse => score >= self.remission_cut_off,
        }
    }

    /// The worst whole score that is still a response against `baseline`; `None` where there is none.
    #[must_use]
    pub fn response_cut_off(&self, baseline: f64) -> Option<f64> {
        let cut_off = match self.direction {
            Direction::HigherIsWorse => {
                (baseline - self.response_improvement * (baseline - self.minimum) + ROUNDING).floor()
            }
            Direction::LowerIsWorse => {
                (baseline + self.response_improvement * (self.maximum - baseline) - ROUNDING).ceil()
            }
        };
        self.is_response(baseline, cut_off).then_some(cut_off)
    }

    /// The probability that a rating is at `cut_off`, a whole score, or beyond it in the good direction, where the
    /// score before rounding scatters around `score` on the scale of the instrument `from`. NaN where that scale is not linked.
    #[must_use]
    pub(crate) fn probability_at_or_beyond(
        &self,
        cut_off: f64,
        from: &str,
        score: f64,
        scatter: Scatter,
    ) -> f64 {
        // A rating of n stands for scores up to n + 1/2; what is beyond the end of the scale is rated as its end.
        let (edge, certain) = match self.direction {
            Direction::HigherIsWorse => (cut_off + 0.5, cut_off >= self.maximum),
            Direction::LowerIsWorse => (cut_off - 0.5, cut_off <= self.minimum),
        };
        if certain {
            return 1.0;
        }
        let Some(edge) = self.unbounded(from, edge) else {
            return f64::NAN;
        };
        match self.direction {
            Direction::HigherIsWorse => scatter.below(edge, score),
            Direction::LowerIsWorse => scatter.above(edge, score),
        }
    }

    /// Name of the severity band that holds `score`, if one does.
    #[must_use]
    pub fn severity(&self, score: f64) -> Option<&str> {
        let band = self
            .severity
            .iter()
            .find(|band| band.from <= score && score <= band.to)?;
        Some(&band.name)
    }

    /// The response definition in words.
    #[must_use]
    pub fn response_in_words(&self) -> String {
        let percent = in_words(100.0 * self.response_improvement);
        let name = &self.abbreviation;
        match self.direction {
            Direction::HigherIsWorse => {
                format!("{name} at least {percent} % below the patient's own baseline")
            }
            Direction::LowerIsWorse => format!(
                "{name} at least {percent} % of the way from baseline to {}",
                self.maximum
            ),
        }
    }

    /// The remission definition in words.
    #[must_use]
    pub fn remission_in_words(&self) -> String {
        let relation = match self.direction {
            Direction::HigherIsWorse => "or less",
            Direction::LowerIsWorse => "or more",
        };
        format!(
            "{} of {} {relation}",
            self.abbreviation,
            in_words(self.remission_cut_off)
        )
    }

    /// Whether it is the instrument `id`, or is read from it, directly or through others.
    #[must_use]
    pub fn descends_from(&self, id: &str) -> bool {
        id == self.id || self.ancestor(id).is_some()
    }

    /// Reads a score of the instrument `from` on this one, within the range of this one; `None` where no link says how.
    #[must_use]
    pub fn from_linked(&self, from: &str, score: f64) -> Option<f64> {
        if from == self.id {
            return Some(score);
        }
        Some(self.bounded(self.ancestor(from)?.link.read(score)))
    }

    /// Reads a score of this instrument on one that it is read from, within the range of that: the inverse of
    /// [`Instrument::from_linked`] where neither range ends.
    #[must_use]
    pub fn to_linked(&self, to: &str, score: f64) -> Option<f64> {
        if to == self.id {
            return Some(score);
        }
        let kin = self.ancestor(to)?;
        Some(bounded(kin.link.read_back(score), kin.minimum, kin.maximum))
    }

    /// How scores of this instrument are read on any other, up one branch of the tree of links and down another; `None`
    /// where they have no instrument in common. The ranges of the scales are not kept: see [`Instrument::read_on`].
    #[must_use]
    pub fn linked_to(&self, other: &Self) -> Option<Link> {
        let up = |kin: &Kin| kin.link.reversed();
        if other.id == self.id {
            return Some(Link {
                from: self.id.clone(),
                to: self.id.clone(),
                points: vec![[self.minimum, self.minimum], [self.maximum, self.maximum]],
                sources: Vec::new(),
                assumed: false,
            });
        }
        if let Some(kin) = other.ancestor(&self.id) {
            return Some(kin.link.clone());
        }
        if let Some(kin) = self.ancestor(&other.id) {
            return Some(up(kin));
        }
        let shared = |kin: &Kin| Some((up(kin), &other.ancestor(&kin.id)?.link));
        let (up, down) = self.kin.iter().find_map(shared)?;
        up.then(down)
    }

    /// Reads a score of this instrument on any other, within the range of the other; `None` where they have no
    /// instrument in common.
    #[must_use]
    pub fn read_on(&self, other: &Self, score: f64) -> Option<f64> {
        Some(other.bounded(self.linked_to(other)?.read(score)))
    }

    fn ancestor(&self, id: &str) -> Option<&Kin> {
        self.kin.iter().find(|kin| kin.id == id)
    }

    /// As [`Instrument::to_linked`], off the range of the other scale as well.
    fn unbounded(&self, to: &str, score: f64) -> Option<f64> {
        if to == self.id {
            return Some(score);
        }
        Some(self.ancestor(to)?.link.read_back(score))
    }
}

/// A score moved into a range. NaN stays NaN.
fn bounded(score: f64, minimum: f64, maximum: f64) -> f64 {
    if score < minimum {
        minimum
    } else if score > maximum {
        maximum
    } else {
        score
    }
}

#[cfg(test)]
mod tests;
