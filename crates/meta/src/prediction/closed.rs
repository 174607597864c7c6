//! Intervals in closed form: a quantile of t times `sqrt(tau2 + variance)`.

use euthymia_stats::student;

use super::PredictionInterval;
use crate::MetaError;
use crate::pool::{Method, mean};
use crate::review::KenwardRoger;

/// How the variance of the mean is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variance {
    /// `1 / sum w`.
    Approximate,
    /// Hartung and Knapp, never scaled down.
    HartungKnapp,
    /// Sidik and Jonkman, corrected for bias (2006, doi:10.1016/j.csda.2005.03.022).
    SidikJonkman,
    /// Kenward and Roger's, with the degrees of freedom that go with it (1997, doi:10.2307/2533558).
    KenwardRoger,
}

fn need(k: usize, needed: usize) -> Result<(), MetaError> {
    if k >= needed {
        return Ok(());
    }
    Err(MetaError::TooFew {
        what: "a prediction interval",
        needed,
        found: k,
    })
}

fn interval(mu: f64, tau2: f64, variance: f64, level: f64, pi_df: f64, ci_df: f64) -> PredictionInterval {
    let upper = 0.5 * (1.0 + level);
    let around = |df: f64, variance: f64| {
        let half = student::quantile(df, upper) * variance.sqrt();
        (mu - half, mu + half)
    };
    PredictionInterval {
        mu,
        pi: (pi_df > 0.0).then(|| around(pi_df, tau2 + variance)),
        ci: around(ci_df, variance),
        tau2,
        variance: Some(variance),
        pi_df,
        ci_df,
    }
}

fn not_converged(method: Method) -> MetaError {
    MetaError::NotConverged {
        what: method.name(),
        reason: "of a prediction interval".to_owned(),
    }
}

/// Higgins, Thompson and Spiegelhalter's interval (2009, doi:10.1111/j.1467-985X.2008.00552.x), with DerSimonian and
/// Laird's tau2 and t with k - 2 degrees of freedom.
///
/// # Errors
/// Fewer than two studies.
pub fn higgins_thompson_spiegelhalter(
    yi: &[f64],
    vi: &[f64],
    level: f64,
) -> Result<PredictionInterval, MetaError> {
    need(yi.len(), 2)?;
    let method = Method::DerSimonianLaird;
    let found = mean(yi, vi, method, None).ok_or_else(|| not_converged(method))?;
    let k = yi.len() as f64;
    Ok(interval(
        found.mu,
        found.tau2,
        found.variance,
        level,
        k - 2.0,
        k - 1.0,
    ))
}

/// REML by the fixed-point iteration from DerSimonian and Laird's estimate that ends when tau2 moves by less than
/// `tolerance (1 + tau2)`. Far from its root where it converges slowly: what programs report that stop early (pimeta: at
/// 1e-5); [`mean`] gives the root.
///
/// # Errors
/// The iteration does not end.
pub fn restricted_by_fixed_point(yi: &[f64], vi: &[f64], tolerance: f64) -> Result<f64, MetaError> {
    const MOST_STEPS: usize = 10_000;
    let method = Method::DerSimonianLaird;
    let mut tau2 = mean(yi, vi, method, None)
        .ok_or_else(|| not_converged(method))?
        .tau2;
    for _ in 0..MOST_STEPS {
        let at = mean(yi, vi, Method::Restricted, Some(tau2)).ok_or_else(|| not_converged(method))?;
        let (mut sum, mut squares) = (0.0, 0.0);
        for (y, v) in yi.iter().zip(vi) {
            let w = 1.0 / (v + tau2);
            sum += w * w * ((y - at.mu) * (y - at.mu) + at.variance - v);
            squares += w * w;
        }
        let next = sum / squares;
        if next <= 0.0 {
            return Ok(0.0);
        }
        if (next - tau2).abs() < tolerance * (1.0 + tau2) {
            return Ok(tau2);
        }
        tau2 = next;
    }
    Err(not_converged(Method::Restricted))
}

/// Partlett and Riley's intervals (2017, doi:10.1002/sim.7140): REML, with a choice of variances. tau2 is estimated
/// unless it is `known`.
///
/// # Errors
/// Fewer than two studies, or REML does not converge.
pub fn partlett_riley(
    yi: &[f64],
    vi: &[f64],
    known: Option<f64>,
    variance: Variance,
    level: f64,
) -> Result<PredictionInterval, MetaError> {
    need(yi.len(), 2)?;
    let method = Method::Restricted;
    let found = mean(yi, vi, method, known).ok_or_else(|| not_converged(method))?;
    let (mu, tau2) = (found.mu, found.tau2);
    let k = yi.len() as f64;
    let weight = |v: &f64| 1.0 / (v + tau2);
    let w1: f64 = vi.iter().map(weight).sum();
    let (mut pi_df, mut ci_df) = (k - 2.0, k - 1.0);
    let square = |y: &f64| (y - mu) * (y - mu);
    let variance = match variance {
        Variance::Approximate => 1.0 / w1,
        Variance::HartungKnapp => {
            let q: f64 = yi.iter().zip(vi).map(|(y, v)| weight(v) * square(y)).sum();
            f64::max(1.0, q / (k - 1.0)) / w1
        }
        Variance::SidikJonkman => {
            // The leverage of a residual; sum w^2 (v + tau2) is sum w.
            let sum: f64 = yi
                .iter()
                .zip(vi)
                .map(|(y, v)| {
                    let w = weight(v);
                    let leverage = 2.0 * w / w1 - w / w1;
                    w * w * square(y) / (1.0 - leverage)
                })
                .sum();
            sum / (w1 * w1)
        }
        Variance::KenwardRoger => {
            let weights: Vec<f64> = vi.iter().map(weight).collect();
            let found = KenwardRoger::new(&weights).ok_or_else(|| {
                MetaError::NoAnswer(
                    "the variance after Kenward and Roger does not exist for these studies".to_owned(),
                )
            })?;
            ci_df = found.df;
            pi_df = ci_df - 1.0;
            found.se * found.se
        }
    };
    Ok(interval(mu, tau2, variance, level, pi_df, ci_df))
}
