//! What can be sampled from: a log density over all of R^n.

use euthymia_stats::real::Real;

/// The logarithm of a density, up to a constant, written once for its value and for its gradient.
///
/// Positions are free: a quantity with bounds is sampled on a scale without them, and the log density holds the
/// logarithm of the Jacobian. Sums go in a fixed order, so that the same position has the same bits everywhere.
pub trait LogDensity {
    /// How many numbers a position has.
    fn dimension(&self) -> usize;

    /// What each of them is called.
    fn names(&self) -> Vec<String> {
        (1..=self.dimension()).map(|i| format!("x[{i}]")).collect()
    }

    /// At `position`. What is not finite counts as a density of 0.
    fn log_density<R: Real>(&self, position: &[R]) -> R;
}

impl<T: LogDensity + ?Sized> LogDensity for &T {
    fn dimension(&self) -> usize {
        (**self).dimension()
    }

    fn names(&self) -> Vec<String> {
        (**self).names()
    }

    fn log_density<R: Real>(&self, position: &[R]) -> R {
        (**self).log_density(position)
    }
}
