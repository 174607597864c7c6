//! Sums from the first to the last, and random numbers by quantiles.

use euthymia_stats::normal;
use nuts_rs::rand::Rng;

/// Uniform on the open interval (0, 1): an odd multiple of 2^-53.
pub(super) fn uniform<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    const UNIT: f64 = 1.0 / 4_503_599_627_370_496.0;
    ((rng.next_u64() >> 12) as f64 + 0.5) * UNIT
}

pub(super) fn standard_normal<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    normal::quantile(uniform(rng))
}

pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

/// `x + U (diag(values) - I) U'x`, U having the vectors as columns.
pub(super) fn stretched(x: &[f64], vectors: &[Vec<f64>], values: &[f64]) -> Vec<f64> {
    let mut sum = x.to_vec();
    for (vector, value) in vectors.iter().zip(values) {
        let along = (value - 1.0) * dot(vector, x);
        for (sum, component) in sum.iter_mut().zip(vector) {
            *sum += along * component;
        }
    }
    sum
}

/// A scale and its inverse from a variance that both belong to.
pub(super) fn set_scales(variance: f64, std: &mut f64, inverse: &mut f64) {
    *std = variance.sqrt();
    *inverse = variance.recip().sqrt();
}

/// Scales from variances; where there is none, from `fill`.
pub(super) fn scales(
    (inverse, std): (&mut [f64], &mut [f64]),
    variances: impl Iterator<Item = f64>,
    fill: Option<f64>,
    (low, high): (f64, f64),
) {
    for ((inverse, std), variance) in inverse.iter_mut().zip(std).zip(variances) {
        if variance.is_finite() && variance != 0.0 {
            set_scales(variance.clamp(low, high), std, inverse);
        } else if let Some(fill) = fill {
            set_scales(fill, std, inverse);
        }
    }
}
