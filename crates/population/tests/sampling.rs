//! What varies, against the moments that the model states. Tolerances are five standard errors of the sample size; seeds are
//! fixed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod common;

use common::{Table, model, request, rows, table};
use euthymia_dataset::{Dialect, Reported};
use euthymia_diagnostics::Source;
use euthymia_engine::Options;
use euthymia_population::{Request, Run, Schedule};

const N: u64 = 20_000;

/// Nothing moves in it, so that what is seen is what was drawn.
const MODEL: &str = "m <- function() {
  ini({
    base <- 10
    sd.add <- 0.5
    sd.prop <- 0.2
    eta.a + eta.b ~ c(0.04, 0.03, 0.09)
    eta.study ~ 0.25 | study
  })
  model({
    a <- base + eta.a
    b <- eta.b
    s <- eta.study
    d/dt(x) <- 0
    cp <- base
    cp ~ add(sd.add) + prop(sd.prop)
  })
}";

fn source(name: &str, text: &str) -> Source {
    Source::new(name, text)
}

/// So many subjects at these times.
fn sampled(text: &str, times: &str, subjects: u64) -> Table {
    sampled_with(text, times, subjects, &[], &Options::standard())
}

/// The same with other random effects, which leaves out residual error too, and other options.
fn sampled_with(text: &str, times: &str, subjects: u64, omega: &[Source], options: &Options) -> Table {
    let (model, times) = (model(text), source("--times", times));
    let request = Request {
        times: Some(&times),
        subjects: Some(subjects),
        omega,
        residual: omega.is_empty(),
        ..request(&model, Schedule::Nothing)
    };
    table(&request, options).unwrap()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn covariance(a: &[f64], b: &[f64]) -> f64 {
    let (ma, mb) = (mean(a), mean(b));
    let products: Vec<f64> = a.iter().zip(b).map(|(a, b)| (a - ma) * (b - mb)).collect();
    mean(&products)
}

/// Within five standard errors of a sample covariance of normal variables.
fn close(found: f64, expected: f64, va: f64, vb: f64, n: usize) {
    let error = ((va * vb + expected * expected) / n as f64).sqrt();
    assert!(
        (found - expected).abs() < 5.0 * error,
        "{found}, expected {expected} within {error}"
    );
}

#[test]
fn random_effects_have_the_covariance_of_their_block_and_residuals_their_variance() {
    let found = sampled(MODEL, "1", N);
    let (a, b) = (found.get("a"), found.get("b"));
    assert_eq!(a.len() as u64, N);
    close(covariance(&a, &a), 0.04, 0.04, 0.04, a.len());
    close(covariance(&b, &b), 0.09, 0.09, 0.09, a.len());
    close(covariance(&a, &b), 0.03, 0.04, 0.09, a.len());
    assert!((mean(&a) - 10.0).abs() < 5.0 * (0.04 / N as f64).sqrt());
    let sim = found.get("sim");
    // combined2: 0.5^2 + (0.2 * 10)^2.
    close(covariance(&sim, &sim), 4.25, 4.25, 4.25, sim.len());
    assert!(found.get("ipredSim").iter().all(|value| *value == 10.0));
    close(covariance(&sim, &a), 0.0, 4.25, 0.04, sim.len());
    // With one individual every subject is a round, and a round is a study.
    assert_eq!(found.get("sim.id")[..3], [1.0, 2.0, 3.0]);
    let s = found.get("s");
    close(covariance(&s, &s), 0.25, 0.25, 0.25, s.len());
}

#[test]
fn standard_deviations_add_where_the_model_says_combined1() {
    let text = MODEL.replace("prop(sd.prop)", "prop(sd.prop) + combined1()");
    let found = sampled(&text, "1", N);
    let sim = found.get("sim");
    close(covariance(&sim, &sim), 6.25, 6.25, 6.25, sim.len());
}

/// Mean and variance of `sim` for an endpoint of a prediction of 0.3.
fn endpoint(error: &str) -> (f64, f64) {
    let text = format!(
        "m <- function() {{\n ini({{\n sd <- 0.4\n }})\n model({{\n cp <- 0.3\n cp ~ {error}\n }})\n}}"
    );
    let found = sampled(&text, "0", N);
    let sim = found.get("sim");
    (mean(&sim), covariance(&sim, &sim))
}

#[test]
fn endpoints_of_every_kind_have_their_moments() {
    let n = N as f64;
    let near = |what: &str, found: f64, expected: f64, error: f64| {
        assert!(
            (found - expected).abs() < 5.0 * error,
            "{what}: {found}, expected {expected} within {error}"
        );
    };
    // Lognormal: mean f e^(s^2/2), variance f^2 e^(s^2) (e^(s^2) - 1).
    let square = 0.16_f64;
    let (m, v) = endpoint("lnorm(sd)");
    let variance = 0.09 * square.exp() * (square.exp() - 1.0);
    near("lnorm mean", m, 0.3 * (0.5 * square).exp(), (variance / n).sqrt());
    near("lnorm variance", v, variance, variance * (12.0 / n).sqrt());
    // Power: standard deviation 0.4 * 0.3^2.
    let variance = (0.4_f64 * 0.09).powi(2);
    near(
        "pow",
        endpoint("pow(sd, 2)").1,
        variance,
        variance * (2.0 / n).sqrt(),
    );
    // Student with 10 degrees of freedom: variance 10/8, kurtosis 3 + 6/6.
    let variance = 0.16 * 1.25;
    near(
        "t",
        endpoint("add(sd) + t(10)").1,
        variance,
        variance * (3.0 / n).sqrt(),
    );
    let (m, v) = endpoint("dpois(sd)");
    near("Poisson mean", m, 0.4, (0.4 / n).sqrt());
    near("Poisson variance", v, 0.4, 0.4 * (6.0 / n).sqrt());
    let (m, v) = endpoint("dbinom(20, sd)");
    near("binomial mean", m, 8.0, (4.8 / n).sqrt());
    near("binomial variance", v, 4.8, 4.8 * (2.0 / n).sqrt());
    near("Bernoulli", endpoint("dbern(sd)").0, 0.4, (0.24 / n).sqrt());
    // On the logit and probit scales the median stays where it is; half of the draws are below it.
    for error in ["logitNorm(sd)", "probitNorm(sd, 0, 2)"] {
        let text = format!(
            "m <- function() {{\n ini({{\n sd <- 0.4\n }})\n model({{\n cp <- 0.3\n cp ~ {error}\n }})\n}}"
        );
        let found = sampled(&text, "0", N);
        let below = found.get("sim").iter().filter(|value| **value < 0.3).count() as f64;
        near(error, below / n, 0.5, (0.25 / n).sqrt());
        assert!(found.get("sim").iter().all(|value| (0.0..2.0).contains(value)));
    }
}

#[test]
fn nothing_varies_where_nothing_is_asked_to() {
    let zero = [source("--omega", "0")];
    let found = sampled_with(MODEL, "0:1:3", 3, &zero, &Options::standard());
    assert!(found.get("a").iter().all(|value| *value == 10.0));
    assert_eq!(found.get("sim"), found.get("ipredSim"));
}

#[test]
fn another_variance_keeps_the_correlation() {
    let omega = [source("--omega", "eta.a=0.16")];
    let found = sampled_with(MODEL, "0", N, &omega, &Options::standard());
    let (a, b) = (found.get("a"), found.get("b"));
    close(covariance(&a, &a), 0.16, 0.16, 0.16, a.len());
    close(covariance(&a, &b), 0.06, 0.16, 0.09, a.len());
}

#[test]
fn a_subject_is_the_same_however_many_there_are_and_whoever_computes_it() {
    let of = |subjects: u64, threads: usize, block: usize| {
        let options = Options {
            threads,
            block,
            ..Options::standard()
        };
        sampled_with(MODEL, "0:1:2", subjects, &[], &options)
    };
    let (few, many) = (of(5, 1, 2), of(50, 2, 7));
    for name in few.names() {
        let (few, many) = (few.get(name), many.get(name));
        assert_eq!(few[..], many[..few.len()], "{name}");
    }
}

#[test]
fn effects_between_occasions_change_with_the_occasion_and_only_then() {
    let text = "m <- function() {
      ini({
        eta.k ~ 0.09 | occ
      })
      model({
        k <- eta.k
        d/dt(x) <- 0
      })
    }";
    let model = model(text);
    let data = rows(
        "data.csv",
        "ID,TIME,EVID,OCC,occ\n1,0,0,1,1\n1,1,0,1,1\n1,2,0,2,2\n1,3,0,2,2\n1,4,0,1,1\n2,0,0,1,1\n",
    );
    let request = Request {
        subjects: Some(2 * N / 10),
        ..request(&model, Schedule::Data(&data))
    };
    let found = table(&request, &Options::standard()).unwrap();
    let k = found.get("k");
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for own in k.chunks(6) {
        assert_eq!((own[0], own[2]), (own[1], own[3]));
        assert_eq!(own[0], own[4], "an occasion that comes again is the same");
        assert_ne!(own[0], own[2]);
        first.push(own[0]);
        second.push(own[2]);
    }
    close(covariance(&first, &first), 0.09, 0.09, 0.09, first.len());
    close(covariance(&first, &second), 0.0, 0.09, 0.09, first.len());
    // A table without occasions is refused, unless there are no effects that need them.
    let data = rows("data.csv", "ID,TIME,EVID\n1,0,0\n");
    let (run, problems) = Run::new(&common::request(&model, Schedule::Data(&data)));
    assert!(run.is_none() && problems.iter().any(|problem| problem.code == "N006"));
    let zero = [source("--omega", "0")];
    let request = Request {
        omega: &zero,
        ..common::request(&model, Schedule::Data(&data))
    };
    assert_eq!(table(&request, &Options::standard()).unwrap().get("k"), [0.0]);
}

#[test]
fn values_by_subject_go_before_what_is_drawn() {
    let model = model(MODEL);
    let (times, people) = (
        source("--times", "0"),
        rows("people.csv", "ID,eta.a,base\nanna,0.5,20\nbert,-0.5,30\n"),
    );
    let request = Request {
        times: Some(&times),
        parameters: Some(&people),
        ..request(&model, Schedule::Nothing)
    };
    let found = table(&request, &Options::standard()).unwrap();
    assert_eq!(found.get("a"), [20.5, 29.5]);
    assert_ne!(found.get("b")[0], 0.0);
    assert_eq!(found.names()[..2], ["id", "time"]);
}

#[test]
fn an_observation_is_of_the_endpoint_that_its_record_names() {
    let text = "m <- function() {
      ini({
        sd <- 0.1
      })
      model({
        d/dt(depot) <- -depot
        d/dt(central) <- depot
        cp <- central
        effect <- 2*central
        cp ~ add(sd)
        effect ~ add(sd)
        depot ~ add(sd)
      })
    }";
    let model = model(text);
    // Endpoints that are no compartments are numbered after these.
    let data = rows(
        "data.csv",
        "ID,TIME,AMT,EVID,CMT\n1,0,10,1,depot\n1,1,.,0,effect\n1,1,.,0,3\n1,1,.,0,4\n1,1,.,0,depot\n1,1,.,0,.\n",
    );
    let found = table(&request(&model, Schedule::Data(&data)), &Options::precise()).unwrap();
    assert_eq!(found.get("CMT"), [1.0, 0.0, 1.0, 2.0, 0.0, 1.0, 2.0]);
    let (cp, predicted) = (found.get("cp"), found.get("ipredSim"));
    assert_eq!(predicted[0], 2.0 * cp[0]);
    assert_eq!(predicted[1], cp[1]);
    assert_eq!(predicted[3], found.get("depot")[3]);
}

/// rxode2: the amount of the dose at the record of a dose, no value at any other.
#[test]
fn amt_is_that_of_the_record() {
    let text = "m <- function() {
      model({
        d/dt(x) <- -x
        a <- amt
        b <- 2*AMT
      })
    }";
    let model = model(text);
    let data = rows(
        "data.csv",
        "ID,TIME,AMT,EVID\n1,0,10,1\n1,0,.,0\n1,1,.,2\n1,2,5,4\n1,3,.,0\n",
    );
    let request = Request {
        dialect: Dialect {
            reported: Reported::Every,
            ..Dialect::default()
        },
        ..request(&model, Schedule::Data(&data))
    };
    let found = table(&request, &Options::precise()).unwrap();
    let (a, b) = (found.get("a"), found.get("b"));
    assert_eq!((a[0], a[3], b[0]), (10.0, 5.0, 20.0));
    assert!(
        [1, 2, 4]
            .iter()
            .all(|&row: &usize| a[row].is_nan() && b[row].is_nan())
    );
    assert_eq!(found.get("x")[3], 5.0);
}

#[test]
fn doses_with_units_for_a_model_without_are_told_how_they_are_taken() {
    let text = "m <- function() {\n ini({\n k <- 1\n })\n model({\n d/dt(x) <- -k*x\n })\n}";
    let (model, times) = (model(text), source("--times", "0"));
    for (line, warned) in [("100 at 0", false), ("0.1 g at 0 h", true)] {
        let doses = source("--dose", line);
        let request = Request {
            times: Some(&times),
            ..request(&model, Schedule::Doses(&doses))
        };
        let (_, problems) = Run::new(&request);
        assert_eq!(
            problems.iter().any(|problem| problem.code == "R009"),
            warned,
            "{line}"
        );
        assert_eq!(table(&request, &Options::precise()).unwrap().get("x"), [100.0]);
    }
}
