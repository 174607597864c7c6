//! Values of `ini({})`: expressions of numbers, computed with the same functions as the equations.

use crate::compile::graph::Graph;
use crate::compile::lower::constant_value;
use crate::syntax::tree::{Expression, ExpressionKind, UnaryOperator};

/// The value of an expression without names, already checked for its functions. `Inf` stands for infinity.
pub(crate) fn constant(expression: &Expression) -> Option<f64> {
    match &expression.kind {
        ExpressionKind::Name(name) if name == "Inf" => Some(f64::INFINITY),
        ExpressionKind::Unary(UnaryOperator::Minus, inner) if is_infinity(inner) => Some(f64::NEG_INFINITY),
        _ => constant_value(&mut Graph::new(), expression),
    }
}

fn is_infinity(expression: &Expression) -> bool {
    matches!(&expression.kind, ExpressionKind::Name(name) if name == "Inf")
}
