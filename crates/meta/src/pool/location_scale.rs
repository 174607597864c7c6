//! Location-scale models: tau2 of a study depends on moderators of its own (Viechtbauer and López-López 2022,
//! doi:10.1002/jrsm.1562).
//!
//! `tau2_i = exp(z_i alpha)` or `z_i alpha`. Coefficients alpha maximise the (restricted) likelihood by Newton's method on
//! its exact derivatives: with P as in the fit, `2 dl/dtau2_i = (Py)_i^2 - P_ii` and `2 d2l/dtau2_i dtau2_j = P_ij^2 - 2
//! (Py)_i P_ij (Py)_j`.

use euthymia_stats::{f, gamma};
use euthymia_vecmath::scalar::{exp, ln};
use nalgebra::{DMatrix, DVector};

use super::{Data, Options, Projection, Test, estimate};
use crate::MetaError;
use crate::linear::{check_rank, inverse_spd, ln_determinant};
use crate::pool::projection::{cross, fitted};

/// How moderators become a variance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Link {
    /// By their exponential.
    #[default]
    Log,
    /// As they are; must not be negative.
    Identity,
}

/// What is fitted and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocationScaleOptions {
    /// Restricted likelihood, or maximum.
    pub restricted: bool,
    /// Link of the variance.
    pub link: Link,
    /// Reference distribution of the tests.
    pub test: Test,
}

/// A fitted location-scale model.
#[derive(Clone, Debug, PartialEq)]
pub struct LocationScale {
    /// Coefficients of the mean.
    pub beta: DVector<f64>,
    /// Their covariance matrix.
    pub vcov: DMatrix<f64>,
    /// Coefficients of the variance.
    pub alpha: DVector<f64>,
    /// Their covariance matrix, from the observed information; none where that is not positive.
    pub alpha_vcov: Option<DMatrix<f64>>,
    /// tau2 of each study.
    pub tau2: Vec<f64>,
    /// Log-likelihood.
    pub ll: f64,
    /// Test of the moderators of the mean: statistic and probability.
    pub qm: Option<(f64, Option<f64>)>,
    /// Test of the moderators of the variance.
    pub qs: Option<(f64, Option<f64>)>,
    /// Degrees of freedom of the two tests.
    pub tested: (usize, usize),
}

/// The likelihood at one alpha.
struct Likelihood {
    value: f64,
    gradient: DVector<f64>,
    observed: DMatrix<f64>,
    expected: DMatrix<f64>,
}

struct Problem<'d> {
    data: &'d Data,
    z: &'d DMatrix<f64>,
    options: LocationScaleOptions,
    /// Half of ln det X'X, which metafor's restricted likelihood has besides.
    constant: f64,
}

/// Fits the model. `z` holds the moderators of the variance, `z_intercept` whether its first column is the intercept.
///
/// # Errors
/// Singular moderators, too few studies, or no convergence.
pub fn location_scale(
    data: &Data,
    z: &DMatrix<f64>,
    z_names: &[String],
    z_intercept: bool,
    options: LocationScaleOptions,
) -> Result<LocationScale, MetaError> {
    let (k, p, q) = (data.yi.len(), data.x.ncols(), z.ncols());
    if p == 0 || q == 0 {
        return Err(MetaError::NoAnswer(
            "a location-scale model needs a coefficient for the mean and one for the variance".to_owned(),
        ));
    }
    if k < p + 1 {
        return Err(MetaError::TooFew {
            what: "a location-scale model",
            needed: p + 1,
            found: k,
        });
    }
    check_rank(&data.x, &data.names)?;
    check_rank(z, z_names)?;
    // Moderators on one scale: Newton's steps see round hills.
    let (scaled, back) = standardised(z, z_intercept);
    let (k_real, p_real) = (k as f64, p as f64);
    let two_pi = ln(core::f64::consts::TAU);
    let constant = if options.restricted {
        let design = ln_determinant(&cross(&data.x, (0..k).map(|_| 1.0))).unwrap_or(0.0);
        -0.5 * (k_real - p_real) * two_pi + 0.5 * design
    } else {
        -0.5 * k_real * two_pi
    };
    let problem = Problem {
        data,
        z: &scaled,
        options,
        constant,
    };
    let start = problem.start()?;
    let found = problem.maximum(start)?;
    let at = problem.at(&found).ok_or_else(|| problem.failed())?;
    let tau2 = problem.tau2(&found);
    let alpha = &back * &found;
    let alpha_vcov = inverse_spd(&at.observed).map(|v| &back * v * back.transpose());

    let weights: Vec<f64> = data.vi.iter().zip(&tau2).map(|(v, t)| 1.0 / (v + t)).collect();
    let projection = Projection::new(&data.x, weights).ok_or_else(|| problem.failed())?;
    let beta = projection.coefficients(&data.yi);
    let free = k_real - p_real;
    let mut scale = 1.0;
    if options.test.is_scaled() {
        scale = projection.form(&data.yi) / free;
        if options.test == Test::AdHoc {
            scale = scale.max(1.0);
        }
    }
    let vcov = &projection.inverse * scale;
    let first = usize::from(data.intercept && p > 1);
    let z_first = usize::from(z_intercept && q > 1);
    let is_t = options.test.is_t();
    let qm = joint(&beta, &vcov, first, is_t.then_some(free));
    let qs = alpha_vcov
        .as_ref()
        .and_then(|vcov| joint(&alpha, vcov, z_first, is_t.then_some(k_real - q as f64)));
    Ok(LocationScale {
        beta,
        vcov,
        alpha,
        alpha_vcov,
        tau2,
        ll: at.value,
        qm,
        qs,
        tested: (p - first, q - z_first),
    })
}

/// The test that all coefficients from `first` on are 0.
fn joint(
    values: &DVector<f64>,
    vcov: &DMatrix<f64>,
    first: usize,
    ddf: Option<f64>,
) -> Option<(f64, Option<f64>)> {
    let m = values.len() - first;
    let inverse = inverse_spd(&vcov.view((first, first), (m, m)).clone_owned())?;
    let tested = values.rows(first, m);
    let quadratic = (tested.transpose() * inverse * tested)[(0, 0)];
    let m = m as f64;
    Some(match ddf {
        Some(ddf) => (
            quadratic / m,
            (ddf > 0.0).then(|| f::above(m, ddf, quadratic / m)),
        ),
        None => (quadratic, Some(gamma::chi_square_above(m, quadratic))),
    })
}

/// Columns about their mean in units of their spread, and the matrix that brings coefficients back.
fn standardised(z: &DMatrix<f64>, intercept: bool) -> (DMatrix<f64>, DMatrix<f64>) {
    let q = z.ncols();
    let mut scaled = z.clone();
    let mut back = DMatrix::identity(q, q);
    if !intercept {
        return (scaled, back);
    }
    for c in 1..q {
        let mean = z.column(c).mean();
        let spread = z.column(c).variance().sqrt();
        if spread > 0.0 {
            for i in 0..z.nrows() {
                scaled[(i, c)] = (z[(i, c)] - mean) / spread;
            }
            back[(c, c)] = 1.0 / spread;
            back[(0, c)] = -mean / spread;
        }
    }
    (scaled, back)
}

const MOST_STEPS: usize = 500;

impl Problem<'_> {
    fn failed(&self) -> MetaError {
        MetaError::NotConverged {
            what: "the location-scale model",
            reason:
                "no variances of the studies have the largest likelihood; leave out moderators of `scale`"
                    .to_owned(),
        }
    }

    fn tau2(&self, alpha: &DVector<f64>) -> Vec<f64> {
        (self.z * alpha)
            .iter()
            .map(|eta| match self.options.link {
                Link::Log => exp(*eta),
                Link::Identity => *eta,
            })
            .collect()
    }

    /// A common tau2, on the scale of the link.
    fn start(&self) -> Result<DVector<f64>, MetaError> {
        let mean = self.data.vi.iter().sum::<f64>() / self.data.vi.len() as f64;
        let tau2 = estimate(self.data, &Options::default())?.tau2.max(0.05 * mean);
        let target = match self.options.link {
            Link::Log => ln(tau2),
            Link::Identity => tau2,
        };
        // Least squares: the intercept alone where there is one.
        let ones = DVector::from_element(self.z.nrows(), target);
        let normal = self.z.transpose() * self.z;
        let inverse = inverse_spd(&normal).ok_or_else(|| self.failed())?;
        Ok(inverse * self.z.transpose() * ones)
    }

    fn value(&self, alpha: &DVector<f64>) -> Option<f64> {
        let tau2 = self.tau2(alpha);
        if tau2.iter().any(|t| !(*t >= 0.0 && t.is_finite())) {
            return None;
        }
        let weights: Vec<f64> = self
            .data
            .vi
            .iter()
            .zip(&tau2)
            .map(|(v, t)| 1.0 / (v + t))
            .collect();
        if weights.iter().any(|w| !w.is_finite()) {
            return None;
        }
        let logs: f64 = weights.iter().map(|w| ln(*w)).sum();
        let projection = Projection::new(&self.data.x, weights)?;
        let beta = projection.coefficients(&self.data.yi);
        let rest: f64 = fitted(&self.data.x, &beta)
            .zip(&self.data.yi)
            .zip(&projection.a)
            .map(|((fitted, y), a)| a * (y - fitted) * (y - fitted))
            .sum();
        let integrated = if self.options.restricted {
            ln_determinant(&projection.inverse)?
        } else {
            0.0
        };
        let value = self.constant + 0.5 * (logs + integrated - rest);
        value.is_finite().then_some(value)
    }

    fn at(&self, alpha: &DVector<f64>) -> Option<Likelihood> {
        let value = self.value(alpha)?;
        let tau2 = self.tau2(alpha);
        let (k, q) = (tau2.len(), self.z.ncols());
        let weights: Vec<f64> = self
            .data
            .vi
            .iter()
            .zip(&tau2)
            .map(|(v, t)| 1.0 / (v + t))
            .collect();
        let projection = Projection::new(&self.data.x, weights)?;
        let u = projection.times(&self.data.yi);
        let a = &projection.a;
        let half = &self.data.x * &projection.inverse;
        let p = |i: usize, j: usize| {
            let own = if i == j { a[i] } else { 0.0 };
            let dot: f64 = (0..half.ncols())
                .map(|c| half[(i, c)] * self.data.x[(j, c)])
                .sum();
            own - a[i] * dot * a[j]
        };
        let log = self.options.link == Link::Log;
        // dtau2/deta, which is d2tau2/deta2 too.
        let slope = |i: usize| if log { tau2[i] } else { 1.0 };
        let mut gradient = DVector::zeros(q);
        let mut observed = DMatrix::zeros(q, q);
        let mut expected = DMatrix::zeros(q, q);
        for i in 0..k {
            let trace = if self.options.restricted { p(i, i) } else { a[i] };
            let score = 0.5 * (u[i] * u[i] - trace);
            for r in 0..q {
                gradient[r] += self.z[(i, r)] * slope(i) * score;
                if log {
                    for c in 0..q {
                        observed[(r, c)] -= self.z[(i, r)] * self.z[(i, c)] * tau2[i] * score;
                    }
                }
            }
            for j in 0..k {
                let pij = p(i, j);
                let square = if self.options.restricted {
                    pij * pij
                } else if i == j {
                    a[i] * a[i]
                } else {
                    0.0
                };
                let curvature = u[i] * pij * u[j] - 0.5 * square;
                let both = slope(i) * slope(j);
                for r in 0..q {
                    for c in 0..q {
                        let zz = self.z[(i, r)] * self.z[(j, c)] * both;
                        observed[(r, c)] += zz * curvature;
                        expected[(r, c)] += zz * 0.5 * square;
                    }
                }
            }
        }
        Some(Likelihood {
            value,
            gradient,
            observed,
            expected,
        })
    }

    /// Newton's steps where the hill is round, scoring elsewhere; halved until they climb.
    fn maximum(&self, mut alpha: DVector<f64>) -> Result<DVector<f64>, MetaError> {
        let mut now = self.at(&alpha).ok_or_else(|| self.failed())?;
        for _ in 0..MOST_STEPS {
            let step = [&now.observed, &now.expected]
                .into_iter()
                .find_map(|information| inverse_spd(information).map(|inverse| inverse * &now.gradient));
            let step = step.ok_or_else(|| self.failed())?;
            // The gain that the step promises.
            let promise = 0.5 * now.gradient.dot(&step);
            let mut size = 1.0;
            let mut next = None;
            for _ in 0..60 {
                let tried = &alpha + &step * size;
                if let Some(value) = self.value(&tried)
                    && value >= now.value - 1e-13 * now.value.abs().max(1.0)
                {
                    next = Some(tried);
                    break;
                }
                size *= 0.5;
            }
            let Some(tried) = next else {
                return Err(self.failed());
            };
            alpha = tried;
            now = self.at(&alpha).ok_or_else(|| self.failed())?;
            if promise.abs() <= 1e-20 && size == 1.0 {
                return Ok(alpha);
            }
            if promise.abs() <= 1e-14 && size < 1e-6 {
                return Ok(alpha);
            }
        }
        // Rounding may keep the promise from vanishing; a flat likelihood does not count.
        let step = inverse_spd(&now.observed).map(|inverse| inverse * &now.gradient);
        match step {
            Some(step) if step.norm() <= 1e-6 * (1.0 + alpha.norm()) => Ok(alpha),
            _ => Err(self.failed()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::{Method, fit};

    const YI: [f64; 8] = [-0.9, -1.6, -1.3, -1.4, -0.2, -0.8, 0.1, -0.4];
    const VI: [f64; 8] = [0.33, 0.19, 0.42, 0.02, 0.05, 0.007, 0.22, 0.1];

    /// With the intercept alone the variance is tau2 of the likelihood.
    #[test]
    fn intercept_alone_is_the_usual_model() {
        let data = Data::without_moderators(YI.to_vec(), VI.to_vec());
        let z = DMatrix::from_element(8, 1, 1.0);
        for (restricted, method) in [(true, Method::Restricted), (false, Method::MaximumLikelihood)] {
            let usual = Options {
                method,
                ..Options::default()
            };
            let usual = fit(&data, &usual).unwrap();
            for link in [Link::Log, Link::Identity] {
                let options = LocationScaleOptions {
                    restricted,
                    link,
                    test: Test::Z,
                };
                let found = location_scale(&data, &z, &["intrcpt".to_owned()], true, options).unwrap();
                assert!((found.tau2[0] - usual.tau2).abs() < 1e-8 * usual.tau2, "{link:?}");
                assert!((found.ll - usual.ll).abs() < 1e-10);
                assert!((found.beta[0] - usual.beta[0]).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn refuses_what_cannot_be_told_apart() {
        let data = Data::without_moderators(YI.to_vec(), VI.to_vec());
        let z = DMatrix::from_element(8, 2, 1.0);
        let names = ["intrcpt".to_owned(), "again".to_owned()];
        let options = LocationScaleOptions {
            restricted: true,
            link: Link::Log,
            test: Test::Z,
        };
        assert!(matches!(
            location_scale(&data, &z, &names, true, options),
            Err(MetaError::Singular { .. })
        ));
    }
}
