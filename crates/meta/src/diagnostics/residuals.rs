//! Residuals of the studies and their leverage (Viechtbauer and Cheung 2010, doi:10.1002/jrsm.11).

use nalgebra::DMatrix;

use crate::MetaError;
use crate::linear::inverse_spd;
use crate::pool::{Data, Fit};

/// Residuals below this count as 0: they are what rounding left.
pub(crate) const ROUNDING: f64 = 100.0 * f64::EPSILON;

/// Residuals of a fit, study by study.
#[derive(Clone, Debug, PartialEq)]
pub struct Residuals {
    /// Observed less expected.
    pub raw: Vec<f64>,
    /// Their standard errors.
    pub se: Vec<f64>,
    /// Internally standardised.
    pub z: Vec<f64>,
    /// Leverage.
    pub hat: Vec<f64>,
    /// Weights in per cent.
    pub weights: Vec<f64>,
}

/// Rows of the hat matrix: what the expectations are made of.
pub(crate) struct Hat<'d> {
    x: &'d DMatrix<f64>,
    inverse: DMatrix<f64>,
    weights: &'d [f64],
}

impl<'d> Hat<'d> {
    pub(crate) fn new(data: &'d Data, fit: &'d Fit) -> Result<Self, MetaError> {
        let cross = crate::pool::cross(&data.x, fit.weights.iter().copied());
        let inverse = inverse_spd(&cross).ok_or_else(|| MetaError::Singular {
            columns: data.names.join(", "),
        })?;
        Ok(Self {
            x: &data.x,
            inverse,
            weights: &fit.weights,
        })
    }

    /// `(X' A X)^-1`.
    pub(crate) fn inverse(&self) -> &DMatrix<f64> {
        &self.inverse
    }

    pub(crate) fn row(&self, i: usize) -> impl Iterator<Item = f64> + '_ {
        let left = self.x.row(i) * &self.inverse;
        (0..self.x.nrows()).map(move |j| {
            let dot: f64 = (0..self.x.ncols()).map(|c| left[c] * self.x[(j, c)]).sum();
            dot * self.weights[j]
        })
    }

    pub(crate) fn diagonal(&self) -> Vec<f64> {
        (0..self.x.nrows())
            .map(|i| {
                let left = self.x.row(i) * &self.inverse;
                let dot: f64 = (0..self.x.ncols()).map(|c| left[c] * self.x[(i, c)]).sum();
                let hat = dot * self.weights[i];
                if hat > 1.0 - 10.0 * f64::EPSILON { 1.0 } else { hat }
            })
            .collect()
    }
}

/// Leverage of each study.
///
/// # Errors
/// The design is singular.
pub fn hat_values(data: &Data, fit: &Fit) -> Result<Vec<f64>, MetaError> {
    Ok(Hat::new(data, fit)?.diagonal())
}

/// Residuals, their standard errors `diag((I - H) M (I - H)')` with `M = diag(v + tau2)`, leverages and weights.
///
/// # Errors
/// The design is singular.
pub fn residuals(data: &Data, fit: &Fit) -> Result<Residuals, MetaError> {
    let hat = Hat::new(data, fit)?;
    let mut raw = Vec::with_capacity(fit.k);
    let mut se = Vec::with_capacity(fit.k);
    for i in 0..fit.k {
        let rest = data.yi[i] - (data.x.row(i) * &fit.beta)[(0, 0)];
        raw.push(if rest.abs() < ROUNDING { 0.0 } else { rest });
        let variance: f64 = hat
            .row(i)
            .enumerate()
            .map(|(j, h)| {
                let part = f64::from(u8::from(i == j)) - h;
                part * part * (data.vi[j] + fit.tau2)
            })
            .sum();
        se.push(variance.sqrt());
    }
    let total: f64 = fit.weights.iter().sum();
    Ok(Residuals {
        z: raw.iter().zip(&se).map(|(rest, se)| rest / se).collect(),
        raw,
        se,
        hat: hat.diagonal(),
        weights: fit.weights.iter().map(|w| 100.0 * w / total).collect(),
    })
}
