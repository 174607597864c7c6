//! What each prior choice moves: every prior half and twice as wide.
//!
//! The draws of one fit are weighted by how much more or less the other prior makes of them, which is exact in the limit of many draws.
//! Where the other prior reaches to where there are no draws, weights say nothing, and the model is fitted again.

use super::priors::Placed;
use super::target::Target;
use crate::prior::Prior;
use crate::sampler::Draws;
use euthymia_stats::quantile::type7;
use euthymia_therapy::response::Theta;
use euthymia_vecmath::scalar::{exp, ln};
use serde::Serialize;

/// Widths tried, of the prior's own.
const WIDTHS: [f64; 2] = [0.5, 2.0];
/// Weights of a normal prior twice as wide have a variance where the posterior is narrower than sqrt(2/3) = 0.816 of the prior.
const NARROW: f64 = 0.8;
/// Weights count where they are worth at least this part of the draws.
const WORTH: f64 = 0.1;
/// A 90 % interval of a normal distribution is so many standard deviations wide.
const SDS_OF_90: f64 = 3.289_707_253_902_945;

/// What a prior of another width moves most.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moved {
    /// The prior.
    pub prior: String,
    /// Its width, of its own.
    pub factor: f64,
    /// The parameter whose median moves most.
    pub moves_most: String,
    /// By how many of its posterior's standard deviations.
    pub by_sd: f64,
    /// Whether the model was fitted again.
    pub fitted_again: bool,
}

/// What every prior moves, most first. `again` fits the model with other priors.
///
/// # Errors
/// As `again`.
pub fn sensitivity<E>(
    target: &Target,
    draws: &Draws,
    mut again: impl FnMut(&Target) -> Result<Draws, E>,
) -> Result<Vec<Moved>, E> {
    let before = Values::of(target, draws);
    let medians = before.medians(None);
    let mut found = Vec::new();
    for (name, prior) in alone(target) {
        for factor in WIDTHS {
            let Some(other) = scaled(prior, factor) else {
                continue;
            };
            let (after, fitted_again) = match before.weights(&name, prior, factor) {
                Some(weights) => (before.medians(Some(&weights)), false),
                None => {
                    let Some(priors) = target.priors.with(&name, other) else {
                        continue;
                    };
                    let target = Target::new(target.data.clone(), priors);
                    let draws = again(&target)?;
                    (Values::of(&target, &draws).medians(None), true)
                }
            };
            let moved = medians.iter().zip(&after).zip(&before.columns);
            let moved = moved.map(|((before, after), (name, sorted))| {
                let sd = (type7(sorted, 0.95) - type7(sorted, 0.05)) / SDS_OF_90;
                (name, (after - before) / sd)
            });
            if let Some((which, by_sd)) = moved.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs())) {
                found.push(Moved {
                    prior: name.clone(),
                    factor,
                    moves_most: which.clone(),
                    by_sd,
                    fitted_again,
                });
            }
        }
    }
    found.sort_by(|a, b| b.by_sd.abs().total_cmp(&a.by_sd.abs()));
    Ok(found)
}

/// Priors that stand alone: those of parameters that are not pooled, and of what pooled ones share.
fn alone(target: &Target) -> Vec<(String, Prior)> {
    let of_thetas = Theta::ALL
        .iter()
        .filter_map(|theta| match target.priors.of(*theta) {
            Placed::Alone(prior) => Some((theta.name().to_owned(), *prior)),
            Placed::Pooled { .. } => None,
        });
    let shared = target.priors.shared.iter();
    of_thetas
        .chain(shared.map(|(name, (prior, _))| (name.clone(), *prior)))
        .collect()
}

/// The same prior, `factor` times as wide; nothing for those whose width is no number of their own.
fn scaled(prior: Prior, factor: f64) -> Option<Prior> {
    match prior {
        Prior::Normal { mean, sd } => Some(Prior::Normal {
            mean,
            sd: factor * sd,
        }),
        Prior::HalfNormal { sd } => Some(Prior::HalfNormal { sd: factor * sd }),
        Prior::LogNormal { median, sd } => Some(Prior::LogNormal {
            median,
            sd: factor * sd,
        }),
        _ => None,
    }
}

/// How many of its own standard deviations a value lies from the middle of a prior.
fn deviate(prior: Prior, value: f64) -> f64 {
    match prior {
        Prior::Normal { mean, sd } => (value - mean) / sd,
        Prior::LogNormal { median, sd } => ln(value / median) / sd,
        Prior::HalfNormal { sd } => value / sd,
        _ => f64::NAN,
    }
}

/// The parameters of all draws.
struct Values {
    /// By draw.
    rows: Vec<Vec<f64>>,
    /// By parameter: its name, and its values in order.
    columns: Vec<(String, Vec<f64>)>,
    /// By parameter: the places of its draws in the order of its values.
    orders: Vec<Vec<usize>>,
}

impl Values {
    fn of(target: &Target, draws: &Draws) -> Self {
        let mut columns: Vec<(String, Vec<f64>)> = Vec::new();
        let mut rows = Vec::new();
        for position in draws.positions() {
            let named = target.named(position);
            if columns.is_empty() {
                columns = named.iter().map(|(name, _)| (name.clone(), Vec::new())).collect();
            }
            for ((_, column), (_, value)) in columns.iter_mut().zip(&named) {
                column.push(*value);
            }
            rows.push(named.into_iter().map(|(_, value)| value).collect());
        }
        let order = |(_, column): &(String, Vec<f64>)| {
            let mut order: Vec<usize> = (0..column.len()).collect();
            order.sort_by(|a, b| column[*a].total_cmp(&column[*b]));
            order
        };
        let orders = columns.iter().map(order).collect();
        for (_, column) in &mut columns {
            column.sort_by(f64::total_cmp);
        }
        Self {
            rows,
            columns,
            orders,
        }
    }

    /// The weights of the draws where the prior of a parameter is `factor` times as wide, if they say something.
    fn weights(&self, name: &str, prior: Prior, factor: f64) -> Option<Vec<f64>> {
        let other = scaled(prior, factor)?;
        let place = self.columns.iter().position(|(known, _)| known == name)?;
        let values: Vec<f64> = self.rows.iter().map(|row| row[place]).collect();
        let n = values.len() as f64;
        let deviates: Vec<f64> = values.iter().map(|value| deviate(prior, *value)).collect();
        // A half-normal prior has its middle at its edge.
        let middle = match prior {
            Prior::HalfNormal { .. } => 0.0,
            _ => deviates.iter().sum::<f64>() / n,
        };
        let width = (deviates.iter().map(|z| (z - middle) * (z - middle)).sum::<f64>() / n).sqrt();
        let logs: Vec<f64> = values
            .iter()
            .map(|value| other.log_density(*value) - prior.log_density(*value))
            .collect();
        let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = logs.iter().map(|log| exp(log - top)).collect();
        let (sum, squares) = weights.iter().fold((0.0, 0.0), |(sum, squares), weight| {
            (sum + weight, squares + weight * weight)
        });
        let is_worth = sum * sum / squares >= WORTH * n && (factor <= 1.0 || width <= NARROW);
        is_worth.then_some(weights)
    }

    fn medians(&self, weights: Option<&[f64]>) -> Vec<f64> {
        let Some(weights) = weights else {
            return self
                .columns
                .iter()
                .map(|(_, sorted)| type7(sorted, 0.5))
                .collect();
        };
        let half = 0.5 * weights.iter().sum::<f64>();
        let median = |(order, (_, sorted)): (&Vec<usize>, &(String, Vec<f64>))| {
            let mut below = 0.0;
            let reached = order.iter().position(|at| {
                below += weights[*at];
                below >= half
            });
            reached.map_or(f64::NAN, |place| sorted[place])
        };
        self.orders.iter().zip(&self.columns).map(median).collect()
    }
}
