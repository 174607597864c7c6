//! Effect sizes and their sampling variances: from what studies report to what is pooled.
//!
//! [`Measure`] says what is computed, [`Reported`] holds what the studies report under the names that metafor gives
//! them, [`Options`] how zero cells, variances and small samples are treated. Each file below is a family of measures;
//! the formulas are those of metafor's `escalc` (Viechtbauer 2010, doi:10.18637/jss.v036.i03), with their papers named
//! where they stand.
//!
//! ```
//! use euthymia_meta::effect::{Effects, Given, Measure, Options, Reported};
//!
//! let studies = Reported::new(2)
//!     .with(Given::Ai, &[4.0, 6.0])
//!     .with(Given::N1i, &[123.0, 306.0])
//!     .with(Given::Ci, &[11.0, 29.0])
//!     .with(Given::N2i, &[139.0, 303.0]);
//! let effects = Effects::of(Measure::RiskRatio, &studies, &Options::default()).unwrap();
//! assert!((effects.yi[0].unwrap() + 0.8893).abs() < 1e-4);
//! ```

mod arcsine;
mod association;
mod change;
pub mod convert;
mod correlation;
pub mod dependent;
mod generic;
mod heterozygosity;
mod hypergeometric;
mod mean;
mod means;
mod measure;
mod options;
mod overlap;
mod paired;
mod partial;
mod proportion;
mod rate;
mod reliability;
mod reported;
mod scale;
mod tetrachoric;
mod two_by_two;

pub(crate) use rate::of_two_groups;
pub(crate) use two_by_two::Tables;

pub use measure::{Family, Measure};
pub use options::{Addition, Options, Variance};
pub use reported::{Given, Reported};
pub use scale::Scale;

use crate::{Frame, MetaError};

/// Effect sizes of the rows of a table: a cell for each row, missing where the row has none.
#[derive(Clone, Debug, PartialEq)]
pub struct Effects {
    /// What they are.
    pub measure: Measure,
    /// Effect sizes on the scale that is pooled (a log for ratios).
    pub yi: Vec<Option<f64>>,
    /// Their sampling variances.
    pub vi: Vec<Option<f64>>,
    /// People (or person-time) of each study, where the columns tell.
    pub ni: Vec<Option<f64>>,
}

/// What a family computes: a number for each row, NaN where there is none.
#[derive(Clone, Debug)]
pub(crate) struct Computed {
    pub(crate) yi: Vec<f64>,
    pub(crate) vi: Vec<f64>,
    pub(crate) ni: Vec<f64>,
}

impl Effects {
    /// The effect sizes of what studies report.
    ///
    /// # Errors
    /// What the measure needs is not given, a row holds what cannot be (its line and the reason are told), or the
    /// measure does not have the variance that is asked for.
    pub fn of(measure: Measure, reported: &Reported, options: &Options) -> Result<Self, MetaError> {
        let computed = match measure.family() {
            _ if reported.has(Given::Yi) => generic::compute(measure, reported, options),
            Family::TwoByTwo => two_by_two::compute(measure, reported, options),
            Family::Rates => rate::two_groups(measure, reported, options),
            Family::Means => means::compute(measure, reported, options),
            Family::Correlation => correlation::compute(measure, reported, options),
            Family::Proportion => proportion::compute(measure, reported, options),
            Family::Rate => rate::one_group(measure, reported, options),
            Family::Mean => mean::compute(measure, reported, options),
            Family::Change => change::compute(measure, reported, options),
            Family::Overlap => overlap::areas(measure, reported, options),
            Family::OverlapOfMeans => overlap::of_means(measure, reported, options),
            Family::PartialCorrelation => partial::correlations(measure, reported, options),
            Family::Determination => partial::determination(measure, reported, options),
            Family::Reliability => reliability::compute(measure, reported),
            Family::Heterozygosity => heterozygosity::compute(measure, reported),
            Family::Generic => generic::compute(measure, reported, options),
        }?;
        let finite = |x: &f64| x.is_finite().then_some(*x);
        let rows = computed.yi.iter().zip(&computed.vi);
        let (yi, vi) = rows
            .map(|(y, v)| {
                // As `escalc`: where one of the two is infinite the row has neither.
                let none = y.is_nan() || v.is_nan() || y.is_infinite() || v.is_infinite();
                if none && !(y.is_finite() && v.is_nan()) {
                    (None, None)
                } else {
                    (finite(y), finite(v).filter(|v| *v >= 0.0))
                }
            })
            .unzip();
        Ok(Self {
            measure,
            yi,
            vi,
            ni: computed.ni.iter().map(finite).collect(),
        })
    }

    /// The effect sizes of a table whose columns have the names that metafor gives them (`ai`, `n1i`, `m1i`, `yi`,
    /// ...), or those that `names` gives instead, as `("ai", "events_drug")`.
    ///
    /// # Errors
    /// As [`Effects::of`]; columns are missing or hold texts.
    pub fn of_frame(
        measure: Measure,
        frame: &Frame,
        names: &[(&str, &str)],
        options: &Options,
    ) -> Result<Self, MetaError> {
        Self::of(measure, &Reported::of_frame(measure, frame, names)?, options)
    }

    /// The rows that have an effect size and a variance.
    #[must_use]
    pub fn complete(&self) -> Vec<usize> {
        let has = |row: &usize| self.yi[*row].is_some() && self.vi[*row].is_some();
        (0..self.yi.len()).filter(has).collect()
    }
}

/// The effect size of one study and its variance; `None` where it has none.
///
/// # Errors
/// As [`Effects::of`], the line being 1.
pub fn one(
    measure: Measure,
    given: &[(Given, f64)],
    options: &Options,
) -> Result<Option<(f64, f64)>, MetaError> {
    let reported = given
        .iter()
        .fold(Reported::new(1).with_lines(vec![1]), |reported, (what, value)| {
            reported.with(*what, &[*value])
        });
    let effects = Effects::of(measure, &reported, options)?;
    Ok(effects.yi[0].zip(effects.vi[0]))
}
