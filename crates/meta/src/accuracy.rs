//! Accuracy of diagnostic tests: sensitivity and specificity of each study, and both pooled together.

mod bivariate;
mod descriptive;

pub use bivariate::{Bivariate, bivariate};
pub use descriptive::{Accuracy, Interval, describe};

use crate::MetaError;

/// True and false, positive and negative results of each study.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// True positives.
    pub tp: Vec<f64>,
    /// False negatives.
    pub fn_: Vec<f64>,
    /// False positives.
    pub fp: Vec<f64>,
    /// True negatives.
    pub tn: Vec<f64>,
}

/// Which studies an amount is added to, where a cell is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Corrected {
    /// To all, if any has a cell of 0.
    #[default]
    All,
    /// To those that have one.
    Single,
    /// To none.
    None,
}

impl Counts {
    /// How many studies.
    #[must_use]
    pub fn studies(&self) -> usize {
        self.tp.len()
    }

    fn cells(&self, study: usize) -> [f64; 4] {
        [self.tp[study], self.fn_[study], self.fp[study], self.tn[study]]
    }

    /// Refuses what cannot be.
    ///
    /// # Errors
    /// The study, counted from 1, with a count that is negative or with nobody who is ill or well.
    pub fn check(&self) -> Result<(), MetaError> {
        let n = self.studies();
        if n == 0 || self.fn_.len() != n || self.fp.len() != n || self.tn.len() != n {
            return Err(MetaError::TooFew {
                what: "the accuracy of a test",
                needed: 1,
                found: 0,
            });
        }
        for study in 0..n {
            let cells = self.cells(study);
            let problem = if cells.iter().any(|x| !x.is_finite() || *x < 0.0) {
                Some("a count that is negative or missing")
            } else if cells[0] + cells[1] == 0.0 {
                Some("nobody with the disease")
            } else if cells[2] + cells[3] == 0.0 {
                Some("nobody without the disease")
            } else {
                None
            };
            if let Some(problem) = problem {
                return Err(MetaError::NoAnswer(format!("study {} has {problem}", study + 1)));
            }
        }
        Ok(())
    }

    /// With `amount` added to the cells.
    #[must_use]
    pub fn corrected(&self, amount: f64, to: Corrected) -> Self {
        let zero = |study: usize| self.cells(study).contains(&0.0);
        let any = (0..self.studies()).any(zero);
        let add = |study: usize| match to {
            Corrected::All if any => amount,
            Corrected::Single if zero(study) => amount,
            _ => 0.0,
        };
        let with = |cells: &[f64]| {
            cells
                .iter()
                .enumerate()
                .map(|(study, x)| x + add(study))
                .collect()
        };
        Self {
            tp: with(&self.tp),
            fn_: with(&self.fn_),
            fp: with(&self.fp),
            tn: with(&self.tn),
        }
    }
}
