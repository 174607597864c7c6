//! The fitted response model: what an arm of a trial receives, and what follows from it.
//!
//! [`Designs`] turns the rows of the evidence tables and the facts of `response/designs.toml` into an [`ArmDesign`] for every
//! arm that can be used, and says why another cannot. [`Exposure`] is the occupancy after one session of a regimen.

mod arms;
mod design;
mod exposure;
mod facts;
mod people;
mod sessions;

pub use arms::Designs;
pub use design::{
    ArmDesign, Background, Baseline, Blinding, Kind, Refused, Selected, Session, Setting, Therapy,
};
pub use exposure::{Exposure, Given, Portion, grid_h};
