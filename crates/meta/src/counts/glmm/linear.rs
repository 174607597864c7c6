//! Generalised linear models without random effects, by iteratively reweighted least squares.

use euthymia_vecmath::scalar::ln;
use nalgebra::{DMatrix, DVector};

use super::Count;
use super::study::Likelihood;
use crate::MetaError;
use crate::linear::weighted;

/// A fitted generalised linear model.
#[derive(Clone, Debug)]
pub(crate) struct Linear {
    pub(crate) beta: DVector<f64>,
    pub(crate) vcov: DMatrix<f64>,
    /// With all constants.
    pub(crate) ll: f64,
}

/// Fits `counts` on the columns of `x`, to the accuracy and with the covariance matrix of R's `glm`: a relative change of
/// the deviance below 1e-8 ends it, and the weights are those of the last step.
pub(crate) fn fit(family: Likelihood, counts: &[Count], x: &DMatrix<f64>) -> Result<Linear, MetaError> {
    let mut eta: Vec<f64> = counts
        .iter()
        .map(|count| {
            let start = match family {
                Likelihood::Binomial => ln((count.events + 0.5) / (count.trials - count.events + 0.5)),
                Likelihood::Poisson => ln(count.events + 0.1),
            };
            start - count.offset
        })
        .collect();
    let kernel = |eta: &[f64]| -> f64 {
        let pairs = counts.iter().zip(eta);
        pairs.map(|(count, eta)| family.kernel(count, *eta)).sum()
    };
    let best: f64 = counts.iter().map(|count| family.saturated(count)).sum();
    let mut before = 2.0 * (best - kernel(&eta));
    for _ in 0..100 {
        let (z, w): (Vec<f64>, Vec<f64>) = counts
            .iter()
            .zip(&eta)
            .map(|(count, eta)| {
                let (slope, weight) = family.slopes(count, *eta);
                (eta + slope / weight, weight)
            })
            .unzip();
        let Some(step) = weighted(x, &z, &w) else {
            return Err(not_converged("the weights of the studies became singular"));
        };
        eta = (0..counts.len()).map(|i| (x.row(i) * &step.beta)[0]).collect();
        let after = 2.0 * (best - kernel(&eta));
        if !after.is_finite() {
            return Err(not_converged("the deviance became infinite"));
        }
        if (after - before).abs() / (after.abs() + 0.1) < 1e-8 {
            if counts
                .iter()
                .zip(&eta)
                .any(|(count, eta)| at_the_border(family, count, *eta))
            {
                return Err(not_converged(INFINITE));
            }
            let constants: f64 = counts.iter().map(|count| family.constant(count)).sum();
            return Ok(Linear {
                beta: step.beta,
                vcov: step.unscaled,
                ll: constants + kernel(&eta),
            });
        }
        before = after;
    }
    Err(not_converged(INFINITE))
}

const INFINITE: &str = "a coefficient is infinite, as where no study of a kind has events";

/// Whether a fitted risk is 0 or 1, or a fitted number of events 0: the likelihood grows without end towards it.
fn at_the_border(family: Likelihood, count: &Count, eta: f64) -> bool {
    let (slope, weight) = family.slopes(count, eta);
    let expected = count.events - slope;
    match family {
        Likelihood::Binomial => weight < 1e-8 * count.trials,
        Likelihood::Poisson => expected < 1e-8,
    }
}

fn not_converged(reason: &str) -> MetaError {
    MetaError::NotConverged {
        what: "the model of the counts",
        reason: reason.to_owned(),
    }
}

/// A log-likelihood of all counts with a parameter of its own for each.
pub(crate) fn saturated(family: Likelihood, counts: &[Count]) -> f64 {
    counts
        .iter()
        .map(|count| family.saturated(count) + family.constant(count))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mean_is_the_share_of_all() {
        let counts = [(3.0, 20.0), (9.0, 30.0), (0.0, 5.0)].map(|(events, trials)| Count {
            events,
            trials,
            offset: 0.0,
        });
        let x = DMatrix::from_element(3, 1, 1.0);
        let fit = fit(Likelihood::Binomial, &counts, &x).unwrap();
        assert!((fit.beta[0] - ln(12.0 / 43.0)).abs() < 1e-9);
        assert!((fit.vcov[(0, 0)] - (1.0 / 12.0 + 1.0 / 43.0)).abs() < 1e-6);
        assert!(fit.ll < saturated(Likelihood::Binomial, &counts));
    }
}
