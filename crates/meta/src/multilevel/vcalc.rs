//! Approximate sampling covariances of effect sizes from the same people, from correlations that one has to guess.
//!
//! The correlation of two effect sizes of a cluster is the product of what their measures share (construct and
//! instrument) and what their contrasts share (groups of people and times), as in metafor's `vcalc`; for contrasts with
//! a shared group see Gleser and Olkin (2009).

use euthymia_vecmath::scalar::pow;
use nalgebra::DMatrix;

use super::{CovarianceBlock, Sampling};
use crate::MetaError;

/// Correlations between levels.
#[derive(Clone, Debug, PartialEq)]
pub enum Correlation {
    /// The same between any two.
    One(f64),
    /// A row and a column for each level.
    Matrix(DMatrix<f64>),
}

impl Correlation {
    fn between(&self, a: usize, b: usize) -> f64 {
        match self {
            Self::One(r) => *r,
            Self::Matrix(r) => r[(a, b)],
        }
    }

    fn check(&self, what: &str, levels: usize) -> Result<(), MetaError> {
        let inside = |r: f64| (-1.0..=1.0).contains(&r);
        let good = match self {
            Self::One(r) => inside(*r),
            Self::Matrix(r) => r.nrows() >= levels && r.ncols() >= levels && r.iter().all(|r| inside(*r)),
        };
        if good {
            Ok(())
        } else {
            Err(MetaError::NoAnswer(format!(
                "the correlations between {what} must lie between -1 and 1, and there must be one for each pair"
            )))
        }
    }
}

/// What effect sizes of a cluster share. What is left out is the same for all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dependence {
    /// The cluster of each effect size; different clusters are independent.
    pub clusters: Vec<usize>,
    /// The construct that each measures, and the correlations between constructs.
    pub constructs: Option<(Vec<usize>, Correlation)>,
    /// The instrument or observation of the same construct, and the correlations between them.
    pub observations: Option<(Vec<usize>, Correlation)>,
    /// The two groups of people that each compares; without them no contrasts share a group.
    pub groups: Option<(Vec<usize>, Vec<usize>)>,
    /// The times at which the two groups were measured, and the correlation of measurements one unit of time apart.
    pub times: Option<(Vec<f64>, Vec<f64>, f64)>,
    /// The sizes of the two groups.
    pub sizes: Option<(Vec<f64>, Vec<f64>)>,
}

/// The sampling covariances of effect sizes with variances `vi`.
///
/// # Errors
/// A correlation is outside -1 to 1 or missing, a variance is negative or no number, or what is shared makes no covariance.
pub fn approximate_covariances(vi: &[f64], shared: &Dependence) -> Result<Sampling, MetaError> {
    let levels = |codes: &[usize]| codes.iter().max().map_or(0, |most| most + 1);
    shared.check(vi.len())?;
    for (what, given) in [
        ("constructs", &shared.constructs),
        ("observations", &shared.observations),
    ] {
        if let Some((codes, r)) = given {
            r.check(what, levels(codes))?;
        }
    }
    if let Some((_, _, phi)) = &shared.times {
        Correlation::One(*phi).check("times", 1)?;
    }
    if let Some(row) = vi.iter().position(|v| !(*v >= 0.0 && v.is_finite())) {
        return Err(MetaError::NoAnswer(format!(
            "effect size {} has a sampling variance of {}, it must be a number and not negative",
            row + 1,
            vi[row]
        )));
    }
    let mut blocks = Vec::new();
    for cluster in 0..levels(&shared.clusters) {
        let rows: Vec<usize> = (0..vi.len())
            .filter(|row| shared.clusters[*row] == cluster)
            .collect();
        let n = rows.len();
        if n == 0 {
            continue;
        }
        let mut matrix = DMatrix::zeros(n, n);
        for i in 0..n {
            for j in 0..=i {
                let (a, b) = (rows[i], rows[j]);
                let r = if i == j { 1.0 } else { shared.correlation(a, b) };
                if !r.is_finite() {
                    return Err(MetaError::NoAnswer(format!(
                        "effect sizes {} and {} have no correlation: a power of the correlation between times is no \
                         number; a negative one needs whole times",
                        b + 1,
                        a + 1
                    )));
                }
                matrix[(i, j)] = r * (vi[a] * vi[b]).sqrt();
                matrix[(j, i)] = matrix[(i, j)];
            }
        }
        blocks.push(CovarianceBlock { rows, matrix });
    }
    Sampling::of_blocks(blocks, vi.len())
}

impl Dependence {
    fn check(&self, k: usize) -> Result<(), MetaError> {
        let mut sizes = vec![self.clusters.len()];
        sizes.extend(self.constructs.iter().map(|(codes, _)| codes.len()));
        sizes.extend(self.observations.iter().map(|(codes, _)| codes.len()));
        sizes.extend(
            self.groups
                .iter()
                .flat_map(|(first, second)| [first.len(), second.len()]),
        );
        sizes.extend(
            self.times
                .iter()
                .flat_map(|(first, second, _)| [first.len(), second.len()]),
        );
        sizes.extend(
            self.sizes
                .iter()
                .flat_map(|(first, second)| [first.len(), second.len()]),
        );
        if sizes.iter().any(|size| *size != k) {
            return Err(MetaError::NoAnswer(format!(
                "what effect sizes share must be told for each of {k}"
            )));
        }
        let positive = |n: &f64| *n > 0.0;
        let good = self
            .sizes
            .as_ref()
            .is_none_or(|(first, second)| first.iter().all(positive) && second.iter().all(positive));
        if !good {
            return Err(MetaError::NoAnswer(
                "the sizes of groups must be above 0".to_owned(),
            ));
        }
        if let Some((first, second, _)) = &self.times
            && let Some(row) = (0..k).find(|row| !(first[*row].is_finite() && second[*row].is_finite()))
        {
            return Err(MetaError::NoAnswer(format!(
                "effect size {} has a time that is no number",
                row + 1
            )));
        }
        let none = |spread: f64| spread.is_nan() || spread <= 0.0;
        match (0..k).find(|row| none(self.spread(*row))) {
            None => Ok(()),
            Some(row) => Err(MetaError::NoAnswer(format!(
                "effect size {} compares a group with itself at the same time, or at times whose correlation is no number",
                row + 1
            ))),
        }
    }

    fn correlation(&self, a: usize, b: usize) -> f64 {
        let same = |given: &Option<(Vec<usize>, Correlation)>| match given {
            Some((codes, r)) if codes[a] != codes[b] => Some(r.between(codes[a], codes[b])),
            _ => None,
        };
        // Of another construct, which instrument measured it plays no role.
        let measures = same(&self.constructs)
            .or_else(|| same(&self.observations))
            .unwrap_or(1.0);
        let (da, db) = (self.spread(a), self.spread(b));
        let sum =
            self.arms(a, 0, b, 0) - self.arms(a, 0, b, 1) - self.arms(a, 1, b, 0) + self.arms(a, 1, b, 1);
        measures * sum / (da * db)
    }

    /// Covariance of the means of group `x` of effect size `a` and of group `y` of `b`, in units of the variance.
    fn arms(&self, a: usize, x: usize, b: usize, y: usize) -> f64 {
        let group = |row: usize, arm: usize| match &self.groups {
            Some((first, second)) => [first[row], second[row]][arm],
            None => arm,
        };
        if group(a, x) != group(b, y) {
            return 0.0;
        }
        let size = |row: usize, arm: usize| match &self.sizes {
            Some((first, second)) => [first[row], second[row]][arm],
            None => 1.0,
        };
        let over_time = match &self.times {
            Some((first, second, phi)) => {
                let distance = ([first[a], second[a]][x] - [first[b], second[b]][y]).abs();
                if distance == 0.0 { 1.0 } else { pow(*phi, distance) }
            }
            None => 1.0,
        };
        over_time / (size(a, x) * size(b, y)).sqrt()
    }

    /// Standard deviation of the contrast of an effect size, in the same units.
    fn spread(&self, a: usize) -> f64 {
        (self.arms(a, 0, a, 0) + self.arms(a, 1, a, 1) - 2.0 * self.arms(a, 0, a, 1)).sqrt()
    }
}
