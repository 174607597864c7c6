//! From a selection to a pooled answer: one [`Synthesis`] behind table, figure and JSON, or the reason why there is none.

use euthymia_meta::MetaError;
use euthymia_meta::pool::{Method, Options, Test};
use euthymia_meta::synthesis::{self, Dropped, Study, Synthesis, synthesize};
use serde::Serialize;

use crate::select::{Contrast, Included, Numbers, Query, QueryError, Selection, contrast_measure, select};
use crate::tables::Evidence;
use crate::vocabulary::Measure;
use crate::words::{Better, Words};

/// How the selection is pooled.
#[derive(Clone, Debug, PartialEq)]
pub struct How {
    /// Estimator of the variance between studies.
    pub method: Method,
    /// What intervals refer to; `None`: Knapp and Hartung where three or more studies differ at all, else the normal
    /// distribution (as the Cochrane Handbook has it, section 10.10.4).
    pub test: Option<Test>,
    /// Coverage.
    pub level: f64,
}

impl Default for How {
    fn default() -> Self {
        Self {
            method: Method::Restricted,
            test: None,
            level: 0.95,
        }
    }
}

/// What a pooled interval says of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// The interval lies on the better side.
    Better,
    /// The interval lies on the worse side.
    Worse,
    /// The interval holds no difference.
    Unclear,
    /// There is no interval, or nothing says which side of it is better.
    Nothing,
}

impl Reading {
    /// Of an interval on the scale that is pooled.
    #[must_use]
    pub fn of(interval: (f64, f64), better: Better) -> Self {
        let (low, high) = interval;
        if !(low.is_finite() && high.is_finite()) {
            return Self::Nothing;
        }
        if low <= 0.0 && high >= 0.0 {
            return Self::Unclear;
        }
        if (low > 0.0) == (better.sign() > 0.0) {
            Self::Better
        } else {
            Self::Worse
        }
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Better => "better with the treatment",
            Self::Worse => "worse with the treatment",
            Self::Unclear => "no clear difference",
            Self::Nothing => "no number",
        }
    }
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What was selected, and what was not.
    pub selection: Selection,
    /// All that it comes to; `None` without a study.
    pub synthesis: Option<Synthesis>,
    /// What the pooled interval says.
    pub reading: Reading,
    /// What a reader must know first: no study, one study, few people.
    pub said: Vec<String>,
}

/// Answers a question.
///
/// # Errors
/// The question has a word that the tables do not have.
pub fn answer(evidence: &Evidence, words: &Words, query: &Query, how: &How) -> Result<Answer, QueryError> {
    Ok(pooled(evidence, select(evidence, words, query)?, how))
}

/// Pools a selection.
#[must_use]
pub fn pooled(evidence: &Evidence, selection: Selection, how: &How) -> Answer {
    let mut said = Vec::new();
    match selection.included.len() {
        0 => said.push(nothing(&selection)),
        1 => said.push(
            "one study: what it found, not what studies find; nothing tells how they would differ".to_owned(),
        ),
        2 => said.push("two studies: how far studies differ can hardly be told".to_owned()),
        _ => {}
    }
    let memory = selection.included.iter().filter(|study| study.memory).count();
    if memory > 0 {
        said.push(format!(
            "{memory} of the studies have numbers from memory, which nobody read on a page"
        ));
    }
    let synthesis = (!selection.included.is_empty()).then(|| synthesis(evidence, &selection, how));
    let synthesis = match synthesis {
        Some(Ok(synthesis)) => Some(synthesis),
        Some(Err(error)) => {
            said.push(format!("they cannot be pooled: {error}"));
            None
        }
        None => None,
    };
    let interval = synthesis.as_ref().and_then(interval);
    let reading = match (interval, selection.outcome.better) {
        (Some(interval), Some(better)) => Reading::of(interval, better),
        (Some((low, high)), None) if low <= 0.0 && high >= 0.0 => Reading::Unclear,
        _ => Reading::Nothing,
    };
    Answer {
        selection,
        synthesis,
        reading,
        said,
    }
}

/// The pooled interval on the scale that is pooled.
fn interval(synthesis: &Synthesis) -> Option<(f64, f64)> {
    let estimate = synthesis.pooled.as_ref()?.pooled.estimate;
    Some((estimate.lower, estimate.upper))
}

fn nothing(selection: &Selection) -> String {
    let mut said = format!("no study answers this: {}", selection.question);
    if selection.excluded.is_empty() {
        said.push_str("; the tables hold none of these people with this treatment and control");
    } else {
        said.push_str(&format!(
            "; {} come near, each listed with what keeps it out",
            selection.excluded.len()
        ));
    }
    for wider in &selection.wider {
        let studies = if wider.k == 1 { "study" } else { "studies" };
        said.push_str(&format!(
            "; without `{}` there would be {} {studies}",
            wider.without, wider.k
        ));
    }
    said
}

fn synthesis(evidence: &Evidence, selection: &Selection, how: &How) -> Result<Synthesis, MetaError> {
    let measure = contrast_measure(selection.measure).ok_or_else(|| {
        MetaError::NoAnswer(format!("{} is no contrast of groups", selection.measure.word()))
    })?;
    let studies: Vec<Study> = selection
        .included
        .iter()
        .map(|included| study(evidence, included))
        .collect();
    let dropped = selection.excluded.iter().map(|excluded| Dropped {
        label: excluded.label.clone(),
        line: None,
        reason: excluded.reason.clone(),
    });
    let mut options = synthesis::Options {
        pool: Options {
            method: how.method,
            test: how.test.unwrap_or_default(),
            level: how.level,
            ..Options::default()
        },
        favours: selection.outcome.better.map(|better| {
            let sides = ("treatment".to_owned(), "control".to_owned());
            if better.sign() < 0.0 {
                sides
            } else {
                (sides.1, sides.0)
            }
        }),
        raw_columns: raw_columns(selection.measure),
        dropped: dropped.collect(),
        warnings: selection.warnings.clone(),
        ..synthesis::Options::default()
    };
    let mut found = synthesize(studies.clone(), measure, &options)?;
    let differ = found
        .pooled
        .as_ref()
        .is_some_and(|row| row.pooled.k >= 3 && row.pooled.tau2.is_some_and(|tau2| tau2 > 0.0));
    if how.test.is_none() && differ {
        options.pool.test = Test::KnappHartung;
        found = synthesize(studies, measure, &options)?;
    }
    // Two studies do not tell how a third would differ.
    if let Some(row) = found.pooled.as_mut().filter(|row| row.pooled.k < 3) {
        row.pooled.prediction = None;
        row.shown_prediction = None;
    }
    Ok(found)
}

fn raw_columns(measure: Measure) -> Vec<String> {
    let columns = match measure {
        Measure::RiskRatio | Measure::OddsRatio | Measure::RiskDifference => {
            ["treated, events/people", "control, events/people"]
        }
        Measure::HazardRatio => ["treated", "control"],
        _ => ["treated, mean (SD) of people", "control, mean (SD) of people"],
    };
    columns.map(str::to_owned).to_vec()
}

fn study(evidence: &Evidence, included: &Included) -> Study {
    let row = evidence.study(&included.study_id);
    let notes = included
        .conversions
        .iter()
        .chain(&included.cautions)
        .cloned()
        .collect();
    let only = match included.contrasts.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    let label = match (included.layer, included.memory) {
        (true, _) => format!("{} (yours)", included.label),
        (false, true) => format!("{} (memory)", included.label),
        (false, false) => included.label.clone(),
    };
    Study {
        label,
        line: None,
        link: included.sources.first().map(|source| source.url.clone()),
        raw: raw(&included.contrasts),
        yi: included.yi,
        vi: included.vi,
        ni: included.n,
        subgroup: row.map(|row| row.condition.clone()),
        order: row.and_then(|row| row.year).map(|year| year as f64),
        notes,
        arms: only.and_then(|one| match one.numbers {
            Numbers::Counts { ai, n1i, ci, n2i } => Some([ai, n1i, ci, n2i]),
            _ => None,
        }),
    }
}

/// The data behind an effect, a cell for each side.
fn raw(contrasts: &[Contrast]) -> Vec<String> {
    let cells: Vec<[String; 2]> = contrasts
        .iter()
        .map(|one| match one.numbers {
            Numbers::Counts { ai, n1i, ci, n2i } => [
                format!("{}/{}", tidy(ai), tidy(n1i)),
                format!("{}/{}", tidy(ci), tidy(n2i)),
            ],
            Numbers::Scores {
                m1i,
                sd1i,
                n1i,
                m2i,
                sd2i,
                n2i,
            } => [
                format!("{} ({}) of {}", tidy(m1i), tidy(sd1i), tidy(n1i)),
                format!("{} ({}) of {}", tidy(m2i), tidy(sd2i), tidy(n2i)),
            ],
            Numbers::Published { .. } => ["as published".to_owned(), String::new()],
        })
        .collect();
    (0..2)
        .map(|side| {
            let mut shown: Vec<&str> = cells.iter().map(|cell| cell[side].as_str()).collect();
            shown.dedup();
            shown.join("; ")
        })
        .collect()
}

/// Two decimals at most.
fn tidy(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

impl Answer {
    /// Estimate and interval as they are read.
    #[must_use]
    pub fn shown(&self) -> Option<synthesis::Estimate> {
        Some(self.synthesis.as_ref()?.pooled.as_ref()?.shown)
    }

    /// The pooled row.
    #[must_use]
    pub fn pooled(&self) -> Option<&synthesis::Pooled> {
        Some(&self.synthesis.as_ref()?.pooled.as_ref()?.pooled)
    }

    /// As JSON: the selection with every study, and the synthesis.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "selection": self.selection,
            "synthesis": self.synthesis.as_ref().map(Synthesis::to_json),
            "reading": self.reading,
            "said": self.said,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_without_an_end_says_nothing() {
        for interval in [(f64::NAN, 1.0), (-1.0, f64::INFINITY), (f64::NEG_INFINITY, -1.0)] {
            assert_eq!(Reading::of(interval, Better::Lower), Reading::Nothing);
        }
        assert_eq!(Reading::of((-2.0, -1.0), Better::Lower), Reading::Better);
        assert_eq!(Reading::of((-2.0, -1.0), Better::More), Reading::Worse);
        assert_eq!(Reading::of((-2.0, 1.0), Better::Lower), Reading::Unclear);
    }
}
