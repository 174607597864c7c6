//! The tetrachoric correlation: that of the two normal variables whose signs a cross table counts.

use euthymia_stats::quadrature::gauss_legendre;
use euthymia_stats::{normal, optimize};
use euthymia_vecmath::scalar::exp;

use super::arcsine;

/// The maximum-likelihood estimate and its variance by the observed information.
///
/// With all cells above 0 the three parameters (two cuts and the correlation) meet the four shares exactly, so the
/// cuts are those of the margins and one equation is left (Tallis 1962, doi:10.2307/2527476). With an empty margin
/// there is nothing to correlate (0, infinite variance); with an empty cell the correlation is 1 or -1, without a
/// variance unless two opposite ones are empty.
pub(crate) fn tetrachoric([a, b, c, d]: [f64; 4]) -> (f64, f64) {
    let n = a + b + c + d;
    if n.is_nan() {
        return (f64::NAN, f64::NAN);
    }
    if a + b == 0.0 || c + d == 0.0 || a + c == 0.0 || b + d == 0.0 {
        return (0.0, f64::INFINITY);
    }
    if b == 0.0 || c == 0.0 {
        return (1.0, if b == c { 0.0 } else { f64::NAN });
    }
    if a == 0.0 || d == 0.0 {
        return (-1.0, if a == d { 0.0 } else { f64::NAN });
    }
    let (h, k) = (normal::quantile((a + c) / n), normal::quantile((a + b) / n));
    let share = a / n;
    let Some(r) = optimize::root(-1.0, 1.0, 1e-15, |r| below(h, k, r) - share) else {
        return (f64::NAN, f64::NAN);
    };
    (r, variance(h, k, r, [a, b, c, d]))
}

/// `P(X < h, Y < k)` of two normals with correlation `r`: Plackett's integral over the angle (1954,
/// doi:10.2307/2332716), by Gauss's rule over twelve parts, finer towards the end where it is steep.
fn below(h: f64, k: f64, r: f64) -> f64 {
    let independent = normal::cdf(h) * normal::cdf(k);
    if r >= 1.0 {
        return normal::cdf(h.min(k));
    }
    if r <= -1.0 {
        return (normal::cdf(h) - normal::cdf(-k)).max(0.0);
    }
    let end = arcsine::angle(r.abs(), (1.0 - r * r).sqrt()).copysign(r);
    let integrand = |angle: f64| {
        let (s, c) = (
            euthymia_vecmath::scalar::sin(angle),
            euthymia_vecmath::scalar::cos(angle),
        );
        exp(-(h * h + k * k - 2.0 * h * k * s) / (2.0 * c * c))
    };
    let rule = gauss_legendre(10);
    let (mut sum, mut from, mut share) = (0.0, 0.0, 0.5);
    for part in 0..12 {
        let to = if part == 11 { end } else { from + share * end };
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        for (x, w) in &rule {
            sum += half * w * integrand(middle + half * x);
        }
        from = to;
        share *= 0.5;
    }
    independent + sum / core::f64::consts::TAU
}

/// The entry of the inverse information that belongs to the correlation; the information is the sum over cells of
/// `count * gradient gradient' / share^2`, second derivatives of the shares cancelling where shares are met.
fn variance(h: f64, k: f64, r: f64, [a, b, c, d]: [f64; 4]) -> f64 {
    let n = a + b + c + d;
    let root = (1.0 - r * r).sqrt();
    let density =
        exp(-(h * h + k * k - 2.0 * h * k * r) / (2.0 * root * root)) / (core::f64::consts::TAU * root);
    let by_h = normal::density(h) * normal::cdf((k - r * h) / root);
    let by_k = normal::density(k) * normal::cdf((h - r * k) / root);
    let (rest_h, rest_k) = (normal::density(h) - by_h, normal::density(k) - by_k);
    // Gradients of the four shares by r, h, k.
    let gradients = [
        (a, [density, by_h, by_k]),
        (b, [-density, -by_h, rest_k]),
        (c, [-density, rest_h, -by_k]),
        (d, [density, -rest_h, -rest_k]),
    ];
    let mut information = nalgebra::Matrix3::zeros();
    for (count, gradient) in gradients {
        for i in 0..3 {
            for j in 0..3 {
                information[(i, j)] += n * n / count * gradient[i] * gradient[j];
            }
        }
    }
    information
        .cholesky()
        .map_or(f64::NAN, |factor| factor.inverse()[(0, 0)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quadrants() {
        // P(X < 0, Y < 0) = 1/4 + asin(r) / (2 pi).
        for r in [-0.9_f64, -0.5, 0.0, 0.3, 0.8, 0.99] {
            let angle = arcsine::angle(r.abs(), (1.0 - r * r).sqrt()).copysign(r);
            let wanted = 0.25 + angle / core::f64::consts::TAU;
            assert!((below(0.0, 0.0, r) - wanted).abs() < 1e-15, "{r}");
        }
        // All of Y < k: what is left of X.
        assert!((below(0.7, 9.0, 0.5) - normal::cdf(0.7)).abs() < 1e-15);
        // Reflection: P(X < h, Y < k; r) + P(X < h, Y < -k; -r) = P(X < h).
        for (h, k, r) in [(0.5, -1.2, 0.6), (-0.3, 0.4, -0.95), (2.0, 1.5, 0.2)] {
            let sum = below(h, k, r) + below(h, -k, -r);
            assert!((sum - normal::cdf(h)).abs() < 1e-13, "{h} {k} {r} {sum}");
        }
    }

    #[test]
    fn a_symmetric_table() {
        // Cuts at 0: r = sin(2 pi (a/n - 1/4)).
        let (r, v) = tetrachoric([40.0, 10.0, 10.0, 40.0]);
        let wanted = euthymia_vecmath::scalar::sin(core::f64::consts::TAU * (0.4 - 0.25));
        assert!((r - wanted).abs() < 1e-13);
        assert!(v > 0.0);
        assert_eq!(tetrachoric([10.0, 0.0, 0.0, 10.0]), (1.0, 0.0));
        assert_eq!(tetrachoric([0.0, 0.0, 5.0, 10.0]), (0.0, f64::INFINITY));
    }
}
