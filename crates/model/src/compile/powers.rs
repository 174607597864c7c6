//! Powers with a small whole or half-integer exponent become multiplications and a square root.
//!
//! A product of n factors differs from the rounded power by up to n - 1 half units in the last place; it costs a
//! twentieth. Only powers that change with time are rewritten: what is computed once per subject stays exact.

use super::graph::{Graph, Layer, Node, NodeId};
use crate::tape::Op;

/// Largest exponent that is worth multiplying out.
const LARGEST: f64 = 8.0;

/// Whether a power with this exponent is done by multiplication.
pub(crate) fn is_by_multiplication(exponent: f64) -> bool {
    exponent != 0.0 && exponent.abs() <= LARGEST && (2.0 * exponent).fract() == 0.0
}

/// The same expressions with such powers rewritten: a new graph, and for every old node its new one.
pub(crate) fn expand(graph: &Graph, roots: &[NodeId]) -> (Graph, Vec<Option<NodeId>>) {
    let mut expanded = Graph::new();
    let mut new: Vec<Option<NodeId>> = vec![None; graph.len()];
    for id in graph.reachable(roots.iter().copied()) {
        let node = match graph.node(id) {
            Node::Operation(op, operands) => {
                // Operands have smaller numbers and are reachable, so they are there already.
                let moved = operands.map(|operand| new[operand as usize].unwrap_or(0));
                rebuild(graph, &mut expanded, id, op, moved)
            }
            leaf => expanded.intern(leaf),
        };
        new[id as usize] = Some(node);
    }
    (expanded, new)
}

fn rebuild(old: &Graph, graph: &mut Graph, id: NodeId, op: Op, operands: [NodeId; 3]) -> NodeId {
    let [a, b, c] = operands;
    if op == Op::Pow
        && old.layer(id) == Layer::Time
        && let Some(exponent) = graph.value(b)
        && is_by_multiplication(exponent)
    {
        return multiply_out(graph, a, exponent);
    }
    match op.arity() {
        1 => graph.unary(op, a),
        2 => graph.binary(op, a, b),
        _ => graph.select(a, b, c),
    }
}

fn multiply_out(graph: &mut Graph, base: NodeId, exponent: f64) -> NodeId {
    let size = exponent.abs();
    let whole = size.floor();
    let mut product = None;
    let mut square = base;
    let mut left = whole;
    // By the binary digits of the exponent, so that x^4 is (x^2)^2 and shares x^2.
    while left >= 1.0 {
        if left % 2.0 == 1.0 {
            product = Some(match product {
                Some(so_far) => graph.mul(so_far, square),
                None => square,
            });
        }
        left = (left / 2.0).floor();
        if left >= 1.0 {
            square = graph.mul(square, square);
        }
    }
    if size > whole {
        let root = graph.unary(Op::Sqrt, base);
        product = Some(match product {
            Some(so_far) => graph.mul(so_far, root),
            None => root,
        });
    }
    let product = product.unwrap_or(base);
    if exponent < 0.0 {
        graph.reciprocal(product)
    } else {
        product
    }
}
