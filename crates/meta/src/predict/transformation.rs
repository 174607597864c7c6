//! From the scale that is pooled back to the one that people read.

use euthymia_stats::quadrature::integrate;
use euthymia_vecmath::scalar::{cos, exp, phi, sin, tanh};

use crate::MetaError;

/// A back-transformation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Transformation {
    /// None.
    Identity,
    /// `e^x`: logarithms of ratios.
    Exp,
    /// `1 / (1 + e^-x)`: logits.
    InverseLogit,
    /// Probits.
    InverseProbit,
    /// Fisher's z to r.
    Tanh,
    /// Fisher's z to r squared.
    TanhSquared,
    /// Square roots.
    Square,
    /// Arcsine square roots.
    InverseArcsine,
    /// Freeman and Tukey's double arcsine for one sample size (Miller 1978, doi:10.1080/00031305.1978.10479283): the
    /// harmonic mean stands for several.
    InverseFreemanTukey {
        /// Sample size.
        n: f64,
    },
    /// Freeman and Tukey's double square root of rates for one person-time.
    InverseFreemanTukeyRate {
        /// Person-time.
        time: f64,
    },
    /// Hakstian and Whalen's cube root of reliabilities.
    InverseHakstianWhalen,
    /// Bonett's logarithm of reliabilities.
    InverseBonett,
    /// Standardised mean difference to Cohen's U3.
    CohensU3,
    /// Standardised mean difference to the probability of superiority.
    Superiority,
    /// Standardised mean difference to the overlap of the distributions.
    Overlap,
    /// Log odds ratio to a standardised mean difference (logistic distributions).
    OddsToDifference,
    /// Standardised mean difference to a log odds ratio (logistic distributions).
    DifferenceToOdds,
    /// One of the first kind, averaged over the true effects `N(x, tau2)`.
    Mean {
        /// Which.
        of: Scale,
        /// Variance of the true effects.
        tau2: f64,
    },
}

/// Scales whose average over normal true effects is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Logarithms.
    Exp,
    /// Logits.
    Logit,
    /// Probits.
    Probit,
    /// Fisher's z.
    Z,
    /// Arcsine square roots.
    Arcsine,
    /// Hakstian and Whalen's cube root.
    HakstianWhalen,
    /// Bonett's logarithm.
    Bonett,
    /// Standardised mean differences to the probability of superiority.
    Superiority,
}

impl Transformation {
    /// The transformation of an R function of metafor, as `exp` or `transf.ilogit`; what follows the name is a remark.
    /// `sizes` are the sample sizes behind a Freeman-Tukey transformation, `tau2` that of an average over true effects.
    ///
    /// # Errors
    /// There is none of this name, or the sizes that it needs are missing.
    pub fn parse(text: &str, sizes: &[f64], tau2: f64) -> Result<Self, MetaError> {
        let name = text.split_whitespace().next().unwrap_or("");
        let name = name
            .strip_prefix("metafor::")
            .unwrap_or(name)
            .trim_end_matches([',', ';']);
        let name = name.strip_prefix("transf.").unwrap_or(name);
        let harmonic = || {
            if sizes.is_empty() {
                return Err(MetaError::field(
                    "transf",
                    format!("`{text}` needs the sample sizes, the effect measure has none"),
                ));
            }
            Ok(sizes.len() as f64 / sizes.iter().map(|n| 1.0 / n).sum::<f64>())
        };
        let mean = |of| Ok(Self::Mean { of, tau2 });
        match name {
            "" | "none" | "identity" | "I" | "FALSE" => Ok(Self::Identity),
            "exp" => Ok(Self::Exp),
            "ilogit" | "plogis" => Ok(Self::InverseLogit),
            "iprobit" | "pnorm" => Ok(Self::InverseProbit),
            "ztor" | "tanh" => Ok(Self::Tanh),
            "ztor2" => Ok(Self::TanhSquared),
            "isqrt" => Ok(Self::Square),
            "iarcsin" => Ok(Self::InverseArcsine),
            "ipft" | "ipft.hm" => Ok(Self::InverseFreemanTukey { n: harmonic()? }),
            "iirft" => Ok(Self::InverseFreemanTukeyRate { time: harmonic()? }),
            "iahw" => Ok(Self::InverseHakstianWhalen),
            "iabt" => Ok(Self::InverseBonett),
            "dtou3" => Ok(Self::CohensU3),
            "dtocles" => Ok(Self::Superiority),
            "dtoovl" => Ok(Self::Overlap),
            "lnortod.logis" => Ok(Self::OddsToDifference),
            "dtolnor.logis" => Ok(Self::DifferenceToOdds),
            "exp.int" => mean(Scale::Exp),
            "ilogit.int" => mean(Scale::Logit),
            "iprobit.int" => mean(Scale::Probit),
            "ztor.int" => mean(Scale::Z),
            "iarcsin.int" => mean(Scale::Arcsine),
            "iahw.int" => mean(Scale::HakstianWhalen),
            "iabt.int" => mean(Scale::Bonett),
            "dtocles.int" => mean(Scale::Superiority),
            _ => Err(MetaError::field(
                "transf",
                format!(
                    "`{text}` is no back-transformation that is known, as `exp`, `transf.ilogit` or `transf.ztor`"
                ),
            )),
        }
    }

    /// The transformed value; NaN where there is none.
    #[must_use]
    pub fn apply(&self, x: f64) -> f64 {
        match *self {
            Self::Identity => x,
            Self::Exp => exp(x),
            Self::InverseLogit => 1.0 / (1.0 + exp(-x)),
            Self::InverseProbit | Self::CohensU3 => phi(x),
            Self::Tanh => tanh(x),
            Self::TanhSquared => tanh(x) * tanh(x),
            Self::Square => x.max(0.0) * x.max(0.0),
            Self::InverseArcsine => {
                let x = x.clamp(0.0, core::f64::consts::FRAC_PI_2);
                sin(x) * sin(x)
            }
            Self::InverseFreemanTukey { n } => inverse_freeman_tukey(x, n),
            Self::InverseFreemanTukeyRate { time } => {
                if x <= 0.5 * (1.0 / time).sqrt() {
                    return 0.0;
                }
                let square = x * x;
                (1.0 / time - 8.0 * square + 16.0 * time * square * square) / (16.0 * square * time)
            }
            Self::InverseHakstianWhalen => {
                let rest = 1.0 - x.clamp(0.0, 1.0);
                1.0 - rest * rest * rest
            }
            Self::InverseBonett => {
                if x < 0.0 {
                    0.0
                } else {
                    1.0 - exp(-x)
                }
            }
            Self::Superiority => phi(x / core::f64::consts::SQRT_2),
            Self::Overlap => 2.0 * phi(-0.5 * x.abs()),
            Self::OddsToDifference => x * 3.0_f64.sqrt() / core::f64::consts::PI,
            Self::DifferenceToOdds => x * core::f64::consts::PI / 3.0_f64.sqrt(),
            Self::Mean { of, tau2 } => of.mean(x, tau2),
        }
    }
}

/// Miller's inverse, with what lies beyond the proportions 0 and 1 set to them.
fn inverse_freeman_tukey(x: f64, n: f64) -> f64 {
    // The transformation of the proportion p is half of asin(sqrt(n p / (n + 1))) + asin(sqrt((n p + 1) / (n + 1))): at
    // p = 0 half the second, at p = 1 a right angle less it.
    let end = 0.5 * arcsine_root(1.0 / (n + 1.0));
    if x.is_nan() {
        return f64::NAN;
    }
    if x > core::f64::consts::FRAC_PI_2 - end {
        return 1.0;
    }
    if x < end {
        return 0.0;
    }
    let (sine, cosine) = (sin(2.0 * x), cos(2.0 * x));
    let inner = sine + (sine - 1.0 / sine) / n;
    let root = (1.0 - inner * inner).sqrt();
    let sign = if cosine > 0.0 {
        1.0
    } else if cosine < 0.0 {
        -1.0
    } else {
        0.0
    };
    0.5 * (1.0 - sign * root)
}

/// `asin(sqrt(p))` for p in [0, 1], by Newton's method on the sine: the platform's arcsine is not the same everywhere.
fn arcsine_root(p: f64) -> f64 {
    let target = p.sqrt();
    if target >= 1.0 {
        return core::f64::consts::FRAC_PI_2;
    }
    let mut angle = target;
    for _ in 0..60 {
        let step = (sin(angle) - target) / cos(angle);
        angle = (angle - step).clamp(0.0, core::f64::consts::FRAC_PI_2);
        if step.abs() < 1e-17 {
            break;
        }
    }
    angle
}

impl Scale {
    fn inverse(self) -> Transformation {
        match self {
            Self::Exp => Transformation::Exp,
            Self::Logit => Transformation::InverseLogit,
            Self::Probit => Transformation::InverseProbit,
            Self::Z => Transformation::Tanh,
            Self::Arcsine => Transformation::InverseArcsine,
            Self::HakstianWhalen => Transformation::InverseHakstianWhalen,
            Self::Bonett => Transformation::InverseBonett,
            Self::Superiority => Transformation::Superiority,
        }
    }

    /// The average over normal true effects, cut to where the scale is defined.
    fn mean(self, x: f64, tau2: f64) -> f64 {
        let inverse = self.inverse();
        if tau2 < f64::EPSILON || !x.is_finite() {
            return inverse.apply(x);
        }
        let tau = tau2.sqrt();
        if self == Self::Exp {
            return exp(x + 0.5 * tau2);
        }
        let (least, most) = match self {
            Self::Arcsine => (0.0, core::f64::consts::FRAC_PI_2),
            Self::HakstianWhalen => (0.0, 1.0),
            Self::Bonett => (0.0, f64::INFINITY),
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        };
        let (low, high) = ((x - 10.0 * tau).max(least), (x + 10.0 * tau).min(most));
        if low >= high {
            return f64::NAN;
        }
        let density = |z: f64| {
            let d = (z - x) / tau;
            exp(-0.5 * d * d) / (tau * core::f64::consts::TAU.sqrt())
        };
        let whole = phi((most - x) / tau) - phi((least - x) / tau);
        let sum = integrate(low, high, 1e-12, 1e-14, |z| inverse.apply(z) * density(z));
        sum.value / whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Freeman and Tukey's transformation of 17 of 40, and back.
    #[test]
    fn freeman_tukey_comes_back() {
        let (x, n) = (17.0, 40.0);
        let there = 0.5 * (arcsine_root(x / (n + 1.0)) + arcsine_root((x + 1.0) / (n + 1.0)));
        let back = Transformation::InverseFreemanTukey { n }.apply(there);
        assert!((back - x / n).abs() < 1e-14, "{back}");
        assert_eq!(Transformation::InverseFreemanTukey { n }.apply(0.0), 0.0);
        assert_eq!(Transformation::InverseFreemanTukey { n }.apply(1.6), 1.0);
    }

    /// The mean of a probit-normal is known.
    #[test]
    fn mean_over_effects() {
        let mean = Transformation::Mean {
            of: Scale::Probit,
            tau2: 0.7,
        };
        assert!((mean.apply(0.3) - phi(0.3 / 1.7_f64.sqrt())).abs() < 1e-12);
    }

    #[test]
    fn remarks_after_the_name() {
        let parsed = Transformation::parse("transf.ipft.hm (harmonic mean of ni)", &[10.0, 30.0], 0.0);
        assert_eq!(parsed, Ok(Transformation::InverseFreemanTukey { n: 15.0 }));
        assert!(Transformation::parse("transf.ipft.hm", &[], 0.0).is_err());
        assert!(Transformation::parse("exq", &[], 0.0).is_err());
    }
}
