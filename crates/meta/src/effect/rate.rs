//! Events in person-time: rates of one group, ratios and differences of two.

use euthymia_vecmath::scalar::ln;

use super::{Computed, Given, Measure, Options, Reported};
use crate::MetaError;

/// Events and person-times of two groups, checked: `x1`, `x2`, `t1`, `t2`.
pub(crate) fn of_two_groups(measure: Measure, reported: &Reported) -> Result<[Vec<f64>; 4], MetaError> {
    let [x1, x2, t1, t2] = [Given::X1i, Given::X2i, Given::T1i, Given::T2i].map(|what| reported.get(what));
    reported.need(
        measure,
        &[
            (Given::X1i, &x1),
            (Given::X2i, &x2),
            (Given::T1i, &t1),
            (Given::T2i, &t2),
        ],
    )?;
    check(reported, &[&x1, &x2], &[&t1, &t2])?;
    Ok([x1, x2, t1, t2])
}

/// Refuses counts below zero and times that are not above it.
fn check(reported: &Reported, counts: &[&[f64]], times: &[&[f64]]) -> Result<(), MetaError> {
    reported.refuse(|i| {
        let count = counts.iter().map(|cells| cells[i]).find(|x| *x < 0.0);
        let time = times.iter().map(|cells| cells[i]).find(|t| *t <= 0.0);
        count
            .map(|x| format!("the number of events is {x}; a count cannot be negative"))
            .or_else(|| time.map(|t| format!("the person-time is {t}; it must be above 0")))
    })
}

fn add(cells: &mut [f64], amounts: &[f64]) {
    for (cell, add) in cells.iter_mut().zip(amounts) {
        *cell += add;
    }
}

pub(crate) fn two_groups(
    measure: Measure,
    reported: &Reported,
    options: &Options,
) -> Result<Computed, MetaError> {
    let [mut x1, mut x2, t1, t2] = of_two_groups(measure, reported)?;
    let rows = 0..x1.len();
    if options.drop00 {
        for i in rows
            .clone()
            .filter(|i| x1[*i] == 0.0 && x2[*i] == 0.0)
            .collect::<Vec<_>>()
        {
            x1[i] = f64::NAN;
            x2[i] = f64::NAN;
        }
    }
    let zero: Vec<bool> = rows.clone().map(|i| x1[i] == 0.0 || x2[i] == 0.0).collect();
    let amounts = options.to.amounts(options.addition(measure), &zero);
    add(&mut x1, &amounts);
    add(&mut x2, &amounts);
    let (yi, vi) = rows
        .clone()
        .map(|i| {
            let (rate1, rate2) = (x1[i] / t1[i], x2[i] / t2[i]);
            match measure {
                Measure::IncidenceRateRatio => (ln(rate1) - ln(rate2), 1.0 / x1[i] + 1.0 / x2[i]),
                Measure::IncidenceRateDifference => (rate1 - rate2, rate1 / t1[i] + rate2 / t2[i]),
                _ => (
                    rate1.sqrt() - rate2.sqrt(),
                    1.0 / (4.0 * t1[i]) + 1.0 / (4.0 * t2[i]),
                ),
            }
        })
        .unzip();
    Ok(Computed {
        yi,
        vi,
        ni: rows.map(|i| t1[i] + t2[i]).collect(),
    })
}

pub(crate) fn one_group(
    measure: Measure,
    reported: &Reported,
    options: &Options,
) -> Result<Computed, MetaError> {
    let [mut x, t] = [Given::Xi, Given::Ti].map(|what| reported.get(what));
    reported.need(measure, &[(Given::Xi, &x), (Given::Ti, &t)])?;
    check(reported, &[&x], &[&t])?;
    let zero: Vec<bool> = x.iter().map(|x| *x == 0.0).collect();
    let amounts = options.to.amounts(options.addition(measure), &zero);
    add(&mut x, &amounts);
    let (yi, vi) = x
        .iter()
        .zip(&t)
        .map(|(x, t)| {
            let rate = x / t;
            match measure {
                Measure::IncidenceRate => (rate, rate / t),
                Measure::IncidenceRateLog => (ln(rate), 1.0 / x),
                Measure::IncidenceRateRoot => (rate.sqrt(), 1.0 / (4.0 * t)),
                _ => (0.5 * (rate.sqrt() + (rate + 1.0 / t).sqrt()), 1.0 / (4.0 * t)),
            }
        })
        .unzip();
    Ok(Computed { yi, vi, ni: t })
}
