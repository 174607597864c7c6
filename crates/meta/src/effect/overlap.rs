//! The chance that somebody of the first group is above somebody of the second: the common language effect size, which
//! is the area under the receiver operating characteristic.

use euthymia_stats::normal;
use euthymia_vecmath::scalar::exp;

use super::correlation::t_of_p;
use super::reported::filled;
use super::{Computed, Given, Measure, Options, Reported, Variance};
use crate::MetaError;

fn check(reported: &Reported, area: &[f64], n1: &[f64], n2: &[f64]) -> Result<(), MetaError> {
    reported.refuse(|i| {
        if let Some(n) = [n1[i], n2[i]].into_iter().find(|n| *n <= 0.0) {
            return Some(format!("a group has {n} people"));
        }
        (!(0.0..=1.0).contains(&area[i]) && !area[i].is_nan())
            .then(|| format!("the area is {}; it must lie between 0 and 1", area[i]))
    })
}

/// Newcombe 2006, doi:10.1002/sim.2324; Hanley and McNeil 1982, doi:10.1148/radiology.143.1.7063747; Cho et al. 2019,
/// doi:10.1177/0962280217741175; Bamber 1975, doi:10.1016/0022-2496(75)90001-2.
pub(crate) fn areas(measure: Measure, reported: &Reported, options: &Options) -> Result<Computed, MetaError> {
    let [a, n1, n2, ties] = [Given::Ai, Given::N1i, Given::N2i, Given::Mi].map(|what| reported.get(what));
    reported.need(measure, &[(Given::Ai, &a), (Given::N1i, &n1), (Given::N2i, &n2)])?;
    let ties = filled(&ties, |_| 0.0);
    check(reported, &a, &n1, &n2)?;
    reported.refuse(|i| {
        (!(0.0..=1.0).contains(&ties[i]))
            .then(|| format!("the share of ties is {}; it must lie between 0 and 1", ties[i]))
    })?;
    use Variance as V;
    options.check(measure, &[V::LargeSample, V::LargeSample2, V::Null, V::Largest])?;
    let vi = (0..a.len())
        .map(|i| {
            let (a, n1, n2) = (a[i], n1[i], n2[i]);
            let spread = a * (1.0 - a);
            let pairs = (n1 - 1.0) * (n2 - 1.0);
            match options.variance {
                V::LargeSample2 => {
                    let (q1, q2) = (a / (2.0 - a), 2.0 * a * a / (1.0 + a));
                    (spread - ties[i] / 4.0 + (n1 - 1.0) * (q1 - a * a) + (n2 - 1.0) * (q2 - a * a)) / pairs
                }
                V::Null => (n1 + n2 + 1.0) / (12.0 * n1 * n2),
                V::Largest => spread / (n1.min(n2) - 1.0),
                _ => {
                    let n = 0.5 * (n1 + n2);
                    spread / pairs * (2.0 * n - 1.0 - (3.0 * n - 3.0) / ((2.0 - a) * (1.0 + a)))
                }
            }
        })
        .collect();
    let ni = n1.iter().zip(&n2).map(|(n1, n2)| n1 + n2).collect();
    Ok(Computed { yi: a, vi, ni })
}

/// The same under normal distributions: Ruscio 2008, doi:10.1037/1082-989X.13.1.19; Goddard and Hinberg 1990.
pub(crate) fn of_means(
    measure: Measure,
    reported: &Reported,
    options: &Options,
) -> Result<Computed, MetaError> {
    let get = |what| reported.get(what);
    let [m1, m2, sd1, sd2] = [Given::M1i, Given::M2i, Given::Sd1i, Given::Sd2i].map(get);
    let [n1, n2, d, t, p, a] = [Given::N1i, Given::N2i, Given::Di, Given::Ti, Given::Pi, Given::Ai].map(get);
    reported.need(measure, &[(Given::N1i, &n1), (Given::N2i, &n2)])?;
    use Variance as V;
    options.check(
        measure,
        &[
            V::LargeSample,
            V::LargeSample2,
            V::LargeSample3,
            V::Equal,
            V::Null,
        ],
    )?;
    reported.refuse(|i| {
        let bad = [sd1[i], sd2[i]].into_iter().find(|sd| *sd < 0.0);
        bad.map(|sd| format!("a standard deviation is {sd}; it cannot be negative"))
    })?;
    let t = filled(&t, |i| t_of_p(p[i], n1[i] + n2[i] - 2.0));
    let d = filled(&d, |i| t[i] * (1.0 / n1[i] + 1.0 / n2[i]).sqrt());
    // What was reported as d, t or p, and what comes without deviations, assumes equal variances.
    let equal: Vec<bool> = (0..d.len())
        .map(|i| options.variance == V::Equal || !d[i].is_nan() || sd1[i].is_nan() || sd2[i].is_nan())
        .collect();
    let d = filled(&d, |i| {
        let (s1, s2) = (sd1[i] * sd1[i], sd2[i] * sd2[i]);
        let pooled = if options.variance == V::Equal {
            ((n1[i] - 1.0) * s1 + (n2[i] - 1.0) * s2) / (n1[i] + n2[i] - 2.0)
        } else {
            0.5 * (s1 + s2)
        };
        (m1[i] - m2[i]) / pooled.sqrt()
    });
    let a = filled(&a, |i| normal::cdf(d[i] / core::f64::consts::SQRT_2));
    check(reported, &a, &n1, &n2)?;
    let d = filled(&d, |i| normal::quantile(a[i]) * core::f64::consts::SQRT_2);
    let vi = (0..a.len())
        .map(|i| {
            let (d, n1, n2) = (d[i], n1[i], n2[i]);
            let pi = core::f64::consts::PI;
            if equal[i] {
                return exp(-0.5 * d * d) / (4.0 * pi) * (1.0 / n1 + 1.0 / n2 + d * d / (2.0 * (n1 + n2)));
            }
            let (s1, s2) = (sd1[i] * sd1[i], sd2[i] * sd2[i]);
            let (share, rest) = (s1 / (s1 + s2), s2 / (s1 + s2));
            let (squares, means) = match options.variance {
                V::LargeSample2 => (0.0, 0.0),
                V::LargeSample3 => (1.0, 0.0),
                _ => (1.0, 1.0),
            };
            let of_means = 4.0 * share / (n1 - means) + 4.0 * rest / (n2 - means);
            if options.variance == V::Null {
                return of_means / (8.0 * pi);
            }
            let of_squares = d * d * share * share / (n1 - squares) + d * d * rest * rest / (n2 - squares);
            exp(-0.5 * d * d) / (8.0 * pi) * (of_squares + of_means)
        })
        .collect();
    let ni = n1.iter().zip(&n2).map(|(n1, n2)| n1 + n2).collect();
    Ok(Computed { yi: a, vi, ni })
}
