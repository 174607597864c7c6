//! A fitted mixed model of counts.

use euthymia_stats::{gamma, normal};
use nalgebra::{DMatrix, DVector};

use super::{Design, Options};
use crate::effect::Effects;
use crate::linear::{inverse_spd, weighted};

/// Whether effects differ between studies: the model against one with an effect for each study.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heterogeneity {
    /// Wald's statistic.
    pub wald: f64,
    /// Its probability.
    pub wald_p: f64,
    /// The statistic of the ratio of likelihoods.
    pub ratio: f64,
    /// Its probability.
    pub ratio_p: f64,
    /// Degrees of freedom of both.
    pub degrees: f64,
}

/// A fitted mixed model of counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Studies.
    pub k: usize,
    /// Names of the coefficients.
    pub names: Vec<String>,
    /// Coefficients.
    pub beta: Vec<f64>,
    /// Their covariance matrix.
    pub vcov: DMatrix<f64>,
    /// Standard errors.
    pub se: Vec<f64>,
    /// `beta / se`.
    pub z: Vec<f64>,
    /// Two-sided probabilities.
    pub p: Vec<f64>,
    /// Lower bounds.
    pub lower: Vec<f64>,
    /// Upper bounds.
    pub upper: Vec<f64>,
    /// Variance of the effects between studies.
    pub tau2: f64,
    /// Variance of the intercepts between studies, where they are random.
    pub sigma2: Option<f64>,
    /// In per cent, with the typical sampling variance of the studies that have an effect size.
    pub i2: Option<f64>,
    /// Total over sampling variance.
    pub h2: Option<f64>,
    /// Log-likelihood as the model reports it.
    pub ll: f64,
    /// `None` with one study.
    pub heterogeneity: Option<Heterogeneity>,
    /// Wald's test of the moderators (of the intercept alone, where there are none) with its degrees of freedom and
    /// probability.
    pub moderators: Option<(f64, f64, f64)>,
}

/// What a model finds, its coefficients in the columns of the design.
pub(super) struct Found {
    pub(super) k: usize,
    pub(super) beta: Vec<f64>,
    pub(super) vcov: DMatrix<f64>,
    pub(super) tau2: f64,
    pub(super) sigma2: Option<f64>,
    pub(super) ll: f64,
    /// Of the model with equal effects.
    pub(super) ll_equal: f64,
    /// Of the model with an effect for each study.
    pub(super) ll_saturated: f64,
    /// Wald's statistic for it.
    pub(super) wald: f64,
}

impl Fit {
    pub(super) fn new(found: Found, design: &Design, effects: &Effects, options: &Options) -> Self {
        let p = found.beta.len();
        let se: Vec<f64> = (0..p).map(|i| found.vcov[(i, i)].sqrt()).collect();
        let z: Vec<f64> = found.beta.iter().zip(&se).map(|(beta, se)| beta / se).collect();
        let quantile = normal::quantile(0.5 + 0.5 * options.level);
        let bound = |sign: f64| {
            let pairs = found.beta.iter().zip(&se);
            pairs.map(|(beta, se)| beta + sign * quantile * se).collect()
        };
        let degrees = found.k as f64 - p as f64;
        let probability = |chi_square: f64| {
            if degrees > 0.0 {
                gamma::chi_square_above(degrees, chi_square)
            } else {
                1.0
            }
        };
        let ratio = (2.0 * (found.ll_saturated - found.ll_equal)).max(0.0);
        let wald = found.wald.max(0.0);
        let heterogeneity = (found.k > 1).then(|| Heterogeneity {
            wald,
            wald_p: probability(wald),
            ratio,
            ratio_p: probability(ratio),
            degrees,
        });
        let typical = typical_variance(design, effects);
        Self {
            k: found.k,
            names: design.names.clone(),
            p: z.iter().map(|z| normal::two_sided(*z)).collect(),
            lower: bound(-1.0),
            upper: bound(1.0),
            i2: typical.map(|v| 100.0 * found.tau2 / (v + found.tau2)),
            h2: typical.map(|v| found.tau2 / v + 1.0),
            moderators: moderators(&found, &design.names),
            tau2: found.tau2,
            sigma2: found.sigma2,
            ll: found.ll,
            heterogeneity,
            beta: found.beta,
            vcov: found.vcov,
            se,
            z,
        }
    }
}

fn moderators(found: &Found, names: &[String]) -> Option<(f64, f64, f64)> {
    let first = usize::from(names.len() > 1 && names[0] == "intrcpt");
    let tested = names.len() - first;
    let beta = DVector::from_column_slice(&found.beta[first..]);
    let vcov = found.vcov.view((first, first), (tested, tested)).into_owned();
    let statistic = (beta.transpose() * inverse_spd(&vcov)? * &beta)[0];
    let degrees = tested as f64;
    Some((statistic, degrees, gamma::chi_square_above(degrees, statistic)))
}

/// `(k - p) / tr(P)` of the studies with an effect size (Higgins and Thompson 2002, doi:10.1002/sim.1186).
fn typical_variance(design: &Design, effects: &Effects) -> Option<f64> {
    let rows = effects.complete();
    let x = design.x.select_rows(rows.iter());
    let v: Vec<f64> = rows.iter().filter_map(|row| effects.vi[*row]).collect();
    let y: Vec<f64> = rows.iter().filter_map(|row| effects.yi[*row]).collect();
    let w: Vec<f64> = v.iter().map(|v| 1.0 / v).collect();
    let fit = weighted(&x, &y, &w)?;
    let mut trace = 0.0;
    for (i, w) in w.iter().enumerate() {
        let row = x.row(i);
        trace += w - w * w * (row * &fit.unscaled * row.transpose())[0];
    }
    let typical = (rows.len() as f64 - x.ncols() as f64) / trace;
    (typical.is_finite() && typical > 0.0).then_some(typical)
}

/// Wald's test that effects of their own, `theta` with the inverse covariance matrix `precision`, lie in the span of `x`.
pub(super) fn departure(theta: &[f64], precision: &DMatrix<f64>, x: &DMatrix<f64>) -> f64 {
    let theta = DVector::from_column_slice(theta);
    let cross = x.transpose() * precision;
    let Some(inverse) = inverse_spd(&(&cross * x)) else {
        // Fewer studies with an effect of their own than coefficients: these meet them all.
        return 0.0;
    };
    let beta = inverse * (&cross * &theta);
    let rest = theta - x * beta;
    (rest.transpose() * precision * &rest)[0]
}
