//! The models against what papers observed.
//!
//! [`read_all`] turns `library/validation/*.toml` into [`Study`]s. [`validate`] plans which structures can serve each row
//! (`plan`, `structure`), composes and compiles each once, runs the typical person of the paper and draws of the uncertain
//! parameters (`scenario`, on the times of `grid`), and reads the observed number off the curves (`curve`, `predict`). What
//! comes out is one [`Validation`]: `folds` sums it up, `grade` says what a model has earned, `rows` makes a table of it.

mod curve;
mod folds;
mod grade;
mod grid;
mod plan;
mod predict;
mod read;
mod result;
mod rows;
mod run;
mod scenario;
mod structure;
mod study;

pub(crate) use scenario::{Compiled, Scenario};
pub(crate) use structure::{Models, structures};

pub use folds::{Folds, Group, Summary, TARGET};
pub use grade::{Graded, ModelGrade};
pub use read::{read, read_all};
pub use result::{Prediction, Row, Validation};
pub use rows::ValidationRow;
pub use run::{Settings, Wanted, validate};
pub use study::{Analyte, Given, Measure, Observation, Origin, Sampling, Study, Subject};
