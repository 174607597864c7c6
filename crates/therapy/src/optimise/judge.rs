//! From sums to what is told: estimates with their intervals, how likely it is that something holds, what nothing beats.

use super::Request;
use super::acute::Told;
use super::aim::{Aim, Goal};
use super::evaluate::Evaluated;
use super::frontier::non_dominated;
use super::keep::{Keep, Side};
use super::result::{Against, Benefit, Estimate, Kept};
use crate::design::FEWEST_FOR_INTERVALS;
use euthymia_stats::normal;
use euthymia_stats::variance::NestedSums;

/// Coverage of the intervals.
const COVERAGE: f64 = 0.9;

/// 1 where more of it is better, -1 where less is.
pub(super) fn sign(goal: Goal, higher_is_worse: bool) -> f64 {
    match goal {
        Goal::Score if higher_is_worse => -1.0,
        _ => 1.0,
    }
}

/// Which schedules hold what must, and what nothing beats.
pub(super) struct Verdict {
    /// By schedule, by what must hold.
    pub(super) kept: Vec<Vec<Kept>>,
    pub(super) holds: Vec<bool>,
    pub(super) burdens: Vec<f64>,
    pub(super) on_frontier: Vec<bool>,
    /// How likely it is, of those that hold.
    pub(super) probability: Vec<Option<f64>>,
}

impl Verdict {
    /// Of all schedules; the first is the course as given.
    pub(super) fn new(all: &[Evaluated], request: &Request, size: u64, higher_is_worse: bool) -> Self {
        let enough = size >= FEWEST_FOR_INTERVALS;
        let kept: Vec<Vec<Kept>> = all
            .iter()
            .map(|one| {
                let pairs = request.keep.iter().zip(&one.told);
                pairs.map(|(keep, told)| of_keep(keep, told, enough)).collect()
            })
            .collect();
        let holds = kept.iter().map(|kept: &Vec<Kept>| {
            kept.iter().all(|one| match (request.certainty, one.probability) {
                (Some(certainty), Some(probability)) => probability >= certainty,
                _ => one.in_the_mean,
            })
        });
        let holds: Vec<bool> = holds.collect();
        let burdens: Vec<f64> = all.iter().map(|one| burden(one, request.against)).collect();
        let signs: Vec<f64> = request
            .aims
            .iter()
            .map(|aim| sign(aim.goal, higher_is_worse))
            .collect();
        let benefits = |one: &Evaluated| -> Vec<f64> {
            one.outcomes
                .iter()
                .zip(&signs)
                .map(|(sums, sign)| sign * sums.mean())
                .collect()
        };
        let admitted: Vec<usize> = (0..all.len()).filter(|at| holds[*at]).collect();
        let points: Vec<(f64, Vec<f64>)> = admitted
            .iter()
            .map(|at| (burdens[*at], benefits(&all[*at])))
            .collect();
        let mut on_frontier = vec![false; all.len()];
        for (at, on) in admitted.iter().zip(non_dominated(&points)) {
            on_frontier[*at] = on;
        }
        let mut probability = vec![None; all.len()];
        if let Some(found) = enough
            .then(|| by_study(all, &admitted, &burdens, &signs))
            .flatten()
        {
            for (at, share) in admitted.iter().zip(found) {
                probability[*at] = Some(share);
            }
        }
        Self {
            kept,
            holds,
            burdens,
            on_frontier,
            probability,
        }
    }
}

/// In how many of the studies nothing beats a schedule: each has the parameters of its draw, and the same people for all schedules. What
/// is common to all is that of the course as given; what they differ by has its own noise of few patients removed.
fn by_study(all: &[Evaluated], admitted: &[usize], burdens: &[f64], signs: &[f64]) -> Option<Vec<f64>> {
    let given: Vec<Vec<f64>> = all
        .first()?
        .outcomes
        .iter()
        .map(NestedSums::study_means)
        .collect::<Option<_>>()?;
    let differences: Vec<Vec<Vec<f64>>> = admitted
        .iter()
        .map(|at| all[*at].differences.iter().map(NestedSums::study_means).collect())
        .collect::<Option<_>>()?;
    let studies = given.first()?.len();
    let mut counts = vec![0_u32; admitted.len()];
    for study in 0..studies {
        let point = |(at, differences): (&usize, &Vec<Vec<f64>>)| {
            let parts = given.iter().zip(differences).zip(signs);
            let benefits = parts.map(|((given, own), sign)| sign * (given[study] + own[study]));
            (burdens[*at], benefits.collect())
        };
        let points: Vec<(f64, Vec<f64>)> = admitted.iter().zip(&differences).map(point).collect();
        for (count, on) in counts.iter_mut().zip(non_dominated(&points)) {
            *count += u32::from(on);
        }
    }
    Some(
        counts
            .into_iter()
            .map(|count| f64::from(count) / studies as f64)
            .collect(),
    )
}

pub(super) fn burden(one: &Evaluated, against: Against) -> f64 {
    match against {
        Against::Sessions => one.sessions as f64,
        Against::Hours => one.hours.unwrap_or(f64::NAN),
        Against::Dissociation => one.dissociations.unwrap_or(f64::NAN),
    }
}

fn of_keep(keep: &Keep, told: &Told, enough: bool) -> Kept {
    let in_the_mean = keep.side.holds(told.value, keep.limit);
    let Some((sums, limit)) = &told.by_study else {
        let probability = if in_the_mean { 1.0 } else { 0.0 };
        return Kept {
            value: told.value.is_finite().then_some(told.value),
            interval: None,
            in_the_mean,
            probability: Some(probability),
        };
    };
    let is_quantile = matches!(keep.measure, super::keep::Measure::Quantile { .. });
    let is_share = matches!(keep.measure, super::keep::Measure::Probability { .. });
    let interval = match (is_quantile, is_share) {
        (true, _) => None,
        (_, true) => sums.proportion_interval(COVERAGE),
        _ => sums.mean_interval(COVERAGE),
    };
    let upper = matches!(keep.side, Side::Below | Side::AtMost);
    let room = |value: f64| if upper { limit - value } else { value - limit };
    Kept {
        value: told.value.is_finite().then_some(told.value),
        interval: interval
            .filter(|_| enough)
            .map(|interval| [interval.lower, interval.upper]),
        in_the_mean,
        probability: if enough { positive(sums, room) } else { None },
    }
}

/// How likely it is that something of the mean of a study is positive: over the studies, and the noise of finitely many patients.
fn positive(sums: &NestedSums, of: impl Fn(f64) -> f64) -> Option<f64> {
    let means = sums.study_means()?;
    let noise = sums.monte_carlo_error()?;
    let chance = |mean: &f64| {
        let value = of(*mean);
        if noise > 0.0 {
            normal::cdf(value / noise)
        } else if value > 0.0 {
            1.0
        } else {
            0.0
        }
    };
    Some(means.iter().map(chance).sum::<f64>() / means.len() as f64)
}

fn estimate(sums: &NestedSums, is_share: bool, enough: bool) -> Estimate {
    let interval = if is_share {
        sums.proportion_interval(COVERAGE)
    } else {
        sums.mean_interval(COVERAGE)
    };
    Estimate {
        value: sums.mean(),
        interval: interval
            .filter(|_| enough)
            .map(|interval| [interval.lower, interval.upper]),
        monte_carlo_se: sums.monte_carlo_error(),
    }
}

/// The benefits of a schedule, by aim.
pub(super) fn benefits(
    one: &Evaluated,
    aims: &[Aim],
    (size, higher_is_worse, is_given): (u64, bool, bool),
) -> Vec<Benefit> {
    let enough = size >= FEWEST_FOR_INTERVALS;
    let of = |((aim, outcome), difference): ((&Aim, &NestedSums), &NestedSums)| {
        let sign = sign(aim.goal, higher_is_worse);
        Benefit {
            estimate: estimate(outcome, aim.goal.is_share(), enough),
            difference: estimate(difference, false, enough),
            better: if enough && !is_given {
                positive(difference, |mean| sign * mean)
            } else {
                None
            },
        }
    };
    aims.iter()
        .zip(&one.outcomes)
        .zip(&one.differences)
        .map(of)
        .collect()
}
