//! What came out of a fit: each parameter before and after, and whether the chains can be trusted.

use super::priors::Placed;
use super::target::Target;
use crate::sampler::Draws;
use euthymia_stats::random::{Purpose, Stream};
use euthymia_stats::{convergence, quantile};
use euthymia_therapy::response::Theta;
use serde::Serialize;

/// Draws that the quantiles of priors are computed from.
const PRIOR_DRAWS: u64 = 4000;
const PRIOR: Purpose = Purpose(0x7072_696f);
/// Rank-normalised R-hat may be no more.
const R_HAT: f64 = 1.01;
/// Effective draws of the bulk and of the tails may be no fewer.
const EFFECTIVE: f64 = 400.0;

/// A parameter before and after the data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// What it is.
    pub label: String,
    /// 5th percentile, median and 95th percentile before.
    pub prior: [f64; 3],
    /// The same after.
    pub posterior: [f64; 3],
    /// Rank-normalised split R-hat.
    pub r_hat: Option<f64>,
    /// Effective number of draws in the bulk.
    pub ess_bulk: Option<f64>,
    /// And in the tails.
    pub ess_tail: Option<f64>,
}

/// A fit, described.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The parameters.
    pub rows: Vec<Row>,
    /// Trajectories that diverged.
    pub divergences: usize,
    /// The worst R-hat of all numbers that were sampled, those of studies, arms and visits included.
    pub worst_r_hat: f64,
    /// The fewest effective draws of any of them, in bulk or tails.
    pub fewest_effective: f64,
}

impl Summary {
    /// Of draws from a posterior.
    #[must_use]
    pub fn of(target: &Target, draws: &Draws) -> Self {
        let names: Vec<String> = draws
            .positions()
            .next()
            .map(|position| target.named(position).into_iter().map(|(name, _)| name).collect())
            .unwrap_or_default();
        let before = prior(target);
        // By chain and draw, all parameters: they are derived once for each position.
        let after: Vec<Vec<Vec<f64>>> = draws
            .chains
            .iter()
            .map(|chain| {
                let values = |position| target.named(position).into_iter().map(|(_, value)| value);
                chain
                    .positions()
                    .map(|position| values(position).collect())
                    .collect()
            })
            .collect();
        let rows = names.iter().enumerate().map(|(place, name)| {
            let chains: Vec<Vec<f64>> = after
                .iter()
                .map(|chain| chain.iter().map(|values| values[place]).collect())
                .collect();
            Row {
                name: name.clone(),
                label: label(target, name),
                prior: percentiles(before.iter().map(|values| values[place]).collect()),
                posterior: percentiles(chains.iter().flatten().copied().collect()),
                r_hat: convergence::r_hat(&chains),
                ess_bulk: convergence::ess_bulk(&chains),
                ess_tail: convergence::ess_tail(&chains),
            }
        });
        let rows: Vec<Row> = rows.collect();
        let (mut worst_r_hat, mut fewest_effective) = (0.0f64, f64::INFINITY);
        for place in 0..draws.names.len() {
            let chains = draws.quantity(|position| position[place]);
            worst_r_hat = worst_r_hat.max(convergence::r_hat(&chains).unwrap_or(f64::INFINITY));
            for effective in [convergence::ess_bulk(&chains), convergence::ess_tail(&chains)] {
                fewest_effective = fewest_effective.min(effective.unwrap_or(0.0));
            }
        }
        Self {
            rows,
            divergences: draws.divergences(),
            worst_r_hat,
            fewest_effective,
        }
    }

    /// What is wrong with the chains; nothing where they can be trusted.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.divergences > 0 {
            problems.push(format!("{} trajectories diverged", self.divergences));
        }
        if self.worst_r_hat >= R_HAT {
            problems.push(format!("R-hat is {:.4}, wanted below {R_HAT}", self.worst_r_hat));
        }
        if self.fewest_effective <= EFFECTIVE {
            problems.push(format!(
                "{:.0} effective draws, wanted over {EFFECTIVE}",
                self.fewest_effective
            ));
        }
        problems
    }
}

fn percentiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [0.05, 0.5, 0.95].map(|p| quantile::type7(&values, p))
}

fn label(target: &Target, name: &str) -> String {
    match Theta::named(name) {
        Some(theta) => target.priors.label(theta).to_owned(),
        None => target
            .priors
            .shared
            .get(name)
            .map_or_else(String::new, |(_, label)| label.clone()),
    }
}

/// Parameters drawn from their priors.
fn prior(target: &Target) -> Vec<Vec<f64>> {
    let stream = Stream::new(0);
    let draw = |at: u64| {
        let address = stream.at(PRIOR, 0, at);
        let shared: Vec<(&String, f64)> = (0u32..)
            .zip(&target.priors.shared)
            .map(|(place, (name, (prior, _)))| (name, prior.draw(&address, place)))
            .collect();
        let value = |wanted: &String| {
            shared
                .iter()
                .find(|(name, _)| *name == wanted)
                .map(|(_, value)| *value)
        };
        let thetas = Theta::ALL.iter().map(|theta| {
            let at = 100 + *theta as u32;
            match target.priors.of(*theta) {
                Placed::Alone(prior) => prior.draw(&address, at),
                Placed::Pooled { by, around } => {
                    let centre = around.as_ref().and_then(value).unwrap_or(0.0);
                    centre + value(by).unwrap_or(1.0) * address.normal(at)
                }
            }
        });
        thetas.chain(shared.iter().map(|(_, value)| *value)).collect()
    };
    (0..PRIOR_DRAWS).map(draw).collect()
}
