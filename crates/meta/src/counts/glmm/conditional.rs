//! Two groups conditionally on their events together: exactly, by the non-central hypergeometric distribution of the
//! first group's events, or approximately, by a binomial one.

use euthymia_stats::hermite::gauss_hermite;
use euthymia_vecmath::scalar::{exp, ln, log_gamma};
use nalgebra::{DMatrix, DVector};

use super::fit::{Found, departure};
use super::optimum::maximise;
use super::study::Likelihood;
use super::{Count, Method, Options, Studies};
use crate::MetaError;
use crate::linear::inverse_spd;

/// Events of the first group among those of both, with the ratio of people or times as the offset of the odds. For rates
/// this is exact.
pub(super) fn approximate(studies: &Studies) -> Vec<Count> {
    studies
        .first
        .iter()
        .zip(&studies.second)
        .map(|(first, second)| Count {
            events: first.events,
            trials: first.events + second.events,
            offset: match studies.family {
                Likelihood::Binomial => ln(first.trials / second.trials),
                Likelihood::Poisson => first.offset - second.offset,
            },
        })
        .collect()
}

/// The events of the first group given those of both: Fisher's non-central hypergeometric distribution.
#[derive(Clone, Debug)]
pub(crate) struct Conditional {
    events: f64,
    n1: f64,
    n2: f64,
    both: f64,
    low: f64,
    high: f64,
}

impl Conditional {
    fn new(first: &Count, second: &Count) -> Self {
        let both = first.events + second.events;
        Self {
            events: first.events,
            n1: first.trials,
            n2: second.trials,
            both,
            low: (both - second.trials).max(0.0),
            high: first.trials.min(both),
        }
    }

    /// Logarithm of the number of ways to `x` events.
    fn ways(&self, x: f64) -> f64 {
        let choose = |n: f64, x: f64| log_gamma(n + 1.0) - log_gamma(x + 1.0) - log_gamma(n - x + 1.0);
        choose(self.n1, x) + choose(self.n2, self.both - x)
    }

    /// Log-probability of the events for a log odds ratio, the distance of the events from their mean, and the variance.
    fn at(&self, log_odds: f64) -> (f64, f64, f64) {
        let odds = exp(log_odds);
        // The largest term is where the ratio of the next one to it falls through 1; both sides are summed from there.
        let next =
            |x: f64| odds * (self.n1 - x) * (self.both - x) / ((x + 1.0) * (self.n2 - self.both + x + 1.0));
        let mode = self.mode(odds);
        let (mut sum, mut first, mut second) = (1.0, 0.0, 0.0);
        let mut add = |x: f64, term: f64| {
            let distance = x - mode;
            sum += term;
            first += term * distance;
            second += term * distance * distance;
            term > 1e-20 * sum
        };
        let (mut x, mut term) = (mode, 1.0);
        while x < self.high {
            term *= next(x);
            x += 1.0;
            if !add(x, term) {
                break;
            }
        }
        (x, term) = (mode, 1.0);
        while x > self.low {
            x -= 1.0;
            term /= next(x);
            if !add(x, term) {
                break;
            }
        }
        let mean = first / sum;
        let log = self.ways(self.events) - self.ways(mode) + (self.events - mode) * log_odds - ln(sum);
        (log, self.events - mode - mean, second / sum - mean * mean)
    }

    /// The most probable number of events, by the quadratic equation that the ratio of neighbours is 1.
    fn mode(&self, odds: f64) -> f64 {
        let (n1, n2, m) = (self.n1, self.n2, self.both);
        let a = odds - 1.0;
        let b = -(odds * (n1 + m + 2.0) + (n2 - m));
        let c = odds * (n1 + 1.0) * (m + 1.0);
        let root = (b * b - 4.0 * a * c).max(0.0).sqrt();
        // The form that does not cancel.
        let x = 2.0 * c / (-b + root);
        if x.is_finite() {
            x.floor().clamp(self.low, self.high)
        } else if odds > 1.0 {
            self.high
        } else {
            self.low
        }
    }

    /// Whether the own log odds ratio is infinite.
    fn is_extreme(&self) -> bool {
        self.events == self.low || self.events == self.high
    }

    /// The own log odds ratio by Newton's method, with its log-probability and information.
    fn own(&self) -> (f64, f64, f64) {
        let mut x = 0.0;
        for _ in 0..200 {
            let (_, slope, variance) = self.at(x);
            let step = (slope / variance).clamp(-2.0, 2.0);
            x += step;
            if step.abs() < 1e-13 * (1.0 + x.abs()) {
                break;
            }
        }
        let (log, _, variance) = self.at(x);
        (x, log, variance)
    }

    /// Log-probability with a normal log odds ratio around `mean`.
    fn marginal(&self, mean: f64, tau: f64, rule: &[(f64, f64)]) -> f64 {
        if tau == 0.0 {
            return self.at(mean).0;
        }
        let mut u: f64 = 0.0;
        let mut width = 1.0;
        let mut value = 0.0;
        for _ in 0..100 {
            let (log, slope, variance) = self.at(mean + tau * u);
            let curvature = 1.0 + tau * tau * variance;
            value = log - 0.5 * u * u;
            width = 1.0 / curvature.sqrt();
            let step = ((tau * slope - u) / curvature).clamp(-3.0, 3.0);
            if step.is_nan() || step.abs() < 1e-12 {
                break;
            }
            u += step;
        }
        let sum: f64 = rule
            .iter()
            .map(|(x, w)| {
                let at = u + width * x;
                w * exp(self.at(mean + tau * at).0 - 0.5 * at * at - value + 0.5 * x * x)
            })
            .sum();
        value + ln(width * sum)
    }
}

/// Points of the quadrature: with these the integrals are exact to ten digits and more.
const POINTS: usize = 31;

pub(super) fn exact(studies: &Studies, x: &DMatrix<f64>, options: &Options) -> Result<Found, MetaError> {
    let conditionals: Vec<Conditional> = studies
        .first
        .iter()
        .zip(&studies.second)
        .map(|(first, second)| Conditional::new(first, second))
        .collect();
    let k = conditionals.len();
    let mean = |i: usize, beta: &[f64]| -> f64 { (0..beta.len()).map(|j| x[(i, j)] * beta[j]).sum() };
    let (beta, vcov, ll_equal) = newton(&conditionals, x)?;
    let (mut theta, mut weights, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    let mut ll_saturated = 0.0;
    for (i, conditional) in conditionals.iter().enumerate() {
        // An infinite odds ratio makes the events certain.
        if !conditional.is_extreme() {
            let (own, log, information) = conditional.own();
            ll_saturated += log;
            theta.push(own);
            weights.push(information);
            kept.push(i);
        }
    }
    let precision = DMatrix::from_diagonal(&DVector::from_vec(weights));
    let mut found = Found {
        k,
        wald: departure(&theta, &precision, &x.select_rows(kept.iter())),
        beta: beta.as_slice().to_vec(),
        vcov,
        tau2: 0.0,
        sigma2: None,
        ll: ll_equal,
        ll_equal,
        ll_saturated,
    };
    if options.method == Method::EqualEffects {
        return Ok(found);
    }
    let rule = gauss_hermite(POINTS);
    let best = maximise(1, &found.beta, |scales, beta| {
        (0..k)
            .map(|i| conditionals[i].marginal(mean(i, beta), scales[0].abs(), &rule))
            .sum()
    })?;
    found.tau2 = best.scales[0] * best.scales[0];
    found.beta = best.rest;
    found.vcov = best.vcov;
    found.ll = best.ll;
    Ok(found)
}

/// The model with equal effects.
fn newton(
    conditionals: &[Conditional],
    x: &DMatrix<f64>,
) -> Result<(DVector<f64>, DMatrix<f64>, f64), MetaError> {
    let p = x.ncols();
    let mut beta = DVector::zeros(p);
    for _ in 0..200 {
        let mut slope = DVector::zeros(p);
        let mut information = DMatrix::zeros(p, p);
        let mut ll = 0.0;
        for (i, conditional) in conditionals.iter().enumerate() {
            let row = x.row(i).transpose();
            let (log, off, variance) = conditional.at((x.row(i) * &beta)[0]);
            ll += log;
            slope += &row * off;
            information += variance * &row * row.transpose();
        }
        let Some(inverse) = inverse_spd(&information) else {
            break;
        };
        let step = &inverse * slope;
        let longest = step.iter().fold(0.0, |longest: f64, s| longest.max(s.abs()));
        if longest < 1e-12 {
            return Ok((beta, inverse, ll));
        }
        beta += step * (2.0 / longest).min(1.0);
    }
    Err(MetaError::NotConverged {
        what: "the conditional model of the counts",
        reason: "a coefficient may be infinite, as where no study has events in one of the groups".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(events: f64, trials: f64) -> Count {
        Count {
            events,
            trials,
            offset: 0.0,
        }
    }

    #[test]
    fn probabilities_add_up_to_one() {
        for (n1, n2, both) in [(12.0, 20.0, 9.0), (5.0, 4.0, 6.0), (800.0, 700.0, 300.0)] {
            for log_odds in [-3.0, -0.4, 0.0, 1.3, 6.0] {
                let low: f64 = f64::max(both - n2, 0.0);
                let high: f64 = f64::min(n1, both);
                let (mut sum, mut score) = (0.0, 0.0);
                for x in low as i64..=high as i64 {
                    let x = x as f64;
                    let conditional = Conditional::new(&count(x, n1), &count(both - x, n2));
                    let (log, off, _) = conditional.at(log_odds);
                    sum += exp(log);
                    score += exp(log) * off;
                }
                assert!((sum - 1.0).abs() < 1e-9, "{n1} {n2} {both} {log_odds}: {sum}");
                assert!(score.abs() < 1e-7);
            }
        }
    }

    #[test]
    fn a_central_one_is_the_hypergeometric_distribution() {
        let conditional = Conditional::new(&count(3.0, 10.0), &count(2.0, 15.0));
        // C(10,3) C(15,2) / C(25,5).
        assert!((exp(conditional.at(0.0).0) - 120.0 * 105.0 / 53130.0).abs() < 1e-13);
        let (own, _, _) = conditional.own();
        assert!(conditional.at(own).1.abs() < 1e-12);
    }
}
