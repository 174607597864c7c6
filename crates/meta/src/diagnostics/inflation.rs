//! Variance inflation: how much less sure coefficients are for moderators going together (Fox and Monette 1992,
//! doi:10.1080/01621459.1992.10475190).

use nalgebra::DMatrix;

use crate::MetaError;
use crate::linear::ln_determinant;
use crate::pool::Fit;
use euthymia_vecmath::scalar::exp;

/// The (generalised) variance inflation factor of each group of coefficients, among all that `intercept` leaves in:
/// where it is true, the first coefficient is set aside.
///
/// # Errors
/// A group is empty, names a coefficient that is not there, or the covariance matrix is singular.
pub fn variance_inflation(fit: &Fit, intercept: bool, groups: &[Vec<usize>]) -> Result<Vec<f64>, MetaError> {
    let first = usize::from(intercept);
    let correlation = DMatrix::from_fn(fit.p - first, fit.p - first, |i, j| {
        let (i, j) = (i + first, j + first);
        fit.vcov[(i, j)] / (fit.vcov[(i, i)] * fit.vcov[(j, j)]).sqrt()
    });
    let singular = || MetaError::NoAnswer("the covariance matrix of the coefficients is singular".to_owned());
    let ln_det = |rows: &[usize]| {
        if rows.is_empty() {
            return Some(0.0);
        }
        ln_determinant(&correlation.select_rows(rows).select_columns(rows))
    };
    let all: Vec<usize> = (0..correlation.nrows()).collect();
    let whole = ln_det(&all).ok_or_else(singular)?;
    groups
        .iter()
        .map(|group| {
            if group.is_empty() || group.iter().any(|c| *c < first || *c >= fit.p) {
                return Err(MetaError::field(
                    "coefficients",
                    format!("expected numbers from {} to {}", first + 1, fit.p),
                ));
            }
            let inside: Vec<usize> = group.iter().map(|c| c - first).collect();
            let outside: Vec<usize> = all.iter().copied().filter(|c| !inside.contains(c)).collect();
            let inside = ln_det(&inside).ok_or_else(singular)?;
            let outside = ln_det(&outside).ok_or_else(singular)?;
            Ok(exp(inside + outside - whole))
        })
        .collect()
}
