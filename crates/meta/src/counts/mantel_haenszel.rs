//! Mantel and Haenszel's estimates of common ratios and differences, with the tests of association and homogeneity.
//!
//! Mantel and Haenszel 1959, doi:10.1093/jnci/22.4.719; the estimates themselves are in [`super::stratified`].

use euthymia_stats::gamma;

use super::pooled::{Options, Pooled, complete, effects, some};
use super::stratified::{self, Cells, DifferenceVariance, Rates, Stratified};
use crate::MetaError;
use crate::effect::{Measure, Reported, Tables, of_two_groups};

/// A test of association with one degree of freedom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Association {
    /// Cochran, Mantel and Haenszel's chi-square.
    pub mantel_haenszel: f64,
    /// Its probability.
    pub p: f64,
}

/// Tests that the odds ratio is the same in all studies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Homogeneity {
    /// Studies with events and others.
    pub k: usize,
    /// Breslow and Day's chi-square.
    pub breslow_day: f64,
    /// Its probability; `None` for one study.
    pub breslow_day_p: Option<f64>,
    /// The same with Tarone's correction.
    pub tarone: f64,
    /// Its probability.
    pub tarone_p: Option<f64>,
}

/// What Mantel and Haenszel's method gives.
#[derive(Clone, Debug, PartialEq)]
pub struct MantelHaenszel {
    /// The estimate and the heterogeneity around it.
    pub pooled: Pooled,
    /// For odds ratios and rate ratios.
    pub association: Option<Association>,
    /// For odds ratios.
    pub homogeneity: Option<Homogeneity>,
}

/// The common odds ratio, risk ratio, risk difference, rate ratio or rate difference.
///
/// # Errors
/// Another measure, rows that cannot be, or no study.
pub fn mantel_haenszel(
    measure: Measure,
    reported: &Reported,
    options: &Options,
) -> Result<MantelHaenszel, MetaError> {
    match measure {
        Measure::OddsRatio | Measure::RiskRatio | Measure::RiskDifference => {
            let tables = Tables::of(measure, reported)?.adjusted(measure, &options.of_pooled());
            let strata = strata(&tables);
            some(
                "Mantel and Haenszel's method",
                &(0..strata.len()).collect::<Vec<_>>(),
            )?;
            // A study with an empty arm tells of no difference.
            let compared = |s: &&Stratum| measure != Measure::RiskDifference || (s.n1 > 0.0 && s.n2 > 0.0);
            let compared: Vec<&Stratum> = strata.iter().filter(compared).collect();
            let cells: Vec<Cells> = compared.iter().map(|s| [s.a, s.b, s.c, s.d]).collect();
            let Stratified { estimate, se, .. } = match measure {
                Measure::OddsRatio => stratified::odds_ratio(&cells),
                Measure::RiskRatio => stratified::risk_ratio(&cells),
                _ => {
                    let differences: Vec<f64> = compared.iter().map(|s| s.a / s.n1 - s.c / s.n2).collect();
                    stratified::risk_difference(&cells, &differences, DifferenceVariance::Sato)
                }
            };
            let pooled = Pooled::new(strata.len(), estimate, se, options.level)
                .around(&effects(measure, reported, options)?);
            let odds = measure == Measure::OddsRatio;
            Ok(MantelHaenszel {
                association: if odds {
                    association(&strata, options.correct)
                } else {
                    None
                },
                homogeneity: if odds {
                    homogeneity(&strata, estimate)
                } else {
                    None
                },
                pooled,
            })
        }
        Measure::IncidenceRateRatio | Measure::IncidenceRateDifference => {
            of_rates(measure, reported, options)
        }
        other => Err(MetaError::field(
            "measure",
            format!("Mantel and Haenszel's method pools OR, RR, RD, IRR and IRD, not `{other}`"),
        )),
    }
}

/// A table with its margins.
struct Stratum {
    a: f64,
    b: f64,
    c: f64,
    d: f64,
    n1: f64,
    n2: f64,
    n: f64,
}

fn strata(t: &Tables) -> Vec<Stratum> {
    complete(&[&t.a, &t.b, &t.c, &t.d])
        .into_iter()
        .map(|i| {
            let (a, b, c, d) = (t.a[i], t.b[i], t.c[i], t.d[i]);
            Stratum {
                a,
                b,
                c,
                d,
                n1: a + b,
                n2: c + d,
                n: a + b + c + d,
            }
        })
        .collect()
}

fn sum(strata: &[Stratum], of: impl Fn(&Stratum) -> f64) -> f64 {
    strata.iter().map(of).sum()
}

/// `None` where nobody, or everybody, had an event.
fn association(strata: &[Stratum], correct: bool) -> Option<Association> {
    // One person alone cannot be told from the expectation.
    let of_several = |s: &Stratum, value: f64| if s.n > 1.0 { value } else { 0.0 };
    let off = sum(strata, |s| of_several(s, s.a - (s.n1 / s.n) * (s.a + s.c))).abs()
        - if correct { 0.5 } else { 0.0 };
    let v = sum(strata, |s| {
        of_several(
            s,
            (s.n1 / s.n) * (s.n2 / s.n) * ((s.a + s.c) * ((s.b + s.d) / (s.n - 1.0))),
        )
    });
    tested(off, v)
}

fn tested(off: f64, v: f64) -> Option<Association> {
    let chi_square = off * off / v;
    chi_square.is_finite().then(|| Association {
        mantel_haenszel: chi_square,
        p: gamma::chi_square_above(1.0, chi_square),
    })
}

/// Breslow and Day 1980; Tarone 1985, doi:10.1093/biomet/72.1.91.
fn homogeneity(strata: &[Stratum], log_odds: f64) -> Option<Homogeneity> {
    if !log_odds.is_finite() {
        return None;
    }
    let odds = euthymia_vecmath::scalar::exp(log_odds);
    let mut k = 0;
    let (mut breslow_day, mut off, mut spread) = (0.0, 0.0, 0.0);
    for s in strata {
        let (events, others) = (s.a + s.c, s.b + s.d);
        // The first cell that goes with these margins and the common odds ratio.
        let expected = if odds == 1.0 {
            s.n1 / s.n * events
        } else {
            let a = odds * (s.n1 + events) + (s.n2 - events);
            let root = (a * a - 4.0 * s.n1 * events * odds * (odds - 1.0)).sqrt();
            (a - root) / (2.0 * (odds - 1.0))
        };
        if !(expected > 0.0 && events > 0.0 && others > 0.0) {
            continue;
        }
        k += 1;
        let cells = [
            expected,
            s.n1 - expected,
            events - expected,
            expected - s.n1 - events + s.n,
        ];
        let v = 1.0 / cells.iter().map(|cell| 1.0 / cell).sum::<f64>();
        breslow_day += (s.a - expected) * (s.a - expected) / v;
        off += s.a - expected;
        spread += v;
    }
    let tarone = (breslow_day - off * off / spread).max(0.0);
    let p = |chi_square: f64| (k > 1).then(|| gamma::chi_square_above(f64::from(k) - 1.0, chi_square));
    (k > 0 && tarone.is_finite()).then(|| Homogeneity {
        k: k as usize,
        breslow_day,
        breslow_day_p: p(breslow_day),
        tarone,
        tarone_p: p(tarone),
    })
}

fn of_rates(measure: Measure, reported: &Reported, options: &Options) -> Result<MantelHaenszel, MetaError> {
    let [mut x1, mut x2, t1, t2] = of_two_groups(measure, reported)?;
    if options.drop00 {
        for i in 0..x1.len() {
            if x1[i] == 0.0 && x2[i] == 0.0 {
                x1[i] = f64::NAN;
            }
        }
    }
    let rows = complete(&[&x1, &x2, &t1, &t2]);
    some("Mantel and Haenszel's method", &rows)?;
    let zero: Vec<bool> = rows.iter().map(|i| x1[*i] == 0.0 || x2[*i] == 0.0).collect();
    for (i, add) in rows.iter().zip(options.to.amounts(options.add, &zero)) {
        x1[*i] += add;
        x2[*i] += add;
    }
    let total = |of: &dyn Fn(usize) -> f64| rows.iter().map(|i| of(*i)).sum::<f64>();
    let t = |i: usize| t1[i] + t2[i];
    let rates: Vec<Rates> = rows.iter().map(|i| [x1[*i], t1[*i], x2[*i], t2[*i]]).collect();
    let Stratified { estimate, se, .. } = if measure == Measure::IncidenceRateRatio {
        stratified::rate_ratio(&rates)
    } else {
        stratified::rate_difference(&rates)
    };
    let association = if measure == Measure::IncidenceRateRatio {
        let off = total(&|i| x1[i] - (x1[i] + x2[i]) * (t1[i] / t(i))).abs();
        let v = total(&|i| (x1[i] + x2[i]) * (t1[i] / t(i)) * (t2[i] / t(i)));
        tested(off - if options.correct { 0.5 } else { 0.0 }, v)
    } else {
        None
    };
    Ok(MantelHaenszel {
        pooled: Pooled::new(rows.len(), estimate, se, options.level)
            .around(&effects(measure, reported, options)?),
        association,
        homogeneity: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::Given;
    use euthymia_vecmath::scalar::ln;

    fn table(rows: &[[f64; 4]]) -> Reported {
        let column = |at: usize| rows.iter().map(|row| row[at]).collect::<Vec<_>>();
        Reported::new(rows.len())
            .with(Given::Ai, &column(0))
            .with(Given::Bi, &column(1))
            .with(Given::Ci, &column(2))
            .with(Given::Di, &column(3))
    }

    /// metafor's `rma.mh(measure="RD")` of the first and the last table: 0.09900166 (0.10953831).
    #[test]
    fn an_empty_arm_takes_no_answer_away() {
        let rows = [
            [4.0, 10.0, 5.0, 9.0],
            [0.0, 0.0, 3.0, 10.0],
            [6.0, 12.0, 2.0, 17.0],
        ];
        let fit = mantel_haenszel(Measure::RiskDifference, &table(&rows), &Options::default()).unwrap();
        assert!((fit.pooled.estimate.unwrap() - 0.099_001_66).abs() < 5e-9);
        assert!((fit.pooled.se.unwrap() - 0.109_538_31).abs() < 5e-9);
    }

    #[test]
    fn one_person_alone_takes_no_test_away() {
        let rows = [[12.0, 38.0, 5.0, 41.0], [7.0, 90.0, 9.0, 80.0]];
        let with = [rows[0], [1.0, 0.0, 0.0, 0.0], rows[1]];
        let both = [&rows[..], &with[..]]
            .map(|rows| mantel_haenszel(Measure::OddsRatio, &table(rows), &Options::default()).unwrap());
        assert!(both[0].association.is_some());
        assert_eq!(both[0].association, both[1].association);
        let both = [&rows[..], &with[..]]
            .map(|rows| crate::counts::peto(&table(rows), &Options::default()).unwrap());
        assert_eq!(both[0].pooled.estimate, both[1].pooled.estimate);
    }

    #[test]
    fn one_study_is_its_own_estimate_and_the_groups_are_opposites() {
        let one = table(&[[12.0, 38.0, 5.0, 41.0]]);
        let fit = mantel_haenszel(Measure::OddsRatio, &one, &Options::default()).unwrap();
        let wanted = ln(12.0 * 41.0 / (38.0 * 5.0));
        assert!((fit.pooled.estimate.unwrap() - wanted).abs() < 1e-14);
        assert_eq!(fit.pooled.q, Some(0.0));

        let rows = [
            [12.0, 38.0, 5.0, 41.0],
            [0.0, 20.0, 3.0, 17.0],
            [7.0, 90.0, 9.0, 80.0],
        ];
        let turned = rows.map(|[a, b, c, d]| [c, d, a, b]);
        for measure in [Measure::OddsRatio, Measure::RiskRatio, Measure::RiskDifference] {
            let there = mantel_haenszel(measure, &table(&rows), &Options::default()).unwrap();
            let back = mantel_haenszel(measure, &table(&turned), &Options::default()).unwrap();
            let (there, back) = (there.pooled, back.pooled);
            assert!((there.estimate.unwrap() + back.estimate.unwrap()).abs() < 1e-14);
            assert!((there.se.unwrap() - back.se.unwrap()).abs() < 1e-14);
        }
    }

    #[test]
    fn without_events_there_is_no_ratio() {
        let none = table(&[[0.0, 38.0, 0.0, 41.0], [0.0, 20.0, 0.0, 17.0]]);
        let fit = mantel_haenszel(Measure::OddsRatio, &none, &Options::default()).unwrap();
        assert_eq!(fit.pooled.estimate, None);
        assert_eq!(fit.association, None);
        assert_eq!(fit.homogeneity, None);
        assert!(mantel_haenszel(Measure::Phi, &none, &Options::default()).is_err());
        let bad = Reported::new(1)
            .with(Given::Ai, &[9.0])
            .with(Given::N1i, &[8.0])
            .with(Given::Ci, &[1.0])
            .with(Given::N2i, &[8.0]);
        let error = mantel_haenszel(Measure::OddsRatio, &bad, &Options::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 2: the first group has 9 events, but only 8 people"
        );
    }
}
