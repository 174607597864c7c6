//! The axis of tau, and what the model says given tau.

use euthymia_vecmath::scalar::ln;

use super::MeanPrior;

/// Pieces that the axis of tau is cut into.
pub(super) const PIECES: usize = 60;
/// Nodes in each.
pub(super) const NODES: usize = 12;

/// `tau = scale x / (1 - x)` with `x = u^2 (3 - 2 u)`: smooth at both ends whatever the powers of tau there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    pub(super) scale: f64,
}

impl Axis {
    /// tau and dtau/du.
    pub(super) fn at(self, u: f64) -> (f64, f64) {
        let x = u * u * (3.0 - 2.0 * u);
        // 1 - x, without cancellation.
        let rest = (1.0 - u) * (1.0 - u) * (1.0 + 2.0 * u);
        (
            self.scale * x / rest,
            self.scale * 6.0 * u * (1.0 - u) / (rest * rest),
        )
    }
}

/// Mean and variance of the mean given tau, and the marginal log-likelihood of tau.
pub(super) fn given_tau(yi: &[f64], vi: &[f64], prior: MeanPrior, tau: f64) -> (f64, f64, f64) {
    let tau2 = tau * tau;
    let (mut precision, mut sum, mut logs, mut count) = (0.0, 0.0, 0.0, 0.0);
    if let MeanPrior::Normal { mean, sd } = prior {
        precision += 1.0 / (sd * sd);
        sum += mean / (sd * sd);
        logs += 2.0 * ln(sd);
        count += 1.0;
    }
    for (y, v) in yi.iter().zip(vi) {
        let w = 1.0 / (v + tau2);
        precision += w;
        sum += w * y;
        logs -= ln(w);
        count += 1.0;
    }
    let centre = sum / precision;
    let mut squares: f64 = yi
        .iter()
        .zip(vi)
        .map(|(y, v)| (y - centre) * (y - centre) / (v + tau2))
        .sum();
    if let MeanPrior::Normal { mean, sd } = prior {
        squares += (mean - centre) * (mean - centre) / (sd * sd);
    }
    let ln_two_pi = ln(core::f64::consts::TAU);
    let value = -0.5 * ((count - 1.0) * ln_two_pi + logs + squares + ln(precision));
    (centre, 1.0 / precision, value)
}
