//! Priors of tau and of the mean.

use euthymia_vecmath::scalar::{exp, ln, ln_1p, log_gamma};

use crate::MetaError;

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

/// The numbers of a text with the word before each.
fn words_and_numbers(text: &str) -> (Vec<String>, Vec<(String, f64)>) {
    let (mut words, mut numbers) = (Vec::new(), Vec::new());
    let mut word = String::new();
    let mut rest = text.chars().peekable();
    let mut last = ' ';
    let mut before = String::new();
    while let Some(c) = rest.next() {
        let sign = (c == '-' || c == '+')
            && !last.is_alphanumeric()
            && rest.peek().is_some_and(|n| n.is_ascii_digit() || *n == '.');
        let starts = c.is_ascii_digit() || c == '.' && rest.peek().is_some_and(char::is_ascii_digit);
        if (starts || sign) && word.is_empty() {
            let mut digits = String::from(c);
            while let Some(next) = rest.peek().copied() {
                let exponent = (next == '-' || next == '+') && digits.ends_with(['e', 'E']);
                if next.is_ascii_digit()
                    || next == '.'
                    || exponent
                    || (next == 'e' || next == 'E') && digits.chars().all(|d| d != 'e' && d != 'E')
                {
                    digits.push(next);
                    rest.next();
                } else {
                    break;
                }
            }
            let digits = digits.trim_end_matches(['e', 'E', '.']);
            if let Ok(number) = digits.parse::<f64>() {
                numbers.push((core::mem::take(&mut before), number));
            }
            last = '0';
            continue;
        }
        if c.is_alphanumeric() || c == '\u{3c4}' || c == '\u{3bc}' {
            word.extend(c.to_lowercase());
        } else if !word.is_empty() {
            before.clone_from(&word);
            words.push(core::mem::take(&mut word));
        }
        last = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    (words, numbers)
}

impl TauPrior {
    /// Reads a prior as a person writes it: `half-normal scale 0.5`, `half-Cauchy(1)`, `improper uniform on tau`,
    /// `log-normal meanlog -2.1 sdlog 0.8`, `uniform shrinkage`, ...
    ///
    /// # Errors
    /// The text names no prior that is known, or its numbers are missing or not positive.
    pub fn parse(text: &str) -> Result<Self, MetaError> {
        let wrong = |reason: &str| MetaError::field("tau_prior", format!("`{text}`: {reason}"));
        let lower = text.to_lowercase();
        let squeezed: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
        let (_, numbers) = words_and_numbers(text);
        let named = |names: &[&str]| {
            numbers
                .iter()
                .find(|(word, _)| names.contains(&word.as_str()))
                .map(|(_, number)| *number)
        };
        let at = |place: usize| numbers.get(place).map(|(_, number)| *number);
        let positive = |number: Option<f64>, what: &str| match number {
            Some(number) if number > 0.0 && number.is_finite() => Ok(number),
            _ => Err(wrong(&format!("expected a positive {what}"))),
        };
        let scale = |place: usize| positive(named(&["scale", "sd"]).or(at(place)), "scale");
        let has = |part: &str| squeezed.contains(part);
        if has("halfnormal") {
            Ok(Self::HalfNormal(scale(0)?))
        } else if has("halfcauchy") {
            Ok(Self::HalfCauchy(scale(0)?))
        } else if has("halfstudent") || squeezed.starts_with("halft") {
            let df = positive(named(&["df", "nu"]).or(at(0)), "`df`")?;
            Ok(Self::HalfT {
                df,
                scale: positive(named(&["scale"]).or(at(1)).or(Some(1.0)), "scale")?,
            })
        } else if has("halflogistic") {
            Ok(Self::HalfLogistic(scale(0)?))
        } else if has("exponential") {
            match named(&["scale", "mean"]) {
                Some(scale) => Ok(Self::Exponential(1.0 / positive(Some(scale), "scale")?)),
                None => Ok(Self::Exponential(positive(named(&["rate"]).or(at(0)), "rate")?)),
            }
        } else if has("lomax") {
            Ok(Self::Lomax {
                shape: positive(named(&["shape"]).or(at(0)), "shape")?,
                scale: positive(named(&["scale"]).or(at(1)).or(Some(1.0)), "scale")?,
            })
        } else if has("rayleigh") {
            Ok(Self::Rayleigh(scale(0)?))
        } else if has("lognormal") || has("turner") {
            let mean = named(&["meanlog", "mean", "mu"]).or(at(0));
            let sd = positive(named(&["sdlog", "sd", "sigma"]).or(at(1)), "standard deviation")?;
            let mean = mean.ok_or_else(|| wrong("expected the mean of the logarithm"))?;
            // Half of ln tau2 is ln tau.
            let half = if lower.contains("tau2") || lower.contains("tau^2") || lower.contains("tau-squared") {
                0.5
            } else {
                1.0
            };
            Ok(Self::LogNormal {
                mean: half * mean,
                sd: half * sd,
            })
        } else if has("logstudent") || has("logt") || has("rhodes") {
            let mean = named(&["location", "mean", "mu"]).or(at(0));
            let scale = positive(named(&["scale", "sigma"]).or(at(1)), "scale")?;
            let half = if lower.contains("tau2") || lower.contains("tau^2") || lower.contains("tau-squared") {
                0.5
            } else {
                1.0
            };
            Ok(Self::LogT {
                mean: half * mean.ok_or_else(|| wrong("expected the location of the logarithm"))?,
                scale: half * scale,
                df: positive(named(&["df"]).or(at(2)).or(Some(5.0)), "`df`")?,
            })
        } else if has("gamma") && !has("inverse") {
            Ok(Self::Gamma {
                shape: positive(named(&["shape"]).or(at(0)), "shape")?,
                rate: match named(&["scale"]) {
                    Some(scale) => 1.0 / positive(Some(scale), "scale")?,
                    None => positive(named(&["rate"]).or(at(1)), "rate")?,
                },
            })
        } else if has("overalljeffreys") {
            Ok(Self::OverallJeffreys)
        } else if has("jeffreys") {
            Ok(Self::Jeffreys)
        } else if has("bergerdeely") {
            Ok(Self::BergerDeely)
        } else if has("conventional") {
            Ok(Self::Conventional)
        } else if has("shrinkage") {
            Ok(Self::UniformShrinkage)
        } else if has("dumouchel") {
            Ok(Self::DuMouchel)
        } else if has("i2") || has("isquared") {
            Ok(Self::UniformOnI2)
        } else if has("sqrt") || has("root") {
            Ok(Self::UniformOnRoot)
        } else if has("uniform") || has("flat") {
            let bound = named(&["max", "to", "upper"]).or_else(|| numbers.last().map(|(_, number)| *number));
            match bound {
                Some(bound) => Ok(Self::UniformTo(positive(Some(bound), "upper bound")?)),
                None => Ok(Self::Uniform),
            }
        } else {
            Err(wrong(
                "no prior that is known, as `half-normal scale 0.5`, `half-Cauchy scale 1`, `improper uniform on tau`",
            ))
        }
    }

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

impl MeanPrior {
    /// Reads `improper uniform`, `normal(0, sd 4)`, `normal mean 0 sd 4`, `N(0, 4^2)`.
    ///
    /// # Errors
    /// The text says neither.
    pub fn parse(text: &str) -> Result<Self, MetaError> {
        let wrong = || {
            MetaError::field(
                "mu_prior",
                format!("`{text}`: expected `improper uniform` or a normal as `normal(0, sd 4)`"),
            )
        };
        let lower = text.to_lowercase();
        if lower.contains("uniform") || lower.contains("flat") {
            return Ok(Self::Uniform);
        }
        let trimmed = lower.trim_start();
        if !(trimmed.contains("normal") || trimmed.starts_with("n(") || trimmed.starts_with("n (")) {
            return Err(wrong());
        }
        let (_, numbers) = words_and_numbers(text);
        let named = |names: &[&str]| {
            numbers
                .iter()
                .find(|(word, _)| names.contains(&word.as_str()))
                .map(|(_, number)| *number)
        };
        let at = |place: usize| numbers.get(place).map(|(_, number)| *number);
        let mean = named(&["mean", "mu"]).or(at(0)).ok_or_else(wrong)?;
        let sd = match named(&["var", "variance"]) {
            Some(variance) => variance.sqrt(),
            None => named(&["sd", "sigma", "scale"]).or(at(1)).ok_or_else(wrong)?,
        };
        if sd > 0.0 && sd.is_finite() && mean.is_finite() {
            Ok(Self::Normal { mean, sd })
        } else {
            Err(wrong())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use euthymia_stats::quadrature::integrate;

    #[test]
    fn priors_as_people_write_them() {
        for (text, prior) in [
            ("half-normal scale 0.5", TauPrior::HalfNormal(0.5)),
            ("Half-Normal(0.25)", TauPrior::HalfNormal(0.25)),
            ("half-Cauchy scale 1", TauPrior::HalfCauchy(1.0)),
            (
                "half-Student-t df 4 scale 0.5",
                TauPrior::HalfT { df: 4.0, scale: 0.5 },
            ),
            ("exponential rate 2", TauPrior::Exponential(2.0)),
            (
                "Lomax shape 6, scale 1.5",
                TauPrior::Lomax {
                    shape: 6.0,
                    scale: 1.5,
                },
            ),
            (
                "log-normal meanlog -2.1 sdlog 0.8",
                TauPrior::LogNormal { mean: -2.1, sd: 0.8 },
            ),
            (
                "log-normal(-2.56, 1.74) on tau^2",
                TauPrior::LogNormal {
                    mean: -1.28,
                    sd: 0.87,
                },
            ),
            ("improper uniform on tau", TauPrior::Uniform),
            ("uniform(0, 4)", TauPrior::UniformTo(4.0)),
            ("uniform shrinkage", TauPrior::UniformShrinkage),
            ("DuMouchel", TauPrior::DuMouchel),
            ("Jeffreys prior", TauPrior::Jeffreys),
        ] {
            assert_eq!(TauPrior::parse(text), Ok(prior), "{text}");
        }
        assert!(TauPrior::parse("half-normal").is_err());
        assert!(TauPrior::parse("half-normal scale -1").is_err());
        assert!(TauPrior::parse("wishful").is_err());
        let normal = |mean, sd| Ok(MeanPrior::Normal { mean, sd });
        assert_eq!(MeanPrior::parse("normal(0, sd 4)"), normal(0.0, 4.0));
        assert_eq!(MeanPrior::parse("normal mean -0.5 sd 2"), normal(-0.5, 2.0));
        assert_eq!(MeanPrior::parse("improper uniform"), Ok(MeanPrior::Uniform));
        assert!(MeanPrior::parse("normal(0, sd 0)").is_err());
    }

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
