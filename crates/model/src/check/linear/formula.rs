//! Expressions put together from parts by arithmetic.

use euthymia_diagnostics::Span;

use crate::syntax::tree::{BinaryOperator, Expression, ExpressionKind, Name};

/// An expression that is being put together; its parts get their place when it is done.
#[derive(Clone)]
pub(super) struct Formula(pub(super) ExpressionKind);

impl Formula {
    pub(super) fn name(text: &str) -> Self {
        Self(ExpressionKind::Name(text.to_owned()))
    }

    pub(super) fn number(value: f64) -> Self {
        Self(ExpressionKind::Number(value))
    }

    pub(super) fn root(self) -> Self {
        let span = Span::default();
        let text = "sqrt".to_owned();
        Self(ExpressionKind::Call(Name { text, span }, vec![self.at(span)]))
    }

    fn binary(self, operator: BinaryOperator, other: Self) -> Self {
        let operand = |formula: Self| Box::new(formula.at(Span::default()));
        Self(ExpressionKind::Binary(operator, operand(self), operand(other)))
    }

    /// The expression, all of it at one place.
    pub(super) fn at(self, span: Span) -> Expression {
        let place = |inner: Box<Expression>| Box::new(Self(inner.kind).at(span));
        let kind = match self.0 {
            ExpressionKind::Unary(operator, operand) => ExpressionKind::Unary(operator, place(operand)),
            ExpressionKind::Binary(operator, left, right) => {
                ExpressionKind::Binary(operator, place(left), place(right))
            }
            ExpressionKind::Call(function, arguments) => {
                let arguments = arguments.into_iter().map(|argument| Self(argument.kind).at(span));
                ExpressionKind::Call(Name { span, ..function }, arguments.collect())
            }
            other => other,
        };
        Expression { kind, span }
    }
}

impl std::ops::Add for Formula {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.binary(BinaryOperator::Add, other)
    }
}

impl std::ops::Sub for Formula {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.binary(BinaryOperator::Subtract, other)
    }
}

impl std::ops::Mul for Formula {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.binary(BinaryOperator::Multiply, other)
    }
}

impl std::ops::Div for Formula {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        self.binary(BinaryOperator::Divide, other)
    }
}
