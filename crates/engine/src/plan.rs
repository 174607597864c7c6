//! What is worked out once for a program: where everything lies in the register file, which registers belong to a
//! subject, and the symbolic factorisation.

use std::collections::BTreeSet;

use euthymia_model::program::{Program, Scope};
use euthymia_model::tape::{Register, Tape};

use crate::collocation::Parts;
use crate::exact::Shape;
use crate::executor::ADDRESSABLE;
use crate::rodas5p::STAGES;
use crate::symbolic::Pattern;

/// A program made ready. The workspace follows the program's registers, one register a state where not said otherwise.
#[derive(Debug)]
pub(crate) struct Plan<'p> {
    /// The program.
    pub(crate) program: &'p Program,
    /// Number of states.
    pub(crate) states: usize,
    /// Register of each state's variable.
    pub(crate) arguments: Vec<usize>,
    /// Register of each state's derivative.
    pub(crate) derivatives: Vec<usize>,
    /// First register of the states at the start of the step.
    pub(crate) current: usize,
    /// First register of the states at its end.
    pub(crate) next: usize,
    /// First register of the stages: those of stage 1, then those of stage 2, and so on.
    pub(crate) stages: usize,
    /// First register of the running infusion rates.
    pub(crate) infusions: usize,
    /// First register of what says whether a compartment is on: 1, or 0 where it was turned off.
    pub(crate) on: usize,
    /// First register of the time derivatives, one for each that the program has.
    pub(crate) time_derivatives: usize,
    /// First register of the factorisation's slots.
    pub(crate) factor: usize,
    /// First register of the three coefficients of the dense output.
    pub(crate) dense: usize,
    /// Elimination order, pattern and fill.
    pub(crate) pattern: Pattern,
    /// Registers that hold what is constant for a subject and is needed while it is advanced or observed.
    pub(crate) of_subject: Vec<usize>,
    /// Registers that are kept for a row of inputs: those of [`Plan::of_subject`], of [`Plan::attributes`], and of the stops.
    pub(crate) kept: Vec<usize>,
    /// Where in what is kept each state has its initial value and what a dose needs to know.
    pub(crate) attributes: Vec<Attributes>,
    /// Those of them that say what becomes of doses.
    pub(crate) of_doses: Vec<usize>,
    /// Registers of the program and the workspace together.
    pub(crate) end: usize,
    /// Whether the derivatives are linear in the states and independent of time.
    pub(crate) linear: bool,
    /// Which of its states exchange, where it is linear and small enough to be solved.
    pub(crate) shape: Option<Shape>,
    /// The parts that its states form, where they have room.
    pub(crate) parts: Option<Parts>,
    /// Whether the derivatives read the time.
    pub(crate) timed: bool,
    /// First of the places in what is kept where the times of the program's stops are.
    pub(crate) stops: usize,
    /// Whether the derivatives depend on the doses that have arrived.
    pub(crate) historic: bool,
    /// States that the reported outputs need, as indices.
    pub(crate) observed_states: Vec<usize>,
    /// Whether the states are written where they are observed.
    pub(crate) is_written: Vec<bool>,
    /// Inputs that are common to the run, as indices.
    pub(crate) common_inputs: Vec<usize>,
}

/// Places of a state's attributes in what is kept; `None` where the model defines none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attributes {
    pub(crate) initial: Option<usize>,
    pub(crate) bioavailability: Option<usize>,
    pub(crate) lag: Option<usize>,
    pub(crate) duration: Option<usize>,
    pub(crate) rate: Option<usize>,
}

/// Why there is no plan.
#[derive(Debug)]
pub(crate) enum PlanError {
    TooLarge { needed: usize },
    Inconsistent(String),
}

/// Registers that a tape reads.
fn read(tape: &Tape) -> impl Iterator<Item = Register> + '_ {
    tape.instructions
        .iter()
        .flat_map(|i| [i.a, i.b, i.c].into_iter().take(i.op.arity()))
}

/// Registers that a tape writes.
fn written(tape: &Tape) -> impl Iterator<Item = Register> + '_ {
    tape.instructions.iter().map(|i| i.destination)
}

impl<'p> Plan<'p> {
    pub(crate) fn new(program: &'p Program) -> Result<Self, PlanError> {
        check(program).map_err(PlanError::Inconsistent)?;
        let states = program.states.len();
        let mut end = program.registers;
        let mut room = |count: usize| {
            let start = end;
            end += count;
            start
        };
        let pattern = Pattern::new(states, &program.jacobian_entries).ok_or(PlanError::TooLarge {
            needed: states * states,
        })?;
        let mut kept = of_subject(program);
        let mut keep = |register: Option<Register>| {
            register.map(|register| {
                kept.push(usize::from(register));
                kept.len() - 1
            })
        };
        let attributes = program.states.iter().map(|state| Attributes {
            initial: keep(state.initial),
            bioavailability: keep(state.bioavailability),
            lag: keep(state.lag),
            duration: keep(state.duration),
            rate: keep(state.rate),
        });
        let attributes: Vec<Attributes> = attributes.collect();
        let of_doses = (attributes.iter())
            .flat_map(|own| [own.bioavailability, own.lag, own.duration, own.rate])
            .flatten();
        let stops = kept.len();
        kept.extend(program.stops.iter().map(|stop| usize::from(stop.register)));
        let mut plan = Self {
            end: 0,
            parts: None,
            timed: read(&program.derivatives).any(|register| register == program.time),
            of_doses: of_doses.collect(),
            attributes,
            stops,
            historic: historic(program),
            kept,
            linear: linear(program),
            shape: shape(program),
            program,
            states,
            arguments: program
                .states
                .iter()
                .map(|state| usize::from(state.register))
                .collect(),
            derivatives: program
                .states
                .iter()
                .map(|state| usize::from(state.derivative))
                .collect(),
            current: room(states),
            next: room(states),
            stages: room(STAGES * states),
            infusions: room(states),
            on: room(states),
            time_derivatives: room(program.time_derivatives.len()),
            factor: room(pattern.slots),
            dense: room(3 * states),
            pattern,
            of_subject: of_subject(program),
            observed_states: observed_states(program),
            is_written: vec![true; states],
            common_inputs: (0..program.inputs.len())
                .filter(|&i| program.inputs[i].scope == Scope::Run)
                .collect(),
        };
        plan.end = end;
        if end > ADDRESSABLE {
            return Err(PlanError::TooLarge { needed: end });
        }
        plan.parts = Parts::new(program, end);
        plan.end = plan.parts.as_ref().map_or(end, |parts| parts.end);
        Ok(plan)
    }

    /// The same, with only those states written that outputs need.
    pub(crate) fn for_outputs(mut self) -> Self {
        self.is_written.fill(false);
        for &state in &self.observed_states {
            self.is_written[state] = true;
        }
        self
    }

    /// States that are written where they are observed, as indices.
    pub(crate) fn written(&self) -> impl Iterator<Item = usize> + '_ {
        let states = self.is_written.iter().enumerate();
        states.filter_map(|(state, &is)| is.then_some(state))
    }

    /// Columns of a block: states, then outputs.
    pub(crate) fn columns(&self) -> usize {
        self.states + self.program.outputs_reported.len()
    }
}

/// Registers set by inputs or by the subject layer that a later layer, or whoever reads its results, needs.
fn of_subject(program: &Program) -> Vec<usize> {
    let inputs = program
        .inputs
        .iter()
        .filter(|input| input.scope == Scope::Subject);
    let of_subject: BTreeSet<Register> = inputs
        .map(|input| input.register)
        .chain(written(&program.subject))
        .collect();
    let needed: BTreeSet<Register> = read(&program.derivatives)
        .chain(read(&program.jacobian))
        .chain(read(&program.outputs))
        .chain(program.jacobian_entries.iter().map(|entry| entry.register))
        .chain(program.time_derivatives.iter().map(|&(_, register)| register))
        .chain(program.states.iter().map(|state| state.derivative))
        .chain(program.outputs_reported.iter().map(|output| output.register))
        .collect();
    of_subject
        .intersection(&needed)
        .map(|&register| usize::from(register))
        .collect()
}

/// Whether the right-hand sides are seen to be linear in the states and independent of time: every entry of the Jacobian
/// is known before they run, and nothing in them chooses.
fn linear(program: &Program) -> bool {
    let later: BTreeSet<Register> = written(&program.derivatives)
        .chain(written(&program.jacobian))
        .collect();
    program.time_derivatives.is_empty()
        && !historic(program)
        && !read(&program.derivatives).any(|register| register == program.time)
        && !program
            .jacobian_entries
            .iter()
            .any(|entry| later.contains(&entry.register))
        && !program
            .derivatives
            .instructions
            .iter()
            .any(|instruction| instruction.op.chooses())
}

/// Whether a program can be solved and need not be integrated.
pub(crate) fn can_be_solved(program: &Program) -> bool {
    check(program).is_ok() && shape(program).is_some()
}

/// Which states exchange, of a program that can be solved.
fn shape(program: &Program) -> Option<Shape> {
    linear(program)
        .then(|| Shape::new(program.states.len(), &program.jacobian_entries))
        .flatten()
}

/// Whether the right-hand sides read what is known of the doses.
fn historic(program: &Program) -> bool {
    let history: BTreeSet<Register> = program.history.iter().map(|value| value.register).collect();
    let entries = program.jacobian_entries.iter().map(|entry| entry.register);
    let mut used = read(&program.derivatives)
        .chain(read(&program.jacobian))
        .chain(entries);
    used.any(|register| history.contains(&register))
}

/// States whose registers the output tape reads or that are reported under another name.
fn observed_states(program: &Program) -> Vec<usize> {
    let needed: BTreeSet<Register> = read(&program.outputs)
        .chain(program.outputs_reported.iter().map(|output| output.register))
        .collect();
    (0..program.states.len())
        .filter(|&state| needed.contains(&program.states[state].register))
        .collect()
}

/// Whether all registers and states that the program names exist.
fn check(program: &Program) -> Result<(), String> {
    let tapes = [
        &program.run,
        &program.subject,
        &program.derivatives,
        &program.jacobian,
        &program.outputs,
    ];
    let attributes = program.states.iter().flat_map(|state| {
        [
            state.initial,
            state.bioavailability,
            state.lag,
            state.duration,
            state.rate,
        ]
        .into_iter()
        .flatten()
    });
    let beyond = tapes
        .into_iter()
        .flat_map(|tape| read(tape).chain(written(tape)))
        .chain(program.constants.iter().map(|&(register, _)| register))
        .chain(program.inputs.iter().map(|input| input.register))
        .chain(
            program
                .states
                .iter()
                .flat_map(|state| [state.register, state.derivative]),
        )
        .chain(attributes)
        .chain(program.outputs_reported.iter().map(|output| output.register))
        .chain(program.jacobian_entries.iter().map(|entry| entry.register))
        .chain(program.time_derivatives.iter().map(|&(_, register)| register))
        .chain(program.history.iter().map(|value| value.register))
        .chain(program.stops.iter().map(|stop| stop.register))
        .chain([program.time])
        .find(|&register| usize::from(register) >= program.registers);
    if let Some(register) = beyond {
        return Err(format!(
            "register {register} is used, but there are only {}",
            program.registers
        ));
    }
    let counted_from = program.stops.iter().filter_map(|stop| stop.since);
    if let Some(since) = counted_from
        .into_iter()
        .find(|&since| usize::from(since) >= program.history.len())
    {
        let known = program.history.len();
        return Err(format!(
            "a stop is counted from value {since} of the history, but there are only {known}"
        ));
    }
    let states = program.states.len();
    let of_entries = program
        .jacobian_entries
        .iter()
        .flat_map(|entry| [entry.row, entry.column]);
    let of_times = program.time_derivatives.iter().map(|&(state, _)| state);
    let of_history = program.history.iter().filter_map(|value| value.compartment);
    match of_entries
        .chain(of_times)
        .chain(of_history)
        .find(|&state| usize::from(state) >= states)
    {
        Some(state) => Err(format!(
            "a derivative refers to state {state}, but there are only {states}"
        )),
        None => Ok(()),
    }
}
