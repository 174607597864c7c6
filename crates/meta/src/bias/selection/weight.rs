//! The forms: how the chance to be seen falls with the p-value.

use euthymia_vecmath::scalar::{exp, ln, pow};

use crate::MetaError;

/// How the chance to be seen depends on the p-value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Constant in intervals; the first is 1.
    Step {
        /// Whether it may only fall.
        decreasing: bool,
    },
    /// `p^(d1 - 1) (1 - p)^(d2 - 1)`.
    Beta,
    /// A curve from 1 at the first step, or at 0.
    Smooth(Curve, Variant),
    /// `exp(-d1 p^(1 / d2))`.
    NegativeExponentialPower,
    /// 1 above an effect size, `d` below; the other way round where small effects are looked for.
    Truncated,
}

/// A curve that falls with the p-value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// `exp(-d p^2)`.
    HalfNormal,
    /// `exp(-d p)`.
    NegativeExponential,
    /// `2 exp(-d p) / (1 + exp(-d p))`.
    Logistic,
    /// `(1 - p)^d`.
    Power,
}

/// How a curve goes on after the first step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// It is itself, divided by its value at the step.
    Plain,
    /// It begins anew: `p` counts from the step, and the rest of the way is 1.
    Rescaled,
    /// It falls to a floor, `d1 / (1 + d1)`, and `d2` says how fast.
    Floored,
}

/// What bounds a parameter and what it is without selection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) start: f64,
}

impl Bounds {
    /// A number without bounds to one within.
    pub(super) fn inside(self, free: f64) -> f64 {
        if self.high.is_infinite() {
            self.low + exp(free)
        } else {
            self.low + (self.high - self.low) / (1.0 + exp(-free))
        }
    }

    /// The other way.
    pub(super) fn free(self, inside: f64) -> f64 {
        if self.high.is_infinite() {
            ln(inside - self.low)
        } else {
            ln((inside - self.low) / (self.high - inside))
        }
    }
}

const CURVES: [(&str, Curve); 4] = [
    ("halfnorm", Curve::HalfNormal),
    ("negexp", Curve::NegativeExponential),
    ("logistic", Curve::Logistic),
    ("power", Curve::Power),
];

impl Form {
    /// The form that metafor gives a name: `stepfun`, `beta`, `halfnorm`, `negexp`, `logistic`, `power` (each with `1` or
    /// `2` behind it), `negexppow`, `trunc`, `stepcon` (a step function that may only fall).
    ///
    /// # Errors
    /// There is none of this name.
    pub fn parse(name: &str) -> Result<Self, MetaError> {
        let form = match name {
            "stepfun" => Some(Self::Step { decreasing: false }),
            "stepcon" => Some(Self::Step { decreasing: true }),
            "beta" => Some(Self::Beta),
            "negexppow" => Some(Self::NegativeExponentialPower),
            "trunc" => Some(Self::Truncated),
            _ => {
                let (base, variant) = match name.as_bytes().last() {
                    Some(b'1') => (&name[..name.len() - 1], Variant::Rescaled),
                    Some(b'2') => (&name[..name.len() - 1], Variant::Floored),
                    _ => (name, Variant::Plain),
                };
                let curve = CURVES.iter().find(|(known, _)| *known == base);
                curve.map(|(_, curve)| Self::Smooth(*curve, variant))
            }
        };
        form.ok_or_else(|| {
            let known = "stepfun, stepcon, beta, halfnorm, negexp, logistic, power (or with 1 or 2 behind), negexppow, trunc";
            MetaError::field("type", format!("`{name}` is none of {known}"))
        })
    }

    /// The bounds of its parameters, given how many steps there are.
    pub(super) fn bounds(self, steps: usize, high: f64) -> Vec<Bounds> {
        let free = |low: f64, start: f64| Bounds { low, high, start };
        match self {
            Self::Step { .. } => {
                let last = steps.saturating_sub(1).max(1) as f64;
                (0..steps)
                    .map(|j| free(0.0, 1.0 - 0.2 * j as f64 / last))
                    .collect()
            }
            Self::Beta => vec![free(1e-5, 1.0); 2],
            Self::Smooth(_, Variant::Plain | Variant::Rescaled) | Self::Truncated => vec![free(0.0, 1.0)],
            Self::Smooth(_, Variant::Floored) => vec![free(0.0, 1.0), free(0.0, 0.25)],
            Self::NegativeExponentialPower => vec![free(0.0, 1.0); 2],
        }
    }

    /// P-values nearer to 0 or 1 count as this far, for forms that are not bounded there.
    pub(super) fn least_p(self) -> f64 {
        match self {
            Self::Beta | Self::Smooth(Curve::Power, Variant::Plain) => 1e-5,
            _ => 0.0,
        }
    }

    /// The chance to be seen with a p-value in the bounds of [`Self::least_p`], for the forms that have a curve.
    pub(super) fn at(self, p: f64, delta: &[f64], precision: f64, steps: &[f64]) -> f64 {
        let first = steps.first().copied().unwrap_or(0.0);
        match self {
            Self::Step { .. } | Self::Truncated => 1.0,
            Self::Beta => {
                let last = steps.get(1).copied().unwrap_or(1.0);
                let p = p.max(first).min(last);
                pow(p, delta[0] - 1.0) * pow(1.0 - p, delta[1] - 1.0)
            }
            _ if p <= first => 1.0,
            Self::Smooth(curve, Variant::Plain) => {
                let slope = delta[0] * precision;
                if first == 0.0 {
                    curve.at(p, slope)
                } else {
                    curve.at(p, slope) / curve.at(first, slope)
                }
            }
            Self::Smooth(curve, Variant::Rescaled) => {
                curve.at((p - first) / (1.0 - first), delta[0] * precision)
            }
            Self::Smooth(curve, Variant::Floored) => {
                let slope = delta[1] * precision;
                (delta[0] + curve.at(p, slope) / curve.at(first, slope)) / (1.0 + delta[0])
            }
            Self::NegativeExponentialPower => {
                let power = 1.0 / delta[1];
                exp(-delta[0] * precision * (pow(p, power) - pow(first, power)))
            }
        }
    }
}

impl Curve {
    fn at(self, p: f64, slope: f64) -> f64 {
        match self {
            Self::HalfNormal => exp(-slope * p * p),
            Self::NegativeExponential => exp(-slope * p),
            Self::Logistic => {
                let falling = exp(-slope * p);
                2.0 * falling / (1.0 + falling)
            }
            Self::Power => pow(1.0 - p, slope),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_curve_is_one_where_everything_is_seen_and_falls() {
        for name in ["halfnorm", "negexp", "logistic", "power"] {
            for behind in ["", "1", "2"] {
                let form = Form::parse(&format!("{name}{behind}")).unwrap();
                let delta = [0.3, 2.0];
                let at = |p: f64| form.at(p, &delta, 1.0, &[0.05]);
                assert_eq!(at(0.04), 1.0, "{name}{behind}");
                assert!(
                    (at(0.05 + 1e-12) - 1.0).abs() < 1e-10 && at(0.3) < 1.0 && at(0.9) < at(0.3),
                    "{name}{behind}"
                );
            }
        }
        assert!(Form::parse("halfnorm3").is_err() && Form::parse("").is_err());
    }

    #[test]
    fn no_selection_is_one_everywhere() {
        for p in [0.001, 0.2, 0.99] {
            assert_eq!(Form::Beta.at(p, &[1.0, 1.0], 1.0, &[]), 1.0);
            assert_eq!(
                Form::Smooth(Curve::Power, Variant::Plain).at(p, &[0.0], 1.0, &[]),
                1.0
            );
        }
    }
}
