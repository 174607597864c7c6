//! Checked model to program: graph, derivatives, layers, tapes.

mod derive;
mod emit;
pub(crate) mod graph;
mod guarded;
mod history;
mod inputs;
pub(crate) mod lower;
mod powers;
mod prune;
mod quantile;
mod special;
mod stops;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use thiserror::Error;

use self::derive::{Gradient, TIME, gradients};
use self::emit::Emitter;
use self::graph::{Graph, Layer, Node, NodeId};
use self::inputs::{check_names, inputs};
use self::lower::{Environment, ModelNames, lower};
use self::stops::{Asked, StopNode};
use crate::check::key;
use crate::model::{Model, Symbol};
use crate::program::{HistoryValue, Input, JacobianEntry, Output, Program, State, Stop};
use crate::syntax::tree::TargetKind;
use crate::tape::Register;

/// What a program is to be compiled for.
#[derive(Clone, Debug, Default)]
pub struct CompileOptions {
    /// Variables to report, in this order; also thetas, etas and covariates. Without it, every variable that the model
    /// reports. Compartments are always reported.
    pub outputs: Option<Vec<String>>,
    /// What may differ between subjects.
    pub per_subject: PerSubject,
    /// Other values of thetas than their estimates, and values of covariates that are the same for the whole run.
    /// They become literals and are no inputs.
    pub values: Vec<(String, f64)>,
    /// Compartments that doses enter. With it, compartments that provably stay 0 (no initial value, no dose, inflow
    /// only from such) are left out of the equations and reported as outputs that are 0.
    pub dosed: Option<BTreeSet<String>>,
    /// Covariates that change along lines between the points at which they are told. Equations and outputs see
    /// `value + slope*(t - since)`, with two more inputs, [`slope_of`](crate::program::slope_of) and
    /// [`since_of`](crate::program::since_of) the covariate, which are 0 where
    /// nobody gives them; initial values and properties of compartments see the value last told.
    pub interpolated: BTreeSet<String>,
}

/// Which thetas and covariates may differ between subjects. Etas always may.
#[derive(Clone, Debug, Default)]
pub enum PerSubject {
    /// Every covariate, and every theta that is not fixed. Fixed thetas are literals.
    #[default]
    All,
    /// Those named. Of the others, fixed thetas are literals, the rest are inputs of the whole run.
    Only(BTreeSet<String>),
}

/// Why a model cannot be compiled.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CompileError {
    /// The model is larger than tapes can address.
    #[error("the model needs {needed} registers, more than the 65535 there are; split it")]
    TooManyRegisters {
        /// How many it needs.
        needed: usize,
    },
    /// More compartments than an index can hold.
    #[error("the model has {found} compartments, more than the 65535 there are")]
    TooManyCompartments {
        /// How many it has.
        found: usize,
    },
    /// An option names something the model has not.
    #[error("{role} `{name}` is not in the model{}", suggestion(.nearest.as_deref()))]
    Unknown {
        /// What it was named as: `output`, `parameter`, `covariate`, `compartment`.
        role: &'static str,
        /// The name.
        name: String,
        /// What was probably meant.
        nearest: Option<String>,
    },
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"))
}

/// Compiles a model.
///
/// # Errors
/// [`CompileError`] if an option names what is not there or the model is too large.
pub fn compile(model: &Model, options: &CompileOptions) -> Result<Program, CompileError> {
    check_names(model, options)?;
    let (mut inputs, values) = inputs(model, options);
    let zero = match &options.dosed {
        Some(dosed) => prune::zero_compartments(model, &values, dosed),
        None => BTreeSet::new(),
    };
    let mut graph = Graph::new();
    let names = ModelNames {
        model,
        values: &values,
        zero: &zero,
        told: false,
    };
    let environment = lower(&mut graph, &names);
    let told =
        (!options.interpolated.is_empty()).then(|| lower(&mut graph, &ModelNames { told: true, ..names }));
    let told = told.as_ref().unwrap_or(&environment);
    let mut parts = Parts::collect(model, options, &mut graph, (&environment, told), &names);
    parts.jacobian = gradients(&mut graph, &parts.derivatives);
    parts.stops.extend(stops::stops(&mut graph, &parts.derivatives));
    parts.stops.sort_unstable();
    parts.stops.dedup();
    let (graph, moved) = powers::expand(&graph, &parts.all());
    parts.move_to(&moved);
    parts.program(model, &graph, &mut inputs)
}

/// The nodes that a program has to compute.
struct Parts {
    /// Indices of the compartments that are integrated.
    states: Vec<usize>,
    /// Of each of them.
    derivatives: Vec<NodeId>,
    jacobian: Vec<Gradient>,
    /// Initial values and properties by compartment.
    properties: BTreeMap<(usize, TargetKind), NodeId>,
    outputs: Vec<(String, NodeId)>,
    /// Times at which no step passes.
    stops: Vec<StopNode>,
}

const PROPERTIES: [TargetKind; 5] = [
    TargetKind::Initial,
    TargetKind::Bioavailability,
    TargetKind::Lag,
    TargetKind::Duration,
    TargetKind::Rate,
];

/// Registers of what is written from outside.
struct Leaves<'a> {
    time: usize,
    states: &'a [(usize, usize)],
    inputs: &'a [usize],
    history: &'a [(Asked, usize)],
}

impl Parts {
    fn collect(
        model: &Model,
        options: &CompileOptions,
        graph: &mut Graph,
        (environment, told): (&Environment, &Environment),
        names: &ModelNames<'_>,
    ) -> Self {
        let states: Vec<usize> = (0..model.compartments.len())
            .filter(|index| !names.zero.contains(index))
            .collect();
        let nan = graph.constant(f64::NAN);
        let of = |environment: &Environment, kind: TargetKind, index: usize| {
            environment
                .get(&key(kind, &model.compartments[index].name))
                .copied()
        };
        let derivatives: Vec<NodeId> = states
            .iter()
            .map(|index| of(environment, TargetKind::Derivative, *index).unwrap_or(nan))
            .collect();
        let mut properties = BTreeMap::new();
        for index in &states {
            for kind in PROPERTIES {
                let absent = match kind {
                    TargetKind::Bioavailability => Some(1.0),
                    TargetKind::Initial | TargetKind::Lag => Some(0.0),
                    _ => None,
                };
                match of(told, kind, *index) {
                    Some(node) if absent.is_none() || graph.value(node) != absent => {
                        properties.insert((*index, kind), node);
                    }
                    _ => {}
                }
            }
        }
        let times = model
            .variables
            .iter()
            .filter_map(|variable| told.get(&key(TargetKind::ModelTime, &variable.name)));
        let stops = times.map(|time| StopNode {
            time: *time,
            since: None,
        });
        let nothing = graph.constant(0.0);
        let left_out = names
            .zero
            .iter()
            .map(|index| (model.compartments[*index].name.clone(), nothing));
        let mut outputs: Vec<(String, NodeId)> = left_out.collect();
        let reported = model
            .variables
            .iter()
            .filter(|variable| variable.reported)
            .map(|variable| &variable.name);
        let asked: Vec<&String> = match &options.outputs {
            Some(asked) => asked.iter().collect(),
            None => reported.collect(),
        };
        let mut listed: BTreeSet<&str> = BTreeSet::new();
        for name in asked {
            let is_compartment = matches!(model.symbols.get(name), Some(Symbol::State(_)));
            if is_compartment || !listed.insert(name) {
                continue;
            }
            let node = environment
                .get(name)
                .copied()
                .or_else(|| lower::Names::node(names, graph, name));
            outputs.push((name.clone(), node.unwrap_or(nan)));
        }
        Self {
            states,
            derivatives,
            jacobian: Vec::new(),
            properties,
            outputs,
            stops: stops.collect(),
        }
    }

    fn all(&self) -> Vec<NodeId> {
        let entries = self.jacobian.iter().flat_map(Gradient::values);
        let outputs = self.outputs.iter().map(|(_, node)| node);
        let stops = self.stops.iter().map(|stop| &stop.time);
        self.derivatives
            .iter()
            .chain(entries)
            .chain(self.properties.values())
            .chain(outputs)
            .chain(stops)
            .copied()
            .collect()
    }

    /// Replaces every node by the one it has become.
    fn move_to(&mut self, moved: &[Option<NodeId>]) {
        let entries = self.jacobian.iter_mut().flat_map(Gradient::values_mut);
        let outputs = self.outputs.iter_mut().map(|(_, node)| node);
        let stops = self.stops.iter_mut().map(|stop| &mut stop.time);
        for node in self
            .derivatives
            .iter_mut()
            .chain(entries)
            .chain(self.properties.values_mut())
            .chain(outputs)
            .chain(stops)
        {
            // All of them were roots of the rewriting.
            *node = moved[*node as usize].unwrap_or(0);
        }
    }

    fn program(&self, model: &Model, graph: &Graph, inputs: &mut [Input]) -> Result<Program, CompileError> {
        let mut emitter = Emitter::new(graph);
        let time = emitter.reserve();
        let registers: Vec<(usize, usize)> = self
            .states
            .iter()
            .map(|_| (emitter.reserve(), emitter.reserve()))
            .collect();
        let input_registers: Vec<usize> = inputs.iter().map(|_| emitter.reserve()).collect();
        let history: Vec<(Asked, usize)> = self
            .asked(graph)
            .into_iter()
            .map(|asked| (asked, emitter.reserve()))
            .collect();
        let leaves = Leaves {
            time,
            states: &registers,
            inputs: &input_registers,
            history: &history,
        };
        self.settle_leaves(graph, &mut emitter, &leaves);

        let all = self.all();
        let run = emitter.tape(Layer::Run, &self.kept(graph, Layer::Run, &all), &[]);
        let subject = emitter.tape(Layer::Subject, &self.kept(graph, Layer::Subject, &all), &[]);

        // The first derivative that a node is goes into the state's register directly, others are copied there.
        let mut copies = Vec::new();
        for (node, (_, register)) in self.derivatives.iter().zip(&registers) {
            let is_computed =
                graph.layer(*node) == Layer::Time && matches!(graph.node(*node), Node::Operation(..));
            if is_computed && emitter.home(*node).is_none() {
                emitter.settle(*node, *register);
            } else {
                copies.push((*register, *node));
            }
        }
        let derivatives = emitter.tape(Layer::Time, &self.derivatives, &copies);
        let entries: Vec<NodeId> = self.jacobian.iter().flat_map(Gradient::values).copied().collect();
        let mut both = self.derivatives.clone();
        both.extend(&entries);
        let jacobian = emitter.tape(Layer::Time, &both, &copies);
        let output_nodes: Vec<NodeId> = self.outputs.iter().map(|(_, node)| *node).collect();
        // Outputs get registers that no other tape writes: what the other tapes compute too is computed again here.
        let outputs = emitter.separate_tape(Layer::Time, &output_nodes);

        let home =
            |emitter: &mut Emitter<'_>, node: NodeId| Emitter::register(emitter.home(node).unwrap_or(0));
        let states = self.state_list(model, &mut emitter, &registers, home);
        let outputs_reported: Vec<Output> = self
            .outputs
            .iter()
            .zip(&outputs.1)
            .map(|((name, _), register)| Output {
                name: name.clone(),
                register: Emitter::register(*register),
            })
            .collect();
        let (jacobian_entries, time_derivatives) = self.entry_lists(&mut emitter, home)?;
        for (input, register) in inputs.iter_mut().zip(&input_registers) {
            input.register = Emitter::register(*register);
        }
        let stops = self.stop_list(&history, &mut emitter, home);
        let needed = emitter.registers();
        if needed > usize::from(Register::MAX) {
            return Err(CompileError::TooManyRegisters { needed });
        }
        Ok(Program {
            registers: needed,
            constants: emitter
                .constants
                .iter()
                .map(|(at, value)| (Emitter::register(*at), *value))
                .collect(),
            inputs: inputs.to_vec(),
            time: Emitter::register(time),
            history: self.history_list(&history),
            stops,
            states,
            outputs_reported,
            run: emitter.finish(&run),
            subject: emitter.finish(&subject),
            derivatives: emitter.finish(&derivatives),
            jacobian: emitter.finish(&jacobian),
            jacobian_entries,
            time_derivatives,
            outputs: emitter.finish(&outputs.0),
        })
    }

    /// Tells the emitter where time, states, inputs and history are found.
    fn settle_leaves(&self, graph: &Graph, emitter: &mut Emitter<'_>, leaves: &Leaves<'_>) {
        let state_register: HashMap<usize, usize> = self
            .states
            .iter()
            .zip(leaves.states)
            .map(|(index, (register, _))| (*index, *register))
            .collect();
        let history: BTreeMap<Asked, usize> = leaves.history.iter().copied().collect();
        for id in graph.reachable(self.all()) {
            let register = match graph.node(id) {
                Node::Time => Some(leaves.time),
                Node::State(index) => state_register.get(&(index as usize)).copied(),
                Node::Input(index, _) => leaves.inputs.get(index as usize).copied(),
                Node::History(kind, compartment) => history.get(&(kind, compartment)).copied(),
                Node::Constant(_) | Node::Operation(..) => None,
            };
            if let Some(register) = register {
                emitter.settle(id, register);
            }
        }
    }

    /// What the model asks of the history of doses.
    fn asked(&self, graph: &Graph) -> BTreeSet<Asked> {
        let nodes = graph.reachable(self.all());
        let asked = nodes.into_iter().filter_map(|id| match graph.node(id) {
            Node::History(kind, compartment) => Some((kind, compartment)),
            _ => None,
        });
        asked
            .chain(self.stops.iter().filter_map(|stop| stop.since))
            .collect()
    }

    fn history_list(&self, history: &[(Asked, usize)]) -> Vec<HistoryValue> {
        let value = |((kind, compartment), register): &(Asked, usize)| HistoryValue {
            kind: *kind,
            // Compartments that are left out are not asked about, and the number of the others was checked.
            compartment: compartment.and_then(|index| {
                let at = self.states.iter().position(|state| *state == index as usize);
                at.and_then(|at| u16::try_from(at).ok())
            }),
            register: Emitter::register(*register),
        };
        history.iter().map(value).collect()
    }

    fn stop_list(
        &self,
        history: &[(Asked, usize)],
        emitter: &mut Emitter<'_>,
        home: impl Fn(&mut Emitter<'_>, NodeId) -> Register,
    ) -> Vec<Stop> {
        let stop = |stop: &StopNode| Stop {
            register: home(emitter, stop.time),
            since: stop.since.and_then(|since| {
                let at = history.iter().position(|(asked, _)| *asked == since);
                at.and_then(|at| u16::try_from(at).ok())
            }),
        };
        self.stops.iter().map(stop).collect()
    }

    /// Nodes of a layer that a later one reads, or that are results themselves.
    fn kept(&self, graph: &Graph, layer: Layer, roots: &[NodeId]) -> Vec<NodeId> {
        let is_kept = |id: NodeId| graph.layer(id) == layer && matches!(graph.node(id), Node::Operation(..));
        let mut kept: BTreeSet<NodeId> = roots.iter().copied().filter(|root| is_kept(*root)).collect();
        for id in graph.reachable(roots.iter().copied()) {
            if graph.layer(id) > layer {
                kept.extend(graph.operands(id).into_iter().filter(|operand| is_kept(*operand)));
            }
        }
        kept.into_iter().collect()
    }

    fn state_list(
        &self,
        model: &Model,
        emitter: &mut Emitter<'_>,
        registers: &[(usize, usize)],
        home: impl Fn(&mut Emitter<'_>, NodeId) -> Register,
    ) -> Vec<State> {
        let mut states = Vec::new();
        for (index, (register, derivative)) in self.states.iter().zip(registers) {
            let mut property = |kind: TargetKind| {
                self.properties
                    .get(&(*index, kind))
                    .map(|node| home(emitter, *node))
            };
            states.push(State {
                name: model.compartments[*index].name.clone(),
                register: Emitter::register(*register),
                derivative: Emitter::register(*derivative),
                initial: property(TargetKind::Initial),
                bioavailability: property(TargetKind::Bioavailability),
                lag: property(TargetKind::Lag),
                duration: property(TargetKind::Duration),
                rate: property(TargetKind::Rate),
            });
        }
        states
    }

    /// Jacobian entries by row and column, and derivatives with respect to time by row.
    #[allow(clippy::type_complexity)]
    fn entry_lists(
        &self,
        emitter: &mut Emitter<'_>,
        home: impl Fn(&mut Emitter<'_>, NodeId) -> Register,
    ) -> Result<(Vec<JacobianEntry>, Vec<(u16, Register)>), CompileError> {
        let too_many = CompileError::TooManyCompartments {
            found: self.states.len(),
        };
        let position: HashMap<usize, usize> = self
            .states
            .iter()
            .enumerate()
            .map(|(at, index)| (*index, at))
            .collect();
        let (mut entries, mut by_time) = (Vec::new(), Vec::new());
        for (row, gradient) in self.jacobian.iter().enumerate() {
            let row = u16::try_from(row).map_err(|_| too_many.clone())?;
            for (column, node) in gradient {
                let register = home(emitter, *node);
                if *column == TIME {
                    by_time.push((row, register));
                } else if let Some(column) = position.get(&(*column as usize)) {
                    let column = u16::try_from(*column).map_err(|_| too_many.clone())?;
                    entries.push(JacobianEntry {
                        row,
                        column,
                        register,
                    });
                }
            }
        }
        entries.sort_unstable();
        Ok((entries, by_time))
    }
}
