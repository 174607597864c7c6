//! What can go wrong in a run, with the subject, the place in time and the values that led there.

use std::fmt;

use thiserror::Error;

/// Why a run ended without all its results. `E` is the sink's error.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SimulationError<E> {
    /// An option outside its range.
    #[error("option `{option}` is {value}; it must be {expected}")]
    Option {
        /// Name of the option.
        option: &'static str,
        /// What it was.
        value: f64,
        /// What it may be.
        expected: &'static str,
    },
    /// Observation times that are none, not finite or not ascending.
    #[error(
        "observation time {index} is {time}; observation times must be at least one, finite and ascending"
    )]
    Times {
        /// Position in the list of times.
        index: usize,
        /// The time there; NaN if the list is empty.
        time: f64,
    },
    /// A program that needs more registers than an instruction can address.
    #[error(
        "the model with {states} states needs {needed} registers for its computation; at most {available} can be addressed"
    )]
    ModelTooLarge {
        /// States of the program.
        states: usize,
        /// Registers needed.
        needed: usize,
        /// Registers available.
        available: usize,
    },
    /// A program that contradicts itself: not the user's mistake, but the compiler's.
    #[error("the compiled model is inconsistent: {0}")]
    Program(String),
    /// A subject could not be simulated.
    #[error(transparent)]
    Subject(#[from] Box<Failure>),
    /// The progress asked for the end.
    #[error("cancelled")]
    Cancelled,
    /// The sink could not take a block.
    #[error("results could not be handed on: {0}")]
    Sink(#[source] E),
}

impl SimulationError<()> {
    /// The same with the sink's own error, which is there if the sink refused.
    pub(crate) fn with_sink<E>(self, refusal: Option<E>) -> SimulationError<E> {
        match (self, refusal) {
            (_, Some(error)) => SimulationError::Sink(error),
            (
                Self::Option {
                    option,
                    value,
                    expected,
                },
                None,
            ) => SimulationError::Option {
                option,
                value,
                expected,
            },
            (Self::Times { index, time }, None) => SimulationError::Times { index, time },
            (
                Self::ModelTooLarge {
                    states,
                    needed,
                    available,
                },
                None,
            ) => SimulationError::ModelTooLarge {
                states,
                needed,
                available,
            },
            (Self::Program(message), None) => SimulationError::Program(message),
            (Self::Subject(failure), None) => SimulationError::Subject(failure),
            (Self::Cancelled | Self::Sink(()), None) => SimulationError::Cancelled,
        }
    }
}

/// A subject that could not be simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Index of the subject.
    pub subject: u64,
    /// What went wrong.
    pub kind: FailureKind,
    /// Inputs of the subject by name.
    pub inputs: Vec<(String, f64)>,
    /// States by name at the time of the failure; empty if it happened before the first step.
    pub states: Vec<(String, f64)>,
}

/// What went wrong with a subject. Times are in the model's time unit.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum FailureKind {
    /// An input that has no default was not given, or is infinite.
    #[error("input `{input}` is {value}; give it a finite value")]
    Input {
        /// Name of the input.
        input: String,
        /// What it was: NaN if nobody gave it.
        value: f64,
    },
    /// An input that must be common to the run differs from the first subject's.
    #[error(
        "input `{input}` is {value} but {first} for the first subject; compile the model with `{input}` varying between \
         subjects"
    )]
    NotCommon {
        /// Name of the input.
        input: String,
        /// Value of this subject.
        value: f64,
        /// Value of the first subject.
        first: f64,
    },
    /// A dose into a compartment that does not exist.
    #[error("dose at t = {time}: compartment {compartment} does not exist; the model has {states}")]
    Compartment {
        /// Time of the dose.
        time: f64,
        /// Compartment asked for.
        compartment: u16,
        /// Number of compartments.
        states: usize,
    },
    /// A dose with an impossible value.
    #[error("dose at t = {time} into `{compartment}`: {quantity} is {value}; it must be {expected}")]
    Dose {
        /// Time of the dose.
        time: f64,
        /// Name of the compartment.
        compartment: String,
        /// What about the dose.
        quantity: &'static str,
        /// What it was.
        value: f64,
        /// What it may be.
        expected: &'static str,
    },
    /// A dose that relies on a duration or rate that the model does not define.
    #[error("dose at t = {time} into `{compartment}`: the model does not define {attribute}({compartment})")]
    Attribute {
        /// Time of the dose.
        time: f64,
        /// Name of the compartment.
        compartment: String,
        /// `dur` or `rate`.
        attribute: &'static str,
    },
    /// A record whose time is not finite or before that of the record before it.
    #[error("record at t = {time}: it follows one at t = {before}; only a reset may set the clock back")]
    Record {
        /// Time of the record.
        time: f64,
        /// Time of the record before.
        before: f64,
    },
    /// A change of an input that the program does not have.
    #[error("record at t = {time}: input {input} does not exist; the model has {inputs}")]
    NoInput {
        /// Time of the record.
        time: f64,
        /// Input asked for.
        input: u16,
        /// Number of inputs.
        inputs: usize,
    },
    /// A steady state that does not exist.
    #[error(
        "steady state of the dose at t = {time} into `{compartment}`: `{state}` comes to none, for what enters it does \
         not leave; give the doses one by one, without steady_state"
    )]
    NoSteadyState {
        /// Time of the dose.
        time: f64,
        /// Name of the compartment.
        compartment: String,
        /// Name of the state.
        state: String,
    },
    /// A steady state that the doses do not come to within the steps and intervals that may be spent.
    #[error(
        "steady state of the dose at t = {time} into `{compartment}`: after {intervals} intervals and {steps} steps \
         `{state}` still goes from {from} to {to} in one; if more enters than can leave there is none, so give the \
         doses one by one, without steady_state; if it only is slow, raise max_steps"
    )]
    NotSettled {
        /// Time of the dose.
        time: f64,
        /// Name of the compartment.
        compartment: String,
        /// Name of the state that changed most.
        state: String,
        /// The state at the beginning of the last interval.
        from: f64,
        /// The state at its end.
        to: f64,
        /// Intervals run through, or windows of time where the infusion is constant.
        intervals: u32,
        /// Steps tried.
        steps: u32,
    },
    /// A steady state of a model that changes with time and not in step with the doses.
    #[error(
        "steady state of the dose at t = {time} into `{compartment}`: the model changes with time, and not in step with \
         the doses: what begins alike ends with `{state}` at {from} or at {to}, as the clock has it; give the doses one \
         by one, without steady_state"
    )]
    NotPeriodic {
        /// Time of the dose.
        time: f64,
        /// Name of the compartment.
        compartment: String,
        /// Name of the state that changed most.
        state: String,
        /// The state at the end of the intervals before the dose.
        from: f64,
        /// The state at the end of earlier ones that begin alike.
        to: f64,
    },
    /// An initial value that is not finite.
    #[error("initial value of `{state}` is {value}")]
    Initial {
        /// Name of the state.
        state: String,
        /// What it was.
        value: f64,
    },
    /// The step budget is spent.
    #[error(
        "t = {time}: {steps} steps spent, the last of length {step:e}; raise max_steps, loosen rtol or atol, or bound the \
         parameters"
    )]
    Steps {
        /// Time reached.
        time: f64,
        /// Length of the last step tried.
        step: f64,
        /// Steps tried.
        steps: u32,
    },
    /// No step, however small, meets the tolerance.
    #[error(
        "t = {time}: a step of {step:e} still misses the tolerance; loosen rtol or atol, or look for a discontinuity or \
         a solution that grows without bound"
    )]
    StepSize {
        /// Time reached.
        time: f64,
        /// Length of the last step tried.
        step: f64,
    },
    /// A derivative that asks about a dose where there is none yet.
    #[error(
        "t = {time}: d/dt({state}) is not a number before the first dose, of which it asks: write `tad0()`, `podo0()` and so on for 0 before it, or decide by `is.na()`"
    )]
    NoDose {
        /// Time reached.
        time: f64,
        /// Name of the state.
        state: String,
    },
    /// A steady state of equations that depend on the doses before.
    #[error(
        "t = {time}: no steady state of `{compartment}` is known where an equation asks about the doses before (`tad()`, `podo()`, `transit()`): give the doses one by one, or by `ADDL`"
    )]
    SteadyHistory {
        /// Time of the dose.
        time: f64,
        /// Compartment it enters.
        compartment: String,
    },
    /// A derivative that is not finite.
    #[error(
        "t = {time}: d/dt({state}) is {value} (step {step:e}); look for a division by 0, or ln or a power of a negative number"
    )]
    Derivative {
        /// Time reached.
        time: f64,
        /// Length of the last step tried.
        step: f64,
        /// Name of the state.
        state: String,
        /// What the derivative was.
        value: f64,
    },
}

impl std::error::Error for Failure {}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "subject {}: {}", self.subject, self.kind)?;
        for (title, values) in [("state", &self.states), ("inputs", &self.inputs)] {
            if values.is_empty() {
                continue;
            }
            write!(f, "\n  {title}:")?;
            for (name, value) in values {
                write!(f, " {name}={value}")?;
            }
        }
        Ok(())
    }
}
