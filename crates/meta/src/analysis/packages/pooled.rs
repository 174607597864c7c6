//! What all kinds share: options of pooling out of the settings, studies by row, and values under meta's names.

use super::super::Values;
use super::settings::Settings;
use crate::MetaError;
use crate::pool::Method;
use crate::review::Interval;
use crate::review::Prediction;
use crate::review::{AdHoc, RandomInterval};
use crate::review::{CommonInterval, I2Source, InverseVariance, Options, Tau2Bounds, inverse_variance};

/// Effect sizes of the rows of a table as meta keeps them: also those that get no weight.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    /// Effect sizes.
    pub(crate) te: Vec<Option<f64>>,
    /// Standard errors; infinite where a study says nothing.
    pub(crate) se: Vec<Option<f64>>,
}

impl Rows {
    /// Of effect sizes and variances; a variance of 0 has no weight and counts as missing.
    pub(crate) fn new(yi: &[Option<f64>], vi: &[Option<f64>]) -> Self {
        Self {
            te: yi.to_vec(),
            se: vi.iter().map(|v| v.filter(|v| *v > 0.0).map(f64::sqrt)).collect(),
        }
    }

    /// The rows that are pooled.
    pub(crate) fn pooled(&self) -> Vec<usize> {
        let finite = |x: &Option<f64>| x.is_some_and(f64::is_finite);
        (0..self.te.len())
            .filter(|row| finite(&self.te[*row]) && finite(&self.se[*row]))
            .collect()
    }

    /// Effect sizes and variances of some rows.
    pub(crate) fn studies(&self, rows: &[usize]) -> (Vec<f64>, Vec<f64>) {
        rows.iter()
            .filter_map(|row| Some((self.te[*row]?, self.se[*row]? * self.se[*row]?)))
            .unzip()
    }

    /// Gives a standard error to studies without an effect, for measures whose standard error rests on sizes alone.
    pub(crate) fn complete_se(&mut self, se: &[Option<f64>]) {
        for (found, se) in self.se.iter_mut().zip(se) {
            *found = found.or(*se);
        }
    }

    /// Intervals of the studies.
    pub(crate) fn intervals(&self, level: f64, df: impl Fn(usize) -> f64) -> Bounds {
        (0..self.te.len())
            .map(
                |row| match (self.te[row], self.se[row].filter(|se| se.is_finite())) {
                    (Some(te), Some(se)) => {
                        let interval = Interval::new(te, se, df(row), level, 0.0);
                        (Some(interval.lower), Some(interval.upper))
                    }
                    _ => (None, None),
                },
            )
            .unzip()
    }

    /// Pooled by the options.
    pub(crate) fn pool(&self, options: &Options) -> Result<InverseVariance, MetaError> {
        let (yi, vi) = self.studies(&self.pooled());
        inverse_variance(&yi, &vi, options)
    }
}

/// A function of two columns, missing where one of them is.
pub(crate) fn both(
    left: &[Option<f64>],
    right: &[Option<f64>],
    f: impl Fn(f64, f64) -> f64,
) -> Vec<Option<f64>> {
    let pairs = left.iter().zip(right);
    pairs.map(|(x, y)| Some(f((*x)?, (*y)?))).collect()
}

/// Lower and upper bounds of studies.
pub(crate) type Bounds = (Vec<Option<f64>>, Vec<Option<f64>>);

/// Weights of the pooled rows among all rows, 0 for the others.
pub(crate) fn spread(weights: &[f64], pooled: &[usize], rows: usize) -> Vec<f64> {
    let mut all = vec![0.0; rows];
    for (row, weight) in pooled.iter().zip(weights) {
        all[*row] = *weight;
    }
    all
}

/// The options of pooling that the settings name, with meta's defaults for the others.
pub(crate) fn options(settings: &Settings) -> Result<Options, MetaError> {
    let method = settings.choice(
        "method_tau",
        &[
            ("REML", Method::Restricted),
            ("DL", Method::DerSimonianLaird),
            ("PM", Method::PauleMandel),
            ("ML", Method::MaximumLikelihood),
            ("HS", Method::HunterSchmidt),
            ("SJ", Method::SidikJonkman),
            ("HE", Method::Hedges),
            ("EB", Method::EmpiricalBayes),
        ],
    )?;
    let tau2_bounds = if settings.has("method_tau_ci") {
        // `PL` is for three levels; for two, meta takes the method that it takes by itself.
        settings.choice(
            "method_tau_ci",
            &[
                ("QP", Some(Tau2Bounds::QProfile)),
                ("J", Some(Tau2Bounds::Jackson)),
                ("BJ", Some(Tau2Bounds::BiggerstaffJackson)),
                ("PL", default_bounds(method)),
                ("", None),
            ],
        )?
    } else {
        default_bounds(method)
    };
    let ad_hoc = settings.choice(
        "adhoc_hakn_ci",
        &[
            ("", AdHoc::None),
            ("se", AdHoc::StandardError),
            ("ci", AdHoc::Interval),
            ("IQWiG6", AdHoc::IqwigDerSimonianLaird),
        ],
    )?;
    let corrected = settings.choice("adhoc_hakn_pi", &[("", false), ("se", true)])?;
    let prediction = settings.choice(
        "method_predict",
        &[
            ("V", Prediction::Veroniki),
            ("HTS", Prediction::HigginsThompsonSpiegelhalter),
            ("HK", Prediction::HartungKnapp { corrected }),
            ("HK-PR", Prediction::HartungKnappPartlettRiley { corrected }),
            ("KR", Prediction::KenwardRoger),
            ("KR-PR", Prediction::KenwardRogerPartlettRiley),
            ("S", Prediction::Skipka),
        ],
    )?;
    let by_reml = method == Method::Restricted;
    Ok(Options {
        method,
        tau2: settings.number("tau_preset")?.map(|tau| tau * tau),
        common: settings.choice(
            "method_common_ci",
            &[
                ("classic", CommonInterval::Classic),
                ("IVhet", CommonInterval::HeterogeneityVariance),
            ],
        )?,
        random: settings.choice(
            "method_random_ci",
            &[
                ("classic", RandomInterval::Classic),
                ("HK", RandomInterval::HartungKnapp(ad_hoc)),
                ("KR", RandomInterval::KenwardRoger),
            ],
        )?,
        // Kenward's and Roger's prediction interval rests on REML; with other estimators meta takes its default.
        prediction: match prediction {
            Prediction::KenwardRoger | Prediction::KenwardRogerPartlettRiley if !by_reml => {
                Prediction::Veroniki
            }
            other => other,
        },
        i2: settings.choice("method_I2", &[("Q", I2Source::Q), ("tau2", I2Source::Tau2)])?,
        tau2_bounds,
        level: settings.level("level_ma")?,
        level_predict: settings.level("level_predict")?,
        level_heterogeneity: settings.level("level_hetstat")?,
        null: settings.number("null_effect")?.unwrap_or(0.0),
        around: None,
    })
}

fn default_bounds(method: Method) -> Option<Tau2Bounds> {
    Some(if method == Method::DerSimonianLaird {
        Tau2Bounds::Jackson
    } else {
        Tau2Bounds::QProfile
    })
}

/// Pooled studies with their rows, ready to be named.
pub(crate) struct Report<'r> {
    /// Effect sizes of all rows.
    pub(crate) rows: &'r Rows,
    /// Bounds of the studies.
    pub(crate) bounds: Bounds,
    /// What was pooled.
    pub(crate) pooled: &'r InverseVariance,
    /// The common effect, where it is not the inverse-variance one.
    pub(crate) common: Interval,
    /// The random effects.
    pub(crate) random: Interval,
    /// Weights of the common effect by row.
    pub(crate) common_weights: Vec<f64>,
    /// Weights of the random effects by row.
    pub(crate) random_weights: Vec<f64>,
}

impl<'r> Report<'r> {
    /// Of the inverse-variance method.
    pub(crate) fn new(rows: &'r Rows, pooled: &'r InverseVariance, bounds: Bounds) -> Self {
        let (kept, all) = (rows.pooled(), rows.te.len());
        Self {
            bounds,
            pooled,
            common: pooled.common,
            random: pooled.random,
            common_weights: spread(&pooled.common_weights, &kept, all),
            random_weights: spread(&pooled.estimate.weights, &kept, all),
            rows,
        }
    }

    /// The values under meta's names.
    pub(crate) fn values(&self) -> Values {
        let (pooled, found) = (self.pooled, &self.pooled.heterogeneity);
        let interval = found.tau2_interval;
        let prediction = pooled.prediction;
        let predicted = |f: fn(&Interval) -> f64| prediction.as_ref().map(f);
        Values::new()
            .with("k", pooled.k)
            .with("k_study", pooled.k)
            .with("TE", self.rows.te.clone())
            .with("seTE", self.rows.se.clone())
            .with("study_lower", self.bounds.0.clone())
            .with("study_upper", self.bounds.1.clone())
            .with("TE_common", self.common.estimate)
            .with("seTE_common", self.common.se)
            .with("lower_common", self.common.lower)
            .with("upper_common", self.common.upper)
            .with("statistic_common", self.common.statistic)
            .with("zval_common", self.common.statistic)
            .with("pval_common", self.common.p)
            .with("TE_random", self.random.estimate)
            .with("seTE_random", self.random.se)
            .with("lower_random", self.random.lower)
            .with("upper_random", self.random.upper)
            .with("statistic_random", self.random.statistic)
            .with("pval_random", self.random.p)
            .with("df_random", self.random.df)
            .with("tau2", found.tau2)
            .with("lower_tau2", interval.map(|interval| interval.lower))
            .with("upper_tau2", interval.map(|interval| interval.upper))
            .with("Q", found.q)
            .with("df_Q", found.df)
            .with("pval_Q", found.p)
            .with("I2", found.i2.value)
            .with("lower_I2", found.i2.lower)
            .with("upper_I2", found.i2.upper)
            .with("H", found.h.value)
            .with("lower_H", found.h.lower)
            .with("upper_H", found.h.upper)
            .with("Rb", pooled.rb)
            .with("seTE_predict", predicted(|interval| interval.se))
            .with("df_predict", predicted(|interval| interval.df))
            .with("lower_predict", predicted(|interval| interval.lower))
            .with("upper_predict", predicted(|interval| interval.upper))
            .with("w_common", self.common_weights.clone())
            .with("w_random", self.random_weights.clone())
    }
}
