//! The likelihood of the events of each study given their sum: multinomial, with log odds ratios as coefficients, which is
//! what the non-central hypergeometric distribution comes to where events are rare (Stijnen, Hamza and Özdemir 2010,
//! doi:10.1002/sim.4040; Efthimiou et al. 2019, doi:10.1002/sim.8158).

use euthymia_vecmath::scalar::{exp, ln};
use nalgebra::{DMatrix, DVector};

use super::binary::BinaryDesign;
use crate::MetaError;

/// Log odds ratios of all treatments against the first, and their covariance matrix, by Newton's method: the likelihood
/// has one maximum.
pub(super) fn maximise(
    n: usize,
    designs: &[BinaryDesign],
) -> Result<(DVector<f64>, DMatrix<f64>), MetaError> {
    let not = |reason: &str| MetaError::NotConverged {
        what: "the odds ratios",
        reason: reason.to_owned(),
    };
    let mut theta = DVector::zeros(n - 1);
    let mut here = Point::at(n, designs, &theta);
    for _ in 0..100 {
        let factor = here
            .information
            .clone()
            .cholesky()
            .ok_or_else(|| not("the events do not tell all treatments apart"))?;
        let step = factor.solve(&here.score);
        let gain = step.dot(&here.score);
        if gain < 1e-20 {
            return Ok((theta, factor.inverse()));
        }
        let mut length = 1.0;
        loop {
            let next = &theta + &step * length;
            let there = Point::at(n, designs, &next);
            if there.ll >= here.ll || length < 1e-6 {
                theta = next;
                here = there;
                break;
            }
            length *= 0.5;
        }
    }
    let factor = here.information.cholesky();
    match factor {
        Some(factor) if here.score.norm() < 1e-6 => Ok((theta, factor.inverse())),
        _ => Err(not(
            "the likelihood grows without end; a treatment may have no event or nothing but events",
        )),
    }
}

struct Point {
    ll: f64,
    score: DVector<f64>,
    information: DMatrix<f64>,
}

impl Point {
    fn at(n: usize, designs: &[BinaryDesign], theta: &DVector<f64>) -> Self {
        let level = |t: usize| if t == 0 { 0.0 } else { theta[t - 1] };
        let mut point = Self {
            ll: 0.0,
            score: DVector::zeros(n - 1),
            information: DMatrix::zeros(n - 1, n - 1),
        };
        for tables in designs.iter().flat_map(|design| &design.studies) {
            let events: f64 = tables.iter().map(|table| table.events).sum();
            let sizes: Vec<f64> = tables
                .iter()
                .map(|table| table.n() * exp(level(table.treatment)))
                .collect();
            let all: f64 = sizes.iter().sum();
            point.ll -= events * ln(all);
            for (table, size) in tables.iter().zip(&sizes) {
                let p = size / all;
                point.ll += table.events * level(table.treatment);
                let Some(row) = table.treatment.checked_sub(1) else {
                    continue;
                };
                point.score[row] += table.events - events * p;
                point.information[(row, row)] += events * p;
                for (other, size) in tables.iter().zip(&sizes) {
                    if let Some(column) = other.treatment.checked_sub(1) {
                        point.information[(row, column)] -= events * p * size / all;
                    }
                }
            }
        }
        point
    }
}
