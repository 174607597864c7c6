//! How to simulate: tolerances, limits, and how the work is laid over the machine.

use euthymia_vecmath::Isa;

/// How many subjects are advanced together. Results do not depend on it, speed does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneWidth {
    /// One at a time.
    One,
    /// Eight.
    Eight,
    /// Sixteen.
    Sixteen,
}

/// How subjects are advanced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Solver {
    /// Linear models with constant rates by their exponentials, exactly; others by [`Solver::Collocation`], or by
    /// [`Solver::Rodas5p`] where many states all depend on each other.
    Auto,
    /// Integration by collocation of order 13, part after part of the model, whatever the model.
    Collocation,
    /// Integration by Rodas5P, whatever the model.
    Rodas5p,
}

/// How to simulate. Only `solver`, `rtol`, `atol` and `max_steps` can change a result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// How subjects are advanced.
    pub solver: Solver,
    /// Error allowed in a step relative to the magnitude of each state.
    pub rtol: f64,
    /// Error allowed in a step of each state, in the state's unit, added to what `rtol` allows.
    pub atol: f64,
    /// Largest number of steps, taken and rejected, for one subject.
    pub max_steps: u32,
    /// Number of threads that advance subjects; 1 works on the caller's thread alone.
    pub threads: usize,
    /// Subjects advanced together.
    pub lanes: LaneWidth,
    /// Instruction set.
    pub isa: Isa,
    /// Subjects in a block: what a thread takes at a time and a sink receives at a time.
    pub block: usize,
    /// Whether the columns of states are written. Without it those of states that no output needs hold anything: for sinks
    /// that take outputs alone, and need not wait for the rest.
    pub states: bool,
}

impl Options {
    /// The usual choice: relative tolerance 1e-5 and absolute 1e-8, which on kinetic and turnover models gives results good
    /// to about 1e-6 by Rodas5P and 1e-7 by collocation (`cargo bench -p euthymia-engine` measures it); the best instruction set of this processor; one thread.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            solver: Solver::Auto,
            rtol: 1e-5,
            atol: 1e-8,
            max_steps: 100_000,
            threads: 1,
            lanes: LaneWidth::Sixteen,
            isa: Isa::detect(),
            block: 256,
            states: true,
        }
    }

    /// For results that are compared digit by digit: relative tolerance 1e-8 and absolute 1e-11, good to about 1e-8.
    #[must_use]
    pub fn precise() -> Self {
        Self {
            rtol: 1e-8,
            atol: 1e-11,
            max_steps: 1_000_000,
            ..Self::standard()
        }
    }
}
