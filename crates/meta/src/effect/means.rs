//! Means and standard deviations of two groups: differences, ratios, and what they say as a correlation or as odds.

use euthymia_stats::normal;
use euthymia_vecmath::scalar::{exp, ln, log_gamma};

use super::correlation::{as_fisher_z, t_of_p};
use super::reported::filled;
use super::two_by_two::average;
use super::{Computed, Given, Measure, Options, Reported, Variance};
use crate::MetaError;

/// What takes the bias out of a standardized difference with `m` degrees of freedom (Hedges 1981,
/// doi:10.3102/10769986006002107), exactly; 1 where it is not wanted, NaN where there is none.
#[must_use]
pub(crate) fn correction(m: f64, wanted: bool) -> f64 {
    if !wanted {
        return 1.0;
    }
    if m <= 1.0 {
        return f64::NAN;
    }
    exp(log_gamma(0.5 * m) - 0.5 * ln(0.5 * m) - log_gamma(0.5 * (m - 1.0)))
}

/// What two groups report.
struct Groups {
    m1: Vec<f64>,
    m2: Vec<f64>,
    sd1: Vec<f64>,
    sd2: Vec<f64>,
    n1: Vec<f64>,
    n2: Vec<f64>,
}

/// Measures that a standardized difference, a t, a p or a point-biserial correlation can stand in for.
fn standardized(measure: Measure) -> bool {
    use Measure as M;
    matches!(
        measure,
        M::StandardizedMeanDifference
            | M::PointBiserial
            | M::PointBiserialZ
            | M::Biserial
            | M::BiserialZ
            | M::OddsRatioFromMeans
            | M::OddsRatioFromMeansNormal
            | M::OddsRatioFromMeansLogistic
    )
}

impl Groups {
    fn of(measure: Measure, reported: &Reported) -> Result<Self, MetaError> {
        let get = |what| reported.get(what);
        let [mut m1, mut m2, mut sd1, mut sd2] = [Given::M1i, Given::M2i, Given::Sd1i, Given::Sd2i].map(get);
        let [n1, n2, d, t, p, r] =
            [Given::N1i, Given::N2i, Given::Di, Given::Ti, Given::Pi, Given::Ri].map(get);
        if standardized(measure) {
            let t = filled(&t, |i| t_of_p(p[i], n1[i] + n2[i] - 2.0));
            let d = filled(&d, |i| t[i] * (1.0 / n1[i] + 1.0 / n2[i]).sqrt());
            let d = filled(&d, |i| {
                let m = n1[i] + n2[i] - 2.0;
                (m / n1[i] + m / n2[i]).sqrt() * r[i] / (1.0 - r[i] * r[i]).sqrt()
            });
            for i in 0..d.len() {
                if !d[i].is_nan() {
                    (m1[i], m2[i], sd1[i], sd2[i]) = (d[i], 0.0, 1.0, 1.0);
                }
            }
        }
        let mut needed = vec![
            (Given::N1i, n1.as_slice()),
            (Given::N2i, &n2),
            (Given::Sd2i, &sd2),
        ];
        if measure != Measure::VariabilityRatio {
            needed.extend([(Given::M1i, m1.as_slice()), (Given::M2i, &m2)]);
        }
        if measure != Measure::StandardizedByControl {
            needed.push((Given::Sd1i, &sd1));
        }
        reported.need(measure, &needed)?;
        let groups = Self {
            m1,
            m2,
            sd1,
            sd2,
            n1,
            n2,
        };
        groups.check(reported)?;
        Ok(groups)
    }

    fn check(&self, reported: &Reported) -> Result<(), MetaError> {
        reported.refuse(|i| {
            let groups = [
                ("first", self.sd1[i], self.n1[i]),
                ("second", self.sd2[i], self.n2[i]),
            ];
            groups.into_iter().find_map(|(group, sd, n)| {
                if sd < 0.0 {
                    return Some(format!(
                        "the standard deviation of the {group} group is {sd}; it cannot be negative"
                    ));
                }
                (n <= 0.0).then(|| format!("the {group} group has {n} people"))
            })
        })
    }
}

pub(crate) fn compute(
    measure: Measure,
    reported: &Reported,
    options: &Options,
) -> Result<Computed, MetaError> {
    let g = Groups::of(measure, reported)?;
    let rows = 0..g.n1.len();
    let ni: Vec<f64> = rows.clone().map(|i| g.n1[i] + g.n2[i]).collect();
    use Measure as M;
    let (yi, vi) = match measure {
        M::MeanDifference
        | M::StandardizedMeanDifference
        | M::StandardizedByControl
        | M::StandardizedMeanDifferenceUnequal
        | M::StandardizedByControlUnequal => differences(measure, &g, options)?,
        M::RatioOfMeans => ratios(&g, options)?,
        M::VariabilityRatio | M::VariationRatio => variabilities(measure, &g, options)?,
        _ => rows
            .map(|i| converted(measure, &g, options, i))
            .collect::<Result<Vec<_>, MetaError>>()?
            .into_iter()
            .unzip(),
    };
    Ok(Computed { yi, vi, ni })
}

type Columns = (Vec<f64>, Vec<f64>);

fn pooled_sd(g: &Groups, i: usize) -> f64 {
    let (n1, n2, sd1, sd2) = (g.n1[i], g.n2[i], g.sd1[i], g.sd2[i]);
    (((n1 - 1.0) * sd1 * sd1 + (n2 - 1.0) * sd2 * sd2) / (n1 + n2 - 2.0)).sqrt()
}

fn differences(measure: Measure, g: &Groups, options: &Options) -> Result<Columns, MetaError> {
    use Measure as M;
    use Variance as V;
    let rows = 0..g.n1.len();
    let difference = |i: usize| g.m1[i] - g.m2[i];
    let people = |i: usize| 1.0 / g.n1[i] + 1.0 / g.n2[i];
    match measure {
        M::MeanDifference => {
            options.check(measure, &[V::LargeSample, V::Unbiased, V::Equal])?;
            Ok(rows
                .map(|i| {
                    let v = if options.variance == V::Equal {
                        let sd = pooled_sd(g, i);
                        sd * sd * people(i)
                    } else {
                        g.sd1[i] * g.sd1[i] / g.n1[i] + g.sd2[i] * g.sd2[i] / g.n2[i]
                    };
                    (difference(i), v)
                })
                .unzip())
        }
        M::StandardizedMeanDifferenceUnequal => {
            options.check(measure, &[V::LargeSample, V::LargeSample2, V::LargeSample3])?;
            Ok(rows
                .map(|i| {
                    let (s1, s2) = (g.sd1[i] * g.sd1[i], g.sd2[i] * g.sd2[i]);
                    let s = 0.5 * (s1 + s2);
                    let y = correction(g.n1[i] + g.n2[i] - 2.0, options.correct) * difference(i) / s.sqrt();
                    // Bonett 2008, doi:10.1037/1082-989X.13.2.99, eq. 8; the other two with n in place of n - 1.
                    let (first, second) = match options.variance {
                        V::LargeSample2 => (0.0, 0.0),
                        V::LargeSample3 => (0.0, 1.0),
                        _ => (1.0, 1.0),
                    };
                    let v = s1 / ((g.n1[i] - first) * s)
                        + s2 / ((g.n2[i] - first) * s)
                        + y * y / (8.0 * s * s)
                            * (s1 * s1 / (g.n1[i] - second) + s2 * s2 / (g.n2[i] - second));
                    (y, v)
                })
                .unzip())
        }
        M::StandardizedByControlUnequal => Ok(rows
            .map(|i| {
                let y = correction(g.n2[i] - 1.0, options.correct) * difference(i) / g.sd2[i];
                let ratio = g.sd1[i] * g.sd1[i] / (g.sd2[i] * g.sd2[i]);
                // Bonett 2008, eq. 12.
                let v = ratio / (g.n1[i] - 1.0) + 1.0 / (g.n2[i] - 1.0) + y * y / (2.0 * (g.n2[i] - 1.0));
                (y, v)
            })
            .unzip()),
        _ => {
            options.check(
                measure,
                &[V::LargeSample, V::LargeSample2, V::Unbiased, V::Average, V::Null],
            )?;
            let control = measure == M::StandardizedByControl;
            let degrees = |i: usize| {
                if control {
                    g.n2[i] - 1.0
                } else {
                    g.n1[i] + g.n2[i] - 2.0
                }
            };
            let behind = |i: usize| if control { g.n2[i] } else { g.n1[i] + g.n2[i] };
            let d = |i: usize| difference(i) / if control { g.sd2[i] } else { pooled_sd(g, i) };
            let yi: Vec<f64> = rows
                .clone()
                .map(|i| correction(degrees(i), options.correct) * d(i))
                .collect();
            let total: Vec<f64> = rows.clone().map(|i| g.n1[i] + g.n2[i]).collect();
            let mean = average(&yi, &total);
            let vi = rows
                .map(|i| {
                    let (m, c, y) = (degrees(i), correction(degrees(i), options.correct), yi[i]);
                    match options.variance {
                        // Borenstein 2009, eq. 12.17; Hedges 1983, eq. 9; the average in Hedges 1982, eq. 8.
                        V::LargeSample2 => c * c * (people(i) + d(i) * d(i) / (2.0 * behind(i))),
                        V::Unbiased => people(i) + (1.0 - (m - 2.0) / (m * c * c)) * y * y,
                        V::Average => people(i) + mean * mean / (2.0 * behind(i)),
                        V::Null if m > 2.0 => c * c * people(i) * m / (m - 2.0),
                        V::Null => f64::NAN,
                        _ => people(i) + y * y / (2.0 * behind(i)),
                    }
                })
                .collect();
            Ok((yi, vi))
        }
    }
}

/// Squared coefficient of variation of a mean: `sd^2 / (n m^2)`.
fn relative(sd: f64, n: f64, m: f64) -> f64 {
    sd * sd / (n * m * m)
}

/// Lajeunesse 2015, doi:10.1890/14-2402.1, eqs. 8 and 9.
fn ratios(g: &Groups, options: &Options) -> Result<Columns, MetaError> {
    use Variance as V;
    options.check(
        Measure::RatioOfMeans,
        &[
            V::LargeSample,
            V::LargeSample2,
            V::Equal,
            V::Average,
            V::AverageEqual,
        ],
    )?;
    let rows = 0..g.n1.len();
    let variation1: Vec<f64> = rows.clone().map(|i| g.sd1[i] / g.m1[i]).collect();
    let variation2: Vec<f64> = rows.clone().map(|i| g.sd2[i] / g.m2[i]).collect();
    let (mean1, mean2) = (average(&variation1, &g.n1), average(&variation2, &g.n2));
    let complete: Vec<usize> = rows
        .clone()
        .filter(|i| !(variation1[*i] + variation2[*i] + g.n1[*i] + g.n2[*i]).is_nan())
        .collect();
    let both = complete
        .iter()
        .map(|i| g.n1[*i] * variation1[*i] + g.n2[*i] * variation2[*i])
        .sum::<f64>()
        / complete.iter().map(|i| g.n1[*i] + g.n2[*i]).sum::<f64>();
    Ok(rows
        .map(|i| {
            let (first, second) = (
                relative(g.sd1[i], g.n1[i], g.m1[i]),
                relative(g.sd2[i], g.n2[i], g.m2[i]),
            );
            let bias = if options.correct {
                0.5 * (first - second)
            } else {
                0.0
            };
            let v = match options.variance {
                V::Equal => {
                    let sd = pooled_sd(g, i);
                    relative(sd, g.n1[i], g.m1[i]) + relative(sd, g.n2[i], g.m2[i])
                }
                V::Average => mean1 * mean1 / g.n1[i] + mean2 * mean2 / g.n2[i],
                V::AverageEqual => both * both * (1.0 / g.n1[i] + 1.0 / g.n2[i]),
                V::LargeSample2 => first + second + 0.5 * (first * first + second * second),
                _ => first + second,
            };
            (ln(g.m1[i] / g.m2[i]) + bias, v)
        })
        .unzip())
}

/// Nakagawa et al. 2015, doi:10.1111/2041-210X.12309; Senior et al. 2020, doi:10.1002/jrsm.1423.
fn variabilities(measure: Measure, g: &Groups, options: &Options) -> Result<Columns, MetaError> {
    options.check(measure, &[Variance::LargeSample, Variance::LargeSample2])?;
    let second_order = options.variance == Variance::LargeSample2;
    Ok((0..g.n1.len())
        .map(|i| {
            let (n1, n2) = (g.n1[i], g.n2[i]);
            let bias = if options.correct {
                1.0 / (2.0 * (n1 - 1.0)) - 1.0 / (2.0 * (n2 - 1.0))
            } else {
                0.0
            };
            let spread = if second_order {
                0.5 * (n1 / ((n1 - 1.0) * (n1 - 1.0)) + n2 / ((n2 - 1.0) * (n2 - 1.0)))
            } else {
                1.0 / (2.0 * (n1 - 1.0)) + 1.0 / (2.0 * (n2 - 1.0))
            };
            if measure == Measure::VariabilityRatio {
                return (ln(g.sd1[i] / g.sd2[i]) + bias, spread);
            }
            let (first, second) = (relative(g.sd1[i], n1, g.m1[i]), relative(g.sd2[i], n2, g.m2[i]));
            let more = if options.correct {
                0.5 * (second - first)
            } else {
                0.0
            };
            let y = ln(g.sd1[i] / g.m1[i]) - ln(g.sd2[i] / g.m2[i]) + bias + more;
            let squares = if second_order {
                0.5 * (first * first + second * second)
            } else {
                0.0
            };
            (y, spread + first + second + squares)
        })
        .unzip())
}

/// A standardized difference as a correlation or as log odds.
fn converted(measure: Measure, g: &Groups, options: &Options, i: usize) -> Result<(f64, f64), MetaError> {
    use Measure as M;
    use Variance as V;
    let (n1, n2) = (g.n1[i], g.n2[i]);
    let (n, m) = (n1 + n2, n1 + n2 - 2.0);
    let d = (g.m1[i] - g.m2[i]) / pooled_sd(g, i);
    let of_d = 1.0 / n1 + 1.0 / n2 + d * d / (2.0 * n);
    let h = m / n1 + m / n2;
    let r = d / (d * d + h).sqrt();
    Ok(match measure {
        M::PointBiserial | M::PointBiserialZ => {
            options.check(measure, &[V::LargeSample, V::Stratified, V::CrossSectional])?;
            let v = if options.variance == V::CrossSectional {
                // Tate 1954, doi:10.1214/aoms/1177728730.
                let rest = 1.0 - r * r;
                rest * rest * (n * r * r / (4.0 * n1 * n2) + (2.0 - 3.0 * r * r) / (2.0 * n))
            } else {
                let sum = h + d * d;
                h * h / (sum * sum * sum) * of_d
            };
            if measure == M::PointBiserial {
                (r, v)
            } else {
                as_fisher_z(r, v)
            }
        }
        M::Biserial | M::BiserialZ => {
            let (p1, p2) = (n1 / n, n2 / n);
            let z = -normal::quantile(p1);
            let f = normal::density(z);
            let y = (p1 * p2).sqrt() / f * r;
            // Soper 1914, doi:10.1093/biomet/10.2-3.384.
            let t = y.clamp(-1.0, 1.0);
            let square = t * t;
            let slope = 1.5 + (1.0 - p1 * z / f) * (1.0 + p2 * z / f);
            let v = (p1 * p2 / (f * f) - slope * square + square * square) / (n - 1.0);
            if measure == M::Biserial {
                (y, v)
            } else {
                as_fisher_z(y, v)
            }
        }
        M::OddsRatioFromMeansNormal => (1.65 * d, 1.65 * 1.65 * of_d),
        _ => {
            let pi = core::f64::consts::PI;
            (pi / 3f64.sqrt() * d, pi * pi / 3.0 * of_d)
        }
    })
}
