//! `review_data.csv`: what published meta-analyses put in, study by study.

use crate::comparison::interval;
use crate::fields::{ANY, Fields, NOT_NEGATIVE};
use crate::study::count;
use crate::vocabulary::{Measure, Verified};

/// One study (or one of its contrasts) in one published analysis.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewRow {
    /// The review.
    pub review_id: String,
    /// Its analysis, in words.
    pub analysis: String,
    /// The study.
    pub study_id: String,
    /// Treated people.
    pub treated: ReviewArm,
    /// Controls.
    pub control: ReviewArm,
    /// Weight as printed, percent.
    pub weight: Option<f64>,
    /// What the effect is measured in.
    pub measure: Option<Measure>,
    /// The effect as printed or recomputed.
    pub effect: Option<f64>,
    /// Lower end of its 95 % interval.
    pub ci_low: Option<f64>,
    /// Upper end.
    pub ci_high: Option<f64>,
    /// The page it was read from.
    pub source_url: String,
    /// Whether it was read there.
    pub verified: Verified,
    /// Remarks.
    pub note: Option<String>,
}

/// What a review knows of one arm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReviewArm {
    /// People with the event.
    pub events: Option<u32>,
    /// People.
    pub n: Option<u32>,
    /// Mean.
    pub mean: Option<f64>,
    /// Standard deviation.
    pub sd: Option<f64>,
}

/// The columns.
pub(crate) const COLUMNS: [&str; 18] = [
    "review_id",
    "analysis",
    "study_id",
    "events_t",
    "n_t",
    "events_c",
    "n_c",
    "mean_t",
    "sd_t",
    "mean_c",
    "sd_c",
    "weight",
    "measure",
    "effect",
    "ci_low",
    "ci_high",
    "source_url",
    "verified",
];

/// Columns that a table may lack.
pub(crate) const OPTIONAL: [&str; 1] = ["note"];

pub(crate) fn read(row: &mut impl Fields) -> Option<ReviewRow> {
    let review_id = row.required_string("review_id");
    let analysis = row.required_string("analysis");
    let study_id = row.required_string("study_id");
    let treated = arm(row, ["events_t", "n_t", "mean_t", "sd_t"]);
    let control = arm(row, ["events_c", "n_c", "mean_c", "sd_c"]);
    let weight = row.optional_number("weight", (0.0, 100.0));
    let measure = row.optional_choice("measure", Measure::WORDS);
    let (effect, ci_low, ci_high) = interval(row, "effect");
    let source_url = row.required_string("source_url");
    let verified = row.required_choice("verified", Verified::WORDS);
    Some(ReviewRow {
        review_id: review_id?,
        analysis: analysis?,
        study_id: study_id?,
        treated: treated?,
        control: control?,
        weight,
        measure,
        effect,
        ci_low,
        ci_high,
        source_url: source_url?,
        verified: verified?,
        note: row.optional_string("note"),
    })
}

/// `None` where there are more events than people, which is told.
fn arm(row: &mut impl Fields, [events, n, mean, sd]: [&'static str; 4]) -> Option<ReviewArm> {
    let arm = ReviewArm {
        events: count(row, events),
        n: count(row, n),
        mean: row.optional_number(mean, ANY),
        sd: row.optional_number(sd, NOT_NEGATIVE),
    };
    match (arm.events, arm.n) {
        (Some(count), Some(people)) if count > people => {
            let message = format!("{count} events among {people} people");
            row.report(events, "E005", message, format!("must be from 0 to {people}"));
            None
        }
        (Some(_), None) => {
            row.report(
                n,
                "E005",
                "events without the number of people at risk",
                format!("`{events}` needs `{n}`"),
            );
            None
        }
        _ => Some(arm),
    }
}
