//! One estimate out of many: the equal-effects and the random-effects model, with and without moderators.
//!
//! `y_i = x_i beta + u_i + e_i`, `Var u_i = tau2`, `Var e_i = v_i`; formulas and defaults as in metafor's `rma.uni`
//! (Viechtbauer 2010, doi:10.18637/jss.v036.i03; estimators of tau2: Veroniki et al. 2016, doi:10.1002/jrsm.1164).

use nalgebra::{DMatrix, DVector};

use crate::MetaError;

/// How the variance between studies is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Method {
    /// Equal effects: no variance between studies.
    EqualEffects,
    /// DerSimonian and Laird.
    DerSimonianLaird,
    /// The same, iterated to its fixed point.
    DerSimonianLairdIterated,
    /// Hedges and Olkin, unweighted.
    Hedges,
    /// Hunter and Schmidt.
    HunterSchmidt,
    /// Hunter and Schmidt with the small-sample correction.
    HunterSchmidtSmall,
    /// Sidik and Jonkman, two steps.
    SidikJonkman,
    /// Sidik and Jonkman, iterated.
    SidikJonkmanIterated,
    /// Paule and Mandel.
    PauleMandel,
    /// Paule and Mandel, median unbiased.
    PauleMandelMedian,
    /// Maximum likelihood.
    MaximumLikelihood,
    /// Restricted maximum likelihood.
    #[default]
    Restricted,
    /// Empirical Bayes.
    EmpiricalBayes,
    /// Generalised Q with weights of the user.
    GeneralisedQ,
    /// Generalised Q, median unbiased.
    GeneralisedQMedian,
}

/// What tests and intervals of coefficients refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Test {
    /// The normal distribution.
    #[default]
    Z,
    /// t with k - p degrees of freedom.
    T,
    /// t, and the variance scaled after Knapp and Hartung.
    KnappHartung,
    /// The same, never scaled down.
    AdHoc,
}

/// What is fitted and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Estimator of tau2.
    pub method: Method,
    /// Reference distribution.
    pub test: Test,
    /// Coverage of intervals, as 0.95.
    pub level: f64,
    /// Weights instead of the inverse variances.
    pub weights: Option<Vec<f64>>,
    /// Inverse-variance weights; `false` gives all studies the same.
    pub weighted: bool,
    /// tau2 as known.
    pub tau2: Option<f64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            method: Method::Restricted,
            test: Test::Z,
            level: 0.95,
            weights: None,
            weighted: true,
            tau2: None,
        }
    }
}

/// Studies and moderators.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// Effect sizes.
    pub yi: Vec<f64>,
    /// Sampling variances.
    pub vi: Vec<f64>,
    /// Design matrix.
    pub x: DMatrix<f64>,
    /// Names of its columns.
    pub names: Vec<String>,
    /// Whether its first column is the intercept.
    pub intercept: bool,
}

/// A fitted model. `k` studies, `p` coefficients.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Studies.
    pub k: usize,
    /// Coefficients.
    pub p: usize,
    /// Coefficients.
    pub beta: DVector<f64>,
    /// Their covariance matrix, scaled by `s2w`.
    pub vcov: DMatrix<f64>,
    /// Standard errors.
    pub se: Vec<f64>,
    /// `beta / se`.
    pub zval: Vec<f64>,
    /// Two-sided.
    pub pval: Vec<f64>,
    /// Lower bounds.
    pub ci_lb: Vec<f64>,
    /// Upper bounds.
    pub ci_ub: Vec<f64>,
    /// Variance between studies.
    pub tau2: f64,
    /// Its asymptotic standard error, where the estimator has one.
    pub se_tau2: Option<f64>,
    /// In per cent.
    pub i2: f64,
    /// Total over sampling variance.
    pub h2: f64,
    /// The typical sampling variance behind `i2` and `h2`.
    pub vt: f64,
    /// Share of tau2 that the moderators explain, in per cent.
    pub r2: Option<f64>,
    /// Cochran's Q of what is left after the moderators.
    pub qe: f64,
    /// Its probability.
    pub qe_p: f64,
    /// Test of all moderators together.
    pub qm: Option<f64>,
    /// Its degrees of freedom; the second of an F test.
    pub qm_df: (f64, Option<f64>),
    /// Its probability.
    pub qm_p: Option<f64>,
    /// Degrees of freedom of t tests.
    pub ddf: Option<f64>,
    /// The factor of Knapp and Hartung, 1 without.
    pub s2w: f64,
    /// Log-likelihood, restricted where the method is.
    pub ll: f64,
    /// Deviance against the saturated model.
    pub dev: f64,
    /// Akaike's criterion.
    pub aic: f64,
    /// Bayes' criterion.
    pub bic: f64,
    /// Akaike's, corrected.
    pub aicc: f64,
    /// Weights that the coefficients were computed with.
    pub weights: Vec<f64>,
    /// What was asked for.
    pub options: Options,
}

impl Data {
    /// Studies without moderators.
    #[must_use]
    pub fn without_moderators(yi: Vec<f64>, vi: Vec<f64>) -> Self {
        Self {
            x: DMatrix::from_element(yi.len(), 1, 1.0),
            yi,
            vi,
            names: vec!["intrcpt".to_owned()],
            intercept: true,
        }
    }
}

/// Fits the model.
///
/// # Errors
/// No studies, moderators that depend on each other, or an estimator that does not converge.
pub fn fit(data: &Data, options: &Options) -> Result<Fit, MetaError> {
    let _ = (data, options);
    Err(MetaError::NoAnswer("being built".to_owned()))
}
