//! Expressions, by operator precedence as in R: `^`, sign, `%%`, `* /`, `+ -`, comparison, `!`, `&&`, `||`.

use euthymia_diagnostics::{Diagnostic, Span};

use super::parser::{MAX_DEPTH, Parsed, Parser, Reported};
use super::token::{Symbol, TokenKind};
use super::tree::{BinaryOperator, Expression, ExpressionKind, Name, UnaryOperator};

/// An expression and its height as a tree, which is bounded so that nobody who walks it overflows the stack.
type Tall = (Expression, usize);

/// Binding power of `||`, the weakest operator.
pub(crate) const OR: u8 = 1;
/// Binding power of `&&`.
const AND: u8 = 2;
/// Binding power of `!`.
pub(crate) const NOT: u8 = 3;
/// Binding power of comparisons, which do not chain.
pub(crate) const COMPARISON: u8 = 4;
/// Binding power of `+` and `-`.
pub(crate) const SUM: u8 = 5;
/// Binding power of `*` and `/`.
pub(crate) const PRODUCT: u8 = 6;
/// Binding power of `%%`.
pub(crate) const REMAINDER: u8 = 7;
/// Binding power of a sign.
pub(crate) const SIGN: u8 = 8;
/// Binding power of `^`, which groups from the right.
pub(crate) const POWER: u8 = 9;

/// Words of R that cannot be names.
const KEYWORDS: &[&str] = &[
    "if", "else", "for", "while", "repeat", "function", "next", "break", "in", "return",
];

/// Binding power and meaning of an operator between operands.
pub(crate) fn power_of(operator: BinaryOperator) -> u8 {
    match operator {
        BinaryOperator::Or => OR,
        BinaryOperator::And => AND,
        BinaryOperator::Less
        | BinaryOperator::LessEqual
        | BinaryOperator::Greater
        | BinaryOperator::GreaterEqual
        | BinaryOperator::Equal
        | BinaryOperator::NotEqual => COMPARISON,
        BinaryOperator::Add | BinaryOperator::Subtract => SUM,
        BinaryOperator::Multiply | BinaryOperator::Divide => PRODUCT,
        BinaryOperator::Remainder => REMAINDER,
        BinaryOperator::Power => POWER,
    }
}

fn binary_operator(symbol: Symbol) -> Option<BinaryOperator> {
    Some(match symbol {
        Symbol::Or | Symbol::Bar => BinaryOperator::Or,
        Symbol::And => BinaryOperator::And,
        Symbol::Less => BinaryOperator::Less,
        Symbol::LessEqual => BinaryOperator::LessEqual,
        Symbol::Greater => BinaryOperator::Greater,
        Symbol::GreaterEqual => BinaryOperator::GreaterEqual,
        Symbol::EqualEqual => BinaryOperator::Equal,
        Symbol::NotEqual => BinaryOperator::NotEqual,
        Symbol::Plus => BinaryOperator::Add,
        Symbol::Minus => BinaryOperator::Subtract,
        Symbol::Star => BinaryOperator::Multiply,
        Symbol::Slash => BinaryOperator::Divide,
        Symbol::Remainder => BinaryOperator::Remainder,
        Symbol::Caret => BinaryOperator::Power,
        _ => return None,
    })
}

impl Parser<'_> {
    /// An expression of operators that bind at least as strongly as `weakest`.
    pub(crate) fn expression(&mut self, weakest: u8) -> Parsed<Expression> {
        self.tall(weakest).map(|(expression, _)| expression)
    }

    /// The right side of `~`, which a single `|` ends.
    pub(crate) fn distributed(&mut self) -> Parsed<Expression> {
        self.bar_ends = true;
        let value = self.expression(OR);
        self.bar_ends = false;
        value
    }

    fn tall(&mut self, weakest: u8) -> Parsed<Tall> {
        self.deeper(|parser| {
            let mut left = parser.operand()?;
            while let Some((operator, power)) = parser.operator_here() {
                if power < weakest {
                    break;
                }
                let operator_span = parser.advance().span;
                let right = parser.tall(if operator == BinaryOperator::Power {
                    SIGN
                } else {
                    power + 1
                })?;
                if power == COMPARISON && parser.operator_here().is_some_and(|(_, next)| next == COMPARISON) {
                    return Err(parser.chained_comparison(operator_span));
                }
                left = parser.join(operator, left, right)?;
            }
            Ok(left)
        })
    }

    /// The operator at the cursor, unless a line break ends the statement before it.
    fn operator_here(&self) -> Option<(BinaryOperator, u8)> {
        let token = self.token(0);
        if token.after_newline && self.parentheses == 0 {
            return None;
        }
        let TokenKind::Symbol(symbol) = token.kind else {
            return None;
        };
        if symbol == Symbol::Bar && self.bar_ends && self.parentheses == 0 {
            return None;
        }
        binary_operator(symbol).map(|operator| (operator, power_of(operator)))
    }

    fn join(&mut self, operator: BinaryOperator, left: Tall, right: Tall) -> Parsed<Tall> {
        let span = left.0.span.to(right.0.span);
        let height = self.grown(left.1.max(right.1), span)?;
        let kind = ExpressionKind::Binary(operator, Box::new(left.0), Box::new(right.0));
        Ok((Expression { kind, span }, height))
    }

    fn grown(&mut self, height: usize, span: Span) -> Parsed<usize> {
        if height >= MAX_DEPTH {
            Err(self.too_deep(span))
        } else {
            Ok(height + 1)
        }
    }

    fn chained_comparison(&mut self, operator: Span) -> Reported {
        let diagnostic = Diagnostic::error("M004", "comparisons cannot be chained")
            .at(self.source, self.span(), "second comparison")
            .at(self.source, operator, "first comparison")
            .help("write `a < b && b < c`");
        self.report(diagnostic)
    }

    fn operand(&mut self) -> Parsed<Tall> {
        if self.begins_statement() && self.after_operator() {
            return Err(self.unfinished("an expression"));
        }
        let sign = match self.token(0).kind {
            TokenKind::Symbol(Symbol::Minus) => Some((UnaryOperator::Minus, SIGN)),
            TokenKind::Symbol(Symbol::Plus) => Some((UnaryOperator::Plus, SIGN)),
            TokenKind::Symbol(Symbol::Not) => Some((UnaryOperator::Not, NOT)),
            _ => None,
        };
        let Some((operator, power)) = sign else {
            return self.primary();
        };
        let start = self.advance().span;
        let (operand, height) = self.tall(power)?;
        let span = start.to(operand.span);
        let height = self.grown(height, span)?;
        Ok((
            Expression {
                kind: ExpressionKind::Unary(operator, Box::new(operand)),
                span,
            },
            height,
        ))
    }

    fn primary(&mut self) -> Parsed<Tall> {
        let token = self.token(0).clone();
        match token.kind {
            TokenKind::Number(value) => {
                self.advance();
                Ok((
                    Expression {
                        kind: ExpressionKind::Number(value),
                        span: token.span,
                    },
                    1,
                ))
            }
            TokenKind::Name(_) if self.is_derivative_here() => {
                let (compartment, span) = self.derivative()?;
                Ok((
                    Expression {
                        kind: ExpressionKind::Derivative(compartment),
                        span,
                    },
                    1,
                ))
            }
            TokenKind::Name(name) => self.name_or_call(Name {
                text: name,
                span: token.span,
            }),
            TokenKind::Symbol(Symbol::LeftParenthesis) => {
                self.advance();
                self.parentheses += 1;
                let inside = self.tall(OR);
                self.parentheses -= 1;
                let (mut inside, height) = inside?;
                inside.span = token
                    .span
                    .to(self.expect_close(token.span, "`)` or an operator")?);
                Ok((inside, height))
            }
            TokenKind::Text(_) => {
                let diagnostic = Diagnostic::error("M008", "text in an equation")
                    .at(self.source, token.span, "expected a number or a name")
                    .help("code the categories as numbers");
                Err(self.report(diagnostic))
            }
            _ => Err(self.unexpected("an expression")),
        }
    }

    fn name_or_call(&mut self, name: Name) -> Parsed<Tall> {
        if KEYWORDS.contains(&name.text.as_str()) {
            let diagnostic =
                Diagnostic::error("M004", format!("`{}` cannot stand in an expression", name.text))
                    .at(self.source, name.span, "expected an expression")
                    .help("choose with `ifelse(condition, a, b)`, or by an `if` statement");
            return Err(self.report(diagnostic));
        }
        self.advance();
        if !self.is(Symbol::LeftParenthesis) || (self.token(0).after_newline && self.parentheses == 0) {
            let span = name.span;
            return Ok((
                Expression {
                    kind: ExpressionKind::Name(name.text),
                    span,
                },
                1,
            ));
        }
        let (arguments, height, close) = self.arguments()?;
        let span = name.span.to(close);
        let height = self.grown(height, span)?;
        Ok((
            Expression {
                kind: ExpressionKind::Call(name, arguments),
                span,
            },
            height,
        ))
    }

    /// `(a, b)` with the height of the tallest argument and the closing parenthesis.
    pub(crate) fn arguments(&mut self) -> Parsed<(Vec<Expression>, usize, Span)> {
        let open = self.expect(Symbol::LeftParenthesis, "before the arguments")?;
        self.parentheses += 1;
        let inside = self.argument_list();
        self.parentheses -= 1;
        let (arguments, height) = inside?;
        let close = self.expect_close(open, "`,` or `)`")?;
        Ok((arguments, height, close))
    }

    fn argument_list(&mut self) -> Parsed<(Vec<Expression>, usize)> {
        let (mut arguments, mut height) = (Vec::new(), 0);
        if self.is(Symbol::RightParenthesis) {
            return Ok((arguments, height));
        }
        loop {
            if self.is_ahead(1, Symbol::Equal) && matches!(self.token(0).kind, TokenKind::Name(_)) {
                let diagnostic = Diagnostic::error("M008", "named argument")
                    .at(self.source, self.span().to(self.token(1).span), "not taken here")
                    .help("give the arguments in their order, without names");
                return Err(self.report(diagnostic));
            }
            let (argument, tall) = self.tall(OR)?;
            arguments.push(argument);
            height = height.max(tall);
            if !self.eat(Symbol::Comma) {
                return Ok((arguments, height));
            }
        }
    }

    /// Whether `d/dt(` is at the cursor.
    pub(crate) fn is_derivative_here(&self) -> bool {
        self.is_word(0, "d")
            && self.is_ahead(1, Symbol::Slash)
            && self.is_word(2, "dt")
            && self.is_ahead(3, Symbol::LeftParenthesis)
    }

    /// `d/dt(name)`, when [`Self::is_derivative_here`].
    fn derivative(&mut self) -> Parsed<(Name, Span)> {
        let start = self.span();
        for _ in 0..3 {
            self.advance();
        }
        let open = self.advance().span;
        let compartment = self.name("the name of a compartment")?;
        let close = self.expect_close(open, "`)`")?;
        Ok((compartment, start.to(close)))
    }

    /// A name that is no keyword.
    pub(crate) fn name(&mut self, expected: &str) -> Parsed<Name> {
        match &self.token(0).kind {
            TokenKind::Name(name) if !KEYWORDS.contains(&name.as_str()) => {
                let text = name.clone();
                let span = self.advance().span;
                Ok(Name { text, span })
            }
            _ => Err(self.unexpected(expected)),
        }
    }
}
