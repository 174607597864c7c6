//! The maximum of a likelihood in standard deviations of random effects and other parameters.

use euthymia_stats::optimize;
use nalgebra::DMatrix;

use crate::MetaError;
use crate::linear::inverse_spd;

/// A maximum.
#[derive(Clone, Debug)]
pub(crate) struct Optimum {
    /// Standard deviations of the random effects, 0 where the likelihood is largest without.
    pub(crate) scales: Vec<f64>,
    /// The other parameters.
    pub(crate) rest: Vec<f64>,
    /// The log-likelihood.
    pub(crate) ll: f64,
    /// Covariance matrix of `rest`, by the observed information of all parameters.
    pub(crate) vcov: DMatrix<f64>,
}

/// Below this a standard deviation may be none.
const SMALL: f64 = 2e-3;

/// Maximises `ll(scales, rest)`, which is even in each of the scales.
pub(crate) fn maximise(
    scales: usize,
    start: &[f64],
    mut ll: impl FnMut(&[f64], &[f64]) -> f64,
) -> Result<Optimum, MetaError> {
    let mut free: Vec<bool> = vec![true; scales];
    let (mut best, mut at) = search(&free, start, &mut ll)?;
    for i in 0..scales {
        if at[i].abs() < SMALL {
            free[i] = false;
            let start: Vec<f64> = at[scales..].to_vec();
            let (value, without) = search(&free, &start, &mut ll)?;
            if value >= best - 1e-9 * (1.0 + best.abs()) {
                (best, at) = (value, without);
            } else {
                free[i] = true;
            }
        }
    }
    let active = active(&free, &at);
    let curvature = optimize::hessian(&active, |x| -evaluate(&free, x, &mut ll));
    let n = active.len();
    let kept = n - start.len();
    let vcov = inverse_spd(&DMatrix::from_row_slice(n, n, &curvature))
        .map(|inverse| inverse.view((kept, kept), (start.len(), start.len())).into_owned())
        .ok_or_else(|| MetaError::NotConverged {
            what: "the mixed model of the counts",
            reason: "its likelihood is flat: a coefficient may be infinite, as where no study of a kind has events"
                .to_owned(),
        })?;
    Ok(Optimum {
        scales: at[..scales].iter().map(|scale| scale.abs()).collect(),
        rest: at[scales..].to_vec(),
        ll: best,
        vcov,
    })
}

/// The parameters that are not held at 0.
fn active(free: &[bool], at: &[f64]) -> Vec<f64> {
    at.iter()
        .enumerate()
        .filter(|(i, _)| free.get(*i).copied().unwrap_or(true))
        .map(|(_, x)| *x)
        .collect()
}

fn evaluate(free: &[bool], active: &[f64], ll: &mut impl FnMut(&[f64], &[f64]) -> f64) -> f64 {
    let at = spread(free, active);
    ll(&at[..free.len()], &at[free.len()..])
}

fn spread(free: &[bool], active: &[f64]) -> Vec<f64> {
    let mut given = active.iter().copied();
    let scales: Vec<f64> = free
        .iter()
        .map(|free| if *free { given.next().unwrap_or(0.0) } else { 0.0 })
        .collect();
    scales.into_iter().chain(given).collect()
}

fn search(
    free: &[bool],
    start: &[f64],
    ll: &mut impl FnMut(&[f64], &[f64]) -> f64,
) -> Result<(f64, Vec<f64>), MetaError> {
    let mut at = vec![0.5; free.iter().filter(|free| **free).count()];
    at.extend_from_slice(start);
    let found = optimize::minimize(&at, |x| -evaluate(free, x, ll));
    if !found.converged || !found.value.is_finite() {
        return Err(MetaError::NotConverged {
            what: "the mixed model of the counts",
            reason: format!(
                "no maximum of its likelihood was found in {} tries",
                found.evaluations
            ),
        });
    }
    Ok((-found.value, spread(free, &found.x)))
}

/// The maximum of a smooth function of one parameter from a start: Newton's method with differences, whose error in the
/// value is the square of that in the place.
pub(crate) fn peak(start: f64, mut f: impl FnMut(f64) -> f64) -> (f64, f64) {
    let h = 1e-3;
    let mut x = start;
    let mut value = f(x);
    for _ in 0..200 {
        let (above, below) = (f(x + h), f(x - h));
        let slope = (above - below) / (2.0 * h);
        let curvature = (above - 2.0 * value + below) / (h * h);
        let mut step = if curvature < 0.0 {
            -slope / curvature
        } else {
            slope.signum()
        };
        step = step.clamp(-2.0, 2.0);
        let mut found = f(x + step);
        while found < value && step.abs() > 1e-9 {
            step *= 0.5;
            found = f(x + step);
        }
        if found < value || !found.is_finite() {
            break;
        }
        x += step;
        value = found;
        if step.abs() < 1e-8 {
            break;
        }
    }
    (x, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_maximum_at_the_border_and_inside() {
        // -(s^2 - c)^2 - (x - 1 - s^2)^2: at s = sqrt(c), x = 1 + c; at s = 0 where c is negative.
        for (c, s, x) in [(0.25, 0.5, 1.25), (-1.0, 0.0, 0.5)] {
            let found = maximise(1, &[0.0], |scales, rest| {
                let square = scales[0] * scales[0];
                let (first, second) = (square - c, rest[0] - if c > 0.0 { 1.0 + square } else { 0.5 });
                -first * first - second * second
            })
            .unwrap();
            assert!((found.scales[0] - s).abs() < 1e-7, "{found:?}");
            assert!((found.rest[0] - x).abs() < 1e-7, "{found:?}");
        }
        let (x, value) = peak(3.0, |x| -(x - 1.0) * (x - 1.0) * (1.0 + 0.1 * x * x));
        assert!((x - 1.0).abs() < 1e-7 && value.abs() < 1e-14);
    }
}
