//! `studies.csv`: one row for each trial or cohort.

use crate::fields::Fields;
use crate::list;
use crate::vocabulary::{Blinding, Design, Verified};

/// A trial or cohort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Study {
    /// Key: first author and year (`lii-2023`).
    pub study_id: String,
    /// Registration number.
    pub registration: Option<String>,
    /// Year of publication.
    pub year: Option<i64>,
    /// Digital object identifier.
    pub doi: Option<String>,
    /// PubMed identifier.
    pub pmid: Option<String>,
    /// What it was, in the curators' words.
    pub title: String,
    /// What the people were ill with: one of [`crate::Tables::conditions`].
    pub condition: String,
    /// How it was built.
    pub design: Design,
    /// Who did not know the treatment.
    pub blinding: Blinding,
    /// What it compared with, in words.
    pub comparator: Option<String>,
    /// Where.
    pub country: Option<String>,
    /// People randomised (enrolled, in a study of one arm).
    pub n_randomised: Option<u32>,
    /// Treatment that went on beside, in words.
    pub adjunct_to: Option<String>,
    /// Remarks.
    pub notes: Option<String>,
    /// The page the row was read from.
    pub source_url: String,
    /// Whether the row was read there.
    pub verified: Verified,
    /// Columns that come from memory although the row was read.
    pub memory_fields: Vec<String>,
    /// Columns that were worked back.
    pub inferred_fields: Vec<String>,
    /// Studies that report some of the same people.
    pub overlaps_with: Vec<String>,
    /// What is said about the overlap.
    pub overlap_remark: Option<String>,
}

/// The columns.
pub(crate) const COLUMNS: [&str; 19] = [
    "study_id",
    "registration",
    "year",
    "doi",
    "pmid",
    "title_short",
    "condition",
    "design",
    "blinding",
    "comparator",
    "setting_country",
    "n_randomised",
    "adjunct_to",
    "notes",
    "source_url",
    "verified",
    "memory_fields",
    "inferred_fields",
    "overlaps_with",
];

/// Reads a row; `conditions` are the words of its column.
pub(crate) fn read(row: &mut impl Fields, conditions: &[&str]) -> Option<Study> {
    let conditions: Vec<(&str, &str)> = conditions.iter().map(|word| (*word, *word)).collect();
    let study_id = row.required_string("study_id");
    let year = row.optional_integer("year", 1950, 2100);
    let title = row.required_string("title_short");
    let condition = row.required_choice("condition", &conditions);
    let design = row.required_choice("design", Design::WORDS);
    let blinding = row.required_choice("blinding", Blinding::WORDS);
    let n_randomised = count(row, "n_randomised");
    let source_url = row.required_string("source_url");
    let verified = row.required_choice("verified", Verified::WORDS);
    let (overlaps_with, overlap_remark) = list::words(row.optional_string("overlaps_with").as_deref());
    Some(Study {
        study_id: study_id?,
        registration: row.optional_string("registration"),
        year,
        doi: row.optional_string("doi"),
        pmid: row.optional_string("pmid"),
        title: title?,
        condition: condition?.to_owned(),
        design: design?,
        blinding: blinding?,
        comparator: row.optional_string("comparator"),
        country: row.optional_string("setting_country"),
        n_randomised,
        adjunct_to: row.optional_string("adjunct_to"),
        notes: row.optional_string("notes"),
        source_url: source_url?,
        verified: verified?,
        memory_fields: list::words(row.optional_string("memory_fields").as_deref()).0,
        inferred_fields: list::words(row.optional_string("inferred_fields").as_deref()).0,
        overlaps_with,
        overlap_remark,
    })
}

/// A number of people that may be absent.
pub(crate) fn count(row: &mut impl Fields, column: &'static str) -> Option<u32> {
    let number = row.optional_integer(column, 0, 10_000_000)?;
    u32::try_from(number).ok()
}
