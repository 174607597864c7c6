//! Cross tables as correlations, and risks as a standardized difference.

use euthymia_stats::normal;
use euthymia_vecmath::scalar::exp;

use super::correlation::as_fisher_z;
use super::tetrachoric::tetrachoric;
use super::two_by_two::Tables;
use super::{Measure, Options, Variance};
use crate::MetaError;

pub(crate) fn compute(
    measure: Measure,
    t: &Tables,
    options: &Options,
) -> Result<(Vec<f64>, Vec<f64>), MetaError> {
    use Measure as M;
    if matches!(measure, M::Phi | M::PhiZ) {
        use Variance as V;
        options.check(measure, &[V::LargeSample, V::Stratified, V::CrossSectional])?;
    }
    Ok((0..t.a.len())
        .map(|i| {
            let cells = [t.a[i], t.b[i], t.c[i], t.d[i]];
            match measure {
                M::Phi => phi(cells, options.variance),
                M::PhiZ => {
                    let (y, v) = phi(cells, options.variance);
                    as_fisher_z(y, v)
                }
                M::YuleQ | M::YuleY => yule(measure, cells),
                M::Tetrachoric => tetrachoric(cells),
                M::TetrachoricZ => {
                    let (y, v) = tetrachoric(cells);
                    as_fisher_z(y, v)
                }
                _ => probit(cells),
            }
        })
        .unzip())
}

/// Yule 1912, doi:10.2307/2340126, p. 603, where people are sampled with their groups.
fn phi([a, b, c, d]: [f64; 4], variance: Variance) -> (f64, f64) {
    let (n1, n2) = (a + b, c + d);
    let n = n1 + n2;
    let y = (a * d - b * c) / (n1 * n2 * (a + c) * (b + d)).sqrt();
    if variance == Variance::Stratified {
        let (p1, p2) = (a / n1, c / n2);
        let (q1, q2) = (1.0 - p1, 1.0 - p2);
        let (first, second) = (p1 * q1, p2 * q2);
        let cross = p2 * q1 + p1 * q2;
        let sum = 4.0 * n1 * n1 * n1 * first * first * second
            + 4.0 * n2 * n2 * n2 * first * second * second
            + n1 * n2 * n2 * second * cross * (p2 * q1 + p1 * (4.0 * q1 + q2))
            + n1 * n1 * n2 * first * cross * (p1 * q2 + p2 * (q1 + 4.0 * q2));
        let cube = |x: f64| x * x * x;
        return (y, n * n * sum / (4.0 * cube(a + c) * cube(b + d)));
    }
    let (row, column) = ((n1 - n2) / n, (a + c - b - d) / n);
    let (rows, columns) = (n1 * n2 / (n * n), (a + c) * (b + d) / (n * n));
    let v = (1.0 - y * y + y * (1.0 + 0.5 * y * y) * row * column / (rows * columns).sqrt()
        - 0.75 * y * y * (row * row / rows + column * column / columns))
        / n;
    (y, v)
}

/// Yule 1912, p. 593.
fn yule(measure: Measure, [a, b, c, d]: [f64; 4]) -> (f64, f64) {
    let odds = (a / b) / (c / d);
    let of_log = 1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d;
    let (ratio, quarter) = if measure == Measure::YuleQ {
        (odds, 0.25)
    } else {
        (odds.sqrt(), 0.0625)
    };
    let y = (ratio - 1.0) / (ratio + 1.0);
    (y, quarter * (1.0 - y * y) * (1.0 - y * y) * of_log)
}

/// Sánchez-Meca et al. 2003, doi:10.1037/1082-989X.8.4.448, eq. 21.
fn probit([a, b, c, d]: [f64; 4]) -> (f64, f64) {
    let one = |events: f64, others: f64| {
        let n = events + others;
        let p = events / n;
        let z = normal::quantile(p);
        (z, core::f64::consts::TAU * p * (1.0 - p) * exp(z * z) / n)
    };
    let ((z1, v1), (z2, v2)) = (one(a, b), one(c, d));
    (z1 - z2, v1 + v2)
}
