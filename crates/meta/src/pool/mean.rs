//! The model without moderators, for those who fit it thousands of times: sums over the studies, nothing is allocated.
//!
//! The same estimates as [`super::fit`] to rounding, without what a person reads of a fit.

use euthymia_vecmath::scalar::ln;

use super::Method;
use super::search::{self, Score};

/// A pooled mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// The estimate.
    pub mu: f64,
    /// Its variance, not scaled.
    pub variance: f64,
    /// Variance between studies.
    pub tau2: f64,
    /// Cochran's Q.
    pub q: f64,
    /// The typical sampling variance.
    pub vt: f64,
}

/// Weighted sums of the studies at one tau2.
struct Sums {
    w1: f64,
    w2: f64,
    w3: f64,
    mu: f64,
    /// `y'Py`, `y'PPy`, `y'PPPy`.
    q1: f64,
    q2: f64,
    q3: f64,
}

impl Sums {
    fn at(yi: &[f64], vi: &[f64], tau2: f64) -> Self {
        let (mut w1, mut w2, mut w3, mut wy) = (0.0, 0.0, 0.0, 0.0);
        for (y, v) in yi.iter().zip(vi) {
            let w = 1.0 / (v + tau2);
            w1 += w;
            w2 += w * w;
            w3 += w * w * w;
            wy += w * y;
        }
        let mu = wy / w1;
        let (mut q1, mut q2, mut q3, mut mixed) = (0.0, 0.0, 0.0, 0.0);
        for (y, v) in yi.iter().zip(vi) {
            let w = 1.0 / (v + tau2);
            let u = w * (y - mu);
            q1 += u * (y - mu);
            q2 += u * u;
            q3 += w * u * u;
            mixed += w * u;
        }
        Self {
            w1,
            w2,
            w3,
            mu,
            q1,
            q2,
            q3: q3 - mixed * mixed / w1,
        }
    }

    /// `tr P` and `tr PP`.
    fn traces(&self) -> (f64, f64) {
        let ratio = self.w2 / self.w1;
        (self.w1 - ratio, self.w2 - 2.0 * self.w3 / self.w1 + ratio * ratio)
    }
}

/// Fits the model by `method`; tau2 is `known` or estimated. `None` where the method has no short way here (Sidik and
/// Jonkman, generalised Q, median unbiased), where there is no study, or where the iteration does not converge.
#[must_use]
pub fn mean(yi: &[f64], vi: &[f64], method: Method, known: Option<f64>) -> Option<Mean> {
    let k = yi.len();
    if k == 0 || vi.len() != k {
        return None;
    }
    let at_zero = Sums::at(yi, vi, 0.0);
    let free = k as f64 - 1.0;
    let (trace, _) = at_zero.traces();
    let vt = if k > 1 { free / trace } else { 0.0 };
    let tau2 = if k == 1 || method == Method::EqualEffects {
        known.filter(|_| method.is_random()).unwrap_or(0.0)
    } else if let Some(tau2) = known {
        tau2
    } else {
        match method {
            Method::DerSimonianLaird => (at_zero.q1 - free) / trace,
            Method::Hedges => hedges(yi, vi),
            Method::HunterSchmidt => (at_zero.q1 - k as f64) / at_zero.w1,
            Method::HunterSchmidtSmall => (at_zero.q1 * k as f64 / free - k as f64) / at_zero.w1,
            Method::PauleMandel | Method::EmpiricalBayes | Method::DerSimonianLairdIterated => {
                q_equals(yi, vi, free)?
            }
            Method::Restricted => likelihood(yi, vi, true)?,
            Method::MaximumLikelihood => likelihood(yi, vi, false)?,
            _ => return None,
        }
        .max(0.0)
    };
    let sums = if tau2 == 0.0 {
        Sums { ..at_zero }
    } else {
        Sums::at(yi, vi, tau2)
    };
    let found = Mean {
        mu: sums.mu,
        variance: 1.0 / sums.w1,
        tau2,
        q: if k > 1 { at_zero.q1 } else { 0.0 },
        vt,
    };
    found.mu.is_finite().then_some(found)
}

fn hedges(yi: &[f64], vi: &[f64]) -> f64 {
    let k = yi.len() as f64;
    let mean = yi.iter().sum::<f64>() / k;
    let spread: f64 = yi.iter().map(|y| (y - mean) * (y - mean)).sum();
    spread / (k - 1.0) - vi.iter().sum::<f64>() / k
}

fn q_equals(yi: &[f64], vi: &[f64], target: f64) -> Option<f64> {
    search::q_equals(target, |tau2| {
        let sums = Sums::at(yi, vi, tau2);
        Some((sums.q1, sums.q2))
    })
}

fn likelihood(yi: &[f64], vi: &[f64], restricted: bool) -> Option<f64> {
    let scale = vi.iter().sum::<f64>() / vi.len() as f64;
    search::highest(
        hedges(yi, vi),
        scale,
        |tau2| {
            let sums = Sums::at(yi, vi, tau2);
            let (trace, information) = if restricted {
                sums.traces()
            } else {
                (sums.w1, sums.w2)
            };
            Some(Score {
                score: sums.q2 - trace,
                information,
                curvature: 2.0 * sums.q3 - information,
            })
        },
        |tau2| Some(log_likelihood(yi, vi, tau2, restricted)),
    )
}

/// The log-likelihood of tau2 with the mean profiled (`restricted`: integrated) out, without its constant.
#[must_use]
pub fn log_likelihood(yi: &[f64], vi: &[f64], tau2: f64, restricted: bool) -> f64 {
    let sums = Sums::at(yi, vi, tau2);
    let logs: f64 = vi.iter().map(|v| ln(v + tau2)).sum();
    let integrated = if restricted { ln(sums.w1) } else { 0.0 };
    -0.5 * (logs + integrated + sums.q1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::{Data, Options, fit};

    const YI: [f64; 7] = [-0.9, -1.6, -1.3, -1.4, -0.2, -0.8, 0.1];
    const VI: [f64; 7] = [0.33, 0.19, 0.42, 0.02, 0.05, 0.007, 0.22];

    #[test]
    fn same_as_the_long_way() {
        for method in [
            Method::EqualEffects,
            Method::DerSimonianLaird,
            Method::Hedges,
            Method::HunterSchmidt,
            Method::HunterSchmidtSmall,
            Method::PauleMandel,
            Method::EmpiricalBayes,
            Method::DerSimonianLairdIterated,
            Method::MaximumLikelihood,
            Method::Restricted,
        ] {
            let short = mean(&YI, &VI, method, None).unwrap();
            let options = Options {
                method,
                ..Options::default()
            };
            let long = fit(&Data::without_moderators(YI.to_vec(), VI.to_vec()), &options).unwrap();
            for (a, b) in [
                (short.mu, long.beta[0]),
                (short.tau2, long.tau2),
                (short.variance, long.se[0] * long.se[0]),
                (short.q, long.qe),
                (short.vt, long.vt),
            ] {
                assert!((a - b).abs() <= 1e-12 * b.abs(), "{method:?} {a} {b}");
            }
        }
    }

    #[test]
    fn homogeneous_studies_have_no_variance_between() {
        for method in [Method::Restricted, Method::MaximumLikelihood, Method::PauleMandel] {
            assert_eq!(
                mean(&[0.3, 0.31, 0.3], &[0.1, 0.2, 0.1], method, None)
                    .unwrap()
                    .tau2,
                0.0
            );
        }
        assert_eq!(mean(&[], &[], Method::Restricted, None), None);
    }
}
