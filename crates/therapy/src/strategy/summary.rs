//! From sums to what is told: means with intervals, curves, how published proportions came out.

use super::comparison::{Checked, Curve, Estimate, Measure, Outcomes};
use super::tally::Tally;
use super::{Given, Strategy, words};
use euthymia_stats::quantile::type7;
use euthymia_stats::survival::KaplanMeier;
use euthymia_stats::variance::NestedSums;

/// Coverage of intervals.
const COVERAGE: f64 = 0.9;

pub(super) fn outcomes(
    strategy: &Strategy,
    tally: &Tally,
    is_first: bool,
    failed: usize,
    rates: Option<&str>,
) -> Outcomes {
    let all = |sums: &[NestedSums], parts: bool| {
        let each = Measure::ALL.iter().zip(sums);
        each.map(|(measure, sums)| (*measure, estimate(sums, parts && measure.is_part())))
            .collect::<Vec<_>>()
    };
    let people: u64 = tally.people.iter().sum();
    let reached = strategy.steps.iter().zip(&tally.began).skip(failed);
    let checked = strategy.steps.iter().zip(&tally.assessed).skip(failed);
    let weekly = |at: usize, parts: bool| {
        let each = tally.weeks.iter().map(|week| estimate(&week[at], parts));
        curve(each.map(|estimate| {
            let [low, high] = estimate.interval.unwrap_or([estimate.mean; 2]);
            [estimate.mean, low, high]
        }))
    };
    Outcomes {
        id: strategy.id.clone(),
        title: strategy.title.clone(),
        summary: strategy.summary.clone(),
        steps: words::steps(strategy).split_off(failed),
        measures: all(&tally.measures, true),
        differences: if is_first {
            Vec::new()
        } else {
            all(&tally.differences, false)
        },
        until_response: survival(&tally.first[0], &tally.people),
        until_remission: survival(&tally.first[1], &tally.people),
        well: weekly(0, true),
        score: weekly(1, false),
        cost_by_draw: tally.measures[Measure::Cost as usize].draw_means(),
        qaly_by_draw: tally.measures[Measure::Qaly as usize].draw_means(),
        reached: reached
            .map(|(step, began)| (step.name.clone(), *began as f64 / people.max(1) as f64))
            .collect(),
        checked: checked
            .filter_map(|(step, [all, remitted])| {
                let Given::Care(care) = &step.given else {
                    return None;
                };
                (*all > 0).then(|| Checked {
                    step: step.name.clone(),
                    published: care.rates(rates).map_or(f64::NAN, |rates| rates.proportion),
                    simulated: *remitted as f64 / *all as f64,
                    n: *all,
                    sources: care.sources.clone(),
                })
            })
            .collect(),
    }
}

fn estimate(sums: &NestedSums, is_part: bool) -> Estimate {
    let interval = if is_part {
        sums.proportion_interval(COVERAGE)
    } else {
        sums.mean_interval(COVERAGE)
    };
    Estimate {
        mean: sums.mean(),
        interval: interval.map(|interval| [interval.lower, interval.upper]),
        monte_carlo: sums.monte_carlo_error(),
    }
}

fn curve(points: impl Iterator<Item = [f64; 3]>) -> Curve {
    let mut curve = Curve {
        mean: Vec::new(),
        p05: Vec::new(),
        p95: Vec::new(),
    };
    for [mean, low, high] in points {
        curve.mean.push(mean);
        curve.p05.push(low);
        curve.p95.push(high);
    }
    curve
}

/// The part without an event by day (Kaplan and Meier), with the 5th and 95th percentile of draws, from which the noise of so many people
/// is taken. Who has no event to the end is censored there.
fn survival(first: &[Vec<u64>], people: &[u64]) -> Curve {
    let days = first.first().map_or(0, Vec::len);
    let all: u64 = people.iter().sum();
    let mut left: Vec<f64> = people.iter().map(|n| *n as f64).collect();
    let whole = pooled(first, all);
    curve((0..days).map(|day| {
        for (left, events) in left.iter_mut().zip(first) {
            *left -= events[day] as f64;
        }
        let told = whole.as_ref().and_then(|whole| whole.at(day as f64));
        // After the last event of all nobody is left.
        let mean = told.map_or_else(
            || left.iter().sum::<f64>() / all.max(1) as f64,
            |(survival, _)| survival,
        );
        let parts = left.iter().zip(people).filter(|(_, n)| **n > 0);
        let mut parts: Vec<f64> = parts.map(|(left, n)| left / *n as f64).collect();
        let count = parts.len() as f64;
        let squares: f64 = parts.iter().map(|part| (part - mean) * (part - mean)).sum();
        let total = squares / (count - 1.0).max(1.0);
        let noise = mean * (1.0 - mean) * count / all.max(1) as f64;
        let factor = if total > noise {
            ((total - noise) / total).sqrt()
        } else {
            0.0
        };
        for part in &mut parts {
            *part = mean + factor * (*part - mean);
        }
        parts.sort_by(f64::total_cmp);
        [mean, type7(&parts, 0.05), type7(&parts, 0.95)]
    }))
}

/// The estimate of Kaplan and Meier of everybody; nothing of nobody.
fn pooled(first: &[Vec<u64>], all: u64) -> Option<KaplanMeier> {
    let days = first.first()?.len();
    let (mut times, mut events) = (Vec::new(), Vec::new());
    for day in 0..days {
        let count: u64 = first.iter().map(|of_draw| of_draw[day]).sum();
        times.extend((0..count).map(|_| day as f64));
        events.extend((0..count).map(|_| true));
    }
    let censored = usize::try_from(all).ok()?.saturating_sub(times.len());
    times.extend((0..censored).map(|_| days as f64));
    events.extend((0..censored).map(|_| false));
    KaplanMeier::new(&times, &events).ok()
}
