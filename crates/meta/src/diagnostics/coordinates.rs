//! The points of diagnostic plots: Baujat, radial, quantile-quantile.

use euthymia_stats::normal;

use super::residuals::residuals;
use super::{Influence, influence, is_mean};
use crate::MetaError;
use crate::pool::{Data, Fit};

/// Points, one a study; missing where a study has none.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    /// Horizontal.
    pub x: Vec<Option<f64>>,
    /// Vertical.
    pub y: Vec<Option<f64>>,
}

/// Each study's part of Q against what it does to its own expectation (Baujat et al. 2002, doi:10.1002/sim.1221).
///
/// # Errors
/// The model cannot be fitted without a study at all.
pub fn baujat(data: &Data, fit: &Fit) -> Result<Points, MetaError> {
    Ok(baujat_of(data, fit, &influence(data, fit)?))
}

/// The same of deletions that are known already.
pub(crate) fn baujat_of(data: &Data, fit: &Fit, deletions: &[Influence]) -> Points {
    let expected = |i: usize| (data.x.row(i) * &fit.beta)[(0, 0)];
    let x = (0..fit.k)
        .map(|i| {
            let rest = data.yi[i] - expected(i);
            Some(rest * rest / (fit.tau2 + data.vi[i]))
        })
        .collect();
    let y = deletions
        .iter()
        .enumerate()
        .map(|(i, deletion)| {
            let (without, variance) = deletion.expected?;
            let change = without - expected(i);
            Some(change * change / variance).filter(|y| y.is_finite())
        })
        .collect();
    Points { x, y }
}

/// Precision against the standardised effect (Galbraith 1988, doi:10.1002/sim.4780070807); `centred` about the estimate.
///
/// # Errors
/// The model has moderators.
pub fn radial(data: &Data, fit: &Fit, centred: bool) -> Result<Points, MetaError> {
    if !is_mean(data) {
        return Err(MetaError::field(
            "mods",
            "radial plots are of models without moderators",
        ));
    }
    let centre = if centred { fit.beta[0] } else { 0.0 };
    let precision = |v: &f64| 1.0 / (v + fit.tau2).sqrt();
    Ok(Points {
        x: data.vi.iter().map(|v| Some(precision(v))).collect(),
        y: data
            .yi
            .iter()
            .zip(&data.vi)
            .map(|(y, v)| Some((y - centre) * precision(v)))
            .collect(),
    })
}

/// Normal quantiles against standardised residuals, or studentised ones where `deleted`.
///
/// # Errors
/// The design is singular.
pub fn quantile_quantile(data: &Data, fit: &Fit, deleted: bool) -> Result<Points, MetaError> {
    let y: Vec<Option<f64>> = if deleted {
        influence(data, fit)?.iter().map(|one| one.rstudent).collect()
    } else {
        residuals(data, fit)?
            .z
            .iter()
            .map(|z| z.is_finite().then_some(*z))
            .collect()
    };
    // Only studies with a residual are ranked.
    let y: Vec<f64> = y.into_iter().flatten().collect();
    let n = y.len() as f64;
    let mut order: Vec<usize> = (0..y.len()).collect();
    order.sort_by(|a, b| y[*a].total_cmp(&y[*b]));
    let shift = if y.len() <= 10 { 3.0 / 8.0 } else { 0.5 };
    let mut x = vec![None; y.len()];
    for (rank, i) in order.into_iter().enumerate() {
        let p = (rank as f64 + 1.0 - shift) / (n + 1.0 - 2.0 * shift);
        x[i] = Some(normal::quantile(p));
    }
    Ok(Points {
        x,
        y: y.into_iter().map(Some).collect(),
    })
}
