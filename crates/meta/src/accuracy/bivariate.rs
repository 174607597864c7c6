//! Sensitivity and false positive rate pooled together on the logit scale (Reitsma et al. 2005,
//! doi:10.1016/j.jclinepi.2005.02.022), and the area under the summary curve of Rutter and Gatsonis (Harbord et al.
//! 2007, doi:10.1093/biostatistics/kxl004).

use euthymia_vecmath::scalar::{exp, ln};
use nalgebra::DMatrix;

use super::Counts;
use crate::MetaError;
use crate::linear::ln_determinant;
use crate::multivariate::{Data, Fit, Method, fit};

/// The bivariate model.
#[derive(Clone, Debug, PartialEq)]
pub struct Bivariate {
    /// Coefficients of logit sensitivity and logit false positive rate.
    pub fit: Fit,
    /// Pooled sensitivity and false positive rate; without moderators.
    pub pooled: Option<(f64, f64)>,
    /// Log-likelihood of the proportions.
    pub ll: Option<f64>,
    /// Area under the summary curve between false positive rates of 1 and 99 per cent, over the width of that range:
    /// without moderators, for random effects.
    pub auc: Option<f64>,
}

/// Fits the model to counts without a cell of 0.
///
/// # Errors
/// A cell is 0, or there is no fit.
pub fn bivariate(
    counts: &Counts,
    x: &DMatrix<f64>,
    names: &[String],
    method: Method,
) -> Result<Bivariate, MetaError> {
    counts.check()?;
    let n = counts.studies();
    if x.nrows() != n || names.len() != x.ncols() {
        return Err(MetaError::NoAnswer(format!(
            "moderators must be told for each of {n} studies"
        )));
    }
    let (mut outcomes, mut within, mut jacobian) = (Vec::new(), Vec::new(), 0.0);
    for study in 0..n {
        let [tp, missed, fp, tn] = counts.cells(study);
        if [tp, missed, fp, tn].contains(&0.0) {
            return Err(MetaError::NoAnswer(format!(
                "study {} has a cell of 0, for which a logit is infinite; add a half to the cells",
                study + 1
            )));
        }
        let logit = |yes: f64, no: f64| (ln(yes / no), 1.0 / yes + 1.0 / no);
        let (sensitivity, v) = logit(tp, missed);
        let (false_positive, u) = logit(fp, tn);
        outcomes.push(vec![Some(sensitivity), Some(false_positive)]);
        within.push(DMatrix::from_row_slice(2, 2, &[v, 0.0, 0.0, u]));
        // The likelihood is that of the proportions: the slope of the logit is 1 / (p (1 - p)).
        let slope = |yes: f64, no: f64| (yes + no) * (yes + no) / (yes * no);
        jacobian += ln(slope(tp, missed)) + ln(slope(fp, tn));
    }
    let data = Data {
        outcomes,
        within,
        x: x.clone(),
        names: names.to_vec(),
    };
    let fitted = fit(&data, method)?;
    // The restricted likelihood is taken without the constant of the design.
    let constant = match method {
        Method::Restricted => ln_determinant(&(x.transpose() * x)).ok_or_else(|| MetaError::Singular {
            columns: names.join(", "),
        })?,
        _ => 0.0,
    };
    let ll = fitted.ll.map(|ll| ll - constant + jacobian);
    let plain = x.ncols() == 1;
    let inverse = |x: f64| 1.0 / (1.0 + exp(-x));
    let pooled = plain.then(|| (inverse(fitted.coefficients[0]), inverse(fitted.coefficients[1])));
    let auc = if plain {
        fitted.psi.as_ref().and_then(|psi| area(&fitted, psi))
    } else {
        None
    };
    Ok(Bivariate {
        fit: fitted,
        pooled,
        ll,
        auc,
    })
}

/// The mean height of the curve at false positive rates from 1 to 99 per cent, by the trapezoidal rule.
fn area(fit: &Fit, psi: &DMatrix<f64>) -> Option<f64> {
    let (a, b) = (psi[(0, 0)].sqrt(), psi[(1, 1)].sqrt());
    let slope = a / b;
    if !(slope > 0.0 && slope.is_finite()) {
        return None;
    }
    // logit sensitivity = Lambda e^(-beta/2) + e^(-beta) logit fpr, with e^beta the ratio of standard deviations.
    let level = fit.coefficients[0] - slope * fit.coefficients[1];
    let height = |percent: u32| {
        let p = f64::from(percent) / 100.0;
        1.0 / (1.0 + exp(-(level + slope * ln(p / (1.0 - p)))))
    };
    let inner: f64 = (2..=98).map(height).sum();
    Some((0.5 * height(1) + inner + 0.5 * height(99)) / 98.0)
}
