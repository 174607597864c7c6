//! One estimate out of many: the equal-effects and the random-effects model, with and without moderators.
//!
//! `y_i = x_i beta + u_i + e_i`, `Var u_i = tau2`, `Var e_i = v_i`; formulas and defaults as in metafor's `rma.uni`
//! (Viechtbauer 2010, doi:10.18637/jss.v036.i03; estimators of tau2: Veroniki et al. 2016, doi:10.1002/jrsm.1164).

mod fit;
mod generalised_q;
mod henmi_copas;
mod heterogeneity;
mod location_scale;
mod mean;
mod projection;
mod search;

use euthymia_stats::{normal, student};
use nalgebra::{DMatrix, DVector};

use crate::MetaError;

pub use fit::fit;
pub(crate) use generalised_q::GeneralisedQ;
pub use henmi_copas::{HenmiCopas, henmi_copas};
pub use heterogeneity::{Estimate, estimate};
pub use location_scale::{Link, LocationScale, LocationScaleOptions, location_scale};
pub use mean::{Mean, log_likelihood, mean};
pub(crate) use projection::{Projection, cross};

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
    /// How many studies.
    pub k: usize,
    /// How many coefficients.
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

impl Method {
    /// All methods under the names that metafor gives them.
    pub const NAMES: [(&str, Self); 17] = [
        ("EE", Self::EqualEffects),
        ("FE", Self::EqualEffects),
        ("CE", Self::EqualEffects),
        ("DL", Self::DerSimonianLaird),
        ("DLIT", Self::DerSimonianLairdIterated),
        ("HE", Self::Hedges),
        ("HS", Self::HunterSchmidt),
        ("HSk", Self::HunterSchmidtSmall),
        ("SJ", Self::SidikJonkman),
        ("SJIT", Self::SidikJonkmanIterated),
        ("PM", Self::PauleMandel),
        ("PMM", Self::PauleMandelMedian),
        ("ML", Self::MaximumLikelihood),
        ("REML", Self::Restricted),
        ("EB", Self::EmpiricalBayes),
        ("GENQ", Self::GeneralisedQ),
        ("GENQM", Self::GeneralisedQMedian),
    ];

    /// The method of a name.
    ///
    /// # Errors
    /// There is none; says which there are.
    pub fn parse(name: &str) -> Result<Self, MetaError> {
        let found = Self::NAMES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, method)| *method).ok_or_else(|| {
            let known: Vec<&str> = Self::NAMES.iter().map(|(known, _)| *known).collect();
            MetaError::field("method", format!("`{name}` is none of {}", known.join(", ")))
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = Self::NAMES.iter().find(|(_, method)| *method == self);
        found.map_or("", |(name, _)| name)
    }

    /// Whether it has a variance between studies.
    #[must_use]
    pub fn is_random(self) -> bool {
        self != Self::EqualEffects
    }
}

impl Test {
    /// All tests under the names that metafor gives them.
    pub const NAMES: [(&str, Self); 4] = [
        ("z", Self::Z),
        ("t", Self::T),
        ("knha", Self::KnappHartung),
        ("adhoc", Self::AdHoc),
    ];

    /// The test of a name; `hksj` is `knha`.
    ///
    /// # Errors
    /// There is none; says which there are.
    pub fn parse(name: &str) -> Result<Self, MetaError> {
        let name = if name.eq_ignore_ascii_case("hksj") {
            "knha"
        } else {
            name
        };
        let found = Self::NAMES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found
            .map(|(_, test)| *test)
            .ok_or_else(|| MetaError::field("test", format!("`{name}` is none of z, t, knha, adhoc")))
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, test)| *test == self)
            .map_or("", |(name, _)| name)
    }

    /// Whether it refers to t.
    #[must_use]
    pub fn is_t(self) -> bool {
        self != Self::Z
    }

    /// Whether it scales the variance.
    #[must_use]
    pub fn is_scaled(self) -> bool {
        matches!(self, Self::KnappHartung | Self::AdHoc)
    }
}

impl Data {
    /// Refuses what no fit can be made of: columns of different lengths, which would pair the wrong numbers, effect sizes
    /// that are not finite, variances that are not above 0, a level outside of (0, 1).
    pub(crate) fn check(&self, options: &Options) -> Result<(), MetaError> {
        let k = self.yi.len();
        let lengths = [
            ("vi", self.vi.len()),
            ("moderators", self.x.nrows()),
            ("weights", options.weights.as_ref().map_or(k, Vec::len)),
        ];
        if let Some((name, length)) = lengths.into_iter().find(|(_, length)| *length != k) {
            let reason = format!("expected one for each of {k} studies, found {length}");
            return Err(MetaError::field(name, reason));
        }
        let tau2 = options.tau2.unwrap_or(0.0);
        if !(tau2 >= 0.0 && tau2.is_finite()) {
            return Err(MetaError::field(
                "tau2",
                format!("expected a variance of 0 or more, found {tau2}"),
            ));
        }
        if !(options.level > 0.0 && options.level < 1.0) {
            let reason = format!(
                "expected a coverage between 0 and 1, as 0.95, found {}",
                options.level
            );
            return Err(MetaError::field("level", reason));
        }
        let is_wrong = |(y, v): (&f64, &f64)| !(y.is_finite() && *v > 0.0 && v.is_finite());
        if let Some(study) = self.yi.iter().zip(&self.vi).position(is_wrong) {
            return Err(MetaError::NoAnswer(format!(
                "study {}: the effect size {} with the sampling variance {} has no weight; a variance is above 0",
                study + 1,
                self.yi[study],
                self.vi[study]
            )));
        }
        Ok(())
    }

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

impl Fit {
    /// The quantile that bounds of intervals are made with: of t where the test is one, else of the normal.
    #[must_use]
    pub fn critical(&self) -> f64 {
        let upper = 0.5 * (1.0 + self.options.level);
        match self.ddf {
            Some(ddf) if ddf > 0.0 => student::quantile(ddf, upper),
            Some(_) => f64::NAN,
            None => normal::quantile(upper),
        }
    }

    /// Where the true effect of a new study lies, for a model without moderators: the pooled estimate's quantile times
    /// `sqrt(se^2 + tau2)` on both sides.
    #[must_use]
    pub fn prediction_interval(&self) -> (f64, f64) {
        let half = self.critical() * (self.se[0] * self.se[0] + self.tau2).sqrt();
        (self.beta[0] - half, self.beta[0] + half)
    }
}
