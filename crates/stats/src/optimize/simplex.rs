//! Nelder and Mead's simplex, with the coefficients that suit the number of parameters (Gao and Han 2012), restarted
//! until a fresh simplex finds nothing better.

use super::Minimum;

/// Minimises `f` from `start`; `scale` is the size of the first simplex. A value that is no number counts as infinite.
#[must_use]
pub fn simplex(start: &[f64], scale: f64, tolerance: f64, mut f: impl FnMut(&[f64]) -> f64) -> Minimum {
    let mut evaluations = 0;
    let mut value = |x: &[f64]| {
        evaluations += 1;
        let value = f(x);
        if value.is_nan() { f64::INFINITY } else { value }
    };
    let mut x = start.to_vec();
    let mut best = value(&x);
    let mut converged = false;
    for _ in 0..20 {
        let (next, found, done) = once(&x, scale, tolerance, &mut value);
        let gain = best - found;
        (x, best) = (next, found);
        converged = done;
        if gain.is_nan() || gain <= tolerance * (best.abs() + tolerance) {
            break;
        }
    }
    Minimum {
        x,
        value: best,
        converged,
        evaluations,
    }
}

fn once(
    start: &[f64],
    scale: f64,
    tolerance: f64,
    f: &mut impl FnMut(&[f64]) -> f64,
) -> (Vec<f64>, f64, bool) {
    let n = start.len();
    let size = n.max(2) as f64;
    let (expand, contract, shrink) = (1.0 + 2.0 / size, 0.75 - 0.5 / size, 1.0 - 1.0 / size);
    let mut points: Vec<(Vec<f64>, f64)> = vec![(start.to_vec(), f(start))];
    for i in 0..n {
        let mut x = start.to_vec();
        x[i] += if x[i] == 0.0 {
            scale
        } else {
            scale * x[i].abs().max(0.1)
        };
        let value = f(&x);
        points.push((x, value));
    }
    for _ in 0..2000 * n.max(1) {
        points.sort_by(|a, b| a.1.total_cmp(&b.1));
        let spread = points[n].1 - points[0].1;
        let size = (0..n)
            .map(|i| (points[n].0[i] - points[0].0[i]).abs())
            .fold(0.0, f64::max);
        if spread <= tolerance * (points[0].1.abs() + tolerance) && size <= tolerance.sqrt() {
            let (x, value) = points.swap_remove(0);
            return (x, value, true);
        }
        let center: Vec<f64> = (0..n)
            .map(|i| points[..n].iter().map(|(x, _)| x[i]).sum::<f64>() / n as f64)
            .collect();
        let worst = points[n].0.clone();
        let along = |t: f64| -> Vec<f64> { (0..n).map(|i| center[i] + t * (center[i] - worst[i])).collect() };
        let reflected = along(1.0);
        let value = f(&reflected);
        if value < points[0].1 {
            let far = along(expand);
            let further = f(&far);
            points[n] = if further < value {
                (far, further)
            } else {
                (reflected, value)
            };
        } else if value < points[n - 1].1 {
            points[n] = (reflected, value);
        } else {
            let near = along(if value < points[n].1 { contract } else { -contract });
            let nearer = f(&near);
            if nearer < value.min(points[n].1) {
                points[n] = (near, nearer);
            } else {
                let lowest = points[0].0.clone();
                for (x, value) in &mut points[1..] {
                    for (x, low) in x.iter_mut().zip(&lowest) {
                        *x = low + shrink * (*x - low);
                    }
                    *value = f(x);
                }
            }
        }
    }
    points.sort_by(|a, b| a.1.total_cmp(&b.1));
    let (x, value) = points.swap_remove(0);
    (x, value, false)
}
