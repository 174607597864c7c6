//! People who leave a trial, and that those who stay have improved by more.
//!
//! They leave at a constant hazard, which differs between arms. By the end of a trial those who left would have improved by a
//! fraction less than those who stayed; a mean of observed cases is of those who stayed.

use super::structure::Latent;
use super::theta::{Theta, Thetas};
use euthymia_stats::real::Real;

/// Hazards are a day.
const DAY_H: f64 = 24.0;

/// The part of an arm that has left by `time_h`, in an arm that lies `arm` standard deviations from others.
#[must_use]
pub fn gone<R: Real>(time_h: f64, thetas: &Thetas<R>, arm: R) -> R {
    let hazard = (thetas[Theta::Dropout] + thetas[Theta::TauDropout] * arm).exp();
    -(hazard * (-time_h / DAY_H)).exp() + 1.0
}

impl<R: Real> Latent<R> {
    /// The improvement of those who stay, where the part `gone` of all has left.
    #[must_use]
    pub fn of_those_who_stay(&self, gone: R, thetas: &Thetas<R>) -> Self {
        Self {
            mean: self.mean / (-(thetas[Theta::DropoutLess] * gone) + 1.0),
            ..*self
        }
    }

    /// The improvement of those who leave, with that of those who stay.
    #[must_use]
    pub fn of_those_who_leave(&self, thetas: &Thetas<R>) -> Self {
        Self {
            mean: self.mean * (-thetas[Theta::DropoutLess] + 1.0),
            ..*self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_stay_and_those_who_leave_are_all() {
        let thetas = Thetas::new(|theta| match theta {
            Theta::Dropout => euthymia_vecmath::scalar::ln(0.005),
            Theta::DropoutLess => 0.6,
            _ => 0.0,
        });
        let gone = gone(672.0, &thetas, 0.0);
        assert!((gone - (1.0 - euthymia_vecmath::scalar::exp(-0.14))).abs() < 1e-12);
        let all = Latent {
            mean: 0.7,
            variance: 0.3,
            residual: 0.03,
        };
        let stay = all.of_those_who_stay(gone, &thetas);
        let leave = stay.of_those_who_leave(&thetas);
        assert!((leave.mean / stay.mean - 0.4).abs() < 1e-12);
        assert!(((1.0 - gone) * stay.mean + gone * leave.mean - 0.7).abs() < 1e-12);
    }
}
