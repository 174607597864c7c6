//! `arms.csv`: one row for each group of people treated alike.

use crate::fields::{ANY, Fields, NOT_NEGATIVE};
use crate::list;
use crate::schedule::Schedule;
use crate::study::count;
use crate::vocabulary::{DoseUnit, Route, Verified};

/// A group of people of a study who were treated alike. Key: `study_id`, `arm_id`.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// The study.
    pub study_id: String,
    /// The arm within the study.
    pub arm_id: String,
    /// What was given, as a word of the library where it has one.
    pub drug: String,
    /// How.
    pub route: Option<Route>,
    /// How much at a time.
    pub dose: Option<Dose>,
    /// Duration of an infusion, min.
    pub infusion_min: Option<f64>,
    /// When, in words.
    pub schedule_text: Option<String>,
    /// When, as far as the words are understood.
    pub schedule: Schedule,
    /// Number of doses.
    pub n_doses: Option<u32>,
    /// Psychotherapy that came with it, in words.
    pub psychotherapy: Option<String>,
    /// Number of people.
    pub n: Option<u32>,
    /// Mean age, years.
    pub mean_age: Option<f64>,
    /// Women, percent.
    pub female_pct: Option<f64>,
    /// Mean body weight, kg.
    pub mean_weight: Option<f64>,
    /// Scores before treatment.
    pub baseline: Option<Baseline>,
    /// The page the row was read from.
    pub source_url: String,
    /// Whether the row was read there.
    pub verified: Verified,
    /// Remarks.
    pub note: Option<String>,
    /// Columns that come from memory although the row was read.
    pub memory_fields: Vec<String>,
    /// Columns that were worked back.
    pub inferred_fields: Vec<String>,
}

/// How much at a time: a single value is a range without width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dose {
    /// Smallest.
    pub minimum: f64,
    /// Largest.
    pub maximum: f64,
    /// Unit of both.
    pub unit: DoseUnit,
}

/// Scores before treatment.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// The rating scale.
    pub scale: String,
    /// Mean score.
    pub mean: Option<f64>,
    /// Standard deviation of the scores.
    pub standard_deviation: Option<f64>,
}

/// The columns.
pub(crate) const COLUMNS: [&str; 25] = [
    "study_id",
    "arm_id",
    "drug",
    "route",
    "dose",
    "dose_min",
    "dose_max",
    "dose_text",
    "dose_unit",
    "infusion_min",
    "schedule",
    "n_doses",
    "psychotherapy",
    "n",
    "mean_age",
    "female_pct",
    "mean_weight",
    "baseline_scale",
    "baseline_mean",
    "baseline_sd",
    "source_url",
    "verified",
    "note",
    "memory_fields",
    "inferred_fields",
];

/// Parts of arm identifiers that mark people already counted in another arm: re-randomised, subgroups, extensions.
const SUBSETS: [&str; 8] = ["p2", "uspi", "women", "men", "price", "any", "ol", "open"];

impl Arm {
    /// Whether its people are already counted in another arm of the study (re-randomised, a subgroup, an extension).
    #[must_use]
    pub fn is_subset(&self) -> bool {
        let unnumbered = |part: &str| part.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
        let marks = |part: &str| SUBSETS.contains(&part) || unnumbered(part) == "ol";
        self.arm_id.split('-').any(marks)
    }

    /// Whether it stands for all treated arms of its study together.
    #[must_use]
    pub fn is_joint(&self) -> bool {
        self.arm_id.split('-').any(|part| part == "any")
    }
}

pub(crate) fn read(row: &mut impl Fields) -> Option<Arm> {
    let study_id = row.required_string("study_id");
    let arm_id = row.required_string("arm_id");
    let drug = row.required_string("drug");
    let route = row.optional_choice("route", Route::WORDS);
    let dose = dose(row);
    let infusion_min = row.optional_number("infusion_min", (0.0, 10_000.0));
    let schedule_text = row.optional_string("schedule");
    let n_doses = count(row, "n_doses");
    let n = count(row, "n");
    let mean_age = row.optional_number("mean_age", (0.0, 120.0));
    let female_pct = row.optional_number("female_pct", (0.0, 100.0));
    let mean_weight = row.optional_number("mean_weight", (1.0, 400.0));
    let baseline_mean = row.optional_number("baseline_mean", ANY);
    let baseline_sd = row.optional_number("baseline_sd", NOT_NEGATIVE);
    let source_url = row.required_string("source_url");
    let verified = row.required_choice("verified", Verified::WORDS);
    Some(Arm {
        study_id: study_id?,
        arm_id: arm_id?,
        drug: drug?,
        route,
        dose,
        infusion_min,
        schedule: Schedule::from_words(schedule_text.as_deref().unwrap_or_default()),
        schedule_text,
        n_doses,
        psychotherapy: row
            .optional_string("psychotherapy")
            .filter(|words| words != "none"),
        n,
        mean_age,
        female_pct,
        mean_weight,
        baseline: row.optional_string("baseline_scale").map(|scale| Baseline {
            scale,
            mean: baseline_mean,
            standard_deviation: baseline_sd,
        }),
        source_url: source_url?,
        verified: verified?,
        note: row.optional_string("note"),
        memory_fields: list::words(row.optional_string("memory_fields").as_deref()).0,
        inferred_fields: list::words(row.optional_string("inferred_fields").as_deref()).0,
    })
}

/// The dose from its five columns: `dose` is a range without width, and needs a unit.
fn dose(row: &mut impl Fields) -> Option<Dose> {
    let unit = row.optional_choice("dose_unit", DoseUnit::WORDS);
    let has_unit = row.is_given("dose_unit");
    let single = row.optional_number("dose", NOT_NEGATIVE);
    let minimum = row.optional_number("dose_min", NOT_NEGATIVE).or(single);
    let maximum = row.optional_number("dose_max", NOT_NEGATIVE).or(single);
    let (minimum, maximum) = (minimum?, maximum?);
    if !has_unit {
        row.report(
            "dose_unit",
            "E004",
            "a dose without its unit",
            "expected `mg/kg` or `mg`",
        );
    }
    if minimum > maximum {
        row.report(
            "dose_min",
            "E004",
            "`dose_min` is above `dose_max`",
            "must not be above `dose_max`",
        );
        return None;
    }
    Some(Dose {
        minimum,
        maximum,
        unit: unit?,
    })
}
