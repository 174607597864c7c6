//! Whether what was published is what was found: tests for small studies that differ from large ones, estimates
//! that allow for studies nobody sees, and how much would have to change for the answer to change.
//!
//! - [`regression`], [`rank`], [`small_study`]: is the funnel plot lopsided;
//! - [`trim_fill`], [`limit`], [`pet_peese`], [`copas`], [`selection`]: the estimate, were it not;
//! - [`fail_safe`], [`excess`], [`p_curve`], [`fragility`]: how far the evidence carries.

pub mod copas;
pub mod excess;
pub mod fail_safe;
pub mod fragility;
pub mod limit;
pub mod p_curve;
pub mod pet_peese;
pub mod rank;
mod refit;
pub mod regression;
pub mod selection;
pub mod small_study;
pub mod trim_fill;

pub use refit::Stopping;
pub use regression::Predictor;

use crate::MetaError;

/// Which effects a test takes for remarkable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Alternative {
    /// Those far from 0.
    TwoSided,
    /// Large ones.
    #[default]
    Greater,
    /// Small ones.
    Less,
}

impl Alternative {
    /// The alternative of a name: `two.sided`, `greater`, `less`.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn parse(name: &str) -> Result<Self, MetaError> {
        match name {
            "two.sided" | "two-sided" => Ok(Self::TwoSided),
            "greater" => Ok(Self::Greater),
            "less" => Ok(Self::Less),
            _ => Err(MetaError::field(
                "alternative",
                format!("`{name}` is none of two.sided, greater, less"),
            )),
        }
    }
}

/// Refuses what no method of this room can weigh: sampling variances that are not above 0 or not one for each effect, and
/// too few studies.
pub(crate) fn check(what: &'static str, needed: usize, yi: &[f64], vi: &[f64]) -> Result<(), MetaError> {
    if yi.len() != vi.len() {
        return Err(MetaError::NoAnswer(format!(
            "{what} needs a sampling variance for each effect size; there are {} of {}",
            vi.len(),
            yi.len()
        )));
    }
    if yi.len() < needed {
        return Err(MetaError::TooFew {
            what,
            needed,
            found: yi.len(),
        });
    }
    match yi
        .iter()
        .zip(vi)
        .position(|(y, v)| !(*v > 0.0 && v.is_finite() && y.is_finite()))
    {
        None => Ok(()),
        Some(place) => Err(MetaError::NoAnswer(format!(
            "{what} needs finite effect sizes and sampling variances above 0: study {} has {} with variance {}",
            place + 1,
            yi[place],
            vi[place]
        ))),
    }
}

/// The mean weighted by the inverse variances, and its variance.
pub(crate) fn common_effect(yi: &[f64], vi: &[f64]) -> (f64, f64) {
    let total: f64 = vi.iter().map(|v| 1.0 / v).sum();
    let sum: f64 = yi.iter().zip(vi).map(|(y, v)| y / v).sum();
    (sum / total, 1.0 / total)
}
