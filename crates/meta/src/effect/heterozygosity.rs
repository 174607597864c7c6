//! Relative excess heterozygosity: departure from Hardy-Weinberg proportions (Ziegler et al. 2011,
//! doi:10.1155/2011/145364).

use euthymia_vecmath::scalar::ln;

use super::{Computed, Given, Measure, Reported};
use crate::MetaError;

pub(crate) fn compute(measure: Measure, reported: &Reported) -> Result<Computed, MetaError> {
    let [a, b, c] = [Given::Ai, Given::Bi, Given::Ci].map(|what| reported.get(what));
    reported.need(measure, &[(Given::Ai, &a), (Given::Bi, &b), (Given::Ci, &c)])?;
    reported.refuse(|i| {
        let bad = [a[i], b[i], c[i]].into_iter().find(|x| *x < 0.0);
        bad.map(|x| format!("a genotype is counted {x} times; a count cannot be negative"))
    })?;
    let ni: Vec<f64> = (0..a.len()).map(|i| a[i] + b[i] + c[i]).collect();
    let (yi, vi) = (0..a.len())
        .map(|i| {
            let (p0, p1, p2) = (a[i] / ni[i], b[i] / ni[i], c[i] / ni[i]);
            let v = ((1.0 - p1) / (4.0 * p0 * p2) + 1.0 / p1) / ni[i];
            (ln(p1) - ln(2.0 * (p0 * p2).sqrt()), v)
        })
        .unzip();
    Ok(Computed { yi, vi, ni })
}
