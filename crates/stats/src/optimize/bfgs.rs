//! Quasi-Newton minimisation with gradients by differences (Broyden, Fletcher, Goldfarb, Shanno), and a last polish by
//! Newton steps with the extrapolated gradient and Hessian: likelihoods come out to 8 to 10 digits in the parameters.

use super::{Minimum, gradient, hessian, simplex};

/// Minimises `f` from `start`. A value that is no number counts as infinite: bounds may be written that way.
#[must_use]
pub fn minimize(start: &[f64], mut f: impl FnMut(&[f64]) -> f64) -> Minimum {
    let mut evaluations = 0;
    let mut value = |x: &[f64]| {
        evaluations += 1;
        let value = f(x);
        if value.is_nan() { f64::INFINITY } else { value }
    };
    // The simplex finds the basin whatever the start and the scale; it is cheap beside what it saves.
    let found = simplex(start, 0.25, 1e-8, &mut value);
    let (mut x, mut best) = (found.x, found.value);
    let converged = quasi_newton(&mut x, &mut best, &mut value, |x, f| gradient(x, f));
    polish(&mut x, &mut best, &mut value);
    Minimum {
        x,
        value: best,
        converged: converged || found.converged,
        evaluations,
    }
}

/// As [`minimize`], but down from `start` only: it ends in the nearest minimum, at less cost.
#[must_use]
pub fn descend(start: &[f64], mut f: impl FnMut(&[f64]) -> f64) -> Minimum {
    let mut evaluations = 0;
    let mut value = |x: &[f64]| {
        evaluations += 1;
        let value = f(x);
        if value.is_nan() { f64::INFINITY } else { value }
    };
    let mut x = start.to_vec();
    let mut best = value(&x);
    let converged = quasi_newton(&mut x, &mut best, &mut value, |x, f| gradient(x, f));
    Minimum {
        x,
        value: best,
        converged,
        evaluations,
    }
}

/// As [`descend`], for a function that is smooth only nearby, as one whose quadrature changes its pieces: slopes are taken
/// over a millionth.
#[must_use]
pub fn descend_nearby(start: &[f64], mut f: impl FnMut(&[f64]) -> f64) -> Minimum {
    let mut evaluations = 0;
    let mut value = |x: &[f64]| {
        evaluations += 1;
        let value = f(x);
        if value.is_nan() { f64::INFINITY } else { value }
    };
    let mut x = start.to_vec();
    let mut best = value(&x);
    let converged = quasi_newton(&mut x, &mut best, &mut value, |x, f| {
        let mut at = x.to_vec();
        (0..x.len())
            .map(|i| {
                let step = 1e-6 * x[i].abs().max(1e-2);
                at[i] = x[i] + step;
                let above = f(&at);
                at[i] = x[i] - step;
                let below = f(&at);
                at[i] = x[i];
                (above - below) / (2.0 * step)
            })
            .collect()
    });
    Minimum {
        x,
        value: best,
        converged,
        evaluations,
    }
}

fn quasi_newton<F: FnMut(&[f64]) -> f64>(
    x: &mut Vec<f64>,
    best: &mut f64,
    f: &mut F,
    mut gradient: impl FnMut(&[f64], &mut F) -> Vec<f64>,
) -> bool {
    let n = x.len();
    let mut inverse = identity(n);
    let mut slope = gradient(x, &mut *f);
    for _ in 0..200 {
        if slope.iter().any(|g| !g.is_finite()) {
            return false;
        }
        let mut direction: Vec<f64> = (0..n)
            .map(|i| -(0..n).map(|j| inverse[i * n + j] * slope[j]).sum::<f64>())
            .collect();
        let mut descent: f64 = direction.iter().zip(&slope).map(|(d, g)| d * g).sum();
        if descent >= 0.0 {
            inverse = identity(n);
            direction = slope.iter().map(|g| -g).collect();
            descent = -slope.iter().map(|g| g * g).sum::<f64>();
        }
        if -descent <= 1e-20 * (1.0 + best.abs()) {
            return true;
        }
        let mut step = 1.0;
        let next = loop {
            let at: Vec<f64> = x.iter().zip(&direction).map(|(x, d)| x + step * d).collect();
            let value = f(&at);
            if value <= *best + 1e-4 * step * descent {
                break Some((at, value));
            }
            step *= 0.5;
            if step < 1e-12 {
                break None;
            }
        };
        // No step helps: at the minimum that is rounding, on a slope it is a failure.
        let Some((at, value)) = next else {
            return -descent <= 1e-10 * (1.0 + best.abs());
        };
        let new_slope = gradient(&at, &mut *f);
        let s: Vec<f64> = at.iter().zip(x.iter()).map(|(a, b)| a - b).collect();
        let y: Vec<f64> = new_slope.iter().zip(&slope).map(|(a, b)| a - b).collect();
        let sy: f64 = s.iter().zip(&y).map(|(a, b)| a * b).sum();
        if sy > 1e-300 {
            update(&mut inverse, &s, &y, sy);
        }
        let gain = *best - value;
        *x = at;
        *best = value;
        slope = new_slope;
        if gain <= 1e-15 * (1.0 + best.abs()) {
            return true;
        }
    }
    false
}

/// Newton steps while they help: near the minimum the value no longer tells points apart, the gradient still does.
fn polish(x: &mut Vec<f64>, best: &mut f64, f: &mut impl FnMut(&[f64]) -> f64) {
    let n = x.len();
    let mut slope = gradient(x, &mut *f);
    for _ in 0..6 {
        let curvature = hessian(x, &mut *f);
        let Some(step) = solve(&curvature, &slope, n) else {
            return;
        };
        let at: Vec<f64> = x.iter().zip(&step).map(|(x, s)| x - s).collect();
        let value = f(&at);
        let new_slope = gradient(&at, &mut *f);
        let size = |slope: &[f64]| slope.iter().map(|g| g * g).sum::<f64>();
        let better = value <= *best + 1e-10 * (1.0 + best.abs()) && size(&new_slope) < size(&slope);
        if !better {
            return;
        }
        let moved = step
            .iter()
            .zip(&at)
            .map(|(s, x)| s.abs() / (x.abs() + 1e-8))
            .fold(0.0, f64::max);
        *x = at;
        *best = value;
        slope = new_slope;
        if moved < 1e-12 {
            return;
        }
    }
}

/// Solves by Gaussian elimination with pivots; `None` where the matrix is singular or not a number.
fn solve(matrix: &[f64], right: &[f64], n: usize) -> Option<Vec<f64>> {
    let mut a = matrix.to_vec();
    let mut b = right.to_vec();
    for column in 0..n {
        let pivot = (column..n).max_by(|i, j| a[i * n + column].abs().total_cmp(&a[j * n + column].abs()))?;
        let size = a[pivot * n + column].abs();
        if size <= 1e-300 || size.is_nan() {
            return None;
        }
        for k in 0..n {
            a.swap(column * n + k, pivot * n + k);
        }
        b.swap(column, pivot);
        for row in column + 1..n {
            let factor = a[row * n + column] / a[column * n + column];
            for k in column..n {
                a[row * n + k] -= factor * a[column * n + k];
            }
            b[row] -= factor * b[column];
        }
    }
    for row in (0..n).rev() {
        let rest: f64 = (row + 1..n).map(|k| a[row * n + k] * b[k]).sum();
        b[row] = (b[row] - rest) / a[row * n + row];
    }
    b.iter().all(|x| x.is_finite()).then_some(b)
}

fn identity(n: usize) -> Vec<f64> {
    (0..n * n).map(|i| f64::from(u8::from(i / n == i % n))).collect()
}

fn update(inverse: &mut [f64], s: &[f64], y: &[f64], sy: f64) {
    let n = s.len();
    let hy: Vec<f64> = (0..n)
        .map(|i| (0..n).map(|j| inverse[i * n + j] * y[j]).sum())
        .collect();
    let yhy: f64 = y.iter().zip(&hy).map(|(a, b)| a * b).sum();
    for i in 0..n {
        for j in 0..n {
            inverse[i * n + j] += (1.0 + yhy / sy) * s[i] * s[j] / sy - (hy[i] * s[j] + s[i] * hy[j]) / sy;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_banana_of_rosenbrock_to_ten_digits() {
        let f = |x: &[f64]| 100.0 * (x[1] - x[0] * x[0]) * (x[1] - x[0] * x[0]) + (1.0 - x[0]) * (1.0 - x[0]);
        let found = minimize(&[-1.2, 1.0], f);
        assert!(found.x.iter().all(|x| (x - 1.0).abs() < 1e-9), "{found:?}");
        for found in [descend(&[-1.2, 1.0], f), descend_nearby(&[-1.2, 1.0], f)] {
            assert!(found.x.iter().all(|x| (x - 1.0).abs() < 1e-6), "{found:?}");
        }
    }
}
