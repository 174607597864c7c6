//! `pooled.csv`: results of published meta-analyses.

use crate::comparison::interval;
use crate::fields::{Fields, NOT_NEGATIVE};
use crate::study::count;
use crate::vocabulary::{Measure, Verified};

/// A published pooled result.
#[derive(Clone, Debug, PartialEq)]
pub struct Pooled {
    /// The review.
    pub review_id: String,
    /// Digital object identifier.
    pub doi: Option<String>,
    /// What the people were ill with, in words.
    pub condition: Option<String>,
    /// What was compared, in words.
    pub contrast: String,
    /// What was measured, in words.
    pub outcome: String,
    /// When, in words.
    pub time: Option<String>,
    /// Number of studies.
    pub k: Option<u32>,
    /// Number of people.
    pub n: Option<u32>,
    /// What the estimate is measured in.
    pub measure: Measure,
    /// How it was pooled, in words.
    pub model: Option<String>,
    /// The estimate.
    pub estimate: Option<f64>,
    /// Lower end of its 95 % interval.
    pub ci_low: Option<f64>,
    /// Upper end.
    pub ci_high: Option<f64>,
    /// I squared, percent.
    pub i2: Option<f64>,
    /// Variance between studies.
    pub tau2: Option<f64>,
    /// p value as printed.
    pub p: Option<String>,
    /// The page it was read from.
    pub source_url: String,
    /// Whether it was read there.
    pub verified: Verified,
    /// Remarks.
    pub note: Option<String>,
}

/// The columns.
pub(crate) const COLUMNS: [&str; 19] = [
    "review_id",
    "doi",
    "condition",
    "contrast",
    "outcome",
    "time",
    "k",
    "n",
    "measure",
    "model",
    "estimate",
    "ci_low",
    "ci_high",
    "i2",
    "tau2",
    "p",
    "source_url",
    "verified",
    "note",
];

pub(crate) fn read(row: &mut impl Fields) -> Option<Pooled> {
    let review_id = row.required_string("review_id");
    let contrast = row.required_string("contrast");
    let outcome = row.required_string("outcome");
    let k = count(row, "k");
    let n = count(row, "n");
    let measure = row.required_choice("measure", Measure::WORDS);
    let (estimate, ci_low, ci_high) = interval(row, "estimate");
    let i2 = row.optional_number("i2", (0.0, 100.0));
    let tau2 = row.optional_number("tau2", NOT_NEGATIVE);
    let source_url = row.optional_string("source_url");
    let verified = row.required_choice("verified", Verified::WORDS);
    Some(Pooled {
        review_id: review_id?,
        doi: row.optional_string("doi"),
        condition: row.optional_string("condition"),
        contrast: contrast?,
        outcome: outcome?,
        time: row.optional_string("time"),
        k,
        n,
        measure: measure?,
        model: row.optional_string("model"),
        estimate,
        ci_low,
        ci_high,
        i2,
        tau2,
        p: row.optional_string("p"),
        source_url: source_url.unwrap_or_default(),
        verified: verified?,
        note: row.optional_string("note"),
    })
}
