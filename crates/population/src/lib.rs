//! The subjects of a run of any model, and what is reported of them.
//!
//! The way of a run: a [`Request`] says what a person asks of a model: a data set or doses, times, values of parameters,
//! what varies. [`Run::new`] compiles the model for it, reads the tables and lays out the columns of the results; it never
//! fails, it reports, under codes that begin with `R`. A [`Run`] tells the engine who is simulated (it implements
//! [`Courses`](euthymia_engine::Courses)): the individuals of the data set in turn, as often as asked, each time with
//! random effects of their own. [`Run::batch`] makes rows of what the engine observed, with residual error (`residual`).
//! Subjects that could not be simulated to the end are gathered by [`Failures`].
//!
//! | code | what is wrong |
//! |---|---|
//! | R001 | a value of the command line that is not `name=value`, or no variance |
//! | R002 | a name that the model has not |
//! | R003 | a value given twice |
//! | R004 | a parameter outside of its bounds (warning) |
//! | R005 | nothing that is observed |
//! | R006 | observation times for a subject whose clock is set back |
//! | R007 | two columns of one name |
//! | R008 | a covariate without a value, or a table without rows |
//! | R009 | doses with units for a model that does not say its own (warning) |
//!
//! Everything random is an address (seed, purpose, replicate, subject, draw), so a subject is the same whoever computes it,
//! also as one of a [`Shard`].
//! The crate opens no file and knows no drug.

mod columns;
pub mod conformance;
mod effects;
mod failures;
mod fill;
mod layout;
mod plan;
mod prepare;
mod request;
mod residual;
mod rows;
mod settings;
mod shard;
mod values;

pub use effects::{Effects, RESIDUAL, STUDY_EFFECTS, SUBJECT_EFFECTS, draw_of};
pub use failures::Failures;
pub use layout::{Column, Kind};
pub use prepare::Run;
pub use request::{Request, Schedule};
pub use shard::{Shard, ShardError};
pub use values::{Batch, Runs, Values};
