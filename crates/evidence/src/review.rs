//! The whole living review in one structure: whatever its page, its table or its JSON shows is in here, and nowhere else.

use serde::Serialize;

use crate::claims::{ClaimReport, Definitions, Questions, Reply, answer_questions, assess};
use crate::listing::{StudyRow, list_studies};
use crate::pooling::How;
use crate::rebuild::{Rebuilds, Rebuilt, rebuild};
use crate::tables::Evidence;
use crate::vocabulary::Verified;
use crate::words::Words;

/// How much there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Trials and cohorts.
    pub studies: usize,
    /// Their arms.
    pub arms: usize,
    /// Values of outcomes.
    pub outcomes: usize,
    /// Published contrasts.
    pub comparisons: usize,
    /// Published pooled numbers.
    pub pooled: usize,
    /// Rows of these that nobody read on a page; they count for nothing here.
    pub memory: usize,
    /// Studies of the user's own layer.
    pub layered: usize,
}

/// The review.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Review {
    /// How much there is.
    pub counts: Counts,
    /// Four questions in plain words.
    pub questions: Vec<Reply>,
    /// Claim by claim, each with the pools that bear on it: an [`crate::Answer`] holds the studies, what was left out and
    /// the synthesis to draw.
    pub claims: Vec<ClaimReport>,
    /// Published pooled numbers beside ours.
    pub rebuilt: Vec<Rebuilt>,
    /// Every study.
    pub studies: Vec<StudyRow>,
}

/// Files that say what is asked of the tables.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// What the words mean.
    pub words: Words,
    /// Which numbers bear on which claim.
    pub claims: Definitions,
    /// Questions and sentences.
    pub questions: Questions,
    /// How published numbers are rebuilt.
    pub rebuilds: Rebuilds,
}

impl Review {
    /// Computes everything.
    ///
    /// # Errors
    /// A file names what the tables do not have.
    pub fn of(evidence: &Evidence, asked: &Asked, how: &How) -> Result<Self, String> {
        let words = &asked.words;
        let memory = |verified: Verified| verified == Verified::Memory;
        let from_memory = [
            evidence.arms.iter().filter(|row| memory(row.verified)).count(),
            evidence
                .outcomes
                .iter()
                .filter(|row| memory(row.verified))
                .count(),
            evidence
                .comparisons
                .iter()
                .filter(|row| memory(row.verified))
                .count(),
            evidence.pooled.iter().filter(|row| memory(row.verified)).count(),
        ];
        Ok(Self {
            counts: Counts {
                studies: evidence.studies.len(),
                arms: evidence.arms.len(),
                outcomes: evidence.outcomes.len(),
                comparisons: evidence.comparisons.len(),
                pooled: evidence.pooled.len(),
                memory: from_memory.iter().sum(),
                layered: evidence.layered.len(),
            },
            questions: answer_questions(evidence, words, &asked.claims, &asked.questions, how)?,
            claims: assess(evidence, words, &asked.claims, how)?,
            rebuilt: rebuild(evidence, words, &asked.rebuilds)?,
            studies: list_studies(evidence, &[], &[], &[]),
        })
    }
}
