//! Events of two groups: ratios, differences, and Peto's odds ratio.

use euthymia_vecmath::scalar::ln;

use super::{Computed, Given, Measure, Options, Reported, Variance, arcsine};
use crate::MetaError;

/// The four cells of each study: `a` events and `b` others in the first group, `c` and `d` in the second.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    pub(crate) a: Vec<f64>,
    pub(crate) b: Vec<f64>,
    pub(crate) c: Vec<f64>,
    pub(crate) d: Vec<f64>,
}

impl Tables {
    /// The cells as reported, checked.
    pub(crate) fn of(measure: Measure, reported: &Reported) -> Result<Self, MetaError> {
        let get = |what| reported.get(what);
        let (a, c) = (get(Given::Ai), get(Given::Ci));
        let (n1, n2) = (get(Given::N1i), get(Given::N2i));
        let refuse_group = |events: &[f64], others: &[f64], n: &[f64], group: &str| {
            reported.refuse(|i| {
                (n[i] != events[i] + others[i] && !(n[i] + events[i] + others[i]).is_nan()).then(|| {
                    format!(
                        "the {group} group has {} people, but {} with event and {} without",
                        n[i], events[i], others[i]
                    )
                })
            })
        };
        refuse_group(&a, &get(Given::Bi), &n1, "first")?;
        refuse_group(&c, &get(Given::Di), &n2, "second")?;
        let more = |events: &[f64], n: &[f64], group: &str| {
            reported.refuse(|i| {
                (events[i] > n[i]).then(|| {
                    format!(
                        "the {group} group has {} events, but only {} people",
                        events[i], n[i]
                    )
                })
            })
        };
        more(&a, &n1, "first")?;
        more(&c, &n2, "second")?;
        let b = super::reported::filled(&get(Given::Bi), |i| n1[i] - a[i]);
        let d = super::reported::filled(&get(Given::Di), |i| n2[i] - c[i]);
        reported.need(
            measure,
            &[(Given::Ai, &a), (Given::Bi, &b), (Given::Ci, &c), (Given::Di, &d)],
        )?;
        reported.refuse(|i| {
            [
                ("events of the first group", a[i]),
                ("people without event in the first group", b[i]),
            ]
            .into_iter()
            .chain([
                ("events of the second group", c[i]),
                ("people without event in the second group", d[i]),
            ])
            .find(|(_, x)| *x < 0.0)
            .map(|(what, x)| format!("the number of {what} is {x}; a count cannot be negative"))
        })?;
        Ok(Self { a, b, c, d })
    }

    fn rows(&self) -> usize {
        self.a.len()
    }

    /// People of both groups.
    pub(crate) fn total(&self) -> Vec<f64> {
        (0..self.rows())
            .map(|i| self.a[i] + self.b[i] + self.c[i] + self.d[i])
            .collect()
    }

    /// With a constant added where the options say so, and without the studies that they leave out.
    #[must_use]
    pub(crate) fn adjusted(mut self, measure: Measure, options: &Options) -> Self {
        if options.drop00 {
            for i in 0..self.rows() {
                if (self.a[i] == 0.0 && self.c[i] == 0.0) || (self.b[i] == 0.0 && self.d[i] == 0.0) {
                    for cells in [&mut self.a, &mut self.b, &mut self.c, &mut self.d] {
                        cells[i] = f64::NAN;
                    }
                }
            }
        }
        let zero: Vec<bool> = (0..self.rows())
            .map(|i| [self.a[i], self.b[i], self.c[i], self.d[i]].contains(&0.0))
            .collect();
        let amounts = options.to.amounts(options.addition(measure), &zero);
        for cells in [&mut self.a, &mut self.b, &mut self.c, &mut self.d] {
            for (cell, add) in cells.iter_mut().zip(&amounts) {
                *cell += add;
            }
        }
        self
    }
}

/// Average of `x` weighted by `w` over what is not missing.
pub(crate) fn average(x: &[f64], w: &[f64]) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for (x, w) in x.iter().zip(w).filter(|(x, w)| !x.is_nan() && !w.is_nan()) {
        sum += x * w;
        weights += w;
    }
    sum / weights
}

/// Risks and people of the two groups, the risks averaged over the studies, and the risk of both groups together.
struct Risks {
    p1: Vec<f64>,
    p2: Vec<f64>,
    n1: Vec<f64>,
    n2: Vec<f64>,
    average1: f64,
    average2: f64,
    both: Vec<f64>,
}

impl Risks {
    fn of(t: &Tables) -> Self {
        let rows = 0..t.rows();
        let n1: Vec<f64> = rows.clone().map(|i| t.a[i] + t.b[i]).collect();
        let n2: Vec<f64> = rows.clone().map(|i| t.c[i] + t.d[i]).collect();
        let p1: Vec<f64> = rows.clone().map(|i| t.a[i] / n1[i]).collect();
        let p2: Vec<f64> = rows.clone().map(|i| t.c[i] / n2[i]).collect();
        Self {
            average1: average(&p1, &n1),
            average2: average(&p2, &n2),
            both: rows.map(|i| (t.a[i] + t.c[i]) / (n1[i] + n2[i])).collect(),
            p1,
            p2,
            n1,
            n2,
        }
    }
}

pub(crate) fn compute(
    measure: Measure,
    reported: &Reported,
    options: &Options,
) -> Result<Computed, MetaError> {
    use Measure as M;
    let raw = Tables::of(measure, reported)?;
    let ni = raw.total();
    let t = raw.clone().adjusted(measure, options);
    match measure {
        M::Phi | M::PhiZ | M::YuleQ | M::YuleY | M::Tetrachoric | M::TetrachoricZ | M::ProbitDifference => {
            let (yi, vi) = super::association::compute(measure, &t, options)?;
            return Ok(Computed { yi, vi, ni });
        }
        M::PairedRiskDifference
        | M::PairedRiskRatio
        | M::PairedOddsRatio
        | M::PairedOddsRatioConditional
        | M::PairedPeto => {
            let (yi, vi) = super::paired::compute(measure, &t);
            return Ok(Computed { yi, vi, ni });
        }
        _ => {}
    }
    let r = Risks::of(&t);
    let rows = 0..t.rows();
    let (yi, vi): (Vec<f64>, Vec<f64>) = match measure {
        M::RiskRatio => {
            options.check(
                measure,
                &[Variance::LargeSample, Variance::Average, Variance::Null],
            )?;
            let odds_against = |p: f64| (1.0 - p) / p;
            rows.map(|i| {
                let v = match options.variance {
                    Variance::Average => {
                        odds_against(r.average1) / r.n1[i] + odds_against(r.average2) / r.n2[i]
                    }
                    Variance::Null => odds_against(r.both[i]) * (1.0 / r.n1[i] + 1.0 / r.n2[i]),
                    _ => 1.0 / t.a[i] - 1.0 / r.n1[i] + 1.0 / t.c[i] - 1.0 / r.n2[i],
                };
                (ln(r.p1[i]) - ln(r.p2[i]), v)
            })
            .unzip()
        }
        M::OddsRatio
        | M::DifferenceFromOdds
        | M::DifferenceFromOddsNormal
        | M::DifferenceFromOddsLogistic
        | M::PairedOddsRatioMarginal => {
            options.check(
                measure,
                &[Variance::LargeSample, Variance::Average, Variance::Null],
            )?;
            let factor = match measure {
                M::DifferenceFromOddsNormal => 1.0 / 1.65,
                M::DifferenceFromOdds | M::DifferenceFromOddsLogistic => 3f64.sqrt() / core::f64::consts::PI,
                _ => 1.0,
            };
            let odds = rows.map(|i| {
                let (y, v) = log_odds_ratio(&t, &r, options, i);
                (factor * y, factor * factor * v)
            });
            if measure == M::PairedOddsRatioMarginal {
                let (yi, vi): (Vec<f64>, Vec<f64>) = odds.unzip();
                let vi = super::paired::marginal(reported, &raw, &t, &vi)?;
                let ni = ni.iter().map(|n| (n / 2.0).round_ties_even()).collect();
                return Ok(Computed { yi, vi, ni });
            }
            odds.unzip()
        }
        M::RiskDifference => {
            use Variance as V;
            options.check(measure, &[V::LargeSample, V::Unbiased, V::Average, V::Null])?;
            let spread = |p: f64| p * (1.0 - p);
            rows.map(|i| {
                let (p1, p2, n1, n2) = (r.p1[i], r.p2[i], r.n1[i], r.n2[i]);
                let v = match options.variance {
                    V::Unbiased => spread(p1) / (n1 - 1.0) + spread(p2) / (n2 - 1.0),
                    V::Average => spread(r.average1) / n1 + spread(r.average2) / n2,
                    V::Null => (1.0 / n1 + 1.0 / n2) * spread(r.both[i]),
                    _ => spread(p1) / n1 + spread(p2) / n2,
                };
                (p1 - p2, v)
            })
            .unzip()
        }
        M::PetoOddsRatio => rows
            .map(|i| {
                let (n1, n2) = (r.n1[i], r.n2[i]);
                let n = n1 + n2;
                let (events, others) = (t.a[i] + t.c[i], t.b[i] + t.d[i]);
                let expected = events * n1 / n;
                let v = events * others * (n1 / n) * (n2 / n) / (n - 1.0);
                ((t.a[i] - expected) / v, 1.0 / v)
            })
            .unzip(),
        // `ArcsineDifference`, the last of the family.
        _ => rows
            .map(|i| {
                (
                    arcsine::of_root(r.p1[i]) - arcsine::of_root(r.p2[i]),
                    1.0 / (4.0 * r.n1[i]) + 1.0 / (4.0 * r.n2[i]),
                )
            })
            .unzip(),
    };
    Ok(Computed { yi, vi, ni })
}

/// The log odds ratio of a row and its variance.
fn log_odds_ratio(t: &Tables, r: &Risks, options: &Options, i: usize) -> (f64, f64) {
    let information = |p: f64, n: f64| p * (1.0 - p) * n;
    let v = match options.variance {
        Variance::Average => 1.0 / information(r.average1, r.n1[i]) + 1.0 / information(r.average2, r.n2[i]),
        Variance::Null => 1.0 / (r.both[i] * (1.0 - r.both[i])) * (1.0 / r.n1[i] + 1.0 / r.n2[i]),
        _ => 1.0 / t.a[i] + 1.0 / t.b[i] + 1.0 / t.c[i] + 1.0 / t.d[i],
    };
    (ln(t.a[i] / t.b[i]) - ln(t.c[i] / t.d[i]), v)
}
