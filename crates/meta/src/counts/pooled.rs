//! What the closed forms have in common: their options, and an estimate with its test and the heterogeneity around it.

use euthymia_stats::{gamma, normal};

use crate::MetaError;
use crate::effect::{Addition, Effects, Measure, Reported};

/// How counts are pooled.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// How the effect sizes of single studies are had, which only the test of heterogeneity needs.
    pub single: crate::effect::Options,
    /// What is added to the counts that are pooled.
    pub add: f64,
    /// To which studies.
    pub to: Addition,
    /// Whether studies without events in both groups, or with nothing else, are left out.
    pub drop00: bool,
    /// Whether tests of association have a continuity correction.
    pub correct: bool,
    /// Coverage of intervals, as 0.95.
    pub level: f64,
}

impl Default for Options {
    fn default() -> Self {
        let single = crate::effect::Options {
            add: Some(0.5),
            drop00: true,
            ..crate::effect::Options::default()
        };
        Self {
            single,
            add: 0.0,
            to: Addition::None,
            drop00: false,
            correct: true,
            level: 0.95,
        }
    }
}

impl Options {
    /// As options of an effect size, for what is pooled.
    pub(crate) fn of_pooled(&self) -> crate::effect::Options {
        crate::effect::Options {
            add: Some(self.add),
            to: self.to,
            drop00: self.drop00,
            ..crate::effect::Options::default()
        }
    }
}

/// An estimate and the heterogeneity around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pooled {
    /// Studies with counts.
    pub k: usize,
    /// Studies with an effect size of their own.
    pub k_effects: usize,
    /// The estimate, on a log scale for ratios; `None` where no group ever had an event.
    pub estimate: Option<f64>,
    /// Its standard error.
    pub se: Option<f64>,
    /// `estimate / se`.
    pub z: Option<f64>,
    /// Its two-sided probability.
    pub p: Option<f64>,
    /// Bounds of its interval.
    pub interval: Option<(f64, f64)>,
    /// Cochran's Q around the estimate.
    pub q: Option<f64>,
    /// Its probability.
    pub q_p: Option<f64>,
    /// In per cent, from Q.
    pub i2: Option<f64>,
    /// Q over its degrees of freedom.
    pub h2: Option<f64>,
}

impl Pooled {
    /// An estimate with its standard error; both missing where one is no number.
    pub(crate) fn new(k: usize, estimate: f64, se: f64, level: f64) -> Self {
        let known = (estimate.is_finite() && se.is_finite() && se > 0.0).then_some((estimate, se));
        let quantile = normal::quantile(0.5 + 0.5 * level);
        Self {
            k,
            k_effects: 0,
            estimate: known.map(|(estimate, _)| estimate),
            se: known.map(|(_, se)| se),
            z: known.map(|(estimate, se)| estimate / se),
            p: known.map(|(estimate, se)| normal::two_sided(estimate / se)),
            interval: known.map(|(estimate, se)| (estimate - quantile * se, estimate + quantile * se)),
            q: None,
            q_p: None,
            i2: None,
            h2: None,
        }
    }

    /// With Q of the effect sizes of single studies around the estimate.
    #[must_use]
    pub(crate) fn around(mut self, effects: &Effects) -> Self {
        let rows = effects.complete();
        self.k_effects = rows.len();
        let Some(estimate) = self.estimate else {
            return self;
        };
        let q = rows
            .iter()
            .filter_map(|row| effects.yi[*row].zip(effects.vi[*row]))
            .map(|(y, v)| (y - estimate) * (y - estimate) / v)
            .sum();
        self.with_q(q, rows.len() > 1)
    }

    /// With a Q of `k_effects` studies; one study is homogeneous.
    #[must_use]
    pub(crate) fn with_q(mut self, q: f64, several: bool) -> Self {
        if several {
            let degrees = self.k_effects as f64 - 1.0;
            self.q = Some(q);
            self.q_p = Some(gamma::chi_square_above(degrees, q));
            self.i2 = Some(if q > 0.0 {
                (100.0 * (q - degrees) / q).max(0.0)
            } else {
                0.0
            });
            self.h2 = Some(q / degrees);
        } else {
            self.q = Some(0.0);
            self.q_p = Some(1.0);
            self.i2 = Some(0.0);
            self.h2 = Some(1.0);
        }
        self
    }
}

/// The effect sizes of single studies.
pub(crate) fn effects(
    measure: Measure,
    reported: &Reported,
    options: &Options,
) -> Result<Effects, MetaError> {
    Effects::of(measure, reported, &options.single)
}

/// The rows without a missing number.
pub(crate) fn complete(columns: &[&[f64]]) -> Vec<usize> {
    let rows = columns.first().map_or(0, |cells| cells.len());
    (0..rows)
        .filter(|row| columns.iter().all(|cells| !cells[*row].is_nan()))
        .collect()
}

/// Refuses where no study is left.
pub(crate) fn some(what: &'static str, rows: &[usize]) -> Result<(), MetaError> {
    if rows.is_empty() {
        Err(MetaError::TooFew {
            what,
            needed: 1,
            found: 0,
        })
    } else {
        Ok(())
    }
}
