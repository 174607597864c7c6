//! `outcomes.csv`: what was measured, one value in each row.

use crate::fields::{ANY, Fields, NOT_NEGATIVE};
use crate::study::count;
use crate::vocabulary::{DispersionType, Statistic, TimeBasis, Verified};

/// One measured value of an arm.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeRow {
    /// The study.
    pub study_id: String,
    /// The arm.
    pub arm_id: String,
    /// When, h on the clock that `time_basis` names; absent where it varies.
    pub time_h: Option<f64>,
    /// What time 0 is.
    pub time_basis: TimeBasis,
    /// What was measured: a rating scale, `response`, `remission`, an adverse event ...
    pub outcome: String,
    /// What the value is.
    pub statistic: Statistic,
    /// The value.
    pub value: f64,
    /// How it scatters.
    pub dispersion: Option<Dispersion>,
    /// Number of people, for events those at risk.
    pub n: Option<u32>,
    /// The page it was read from.
    pub source_url: String,
    /// Where on the page.
    pub source_locator: Option<String>,
    /// Whether it was read there.
    pub verified: Verified,
    /// Remarks.
    pub note: Option<String>,
}

/// How a mean scatters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dispersion {
    /// The number, in the unit of the value.
    pub value: f64,
    /// What it is.
    pub kind: DispersionType,
}

/// The columns.
pub(crate) const COLUMNS: [&str; 14] = [
    "study_id",
    "arm_id",
    "time_h",
    "time_basis",
    "outcome",
    "statistic",
    "value",
    "dispersion",
    "dispersion_type",
    "n",
    "source_url",
    "source_locator",
    "verified",
    "note",
];

pub(crate) fn read(row: &mut impl Fields) -> Option<OutcomeRow> {
    let study_id = row.required_string("study_id");
    let arm_id = row.required_string("arm_id");
    let time_h = row.optional_number("time_h", NOT_NEGATIVE);
    let time_basis = row.required_choice("time_basis", TimeBasis::WORDS);
    let outcome = row.required_string("outcome");
    let statistic = row.required_choice("statistic", Statistic::WORDS);
    let value = row.required_number("value", ANY);
    let dispersion = dispersion(row);
    let n = count(row, "n");
    let source_url = row.required_string("source_url");
    let verified = row.required_choice("verified", Verified::WORDS);
    let outcome = OutcomeRow {
        study_id: study_id?,
        arm_id: arm_id?,
        time_h,
        time_basis: time_basis?,
        outcome: outcome?,
        statistic: statistic?,
        value: value?,
        dispersion,
        n,
        source_url: source_url?,
        source_locator: row.optional_string("source_locator"),
        verified: verified?,
        note: row.optional_string("note"),
    };
    check(row, &outcome);
    Some(outcome)
}

fn dispersion(row: &mut impl Fields) -> Option<Dispersion> {
    let kind = row.optional_choice("dispersion_type", DispersionType::WORDS);
    let has_kind = row.is_given("dispersion_type");
    let value = row.optional_number("dispersion", NOT_NEGATIVE)?;
    if !has_kind {
        row.report(
            "dispersion_type",
            "E007",
            "a dispersion without its type",
            "expected `sd` or `se`",
        );
    }
    Some(Dispersion { value, kind: kind? })
}

/// What only the columns together can be wrong about.
fn check(row: &mut impl Fields, outcome: &OutcomeRow) {
    match (outcome.statistic, outcome.n) {
        (Statistic::Events, None) => {
            row.report(
                "n",
                "E005",
                "events without the number of people at risk",
                "`n_events` needs `n`",
            );
        }
        (Statistic::Events, Some(n)) if !(0.0..=f64::from(n)).contains(&outcome.value) => {
            let message = format!("{} events among {n} people", outcome.value);
            row.report("value", "E005", message, format!("must be from 0 to {n}"));
        }
        (Statistic::Events, Some(_)) if outcome.value.fract() != 0.0 => {
            let message = format!("{} events", outcome.value);
            row.report("value", "E005", message, "events are counted");
        }
        (Statistic::Proportion, _) if !(0.0..=1.0).contains(&outcome.value) => {
            let message = format!("a proportion of {}", outcome.value);
            row.report("value", "E006", message, "must be from 0 to 1");
        }
        _ => {}
    }
}
