//! Selection models: the likelihood of effects that were seen because of their p-values.
//!
//! A study with p-value `p` is seen with a probability proportional to `w(p)`; what is seen has the density
//! `w(p) phi / A`, `A` the mean of `w` over what could have been (Hedges 1992, doi:10.1214/ss/1177011364; Vevea and Hedges
//! 1995, doi:10.1007/BF02294384; Vevea and Woods 2005, doi:10.1037/1082-989X.10.4.428; Preston, Ashby and Smyth 2004,
//! doi:10.1111/j.1365-2753.2003.00457.x; Citkowicz and Vevea 2017, doi:10.1037/met0000119).

mod fit;
mod likelihood;
mod weight;

use nalgebra::{DMatrix, DVector};

use super::Alternative;
pub use fit::fit;
pub use weight::{Curve, Form, Variant};

/// What is fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// How the chance to be seen depends on the p-value.
    pub form: Form,
    /// What the p-values are against.
    pub alternative: Alternative,
    /// Bounds of the p-values: of the intervals of a step function; the p-value below which everything is seen; for the
    /// beta form the two beyond which nothing changes; for truncation an effect size.
    pub steps: Vec<f64>,
    /// Parameters of the form that are known; `None` where they are estimated, empty where all are.
    pub delta: Vec<Option<f64>>,
    /// Largest value of a parameter; may be infinite.
    pub largest: f64,
    /// How precise each study is, between 0 and 1, where selection may depend on it: the exponent grows with it.
    pub precision: Option<Vec<f64>>,
    /// Variance between studies, where it is known: 0 for effects that do not vary. Otherwise by maximum likelihood.
    pub tau2: Option<f64>,
    /// How the mean chance to be seen is computed for what is reported; the maximum is found with the exact one.
    pub integration: Integration,
    /// Coverage of intervals, as 0.95.
    pub level: f64,
}

/// How an integral over what could have been is computed.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Integration {
    /// To rounding.
    #[default]
    Exact,
    /// Adaptively to an error, absolute or relative: metafor reports standard errors at 1.22e-4, and their second
    /// differences carry that error.
    Adaptive(f64),
}

impl Default for Options {
    fn default() -> Self {
        Self {
            form: Form::Step { decreasing: false },
            alternative: Alternative::Greater,
            steps: vec![0.025],
            delta: Vec::new(),
            largest: 100.0,
            precision: None,
            tau2: None,
            integration: Integration::Exact,
            level: 0.95,
        }
    }
}

/// A fitted selection model.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// Coefficients: what the effects would be, were all studies seen.
    pub beta: DVector<f64>,
    /// Their covariance matrix, where the Hessian has an inverse.
    pub vcov: Option<DMatrix<f64>>,
    /// Standard errors.
    pub se: Vec<Option<f64>>,
    /// Two-sided probabilities.
    pub pval: Vec<Option<f64>>,
    /// Lower bounds.
    pub ci_lb: Vec<Option<f64>>,
    /// Upper bounds.
    pub ci_ub: Vec<Option<f64>>,
    /// Variance between studies.
    pub tau2: f64,
    /// Its standard error, where it is not at 0.
    pub se_tau2: Option<f64>,
    /// Parameters of the form.
    pub delta: Vec<f64>,
    /// Their standard errors, where they are estimated.
    pub se_delta: Vec<Option<f64>>,
    /// The bounds that were used, 1 at the end of a step function.
    pub steps: Vec<f64>,
    /// How many studies each interval of a step function holds.
    pub counts: Vec<usize>,
    /// Log-likelihood.
    pub ll: f64,
    /// Likelihood-ratio test against no selection.
    pub lrt: f64,
    /// Its degrees of freedom.
    pub lrt_df: usize,
    /// Its probability, where something was estimated.
    pub lrt_p: Option<f64>,
    /// Likelihood-ratio test against effects that do not vary.
    pub lrt_tau2: Option<f64>,
    /// Its probability.
    pub lrt_tau2_p: Option<f64>,
    /// Log-likelihood without selection.
    pub ll_unselected: f64,
}
