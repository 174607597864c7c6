//! What can be asked of a failure besides its words: when it happened, and what kind it is.

use crate::error::FailureKind;

impl FailureKind {
    /// Where in the subject's time it happened; `None` where the subject could not be begun.
    #[must_use]
    pub fn time(&self) -> Option<f64> {
        match self {
            Self::Input { .. } | Self::NotCommon { .. } | Self::Initial { .. } => None,
            Self::Compartment { time, .. }
            | Self::Dose { time, .. }
            | Self::Attribute { time, .. }
            | Self::Record { time, .. }
            | Self::NoInput { time, .. }
            | Self::NoSteadyState { time, .. }
            | Self::NotSettled { time, .. }
            | Self::NotPeriodic { time, .. }
            | Self::Steps { time, .. }
            | Self::StepSize { time, .. }
            | Self::NoDose { time, .. }
            | Self::SteadyHistory { time, .. }
            | Self::Derivative { time, .. } => Some(*time),
        }
    }

    /// A stable name, for programs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Input { .. } => "input",
            Self::NotCommon { .. } => "not_common",
            Self::Initial { .. } => "initial_value",
            Self::Compartment { .. } => "compartment",
            Self::Dose { .. } => "dose",
            Self::Attribute { .. } => "attribute",
            Self::Record { .. } => "record",
            Self::NoInput { .. } => "no_input",
            Self::NoSteadyState { .. } => "no_steady_state",
            Self::NotSettled { .. } => "not_settled",
            Self::NotPeriodic { .. } => "not_periodic",
            Self::Steps { .. } => "steps",
            Self::StepSize { .. } => "step_size",
            Self::NoDose { .. } => "no_dose",
            Self::SteadyHistory { .. } => "steady_history",
            Self::Derivative { .. } => "derivative",
        }
    }
}
