//! `P = A - A X (X' A X)^-1 X' A` for diagonal weights A: what is left of the data once the coefficients are taken out.
//!
//! All that estimators of tau2 need of P are forms and traces, so P itself (k x k) is never built.

use nalgebra::{DMatrix, DVector};

use crate::linear::inverse_spd;

/// P of a design and weights.
#[derive(Clone, Debug)]
pub(crate) struct Projection<'d> {
    x: &'d DMatrix<f64>,
    /// Weights.
    pub(crate) a: Vec<f64>,
    /// `(X' A X)^-1`.
    pub(crate) inverse: DMatrix<f64>,
}

impl<'d> Projection<'d> {
    /// `None` where `X' A X` is singular.
    pub(crate) fn new(x: &'d DMatrix<f64>, a: Vec<f64>) -> Option<Self> {
        let inverse = inverse_spd(&cross(x, a.iter().copied()))?;
        Some(Self { x, a, inverse })
    }

    /// `(X' A X)^-1 X' A y`.
    pub(crate) fn coefficients(&self, y: &[f64]) -> DVector<f64> {
        let weighted: Vec<f64> = self.a.iter().zip(y).map(|(a, y)| a * y).collect();
        let right = DVector::from_fn(self.x.ncols(), |column, _| {
            self.x
                .column(column)
                .iter()
                .zip(&weighted)
                .map(|(x, y)| x * y)
                .sum()
        });
        &self.inverse * right
    }

    /// `y - X b`.
    pub(crate) fn residuals(&self, y: &[f64]) -> Vec<f64> {
        let beta = self.coefficients(y);
        fitted(self.x, &beta)
            .zip(y)
            .map(|(fitted, y)| y - fitted)
            .collect()
    }

    /// `P y`.
    pub(crate) fn times(&self, y: &[f64]) -> Vec<f64> {
        let rest = self.residuals(y);
        self.a.iter().zip(rest).map(|(a, r)| a * r).collect()
    }

    /// `y' P y`.
    pub(crate) fn form(&self, y: &[f64]) -> f64 {
        let rest = self.residuals(y);
        self.a.iter().zip(rest).map(|(a, r)| a * r * r).sum()
    }

    /// `tr(P C)` for diagonal C.
    pub(crate) fn trace(&self, c: impl Fn(usize) -> f64) -> f64 {
        let a = &self.a;
        let whole: f64 = (0..a.len()).map(|i| a[i] * c(i)).sum();
        let taken = cross(self.x, (0..a.len()).map(|i| a[i] * a[i] * c(i)));
        whole - product_trace(&self.inverse, &taken)
    }

    /// `tr(P C P D)` for diagonal C and D.
    pub(crate) fn trace_of_two(&self, c: impl Fn(usize) -> f64, d: impl Fn(usize) -> f64) -> f64 {
        let a = &self.a;
        let k = a.len();
        let whole: f64 = (0..k).map(|i| a[i] * a[i] * c(i) * d(i)).sum();
        let mixed = cross(self.x, (0..k).map(|i| a[i] * a[i] * a[i] * c(i) * d(i)));
        let left = &self.inverse * cross(self.x, (0..k).map(|i| a[i] * a[i] * c(i)));
        let right = &self.inverse * cross(self.x, (0..k).map(|i| a[i] * a[i] * d(i)));
        whole - 2.0 * product_trace(&self.inverse, &mixed) + product_trace(&left, &right)
    }
}

/// `X' diag(a) X`.
pub(crate) fn cross(x: &DMatrix<f64>, a: impl Iterator<Item = f64>) -> DMatrix<f64> {
    let p = x.ncols();
    let mut sum = DMatrix::zeros(p, p);
    for (i, a) in a.enumerate() {
        for row in 0..p {
            let ax = a * x[(i, row)];
            for column in 0..=row {
                sum[(row, column)] += ax * x[(i, column)];
            }
        }
    }
    for row in 0..p {
        for column in row + 1..p {
            sum[(row, column)] = sum[(column, row)];
        }
    }
    sum
}

/// `X b`, row by row.
pub(crate) fn fitted<'a>(x: &'a DMatrix<f64>, beta: &'a DVector<f64>) -> impl Iterator<Item = f64> + 'a {
    (0..x.nrows()).map(move |i| (0..x.ncols()).map(|j| x[(i, j)] * beta[j]).sum())
}

/// `tr(A B)`.
fn product_trace(a: &DMatrix<f64>, b: &DMatrix<f64>) -> f64 {
    let p = a.nrows();
    (0..p)
        .map(|i| (0..p).map(|j| a[(i, j)] * b[(j, i)]).sum::<f64>())
        .sum()
}
