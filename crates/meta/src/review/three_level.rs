//! Estimates that come in clusters, such as several from one study: effects vary between clusters and within them
//! (Van den Noortgate et al. 2013, doi:10.3758/s13428-012-0261-6), with the conventions of R's package meta.

use nalgebra::DMatrix;

use super::inconsistency::{Bounded, h, i2};
use super::interval::Interval;
use super::inverse_variance::Options;
use super::prediction::Prediction;
use super::random_interval::RandomInterval;
use crate::MetaError;
use crate::multilevel::{self, CovarianceBlock, Random, Sampling, profile_intervals};
use crate::pool::{Method, Test};

/// A variance with its profile-likelihood interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Component {
    /// The variance.
    pub value: f64,
    /// Lower bound; `None` where the profile cannot be followed to it.
    pub lower: Option<f64>,
    /// Upper bound.
    pub upper: Option<f64>,
}

/// Pooled clusters.
#[derive(Clone, Debug, PartialEq)]
pub struct ThreeLevel {
    /// Estimates.
    pub k: usize,
    /// Clusters.
    pub clusters: usize,
    /// The mean.
    pub random: Interval,
    /// Variance between clusters.
    pub between: Component,
    /// Variance within clusters.
    pub within: Component,
    /// Where the effect of one more estimate of another cluster lies; `None` where the method needs more estimates or has
    /// no form for clusters.
    pub prediction: Option<Interval>,
    /// Cochran's Q; `None` where the sampling errors leave nothing to compare.
    pub q: Option<f64>,
    /// Its degrees of freedom.
    pub df: usize,
    /// Its probability.
    pub p: Option<f64>,
    /// H.
    pub h: Bounded,
    /// I2 of Q, as a fraction.
    pub i2: Bounded,
}

/// Whether a cluster holds more than one estimate.
#[must_use]
pub fn is_clustered(clusters: &[String]) -> bool {
    clusters
        .iter()
        .enumerate()
        .any(|(row, cluster)| clusters[..row].contains(cluster))
}

/// Pools estimates in clusters by restricted maximum likelihood, or by maximum likelihood where the options say so.
/// `rho` is the correlation of the sampling errors within a cluster. Hartung and Knapp's interval becomes one by t.
///
/// # Errors
/// There are not as many clusters as estimates, `rho` cannot be, or no maximum is found.
pub fn three_level(
    yi: &[f64],
    vi: &[f64],
    clusters: &[String],
    rho: f64,
    options: &Options,
) -> Result<ThreeLevel, MetaError> {
    let k = yi.len();
    if clusters.len() != k {
        return Err(MetaError::NoAnswer(format!(
            "{k} estimates have {} labels of clusters",
            clusters.len()
        )));
    }
    let mut names: Vec<String> = Vec::new();
    let codes: Vec<usize> = clusters
        .iter()
        .map(|cluster| {
            names.iter().position(|name| name == cluster).unwrap_or_else(|| {
                names.push(cluster.clone());
                names.len() - 1
            })
        })
        .collect();
    let data = multilevel::Data {
        yi: yi.to_vec(),
        sampling: sampling(vi, &codes, names.len(), rho)?,
        x: DMatrix::from_element(k, 1, 1.0),
        names: vec!["intrcpt".to_owned()],
        intercept: true,
    };
    let random = [
        Random::intercept("cluster", codes, names.clone()),
        Random::intercept(
            "estimate",
            (0..k).collect(),
            (1..=k).map(|row| row.to_string()).collect(),
        ),
    ];
    let fit = multilevel::fit(
        &data,
        &random,
        &multilevel::Options {
            method: match options.method {
                Method::MaximumLikelihood => multilevel::Method::MaximumLikelihood,
                _ => multilevel::Method::Restricted,
            },
            test: Test::Z,
            level: options.level,
            ..multilevel::Options::default()
        },
    )?;
    let profiles = profile_intervals(&data, &fit, options.level_heterogeneity);
    let component = |term: usize| Component {
        value: fit.components[term].variances[0],
        lower: profiles
            .iter()
            .find(|profile| profile.term == term)
            .and_then(|profile| profile.lower),
        upper: profiles
            .iter()
            .find(|profile| profile.term == term)
            .and_then(|profile| profile.upper),
    };
    let (between, within) = (component(0), component(1));
    let (estimate, se, free) = (fit.beta[0], fit.se[0], k as f64 - 1.0);
    let df = match options.random {
        RandomInterval::HartungKnapp(_) => free,
        _ => f64::INFINITY,
    };
    let spread = (se * se + between.value + within.value).sqrt();
    let degrees = match options.prediction {
        Prediction::Veroniki => Some(free),
        Prediction::HigginsThompsonSpiegelhalter => Some(free - 1.0),
        Prediction::Skipka => Some(f64::INFINITY),
        _ => None,
    };
    let (q, q_df, level) = (fit.qe, fit.qe_df, options.level_heterogeneity);
    Ok(ThreeLevel {
        k,
        clusters: names.len(),
        random: Interval::new(estimate, se, df, options.level, options.null),
        between,
        within,
        prediction: degrees
            .filter(|df| *df > 0.0)
            .map(|df| Interval::new(estimate, spread, df, options.level_predict, 0.0)),
        q,
        df: q_df,
        p: fit.qe_p,
        h: q.map_or(Bounded::UNKNOWN, |q| h(q, q_df, level)),
        i2: q.map_or(Bounded::UNKNOWN, |q| i2(q, q_df, level)),
    })
}

/// Sampling errors that correlate within clusters.
fn sampling(vi: &[f64], codes: &[usize], clusters: usize, rho: f64) -> Result<Sampling, MetaError> {
    if rho == 0.0 {
        return Ok(Sampling::independent(vi));
    }
    if !(-1.0..1.0).contains(&rho) {
        return Err(MetaError::field(
            "rho",
            format!("a correlation of sampling errors lies between -1 and 1, this is {rho}"),
        ));
    }
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); clusters];
    for (row, code) in codes.iter().enumerate() {
        rows[*code].push(row);
    }
    let blocks = rows
        .into_iter()
        .map(|rows| CovarianceBlock {
            matrix: DMatrix::from_fn(rows.len(), rows.len(), |i, j| {
                let shared = (vi[rows[i]] * vi[rows[j]]).sqrt();
                if i == j { vi[rows[i]] } else { rho * shared }
            }),
            rows,
        })
        .collect();
    Sampling::of_blocks(blocks, vi.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const YI: [f64; 6] = [0.2, 0.3, -0.4, -0.5, 1.1, 0.8];
    const VI: [f64; 6] = [0.05, 0.04, 0.06, 0.05, 0.03, 0.07];

    fn labels(text: &str) -> Vec<String> {
        text.chars().map(String::from).collect()
    }

    #[test]
    fn names_and_order_of_clusters_do_not_matter() {
        let one = three_level(&YI, &VI, &labels("aabbcc"), 0.0, &Options::default()).unwrap();
        let other = three_level(&YI, &VI, &labels("zzyyxx"), 0.0, &Options::default()).unwrap();
        assert_eq!(one.random, other.random);
        assert_eq!((one.k, one.clusters), (6, 3));
        assert!(one.between.value > one.within.value);
        assert!(is_clustered(&labels("aab")) && !is_clustered(&labels("abc")));
    }

    #[test]
    fn impossible_correlations_are_refused() {
        let error = three_level(&YI, &VI, &labels("aabbcc"), 1.5, &Options::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`rho`: a correlation of sampling errors lies between -1 and 1, this is 1.5"
        );
        assert!(three_level(&YI, &VI, &labels("aa"), 0.0, &Options::default()).is_err());
    }
}
