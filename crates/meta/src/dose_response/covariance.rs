//! Covariances of relative risks against the same reference: not reported, but they follow from the numbers of cases and
//! people, which are found from the reported (adjusted) relative risks.

use euthymia_vecmath::scalar::{exp, ln};
use nalgebra::{DMatrix, DVector};

use crate::MetaError;

/// What the relative risks compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RiskDesign {
    /// Odds of exposure, of cases and controls.
    CaseControl,
    /// Rates per time of people.
    IncidenceRate,
    /// Risks of people followed.
    CumulativeIncidence,
}

/// How cases and people are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CovarianceMethod {
    /// That give the relative risks with the totals as reported (Greenland and Longnecker 1992).
    #[default]
    GreenlandLongnecker,
    /// That give the relative risks and their variances, with the proportions of the reference and of cases as reported
    /// (Hamling et al. 2008, doi:10.1002/sim.3013).
    Hamling,
    /// The same as dosresmeta 2.2 computes it, which takes the equations of rates for risks and those of risks for rates.
    HamlingExchanged,
    /// Not at all: no correlation.
    Independent,
}

/// Doses of a study with their people.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    /// Cases at each dose.
    pub cases: Vec<f64>,
    /// People (cases and controls; for rates their time) at each dose.
    pub total: Vec<f64>,
}

/// Covariances of the log relative risks `y` with variances `v` at the doses other than the reference, whose variance is
/// 0.
///
/// # Errors
/// No or more than one reference, counts that cannot be, or no counts that agree with the relative risks.
pub fn covariances(
    y: &[f64],
    v: &[f64],
    counts: &Counts,
    design: RiskDesign,
    method: CovarianceMethod,
) -> Result<DMatrix<f64>, MetaError> {
    let n = v.len();
    let counted = counts.cases.len() == n && counts.total.len() == n;
    if y.len() != n || !counted && method != CovarianceMethod::Independent {
        return Err(MetaError::NoAnswer(format!(
            "a study of {n} doses needs a relative risk, cases and people for each"
        )));
    }
    let references: Vec<usize> = (0..v.len()).filter(|i| v[*i] == 0.0).collect();
    let [reference] = references.as_slice() else {
        return Err(MetaError::NoAnswer(format!(
            "a study must have one reference dose, with standard error 0; there are {}",
            references.len()
        )));
    };
    let others: Vec<usize> = (0..v.len()).filter(|i| i != reference).collect();
    let (cases, total) = match method {
        CovarianceMethod::Independent => {
            let diagonal = DVector::from_fn(others.len(), |i, _| v[others[i]]);
            return Ok(DMatrix::from_diagonal(&diagonal));
        }
        CovarianceMethod::GreenlandLongnecker => (
            greenland(y, counts, design, *reference, &others)?,
            counts.total.clone(),
        ),
        CovarianceMethod::Hamling => hamling(y, v, counts, design, *reference, &others)?,
        CovarianceMethod::HamlingExchanged => {
            let exchanged = match design {
                RiskDesign::CaseControl => RiskDesign::CaseControl,
                RiskDesign::IncidenceRate => RiskDesign::CumulativeIncidence,
                RiskDesign::CumulativeIncidence => RiskDesign::IncidenceRate,
            };
            hamling(y, v, counts, exchanged, *reference, &others)?
        }
    };
    let own = |i: usize| match design {
        RiskDesign::CaseControl => 1.0 / cases[i] + 1.0 / (total[i] - cases[i]),
        RiskDesign::IncidenceRate => 1.0 / cases[i],
        RiskDesign::CumulativeIncidence => 1.0 / cases[i] - 1.0 / total[i],
    };
    let shared = own(*reference);
    Ok(DMatrix::from_fn(others.len(), others.len(), |i, j| {
        let (a, b) = (others[i], others[j]);
        if i == j {
            v[a]
        } else {
            shared / ((shared + own(a)) * (shared + own(b))).sqrt() * (v[a] * v[b]).sqrt()
        }
    }))
}

/// Cases that give the relative risks, with as many cases and people in all as reported.
///
/// The steps are Newton's, but for the variance of the reference, which is that of the step before, and they end where
/// dosresmeta ends them: when their squares sum to less than 1e-5. Covariances are those of that package to all digits;
/// those of the equations themselves differ in the fifth.
fn greenland(
    y: &[f64],
    counts: &Counts,
    design: RiskDesign,
    reference: usize,
    others: &[usize],
) -> Result<Vec<f64>, MetaError> {
    const ENOUGH: f64 = 1e-5;
    let total: f64 = counts.cases.iter().sum();
    let n = &counts.total;
    let rates = design == RiskDesign::IncidenceRate;
    let mut a = counts.cases.clone();
    for _ in 0..1000 {
        let rest = total - others.iter().map(|i| a[*i]).sum::<f64>();
        let possible = |a: f64, n: f64| a > 0.0 && (rates || a < n);
        if !possible(rest, n[reference]) || others.iter().any(|i| !possible(a[*i], n[*i])) {
            break;
        }
        // What each dose contributes to the variance, and how far its relative risk is off.
        let own = |i: usize| {
            if rates {
                1.0 / a[i]
            } else {
                1.0 / a[i] + 1.0 / (n[i] - a[i])
            }
        };
        let against = |i: usize, a: f64| if rates { n[i] } else { n[i] - a };
        let gap = DVector::from_fn(others.len(), |i, _| {
            let i = others[i];
            y[i] + ln(rest * against(i, a[i]) / (a[i] * against(reference, rest)))
        });
        let shared = own(reference);
        let slope = DMatrix::from_fn(others.len(), others.len(), |i, j| {
            if i == j { own(others[i]) + shared } else { shared }
        });
        let Some(step) = slope
            .lu()
            .solve(&gap)
            .filter(|step| step.iter().all(|x| x.is_finite()))
        else {
            break;
        };
        for (i, place) in others.iter().enumerate() {
            a[*place] += step[i];
        }
        a[reference] = rest;
        if step.norm_squared() < ENOUGH {
            return Ok(a);
        }
    }
    Err(MetaError::NotConverged {
        what: "the search for cases that give the relative risks",
        reason: "the reported cases and relative risks contradict each other".to_owned(),
    })
}

/// Cases and people that give the relative risks and their variances, with the share of people at the reference and the
/// number of people per case as reported: two equations for the cases and people at the reference.
fn hamling(
    y: &[f64],
    v: &[f64],
    counts: &Counts,
    design: RiskDesign,
    reference: usize,
    others: &[usize],
) -> Result<(Vec<f64>, Vec<f64>), MetaError> {
    let case_control = design == RiskDesign::CaseControl;
    // Those compared with cases: controls, or all people.
    let against = |cases: &[f64], total: &[f64]| -> Vec<f64> {
        if case_control {
            total.iter().zip(cases).map(|(n, a)| n - a).collect()
        } else {
            total.to_vec()
        }
    };
    let shares = |cases: &[f64], total: &[f64]| -> (f64, f64) {
        let compared = against(cases, total);
        let all: f64 = compared.iter().sum();
        (compared[reference] / all, all / cases.iter().sum::<f64>())
    };
    let wanted = shares(&counts.cases, &counts.total);
    let at = |a0: f64, n0: f64| -> Option<(Vec<f64>, Vec<f64>)> {
        let (mut cases, mut total) = (counts.cases.clone(), counts.total.clone());
        (cases[reference], total[reference]) = (a0, n0);
        for i in others {
            let ratio = exp(y[*i]);
            let (a, n) = match design {
                RiskDesign::CaseControl => {
                    let b0 = n0 - a0;
                    let rest = v[*i] - 1.0 / a0 - 1.0 / b0;
                    let a = (1.0 + ratio * a0 / b0) / rest;
                    (a, a + (1.0 + b0 / (a0 * ratio)) / rest)
                }
                RiskDesign::IncidenceRate => {
                    let a = 1.0 / (v[*i] - 1.0 / a0);
                    (a, a * n0 / (a0 * ratio))
                }
                RiskDesign::CumulativeIncidence => {
                    let rest = v[*i] - 1.0 / a0 + 1.0 / n0;
                    let risk = ratio * a0 / n0;
                    let a = (1.0 - risk) / rest;
                    (a, a / risk)
                }
            };
            if !(a > 0.0 && n > 0.0) || (case_control && n <= a) {
                return None;
            }
            (cases[*i], total[*i]) = (a, n);
        }
        Some((cases, total))
    };
    // Among people are the cases; the time that they were followed has its own unit, and may be the smaller number.
    let rates = design == RiskDesign::IncidenceRate;
    let reference_of = |x: &[f64]| {
        let a0 = exp(x[0]);
        (a0, if rates { exp(x[1]) } else { a0 + exp(x[1]) })
    };
    let distance = |x: &[f64]| -> f64 {
        let (a0, n0) = reference_of(x);
        let Some((cases, total)) = at(a0, n0) else {
            return f64::NAN;
        };
        let found = shares(&cases, &total);
        let (p, z) = (found.0 / wanted.0 - 1.0, found.1 / wanted.1 - 1.0);
        p * p + z * z
    };
    let start = [
        ln(counts.cases[reference]),
        ln(if rates {
            counts.total[reference]
        } else {
            counts.total[reference] - counts.cases[reference]
        }),
    ];
    let found = euthymia_stats::optimize::minimize(&start, distance);
    let contradiction = || MetaError::NotConverged {
        what: "the search for cases and people that give the relative risks and their variances",
        reason: "the reported counts, relative risks and variances contradict each other".to_owned(),
    };
    if found.value.is_nan() || found.value >= 1e-8 {
        return Err(contradiction());
    }
    let (a0, n0) = reference_of(&found.x);
    at(a0, n0).ok_or_else(contradiction)
}
