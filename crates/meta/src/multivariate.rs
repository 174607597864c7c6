//! Several outcomes of each study at once, some of which may be missing: the multivariate random-effects model of
//! mixmeta (Sera et al. 2019, doi:10.1002/sim.8362; Gasparrini et al. 2012, doi:10.1002/sim.5471).

mod moments;

use euthymia_stats::gamma;
use nalgebra::{DMatrix, DVector};

use crate::MetaError;
use crate::multilevel::{self, CovarianceBlock, Random, Sampling, Structure};
use moments::moments;

/// How the covariance between studies is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Method {
    /// None: all studies have the same effects.
    Fixed,
    /// Maximum likelihood.
    MaximumLikelihood,
    /// Restricted maximum likelihood.
    #[default]
    Restricted,
    /// Moments, invariant under linear combinations of outcomes (Jackson, White and Riley 2013,
    /// doi:10.1002/bimj.201200152).
    Moments,
}

/// Studies with a row each.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// Outcomes of each study; missing where it did not measure one.
    pub outcomes: Vec<Vec<Option<f64>>>,
    /// Covariances of their sampling errors; what belongs to a missing outcome is not read.
    pub within: Vec<DMatrix<f64>>,
    /// Moderators of the studies, for every outcome the same.
    pub x: DMatrix<f64>,
    /// Names of its columns.
    pub names: Vec<String>,
}

/// A fitted model; coefficients of the outcomes stand side by side, moderator after moderator.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Coefficients.
    pub coefficients: DVector<f64>,
    /// Their covariance matrix.
    pub vcov: DMatrix<f64>,
    /// Covariance matrix between studies.
    pub psi: Option<DMatrix<f64>>,
    /// Log-likelihood, restricted where the method is.
    pub ll: Option<f64>,
    /// Cochran's Q: of all outcomes together, and where there are several, of each.
    pub q: Vec<Heterogeneity>,
}

/// Cochran's Q.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heterogeneity {
    /// The statistic.
    pub q: f64,
    /// Degrees of freedom.
    pub df: usize,
    /// Its probability; none without degrees of freedom.
    pub p: Option<f64>,
    /// Share of variance that is not sampling error, in per cent.
    pub i2: f64,
}

/// The rows of all outcomes that were measured.
struct Stacked {
    study: Vec<usize>,
    outcome: Vec<usize>,
    data: multilevel::Data,
}

impl Data {
    fn outcomes(&self) -> usize {
        self.outcomes.first().map_or(0, Vec::len)
    }

    fn stacked(&self) -> Result<Stacked, MetaError> {
        let (m, q, p) = (self.outcomes.len(), self.outcomes(), self.x.ncols());
        let shaped = self.within.iter().all(|s| s.shape() == (q, q)) && self.names.len() == p;
        if self.within.len() != m
            || self.x.nrows() != m
            || self.outcomes.iter().any(|row| row.len() != q)
            || !shaped
        {
            return Err(MetaError::NoAnswer(
                "outcomes, covariances and moderators have different numbers of studies or outcomes"
                    .to_owned(),
            ));
        }
        let (mut yi, mut study, mut outcome, mut blocks) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (i, (row, s)) in self.outcomes.iter().zip(&self.within).enumerate() {
            let first = yi.len();
            let seen: Vec<usize> = (0..q).filter(|j| row[*j].is_some()).collect();
            for j in &seen {
                yi.extend(row[*j]);
                study.push(i);
                outcome.push(*j);
            }
            if !seen.is_empty() {
                let n = seen.len();
                let matrix = DMatrix::from_fn(n, n, |a, b| s[(seen[a], seen[b])]);
                if matrix.iter().any(|x| !x.is_finite()) {
                    return Err(MetaError::NoAnswer(format!(
                        "study {} has an outcome without a sampling variance or covariance",
                        i + 1
                    )));
                }
                blocks.push(CovarianceBlock {
                    rows: (first..first + n).collect(),
                    matrix,
                });
            }
        }
        let k = yi.len();
        let x = DMatrix::from_fn(k, p * q, |row, column| {
            if column % q == outcome[row] {
                self.x[(study[row], column / q)]
            } else {
                0.0
            }
        });
        let names = (0..p * q)
            .map(|column| format!("outcome {}: {}", column % q + 1, self.names[column / q]))
            .collect();
        Ok(Stacked {
            study,
            outcome,
            data: multilevel::Data {
                yi,
                sampling: Sampling::of_blocks(blocks, k)?,
                x,
                names,
                intercept: false,
            },
        })
    }
}

/// Fits the model.
///
/// # Errors
/// Outcomes without covariances, too few of them, or no maximum found.
pub fn fit(data: &Data, method: Method) -> Result<Fit, MetaError> {
    let stacked = data.stacked()?;
    let plain = multilevel::Options {
        method: multilevel::Method::MaximumLikelihood,
        ..multilevel::Options::default()
    };
    let fixed = multilevel::fit(&stacked.data, &[], &plain)?;
    let q = heterogeneity(data, &stacked, &fixed)?;
    let likelihood = |method| {
        let q = data.outcomes();
        let names = |count: usize| (1..=count).map(|i| i.to_string()).collect();
        let random = Random::levels(
            "outcome | study",
            (stacked.outcome.clone(), names(q)),
            (stacked.study.clone(), names(data.outcomes.len())),
            Structure::Unstructured,
        );
        let options = multilevel::Options {
            method,
            ..multilevel::Options::default()
        };
        multilevel::fit(&stacked.data, &[random], &options)
    };
    let (fitted, psi, ll) = match method {
        Method::Fixed => {
            let ll = fixed.ll;
            (fixed, None, Some(ll))
        }
        Method::MaximumLikelihood | Method::Restricted => {
            let restricted = method == Method::Restricted;
            let found = likelihood(if restricted {
                multilevel::Method::Restricted
            } else {
                multilevel::Method::MaximumLikelihood
            })?;
            let (psi, ll) = (found.covariances[0].clone(), found.ll);
            (found, Some(psi), Some(ll))
        }
        Method::Moments => {
            let psi = moments(data, &stacked.data)?;
            let blocks = stacked.data.sampling.blocks().iter().map(|block| {
                let place = |row: usize| stacked.outcome[block.rows[row]];
                let n = block.rows.len();
                CovarianceBlock {
                    rows: block.rows.clone(),
                    matrix: &block.matrix + DMatrix::from_fn(n, n, |a, b| psi[(place(a), place(b))]),
                }
            });
            let total = multilevel::Data {
                sampling: Sampling::of_blocks(blocks.collect(), stacked.study.len())?,
                ..stacked.data.clone()
            };
            (multilevel::fit(&total, &[], &plain)?, Some(psi), None)
        }
    };
    Ok(Fit {
        coefficients: fitted.beta,
        vcov: fitted.vcov,
        psi,
        ll,
        q,
    })
}

fn heterogeneity(
    data: &Data,
    stacked: &Stacked,
    fixed: &multilevel::Fit,
) -> Result<Vec<Heterogeneity>, MetaError> {
    let one = |q: f64, df: usize| Heterogeneity {
        q,
        df,
        p: (df > 0).then(|| gamma::chi_square_above(df as f64, q)),
        i2: if q > 0.0 {
            (100.0 * (q - df as f64) / q).max(0.0)
        } else {
            0.0
        },
    };
    let q = fixed.qe.ok_or_else(|| {
        MetaError::NoAnswer(
            "the covariances within studies are not positive definite: there is no Q".to_owned(),
        )
    })?;
    let mut all = vec![one(q, fixed.qe_df)];
    let outcomes = data.outcomes();
    if outcomes > 1 {
        let vi = stacked.data.sampling.variances();
        for j in 0..outcomes {
            let rows = (0..vi.len()).filter(|row| stacked.outcome[*row] == j);
            let count = rows.clone().count();
            let q = rows
                .map(|row| fixed.residuals[row] * fixed.residuals[row] / vi[row])
                .sum();
            all.push(one(q, count.saturating_sub(data.x.ncols())));
        }
    }
    Ok(all)
}
