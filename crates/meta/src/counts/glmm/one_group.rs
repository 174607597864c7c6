//! One count for each study: log odds, log rates, and the approximate conditional model of two groups.

use euthymia_stats::hermite::gauss_hermite;
use nalgebra::DMatrix;

use super::fit::{Found, departure};
use super::linear;
use super::optimum::maximise;
use super::study::{Likelihood, Part, marginal, mode};
use super::{Count, Method, Options};
use crate::MetaError;

pub(super) fn fit(
    family: Likelihood,
    counts: &[Count],
    x: &DMatrix<f64>,
    options: &Options,
) -> Result<Found, MetaError> {
    let equal = linear::fit(family, counts, x)?;
    let ll_saturated = linear::saturated(family, counts);
    let mut found = Found {
        k: counts.len(),
        beta: equal.beta.as_slice().to_vec(),
        vcov: equal.vcov,
        tau2: 0.0,
        sigma2: None,
        ll: equal.ll,
        ll_equal: equal.ll,
        ll_saturated,
        wald: wald(family, counts, x),
    };
    if options.method == Method::EqualEffects {
        return Ok(found);
    }
    let rule = gauss_hermite(options.points.max(1));
    let part = |i: usize, scale: f64, beta: &[f64]| Part {
        count: counts[i],
        eta: (0..beta.len()).map(|j| x[(i, j)] * beta[j]).sum(),
        effects: [scale, 0.0],
    };
    let best = maximise(1, &found.beta, |scales, beta| {
        (0..counts.len())
            .map(|i| marginal(family, &[part(i, scales[0], beta)], &rule))
            .sum()
    })?;
    let deviance: f64 = (0..counts.len())
        .map(|i| {
            let part = part(i, best.scales[0], &best.rest);
            let u = mode(family, &[part]).u[0];
            family.saturated(&part.count) - family.kernel(&part.count, part.eta + best.scales[0] * u)
        })
        .sum();
    found.tau2 = best.scales[0] * best.scales[0];
    found.beta = best.rest;
    found.vcov = best.vcov;
    // Relative to the saturated model by the conditional deviance, as metafor makes lme4's fits comparable to `glm`'s.
    found.ll = ll_saturated - deviance;
    Ok(found)
}

/// Studies whose own effect would be infinite say nothing about it.
fn wald(family: Likelihood, counts: &[Count], x: &DMatrix<f64>) -> f64 {
    let kept: Vec<usize> = (0..counts.len())
        .filter(|i| !family.is_extreme(&counts[*i]))
        .collect();
    let own = |i: &usize| {
        let count = &counts[*i];
        let log = match family {
            Likelihood::Binomial => {
                euthymia_vecmath::scalar::ln(count.events / (count.trials - count.events))
            }
            Likelihood::Poisson => euthymia_vecmath::scalar::ln(count.events),
        };
        log - count.offset
    };
    let theta: Vec<f64> = kept.iter().map(own).collect();
    let information = kept
        .iter()
        .zip(&theta)
        .map(|(i, theta)| family.slopes(&counts[*i], *theta).1);
    let precision = DMatrix::from_diagonal(&nalgebra::DVector::from_iterator(kept.len(), information));
    departure(&theta, &precision, &x.select_rows(kept.iter()))
}
