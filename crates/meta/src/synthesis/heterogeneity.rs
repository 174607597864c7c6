//! How much studies differ, with intervals.

use super::{Heterogeneity, Pooled};
use crate::pool::{Data, Fit};
use crate::{MetaError, linear};
use euthymia_stats::{gamma, optimize};

/// Of a fit, with the Q-profile interval of tau2 (Viechtbauer 2007, doi:10.1002/sim.2514).
pub(super) fn of(fit: &Fit, data: &Data) -> Result<Heterogeneity, MetaError> {
    let random = fit.options.method.is_random();
    let df = (fit.k - fit.p) as f64;
    let interval = if random && df > 0.0 {
        profile(data, df, fit.options.level)
    } else {
        None
    };
    let i2 = |tau2: f64| 100.0 * tau2 / (tau2 + fit.vt);
    let h2 = |tau2: f64| tau2 / fit.vt + 1.0;
    Ok(Heterogeneity {
        q: fit.qe,
        q_df: df,
        q_p: fit.qe_p,
        tau2: random.then_some(fit.tau2),
        tau2_interval: interval,
        i2: fit.i2,
        i2_interval: interval.map(|(lower, upper)| (i2(lower), i2(upper))),
        h2: fit.h2,
        h2_interval: interval.map(|(lower, upper)| (h2(lower), h2(upper))),
    })
}

/// Of a model that gives no more than these.
pub(super) fn of_pooled(pooled: &Pooled) -> Option<Heterogeneity> {
    Some(Heterogeneity {
        q: pooled.q?,
        q_df: pooled.q_df,
        q_p: pooled.q_p?,
        tau2: pooled.tau2,
        tau2_interval: None,
        i2: pooled.i2?,
        i2_interval: None,
        h2: pooled.h2?,
        h2_interval: None,
    })
}

/// The values of tau2 at which the generalised Q is at its quantiles; 0 where it never reaches them.
fn profile(data: &Data, df: f64, level: f64) -> Option<(f64, f64)> {
    let tail = (1.0 - level) / 2.0;
    let (low, high) = (
        gamma::chi_square_quantile(df, tail),
        gamma::chi_square_quantile(df, 1.0 - tail),
    );
    Some((bound(data, high)?, bound(data, low)?))
}

fn bound(data: &Data, wanted: f64) -> Option<f64> {
    let q = |tau2: f64| {
        let w: Vec<f64> = data.vi.iter().map(|v| 1.0 / (v + tau2)).collect();
        linear::weighted(&data.x, &data.yi, &w).map_or(f64::NAN, |fit| fit.rss)
    };
    if q(0.0) <= wanted {
        return Some(0.0);
    }
    let mut high = data.vi.iter().fold(0.0_f64, |high, v| high.max(*v));
    for _ in 0..200 {
        if q(high) < wanted {
            return optimize::root(0.0, high, 0.0, |tau2| q(tau2) - wanted);
        }
        high *= 2.0;
    }
    None
}
