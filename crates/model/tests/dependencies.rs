//! Which names are computed from which.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use euthymia_diagnostics::Source;
use euthymia_model::check::check;
use euthymia_model::compose::compose;
use euthymia_model::syntax::parse;
use euthymia_model::{Dependencies, Model};

fn model(text: &str) -> Model {
    let (file, _) = parse(&Source::new("m.R", text));
    check(&file).0.unwrap()
}

fn reached<'m>(dependencies: &Dependencies<'m>, name: &str) -> Vec<&'m str> {
    dependencies.reached(&[name], |_| false).into_iter().collect()
}

#[test]
fn conditions_feedback_and_properties_count_across_files() {
    let first = model(
        "first <- function() {
          ini({ k <- 0.1; lag_time <- 1; eta_k ~ 0.1 })
          model({
            rate <- k*exp(eta_k)*WT
            d/dt(a) <- -rate*a
            d/dt(b) <- rate*a - b*c
            d/dt(c) <- b - c
            alag(a) <- lag_time
            if (AGE > 60) {
              out <- b
            } else {
              out <- 2*b
            }
            apart <- t
          })
        }",
    );
    let second = model("second <- function() { model({ later <- out + other }) }");
    let (composed, _) = compose(&[first, second], &[("other", 3.0)]);
    let composed = composed.unwrap();
    let dependencies = composed.dependencies();
    assert_eq!(
        reached(&dependencies, "a"),
        ["WT", "a", "eta_k", "k", "lag_time", "rate"]
    );
    assert_eq!(reached(&dependencies, "apart"), Vec::<&str>::new());
    let all = reached(&dependencies, "later");
    assert_eq!(
        all,
        [
            "AGE", "WT", "a", "b", "c", "eta_k", "k", "lag_time", "other", "out", "rate"
        ]
    );
    assert_eq!(
        ["out", "eta_k", "later", "AGE", "other"].map(|name| dependencies.file(name)),
        [Some(0), Some(0), Some(1), None, None]
    );
    let of_own_file = dependencies.reached(&["later"], |name| dependencies.file(name) != Some(1));
    assert_eq!(of_own_file, BTreeSet::from(["out", "other"]));
}

#[test]
fn a_linear_model_depends_on_the_parameters_that_its_call_finds() {
    let linear = model(
        "linear <- function() {
          ini({ lcl <- 1; lv <- 2; unrelated <- 3 })
          model({
            cl <- exp(lcl)
            v <- exp(lv)
            other <- unrelated
            cp <- linCmt()
          })
        }",
    );
    assert_eq!(
        reached(&linear.dependencies(), "cp"),
        ["central", "cl", "lcl", "lv", "v"]
    );
}
