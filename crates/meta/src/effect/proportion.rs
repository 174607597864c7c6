//! Events of one group.

use euthymia_stats::normal;
use euthymia_vecmath::scalar::{exp, ln};

use super::reported::filled;
use super::scale::freeman_tukey;
use super::two_by_two::average;
use super::{Computed, Given, Measure, Options, Reported, Variance, arcsine};
use crate::MetaError;

pub(crate) fn compute(
    measure: Measure,
    reported: &Reported,
    options: &Options,
) -> Result<Computed, MetaError> {
    let [mut x, given_m, given_n] = [Given::Xi, Given::Mi, Given::Ni].map(|what| reported.get(what));
    reported.refuse(|i| {
        if x[i] > given_n[i] {
            return Some(format!(
                "there are {} events, but only {} people",
                x[i], given_n[i]
            ));
        }
        let all = x[i] + given_m[i];
        (all != given_n[i] && !(all + given_n[i]).is_nan()).then(|| {
            format!(
                "there are {} people, but {} with event and {} without",
                given_n[i], x[i], given_m[i]
            )
        })
    })?;
    let mut m = filled(&given_m, |i| given_n[i] - x[i]);
    reported.need(measure, &[(Given::Xi, &x), (Given::Ni, &m)])?;
    reported.refuse(|i| {
        if x[i] < 0.0 || m[i] < 0.0 {
            let count = if x[i] < 0.0 { x[i] } else { m[i] };
            return Some(format!(
                "a number of people is {count}; a count cannot be negative"
            ));
        }
        (x[i] + m[i] <= 0.0).then(|| "the group has no people".to_owned())
    })?;
    let ni: Vec<f64> = x.iter().zip(&m).map(|(x, m)| x + m).collect();
    let zero: Vec<bool> = x.iter().zip(&m).map(|(x, m)| *x == 0.0 || *m == 0.0).collect();
    let amounts = options.to.amounts(options.addition(measure), &zero);
    for cells in [&mut x, &mut m] {
        for (cell, add) in cells.iter_mut().zip(&amounts) {
            *cell += add;
        }
    }
    let n: Vec<f64> = x.iter().zip(&m).map(|(x, m)| x + m).collect();
    let p: Vec<f64> = x.iter().zip(&n).map(|(x, n)| x / n).collect();
    let mean = average(&p, &n);
    use Variance as V;
    match measure {
        Measure::Proportion => options.check(measure, &[V::LargeSample, V::Unbiased, V::Average])?,
        Measure::ProportionLog | Measure::ProportionLogit => {
            options.check(measure, &[V::LargeSample, V::Average])?;
        }
        _ => {}
    }
    let averaged = options.variance == V::Average;
    let (yi, vi) = (0..x.len())
        .map(|i| {
            let (x, m, n, p) = (x[i], m[i], n[i], p[i]);
            match measure {
                Measure::Proportion => (
                    p,
                    match options.variance {
                        V::Unbiased => p * (1.0 - p) / (n - 1.0),
                        V::Average => mean * (1.0 - mean) / n,
                        _ => p * (1.0 - p) / n,
                    },
                ),
                Measure::ProportionLog if averaged => (ln(p), 1.0 / (mean * n) - 1.0 / n),
                Measure::ProportionLog => (ln(p), 1.0 / x - 1.0 / n),
                Measure::ProportionLogit if averaged => {
                    (ln(x / m), 1.0 / (mean * n) + 1.0 / ((1.0 - mean) * n))
                }
                Measure::ProportionLogit => (ln(x / m), 1.0 / x + 1.0 / m),
                Measure::ProportionProbit => {
                    let z = normal::quantile(p);
                    (z, core::f64::consts::TAU * p * (1.0 - p) * exp(z * z) / n)
                }
                Measure::ProportionArcsine => (arcsine::of_root(p), 1.0 / (4.0 * n)),
                _ => (freeman_tukey(x, n), 1.0 / (4.0 * n + 2.0)),
            }
        })
        .unzip();
    Ok(Computed { yi, vi, ni })
}
