//! The compiled tapes against a reading of the syntax tree that knows no graph, no layers and no registers.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::cell::Cell;
use std::collections::HashMap;

use euthymia_diagnostics::{Source, Span};
use euthymia_model::check::check;
use euthymia_model::compile::{CompileOptions, PerSubject, compile};
use euthymia_model::interpret::Interpreter;
use euthymia_model::syntax::tree::*;
use euthymia_model::syntax::{ModelFile, print};
use proptest::prelude::*;

type Values = HashMap<String, f64>;

thread_local! {
    /// Whether a value came up that was infinite or not a number.
    static WENT_WILD: Cell<bool> = const { Cell::new(false) };
    /// What literals are multiplied by, save whole numbers and halves, which say what power or which branch is meant.
    static LITERALS: Cell<f64> = const { Cell::new(1.0) };
}

/// The value of an expression by the platform's own functions.
fn value(expression: &Expression, values: &Values) -> f64 {
    let found = computed(expression, values);
    WENT_WILD.set(WENT_WILD.get() || !found.is_finite());
    found
}

#[allow(clippy::disallowed_methods)]
fn computed(expression: &Expression, values: &Values) -> f64 {
    let truth = |condition: bool| f64::from(u8::from(condition));
    match &expression.kind {
        ExpressionKind::Number(number) if (2.0 * number).fract() == 0.0 => *number,
        ExpressionKind::Number(number) => *number * LITERALS.get(),
        ExpressionKind::Name(name) => values[name],
        ExpressionKind::Derivative(name) => values[&format!("d/dt({})", name.text)],
        ExpressionKind::Unary(operator, inner) => {
            let inner = value(inner, values);
            match operator {
                UnaryOperator::Minus => -inner,
                UnaryOperator::Plus => inner,
                UnaryOperator::Not => truth(inner == 0.0),
            }
        }
        ExpressionKind::Binary(operator, left, right) => {
            let (a, b) = (value(left, values), value(right, values));
            match operator {
                BinaryOperator::Or => truth(a != 0.0 || b != 0.0),
                BinaryOperator::And => truth(a != 0.0 && b != 0.0),
                BinaryOperator::Less => truth(a < b),
                BinaryOperator::LessEqual => truth(a <= b),
                BinaryOperator::Greater => truth(a > b),
                BinaryOperator::GreaterEqual => truth(a >= b),
                BinaryOperator::Equal => truth(a == b),
                BinaryOperator::NotEqual => truth(a != b),
                BinaryOperator::Add => a + b,
                BinaryOperator::Subtract => a - b,
                BinaryOperator::Multiply => a * b,
                BinaryOperator::Divide => a / b,
                BinaryOperator::Remainder => a % b,
                BinaryOperator::Power => a.powf(b),
            }
        }
        ExpressionKind::Call(function, arguments) => {
            let arguments: Vec<f64> = arguments.iter().map(|argument| value(argument, values)).collect();
            let x = arguments[0];
            match function.text.as_str() {
                "exp" => x.exp(),
                "sqrt" => x.sqrt(),
                "abs" => x.abs(),
                "tanh" => x.tanh(),
                "sin" => x.sin(),
                "max" => arguments.iter().copied().fold(x, f64::max),
                "min" => arguments.iter().copied().fold(x, f64::min),
                "expit" => 1.0 / (1.0 + (-x).exp()),
                "ifelse" => arguments[if x != 0.0 { 1 } else { 2 }],
                other => panic!("{other}"),
            }
        }
    }
}

fn run(block: &Block, values: &mut Values) {
    for statement in &block.statements {
        match &statement.kind {
            StatementKind::Assign {
                target,
                value: expression,
                ..
            } => {
                let computed = value(expression, values);
                let key = match target.kind {
                    TargetKind::Variable => target.name.text.clone(),
                    _ => format!("d/dt({})", target.name.text),
                };
                values.insert(key, computed);
            }
            StatementKind::If { branches, otherwise } => {
                let taken = branches
                    .iter()
                    .find(|(condition, _)| value(condition, values) != 0.0);
                if let Some(block) = taken.map(|(_, block)| block).or(otherwise.as_ref()) {
                    run(block, values);
                }
            }
            StatementKind::Endpoint { .. } | StatementKind::Compartment(_) => {}
        }
    }
}

const LEAVES: [&str; 10] = ["th1", "th2", "fx", "eta1", "WT", "x", "y", "t", "v1", "v2"];

fn of(kind: ExpressionKind) -> Expression {
    Expression {
        kind,
        span: Span::default(),
    }
}

fn name(text: &str) -> Name {
    Name {
        text: text.to_owned(),
        span: Span::default(),
    }
}

fn expressions() -> impl Strategy<Value = Expression> {
    let leaf = prop_oneof![
        prop::sample::select(vec![0.0, 1.0, 2.0, 0.5, -1.0, 3.7]).prop_map(|value| {
            let number = of(ExpressionKind::Number(f64::abs(value)));
            if value < 0.0 {
                of(ExpressionKind::Unary(UnaryOperator::Minus, Box::new(number)))
            } else {
                number
            }
        }),
        prop::sample::select(LEAVES.to_vec()).prop_map(|text| of(ExpressionKind::Name(text.to_owned()))),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let binary = |operators: Vec<BinaryOperator>, inner: BoxedStrategy<Expression>| {
            (prop::sample::select(operators), inner.clone(), inner).prop_map(|(operator, left, right)| {
                of(ExpressionKind::Binary(operator, Box::new(left), Box::new(right)))
            })
        };
        use BinaryOperator::*;
        let inner = inner.boxed();
        prop_oneof![
            6 => binary(vec![Add, Subtract, Multiply, Divide, Remainder], inner.clone()),
            1 => binary(vec![Less, LessEqual, Greater, GreaterEqual, And, Or], inner.clone()),
            2 => (inner.clone(), prop::sample::select(vec![0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 0.7])).prop_map(
                |(base, exponent)| {
                    let size = of(ExpressionKind::Call(name("abs"), vec![base]));
                    let exponent = of(ExpressionKind::Number(exponent));
                    of(ExpressionKind::Binary(Power, Box::new(size), Box::new(exponent)))
                }
            ),
            1 => inner.clone().prop_map(|inner| of(ExpressionKind::Unary(UnaryOperator::Minus, Box::new(inner)))),
            1 => inner.clone().prop_map(|inner| of(ExpressionKind::Unary(UnaryOperator::Not, Box::new(inner)))),
            2 => (prop::sample::select(vec!["tanh", "sin", "abs", "expit"]), inner.clone())
                .prop_map(|(function, inner)| of(ExpressionKind::Call(name(function), vec![inner]))),
            1 => (prop::sample::select(vec!["min", "max"]), inner.clone(), inner.clone())
                .prop_map(|(function, a, b)| of(ExpressionKind::Call(name(function), vec![a, b]))),
            1 => (inner.clone(), inner.clone(), inner)
                .prop_map(|(a, b, c)| of(ExpressionKind::Call(name("ifelse"), vec![a, b, c]))),
        ]
    })
}

fn assign(kind: TargetKind, text: &str, value: Expression) -> Statement {
    let target = Target {
        kind,
        name: name(text),
        span: Place::default(),
    };
    let kind = StatementKind::Assign {
        target,
        suppressed: false,
        value,
    };
    Statement {
        kind,
        comments: Comments::default(),
        span: Place::default(),
    }
}

/// A model with two states; the variables `v1` and `v2` are assigned again and again, also under conditions.
fn files() -> impl Strategy<Value = ModelFile> {
    let update = (prop::sample::select(vec!["v1", "v2"]), expressions())
        .prop_map(|(text, value)| assign(TargetKind::Variable, text, value))
        .boxed();
    let branch = prop::collection::vec(update.clone(), 0..3).prop_map(|statements| Block {
        statements,
        closing: Vec::new(),
    });
    let condition = (
        prop::collection::vec((expressions(), branch.clone()), 1..3),
        prop::option::of(branch),
    )
        .prop_map(|(branches, otherwise)| Statement {
            kind: StatementKind::If { branches, otherwise },
            comments: Comments::default(),
            span: Place::default(),
        });
    let middle = prop::collection::vec(prop_oneof![2 => update, 1 => condition], 0..5);
    let ends = prop::collection::vec(expressions(), 2);
    (middle, ends).prop_map(|(middle, ends)| {
        let zero = || of(ExpressionKind::Number(0.25));
        let mut statements = vec![
            assign(TargetKind::Variable, "v1", zero()),
            assign(TargetKind::Variable, "v2", zero()),
        ];
        statements.extend(middle);
        let mut ends = ends.into_iter();
        for state in ["x", "y"] {
            statements.push(assign(TargetKind::Derivative, state, ends.next().unwrap()));
        }
        let theta = |text: &str, value: f64, fixed: bool| IniStatement {
            kind: IniKind::Theta(ThetaSyntax {
                name: name(text),
                lower: None,
                estimate: of(ExpressionKind::Number(value)),
                upper: None,
                fixed,
            }),
            label: None,
            comments: Comments::default(),
            span: Place::default(),
        };
        let omega = IniStatement {
            kind: IniKind::Omega(OmegaSyntax {
                etas: vec![name("eta1")],
                values: vec![of(ExpressionKind::Number(0.1))],
                values_span: Place::default(),
                fixed: false,
                level: None,
            }),
            label: None,
            comments: Comments::default(),
            span: Place::default(),
        };
        ModelFile {
            source: Source::new("made", ""),
            name: name("m"),
            metadata: Vec::new(),
            ini: vec![
                theta("th1", 1.3, false),
                theta("th2", 0.2, false),
                theta("fx", 2.5, true),
                omega,
            ],
            equations: Block {
                statements,
                closing: Vec::new(),
            },
            complete: true,
        }
    })
}

/// Rounding may differ by the documented rearrangements; cancellation can blow it up, so wildly different sizes inside
/// are let through only where a nearby input gives a value as far away.
fn agrees(found: f64, expected: f64, slack: f64) -> bool {
    found == expected
        || (found.is_nan() && expected.is_nan())
        || (found - expected).abs() <= 1e-11 * expected.abs().max(1.0) + slack
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 1 << 20, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn tapes_mean_what_the_text_says(
        file in files(),
        inputs in prop::collection::vec(0.1..3.0_f64, 7),
        only in any::<bool>(),
    ) {
        let (model, problems) = check(&file);
        prop_assert!(model.is_some(), "{problems:#?}\n{}", print(&file));
        let model = model.unwrap();
        let per_subject = if only { PerSubject::Only(["fx".to_owned()].into()) } else { PerSubject::All };
        let program = compile(&model, &CompileOptions { per_subject, ..CompileOptions::default() }).unwrap();
        let (states, time) = ([inputs[0], inputs[1]], inputs[2]);
        let evaluate = |nudge: f64| {
            let mut values: Values = HashMap::from([
                ("th1".to_owned(), inputs[3]), ("th2".to_owned(), inputs[4]), ("fx".to_owned(), 2.5),
                ("eta1".to_owned(), inputs[5] - 1.0), ("WT".to_owned(), inputs[6]),
                ("x".to_owned(), states[0] * (1.0 + nudge)), ("y".to_owned(), states[1] * (1.0 - nudge)),
                ("t".to_owned(), time * (1.0 + nudge)),
            ]);
            LITERALS.set(1.0 + nudge);
            run(&file.equations, &mut values);
            LITERALS.set(1.0);
            values
        };
        WENT_WILD.set(false);
        let (values, nudged) = (evaluate(0.0), evaluate(1e-13));
        // A literal 0 takes its factor with it, be it infinite: from there on text and tape may go different ways.
        prop_assume!(!WENT_WILD.get());
        // A value that a nudge of inputs and literals moves far is too ill-conditioned, or too near a jump, to compare.
        let slack = |key: &str| {
            let moved = (values[key] - nudged[key]).abs();
            if moved.is_nan() { f64::INFINITY } else { 1e3 * moved }
        };
        let mut subject = Interpreter::new(&program);
        for (text, value) in [("th1", inputs[3]), ("th2", inputs[4]), ("eta1", inputs[5] - 1.0)] {
            subject.set_input(text, value);
        }
        subject.set_input("WT", inputs[6]);
        let derivatives = subject.derivatives(time, &states);
        for (found, key) in derivatives.iter().zip(["d/dt(x)", "d/dt(y)"]) {
            let expected = values[key];
            prop_assert!(
                agrees(*found, expected, slack(key)),
                "{key}: tape {found}, text {expected}\n{}", print(&file)
            );
        }
        let outputs = subject.outputs(time, &states);
        for (output, found) in program.outputs_reported.iter().zip(&outputs) {
            let expected = values[&output.name];
            prop_assert!(
                agrees(*found, expected, slack(&output.name)),
                "{}: tape {found}, text {expected}\n{}", output.name, print(&file)
            );
        }
        // The Jacobian's tape leaves the same derivatives, to the bit.
        subject.jacobian(time, &states);
        for (state, derivative) in program.states.iter().zip(&derivatives) {
            prop_assert_eq!(subject.register(state.derivative).to_bits(), derivative.to_bits());
        }
    }

    #[test]
    fn derivatives_are_those_of_the_text(file in files(), inputs in prop::collection::vec(0.1..3.0_f64, 7)) {
        let model = check(&file).0.unwrap();
        let program = compile(&model, &CompileOptions::default()).unwrap();
        let point = [inputs[0], inputs[1], inputs[2]];
        let evaluate = |at: [f64; 3]| {
            let mut values: Values = HashMap::from([
                ("th1".to_owned(), inputs[3]), ("th2".to_owned(), inputs[4]), ("fx".to_owned(), 2.5),
                ("eta1".to_owned(), inputs[5] - 1.0), ("WT".to_owned(), inputs[6]),
                ("x".to_owned(), at[0]), ("y".to_owned(), at[1]), ("t".to_owned(), at[2]),
            ]);
            run(&file.equations, &mut values);
            [values["d/dt(x)"], values["d/dt(y)"]]
        };
        let mut subject = Interpreter::new(&program);
        for (text, value) in [("th1", inputs[3]), ("th2", inputs[4]), ("eta1", inputs[5] - 1.0), ("WT", inputs[6])] {
            subject.set_input(text, value);
        }
        let (jacobian, by_time) = subject.jacobian(point[2], &point[..2]);
        for column in 0..3 {
            let difference = |step: f64| {
                let (mut up, mut down) = (point, point);
                up[column] += step;
                down[column] -= step;
                let (up, down) = (evaluate(up), evaluate(down));
                [(up[0] - down[0]) / (2.0 * step), (up[1] - down[1]) / (2.0 * step)]
            };
            WENT_WILD.set(false);
            let step = 1e-5 * point[column];
            let (coarse, fine, finest) = (difference(step), difference(0.5 * step), difference(1e-3 * step));
            prop_assume!(!WENT_WILD.get());
            for row in 0..2 {
                let symbolic = if column == 2 { by_time[row] } else { jacobian[row][column] };
                // Where steps give different slopes there are jumps or a kink, or the difference is all rounding. Of many
                // jumps, as a remainder by little makes them, the larger steps may see the same mean.
                let (spread, many) = ((coarse[row] - fine[row]).abs(), (finest[row] - fine[row]).abs());
                let size = fine[row].abs().max(evaluate(point)[row].abs()).max(1.0);
                if spread > 1e-6 * size || many > 5e-6 * size {
                    continue;
                }
                prop_assert!(
                    (symbolic - fine[row]).abs() <= 1e-5 * size,
                    "row {row} column {column}: {symbolic}, by differences {}\n{}", fine[row], print(&file)
                );
            }
        }
    }
}

#[test]
fn vectors_in_values_are_computed_element_by_element() {
    let text = "m <- function() {\n ini({\n lk <- log(c(0.5, 1, 2))\n b <- 2*c(1, 2)\n })\n model({\n d/dt(x) <- -exp(lk)*b*x\n })\n}";
    let (file, problems) = euthymia_model::syntax::parse(&Source::new("m.R", text));
    assert_eq!(problems, []);
    let model = check(&file).0.unwrap();
    let [lk, b] = model.thetas() else {
        panic!("two parameters")
    };
    let half = euthymia_vecmath::scalar::ln(0.5);
    assert_eq!((lk.lower, lk.value, lk.upper), (half, 0.0, -half));
    assert_eq!((b.lower, b.value, b.upper), (2.0, 4.0, f64::INFINITY));
}
