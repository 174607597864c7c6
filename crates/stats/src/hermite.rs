//! Gauss-Hermite quadrature: averages of a function over the standard normal distribution.

use euthymia_vecmath::scalar::{exp, log_gamma};

/// Nodes and weights of Gauss's rule with `n` points for the weight `exp(-x^2 / 2) / sqrt(2 pi)`, in ascending order:
/// weights add up to 1, and polynomials of degree 2 n - 1 are averaged exactly.
///
/// Newton's method on the orthonormal polynomials, which neither overflow nor cancel up to some hundred points.
#[must_use]
pub fn gauss_hermite(n: usize) -> Vec<(f64, f64)> {
    let count = n as f64;
    // Zeros of the physicists' polynomial from the largest down; the first guesses are those of Press et al. 2007, 4.6.
    let mut zeros: Vec<f64> = Vec::with_capacity(n.div_ceil(2));
    let mut weights = Vec::with_capacity(n.div_ceil(2));
    for i in 0..n.div_ceil(2) {
        let mut x = match i {
            0 => {
                let root = (2.0 * count + 1.0).sqrt();
                root - 1.85575 / euthymia_vecmath::scalar::pow(2.0 * count + 1.0, 1.0 / 6.0)
            }
            1 => zeros[0] - 1.14 * euthymia_vecmath::scalar::pow(count, 0.426) / zeros[0],
            2 => 1.86 * zeros[1] - 0.86 * zeros[0],
            3 => 1.91 * zeros[2] - 0.91 * zeros[1],
            _ => 2.0 * zeros[i - 1] - zeros[i - 2],
        };
        let mut slope = 1.0;
        for _ in 0..100 {
            let (mut before, mut value) = (0.0, 1.0 / core::f64::consts::PI.sqrt().sqrt());
            for degree in 0..n {
                let degree = degree as f64;
                let next =
                    x * (2.0 / (degree + 1.0)).sqrt() * value - (degree / (degree + 1.0)).sqrt() * before;
                (before, value) = (value, next);
            }
            slope = (2.0 * count).sqrt() * before;
            let step = value / slope;
            x -= step;
            if step.abs() < 1e-15 * (1.0 + x.abs()) {
                break;
            }
        }
        if n % 2 == 1 && i == n / 2 {
            x = 0.0;
        }
        zeros.push(x);
        weights.push(2.0 / (slope * slope) / core::f64::consts::PI.sqrt());
    }
    let root = core::f64::consts::SQRT_2;
    let upper = zeros.iter().zip(&weights).map(|(x, w)| (root * x, *w));
    let lower = upper.clone().filter(|(x, _)| *x > 0.0).map(|(x, w)| (-x, w));
    let mut rule: Vec<(f64, f64)> = lower.chain(upper).collect();
    rule.sort_by(|a, b| a.0.total_cmp(&b.0));
    rule
}

/// The central moment of even order of the standard normal distribution: `(order - 1)!!`.
#[must_use]
pub fn normal_moment(order: u32) -> f64 {
    if order % 2 == 1 {
        return 0.0;
    }
    let half = f64::from(order) / 2.0;
    exp(log_gamma(2.0 * half + 1.0) - log_gamma(half + 1.0) - half * core::f64::consts::LN_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_exact() {
        for n in [1, 2, 3, 7, 20, 61, 120] {
            let rule = gauss_hermite(n);
            assert_eq!(rule.len(), n);
            assert!(rule.windows(2).all(|pair| pair[0].0 < pair[1].0), "{n}");
            for order in (0..(2 * n as u32).min(12)).step_by(2) {
                let got: f64 = rule.iter().map(|(x, w)| w * x.powi(order as i32)).sum();
                let wanted = normal_moment(order);
                assert!((got - wanted).abs() < 1e-12 * wanted, "{n} {order}: {got}");
            }
        }
        // Three points: 0 and the root of 3, weights 2/3 and 1/6.
        let rule = gauss_hermite(3);
        assert!((rule[2].0 - 3f64.sqrt()).abs() < 1e-15);
        assert!((rule[1].1 - 2.0 / 3.0).abs() < 1e-15);
    }
}
