//! Equations to the graph: names become nodes, `if` becomes a choice between values.

use std::collections::{BTreeSet, HashMap};

use super::graph::{Graph, Layer, Node, NodeId};
use super::{guarded, special};
use crate::bindings::Bindings;
use crate::check::key;
use crate::functions;
use crate::history::{TRANSIT, kind_of_name, question_of};
use crate::model::{Model, Symbol};
use crate::program::HistoryKind;
use crate::syntax::tree::{
    BinaryOperator, Block, Expression, ExpressionKind, StatementKind, TargetKind, UnaryOperator,
};
use crate::tape::Op;

/// Values by the key under which an assignment defines them.
pub(crate) type Environment = Bindings<NodeId>;

/// What a name that is not assigned stands for in the graph.
pub(crate) trait Names {
    /// Whether poles are guarded, as rxode2 does in equations (see `guarded`) and R does not in `ini({})`.
    const GUARDED: bool;

    fn node(&self, graph: &mut Graph, name: &str) -> Option<NodeId>;

    /// What is known of the doses into a compartment, or of all.
    fn history(&self, graph: &mut Graph, kind: HistoryKind, compartment: Option<&str>) -> Option<NodeId>;
}

/// Names of a model: inputs by their position in the program, compartments that stay 0 as 0.
pub(crate) struct ModelNames<'m> {
    pub(crate) model: &'m Model,
    pub(crate) values: &'m HashMap<String, Value>,
    pub(crate) zero: &'m BTreeSet<usize>,
    /// Whether interpolated covariates have the values last told, as at a record.
    pub(crate) told: bool,
}

/// Where the value of a theta, eta or covariate comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    Literal(f64),
    Input(u32, Layer),
    /// An interpolated covariate: inputs of its value, its slope, and the time at which it had that value.
    Line([u32; 3]),
}

impl Names for ModelNames<'_> {
    const GUARDED: bool = true;

    fn node(&self, graph: &mut Graph, name: &str) -> Option<NodeId> {
        match self.model.symbols.get(name)? {
            Symbol::State(index) if self.zero.contains(index) => Some(graph.constant(0.0)),
            Symbol::State(index) => Some(graph.intern(Node::State(u32::try_from(*index).ok()?))),
            Symbol::Constant(value) => Some(graph.constant(*value)),
            Symbol::Theta(_) | Symbol::Eta(_) | Symbol::Covariate(_) => match self.values.get(name)? {
                Value::Literal(value) => Some(graph.constant(*value)),
                Value::Input(index, layer) => Some(graph.intern(Node::Input(*index, *layer))),
                Value::Line(inputs) => {
                    let [value, slope, since] =
                        inputs.map(|index| graph.intern(Node::Input(index, Layer::Subject)));
                    if self.told {
                        return Some(value);
                    }
                    let time = graph.intern(Node::Time);
                    let passed = graph.sub(time, since);
                    let change = graph.mul(slope, passed);
                    Some(graph.add(value, change))
                }
            },
            Symbol::Variable => None,
        }
    }

    fn history(&self, graph: &mut Graph, kind: HistoryKind, compartment: Option<&str>) -> Option<NodeId> {
        let index = match compartment.map(|name| self.model.symbols.get(name)) {
            Some(Some(Symbol::State(index))) => Some(*index),
            Some(_) => return None,
            None => None,
        };
        // No dose enters a compartment that stays 0.
        if index.is_some_and(|index| self.zero.contains(&index)) {
            return Some(graph.constant(kind.at_first()));
        }
        let index = index.map(u32::try_from).transpose().ok()?;
        Some(graph.intern(Node::History(kind, index)))
    }
}

/// No names at all: values of `ini({})`.
struct NoNames;

impl Names for NoNames {
    const GUARDED: bool = false;

    fn node(&self, _: &mut Graph, _: &str) -> Option<NodeId> {
        None
    }

    fn history(&self, _: &mut Graph, _: HistoryKind, _: Option<&str>) -> Option<NodeId> {
        None
    }
}

/// The value of an expression of numbers and known functions.
pub(crate) fn constant_value(graph: &mut Graph, expression: &Expression) -> Option<f64> {
    let node = Lowering {
        graph,
        names: &NoNames,
        equation: None,
    }
    .expression(expression, &Environment::new());
    graph.value(node)
}

/// All equations of a model: every variable, derivative, initial value and property by its key.
pub(crate) fn lower(graph: &mut Graph, names: &ModelNames<'_>) -> Environment {
    let mut environment = Environment::new();
    let mut lowering = Lowering {
        graph,
        names,
        equation: names.model.compartments.first().map(|first| first.name.clone()),
    };
    for file in &names.model.files {
        lowering.block(&file.equations, &mut environment);
    }
    environment
}

pub(super) struct Lowering<'g, N> {
    pub(super) graph: &'g mut Graph,
    pub(super) names: &'g N,
    /// Compartment whose `d/dt()` was written last; the first one before any was.
    pub(super) equation: Option<String>,
}

impl<N: Names> Lowering<'_, N> {
    fn block(&mut self, block: &Block, environment: &mut Environment) {
        for statement in &block.statements {
            match &statement.kind {
                StatementKind::Assign { target, value, .. } => {
                    if target.kind == TargetKind::Derivative {
                        self.equation = Some(target.name.text.clone());
                    }
                    let node = self.expression(value, environment);
                    if target.kind == TargetKind::ModelTime {
                        environment.insert(target.name.text.clone(), node);
                    }
                    environment.insert(key(target.kind, &target.name.text), node);
                }
                StatementKind::If { branches, otherwise } => {
                    self.condition(branches, otherwise.as_ref(), environment);
                }
                StatementKind::Endpoint { .. } | StatementKind::Compartment(_) => {}
            }
        }
    }

    fn condition(
        &mut self,
        branches: &[(Expression, Block)],
        otherwise: Option<&Block>,
        environment: &mut Environment,
    ) {
        let mut ends = Vec::new();
        for (condition, block) in branches {
            let condition = self.expression(condition, environment);
            environment.enter();
            self.block(block, environment);
            ends.push((condition, environment.leave()));
        }
        environment.enter();
        if let Some(block) = otherwise {
            self.block(block, environment);
        }
        let last = environment.leave();
        let names: BTreeSet<String> = ends
            .iter()
            .flat_map(|(_, end)| end.keys())
            .chain(last.keys())
            .cloned()
            .collect();
        for name in names {
            let before = environment.get(&name).copied();
            let mut value = last.get(&name).copied().or(before);
            for (condition, end) in ends.iter().rev() {
                let here = end.get(&name).copied().or(before);
                value = match (here, value) {
                    (Some(here), Some(other)) => Some(self.graph.select(*condition, here, other)),
                    // What has a value in some cases only is not used outside of them: the check has seen to that.
                    (here, other) => here.or(other),
                };
            }
            if let Some(value) = value {
                environment.insert(name, value);
            }
        }
    }

    fn expression(&mut self, expression: &Expression, environment: &Environment) -> NodeId {
        match &expression.kind {
            ExpressionKind::Number(value) => self.graph.constant(*value),
            ExpressionKind::Name(name) => self.name(name, environment),
            ExpressionKind::Derivative(name) => {
                self.known(environment.get(&key(TargetKind::Derivative, &name.text)).copied())
            }
            ExpressionKind::Unary(operator, operand) => {
                let operand = self.expression(operand, environment);
                match operator {
                    UnaryOperator::Plus => operand,
                    UnaryOperator::Minus => self.graph.neg(operand),
                    UnaryOperator::Not => self.graph.unary(Op::Not, operand),
                }
            }
            ExpressionKind::Binary(operator, left, right) => {
                let left = self.expression(left, environment);
                let right = self.expression(right, environment);
                self.binary(*operator, left, right)
            }
            ExpressionKind::Call(name, arguments) if question_of(&name.text).is_some() => {
                self.question(&name.text, arguments)
            }
            ExpressionKind::Call(name, arguments) => {
                let arguments: Vec<NodeId> = arguments
                    .iter()
                    .map(|argument| self.expression(argument, environment))
                    .collect();
                match functions::function(&name.text) {
                    None if name.text == TRANSIT => self.transit(&arguments),
                    Some(signature) if N::GUARDED => {
                        guarded::call(self.graph, signature.function, &arguments)
                    }
                    Some(signature) => special::call(self.graph, signature.function, &arguments),
                    None => self.known(None),
                }
            }
        }
    }

    fn name(&mut self, name: &str, environment: &Environment) -> NodeId {
        match name {
            "t" | "time" => self.graph.intern(Node::Time),
            "TRUE" => self.graph.constant(1.0),
            "FALSE" => self.graph.constant(0.0),
            _ => {
                if let Some(value) = functions::constant(name) {
                    return self.graph.constant(value);
                }
                if let Some(kind) = kind_of_name(name) {
                    let node = self.names.history(self.graph, kind, None);
                    return self.known(node);
                }
                let node = environment
                    .get(name)
                    .copied()
                    .or_else(|| self.names.node(self.graph, name));
                self.known(node)
            }
        }
    }

    /// The checks leave no name without a meaning; were there one, its value would be NaN, which shows.
    pub(super) fn known(&mut self, node: Option<NodeId>) -> NodeId {
        node.unwrap_or_else(|| self.graph.constant(f64::NAN))
    }

    fn binary(&mut self, operator: BinaryOperator, left: NodeId, right: NodeId) -> NodeId {
        let (op, left, right) = match operator {
            BinaryOperator::Divide if N::GUARDED => return guarded::quotient(self.graph, left, right),
            BinaryOperator::Power if N::GUARDED => return guarded::power(self.graph, left, right),
            BinaryOperator::Divide => (Op::Div, left, right),
            BinaryOperator::Power => (Op::Pow, left, right),
            BinaryOperator::Or => (Op::Or, left, right),
            BinaryOperator::And => (Op::And, left, right),
            BinaryOperator::Less => (Op::Less, left, right),
            BinaryOperator::LessEqual => (Op::LessEqual, left, right),
            BinaryOperator::Greater => (Op::Less, right, left),
            BinaryOperator::GreaterEqual => (Op::LessEqual, right, left),
            BinaryOperator::Equal => (Op::Equal, left, right),
            BinaryOperator::NotEqual => (Op::NotEqual, left, right),
            BinaryOperator::Add => (Op::Add, left, right),
            BinaryOperator::Subtract => (Op::Sub, left, right),
            BinaryOperator::Multiply => (Op::Mul, left, right),
            BinaryOperator::Remainder => (Op::Remainder, left, right),
        };
        self.graph.binary(op, left, right)
    }
}
