//! Residual error: from what is predicted to what is observed.
//!
//! The meaning is rxode2's: the standard deviation of the additive part and those of the parts that are proportional to the
//! prediction, or to a power of it, add up as variances (`combined2`, also where neither is said) or as standard deviations
//! (`combined1`); the parts proportional to the prediction look at it untransformed; `lnorm`, `logitNorm` and `probitNorm`
//! add on the transformed scale; `t` replaces the normal deviate by Student's.

use euthymia_model::{Endpoint, ErrorArgument, ErrorKind};
use euthymia_stats::random::Address;
use euthymia_stats::{counts, normal, student};
use euthymia_vecmath::scalar::{exp, ln, pow};

/// A number, or the column of a block that has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Size {
    Number(f64),
    Column(usize),
}

impl Size {
    fn at(self, value: &impl Fn(usize) -> f64) -> f64 {
        match self {
            Self::Number(number) => number,
            Self::Column(column) => value(column),
        }
    }
}

/// The scale on which error is added.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    Plain,
    Logarithm,
    Logit(Size, Size),
    Probit(Size, Size),
}

/// How observations of an endpoint scatter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Residual {
    /// Column of the prediction.
    prediction: usize,
    error: ErrorModel,
}

#[derive(Clone, Debug, PartialEq)]
enum ErrorModel {
    Continuous(Continuous),
    Poisson(Size),
    Binomial(Size, Size),
    Bernoulli(Size),
}

#[derive(Clone, Debug, PartialEq)]
struct Continuous {
    scale: Scale,
    /// Standard deviations that do not depend on the prediction.
    additive: Vec<Size>,
    /// Standard deviations relative to the prediction raised to an exponent.
    proportional: Vec<(Size, Size)>,
    /// Whether standard deviations add up instead of variances.
    adds_deviations: bool,
    /// Degrees of freedom of Student's distribution.
    degrees: Option<Size>,
}

/// What is predicted and what is observed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Observed {
    /// `ipredSim`: without residual error; NaN for counts, as rxode2 has it.
    pub(crate) predicted: f64,
    /// `sim`.
    pub(crate) simulated: f64,
}

impl Residual {
    /// The error of an endpoint; `column` finds the column of a name. `None` if a name has none.
    pub(crate) fn new(endpoint: &Endpoint, column: impl Fn(&str) -> Option<usize>) -> Option<Self> {
        let prediction = column(&endpoint.variable)?;
        let size = |argument: Option<&ErrorArgument>| match argument? {
            ErrorArgument::Number(number) => Some(Size::Number(*number)),
            ErrorArgument::Name(name) => column(name).map(Size::Column),
        };
        let mut continuous = Continuous {
            scale: Scale::Plain,
            additive: Vec::new(),
            proportional: Vec::new(),
            adds_deviations: false,
            degrees: None,
        };
        for term in &endpoint.terms {
            let first = term.arguments.first();
            let second = term.arguments.get(1);
            let bounds = || {
                let low = second.map_or(Some(Size::Number(0.0)), |low| size(Some(low)));
                let high = term.arguments.get(2);
                let high = high.map_or(Some(Size::Number(1.0)), |high| size(Some(high)));
                Some((low?, high?))
            };
            match term.kind {
                ErrorKind::Additive => continuous.additive.push(size(first)?),
                ErrorKind::Proportional => {
                    continuous.proportional.push((size(first)?, Size::Number(1.0)));
                }
                ErrorKind::Power => continuous.proportional.push((size(first)?, size(second)?)),
                ErrorKind::LogNormal => {
                    continuous.additive.push(size(first)?);
                    continuous.scale = Scale::Logarithm;
                }
                ErrorKind::LogitNormal => {
                    continuous.additive.push(size(first)?);
                    let (low, high) = bounds()?;
                    continuous.scale = Scale::Logit(low, high);
                }
                ErrorKind::ProbitNormal => {
                    continuous.additive.push(size(first)?);
                    let (low, high) = bounds()?;
                    continuous.scale = Scale::Probit(low, high);
                }
                ErrorKind::Student => continuous.degrees = Some(size(first)?),
                ErrorKind::Combined1 => continuous.adds_deviations = true,
                ErrorKind::Combined2 => continuous.adds_deviations = false,
                ErrorKind::Poisson => return Self::of(prediction, ErrorModel::Poisson(size(first)?)),
                ErrorKind::Binomial => {
                    return Self::of(prediction, ErrorModel::Binomial(size(first)?, size(second)?));
                }
                ErrorKind::Bernoulli => return Self::of(prediction, ErrorModel::Bernoulli(size(first)?)),
            }
        }
        Self::of(prediction, ErrorModel::Continuous(continuous))
    }

    fn of(prediction: usize, error: ErrorModel) -> Option<Self> {
        Some(Self { prediction, error })
    }

    /// What is observed where the block's columns have these values; the deviate is draw number `draw` of `source`, none for
    /// what is expected without residual error.
    pub(crate) fn observe(
        &self,
        value: &impl Fn(usize) -> f64,
        source: Option<&Address>,
        draw: u32,
    ) -> Observed {
        let count = |expected: f64, quantile: &dyn Fn(f64) -> f64| Observed {
            predicted: f64::NAN,
            simulated: source.map_or(expected, |source| quantile(source.uniform(draw))),
        };
        match &self.error {
            ErrorModel::Continuous(continuous) => {
                let predicted = value(self.prediction);
                let simulated = match source {
                    None => predicted,
                    Some(source) => continuous.observe(predicted, value, source, draw),
                };
                Observed { predicted, simulated }
            }
            ErrorModel::Poisson(mean) => {
                let mean = mean.at(value);
                count(mean, &|p| counts::poisson_quantile(mean, p))
            }
            ErrorModel::Binomial(trials, success) => {
                let (trials, success) = (trials.at(value), success.at(value));
                count(trials * success, &|p| {
                    counts::binomial_quantile(trials, success, p)
                })
            }
            ErrorModel::Bernoulli(success) => {
                let success = success.at(value);
                count(success, &|p| counts::binomial_quantile(1.0, success, p))
            }
        }
    }
}

impl Continuous {
    fn observe(&self, predicted: f64, value: &impl Fn(usize) -> f64, source: &Address, draw: u32) -> f64 {
        let deviate = match self.degrees {
            None => source.normal(draw),
            Some(degrees) => student::quantile(degrees.at(value), source.uniform(draw)),
        };
        let error = self.deviation(predicted, value) * deviate;
        match self.scale {
            Scale::Plain => predicted + error,
            Scale::Logarithm => exp(ln(predicted) + error),
            Scale::Logit(low, high) => {
                let (low, high) = (low.at(value), high.at(value));
                let logit = ln((predicted - low) / (high - predicted)) + error;
                low + (high - low) / (1.0 + exp(-logit))
            }
            Scale::Probit(low, high) => {
                let (low, high) = (low.at(value), high.at(value));
                let probit = normal::quantile((predicted - low) / (high - low)) + error;
                low + (high - low) * normal::cdf(probit)
            }
        }
    }

    /// Standard deviation on the scale on which error is added.
    fn deviation(&self, predicted: f64, value: &impl Fn(usize) -> f64) -> f64 {
        let additive = self.additive.iter().map(|size| size.at(value));
        let proportional = self.proportional.iter().map(|(size, exponent)| {
            let exponent = exponent.at(value);
            let power = if exponent == 1.0 {
                predicted
            } else {
                pow(predicted, exponent)
            };
            power * size.at(value)
        });
        let parts = additive.chain(proportional);
        if self.adds_deviations {
            parts.fold(0.0, |sum, part| sum + part).abs()
        } else {
            parts.fold(0.0, |sum, part| sum + part * part).sqrt()
        }
    }
}
