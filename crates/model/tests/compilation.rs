//! What the compiler makes of options, layers and repeated work.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;

use common::blocks;
use euthymia_model::compile::{CompileError, CompileOptions, PerSubject, compile};
use euthymia_model::compose::compose;
use euthymia_model::interpret::{Interpreter, execute};
use euthymia_model::program::{InputKind, Program, Scope};
use euthymia_model::tape::Op;

fn count(program: &Program, op: Op) -> usize {
    program
        .derivatives
        .instructions
        .iter()
        .filter(|instruction| instruction.op == op)
        .count()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn input(program: &Program, name: &str) -> Option<(InputKind, Scope, Option<f64>)> {
    program
        .inputs
        .iter()
        .find(|input| input.name == name)
        .map(|input| (input.kind, input.scope, input.default))
}

#[test]
fn what_is_constant_for_a_subject_leaves_the_inner_loop() {
    let model = blocks(
        "lcl <- log(5)\nlv <- log(30)\netalcl ~ 0.1",
        "cl <- exp(lcl + etalcl)*(WT/70)^0.75\nv <- exp(lv)\nd/dt(a) <- -cl/v*a\nd/dt(b) <- a*cl/v - b/v/2\ncp <- 1000*a/v",
    );
    let program = compile(&model, &CompileOptions::default()).unwrap();
    // k*a once, negated; k*a - kb*b.
    let ops: Vec<Op> = program
        .derivatives
        .instructions
        .iter()
        .map(|instruction| instruction.op)
        .collect();
    assert_eq!(ops.iter().filter(|op| **op != Op::Mul).count(), 2, "{ops:?}");
    assert!(ops.len() <= 4, "{ops:?}");
    assert_eq!(
        program.outputs.instructions.len(),
        1,
        "one product for the concentration"
    );
    // A linear model has a Jacobian that a subject computes once.
    let computed: BTreeSet<u16> = program
        .subject
        .instructions
        .iter()
        .map(|instruction| instruction.destination)
        .collect();
    assert!(
        program
            .jacobian_entries
            .iter()
            .all(|entry| computed.contains(&entry.register))
    );
    assert_eq!(
        program.jacobian.instructions.len(),
        program.derivatives.instructions.len()
    );
    assert!(program.time_derivatives.is_empty());
}

#[test]
fn equal_expressions_are_computed_once() {
    let model = blocks(
        "k <- 1\nh <- 1.7",
        "d/dt(x) <- -k*exp(-x)*y^h\nd/dt(y) <- k*exp(-x)*y^h - y^h\nz <- y^h + exp(-x)",
    );
    let program = compile(&model, &CompileOptions::default()).unwrap();
    assert_eq!((count(&program, Op::Exp), count(&program, Op::Pow)), (1, 1));
    // The Jacobian needs no power and no exponential beyond those of the derivatives.
    let jacobian = |op| {
        program
            .jacobian
            .instructions
            .iter()
            .filter(|instruction| instruction.op == op)
            .count()
    };
    assert_eq!((jacobian(Op::Exp), jacobian(Op::Pow)), (1, 1));
}

#[test]
fn powers_with_small_exponents_are_products() {
    let model = blocks(
        "a <- fix(1.5)\nb <- fix(2)",
        "d/dt(x) <- -x^a - x^b - x^3 - x^4 - x^0.5 - x^-1 - x^-1.5 - x^1.6",
    );
    let program = compile(&model, &CompileOptions::default()).unwrap();
    // Negative powers have a root of their own, of what is never 0.
    assert_eq!((count(&program, Op::Pow), count(&program, Op::Sqrt)), (1, 2));
    let x = 2.25_f64;
    let found = Interpreter::new(&program).derivatives(0.0, &[x])[0];
    let expected = -x.powi(2)
        - x.powi(3)
        - x.powi(4)
        - 1.0 / x
        - 1.5
        - 1.5_f64.powi(3)
        - 1.0 / 1.5_f64.powi(3)
        - euthymia_vecmath::scalar::pow(x, 1.6);
    assert!(
        (found - expected).abs() <= 1e-14 * expected.abs(),
        "{found} {expected}"
    );
    // Named as differing between subjects, a fixed parameter is an input like any other.
    let per_subject = PerSubject::Only(set(&["a"]));
    let program = compile(
        &model,
        &CompileOptions {
            per_subject,
            ..CompileOptions::default()
        },
    )
    .unwrap();
    assert_eq!(count(&program, Op::Pow), 2);
    assert_eq!(
        input(&program, "a"),
        Some((InputKind::Theta, Scope::Subject, Some(1.5)))
    );
    assert_eq!(input(&program, "b"), None);
}

#[test]
fn slopes_at_zero_are_finite() {
    let model = blocks(
        "h <- 1\ng <- 0.5",
        "d/dt(x) <- 1 - x^h\nd/dt(y) <- y^g - y^0.5 - sqrt(y) + y^2.5",
    );
    let program = compile(&model, &CompileOptions::default()).unwrap();
    let (jacobian, _) = Interpreter::new(&program).jacobian(0.0, &[0.0, 0.0]);
    assert_eq!(jacobian, [[-1.0, 0.0], [0.0, 0.0]]);
}

#[test]
fn scopes_and_values() {
    let model = blocks(
        "a <- 1\nb <- 2\nc1 <- fix(3)\neta ~ 0.1",
        "d/dt(x) <- -a*b*c1*exp(eta)*WT*AGE*x",
    );
    let names = |program: &Program| {
        program
            .inputs
            .iter()
            .map(|input| input.name.clone())
            .collect::<Vec<_>>()
    };
    let all = compile(&model, &CompileOptions::default()).unwrap();
    assert_eq!(names(&all), ["a", "b", "eta", "WT", "AGE"]);
    assert!(all.inputs.iter().all(|input| input.scope == Scope::Subject));
    assert!(all.run.instructions.is_empty());
    let options = CompileOptions {
        per_subject: PerSubject::Only(set(&["WT", "c1"])),
        values: vec![("AGE".to_owned(), 40.0), ("b".to_owned(), 5.0)],
        ..CompileOptions::default()
    };
    let some = compile(&model, &options).unwrap();
    assert_eq!(names(&some), ["a", "c1", "eta", "WT"]);
    assert_eq!(input(&some, "a"), Some((InputKind::Theta, Scope::Run, Some(1.0))));
    assert_eq!(
        input(&some, "eta"),
        Some((InputKind::Eta, Scope::Subject, Some(0.0)))
    );
    assert_eq!(
        input(&some, "WT"),
        Some((InputKind::Covariate, Scope::Subject, None))
    );
    assert!(!some.run.instructions.is_empty());
    let mut subject = Interpreter::new(&some);
    assert!(
        subject.derivatives(0.0, &[1.0])[0].is_nan(),
        "a covariate without a value"
    );
    subject.set_input("WT", 2.0);
    assert_eq!(subject.derivatives(0.0, &[1.0])[0], -5.0 * 3.0 * 2.0 * 40.0);
    assert!(!subject.set_input("b", 1.0));
}

#[test]
fn compartments_that_stay_zero_are_left_out() {
    let text = "d/dt(depot) <- -ka*depot
        d/dt(central) <- ka*depot - k*central
        d/dt(met) <- k*central - k*met
        d/dt(other) <- -k*other + 0.5*max(met, 0)
        d/dt(base) <- -k*base
        base(0) <- 3
        d/dt(free) <- k*(1 - free)
        f(depot) <- 0.7
        effect <- met/(1 + met)
        both <- depot + base";
    let model = blocks("ka <- 1\nk <- 0.3", text);
    let options = |dosed: Option<&[&str]>| CompileOptions {
        dosed: dosed.map(set),
        ..CompileOptions::default()
    };
    let states = |program: &Program| {
        program
            .states
            .iter()
            .map(|state| state.name.clone())
            .collect::<Vec<_>>()
    };
    let whole = compile(&model, &options(None)).unwrap();
    assert_eq!(whole.states.len(), 6);
    let central = compile(&model, &options(Some(&["central"]))).unwrap();
    assert_eq!(states(&central), ["central", "met", "other", "base", "free"]);
    let nothing = compile(&model, &options(Some(&[]))).unwrap();
    assert_eq!(states(&nothing), ["base", "free"]);
    let names: Vec<&str> = nothing
        .outputs_reported
        .iter()
        .map(|output| output.name.as_str())
        .collect();
    assert_eq!(names, ["depot", "central", "met", "other", "effect", "both"]);
    let mut subject = Interpreter::new(&nothing);
    assert_eq!(subject.initial(), [3.0, 0.0]);
    assert_eq!(subject.outputs(0.0, &[3.0, 0.0]), [0.0, 0.0, 0.0, 0.0, 0.0, 3.0]);
    assert_eq!(compile(&model, &options(Some(&["depot"]))).unwrap(), whole);
}

#[test]
fn outputs_are_what_is_asked_for() {
    let model = blocks(
        "k <- 0.3\neta ~ 0.1",
        "hidden ~ 2*WT\nshown <- 3*hidden\nd/dt(x) <- -k*x*exp(eta)\ntwice <- 2*x",
    );
    let names = |outputs: Option<&[&str]>| {
        let outputs = outputs.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        compile(
            &model,
            &CompileOptions {
                outputs,
                ..CompileOptions::default()
            },
        )
        .map(|program| {
            program
                .outputs_reported
                .iter()
                .map(|output| output.name.clone())
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(names(None).unwrap(), ["shown", "twice"]);
    let asked = ["twice", "hidden", "WT", "k", "eta", "x"];
    assert_eq!(
        names(Some(&asked)).unwrap(),
        ["twice", "hidden", "WT", "k", "eta"]
    );
    let error = names(Some(&["twize"])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "output `twize` is not in the model; did you mean `twice`?"
    );
    let options = CompileOptions {
        dosed: Some(set(&["twice"])),
        ..CompileOptions::default()
    };
    assert!(matches!(
        compile(&model, &options),
        Err(CompileError::Unknown {
            role: "compartment",
            ..
        })
    ));
}

#[test]
fn properties_and_defaults() {
    let model = blocks(
        "k <- 0.3\ntlag <- 2",
        "d/dt(x) <- -k*x\nd/dt(y) <- k*x\nf(x) <- 1\nalag(x) <- 0\nx(0) <- 0\nf(y) <- 2*k\nlag(y) <- tlag\nrate(y) <- WT\ndur(y) <- 3\ny(0) <- k",
    );
    let program = compile(&model, &CompileOptions::default()).unwrap();
    let [x, y] = program.states.as_slice() else {
        panic!()
    };
    assert_eq!(
        (x.bioavailability, x.lag, x.initial, x.duration, x.rate),
        (None, None, None, None, None)
    );
    let mut subject = Interpreter::new(&program);
    subject.set_input("WT", 80.0);
    let value = |register: Option<u16>| subject.register(register.unwrap());
    assert_eq!(value(y.bioavailability), 0.6);
    assert_eq!(
        (value(y.lag), value(y.rate), value(y.duration), value(y.initial)),
        (2.0, 80.0, 3.0, 0.3)
    );
}

#[test]
fn results_survive_the_other_tapes() {
    for path in common::model_paths() {
        let program = compile(&common::checked(&path), &CompileOptions::default()).unwrap();
        let mut written: Vec<(u16, &str)> = Vec::new();
        let mut claim = |register: u16, by: &'static str| {
            assert!(
                written
                    .iter()
                    .all(|(other, owner)| *other != register || *owner == by),
                "{register} {by}"
            );
            written.push((register, by));
        };
        for state in &program.states {
            claim(state.derivative, "derivative");
        }
        let writes = |tape: &euthymia_model::tape::Tape, register: u16| {
            tape.instructions
                .iter()
                .any(|instruction| instruction.destination == register)
        };
        for entry in &program.jacobian_entries {
            assert!(
                !writes(&program.derivatives, entry.register) && !writes(&program.outputs, entry.register)
            );
        }
        for output in &program.outputs_reported {
            assert!(
                !writes(&program.derivatives, output.register) && !writes(&program.jacobian, output.register)
            );
        }
        let mut distinct: Vec<u16> = program.states.iter().map(|state| state.derivative).collect();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), program.states.len());
        // Time layers write nothing that earlier ones left.
        let mut registers = vec![0.5; program.registers];
        execute(&program.run, &mut registers);
        execute(&program.subject, &mut registers);
        let earlier: Vec<u16> = program
            .subject
            .instructions
            .iter()
            .map(|instruction| instruction.destination)
            .collect();
        let read = |tape: &euthymia_model::tape::Tape, register: u16| {
            let reads = |instruction: &euthymia_model::tape::Instruction| {
                let operands = [instruction.a, instruction.b, instruction.c];
                operands[..instruction.op.arity()].contains(&register)
            };
            let first_write = tape
                .instructions
                .iter()
                .position(|instruction| instruction.destination == register);
            let first_read = tape.instructions.iter().position(reads);
            matches!((first_read, first_write), (Some(read), None) | (Some(read), Some(_)) if first_write.is_none_or(|write| read <= write))
        };
        for register in earlier {
            for tape in [&program.derivatives, &program.jacobian, &program.outputs] {
                let needed_later = read(tape, register);
                assert!(!needed_later || !writes(tape, register), "{}", path.display());
            }
        }
    }
}

#[test]
fn composition_links_files() {
    let kinetics = common::model(
        "one <- function() {
          units <- list(time = \"h\")
          outputs <- list(cp = \"Plasma (ng/mL)\")
          uncertainty <- list(ka = 0.1)
          ini({ ka <- 0.5 })
          model({ d/dt(depot) <- -ka*depot*(1 + ce)\n cp <- depot/WT })
        }",
    );
    let effect = common::model(
        "two <- function() {
          outputs <- list(ce = \"Site (of effect)\")
          ini({ ke0 <- 2\n e ~ 0.1 | study })
          model({ d/dt(ce) <- ke0*exp(e)*(cp + cp_r - ce)*WT/70 })
        }",
    );
    assert_eq!(
        effect
            .covariates()
            .iter()
            .map(|covariate| covariate.name.as_str())
            .collect::<Vec<_>>(),
        ["cp", "cp_r", "WT"]
    );
    let (model, problems) = compose(&[kinetics, effect], &[("cp_r", 0.0), ("cp", 7.0)]);
    assert_eq!(problems, []);
    let model = model.unwrap();
    assert_eq!(model.name(), "one");
    let covariates: Vec<&str> = model
        .covariates()
        .iter()
        .map(|covariate| covariate.name.as_str())
        .collect();
    assert_eq!(
        covariates,
        ["WT"],
        "`ce` is a compartment, `cp` linked, `cp_r` closed"
    );
    assert_eq!(model.constants(), [("cp_r".to_owned(), 0.0)]);
    assert_eq!(model.outputs().len(), 2);
    assert_eq!(model.outputs()[0].unit_text.as_deref(), Some("ng/mL"));
    assert_eq!(model.outputs()[1].label, "Site (of effect)");
    assert_eq!(model.uncertainty(), [("ka".to_owned(), 0.1)]);
    let program = compile(&model, &CompileOptions::default()).unwrap();
    let mut subject = Interpreter::new(&program);
    subject.set_input("WT", 70.0);
    assert_eq!(subject.derivatives(0.0, &[140.0, 1.0]), [-140.0, 2.0]);
    // As one file it is the same model.
    let text = euthymia_model::syntax::print(&model.merged().unwrap());
    let again = compile(&common::model(&text), &CompileOptions::default()).unwrap();
    assert_eq!(program.derivatives, again.derivatives);
    // Composed models compose again.
    let third = blocks("a <- 1", "y <- a*ce");
    let (model, problems) = compose(&[model, third], &[]);
    assert_eq!(problems, []);
    assert_eq!(model.unwrap().covariates().len(), 1);
}

#[test]
fn more_registers_than_there_are() {
    // Distinct constants need a register each.
    let terms: Vec<String> = (0..70_000).map(|term| format!("v{term} <- x*{term}.5")).collect();
    let model = blocks("a <- 1", &format!("d/dt(x) <- -a\n{}", terms.join("\n")));
    let error = compile(&model, &CompileOptions::default()).unwrap_err();
    assert!(
        matches!(error, CompileError::TooManyRegisters { needed } if needed > 65_535),
        "{error}"
    );
}

/// What is interpolated goes along a line in equations and outputs, and is what was last told in properties.
#[test]
fn interpolated_covariates_are_lines() {
    let model = blocks("a <- fix(1)", "d/dt(x) <- -a*WT*x\n f(x) <- WT\n y <- WT");
    let options = CompileOptions {
        interpolated: set(&["WT"]),
        ..CompileOptions::default()
    };
    let program = compile(&model, &options).unwrap();
    let inputs: Vec<_> = (program.inputs.iter())
        .map(|input| (input.name.as_str(), input.kind, input.default))
        .collect();
    assert_eq!(
        inputs,
        [
            ("WT", InputKind::Covariate, None),
            ("d/dt(WT)", InputKind::Interpolation, Some(0.0)),
            ("time(WT)", InputKind::Interpolation, Some(0.0)),
        ]
    );
    let bioavailability = program.states[0].bioavailability;
    assert_eq!(bioavailability, Some(program.inputs[0].register));
    assert_eq!(program.time_derivatives.len(), 1);
    let wrong = CompileOptions {
        interpolated: set(&["WTT"]),
        ..CompileOptions::default()
    };
    let message = compile(&model, &wrong).unwrap_err().to_string();
    assert_eq!(message, "covariate `WTT` is not in the model; did you mean `WT`?");
}
