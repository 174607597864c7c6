//! Statements of `ini({})`: population parameters, random effects, labels.

use euthymia_diagnostics::{Diagnostic, Span};

use super::expression::OR;
use super::parser::{Parsed, Parser};
use super::token::{Symbol, TokenKind};
use super::tree::{
    BinaryOperator, Comments, Expression, ExpressionKind, IniKind, IniStatement, Label, Name, OmegaSyntax,
    Place, ThetaSyntax,
};

/// Ways of giving a covariance matrix that are refused by name.
const OTHER_SCALES: &[&str] = &["sd", "cor", "chol", "var", "cov"];

impl Parser<'_> {
    /// Everything up to the closing brace.
    pub(crate) fn ini_statements(&mut self) -> Vec<IniStatement> {
        let mut statements: Vec<IniStatement> = Vec::new();
        let mut lost = false;
        while !self.at_end() && !self.is(Symbol::RightBrace) && !self.begins_block() {
            if self.eat(Symbol::Semicolon) {
                continue;
            }
            let from = self.begin_statement();
            let lost_label = lost && self.is_word(0, "label");
            let before = self.diagnostics.len();
            if self.ini_statement(&mut statements).is_err() {
                if lost_label {
                    // It belongs to the statement before it, which could not be read.
                    self.diagnostics.truncate(before);
                }
                lost = true;
                self.recover(from);
            } else {
                lost = false;
            }
        }
        // A comment before the brace belongs to nothing; it stays with the last statement.
        let closing = self.comments_before();
        if let Some(last) = statements.last_mut() {
            last.comments.beside.extend(closing);
        }
        statements
    }

    fn ini_statement(&mut self, statements: &mut Vec<IniStatement>) -> Parsed<()> {
        let above = self.comments_before();
        if self.is_word(0, "label") && self.is_ahead(1, Symbol::LeftParenthesis) {
            return self.label(above, statements);
        }
        let start = self.span();
        let left = self.expression(OR)?;
        if self.is(Symbol::Arrow) || self.is(Symbol::Equal) {
            let operator = self.advance();
            let Expression {
                kind: ExpressionKind::Name(name),
                span,
            } = left
            else {
                let diagnostic = Diagnostic::error("M004", "a population parameter is a single name")
                    .at(self.source, left.span, "expected a name")
                    .at(self.source, operator.span, "given a value here")
                    .help("random effects are declared with `~`");
                return Err(self.report(diagnostic));
            };
            let theta = self.theta(Name { text: name, span })?;
            return self.declared(IniKind::Theta(theta), start, above, statements);
        }
        if self.eat(Symbol::Tilde) {
            let mut etas = Vec::new();
            self.eta_names(left, &mut etas)?;
            let omega = self.omega(etas)?;
            return self.declared(IniKind::Omega(omega), start, above, statements);
        }
        Err(self.unexpected("`<-` (population parameter) or `~` (random effect)"))
    }

    fn declared(
        &mut self,
        kind: IniKind,
        start: Span,
        above: Vec<super::tree::Comment>,
        statements: &mut Vec<IniStatement>,
    ) -> Parsed<()> {
        let span = Place(start.to(self.previous_span()));
        let comments = self.comments(above);
        statements.push(IniStatement {
            kind,
            label: None,
            comments,
            span,
        });
        self.expect_statement_end()
    }

    fn label(&mut self, above: Vec<super::tree::Comment>, statements: &mut [IniStatement]) -> Parsed<()> {
        let word = self.advance().span;
        let open = self.advance().span;
        let TokenKind::Text(text) = self.token(0).kind.clone() else {
            return Err(self.unexpected("the text of the label in quotes"));
        };
        let span = self.advance().span;
        self.expect_close(open, "`)`")?;
        let Comments { beside, .. } = self.comments(Vec::new());
        let Some(last) = statements.last_mut() else {
            let diagnostic = Diagnostic::error("M025", "a label before any parameter")
                .at(self.source, word, "nothing to label")
                .help("put `label(...)` after the parameter");
            return Err(self.report(diagnostic));
        };
        last.comments.beside.extend(above);
        last.comments.beside.extend(beside);
        if let Some(first) = &last.label {
            let diagnostic = Diagnostic::error("M025", "a second label for one parameter")
                .at(self.source, word, "second")
                .at(self.source, first.span, "first")
                .help("keep one of them");
            return Err(self.report(diagnostic));
        }
        last.label = Some(Label { text, span });
        self.expect_statement_end()
    }

    fn theta(&mut self, name: Name) -> Parsed<ThetaSyntax> {
        let (mut values, fixed) = self.values(OR)?;
        let count = values.len();
        let mut next = || (!values.is_empty()).then(|| values.remove(0));
        let (lower, estimate, upper) = match count {
            1 => (None, next(), None),
            2 => (next(), next(), None),
            _ => (next(), next(), next()),
        };
        match estimate {
            Some(estimate) if count <= 3 => Ok(ThetaSyntax {
                name,
                lower,
                estimate,
                upper,
                fixed,
            }),
            _ => {
                let diagnostic = Diagnostic::error("M021", format!("{count} values for `{}`", name.text))
                    .at(
                        self.source,
                        name.span.to(self.previous_span()),
                        "expected one to three values",
                    )
                    .help("write `estimate`, `c(lower, estimate)` or `c(lower, estimate, upper)`");
                Err(self.report(diagnostic))
            }
        }
    }

    /// A value, `c(...)`, or either within `fix(...)`; also `c(lower, fix(estimate), upper)` and `c(..., fixed)`.
    fn values(&mut self, weakest: u8) -> Parsed<(Vec<Expression>, bool)> {
        let value = self.expression(weakest)?;
        self.flatten(value)
    }

    fn flatten(&mut self, value: Expression) -> Parsed<(Vec<Expression>, bool)> {
        let (function, arguments) = match value.kind {
            ExpressionKind::Call(function, arguments)
                if matches!(function.text.as_str(), "c" | "fix" | "fixed") =>
            {
                (function, arguments)
            }
            kind => {
                let value = Expression {
                    kind,
                    span: value.span,
                };
                return Ok((elements(value), false));
            }
        };
        let (mut values, mut fixed) = (Vec::new(), function.text != "c");
        for argument in arguments {
            let is_mark =
                matches!(&argument.kind, ExpressionKind::Name(word) if word == "fix" || word == "fixed");
            if is_mark {
                fixed = true;
                continue;
            }
            let (inner, inner_fixed) = self.flatten(argument)?;
            values.extend(inner);
            fixed |= inner_fixed;
        }
        if values.is_empty() {
            let diagnostic = Diagnostic::error("M021", format!("`{}()` without a value", function.text))
                .at(self.source, value.span, "expected a value")
                .help("write the estimate between the parentheses");
            return Err(self.report(diagnostic));
        }
        Ok((values, fixed))
    }

    fn eta_names(&mut self, left: Expression, etas: &mut Vec<Name>) -> Parsed<()> {
        match left.kind {
            ExpressionKind::Name(text) => etas.push(Name {
                text,
                span: left.span,
            }),
            ExpressionKind::Binary(BinaryOperator::Add, first, second) => {
                self.eta_names(*first, etas)?;
                self.eta_names(*second, etas)?;
            }
            _ => {
                let diagnostic = Diagnostic::error("M004", "the left side of `~` names random effects").at(
                    self.source,
                    left.span,
                    "expected a name, or names joined by `+`",
                );
                return Err(self.report(diagnostic));
            }
        }
        Ok(())
    }

    fn omega(&mut self, etas: Vec<Name>) -> Parsed<OmegaSyntax> {
        let start = self.span();
        let value = self.distributed()?;
        if let ExpressionKind::Call(function, _) = &value.kind
            && OTHER_SCALES.contains(&function.text.as_str())
        {
            let diagnostic = Diagnostic::error(
                "M043",
                format!("`{}()` in a covariance is not taken", function.text),
            )
            .at(self.source, function.span, "here")
            .help("write variances and covariances: the lower triangle by rows in `c(...)`");
            return Err(self.report(diagnostic));
        }
        let (values, fixed) = self.flatten(value)?;
        let values_span = Place(start.to(self.previous_span()));
        let level = if self.eat(Symbol::Bar) {
            Some(self.name("the level of the random effect")?)
        } else {
            None
        };
        Ok(OmegaSyntax {
            etas,
            values,
            values_span,
            fixed,
            level,
        })
    }
}

/// The elements of a value that is computed from `c(...)`, as in `log(c(1, 2, 3))`; R computes one by one.
fn elements(value: Expression) -> Vec<Expression> {
    match width(&value) {
        Some(width) => (0..width).map(|at| element(&value, at)).collect(),
        None => vec![value],
    }
}

/// How many elements the vectors in a value have; `None` where there is none, or where they differ.
fn width(value: &Expression) -> Option<usize> {
    if let ExpressionKind::Call(function, arguments) = &value.kind
        && function.text == "c"
    {
        return Some(arguments.len()).filter(|count| *count > 0);
    }
    let mut widths = value.children().into_iter().filter_map(width);
    let first = widths.next()?;
    widths.all(|other| other == first).then_some(first)
}

/// One element of a value, every vector replaced by its own.
fn element(value: &Expression, at: usize) -> Expression {
    let inner = |value: &Expression| Box::new(element(value, at));
    let kind = match &value.kind {
        ExpressionKind::Call(function, arguments) if function.text == "c" => {
            return arguments.get(at).unwrap_or(value).clone();
        }
        ExpressionKind::Call(function, arguments) => ExpressionKind::Call(
            function.clone(),
            arguments.iter().map(|argument| element(argument, at)).collect(),
        ),
        ExpressionKind::Unary(operator, operand) => ExpressionKind::Unary(*operator, inner(operand)),
        ExpressionKind::Binary(operator, left, right) => {
            ExpressionKind::Binary(*operator, inner(left), inner(right))
        }
        other => other.clone(),
    };
    Expression {
        kind,
        span: value.span,
    }
}
