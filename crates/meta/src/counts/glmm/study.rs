//! The likelihood of one study with its random effects integrated out.

use euthymia_vecmath::scalar::{exp, ln, ln_1p, log_gamma};

use super::Count;

/// What counts are distributed as, with the canonical link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Likelihood {
    /// Events among people; the logit of the risk is linear.
    Binomial,
    /// Events in time; the log of the rate is linear.
    Poisson,
}

impl Likelihood {
    /// Log-likelihood without what does not depend on `eta`, to which the offset of the count is added.
    pub(crate) fn kernel(self, count: &Count, eta: f64) -> f64 {
        let eta = eta + count.offset;
        match self {
            Self::Binomial => count.events * eta - count.trials * softplus(eta),
            Self::Poisson => count.events * eta - exp(eta),
        }
    }

    /// First derivative of `kernel`, and the negative second one.
    pub(crate) fn slopes(self, count: &Count, eta: f64) -> (f64, f64) {
        let eta = eta + count.offset;
        match self {
            Self::Binomial => {
                let p = 1.0 / (1.0 + exp(-eta));
                (count.events - count.trials * p, count.trials * p * (1.0 - p))
            }
            Self::Poisson => {
                let mean = exp(eta);
                (count.events - mean, mean)
            }
        }
    }

    /// The largest value of `kernel`.
    pub(crate) fn saturated(self, count: &Count) -> f64 {
        let times_ln = |x: f64| if x == 0.0 { 0.0 } else { x * ln(x) };
        match self {
            Self::Binomial => {
                times_ln(count.events) + times_ln(count.trials - count.events) - times_ln(count.trials)
            }
            Self::Poisson => times_ln(count.events) - count.events,
        }
    }

    /// What `kernel` leaves out.
    pub(crate) fn constant(self, count: &Count) -> f64 {
        match self {
            Self::Binomial => {
                log_gamma(count.trials + 1.0)
                    - log_gamma(count.events + 1.0)
                    - log_gamma(count.trials - count.events + 1.0)
            }
            Self::Poisson => -log_gamma(count.events + 1.0),
        }
    }

    /// Whether the events are as few or as many as they can be: an effect of their own would be infinite.
    pub(crate) fn is_extreme(self, count: &Count) -> bool {
        count.events == 0.0 || (self == Self::Binomial && count.events == count.trials)
    }
}

/// `ln(1 + e^x)`.
fn softplus(x: f64) -> f64 {
    if x > 0.0 {
        x + ln_1p(exp(-x))
    } else {
        ln_1p(exp(x))
    }
}

/// A count of a study: what its linear predictor is without random effects, and how these enter it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) count: Count,
    pub(crate) eta: f64,
    /// Factors of the standard normal effects.
    pub(crate) effects: [f64; 2],
}

/// The mode of the random effects with the value and the curvature there: `g(u) = log f(y | u) - u'u / 2`.
pub(crate) struct Mode {
    pub(crate) u: [f64; 2],
    pub(crate) value: f64,
    /// Negative second derivatives: `[11, 12, 22]`.
    pub(crate) curvature: [f64; 3],
}

fn at(family: Likelihood, parts: &[Part], u: [f64; 2]) -> (f64, [f64; 2], [f64; 3]) {
    let mut value = -0.5 * (u[0] * u[0] + u[1] * u[1]);
    let mut slope = [-u[0], -u[1]];
    let mut curvature = [1.0, 0.0, 1.0];
    for part in parts {
        let [z1, z2] = part.effects;
        let eta = part.eta + z1 * u[0] + z2 * u[1];
        let (first, second) = family.slopes(&part.count, eta);
        value += family.kernel(&part.count, eta);
        slope[0] += first * z1;
        slope[1] += first * z2;
        curvature[0] += second * z1 * z1;
        curvature[1] += second * z1 * z2;
        curvature[2] += second * z2 * z2;
    }
    (value, slope, curvature)
}

/// By Newton's method with shorter steps where a whole one overshoots; the function is concave.
pub(crate) fn mode(family: Likelihood, parts: &[Part]) -> Mode {
    let mut u = [0.0; 2];
    let (mut value, mut slope, mut curvature) = at(family, parts, u);
    for _ in 0..100 {
        let [a, b, c] = curvature;
        let determinant = a * c - b * b;
        let step = [
            (c * slope[0] - b * slope[1]) / determinant,
            (a * slope[1] - b * slope[0]) / determinant,
        ];
        let mut length = 1.0;
        let next = loop {
            let there = [u[0] + length * step[0], u[1] + length * step[1]];
            let found = at(family, parts, there);
            if found.0 >= value || length < 1e-6 {
                break (there, found);
            }
            length *= 0.5;
        };
        let moved = (next.0[0] - u[0]).abs().max((next.0[1] - u[1]).abs());
        u = next.0;
        (value, slope, curvature) = next.1;
        if moved.is_nan() || moved < 1e-12 {
            break;
        }
    }
    Mode { u, value, curvature }
}

/// The log of the likelihood with the random effects integrated out, without constants: adaptive quadrature with the
/// `rule` for one random effect, Laplace's approximation for two.
pub(crate) fn marginal(family: Likelihood, parts: &[Part], rule: &[(f64, f64)]) -> f64 {
    if parts.iter().all(|part| part.effects == [0.0; 2]) {
        return parts
            .iter()
            .map(|part| family.kernel(&part.count, part.eta))
            .sum();
    }
    let mode = mode(family, parts);
    let [a, b, c] = mode.curvature;
    let two = parts.iter().any(|part| part.effects[1] != 0.0);
    if two || rule.len() == 1 {
        return mode.value - 0.5 * ln(a * c - b * b);
    }
    let width = 1.0 / a.sqrt();
    let sum: f64 = rule
        .iter()
        .map(|(x, w)| {
            let u = mode.u[0] + width * x;
            let value: f64 = parts
                .iter()
                .map(|part| family.kernel(&part.count, part.eta + part.effects[0] * u))
                .sum();
            w * exp(value - 0.5 * u * u - mode.value + 0.5 * x * x)
        })
        .sum();
    mode.value + ln(width * sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use euthymia_stats::hermite::gauss_hermite;

    fn count(events: f64, trials: f64) -> Count {
        Count {
            events,
            trials,
            offset: 0.0,
        }
    }

    #[test]
    fn quadrature_is_the_integral() {
        // Many points without adaption, as the plain average over the normal distribution.
        let parts = [
            Part {
                count: count(3.0, 20.0),
                eta: -1.0,
                effects: [0.8, 0.0],
            },
            Part {
                count: count(9.0, 25.0),
                eta: -0.5,
                effects: [-0.4, 0.0],
            },
        ];
        let plain: f64 = gauss_hermite(100)
            .iter()
            .map(|(u, w)| {
                let value: f64 = parts
                    .iter()
                    .map(|part| Likelihood::Binomial.kernel(&part.count, part.eta + part.effects[0] * u))
                    .sum();
                w * exp(value)
            })
            .sum();
        for points in [7, 15] {
            let got = marginal(Likelihood::Binomial, &parts, &gauss_hermite(points));
            assert!((got - ln(plain)).abs() < 1e-5, "{points}");
        }
        let fine = marginal(Likelihood::Binomial, &parts, &gauss_hermite(41));
        assert!((fine - ln(plain)).abs() < 1e-11);
    }

    #[test]
    fn saturated_values_are_upper_bounds() {
        for family in [Likelihood::Binomial, Likelihood::Poisson] {
            let count = count(3.0, 20.0);
            let best = match family {
                Likelihood::Binomial => ln(3.0 / 17.0),
                Likelihood::Poisson => ln(3.0),
            };
            assert!((family.kernel(&count, best) - family.saturated(&count)).abs() < 1e-13);
            assert!(family.slopes(&count, best).0.abs() < 1e-13);
        }
    }
}
