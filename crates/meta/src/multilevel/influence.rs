//! What a cluster of effect sizes does to the coefficients.

use super::{Data, Fit, Options, Random, fit};
use crate::MetaError;

/// Cook's distance of each cluster, in the order of codes: the model is fitted again without its rows, and the change of
/// the coefficients is measured by their covariance matrix. `None` where the rest has no fit (Viechtbauer and Cheung
/// 2010, doi:10.1002/jrsm.11).
///
/// # Errors
/// The model with all rows cannot be fitted.
pub fn cooks_distances(
    data: &Data,
    random: &[Random],
    options: &Options,
    clusters: &[usize],
) -> Result<Vec<Option<f64>>, MetaError> {
    let all = fit(data, random, options)?;
    if clusters.len() != all.k {
        return Err(MetaError::NoAnswer(format!(
            "clusters must be told for each of {} effect sizes",
            all.k
        )));
    }
    let count = clusters.iter().max().map_or(0, |most| most + 1);
    Ok((0..count)
        .map(|cluster| distance(data, random, options, clusters, cluster, &all))
        .collect())
}

fn distance(
    data: &Data,
    random: &[Random],
    options: &Options,
    clusters: &[usize],
    cluster: usize,
    all: &Fit,
) -> Option<f64> {
    let kept: Vec<usize> = (0..data.yi.len())
        .filter(|row| clusters[*row] != cluster)
        .collect();
    let rest = data.take(&kept);
    let random: Vec<Random> = random.iter().map(|term| term.take(&kept)).collect();
    let without = fit(&rest, &random, options).ok()?;
    let change = &all.beta - &without.beta;
    let factor = all.vcov.clone().cholesky()?;
    Some(change.dot(&factor.solve(&change)))
}

impl Data {
    /// Only the rows at `kept`.
    #[must_use]
    pub fn take(&self, kept: &[usize]) -> Self {
        Self {
            yi: kept.iter().map(|row| self.yi[*row]).collect(),
            sampling: self.sampling.take(kept),
            x: self.x.select_rows(kept.iter()),
            names: self.names.clone(),
            intercept: self.intercept,
        }
    }
}
