//! Two groups with an intercept for each study, fixed or random.

use euthymia_stats::{hermite::gauss_hermite, optimize};
use euthymia_vecmath::scalar::ln;
use nalgebra::{DMatrix, DVector};

use super::fit::{Found, departure};
use super::linear;
use super::optimum::{Optimum, maximise, peak};
use super::study::{Likelihood, Part, marginal, mode};
use super::{Count, Method, Options, Studies};
use crate::MetaError;

/// The effect of a study: what its moderators make of the coefficients.
fn effect(x: &DMatrix<f64>, i: usize, beta: &[f64]) -> f64 {
    (0..beta.len()).map(|j| x[(i, j)] * beta[j]).sum()
}

/// All counts, the groups of a study one after the other.
fn both(studies: &Studies) -> Vec<Count> {
    let pairs = studies.first.iter().zip(&studies.second);
    pairs.flat_map(|(first, second)| [*first, *second]).collect()
}

/// The two counts of a study: the effect is halved between the groups, so that its variance is the same in both.
fn parts(studies: &Studies, i: usize, intercept: f64, effect: f64, tau: f64, sigma: f64) -> [Part; 2] {
    let effects = |half: f64| {
        if sigma == 0.0 {
            [half * tau, 0.0]
        } else {
            [sigma, half * tau]
        }
    };
    [
        Part {
            count: studies.first[i],
            eta: intercept + effect,
            effects: effects(0.5),
        },
        Part {
            count: studies.second[i],
            eta: intercept,
            effects: effects(-0.5),
        },
    ]
}

/// Fixed intercepts.
pub(super) fn fixed(studies: &Studies, x: &DMatrix<f64>, options: &Options) -> Result<Found, MetaError> {
    let (k, p, family) = (studies.rows.len(), x.ncols(), studies.family);
    let counts = both(studies);
    let mut columns = DMatrix::zeros(2 * k, p + k);
    for i in 0..k {
        for j in 0..p {
            columns[(2 * i, j)] = x[(i, j)];
        }
        columns[(2 * i, p + i)] = 1.0;
        columns[(2 * i + 1, p + i)] = 1.0;
    }
    let equal = linear::fit(family, &counts, &columns)?;
    let ll_saturated = linear::saturated(family, &counts);
    let mut found = Found {
        k,
        beta: equal.beta.as_slice()[..p].to_vec(),
        vcov: equal.vcov.view((0, 0), (p, p)).into_owned(),
        tau2: 0.0,
        sigma2: None,
        ll: equal.ll,
        ll_equal: equal.ll,
        ll_saturated,
        wald: wald_of_differences(studies, x),
    };
    if options.method == Method::EqualEffects {
        return Ok(found);
    }
    let rule = gauss_hermite(options.points.max(1));
    // Each intercept concerns its study alone: it is found within, and remembered as the next start.
    let mut intercepts: Vec<f64> = equal.beta.as_slice()[p..].to_vec();
    let best = maximise(1, &found.beta, |scales, beta| {
        (0..k)
            .map(|i| {
                let value = |intercept: f64| {
                    let parts = parts(studies, i, intercept, effect(x, i, beta), scales[0], 0.0);
                    marginal(family, &parts, &rule)
                };
                let (at, value) = peak(intercepts[i], value);
                if at.is_finite() {
                    intercepts[i] = at;
                }
                value
            })
            .sum()
    })?;
    let tau = best.scales[0];
    let deviance: f64 = (0..k)
        .map(|i| {
            let whole = |intercept: f64| parts(studies, i, intercept, effect(x, i, &best.rest), tau, 0.0);
            let (at, _) = peak(intercepts[i], |intercept| {
                marginal(family, &whole(intercept), &rule)
            });
            let parts = whole(at);
            let u = mode(family, &parts).u[0];
            parts
                .iter()
                .map(|part| {
                    family.saturated(&part.count) - family.kernel(&part.count, part.eta + part.effects[0] * u)
                })
                .sum::<f64>()
        })
        .sum();
    found.tau2 = tau * tau;
    found.beta = best.rest;
    found.vcov = best.vcov;
    found.ll = ll_saturated - deviance;
    Ok(found)
}

/// Each study's own difference, where both groups have one, by the weights of both.
fn wald_of_differences(studies: &Studies, x: &DMatrix<f64>) -> f64 {
    let family = studies.family;
    let kept: Vec<usize> = (0..studies.rows.len())
        .filter(|i| !family.is_extreme(&studies.first[*i]) && !family.is_extreme(&studies.second[*i]))
        .collect();
    let own = |count: &Count| match family {
        Likelihood::Binomial => ln(count.events / (count.trials - count.events)),
        Likelihood::Poisson => ln(count.events) - count.offset,
    };
    let (theta, weights): (Vec<f64>, Vec<f64>) = kept
        .iter()
        .map(|i| {
            let (first, second) = (&studies.first[*i], &studies.second[*i]);
            let spread = |count: &Count| 1.0 / family.slopes(count, own(count)).1;
            (own(first) - own(second), 1.0 / (spread(first) + spread(second)))
        })
        .unzip();
    let precision = DMatrix::from_diagonal(&DVector::from_vec(weights));
    departure(&theta, &precision, &x.select_rows(kept.iter()))
}

/// Random intercepts.
pub(super) fn random(studies: &Studies, x: &DMatrix<f64>, options: &Options) -> Result<Found, MetaError> {
    let (k, family) = (studies.rows.len(), studies.family);
    // With a second random effect there is only Laplace's approximation, and the models that are compared share it.
    let points = if options.method == Method::MaximumLikelihood {
        1
    } else {
        options.points.max(1)
    };
    let rule = gauss_hermite(points);
    let counts = both(studies);
    let mut start = vec![0.0; x.ncols() + 1];
    let all: f64 = studies.second.iter().map(|count| count.events).sum();
    let base = match family {
        Likelihood::Binomial => {
            let n: f64 = studies.second.iter().map(|count| count.trials).sum();
            (all + 0.5) / (n - all + 0.5)
        }
        Likelihood::Poisson => {
            let t: f64 = studies
                .second
                .iter()
                .map(|count| euthymia_vecmath::scalar::exp(count.offset))
                .sum();
            (all + 0.5) / t
        }
    };
    start[0] = ln(base);
    let equal = maximise(1, &start, |scales, rest| {
        (0..k)
            .map(|i| {
                let parts = parts(studies, i, rest[0], effect(x, i, &rest[1..]), 0.0, scales[0]);
                marginal(family, &parts, &rule)
            })
            .sum()
    })?;
    let (saturated, wald) = with_own_effects(studies, x, &equal, &rule)?;
    // lme4's log-likelihood is the whole one for Laplace's approximation, else relative to the saturated model.
    let shift = if points == 1 {
        counts.iter().map(|count| family.constant(count)).sum::<f64>()
    } else {
        -counts.iter().map(|count| family.saturated(count)).sum::<f64>()
    };
    let of = |best: &Optimum, tau2: f64, sigma: f64| Found {
        k,
        beta: best.rest[1..].to_vec(),
        vcov: best.vcov.view((1, 1), (x.ncols(), x.ncols())).into_owned(),
        tau2,
        sigma2: Some(sigma * sigma),
        ll: best.ll + shift,
        ll_equal: equal.ll + shift,
        ll_saturated: saturated + shift,
        wald,
    };
    if options.method == Method::EqualEffects {
        return Ok(of(&equal, 0.0, equal.scales[0]));
    }
    let best = maximise(2, &equal.rest, |scales, rest| {
        (0..k)
            .map(|i| {
                let effect = effect(x, i, &rest[1..]);
                let parts = parts(studies, i, rest[0], effect, scales[1], scales[0]);
                marginal(family, &parts, &rule)
            })
            .sum()
    })?;
    Ok(of(&best, best.scales[1] * best.scales[1], best.scales[0]))
}

/// The model with random intercepts and an effect of its own for each study: its log-likelihood, and Wald's test that the
/// moderators make these effects.
fn with_own_effects(
    studies: &Studies,
    x: &DMatrix<f64>,
    equal: &Optimum,
    rule: &[(f64, f64)],
) -> Result<(f64, f64), MetaError> {
    let (k, family) = (studies.rows.len(), studies.family);
    let finite: Vec<bool> = studies
        .first
        .iter()
        .map(|count| !family.is_extreme(count))
        .collect();
    // Where the first group's events are extreme, the effect is infinite and its share of the likelihood what it is at best.
    let value = |i: usize, sigma: f64, intercept: f64, effect: f64| {
        let parts = parts(studies, i, intercept, effect, 0.0, sigma);
        if finite[i] {
            marginal(family, &parts, rule)
        } else {
            marginal(family, &parts[1..], rule) + family.saturated(&studies.first[i])
        }
    };
    let mut own: Vec<f64> = (0..k).map(|i| effect(x, i, &equal.rest[1..])).collect();
    let best = maximise(1, &equal.rest[..1], |scales, rest| {
        (0..k)
            .map(|i| {
                if !finite[i] {
                    return value(i, scales[0], rest[0], 0.0);
                }
                let (at, best) = peak(own[i], |effect| value(i, scales[0], rest[0], effect));
                if at.is_finite() {
                    own[i] = at;
                }
                best
            })
            .sum()
    })?;
    let (sigma, intercept) = (best.scales[0], best.rest[0]);
    for i in (0..k).filter(|i| finite[*i]) {
        own[i] = peak(own[i], |effect| value(i, sigma, intercept, effect)).0;
    }
    let kept: Vec<usize> = (0..k).filter(|i| finite[*i]).collect();
    let theta: Vec<f64> = kept.iter().map(|i| own[*i]).collect();
    let precision = observed(sigma, intercept, &own, &finite, value);
    let precision = precision.ok_or_else(|| MetaError::NotConverged {
        what: "the model with an effect for each study",
        reason: "its likelihood is flat".to_owned(),
    })?;
    Ok((
        best.ll,
        departure(&theta, &precision, &x.select_rows(kept.iter())),
    ))
}

/// The inverse covariance matrix of the finite own effects by the observed information of these, the intercept and its
/// standard deviation, from which the last two are taken out.
fn observed(
    sigma: f64,
    intercept: f64,
    own: &[f64],
    finite: &[bool],
    value: impl Fn(usize, f64, f64, f64) -> f64,
) -> Option<DMatrix<f64>> {
    let kept = finite.iter().filter(|finite| **finite).count();
    let mut shared = DMatrix::zeros(2, 2);
    let mut cross = DMatrix::zeros(2, kept);
    let mut precision = DMatrix::zeros(kept, kept);
    let mut place = 0;
    for i in 0..own.len() {
        let at = [sigma, intercept, own[i]];
        let n = if finite[i] { 3 } else { 2 };
        let h = optimize::hessian(&at[..n], |at| {
            -value(i, at[0], at[1], at.get(2).copied().unwrap_or(0.0))
        });
        for a in 0..2 {
            for b in 0..2 {
                shared[(a, b)] += h[a * n + b];
            }
            if finite[i] {
                cross[(a, place)] = h[a * 3 + 2];
            }
        }
        if finite[i] {
            precision[(place, place)] = h[8];
            place += 1;
        }
    }
    if sigma == 0.0 {
        // On the border the standard deviation says nothing about the others.
        shared[(0, 0)] = 1.0;
        shared[(0, 1)] = 0.0;
        shared[(1, 0)] = 0.0;
        cross.row_mut(0).fill(0.0);
    }
    let inverse = crate::linear::inverse_spd(&shared)?;
    Some(precision - cross.transpose() * inverse * &cross)
}
