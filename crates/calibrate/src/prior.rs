//! Priors as data: which distribution, with which numbers.
//!
//! A prior tells its density at a value, its density on the free scale that is sampled on ([`Prior::free`]) and draws
//! from it by quantiles of addressed random numbers.

use std::f64::consts::{LN_2, PI};

use euthymia_stats::random::Address;
use euthymia_stats::real::Real;
use euthymia_stats::{beta, normal, student};
use euthymia_vecmath::scalar;
use thiserror::Error;

const LN_SQRT_TAU: f64 = 0.918_938_533_204_672_8;

/// What is believed of a number before the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Prior {
    /// Anywhere on the line.
    Normal {
        /// Its mean.
        mean: f64,
        /// Its standard deviation.
        sd: f64,
    },
    /// Anywhere on the line, now and then far away.
    StudentT {
        /// Degrees of freedom.
        degrees: f64,
        /// Its median.
        location: f64,
        /// What a distance is measured in.
        scale: f64,
    },
    /// Above 0, most likely near it: the magnitude of a normal number of mean 0.
    HalfNormal {
        /// The standard deviation of that number.
        sd: f64,
    },
    /// Above 0, its logarithm normal.
    LogNormal {
        /// Its median.
        median: f64,
        /// The standard deviation of its logarithm.
        sd: f64,
    },
    /// Above 0, with a constant hazard.
    Exponential {
        /// Its mean.
        mean: f64,
    },
    /// Between 0 and 1.
    Beta {
        /// The shape at 0.
        a: f64,
        /// The shape at 1.
        b: f64,
    },
    /// Between 0 and 1, its log odds normal.
    LogitNormal {
        /// Its median.
        median: f64,
        /// The standard deviation of its log odds.
        sd: f64,
    },
}

/// Which values a number may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// All.
    Line,
    /// Those above 0; the free scale is the logarithm.
    Positive,
    /// Those between 0 and 1; the free scale is the log odds.
    Unit,
}

impl Support {
    /// The value at a place on the free scale.
    pub fn value<R: Real>(self, free: R) -> R {
        match self {
            Self::Line => free,
            Self::Positive => free.exp(),
            Self::Unit => logistic(free),
        }
    }

    /// The place of a value on the free scale.
    #[must_use]
    pub fn free(self, value: f64) -> f64 {
        match self {
            Self::Line => value,
            Self::Positive => scalar::ln(value),
            Self::Unit => scalar::ln(value) - scalar::ln_1p(-value),
        }
    }

    /// The logarithm of how fast the value changes along the free scale.
    pub fn log_jacobian<R: Real>(self, free: R) -> R {
        match self {
            Self::Line => free * 0.0,
            Self::Positive => free,
            Self::Unit => log_logistic(free) + log_logistic(-free),
        }
    }
}

/// `1 / (1 + e^-x)`.
pub fn logistic<R: Real>(x: R) -> R {
    let value = plain_logistic(x.value());
    R::lift(&[x], value, &[value * plain_logistic(-x.value())])
}

/// Its logarithm, with all digits where it is far below 0.
pub fn log_logistic<R: Real>(x: R) -> R {
    let at = x.value();
    let value = at.min(0.0) - scalar::ln_1p(scalar::exp(-at.abs()));
    R::lift(&[x], value, &[plain_logistic(-at)])
}

fn plain_logistic(x: f64) -> f64 {
    let odds = scalar::exp(-x.abs());
    (if x < 0.0 { odds } else { 1.0 }) / (1.0 + odds)
}

/// A prior that means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("{what} of {prior:?} must be {must}, not {is}")]
pub struct PriorError {
    prior: Prior,
    what: &'static str,
    must: &'static str,
    is: f64,
}

impl Prior {
    /// Whether its numbers mean something.
    ///
    /// # Errors
    ///
    /// The first number that does not.
    pub fn check(self) -> Result<(), PriorError> {
        const ABOVE: &str = "above 0 and finite";
        const FINITE: &str = "finite";
        const WITHIN: &str = "between 0 and 1";
        let numbers: [(&str, &str, f64); 3] = match self {
            Self::Normal { mean, sd } => [("mean", FINITE, mean), ("sd", ABOVE, sd), ("", FINITE, 0.0)],
            Self::StudentT {
                degrees,
                location,
                scale,
            } => [
                ("degrees", ABOVE, degrees),
                ("location", FINITE, location),
                ("scale", ABOVE, scale),
            ],
            Self::HalfNormal { sd } => [("sd", ABOVE, sd), ("", FINITE, 0.0), ("", FINITE, 0.0)],
            Self::LogNormal { median, sd } => {
                [("median", ABOVE, median), ("sd", ABOVE, sd), ("", FINITE, 0.0)]
            }
            Self::Exponential { mean } => [("mean", ABOVE, mean), ("", FINITE, 0.0), ("", FINITE, 0.0)],
            Self::Beta { a, b } => [("a", ABOVE, a), ("b", ABOVE, b), ("", FINITE, 0.0)],
            Self::LogitNormal { median, sd } => {
                [("median", WITHIN, median), ("sd", ABOVE, sd), ("", FINITE, 0.0)]
            }
        };
        let wrong = numbers.into_iter().find(|&(_, must, is)| {
            !is.is_finite() || (must != FINITE && is <= 0.0) || (must == WITHIN && is >= 1.0)
        });
        match wrong {
            Some((what, must, is)) => Err(PriorError {
                prior: self,
                what,
                must,
                is,
            }),
            None => Ok(()),
        }
    }

    /// Which values it allows.
    #[must_use]
    pub fn support(self) -> Support {
        match self {
            Self::Normal { .. } | Self::StudentT { .. } => Support::Line,
            Self::HalfNormal { .. } | Self::LogNormal { .. } | Self::Exponential { .. } => Support::Positive,
            Self::Beta { .. } | Self::LogitNormal { .. } => Support::Unit,
        }
    }

    /// The logarithm of the density at a value within the support.
    pub fn log_density<R: Real>(self, x: R) -> R {
        match self {
            Self::Normal { mean, sd } => standard_normal((x - mean) / sd) - scalar::ln(sd),
            Self::StudentT {
                degrees,
                location,
                scale,
            } => {
                let z = (x - location) / scale;
                let shape = 0.5 * (degrees + 1.0);
                let constant = scalar::log_gamma(shape)
                    - scalar::log_gamma(0.5 * degrees)
                    - 0.5 * scalar::ln(degrees * PI)
                    - scalar::ln(scale);
                (z * z / degrees + 1.0).ln() * -shape + constant
            }
            Self::HalfNormal { sd } => standard_normal(x / sd) + (LN_2 - scalar::ln(sd)),
            Self::LogNormal { median, sd } => {
                let log = x.ln();
                standard_normal((log - scalar::ln(median)) / sd) - scalar::ln(sd) - log
            }
            Self::Exponential { mean } => -x / mean - scalar::ln(mean),
            Self::Beta { a, b } => x.ln() * (a - 1.0) + (-x + 1.0).ln() * (b - 1.0) - log_beta(a, b),
            Self::LogitNormal { median, sd } => {
                let (log, log_rest) = (x.ln(), (-x + 1.0).ln());
                let z = (log - log_rest - Support::Unit.free(median)) / sd;
                standard_normal(z) - scalar::ln(sd) - log - log_rest
            }
        }
    }

    /// The value at a place on the free scale, and the logarithm of the density there, of the free scale.
    pub fn free<R: Real>(self, free: R) -> (R, R) {
        let support = self.support();
        let value = support.value(free);
        let density = match self {
            Self::LogNormal { median, sd } => {
                standard_normal((free - scalar::ln(median)) / sd) - scalar::ln(sd)
            }
            Self::LogitNormal { median, sd } => {
                standard_normal((free - Support::Unit.free(median)) / sd) - scalar::ln(sd)
            }
            // Near the ends of the interval the value itself has lost its digits.
            Self::Beta { a, b } => log_logistic(free) * a + log_logistic(-free) * b - log_beta(a, b),
            Self::Normal { .. } | Self::StudentT { .. } => self.log_density(value),
            Self::HalfNormal { .. } | Self::Exponential { .. } => {
                self.log_density(value) + support.log_jacobian(free)
            }
        };
        (value, density)
    }

    /// The value that is exceeded with probability `1 - p`.
    #[must_use]
    pub fn quantile(self, p: f64) -> f64 {
        match self {
            Self::Normal { mean, sd } => mean + sd * normal::quantile(p),
            Self::StudentT {
                degrees,
                location,
                scale,
            } => location + scale * student::quantile(degrees, p),
            Self::HalfNormal { sd } => -sd * normal::quantile(0.5 * (1.0 - p)),
            Self::LogNormal { median, sd } => median * scalar::exp(sd * normal::quantile(p)),
            Self::Exponential { mean } => -mean * scalar::ln_1p(-p),
            Self::Beta { a, b } => beta::quantile(a, b, p),
            Self::LogitNormal { median, sd } => {
                plain_logistic(Support::Unit.free(median) + sd * normal::quantile(p))
            }
        }
    }

    /// A value drawn from it: that of one draw of an address.
    #[must_use]
    pub fn draw(self, address: &Address, draw: u32) -> f64 {
        self.quantile(address.uniform(draw))
    }
}

/// The logarithm of the density of the standard normal distribution.
pub fn standard_normal<R: Real>(z: R) -> R {
    z * z * -0.5 - LN_SQRT_TAU
}

fn log_beta(a: f64, b: f64) -> f64 {
    scalar::log_gamma(a) + scalar::log_gamma(b) - scalar::log_gamma(a + b)
}

#[cfg(test)]
mod tests {
    use euthymia_stats::random::{Purpose, Stream};

    use super::*;
    use crate::tape::Tape;

    const PRIORS: [Prior; 7] = [
        Prior::Normal { mean: -1.0, sd: 2.0 },
        Prior::StudentT {
            degrees: 4.0,
            location: 0.5,
            scale: 1.5,
        },
        Prior::HalfNormal { sd: 0.7 },
        Prior::LogNormal { median: 3.0, sd: 0.4 },
        Prior::Exponential { mean: 2.5 },
        Prior::Beta { a: 2.0, b: 3.5 },
        Prior::LogitNormal { median: 0.2, sd: 1.2 },
    ];

    /// The density integrated between two quantiles is the difference of their probabilities, on either scale.
    #[test]
    fn densities_are_the_slopes_of_their_quantiles() {
        for prior in PRIORS {
            for p in [0.05, 0.3, 0.5, 0.8, 0.97] {
                let step = 1e-4;
                let at = |p: f64| prior.quantile(p);
                let (low, middle, high) = (at(p - step), at(p), at(p + step));
                let slope = 2.0 * step / (high - low);
                let density = scalar::exp(prior.log_density(middle));
                assert!(
                    (density / slope - 1.0).abs() < 1e-4,
                    "{prior:?} at {p}: {density}, not {slope}"
                );

                let support = prior.support();
                let free = support.free(middle);
                let (value, log_density) = prior.free(free);
                assert!((value - middle).abs() <= 1e-13 * middle.abs());
                let slope = 2.0 * step / (support.free(high) - support.free(low));
                let density = scalar::exp(log_density);
                assert!(
                    (density / slope - 1.0).abs() < 1e-4,
                    "{prior:?} at {p}, free: {density}, not {slope}"
                );
                let by_jacobian = prior.log_density(value) + support.log_jacobian(free);
                assert!((by_jacobian - log_density).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn gradients_on_the_free_scale_are_differences() {
        let mut tape = Tape::default();
        for prior in PRIORS {
            for free in [-3.0, 0.1, 2.0] {
                let mut gradient = [0.0];
                tape.gradient(&[free], &mut gradient, |x| prior.free(x[0]).1);
                let at = |x: f64| prior.free(x).1;
                let difference = (at(free + 1e-5) - at(free - 1e-5)) / 2e-5;
                assert!((gradient[0] - difference).abs() < 1e-8 * (1.0 + difference.abs()));
            }
        }
    }

    /// Far out on the free scale a density is small, never lost.
    #[test]
    fn densities_are_finite_far_out() {
        for prior in PRIORS
            .into_iter()
            .filter(|prior| prior.support() == Support::Unit)
        {
            for free in [-700.0, 700.0] {
                assert!(prior.free(free).1.is_finite(), "{prior:?}");
            }
        }
    }

    /// Kolmogorov's distance between 10,000 draws and the quantiles they come from: at most 1.95 / sqrt(n) in 999 of 1000.
    #[test]
    fn draws_follow_the_quantiles() {
        for (i, prior) in PRIORS.into_iter().enumerate() {
            let address = Stream::new(11).at(Purpose(1), 0, i as u64);
            let mut draws: Vec<f64> = (0..10_000).map(|k| prior.draw(&address, k)).collect();
            draws.sort_unstable_by(f64::total_cmp);
            for p in [0.1, 0.25, 0.5, 0.75, 0.9] {
                let below = draws.partition_point(|&x| x < prior.quantile(p)) as f64 / 10_000.0;
                assert!((below - p).abs() < 0.0195, "{prior:?}: {below}, not {p}");
            }
        }
    }

    #[test]
    fn numbers_that_mean_nothing_are_refused() {
        let refused = |prior: Prior| prior.check().unwrap_err().to_string();
        assert_eq!(
            refused(Prior::Normal { mean: 0.0, sd: 0.0 }),
            "sd of Normal { mean: 0.0, sd: 0.0 } must be above 0 and finite, not 0"
        );
        assert!(refused(Prior::LogitNormal { median: 1.0, sd: 1.0 }).contains("between 0 and 1"));
        assert!(refused(Prior::Exponential { mean: f64::INFINITY }).contains("finite"));
        assert!(PRIORS.into_iter().all(|prior| prior.check().is_ok()));
    }
}
