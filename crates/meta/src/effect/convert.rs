//! What studies report, turned into what an effect size needs; each result says how it was had, so that nothing is
//! imputed silently.

mod delta;
mod five_numbers;
mod spread;
mod tables;
mod wald;

pub use delta::{Transformation, delta};
pub use five_numbers::{Distribution, FiveNumbers, MeanMethod, SdMethod};
pub use spread::{Sd, sd_of_change, sd_of_groups, sd_of_interval, sd_of_standard_error, standard_error_of_p};
pub use tables::{Accuracy, Margins};
pub use wald::{Wald, WaldWay};

/// A mean and a standard deviation that were not reported as such.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// Mean.
    pub mean: f64,
    /// Standard deviation; NaN never, but missing where the method has none.
    pub sd: Option<f64>,
    /// How both were had, for the reader.
    pub how: String,
    /// Whether the numbers are too skewed for a normal distribution.
    pub skewed: bool,
}
