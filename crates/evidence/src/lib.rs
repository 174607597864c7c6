//! Trials as typed tables: which of them match a course, what they say together, and which claims that bears out.
//!
//! `io` reads the CSV files of `library/evidence`; [`Evidence::read`] turns their rows into studies, arms, outcomes,
//! comparisons, pooled results, what reviews put in, and claims, every mistake told at its cell, and checks that the tables
//! agree with each other. A user's own [`Trial`] is laid over them.
//!
//! - [`Evidence::matching`] finds the arms that received a regimen, and [`Evidence::overlay`] what they measured, as points
//!   with intervals to draw beside a simulation;
//! - [`select`](mod@select) finds the studies that answer a question and makes them comparable, [`answer`] pools them;
//! - [`dose`] draws a curve through the doses of such a selection;
//! - [`claims`] holds claims against such answers and puts questions into plain words, [`rebuild`](mod@rebuild) computes
//!   published pooled numbers again; [`Review`] is all of it.
//!
//! What nobody read on a page (`verified` is not `yes`) is kept in the tables and not handed out unless asked for, and
//! people who were reported twice are counted once. This crate knows no model and no drug: a drug is a word that the tables
//! and the caller agree on, and [`Words`] says which words belong together.

mod arm;
mod claim;
pub mod claims;
mod comparison;
pub mod dose;
mod fields;
mod label;
mod layer;
mod list;
mod listing;
mod matching;
mod observation;
mod outcome;
mod pooled;
mod pooling;
pub mod rebuild;
mod review;
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
pub use label::study as study_label;
pub use layer::Trial;
pub use listing::{StudyRow, list_studies};
pub use matching::{Match, Regimen};
pub use observation::{Observation, Overlay, Series};
pub use outcome::{Dispersion, OutcomeRow};
pub use pooled::Pooled;
pub use pooling::{Answer, How, Reading, answer, pooled};
pub use rebuild::{Rebuilds, Rebuilt};
pub use review::{Asked, Counts, Review};
pub use review_data::{ReviewArm, ReviewRow};
pub use schedule::{Schedule, SessionTimes, session_times};
pub use study::Study;
pub use tables::{Evidence, Tables};
pub use vocabulary::{
    Blinding, Design, DispersionType, DoseUnit, Measure, Route, Statistic, Subset, TimeBasis, Verdict,
    Verified,
};
pub use words::{Better, Important, OutcomeGroup, Scale, UnknownWord, Words};
