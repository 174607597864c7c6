//! The response model fitted to the evidence tables: priors, what the tables measured, and the density that joins them.
//!
//! [`Priors`] and [`Plan`] are read from `library/response`; [`Data`] takes the rows of the tables that the plan admits;
//! [`Target`] is the posterior, in a form that can be sampled from.

mod data;
mod plan;
mod priors;
mod target;

pub use data::{Data, Left, Rated, Rating};
pub use plan::Plan;
pub use priors::{Placed, Priors};
pub use target::Target;
