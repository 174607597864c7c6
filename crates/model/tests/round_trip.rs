//! Printing and parsing: what was printed reads back as the same tree, and compiles to the same program.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use euthymia_diagnostics::{Source, Span};
use euthymia_model::check::check;
use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::syntax::tree::*;
use euthymia_model::syntax::{ModelFile, parse, print};
use proptest::prelude::*;

#[test]
fn printed_models_are_the_same_models() {
    for path in common::model_paths() {
        let file = common::parsed(&path);
        let text = print(&file);
        let (again, problems) = parse(&Source::new("printed.R", text.clone()));
        assert_eq!(problems, [], "{text}");
        assert_eq!(file, again, "{text}");
        assert_eq!(print(&again), text);
        let program =
            |file: &ModelFile| compile(&check(file).0.unwrap(), &CompileOptions::default()).unwrap();
        assert_eq!(program(&file), program(&again), "{text}");
    }
}

#[test]
fn comments_and_layout_survive() {
    let text = "# about the model
m <- function() {
  # what it is
  description <- \"x \\\"quoted\\\" \\\\ \n\" # said
  units <- list(time = \"h\", `odd name` = -1.5, c(1, TRUE, NULL)) # u
  ini({
    # the first
    a <- c(0, 1e-7, Inf); label(\"A (L)\") # [seen] there
    b ~ 0.1 | study # between
    c1 + d1 ~ fix(c(1, # one
      0.5, # two
      1))
  })
  model({
    # above
    x <- -a^2 + (-a)^2 - (1 - (2 - 3)) / (4 / 5) * exp(b) # beside
    if (x > 1 && !(b == 2) || x <= 0) { # why
      y <- 1 # one
      # closing
    } else if (x == 3) {
      y <- 2^-x^3
    } else y <- (2^x)^3 # end
    z ~ x || y
    d/dt(s) <- -x*s + c1*d1
    f(s) <- 0.5; lag(s) <- 1
    y ~ add(a) + prop(0.1) | cond
    # last words
  })
}
";
    let (file, problems) = parse(&Source::new("m.R", text));
    assert_eq!(problems, []);
    let printed = print(&file);
    let (again, problems) = parse(&Source::new("m.R", printed.clone()));
    assert_eq!(problems, [], "{printed}");
    assert_eq!(file, again, "{printed}");
    insta::assert_snapshot!(printed);
}

fn name(text: &str) -> Name {
    Name {
        text: text.to_owned(),
        span: Span::default(),
    }
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec!["a", "b.c", "x_1", ".hidden", "d", "dt", "f", "lag", "c", "t", "pi", "ini", "model"])
            .prop_map(str::to_owned),
        1 => "[a-z][a-z0-9._]{0,6}".prop_filter("keywords", |word| ![
            "if", "else", "for", "while", "repeat", "function", "next", "break", "in", "return"
        ].contains(&word.as_str())),
        1 => "[a-z] [a-z0-9]{1,3}",
    ]
}

fn of(kind: ExpressionKind) -> Expression {
    Expression {
        kind,
        span: Span::default(),
    }
}

fn expressions() -> impl Strategy<Value = Expression> {
    let leaf = prop_oneof![
        (0.0..1e9_f64).prop_map(|value| of(ExpressionKind::Number(value))),
        prop::sample::select(vec![0.0, 1.0, 1e-300, 5e-324, 1.7e308, 0.1, 123456.0])
            .prop_map(|value| of(ExpressionKind::Number(value))),
        names().prop_map(|text| of(ExpressionKind::Name(text))),
        names().prop_map(|text| of(ExpressionKind::Derivative(name(&text)))),
    ];
    leaf.prop_recursive(6, 60, 3, |inner| {
        prop_oneof![
            (
                prop::sample::select(vec![
                    UnaryOperator::Minus,
                    UnaryOperator::Plus,
                    UnaryOperator::Not
                ]),
                inner.clone()
            )
                .prop_map(|(operator, inner)| of(ExpressionKind::Unary(operator, Box::new(inner)))),
            (
                prop::sample::select(OPERATORS.to_vec()),
                inner.clone(),
                inner.clone()
            )
                .prop_map(|(operator, left, right)| of(ExpressionKind::Binary(
                    operator,
                    Box::new(left),
                    Box::new(right)
                ))),
            ("[a-z]{1,4}[0-9]", prop::collection::vec(inner, 0..3))
                .prop_map(|(function, arguments)| of(ExpressionKind::Call(name(&function), arguments))),
        ]
    })
}

const OPERATORS: [BinaryOperator; 14] = [
    BinaryOperator::Or,
    BinaryOperator::And,
    BinaryOperator::Less,
    BinaryOperator::LessEqual,
    BinaryOperator::Greater,
    BinaryOperator::GreaterEqual,
    BinaryOperator::Equal,
    BinaryOperator::NotEqual,
    BinaryOperator::Add,
    BinaryOperator::Subtract,
    BinaryOperator::Multiply,
    BinaryOperator::Divide,
    BinaryOperator::Remainder,
    BinaryOperator::Power,
];

fn comments() -> impl Strategy<Value = Comments> {
    let comment = "[a-z0-9 ;({\"']{0,10}[a-z]".prop_map(|text: String| {
        let text = text.trim().to_owned();
        Comment {
            text,
            span: Span::default(),
        }
    });
    (
        prop::collection::vec(comment.clone(), 0..2),
        prop::collection::vec(comment, 0..2),
    )
        .prop_map(|(above, beside)| Comments { above, beside })
}

fn statements(depth: u32) -> BoxedStrategy<Statement> {
    let target = (
        prop::sample::select(vec![
            TargetKind::Variable,
            TargetKind::Derivative,
            TargetKind::Initial,
            TargetKind::Bioavailability,
            TargetKind::Lag,
            TargetKind::Duration,
            TargetKind::Rate,
            TargetKind::ModelTime,
        ]),
        names(),
    )
        .prop_map(|(kind, text)| Target {
            kind,
            name: name(&text),
            span: Place::default(),
        });
    let assign = (target, any::<bool>(), expressions()).prop_map(|(target, suppressed, value)| {
        StatementKind::Assign {
            target,
            suppressed,
            value,
        }
    });
    let numbered = names().prop_map(|text| StatementKind::Compartment(name(&text)));
    let endpoint =
        (names(), prop::option::of(names()), expressions()).prop_map(|(variable, condition, sd)| {
            StatementKind::Endpoint {
                variable: name(&variable),
                terms: vec![
                    ErrorCall {
                        function: name("add"),
                        arguments: vec![sd.clone()],
                    },
                    ErrorCall {
                        function: name("pow"),
                        arguments: vec![sd.clone(), sd],
                    },
                ],
                condition: condition.as_deref().map(name),
            }
        });
    let simple = prop_oneof![4 => assign, 1 => endpoint, 1 => numbered].boxed();
    let kind = if depth == 0 {
        simple
    } else {
        let block = move || {
            prop::collection::vec(statements(depth - 1), 0..3).prop_map(|statements| Block {
                statements,
                closing: Vec::new(),
            })
        };
        let condition = (
            prop::collection::vec((expressions(), block()), 1..3),
            prop::option::of(block()),
        )
            .prop_map(|(branches, otherwise)| StatementKind::If { branches, otherwise });
        prop_oneof![3 => simple, 1 => condition].boxed()
    };
    (kind, comments())
        .prop_map(|(kind, comments)| Statement {
            kind,
            comments,
            span: Place::default(),
        })
        .boxed()
}

fn ini_statements() -> impl Strategy<Value = IniStatement> {
    let theta = (
        names(),
        prop::option::of(expressions()),
        expressions(),
        prop::option::of(expressions()),
        any::<bool>(),
    )
        .prop_map(|(text, lower, estimate, upper, fixed)| {
            let upper = if lower.is_some() { upper } else { None };
            IniKind::Theta(ThetaSyntax {
                name: name(&text),
                lower,
                estimate,
                upper,
                fixed,
            })
        });
    let omega = (
        prop::collection::vec(names(), 1..3),
        prop::collection::vec(expressions(), 1..4),
        any::<bool>(),
        prop::option::of(names()),
    )
        .prop_map(|(etas, values, fixed, level)| {
            IniKind::Omega(OmegaSyntax {
                etas: etas.iter().map(|eta| name(eta)).collect(),
                values,
                values_span: Place::default(),
                fixed,
                level: level.as_deref().map(name),
            })
        });
    (
        prop_oneof![theta, omega],
        prop::option::of("[a-zA-Z \"\\\\#(/)]{0,12}"),
        comments(),
    )
        .prop_map(|(kind, label, comments)| IniStatement {
            kind,
            label: label.map(|text| Label {
                text,
                span: Span::default(),
            }),
            comments,
            span: Place::default(),
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_tree_reads_back(
        ini in prop::collection::vec(ini_statements(), 0..4),
        statements in prop::collection::vec(statements(2), 0..5),
    ) {
        let file = ModelFile {
            source: Source::new("made", ""),
            name: name("m"),
            metadata: Vec::new(),
            ini,
            equations: Block { statements, closing: Vec::new() }, complete: true,
        };
        let text = print(&file);
        let (again, problems) = parse(&Source::new("printed.R", text.clone()));
        prop_assert_eq!(problems, [], "{}", text);
        prop_assert_eq!(&file, &again, "{}\nreads back as\n{}", text, print(&again));
    }
}
