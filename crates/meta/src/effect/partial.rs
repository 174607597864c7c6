//! What regressions report: partial and semi-partial correlations, coefficients of determination.

use super::correlation::{as_fisher_z, fisher_z, t_of_p};
use super::reported::filled;
use super::two_by_two::average;
use super::{Computed, Given, Measure, Options, Reported, Variance};
use crate::MetaError;

/// Refuses regressions without people, predictors or degrees of freedom.
fn check(reported: &Reported, n: &[f64], m: &[f64]) -> Result<(), MetaError> {
    reported.refuse(|i| {
        if n[i] <= 0.0 {
            return Some(format!("there are {} people", n[i]));
        }
        if m[i] <= 0.0 {
            return Some(format!("there are {} predictors", m[i]));
        }
        (n[i] - m[i] - 1.0 <= 0.0).then(|| {
            format!(
                "{} people and {} predictors leave no degrees of freedom",
                n[i], m[i]
            )
        })
    })
}

fn check_determination(reported: &Reported, r2: &[f64]) -> Result<(), MetaError> {
    reported.refuse(|i| {
        (!(0.0..=1.0).contains(&r2[i]) && !r2[i].is_nan()).then(|| {
            format!(
                "the coefficient of determination is {}; it must lie between 0 and 1",
                r2[i]
            )
        })
    })
}

/// Aloe and Becker 2012, doi:10.3102/1076998610396901; Gustafson 1961.
pub(crate) fn correlations(
    measure: Measure,
    reported: &Reported,
    options: &Options,
) -> Result<Computed, MetaError> {
    let [r, t, m, n, p, r2] =
        [Given::Ri, Given::Ti, Given::Mi, Given::Ni, Given::Pi, Given::R2i].map(|what| reported.get(what));
    let partial = matches!(measure, Measure::Partial | Measure::PartialZ);
    let t = filled(&t, |i| t_of_p(p[i], n[i] - m[i] - 1.0));
    let r = filled(&r, |i| {
        let degrees = n[i] - m[i] - 1.0;
        if partial {
            t[i] / (t[i] * t[i] + degrees).sqrt()
        } else {
            t[i] * (1.0 - r2[i]).sqrt() / degrees.sqrt()
        }
    });
    reported.need(measure, &[(Given::Mi, &m), (Given::Ni, &n)])?;
    if !partial {
        reported.need(measure, &[(Given::R2i, &r2)])?;
        check_determination(reported, &r2)?;
    }
    reported.need(measure, &[(Given::Ri, &r)])?;
    super::correlation::check(reported, &r, &n)?;
    check(reported, &n, &m)?;
    if measure != Measure::PartialZ {
        options.check(measure, &[Variance::LargeSample, Variance::Average])?;
    }
    let mean = average(&r, &n);
    let (yi, vi) = (0..r.len())
        .map(|i| {
            let y = if options.variance == Variance::Average {
                mean
            } else {
                r[i]
            };
            if measure == Measure::PartialZ {
                return (fisher_z(r[i]), 1.0 / (n[i] - m[i] - 2.0));
            }
            if partial {
                return (r[i], (1.0 - y * y) * (1.0 - y * y) / (n[i] - m[i]));
            }
            let rest = r2[i] - y * y;
            let v = (r2[i] * r2[i] - 2.0 * r2[i] + rest + 1.0 - rest * rest) / n[i];
            if measure == Measure::SemiPartial {
                (r[i], v)
            } else {
                as_fisher_z(r[i], v)
            }
        })
        .unzip();
    Ok(Computed { yi, vi, ni: n })
}

/// Olkin and Finn 1995, doi:10.1037/0033-2909.118.1.155; Kendall and Stuart 1979, eqs. 27.87 and 27.88.
pub(crate) fn determination(
    measure: Measure,
    reported: &Reported,
    options: &Options,
) -> Result<Computed, MetaError> {
    let [r2, m, n, f, p] =
        [Given::R2i, Given::Mi, Given::Ni, Given::Fi, Given::Pi].map(|what| reported.get(what));
    let f = filled(&f, |i| f_of_p(p[i], m[i], n[i] - m[i] - 1.0));
    let r2 = filled(&r2, |i| m[i] * f[i] / (m[i] * f[i] + (n[i] - m[i] - 1.0)));
    reported.need(measure, &[(Given::R2i, &r2), (Given::Mi, &m), (Given::Ni, &n)])?;
    check_determination(reported, &r2)?;
    check(reported, &n, &m)?;
    use Variance as V;
    if measure == Measure::Determination {
        options.check(
            measure,
            &[V::LargeSample, V::LargeSample2, V::Average, V::Average2],
        )?;
    } else {
        options.check(measure, &[V::LargeSample])?;
    }
    let mean = average(&r2, &n);
    let (yi, vi) = (0..r2.len())
        .map(|i| {
            if measure == Measure::DeterminationZ {
                return (fisher_z(r2[i].sqrt()), 1.0 / n[i]);
            }
            let averaged = matches!(options.variance, V::Average | V::Average2);
            let y = if averaged { mean } else { r2[i] };
            let front = 4.0 * y * (1.0 - y) * (1.0 - y);
            let full = matches!(options.variance, V::LargeSample2 | V::Average2);
            let degrees = n[i] - m[i] - 1.0;
            let over = if full {
                degrees * degrees / ((n[i] * n[i] - 1.0) * (n[i] + 3.0))
            } else {
                1.0 / n[i]
            };
            (r2[i], front * over)
        })
        .unzip();
    Ok(Computed { yi, vi, ni: n })
}

/// The F statistic of a p value.
fn f_of_p(p: f64, upper: f64, lower: f64) -> f64 {
    if !((0.0..=1.0).contains(&p) && upper >= 1.0 && lower >= 1.0) {
        return f64::NAN;
    }
    euthymia_stats::f::quantile_above(upper, lower, p)
}
