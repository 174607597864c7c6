//! Parametric bootstrap of the random-effects mean: studies as the model would have them, fitted again.
//!
//! Every draw is an address (seed, replicate, study), so a replicate is the same whoever computes it and however many
//! there are.

use euthymia_stats::quantile::type7;
use euthymia_stats::random::{Purpose, Stream};

use crate::MetaError;
use crate::pool::{Method, mean};

/// What the draws are for.
const EFFECTS: Purpose = Purpose(40);

/// What is drawn and fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    /// Mean of the model that the studies are drawn from.
    pub mu: f64,
    /// Its variance between studies.
    pub tau2: f64,
    /// Estimator of the refits.
    pub method: Method,
    /// How many.
    pub replicates: u32,
    /// Seed of the draws.
    pub seed: u64,
}

/// One refit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replicate {
    /// The mean.
    pub mu: f64,
    /// Its variance as the refit estimates it.
    pub variance: f64,
    /// Variance between studies.
    pub tau2: f64,
    /// Cochran's Q.
    pub q: f64,
}

/// Draws `y_i ~ N(mu, vi + tau2)` and fits, `replicates` times. Nothing is allocated but the answer.
///
/// # Errors
/// A method without a short way, no study, or a refit that does not converge: says which.
pub fn bootstrap(vi: &[f64], options: &Bootstrap) -> Result<Vec<Replicate>, MetaError> {
    let stream = Stream::new(options.seed);
    let spread: Vec<f64> = vi.iter().map(|v| (v + options.tau2).sqrt()).collect();
    let mut yi = vec![0.0; vi.len()];
    (0..options.replicates)
        .map(|replicate| {
            let draws = stream.at(EFFECTS, replicate, 0);
            for (study, (y, spread)) in yi.iter_mut().zip(&spread).enumerate() {
                *y = options.mu + spread * draws.normal(study as u32);
            }
            let found = mean(&yi, vi, options.method, None).ok_or_else(|| MetaError::NotConverged {
                what: "a refit of the bootstrap",
                reason: format!("{} of replicate {replicate}", options.method.name()),
            })?;
            Ok(Replicate {
                mu: found.mu,
                variance: found.variance,
                tau2: found.tau2,
                q: found.q,
            })
        })
        .collect()
}

/// Bounds between which the middle `level` of a value of the replicates lies.
#[must_use]
pub fn percentiles(replicates: &[Replicate], level: f64, value: impl Fn(&Replicate) -> f64) -> (f64, f64) {
    let mut sorted: Vec<f64> = replicates.iter().map(value).collect();
    sorted.sort_by(f64::total_cmp);
    let outside = 0.5 * (1.0 - level);
    (type7(&sorted, outside), type7(&sorted, 1.0 - outside))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VI: [f64; 13] = [
        0.3256, 0.1946, 0.4154, 0.0200, 0.0512, 0.0069, 0.2230, 0.0040, 0.0564, 0.0730, 0.0124, 0.5325,
        0.0714,
    ];

    fn options(replicates: u32) -> Bootstrap {
        Bootstrap {
            mu: -0.71,
            tau2: 0.31,
            method: Method::Restricted,
            replicates,
            seed: 11,
        }
    }

    #[test]
    fn fewer_replicates_are_the_first_of_more() {
        let (few, many) = (
            bootstrap(&VI, &options(20)).unwrap(),
            bootstrap(&VI, &options(60)).unwrap(),
        );
        assert_eq!(few[..], many[..20]);
        let other = bootstrap(
            &VI,
            &Bootstrap {
                seed: 12,
                ..options(20)
            },
        )
        .unwrap();
        assert_ne!(few, other);
    }

    /// The mean is unbiased, and Q at the true tau2 has its expectation: within 5 standard errors.
    #[test]
    fn has_the_moments_of_the_model() {
        let replicates = bootstrap(&VI, &options(4000)).unwrap();
        let n = replicates.len() as f64;
        let mean = replicates.iter().map(|r| r.mu).sum::<f64>() / n;
        let spread = replicates
            .iter()
            .map(|r| (r.mu - mean) * (r.mu - mean))
            .sum::<f64>()
            / n;
        assert!((mean + 0.71).abs() < 5.0 * (spread / n).sqrt(), "{mean}");
        // E Q = k - 1 + tau2 (sum w - sum w^2 / sum w) with w = 1/v.
        let (w1, w2) = VI
            .iter()
            .fold((0.0, 0.0), |(a, b), v| (a + 1.0 / v, b + 1.0 / (v * v)));
        let expected = 12.0 + 0.31 * (w1 - w2 / w1);
        let q = replicates.iter().map(|r| r.q).sum::<f64>() / n;
        let variance = replicates.iter().map(|r| (r.q - q) * (r.q - q)).sum::<f64>() / n;
        assert!(
            (q - expected).abs() < 5.0 * (variance / n).sqrt(),
            "{q} {expected}"
        );
        let (low, high) = percentiles(&replicates, 0.9, |r| r.mu);
        assert!(low < mean && mean < high);
    }
}
