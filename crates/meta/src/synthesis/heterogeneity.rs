//! How much studies differ, with intervals.

use super::{Heterogeneity, Pooled};
use crate::diagnostics::{IntervalMethod, variance_interval};
use crate::pool::{Data, Fit};

/// Of a fit, with the Q-profile interval of tau2 and what follows from it for I2 and H2; warns where there is none.
pub(super) fn of(fit: &Fit, data: &Data, warnings: &mut Vec<String>) -> Heterogeneity {
    let random = fit.options.method.is_random();
    let interval = if random && fit.options.tau2.is_none() && fit.k > fit.p {
        match variance_interval(data, fit, IntervalMethod::QProfile, fit.options.level) {
            Ok(found) => {
                if found.empty {
                    warnings.push(
                        "the studies differ by less than chance lets them: no tau2 agrees with them, and the bounds of \
                         its interval are 0"
                            .to_owned(),
                    );
                }
                Some((found.lower.max(0.0), found.upper.max(0.0)))
            }
            Err(error) => {
                warnings.push(format!("tau2 has no interval: {error}"));
                None
            }
        }
    } else {
        None
    };
    let i2 = |tau2: f64| {
        if tau2.is_finite() {
            100.0 * tau2 / (tau2 + fit.vt)
        } else {
            100.0
        }
    };
    let h2 = |tau2: f64| tau2 / fit.vt + 1.0;
    Heterogeneity {
        q: fit.qe,
        q_df: (fit.k - fit.p) as f64,
        q_p: fit.qe_p,
        tau2: random.then_some(fit.tau2),
        tau2_interval: interval,
        i2: fit.i2,
        i2_interval: interval.map(|(lower, upper)| (i2(lower), i2(upper))),
        h2: fit.h2,
        h2_interval: interval.map(|(lower, upper)| (h2(lower), h2(upper))),
    }
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
