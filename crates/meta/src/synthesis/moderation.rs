//! What moderators explain.

use super::{Design, Estimate, Measure};
use crate::pool::Fit;

/// A coefficient.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficient {
    /// Its column of the design.
    pub name: String,
    /// With its interval, on the scale that is pooled.
    pub estimate: Estimate,
    /// Standard error.
    pub se: f64,
    /// Over its standard error.
    pub statistic: f64,
    /// Two-sided probability.
    pub p: f64,
}

/// A meta-regression.
#[derive(Clone, Debug, PartialEq)]
pub struct Moderation {
    /// The formula.
    pub formula: String,
    /// Its coefficients.
    pub coefficients: Vec<Coefficient>,
    /// The design, a row for each study.
    pub x: Vec<Vec<f64>>,
    /// The fitted effect of each study with its interval, on the scale that is pooled.
    pub fitted: Vec<Estimate>,
    /// The same as it is read.
    pub fitted_shown: Vec<Estimate>,
    /// Test of all moderators together.
    pub qm: Option<f64>,
    /// Its degrees of freedom; the second of an F test.
    pub qm_df: (f64, Option<f64>),
    /// Its probability.
    pub qm_p: Option<f64>,
    /// Share of tau2 explained, in per cent.
    pub r2: Option<f64>,
}

/// Of a fit.
pub(super) fn of(design: &Design, fit: &Fit, measure: &Measure) -> Moderation {
    let critical = fit.critical();
    let fitted: Vec<Estimate> = (0..fit.k)
        .map(|i| {
            let x = design.x.row(i).transpose();
            let value = x.dot(&fit.beta);
            let half = critical * x.dot(&(&fit.vcov * &x)).max(0.0).sqrt();
            Estimate {
                value,
                lower: value - half,
                upper: value + half,
            }
        })
        .collect();
    let coefficient = |i: usize| Coefficient {
        name: design.names[i].clone(),
        estimate: Estimate {
            value: fit.beta[i],
            lower: fit.ci_lb[i],
            upper: fit.ci_ub[i],
        },
        se: fit.se[i],
        statistic: fit.zval[i],
        p: fit.pval[i],
    };
    Moderation {
        formula: design.formula.clone(),
        coefficients: (0..fit.p).map(coefficient).collect(),
        x: design
            .x
            .row_iter()
            .map(|row| row.iter().copied().collect())
            .collect(),
        fitted_shown: fitted.iter().map(|one| one.map(|x| measure.shown(x))).collect(),
        fitted,
        qm: fit.qm,
        qm_df: fit.qm_df,
        qm_p: fit.qm_p,
        r2: fit.r2,
    }
}
