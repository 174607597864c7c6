//! What a dose does: curves as columns of a design.

use nalgebra::DMatrix;

use super::{Fit, Procedure, Study, fit};
use crate::MetaError;
use crate::multivariate::Method;

/// A curve that is linear in its coefficients.
#[derive(Clone, Debug, PartialEq)]
pub enum Curve {
    /// Proportional to the dose.
    Linear,
    /// With the square of the dose.
    Quadratic,
    /// Cubic between knots, linear outside them (Harrell 2001, section 2.4.5; at least three knots that rise).
    Spline(Vec<f64>),
    /// `dose / (dose + ed50)`: half of the maximum at `ed50`.
    Emax {
        /// The dose of half the maximum.
        ed50: f64,
    },
}

impl Curve {
    /// How many coefficients it has.
    #[must_use]
    pub fn terms(&self) -> usize {
        match self {
            Self::Linear | Self::Emax { .. } => 1,
            Self::Quadratic => 2,
            Self::Spline(knots) => knots.len().saturating_sub(1),
        }
    }

    /// What each coefficient multiplies at each dose.
    ///
    /// # Errors
    /// Fewer than three knots, knots that do not rise, or an ED50 that is not above 0.
    pub fn columns(&self, doses: &[f64]) -> Result<DMatrix<f64>, MetaError> {
        let rises = |knots: &[f64]| knots.len() > 2 && knots.windows(2).all(|pair| pair[0] < pair[1]);
        match self {
            Self::Spline(knots) if !rises(knots) => {
                return Err(MetaError::NoAnswer(
                    "a spline needs at least three knots, each above the one before".to_owned(),
                ));
            }
            Self::Emax { ed50 } if !(*ed50 > 0.0 && ed50.is_finite()) => {
                return Err(MetaError::NoAnswer(
                    "the dose of half the maximum must be above 0".to_owned(),
                ));
            }
            _ => {}
        }
        Ok(DMatrix::from_fn(doses.len(), self.terms(), |row, term| {
            let x = doses[row];
            match self {
                Self::Linear => x,
                Self::Quadratic => {
                    if term == 0 {
                        x
                    } else {
                        x * x
                    }
                }
                Self::Emax { ed50 } => x / (x + ed50),
                Self::Spline(_) if term == 0 => x,
                Self::Spline(knots) => spline(x, knots, term - 1),
            }
        }))
    }
}

/// The `j`th cubic column, divided by the square of the distance of the outer knots so that it has the size of a dose.
fn spline(x: f64, knots: &[f64], j: usize) -> f64 {
    let k = knots.len();
    let (last, before) = (knots[k - 1], knots[k - 2]);
    let cube = |t: f64| {
        let above = (x - t).max(0.0);
        above * above * above
    };
    let width = last - knots[0];
    (cube(knots[j]) - cube(before) * (last - knots[j]) / (last - before)
        + cube(last) * (before - knots[j]) / (last - before))
        / (width * width)
}

/// Knots at the quantiles of the doses that are usual for 3 to 7 of them (Harrell 2001, table 2.3).
#[must_use]
pub fn quantile_knots(doses: &[f64], count: usize) -> Option<Vec<f64>> {
    let at: &[f64] = match count {
        3 => &[0.1, 0.5, 0.9],
        4 => &[0.05, 0.35, 0.65, 0.95],
        5 => &[0.05, 0.275, 0.5, 0.725, 0.95],
        6 => &[0.05, 0.23, 0.41, 0.59, 0.77, 0.95],
        7 => &[0.025, 0.1833, 0.3417, 0.5, 0.6583, 0.8167, 0.975],
        _ => return None,
    };
    let mut sorted: Vec<f64> = doses.iter().copied().filter(|x| x.is_finite()).collect();
    if sorted.is_empty() {
        return None;
    }
    sorted.sort_by(f64::total_cmp);
    let knots = at.iter().map(|p| {
        let place = p * (sorted.len() - 1) as f64;
        let low = place.floor() as usize;
        let high = (low + 1).min(sorted.len() - 1);
        sorted[low] + (place - low as f64) * (sorted[high] - sorted[low])
    });
    Some(knots.collect())
}

/// An Emax curve with its dose of half the maximum.
#[derive(Clone, Debug, PartialEq)]
pub struct EmaxFit {
    /// The dose of half the maximum, by maximum likelihood.
    pub ed50: f64,
    /// Whether it lies inside the doses searched, and not at the end, where the data know no maximum (or no rise).
    pub inside: bool,
    /// The maximum and its tests at that dose.
    pub fit: Fit,
}

/// Fits an Emax curve in one stage: the dose of half the maximum is searched between `low` and `high`.
///
/// `study` makes the studies for columns of a given curve.
///
/// # Errors
/// No fit at any dose, none at the best, or bounds that are not `0 < low < high`.
pub fn fit_emax(
    (low, high): (f64, f64),
    method: Method,
    study: impl Fn(&Curve) -> Result<Vec<Study>, MetaError>,
) -> Result<EmaxFit, MetaError> {
    use euthymia_vecmath::scalar::{exp, ln};
    if !(low > 0.0 && low < high && high.is_finite()) {
        return Err(MetaError::NoAnswer(
            "the dose of half the maximum is searched between two doses above 0".to_owned(),
        ));
    }
    // Restricted likelihoods of different columns cannot be compared.
    let compared = match method {
        Method::Fixed => Method::Fixed,
        _ => Method::MaximumLikelihood,
    };
    // Where the curve has no fit it is no candidate; why is told where it has none anywhere.
    let mut failed = None;
    let mut minus = |x: f64| -> f64 {
        let curve = Curve::Emax { ed50: exp(x) };
        let found = study(&curve).and_then(|studies| fit(&studies, compared, Procedure::OneStage));
        match found.map(|found| found.ll) {
            Ok(Some(ll)) if ll.is_finite() => -ll,
            Ok(_) => f64::INFINITY,
            Err(error) => {
                failed.get_or_insert(error);
                f64::INFINITY
            }
        }
    };
    // A grid finds the basin.
    let (first, last) = (ln(low), ln(high));
    let grid: Vec<f64> = (0..=12)
        .map(|i| first + (last - first) * f64::from(i) / 12.0)
        .collect();
    let values: Vec<f64> = grid.iter().map(|x| minus(*x)).collect();
    let best = (0..grid.len())
        .min_by(|a, b| values[*a].total_cmp(&values[*b]))
        .unwrap_or(0);
    let (from, to) = (grid[best.saturating_sub(1)], grid[(best + 1).min(grid.len() - 1)]);
    let (mut x, mut value) = euthymia_stats::optimize::golden(from, to, 1e-7, &mut minus);
    // Beside doses without a fit the search may end among them.
    if values[best] < value {
        (x, value) = (grid[best], values[best]);
    }
    if value == f64::INFINITY {
        return Err(failed.unwrap_or_else(|| MetaError::NoAnswer("the curve has no likelihood".to_owned())));
    }
    let ed50 = exp(x);
    let found = fit(&study(&Curve::Emax { ed50 })?, method, Procedure::OneStage)?;
    Ok(EmaxFit {
        ed50,
        inside: x - first > 1e-3 && last - x > 1e-3,
        fit: found,
    })
}
