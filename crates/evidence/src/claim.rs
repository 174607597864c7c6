//! `claims.csv`: what people say, and what the evidence says of it.

use euthymia_document::RowReader;

use crate::vocabulary::{Verdict, Verified};

/// A claim with its verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Key.
    pub claim_id: String,
    /// The claim.
    pub claim: String,
    /// What the evidence says of it.
    pub verdict: Verdict,
    /// How certain that is, in words.
    pub grade: Option<String>,
    /// Studies and reviews it rests on.
    pub rests_on: Vec<String>,
    /// The page it was read from.
    pub source_url: Option<String>,
    /// Whether it was read there.
    pub verified: Verified,
    /// Why.
    pub note: Option<String>,
}

/// The columns.
pub(crate) const COLUMNS: [&str; 8] = [
    "claim_id",
    "claim",
    "verdict",
    "grade",
    "study_or_review_ids",
    "source_url",
    "verified",
    "note",
];

pub(crate) fn read(row: &mut RowReader<'_, '_>) -> Option<Claim> {
    let claim_id = row.required_string("claim_id");
    let claim = row.required_string("claim");
    let verdict = row.required_choice("verdict", Verdict::WORDS);
    let verified = row.required_choice("verified", Verified::WORDS);
    let rests_on = row.optional_string("study_or_review_ids").unwrap_or_default();
    Some(Claim {
        claim_id: claim_id?,
        claim: claim?,
        verdict: verdict?,
        grade: row.optional_string("grade"),
        rests_on: rests_on
            .split(';')
            .map(|word| word.trim().to_owned())
            .filter(|word| !word.is_empty())
            .collect(),
        source_url: row.optional_string("source_url"),
        verified: verified?,
        note: row.optional_string("note"),
    })
}
