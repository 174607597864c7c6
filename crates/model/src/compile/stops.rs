//! Where derivatives may jump: times that an equation compares time with.
//!
//! A comparison counts when one side is a straight line of time, or of the time since a dose, and the other is constant
//! for a subject: `t < 24`, `t/24 >= start`, `tad(depot) < 2`. The crossing is worked out for each subject, and the solver
//! ends a step before it and begins the next behind it.

use std::collections::BTreeSet;

use super::graph::{Graph, Layer, Node, NodeId};
use crate::program::HistoryKind;
use crate::tape::Op;

/// Which value of the history, as in [`Node::History`].
pub(crate) type Asked = (HistoryKind, Option<u32>);

/// A time to stop at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StopNode {
    pub(crate) time: NodeId,
    /// Counted from this value; without it from time 0.
    pub(crate) since: Option<Asked>,
}

/// `scale * (t - since) + offset`; a scale of 1 and an offset of 0 where there is none.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    scale: Option<NodeId>,
    offset: Option<NodeId>,
    since: Option<Asked>,
}

/// Terms that a line may have, so that nobody's text makes this slow.
const DEEPEST: usize = 8;

/// The stops that the comparisons under `roots` ask for.
pub(crate) fn stops(graph: &mut Graph, roots: &[NodeId]) -> Vec<StopNode> {
    let mut found = BTreeSet::new();
    for id in graph.reachable(roots.iter().copied()) {
        let Node::Operation(Op::Less | Op::LessEqual, [left, right, _]) = graph.node(id) else {
            continue;
        };
        for (moving, fixed) in [(left, right), (right, left)] {
            if graph.layer(moving) == Layer::Time
                && graph.layer(fixed) < Layer::Time
                && let Some(line) = line(graph, moving, DEEPEST)
            {
                let time = crossing(graph, line, fixed);
                let since = line.since;
                found.insert(StopNode { time, since });
            }
        }
    }
    found.retain(|stop| graph.value(stop.time).is_none_or(f64::is_finite));
    found.into_iter().collect()
}

fn crossing(graph: &mut Graph, line: Line, value: NodeId) -> NodeId {
    let above = match line.offset {
        Some(offset) => graph.sub(value, offset),
        None => value,
    };
    match line.scale {
        Some(scale) => graph.div(above, scale),
        None => above,
    }
}

fn line(graph: &mut Graph, id: NodeId, deepest: usize) -> Option<Line> {
    let deepest = deepest.checked_sub(1)?;
    let (op, [a, b, c]) = match graph.node(id) {
        Node::Time => return Some(Line::default()),
        Node::Operation(op, operands) => (op, operands),
        _ => return None,
    };
    if let Some(since) = elapsed(graph, id) {
        return Some(Line {
            since: Some(since),
            ..Line::default()
        });
    }
    let fixed = |graph: &Graph, id: NodeId| graph.layer(id) < Layer::Time;
    match op {
        Op::Neg => line(graph, a, deepest).map(|line| negated(graph, line)),
        Op::Add | Op::Sub if fixed(graph, b) => {
            let line = line(graph, a, deepest)?;
            let zero = graph.constant(0.0);
            let before = line.offset.unwrap_or(zero);
            let offset = Some(graph.binary(op, before, b));
            Some(Line { offset, ..line })
        }
        Op::Add | Op::Sub if fixed(graph, a) => {
            let mut line = line(graph, b, deepest)?;
            if op == Op::Sub {
                line = negated(graph, line);
            }
            let zero = graph.constant(0.0);
            let before = line.offset.unwrap_or(zero);
            let offset = Some(graph.add(before, a));
            Some(Line { offset, ..line })
        }
        Op::Mul if fixed(graph, a) => {
            let line = line(graph, b, deepest)?;
            Some(times(graph, line, a))
        }
        // `tad0()`: 0 before the first dose, when there is nothing to count from.
        Op::Select => {
            let otherwise = elapsed(graph, c)?;
            let history = graph.intern(Node::History(otherwise.0, otherwise.1));
            let missing = graph.binary(Op::NotEqual, history, history);
            (a == missing && fixed(graph, b)).then_some(Line {
                since: Some(otherwise),
                ..Line::default()
            })
        }
        _ => None,
    }
}

/// What the time is counted from, if the node is the time since a dose.
fn elapsed(graph: &Graph, id: NodeId) -> Option<Asked> {
    let Node::Operation(Op::Sub, [time, since, _]) = graph.node(id) else {
        return None;
    };
    match (graph.node(time), graph.node(since)) {
        (Node::Time, Node::History(kind @ (HistoryKind::LastTime | HistoryKind::FirstTime), compartment)) => {
            Some((kind, compartment))
        }
        _ => None,
    }
}

fn negated(graph: &mut Graph, line: Line) -> Line {
    let minus = graph.constant(-1.0);
    times(graph, line, minus)
}

fn times(graph: &mut Graph, line: Line, factor: NodeId) -> Line {
    let one = graph.constant(1.0);
    Line {
        scale: Some(graph.mul(line.scale.unwrap_or(one), factor)),
        offset: line.offset.map(|offset| graph.mul(offset, factor)),
        ..line
    }
}
