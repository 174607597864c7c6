//! Priors as people write them.

use super::{MeanPrior, TauPrior};
use crate::MetaError;

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

/// A text without what names the square of tau, and whether it did: its 2 is no number of the prior.
fn without_square(lower: &str) -> (String, bool) {
    let mut plain = lower.to_owned();
    for tau in ["tau", "\u{3c4}"] {
        for square in [
            "^2", "**2", "\u{b2}", "-squared", " squared", "-square", " square", "2",
        ] {
            plain = plain.replace(&format!("{tau}{square}"), " ");
        }
    }
    let of_square = plain != lower;
    (plain, of_square)
}

impl TauPrior {
    /// Reads a prior as a person writes it: `half-normal scale 0.5`, `half-Cauchy(1)`, `improper uniform on tau`,
    /// `log-normal meanlog -2.1 sdlog 0.8`, `uniform shrinkage`, ...
    ///
    /// # Errors
    /// The text names no prior that is known, or its numbers are missing or not positive.
    pub fn parse(text: &str) -> Result<Self, MetaError> {
        let wrong = |reason: &str| MetaError::field("tau_prior", format!("`{text}`: {reason}"));
        let (plain, of_square) = without_square(&text.to_lowercase());
        let squeezed: String = plain.chars().filter(|c| c.is_alphanumeric()).collect();
        let (_, numbers) = words_and_numbers(&plain);
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
        // Those whose formula may hold the square, and those that are read of it.
        let free = [
            "lognormal",
            "turner",
            "logstudent",
            "logt",
            "rhodes",
            "jeffreys",
            "bergerdeely",
            "conventional",
            "shrinkage",
            "dumouchel",
            "i2",
            "isquared",
        ];
        if of_square && !free.iter().any(|part| has(part)) {
            return Err(wrong(
                "a prior of tau is needed, this is one of its square; only log-normal and log-t priors are read of both",
            ));
        }
        let half = if of_square { 0.5 } else { 1.0 };
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
            Ok(Self::LogNormal {
                mean: half * mean,
                sd: half * sd,
            })
        } else if has("logstudent") || has("logt") || has("rhodes") {
            let mean = named(&["location", "mean", "mu"]).or(at(0));
            let scale = positive(named(&["scale", "sigma"]).or(at(1)), "scale")?;
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
            (
                "log-t on tau^2: location -3, scale 2, df 4",
                TauPrior::LogT {
                    mean: -1.5,
                    scale: 1.0,
                    df: 4.0,
                },
            ),
            ("improper uniform on tau", TauPrior::Uniform),
            ("uniform shrinkage: s^2/(s^2+tau^2)", TauPrior::UniformShrinkage),
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
        for square in ["tau^2", "tau2", "tau-squared", "\u{3c4}\u{b2}"] {
            for prior in ["improper uniform", "half-Cauchy scale 1"] {
                let error = TauPrior::parse(&format!("{prior} on {square}")).unwrap_err();
                assert!(error.to_string().contains("one of its square"), "{error}");
            }
        }
        let normal = |mean, sd| Ok(MeanPrior::Normal { mean, sd });
        assert_eq!(MeanPrior::parse("normal(0, sd 4)"), normal(0.0, 4.0));
        assert_eq!(MeanPrior::parse("normal mean -0.5 sd 2"), normal(-0.5, 2.0));
        assert_eq!(MeanPrior::parse("improper uniform"), Ok(MeanPrior::Uniform));
        assert!(MeanPrior::parse("normal(0, sd 0)").is_err());
    }
}
