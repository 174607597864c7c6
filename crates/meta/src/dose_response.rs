//! Dose and effect: relative risks of several doses against a reference within each study, their trend pooled over
//! studies (Greenland and Longnecker 1992; Crippa and Orsini 2016, doi:10.1186/s12874-016-0189-0).
//!
//! In two stages a trend is fitted to each study and the coefficients are pooled; in one stage all studies are one mixed
//! model with random coefficients (Crippa et al. 2019, doi:10.1177/0962280218773122). What a dose does is a [`Curve`] or
//! any columns of the caller.

mod covariance;
mod curve;
mod trend;

use euthymia_vecmath::scalar::ln;
use nalgebra::{DMatrix, DVector};

use crate::MetaError;
use crate::linear::{inverse_spd, ln_determinant};
use crate::multilevel::{self, CovarianceBlock, Loading, Random, Sampling, Structure};
use crate::multivariate::{self, Heterogeneity, Method};

pub use covariance::{Counts, CovarianceMethod, RiskDesign, covariances};
pub use curve::{Curve, EmaxFit, fit_emax, quantile_knots};
pub use trend::{Coefficient, Contrasts, HalfMaximum, Prediction, Shape, Trend, Wald, trend};

/// The doses of a study: the reference, whose effect is 0 without error, and the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// What the coefficients multiply, at each dose less at the reference.
    pub terms: DMatrix<f64>,
    /// Effects against the reference.
    pub effects: DVector<f64>,
    /// Their covariances.
    pub covariance: DMatrix<f64>,
}

/// How studies are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Procedure {
    /// A trend for each study, then pooled.
    #[default]
    TwoStage,
    /// One mixed model.
    OneStage,
}

/// A pooled trend.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Coefficients.
    pub coefficients: DVector<f64>,
    /// Their covariance matrix.
    pub vcov: DMatrix<f64>,
    /// Covariance of the coefficients between studies.
    pub psi: Option<DMatrix<f64>>,
    /// Log-likelihood, restricted where the method is.
    pub ll: Option<f64>,
    /// Cochran's Q of all coefficients and of each; of two stages.
    pub q: Vec<Heterogeneity>,
}

/// Pools the trends of studies.
///
/// # Errors
/// A study with fewer doses than terms in two stages, covariances that cannot be, or no maximum found.
pub fn fit(studies: &[Study], method: Method, procedure: Procedure) -> Result<Fit, MetaError> {
    let terms = studies.first().map_or(0, |study| study.terms.ncols());
    if studies.is_empty() || terms == 0 {
        return Err(MetaError::TooFew {
            what: "a dose-response curve",
            needed: 1,
            found: studies.len(),
        });
    }
    let shaped = |study: &Study| {
        let n = study.effects.len();
        study.terms.shape() == (n, terms) && study.covariance.shape() == (n, n)
    };
    if let Some(place) = studies.iter().position(|study| !shaped(study)) {
        return Err(MetaError::NoAnswer(format!(
            "study {} has other numbers of effects, terms and covariances",
            place + 1
        )));
    }
    match procedure {
        Procedure::TwoStage if studies.len() > 1 => two_stages(studies, terms, method),
        // One study has no variance between studies.
        Procedure::TwoStage => one_stage(studies, terms, Method::Fixed),
        Procedure::OneStage => one_stage(studies, terms, method),
    }
}

fn two_stages(studies: &[Study], terms: usize, method: Method) -> Result<Fit, MetaError> {
    let (mut outcomes, mut within) = (Vec::new(), Vec::new());
    for (place, study) in studies.iter().enumerate() {
        if study.effects.len() < terms {
            return Err(MetaError::NoAnswer(format!(
                "study {} has {} doses beside its reference, a curve of {terms} terms needs as many; leave the study \
                 out or fit in one stage",
                place + 1,
                study.effects.len()
            )));
        }
        let (beta, vcov) = of_study(study).ok_or_else(|| {
            MetaError::NoAnswer(format!(
                "the curve cannot be fitted to study {}: its doses or covariances do not tell the terms apart",
                place + 1
            ))
        })?;
        outcomes.push(beta.iter().copied().map(Some).collect());
        within.push(vcov);
    }
    let data = multivariate::Data {
        x: DMatrix::from_element(studies.len(), 1, 1.0),
        names: vec!["intrcpt".to_owned()],
        outcomes,
        within,
    };
    let pooled = multivariate::fit(&data, method)?;
    Ok(Fit {
        coefficients: pooled.coefficients,
        vcov: pooled.vcov,
        psi: pooled.psi,
        ll: pooled.ll,
        q: pooled.q,
    })
}

/// Generalised least squares within a study.
fn of_study(study: &Study) -> Option<(DVector<f64>, DMatrix<f64>)> {
    let factor = study.covariance.clone().cholesky()?;
    let weighted = factor.solve(&study.terms);
    let cross = study.terms.tr_mul(&weighted).cholesky()?;
    let beta = cross.solve(&weighted.tr_mul(&study.effects));
    let vcov = cross.inverse();
    vcov.iter().all(|x| x.is_finite()).then_some((beta, vcov))
}

/// Generalised least squares over all studies, nothing varying between them; one effect alone suffices for one term.
fn fixed(studies: &[Study], terms: usize) -> Result<Fit, MetaError> {
    let (mut information, mut score) = (DMatrix::zeros(terms, terms), DVector::zeros(terms));
    let (mut constant, mut squares) = (0.0, 0.0);
    for (place, study) in studies.iter().enumerate() {
        let no_covariance = || {
            MetaError::NoAnswer(format!(
                "the covariances of study {} cannot be: the matrix is not positive definite",
                place + 1
            ))
        };
        let weight = inverse_spd(&study.covariance).ok_or_else(no_covariance)?;
        let weighted = &weight * &study.effects;
        information += study.terms.tr_mul(&(&weight * &study.terms));
        score += study.terms.tr_mul(&weighted);
        squares += study.effects.dot(&weighted);
        constant += study.effects.len() as f64 * ln(core::f64::consts::TAU)
            + ln_determinant(&study.covariance).ok_or_else(no_covariance)?;
    }
    let vcov = inverse_spd(&information)
        .filter(|vcov| vcov.iter().all(|x| x.is_finite()))
        .ok_or_else(|| {
            MetaError::NoAnswer("the doses do not tell the terms of the curve apart".to_owned())
        })?;
    let coefficients = &vcov * &score;
    let ll = -0.5 * (constant + squares - coefficients.dot(&score));
    Ok(Fit {
        coefficients,
        vcov,
        psi: None,
        ll: Some(ll),
        q: Vec::new(),
    })
}

fn one_stage(studies: &[Study], terms: usize, method: Method) -> Result<Fit, MetaError> {
    if method == Method::Fixed {
        return fixed(studies, terms);
    }
    let (mut yi, mut blocks, mut group, mut rows) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (place, study) in studies.iter().enumerate() {
        let first = yi.len();
        yi.extend(study.effects.iter());
        blocks.push(CovarianceBlock {
            rows: (first..yi.len()).collect(),
            matrix: study.covariance.clone(),
        });
        group.extend(core::iter::repeat_n(place, study.effects.len()));
        rows.extend(study.terms.row_iter().map(|row| row.into_owned()));
    }
    let x = DMatrix::from_rows(&rows);
    let names: Vec<String> = (1..=terms).map(|term| format!("term {term}")).collect();
    let data = multilevel::Data {
        sampling: Sampling::of_blocks(blocks, yi.len())?,
        yi,
        x: x.clone(),
        names: names.clone(),
        intercept: false,
    };
    let restricted = method == Method::Restricted;
    let options = multilevel::Options {
        method: if restricted {
            multilevel::Method::Restricted
        } else {
            multilevel::Method::MaximumLikelihood
        },
        ..multilevel::Options::default()
    };
    let random = match method {
        Method::Moments => {
            return Err(MetaError::NoAnswer(
                "moments need two stages; use fixed, ml or reml in one".to_owned(),
            ));
        }
        _ => vec![Random {
            name: "study".to_owned(),
            group,
            groups: (1..=studies.len()).map(|study| study.to_string()).collect(),
            loading: Loading::Design {
                columns: x.clone(),
                names,
            },
            structure: Structure::Unstructured,
        }],
    };
    let found = multilevel::fit(&data, &random, &options)?;
    // The restricted likelihood is taken without the constant of the design.
    let constant = if restricted {
        0.5 * ln_determinant(&x.tr_mul(&x)).ok_or_else(|| MetaError::Singular {
            columns: data.names.join(", "),
        })?
    } else {
        0.0
    };
    Ok(Fit {
        coefficients: found.beta,
        vcov: found.vcov,
        psi: found.covariances.into_iter().next(),
        ll: Some(found.ll - constant),
        q: Vec::new(),
    })
}

impl Study {
    /// Of what each dose does and of effects with variances, one of them the reference with variance 0.
    ///
    /// # Errors
    /// No dose or more than one has variance 0.
    pub fn new(
        columns: &DMatrix<f64>,
        effects: &[f64],
        variances: &[f64],
        covariance: DMatrix<f64>,
    ) -> Result<Self, MetaError> {
        let n = variances.len();
        if effects.len() != n || columns.nrows() != n || covariance.shape() != (n.max(1) - 1, n.max(1) - 1) {
            return Err(MetaError::NoAnswer(format!(
                "a study of {n} doses needs an effect and columns for each, and covariances of all but the reference"
            )));
        }
        let references: Vec<usize> = (0..variances.len()).filter(|i| variances[*i] == 0.0).collect();
        let [reference] = references.as_slice() else {
            return Err(MetaError::NoAnswer(format!(
                "a study must have one reference dose, with standard error 0; there are {}",
                references.len()
            )));
        };
        let others: Vec<usize> = (0..variances.len()).filter(|i| i != reference).collect();
        let terms = DMatrix::from_fn(others.len(), columns.ncols(), |i, j| {
            columns[(others[i], j)] - columns[(*reference, j)]
        });
        Ok(Self {
            terms,
            effects: DVector::from_fn(others.len(), |i, _| effects[others[i]] - effects[*reference]),
            covariance,
        })
    }
}
