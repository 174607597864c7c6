//! The numbers of a model report in words.

use serde::Serialize;

use super::{Chains, Kind, Parameter, Predicted, Predictions, Score, Typical};
use crate::figure::number::{count, fixed, percent, significant};

#[derive(Serialize)]
pub(super) struct ParameterLine {
    name: String,
    label: String,
    prior: String,
    posterior: String,
    narrowed: String,
    r_hat: String,
    ess_bulk: String,
    ess_tail: String,
}

#[derive(Serialize)]
pub(super) struct ScoreLine {
    studies: String,
    kind: &'static str,
    count: usize,
    within_50: String,
    within_90: String,
    error: String,
    naive: String,
    pooled: String,
    less: String,
    log_density: String,
    pooled_log_density: String,
}

/// What a kind of number is called.
pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Mean => "mean changes",
        Kind::Response => "responses",
        Kind::Remission => "remissions",
    }
}

/// A median with its interval: `1.20 (0.80 to 1.60)`.
pub(super) fn three([low, middle, high]: [f64; 3]) -> String {
    format!("{} ({} to {})", fixed(middle, 2), fixed(low, 2), fixed(high, 2))
}

pub(super) fn parameter(parameter: &Parameter) -> ParameterLine {
    let whole =
        |number: Option<f64>| number.map_or_else(|| "-".to_owned(), |number| count(number.max(0.0) as u64));
    let width = |[low, _, high]: [f64; 3]| high - low;
    ParameterLine {
        name: parameter.name.clone(),
        label: parameter.label.clone(),
        prior: three(parameter.prior),
        posterior: three(parameter.posterior),
        narrowed: percent(width(parameter.posterior) / width(parameter.prior)),
        r_hat: parameter
            .r_hat
            .map_or_else(|| "-".to_owned(), |r_hat| fixed(r_hat, 3)),
        ess_bulk: whole(parameter.ess_bulk),
        ess_tail: whole(parameter.ess_tail),
    }
}

pub(super) fn score(score: &Score) -> ScoreLine {
    let error = |value: f64| match score.kind {
        Kind::Mean => format!("{} points", fixed(value, 2)),
        Kind::Response | Kind::Remission => fixed(value, 3),
    };
    let simple = score.naive_error.min(score.pooled_error);
    ScoreLine {
        studies: score.studies.clone(),
        kind: kind(score.kind),
        count: score.count,
        within_50: percent(score.within_50),
        within_90: percent(score.within_90),
        error: error(score.error),
        naive: error(score.naive_error),
        pooled: error(score.pooled_error),
        less: percent(1.0 - score.error / simple),
        log_density: fixed(score.log_density, 3),
        pooled_log_density: fixed(score.pooled_log_density, 3),
    }
}

pub(super) fn verdict(chains: &Chains) -> String {
    if chains.problems.is_empty() {
        "The chains agree: the draws can be taken for the posterior".to_owned()
    } else {
        "The chains do not agree: nothing on this page can be relied on".to_owned()
    }
}

pub(super) fn chains(chains: &Chains) -> String {
    format!(
        "{} chains of {} draws after {} of tuning; {} trajectories diverged. Of all numbers that were sampled, those of studies, arms \
         and visits among them, the worst R-hat is {} (wanted: below 1.01) and the fewest effective draws {} (wanted: over 400).",
        chains.count,
        count(chains.draws as u64),
        count(chains.tune as u64),
        chains.divergences,
        fixed(chains.worst_r_hat, 4),
        count(chains.fewest_effective.max(0.0) as u64)
    )
}

/// Part inside the intervals, by kind.
pub(super) fn coverage(predictions: &Predictions) -> String {
    let at = |coverage: &super::Coverage, p: f64| {
        let place = coverage
            .nominal
            .iter()
            .position(|nominal| (nominal - p).abs() < 1e-9);
        place.map_or_else(|| "-".to_owned(), |place| percent(coverage.observed[place]))
    };
    let parts: Vec<String> = predictions
        .coverage
        .iter()
        .map(|coverage| {
            format!(
                "of {} {} in {} studies {} lie within the 50\u{a0}% intervals and {} within the 90\u{a0}% intervals",
                coverage.count,
                kind(coverage.kind),
                coverage.studies,
                at(coverage, 0.5),
                at(coverage, 0.9)
            )
        })
        .collect();
    let text = parts.join("; ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        format!("{}{}", first.to_uppercase(), letters.as_str())
    })
}

pub(super) fn typical(typical: &Typical) -> String {
    let shown = if typical.scores.is_empty() && typical.responses.is_empty() {
        " Of none is a mean score with its baseline, or a plain rate of response, among the numbers: no trial is drawn."
    } else {
        ""
    };
    format!(
        "{} arms; the curves are of the design of {}.{shown}",
        typical.arms, typical.of
    )
}

/// A time as trials tell it.
pub(super) fn time(time_h: f64) -> String {
    if time_h < 48.0 {
        format!("{} h", significant(time_h, 3))
    } else {
        format!("day {}", significant(time_h / 24.0, 3))
    }
}

/// What a pointer finds at a prediction.
pub(super) fn told(one: &Predicted) -> String {
    let number = |value: f64| match one.kind {
        Kind::Mean => fixed(value, 1),
        Kind::Response | Kind::Remission => percent(value),
    };
    format!(
        "{}, {}, {}: observed {}, predicted {} (50\u{a0}%: {} to {}; 90\u{a0}%: {} to {})",
        one.study,
        one.arm,
        time(one.time_h),
        number(one.observed),
        number(one.median),
        number(one.pi50[0]),
        number(one.pi50[1]),
        number(one.pi90[0]),
        number(one.pi90[1])
    )
}
