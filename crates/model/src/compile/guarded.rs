//! Quotients, powers and logarithms of the equations as rxode2 has them: where they have a pole, 2^-52 stands in for the
//! nothing that makes it (its `safeZero`, `safePow` and `safeLog`, which are on unless one turns them off).

use super::graph::{Graph, NodeId};
use super::special;
use crate::functions::Function;
use crate::tape::Op;

/// A quotient: what is divided by 0 is divided by 2^-52.
pub(super) fn quotient(graph: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    let denominator = graph.unary(Op::NonZero, b);
    graph.div(a, denominator)
}

/// A power: 0 raised to a negative power is 2^-52 raised to it.
pub(super) fn power(graph: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    let base = match graph.value(b) {
        Some(exponent) if exponent < 0.0 => graph.unary(Op::NonZero, a),
        Some(_) => a,
        None => graph.binary(Op::PowerBase, a, b),
    };
    graph.pow(base, b)
}

/// A call: the logarithm of 0 or less is that of 2^-52.
pub(super) fn call(graph: &mut Graph, function: Function, arguments: &[NodeId]) -> NodeId {
    match (function, arguments) {
        (Function::Ln, &[x]) => {
            let argument = graph.unary(Op::AboveZero, x);
            special::call(graph, function, &[argument])
        }
        (Function::Power, &[a, b]) => power(graph, a, b),
        _ => special::call(graph, function, arguments),
    }
}
