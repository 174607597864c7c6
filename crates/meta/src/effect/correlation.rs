//! Correlations.

use euthymia_stats::student;
use euthymia_vecmath::scalar::ln_1p;

use super::hypergeometric::hypergeometric;
use super::reported::filled;
use super::two_by_two::average;
use super::{Computed, Given, Measure, Options, Reported, Variance};
use crate::MetaError;

/// Fisher's z; infinite at 1 and -1.
pub(crate) fn fisher_z(r: f64) -> f64 {
    0.5 * (ln_1p(r) - ln_1p(-r))
}

/// Variances and values of correlations as those of Fisher's z, where the variance is not that of a plain correlation.
pub(crate) fn as_fisher_z(y: f64, v: f64) -> (f64, f64) {
    let rest = 1.0 - (y * y).min(1.0);
    (fisher_z(y), v / (rest * rest))
}

/// The t statistic of a two-sided p value that carries the sign of the effect; NaN below 1 degree of freedom.
pub(crate) fn t_of_p(p: f64, degrees: f64) -> f64 {
    if degrees < 1.0 || p.abs() > 1.0 || p.is_nan() || degrees.is_nan() {
        return f64::NAN;
    }
    if p == 0.0 {
        return f64::NAN;
    }
    -student::quantile(degrees, 0.5 * p.abs()) * p.signum()
}

/// The unbiased estimate of a correlation (Olkin and Pratt 1958, doi:10.1214/aoms/1177706717); NaN up to 4 people.
pub(crate) fn unbiased(r: f64, n: f64) -> f64 {
    r * hypergeometric(0.5, 0.5, 0.5 * (n - 2.0), 1.0 - r * r)
}

pub(crate) fn compute(
    measure: Measure,
    reported: &Reported,
    options: &Options,
) -> Result<Computed, MetaError> {
    let [r, n, t, p] = [Given::Ri, Given::Ni, Given::Ti, Given::Pi].map(|what| reported.get(what));
    let t = filled(&t, |i| t_of_p(p[i], n[i] - 2.0));
    let r = filled(&r, |i| t[i] / (t[i] * t[i] + n[i] - 2.0).sqrt());
    reported.need(measure, &[(Given::Ri, &r), (Given::Ni, &n)])?;
    check(reported, &r, &n)?;
    let rows = 0..r.len();
    use Variance as V;
    match measure {
        Measure::Correlation => options.check(
            measure,
            &[V::LargeSample, V::Average, V::Null, V::NullA, V::NullB],
        )?,
        Measure::CorrelationUnbiased => {
            options.check(measure, &[V::LargeSample, V::Unbiased, V::Average])?;
        }
        _ if options.variance == V::Unbiased => {
            return Err(options.no_variance(measure, &[V::LargeSample]));
        }
        _ => {}
    }
    let yi: Vec<f64> = rows
        .clone()
        .map(|i| match measure {
            Measure::Correlation => r[i],
            Measure::CorrelationUnbiased => unbiased(r[i], n[i]),
            _ => fisher_z(r[i]),
        })
        .collect();
    let mean = average(&yi, &n);
    let large = |y: f64, n: f64| (1.0 - y * y) * (1.0 - y * y) / (n - 1.0);
    let vi = rows
        .map(|i| {
            let (y, n, r) = (yi[i], n[i], r[i]);
            if n <= 3.0 {
                return f64::NAN;
            }
            if measure == Measure::CorrelationZ {
                return 1.0 / (n - 3.0);
            }
            match options.variance {
                V::Average => large(mean, n),
                V::Null | V::NullA => (1.0 - y * y) / (n - 2.0),
                V::NullB => 1.0 / n,
                V::Unbiased => {
                    let rest = 1.0 - r * r;
                    let square = hypergeometric(1.0, 1.0, 0.5 * n, rest);
                    y * y - (1.0 - (n - 3.0) / (n - 2.0) * rest * square)
                }
                _ => large(y, n),
            }
        })
        .collect();
    Ok(Computed { yi, vi, ni: n })
}

/// Refuses what is no correlation, and groups without people.
pub(crate) fn check(reported: &Reported, r: &[f64], n: &[f64]) -> Result<(), MetaError> {
    reported.refuse(|i| {
        if r[i].abs() > 1.0 {
            return Some(format!(
                "the correlation is {}; it must lie between -1 and 1",
                r[i]
            ));
        }
        (n[i] <= 0.0).then(|| format!("there are {} people", n[i]))
    })
}
