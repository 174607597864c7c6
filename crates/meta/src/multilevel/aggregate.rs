//! Several effect sizes of one study made one.

use nalgebra::DVector;

use super::Sampling;
use crate::MetaError;

/// One effect size for each cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregated {
    /// Effect sizes, by clusters.
    pub yi: Vec<f64>,
    /// Their sampling variances.
    pub vi: Vec<f64>,
}

/// The mean of each cluster's effect sizes, with weights by their covariances or with the same weight each; clusters are
/// numbered from 0 (Cheung and Chan 2004, doi:10.1037/1082-989X.9.1.65).
///
/// # Errors
/// A cluster without rows or with covariances that cannot be.
pub fn aggregate(
    yi: &[f64],
    sampling: &Sampling,
    clusters: &[usize],
    weighted: bool,
) -> Result<Aggregated, MetaError> {
    if clusters.len() != yi.len() || sampling.size() != yi.len() {
        return Err(MetaError::NoAnswer(
            "effect sizes, covariances and clusters have different numbers of rows".to_owned(),
        ));
    }
    let count = clusters.iter().max().map_or(0, |most| most + 1);
    let mut all = Aggregated {
        yi: Vec::with_capacity(count),
        vi: Vec::with_capacity(count),
    };
    for cluster in 0..count {
        let rows: Vec<usize> = (0..yi.len()).filter(|row| clusters[*row] == cluster).collect();
        let v = sampling.take(&rows).to_matrix();
        let y = DVector::from_fn(rows.len(), |i, _| yi[rows[i]]);
        let n = rows.len() as f64;
        if weighted {
            let factor = v.cholesky().ok_or_else(|| {
                MetaError::NoAnswer(format!(
                    "the sampling covariances of cluster {} are not positive definite",
                    cluster + 1
                ))
            })?;
            let weights = factor.solve(&DVector::from_element(rows.len(), 1.0));
            let total = weights.sum();
            all.yi.push(weights.dot(&y) / total);
            all.vi.push(1.0 / total);
        } else if rows.is_empty() {
            return Err(MetaError::NoAnswer(format!(
                "cluster {} has no effect size",
                cluster + 1
            )));
        } else {
            all.yi.push(y.sum() / n);
            all.vi.push(v.sum() / (n * n));
        }
    }
    Ok(all)
}
