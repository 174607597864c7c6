//! From the name of a number to the number: a pool computed now, or a row found in its table.

use euthymia_meta::grade::Judgement;
use serde::Serialize;

use crate::comparison::Comparison;
use crate::outcome::OutcomeRow;
use crate::pooled::Pooled;
use crate::pooling::{Answer, How, Reading, answer};
use crate::select::Source;
use crate::tables::Evidence;
use crate::vocabulary::{DispersionType, Measure, Statistic, Verified};
use crate::words::{Better, Words};

use super::grading::{self, GradeReport};
use super::item::{Counted, Definition, Expects, Kind, Role};
use super::usual_dose;

/// Whether a number bears a claim out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bears {
    /// It does.
    Out,
    /// It does not tell: the interval holds no difference, or there is no number.
    Unclear,
    /// It speaks against it.
    Against,
}

/// A number with what it says and where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    /// Its name.
    pub key: String,
    /// What it is of.
    pub says: String,
    /// `live pool`, `published pool`, `published contrast`, `reported value`, `number of doses`, `usual dose`.
    pub kind: &'static str,
    /// What it is to the claim.
    pub role: Role,
    /// What the claim says it would show.
    pub expects: Expects,
    /// What it shows.
    pub reading: Reading,
    /// Whether it bears the claim out.
    pub bears: Bears,
    /// What it is measured in (`RR`, `MD`, `proportion`).
    pub measure: String,
    /// What a difference counts, in words: `standard deviations`, `points on the MADRS`, `mg/kg`; none for ratios.
    pub unit: Option<String>,
    /// Studies.
    pub k: Option<u32>,
    /// People, or what else is counted.
    pub n: Option<f64>,
    /// What `n` counts.
    pub counted: Counted,
    /// As it is read.
    pub estimate: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Where the effect of a new study is expected.
    pub prediction: Option<(f64, f64)>,
    /// Per cent.
    pub i2: Option<f64>,
    /// Variance between studies, on the scale that is pooled.
    pub tau2: Option<f64>,
    /// How it was pooled.
    pub model: Option<String>,
    /// How certain it is, for a live pool.
    pub grade: Option<GradeReport>,
    /// Where the numbers were read.
    pub sources: Vec<Source>,
    /// What the tables say of it.
    pub remarks: Vec<String>,
    /// The whole answer behind a live pool.
    pub answer: Option<Answer>,
}

/// The number of a definition.
///
/// # Errors
/// What it names is not in the tables, or is there more than once.
pub(super) fn resolve(
    evidence: &Evidence,
    words: &Words,
    definition: &Definition,
    by_hand: &[Judgement],
    how: &How,
) -> Result<Item, String> {
    let wrong = |reason: String| format!("`{}`: {reason}", definition.key);
    let mut item = match &definition.kind {
        Kind::Pool(query) => {
            let found = answer(evidence, words, query, how).map_err(|error| wrong(error.to_string()))?;
            of_pool(evidence, words, definition, found, by_hand)
        }
        Kind::Published {
            review,
            contrast,
            outcome,
            time,
        } => {
            let rows = evidence.pooled.iter().filter(|row| {
                row.review_id == *review
                    && row.contrast == *contrast
                    && row.outcome == *outcome
                    && (time.is_none() || row.time == *time)
            });
            of_published(definition, only(rows).map_err(wrong)?)
        }
        Kind::Contrast {
            study,
            arm_a,
            arm_b,
            outcome,
            time_h,
            measure,
        } => {
            let rows = evidence.comparisons.iter().filter(|row| {
                row.study_id == *study
                    && row.arm_a == *arm_a
                    && row.arm_b == *arm_b
                    && row.outcome == *outcome
                    && row.time_h == *time_h
                    && measure.is_none_or(|measure| row.measure == measure)
            });
            let whole =
                rows.filter(|row| !matches!(row.subset, Some(subset) if subset != crate::Subset::All));
            of_contrast(
                words,
                definition,
                only(whole).map_err(wrong)?,
                people(evidence, study, [arm_a, arm_b]),
            )
        }
        Kind::Value {
            study,
            arm,
            outcome,
            time_h,
            statistic,
        } => {
            let rows = evidence.outcomes.iter().filter(|row| {
                row.study_id == *study
                    && row.arm_id == *arm
                    && row.outcome == *outcome
                    && row.time_h == *time_h
                    && statistic.is_none_or(|statistic| row.statistic == statistic)
            });
            of_value(definition, only(rows).map_err(wrong)?)
        }
        Kind::Doses { study, arm } => {
            let row = evidence
                .arm(study, arm)
                .ok_or_else(|| wrong(format!("`{study}` has no arm `{arm}`")))?;
            let doses = row.n_doses.ok_or_else(|| {
                wrong(format!(
                    "the number of doses of `{study}` `{arm}` is not in the tables"
                ))
            })?;
            let mut item = empty(definition, "number of doses", "doses");
            item.estimate = Some(f64::from(doses));
            item.k = Some(1);
            item.sources = vec![source(&row.source_url, None)];
            item.remarks = row.schedule_text.clone().into_iter().collect();
            item
        }
        Kind::UsualDose { drug, route } => {
            usual_dose::of(evidence, definition, drug, *route).map_err(wrong)?
        }
    };
    item.bears = match (item.expects, item.reading) {
        (_, Reading::Better) => Bears::Out,
        (_, Reading::Worse) => Bears::Against,
        (Expects::NoWorse, Reading::Unclear) if is_no_worse(words, definition, &item) => Bears::Out,
        (_, Reading::Unclear | Reading::Nothing) => Bears::Unclear,
    };
    Ok(item)
}

/// Whether the worse end of a pooled interval is less than an important difference away from none.
fn is_no_worse(words: &Words, definition: &Definition, item: &Item) -> bool {
    let within = || {
        let answer = item.answer.as_ref()?;
        let better = definition.better.or(answer.selection.outcome.better)?;
        let interval = answer.pooled()?.estimate;
        let (important, _) = grading::important(words, answer)?;
        let worse = if better.sign() < 0.0 {
            interval.upper
        } else {
            -interval.lower
        };
        Some(worse < important)
    };
    within() == Some(true)
}

/// The one row that is meant.
fn only<'r, T>(mut rows: impl Iterator<Item = &'r T>) -> Result<&'r T, String> {
    let first = rows.next().ok_or("no such row is in the tables")?;
    match rows.count() {
        0 => Ok(first),
        more => Err(format!("{} rows of the tables are meant: say which", more + 1)),
    }
}

pub(super) fn empty(definition: &Definition, kind: &'static str, measure: &str) -> Item {
    Item {
        key: definition.key.clone(),
        says: definition.says.clone(),
        kind,
        role: definition.role,
        expects: definition.expects,
        reading: Reading::Nothing,
        bears: Bears::Unclear,
        measure: measure.to_owned(),
        unit: None,
        k: None,
        n: None,
        counted: definition.counted,
        estimate: None,
        low: None,
        high: None,
        prediction: None,
        i2: None,
        tau2: None,
        model: None,
        grade: None,
        sources: Vec::new(),
        remarks: Vec::new(),
        answer: None,
    }
}

pub(super) fn source(url: &str, locator: Option<&str>) -> Source {
    Source {
        url: url.to_owned(),
        locator: locator.map(str::to_owned),
    }
}

fn of_pool(
    evidence: &Evidence,
    words: &Words,
    definition: &Definition,
    found: Answer,
    by_hand: &[Judgement],
) -> Item {
    let mut item = empty(definition, "live pool", found.selection.measure.word());
    if let Some(row) = found
        .synthesis
        .as_ref()
        .and_then(|synthesis| synthesis.pooled.as_ref())
    {
        item.estimate = Some(row.shown.value);
        item.low = Some(row.shown.lower);
        item.high = Some(row.shown.upper);
        item.prediction = row.shown_prediction;
        item.i2 = row.pooled.i2;
        item.tau2 = row.pooled.tau2;
    }
    item.unit = unit(found.selection.measure, found.selection.instrument.as_deref());
    item.model = found
        .synthesis
        .as_ref()
        .filter(|synthesis| synthesis.studies.len() > 1)
        .map(|synthesis| synthesis.model.clone());
    item.k = u32::try_from(found.selection.included.len()).ok();
    item.n = Some(found.selection.people()).filter(|n| *n > 0.0);
    item.reading = match (definition.better, found.pooled()) {
        (Some(better), Some(pooled)) => Reading::of((pooled.estimate.lower, pooled.estimate.upper), better),
        _ => found.reading,
    };
    let mut sources: Vec<Source> = Vec::new();
    for source in found.selection.included.iter().flat_map(|study| &study.sources) {
        if !sources.contains(source) {
            sources.push(source.clone());
        }
    }
    item.sources = sources;
    item.remarks = found.said.clone();
    if let Some(instrument) = &found.selection.instrument {
        item.remarks.push(format!("points of {instrument}"));
    }
    item.grade = grading::of(evidence, words, &found, by_hand);
    item.answer = Some(found);
    item
}

/// What a difference counts, in words.
fn unit(measure: Measure, instrument: Option<&str>) -> Option<String> {
    match measure {
        Measure::StandardisedMeanDifference => Some("standard deviations".to_owned()),
        Measure::MeanDifference => instrument.map(|instrument| format!("points on the {instrument}")),
        _ => None,
    }
}

/// What an interval as it is read says.
fn reading(measure: Measure, low: Option<f64>, high: Option<f64>, better: Option<Better>) -> Reading {
    let none = match measure {
        Measure::RiskRatio | Measure::OddsRatio | Measure::HazardRatio => 1.0,
        Measure::NumberNeededToTreat | Measure::SlopeDifference | Measure::Percentage => {
            return Reading::Nothing;
        }
        _ => 0.0,
    };
    match (low, high, better) {
        (Some(low), Some(high), Some(better)) => Reading::of((low - none, high - none), better),
        _ => Reading::Nothing,
    }
}

fn memory(verified: Verified, remarks: &mut Vec<String>) {
    if verified == Verified::Memory {
        remarks.push("from memory: nobody read it on a page".to_owned());
    }
}

fn of_published(definition: &Definition, row: &Pooled) -> Item {
    let mut item = empty(definition, "published pool", row.measure.word());
    item.unit = unit(row.measure, None);
    item.k = row.k;
    item.n = row.n.map(f64::from);
    item.estimate = row.estimate;
    item.low = row.ci_low;
    item.high = row.ci_high;
    item.i2 = row.i2;
    item.tau2 = row.tau2;
    item.model.clone_from(&row.model);
    item.reading = reading(row.measure, row.ci_low, row.ci_high, definition.better);
    item.sources = vec![source(&row.source_url, None)];
    item.remarks = row.note.clone().into_iter().collect();
    memory(row.verified, &mut item.remarks);
    item
}

fn of_contrast(words: &Words, definition: &Definition, row: &Comparison, people: Option<f64>) -> Item {
    let mut item = empty(definition, "published contrast", row.measure.word());
    let scale = words.scales.get(&row.outcome);
    item.unit = unit(row.measure, scale.map(|scale| scale.label.as_str()));
    item.k = Some(1);
    item.n = people;
    item.estimate = row.estimate;
    item.low = row.ci_low;
    item.high = row.ci_high;
    item.reading = reading(row.measure, row.ci_low, row.ci_high, definition.better);
    item.sources = vec![source(&row.source_url, row.source_locator.as_deref())];
    item.remarks = row.note.clone().into_iter().collect();
    memory(row.verified, &mut item.remarks);
    item
}

fn people(evidence: &Evidence, study: &str, arms: [&String; 2]) -> Option<f64> {
    let n = |arm: &String| evidence.arm(study, arm)?.n.map(f64::from);
    let of_arms = n(arms[0]).zip(n(arms[1])).map(|(a, b)| a + b);
    of_arms.or_else(|| evidence.study(study)?.n_randomised.map(f64::from))
}

fn of_value(definition: &Definition, row: &OutcomeRow) -> Item {
    let mut item = empty(definition, "reported value", row.statistic.word());
    item.k = Some(1);
    item.n = row.n.map(f64::from);
    let people = item.n.filter(|n| *n > 0.0);
    let share = match (row.statistic, people) {
        (Statistic::Events, Some(n)) => Some(row.value / n),
        (Statistic::Proportion, _) => Some(row.value),
        _ => None,
    };
    match share {
        Some(share) => {
            item.measure = "proportion".to_owned();
            item.estimate = Some(share);
            let interval = people.and_then(|n| euthymia_stats::proportion::wilson(share * n, n, 0.95));
            item.low = interval.map(|interval| interval.lower);
            item.high = interval.map(|interval| interval.upper);
        }
        None => {
            item.estimate = Some(row.value);
            let se = row
                .dispersion
                .and_then(|dispersion| match (dispersion.kind, people) {
                    (DispersionType::StandardError, _) => Some(dispersion.value),
                    (DispersionType::StandardDeviation, Some(n)) => Some(dispersion.value / n.sqrt()),
                    (DispersionType::StandardDeviation, None) => None,
                });
            let half = se.map(|se| se * euthymia_stats::normal::quantile(0.975));
            item.low = half.map(|half| row.value - half);
            item.high = half.map(|half| row.value + half);
        }
    }
    item.sources = vec![source(&row.source_url, row.source_locator.as_deref())];
    item.remarks = row.note.clone().into_iter().collect();
    memory(row.verified, &mut item.remarks);
    item
}

impl Item {
    /// What the estimate comes from: studies, and those behind it.
    #[must_use]
    pub fn basis(&self) -> Vec<String> {
        let studies = |k: u32| {
            if k == 1 {
                "one study".to_owned()
            } else {
                format!("{k} studies")
            }
        };
        match (self.k, self.n, self.counted) {
            (Some(k), Some(n), Counted::Studies) => vec![format!("{k} of {n:.0} studies")],
            (k, n, counted) => {
                let of = match counted {
                    Counted::Treatments => "treatments",
                    Counted::People | Counted::Studies => "people",
                };
                let n = n.map(|n| format!("{n:.0} {of}"));
                k.map(studies).into_iter().chain(n).collect()
            }
        }
    }
}

impl Serialize for Answer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}
