//! Estimates of a network by electrical analogy: comparisons are resistors, variances resistances, effects potential
//! differences (Rücker 2012, doi:10.1002/jrsm.1058).
//!
//! A study of three arms and more is replaced by independent comparisons between all its arms whose variances, joined,
//! give the ones that it reports; weights stay diagonal, whatever the number of arms.

use nalgebra::{DMatrix, DVector};

use super::graph::{Network, Study};
use crate::MetaError;

/// All estimates for one variance between studies.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The variance between studies that they are for.
    pub tau2: f64,
    /// Weight of each comparison, adjusted for the arms of its study.
    pub weights: Vec<f64>,
    /// Potentials of the treatments, with mean 0: differences are effects.
    pub potentials: Vec<f64>,
    /// Pseudo-inverse of the weighted Laplacian: variances of effects are resistances in it.
    pub covariance: DMatrix<f64>,
}

impl Model {
    /// Fits it.
    ///
    /// # Errors
    /// A study whose variances contradict each other.
    pub fn fit(network: &Network, tau2: f64) -> Result<Self, MetaError> {
        let n = network.n();
        let weights = weights(network, tau2)?;
        let mut laplacian: DMatrix<f64> = DMatrix::zeros(n, n);
        let mut flow = DVector::zeros(n);
        for (comparison, w) in network.comparisons.iter().zip(&weights) {
            let (a, b) = (comparison.a, comparison.b);
            laplacian[(a, a)] += w;
            laplacian[(b, b)] += w;
            laplacian[(a, b)] -= w;
            laplacian[(b, a)] -= w;
            flow[a] += w * comparison.te;
            flow[b] -= w * comparison.te;
        }
        // The direction that all treatments share has no weight; it gets one of the size that the others have, so that
        // nothing depends on the unit of the effects.
        let unit = laplacian.trace() / n as f64;
        laplacian.add_scalar_mut(unit / n as f64);
        let inverse = match laplacian.clone().cholesky() {
            Some(factor) => factor.inverse(),
            // Weights within a study can be below 0.
            None => laplacian
                .try_inverse()
                .ok_or_else(|| MetaError::NoAnswer("the weights of the network are singular".to_owned()))?,
        };
        let covariance = inverse.add_scalar(-1.0 / (unit * n as f64));
        let potentials = (&covariance * flow).as_slice().to_vec();
        if potentials.iter().any(|x| !x.is_finite()) {
            return Err(MetaError::NoAnswer(
                "the variances of the network are too different in size to be weighted".to_owned(),
            ));
        }
        Ok(Self {
            tau2,
            weights,
            potentials,
            covariance,
        })
    }

    /// Effect of `a` against `b`.
    #[must_use]
    pub fn effect(&self, a: usize, b: usize) -> f64 {
        self.potentials[a] - self.potentials[b]
    }

    /// Variance of the effect of `a` against `b`.
    #[must_use]
    pub fn variance(&self, a: usize, b: usize) -> f64 {
        if a == b {
            return 0.0;
        }
        let c = &self.covariance;
        c[(a, a)] + c[(b, b)] - 2.0 * c[(a, b)]
    }

    /// Effects of rows against columns.
    #[must_use]
    pub fn effects(&self) -> DMatrix<f64> {
        let n = self.potentials.len();
        DMatrix::from_fn(n, n, |a, b| self.effect(a, b))
    }

    /// Their standard errors.
    #[must_use]
    pub fn standard_errors(&self) -> DMatrix<f64> {
        let n = self.potentials.len();
        DMatrix::from_fn(n, n, |a, b| self.variance(a, b).sqrt())
    }

    /// What each comparison adds to Q: its weight times the square of its distance from the estimate.
    #[must_use]
    pub fn contributions(&self, network: &Network) -> Vec<f64> {
        let parts = network.comparisons.iter().zip(&self.weights);
        parts
            .map(|(comparison, w)| {
                let rest = comparison.te - self.effect(comparison.a, comparison.b);
                w * rest * rest
            })
            .collect()
    }

    /// Leverage of each comparison: the share of its own weight in its estimate.
    #[must_use]
    pub fn leverages(&self, network: &Network) -> Vec<f64> {
        let parts = network.comparisons.iter().zip(&self.weights);
        parts
            .map(|(comparison, w)| w * self.variance(comparison.a, comparison.b))
            .collect()
    }

    /// The variance between studies by the generalised method of DerSimonian and Laird from these weights (Jackson et
    /// al. 2012, doi:10.1002/sim.4172); `None` without degrees of freedom.
    ///
    /// # Errors
    /// Q does not grow with the variance between studies.
    pub fn moment_tau2(&self, network: &Network) -> Result<Option<f64>, MetaError> {
        let degrees = network.degrees();
        if degrees <= 0.0 {
            return Ok(None);
        }
        let q: f64 = self.contributions(network).iter().sum();
        let trace: f64 = network
            .studies
            .iter()
            .map(|study| self.trace(network, study))
            .sum();
        moments(q, degrees, trace).map(Some)
    }

    /// Part of a study in the expected growth of Q with the variance between studies.
    fn trace(&self, network: &Network, study: &Study) -> f64 {
        let mut trace = 0.0;
        for k in &study.comparisons {
            for l in &study.comparisons {
                let (one, two) = (&network.comparisons[*k], &network.comparisons[*l]);
                // Of two effects with a common arm, half of the variance is common.
                let common = 0.5
                    * (sign(one.a == two.a) - sign(one.a == two.b) - sign(one.b == two.a)
                        + sign(one.b == two.b));
                if common == 0.0 {
                    continue;
                }
                let c = &self.covariance;
                let joint = c[(one.a, two.a)] - c[(one.a, two.b)] - c[(one.b, two.a)] + c[(one.b, two.b)];
                let rest = sign(k == l) - joint * self.weights[*l];
                trace += rest * common * self.weights[*k];
            }
        }
        trace
    }
}

/// The variance between studies with which Q is as large as it is: `growth` is how much Q is expected to grow with it.
pub(super) fn moments(q: f64, degrees: f64, growth: f64) -> Result<f64, MetaError> {
    let tau2 = (q - degrees) / growth;
    if growth > 0.0 && tau2.is_finite() {
        Ok(tau2.max(0.0))
    } else {
        Err(MetaError::NoAnswer(
            "the variance between studies has no estimate by moments: Q does not grow with it; give `tau` or use REML"
                .to_owned(),
        ))
    }
}

fn sign(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

/// The weights of all comparisons when `tau2` is added to their variances.
pub(super) fn weights(network: &Network, tau2: f64) -> Result<Vec<f64>, MetaError> {
    let mut weights = vec![0.0; network.comparisons.len()];
    for study in &network.studies {
        if let [only] = study.comparisons.as_slice() {
            weights[*only] = 1.0 / (network.comparisons[*only].variance + tau2);
            continue;
        }
        let variances: Vec<f64> = study
            .comparisons
            .iter()
            .map(|at| network.comparisons[*at].variance + tau2)
            .collect();
        let adjusted = of_arms(study.treatments.len(), &variances).ok_or_else(|| {
            MetaError::NoAnswer(format!(
                "the variances of study `{}` cannot be those of {} arms",
                study.label,
                study.treatments.len()
            ))
        })?;
        for (at, w) in study.comparisons.iter().zip(adjusted) {
            weights[*at] = w;
        }
    }
    Ok(weights)
}

/// Weights of the comparisons of a study from the variances that it reports for all pairs of its arms.
fn of_arms(arms: usize, variances: &[f64]) -> Option<Vec<f64>> {
    let k = arms as f64;
    let mut resistance = DMatrix::zeros(arms, arms);
    let pairs = || (0..arms).flat_map(move |a| (a + 1..arms).map(move |b| (a, b)));
    for ((a, b), variance) in pairs().zip(variances) {
        resistance[(a, b)] = *variance;
        resistance[(b, a)] = *variance;
    }
    // The direction that all arms share gets the mean resistance: a unit that the variances themselves have.
    // Resistances centred twice are -2 times the pseudo-inverse of the Laplacian (Gutman and Xiao 2004).
    let means: Vec<f64> = (0..arms).map(|a| resistance.row(a).sum() / k).collect();
    let mean: f64 = means.iter().sum::<f64>() / k;
    let shifted = DMatrix::from_fn(arms, arms, |a, b| {
        -0.5 * (resistance[(a, b)] - means[a] - means[b] + mean) + mean / k
    });
    let laplacian = shifted.try_inverse()?;
    let mut weights: Vec<f64> = pairs()
        .map(|(a, b)| 1.0 / (mean * k) - laplacian[(a, b)])
        .collect();
    let size: f64 = weights.iter().map(|w| w.abs()).sum();
    for w in &mut weights {
        // Rounding of what a study reports; more than that stays.
        if *w < 0.0 && w.abs() < 1e-3 * size {
            *w = 0.0;
        }
    }
    weights.iter().all(|w| w.is_finite()).then_some(weights)
}
