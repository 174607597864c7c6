//! NONMEM-style tables to subjects: events, observations and covariates in the order of the rows.
//!
//! The way of a table: `io` reads the CSV to [`Rows`](euthymia_document::Rows); [`DataSet::read`] finds out what each
//! column is (`columns`), reads row after row by NONMEM's rules (`row`, `time`, `dose`) and gathers subjects with their
//! covariates (`subjects`). What comes out implements [`Courses`](euthymia_engine::Courses), so the engine can run it.
//! A [`Parameters`] table gives values by subject, [`doses`] and [`times`] read what a person writes on one line.
//!
//! Reading never fails, it reports: every problem of a table in one pass, with its cell, the rule and the way out, under
//! codes that begin with `N`. The crate opens no file and knows no drug.

mod cell;
mod columns;
mod course;
mod covariates;
mod dose;
mod dosing;
mod grid;
mod names;
mod parameters;
mod problems;
mod row;
mod set;
mod subjects;
mod time;

pub use dosing::{PlannedDose, doses};
pub use grid::times;
pub use names::{CompartmentName, InputName, ModelNames};
pub use parameters::Parameters;
pub use set::{
    ClockSetBack, DataSet, Dialect, Interpolation, Observed, Record, RecordKind, Reported, Subject,
};
