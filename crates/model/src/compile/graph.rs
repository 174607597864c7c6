//! Expressions as a graph in which equal expressions are one node.
//!
//! Nodes are numbered so that operands come before what uses them; everything that walks the graph is a loop over
//! the numbers, never a recursion. Constants are folded with the very functions that execute a tape
//! ([`crate::interpret::evaluate`]). What is simplified beyond that, and what it may change:
//!
//! - `x*1`, `x/1`, `-(-x)`, `a - (-b)`, `x + x = 2*x`, moving a sign out of a product: nothing.
//! - `x + 0`, `0 - x = -x`, `-(a - b) = b - a`: the sign of a zero.
//! - A factor that is the literal 0 makes the product 0, even were the other factor infinite or NaN; the same for a
//!   numerator. This is how a signal that is closed with 0 takes its equations with it.
//! - Division of what changes with time by what is constant for a subject multiplies by the reciprocal, and constant
//!   factors of a product are multiplied first: last-digit rounding. Both move work out of the innermost loop.

use std::collections::HashMap;

use crate::interpret::evaluate;
use crate::program::HistoryKind;
use crate::tape::Op;

/// Index of a node.
pub(crate) type NodeId = u32;

/// How often a value changes, from never to with every step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Layer {
    Constant,
    Run,
    Subject,
    Time,
}

/// What a node computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    /// A number, by its bits.
    Constant(u64),
    /// An input of the program.
    Input(u32, Layer),
    /// Time.
    Time,
    /// A compartment.
    State(u32),
    /// What is known of the doses into a compartment, or of all.
    History(HistoryKind, Option<u32>),
    /// An operation; operands beyond its arity are 0.
    Operation(Op, [NodeId; 3]),
}

/// The graph.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    nodes: Vec<Node>,
    layers: Vec<Layer>,
    index: HashMap<Node, NodeId>,
}

impl Graph {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn node(&self, id: NodeId) -> Node {
        self.nodes[id as usize]
    }

    pub(crate) fn layer(&self, id: NodeId) -> Layer {
        self.layers[id as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Operands of a node.
    pub(crate) fn operands(&self, id: NodeId) -> Operands {
        match self.node(id) {
            Node::Operation(op, operands) => Operands {
                operands,
                count: op.arity(),
            },
            _ => Operands {
                operands: [0; 3],
                count: 0,
            },
        }
    }

    /// The node, made if there is none like it.
    pub(crate) fn intern(&mut self, node: Node) -> NodeId {
        if let Some(id) = self.index.get(&node) {
            return *id;
        }
        let layer = match node {
            Node::Constant(_) => Layer::Constant,
            Node::Input(_, layer) => layer,
            Node::Time | Node::State(_) | Node::History(..) => Layer::Time,
            Node::Operation(op, operands) => {
                let deepest = operands[..op.arity()]
                    .iter()
                    .map(|operand| self.layer(*operand))
                    .max();
                deepest.unwrap_or(Layer::Constant)
            }
        };
        // A graph of 2^32 nodes would need a text of gigabytes, which the spans do not reach either.
        let id = NodeId::try_from(self.nodes.len()).unwrap_or(NodeId::MAX);
        self.nodes.push(node);
        self.layers.push(layer);
        self.index.insert(node, id);
        id
    }

    pub(crate) fn constant(&mut self, value: f64) -> NodeId {
        self.intern(Node::Constant(value.to_bits()))
    }

    /// The number a node is, if it is one.
    pub(crate) fn value(&self, id: NodeId) -> Option<f64> {
        match self.node(id) {
            Node::Constant(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    fn is(&self, id: NodeId, value: f64) -> bool {
        self.value(id) == Some(value)
    }

    /// Operands of the node if it is that operation.
    fn parts(&self, id: NodeId, op: Op) -> Option<[NodeId; 3]> {
        match self.node(id) {
            Node::Operation(found, operands) if found == op => Some(operands),
            _ => None,
        }
    }

    fn is_truth(&self, id: NodeId) -> bool {
        matches!(
            self.node(id),
            Node::Operation(
                Op::Less | Op::LessEqual | Op::Equal | Op::NotEqual | Op::And | Op::Or | Op::Not,
                _
            )
        )
    }

    /// An operation of one operand.
    pub(crate) fn unary(&mut self, op: Op, a: NodeId) -> NodeId {
        if op == Op::Neg {
            return self.neg(a);
        }
        self.operation(op, [a, 0, 0])
    }

    /// An operation of two operands.
    pub(crate) fn binary(&mut self, op: Op, a: NodeId, b: NodeId) -> NodeId {
        match op {
            Op::Add => self.add(a, b),
            Op::Sub => self.sub(a, b),
            Op::Mul => self.mul(a, b),
            Op::Div => self.div(a, b),
            Op::Pow => self.pow(a, b),
            Op::Min | Op::Max if a == b => a,
            Op::And | Op::Or => self.logical(op, a, b),
            Op::Equal | Op::NotEqual if b < a => self.operation(op, [b, a, 0]),
            _ => self.operation(op, [a, b, 0]),
        }
    }

    /// The value of an operation on two numbers, exactly as a tape would compute it.
    fn folded(&mut self, op: Op, a: NodeId, b: NodeId) -> Option<NodeId> {
        let value = evaluate(op, self.value(a)?, self.value(b)?, 0.0);
        Some(self.constant(value))
    }

    fn operation(&mut self, op: Op, operands: [NodeId; 3]) -> NodeId {
        let values = operands[..op.arity()].iter().map(|operand| self.value(*operand));
        if let Some(values) = values.collect::<Option<Vec<f64>>>() {
            let value = |at: usize| values.get(at).copied().unwrap_or(0.0);
            return self.constant(evaluate(op, value(0), value(1), value(2)));
        }
        self.intern(Node::Operation(op, operands))
    }

    fn commutative(&mut self, op: Op, a: NodeId, b: NodeId) -> NodeId {
        self.operation(op, if b < a { [b, a, 0] } else { [a, b, 0] })
    }

    pub(crate) fn add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if let Some(folded) = self.folded(Op::Add, a, b) {
            return folded;
        }
        if self.is(a, 0.0) {
            return b;
        }
        if self.is(b, 0.0) {
            return a;
        }
        if let Some([inner, ..]) = self.parts(b, Op::Neg) {
            return self.sub(a, inner);
        }
        if let Some([inner, ..]) = self.parts(a, Op::Neg) {
            return self.sub(b, inner);
        }
        if a == b {
            let two = self.constant(2.0);
            return self.mul(two, a);
        }
        self.commutative(Op::Add, a, b)
    }

    pub(crate) fn sub(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if let Some(folded) = self.folded(Op::Sub, a, b) {
            return folded;
        }
        if self.is(b, 0.0) {
            return a;
        }
        if self.is(a, 0.0) {
            return self.neg(b);
        }
        if let Some([inner, ..]) = self.parts(b, Op::Neg) {
            return self.add(a, inner);
        }
        if let Some([inner, ..]) = self.parts(a, Op::Neg) {
            let sum = self.add(inner, b);
            return self.neg(sum);
        }
        self.operation(Op::Sub, [a, b, 0])
    }

    pub(crate) fn neg(&mut self, a: NodeId) -> NodeId {
        if let Some([inner, ..]) = self.parts(a, Op::Neg) {
            return inner;
        }
        if let Some([left, right, _]) = self.parts(a, Op::Sub) {
            return self.sub(right, left);
        }
        self.operation(Op::Neg, [a, 0, 0])
    }

    pub(crate) fn mul(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if let Some(folded) = self.folded(Op::Mul, a, b) {
            return folded;
        }
        // The operand that changes more rarely comes first.
        let (a, b) = if self.layer(b) < self.layer(a) {
            (b, a)
        } else {
            (a, b)
        };
        for (one, other) in [(a, b), (b, a)] {
            match self.value(one) {
                Some(0.0) => return self.constant(0.0),
                Some(1.0) => return other,
                Some(-1.0) => return self.neg(other),
                _ => {}
            }
            if let Some([inner, ..]) = self.parts(one, Op::Neg) {
                let product = self.mul(inner, other);
                return self.neg(product);
            }
        }
        if let (Some(factor), Some(_)) = (self.value(a), self.parts(b, Op::Mul)) {
            // -2 * (3 * x) and the like
            let [inner, rest, _] = self.operands(b).operands;
            if let Some(other) = self.value(inner) {
                let folded = self.constant(factor * other);
                return self.mul(folded, rest);
            }
        }
        if self.layer(a) < Layer::Time
            && let Some([factor, rest, _]) = self.parts(b, Op::Mul)
            && self.layer(factor) < Layer::Time
            && self.layer(rest) == Layer::Time
        {
            let factors = self.mul(a, factor);
            return self.mul(factors, rest);
        }
        if self.layer(a) == self.layer(b) {
            self.commutative(Op::Mul, a, b)
        } else {
            self.operation(Op::Mul, [a, b, 0])
        }
    }

    pub(crate) fn div(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if let Some(folded) = self.folded(Op::Div, a, b) {
            return folded;
        }
        if self.is(b, 1.0) {
            return a;
        }
        if self.is(a, 0.0) && !self.is(b, 0.0) && self.value(b).is_none_or(|value| !value.is_nan()) {
            return self.constant(0.0);
        }
        for (one, other, swapped) in [(a, b, false), (b, a, true)] {
            if let Some([inner, ..]) = self.parts(one, Op::Neg) {
                let quotient = if swapped {
                    self.div(other, inner)
                } else {
                    self.div(inner, other)
                };
                return self.neg(quotient);
            }
        }
        if self.layer(a) == Layer::Time && self.layer(b) < Layer::Time {
            let reciprocal = self.reciprocal(b);
            return self.mul(reciprocal, a);
        }
        self.operation(Op::Div, [a, b, 0])
    }

    pub(crate) fn reciprocal(&mut self, a: NodeId) -> NodeId {
        let one = self.constant(1.0);
        self.div(one, a)
    }

    pub(crate) fn pow(&mut self, base: NodeId, exponent: NodeId) -> NodeId {
        if let Some(folded) = self.folded(Op::Pow, base, exponent) {
            return folded;
        }
        if self.is(exponent, 1.0) {
            return base;
        }
        if self.is(exponent, 0.0) || self.is(base, 1.0) {
            return self.constant(1.0);
        }
        self.operation(Op::Pow, [base, exponent, 0])
    }

    fn logical(&mut self, op: Op, a: NodeId, b: NodeId) -> NodeId {
        for (one, other) in [(a, b), (b, a)] {
            if let Some(value) = self.value(one) {
                let decides = (value != 0.0) == (op == Op::Or);
                if decides {
                    return self.constant(f64::from(u8::from(op == Op::Or)));
                }
                if self.is_truth(other) {
                    return other;
                }
                let zero = self.constant(0.0);
                return self.binary(Op::NotEqual, other, zero);
            }
        }
        self.commutative(op, a, b)
    }

    /// `yes` where `condition` is not 0, else `no`.
    pub(crate) fn select(&mut self, condition: NodeId, yes: NodeId, no: NodeId) -> NodeId {
        if yes == no {
            return yes;
        }
        match self.value(condition) {
            Some(value) if value != 0.0 => return yes,
            Some(_) => return no,
            None => {}
        }
        if let Some([inner, ..]) = self.parts(condition, Op::Not) {
            return self.select(inner, no, yes);
        }
        self.operation(Op::Select, [condition, yes, no])
    }

    /// Everything the roots need, in order of the numbers, so that operands come first.
    pub(crate) fn reachable(&self, roots: impl IntoIterator<Item = NodeId>) -> Vec<NodeId> {
        let mut needed = vec![false; self.len()];
        for root in roots {
            needed[root as usize] = true;
        }
        for id in (0..self.len()).rev() {
            if needed[id] {
                for operand in self.operands(id as NodeId) {
                    needed[operand as usize] = true;
                }
            }
        }
        (0..self.len())
            .filter(|id| needed[*id])
            .map(|id| id as NodeId)
            .collect()
    }
}

/// Operands of a node, an iterator.
pub(crate) struct Operands {
    operands: [NodeId; 3],
    count: usize,
}

impl IntoIterator for Operands {
    type Item = NodeId;
    type IntoIter = std::iter::Take<std::array::IntoIter<NodeId, 3>>;

    fn into_iter(self) -> Self::IntoIter {
        self.operands.into_iter().take(self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Leaves {
        graph: Graph,
        time: NodeId,
        subject: NodeId,
        run: NodeId,
    }

    fn leaves() -> Leaves {
        let mut graph = Graph::new();
        let time = graph.intern(Node::State(0));
        let subject = graph.intern(Node::Input(0, Layer::Subject));
        let run = graph.intern(Node::Input(1, Layer::Run));
        Leaves {
            graph,
            time,
            subject,
            run,
        }
    }

    #[test]
    fn equal_expressions_are_one_node() {
        let Leaves {
            mut graph,
            time,
            subject,
            ..
        } = leaves();
        assert_eq!(graph.add(time, subject), graph.add(subject, time));
        assert_eq!(graph.mul(time, subject), graph.mul(subject, time));
        assert_ne!(graph.sub(time, subject), graph.sub(subject, time));
    }

    #[test]
    fn neutral_operands_disappear() {
        let Leaves {
            mut graph,
            time,
            subject,
            ..
        } = leaves();
        let (zero, one, minus) = (graph.constant(0.0), graph.constant(1.0), graph.constant(-1.0));
        assert_eq!(graph.add(time, zero), time);
        assert_eq!(graph.sub(time, zero), time);
        assert_eq!(graph.mul(one, time), time);
        assert_eq!(graph.div(time, one), time);
        assert_eq!(graph.mul(zero, time), zero);
        assert_eq!(graph.div(zero, time), zero);
        assert_eq!(graph.pow(time, one), time);
        let negative = graph.neg(time);
        assert_eq!(graph.mul(minus, time), negative);
        assert_eq!(graph.sub(zero, time), negative);
        assert_eq!(graph.neg(negative), time);
        let difference = graph.sub(subject, time);
        assert_eq!(graph.add(subject, negative), difference);
        assert_eq!(graph.add(negative, subject), difference);
    }

    #[test]
    fn numbers_fold_as_a_tape_computes_them() {
        let mut graph = Graph::new();
        let (a, b) = (graph.constant(0.1), graph.constant(0.3));
        for op in [
            Op::Add,
            Op::Sub,
            Op::Mul,
            Op::Div,
            Op::Pow,
            Op::Min,
            Op::Less,
            Op::And,
        ] {
            let folded = graph.binary(op, a, b);
            assert_eq!(
                graph.value(folded).map(f64::to_bits),
                Some(evaluate(op, 0.1, 0.3, 0.0).to_bits()),
                "{op:?}"
            );
        }
        let (zero, one) = (graph.constant(0.0), graph.constant(1.0));
        let undefined = graph.div(zero, zero);
        assert!(
            graph.value(undefined).is_some_and(f64::is_nan),
            "0/0 stays what it is"
        );
        let infinite = graph.div(one, zero);
        assert_eq!(graph.value(infinite), Some(f64::INFINITY));
    }

    #[test]
    fn constant_factors_gather_in_front() {
        let Leaves {
            mut graph,
            time,
            subject,
            run,
        } = leaves();
        // (subject * time) * run = (subject * run) * time
        let inner = graph.mul(time, subject);
        let product = graph.mul(inner, run);
        let factors = graph.mul(run, subject);
        assert_eq!(graph.node(product), Node::Operation(Op::Mul, [factors, time, 0]));
        assert_eq!(graph.layer(factors), Layer::Subject);
        // (run * time) / subject = (run / subject) * time, by the reciprocal
        let scaled = graph.mul(run, time);
        let quotient = graph.div(scaled, subject);
        let Node::Operation(Op::Mul, [factor, rest, _]) = graph.node(quotient) else {
            panic!()
        };
        assert_eq!((rest, graph.layer(factor)), (time, Layer::Subject));
        // What is not in the inner loop is divided exactly.
        assert!(matches!(
            {
                let exact = graph.div(subject, run);
                graph.node(exact)
            },
            Node::Operation(Op::Div, _)
        ));
    }

    #[test]
    fn choices_that_are_none() {
        let Leaves {
            mut graph,
            time,
            subject,
            ..
        } = leaves();
        let (zero, one) = (graph.constant(0.0), graph.constant(1.0));
        assert_eq!(graph.select(one, time, subject), time);
        assert_eq!(graph.select(zero, time, subject), subject);
        assert_eq!(graph.select(subject, time, time), time);
        let (not, plain) = (graph.unary(Op::Not, subject), graph.select(subject, one, time));
        assert_eq!(graph.select(not, time, one), plain);
        let less = graph.binary(Op::Less, time, subject);
        assert_eq!(graph.binary(Op::And, less, one), less);
        assert_eq!(graph.binary(Op::And, less, zero), zero);
        assert_eq!(graph.binary(Op::Or, time, one), one);
    }
}
