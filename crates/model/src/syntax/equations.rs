//! Statements of `model({})`: assignments, endpoints, conditions.

use euthymia_diagnostics::Diagnostic;

use super::expression::OR;
use super::parser::{Parsed, Parser};
use super::token::{Symbol, TokenKind};
use super::tree::{
    BinaryOperator, Block, ErrorCall, Expression, ExpressionKind, Name, Place, Statement, StatementKind,
    Target, TargetKind,
};

/// Words that begin statements of R which a model cannot hold.
const REFUSED_STATEMENTS: &[&str] = &["for", "while", "repeat", "function", "next", "break", "return"];

/// What stands on the left of an assignment.
const TARGETS: &str =
    "assign to `x`, `d/dt(x)`, `x(0)`, `f(x)`, `alag(x)`, `dur(x)`, `rate(x)` or `mtime(x)`";

/// Functions that make the right side of `~` a residual error whatever stands on the left.
const ERROR_FUNCTIONS: &[&str] = &[
    "add",
    "prop",
    "pow",
    "propT",
    "propF",
    "powT",
    "powF",
    "norm",
    "dnorm",
    "lnorm",
    "dlnorm",
    "dlogn",
    "logn",
    "logitNorm",
    "probitNorm",
    "combined1",
    "combined2",
    "boxCox",
    "yeoJohnson",
    "var",
    "dpois",
    "pois",
    "dbinom",
    "binom",
    "dbern",
    "bern",
    "dbeta",
    "dgamma",
    "dnbinom",
    "dnbinomMu",
    "dchisq",
    "dexp",
    "dweibull",
    "dgeom",
    "dunif",
    "dt",
    "dcauchy",
    "ordinal",
    "ll",
    "n2ll",
    "dmultinom",
    "dmmu",
    "dordinal",
    "c",
];

impl Parser<'_> {
    /// Everything up to the closing brace.
    pub(crate) fn statements(&mut self) -> Block {
        let outer = std::mem::take(&mut self.parentheses);
        let mut block = Block::default();
        while !self.at_end() && !self.is(Symbol::RightBrace) && !self.begins_block() {
            if self.eat(Symbol::Semicolon) {
                continue;
            }
            let above = self.comments_before();
            let from = self.begin_statement();
            match self.statement(above) {
                Ok(statement) => block.statements.push(statement),
                Err(_) => self.recover(from),
            }
        }
        block.closing = self.comments_before();
        self.parentheses = outer;
        block
    }

    fn statement(&mut self, above: Vec<super::tree::Comment>) -> Parsed<Statement> {
        let start = self.span();
        let kind = if self.is_word(0, "if") {
            self.condition()?
        } else {
            self.assignment_or_endpoint()?
        };
        let span = Place(start.to(self.previous_span()));
        self.expect_statement_end()?;
        let comments = self.comments(above);
        Ok(Statement { kind, comments, span })
    }

    fn assignment_or_endpoint(&mut self) -> Parsed<StatementKind> {
        if let TokenKind::Name(word) = &self.token(0).kind
            && REFUSED_STATEMENTS.contains(&word.as_str())
        {
            let diagnostic = Diagnostic::error("M008", format!("`{word}` is not part of the model language"))
                .at(self.source, self.span(), "not taken")
                .help("write the equations out; choose with `if` and `else`");
            return Err(self.report(diagnostic));
        }
        let left = self.expression(OR)?;
        let suppressed = self.is(Symbol::Tilde);
        if !suppressed && !self.is(Symbol::Arrow) && !self.is(Symbol::Equal) {
            if self.at_statement_end()
                && let Some(compartment) = declared_compartment(&left)
            {
                return Ok(StatementKind::Compartment(compartment));
            }
            return Err(self.not_a_statement(&left));
        }
        self.advance();
        if !suppressed {
            let target = self.target(left)?;
            let value = self.expression(OR)?;
            return Ok(StatementKind::Assign {
                target,
                suppressed,
                value,
            });
        }
        let value = self.distributed()?;
        match error_terms(&value) {
            Some(terms) => {
                let ExpressionKind::Name(text) = left.kind else {
                    let diagnostic = Diagnostic::error("M004", "an endpoint is a single variable")
                        .at(self.source, left.span, "expected a name")
                        .help("assign it to a variable first");
                    return Err(self.report(diagnostic));
                };
                let variable = Name {
                    text,
                    span: left.span,
                };
                let condition = if self.eat(Symbol::Bar) {
                    Some(self.name("the condition of the endpoint")?)
                } else {
                    None
                };
                Ok(StatementKind::Endpoint {
                    variable,
                    terms,
                    condition,
                })
            }
            None => Ok(StatementKind::Assign {
                target: self.target(left)?,
                suppressed,
                value,
            }),
        }
    }

    fn not_a_statement(&mut self, left: &Expression) -> super::parser::Reported {
        if let ExpressionKind::Call(function, _) = &left.kind
            && self.at_statement_end()
        {
            let help = match function.text.as_str() {
                "cmt" => "write `cmt(compartment)` with the name of a compartment",
                "label" => "labels belong to `ini({ ... })`",
                _ => "give its value to a variable: `name <- ...`",
            };
            let diagnostic = Diagnostic::error(
                "M043",
                format!("`{}()` as a statement is not taken", function.text),
            )
            .at(self.source, left.span, "here")
            .help(help);
            return self.report(diagnostic);
        }
        self.unexpected("`<-`, `=` or `~`")
    }

    /// Turns the left side of an assignment into what it assigns to.
    fn target(&mut self, left: Expression) -> Parsed<Target> {
        let span = Place(left.span);
        match left.kind {
            ExpressionKind::Name(text) => Ok(Target {
                kind: TargetKind::Variable,
                name: Name {
                    text,
                    span: left.span,
                },
                span,
            }),
            ExpressionKind::Derivative(name) => Ok(Target {
                kind: TargetKind::Derivative,
                name,
                span,
            }),
            ExpressionKind::Call(function, arguments) => match arguments.as_slice() {
                [
                    Expression {
                        kind: ExpressionKind::Number(0.0),
                        ..
                    },
                ] => Ok(Target {
                    kind: TargetKind::Initial,
                    name: function,
                    span,
                }),
                [
                    Expression {
                        kind: ExpressionKind::Name(text),
                        span: at,
                    },
                ] => {
                    let kind = match function.text.as_str() {
                        "f" | "F" => TargetKind::Bioavailability,
                        "alag" | "lag" => TargetKind::Lag,
                        "dur" => TargetKind::Duration,
                        "rate" => TargetKind::Rate,
                        "mtime" => TargetKind::ModelTime,
                        _ => return Err(self.not_a_target(&function)),
                    };
                    Ok(Target {
                        kind,
                        name: Name {
                            text: text.clone(),
                            span: *at,
                        },
                        span,
                    })
                }
                _ => Err(self.not_a_target(&function)),
            },
            _ => {
                let diagnostic = Diagnostic::error("M004", "nothing can be assigned to this")
                    .at(self.source, left.span, "expected a variable")
                    .help(TARGETS);
                Err(self.report(diagnostic))
            }
        }
    }

    fn not_a_target(&mut self, function: &Name) -> super::parser::Reported {
        let (code, message, help) = match function.text.as_str() {
            "linCmt" => (
                "M043",
                "nothing can be assigned to `linCmt()`",
                "write `cp <- linCmt()`",
            ),
            _ => ("M004", "nothing can be assigned to this", TARGETS),
        };
        let diagnostic = Diagnostic::error(code, message)
            .at(self.source, function.span, "here")
            .help(help);
        self.report(diagnostic)
    }

    fn condition(&mut self) -> Parsed<StatementKind> {
        let mut branches = Vec::new();
        loop {
            self.advance();
            let open = self.expect(Symbol::LeftParenthesis, "after `if`")?;
            self.parentheses += 1;
            let condition = self.expression(OR);
            self.parentheses -= 1;
            let condition = condition?;
            if self.is(Symbol::Equal) {
                let diagnostic = Diagnostic::error("M004", "`=` does not compare")
                    .at(self.source, self.span(), "expected `==`")
                    .help("write `==` to ask whether two values are equal");
                return Err(self.report(diagnostic));
            }
            self.expect_close(open, "`)` or an operator")?;
            branches.push((condition, self.branch()?));
            // Within braces, R takes an `else` on a new line too.
            if !self.is_word(0, "else") {
                return Ok(StatementKind::If {
                    branches,
                    otherwise: None,
                });
            }
            self.advance();
            if !self.is_word(0, "if") {
                let otherwise = Some(self.branch()?);
                return Ok(StatementKind::If { branches, otherwise });
            }
        }
    }

    /// `{ ... }` or a single statement.
    fn branch(&mut self) -> Parsed<Block> {
        self.deeper(|parser| {
            if !parser.is(Symbol::LeftBrace) {
                let above = parser.comments_before();
                let start = parser.span();
                let kind = if parser.is_word(0, "if") {
                    parser.condition()?
                } else {
                    parser.assignment_or_endpoint()?
                };
                let span = Place(start.to(parser.previous_span()));
                let comments = super::tree::Comments {
                    above,
                    beside: Vec::new(),
                };
                return Ok(Block {
                    statements: vec![Statement { kind, comments, span }],
                    closing: Vec::new(),
                });
            }
            let open = parser.advance().span;
            let block = parser.statements();
            if parser.eat(Symbol::RightBrace) {
                return Ok(block);
            }
            let diagnostic = Diagnostic::error("M006", "block without an end")
                .at(parser.source, parser.span(), "expected `}`")
                .at(parser.source, open, "opened here");
            Err(parser.report(diagnostic))
        })
    }
}

/// The compartment of `cmt(compartment)`.
fn declared_compartment(expression: &Expression) -> Option<Name> {
    let ExpressionKind::Call(function, arguments) = &expression.kind else {
        return None;
    };
    match arguments.as_slice() {
        [
            Expression {
                kind: ExpressionKind::Name(text),
                span,
            },
        ] if function.text == "cmt" => Some(Name {
            text: text.clone(),
            span: *span,
        }),
        _ => None,
    }
}

/// The terms of a residual error, if the expression is one: a sum of calls of error functions.
fn error_terms(value: &Expression) -> Option<Vec<ErrorCall>> {
    let mut calls = Vec::new();
    collect_calls(value, &mut calls).then_some(())?;
    let certain = calls
        .iter()
        .any(|call| ERROR_FUNCTIONS.contains(&call.function.text.as_str()));
    // `t(df)` is an error term only beside another.
    let possible = calls.iter().all(|call| {
        let name = call.function.text.as_str();
        ERROR_FUNCTIONS.contains(&name) || name == "t"
    });
    (certain && possible).then_some(calls)
}

fn collect_calls(value: &Expression, calls: &mut Vec<ErrorCall>) -> bool {
    match &value.kind {
        ExpressionKind::Call(function, arguments) => {
            calls.push(ErrorCall {
                function: function.clone(),
                arguments: arguments.clone(),
            });
            true
        }
        ExpressionKind::Binary(BinaryOperator::Add, left, right) => {
            collect_calls(left, calls) && collect_calls(right, calls)
        }
        _ => false,
    }
}
