//! Cross tables of matched pairs, or of the same people at two times.

use euthymia_vecmath::scalar::ln;

use super::reported::filled;
use super::two_by_two::Tables;
use super::{Given, Measure, Reported};
use crate::MetaError;

/// Zou 2007; Curtin et al. 2002, doi:10.1002/sim.1205; Becker and Balagtas 1993 (conditional odds ratio).
pub(crate) fn compute(measure: Measure, t: &Tables) -> (Vec<f64>, Vec<f64>) {
    (0..t.a.len())
        .map(|i| {
            let (a, b, c, d) = (t.a[i], t.b[i], t.c[i], t.d[i]);
            let n = a + b + c + d;
            let (p12, p21, row, column) = (b / n, c / n, (a + b) / n, (a + c) / n);
            let logit = |p: f64| ln(p / (1.0 - p));
            let discordant = p12 * (1.0 - p12) + 2.0 * p12 * p21 + p21 * (1.0 - p21);
            match measure {
                Measure::PairedRiskDifference => (row - column, discordant / n),
                Measure::PairedRiskRatio => (ln(row) - ln(column), (p12 + p21) / (n * row * column)),
                Measure::PairedOddsRatio => (
                    logit(row) - logit(column),
                    discordant / (n * row * (1.0 - row) * column * (1.0 - column)),
                ),
                Measure::PairedPeto => {
                    let v = (b + c) / 4.0;
                    ((b - (b + c) / 2.0) / v, 1.0 / v)
                }
                _ => (ln(b) - ln(c), 1.0 / b + 1.0 / c),
            }
        })
        .unzip()
}

/// The variance of a log odds ratio of the same people at two times, from the independent one and the correlation of
/// the two times (`ri`), or the share of those with event at the first time who have it at the second (`pi`); Elbourne
/// et al. 2002, doi:10.1093/ije/31.1.140.
pub(crate) fn marginal(
    reported: &Reported,
    raw: &Tables,
    t: &Tables,
    vi: &[f64],
) -> Result<Vec<f64>, MetaError> {
    let (r, p) = (reported.get(Given::Ri), reported.get(Given::Pi));
    reported.refuse(|i| {
        if r[i].abs() > 1.0 {
            return Some(format!(
                "the correlation is {}; it must lie between -1 and 1",
                r[i]
            ));
        }
        (!(0.0..=1.0).contains(&p[i]) && !p[i].is_nan())
            .then(|| format!("the proportion is {}; it must lie between 0 and 1", p[i]))
    })?;
    let r = filled(&r, |i| {
        let a = p[i] * (raw.a[i] + raw.b[i]);
        let (b, c) = (raw.a[i] - a, raw.c[i] - a);
        let d = raw.b[i] - raw.c[i] + a;
        let r = (a * d - b * c) / ((a + b) * (c + d) * (a + c) * (b + d)).sqrt();
        if (-1.0..=1.0).contains(&r) { r } else { f64::NAN }
    });
    if !reported.has(Given::Pi) {
        reported.need(Measure::PairedOddsRatioMarginal, &[(Given::Ri, &r)])?;
    }
    Ok((0..vi.len())
        .map(|i| {
            let (a, b, c, d) = (t.a[i], t.b[i], t.c[i], t.d[i]);
            let n = ((a + b + c + d) / 2.0).round_ties_even();
            let all = a * b * c * d;
            let s = (r[i] * all.sqrt() + a * b) / n;
            let delta = n * n * (n * s - a * b) / all;
            vi[i] - 2.0 * delta / n
        })
        .collect())
}
