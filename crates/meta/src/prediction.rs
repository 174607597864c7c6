//! Prediction intervals of the random-effects model without moderators: where the true effect of a new study lies.

mod closed;
mod confidence_distribution;

pub use closed::{Variance, higgins_thompson_spiegelhalter, partlett_riley, restricted_by_fixed_point};
pub use confidence_distribution::{confidence_distribution_interval, simulate_confidence_distribution};

/// A prediction interval with the estimate that it is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PredictionInterval {
    /// The mean.
    pub mu: f64,
    /// Bounds of the true effect of a new study; none where no degrees of freedom are left for them.
    pub pi: Option<(f64, f64)>,
    /// Bounds of the mean.
    pub ci: (f64, f64),
    /// Variance between studies.
    pub tau2: f64,
    /// Variance of the mean.
    pub variance: Option<f64>,
    /// Degrees of freedom of the prediction interval.
    pub pi_df: f64,
    /// Degrees of freedom of the confidence interval.
    pub ci_df: f64,
}
