//! The domain: what a course of treatment is, who receives it, what it does to them.
//!
//! `course` and `drug` and `instrument` turn documents into checked values; `events` and `population` turn those into
//! what the engine needs; `simulate` runs it and folds the trajectories into one [`result::CourseResult`], from which
//! every figure, table and file is made. `lint` refuses a number of the library that does not say where it comes from;
//! `validation` holds the models against what papers observed, and `shelf` lists them.
//!
//! Nothing here opens a file, reads a clock or prints: the library is handed in, progress and raw trajectories are
//! handed out.
//!
//! `explain` simulates with the models of the mechanism composed, and says of every quantity what it rests on.

mod answer;
mod assembly;
pub mod cohort;
mod condition;
pub mod course;
mod definition;
mod design;
pub mod drug;
pub mod ensemble;
mod events;
pub mod explain;
pub mod forecast;
mod grid;
pub mod instrument;
pub mod interaction;
pub mod kinetics;
pub mod library;
pub mod lint;
pub mod moiety;
pub mod optimise;
mod population;
pub mod posterior;
pub mod response;
pub mod result;
pub mod rows;
pub mod shelf;

pub mod simulate;
pub mod sources;
pub mod strategy;
pub mod trial;
pub mod validation;

pub use condition::CONDITIONS;
