//! Every failure names the subject and the values that led to it, and leaves earlier subjects alone.
#![allow(clippy::unwrap_used)]

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use common::{Kept, Layer, Listed, Writer, linear, options, run};
use euthymia_engine::{
    Block, Dose, DoseInput, FailureKind, Options, Population, Progress, Silent, SimulationError, Sink,
    SubjectInputs, simulate,
};
use euthymia_model::program::Program;
use euthymia_model::tape::Op;

/// y' = y^2, which grows beyond bounds at t = 1/y(0); y(0) is the input.
fn explosion() -> Program {
    let mut w = Writer::new();
    let y = w.state("y");
    let start = w.input("start", None);
    let two = w.constant(2.0);
    let slope = w.emit(Layer::Derivatives, Op::Mul, &[y, y]);
    w.derivative(0, slope);
    let entry = w.emit(Layer::Jacobian, Op::Mul, &[two, y]);
    w.entry(0, 0, entry);
    let mut program = w.finish();
    program.states[0].initial = Some(start);
    program
}

fn message(program: &Program, subjects: Vec<(Vec<f64>, Vec<Dose>)>, options: &Options) -> String {
    run(program, &Listed(subjects), &[0.0, 10.0], options)
        .unwrap_err()
        .to_string()
}

#[test]
fn a_solution_without_bound_is_named() {
    let subjects = vec![
        (vec![0.01], vec![]),
        (vec![0.02], vec![]),
        (vec![0.5], vec![]),
        (vec![0.7], vec![]),
    ];
    for options in common::layouts(options(1e-6, 1e-8)) {
        let text = message(&explosion(), subjects.clone(), &options);
        assert!(text.starts_with("subject 2: t = 2.0000"), "{text}");
        assert!(
            text.contains("\n  state: y=") && text.contains("\n  inputs: start=0.5"),
            "{text}"
        );
    }
}

#[test]
fn a_spent_budget_names_the_option() {
    let text = message(
        &linear(1, &[(0, 1)]),
        vec![(vec![1.0], vec![dose(1.0)])],
        &Options {
            max_steps: 3,
            ..options(1e-6, 1e-8)
        },
    );
    assert!(
        text.contains("3 steps spent") && text.contains("raise max_steps"),
        "{text}"
    );
}

fn dose(amount: f64) -> Dose {
    Dose {
        time: 1.0,
        compartment: 0,
        amount,
        input: DoseInput::Bolus,
    }
}

#[test]
fn inputs_and_doses_are_checked() {
    let program = linear(1, &[(0, 1)]);
    let refused =
        |inputs: Vec<f64>, doses: Vec<Dose>| message(&program, vec![(inputs, doses)], &options(1e-6, 1e-8));
    assert_eq!(
        refused(vec![f64::NAN], vec![]),
        "subject 0: input `0>1` is NaN; give it a finite value\n  inputs: 0>1=NaN"
    );
    assert_eq!(
        refused(vec![1.0], vec![dose(-4.0)]),
        "subject 0: dose at t = 1 into `a0`: amount is -4; it must be finite and not negative\n  inputs: 0>1=1"
    );
    assert!(
        refused(
            vec![1.0],
            vec![Dose {
                compartment: 7,
                ..dose(1.0)
            }]
        )
        .contains("compartment 7 does not exist")
    );
    assert!(
        refused(
            vec![1.0],
            vec![Dose {
                input: DoseInput::ModelledDuration,
                ..dose(1.0)
            }]
        )
        .contains("the model does not define dur(a0)")
    );
}

/// y' = ln(y) with y below 0: the derivative is named.
#[test]
fn a_derivative_that_is_not_a_number_is_named() {
    let mut w = Writer::new();
    let y = w.state("effect");
    let one = w.constant(-1.0);
    let shifted = w.emit(Layer::Derivatives, Op::Add, &[y, one]);
    let slope = w.emit(Layer::Derivatives, Op::Ln, &[shifted]);
    w.derivative(0, slope);
    let text = message(&w.finish(), vec![(vec![], vec![])], &options(1e-6, 1e-8));
    assert!(text.contains("d/dt(effect) is NaN"), "{text}");
}

#[test]
fn options_and_times_are_checked() {
    let program = linear(1, &[(0, 1)]);
    let population = Listed(vec![(vec![1.0], vec![])]);
    let with = |times: &[f64], options: &Options| {
        run(&program, &population, times, options)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        with(&[0.0], &options(0.0, 1e-8)),
        "option `rtol` is 0; it must be finite and positive"
    );
    assert!(
        with(
            &[0.0],
            &Options {
                threads: 0,
                ..options(1e-6, 1e-8)
            }
        )
        .contains("`threads`")
    );
    assert!(with(&[1.0, 0.5], &options(1e-6, 1e-8)).starts_with("observation time 1 is 0.5"));
    assert!(with(&[], &options(1e-6, 1e-8)).contains("at least one"));
}

#[test]
fn blocks_before_a_failure_reach_the_sink() {
    for threads in [1, 3] {
        let mut subjects = vec![(vec![0.01], vec![]); 40];
        subjects[33].0[0] = 1.0;
        subjects[38].0[0] = 1.0;
        let mut kept = Kept::default();
        let options = Options {
            threads,
            block: 8,
            ..options(1e-6, 1e-8)
        };
        let error = simulate(
            &explosion(),
            &Listed(subjects),
            &[1.0, 2.0],
            &options,
            &mut kept,
            &Silent,
        )
        .unwrap_err();
        let SimulationError::Subject(failure) = error else {
            panic!("{error}")
        };
        assert_eq!(failure.subject, 33);
        assert!(matches!(failure.kind, FailureKind::StepSize { .. }), "{failure}");
        assert_eq!(kept.0.len(), 32);
    }
}

/// Says stop after two blocks.
struct Impatient(AtomicU64);

impl Progress for Impatient {
    fn done(&self, subjects: u64) {
        self.0.store(subjects, Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= 16
    }
}

#[test]
fn a_run_can_be_cancelled_and_a_sink_can_refuse() {
    struct Full;
    impl Sink for Full {
        type Error = &'static str;
        fn block(&mut self, block: Block) -> Result<(), &'static str> {
            if block.first >= 16 {
                Err("disk full")
            } else {
                Ok(())
            }
        }
    }
    let program = linear(1, &[(0, 1)]);
    let population = Listed(vec![(vec![1.0], vec![]); 400]);
    for threads in [1, 4] {
        let options = Options {
            threads,
            block: 8,
            ..options(1e-6, 1e-8)
        };
        let progress = Impatient(AtomicU64::new(0));
        let error = simulate(
            &program,
            &population,
            &[0.0, 1.0],
            &options,
            &mut Kept::default(),
            &progress,
        );
        assert!(matches!(error, Err(SimulationError::Cancelled)));
        assert_eq!(progress.0.load(Ordering::Relaxed), 16);
        let error = simulate(&program, &population, &[0.0, 1.0], &options, &mut Full, &Silent);
        assert_eq!(
            error.unwrap_err().to_string(),
            "results could not be handed on: disk full"
        );
    }
}

#[test]
fn a_panic_in_a_worker_is_not_swallowed() {
    struct Trap;
    impl Population for Trap {
        fn len(&self) -> u64 {
            100
        }
        fn fill(&self, index: u64, into: SubjectInputs<'_>) {
            assert!(index != 77, "trap");
            into.inputs[0] = 1.0;
        }
    }
    let program = linear(1, &[(0, 1)]);
    for threads in [1, 2, 4] {
        let options = Options {
            threads,
            block: 8,
            ..options(1e-6, 1e-8)
        };
        let ran = catch_unwind(AssertUnwindSafe(|| {
            run(&program, &Trap, &[0.0, 1.0], &options).is_ok()
        }));
        assert!(ran.is_err());
    }
}
