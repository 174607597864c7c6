//! Virtual patients: every characteristic and every random effect has an address, so that patient 731 is the same
//! whoever computes it, whatever the number of patients and on whatever thread.

mod effects;
mod sampler;
mod subjects;
pub(crate) mod truncation;

pub(crate) use effects::{Columns, of_draws};
pub(crate) use sampler::Sampler;
pub use subjects::SubjectsError;
pub(crate) use subjects::{ScoreResidual, Subjects, Typical};

use euthymia_stats::random::Purpose;

/// Weight, age, sex, ancestry and baseline of a patient.
const CHARACTERISTICS: Purpose = Purpose(1);
/// Liver and genotype of a patient.
const HEALTH: Purpose = Purpose(7);
/// Uncertain parameters of a draw.
const PARAMETERS: Purpose = Purpose(4);

#[cfg(test)]
mod tests;
