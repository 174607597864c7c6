//! The response model fitted to the evidence tables: priors, what the tables measured, and the density that joins them.
//!
//! [`Priors`] are read from `library/response`; [`Data`] takes the rows of the tables that a fit is to;
//! [`Target`] is the posterior, in a form that can be sampled from.

mod calibration;
mod data;
pub mod held_out;
mod inputs;
mod leave_out;
mod leaving;
mod priors;
mod rating;
mod relapses;
mod ship;
mod summary;
mod target;
mod typical;

pub use calibration::Coverage;
pub use data::{Data, LeftOut};
pub use inputs::{InputError, Inputs};
pub use leave_out::leave_out;
pub use leaving::{Gone, Leavers, Left};
pub use priors::{Placed, Priors};
pub use rating::{Known, Rated, Rating};
pub use relapses::{Group, RelapseFacts, Relapses, Reported};
pub use ship::{Made, Shipped, ship};
pub use summary::{Row, Summary};
pub use target::Target;
pub use typical::{Bands, Common, LEVELS, Measured, common};

#[cfg(test)]
mod tests;
