//! Common effects of stratified counts: Mantel-Haenszel odds ratio, risk ratio and risk difference, their like for rates,
//! and Cochran's rate ratio.
//!
//! All are computed from cells as they are given; who wants a continuity correction adds it before.

use euthymia_vecmath::scalar::ln;

/// Cells of a study: events and others of the experimental group, events and others of the control group.
pub type Cells = [f64; 4];

/// A common effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Stratified {
    /// The estimate, a logarithm for ratios; infinite where one group has no events.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// Weights of the studies.
    pub weights: Vec<f64>,
}

/// How the variance of a risk difference is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DifferenceVariance {
    /// Binomial within the groups (Greenland and Robins 1985, doi:10.2307/2530643).
    #[default]
    Greenland,
    /// Consistent in sparse data too (Sato, Greenland and Robins 1989, doi:10.2307/2531653).
    Sato,
}

/// Events and person-time of the two groups: events and time of the experimental group, events and time of the control
/// group.
pub type Rates = [f64; 4];

fn sum(cells: &[Cells], f: impl Fn([f64; 4]) -> f64) -> f64 {
    cells.iter().map(|cells| f(*cells)).sum()
}

/// The log odds ratio, with the variance of Robins, Breslow and Greenland (1986, doi:10.2307/2531052).
#[must_use]
pub fn odds_ratio(cells: &[Cells]) -> Stratified {
    let n = |[a, b, c, d]: [f64; 4]| (a + b + c + d).max(f64::MIN_POSITIVE);
    let r = |x: [f64; 4]| x[0] * x[3] / n(x);
    let s = |x: [f64; 4]| x[1] * x[2] / n(x);
    let p = |x: [f64; 4]| (x[0] + x[3]) / n(x);
    let q = |x: [f64; 4]| (x[1] + x[2]) / n(x);
    let (up, down) = (sum(cells, r), sum(cells, s));
    let variance = 0.5
        * (sum(cells, |x| p(x) * r(x)) / (up * up)
            + sum(cells, |x| p(x) * s(x) + q(x) * r(x)) / (up * down)
            + sum(cells, |x| q(x) * s(x)) / (down * down));
    Stratified {
        estimate: ln(up / down),
        se: variance.sqrt(),
        weights: cells.iter().map(|cells| s(*cells)).collect(),
    }
}

/// The log risk ratio, with the variance of Greenland and Robins (1985).
#[must_use]
pub fn risk_ratio(cells: &[Cells]) -> Stratified {
    let n = |[a, b, c, d]: [f64; 4]| (a + b + c + d).max(f64::MIN_POSITIVE);
    let r = |x: [f64; 4]| x[0] * (x[2] + x[3]) / n(x);
    let s = |x: [f64; 4]| x[2] * (x[0] + x[1]) / n(x);
    let spread = |x: [f64; 4]| {
        let [a, b, c, d] = x;
        ((a + b) * (c + d) * (a + c) - a * c * n(x)) / (n(x) * n(x))
    };
    let (up, down) = (sum(cells, r), sum(cells, s));
    Stratified {
        estimate: ln(up / down),
        se: (sum(cells, spread) / (up * down)).sqrt(),
        weights: cells.iter().map(|cells| s(*cells)).collect(),
    }
}

/// The risk difference. `differences` are those of the studies, from cells without correction where `cells` have one.
#[must_use]
pub fn risk_difference(cells: &[Cells], differences: &[f64], variance: DifferenceVariance) -> Stratified {
    let weights: Vec<f64> = cells
        .iter()
        .map(|[a, b, c, d]| (a + b) * (c + d) / (a + b + c + d))
        .collect();
    let total: f64 = weights.iter().sum();
    let estimate = weights.iter().zip(differences).map(|(w, y)| w * y).sum::<f64>() / total;
    let spread = match variance {
        DifferenceVariance::Greenland => sum(cells, |[a, b, c, d]| {
            let (e, f, n) = (a + b, c + d, a + b + c + d);
            (a * b * f * f * f + c * d * e * e * e) / (e * f * n * n)
        }),
        DifferenceVariance::Sato => sum(cells, |[a, b, c, d]| {
            let (e, f, n) = (a + b, c + d, a + b + c + d);
            let (x, y) = (e / n, f / n);
            estimate * (c * x * x - a * y * y + x * y * (f - e) / 2.0)
                + (a * (f - c) + c * (e - a)) / (2.0 * n)
        }),
    };
    Stratified {
        estimate,
        se: spread.sqrt() / total,
        weights,
    }
}

/// The log rate ratio (Rothman, Greenland and Lash 2008, chapter 15).
#[must_use]
pub fn rate_ratio(rates: &[Rates]) -> Stratified {
    let r = |[x, t, _, u]: Rates| x * u / (t + u);
    let s = |[_, t, y, u]: Rates| y * t / (t + u);
    let (up, down) = (sum(rates, r), sum(rates, s));
    let spread = sum(rates, |[x, t, y, u]| t / (t + u) * (u / (t + u)) * (x + y));
    Stratified {
        estimate: ln(up / down),
        se: (spread / (up * down)).sqrt(),
        weights: rates.iter().map(|rates| s(*rates)).collect(),
    }
}

/// The rate difference.
#[must_use]
pub fn rate_difference(rates: &[Rates]) -> Stratified {
    let weights: Vec<f64> = rates.iter().map(|[_, t, _, u]| t * u / (t + u)).collect();
    let total: f64 = weights.iter().sum();
    let differences = rates.iter().map(|[x, t, y, u]| x / t - y / u);
    let spread = sum(rates, |[x, t, y, u]| {
        (x * u * u + y * t * t) / ((t + u) * (t + u))
    });
    Stratified {
        estimate: weights.iter().zip(differences).map(|(w, y)| w * y).sum::<f64>() / total,
        se: spread.sqrt() / total,
        weights,
    }
}

/// The log rate ratio weighted by the events that the control rate expects in the experimental group (Cochran);
/// `ratios` are those of the studies.
#[must_use]
pub fn cochran_rate_ratio(rates: &[Rates], ratios: &[f64]) -> Stratified {
    let weights: Vec<f64> = rates.iter().map(|[_, t, y, u]| y * t / u).collect();
    let total: f64 = weights.iter().sum();
    let (events, other) = (sum(rates, |x| x[0]), sum(rates, |x| x[2]));
    Stratified {
        estimate: weights.iter().zip(ratios).map(|(w, y)| w * y).sum::<f64>() / total,
        se: (1.0 / events + 1.0 / other).sqrt(),
        weights,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: [Cells; 1] = [[12.0, 48.0, 7.0, 51.0]];

    /// Of one study the variances are those of the study itself.
    #[test]
    fn one_stratum_is_the_study() {
        let [a, b, c, d] = ONE[0];
        let or = odds_ratio(&ONE);
        assert!((or.estimate - ln(a * d / (b * c))).abs() < 1e-14);
        assert!((or.se - (1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d).sqrt()).abs() < 1e-14);
        let rr = risk_ratio(&ONE);
        let variance = 1.0 / a - 1.0 / (a + b) + 1.0 / c - 1.0 / (c + d);
        assert!((rr.se - variance.sqrt()).abs() < 1e-14);
        let difference = a / (a + b) - c / (c + d);
        for variance in [DifferenceVariance::Greenland, DifferenceVariance::Sato] {
            let rd = risk_difference(&ONE, &[difference], variance);
            let (n, m) = (a + b, c + d);
            let expected = a * b / (n * n * n) + c * d / (m * m * m);
            assert!((rd.se - expected.sqrt()).abs() < 1e-3, "{rd:?}");
        }
        let rates = [[5.0, 10.0, 9.0, 12.0]];
        assert!((rate_ratio(&rates).se - (1.0_f64 / 5.0 + 1.0 / 9.0).sqrt()).abs() < 1e-14);
        assert!((rate_difference(&rates).se - (0.05_f64 + 9.0 / 144.0).sqrt()).abs() < 1e-14);
        let ratio = ln(5.0 / 10.0 / (9.0 / 12.0));
        assert!((cochran_rate_ratio(&rates, &[ratio]).estimate - ratio).abs() < 1e-15);
    }

    #[test]
    fn turned_groups_turn_the_sign() {
        let cells = [[12.0, 48.0, 7.0, 51.0], [3.0, 17.0, 9.0, 40.0]];
        let turned = cells.map(|[a, b, c, d]| [c, d, a, b]);
        for f in [odds_ratio, risk_ratio] {
            let (one, other) = (f(&cells), f(&turned));
            assert!((one.estimate + other.estimate).abs() < 1e-14 && (one.se - other.se).abs() < 1e-14);
        }
    }

    #[test]
    fn studies_without_anybody_weigh_nothing() {
        let cells = [[12.0, 48.0, 7.0, 51.0], [0.0; 4]];
        assert_eq!(odds_ratio(&cells).estimate, odds_ratio(&ONE).estimate);
        assert_eq!(risk_ratio(&cells).weights[1], 0.0);
    }
}
