//! Priors of tau and of the mean.

use euthymia_vecmath::scalar::{exp, ln, ln_1p, log_gamma};

/// Prior of tau.
#[derive(Clone, Debug, PartialEq)]
pub enum TauPrior {
    /// Improper, uniform on tau.
    Uniform,
    /// Uniform from 0 to a bound.
    UniformTo(f64),
    /// Improper, uniform on the root of tau.
    UniformOnRoot,
    /// Half-normal with a scale.
    HalfNormal(f64),
    /// Half-Cauchy with a scale.
    HalfCauchy(f64),
    /// Half-Student-t.
    HalfT {
        /// Degrees of freedom.
        df: f64,
        /// Scale.
        scale: f64,
    },
    /// Half-logistic with a scale.
    HalfLogistic(f64),
    /// Exponential with a rate.
    Exponential(f64),
    /// Lomax.
    Lomax {
        /// Shape.
        shape: f64,
        /// Scale.
        scale: f64,
    },
    /// Rayleigh with a scale.
    Rayleigh(f64),
    /// Log-normal: of tau2 halved where a paper gives that one (Turner et al. 2015, doi:10.1002/sim.6381).
    LogNormal {
        /// Mean of ln tau.
        mean: f64,
        /// Standard deviation of ln tau.
        sd: f64,
    },
    /// Log-Student-t of tau (Rhodes et al. 2015, doi:10.1016/j.jclinepi.2014.08.012).
    LogT {
        /// Location of ln tau.
        mean: f64,
        /// Scale of ln tau.
        scale: f64,
        /// Degrees of freedom.
        df: f64,
    },
    /// Gamma.
    Gamma {
        /// Shape.
        shape: f64,
        /// Rate.
        rate: f64,
    },
    /// Improper: Jeffreys' for tau.
    Jeffreys,
    /// Improper: Jeffreys' for tau and the mean together.
    OverallJeffreys,
    /// Improper: Berger and Deely's.
    BergerDeely,
    /// Berger and Deely's conventional prior; proper.
    Conventional,
    /// Uniform shrinkage: uniform on the share of the sampling variance.
    UniformShrinkage,
    /// DuMouchel's.
    DuMouchel,
    /// Uniform on I2.
    UniformOnI2,
}

/// Prior of the mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MeanPrior {
    /// Improper, uniform.
    Uniform,
    /// Normal.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        sd: f64,
    },
}

impl TauPrior {
    /// Whether it is a density.
    #[must_use]
    pub fn is_proper(&self) -> bool {
        !matches!(
            self,
            Self::Uniform | Self::UniformOnRoot | Self::Jeffreys | Self::OverallJeffreys | Self::BergerDeely
        )
    }

    /// The power of tau that the density falls with far out; infinite for what falls faster than any.
    pub(super) fn tail(&self) -> f64 {
        match self {
            Self::Uniform => 0.0,
            Self::UniformOnRoot => 0.5,
            Self::HalfCauchy(_) | Self::DuMouchel => 2.0,
            Self::HalfT { df, .. } => df + 1.0,
            Self::Lomax { shape, .. } => shape + 1.0,
            Self::Jeffreys | Self::BergerDeely | Self::LogT { .. } => 1.0,
            Self::OverallJeffreys | Self::Conventional => 2.0,
            Self::UniformShrinkage | Self::UniformOnI2 => 3.0,
            _ => f64::INFINITY,
        }
    }

    /// Logarithm of the density; of one up to a factor where the prior is improper or conventional. Infinite at 0 where
    /// the density is.
    pub(super) fn ln_density(&self, tau: f64, sigma2: &[f64]) -> f64 {
        const LN_2: f64 = core::f64::consts::LN_2;
        let ln_pi = ln(core::f64::consts::PI);
        let k = sigma2.len() as f64;
        // Harmonic mean of the sampling variances, and the typical one of Higgins and Thompson.
        let harmonic = || k / sigma2.iter().map(|s| 1.0 / s).sum::<f64>();
        match *self {
            Self::Uniform => 0.0,
            Self::UniformTo(bound) => {
                if tau <= bound {
                    -ln(bound)
                } else {
                    f64::NEG_INFINITY
                }
            }
            Self::UniformOnRoot => -0.5 * ln(tau),
            Self::HalfNormal(scale) => {
                let x = tau / scale;
                0.5 * (LN_2 - ln_pi) - ln(scale) - 0.5 * x * x
            }
            Self::HalfCauchy(scale) => {
                let x = tau / scale;
                LN_2 - ln_pi - ln(scale) - ln_1p(x * x)
            }
            Self::HalfT { df, scale } => {
                let x = tau / scale;
                LN_2 + log_gamma(0.5 * (df + 1.0))
                    - log_gamma(0.5 * df)
                    - 0.5 * (ln(df) + ln_pi)
                    - ln(scale)
                    - 0.5 * (df + 1.0) * ln_1p(x * x / df)
            }
            Self::HalfLogistic(scale) => {
                let x = tau / scale;
                LN_2 - x - ln(scale) - 2.0 * ln_1p(exp(-x))
            }
            Self::Exponential(rate) => ln(rate) - rate * tau,
            Self::Lomax { shape, scale } => ln(shape) - ln(scale) - (shape + 1.0) * ln_1p(tau / scale),
            Self::Rayleigh(scale) => {
                let x = tau / scale;
                ln(tau) - 2.0 * ln(scale) - 0.5 * x * x
            }
            Self::LogNormal { mean, sd } => {
                let x = (ln(tau) - mean) / sd;
                -ln(tau) - ln(sd) - 0.5 * (LN_2 + ln_pi) - 0.5 * x * x
            }
            Self::LogT { mean, scale, df } => {
                let x = (ln(tau) - mean) / scale;
                log_gamma(0.5 * (df + 1.0))
                    - log_gamma(0.5 * df)
                    - 0.5 * (ln(df) + ln_pi)
                    - ln(scale)
                    - ln(tau)
                    - 0.5 * (df + 1.0) * ln_1p(x * x / df)
            }
            Self::Gamma { shape, rate } => {
                shape * ln(rate) - log_gamma(shape) + (shape - 1.0) * ln(tau) - rate * tau
            }
            Self::Jeffreys => 0.5 * ln(information(tau, sigma2)),
            Self::OverallJeffreys => {
                let precision: f64 = sigma2.iter().map(|s| 1.0 / (s + tau * tau)).sum();
                0.5 * ln(precision * information(tau, sigma2))
            }
            Self::BergerDeely => ln(tau) - logarithms(tau, sigma2) / k,
            Self::Conventional => ln(tau) - 1.5 / k * logarithms(tau, sigma2),
            Self::UniformShrinkage => {
                let s = harmonic();
                LN_2 + ln(tau) + ln(s) - 2.0 * ln(s + tau * tau)
            }
            Self::DuMouchel => {
                let s = harmonic().sqrt();
                ln(s) - 2.0 * ln(s + tau)
            }
            Self::UniformOnI2 => {
                let (w1, w2) = sigma2
                    .iter()
                    .fold((0.0, 0.0), |(a, b), s| (a + 1.0 / s, b + 1.0 / (s * s)));
                let s = (k - 1.0) * w1 / (w1 * w1 - w2);
                LN_2 + ln(s) + ln(tau) - 2.0 * ln(s + tau * tau)
            }
        }
    }
}

/// Fisher's information of tau, up to a factor.
fn information(tau: f64, sigma2: &[f64]) -> f64 {
    sigma2
        .iter()
        .map(|s| {
            let part = tau / (s + tau * tau);
            part * part
        })
        .sum()
}

fn logarithms(tau: f64, sigma2: &[f64]) -> f64 {
    sigma2.iter().map(|s| ln(s + tau * tau)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use euthymia_stats::quadrature::integrate;

    /// Proper priors integrate to 1.
    #[test]
    fn proper_priors_are_densities() {
        let sigma2 = [0.04, 0.1, 0.5];
        for prior in [
            TauPrior::UniformTo(2.0),
            TauPrior::HalfNormal(0.7),
            TauPrior::HalfCauchy(0.3),
            TauPrior::HalfT { df: 3.0, scale: 0.4 },
            TauPrior::HalfLogistic(0.5),
            TauPrior::Exponential(3.0),
            TauPrior::Lomax {
                shape: 2.0,
                scale: 0.5,
            },
            TauPrior::Rayleigh(0.4),
            TauPrior::LogNormal { mean: -1.0, sd: 0.8 },
            TauPrior::Gamma {
                shape: 2.0,
                rate: 4.0,
            },
            TauPrior::UniformShrinkage,
            TauPrior::DuMouchel,
            TauPrior::UniformOnI2,
        ] {
            let whole = integrate(0.0, 1.0, 1e-10, 1e-12, |x| {
                let tau = x / (1.0 - x);
                exp(prior.ln_density(tau, &sigma2)) / ((1.0 - x) * (1.0 - x))
            });
            assert!((whole.value - 1.0).abs() < 1e-6, "{prior:?} {whole:?}");
        }
    }
}
