//! Derivatives of the right-hand sides, forward through the graph, sparse in the states.
//!
//! What the graph computes for a value is used again for its derivative: `e^x` for that of `exp`, `x^a` for that of a
//! power (`a x^a / x`), the quotient for that of a division. Where a power or root has an infinite slope at 0 the slope
//! there is taken as 0: the state passes through such a point in no time, while infinity would spoil every step.
//! Branches are derived one by one; floor, ceiling, round and comparisons have slope 0.

use std::collections::{BTreeMap, HashMap};

use super::graph::{Graph, Node, NodeId};
use super::powers::is_by_multiplication;
use super::special::{below, from, gamma_density, plus, polynomial, times, truncate};
use crate::tape::Op;

/// Non-zero partial derivatives by column: states by their index, then time.
pub(crate) type Gradient = BTreeMap<u32, NodeId>;

/// Column of the derivative with respect to time.
pub(crate) const TIME: u32 = u32::MAX;

/// Gradients of some nodes.
pub(crate) fn gradients(graph: &mut Graph, roots: &[NodeId]) -> Vec<Gradient> {
    let mut known: HashMap<NodeId, Gradient> = HashMap::new();
    for id in graph.reachable(roots.iter().copied()) {
        let gradient = gradient(graph, id, &known);
        if !gradient.is_empty() {
            known.insert(id, gradient);
        }
    }
    roots
        .iter()
        .map(|root| known.get(root).cloned().unwrap_or_default())
        .collect()
}

fn gradient(graph: &mut Graph, id: NodeId, known: &HashMap<NodeId, Gradient>) -> Gradient {
    let (op, operands) = match graph.node(id) {
        Node::State(index) => return Gradient::from([(index, graph.constant(1.0))]),
        Node::Time => return Gradient::from([(TIME, graph.constant(1.0))]),
        Node::Constant(_) | Node::Input(..) | Node::History(..) => return Gradient::new(),
        Node::Operation(op, operands) => (op, operands),
    };
    let of = |operand: usize| known.get(&operands[operand]);
    if (0..op.arity()).all(|operand| of(operand).is_none()) {
        return Gradient::new();
    }
    let [a, b, _] = operands;
    match op {
        // What stands in for a pole is as good as never met, so its slope is that of what it stands for.
        Op::Copy | Op::NonZero | Op::AboveZero | Op::PowerBase => of(0).cloned().unwrap_or_default(),
        Op::Add => sum(graph, of(0), of(1), Graph::add),
        Op::Sub => sum(graph, of(0), of(1), Graph::sub),
        Op::Neg => scaled(of(0), |slope| graph.neg(slope)),
        Op::Mul => {
            let left = scaled(of(0), |slope| graph.mul(b, slope));
            let right = scaled(of(1), |slope| graph.mul(a, slope));
            sum(graph, Some(&left), Some(&right), Graph::add)
        }
        Op::Div => quotient(graph, id, b, of(0), of(1)),
        Op::Pow => power(graph, id, [a, b], of(0), of(1)),
        Op::Min | Op::Max => {
            let (small, large) = if op == Op::Min { (a, b) } else { (b, a) };
            let first = graph.binary(Op::Less, small, large);
            choose(graph, first, of(0), of(1))
        }
        Op::Remainder => {
            let fits = graph.div(a, b);
            let fits = truncate(graph, fits);
            let under = scaled(of(1), |slope| graph.mul(fits, slope));
            sum(graph, of(0), Some(&under), Graph::sub)
        }
        Op::GammaLower | Op::GammaUpper => incomplete_gamma(graph, op, [a, b], of(0), of(1)),
        Op::Select => choose(graph, a, of(1), of(2)),
        Op::Abs => {
            let negative = below(graph, a, 0.0);
            let mirrored = scaled(of(0), |slope| graph.neg(slope));
            choose(graph, negative, Some(&mirrored), of(0))
        }
        Op::Floor
        | Op::Ceil
        | Op::Round
        | Op::Less
        | Op::LessEqual
        | Op::Equal
        | Op::NotEqual
        | Op::And
        | Op::Or
        | Op::Not => Gradient::new(),
        // Made after derivatives are taken.
        Op::MulAdd | Op::MulSub => Gradient::new(),
        _ => match slope(graph, op, id, a) {
            Some(slope) => scaled(of(0), |inner| graph.mul(slope, inner)),
            None => Gradient::new(),
        },
    }
}

/// Slope of a function of one argument `a` whose value is `id`.
fn slope(graph: &mut Graph, op: Op, id: NodeId, a: NodeId) -> Option<NodeId> {
    use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, LN_10};
    Some(match op {
        Op::Exp => id,
        Op::Expm1 => plus(graph, id, 1.0),
        Op::Ln => graph.reciprocal(a),
        Op::Log10 => {
            let scaled = times(graph, a, LN_10);
            graph.reciprocal(scaled)
        }
        Op::Log2 => {
            let scaled = times(graph, a, LN_2);
            graph.reciprocal(scaled)
        }
        Op::Log1p => {
            let shifted = plus(graph, a, 1.0);
            graph.reciprocal(shifted)
        }
        Op::Sqrt => {
            let half = graph.constant(0.5);
            let slope = graph.div(half, id);
            zero_at_zero(graph, a, slope)
        }
        Op::Sin => graph.unary(Op::Cos, a),
        Op::Cos => {
            let sine = graph.unary(Op::Sin, a);
            graph.neg(sine)
        }
        Op::Tan => {
            let square = graph.mul(id, id);
            plus(graph, square, 1.0)
        }
        Op::Tanh => {
            let square = graph.mul(id, id);
            from(graph, 1.0, square)
        }
        Op::Phi => {
            let square = graph.mul(a, a);
            let half = times(graph, square, -0.5);
            let bell = graph.unary(Op::Exp, half);
            // 1 / sqrt(2 pi)
            times(
                graph,
                bell,
                FRAC_2_SQRT_PI * 0.5 * std::f64::consts::FRAC_1_SQRT_2,
            )
        }
        Op::Erf => {
            let square = graph.mul(a, a);
            let negative = graph.neg(square);
            let bell = graph.unary(Op::Exp, negative);
            times(graph, bell, FRAC_2_SQRT_PI)
        }
        Op::LogGamma => digamma(graph, a),
        _ => return None,
    })
}

/// Logarithmic derivative of the gamma function: recurrence to x + 10, then the asymptotic series
/// (Abramowitz and Stegun 6.3.5 and 6.3.18) with an error below 1e-15; left of 0 by reflection (6.3.7).
pub(crate) fn digamma(graph: &mut Graph, x: NodeId) -> NodeId {
    let negative = below(graph, x, 0.0);
    let mirrored = from(graph, 1.0, x);
    let y = graph.select(negative, mirrored, x);
    let mut recurrence = graph.constant(0.0);
    for step in 0..10 {
        let shifted = plus(graph, y, f64::from(step));
        let term = graph.reciprocal(shifted);
        recurrence = graph.add(recurrence, term);
    }
    let z = plus(graph, y, 10.0);
    let inverse = graph.reciprocal(z);
    let square = graph.mul(inverse, inverse);
    let tail = polynomial(
        graph,
        square,
        &[
            691.0 / 32_760.0,
            -1.0 / 132.0,
            1.0 / 240.0,
            -1.0 / 252.0,
            1.0 / 120.0,
            -1.0 / 12.0,
        ],
    );
    let tail = graph.mul(tail, square);
    let half = times(graph, inverse, 0.5);
    let log = graph.unary(Op::Ln, z);
    let value = graph.sub(log, half);
    let value = graph.add(value, tail);
    let value = graph.sub(value, recurrence);
    let angle = times(graph, x, std::f64::consts::PI);
    let tangent = graph.unary(Op::Tan, angle);
    let pi = graph.constant(std::f64::consts::PI);
    let reflection = graph.div(pi, tangent);
    let left = graph.sub(value, reflection);
    graph.select(negative, left, value)
}

/// By the argument the density of the gamma distribution; by the shape, for which there is no closed form, a central
/// difference whose error is that of its rounding, 1e-11.
fn incomplete_gamma(
    graph: &mut Graph,
    op: Op,
    [shape, x]: [NodeId; 2],
    of_shape: Option<&Gradient>,
    of_x: Option<&Gradient>,
) -> Gradient {
    let mut by_x = Gradient::new();
    if of_x.is_some() {
        let n = plus(graph, shape, -1.0);
        let density = gamma_density(graph, n, x);
        let slope = if op == Op::GammaUpper {
            graph.neg(density)
        } else {
            density
        };
        by_x = scaled(of_x, |inner| graph.mul(slope, inner));
    }
    let mut by_shape = Gradient::new();
    if of_shape.is_some() {
        let width = times(graph, shape, 6e-6);
        let (more, less) = (graph.add(shape, width), graph.sub(shape, width));
        let (above, under) = (graph.binary(op, more, x), graph.binary(op, less, x));
        let (difference, distance) = (graph.sub(above, under), graph.sub(more, less));
        let slope = graph.div(difference, distance);
        by_shape = scaled(of_shape, |inner| graph.mul(slope, inner));
    }
    sum(graph, Some(&by_x), Some(&by_shape), Graph::add)
}

fn zero_at_zero(graph: &mut Graph, x: NodeId, slope: NodeId) -> NodeId {
    let zero = graph.constant(0.0);
    let at_zero = graph.binary(Op::Equal, x, zero);
    graph.select(at_zero, zero, slope)
}

/// `u / v`: `(u' - q v') / v` with the quotient q that is there already.
fn quotient(
    graph: &mut Graph,
    quotient: NodeId,
    divisor: NodeId,
    above: Option<&Gradient>,
    under: Option<&Gradient>,
) -> Gradient {
    let reciprocal = graph.reciprocal(divisor);
    let Some(under) = under else {
        return scaled(above, |slope| graph.mul(reciprocal, slope));
    };
    let mut gradient = Gradient::new();
    for column in columns(above, Some(under)) {
        let numerator = above.and_then(|above| above.get(&column)).copied();
        let denominator = under.get(&column).copied();
        let slope = match (numerator, denominator) {
            (Some(numerator), Some(denominator)) if numerator == denominator => {
                let rest = from(graph, 1.0, quotient);
                let factor = graph.mul(rest, reciprocal);
                graph.mul(factor, numerator)
            }
            (Some(numerator), None) => graph.mul(reciprocal, numerator),
            (numerator, Some(denominator)) => {
                let factor = graph.mul(quotient, reciprocal);
                let second = graph.mul(factor, denominator);
                match numerator {
                    Some(numerator) => {
                        let first = graph.mul(reciprocal, numerator);
                        graph.sub(first, second)
                    }
                    None => graph.neg(second),
                }
            }
            (None, None) => continue,
        };
        insert(graph, &mut gradient, column, slope);
    }
    gradient
}

/// `a^b`: `b a^b / a` times a', and `a^b ln a` times b'.
fn power(
    graph: &mut Graph,
    power: NodeId,
    [base, exponent]: [NodeId; 2],
    of_base: Option<&Gradient>,
    of_exponent: Option<&Gradient>,
) -> Gradient {
    let mut by_base = Gradient::new();
    if of_base.is_some() {
        let slope = power_slope(graph, power, base, exponent);
        by_base = scaled(of_base, |inner| graph.mul(slope, inner));
    }
    let mut by_exponent = Gradient::new();
    if of_exponent.is_some() {
        let log = graph.unary(Op::Ln, base);
        let product = graph.mul(power, log);
        let slope = zero_at_zero(graph, base, product);
        by_exponent = scaled(of_exponent, |inner| graph.mul(slope, inner));
    }
    sum(graph, Some(&by_base), Some(&by_exponent), Graph::add)
}

fn power_slope(graph: &mut Graph, power: NodeId, base: NodeId, exponent: NodeId) -> NodeId {
    if let Some(value) = graph.value(exponent)
        && is_by_multiplication(value)
    {
        let less = graph.constant(value - 1.0);
        let lower = graph.pow(base, less);
        let slope = times(graph, lower, value);
        // Of the powers done by multiplication only the root has a value but no slope at 0.
        return if value == 0.5 {
            zero_at_zero(graph, base, slope)
        } else {
            slope
        };
    }
    let ratio = graph.div(power, base);
    let (zero, one) = (graph.constant(0.0), graph.constant(1.0));
    let at_zero = graph.binary(Op::Equal, base, zero);
    // The slope of x^1 is 1 at 0 too, should a subject's exponent be 1.
    let linear = graph.binary(Op::Equal, exponent, one);
    let ratio = graph.select(at_zero, linear, ratio);
    graph.mul(exponent, ratio)
}

/// Gradient of a choice between two values.
fn choose(graph: &mut Graph, condition: NodeId, yes: Option<&Gradient>, no: Option<&Gradient>) -> Gradient {
    let mut gradient = Gradient::new();
    for column in columns(yes, no) {
        let zero = graph.constant(0.0);
        let side = |of: Option<&Gradient>| of.and_then(|of| of.get(&column)).copied().unwrap_or(zero);
        let (yes, no) = (side(yes), side(no));
        let slope = graph.select(condition, yes, no);
        insert(graph, &mut gradient, column, slope);
    }
    gradient
}

fn sum(
    graph: &mut Graph,
    left: Option<&Gradient>,
    right: Option<&Gradient>,
    combine: fn(&mut Graph, NodeId, NodeId) -> NodeId,
) -> Gradient {
    let mut gradient = Gradient::new();
    for column in columns(left, right) {
        let zero = graph.constant(0.0);
        let side = |of: Option<&Gradient>| of.and_then(|of| of.get(&column)).copied().unwrap_or(zero);
        let (left, right) = (side(left), side(right));
        let slope = combine(graph, left, right);
        insert(graph, &mut gradient, column, slope);
    }
    gradient
}

fn scaled(gradient: Option<&Gradient>, mut scale: impl FnMut(NodeId) -> NodeId) -> Gradient {
    gradient
        .into_iter()
        .flatten()
        .map(|(column, slope)| (*column, scale(*slope)))
        .collect()
}

fn columns(left: Option<&Gradient>, right: Option<&Gradient>) -> Vec<u32> {
    let mut columns: Vec<u32> = left
        .into_iter()
        .chain(right)
        .flat_map(Gradient::keys)
        .copied()
        .collect();
    columns.sort_unstable();
    columns.dedup();
    columns
}

fn insert(graph: &Graph, gradient: &mut Gradient, column: u32, slope: NodeId) {
    if graph.value(slope) != Some(0.0) {
        gradient.insert(column, slope);
    }
}
