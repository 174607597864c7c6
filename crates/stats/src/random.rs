//! Random numbers as addresses.
//!
//! A draw is a pure function of (seed, purpose, replicate, subject, draw). Subject 731 has the same random effects
//! whether it is simulated alone, on 64 threads or as one of a million; adding a purpose never moves the draws of
//! another.
//!
//! ```
//! use euthymia_stats::random::{Purpose, Stream};
//!
//! const BETWEEN_PATIENTS: Purpose = Purpose(1);
//! let patient = Stream::new(2024).at(BETWEEN_PATIENTS, 0, 731);
//! assert_eq!(patient.normal(2), Stream::new(2024).at(BETWEEN_PATIENTS, 0, 731).normal(2));
//! ```

mod philox;
mod stream;

pub use philox::Philox4x32;
pub use stream::{Address, Purpose, Stream};
