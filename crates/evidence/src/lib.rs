//! Trials as typed tables, and which of them match a course.
//!
//! `io` reads the CSV files of `library/evidence`; [`Evidence::read`] turns their rows into studies, arms, outcomes,
//! comparisons, pooled results and claims, every mistake told at its cell, and checks that the tables agree with each
//! other. [`Evidence::matching`] finds the arms that received a regimen, and [`Evidence::overlay`] what they measured,
//! as points with intervals to draw beside a simulation. What nobody read on a page (`verified` is not `yes`) is kept
//! in the tables and never handed out, and people who were reported twice are counted once.
//!
//! This crate knows no model and no drug: a drug is a word that the tables and the caller agree on.

mod arm;
mod claim;
pub mod claims;
mod comparison;
mod fields;
mod label;
mod list;
mod listing;
mod matching;
mod observation;
mod outcome;
mod pooled;
mod pooling;
mod review_data;
mod schedule;
pub mod select;
mod study;
mod tables;
mod vocabulary;
mod words;

pub use arm::{Arm, Baseline, Dose};
pub use claim::Claim;
pub use comparison::Comparison;
pub use listing::{StudyRow, list_studies};
pub use matching::{Match, Regimen};
pub use observation::{Observation, Overlay, Series};
pub use outcome::{Dispersion, OutcomeRow};
pub use pooled::Pooled;
pub use pooling::{Answer, How, Reading, answer, pooled};
pub use review_data::{ReviewArm, ReviewRow};
pub use schedule::Schedule;
pub use study::Study;
pub use tables::{Evidence, Tables};
pub use vocabulary::{
    Blinding, Design, DispersionType, DoseUnit, Measure, Route, Statistic, Subset, TimeBasis, Verdict,
    Verified,
};
pub use words::{Better, Important, OutcomeGroup, Scale, UnknownWord, Words};
