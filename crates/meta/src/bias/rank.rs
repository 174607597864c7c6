//! Do effects and their variances go together: the rank correlation of standardised deviates with the variances.
//!
//! Begg and Mazumdar 1994 (doi:10.2307/2533446); Kendall's tau with ties and its variance after Kendall and Gibbons 1990,
//! pages 66 to 68.

use euthymia_stats::{kendall, normal};

use super::{check, common_effect};
use crate::MetaError;

/// Kendall's rank correlation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kendall {
    /// Concordant less discordant pairs.
    pub score: f64,
    /// Its standard error without correlation.
    pub se: f64,
    /// Tau b.
    pub tau: f64,
    /// Whether some values of either are the same.
    pub ties: bool,
    /// Pairs of values.
    pub n: usize,
}

impl Kendall {
    /// The correlation of `x` and `y`; pairs are as many as the shorter has. Where all values of one are the same it is no
    /// number.
    #[must_use]
    pub fn of(x: &[f64], y: &[f64]) -> Self {
        let n = x.len().min(y.len());
        let (x, y) = (&x[..n], &y[..n]);
        let order = |a: f64, b: f64| f64::from(i8::from(a > b) - i8::from(a < b));
        let mut score = 0.0;
        for i in 0..n {
            for j in 0..i {
                score += order(x[i], x[j]) * order(y[i], y[j]);
            }
        }
        let (tx, ty) = (Ties::of(x), Ties::of(y));
        let real = n as f64;
        let pairs = real * (real - 1.0);
        let variance = (pairs * (2.0 * real + 5.0) - tx.variance - ty.variance) / 18.0
            + if n > 2 {
                tx.triples * ty.triples / (9.0 * pairs * (real - 2.0))
            } else {
                0.0
            }
            + tx.pairs * ty.pairs / (2.0 * pairs);
        let untied = ((0.5 * pairs - 0.5 * tx.pairs) * (0.5 * pairs - 0.5 * ty.pairs)).sqrt();
        Self {
            score,
            se: variance.sqrt(),
            tau: score / untied,
            ties: tx.pairs > 0.0 || ty.pairs > 0.0,
            n,
        }
    }

    /// Two-sided by the normal distribution.
    #[must_use]
    pub fn normal_p(&self) -> f64 {
        normal::two_sided(self.score / self.se)
    }

    /// Two-sided: exact without ties and up to 170 pairs (beyond, the two agree to three digits), else normal.
    #[must_use]
    pub fn p(&self) -> f64 {
        if self.ties || self.n > 170 {
            self.normal_p()
        } else {
            kendall::two_sided(self.n, self.tau)
        }
    }
}

/// Sums over the groups of equal values.
struct Ties {
    pairs: f64,
    triples: f64,
    variance: f64,
}

impl Ties {
    fn of(x: &[f64]) -> Self {
        let mut sorted = x.to_vec();
        sorted.sort_by(f64::total_cmp);
        let mut ties = Self {
            pairs: 0.0,
            triples: 0.0,
            variance: 0.0,
        };
        for group in sorted.chunk_by(|a, b| a == b) {
            let t = group.len() as f64;
            ties.pairs += t * (t - 1.0);
            ties.triples += t * (t - 1.0) * (t - 2.0);
            ties.variance += t * (t - 1.0) * (2.0 * t + 5.0);
        }
        ties
    }
}

/// The rank test of Begg and Mazumdar.
///
/// # Errors
/// Fewer than three studies, variances that are not above 0, or all effects or all variances the same.
pub fn rank_test(yi: &[f64], vi: &[f64]) -> Result<Kendall, MetaError> {
    check("a rank test", 3, yi, vi)?;
    let (mean, variance) = common_effect(yi, vi);
    let deviates: Vec<f64> = yi
        .iter()
        .zip(vi)
        .map(|(y, v)| (y - mean) / (v - variance).sqrt())
        .collect();
    if deviates.iter().any(|deviate| !deviate.is_finite()) {
        return Err(MetaError::NoAnswer(
            "a rank test needs studies of similar precision: one has all the weight".to_owned(),
        ));
    }
    let found = Kendall::of(&deviates, vi);
    if found.tau.is_finite() {
        Ok(found)
    } else {
        Err(MetaError::NoAnswer(
            "a rank test needs studies that differ: all have the same variance or the same effect".to_owned(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn perfect_order_and_ties() {
        let up = Kendall::of(&[1.0, 2.0, 3.0, 4.0], &[2.0, 4.0, 6.0, 9.0]);
        assert!((up.tau - 1.0).abs() < 1e-15 && (up.p() - 2.0 / 24.0).abs() < 1e-15);
        let tied = Kendall::of(&[1.0, 1.0, 2.0, 3.0], &[1.0, 2.0, 3.0, 4.0]);
        // Five of six pairs count, sqrt(5 * 6) of them could.
        assert!(tied.ties && (tied.tau - 5.0 / 30.0_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn too_few_are_refused() {
        assert!(rank_test(&[0.1, 0.2], &[0.1, 0.2]).is_err());
    }

    #[test]
    fn what_has_no_order_is_refused() {
        let same = rank_test(&[0.1, 0.2, 0.4], &[0.1; 3]).unwrap_err();
        assert!(same.to_string().contains("studies that differ"), "{same}");
        assert!(rank_test(&[0.1, 0.2, 0.4], &[1e-30, 0.1, 0.2]).is_err());
        assert!(rank_test(&[0.1, 0.2, 0.4], &[0.1, 0.2]).is_err());
    }
}
