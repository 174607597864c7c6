//! Tape and events to trajectories: lanes, integrators, dense output.
//!
//! The way of a run: [`simulate`] takes a compiled [`Program`](euthymia_model::program::Program), a [`Population`] that
//! says what each subject is and receives, and observation times. Subjects are cut into blocks. For a block, the layer
//! that is constant for a subject runs over all its subjects, doses become changes at points in time (`events`),
//! and a group of lanes advances through the block (`group`): each lane carries one subject with its own time,
//! step and next change, and takes the next subject when its own is finished. One step of a group (`step`) is one pass of
//! `collocation`, which advances one part of the model after the other, or of `rodas5p` with the compiled Jacobian and a
//! sparse factorisation whose pattern is worked out once (`symbolic`, `lu`). A steady state is solved for where the model is linear (`steady`) and searched for where it is not
//! (`search`). Observations are read from the dense output of the steps, and blocks go to a
//! [`Sink`] in order; what can be made of a block alone, such as encoded bytes, is made where it was computed ([`Prepare`]).
//!
//! A subject that cannot be simulated to the end (`group/failing.rs`) leaves its lane to the next; the sink is told and
//! decides whether the run goes on.
//!
//! Linear models with constant rates are not integrated: their lanes move from change to change by the exponentials of the
//! system (`exact`).
//!
//! Nothing that a lane computes depends on another lane, so results have the same bits for any lane width, block size,
//! number of threads and instruction set.
//!
//! The crate opens no file, reads no clock, and knows no drug.

mod block;
mod blocks;
mod collocation;
mod control;
mod course;
mod entry;
mod error;
mod events;
mod exact;
mod executor;
mod failure;
mod group;
mod history;
mod lu;
mod matrix;
mod options;
#[cfg(test)]
mod order;
mod plan;
mod population;
mod rodas5p;
mod run;
mod search;
mod simulate;
mod sink;
mod size;
mod statistics;
mod steady;
mod step;
mod subjects;
mod symbolic;

#[cfg(test)]
#[path = "../tests/common/writer.rs"]
mod testing;

pub use course::{CourseDose, CourseInputs, Courses, Event, Record, SteadyState};
pub use error::{Failure, FailureKind, SimulationError};
pub use options::{LaneWidth, Options, Solver};
pub use population::{Dose, DoseInput, Population, SubjectInputs};
pub use simulate::{simulate, simulate_courses, simulate_prepared};
pub use sink::{Block, CourseBlock, CourseSink, Prepare, Progress, Silent, Sink};
pub use size::block_size;
pub use statistics::Statistics;
