//! Fits of data that a method has added to: to the end, or stopped where metafor stops when it refits.

use super::common_effect;
use crate::MetaError;
use crate::pool::{self, Data, Fit, Method, Options};

/// When the search for tau2 ends.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Stopping {
    /// At its end.
    #[default]
    Exact,
    /// Where a step of Fisher's scoring, from the estimate of Hedges, is not longer than this: what is told differs from the
    /// end in the sixth digit. For ML, REML and EB; others go to the end.
    Scoring(f64),
}

/// Fits studies without moderators.
///
/// # Errors
/// As [`pool::fit`].
pub(super) fn refit(data: &Data, options: &Options, stopping: Stopping) -> Result<Fit, MetaError> {
    let iterates = matches!(
        options.method,
        Method::MaximumLikelihood | Method::Restricted | Method::EmpiricalBayes
    );
    if let Stopping::Scoring(threshold) = stopping
        && iterates
        && options.tau2.is_none()
        && let Some(tau2) = scored(data, options.method, threshold)?
    {
        let options = Options {
            tau2: Some(tau2),
            ..options.clone()
        };
        return pool::fit(data, &options);
    }
    pool::fit(data, options)
}

/// tau2 where scoring stops; none where it has not in a hundred steps.
fn scored(data: &Data, method: Method, threshold: f64) -> Result<Option<f64>, MetaError> {
    let hedges = Options {
        method: Method::Hedges,
        ..Options::default()
    };
    let mut tau2 = pool::fit(data, &hedges)?.tau2;
    let k = data.yi.len() as f64;
    for _ in 0..=100 {
        let total: Vec<f64> = data.vi.iter().map(|v| v + tau2).collect();
        let (mean, _) = common_effect(&data.yi, &total);
        // Sums of powers of the weights, and of the squared distances weighted by them.
        let power = |n: i32| total.iter().map(|v| v.recip().powi(n)).sum::<f64>();
        let distance = |n: i32| -> f64 {
            let each = data.yi.iter().zip(&total);
            each.map(|(y, v)| (y - mean) * (y - mean) * v.recip().powi(n)).sum()
        };
        let (w, w2, w3) = (power(1), power(2), power(3));
        let mut step = match method {
            Method::MaximumLikelihood => (distance(2) - w) / w2,
            Method::EmpiricalBayes => (distance(1) * k / (k - 1.0) - k) / w,
            _ => (distance(2) - (w - w2 / w)) / (w2 - 2.0 * w3 / w + w2 * w2 / (w * w)),
        };
        if !step.is_finite() {
            return Ok(None);
        }
        while tau2 + step < 0.0 {
            step *= 0.5;
        }
        tau2 += step;
        if step.abs() <= threshold {
            return Ok(Some(tau2));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scoring_ends_where_the_exact_fit_is() {
        let data = Data::without_moderators(vec![0.1, 0.8, -0.3, 0.5, 1.2], vec![0.02, 0.05, 0.1, 0.03, 0.2]);
        for method in [Method::MaximumLikelihood, Method::Restricted, Method::EmpiricalBayes] {
            let options = Options {
                method,
                ..Options::default()
            };
            let exact = pool::fit(&data, &options).unwrap();
            let scored = refit(&data, &options, Stopping::Scoring(1e-12)).unwrap();
            assert!((exact.tau2 - scored.tau2).abs() < 1e-9, "{method:?}");
            let early = refit(&data, &options, Stopping::Scoring(1e-5)).unwrap();
            assert!((exact.tau2 - early.tau2).abs() < 1e-4, "{method:?}");
        }
    }
}
