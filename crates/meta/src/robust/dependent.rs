//! Meta-regression with dependent effect sizes whose covariances are not known: approximate weights, variance between
//! studies by moments, and a sandwich (Hedges, Tipton and Johnson 2010; small samples: Tipton 2015,
//! doi:10.1037/met0000011).

use nalgebra::{DMatrix, DVector};

use super::{Correction, Fitted, Robust, describe, members, sandwich};
use crate::MetaError;
use crate::linear::{check_rank, weighted};

/// Why effect sizes of a study depend on each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WorkingModel {
    /// They are of the same people: sampling errors have this correlation.
    Correlated {
        /// Correlation of the sampling errors of a study.
        rho: f64,
    },
    /// They are of the same laboratory: true effects vary within and between studies.
    Hierarchical,
}

/// The coefficients with robust tests, and the variances that the weights are made of.
#[derive(Clone, Debug, PartialEq)]
pub struct DependentFit {
    /// Coefficients.
    pub beta: DVector<f64>,
    /// Their tests.
    pub robust: Robust,
    /// Variance between studies.
    pub tau2: f64,
    /// Variance within studies, of the hierarchical model.
    pub omega2: Option<f64>,
    /// Share of variance that is not sampling error, in per cent, of the correlated model.
    pub i2: Option<f64>,
}

/// Fits `yi` with variances `vi` on the columns of `x`; studies are numbered from 0. With `small` the sandwich is
/// adjusted and its degrees of freedom are after Satterthwaite, else it is scaled by m / (m - p).
///
/// # Errors
/// Moderators that depend on each other, too few studies.
pub fn estimate(
    yi: &[f64],
    vi: &[f64],
    x: &DMatrix<f64>,
    names: &[String],
    studies: &[usize],
    model: WorkingModel,
    small: bool,
) -> Result<DependentFit, MetaError> {
    if vi.len() != yi.len() || x.nrows() != yi.len() || studies.len() != yi.len() || names.len() != x.ncols()
    {
        return Err(MetaError::NoAnswer(
            "effect sizes, variances, moderators and studies have different numbers of rows".to_owned(),
        ));
    }
    if let Some(row) = yi.iter().position(|y| !y.is_finite()) {
        return Err(MetaError::NoAnswer(format!(
            "effect size {} is {}, it must be a number",
            row + 1,
            yi[row]
        )));
    }
    if let Some(row) = vi.iter().position(|v| !(*v > 0.0 && v.is_finite())) {
        return Err(MetaError::NoAnswer(format!(
            "effect size {} has a sampling variance of {}, it must be above 0",
            row + 1,
            vi[row]
        )));
    }
    check_rank(x, names)?;
    let members = members(studies);
    let (tau2, omega2, i2, weights) = match model {
        WorkingModel::Correlated { rho } => {
            if !(0.0..=1.0).contains(&rho) {
                return Err(MetaError::NoAnswer(format!(
                    "the correlation {rho} is outside 0 to 1"
                )));
            }
            let (tau2, i2, weights) = correlated(yi, vi, x, &members, rho)?;
            (tau2, None, Some(i2), weights)
        }
        WorkingModel::Hierarchical => {
            let (tau2, omega2) = hierarchical(yi, vi, x, &members)?;
            let weights = vi.iter().map(|v| 1.0 / (v + tau2 + omega2)).collect();
            (tau2, Some(omega2), None, weights)
        }
    };
    let fit = weighted(x, yi, &weights).ok_or_else(singular)?;
    let fitted_values = x * &fit.beta;
    let fitted = Fitted {
        x: x.clone(),
        beta: fit.beta.clone(),
        residuals: yi.iter().zip(fitted_values.iter()).map(|(y, m)| y - m).collect(),
        intercept: true,
        covariance: weights
            .iter()
            .enumerate()
            .map(|(row, w)| (vec![row], DMatrix::from_element(1, 1, 1.0 / w)))
            .collect(),
        weights: None,
    };
    let correction = if small {
        Correction::BiasReduced
    } else {
        Correction::Clusters
    };
    let robust = sandwich(&fitted, studies, correction, 0.95)?;
    let robust = Robust {
        omnibus: None,
        ..describe(&fit.beta, robust.vcov, robust.ddf, robust.clusters, 0.95)
    };
    Ok(DependentFit {
        beta: fit.beta,
        robust,
        tau2,
        omega2,
        i2,
    })
}

/// Differences of sums that are smaller than this share of them are rounding.
const ROUNDING: f64 = 1e-10;

fn singular() -> MetaError {
    MetaError::NoAnswer("the weighted moderators cannot be told apart".to_owned())
}

/// Sums over studies that both estimators need, with weights that are the same within a study or not.
struct Sums {
    unscaled: DMatrix<f64>,
    rss: f64,
    /// Residuals of the weighted fit.
    e: Vec<f64>,
}

fn first_fit(yi: &[f64], x: &DMatrix<f64>, w: &[f64]) -> Result<Sums, MetaError> {
    let fit = weighted(x, yi, w).ok_or_else(singular)?;
    let fitted = x * &fit.beta;
    Ok(Sums {
        unscaled: fit.unscaled,
        rss: fit.rss,
        e: yi.iter().zip(fitted.iter()).map(|(y, m)| y - m).collect(),
    })
}

/// `sum_i l_i x_i` over the rows of a study.
fn total(x: &DMatrix<f64>, rows: &[usize], l: impl Fn(usize) -> f64) -> DVector<f64> {
    rows.iter()
        .fold(DVector::zeros(x.ncols()), |sum: DVector<f64>, row| {
            sum + x.row(*row).transpose() * l(*row)
        })
}

fn correlated(
    yi: &[f64],
    vi: &[f64],
    x: &DMatrix<f64>,
    members: &[Vec<usize>],
    rho: f64,
) -> Result<(f64, f64, Vec<f64>), MetaError> {
    let p = x.ncols();
    let mut mean_v = vec![0.0; yi.len()];
    let mut size = vec![0.0; yi.len()];
    for rows in members {
        let k = rows.len() as f64;
        let mean = rows.iter().map(|row| vi[*row]).sum::<f64>() / k;
        for row in rows {
            (mean_v[*row], size[*row]) = (mean, k);
        }
    }
    let w: Vec<f64> = mean_v.iter().zip(&size).map(|(v, k)| 1.0 / (k * v)).collect();
    let sums = first_fit(yi, x, &w)?;
    let (mut xwjwx, mut a, mut b) = (DMatrix::zeros(p, p), DMatrix::zeros(p, p), DMatrix::zeros(p, p));
    for rows in members {
        // The weight is the same within a study.
        let (w, k) = (w[rows[0]], rows.len() as f64);
        let sum = total(x, rows, |_| 1.0);
        let outer = &sum * sum.transpose();
        let own = x.select_rows(rows.iter());
        let cross = own.tr_mul(&own);
        xwjwx += &outer * (w * w);
        a += &cross * (w / k);
        b += (outer - cross) * (w / k);
    }
    let trace = |matrix: &DMatrix<f64>| (&sums.unscaled * matrix).trace();
    let n = members.len() as f64;
    let total = w.iter().sum::<f64>();
    let denominator = total - trace(&xwjwx);
    if denominator.is_nan() || denominator <= ROUNDING * total {
        return Err(MetaError::NoAnswer(format!(
            "the moderators say all about the {} studies: no variance between them is left to be told",
            members.len()
        )));
    }
    let (a, b) = (trace(&a), trace(&b));
    let tau2 = ((sums.rss - n + a) / denominator + rho * b / denominator).max(0.0);
    let df = n - a - rho * b;
    // Effect sizes that are met exactly vary by less than their sampling errors.
    let i2 = if sums.rss > 0.0 {
        (100.0 * (sums.rss - df) / sums.rss).max(0.0)
    } else {
        0.0
    };
    let weights = mean_v
        .iter()
        .zip(&size)
        .map(|(v, k)| 1.0 / (k * (v + tau2)))
        .collect();
    Ok((tau2, i2, weights))
}

/// tau2 and omega2 from two quadratic forms: within all effect sizes, and of the sums of studies.
fn hierarchical(
    yi: &[f64],
    vi: &[f64],
    x: &DMatrix<f64>,
    members: &[Vec<usize>],
) -> Result<(f64, f64), MetaError> {
    let p = x.ncols();
    let w: Vec<f64> = vi.iter().map(|v| 1.0 / v).collect();
    let sums = first_fit(yi, x, &w)?;
    let zero = || DMatrix::<f64>::zeros(p, p);
    let (mut xjx, mut xwjx, mut xwjjx, mut xwjwx, mut xwwx) = (zero(), zero(), zero(), zero(), zero());
    let (mut between, mut squares) = (0.0, 0.0);
    for rows in members {
        let k = rows.len() as f64;
        let plain = total(x, rows, |_| 1.0);
        let heavy = total(x, rows, |row| w[row]);
        xjx += &plain * plain.transpose();
        xwjx += &heavy * plain.transpose();
        xwjjx += &heavy * plain.transpose() * k;
        xwjwx += &heavy * heavy.transpose();
        for row in rows {
            let one = x.row(*row).transpose() * w[*row];
            xwwx += &one * one.transpose();
        }
        let e: f64 = rows.iter().map(|row| sums.e[*row]).sum();
        between += e * e;
        squares += k * k;
    }
    let v = &sums.unscaled;
    let trace = |matrix: &DMatrix<f64>| (v * matrix).trace();
    let k = yi.len() as f64;
    let a1 = squares - 2.0 * trace(&xwjjx) + (v * &xjx * v * &xwjwx).trace();
    let b1 = k - 2.0 * trace(&xwjx) + (v * &xjx * v * &xwwx).trace();
    let c1 = vi.iter().sum::<f64>() - trace(&xjx);
    let total_w: f64 = w.iter().sum();
    let a2 = total_w - trace(&xwjwx);
    let b2 = total_w - trace(&xwwx);
    let c2 = k - p as f64;
    let determinant = b1 * a2 - b2 * a1;
    if !(determinant.abs() > ROUNDING * ((b1 * a2).abs() + (b2 * a1).abs()) && a2.abs() > ROUNDING * total_w)
    {
        return Err(MetaError::NoAnswer(
            "variances within and between studies cannot be told apart: studies have one effect size each, or the \
             moderators say all about them"
                .to_owned(),
        ));
    }
    let omega2 = (((between - c1) * a2 - (sums.rss - c2) * a1) / determinant).max(0.0);
    let tau2 = ((sums.rss - c2) / a2 - omega2 * b2 / a2).max(0.0);
    Ok((tau2, omega2))
}
