//! The inverse-variance method as reviews report it: the common effect and the random effects side by side, with
//! heterogeneity, prediction and the interval that was chosen for each (conventions of R's package meta, Balduzzi et al.
//! 2019, doi:10.1136/ebmental-2019-300117).

use super::inconsistency::{Bounded, cochran_q, h, i2, q_probability, rb};
use super::interval::Interval;
use super::prediction::{Prediction, prediction_interval};
use super::random_interval::{RandomEstimate, RandomInterval};
use crate::MetaError;
use crate::diagnostics::{Interval as Tau2Interval, IntervalMethod, variance_interval};
use crate::pool::{self, Data, Fit, Method, estimate, fit};

/// How the common effect is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CommonInterval {
    /// By the sampling variances alone.
    #[default]
    Classic,
    /// By the variances that the same weights have under heterogeneity (Doi et al. 2015, doi:10.1016/j.cct.2015.05.009).
    HeterogeneityVariance,
}

/// What I2 and H are computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum I2Source {
    /// Q, with test-based intervals.
    #[default]
    Q,
    /// tau2 and the typical sampling variance; intervals are those of tau2.
    Tau2,
}

/// How tau2 is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tau2Bounds {
    /// Q-profile.
    QProfile,
    /// Generalised Q with the weights `1 / sqrt(v)`.
    Jackson,
    /// Generalised Q with the weights `1 / v`.
    BiggerstaffJackson,
}

/// What is computed and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Estimator of tau2.
    pub method: Method,
    /// tau2 as known.
    pub tau2: Option<f64>,
    /// The common effect's interval.
    pub common: CommonInterval,
    /// The random effects' interval.
    pub random: RandomInterval,
    /// The prediction interval.
    pub prediction: Prediction,
    /// I2 and H.
    pub i2: I2Source,
    /// The interval of tau2.
    pub tau2_bounds: Option<Tau2Bounds>,
    /// Coverage of the pooled intervals.
    pub level: f64,
    /// Coverage of the prediction interval.
    pub level_predict: f64,
    /// Coverage of the intervals of tau2, H and I2.
    pub level_heterogeneity: f64,
    /// What the estimates are tested against.
    pub null: f64,
    /// With [`Method::DerSimonianLaird`]: Q and tau2 are computed around this estimate (Mantel-Haenszel's, as Review
    /// Manager does) and not around the inverse-variance one; tau2 then has no interval.
    pub around: Option<f64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            method: Method::Restricted,
            tau2: None,
            common: CommonInterval::Classic,
            random: RandomInterval::Classic,
            prediction: Prediction::Veroniki,
            i2: I2Source::Q,
            tau2_bounds: Some(Tau2Bounds::QProfile),
            level: 0.95,
            level_predict: 0.95,
            level_heterogeneity: 0.95,
            null: 0.0,
            around: None,
        }
    }
}

/// How much studies differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Heterogeneity {
    /// Variance between studies; `None` with one study.
    pub tau2: Option<f64>,
    /// Its interval.
    pub tau2_interval: Option<Tau2Interval>,
    /// Cochran's Q.
    pub q: f64,
    /// Its degrees of freedom.
    pub df: usize,
    /// Its probability; `None` without degrees of freedom.
    pub p: Option<f64>,
    /// H.
    pub h: Bounded,
    /// I2 as a fraction.
    pub i2: Bounded,
}

/// Pooled studies.
#[derive(Clone, Debug, PartialEq)]
pub struct InverseVariance {
    /// Studies.
    pub k: usize,
    /// Weights of the common effect.
    pub common_weights: Vec<f64>,
    /// The common effect.
    pub common: Interval,
    /// The random-effects estimate with its weights, before an interval was chosen.
    pub estimate: RandomEstimate,
    /// The mean of the random effects.
    pub random: Interval,
    /// Where the next study's effect lies; `None` with too few studies.
    pub prediction: Option<Interval>,
    /// How much studies differ.
    pub heterogeneity: Heterogeneity,
    /// Rb; `None` with one study.
    pub rb: Option<f64>,
}

/// Pools effect sizes `yi` with sampling variances `vi`, which are above 0.
///
/// # Errors
/// There is no study, or tau2 or its interval is not found.
pub fn inverse_variance(yi: &[f64], vi: &[f64], options: &Options) -> Result<InverseVariance, MetaError> {
    let k = yi.len();
    if k == 0 {
        return Err(MetaError::TooFew {
            what: "a pooled estimate",
            needed: 1,
            found: 0,
        });
    }
    let heterogeneity = heterogeneity(yi, vi, options)?;
    let tau2 = heterogeneity.tau2.unwrap_or(0.0);

    let whole = RandomEstimate::new(yi, vi, 0.0);
    let common_se = match options.common {
        CommonInterval::Classic => whole.se,
        CommonInterval::HeterogeneityVariance => {
            let total: f64 = whole.weights.iter().sum();
            let share = |w: f64| w / total * (w / total);
            let variances = whole.weights.iter().zip(vi).map(|(w, v)| share(*w) * (v + tau2));
            variances.sum::<f64>().sqrt()
        }
    };
    let pooled = RandomEstimate::new(yi, vi, tau2);
    let der_simonian_laird = || {
        let data = Data::without_moderators(yi.to_vec(), vi.to_vec());
        let tau2 = estimate(&data, &with_method(Method::DerSimonianLaird))?.tau2;
        Ok::<f64, MetaError>(RandomEstimate::new(yi, vi, tau2).se)
    };
    Ok(InverseVariance {
        k,
        common: Interval::new(
            whole.estimate,
            common_se,
            f64::INFINITY,
            options.level,
            options.null,
        ),
        common_weights: whole.weights,
        random: pooled.interval(options.random, options.level, options.null, der_simonian_laird)?,
        prediction: prediction_interval(&pooled, options.prediction, options.level_predict),
        rb: rb(tau2, pooled.se, k),
        estimate: pooled,
        heterogeneity,
    })
}

fn with_method(method: Method) -> pool::Options {
    pool::Options {
        method,
        ..pool::Options::default()
    }
}

/// How much studies differ, by the estimator, interval and I2 of `options`.
///
/// # Errors
/// tau2 or its interval is not found.
pub fn heterogeneity(yi: &[f64], vi: &[f64], options: &Options) -> Result<Heterogeneity, MetaError> {
    let df = yi.len().saturating_sub(1);
    let around = options
        .around
        .filter(|_| options.method == Method::DerSimonianLaird);
    let q = cochran_q(yi, vi, around);
    let level = options.level_heterogeneity;
    let mut found = Heterogeneity {
        tau2: options.tau2,
        tau2_interval: None,
        q,
        df,
        p: q_probability(q, df),
        h: h(q, df, level),
        i2: i2(q, df, level),
    };
    if df == 0 {
        return Ok(found);
    }
    if around.is_some() {
        let w = vi.iter().map(|v| 1.0 / v);
        let (sum, squares) = w.fold((0.0, 0.0), |(sum, squares), w| (sum + w, squares + w * w));
        let moment = (q - df as f64) / (sum - squares / sum);
        found.tau2 = found.tau2.or(Some(moment.max(0.0)));
        return Ok(found);
    }
    if options.tau2_bounds.is_none() && options.i2 == I2Source::Q && found.tau2.is_some() {
        return Ok(found);
    }
    let data = Data::without_moderators(yi.to_vec(), vi.to_vec());
    let fitted = fit(&data, &with_method(options.method))?;
    let interval = options
        .tau2_bounds
        .map(|bounds| tau2_interval(&data, &fitted, bounds, level))
        .transpose()?;
    if options.i2 == I2Source::Tau2 {
        (found.h, found.i2) = by_tau2(&fitted, interval);
    }
    if found.tau2.is_none() {
        found.tau2 = Some(fitted.tau2);
        found.tau2_interval = interval;
    }
    Ok(found)
}

/// The interval of tau2 of a model that was fitted to `data`.
///
/// # Errors
/// It is not found, or no degrees of freedom are left.
pub fn tau2_interval(
    data: &Data,
    fitted: &Fit,
    bounds: Tau2Bounds,
    level: f64,
) -> Result<Tau2Interval, MetaError> {
    let weights: Vec<f64> = match bounds {
        Tau2Bounds::QProfile => {
            return variance_interval(data, fitted, IntervalMethod::QProfile, level);
        }
        Tau2Bounds::Jackson => data.vi.iter().map(|v| 1.0 / v.sqrt()).collect(),
        Tau2Bounds::BiggerstaffJackson => data.vi.iter().map(|v| 1.0 / v).collect(),
    };
    let options = pool::Options {
        weights: Some(weights),
        ..with_method(Method::GeneralisedQ)
    };
    variance_interval(data, &fit(data, &options)?, IntervalMethod::GeneralisedQ, level)
}

/// H and I2 of tau2, with its bounds.
fn by_tau2(fit: &Fit, interval: Option<Tau2Interval>) -> (Bounded, Bounded) {
    let h = |tau2: f64| (tau2 / fit.vt + 1.0).sqrt();
    let i2 = |tau2: f64| tau2 / (fit.vt + tau2);
    let lower = interval.map(|interval| interval.lower);
    let upper = interval.map(|interval| interval.upper);
    (
        Bounded {
            value: Some(fit.h2.sqrt()),
            lower: lower.map(h),
            upper: upper.map(h),
        },
        Bounded {
            value: Some(fit.i2 / 100.0),
            lower: lower.map(i2),
            upper: upper.map(i2),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const YI: [f64; 5] = [0.2, 0.9, -0.4, 1.4, 0.6];
    const VI: [f64; 5] = [0.1, 0.3, 0.2, 0.15, 0.05];

    #[test]
    fn order_of_studies_does_not_matter_and_scale_scales() {
        let options = Options::default();
        let pooled = inverse_variance(&YI, &VI, &options).unwrap();
        let turn = |x: [f64; 5]| [x[3], x[0], x[4], x[2], x[1]];
        let turned = inverse_variance(&turn(YI), &turn(VI), &options).unwrap();
        assert!((pooled.random.estimate - turned.random.estimate).abs() < 1e-14);
        assert!((pooled.heterogeneity.q - turned.heterogeneity.q).abs() < 1e-13);
        let larger = inverse_variance(&YI.map(|y| 10.0 * y), &VI.map(|v| 100.0 * v), &options).unwrap();
        assert!((10.0 * pooled.random.lower - larger.random.lower).abs() < 1e-11);
        assert!(
            (pooled.heterogeneity.i2.value.unwrap() - larger.heterogeneity.i2.value.unwrap()).abs() < 1e-13
        );
    }

    #[test]
    fn one_study_is_its_own_answer() {
        let one = inverse_variance(&[0.4], &[0.09], &Options::default()).unwrap();
        assert_eq!((one.common, one.prediction), (one.random, None));
        assert_eq!((one.heterogeneity.tau2, one.heterogeneity.q), (None, 0.0));
        assert!(matches!(
            inverse_variance(&[], &[], &Options::default()),
            Err(MetaError::TooFew { .. })
        ));
    }

    #[test]
    fn around_its_own_mean_nothing_changes() {
        let options = Options {
            method: Method::DerSimonianLaird,
            ..Options::default()
        };
        let plain = inverse_variance(&YI, &VI, &options).unwrap();
        let around = Options {
            around: Some(plain.common.estimate),
            ..options
        };
        let other = inverse_variance(&YI, &VI, &around).unwrap();
        let tau2 = |pooled: &InverseVariance| pooled.heterogeneity.tau2.unwrap();
        assert!((tau2(&plain) - tau2(&other)).abs() < 1e-13);
        assert_eq!(other.heterogeneity.tau2_interval, None);
    }
}
