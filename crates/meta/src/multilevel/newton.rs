//! Newton's method for a function with its gradient: second derivatives by differences of the gradient, every curvature
//! made positive, so that it leaves saddle points and ends in minima.

use nalgebra::{DMatrix, DVector};

/// Where the search ended.
pub(crate) struct Found {
    pub(crate) x: Vec<f64>,
    pub(crate) value: f64,
    pub(crate) converged: bool,
}

/// Minimises; `f` gives no value where it is not defined. `None` where it is not defined at `start`.
pub(crate) fn minimize(start: &[f64], mut f: impl FnMut(&[f64]) -> Option<(f64, Vec<f64>)>) -> Option<Found> {
    let mut x = DVector::from_column_slice(start);
    let (mut value, slope) = f(start)?;
    let mut slope = DVector::from_vec(slope);
    let mut converged = false;
    for _ in 0..300 {
        let Some(step) = newton_step(&x, &slope, &mut f) else {
            break;
        };
        let expected = step.dot(&slope);
        let small = |x: &DVector<f64>| {
            step.iter()
                .zip(x.iter())
                .all(|(s, x)| s.abs() <= 1e-11 * (1.0 + x.abs()))
        };
        if expected <= 1e-24 * (1.0 + value.abs()) || small(&x) {
            converged = true;
            break;
        }
        let mut length = 1.0;
        let mut moved = false;
        while length > 1e-10 {
            let next = &x - &step * length;
            if let Some((new_value, new_slope)) = f(next.as_slice()) {
                let new_slope = DVector::from_vec(new_slope);
                // Near the minimum the value no longer tells points apart, the gradient still does.
                let level = 1e-12 * (1.0 + value.abs());
                let lower = new_value <= value - 1e-4 * length * expected && value - new_value > level;
                let flatter = new_value <= value + level && new_slope.norm() < slope.norm();
                if lower || flatter {
                    (x, value, slope) = (next, new_value, new_slope);
                    moved = true;
                    break;
                }
            }
            length *= 0.5;
        }
        if !moved {
            converged = expected <= 1e-9 * (1.0 + value.abs());
            break;
        }
    }
    Some(Found {
        x: x.as_slice().to_vec(),
        value,
        converged,
    })
}

fn newton_step(
    x: &DVector<f64>,
    slope: &DVector<f64>,
    f: &mut impl FnMut(&[f64]) -> Option<(f64, Vec<f64>)>,
) -> Option<DVector<f64>> {
    let n = x.len();
    let mut hessian = DMatrix::zeros(n, n);
    for i in 0..n {
        let h = 1e-5 * x[i].abs().max(0.1);
        let mut at = x.clone();
        at[i] = x[i] + h;
        let above = f(at.as_slice());
        at[i] = x[i] - h;
        let below = f(at.as_slice());
        let column = match (above, below) {
            (Some((_, above)), Some((_, below))) => {
                (DVector::from_vec(above) - DVector::from_vec(below)) / (2.0 * h)
            }
            (Some((_, above)), None) => (DVector::from_vec(above) - slope) / h,
            (None, Some((_, below))) => (slope - DVector::from_vec(below)) / h,
            (None, None) => return None,
        };
        hessian.set_column(i, &column);
    }
    let eigen = (0.5 * (&hessian + hessian.transpose())).symmetric_eigen();
    let largest = eigen.eigenvalues.amax();
    if !largest.is_finite() || largest == 0.0 {
        return None;
    }
    let mut step = DVector::zeros(n);
    for (curvature, direction) in eigen.eigenvalues.iter().zip(eigen.eigenvectors.column_iter()) {
        let along = direction.dot(slope) / curvature.abs().max(1e-9 * largest);
        step += direction * along;
    }
    // A step far longer than where we are comes from a direction without curvature.
    let longest = 4.0 * (1.0 + x.norm());
    let length = step.norm();
    Some(if length > longest {
        step * (longest / length)
    } else {
        step
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_minimum_of_a_banana_and_leaves_a_saddle() {
        let banana = |x: &[f64]| {
            let (a, b) = (x[1] - x[0] * x[0], 1.0 - x[0]);
            Some((
                100.0 * a * a + b * b,
                vec![-400.0 * a * x[0] - 2.0 * b, 200.0 * a],
            ))
        };
        let found = minimize(&[-1.2, 1.0], banana).unwrap();
        assert!(found.converged && found.x.iter().all(|x| (x - 1.0).abs() < 1e-9));
        // x^4 - x^2 + y^2: a saddle at 0, minima at x = sqrt(1/2).
        let saddle = |x: &[f64]| {
            let square = x[0] * x[0];
            Some((
                square * square - square + x[1] * x[1],
                vec![4.0 * square * x[0] - 2.0 * x[0], 2.0 * x[1]],
            ))
        };
        let found = minimize(&[0.01, 0.5], saddle).unwrap();
        assert!((found.x[0] - 0.5_f64.sqrt()).abs() < 1e-9 && found.x[1].abs() < 1e-9);
    }
}
