//! A compiled model: what the engine needs to advance it, and nothing about where it came from.

use crate::tape::{Register, Tape};

/// A value that is given from outside, constant over a subject's course.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Name in the model text (`lcl`, `eta.cl`, `WT`).
    pub name: String,
    /// What kind of value it is.
    pub kind: InputKind,
    /// Register that receives it.
    pub register: Register,
    /// Value when nobody gives one: the estimate of a theta, 0 of an eta, none of a covariate.
    pub default: Option<f64>,
    /// How often it may change.
    pub scope: Scope,
}

/// How often an [`Input`] may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The same for all subjects: written before [`Program::run`].
    Run,
    /// Differs between subjects: written before [`Program::subject`].
    Subject,
}

/// Where the value of an [`Input`] comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// Population parameter of `ini({})`.
    Theta,
    /// Random effect of `ini({})`.
    Eta,
    /// A name the equations use and nothing defines.
    Covariate,
    /// How a covariate changes between the points at which its value is told: one input of [`slope_of`] it, one of
    /// [`since_of`] it.
    Interpolation,
}

/// Name of the input that says how fast an interpolated covariate changes, per unit of time.
#[must_use]
pub fn slope_of(covariate: &str) -> String {
    format!("d/dt({covariate})")
}

/// Name of the input that says when an interpolated covariate had the value that its own input has.
#[must_use]
pub fn since_of(covariate: &str) -> String {
    format!("time({covariate})")
}

/// One compartment: a differential equation with its dosing attributes.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Compartment name.
    pub name: String,
    /// Holds the state variable while derivative and output tapes run.
    pub register: Register,
    /// Holds the derivative after [`Program::derivatives`] or [`Program::jacobian`] ran. No other state, entry or
    /// output shares it, so that infusions may be added in place.
    pub derivative: Register,
    /// Initial value, computed by [`Program::subject`]; absent means 0.
    pub initial: Option<Register>,
    /// `f(x)`: bioavailability, computed by [`Program::subject`]; absent means 1.
    pub bioavailability: Option<Register>,
    /// `alag(x)`: lag time, computed by [`Program::subject`]; absent means 0.
    pub lag: Option<Register>,
    /// `dur(x)`: modelled infusion duration, for doses that ask for it.
    pub duration: Option<Register>,
    /// `rate(x)`: modelled infusion rate, for doses that ask for it.
    pub rate: Option<Register>,
}

/// What is known of the doses that a subject has received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HistoryKind {
    /// When the last dose arrived; NaN before the first, and again after every compartment was reset.
    LastTime,
    /// When the first dose arrived; NaN before.
    FirstTime,
    /// Amount of the last dose before bioavailability; NaN before the first, and again after a reset.
    LastAmount,
    /// How many doses have arrived.
    Count,
    /// 1 at the subject's first record, 2 afterwards.
    Newness,
    /// Amount of the dose whose record is reported; NaN at every other record and between records.
    RecordAmount,
}

impl HistoryKind {
    /// The value before anything has happened.
    #[must_use]
    pub fn at_first(self) -> f64 {
        match self {
            Self::LastTime | Self::FirstTime | Self::LastAmount | Self::RecordAmount => f64::NAN,
            Self::Count => 0.0,
            Self::Newness => 1.0,
        }
    }
}

/// A value that depends on the doses that have arrived. Whoever runs the program writes it, before `derivatives`,
/// `jacobian` and `outputs`; it changes at doses only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryValue {
    /// What it says.
    pub kind: HistoryKind,
    /// Of the doses into this state, as an index; without it of all doses.
    pub compartment: Option<u16>,
    /// Register that receives it.
    pub register: Register,
}

/// A time at which the derivatives may jump, so that no step should pass over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Holds the time, computed by [`Program::subject`] or earlier; not finite where there is no stop.
    pub register: Register,
    /// Counted from this value, an index into [`Program::history`] that is a time; without it from time 0.
    pub since: Option<u16>,
}

/// A computed variable that is reported, or a compartment that was left out because it provably stays 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Name in the model text.
    pub name: String,
    /// Holds the value after [`Program::outputs`] ran: a register that tape wrote, or that of a state, an input, a
    /// constant or an earlier layer, so it must not be written to.
    pub register: Register,
}

/// One structurally non-zero entry of the Jacobian, d(derivative of `row`)/d(state `column`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct JacobianEntry {
    /// Index of the differential equation.
    pub row: u16,
    /// Index of the state.
    pub column: u16,
    /// Holds the value: after [`Program::jacobian`] ran, or from [`Program::subject`] or [`Program::run`] on where
    /// it does not change with time.
    pub register: Register,
}

/// A model compiled to tapes over one register file.
///
/// Order of execution: constants are written, `run` once, then for every subject inputs are written and `subject`
/// runs, then for every stage of a step time, history and states are written and `derivatives` (or `jacobian`) runs, and at
/// every observation `outputs`. A tape may read what an earlier layer computed; it never writes there. Registers
/// that `derivatives`, `jacobian` and `outputs` write belong to that tape alone until another of the three runs;
/// results (derivatives, Jacobian entries, outputs) have registers of their own that no other tape writes, save that
/// `jacobian` leaves the derivatives too, in the same registers as `derivatives` and with the same bits.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// Number of registers.
    pub registers: usize,
    /// Literal values, written once.
    pub constants: Vec<(Register, f64)>,
    /// Values given from outside.
    pub inputs: Vec<Input>,
    /// Register of the time since the start of the course, in the model's time unit.
    pub time: Register,
    /// Values that depend on the doses that have arrived.
    pub history: Vec<HistoryValue>,
    /// Times at which the derivatives may jump: those of `mtime()`, and those that equations compare time with.
    pub stops: Vec<Stop>,
    /// Compartments, in the order of the model text.
    pub states: Vec<State>,
    /// Reported variables, in the order of the model text.
    pub outputs_reported: Vec<Output>,
    /// Layer 1: what depends on constants and on inputs declared the same for the whole run.
    pub run: Tape,
    /// Layer 2: what is constant for a subject.
    pub subject: Tape,
    /// Layer 3: right-hand sides of the differential equations, without infusions.
    pub derivatives: Tape,
    /// Layer 3: entries of the Jacobian that change with time or state, the derivatives' explicit dependence on
    /// time, and the derivatives themselves, which share most of the work: where both are wanted at one point this
    /// tape alone is enough. Reads time and states only, not what `derivatives` left.
    pub jacobian: Tape,
    /// Non-zero pattern of the Jacobian, sorted by row, then column.
    pub jacobian_entries: Vec<JacobianEntry>,
    /// d(derivative)/dt at fixed state, for states where it is not structurally zero.
    pub time_derivatives: Vec<(u16, Register)>,
    /// Layer 3: reported variables.
    pub outputs: Tape,
}
