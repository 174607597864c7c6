//! Why a result cannot be shown.

use std::error::Error as StdError;

use thiserror::Error;

use crate::figure::FigureError;

/// Why a result cannot be shown. A result with a hole in it is refused, not drawn around.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// Nothing over time.
    #[error("the result has no times")]
    NoTimes,
    /// Times must increase for a curve to be one.
    #[error("times are not increasing: entry {index} is {time_h} h after {before_h} h")]
    TimesNotIncreasing {
        /// Position in `times_h`, from 0.
        index: usize,
        /// The time there, h.
        time_h: f64,
        /// The time before, h.
        before_h: f64,
    },
    /// A series and the times differ in length.
    #[error("`{series}` has {found} values for {expected} times")]
    Misaligned {
        /// Which series.
        series: String,
        /// Number of times.
        expected: usize,
        /// Number of values.
        found: usize,
    },
    /// NaN or infinite.
    #[error("`{series}` is {value} at entry {index}")]
    NotFinite {
        /// Which series or number.
        series: String,
        /// Position in it, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A figure refused its data.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// The page's template failed: a fault of this program.
    #[error("the page could not be put together")]
    Template(#[source] Box<dyn StdError + Send + Sync>),
}
