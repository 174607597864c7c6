//! Tests of coefficients: several at once, combinations of them, and one model against another.

use euthymia_stats::{f, gamma, normal, student};
use nalgebra::{DMatrix, DVector};

use crate::MetaError;
use crate::linear::inverse_spd;
use crate::pool::Fit;

/// A test of several coefficients together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wald {
    /// Chi-square, or F where the model's test is one of t.
    pub qm: f64,
    /// Degrees of freedom; the second of an F test.
    pub df: (f64, Option<f64>),
    /// Its probability; none where no degrees of freedom are left.
    pub p: Option<f64>,
}

/// A combination of coefficients.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrast {
    /// Its value less what it is tested against.
    pub estimate: f64,
    /// Standard error.
    pub se: f64,
    /// `estimate / se`.
    pub z: f64,
    /// Two-sided.
    pub p: Option<f64>,
}

/// A test of a model against one that it holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LikelihoodRatio {
    /// Twice the difference of the log-likelihoods.
    pub statistic: f64,
    /// Difference of the numbers of parameters.
    pub df: usize,
    /// Its probability.
    pub p: f64,
    /// Parameters of the full model, the variance among them.
    pub full: usize,
    /// Those of the reduced one.
    pub reduced: usize,
}

fn omnibus(fit: &Fit, values: &DVector<f64>, variance: &DMatrix<f64>) -> Option<Wald> {
    let inverse = inverse_spd(variance)?;
    let m = values.nrows() as f64;
    let quadratic = (values.transpose() * inverse * values)[(0, 0)];
    Some(match fit.ddf {
        Some(ddf) => {
            let qm = quadratic / m;
            Wald {
                qm,
                df: (m, Some(ddf)),
                p: (ddf > 0.0).then(|| f::above(m, ddf, qm)),
            }
        }
        None => Wald {
            qm: quadratic,
            df: (m, None),
            p: Some(gamma::chi_square_above(m, quadratic)),
        },
    })
}

/// Tests that all of the `coefficients` (counted from 0) are 0.
///
/// # Errors
/// There are no such coefficients, or their covariance matrix is singular.
pub fn wald(fit: &Fit, coefficients: &[usize]) -> Result<Wald, MetaError> {
    if coefficients.is_empty() || coefficients.iter().any(|c| *c >= fit.p) {
        return Err(MetaError::field(
            "coefficients",
            format!("expected numbers from 1 to {}", fit.p),
        ));
    }
    let values = DVector::from_fn(coefficients.len(), |i, _| fit.beta[coefficients[i]]);
    let variance = DMatrix::from_fn(coefficients.len(), coefficients.len(), |i, j| {
        fit.vcov[(coefficients[i], coefficients[j])]
    });
    omnibus(fit, &values, &variance).ok_or_else(|| {
        MetaError::NoAnswer("the covariance matrix of these coefficients is singular".to_owned())
    })
}

/// Combinations of coefficients, the rows of `x`, against `against`, and the test of all together where they do not
/// depend on each other.
///
/// # Errors
/// The rows have another number of columns than there are coefficients.
pub fn contrasts(
    fit: &Fit,
    x: &DMatrix<f64>,
    against: &[f64],
) -> Result<(Vec<Contrast>, Option<Wald>), MetaError> {
    if x.nrows() == 0 || x.ncols() != fit.p || against.len() != x.nrows() {
        return Err(MetaError::field(
            "X",
            format!(
                "rows of {} numbers, the model has {} coefficients",
                x.ncols(),
                fit.p
            ),
        ));
    }
    let values = x * &fit.beta - DVector::from_column_slice(against);
    let variance = x * &fit.vcov * x.transpose();
    let one = |i: usize| {
        let (estimate, se) = (values[i], variance[(i, i)].max(0.0).sqrt());
        let z = estimate / se;
        let p = match fit.ddf {
            Some(ddf) => (ddf > 0.0).then(|| student::two_sided(ddf, z)),
            None => Some(normal::two_sided(z)),
        };
        Contrast { estimate, se, z, p }
    };
    let each = (0..x.nrows()).map(one).collect();
    Ok((each, omnibus(fit, &values, &variance)))
}

/// Tests the reduced model against the full one.
///
/// # Errors
/// They are of different studies or have as many parameters.
pub fn likelihood_ratio(full: &Fit, reduced: &Fit) -> Result<LikelihoodRatio, MetaError> {
    if full.k != reduced.k {
        return Err(MetaError::NoAnswer(format!(
            "the models are of different studies: {} and {}; leave out those without all moderators",
            full.k, reduced.k
        )));
    }
    let parameters =
        |fit: &Fit| fit.p + usize::from(fit.options.method.is_random() && fit.options.tau2.is_none());
    let (full, reduced) = if parameters(full) < parameters(reduced) {
        (reduced, full)
    } else {
        (full, reduced)
    };
    let df = parameters(full) - parameters(reduced);
    if df == 0 {
        return Err(MetaError::NoAnswer(
            "the models have the same number of parameters: neither holds the other".to_owned(),
        ));
    }
    let statistic = (2.0 * (full.ll - reduced.ll)).max(0.0);
    Ok(LikelihoodRatio {
        statistic,
        df,
        p: gamma::chi_square_above(df as f64, statistic),
        full: parameters(full),
        reduced: parameters(reduced),
    })
}
