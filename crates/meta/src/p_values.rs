//! One probability out of many: what the studies' one-sided probabilities say together (Cousins 2007, arXiv:0705.2209,
//! compares the ways).

use euthymia_stats::{beta, gamma, normal};
use euthymia_vecmath::scalar::{exp_m1, ln, ln_1p};

use crate::MetaError;

/// Combined probabilities of `k` studies.
#[derive(Clone, Debug, PartialEq)]
pub struct Combined {
    /// One-sided probabilities of the studies, `P(Z > y / se)`.
    pub p: Vec<f64>,
    /// Fisher: `-2 sum ln p`, with its probability.
    pub fisher: (f64, f64),
    /// Stouffer: `sum z / sqrt k`, with its probability.
    pub stouffer: (f64, f64),
    /// The same with the weights `1 / se`.
    pub stouffer_weighted: (f64, f64),
    /// Tippett: of the smallest probability.
    pub tippett: f64,
    /// Logits (Mudholkar and George 1979): t and its degrees of freedom.
    pub logit: (f64, f64),
    /// Pearson: `-2 sum ln(1 - p)`.
    pub pearson: f64,
    /// Probability of as many positive effects or more if each sign is as likely.
    pub sign: f64,
}

/// Combines the studies.
///
/// # Errors
/// No study, or a variance that is not positive.
pub fn combine(yi: &[f64], vi: &[f64]) -> Result<Combined, MetaError> {
    if yi.is_empty() {
        return Err(MetaError::TooFew {
            what: "a combined probability",
            needed: 1,
            found: 0,
        });
    }
    if vi.iter().any(|v| v.is_nan() || *v <= 0.0) {
        return Err(MetaError::NoAnswer(
            "a sampling variance is not positive".to_owned(),
        ));
    }
    let k = yi.len() as f64;
    let weights: Vec<f64> = vi.iter().map(|v| 1.0 / v.sqrt()).collect();
    let z: Vec<f64> = yi.iter().zip(&weights).map(|(y, w)| y * w).collect();
    let p: Vec<f64> = z.iter().map(|z| normal::cdf(-z)).collect();
    // ln(1 - p) from the other tail, which keeps its digits.
    let ln_p: Vec<f64> = p.iter().map(|p| ln(*p)).collect();
    let ln_rest: Vec<f64> = z.iter().map(|z| ln(normal::cdf(*z))).collect();
    let fisher = -2.0 * ln_p.iter().sum::<f64>();
    let stouffer = z.iter().sum::<f64>() / k.sqrt();
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    let weighted = weights.iter().zip(&z).map(|(w, z)| w * z).sum::<f64>() / squares.sqrt();
    let least = p.iter().copied().fold(1.0, f64::min);
    let logits: f64 = ln_p.iter().zip(&ln_rest).map(|(p, rest)| p - rest).sum();
    let df = 5.0 * k + 4.0;
    let spread = (15.0 * k + 12.0) / ((5.0 * k + 2.0) * k * core::f64::consts::PI * core::f64::consts::PI);
    let positive = z.iter().filter(|z| **z > 0.0).count() as f64;
    let sign = if positive == 0.0 {
        1.0
    } else {
        beta::cdf(positive, k - positive + 1.0, 0.5)
    };
    Ok(Combined {
        fisher: (fisher, gamma::chi_square_above(2.0 * k, fisher)),
        stouffer: (stouffer, normal::cdf(-stouffer)),
        stouffer_weighted: (weighted, normal::cdf(-weighted)),
        tippett: if least < 1.0 {
            -exp_m1(k * ln_1p(-least))
        } else {
            1.0
        },
        logit: (-logits * spread.sqrt(), df),
        pearson: -2.0 * ln_rest.iter().sum::<f64>(),
        sign,
        p,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use euthymia_vecmath::scalar::exp;

    /// One study combined with nobody keeps its probability.
    #[test]
    fn one_study_stays_what_it_is() {
        let one = combine(&[0.4], &[0.09]).unwrap();
        let p = one.p[0];
        for combined in [one.fisher.1, one.stouffer.1, one.stouffer_weighted.1, one.tippett] {
            assert!((combined - p).abs() < 1e-14);
        }
        assert!((one.sign - 0.5).abs() < 1e-14);
        assert!((exp(-0.5 * one.pearson) - (1.0 - p)).abs() < 1e-14);
        assert!(combine(&[], &[]).is_err());
        assert!(combine(&[1.0], &[0.0]).is_err());
    }
}
