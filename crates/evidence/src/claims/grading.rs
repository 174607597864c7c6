//! The certainty of a live pool.

use euthymia_meta::grade::{self, Body, Judgement, optimal_size_of_difference, optimal_size_of_ratio};
use euthymia_meta::synthesis::SmallStudy;
use euthymia_vecmath::scalar::ln;
use serde::Serialize;

use crate::pooling::Answer;
use crate::select::Numbers;
use crate::tables::Evidence;
use crate::vocabulary::{Design, Measure};
use crate::words::{Better, Words};

/// The certainty of a pool with every judgement kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GradeReport {
    /// Where it began.
    pub start: &'static str,
    /// Where it ended: high, moderate, low or very low.
    pub certainty: &'static str,
    /// The smallest effect that counts as important, as it is read.
    pub important: String,
    /// The five domains.
    pub domains: Vec<JudgementReport>,
}

/// One domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JudgementReport {
    /// Which.
    pub domain: &'static str,
    /// Not serious, serious, very serious.
    pub concern: &'static str,
    /// Why.
    pub reason: String,
    /// By the numbers; else by hand or by nobody.
    pub computed: bool,
}

/// Grades a pool; `None` where there is nothing to grade.
pub(super) fn of(
    evidence: &Evidence,
    words: &Words,
    answer: &Answer,
    by_hand: &[Judgement],
) -> Option<GradeReport> {
    let pooled = answer.pooled()?;
    let (important, shown) = important(words, answer)?;
    let included = &answer.selection.included;
    let randomised = included.iter().all(|study| {
        evidence.study(&study.study_id).is_some_and(|study| {
            matches!(
                study.design,
                Design::Parallel | Design::Crossover | Design::Withdrawal
            )
        })
    });
    let people = included
        .iter()
        .map(|study| study.n)
        .sum::<Option<f64>>()
        .filter(|people| *people > 0.0);
    let egger_p = match answer.synthesis.as_ref().map(|synthesis| &synthesis.small_study) {
        Some(SmallStudy::Tested { p, .. }) => Some(*p),
        _ => None,
    };
    let body = Body {
        randomised,
        k: pooled.k,
        people,
        interval: (pooled.estimate.lower, pooled.estimate.upper),
        prediction: pooled.prediction,
        i2: pooled.i2,
        important,
        optimal_size: optimal_size(words, answer, important),
        egger_p,
        by_hand: by_hand.to_vec(),
    };
    let grade = grade::grade(&body);
    Some(GradeReport {
        start: grade.start.word(),
        certainty: grade.certainty.word(),
        important: shown,
        domains: grade
            .judgements
            .into_iter()
            .map(|judgement| JudgementReport {
                domain: judgement.domain.word(),
                concern: judgement.concern.word(),
                reason: judgement.reason,
                computed: judgement.computed,
            })
            .collect(),
    })
}

/// The smallest important effect on the scale that is pooled, and as it is read.
pub(super) fn important(words: &Words, answer: &Answer) -> Option<(f64, String)> {
    let selection = &answer.selection;
    Some(match selection.measure {
        Measure::MeanDifference => {
            let word = &selection.included.first()?.outcome;
            let scale = words.scales.get(word);
            match scale.and_then(|scale| scale.smallest_important.as_ref()) {
                Some((points, source)) => (*points, format!("{points} points ({source})")),
                // Without a number of its own, a small standardised effect in the points of these studies.
                None => {
                    let points = words.important.smd * usual_sd(answer)?;
                    (
                        points,
                        format!(
                            "{points:.1} points, {} of a standard deviation",
                            words.important.smd
                        ),
                    )
                }
            }
        }
        Measure::StandardisedMeanDifference => (words.important.smd, format!("{}", words.important.smd)),
        Measure::RiskDifference => (
            words.important.risk_difference,
            format!("{}", words.important.risk_difference),
        ),
        _ => (
            ln(words.important.ratio),
            format!("{} or its inverse", words.important.ratio),
        ),
    })
}

/// The median standard deviation of the pooled groups.
fn usual_sd(answer: &Answer) -> Option<f64> {
    let contrasts = answer
        .selection
        .included
        .iter()
        .flat_map(|study| &study.contrasts);
    let mut found: Vec<f64> = contrasts
        .flat_map(|contrast| match contrast.numbers {
            Numbers::Scores { sd1i, sd2i, .. } => vec![sd1i, sd2i],
            _ => Vec::new(),
        })
        .collect();
    found.sort_by(f64::total_cmp);
    found.get(found.len() / 2).copied()
}

/// People that one trial would need.
fn optimal_size(words: &Words, answer: &Answer, important: f64) -> Option<f64> {
    match answer.selection.measure {
        Measure::StandardisedMeanDifference => optimal_size_of_difference(important),
        Measure::MeanDifference => optimal_size_of_difference(important / usual_sd(answer)?),
        _ => {
            let contrasts = answer
                .selection
                .included
                .iter()
                .flat_map(|study| &study.contrasts);
            let (events, people) =
                contrasts.fold((0.0, 0.0), |(events, people), contrast| match contrast.numbers {
                    Numbers::Counts { ci, n2i, .. } => (events + ci, people + n2i),
                    _ => (events, people),
                });
            let control = if people > 0.0 {
                events / people
            } else {
                return None;
            };
            let ratio = match answer.selection.outcome.better {
                Some(Better::Fewer) => 1.0 / words.important.ratio,
                _ => words.important.ratio,
            };
            optimal_size_of_ratio(control, ratio)
        }
    }
}
