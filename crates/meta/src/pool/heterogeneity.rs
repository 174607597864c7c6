//! Estimators of tau2, the variance between studies, and their standard errors.
//!
//! Moment estimators have closed forms; those that solve an equation are driven to its root by Newton steps: with
//! `dP/dtau2 = -P P`, the derivatives of `y'Py` and of the scores cost one more projection each.

use euthymia_stats::gamma::chi_square_quantile;
use euthymia_vecmath::scalar::ln;

use super::projection::Projection;
use super::search::{self, MOST_STEPS, Score};
use super::{Data, GeneralisedQ, Method, Options};
use crate::MetaError;
use crate::linear::ln_determinant;

/// Variance between studies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// It.
    pub tau2: f64,
    /// Its asymptotic standard error.
    pub se: Option<f64>,
}

/// Estimates tau2 by the method of `options`; 0 with one study or where tau2 is given.
///
/// # Errors
/// The design is singular, weights are missing, or the iteration does not converge.
pub fn estimate(data: &Data, options: &Options) -> Result<Estimate, MetaError> {
    let (k, p) = (data.yi.len(), data.x.ncols());
    data.check(options)?;
    if options.method == Method::EqualEffects {
        return Ok(Estimate { tau2: 0.0, se: None });
    }
    if k == 1 {
        return Ok(Estimate {
            tau2: options.tau2.unwrap_or(0.0),
            se: None,
        });
    }
    let problem = Problem { data, options, k, p };
    let given = options.tau2;
    let tau2 = match given {
        Some(tau2) => tau2,
        None => problem.solve()?.max(0.0),
    };
    let se = problem.standard_error(tau2).filter(|se| se.is_finite());
    Ok(Estimate { tau2, se })
}

struct Problem<'d> {
    data: &'d Data,
    options: &'d Options,
    k: usize,
    p: usize,
}

impl<'d> Problem<'d> {
    fn free(&self) -> f64 {
        self.k as f64 - self.p as f64
    }

    fn projection(&self, a: Vec<f64>) -> Result<Projection<'d>, MetaError> {
        Projection::new(&self.data.x, a).ok_or_else(|| self.singular())
    }

    fn singular(&self) -> MetaError {
        MetaError::Singular {
            columns: self.data.names.join(", "),
        }
    }

    /// P with the weights `1 / (v + tau2)`.
    fn at(&self, tau2: f64) -> Result<Projection<'d>, MetaError> {
        self.projection(self.data.vi.iter().map(|v| 1.0 / (v + tau2)).collect())
    }

    fn with_given_weights(&self) -> Result<Projection<'d>, MetaError> {
        let weights = self.options.weights.clone();
        let weights = weights.ok_or_else(|| MetaError::field("weights", "GENQ and GENQM need weights"))?;
        self.projection(weights)
    }

    fn solve(&self) -> Result<f64, MetaError> {
        let (k, free) = (self.k as f64, self.free());
        let (y, v) = (&self.data.yi, &self.data.vi);
        if free <= 0.0 {
            return Ok(0.0);
        }
        match self.options.method {
            Method::EqualEffects => Ok(0.0),
            Method::HunterSchmidt | Method::HunterSchmidtSmall => {
                let projection = self.at(0.0)?;
                let small = self.options.method == Method::HunterSchmidtSmall;
                let factor = if small { k / free } else { 1.0 };
                Ok((factor * projection.form(y) - k) / projection.a.iter().sum::<f64>())
            }
            Method::Hedges => self.hedges(),
            Method::DerSimonianLaird => {
                let projection = self.at(0.0)?;
                Ok((projection.form(y) - free) / projection.trace(|_| 1.0))
            }
            Method::GeneralisedQ => {
                let projection = self.with_given_weights()?;
                Ok((projection.form(y) - projection.trace(|i| v[i])) / projection.trace(|_| 1.0))
            }
            Method::GeneralisedQMedian => self.median_of_q(),
            Method::SidikJonkman => {
                let first = self.spread();
                Ok(first * self.at(first)?.form(y) / free)
            }
            Method::SidikJonkmanIterated
            | Method::DerSimonianLairdIterated
            | Method::PauleMandel
            | Method::EmpiricalBayes => self.q_equals(free),
            Method::PauleMandelMedian => self.q_equals(chi_square_quantile(free, 0.5)),
            Method::MaximumLikelihood => self.likelihood(false),
            Method::Restricted => self.likelihood(true),
        }
    }

    fn hedges(&self) -> Result<f64, MetaError> {
        let projection = self.projection(vec![1.0; self.k])?;
        Ok((projection.form(&self.data.yi) - projection.trace(|i| self.data.vi[i])) / self.free())
    }

    /// Variance of the effect sizes with denominator k, where the estimator of Sidik and Jonkman starts.
    fn spread(&self) -> f64 {
        let k = self.k as f64;
        let mean = self.data.yi.iter().sum::<f64>() / k;
        self.data.yi.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / k
    }

    /// The tau2 at which `Q(tau2) = target`; 0 where Q is below it everywhere. Q falls and is convex: Newton's steps
    /// from 0 never overshoot.
    fn q_equals(&self, target: f64) -> Result<f64, MetaError> {
        let found = search::q_equals(target, |tau2| {
            let projection = self.at(tau2).ok()?;
            let rest = projection.times(&self.data.yi);
            let q = projection.a.iter().zip(&rest).map(|(a, u)| u * u / a).sum();
            Some((q, rest.iter().map(|u| u * u).sum()))
        });
        found.ok_or_else(|| self.not_converged())
    }

    /// From Hedges' estimate on.
    fn likelihood(&self, restricted: bool) -> Result<f64, MetaError> {
        let scale = self.data.vi.iter().sum::<f64>() / self.k as f64;
        let found = search::highest(
            self.hedges()?,
            scale,
            |tau2| self.score(tau2, restricted).ok(),
            |tau2| self.log_likelihood(tau2, restricted).ok(),
        );
        found.ok_or_else(|| self.not_converged())
    }

    fn score(&self, tau2: f64, restricted: bool) -> Result<Score, MetaError> {
        let projection = self.at(tau2)?;
        let rest = projection.times(&self.data.yi);
        let quadratic: f64 = rest.iter().map(|u| u * u).sum();
        let cubic = projection.form(&rest);
        let (trace, information) = if restricted {
            (
                projection.trace(|_| 1.0),
                projection.trace_of_two(|_| 1.0, |_| 1.0),
            )
        } else {
            let squares = projection.a.iter().map(|a| a * a).sum();
            (projection.a.iter().sum(), squares)
        };
        Ok(Score {
            score: quadratic - trace,
            information,
            curvature: 2.0 * cubic - information,
        })
    }

    fn log_likelihood(&self, tau2: f64, restricted: bool) -> Result<f64, MetaError> {
        let projection = self.at(tau2)?;
        let logs: f64 = projection.a.iter().map(|a| ln(*a)).sum();
        let determinant = if restricted {
            ln_determinant(&projection.inverse).ok_or_else(|| self.singular())?
        } else {
            0.0
        };
        Ok(0.5 * (logs + determinant - projection.form(&self.data.yi)))
    }

    /// The tau2 at which the observed Q is the median of its distribution.
    fn median_of_q(&self) -> Result<f64, MetaError> {
        let weights = self.options.weights.clone();
        let weights = weights.ok_or_else(|| MetaError::field("weights", "GENQ and GENQM need weights"))?;
        let form = GeneralisedQ::new(self.data, weights).ok_or_else(|| MetaError::Singular {
            columns: "columns of the moderators".to_owned(),
        })?;
        form.tau2_at(0.5).ok_or_else(|| self.not_converged())
    }

    fn not_converged(&self) -> MetaError {
        MetaError::NotConverged {
            what: self.options.method.name(),
            reason: format!("no end after {MOST_STEPS} steps; try another method, as DL or PM"),
        }
    }

    fn standard_error(&self, tau2: f64) -> Option<f64> {
        let (k, free) = (self.k as f64, self.free());
        let v = &self.data.vi;
        let moments = |projection: &Projection<'_>, first: f64| {
            first
                + 4.0 * tau2 * projection.trace_of_two(|i| v[i], |_| 1.0)
                + 2.0 * tau2 * tau2 * projection.trace_of_two(|_| 1.0, |_| 1.0)
        };
        let variance = match self.options.method {
            Method::EqualEffects => return None,
            Method::HunterSchmidt | Method::HunterSchmidtSmall => {
                let projection = self.at(0.0).ok()?;
                let total: f64 = projection.a.iter().sum();
                let small = self.options.method == Method::HunterSchmidtSmall;
                let factor = if small { k / free } else { 1.0 };
                factor * factor * self.of_q(&projection, tau2) / (total * total)
            }
            Method::DerSimonianLaird => {
                let projection = self.at(0.0).ok()?;
                let trace = projection.trace(|_| 1.0);
                self.of_q(&projection, tau2) / (trace * trace)
            }
            Method::Hedges => {
                let projection = self.projection(vec![1.0; self.k]).ok()?;
                let first = 2.0 * projection.trace_of_two(|i| v[i], |i| v[i]);
                let variance = first + 4.0 * tau2 * projection.trace(|i| v[i]) + 2.0 * tau2 * tau2 * free;
                variance / (free * free)
            }
            Method::GeneralisedQ | Method::GeneralisedQMedian => {
                let projection = self.with_given_weights().ok()?;
                let trace = projection.trace(|_| 1.0);
                moments(&projection, 2.0 * projection.trace_of_two(|i| v[i], |i| v[i])) / (trace * trace)
            }
            Method::SidikJonkman => {
                let first = self.spread();
                let projection = self.at(first).ok()?;
                let variance = moments(&projection, 2.0 * projection.trace_of_two(|i| v[i], |i| v[i]));
                first * first * variance / (free * free)
            }
            Method::MaximumLikelihood => 2.0 / v.iter().map(|v| 1.0 / ((v + tau2) * (v + tau2))).sum::<f64>(),
            Method::Restricted => 2.0 / self.at(tau2).ok()?.trace_of_two(|_| 1.0, |_| 1.0),
            Method::EmpiricalBayes
            | Method::PauleMandel
            | Method::PauleMandelMedian
            | Method::DerSimonianLairdIterated
            | Method::SidikJonkmanIterated => {
                let total: f64 = v.iter().map(|v| 1.0 / (v + tau2)).sum();
                2.0 * k * k / (free * total * total)
            }
        };
        (variance >= 0.0).then(|| variance.sqrt())
    }

    /// Variance of Q with the weights `1 / v`.
    fn of_q(&self, projection: &Projection<'_>, tau2: f64) -> f64 {
        2.0 * self.free()
            + 4.0 * tau2 * projection.trace(|_| 1.0)
            + 2.0 * tau2 * tau2 * projection.trace_of_two(|_| 1.0, |_| 1.0)
    }
}
