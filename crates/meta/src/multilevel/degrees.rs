//! Degrees of freedom of t tests of coefficients.

use nalgebra::DMatrix;

use super::random::{Loading, Random};
use crate::MetaError;

/// How they are counted.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum DegreesOfFreedom {
    /// Effect sizes less coefficients.
    #[default]
    Residual,
    /// The fewest groups among whose members a coefficient's moderator does not vary, less coefficients; at least 1
    /// (the containment rule of Schluchter and Elashoff 1990, doi:10.1080/00949659008811240).
    Contain,
    /// As given: one for all coefficients, or one for each. Random effects, which they do not tell of, are predicted with
    /// those of `Contain`.
    Given(Vec<f64>),
}

impl DegreesOfFreedom {
    /// The degrees of freedom of each column of `x`.
    pub(crate) fn of(&self, x: &DMatrix<f64>, random: &[Random]) -> Result<Vec<f64>, MetaError> {
        let (k, p) = x.shape();
        Ok(match self {
            Self::Residual => vec![((k - p) as f64).max(1.0); p],
            Self::Given(given) => {
                if given.len() != 1 && given.len() != p {
                    return Err(MetaError::NoAnswer(format!(
                        "there are {} degrees of freedom for {p} coefficients: one is needed, or one for each",
                        given.len()
                    )));
                }
                if let Some(d) = given.iter().find(|d| d.is_nan() || **d <= 0.0) {
                    return Err(MetaError::NoAnswer(format!(
                        "{d} degrees of freedom are given, they must be above 0"
                    )));
                }
                (0..p).map(|j| given[j % given.len()]).collect()
            }
            Self::Contain => {
                let groupings: Vec<Vec<usize>> = random.iter().flat_map(groupings).collect();
                (0..p)
                    .map(|j| {
                        let fewest = groupings
                            .iter()
                            .filter_map(|codes| groups_without_variation(x, j, codes))
                            .fold(k, usize::min);
                        (fewest as f64 - p as f64).max(1.0)
                    })
                    .collect()
            }
        })
    }
}

/// The groups of a term, and for an inner factor its levels within them.
fn groupings(term: &Random) -> Vec<Vec<usize>> {
    let mut all = vec![term.group.clone()];
    if let Loading::Level { codes, names } = &term.loading {
        let inner = codes
            .iter()
            .zip(&term.group)
            .map(|(code, group)| group * names.len() + code);
        all.push(inner.collect());
    }
    all
}

/// How many groups there are, if the moderator is the same for all members of each.
fn groups_without_variation(x: &DMatrix<f64>, j: usize, codes: &[usize]) -> Option<usize> {
    let mut seen: std::collections::BTreeMap<usize, f64> = std::collections::BTreeMap::new();
    for (row, code) in codes.iter().enumerate() {
        let value = *seen.entry(*code).or_insert(x[(row, j)]);
        if value != x[(row, j)] {
            return None;
        }
    }
    Some(seen.len())
}
