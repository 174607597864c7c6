//! What can go wrong in a run, with the subject, the place in time and the values that led there.

use std::fmt;

use thiserror::Error;

/// Why a run ended without all its results. `E` is the sink's error.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SimulationError<E> {
    /// An option outside its range.
    #[error("option `{option}` is {v}; it must be {expected}",
        v = shown(*.value))]
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
        "observation time {index} is {t}; observation times must be at least one, finite and ascending",
        t = shown(*.time))]
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
    #[error("input `{input}` is {v}; give it a finite value",
        v = shown(*.value))]
    Input {
        /// Name of the input.
        input: String,
        /// What it was: NaN if nobody gave it.
        value: f64,
    },
    /// An input that must be common to the run differs from the first subject's.
    #[error(
        "input `{input}` is {v} but {v0} for the first subject; compile the model with `{input}` varying between \
         subjects",
        v = shown(*.value), v0 = shown(*.first))]
    NotCommon {
        /// Name of the input.
        input: String,
        /// Value of this subject.
        value: f64,
        /// Value of the first subject.
        first: f64,
    },
    /// A dose into a compartment that does not exist.
    #[error("dose at t = {t}: compartment {compartment} does not exist; the model has {states}",
        t = shown(*.time))]
    Compartment {
        /// Time of the dose.
        time: f64,
        /// Compartment asked for.
        compartment: u16,
        /// Number of compartments.
        states: usize,
    },
    /// A dose with an impossible value.
    #[error("dose at t = {t} into `{compartment}`: {quantity} is {v}; it must be {expected}",
        t = shown(*.time), v = shown(*.value))]
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
    #[error("dose at t = {t} into `{compartment}`: the model does not define {attribute}({compartment})",
        t = shown(*.time))]
    Attribute {
        /// Time of the dose.
        time: f64,
        /// Name of the compartment.
        compartment: String,
        /// `dur` or `rate`.
        attribute: &'static str,
    },
    /// A record whose time is not finite or before that of the record before it.
    #[error("record at t = {t}: it follows one at t = {earlier}; only a reset may set the clock back",
        t = shown(*.time), earlier = shown(*.before))]
    Record {
        /// Time of the record.
        time: f64,
        /// Time of the record before.
        before: f64,
    },
    /// A change of an input that the program does not have.
    #[error("record at t = {t}: input {input} does not exist; the model has {inputs}",
        t = shown(*.time))]
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
        "steady state of the dose at t = {t} into `{compartment}`: `{state}` comes to none, for what enters it does \
         not leave; give the doses one by one, without steady_state",
        t = shown(*.time))]
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
        "steady state of the dose at t = {t} into `{compartment}`: after {intervals} intervals and {steps} steps \
         `{state}` still goes from {begins} to {ends} in one; if more enters than can leave there is none, so give the \
         doses one by one, without steady_state; if it only is slow, raise max_steps",
        t = shown(*.time), begins = shown(*.from), ends = shown(*.to))]
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
        "steady state of the dose at t = {t} into `{compartment}`: the model changes with time, and not in step with \
         the doses: what begins alike ends with `{state}` at {begins} or at {ends}, as the clock has it; give the doses one \
         by one, without steady_state",
        t = shown(*.time), begins = shown(*.from), ends = shown(*.to))]
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
    #[error("initial value of `{state}` is {v}",
        v = shown(*.value))]
    Initial {
        /// Name of the state.
        state: String,
        /// What it was.
        value: f64,
    },
    /// The step budget is spent.
    #[error(
        "t = {t}: {steps} steps spent, the last of length {step:e}; raise max_steps, loosen rtol or atol, or bound the \
         parameters",
        t = shown(*.time))]
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
        "t = {t}: a step of {step:e} still misses the tolerance; loosen rtol or atol, or look for a discontinuity or \
         a solution that grows without bound",
        t = shown(*.time))]
    StepSize {
        /// Time reached.
        time: f64,
        /// Length of the last step tried.
        step: f64,
    },
    /// A derivative that asks about a dose where there is none yet.
    #[error(
        "t = {t}: d/dt({state}) is not a number before the first dose, of which it asks: write `tad0()`, `podo0()` and so on for 0 before it, or decide by `is.na()`",
        t = shown(*.time))]
    NoDose {
        /// Time reached.
        time: f64,
        /// Name of the state.
        state: String,
    },
    /// A steady state of equations that depend on the doses before.
    #[error(
        "t = {t}: no steady state of `{compartment}` is known where an equation asks about the doses before (`tad()`, `podo()`, `transit()`): give the doses one by one, or by `ADDL`",
        t = shown(*.time))]
    SteadyHistory {
        /// Time of the dose.
        time: f64,
        /// Compartment it enters.
        compartment: String,
    },
    /// A derivative that is not finite.
    #[error(
        "t = {t}: d/dt({state}) is {v} (step {step:e}); look for a division by 0, or ln or a power of a negative number",
        t = shown(*.time), v = shown(*.value))]
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

/// A number in as few characters as tell it from its neighbours: with an exponent where it would be long without.
fn shown(value: f64) -> impl fmt::Display {
    struct Shown(f64);
    impl fmt::Display for Shown {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let magnitude = self.0.abs();
            if magnitude == 0.0 || (1e-5..1e16).contains(&magnitude) || !magnitude.is_finite() {
                write!(f, "{}", self.0)
            } else {
                write!(f, "{:e}", self.0)
            }
        }
    }
    Shown(value)
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
                write!(f, " {name}={}", shown(*value))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn numbers_are_short() {
        let all = [0.0, 0.1, -12.5, 1e-300, 5e22, f64::NAN, f64::INFINITY];
        let words = ["0", "0.1", "-12.5", "1e-300", "5e22", "NaN", "inf"];
        assert_eq!(all.map(|value| shown(value).to_string()), words);
    }
}
