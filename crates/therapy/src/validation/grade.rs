//! The grade that a model carries: how well it predicts rows that did not make it. Computed whenever it is asked for.

use super::folds::Folds;
use super::result::{Prediction, Row, Validation};
use crate::moiety::Class;
use serde::Serialize;
use std::fmt;

/// Rows below which agreement may be luck.
const FEWEST: usize = 5;

/// How well a model predicts what it was not made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum ModelGrade {
    /// At least five rows, 80 % of them within 1.25-fold and 95 % within 2-fold.
    A,
    /// At least five rows, 80 % within 1.5-fold and 95 % within 2-fold.
    B,
    /// There are rows, but fewer, or farther off.
    C,
    /// No row counts for it.
    #[serde(rename = "not validated")]
    NotValidated,
}

impl fmt::Display for ModelGrade {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::NotValidated => "not validated",
        })
    }
}

impl ModelGrade {
    /// The grade of an agreement.
    #[must_use]
    pub fn of(folds: &Folds) -> Self {
        if folds.rows == 0 {
            return Self::NotValidated;
        }
        let enough = folds.rows >= FEWEST && folds.within_2 >= 0.95;
        match enough {
            true if folds.within_1_25 >= 0.80 => Self::A,
            true if folds.within_1_5 >= 0.80 => Self::B,
            _ => Self::C,
        }
    }
}

/// A model's grade and what it rests on.
#[derive(Clone, Debug, Serialize)]
pub struct Graded {
    /// The grade.
    pub grade: ModelGrade,
    /// Agreement of the rows it rests on: of a model of a drug in plasma those of the drug, of any other all.
    pub folds: Folds,
    /// Rows that count, of any kind.
    pub counted: usize,
    /// Rows that set one of its parameters and so do not count.
    pub used: usize,
    /// Counted rows by route.
    pub by_route: Vec<(String, usize)>,
}

impl Validation {
    /// The grade of a model, from every row it answers for: each once, by the reference where that is made of the model.
    #[must_use]
    pub fn grade(&self, model: &str) -> Graded {
        let answers = |prediction: &&Prediction| prediction.models.iter().any(|stem| stem == model);
        let own: Vec<(&Row, &Prediction)> = self
            .rows
            .iter()
            .filter_map(|row| Some((row, row.predictions.iter().find(answers)?)))
            .collect();
        let counted: Vec<&(&Row, &Prediction)> =
            own.iter().filter(|(_, prediction)| prediction.counted).collect();
        let plasma: Vec<&&(&Row, &Prediction)> = counted
            .iter()
            .filter(|(row, _)| row.is_plasma() && row.class == Some(Class::Parent))
            .collect();
        let of_drug = own.iter().any(|(row, _)| row.class == Some(Class::Parent));
        let folds = if of_drug {
            Folds::of(plasma.iter().map(|(_, prediction)| prediction.ratio))
        } else {
            Folds::of(counted.iter().map(|(_, prediction)| prediction.ratio))
        };
        let mut by_route: Vec<(String, usize)> = Vec::new();
        for (row, _) in &counted {
            match by_route.iter_mut().find(|(route, _)| *route == row.route) {
                Some((_, count)) => *count += 1,
                None => by_route.push((row.route.clone(), 1)),
            }
        }
        Graded {
            grade: ModelGrade::of(&folds),
            folds,
            counted: counted.len(),
            used: own.len() - counted.len(),
            by_route,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grade(ratios: &[f64]) -> ModelGrade {
        ModelGrade::of(&Folds::of(ratios.iter().map(|ratio| Some(*ratio))))
    }

    #[test]
    fn the_scale_is_as_documented() {
        assert_eq!(grade(&[]), ModelGrade::NotValidated);
        assert_eq!(grade(&[1.0, 1.0, 1.0, 1.0]), ModelGrade::C);
        assert_eq!(grade(&[1.0, 1.1, 0.9, 1.25, 1.9]), ModelGrade::A);
        assert_eq!(grade(&[1.0, 1.1, 0.9, 1.4, 1.9]), ModelGrade::B);
        assert_eq!(grade(&[1.0, 1.1, 0.9, 1.2, 2.1]), ModelGrade::C);
    }
}
