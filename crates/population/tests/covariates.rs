//! Covariates between records, from model text and data set to results, against closed forms written here.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic)]

mod common;

use common::{model, request, rows, table};
use euthymia_dataset::{Dialect, Interpolation};
use euthymia_diagnostics::Source;
use euthymia_engine::Options;
use euthymia_population::Schedule;

const MODEL: &str = "of <- function() { model({\n d/dt(a) <- -X*a\n f(a) <- X\n }) }";
/// 0.5 at 1, 0.1 at 5, missing at 6, 0.4 at 11.
const DATA: &str = "ID,TIME,EVID,AMT,CMT,X\n1,1,1,100,1,0.5\n1,5,2,0,0,0.1\n1,6,0,0,1,.\n1,11,2,0,0,0.4\n";

/// The amount and the covariate at 3, 6, 8 and 13.
fn seen(interpolation: Interpolation) -> (Vec<f64>, Vec<f64>) {
    let model = model(MODEL);
    let data = rows("data.csv", DATA);
    let times = Source::new("times", "3,6,8,13");
    let mut request = request(&model, Schedule::Data(&data));
    request.times = Some(&times);
    request.dialect = Dialect {
        interpolation,
        ..Dialect::default()
    };
    let options = Options {
        rtol: 1e-10,
        atol: 1e-12,
        ..Options::standard()
    };
    let found = table(&request, &options).unwrap_or_else(|error| panic!("{error}"));
    (found.get("a"), found.get("X"))
}

fn close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= 1e-8, "{found} {expected}");
    }
}

/// What is left of 50 after this integral of the rate of elimination.
fn left(integral: f64) -> f64 {
    50.0 * (-integral).exp()
}

#[test]
fn a_line() {
    let (amount, covariate) = seen(Interpolation::Linear);
    // At 6, where it is missing, it is what it was last told to be; beside that the line goes on from 5 to 11.
    close(&covariate, &[0.3, 0.1, 0.25, 0.4]);
    let line = |t: f64| 1.2 + 0.1 * (t - 5.0) + 0.025 * (t - 5.0) * (t - 5.0);
    close(
        &amount,
        &[
            left(0.8),
            left(line(6.0)),
            left(line(8.0)),
            left(line(11.0) + 0.8),
        ],
    );
}

#[test]
fn a_mean() {
    let (amount, covariate) = seen(Interpolation::Midpoint);
    close(&covariate, &[0.3, 0.1, 0.25, 0.4]);
    close(
        &amount,
        &[
            left(0.6),
            left(1.2 + 0.25),
            left(1.2 + 0.75),
            left(1.2 + 1.5 + 0.8),
        ],
    );
}

#[test]
fn the_value_before_and_the_value_after() {
    let (amount, covariate) = seen(Interpolation::Locf);
    close(&covariate, &[0.5, 0.1, 0.1, 0.4]);
    close(&amount, &[left(1.0), left(2.1), left(2.3), left(2.6 + 0.8)]);
    let (amount, covariate) = seen(Interpolation::Nocb);
    close(&covariate, &[0.1, 0.4, 0.4, 0.4]);
    close(
        &amount,
        &[left(0.2), left(0.4 + 0.4), left(0.4 + 1.2), left(0.4 + 2.4 + 0.8)],
    );
}
