//! Claims held against the evidence: which live pools and published numbers bear on each, what they say now, how certain
//! that is, and whether the verdict of the curators still stands.
//!
//! Which numbers belong to which claim is data (`claims.toml`); so are the sentences that answer questions
//! (`questions.toml`). Neither holds a number: they name rows and selections.

mod definition;
mod grading;
mod item;
mod questions;
mod reported;
mod resolve;
mod usual_dose;
mod wording;

pub use definition::{ClaimDefinition, Definitions};
pub use grading::{GradeReport, JudgementReport};
pub use item::{Counted, Definition as ItemDefinition, Expects, Kind, Role};
pub use questions::{QuestionDefinition, Questions, Reply, Sentence, answer_questions};
pub use reported::Reported;
pub use resolve::{Bears, Item};

use serde::Serialize;

use crate::claim::Claim;
use crate::label;
use crate::pooling::How;
use crate::tables::Evidence;
use crate::vocabulary::Verdict;
use crate::words::Words;

/// A study or review that a claim rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Basis {
    /// Its key.
    pub id: String,
    /// As a citation.
    pub label: String,
    /// Where it was read; `None` where it is outside the tables.
    pub url: Option<String>,
}

/// A claim with everything that bears on it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClaimReport {
    /// Key in `claims.csv`.
    pub claim_id: String,
    /// Name to ask by (`durability`).
    pub name: String,
    /// The claim as people make it.
    pub claim: String,
    /// The verdict of the curators, from all that they read.
    pub verdict: Verdict,
    /// The certainty as the curators put it.
    pub curated_grade: Option<String>,
    /// The verdict that the numbers of the tables alone come to; `None` where none bears on it.
    pub numbers_say: Option<Verdict>,
    /// Whether the two agree.
    pub agrees: bool,
    /// Why they may differ, where they do.
    pub differs: Option<String>,
    /// What the numbers come to, in a few sentences.
    pub wording: Vec<String>,
    /// What they do not show, as plainly.
    pub not_shown: Vec<String>,
    /// Pools and rows that bear on it.
    pub items: Vec<Item>,
    /// The proportion that the claim itself reports, with the intervals that its number of people gives.
    pub reported: Option<Reported>,
    /// What the curators know of it.
    pub note: Option<String>,
    /// What it rests on.
    pub rests_on: Vec<Basis>,
    /// The page the verdict was read from.
    pub source_url: Option<String>,
}

/// Holds every claim of the tables against the evidence.
///
/// # Errors
/// A definition names what the tables do not have, or a name is given twice.
pub fn assess(
    evidence: &Evidence,
    words: &Words,
    definitions: &Definitions,
    how: &How,
) -> Result<Vec<ClaimReport>, String> {
    definitions.check(evidence)?;
    let claims = evidence.claims.iter();
    claims
        .map(|claim| one(evidence, words, definitions, claim, how))
        .collect()
}

/// Holds one claim against the evidence.
///
/// # Errors
/// A definition names what the tables do not have, or a name is given twice.
pub fn assess_one(
    evidence: &Evidence,
    words: &Words,
    definitions: &Definitions,
    asked: &str,
    how: &How,
) -> Result<Option<ClaimReport>, String> {
    definitions.check(evidence)?;
    let name_of = |claim: &Claim| {
        definitions
            .of(&claim.claim_id)
            .map(|definition| definition.name.as_str())
    };
    let found = evidence
        .claims
        .iter()
        .find(|claim| claim.claim_id.eq_ignore_ascii_case(asked) || name_of(claim) == Some(asked));
    found
        .map(|claim| one(evidence, words, definitions, claim, how))
        .transpose()
}

fn one(
    evidence: &Evidence,
    words: &Words,
    definitions: &Definitions,
    claim: &Claim,
    how: &How,
) -> Result<ClaimReport, String> {
    let definition = definitions.of(&claim.claim_id);
    let items: Vec<Item> = definition
        .map(|definition| {
            let items = definition.items.iter();
            items
                .map(|item| resolve::resolve(evidence, words, item, &definition.by_hand, how))
                .collect::<Result<_, _>>()
        })
        .transpose()?
        .unwrap_or_default();
    let numbers_say = verdict(&items);
    let agrees = numbers_say.is_none_or(|said| said == claim.verdict);
    let (wording, not_shown) = wording::of_claim(claim, &items, numbers_say);
    Ok(ClaimReport {
        claim_id: claim.claim_id.clone(),
        name: definition.map_or_else(|| claim.claim_id.clone(), |definition| definition.name.clone()),
        claim: claim.claim.clone(),
        verdict: claim.verdict,
        curated_grade: claim.grade.clone(),
        numbers_say,
        agrees,
        differs: definition.and_then(|definition| definition.differs.clone()),
        wording,
        not_shown,
        items,
        reported: (claim.verdict == Verdict::Untraceable)
            .then(|| Reported::of(&claim.claim))
            .flatten(),
        note: claim.note.clone(),
        rests_on: claim.rests_on.iter().map(|id| basis(evidence, id)).collect(),
        source_url: claim.source_url.clone(),
    })
}

/// The verdict of the numbers that count: all bear it out, none does, or some do.
fn verdict(items: &[Item]) -> Option<Verdict> {
    let counted: Vec<&Item> = items.iter().filter(|item| item.role == Role::For).collect();
    let yes = counted.iter().filter(|item| item.bears == Bears::Out).count();
    match (yes, counted.len()) {
        (_, 0) => None,
        (yes, all) if yes == all => Some(Verdict::Supported),
        (0, _) => Some(Verdict::NotSupported),
        _ => Some(Verdict::Mixed),
    }
}

fn basis(evidence: &Evidence, id: &str) -> Basis {
    let key = id.split('(').next().unwrap_or_default().trim();
    let of_study = evidence.study(key).map(|study| study.source_url.clone());
    let of_review = || {
        let row = evidence.pooled.iter().find(|row| row.review_id == key)?;
        Some(row.source_url.clone())
    };
    Basis {
        id: id.to_owned(),
        label: label::study(key),
        url: of_study.or_else(of_review).filter(|url| !url.is_empty()),
    }
}
