//! What each study does to a fit: diagnostics after leaving it out (Viechtbauer and Cheung 2010, doi:10.1002/jrsm.11).

use nalgebra::DVector;

use crate::pool::{self, Data, Fit};
use euthymia_stats::gamma;

/// Diagnostics of one study; what its leaving out leaves without an answer is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Influence {
    /// Residual against the fit of the others, over its standard error.
    pub rstudent: Option<f64>,
    /// Change of its own fitted value, in standard errors.
    pub dffits: Option<f64>,
    /// Distance between the coefficients with and without it.
    pub cook: Option<f64>,
    /// Determinant of the covariance of coefficients without it over that with it.
    pub cov_ratio: Option<f64>,
    /// tau2 without it.
    pub tau2: Option<f64>,
    /// Q without it.
    pub q: Option<f64>,
    /// Leverage.
    pub hat: f64,
    /// Share in per cent.
    pub weight: f64,
    /// Its contribution to Q, and what leaving it out moves: the axes of Baujat's plot.
    pub baujat: Option<(f64, f64)>,
    /// Whether a common rule calls it influential.
    pub is_influential: bool,
}

/// Of every study.
pub(super) fn of(fit: &Fit, data: &Data) -> Vec<Influence> {
    let inverse = crate::linear::inverse_spd(&fit.vcov);
    let hats = hats(fit, data);
    let weights = super::build::shares(&fit.weights);
    (0..fit.k)
        .map(|i| {
            let mut row = Influence {
                rstudent: None,
                dffits: None,
                cook: None,
                cov_ratio: None,
                tau2: None,
                q: None,
                hat: hats[i],
                weight: weights[i],
                baujat: None,
                is_influential: false,
            };
            let without = without(fit, data, i);
            if let Some(without) = &without {
                deleted(&mut row, fit, data, i, without, inverse.as_ref());
            }
            row.is_influential = is_influential(&row, fit);
            row
        })
        .collect()
}

/// The fit of the others; `None` where they have none.
fn without(fit: &Fit, data: &Data, out: usize) -> Option<Fit> {
    let kept: Vec<usize> = (0..fit.k).filter(|i| *i != out).collect();
    let pick = |values: &[f64]| kept.iter().map(|i| values[*i]).collect::<Vec<f64>>();
    let rest = Data {
        yi: pick(&data.yi),
        vi: pick(&data.vi),
        x: data.x.select_rows(&kept),
        names: data.names.clone(),
        intercept: data.intercept,
    };
    let options = pool::Options {
        weights: fit.options.weights.as_deref().map(pick),
        ..fit.options.clone()
    };
    (rest.yi.len() > fit.p).then(|| pool::fit(&rest, &options).ok())?
}

fn deleted(
    row: &mut Influence,
    fit: &Fit,
    data: &Data,
    i: usize,
    without: &Fit,
    inverse: Option<&nalgebra::DMatrix<f64>>,
) {
    let x: DVector<f64> = data.x.row(i).transpose();
    let (mine, theirs) = (x.dot(&fit.beta), x.dot(&without.beta));
    let spread = x.dot(&(&without.vcov * &x));
    let residual = data.yi[i] - theirs;
    row.rstudent = number(residual / (data.vi[i] + without.tau2 + spread).sqrt());
    // As the variance of the coefficients, that of the fitted value is scaled by Knapp and Hartung's factor.
    let scale = without.s2w * row.hat * (without.tau2 + data.vi[i]);
    row.dffits = number((mine - theirs) / scale.sqrt());
    let change = &fit.beta - &without.beta;
    row.cook = inverse.and_then(|inverse| number(change.dot(&(inverse * &change))));
    row.cov_ratio = number(without.vcov.determinant() / fit.vcov.determinant());
    row.tau2 = number(without.tau2);
    row.q = number(without.qe);
    let pearson = (data.yi[i] - mine) * (data.yi[i] - mine) / (fit.tau2 + data.vi[i]);
    let moved = (mine - theirs) * (mine - theirs) / x.dot(&(&without.vcov * &x));
    row.baujat = number(pearson).zip(number(moved));
}

fn number(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

/// The diagonal of `X (X' W X)^-1 X' W`.
fn hats(fit: &Fit, data: &Data) -> Vec<f64> {
    let weighted = crate::linear::weighted(&data.x, &data.yi, &fit.weights);
    let Some(weighted) = weighted else {
        return vec![f64::NAN; fit.k];
    };
    (0..fit.k)
        .map(|i| {
            let x: DVector<f64> = data.x.row(i).transpose();
            fit.weights[i] * x.dot(&(&weighted.unscaled * &x))
        })
        .collect()
}

/// The cut-offs that Viechtbauer and Cheung suggest.
fn is_influential(row: &Influence, fit: &Fit) -> bool {
    let (k, p) = (fit.k as f64, fit.p as f64);
    let far = row.dffits.is_some_and(|x| x.abs() > 3.0 * (p / (k - p)).sqrt());
    let distant = row.cook.is_some_and(|x| gamma::chi_square_cdf(p, x) > 0.5);
    far || distant || row.hat > 3.0 * p / k
}
