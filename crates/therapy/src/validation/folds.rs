//! How far predictions are from what was observed, as folds: geometric means and shares within a factor.

use super::curve::geometric_mean;
use super::result::{Prediction, Row, Validation};
use crate::moiety::Class;
use euthymia_vecmath::scalar::ln;
use serde::Serialize;

/// The target for parent drug in plasma: this share of rows within this factor.
pub const TARGET: [(f64, f64); 2] = [(1.25, 0.80), (2.0, 0.95)];

/// Agreement of some rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Folds {
    /// How many rows.
    pub rows: usize,
    /// Average fold error: the geometric mean of predicted over observed; 1 is no bias.
    pub afe: Option<f64>,
    /// Absolute average fold error: the same of the larger over the smaller; 1 is no error.
    pub aafe: Option<f64>,
    /// Share of rows within 1.25-fold.
    pub within_1_25: f64,
    /// Share within 1.5-fold.
    pub within_1_5: f64,
    /// Share within 2-fold.
    pub within_2: f64,
}

impl Folds {
    /// Of ratios of predicted to observed; a row without one is within no factor.
    pub fn of(ratios: impl Iterator<Item = Option<f64>>) -> Self {
        let ratios: Vec<Option<f64>> = ratios.collect();
        let logarithms: Vec<f64> = ratios
            .iter()
            .flatten()
            .filter(|ratio| **ratio > 0.0)
            .map(|ratio| ln(*ratio))
            .collect();
        let share = |factor: f64| {
            // A ratio that is the factor to the last printed digit is within it.
            let limit = ln(factor) + 1e-9;
            let within = logarithms
                .iter()
                .filter(|logarithm| logarithm.abs() <= limit)
                .count();
            match ratios.len() {
                0 => 0.0,
                all => within as f64 / all as f64,
            }
        };
        Self {
            rows: ratios.len(),
            afe: geometric_mean(logarithms.iter().copied()),
            aafe: geometric_mean(logarithms.iter().map(|logarithm| logarithm.abs())),
            within_1_25: share(1.25),
            within_1_5: share(1.5),
            within_2: share(2.0),
        }
    }

    /// Whether the target is met; of no rows nothing can be said.
    #[must_use]
    pub fn meets_target(&self) -> Option<bool> {
        let [(_, narrow), (_, wide)] = TARGET;
        (self.rows > 0).then_some(self.within_1_25 >= narrow && self.within_2 >= wide)
    }
}

/// A group of rows with its agreement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// What the rows have in common.
    pub name: String,
    /// Their agreement.
    pub folds: Folds,
}

/// The agreement of groups of rows.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Parent drug in plasma by the reference: what the target is about.
    pub target: Folds,
    /// Whether it is met.
    pub target_met: Option<bool>,
    /// All counted rows of the reference.
    pub all: Folds,
    /// The same by drug.
    pub by_drug: Vec<Group>,
    /// By the models that answer, alternatives included.
    pub by_model: Vec<Group>,
    /// Of the reference: by route.
    pub by_route: Vec<Group>,
    /// Of the reference: by what was measured.
    pub by_moiety: Vec<Group>,
    /// Of the reference: by where blood was taken.
    pub by_sampling: Vec<Group>,
}

impl Validation {
    /// The agreement of everything that counts.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let counted = || self.predictions().filter(|(_, prediction)| prediction.counted);
        let reference = || counted().filter(|(_, prediction)| prediction.reference);
        let plasma = || reference().filter(|(row, _)| row.is_plasma());
        let parent = || plasma().filter(|(row, _)| row.class == Some(Class::Parent));
        let target = folds(parent());
        Summary {
            target_met: target.meets_target(),
            target,
            by_drug: groups(parent(), |row, _| row.drug.clone()),
            all: folds(reference()),
            by_model: groups(counted(), |_, prediction| prediction.models.join(" + ")),
            by_route: groups(reference(), |row, _| row.route.clone()),
            by_moiety: groups(reference(), |row, _| row.what.clone()),
            by_sampling: groups(reference(), |row, _| row.sampling.word().to_owned()),
        }
    }
}

fn folds<'v>(of: impl Iterator<Item = (&'v Row, &'v Prediction)>) -> Folds {
    Folds::of(of.map(|(_, prediction)| prediction.ratio))
}

/// Groups in the order in which they first appear.
fn groups<'v>(
    of: impl Iterator<Item = (&'v Row, &'v Prediction)>,
    name: impl Fn(&Row, &Prediction) -> String,
) -> Vec<Group> {
    let mut named: Vec<(String, Vec<Option<f64>>)> = Vec::new();
    for (row, prediction) in of {
        let name = name(row, prediction);
        match named.iter_mut().find(|(known, _)| *known == name) {
            Some((_, ratios)) => ratios.push(prediction.ratio),
            None => named.push((name, vec![prediction.ratio])),
        }
    }
    let group = |(name, ratios): (String, Vec<Option<f64>>)| Group {
        name,
        folds: Folds::of(ratios.into_iter()),
    };
    named.into_iter().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_are_symmetric_around_one() {
        let folds = Folds::of([Some(2.0), Some(0.5), Some(1.25), Some(0.8)].into_iter());
        assert!((folds.afe.unwrap() - 1.0).abs() < 1e-12);
        // exp of the mean of ln 2, ln 2, ln 1.25, ln 1.25: the root of 2 * 1.25.
        assert!((folds.aafe.unwrap() - 2.5_f64.sqrt()).abs() < 1e-12);
        assert_eq!(
            (folds.within_1_25, folds.within_1_5, folds.within_2),
            (0.5, 0.5, 1.0)
        );
        assert_eq!(folds.meets_target(), Some(false));
    }

    #[test]
    fn a_row_without_a_ratio_is_within_no_factor() {
        let folds = Folds::of([Some(1.0), None].into_iter());
        assert_eq!((folds.rows, folds.within_2), (2, 0.5));
        assert_eq!(Folds::of(std::iter::empty()).meets_target(), None);
    }
}
