//! Quantiles of the standard normal as operations.
//!
//! Source: Wichura (1988), algorithm AS 241, PPND16, doi:10.2307/2347330.

use euthymia_stats::as241::{CENTER, FAR, MIDDLE, Rational};

use super::graph::{Graph, NodeId};
use super::special::{below, from, plus, polynomial};
use crate::tape::Op;

/// The z with `phi(z) = p`: minus infinity at 0, infinity at 1, NaN outside.
pub(crate) fn standard_normal(graph: &mut Graph, p: NodeId) -> NodeId {
    let offset = plus(graph, p, -0.5);
    let size = graph.unary(Op::Abs, offset);
    let square = graph.mul(offset, offset);
    let near = from(graph, 0.180_625, square);
    let center = ratio(graph, near, &CENTER);
    let center = graph.mul(offset, center);
    let other = from(graph, 1.0, p);
    let left = below(graph, offset, 0.0);
    let tail = graph.select(left, p, other);
    let log = graph.unary(Op::Ln, tail);
    let negative = graph.neg(log);
    let depth = graph.unary(Op::Sqrt, negative);
    let (middle, far) = (plus(graph, depth, -1.6), plus(graph, depth, -5.0));
    let (middle, far) = (ratio(graph, middle, &MIDDLE), ratio(graph, far, &FAR));
    let limit = graph.constant(5.0);
    let is_middle = graph.binary(Op::LessEqual, depth, limit);
    let z = graph.select(is_middle, middle, far);
    let (zero, infinity) = (graph.constant(0.0), graph.constant(f64::INFINITY));
    let is_end = graph.binary(Op::Equal, tail, zero);
    let z = graph.select(is_end, infinity, z);
    let mirrored = graph.neg(z);
    let outer = graph.select(left, mirrored, z);
    let limit = graph.constant(0.425);
    let is_center = graph.binary(Op::LessEqual, size, limit);
    graph.select(is_center, center, outer)
}

fn ratio(graph: &mut Graph, r: NodeId, coefficients: &Rational) -> NodeId {
    let [numerator, denominator] = coefficients.map(|mut coefficients| {
        coefficients.reverse();
        polynomial(graph, r, &coefficients)
    });
    graph.div(numerator, denominator)
}
