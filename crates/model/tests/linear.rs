//! `linCmt()` in its parameterisations: against the written-out equations of one model, and against eigenvalues.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::blocks;
use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::compose::compose;
use euthymia_model::interpret::Interpreter;
use euthymia_model::syntax::print;

/// Names of the compartments, their derivatives and the concentration at a point.
fn point(equations: &str, states: &[f64]) -> (Vec<String>, Vec<f64>, f64) {
    let model = blocks("", &format!("{equations}\ncp <- linCmt()"));
    let program = compile(&model, &CompileOptions::default()).unwrap();
    let names = program.states.iter().map(|state| state.name.clone()).collect();
    let mut subject = Interpreter::new(&program);
    let derivatives = subject.derivatives(0.0, states);
    let concentration = *subject.outputs(0.0, states).last().unwrap();
    (names, derivatives, concentration)
}

fn agree(equations: &str, states: &[f64], derivatives: &[f64], concentration: f64) {
    let (_, found, cp) = point(equations, states);
    for (found, expected) in found.iter().zip(derivatives).chain([(&cp, &concentration)]) {
        let close = (found - expected).abs() <= 1e-12 * expected.abs().max(1.0);
        assert!(close, "{equations}: {found} instead of {expected}");
    }
    assert_eq!(found.len(), derivatives.len(), "{equations}");
}

#[test]
fn every_way_to_name_a_model_is_the_same_model() {
    // k = 0.5, k12 = 0.25, k21 = 0.125, k13 = 0.05, k31 = 0.02, v = 8
    for equations in [
        "cl <- 4; v <- 8",
        "CL <- 4; VC <- 8",
        "cl <- 4; v1 <- 8",
        "cl <- 4; v2 <- 8",
        "k <- 0.5; v <- 8",
        "kel <- 0.5; vc <- 8",
        "ke <- 0.5; v1 <- 8",
        "k10 <- 0.5; V <- 8",
        "alpha <- 0.5; v <- 8",
        "alpha <- 0.5; A <- 1/8",
    ] {
        agree(equations, &[3.0], &[-1.5], 0.375);
        let oral = format!("ka <- 2; {equations}");
        agree(&oral, &[5.0, 3.0], &[-10.0, 10.0 - 1.5], 0.375);
    }
    let two = [-1.5 - 0.75 + 0.875, 0.75 - 0.875];
    for equations in [
        "cl <- 4; v <- 8; q <- 2; vp <- 16",
        "cl <- 4; v <- 8; q <- 2; v2 <- 16",
        "cl <- 4; v1 <- 8; q <- 2; v2 <- 16",
        "cl <- 4; v2 <- 8; q <- 2; v3 <- 16",
        "cl <- 4; vc <- 8; cld <- 2; vt <- 16",
        "cl <- 4; v <- 8; q2 <- 2; v3 <- 16",
        "cl <- 4; v <- 8; q <- 2; vss <- 24",
        "k <- 0.5; v <- 8; k12 <- 0.25; k21 <- 0.125",
    ] {
        agree(equations, &[3.0, 7.0], &two, 0.375);
        let oral = format!("KA <- 2; {equations}");
        agree(&oral, &[5.0, 3.0, 7.0], &[-10.0, 10.0 + two[0], two[1]], 0.375);
    }
    let three = [
        two[0] - 0.05 * 3.0 + 0.02 * 11.0,
        two[1],
        0.05 * 3.0 - 0.02 * 11.0,
    ];
    for equations in [
        "cl <- 4; v <- 8; q <- 2; vp <- 16; q2 <- 0.4; vp2 <- 20",
        "cl <- 4; v1 <- 8; q <- 2; v2 <- 16; q2 <- 0.4; v3 <- 20",
        "cl <- 4; v1 <- 8; q2 <- 2; v2 <- 16; q3 <- 0.4; v3 <- 20",
        "cl <- 4; vc <- 8; cld <- 2; vt <- 16; cld2 <- 0.4; vt2 <- 20",
        "k <- 0.5; v <- 8; k12 <- 0.25; k21 <- 0.125; k13 <- 0.05; k31 <- 0.02",
    ] {
        agree(equations, &[3.0, 7.0, 11.0], &three, 0.375);
    }
}

#[test]
fn exponents_are_eigenvalues_and_coefficients_add_up() {
    // For k = 0.7, k12 = 0.5, k21 = 0.05: alpha and beta are the roots of s^2 - 1.25 s + 0.035.
    let root = (1.25_f64 * 1.25 - 0.14).sqrt();
    let (alpha, beta) = ((1.25 + root) / 2.0, (1.25 - root) / 2.0);
    let (a, b) = (
        (alpha - 0.05) / (alpha - beta) / 5.0,
        (0.05 - beta) / (alpha - beta) / 5.0,
    );
    let ratio = a / b;
    let expected = [-0.7 * 3.0 - 0.5 * 3.0 + 0.05 * 7.0, 0.5 * 3.0 - 0.05 * 7.0];
    for equations in [
        format!("alpha <- {alpha:?}; beta <- {beta:?}; k21 <- 0.05; v <- 5"),
        format!("alpha <- {alpha:?}; beta <- {beta:?}; aob <- {ratio:?}; v <- 5"),
        format!("alpha <- {alpha:?}; beta <- {beta:?}; A <- {a:?}; B <- {b:?}"),
    ] {
        agree(&equations, &[3.0, 7.0], &expected, 0.6);
    }
}

#[test]
fn three_exponentials_are_the_solution_of_their_compartments() {
    let (coefficients, exponents) = ([0.06, 0.03, 0.01], [1.5, 0.3, 0.02]);
    let equations = "A <- 0.06; alpha <- 1.5; B <- 0.03; beta <- 0.3; C <- 0.01; gamma <- 0.02";
    let model = blocks("", &format!("{equations}\ncp <- linCmt()"));
    let program = compile(&model, &CompileOptions::default()).unwrap();
    let mut subject = Interpreter::new(&program);
    // Derivatives of the solution at time 0 from powers of the system's matrix, against those of the exponentials.
    let mut states = vec![1.0, 0.0, 0.0];
    for order in 0..6 {
        let expected: f64 = coefficients
            .iter()
            .zip(exponents)
            .map(|(coefficient, exponent)| coefficient * f64::powi(-exponent, order))
            .sum();
        let found = *subject.outputs(0.0, &states).last().unwrap();
        assert!((found - expected).abs() <= 1e-12, "{order}: {found} {expected}");
        states = subject.derivatives(0.0, &states);
    }
}

#[test]
fn its_compartments_are_the_last_ones() {
    let (names, ..) = point(
        "ka <- 1; cl <- 4; v <- 8; q <- 2; vp <- 16; f(depot) <- 0.5; alag(central) <- 1\nd/dt(effect) <- central/v - effect",
        &[0.0; 4],
    );
    assert_eq!(names, ["effect", "depot", "central", "peripheral1"]);
}

#[test]
fn arguments_name_what_is_meant() {
    let model = blocks("", "cl <- 4; v <- 8; k <- 3; y <- linCmt(cl, v)*k");
    let program = compile(&model, &CompileOptions::default()).unwrap();
    let mut subject = Interpreter::new(&program);
    assert_eq!(subject.derivatives(0.0, &[3.0]), [-1.5]);
    assert_eq!(subject.outputs(0.0, &[3.0]).last(), Some(&1.125));
}

#[test]
fn cmt_gives_compartments_their_number() {
    let order = |equations: &str| -> Vec<String> {
        let model = blocks("k <- 1", equations);
        let names = model.compartments().iter();
        names.map(|compartment| compartment.name.clone()).collect()
    };
    // The order that rxode2 5.1.6's own test of `cmt()` asks for.
    let equations = "cmt(blood)\nd/dt(intestine) <- -k*intestine\nd/dt(blood) <- k*intestine - k*blood";
    assert_eq!(order(equations), ["blood", "intestine"]);
    let last = "d/dt(a) <- -k*a\ncmt(central)\nd/dt(b) <- -b\nv <- 2\ncp <- linCmt()";
    assert_eq!(order(last), ["a", "central", "b"]);
    assert_eq!(
        order("if (t > 1) {\nd/dt(x) <- k\n} else {\nd/dt(x) <- 0\n}\ncmt(y)\nd/dt(y) <- -y"),
        ["x", "y"]
    );
}

#[test]
fn a_composed_model_and_its_text_keep_what_was_written_out() {
    let concentration = blocks("", "ka <- 1; cl <- 4; v <- 8\ncp <- linCmt()");
    let effect = blocks("", "d/dt(ce) <- cp - ce");
    let (model, problems) = compose(&[concentration, effect], &[]);
    assert_eq!(problems, []);
    let model = model.unwrap();
    let again = common::model(&print(&model.merged().unwrap()));
    for model in [&model, &again] {
        let program = compile(model, &CompileOptions::default()).unwrap();
        let mut subject = Interpreter::new(&program);
        let names: Vec<&str> = program.states.iter().map(|state| state.name.as_str()).collect();
        assert_eq!(names, ["depot", "central", "ce"]);
        assert_eq!(subject.derivatives(0.0, &[2.0, 16.0, 0.5]), [-2.0, -6.0, 1.5]);
    }
}
