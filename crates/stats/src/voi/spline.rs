//! Least squares on a natural cubic spline, with the covariance of its coefficients.

use super::COEFFICIENTS;
use crate::random::Stream;

/// Knots that are tried; two are a line.
pub(super) const KNOTS: [usize; 6] = [2, 3, 4, 5, 6, 8];

/// A regression on columns.
pub(super) struct Fit {
    pub(super) fitted: Vec<f64>,
    /// Rows of the basis.
    basis: Vec<Vec<f64>>,
    /// Lower triangle of the Cholesky factor of the cross products.
    factor: Vec<Vec<f64>>,
    /// Variance of the residuals.
    variance: f64,
}

impl Fit {
    /// With as many knots as cross-validation finds best.
    pub(super) fn best(x: &[f64], y: &[f64]) -> Self {
        let mut sorted = x.to_vec();
        sorted.sort_by(f64::total_cmp);
        let mut best: Option<(f64, Self)> = None;
        for count in KNOTS {
            let Some(fit) = Self::new(x, y, &knots(&sorted, count)) else {
                continue;
            };
            let score = fit.score();
            if best.as_ref().is_none_or(|(known, _)| score < *known) {
                best = Some((score, fit));
            }
        }
        best.map_or_else(|| Self::mean(y), |(_, fit)| fit)
    }

    /// The mean alone, taken for certain.
    pub(super) fn mean(y: &[f64]) -> Self {
        let mean = y.iter().sum::<f64>() / y.len().max(1) as f64;
        Self {
            fitted: vec![mean; y.len()],
            basis: Vec::new(),
            factor: Vec::new(),
            variance: 0.0,
        }
    }

    /// What generalised cross-validation makes smallest.
    pub(super) fn score(&self) -> f64 {
        let (n, terms) = (self.fitted.len() as f64, self.factor.len() as f64);
        self.variance / (n - terms).max(1.0)
    }

    /// With these knots; nothing where they are too few or the values too alike.
    fn new(x: &[f64], y: &[f64], knots: &[f64]) -> Option<Self> {
        Self::of(x.iter().map(|x| row(*x, knots)).collect(), y)
    }

    /// On these rows; nothing where their columns depend on one another.
    pub(super) fn of(basis: Vec<Vec<f64>>, y: &[f64]) -> Option<Self> {
        let terms = basis.first()?.len();
        let mut products = vec![vec![0.0; terms]; terms];
        let mut right = vec![0.0; terms];
        for (row, y) in basis.iter().zip(y) {
            for (at, one) in row.iter().enumerate() {
                right[at] += one * y;
                for (other, value) in row.iter().enumerate().take(at + 1) {
                    products[at][other] += one * value;
                }
            }
        }
        let factor = factored(products)?;
        let coefficients = solved(&factor, &right);
        let of = |row: &Vec<f64>| row.iter().zip(&coefficients).map(|(x, b)| x * b).sum::<f64>();
        let fitted: Vec<f64> = basis.iter().map(of).collect();
        let squares: f64 = fitted.iter().zip(y).map(|(fit, y)| (fit - y) * (fit - y)).sum();
        Some(Self {
            variance: squares / (y.len() as f64 - terms as f64).max(1.0),
            fitted,
            basis,
            factor,
        })
    }

    /// The curve with coefficients drawn from their distribution.
    pub(super) fn drawn(&self, stream: Stream, time: u32, option: u64) -> Vec<f64> {
        let source = stream.at(COEFFICIENTS, time, option);
        let normals: Vec<f64> = (0u32..)
            .take(self.factor.len())
            .map(|at| source.normal(at))
            .collect();
        // With covariance V (X'X)^-1 = V L^-T L^-1.
        let shift = backward(&self.factor, &normals);
        let sd = self.variance.sqrt();
        let of = |(row, fitted): (&Vec<f64>, &f64)| {
            fitted + sd * row.iter().zip(&shift).map(|(x, b)| x * b).sum::<f64>()
        };
        if self.basis.is_empty() {
            return self.fitted.clone();
        }
        self.basis.iter().zip(&self.fitted).map(of).collect()
    }
}

/// Knots at quantiles, the outer ones near the ends; equal ones once, on a scale from 0 to 1.
pub(super) fn knots(sorted: &[f64], count: usize) -> Vec<f64> {
    let at = |part: f64| crate::quantile::type7(sorted, part);
    let mut knots: Vec<f64> = (0..count)
        .map(|knot| at(0.02 + 0.96 * knot as f64 / (count - 1).max(1) as f64))
        .collect();
    knots.dedup();
    knots
}

/// The natural cubic spline basis at a point.
pub(super) fn row(x: f64, knots: &[f64]) -> Vec<f64> {
    let (Some(first), Some(last)) = (knots.first(), knots.last()) else {
        return vec![1.0];
    };
    let width = last - first;
    if width <= 0.0 {
        return vec![1.0];
    }
    let scaled: Vec<f64> = knots.iter().map(|knot| (knot - first) / width).collect();
    let x = (x - first) / width;
    let cubed = |knot: f64| {
        let over = (x - knot).max(0.0);
        over * over * over
    };
    let end = scaled.len() - 1;
    let slope = |at: usize| (cubed(scaled[at]) - cubed(scaled[end])) / (scaled[end] - scaled[at]);
    let mut row = vec![1.0, x];
    row.extend((0..end.saturating_sub(1)).map(|at| slope(at) - slope(end - 1)));
    row
}

/// The Cholesky factor of a symmetric matrix given by its lower triangle; nothing where it is not positive definite.
fn factored(matrix: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let mut factor: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
    for (at, given) in matrix.into_iter().enumerate() {
        let mut row: Vec<f64> = Vec::with_capacity(at + 1);
        for other in 0..=at {
            let before = |above: &[f64], row: &[f64]| -> f64 {
                above.iter().zip(row).map(|(one, other)| one * other).sum()
            };
            if at == other {
                let left = given[at] - before(&row, &row);
                if left <= 1e-12 * given[at].abs() {
                    return None;
                }
                row.push(left.sqrt());
            } else {
                let above = &factor[other];
                row.push((given[other] - before(&above[..other], &row)) / above[other]);
            }
        }
        factor.push(row);
    }
    Some(factor)
}

fn solved(factor: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let mut values = Vec::with_capacity(right.len());
    for (at, row) in factor.iter().enumerate() {
        let before: f64 = row.iter().zip(&values).map(|(l, x): (&f64, &f64)| l * x).sum();
        values.push((right[at] - before) / row[at]);
    }
    backward(factor, &values)
}

/// Solves with the transpose of a lower triangle.
fn backward(factor: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let mut values = right.to_vec();
    for at in (0..factor.len()).rev() {
        for below in at + 1..factor.len() {
            values[at] -= factor[below][at] * values[below];
        }
        values[at] /= factor[at][at];
    }
    values
}
