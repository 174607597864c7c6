//! Effect sizes that depend on each other: several of one study, of one laboratory, of the same people.
//!
//! `y = X beta + Z u + e`, `Var e = V` given, `Var u` structured and estimated: the multilevel and multivariate model of
//! metafor's `rma.mv` (Viechtbauer 2010, doi:10.18637/jss.v036.i03; Konstantopoulos 2011, doi:10.1002/jrsm.35), by
//! restricted or full maximum likelihood.
//!
//! ```
//! use euthymia_meta::multilevel::{Data, Options, Random, Sampling, fit};
//! use nalgebra::DMatrix;
//!
//! // Two schools in each of three districts: `~ 1 | district/school`.
//! let names = |count: usize| (1..=count).map(|i| i.to_string()).collect::<Vec<_>>();
//! let schools = Data {
//!     yi: vec![-0.18, -0.22, 0.23, 0.30, 0.13, -0.26],
//!     sampling: Sampling::independent(&[0.118, 0.118, 0.144, 0.144, 0.014, 0.014]),
//!     x: DMatrix::from_element(6, 1, 1.0),
//!     names: vec!["intrcpt".to_owned()],
//!     intercept: true,
//! };
//! let random = [
//!     Random::intercept("district", vec![0, 0, 1, 1, 2, 2], names(3)),
//!     Random::intercept("district/school", (0..6).collect(), names(6)),
//! ];
//! let fitted = fit(&schools, &random, &Options::default())?;
//! assert_eq!(fitted.sigma2().len(), 2);
//! # Ok::<(), euthymia_meta::MetaError>(())
//! ```

mod aggregate;
mod blup;
mod degrees;
mod influence;
mod likelihood;
mod newton;
mod profile;
mod random;
mod sampling;
mod structure;
mod vcalc;

use euthymia_stats::{f, gamma, normal, student};
use euthymia_vecmath::scalar::ln;
use nalgebra::{DMatrix, DVector};

pub use aggregate::{Aggregated, aggregate};
pub use blup::{Predicted, blups};
pub use degrees::DegreesOfFreedom;
pub use influence::cooks_distances;
pub use likelihood::Marginal;
pub use profile::{ComponentKind, ComponentProfile, profile_intervals};
pub use random::{Loading, Random};
pub use sampling::{CovarianceBlock, Sampling};
pub use structure::{Components, Structure};
pub use vcalc::{Correlation, Dependence, approximate_covariances};

use crate::MetaError;
use crate::linear::check_rank;
use crate::pool::Test;
use likelihood::{Evaluation, Problem};
use random::Information;

/// Effect sizes, moderators and sampling covariances.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// Effect sizes.
    pub yi: Vec<f64>,
    /// Covariances of their sampling errors.
    pub sampling: Sampling,
    /// Design matrix.
    pub x: DMatrix<f64>,
    /// Names of its columns.
    pub names: Vec<String>,
    /// Whether its first column is the intercept.
    pub intercept: bool,
}

/// What is maximised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Method {
    /// The restricted likelihood.
    #[default]
    Restricted,
    /// The likelihood.
    MaximumLikelihood,
}

/// What is fitted and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// What is maximised.
    pub method: Method,
    /// What coefficients are compared with: [`Test::Z`] or [`Test::T`].
    pub test: Test,
    /// Degrees of freedom of t tests.
    pub degrees: DegreesOfFreedom,
    /// Coverage of intervals.
    pub level: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            method: Method::Restricted,
            test: Test::Z,
            degrees: DegreesOfFreedom::Residual,
            level: 0.95,
        }
    }
}

/// A fitted model.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Effect sizes.
    pub k: usize,
    /// Coefficients.
    pub p: usize,
    /// Coefficients.
    pub beta: DVector<f64>,
    /// Their covariance matrix.
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
    /// Degrees of freedom of each t test.
    pub ddf: Option<Vec<f64>>,
    /// Variances and correlations of each term.
    pub components: Vec<Components>,
    /// Covariance matrix of the effects of a group, for each term.
    pub covariances: Vec<DMatrix<f64>>,
    /// Cochran's Q of what the moderators leave; none where the sampling covariances alone have no inverse.
    pub qe: Option<f64>,
    /// Its degrees of freedom.
    pub qe_df: usize,
    /// Its probability.
    pub qe_p: Option<f64>,
    /// Test of all moderators together; none for a model with the intercept alone.
    pub qm: Option<f64>,
    /// Its degrees of freedom; the second of an F test.
    pub qm_df: (usize, Option<f64>),
    /// Its probability.
    pub qm_p: Option<f64>,
    /// Log-likelihood, restricted where the method is.
    pub ll: f64,
    /// Coefficients and components estimated.
    pub parameters: usize,
    /// Akaike's criterion.
    pub aic: f64,
    /// Bayes' criterion.
    pub bic: f64,
    /// Akaike's, corrected.
    pub aicc: f64,
    /// Residuals.
    pub residuals: Vec<f64>,
    /// Marginal covariance of the blocks of rows that depend on each other.
    pub marginal: Vec<Marginal>,
    /// The design matrix.
    pub x: DMatrix<f64>,
    /// The random effects.
    pub random: Vec<Random>,
    /// What was asked for.
    pub options: Options,
    /// Parameters of the search at the maximum.
    theta: Vec<f64>,
}

impl Fit {
    /// Variances of the plain `~ 1 | group` terms.
    #[must_use]
    pub fn sigma2(&self) -> Vec<f64> {
        self.random
            .iter()
            .zip(&self.components)
            .filter(|(term, _)| term.is_intercept())
            .flat_map(|(_, components)| components.variances.iter().copied())
            .collect()
    }

    /// The structured terms with their components, in order: the first has tau2 and rho, the second gamma2 and phi.
    pub fn structured(&self) -> impl Iterator<Item = (&Random, &Components)> {
        self.random
            .iter()
            .zip(&self.components)
            .filter(|(term, _)| !term.is_intercept())
    }

    /// The variance of a true effect around the mean: the sum of all components, where it is the same for all rows.
    #[must_use]
    pub fn total_variance(&self) -> Option<f64> {
        self.components
            .iter()
            .map(|components| match components.variances.as_slice() {
                [one] => Some(*one),
                _ => None,
            })
            .sum()
    }

    /// The quantile that intervals of coefficient `j` reach to.
    #[must_use]
    pub fn critical(&self, j: usize) -> f64 {
        quantile(self.ddf.as_ref().map(|ddf| ddf[j]), self.options.level)
    }

    /// The mean effect and its prediction interval, of a model with the intercept alone: estimate, standard error,
    /// confidence interval, prediction interval.
    #[must_use]
    pub fn prediction(&self) -> Option<[f64; 6]> {
        if self.p != 1 {
            return None;
        }
        let (pred, se, crit) = (self.beta[0], self.se[0], self.critical(0));
        let wide = crit * (se * se + self.total_variance()?).sqrt();
        Some([pred, se, self.ci_lb[0], self.ci_ub[0], pred - wide, pred + wide])
    }
}

/// The quantile of the normal or the t distribution that an interval of this coverage reaches to.
pub(crate) fn quantile(degrees: Option<f64>, level: f64) -> f64 {
    let p = 0.5 + 0.5 * level;
    degrees.map_or_else(|| normal::quantile(p), |degrees| student::quantile(degrees, p))
}

/// Fits the model.
///
/// # Errors
/// Too few effect sizes, moderators that depend on each other, sampling covariances that cannot be, or no maximum found.
pub fn fit(data: &Data, random: &[Random], options: &Options) -> Result<Fit, MetaError> {
    check(data, random)?;
    let restricted = options.method == Method::Restricted;
    let problem = Problem::new(&data.yi, &data.x, &data.sampling, random, restricted).ok_or_else(|| {
        MetaError::Singular {
            columns: data.names.join(", "),
        }
    })?;
    let theta = maximise(&problem, data)?;
    let evaluation = problem.evaluate(&theta).ok_or_else(|| nowhere(data))?;
    describe(data, random, options, &problem, evaluation, theta)
}

/// Why the likelihood is defined nowhere that was looked at.
fn nowhere(data: &Data) -> MetaError {
    let definite = |block: &CovarianceBlock| block.matrix.clone().cholesky().is_some();
    if data.sampling.blocks().iter().all(definite) {
        MetaError::NotConverged {
            what: "the search for the variance components",
            reason: "the likelihood has no value where it begins: effect sizes and sampling variances are too different \
                     in size"
                .to_owned(),
        }
    } else {
        MetaError::NoAnswer(
            "the covariance matrix of the sampling errors is not positive definite: some of its correlations cannot be"
                .to_owned(),
        )
    }
}

fn check(data: &Data, random: &[Random]) -> Result<(), MetaError> {
    let k = data.yi.len();
    if data.sampling.size() != k || data.x.nrows() != k || data.names.len() != data.x.ncols() {
        return Err(MetaError::NoAnswer(
            "effect sizes, moderators and covariances have different numbers of rows".to_owned(),
        ));
    }
    check_rank(&data.x, &data.names)?;
    if k < 2 || k <= data.x.ncols() && !random.is_empty() {
        return Err(MetaError::TooFew {
            what: "a multilevel model",
            needed: (data.x.ncols() + 1).max(2),
            found: k,
        });
    }
    for term in random {
        term.check(k)?;
    }
    if let Some(row) = data.yi.iter().position(|y| !y.is_finite()) {
        return Err(MetaError::NoAnswer(format!(
            "effect size {} is {}, it must be a number",
            row + 1,
            data.yi[row]
        )));
    }
    for block in data.sampling.blocks() {
        let n = block.rows.len();
        let place = (0..n * n).find(|place| !block.matrix[(place / n, place % n)].is_finite());
        if let Some((i, j)) = place.map(|place| (place / n, place % n)).filter(|(i, j)| i != j) {
            return Err(MetaError::NoAnswer(format!(
                "effect sizes {} and {} have a sampling covariance that is no number",
                block.rows[i] + 1,
                block.rows[j] + 1
            )));
        }
    }
    let bad = data
        .sampling
        .variances()
        .iter()
        .position(|v| !v.is_finite() || *v < 0.0);
    bad.map_or(Ok(()), |row| {
        Err(MetaError::NoAnswer(format!(
            "effect size {} has a sampling variance that is negative or no number",
            row + 1
        )))
    })
}

/// The parameters at the highest maximum that the starting points lead to.
fn maximise(problem: &Problem<'_>, data: &Data) -> Result<Vec<f64>, MetaError> {
    if problem.parameters() == 0 {
        return Ok(Vec::new());
    }
    // From other starts only where that is quick: large data sets rarely have a second maximum.
    let starts = if data.yi.len() <= 400 { 3 } else { 1 };
    let mut best: Option<newton::Found> = None;
    for start in problem.starts().into_iter().take(starts) {
        if let Some(found) = newton::minimize(&start, |theta| problem.value(theta))
            && best.as_ref().is_none_or(|best| found.value < best.value)
        {
            best = Some(found);
        }
    }
    let best = best.ok_or_else(|| nowhere(data))?;
    if best.converged {
        Ok(best.x)
    } else {
        Err(MetaError::NotConverged {
            what: "the search for the variance components",
            reason: "the likelihood has no maximum that can be told from its surroundings; leave out a random effect"
                .to_owned(),
        })
    }
}

fn describe(
    data: &Data,
    random: &[Random],
    options: &Options,
    problem: &Problem<'_>,
    evaluation: Evaluation,
    theta: Vec<f64>,
) -> Result<Fit, MetaError> {
    let Evaluation {
        ll,
        beta,
        vcov,
        blocks,
        ..
    } = evaluation;
    let (k, p) = data.x.shape();
    let se: Vec<f64> = vcov.diagonal().iter().map(|v| v.sqrt()).collect();
    let ddf = match options.test {
        Test::Z => None,
        _ => Some(options.degrees.of(&data.x, random)?),
    };
    let zval: Vec<f64> = beta.iter().zip(&se).map(|(b, se)| b / se).collect();
    let at = |j: usize| ddf.as_ref().map(|ddf| ddf[j]);
    let pval = (0..p)
        .map(|j| at(j).map_or_else(|| normal::two_sided(zval[j]), |d| student::two_sided(d, zval[j])))
        .collect();
    let bound = |sign: f64| -> Vec<f64> {
        (0..p)
            .map(|j| beta[j] + sign * quantile(at(j), options.level) * se[j])
            .collect()
    };
    let (qe, qe_df, qe_p) = heterogeneity(data);
    let (qm, qm_df, qm_p) = omnibus(&beta, &vcov, data.intercept, ddf.as_deref());
    let parameters = p + problem
        .information()
        .iter()
        .map(Information::count)
        .sum::<usize>();
    let n = match options.method {
        Method::Restricted => (k - p) as f64,
        Method::MaximumLikelihood => k as f64,
    };
    let count = parameters as f64;
    let most = n.max(count + 2.0);
    let covariances = problem.covariances(&theta);
    let residuals = DVector::from_column_slice(&data.yi) - &data.x * &beta;
    Ok(Fit {
        k,
        p,
        zval,
        pval,
        ci_lb: bound(-1.0),
        ci_ub: bound(1.0),
        components: components(random, problem, &theta),
        covariances,
        qe,
        qe_df,
        qe_p,
        qm,
        qm_df,
        qm_p,
        ll,
        parameters,
        aic: -2.0 * ll + 2.0 * count,
        bic: -2.0 * ll + count * ln(n),
        aicc: -2.0 * ll + 2.0 * count * most / (most - count - 1.0),
        residuals: residuals.as_slice().to_vec(),
        marginal: blocks,
        x: data.x.clone(),
        random: random.to_vec(),
        options: options.clone(),
        theta,
        beta,
        vcov,
        se,
        ddf,
    })
}

fn components(random: &[Random], problem: &Problem<'_>, theta: &[f64]) -> Vec<Components> {
    let mut rest = theta;
    random
        .iter()
        .zip(problem.information())
        .map(|(term, known)| {
            let q = term.effects();
            let (own, next) = rest.split_at(term.structure.parameters(q));
            rest = next;
            known.clear(term.structure.components(q, own))
        })
        .collect()
}

/// Q of the model without random effects, its degrees of freedom and its probability.
fn heterogeneity(data: &Data) -> (Option<f64>, usize, Option<f64>) {
    let (k, p) = data.x.shape();
    if k == p {
        return (Some(0.0), 0, Some(1.0));
    }
    let problem = Problem::new(&data.yi, &data.x, &data.sampling, &[], false);
    let q = problem.and_then(|problem| problem.evaluate(&[])).map(|fixed| {
        let e = DVector::from_column_slice(&data.yi) - &data.x * &fixed.beta;
        let of = |block: &Marginal| {
            let e = e.select_rows(block.rows.iter());
            e.dot(&(&block.inverse * &e))
        };
        fixed.blocks.iter().map(of).sum()
    });
    (q, k - p, q.map(|q| gamma::chi_square_above((k - p) as f64, q)))
}

type Omnibus = (Option<f64>, (usize, Option<f64>), Option<f64>);

/// The test of all coefficients but the intercept.
fn omnibus(beta: &DVector<f64>, vcov: &DMatrix<f64>, intercept: bool, ddf: Option<&[f64]>) -> Omnibus {
    let first = usize::from(intercept);
    let m = beta.len() - first;
    if m == 0 {
        return (None, (0, None), None);
    }
    let tested = beta.rows(first, m).into_owned();
    let Some(factor) = vcov.view((first, first), (m, m)).into_owned().cholesky() else {
        return (None, (m, None), None);
    };
    let wald = tested.dot(&factor.solve(&tested));
    match ddf {
        None => (
            Some(wald),
            (m, None),
            Some(gamma::chi_square_above(m as f64, wald)),
        ),
        Some(ddf) => {
            let lower = ddf[first..].iter().fold(f64::INFINITY, |least, d| least.min(*d));
            let statistic = wald / m as f64;
            (
                Some(statistic),
                (m, Some(lower)),
                Some(f::above(m as f64, lower, statistic)),
            )
        }
    }
}
