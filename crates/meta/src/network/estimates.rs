//! A network meta-analysis: estimates of the common and the random effects model with their heterogeneity.

use euthymia_stats::{gamma, normal, student};
use euthymia_vecmath::scalar::{exp, ln};
use nalgebra::DMatrix;

use super::designs::DesignModel;
use super::graph::Network;
use super::model::Model;
use super::multivariate::{Base, Covariance, Likelihood, Multivariate};
use crate::MetaError;

/// How the variance between studies is found.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Heterogeneity {
    /// By moments.
    #[default]
    DerSimonianLaird,
    /// By maximum likelihood.
    MaximumLikelihood,
    /// By restricted maximum likelihood.
    Restricted,
    /// It is known: the standard deviation.
    Preset(f64),
}

/// What is fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkOptions {
    /// The variance between studies.
    pub heterogeneity: Heterogeneity,
    /// Place of the reference treatment, for names of designs and for covariances that depend on it.
    pub reference: Option<usize>,
    /// Coverage of intervals.
    pub level: f64,
}

impl Default for NetworkOptions {
    fn default() -> Self {
        Self {
            heterogeneity: Heterogeneity::DerSimonianLaird,
            reference: None,
            level: 0.95,
        }
    }
}

/// Cochran's Q with its degrees of freedom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QTest {
    /// The statistic.
    pub q: f64,
    /// Degrees of freedom.
    pub df: f64,
}

impl QTest {
    /// Probability of a larger Q; `None` without degrees of freedom.
    #[must_use]
    pub fn p(&self) -> Option<f64> {
        (self.df > 0.0).then(|| gamma::chi_square_above(self.df, self.q.max(0.0)))
    }
}

/// Share of the variation that is between studies, with its interval (Higgins and Thompson 2002, doi:10.1002/sim.1186).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Inconsistency {
    /// The share.
    pub i2: f64,
    /// Its lower and upper bound, where there are degrees of freedom enough.
    pub bounds: Option<(f64, f64)>,
}

impl Inconsistency {
    /// From Q.
    #[must_use]
    pub fn of(test: &QTest, level: f64) -> Option<Self> {
        let QTest { q, df } = *test;
        if df <= 0.0 {
            return None;
        }
        let k = df + 1.0;
        let share = |h: f64| (h * h - 1.0) / (h * h);
        let h = (q / df).sqrt().max(1.0);
        let se = if q > k {
            Some(0.5 * (ln(q) - ln(df)) / ((2.0 * q).sqrt() - (2.0 * k - 3.0).sqrt()))
        } else if k > 2.0 {
            let rest = (k - 2.0) * (k - 2.0);
            Some((1.0 / (2.0 * (k - 2.0)) * (1.0 - 1.0 / (3.0 * rest))).sqrt())
        } else {
            None
        };
        let reach = normal::quantile(0.5 + 0.5 * level);
        let bound = |by: f64| share(exp(ln(h) + by).max(1.0));
        Some(Self {
            i2: share(h),
            bounds: se.map(|se| (bound(-reach * se), bound(reach * se))),
        })
    }
}

/// Direct estimates: comparisons of the same pair, pooled without the rest of the network.
#[derive(Clone, Debug, PartialEq)]
pub struct Direct {
    /// How many studies compare rows with columns.
    pub studies: DMatrix<usize>,
    /// Effects of rows against columns.
    pub te: DMatrix<Option<f64>>,
    /// Their standard errors.
    pub se: DMatrix<Option<f64>>,
}

/// Shares of direct evidence, direct and indirect estimates of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Sources {
    /// From the studies of the pair alone.
    pub direct: Direct,
    /// Share of the direct estimate in the one of the network.
    pub share: DMatrix<Option<f64>>,
    /// What the rest of the network says, calculated back.
    pub indirect_te: DMatrix<Option<f64>>,
    /// Its standard errors.
    pub indirect_se: DMatrix<Option<f64>>,
}

/// A network meta-analysis.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkFit {
    /// Without variance between studies.
    pub common: Model,
    /// With it.
    pub random: Model,
    /// The variance between studies; `None` where nothing tells it.
    pub tau2: Option<f64>,
    /// Heterogeneity and inconsistency together.
    pub total: QTest,
    /// Share of the variation between studies.
    pub i2: Option<Inconsistency>,
    /// What was asked for.
    pub options: NetworkOptions,
}

/// Fits a network.
///
/// # Errors
/// Variances that contradict each other, or a likelihood without a maximum.
pub fn network(network: &Network, options: &NetworkOptions) -> Result<NetworkFit, MetaError> {
    let common = Model::fit(network, 0.0)?;
    let total = QTest {
        q: common.contributions(network).iter().sum(),
        df: network.degrees(),
    };
    let by = |likelihood| -> Result<Option<f64>, MetaError> {
        let reference = options.reference.unwrap_or(0);
        let model = Multivariate::new(network, reference, Base::Reference, Covariance::Shared);
        Ok(model.fit(likelihood)?.tau2)
    };
    let tau2 = match options.heterogeneity {
        Heterogeneity::DerSimonianLaird => common.moment_tau2(network)?,
        Heterogeneity::MaximumLikelihood => by(Likelihood::Full)?,
        Heterogeneity::Restricted => by(Likelihood::Restricted)?,
        Heterogeneity::Preset(tau) => Some(tau * tau),
    };
    let random = match tau2 {
        Some(tau2) if tau2 > 0.0 => Model::fit(network, tau2)?,
        _ => common.clone(),
    };
    Ok(NetworkFit {
        i2: Inconsistency::of(&total, options.level),
        common,
        random,
        tau2,
        total,
        options: options.clone(),
    })
}

/// Bounds and probabilities of the effects of a model, rows against columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Intervals {
    /// Lower bounds.
    pub lower: DMatrix<f64>,
    /// Upper bounds.
    pub upper: DMatrix<f64>,
    /// Two-sided probabilities; `None` on the diagonal.
    pub p: DMatrix<Option<f64>>,
}

impl Model {
    /// Confidence intervals.
    #[must_use]
    pub fn intervals(&self, level: f64) -> Intervals {
        let (te, se) = (self.effects(), self.standard_errors());
        let reach = normal::quantile(0.5 + 0.5 * level);
        let n = te.nrows();
        Intervals {
            lower: te.zip_map(&se, |te, se| te - reach * se),
            upper: te.zip_map(&se, |te, se| te + reach * se),
            p: DMatrix::from_fn(n, n, |a, b| {
                (a != b).then(|| normal::two_sided(te[(a, b)] / se[(a, b)]))
            }),
        }
    }
}

impl NetworkFit {
    /// Where the effects of a new study would be: t with as many degrees of freedom as Q. `None` with fewer than two.
    #[must_use]
    pub fn prediction(&self) -> Option<Intervals> {
        if self.total.df < 2.0 {
            return None;
        }
        let (te, se) = (self.random.effects(), self.random.standard_errors());
        let tau2 = self.tau2.unwrap_or(0.0);
        let reach = student::quantile(self.total.df, 0.5 + 0.5 * self.options.level);
        let n = te.nrows();
        let far = |a: usize, b: usize| {
            if a == b {
                0.0
            } else {
                reach * (se[(a, b)] * se[(a, b)] + tau2).sqrt()
            }
        };
        Some(Intervals {
            lower: DMatrix::from_fn(n, n, |a, b| te[(a, b)] - far(a, b)),
            upper: DMatrix::from_fn(n, n, |a, b| te[(a, b)] + far(a, b)),
            p: DMatrix::from_element(n, n, None),
        })
    }

    /// Direct and indirect estimates: of the common model, or of the random one.
    ///
    /// # Errors
    /// Covariances of a study that are singular.
    pub fn sources(&self, network: &Network, random: bool) -> Result<Sources, MetaError> {
        let model = if random { &self.random } else { &self.common };
        let direct = Direct::of(network, model.tau2);
        let n = network.n();
        let share = if n == 2 {
            DMatrix::from_fn(2, 2, |a, b| (a != b).then_some(1.0))
        } else {
            let designs = DesignModel::fit(network, None, model.tau2)?;
            DMatrix::from_fn(n, n, |a, b| match direct.se[(a, b)] {
                _ if a == b => None,
                Some(se) => Some(designs.variance(a, b) / (se * se)).filter(|share| share.is_finite()),
                None => Some(0.0),
            })
        };
        // As close to none or to all as rounding.
        let near = f64::EPSILON.sqrt();
        let indirect = |a: usize, b: usize| -> Option<(f64, f64)> {
            let p = share[(a, b)]?;
            if (p - 1.0).abs() < near || p > 1.0 {
                return None;
            }
            let direct = if p.abs() < near {
                0.0
            } else {
                direct.te[(a, b)].unwrap_or(0.0)
            };
            let rest = 1.0 - p;
            Some((
                (model.effect(a, b) - p * direct) / rest,
                (model.variance(a, b) / rest).sqrt(),
            ))
        };
        Ok(Sources {
            indirect_te: DMatrix::from_fn(n, n, |a, b| indirect(a, b).map(|(te, _)| te)),
            indirect_se: DMatrix::from_fn(n, n, |a, b| indirect(a, b).map(|(_, se)| se)),
            direct,
            share,
        })
    }
}

impl Direct {
    /// Inverse-variance estimates of all pairs that studies compare, with `tau2` between them.
    #[must_use]
    pub fn of(network: &Network, tau2: f64) -> Self {
        let n = network.n();
        let mut studies = DMatrix::from_element(n, n, 0);
        let mut weight: DMatrix<f64> = DMatrix::zeros(n, n);
        let mut sum: DMatrix<f64> = DMatrix::zeros(n, n);
        for comparison in &network.comparisons {
            let w = 1.0 / (comparison.variance + tau2);
            for (at, te) in [
                ((comparison.a, comparison.b), comparison.te),
                ((comparison.b, comparison.a), -comparison.te),
            ] {
                studies[at] += 1;
                weight[at] += w;
                sum[at] += w * te;
            }
        }
        let some = |a: usize, b: usize, x: f64| (studies[(a, b)] > 0).then_some(x);
        Self {
            te: DMatrix::from_fn(n, n, |a, b| some(a, b, sum[(a, b)] / weight[(a, b)])),
            se: DMatrix::from_fn(n, n, |a, b| some(a, b, (1.0 / weight[(a, b)]).sqrt())),
            studies,
        }
    }
}
