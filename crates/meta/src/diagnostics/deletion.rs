//! What changes when a study is left out: studentised residuals, DFFITS, Cook's distance, covariance ratio, DFBETAS
//! (Viechtbauer and Cheung 2010, doi:10.1002/jrsm.11).

use nalgebra::{DMatrix, DVector};

use super::residuals::{Hat, ROUNDING};
use super::subset;
use crate::MetaError;
use crate::linear::inverse_spd;
use crate::pool::{Data, Fit, cross, fit};

/// What one study does to the fit. Nothing where the model cannot be fitted without it.
#[derive(Clone, Debug, PartialEq)]
pub struct Influence {
    /// Deleted residual.
    pub resid: Option<f64>,
    /// Its standard error.
    pub resid_se: Option<f64>,
    /// Externally studentised residual.
    pub rstudent: Option<f64>,
    /// Change of the study's own expectation, in standard errors.
    pub dffits: Option<f64>,
    /// Cook's distance.
    pub cook: Option<f64>,
    /// Generalised variance of the coefficients without the study over that with it.
    pub covariance_ratio: Option<f64>,
    /// tau2 without the study.
    pub tau2: Option<f64>,
    /// Q of residual heterogeneity without the study.
    pub qe: Option<f64>,
    /// Leverage.
    pub hat: f64,
    /// Weight in per cent.
    pub weight: f64,
    /// Change of each coefficient, in standard errors.
    pub dfbetas: Option<Vec<f64>>,
    /// The study's expectation without it, and its variance.
    pub expected: Option<(f64, f64)>,
}

/// Leaves out each study in turn.
///
/// # Errors
/// The full model has no covariance matrix that can be inverted.
pub fn influence(data: &Data, full: &Fit) -> Result<Vec<Influence>, MetaError> {
    let singular = || MetaError::Singular {
        columns: data.names.join(", "),
    };
    let precision = inverse_spd(&full.vcov).ok_or_else(singular)?;
    let hat = Hat::new(data, full)?;
    let leverage = hat.diagonal();
    let total: f64 = full.weights.iter().sum();
    let standard = full.options.weighted && full.options.weights.is_none();
    let mut all = Vec::with_capacity(full.k);
    let mut kept: Vec<usize> = (1..full.k).collect();
    for i in 0..full.k {
        if i > 0 {
            kept[i - 1] = i - 1;
        }
        let (rest, options) = subset(data, &full.options, &kept);
        let mut found = Influence {
            resid: None,
            resid_se: None,
            rstudent: None,
            dffits: None,
            cook: None,
            covariance_ratio: None,
            tau2: None,
            qe: None,
            hat: leverage[i],
            weight: 100.0 * full.weights[i] / total,
            dfbetas: None,
            expected: None,
        };
        let estimable = rest.yi.len() >= rest.x.ncols() && !rest.yi.is_empty();
        if let Some(without) = estimable.then(|| fit(&rest, &options).ok()).flatten() {
            let context = Context {
                data,
                full,
                precision: &precision,
                hat: &hat,
                standard,
            };
            context.compare(i, &without, &mut found);
        }
        all.push(found);
    }
    Ok(all)
}

struct Context<'d> {
    data: &'d Data,
    full: &'d Fit,
    precision: &'d DMatrix<f64>,
    hat: &'d Hat<'d>,
    standard: bool,
}

impl Context<'_> {
    fn compare(&self, i: usize, without: &Fit, found: &mut Influence) {
        let (data, full) = (self.data, self.full);
        let some = |x: f64| (!x.is_nan()).then_some(x);
        let row = data.x.row(i);
        let expected = (row * &without.beta)[(0, 0)];
        let variance = (row * &without.vcov * row.transpose())[(0, 0)];
        found.expected = Some((expected, variance));
        found.tau2 = Some(without.tau2);
        found.qe = Some(without.qe);

        let rest = data.yi[i] - expected;
        let rest = if rest.abs() < ROUNDING { 0.0 } else { rest };
        let se = ((data.vi[i] + without.tau2) * without.s2w + variance).sqrt();
        found.resid = some(rest);
        found.resid_se = some(se);
        found.rstudent = some(rest / se);

        let change: DVector<f64> = &full.beta - &without.beta;
        let shift = (row * &change)[(0, 0)];
        let spread = if self.standard {
            found.hat * (without.tau2 + data.vi[i])
        } else {
            self.hat
                .row(i)
                .enumerate()
                .map(|(j, h)| h * h * (without.tau2 + data.vi[j]))
                .sum()
        };
        found.dffits = some(shift / (without.s2w * spread).sqrt());
        found.cook = some((change.transpose() * self.precision * &change)[(0, 0)]);
        found.covariance_ratio = some(without.vcov.determinant() / full.vcov.determinant());
        found.dfbetas = self.variance_at(without.tau2).map(|variance| {
            change
                .iter()
                .zip(variance.diagonal().iter())
                .map(|(change, v)| change / (without.s2w * v).sqrt())
                .collect()
        });
    }

    /// Covariance matrix of the coefficients of the full model with another tau2.
    fn variance_at(&self, tau2: f64) -> Option<DMatrix<f64>> {
        let (x, vi) = (&self.data.x, &self.data.vi);
        if self.standard {
            return inverse_spd(&cross(x, vi.iter().map(|v| 1.0 / (v + tau2))));
        }
        let middle = cross(
            x,
            self.full.weights.iter().zip(vi).map(|(w, v)| w * w * (v + tau2)),
        );
        Some(self.hat.inverse() * middle * self.hat.inverse())
    }
}
