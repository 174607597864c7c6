//! Tests and intervals that hold whatever the dependence within clusters: sandwich estimators.
//!
//! [`sandwich`] takes any fitted model and clusters that are independent of each other, and gives the covariance matrix
//! of the coefficients from the residuals: plain (CR0), scaled (CR1), or with residuals inflated so that it is unbiased
//! where the model is true, and degrees of freedom after Satterthwaite (CR2; Bell and McCaffrey 2002; Pustejovsky and
//! Tipton 2018, doi:10.1080/07350015.2016.1247004). [`estimate`] is the method of moments for dependent effect sizes
//! with its own weights (Hedges, Tipton and Johnson 2010, doi:10.1002/jrsm.5).

mod bias_reduced;
mod dependent;

use euthymia_stats::{f, student};
use nalgebra::{DMatrix, DVector};

pub use dependent::{DependentFit, WorkingModel, estimate};

use crate::{MetaError, multilevel, pool};

/// How a sandwich is corrected for few clusters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Correction {
    /// Not at all (CR0).
    None,
    /// By the factor m / (m - p) for m clusters and p coefficients (CR1).
    #[default]
    Clusters,
    /// By residuals adjusted to the model, with degrees of freedom of each coefficient (CR2).
    BiasReduced,
}

/// A fitted model, as a sandwich needs it.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// Design matrix.
    pub x: DMatrix<f64>,
    /// Coefficients.
    pub beta: DVector<f64>,
    /// Residuals.
    pub residuals: Vec<f64>,
    /// Whether the first column of the design is the intercept.
    pub intercept: bool,
    /// Marginal covariance of blocks of rows under the model.
    pub covariance: Vec<(Vec<usize>, DMatrix<f64>)>,
    /// Weights of the rows, where they are not the inverse of the covariance.
    pub weights: Option<Vec<f64>>,
}

/// Coefficients with robust tests.
#[derive(Clone, Debug, PartialEq)]
pub struct Robust {
    /// How many clusters.
    pub clusters: usize,
    /// Covariance matrix of the coefficients.
    pub vcov: DMatrix<f64>,
    /// Standard errors.
    pub se: Vec<f64>,
    /// `beta / se`.
    pub tval: Vec<f64>,
    /// Degrees of freedom of each coefficient.
    pub ddf: Vec<f64>,
    /// Two-sided.
    pub pval: Vec<f64>,
    /// Lower bounds.
    pub ci_lb: Vec<f64>,
    /// Upper bounds.
    pub ci_ub: Vec<f64>,
    /// F test of all moderators: statistic, degrees of freedom, probability. None without moderators, or where there
    /// are too few clusters for it.
    pub omnibus: Option<(f64, (f64, f64), f64)>,
}

impl Fitted {
    /// Of a multilevel model.
    #[must_use]
    pub fn of_multilevel(fit: &multilevel::Fit, intercept: bool) -> Self {
        Self {
            x: fit.x.clone(),
            beta: fit.beta.clone(),
            residuals: fit.residuals.clone(),
            intercept,
            covariance: fit
                .marginal
                .iter()
                .map(|block| (block.rows.clone(), block.covariance.clone()))
                .collect(),
            weights: None,
        }
    }

    /// Of a model of independent effect sizes.
    #[must_use]
    pub fn of_univariate(data: &pool::Data, fit: &pool::Fit) -> Self {
        let block = |(row, v): (usize, &f64)| (vec![row], DMatrix::from_element(1, 1, v + fit.tau2));
        let fitted = &data.x * &fit.beta;
        let own = fit.options.weights.is_some() || !fit.options.weighted;
        Self {
            x: data.x.clone(),
            beta: fit.beta.clone(),
            residuals: data.yi.iter().zip(fitted.iter()).map(|(y, m)| y - m).collect(),
            intercept: data.intercept,
            covariance: data.vi.iter().enumerate().map(block).collect(),
            weights: own.then(|| fit.weights.clone()),
        }
    }

    /// The weights that the coefficients are computed with: `W X`, and the inverse of `X' W X`.
    fn weighted(&self) -> Option<(DMatrix<f64>, DMatrix<f64>)> {
        let mut wx = DMatrix::zeros(self.x.nrows(), self.x.ncols());
        if let Some(weights) = &self.weights {
            for (row, w) in weights.iter().enumerate() {
                wx.set_row(row, &(self.x.row(row) * *w));
            }
        } else {
            for (rows, covariance) in &self.covariance {
                let block = covariance
                    .clone()
                    .cholesky()?
                    .solve(&self.x.select_rows(rows.iter()));
                for (i, row) in rows.iter().enumerate() {
                    wx.set_row(*row, &block.row(i));
                }
            }
        }
        let cross = self.x.tr_mul(&wx);
        let inverse = (0.5 * (&cross + cross.transpose())).cholesky()?.inverse();
        Some((wx, inverse))
    }
}

/// Robust tests of the coefficients; clusters are numbered from 0.
///
/// # Errors
/// Fewer clusters than coefficients, or for CR2 rows of two clusters that the model says depend on each other.
pub fn sandwich(
    fitted: &Fitted,
    clusters: &[usize],
    correction: Correction,
    level: f64,
) -> Result<Robust, MetaError> {
    let p = fitted.x.ncols();
    if clusters.len() != fitted.x.nrows() || fitted.residuals.len() != clusters.len() {
        return Err(MetaError::NoAnswer(format!(
            "clusters must be told for each of {} effect sizes",
            fitted.x.nrows()
        )));
    }
    let members = members(clusters);
    let m = members.len();
    if m <= p && correction != Correction::BiasReduced || m < 2 {
        return Err(MetaError::NoAnswer(format!(
            "there are {m} clusters and {p} coefficients; a robust covariance matrix needs more clusters than coefficients"
        )));
    }
    let (wx, inverse) = fitted.weighted().ok_or_else(|| {
        MetaError::NoAnswer("the covariance matrix of the effect sizes is not positive definite".to_owned())
    })?;
    if correction == Correction::BiasReduced {
        return bias_reduced::sandwich(fitted, &members, &wx, &inverse, level);
    }
    let bread = &wx * &inverse;
    let mut vcov = DMatrix::zeros(p, p);
    for rows in &members {
        let score = rows.iter().fold(DVector::zeros(p), |sum: DVector<f64>, row| {
            sum + bread.row(*row).transpose() * fitted.residuals[*row]
        });
        vcov += &score * score.transpose();
    }
    let degrees = (m - p) as f64;
    if correction == Correction::Clusters {
        vcov *= m as f64 / degrees;
    }
    let mut robust = describe(&fitted.beta, vcov, vec![degrees; p], m, level);
    let first = usize::from(fitted.intercept);
    let tested = p - first;
    if tested > 0
        && let Some(wald) = wald(&fitted.beta, &robust.vcov, first)
    {
        let statistic = wald / tested as f64;
        let df = (tested as f64, degrees);
        robust.omnibus = Some((statistic, df, f::above(df.0, df.1, statistic)));
    }
    Ok(robust)
}

/// The rows of each cluster.
fn members(clusters: &[usize]) -> Vec<Vec<usize>> {
    let count = clusters.iter().max().map_or(0, |most| most + 1);
    let mut all = vec![Vec::new(); count];
    for (row, cluster) in clusters.iter().enumerate() {
        all[*cluster].push(row);
    }
    all.retain(|rows| !rows.is_empty());
    all
}

/// Wald's statistic of the coefficients from `first` on.
fn wald(beta: &DVector<f64>, vcov: &DMatrix<f64>, first: usize) -> Option<f64> {
    let n = beta.len() - first;
    let tested = beta.rows(first, n).into_owned();
    let factor = vcov.view((first, first), (n, n)).into_owned().cholesky()?;
    Some(tested.dot(&factor.solve(&tested)))
}

fn describe(beta: &DVector<f64>, vcov: DMatrix<f64>, ddf: Vec<f64>, clusters: usize, level: f64) -> Robust {
    let se: Vec<f64> = vcov.diagonal().iter().map(|v| v.sqrt()).collect();
    let tval: Vec<f64> = beta.iter().zip(&se).map(|(b, se)| b / se).collect();
    let reach: Vec<f64> = ddf
        .iter()
        .map(|degrees| student::quantile(*degrees, 0.5 + 0.5 * level))
        .collect();
    let bound = |sign: f64| -> Vec<f64> {
        (0..beta.len())
            .map(|j| beta[j] + sign * reach[j] * se[j])
            .collect()
    };
    Robust {
        clusters,
        pval: tval
            .iter()
            .zip(&ddf)
            .map(|(t, degrees)| student::two_sided(*degrees, *t))
            .collect(),
        ci_lb: bound(-1.0),
        ci_ub: bound(1.0),
        vcov,
        se,
        tval,
        ddf,
        omnibus: None,
    }
}
