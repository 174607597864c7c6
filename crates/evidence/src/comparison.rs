//! `comparisons.csv`: contrasts between arms as they were published.

use crate::fields::{ANY, Fields, NOT_NEGATIVE};
use crate::vocabulary::{Measure, Subset, Verified};

/// A published contrast: `arm_a` less (or over) `arm_b`.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The study.
    pub study_id: String,
    /// First arm.
    pub arm_a: String,
    /// Second arm.
    pub arm_b: String,
    /// What was measured.
    pub outcome: String,
    /// When, h after the first dose.
    pub time_h: Option<f64>,
    /// Whom it is about.
    pub subset: Option<Subset>,
    /// What the estimate is measured in.
    pub measure: Measure,
    /// The estimate.
    pub estimate: Option<f64>,
    /// Lower end of its interval (95 % unless the note differs).
    pub ci_low: Option<f64>,
    /// Upper end.
    pub ci_high: Option<f64>,
    /// p value as printed.
    pub p: Option<String>,
    /// The page it was read from.
    pub source_url: String,
    /// Where on the page.
    pub source_locator: Option<String>,
    /// Whether it was read there.
    pub verified: Verified,
    /// Remarks.
    pub note: Option<String>,
}

/// The columns.
pub(crate) const COLUMNS: [&str; 15] = [
    "study_id",
    "arm_a",
    "arm_b",
    "outcome",
    "time_h",
    "subset",
    "measure",
    "estimate",
    "ci_low",
    "ci_high",
    "p",
    "source_url",
    "source_locator",
    "verified",
    "note",
];

pub(crate) fn read(row: &mut impl Fields) -> Option<Comparison> {
    let study_id = row.required_string("study_id");
    let arm_a = row.required_string("arm_a");
    let arm_b = row.required_string("arm_b");
    let outcome = row.required_string("outcome");
    let time_h = row.optional_number("time_h", NOT_NEGATIVE);
    let subset = row.optional_choice("subset", Subset::WORDS);
    let measure = row.required_choice("measure", Measure::WORDS);
    let (estimate, ci_low, ci_high) = interval(row, "estimate");
    let source_url = row.required_string("source_url");
    let verified = row.required_choice("verified", Verified::WORDS);
    Some(Comparison {
        study_id: study_id?,
        arm_a: arm_a?,
        arm_b: arm_b?,
        outcome: outcome?,
        time_h,
        subset,
        measure: measure?,
        estimate,
        ci_low,
        ci_high,
        p: row.optional_string("p"),
        source_url: source_url?,
        source_locator: row.optional_string("source_locator"),
        verified: verified?,
        note: row.optional_string("note"),
    })
}

/// The estimate in the column `name`, `ci_low` and `ci_high`, which must be in order.
pub(crate) fn interval(row: &mut impl Fields, name: &'static str) -> (Option<f64>, Option<f64>, Option<f64>) {
    let estimate = row.optional_number(name, ANY);
    let low = row.optional_number("ci_low", ANY);
    let high = row.optional_number("ci_high", ANY);
    if let (Some(low), Some(high)) = (low, high) {
        if low > high {
            row.report(
                "ci_low",
                "E008",
                "the interval is reversed",
                "must not be above `ci_high`",
            );
        } else if estimate.is_some_and(|estimate| !(low..=high).contains(&estimate)) {
            let label = format!("must be from {low} to {high}");
            row.report(name, "E008", "the estimate lies outside its interval", label);
        }
    }
    (estimate, low, high)
}
