//! How long the next step should be.

use euthymia_vecmath::{Isa, Kernel, Lanes};

use crate::statistics::Statistics;
use crate::step::Tried;

/// Part of the length that would just meet the tolerance that is tried.
const SAFETY: f64 = 0.9;
/// Exponents of the proportional and the integral part for a step that was accepted, times the order (Gustafsson 1991;
/// Hairer and Wanner, Solving Ordinary Differential Equations II, IV.2).
const PROPORTIONAL: f64 = 0.7;
const INTEGRAL: f64 = 0.4;
/// A step changes its length by these factors at most.
const SMALLEST: f64 = 0.2;
const LARGEST: f64 = 8.0;
/// Errors below this say no more about the next step.
const NEGLIGIBLE: f64 = 1e-10;
/// ln of the error that is assumed before the first step.
const FIRST_LOG_ERROR: f64 = -9.0;

/// Computes the factors by which lengths change.
pub(crate) struct Control<const L: usize> {
    /// Order of the error of a step.
    pub(crate) order: f64,
    /// Error relative to what is tolerated.
    pub(crate) error: Lanes<L>,
    /// ln of the error of the last step that was accepted.
    pub(crate) log_before: Lanes<L>,
}

/// What the error means for the next step.
pub(crate) struct Advice<const L: usize> {
    /// Factor for the length after a step that is accepted.
    pub(crate) accepted: Lanes<L>,
    /// Factor for the length that would just meet the tolerance, from this error alone.
    pub(crate) alone: Lanes<L>,
    /// ln of the error, bounded from below.
    pub(crate) log_error: Lanes<L>,
}

/// Computes the advice.
pub(crate) fn advise<const L: usize>(
    isa: Isa,
    order: f64,
    error: Lanes<L>,
    log_before: Lanes<L>,
) -> Advice<L> {
    isa.dispatch(Control {
        order,
        error,
        log_before,
    })
}

impl<const L: usize> Kernel for Control<L> {
    type Output = Advice<L>;

    #[inline(always)]
    fn run(self) -> Advice<L> {
        let log_error = self.error.max(Lanes::splat(NEGLIGIBLE)).ln();
        let bound = |factor: Lanes<L>| {
            (factor * Lanes::splat(SAFETY))
                .max(Lanes::splat(SMALLEST))
                .min(Lanes::splat(LARGEST))
        };
        let part = |exponent: f64| Lanes::splat(exponent / self.order);
        let accepted = (self.log_before * part(INTEGRAL) - log_error * part(PROPORTIONAL)).exp();
        let alone = (log_error * part(-1.0)).exp();
        Advice {
            accepted: bound(accepted),
            alone: bound(alone),
            log_error,
        }
    }
}

/// A step is no shorter than this part of the time; two changes closer than that happen at once.
pub(crate) const SMALLEST_STEP: f64 = 8.0 * f64::EPSILON;

/// How the steps of a lane go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Length of the next step; 0 to have it estimated.
    pub(crate) length: f64,
    /// Length of the step before, if it was taken and nothing has happened since; else 0.
    pub(crate) previous: f64,
    /// ln of the error of the last step that was accepted.
    pub(crate) log_error: f64,
    /// Whether the last step was rejected.
    rejected: bool,
}

impl Pace {
    /// After a change, or at first.
    pub(crate) fn new(length: f64) -> Self {
        Self {
            length,
            previous: 0.0,
            log_error: FIRST_LOG_ERROR,
            rejected: false,
        }
    }

    /// Books the step that a lane has tried. Whether it is accepted.
    pub(crate) fn book<const L: usize>(
        &mut self,
        lane: usize,
        tried: &Tried<L>,
        advice: &Advice<L>,
        statistics: &mut Statistics,
    ) -> bool {
        let (length, error) = (tried.length.0[lane], tried.error.0[lane]);
        statistics.derivatives += tried.derivatives.0[lane] as u64;
        statistics.factorisations += 1;
        if !self.rejected {
            statistics.jacobians += 1;
        }
        let accepted = error <= 1.0;
        if accepted {
            statistics.accepted += 1;
            let factor = advice.accepted.0[lane];
            self.length = length * if self.rejected { factor.min(1.0) } else { factor };
            self.log_error = advice.log_error.0[lane];
        } else {
            statistics.rejected += 1;
            self.length = length * advice.alone.0[lane].min(1.0);
        }
        self.previous = if accepted { length } else { 0.0 };
        self.rejected = !accepted;
        accepted
    }

    /// Whether no step, however small, meets the tolerance at times of this magnitude.
    pub(crate) fn is_stuck(&self, magnitude: f64) -> bool {
        // A length of 0 is one that is yet to be estimated.
        self.length > 0.0 && self.length <= SMALLEST_STEP * magnitude
    }
}
