//! Functions of the language that are put together from operations.

use super::derive::digamma;
use super::graph::{Graph, NodeId};
use super::quantile;
use crate::functions::Function;
use crate::tape::Op;

/// The value of a call. The number of arguments has been checked.
pub(crate) fn call(graph: &mut Graph, function: Function, arguments: &[NodeId]) -> NodeId {
    let argument = |at: usize| arguments.get(at).copied();
    // Every function has at least one argument.
    let Some(x) = argument(0) else {
        return graph.constant(f64::NAN);
    };
    let y = argument(1).unwrap_or(x);
    match function {
        Function::Exp => graph.unary(Op::Exp, x),
        Function::Ln => graph.unary(Op::Ln, x),
        Function::Log10 => graph.unary(Op::Log10, x),
        Function::Log2 => graph.unary(Op::Log2, x),
        Function::Log1p => graph.unary(Op::Log1p, x),
        Function::Expm1 => graph.unary(Op::Expm1, x),
        Function::Sqrt => graph.unary(Op::Sqrt, x),
        Function::Power => graph.pow(x, y),
        Function::Abs => graph.unary(Op::Abs, x),
        Function::Min => fold(graph, Op::Min, arguments, x),
        Function::Max => fold(graph, Op::Max, arguments, x),
        Function::Sum => fold(graph, Op::Add, arguments, x),
        Function::Product => fold(graph, Op::Mul, arguments, x),
        Function::Floor => graph.unary(Op::Floor, x),
        Function::Ceiling => graph.unary(Op::Ceil, x),
        Function::Round => graph.unary(Op::Round, x),
        Function::Truncate => truncate(graph, x),
        Function::Sign => sign(graph, x),
        Function::Sin => graph.unary(Op::Sin, x),
        Function::Cos => graph.unary(Op::Cos, x),
        Function::Tan => graph.unary(Op::Tan, x),
        Function::Asin => arc_sine(graph, x),
        Function::Acos => {
            let half_turn = graph.constant(std::f64::consts::FRAC_PI_2);
            let other = arc_sine(graph, x);
            graph.sub(half_turn, other)
        }
        Function::Atan => arc_tangent(graph, x),
        Function::Sinh => sinh(graph, x),
        Function::Cosh => cosh(graph, x),
        Function::Tanh => graph.unary(Op::Tanh, x),
        Function::Asinh => asinh(graph, x),
        Function::Acosh => acosh(graph, x),
        Function::Atanh => atanh(graph, x),
        Function::Expit => expit(graph, arguments),
        Function::Logit => logit(graph, arguments),
        Function::Phi => standard_normal(graph, arguments),
        Function::ProbitInverse => {
            let probability = graph.unary(Op::Phi, x);
            stretch(graph, probability, arguments)
        }
        Function::Erf => graph.unary(Op::Erf, x),
        Function::Erfc => erfc(graph, x),
        Function::LogGamma => graph.unary(Op::LogGamma, x),
        Function::Gamma => gamma(graph, x),
        Function::LogFactorial => log_factorial(graph, x),
        Function::Factorial => {
            let shifted = plus(graph, x, 1.0);
            gamma(graph, shifted)
        }
        Function::LogBeta => log_beta(graph, x, y),
        Function::Beta => {
            let log = log_beta(graph, x, y);
            graph.unary(Op::Exp, log)
        }
        Function::LogChoose => log_choose(graph, x, y),
        Function::Choose => {
            let log = log_choose(graph, x, y);
            let value = graph.unary(Op::Exp, log);
            graph.unary(Op::Round, value)
        }
        Function::Atan2 => arc_tangent_of_point(graph, x, y),
        Function::NormalQuantile => {
            let quantile = quantile::standard_normal(graph, x);
            match (argument(1), argument(2)) {
                (Some(mean), Some(deviation)) => {
                    let scaled = graph.mul(quantile, deviation);
                    graph.add(mean, scaled)
                }
                (Some(mean), None) => graph.add(mean, quantile),
                _ => quantile,
            }
        }
        Function::Probit => {
            let fraction = match argument(1) {
                Some(low) => {
                    let high = argument(2).unwrap_or_else(|| graph.constant(1.0));
                    let (above, width) = (graph.sub(x, low), graph.sub(high, low));
                    graph.div(above, width)
                }
                None => x,
            };
            quantile::standard_normal(graph, fraction)
        }
        Function::Digamma => digamma(graph, x),
        Function::Softplus => softplus(graph, x),
        Function::Rectified => {
            let zero = graph.constant(0.0);
            graph.binary(Op::Max, x, zero)
        }
        Function::LeakyRectified => {
            let slope = argument(1).unwrap_or_else(|| graph.constant(0.01));
            let (negative, reduced) = (below(graph, x, 0.0), graph.mul(slope, x));
            graph.select(negative, reduced, x)
        }
        Function::ExponentialLinear => {
            let (negative, grown) = (below(graph, x, 0.0), graph.unary(Op::Expm1, x));
            let reduced = graph.mul(y, grown);
            graph.select(negative, reduced, x)
        }
        Function::Swish => {
            let fraction = expit(graph, &[x]);
            graph.mul(x, fraction)
        }
        Function::Gelu => {
            let fraction = graph.unary(Op::Phi, x);
            graph.mul(x, fraction)
        }
        Function::Trigamma => trigamma(graph, x),
        Function::GammaLower => graph.binary(Op::GammaLower, x, y),
        Function::GammaUpper => graph.binary(Op::GammaUpper, x, y),
        Function::GammaLowerWhole => {
            let (fraction, whole) = (graph.binary(Op::GammaLower, x, y), gamma(graph, x));
            graph.mul(fraction, whole)
        }
        Function::GammaUpperWhole => {
            let (fraction, whole) = (graph.binary(Op::GammaUpper, x, y), gamma(graph, x));
            graph.mul(fraction, whole)
        }
        Function::GammaDensity => {
            let n = plus(graph, x, -1.0);
            gamma_density(graph, n, y)
        }
        Function::IsMissing => is_missing(graph, x),
        Function::IsFinite => {
            let (size, infinity) = (graph.unary(Op::Abs, x), graph.constant(f64::INFINITY));
            graph.binary(Op::Less, size, infinity)
        }
        Function::IsInfinite => {
            let (size, infinity) = (graph.unary(Op::Abs, x), graph.constant(f64::INFINITY));
            graph.binary(Op::Equal, size, infinity)
        }
        Function::LogSum => {
            let (larger, difference) = (graph.binary(Op::Max, x, y), graph.sub(x, y));
            let size = graph.unary(Op::Abs, difference);
            let negative = graph.neg(size);
            let small = graph.unary(Op::Exp, negative);
            let log = graph.unary(Op::Log1p, small);
            graph.add(larger, log)
        }
        Function::LogDifference => {
            let difference = graph.sub(y, x);
            let grown = graph.unary(Op::Expm1, difference);
            let left = graph.neg(grown);
            let log = graph.unary(Op::Ln, left);
            graph.add(x, log)
        }
        Function::TransferSign => {
            let (size, negative) = (graph.unary(Op::Abs, x), below(graph, y, 0.0));
            let mirrored = graph.neg(size);
            graph.select(negative, mirrored, size)
        }
        Function::IfElse => graph.select(x, y, argument(2).unwrap_or(y)),
    }
}

fn fold(graph: &mut Graph, op: Op, arguments: &[NodeId], first: NodeId) -> NodeId {
    arguments
        .iter()
        .skip(1)
        .fold(first, |so_far, next| graph.binary(op, so_far, *next))
}

pub(crate) fn plus(graph: &mut Graph, x: NodeId, value: f64) -> NodeId {
    let constant = graph.constant(value);
    graph.add(x, constant)
}

pub(crate) fn times(graph: &mut Graph, x: NodeId, value: f64) -> NodeId {
    let constant = graph.constant(value);
    graph.mul(constant, x)
}

/// `value - x`
pub(crate) fn from(graph: &mut Graph, value: f64, x: NodeId) -> NodeId {
    let constant = graph.constant(value);
    graph.sub(constant, x)
}

/// `x < value`
pub(crate) fn below(graph: &mut Graph, x: NodeId, value: f64) -> NodeId {
    let constant = graph.constant(value);
    graph.binary(Op::Less, x, constant)
}

pub(crate) fn truncate(graph: &mut Graph, x: NodeId) -> NodeId {
    let (negative, up, down) = (
        below(graph, x, 0.0),
        graph.unary(Op::Ceil, x),
        graph.unary(Op::Floor, x),
    );
    graph.select(negative, up, down)
}

fn sign(graph: &mut Graph, x: NodeId) -> NodeId {
    let zero = graph.constant(0.0);
    let (negative, positive) = (below(graph, x, 0.0), graph.binary(Op::Less, zero, x));
    graph.sub(positive, negative)
}

/// Whether it is not a number: nothing else differs from itself.
pub(crate) fn is_missing(graph: &mut Graph, x: NodeId) -> NodeId {
    graph.binary(Op::NotEqual, x, x)
}

/// `x^n e^-x / gamma(n + 1)` with n one less than the shape, as the n-th power of a number that is neither too large nor
/// too small; a power so that its slope at 0 is that of a power.
pub(crate) fn gamma_density(graph: &mut Graph, n: NodeId, x: NodeId) -> NodeId {
    let log = log_factorial(graph, n);
    let sum = graph.add(log, x);
    let share = graph.div(sum, n);
    let negative = graph.neg(share);
    let shrunk = graph.unary(Op::Exp, negative);
    let base = graph.mul(x, shrunk);
    let density = graph.pow(base, n);
    let (falling, zero) = (graph.neg(x), graph.constant(0.0));
    let exponential = graph.unary(Op::Exp, falling);
    let is_exponential = graph.binary(Op::Equal, n, zero);
    graph.select(is_exponential, exponential, density)
}

/// Slope of digamma: recurrence to x + 10, then the asymptotic series (Abramowitz and Stegun 6.4.6 and 6.4.12) with an
/// error below 1e-15; left of 0 by reflection (6.4.7).
fn trigamma(graph: &mut Graph, x: NodeId) -> NodeId {
    let negative = below(graph, x, 0.0);
    let mirrored = from(graph, 1.0, x);
    let y = graph.select(negative, mirrored, x);
    let mut recurrence = graph.constant(0.0);
    for step in 0..10 {
        let shifted = plus(graph, y, f64::from(step));
        let square = graph.mul(shifted, shifted);
        let term = graph.reciprocal(square);
        recurrence = graph.add(recurrence, term);
    }
    let z = plus(graph, y, 10.0);
    let inverse = graph.reciprocal(z);
    let square = graph.mul(inverse, inverse);
    let series = polynomial(
        graph,
        square,
        &[
            7.0 / 6.0,
            -691.0 / 2730.0,
            5.0 / 66.0,
            -1.0 / 30.0,
            1.0 / 42.0,
            -1.0 / 30.0,
            1.0 / 6.0,
        ],
    );
    let cubed = graph.mul(square, inverse);
    let tail = graph.mul(series, cubed);
    let half = times(graph, square, 0.5);
    let value = graph.add(inverse, half);
    let value = graph.add(value, tail);
    let value = graph.add(value, recurrence);
    let angle = times(graph, x, std::f64::consts::PI);
    let sine = graph.unary(Op::Sin, angle);
    let pi = graph.constant(std::f64::consts::PI);
    let ratio = graph.div(pi, sine);
    let reflection = graph.mul(ratio, ratio);
    let left = graph.sub(reflection, value);
    graph.select(negative, left, value)
}

/// `asin x = atan(x / sqrt((1 - x)(1 + x)))`
fn arc_sine(graph: &mut Graph, x: NodeId) -> NodeId {
    let (below_one, above_one) = (from(graph, 1.0, x), plus(graph, x, 1.0));
    let product = graph.mul(below_one, above_one);
    let root = graph.unary(Op::Sqrt, product);
    let tangent = graph.div(x, root);
    arc_tangent(graph, tangent)
}

/// Arc tangent by reduction to |x| <= tan(pi/8) and a rational approximation.
///
/// Source: S. L. Moshier, Cephes Mathematical Library 2.8, `atan.c`; relative error below 1.8e-16.
#[allow(clippy::excessive_precision)] // as published
fn arc_tangent(graph: &mut Graph, x: NodeId) -> NodeId {
    const P: [f64; 5] = [
        -8.750_608_600_031_904_122_785e-1,
        -1.615_753_718_733_365_076_637e1,
        -7.500_855_792_314_704_667_340e1,
        -1.228_866_684_490_136_173_410e2,
        -6.485_021_904_942_025_371_773e1,
    ];
    const Q: [f64; 6] = [
        1.0,
        2.485_846_490_142_306_297_962e1,
        1.650_270_098_316_988_542_046e2,
        4.328_810_604_912_902_668_951e2,
        4.853_903_996_359_136_964_868e2,
        1.945_506_571_482_613_964_425e2,
    ];
    const TAN_3_PI_8: f64 = 2.414_213_562_373_095;
    const MIDDLE: f64 = 0.66;
    /// What pi/2 lacks to the true value.
    const REST: f64 = 6.123_233_995_736_765_886_130e-17;
    let size = graph.unary(Op::Abs, x);
    let near = {
        let limit = graph.constant(MIDDLE);
        graph.binary(Op::LessEqual, size, limit)
    };
    let far = {
        let limit = graph.constant(TAN_3_PI_8);
        graph.binary(Op::Less, limit, size)
    };
    let reciprocal = graph.reciprocal(size);
    let inverted = graph.neg(reciprocal);
    let (less, more) = (plus(graph, size, -1.0), plus(graph, size, 1.0));
    let turned = graph.div(less, more);
    let reduced = graph.select(near, size, turned);
    let reduced = graph.select(far, inverted, reduced);
    let zero = graph.constant(0.0);
    let quarter = graph.constant(std::f64::consts::FRAC_PI_4);
    let half = graph.constant(std::f64::consts::FRAC_PI_2);
    let base = graph.select(near, zero, quarter);
    let base = graph.select(far, half, base);
    let (half_rest, rest) = (graph.constant(0.5 * REST), graph.constant(REST));
    let correction = graph.select(near, zero, half_rest);
    let correction = graph.select(far, rest, correction);
    let square = graph.mul(reduced, reduced);
    let (numerator, denominator) = (polynomial(graph, square, &P), polynomial(graph, square, &Q));
    let quotient = graph.div(numerator, denominator);
    let scaled = graph.mul(square, quotient);
    let small = graph.mul(reduced, scaled);
    let small = graph.add(small, reduced);
    let small = graph.add(small, correction);
    let magnitude = graph.add(base, small);
    let (negative, mirrored) = (below(graph, x, 0.0), graph.neg(magnitude));
    graph.select(negative, mirrored, magnitude)
}

/// Angle of the point (x, y), by half planes: `atan(y/x)` to the right, turned by half a turn to the left.
fn arc_tangent_of_point(graph: &mut Graph, y: NodeId, x: NodeId) -> NodeId {
    use std::f64::consts::{FRAC_PI_2, PI};
    let quotient = graph.div(y, x);
    let right = arc_tangent(graph, quotient);
    let zero = graph.constant(0.0);
    let (down, left) = (below(graph, y, 0.0), below(graph, x, 0.0));
    let (turn, turn_back) = (graph.constant(PI), graph.constant(-PI));
    let half_turn = graph.select(down, turn_back, turn);
    let turned = graph.add(right, half_turn);
    let value = graph.select(left, turned, right);
    let (up, low) = (graph.constant(FRAC_PI_2), graph.constant(-FRAC_PI_2));
    let vertical = graph.select(down, low, up);
    let at_origin = graph.binary(Op::Equal, y, zero);
    let vertical = graph.select(at_origin, zero, vertical);
    let on_axis = graph.binary(Op::Equal, x, zero);
    graph.select(on_axis, vertical, value)
}

/// `ln(1 + e^x)` without overflow: `max(x, 0) + ln(1 + e^-|x|)`.
fn softplus(graph: &mut Graph, x: NodeId) -> NodeId {
    let size = graph.unary(Op::Abs, x);
    let negative = graph.neg(size);
    let small = graph.unary(Op::Exp, negative);
    let log = graph.unary(Op::Log1p, small);
    let zero = graph.constant(0.0);
    let ramp = graph.binary(Op::Max, x, zero);
    graph.add(ramp, log)
}

/// Horner's scheme, highest power first.
pub(crate) fn polynomial(graph: &mut Graph, x: NodeId, coefficients: &[f64]) -> NodeId {
    let mut value = graph.constant(0.0);
    for coefficient in coefficients {
        let product = graph.mul(value, x);
        value = plus(graph, product, *coefficient);
    }
    value
}

/// `(e + e / (e + 1)) / 2` with `e = e^|x| - 1` and the sign of x.
fn sinh(graph: &mut Graph, x: NodeId) -> NodeId {
    let size = graph.unary(Op::Abs, x);
    let grown = graph.unary(Op::Expm1, size);
    let next = plus(graph, grown, 1.0);
    let quotient = graph.div(grown, next);
    let sum = graph.add(grown, quotient);
    let half = times(graph, sum, 0.5);
    mirror(graph, x, half)
}

fn cosh(graph: &mut Graph, x: NodeId) -> NodeId {
    let grown = graph.unary(Op::Exp, x);
    let shrunk = graph.reciprocal(grown);
    let sum = graph.add(grown, shrunk);
    times(graph, sum, 0.5)
}

/// An odd function from its values for |x|.
fn mirror(graph: &mut Graph, x: NodeId, of_size: NodeId) -> NodeId {
    let (negative, mirrored) = (below(graph, x, 0.0), graph.neg(of_size));
    graph.select(negative, mirrored, of_size)
}

/// `ln(1 + (|x| + x^2 / (1 + sqrt(1 + x^2))))` with the sign of x.
fn asinh(graph: &mut Graph, x: NodeId) -> NodeId {
    let size = graph.unary(Op::Abs, x);
    let square = graph.mul(size, size);
    let under = plus(graph, square, 1.0);
    let root = graph.unary(Op::Sqrt, under);
    let below_it = plus(graph, root, 1.0);
    let quotient = graph.div(square, below_it);
    let inside = graph.add(size, quotient);
    let value = graph.unary(Op::Log1p, inside);
    mirror(graph, x, value)
}

/// `ln(1 + (y + sqrt(y (y + 2))))` with `y = x - 1`.
fn acosh(graph: &mut Graph, x: NodeId) -> NodeId {
    let y = plus(graph, x, -1.0);
    let more = plus(graph, y, 2.0);
    let product = graph.mul(y, more);
    let root = graph.unary(Op::Sqrt, product);
    let inside = graph.add(y, root);
    graph.unary(Op::Log1p, inside)
}

/// `ln(1 + 2|x| / (1 - |x|)) / 2` with the sign of x.
fn atanh(graph: &mut Graph, x: NodeId) -> NodeId {
    let size = graph.unary(Op::Abs, x);
    let (double, rest) = (times(graph, size, 2.0), from(graph, 1.0, size));
    let inside = graph.div(double, rest);
    let value = graph.unary(Op::Log1p, inside);
    let half = times(graph, value, 0.5);
    mirror(graph, x, half)
}

/// `1 / (1 + e^-x)`, within bounds if there are any.
fn expit(graph: &mut Graph, arguments: &[NodeId]) -> NodeId {
    let negative = graph.neg(arguments[0]);
    let grown = graph.unary(Op::Exp, negative);
    let under = plus(graph, grown, 1.0);
    let probability = graph.reciprocal(under);
    stretch(graph, probability, arguments)
}

/// A fraction of the way from the second to the third argument, which are 0 and 1 where they are not given.
fn stretch(graph: &mut Graph, fraction: NodeId, arguments: &[NodeId]) -> NodeId {
    let Some(&low) = arguments.get(1) else {
        return fraction;
    };
    let high = arguments.get(2).copied().unwrap_or_else(|| graph.constant(1.0));
    let width = graph.sub(high, low);
    let above = graph.mul(fraction, width);
    graph.add(low, above)
}

/// `ln((x - low) / (high - x))`
fn logit(graph: &mut Graph, arguments: &[NodeId]) -> NodeId {
    let x = arguments[0];
    let low = arguments.get(1).copied().unwrap_or_else(|| graph.constant(0.0));
    let high = arguments.get(2).copied().unwrap_or_else(|| graph.constant(1.0));
    let (above, under) = (graph.sub(x, low), graph.sub(high, x));
    let odds = graph.div(above, under);
    graph.unary(Op::Ln, odds)
}

fn standard_normal(graph: &mut Graph, arguments: &[NodeId]) -> NodeId {
    let mut x = arguments[0];
    if let Some(mean) = arguments.get(1) {
        x = graph.sub(x, *mean);
    }
    if let Some(deviation) = arguments.get(2) {
        x = graph.div(x, *deviation);
    }
    graph.unary(Op::Phi, x)
}

/// `erfc x = 2 phi(-x sqrt 2)`, accurate where it is small.
fn erfc(graph: &mut Graph, x: NodeId) -> NodeId {
    let scaled = times(graph, x, -std::f64::consts::SQRT_2);
    let tail = graph.unary(Op::Phi, scaled);
    times(graph, tail, 2.0)
}

/// The gamma function with its sign, which changes at every pole left of 0.
fn gamma(graph: &mut Graph, x: NodeId) -> NodeId {
    let log = graph.unary(Op::LogGamma, x);
    let magnitude = graph.unary(Op::Exp, log);
    let steps = graph.unary(Op::Floor, x);
    let halves = times(graph, steps, 0.5);
    let whole = graph.unary(Op::Floor, halves);
    let is_odd = graph.binary(Op::NotEqual, halves, whole);
    let negative = below(graph, x, 0.0);
    let flipped = graph.binary(Op::And, negative, is_odd);
    let mirrored = graph.neg(magnitude);
    graph.select(flipped, mirrored, magnitude)
}

fn log_factorial(graph: &mut Graph, x: NodeId) -> NodeId {
    let shifted = plus(graph, x, 1.0);
    graph.unary(Op::LogGamma, shifted)
}

fn log_beta(graph: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    let sum = graph.add(a, b);
    let (first, second, both) = (
        graph.unary(Op::LogGamma, a),
        graph.unary(Op::LogGamma, b),
        graph.unary(Op::LogGamma, sum),
    );
    let together = graph.add(first, second);
    graph.sub(together, both)
}

fn log_choose(graph: &mut Graph, n: NodeId, k: NodeId) -> NodeId {
    let rest = graph.sub(n, k);
    let (all, chosen, left) = (
        log_factorial(graph, n),
        log_factorial(graph, k),
        log_factorial(graph, rest),
    );
    let without = graph.sub(all, chosen);
    graph.sub(without, left)
}
