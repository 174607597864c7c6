//! An interval about the equal-effects estimate that allows for heterogeneity and holds against small-study effects
//! (Henmi and Copas 2010, doi:10.1002/sim.4029).

use euthymia_stats::optimize::root;
use euthymia_stats::quadrature::integrate;
use euthymia_stats::{gamma, normal};

use super::{Data, Method, mean};
use crate::MetaError;

/// The estimate and its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HenmiCopas {
    /// Equal-effects estimate.
    pub beta: f64,
    /// Its standard error with heterogeneity.
    pub se: f64,
    /// Lower bound.
    pub ci_lb: f64,
    /// Upper bound.
    pub ci_ub: f64,
    /// DerSimonian and Laird's estimate.
    pub tau2: f64,
}

/// The interval with the coverage `level`, for studies without moderators.
///
/// # Errors
/// Moderators, one study, a variance that is not positive, or a quantile that is not found.
pub fn henmi_copas(data: &Data, level: f64) -> Result<HenmiCopas, MetaError> {
    let k = data.yi.len();
    if data.x.ncols() != 1 || data.x.iter().any(|x| *x != 1.0) {
        return Err(MetaError::field(
            "mods",
            "Henmi and Copas' interval is for models without moderators",
        ));
    }
    if k < 2 {
        return Err(MetaError::TooFew {
            what: "Henmi and Copas' interval",
            needed: 2,
            found: k,
        });
    }
    let free = k as f64 - 1.0;
    let power = |n: i32| data.vi.iter().map(|v| (1.0 / v).powi(n)).sum::<f64>();
    let w1 = power(1);
    let (w2, w3, w4) = (power(2) / w1, power(3) / w1, power(4) / w1);
    let unknown = || MetaError::NoAnswer("a sampling variance is not positive".to_owned());
    let equal = mean(&data.yi, &data.vi, Method::EqualEffects, None).ok_or_else(unknown)?;
    let tau2 = mean(&data.yi, &data.vi, Method::DerSimonianLaird, None)
        .ok_or_else(unknown)?
        .tau2;

    // R, the standardised estimate, and Q are dependent; Q given R is taken for a gamma variate with its moments.
    let vr = 1.0 + tau2 * w2;
    let sdr = vr.sqrt();
    let spread = w3 - w2 * w2;
    let shape_and_scale = |r: f64| {
        let away = r * r / (vr * vr) - 1.0 / vr;
        let mean = free + tau2 * (w1 - w2) + tau2 * tau2 * away * spread;
        let variance = 2.0 * free
            + 4.0 * tau2 * (w1 - w2)
            + 2.0 * tau2.powi(2) * (w1 * w2 - 2.0 * w3 + w2 * w2)
            + 4.0 * tau2.powi(2) * away * spread
            + 4.0 * tau2.powi(3) * away * (w4 - 2.0 * w2 * w3 + w2.powi(3))
            + 2.0 * tau2.powi(4) * (1.0 / (vr * vr) - 2.0 * r * r / vr.powi(3)) * spread * spread;
        (mean * mean / variance, variance / mean)
    };
    let below = |q: f64, r: f64| {
        let (shape, scale) = shape_and_scale(sdr * r);
        gamma::cdf(shape, q.max(0.0) / scale)
    };
    let q_of = |f: f64| (w1 / w2 - 1.0) * (f * f - 1.0) + free;
    let outside = 0.5 * (1.0 - level);
    let excess = |x: f64| {
        if x <= 0.0 {
            // Any Q will do where the bound is 0.
            return 0.5 - outside;
        }
        let part = integrate(x, x.max(1.0) + 12.0, 1e-11, 1e-14, |r| {
            below(q_of(r / x), r) * normal::density(r)
        });
        part.value - outside
    };
    let mut high = 2.0;
    while excess(high) > 0.0 && high < 1e3 {
        high *= 2.0;
    }
    let t = root(0.0, high, 1e-12, excess).ok_or_else(|| MetaError::NotConverged {
        what: "Henmi and Copas' interval",
        reason: "its quantile was not found".to_owned(),
    })?;
    let se = (vr / w1).sqrt();
    let half = sdr * t * se;
    Ok(HenmiCopas {
        beta: equal.mu,
        se,
        ci_lb: equal.mu - half,
        ci_ub: equal.mu + half,
        tau2,
    })
}
