//! Which treatment is better than the others: P-scores, and probabilities of ranks by simulation.

use euthymia_stats::normal;
use euthymia_stats::random::{Purpose, Stream};
use nalgebra::DMatrix;

use super::model::Model;
use crate::MetaError;

/// Draws of effects for ranks.
const RANKS: Purpose = Purpose(43);

/// P-scores: how sure it is, on average over the others, that a treatment is better (Rücker and Schwarzer 2015,
/// doi:10.1186/s12874-015-0060-8). `small_is_good` says in which direction that is.
#[must_use]
pub fn p_scores(model: &Model, small_is_good: bool) -> Vec<f64> {
    let n = model.potentials.len();
    (0..n)
        .map(|a| {
            let better = (0..n).filter(|b| *b != a).map(|b| {
                let z = model.effect(a, b) / model.variance(a, b).sqrt();
                normal::cdf(if small_is_good { -z } else { z })
            });
            better.sum::<f64>() / (n - 1) as f64
        })
        .collect()
}

/// Ranks by simulation.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranks {
    /// Probability of each rank (columns, the best first) of each treatment (rows).
    pub probabilities: DMatrix<f64>,
    /// Surface under the cumulative ranking curve (Salanti, Ades and Ioannidis 2011, doi:10.1016/j.jclinepi.2010.03.016).
    pub sucra: Vec<f64>,
    /// Mean rank.
    pub mean: Vec<f64>,
    /// Rank that is reached with a probability of at least one half.
    pub median: Vec<usize>,
}

/// Draws the effects of all treatments together `draws` times and ranks them. Draw 731 is the same whatever their number.
///
/// # Errors
/// No draws, or a covariance that is none.
pub fn ranks(model: &Model, small_is_good: bool, seed: u64, draws: u32) -> Result<Ranks, MetaError> {
    if draws == 0 {
        return Err(MetaError::field("draws", "expected one at least"));
    }
    let n = model.potentials.len();
    // Effects against the first treatment have a covariance of full rank.
    let c = &model.covariance;
    let basic = DMatrix::from_fn(n - 1, n - 1, |i, j| {
        c[(i + 1, j + 1)] - c[(i + 1, 0)] - c[(0, j + 1)] + c[(0, 0)]
    });
    let factor = basic
        .cholesky()
        .ok_or_else(|| {
            MetaError::NoAnswer("the covariances of the effects are not positive definite".to_owned())
        })?
        .unpack();
    let stream = Stream::new(seed);
    let mut counts = DMatrix::from_element(n, n, 0_u32);
    let mut normals = vec![0.0; n - 1];
    let mut effects = vec![0.0; n];
    let mut order: Vec<usize> = (0..n).collect();
    for draw in 0..draws {
        let address = stream.at(RANKS, 0, u64::from(draw));
        for (at, normal) in normals.iter_mut().enumerate() {
            *normal = address.normal(at as u32);
        }
        for i in 1..n {
            let noise: f64 = (0..i).map(|j| factor[(i - 1, j)] * normals[j]).sum();
            effects[i] = model.effect(i, 0) + noise;
        }
        order.sort_unstable_by(|a, b| {
            let ascending = effects[*a].total_cmp(&effects[*b]);
            let better = if small_is_good {
                ascending
            } else {
                ascending.reverse()
            };
            better.then(a.cmp(b))
        });
        for (rank, treatment) in order.iter().enumerate() {
            counts[(*treatment, rank)] += 1;
        }
    }
    let probabilities = counts.map(|count| f64::from(count) / f64::from(draws));
    let counts = &counts;
    let row = |t: usize| (0..n).map(move |rank| (rank, counts[(t, rank)]));
    let mean: Vec<f64> = (0..n)
        .map(|t| {
            row(t)
                .map(|(rank, count)| (rank + 1) as f64 * f64::from(count))
                .sum::<f64>()
                / f64::from(draws)
        })
        .collect();
    let median = (0..n)
        .map(|t| {
            let mut sum = 0;
            let reached = row(t).find(|(_, count)| {
                sum += count;
                2 * u64::from(sum) >= u64::from(draws)
            });
            reached.map_or(n, |(rank, _)| rank + 1)
        })
        .collect();
    Ok(Ranks {
        probabilities,
        // The mean of the cumulative probabilities is what the mean rank leaves of the worst.
        sucra: mean
            .iter()
            .map(|mean| (n as f64 - mean) / (n - 1) as f64)
            .collect(),
        mean,
        median,
    })
}
