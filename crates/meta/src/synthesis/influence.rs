//! What each study does to a fit, as far as figures show it.

use crate::MetaError;
use crate::diagnostics;
use crate::pool::{Data, Fit};
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
pub(super) fn of(fit: &Fit, data: &Data) -> Result<Vec<Influence>, MetaError> {
    let rows = diagnostics::influence(data, fit)?;
    let points = diagnostics::baujat_of(data, fit, &rows);
    let axes = points.x.into_iter().zip(points.y);
    Ok(rows
        .into_iter()
        .zip(axes)
        .map(|(row, (part, moved))| {
            let baujat = part.filter(|part| part.is_finite()).zip(moved);
            let mut found = Influence {
                rstudent: row.rstudent,
                dffits: row.dffits,
                cook: row.cook,
                cov_ratio: row.covariance_ratio,
                tau2: row.tau2,
                q: row.qe,
                hat: row.hat,
                weight: row.weight,
                baujat,
                is_influential: false,
            };
            let moves_one = row
                .dfbetas
                .is_some_and(|moved| moved.iter().any(|x| x.abs() > 1.0));
            found.is_influential = moves_one || is_influential(&found, fit);
            found
        })
        .collect())
}

/// The cut-offs that Viechtbauer and Cheung (2010, doi:10.1002/jrsm.11) suggest.
fn is_influential(row: &Influence, fit: &Fit) -> bool {
    let (k, p) = (fit.k as f64, fit.p as f64);
    let far = row.dffits.is_some_and(|x| x.abs() > 3.0 * (p / (k - p)).sqrt());
    let distant = row.cook.is_some_and(|x| gamma::chi_square_cdf(p, x) > 0.5);
    far || distant || row.hat > 3.0 * p / k
}
