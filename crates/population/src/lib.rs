//! The subjects of a run of any model, and what is reported of them.
//!
//! The way of a run: a [`Request`] says what a person asks of a model: a data set or doses, times, values of parameters,
//! what varies. [`Run::new`] compiles the model for it, reads the tables and lays out the columns of the results; it never
//! fails, it reports, under codes that begin with `R`. A [`Run`] tells the engine who is simulated (it implements
//! [`Courses`](euthymia_engine::Courses)): the individuals of the data set in turn, as often as asked, each time with
//! random effects of their own. [`Run::batch`] makes rows of what the engine observed, with residual error (`residual`).
//!
//! Everything random is an address (seed, purpose, replicate, subject, draw), so a subject is the same whoever computes it.
//! The crate opens no file and knows no drug.

pub mod conformance;
mod effects;
mod fill;
mod layout;
mod prepare;
mod request;
mod residual;
mod rows;
mod settings;

pub use effects::{Effects, draw_of};
pub use layout::{Column, Kind};
pub use prepare::Run;
pub use request::{Request, Schedule};
pub use rows::{Batch, Values};
