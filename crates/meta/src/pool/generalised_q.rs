//! The distribution of a generalised Q with given weights, as a function of tau2 (Jackson 2013, doi:10.1002/jrsm.1081).

use euthymia_stats::optimize::root;
use euthymia_stats::quadratic_form::{WeightedChiSquares, below};
use nalgebra::DMatrix;

use super::{Data, Projection};

/// `Q = y'Py` for weights A, `P = A - A X (X'AX)^-1 X'A`.
pub(crate) struct GeneralisedQ<'d> {
    vi: &'d [f64],
    p: DMatrix<f64>,
    /// Its observed value.
    q: f64,
    /// How many of its chi-squares count: studies less coefficients.
    free: usize,
}

impl<'d> GeneralisedQ<'d> {
    /// `None` where `X'AX` is singular or no degrees of freedom are left.
    pub(crate) fn new(data: &'d Data, weights: Vec<f64>) -> Option<Self> {
        let (k, columns) = (data.yi.len(), data.x.ncols());
        let free = k.checked_sub(columns).filter(|free| *free > 0)?;
        let projection = Projection::new(&data.x, weights)?;
        let hat = &data.x * &projection.inverse * data.x.transpose();
        let a = &projection.a;
        let p = DMatrix::from_fn(k, k, |i, j| {
            let own = if i == j { a[i] } else { 0.0 };
            own - a[i] * hat[(i, j)] * a[j]
        });
        Some(Self {
            vi: &data.vi,
            q: projection.form(&data.yi),
            p,
            free,
        })
    }

    /// Probability of a larger Q if tau2 were this; grows with tau2.
    pub(crate) fn above(&self, tau2: f64) -> f64 {
        let s: Vec<f64> = self.vi.iter().map(|v| (v + tau2).sqrt()).collect();
        let scaled = DMatrix::from_fn(s.len(), s.len(), |i, j| s[i] * self.p[(i, j)] * s[j]);
        let mut weights: Vec<f64> = scaled.symmetric_eigenvalues().iter().copied().collect();
        weights.sort_by(|a, b| b.total_cmp(a));
        weights.truncate(self.free);
        weights.retain(|weight| *weight > 0.0);
        1.0 - below(&WeightedChiSquares(weights), self.q)
    }

    /// The tau2 at which a larger Q has the probability `p`; 0 where it is more probable at 0 already.
    pub(crate) fn tau2_at(&self, p: f64) -> Option<f64> {
        if self.above(0.0) >= p {
            return Some(0.0);
        }
        let mut high = self.vi.iter().sum::<f64>() / self.vi.len() as f64;
        while self.above(high) < p {
            high *= 4.0;
            if !high.is_finite() || high > 1e200 {
                return None;
            }
        }
        root(0.0, high, 0.0, |tau2| self.above(tau2) - p)
    }
}
