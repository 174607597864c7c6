//! What a choice between strategies rests on: cost against effect, how often each is best, what it is worth to know more.

use super::comparison::{Measure, Outcomes, Unknown};
use euthymia_stats::economic::{Standing, acceptability, best_on_average, net_benefits, standings};
use euthymia_stats::voi::{evpi, evppi};
use serde::Serialize;

/// Most unknowns that are told.
const MOST: usize = 12;
/// What a quality-adjusted life-year may cost where one amount has to be taken: the middle one of the thresholds that are at hand.
const NEAR: f64 = 100_000.0;

/// Where a strategy stands among others.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "standing")]
pub enum Place {
    /// The cheapest that is not dominated.
    Cheapest,
    /// A quality-adjusted life-year more costs this against the strategy before it.
    Frontier {
        /// Incremental cost-effectiveness ratio.
        ratio: f64,
    },
    /// Another costs no more and brings no fewer quality-adjusted life-years.
    Dominated,
    /// A mixture of two others does.
    ExtendedlyDominated,
}

/// The value of knowing one thing.
#[derive(Clone, Debug, Serialize)]
pub struct Worth {
    /// Name of the unknown.
    pub name: String,
    /// For people.
    pub label: String,
    /// Per person.
    pub value: f64,
    /// Standard error of the regression.
    pub se: f64,
    /// What the regression finds in nothing.
    pub of_nothing: f64,
}

/// What a choice rests on.
#[derive(Clone, Debug, Serialize)]
pub struct Decision {
    /// By strategy.
    pub places: Vec<Place>,
    /// By strategy, the probability of the highest net benefit at every threshold.
    pub acceptability: Vec<Vec<f64>>,
    /// By threshold, the strategy with the highest mean net benefit.
    pub best: Vec<Option<usize>>,
    /// By threshold, the value per person of knowing everything.
    pub perfect: Vec<f64>,
    /// The threshold at which the choice is told.
    pub threshold: f64,
    /// The threshold at which knowing everything is worth most: there the choice is least certain.
    pub doubtful: f64,
    /// What single unknowns are worth there, most first; those that are worth more than what is found in nothing.
    pub worth: Vec<Worth>,
}

/// Of strategies that were compared.
pub(super) fn of(strategies: &[Outcomes], unknowns: &[Unknown], thresholds: &[f64]) -> Decision {
    let mean = |measure: Measure| -> Vec<f64> {
        let of = |strategy: &Outcomes| strategy.of(measure).map_or(f64::NAN, |one| one.mean);
        strategies.iter().map(of).collect()
    };
    let places = standings(&mean(Measure::Cost), &mean(Measure::Qaly));
    let costs: Vec<Vec<f64>> = strategies.iter().map(|one| one.cost_by_draw.clone()).collect();
    let effects: Vec<Vec<f64>> = strategies.iter().map(|one| one.qaly_by_draw.clone()).collect();
    let nets: Vec<Vec<Vec<f64>>> = thresholds
        .iter()
        .map(|threshold| net_benefits(&costs, &effects, *threshold))
        .collect();
    let by_threshold: Vec<Vec<f64>> = nets.iter().map(|net| acceptability(net)).collect();
    let of_strategy = |at: usize| by_threshold.iter().map(|parts| parts[at]).collect();
    let nearest = thresholds
        .iter()
        .copied()
        .min_by(|one, other| (one - NEAR).abs().total_cmp(&(other - NEAR).abs()));
    let threshold = nearest.unwrap_or(NEAR);
    let perfect: Vec<f64> = nets.iter().map(|net| evpi(net).unwrap_or(0.0)).collect();
    let at_most = thresholds
        .iter()
        .zip(&perfect)
        .max_by(|(_, one), (_, other)| one.total_cmp(other));
    let doubtful = at_most.map_or(threshold, |(threshold, _)| *threshold);
    let net = net_benefits(&costs, &effects, doubtful);
    let mut worth: Vec<Worth> = unknowns
        .iter()
        .filter_map(|unknown| {
            // Too few draws for a regression: nothing is told.
            let one = evppi(&net, &unknown.values).ok()?;
            (one.value > one.of_nothing).then(|| Worth {
                name: unknown.name.clone(),
                label: unknown.label.clone(),
                value: one.value,
                se: one.se,
                of_nothing: one.of_nothing,
            })
        })
        .collect();
    worth.sort_by(|one, other| {
        (other.value - other.of_nothing)
            .total_cmp(&(one.value - one.of_nothing))
            .then_with(|| one.name.cmp(&other.name))
    });
    worth.truncate(MOST);
    Decision {
        places: places
            .into_iter()
            .map(|place| match place {
                Standing::Cheapest => Place::Cheapest,
                Standing::Frontier(ratio) => Place::Frontier { ratio },
                Standing::Dominated => Place::Dominated,
                Standing::ExtendedlyDominated => Place::ExtendedlyDominated,
            })
            .collect(),
        acceptability: (0..strategies.len()).map(of_strategy).collect(),
        best: nets.iter().map(|net| best_on_average(net)).collect(),
        perfect,
        threshold,
        doubtful,
        worth,
    }
}
