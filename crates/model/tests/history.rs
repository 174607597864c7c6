//! Questions about the doses, and where the solver stops, as the compiler leaves them to the engine.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;

use common::{blocks, model};
use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::interpret::Interpreter;
use euthymia_model::program::{HistoryKind, Program, Stop};
use euthymia_model::syntax::print;

fn program(equations: &str) -> Program {
    let equations = format!("d/dt(depot) <- -one*depot\nd/dt(central) <- one*depot - central\n{equations}");
    compile(&blocks("one <- 1", &equations), &CompileOptions::default()).unwrap()
}

/// What is asked, and of which compartment.
type Asked = (HistoryKind, Option<u16>);

fn asked(program: &Program) -> Vec<Asked> {
    program
        .history
        .iter()
        .map(|value| (value.kind, value.compartment))
        .collect()
}

#[test]
fn a_model_that_asks_nothing_pays_nothing() {
    let program = program("y <- central*t");
    assert_eq!((program.history.len(), program.stops.len()), (0, 0));
}

#[test]
fn every_question_is_a_value_of_the_history_and_arithmetic() {
    use HistoryKind::*;
    for (question, kind, compartment, unknown, known) in [
        ("tad()", LastTime, None, f64::NAN, 3.0),
        ("tad(central)", LastTime, Some(1), f64::NAN, 3.0),
        ("tad0(depot)", LastTime, Some(0), 0.0, 3.0),
        ("tafd()", FirstTime, None, f64::NAN, 3.0),
        ("tafd0()", FirstTime, None, 0.0, 3.0),
        ("tlast()", LastTime, None, f64::NAN, 7.0),
        ("tlast", LastTime, None, f64::NAN, 7.0),
        ("tlast0(depot)", LastTime, Some(0), 0.0, 7.0),
        ("tfirst(depot)", FirstTime, Some(0), f64::NAN, 7.0),
        ("tfirst0()", FirstTime, None, 0.0, 7.0),
        ("dose()", LastAmount, None, f64::NAN, 7.0),
        ("dose0(depot)", LastAmount, Some(0), 0.0, 7.0),
        ("podo(depot)", LastAmount, Some(0), f64::NAN, 7.0),
        ("podo0()", LastAmount, None, 0.0, 7.0),
        // After the equations of both compartments: that of the last.
        ("podo()", LastAmount, Some(1), f64::NAN, 7.0),
        ("dosenum()", Count, None, 0.0, 7.0),
        ("newind", Newness, None, 1.0, 7.0),
        ("NEWIND", Newness, None, 1.0, 7.0),
    ] {
        let program = program(&format!("y <- {question}"));
        assert_eq!(asked(&program), [(kind, compartment)], "{question}");
        let mut subject = Interpreter::new(&program);
        let before = subject.outputs(10.0, &[1.0, 1.0])[0];
        assert_eq!(before.to_bits(), unknown.to_bits(), "{question}: {before}");
        subject.set_history(kind, compartment, 7.0);
        assert_eq!(subject.outputs(10.0, &[1.0, 1.0])[0], known, "{question}");
    }
}

#[test]
fn an_equation_asks_about_its_own_compartment() {
    let text = "d/dt(a) <- one*podo0(a)*0 - a\nd/dt(b) <- one*ifelse(is.na(podo()), 0, podo()) - b";
    let program = compile(&blocks("one <- 1", text), &CompileOptions::default()).unwrap();
    assert!(asked(&program).contains(&(HistoryKind::LastAmount, Some(1))));
    let mut subject = Interpreter::new(&program);
    subject.set_history(HistoryKind::LastAmount, Some(1), 5.0);
    assert_eq!(subject.derivatives(0.0, &[0.0, 0.0])[1], 5.0);
}

#[test]
fn time_since_a_dose_grows_with_time_in_the_jacobian() {
    let program = compile(
        &blocks("one <- 1", "d/dt(a) <- -one*a*tad()^2"),
        &CompileOptions::default(),
    )
    .unwrap();
    let mut subject = Interpreter::new(&program);
    subject.set_history(HistoryKind::LastTime, None, 4.0);
    let (jacobian, by_time) = subject.jacobian(6.0, &[3.0]);
    assert_eq!((jacobian[0][0], by_time[0]), (-4.0, -12.0));
}

#[test]
fn transit_is_the_gamma_density_of_the_last_dose() {
    let ini = "n <- 3.4\nmtt <- 2\nbio <- 0.7";
    let both = "d/dt(a) <- transit(n, mtt) - a\nd/dt(b) <- transit(n, mtt, bio) - b";
    let program = compile(&blocks(ini, both), &CompileOptions::default()).unwrap();
    let mut subject = Interpreter::new(&program);
    assert_eq!(
        subject.derivatives(5.0, &[0.0, 0.0]),
        [0.0, 0.0],
        "before the first dose"
    );
    for compartment in [0, 1] {
        subject.set_history(HistoryKind::LastTime, Some(compartment), 1.0);
        subject.set_history(HistoryKind::LastAmount, Some(compartment), 100.0);
    }
    assert_eq!(
        subject.derivatives(1.0, &[0.0, 0.0]),
        [0.0, 0.0],
        "as it is given"
    );
    // Savic and others (2007), equation 11, with the platform's functions and gamma(4.4) from tables.
    let (n, rate, gamma) = (3.4_f64, 4.4 / 2.0, 10.136_101_851_155_24);
    for elapsed in [0.1, 1.0, 2.5, 9.0] {
        let x: f64 = rate * elapsed;
        #[allow(clippy::disallowed_methods)]
        let expected = 100.0 * rate * x.powf(n) * (-x).exp() / gamma;
        let found = subject.derivatives(1.0 + elapsed, &[0.0, 0.0]);
        assert!(
            (found[0] - expected).abs() < 1e-12 * expected,
            "{elapsed}: {found:?}"
        );
        assert!((found[1] - 0.7 * expected).abs() < 1e-12 * expected, "{elapsed}");
        let (_, slope) = subject.jacobian(1.0 + elapsed, &[0.0, 0.0]);
        let slope_expected = expected * (n / elapsed - rate);
        assert!(
            (slope[0] - slope_expected).abs() < 1e-11 * expected * (1.0 + n / elapsed),
            "{elapsed}"
        );
    }
}

#[test]
fn no_dose_enters_what_stays_zero() {
    let text = "d/dt(a) <- transit(3, one) - a\nd/dt(b) <- a - b\ny <- b + tad0(a)\nz <- podo(a)";
    let model = blocks("one <- 1", text);
    let options = CompileOptions {
        dosed: Some(BTreeSet::from(["b".to_owned()])),
        ..CompileOptions::default()
    };
    let program = compile(&model, &options).unwrap();
    assert_eq!(program.states.len(), 1);
    assert_eq!(asked(&program), []);
    let found = Interpreter::new(&program).outputs(1.0, &[2.0]);
    assert_eq!(found[..2], [0.0, 2.0]);
    assert!(found[2].is_nan());
}

/// Where a program stops, counted from what.
fn stops(equations: &str) -> Vec<(f64, Option<Asked>)> {
    let program = program(equations);
    let subject = Interpreter::new(&program);
    let of = |stop: &Stop| {
        let since = stop.since.map(|at| asked(&program)[usize::from(at)]);
        (subject.register(stop.register), since)
    };
    program.stops.iter().map(of).collect()
}

#[test]
fn comparisons_of_time_with_what_is_constant_are_stops() {
    let step = |condition: &str| {
        stops(&format!(
            "s <- 24*one\nif ({condition}) {{ k <- 1 }} else {{ k <- 2 }}\nd/dt(x) <- -k*x"
        ))
    };
    for condition in [
        "t < s",
        "t <= s",
        "t > s",
        "time >= s",
        "s < t",
        "s >= t",
        "t - 4 < s - 4",
        "4 + t < s + 4",
        "2*t < 2*s",
        "t/2 > s/2",
        "-t < -s",
        "s - t > 0",
        "!(t < s)",
        "t < s && x > 1",
        "(t - s)/3 > 0",
    ] {
        let found = step(condition);
        assert_eq!(found.len(), 1, "{condition}");
        assert!(
            (found[0].0 - 24.0).abs() < 1e-13 && found[0].1.is_none(),
            "{condition}: {found:?}"
        );
    }
    for condition in ["tad() < s", "tad0() < s", "s < t - tlast"] {
        assert_eq!(
            step(condition),
            [(24.0, Some((HistoryKind::LastTime, None)))],
            "{condition}"
        );
    }
    assert_eq!(
        step("2*tafd(depot) - 8 > 40"),
        [(24.0, Some((HistoryKind::FirstTime, Some(0))))]
    );
    for condition in [
        "x < s",
        "t < x",
        "t == s",
        "t*t < s",
        "s/t < 1",
        "dosenum() < s",
        "t < tad()",
    ] {
        assert_eq!(step(condition), [], "{condition}");
    }
    // Reported variables are computed where they are asked for.
    assert_eq!(stops("y <- t < 24"), []);
}

#[test]
fn mtime_is_a_variable_and_a_stop() {
    let text = "mtime(on) <- 3*one\nmtime(off) <- on + 2\ny <- on*off";
    assert_eq!(stops(text), [(3.0, None), (5.0, None)]);
    let program = program(text);
    let names: Vec<&str> = program
        .outputs_reported
        .iter()
        .map(|output| &*output.name)
        .collect();
    assert_eq!(names, ["on", "off", "y"]);
    assert_eq!(Interpreter::new(&program).outputs(0.0, &[0.0, 0.0])[2], 15.0);
    // Chosen by what is constant for a subject; the same stop once, however often it is asked for.
    assert_eq!(
        stops("if (one > 2) { mtime(a) <- 7 } else { mtime(a) <- 9 }\nd/dt(x) <- -x*(t < a)"),
        [(9.0, None)]
    );
}

#[test]
fn questions_survive_printing() {
    let text = "m <- function() {\n  ini({\n    one <- 1\n  })\n  model({\n    mtime(on) <- one\n    d/dt(x) <- transit(3, 2) - x*(t %% 24 < on)\n    y <- tad(x) + dosenum()\n  })\n}\n";
    let model = model(text);
    let printed = print(model.files().next().unwrap());
    for part in [
        "mtime(on) <- one",
        "transit(3, 2)",
        "t %% 24 < on",
        "tad(x) + dosenum()",
    ] {
        assert!(printed.contains(part), "{printed}");
    }
}
