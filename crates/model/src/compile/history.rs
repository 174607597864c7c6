//! Questions about the doses as expressions: `tad()` is the time less that of the last dose.

use super::graph::{Node, NodeId};
use super::lower::{Lowering, Names};
use super::special::{gamma_density, is_missing, plus};
use crate::history::{Doses, question_of};
use crate::program::HistoryKind;
use crate::syntax::tree::{Expression, ExpressionKind};

impl<N: Names> Lowering<'_, N> {
    /// The value of a question. Its compartment has been checked.
    pub(super) fn question(&mut self, name: &str, arguments: &[Expression]) -> NodeId {
        let Some(question) = question_of(name) else {
            return self.known(None);
        };
        let named = match arguments.first().map(|argument| &argument.kind) {
            Some(ExpressionKind::Name(name)) => Some(name.clone()),
            _ => None,
        };
        let compartment = match question.doses {
            Doses::Equation => named.or_else(|| self.equation.clone()),
            Doses::Any | Doses::All => named,
        };
        let node = self
            .names
            .history(self.graph, question.kind, compartment.as_deref());
        let known = self.known(node);
        let value = if question.elapsed {
            let time = self.graph.intern(Node::Time);
            self.graph.sub(time, known)
        } else {
            known
        };
        if question.or_zero {
            let (missing, zero) = (is_missing(self.graph, known), self.graph.constant(0.0));
            self.graph.select(missing, zero, value)
        } else {
            value
        }
    }

    /// Rate at which the last dose into the compartment of the equation leaves a chain of `n` transit compartments with
    /// the mean transit time `mtt`: the dose times the density of the gamma distribution of shape n + 1 and rate
    /// (n + 1)/mtt at the time since it. 0 before the first dose.
    ///
    /// Source: Savic, Jonker, Kerbusch and Karlsson (2007), doi:10.1007/s10928-007-9066-0.
    pub(super) fn transit(&mut self, arguments: &[NodeId]) -> NodeId {
        let &[n, mtt, ref bioavailability @ ..] = arguments else {
            return self.known(None);
        };
        let compartment = self.equation.clone();
        let mut history = |kind| {
            let node = self.names.history(self.graph, kind, compartment.as_deref());
            node.unwrap_or_else(|| self.graph.constant(f64::NAN))
        };
        let (dose, last) = (history(HistoryKind::LastAmount), history(HistoryKind::LastTime));
        let graph = &mut *self.graph;
        let shape = plus(graph, n, 1.0);
        let rate = graph.div(shape, mtt);
        let time = graph.intern(Node::Time);
        let elapsed = graph.sub(time, last);
        let scaled = graph.mul(rate, elapsed);
        let density = gamma_density(graph, n, scaled);
        let density = graph.mul(rate, density);
        let absorbed = match bioavailability.first() {
            Some(fraction) => graph.mul(*fraction, dose),
            None => dose,
        };
        let value = graph.mul(absorbed, density);
        let (missing, zero) = (is_missing(graph, last), graph.constant(0.0));
        graph.select(missing, zero, value)
    }
}
