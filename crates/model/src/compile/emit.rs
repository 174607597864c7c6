//! Graph to tapes: order of the instructions, fused products and sums, and registers.
//!
//! Registers are of two kinds. Fixed ones hold what outlives a tape: constants, inputs, time, states, results.
//! Temporary ones are shared by all tapes and handed out by linear scan: a register is free again after the last
//! instruction that reads it, and the one freed last is taken first, because it is still in the cache.

use std::collections::HashMap;

use super::graph::{Graph, Layer, Node, NodeId};
use crate::tape::{Instruction, Op, Register, Tape};

/// A register before numbers are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// Numbered from 0 among the fixed ones.
    Fixed(usize),
    /// Numbered from 0 among the temporary ones, which come after all fixed ones.
    Temporary(usize),
}

/// An instruction before numbers are final.
#[derive(Clone, Debug)]
struct Draft {
    op: Op,
    destination: Slot,
    operands: Vec<Slot>,
}

/// A tape before numbers are final.
#[derive(Clone, Debug, Default)]
pub(crate) struct DraftTape {
    instructions: Vec<Draft>,
}

/// Hands out registers and writes tapes.
pub(crate) struct Emitter<'g> {
    graph: &'g Graph,
    fixed: usize,
    temporaries: usize,
    /// Fixed registers of nodes.
    homes: HashMap<NodeId, usize>,
    /// Literal values with their registers.
    pub(crate) constants: Vec<(usize, f64)>,
}

/// A node while a tape is being written.
#[derive(Clone, Debug)]
struct Planned {
    op: Op,
    operands: Vec<NodeId>,
}

impl<'g> Emitter<'g> {
    pub(crate) fn new(graph: &'g Graph) -> Self {
        Self {
            graph,
            fixed: 0,
            temporaries: 0,
            homes: HashMap::new(),
            constants: Vec::new(),
        }
    }

    /// A fixed register of its own.
    pub(crate) fn reserve(&mut self) -> usize {
        self.fixed += 1;
        self.fixed - 1
    }

    /// Says that a node is found in a fixed register.
    pub(crate) fn settle(&mut self, node: NodeId, register: usize) {
        self.homes.insert(node, register);
    }

    /// The fixed register of a node, if it has one; constants get theirs here.
    pub(crate) fn home(&mut self, node: NodeId) -> Option<usize> {
        if let Some(home) = self.homes.get(&node) {
            return Some(*home);
        }
        let value = self.graph.value(node)?;
        Some(self.constant(node, value))
    }

    fn constant(&mut self, node: NodeId, value: f64) -> usize {
        let register = self.reserve();
        self.constants.push((register, value));
        self.homes.insert(node, register);
        register
    }

    /// Total number of registers, to be asked after all tapes are written.
    pub(crate) fn registers(&self) -> usize {
        self.fixed + self.temporaries
    }

    /// Writes the tape that computes the roots of one layer, each into a fixed register of its own (see
    /// [`Self::home`]), and copies values into further registers.
    ///
    /// Nodes of earlier layers that it reads must have homes by now.
    pub(crate) fn tape(&mut self, layer: Layer, roots: &[NodeId], copies: &[(usize, NodeId)]) -> DraftTape {
        let computed: Vec<NodeId> = roots
            .iter()
            .copied()
            .filter(|root| self.graph.layer(*root) == layer)
            .collect();
        let wanted = |id: &NodeId| self.graph.layer(*id) == layer && self.is_operation(*id);
        let mut sources: Vec<NodeId> = computed.clone();
        sources.extend(copies.iter().map(|(_, node)| *node));
        let needed: Vec<NodeId> = self
            .graph
            .reachable(sources.iter().copied())
            .into_iter()
            .filter(|id| wanted(id))
            .collect();
        let plan = self.plan(&needed, &sources);
        let order = self.order(&plan, &sources);
        for root in &computed {
            if plan.contains_key(root) && !self.homes.contains_key(root) {
                let register = self.reserve();
                self.homes.insert(*root, register);
            }
        }
        self.allocate(&plan, &order, copies)
    }

    /// A tape that shares no result register with those of the same layer written before, and the registers of its
    /// roots.
    pub(crate) fn separate_tape(&mut self, layer: Layer, roots: &[NodeId]) -> (DraftTape, Vec<usize>) {
        let graph = self.graph;
        let elsewhere = self.homes.clone();
        self.homes
            .retain(|id, _| graph.layer(*id) < layer || !matches!(graph.node(*id), Node::Operation(..)));
        let tape = self.tape(layer, roots, &[]);
        let registers = roots.iter().map(|root| self.home(*root).unwrap_or(0)).collect();
        for (id, home) in elsewhere {
            self.homes.insert(id, home);
        }
        (tape, registers)
    }

    fn is_operation(&self, id: NodeId) -> bool {
        matches!(self.graph.node(id), Node::Operation(..))
    }

    /// Fuses a product that only one sum or difference reads into it.
    fn plan(&mut self, needed: &[NodeId], roots: &[NodeId]) -> HashMap<NodeId, Planned> {
        let mut uses: HashMap<NodeId, usize> = HashMap::new();
        for id in needed {
            for operand in self.graph.operands(*id) {
                *uses.entry(operand).or_default() += 1;
            }
        }
        for root in roots {
            *uses.entry(*root).or_default() += 1;
        }
        let mut plan: HashMap<NodeId, Planned> = HashMap::new();
        for id in needed {
            let Node::Operation(op, operands) = self.graph.node(*id) else {
                continue;
            };
            plan.insert(
                *id,
                Planned {
                    op,
                    operands: operands[..op.arity()].to_vec(),
                },
            );
        }
        for id in needed {
            let Some(Planned { op, operands }) = plan.get(id).cloned() else {
                continue;
            };
            let product = |node: NodeId| match plan.get(&node) {
                Some(Planned {
                    op: Op::Mul,
                    operands,
                }) if uses.get(&node) == Some(&1) => Some([operands[0], operands[1]]),
                _ => None,
            };
            let fused = match (op, operands.as_slice()) {
                (Op::Add, &[left, right]) => match (product(right), product(left)) {
                    (Some([a, b]), _) => Some((Op::MulAdd, vec![a, b, left], right)),
                    (None, Some([a, b])) => Some((Op::MulAdd, vec![a, b, right], left)),
                    (None, None) => None,
                },
                (Op::Sub, &[left, right]) => {
                    product(right).map(|[a, b]| (Op::MulSub, vec![a, b, left], right))
                }
                _ => None,
            };
            if let Some((op, operands, gone)) = fused {
                plan.insert(*id, Planned { op, operands });
                plan.remove(&gone);
            }
        }
        plan
    }

    /// Order of evaluation: depth first from the roots, of two operands first the one that needs more registers.
    fn order(&self, plan: &HashMap<NodeId, Planned>, roots: &[NodeId]) -> Vec<NodeId> {
        let need = register_need(plan);
        let mut order = Vec::new();
        let mut done: HashMap<NodeId, bool> = HashMap::new();
        for root in roots {
            let mut stack = vec![*root];
            while let Some(&id) = stack.last() {
                let Some(planned) = plan.get(&id) else {
                    stack.pop();
                    continue;
                };
                match done.get(&id) {
                    Some(true) => {
                        stack.pop();
                    }
                    Some(false) => {
                        done.insert(id, true);
                        order.push(id);
                        stack.pop();
                    }
                    None => {
                        done.insert(id, false);
                        let mut operands = planned.operands.clone();
                        // The stack turns the order round.
                        operands.sort_by_key(|operand| need.get(operand).copied().unwrap_or(0));
                        stack.extend(operands.into_iter().filter(|operand| !done.contains_key(operand)));
                    }
                }
            }
        }
        order
    }

    fn allocate(
        &mut self,
        plan: &HashMap<NodeId, Planned>,
        order: &[NodeId],
        copies: &[(usize, NodeId)],
    ) -> DraftTape {
        let mut last_read: HashMap<NodeId, usize> = HashMap::new();
        for (position, id) in order.iter().enumerate() {
            for operand in plan.get(id).iter().flat_map(|planned| &planned.operands) {
                last_read.insert(*operand, position);
            }
        }
        for (_, node) in copies {
            last_read.insert(*node, order.len());
        }
        let mut tape = DraftTape::default();
        let mut places: HashMap<NodeId, usize> = HashMap::new();
        let mut free: Vec<usize> = Vec::new();
        for (position, id) in order.iter().enumerate() {
            let Some(planned) = plan.get(id) else { continue };
            let operands: Vec<Slot> = planned
                .operands
                .iter()
                .map(|operand| self.slot(*operand, &places))
                .collect();
            for operand in &planned.operands {
                if last_read.get(operand) == Some(&position)
                    && let Some(place) = places.remove(operand)
                {
                    free.push(place);
                }
            }
            let destination = match self.homes.get(id) {
                Some(home) => Slot::Fixed(*home),
                None => {
                    let place = free.pop().unwrap_or_else(|| {
                        let in_use = places.len();
                        self.temporaries = self.temporaries.max(in_use + 1);
                        in_use
                    });
                    places.insert(*id, place);
                    Slot::Temporary(place)
                }
            };
            tape.instructions.push(Draft {
                op: planned.op,
                destination,
                operands,
            });
        }
        for (register, node) in copies {
            let operands = vec![self.slot(*node, &places)];
            tape.instructions.push(Draft {
                op: Op::Copy,
                destination: Slot::Fixed(*register),
                operands,
            });
        }
        tape
    }

    fn slot(&mut self, node: NodeId, places: &HashMap<NodeId, usize>) -> Slot {
        if let Some(place) = places.get(&node) {
            return Slot::Temporary(*place);
        }
        // Everything else has a home: constants get one now, earlier layers were emitted before.
        Slot::Fixed(self.home(node).unwrap_or(0))
    }

    /// The final register of a fixed one.
    pub(crate) fn register(fixed: usize) -> Register {
        // The number of registers was checked.
        Register::try_from(fixed).unwrap_or(Register::MAX)
    }

    /// A tape with final numbers, after all tapes were written and [`Self::registers`] was found small enough.
    pub(crate) fn finish(&self, draft: &DraftTape) -> Tape {
        let number = |slot: &Slot| match slot {
            Slot::Fixed(fixed) => Self::register(*fixed),
            Slot::Temporary(temporary) => Self::register(self.fixed + temporary),
        };
        let instructions = draft.instructions.iter().map(|draft| {
            let operand = |at: usize| draft.operands.get(at).map_or(0, number);
            Instruction {
                op: draft.op,
                destination: number(&draft.destination),
                a: operand(0),
                b: operand(1),
                c: operand(2),
            }
        });
        Tape {
            instructions: instructions.collect(),
        }
    }
}

/// About how many registers each node needs at once (Sethi and Ullman 1970, exact for trees).
fn register_need(plan: &HashMap<NodeId, Planned>) -> HashMap<NodeId, usize> {
    let mut ids: Vec<NodeId> = plan.keys().copied().collect();
    ids.sort_unstable();
    let mut need: HashMap<NodeId, usize> = HashMap::new();
    for id in ids {
        let mut needs: Vec<usize> = plan
            .get(&id)
            .iter()
            .flat_map(|planned| &planned.operands)
            .filter_map(|of| need.get(of))
            .copied()
            .collect();
        needs.sort_unstable_by(|a, b| b.cmp(a));
        let most = needs
            .iter()
            .enumerate()
            .map(|(held, need)| held + need)
            .max()
            .unwrap_or(0);
        need.insert(id, most.max(1));
    }
    need
}
