//! Means and standard deviations of one group at two times, or of matched pairs, with their correlation.

use euthymia_stats::normal;
use euthymia_vecmath::scalar::{exp, ln};

use super::correlation::{t_of_p, unbiased};
use super::means::correction;
use super::reported::filled;
use super::{Computed, Given, Measure, Options, Reported, Variance};
use crate::MetaError;

/// What a group reports of two times.
struct Pairs {
    m1: Vec<f64>,
    m2: Vec<f64>,
    sd1: Vec<f64>,
    sd2: Vec<f64>,
    r: Vec<f64>,
    n: Vec<f64>,
}

impl Pairs {
    fn of(measure: Measure, reported: &Reported) -> Result<Self, MetaError> {
        let get = |what| reported.get(what);
        let [mut m1, mut m2, mut sd1, mut sd2] = [Given::M1i, Given::M2i, Given::Sd1i, Given::Sd2i].map(get);
        let [mut r, n, d, t, p] = [Given::Ri, Given::Ni, Given::Di, Given::Ti, Given::Pi].map(get);
        if measure == Measure::ChangeByChange {
            let t = filled(&t, |i| t_of_p(p[i], n[i] - 1.0));
            let d = filled(&d, |i| t[i] * (1.0 / n[i]).sqrt());
            for i in 0..d.len() {
                if !d[i].is_nan() {
                    // With a correlation of a half the change varies as much as the scores.
                    (m1[i], m2[i], sd1[i], sd2[i], r[i]) = (d[i], 0.0, 1.0, 1.0, 0.5);
                }
            }
        }
        let mut needed = vec![(Given::Sd1i, sd1.as_slice()), (Given::Ri, &r), (Given::Ni, &n)];
        if measure != Measure::ChangeByFirst {
            needed.push((Given::Sd2i, &sd2));
        }
        if measure != Measure::VariabilityRatioPaired {
            needed.extend([(Given::M1i, m1.as_slice()), (Given::M2i, &m2)]);
        }
        reported.need(measure, &needed)?;
        reported.refuse(|i| {
            if let Some(sd) = [sd1[i], sd2[i]].into_iter().find(|sd| *sd < 0.0) {
                return Some(format!("a standard deviation is {sd}; it cannot be negative"));
            }
            if r[i].abs() > 1.0 {
                return Some(format!(
                    "the correlation is {}; it must lie between -1 and 1",
                    r[i]
                ));
            }
            (n[i] <= 0.0).then(|| format!("the group has {} people", n[i]))
        })?;
        Ok(Self {
            m1,
            m2,
            sd1,
            sd2,
            r,
            n,
        })
    }
}

pub(crate) fn compute(
    measure: Measure,
    reported: &Reported,
    options: &Options,
) -> Result<Computed, MetaError> {
    use Measure as M;
    use Variance as V;
    let pairs = Pairs::of(measure, reported)?;
    let known: &[V] = match measure {
        M::ChangeByChange | M::ChangeByFirst => &[V::LargeSample, V::LargeSample2, V::Unbiased, V::Null],
        M::ChangeByFirstUnequal
        | M::ChangeByPooledUnequal
        | M::RatioOfMeansPaired
        | M::VariabilityRatioPaired
        | M::VariationRatioPaired => &[V::LargeSample, V::LargeSample2],
        M::ChangeByPooled => &[V::LargeSample],
        _ => core::slice::from_ref(&options.variance),
    };
    options.check(measure, known)?;
    let (yi, vi) = (0..pairs.n.len())
        .map(|i| match measure {
            M::RatioOfMeansPaired | M::VariabilityRatioPaired | M::VariationRatioPaired => {
                ratio(measure, &pairs, options, i)
            }
            _ => change(measure, &pairs, options, i),
        })
        .unzip();
    Ok(Computed { yi, vi, ni: pairs.n })
}

/// Becker 1988, doi:10.1111/j.2044-8317.1988.tb00901.x; Bonett 2008, doi:10.1037/1082-989X.13.2.99; Cousineau 2020,
/// doi:10.20982/tqmp.16.4.p418; Viechtbauer 2007, doi:10.3102/1076998606298034.
fn change(measure: Measure, pairs: &Pairs, options: &Options, i: usize) -> (f64, f64) {
    use Measure as M;
    use Variance as V;
    let (sd1, sd2, r, n) = (pairs.sd1[i], pairs.sd2[i], pairs.r[i], pairs.n[i]);
    let (square1, square2) = (sd1 * sd1, sd2 * sd2);
    let difference = pairs.m1[i] - pairs.m2[i];
    let spread = square1 + square2 - 2.0 * r * sd1 * sd2;
    let pooled = 0.5 * (square1 + square2);
    // What the variance of the pooled square comes from, for two correlated ones.
    let fourth = square1 * square1 + square2 * square2 + 2.0 * r * r * square1 * square2;
    match measure {
        M::MeanChange => (difference, spread / n),
        M::ChangeByChange | M::ChangeByFirst => {
            let by_first = measure == M::ChangeByFirst;
            let d = difference / if by_first { sd1 } else { spread.sqrt() };
            let m = n - 1.0;
            let c = correction(m, options.correct);
            let y = c * d;
            let front = |r: f64| if by_first { 2.0 * (1.0 - r) / n } else { 1.0 / n };
            let known = || if by_first { unbiased(r, n) } else { r };
            let v = match options.variance {
                V::LargeSample2 => c * c * (front(r) + d * d / (2.0 * n)),
                V::Unbiased => front(known()) + (1.0 - (m - 2.0) / (m * c * c)) * y * y,
                V::Null if m > 2.0 => c * c * front(known()) * m / (m - 2.0),
                V::Null => f64::NAN,
                _ => front(r) + y * y / (2.0 * n),
            };
            (y, v)
        }
        M::ChangeByFirstUnequal => {
            let y = correction(n - 1.0, options.correct) * difference / sd1;
            let n = if options.variance == V::LargeSample2 {
                n
            } else {
                n - 1.0
            };
            (y, spread / (square1 * n) + y * y / (2.0 * n))
        }
        M::ChangeByPooled | M::ChangeByPooledUnequal => {
            let m = 2.0 * (n - 1.0) / (1.0 + r * r);
            let y = correction(m, options.correct) * difference / pooled.sqrt();
            if measure == M::ChangeByPooled {
                return (y, 2.0 * (1.0 - r) / n + y * y * (1.0 + r * r) / (4.0 * n));
            }
            let n = if options.variance == V::LargeSample2 {
                n
            } else {
                n - 1.0
            };
            (
                y,
                spread / (pooled * n) + y * y * fourth / (8.0 * pooled * pooled * n),
            )
        }
        // `CommonLanguagePaired` and its other name.
        _ => {
            let d = difference / pooled.sqrt();
            let of_d = spread / (pooled * (n - 1.0)) + d * d * fourth / (8.0 * pooled * pooled * (n - 1.0));
            (
                normal::cdf(d / core::f64::consts::SQRT_2),
                exp(-0.5 * d * d) / (4.0 * core::f64::consts::PI) * of_d,
            )
        }
    }
}

/// Lajeunesse 2011, doi:10.1890/11-0423.1; Senior et al. 2020, doi:10.1002/jrsm.1423.
fn ratio(measure: Measure, pairs: &Pairs, options: &Options, i: usize) -> (f64, f64) {
    let (m1, m2, sd1, sd2, r, n) = (
        pairs.m1[i],
        pairs.m2[i],
        pairs.sd1[i],
        pairs.sd2[i],
        pairs.r[i],
        pairs.n[i],
    );
    let second_order = options.variance == Variance::LargeSample2;
    let of_deviations = if second_order {
        let (s1, s2) = (sd1 * sd1 * sd1 * sd1, sd2 * sd2 * sd2 * sd2);
        let square = (n - 1.0) * (n - 1.0);
        n / square - r * r / (n - 1.0) + r * r * r * r * (s1 * s1 + s2 * s2) / (2.0 * square * s1 * s2)
    } else {
        (1.0 - r * r) / (n - 1.0)
    };
    if measure == Measure::VariabilityRatioPaired {
        return (ln(sd1 / sd2), of_deviations);
    }
    let (first, second) = (sd1 * sd1 / (n * m1 * m1), sd2 * sd2 / (n * m2 * m2));
    let mut of_means = first + second - 2.0 * r * sd1 * sd2 / (m1 * m2 * n);
    if second_order {
        let (q1, q2) = (m1 * m1 * m1 * m1, m2 * m2 * m2 * m2);
        of_means += 0.5 * (first * first + second * second)
            + r * r * sd1 * sd1 * sd2 * sd2 * (q1 + q2) / (2.0 * n * n * q1 * q2);
    }
    let bias = if options.correct {
        0.5 * (first - second)
    } else {
        0.0
    };
    if measure == Measure::RatioOfMeansPaired {
        (ln(m1 / m2) + bias, of_means)
    } else {
        (ln(sd1 / m1) - ln(sd2 / m2) - bias, of_means + of_deviations)
    }
}
