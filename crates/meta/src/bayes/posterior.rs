//! The posterior: of tau a density, of the mean, of a new study and of each study a mixture of normals over tau.

use euthymia_stats::normal;
use euthymia_stats::optimize::{golden, root};
use euthymia_stats::quadrature::gauss_legendre;
use euthymia_vecmath::scalar::{exp, ln};

use super::rule::{Axis, NODES, PIECES, given_tau};
use super::summary::{bounds, highest};
use super::{IntervalKind, MeanPrior, Summary, TauPrior};
use crate::MetaError;
use crate::pool::{self, Method};

/// The true effect of a study.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Theta {
    /// Posterior mean.
    pub mean: f64,
    /// Posterior standard deviation.
    pub sd: f64,
}

/// A value of tau with its probability, and the mean given it.
#[derive(Clone, Copy, Debug)]
struct Node {
    tau: f64,
    weight: f64,
    mean: f64,
    variance: f64,
}

/// The posterior of the normal-normal model.
#[derive(Clone, Debug)]
pub struct Posterior {
    yi: Vec<f64>,
    vi: Vec<f64>,
    tau_prior: TauPrior,
    mean_prior: MeanPrior,
    /// Logarithm of the integral of prior and likelihood.
    ln_integral: f64,
    ln_prior_integral: f64,
    nodes: Vec<Node>,
    /// Bounds of the pieces, and the probability below each.
    edges: Vec<(f64, f64)>,
    axis: Axis,
}

impl Posterior {
    /// The posterior of studies under priors.
    ///
    /// # Errors
    /// No study, a variance that is not positive, or priors so wide that the posterior is none.
    pub fn new(
        yi: &[f64],
        vi: &[f64],
        tau_prior: TauPrior,
        mean_prior: MeanPrior,
    ) -> Result<Self, MetaError> {
        if yi.is_empty() {
            return Err(MetaError::TooFew {
                what: "a posterior",
                needed: 1,
                found: 0,
            });
        }
        if vi.iter().any(|v| v.is_nan() || *v <= 0.0) {
            return Err(MetaError::NoAnswer(
                "a sampling variance is not positive".to_owned(),
            ));
        }
        let mut posterior = Self {
            yi: yi.to_vec(),
            vi: vi.to_vec(),
            tau_prior,
            mean_prior,
            ln_integral: 0.0,
            ln_prior_integral: 0.0,
            nodes: Vec::new(),
            edges: Vec::new(),
            axis: Axis { scale: 1.0 },
        };
        if posterior.tail() <= 1.0 {
            return Err(MetaError::NoAnswer(format!(
                "with {} studies this prior of tau leaves no posterior: take a proper one, as half-normal",
                yi.len()
            )));
        }
        posterior.axis.scale = posterior.width();
        if posterior.tau_prior == TauPrior::Conventional {
            posterior.normalise_prior();
        }
        posterior.build()?;
        Ok(posterior)
    }

    /// The power of tau that the posterior falls with.
    fn tail(&self) -> f64 {
        let k = self.yi.len() as f64;
        let likelihood = match self.mean_prior {
            MeanPrior::Uniform => k - 1.0,
            MeanPrior::Normal { .. } => k,
        };
        self.tau_prior.tail() + likelihood
    }

    /// Where tau is probably of the size of: sampling error and spread of the studies.
    fn width(&self) -> f64 {
        let k = self.yi.len() as f64;
        let mean = self.yi.iter().sum::<f64>() / k;
        let spread = self.yi.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / k;
        let harmonic = k / self.vi.iter().map(|v| 1.0 / v).sum::<f64>();
        (spread + harmonic / k).sqrt()
    }

    fn ln_prior(&self, tau: f64) -> f64 {
        self.tau_prior.ln_density(tau, &self.vi) - self.ln_prior_integral
    }

    fn normalise_prior(&mut self) {
        let sum: f64 = self
            .rule()
            .map(|(_, tau, weight)| weight * exp(self.ln_prior(tau)))
            .sum();
        self.ln_prior_integral = ln(sum);
    }

    /// Pieces, taus and weights of the rule, in order.
    fn rule(&self) -> impl Iterator<Item = (usize, f64, f64)> + use<> {
        let axis = self.axis;
        let nodes = gauss_legendre(NODES);
        (0..PIECES).flat_map(move |piece| {
            let low = piece as f64 / PIECES as f64;
            let half = 0.5 / PIECES as f64;
            nodes
                .iter()
                .map(|(x, weight)| {
                    let (tau, slope) = axis.at(low + half * (x + 1.0));
                    (piece, tau, weight * half * slope)
                })
                .collect::<Vec<_>>()
        })
    }

    /// Logarithm of prior times likelihood of tau.
    fn height(&self, tau: f64) -> f64 {
        let value = self.ln_prior(tau) + given_tau(&self.yi, &self.vi, self.mean_prior, tau).2;
        if value.is_nan() { f64::NEG_INFINITY } else { value }
    }

    fn build(&mut self) -> Result<(), MetaError> {
        let rule: Vec<(usize, f64, f64)> = self.rule().collect();
        let heights: Vec<f64> = rule.iter().map(|(_, tau, _)| self.height(*tau)).collect();
        let top = heights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let parts: Vec<f64> = rule
            .iter()
            .zip(&heights)
            .map(|((_, _, weight), height)| weight * exp(height - top))
            .collect();
        let whole: f64 = parts.iter().sum();
        if !(whole > 0.0 && whole.is_finite()) {
            return Err(MetaError::NoAnswer(
                "the posterior of tau cannot be integrated".to_owned(),
            ));
        }
        self.ln_integral = top + ln(whole);
        let mut below = 0.0;
        let mut in_piece = vec![0.0; PIECES];
        for ((piece, tau, _), part) in rule.into_iter().zip(parts) {
            in_piece[piece] += part / whole;
            let (mean, variance, _) = given_tau(&self.yi, &self.vi, self.mean_prior, tau);
            self.nodes.push(Node {
                tau,
                weight: part / whole,
                mean,
                variance,
            });
        }
        for (piece, inside) in in_piece.into_iter().enumerate() {
            self.edges.push((piece as f64 / PIECES as f64, below));
            below += inside;
        }
        self.edges.push((1.0, 1.0));
        Ok(())
    }

    /// Probability of a tau below that of `u`.
    fn below_u(&self, u: f64) -> f64 {
        let u = u.clamp(0.0, 1.0);
        let piece = ((u * PIECES as f64) as usize).min(PIECES - 1);
        let (low, below) = self.edges[piece];
        let half = 0.5 * (u - low);
        let inside: f64 = gauss_legendre(NODES)
            .into_iter()
            .map(|(x, weight)| {
                let (tau, slope) = self.axis.at(low + half * (x + 1.0));
                let density = exp(self.height(tau) - self.ln_integral) * slope * half * weight;
                if density.is_finite() { density } else { 0.0 }
            })
            .sum();
        below + inside
    }

    /// Probability of a tau below this.
    #[must_use]
    pub fn below_tau(&self, tau: f64) -> f64 {
        if tau <= 0.0 {
            return 0.0;
        }
        let u = root(0.0, 1.0 - 1e-12, 1e-15, |u| self.axis.at(u).0 - tau).unwrap_or(1.0);
        self.below_u(u)
    }

    /// Posterior density of tau.
    #[must_use]
    pub fn tau_density(&self, tau: f64) -> f64 {
        if tau < 0.0 {
            return 0.0;
        }
        exp(self.height(tau) - self.ln_integral)
    }

    /// The tau with the probability `p` below it.
    #[must_use]
    pub fn tau_quantile(&self, p: f64) -> f64 {
        let piece = self.edges.iter().rposition(|(_, below)| *below <= p).unwrap_or(0);
        let low = self.edges[piece.min(PIECES - 1)].0;
        let high = self.edges[(piece + 1).min(PIECES)].0;
        let u = root(low, high, 1e-13, |u| self.below_u(u) - p).unwrap_or(if p <= 0.0 { low } else { high });
        self.axis.at(u.min(1.0 - 1e-12)).0
    }

    /// Summary of tau.
    #[must_use]
    pub fn tau(&self, kind: IntervalKind, level: f64) -> Summary {
        let moment = |power: i32, about: f64| -> f64 {
            self.nodes
                .iter()
                .map(|node| node.weight * (node.tau - about).powi(power))
                .sum()
        };
        let mean = (self.tail() > 2.0).then(|| moment(1, 0.0));
        let sd = mean
            .filter(|_| self.tail() > 3.0)
            .map(|mean| moment(2, mean).sqrt());
        let (lower, upper) = bounds(kind, level, |p| self.tau_quantile(p));
        Summary {
            mode: highest(|tau| self.height(tau), self.tau_quantile(0.99)),
            median: self.tau_quantile(0.5),
            mean,
            sd,
            lower,
            upper,
        }
    }

    /// Summary of the mean.
    #[must_use]
    pub fn mean(&self, kind: IntervalKind, level: f64) -> Summary {
        // The variance of the mean grows with tau2 unless its prior bounds it.
        let bounded = matches!(self.mean_prior, MeanPrior::Normal { .. });
        self.mixture(kind, level, bounded, |node| (node.mean, node.variance))
    }

    /// Summary of the true effect of a new study.
    #[must_use]
    pub fn predictive(&self, kind: IntervalKind, level: f64) -> Summary {
        self.mixture(kind, level, false, |node| {
            (node.mean, node.variance + node.tau * node.tau)
        })
    }

    /// Summary of the true effect of each study.
    #[must_use]
    pub fn theta(&self) -> Vec<Theta> {
        let study = |(y, v): (&f64, &f64)| {
            let given = |node: &Node| {
                let share = v / (v + node.tau * node.tau);
                (
                    (1.0 - share) * y + share * node.mean,
                    (1.0 - share) * v + share * share * node.variance,
                )
            };
            let mean: f64 = self.nodes.iter().map(|node| node.weight * given(node).0).sum();
            let variance: f64 = self
                .nodes
                .iter()
                .map(|node| {
                    let (centre, variance) = given(node);
                    node.weight * ((centre - mean) * (centre - mean) + variance)
                })
                .sum();
            Theta {
                mean,
                sd: variance.sqrt(),
            }
        };
        self.yi.iter().zip(&self.vi).map(study).collect()
    }

    fn mixture(
        &self,
        kind: IntervalKind,
        level: f64,
        bounded: bool,
        of: impl Fn(&Node) -> (f64, f64),
    ) -> Summary {
        let parts: Vec<(f64, f64, f64)> = self
            .nodes
            .iter()
            .filter(|node| node.weight > 0.0)
            .map(|node| {
                let (centre, variance) = of(node);
                (node.weight, centre, variance.sqrt())
            })
            .collect();
        let below = |x: f64| -> f64 {
            parts
                .iter()
                .map(|(weight, centre, sd)| weight * normal::cdf((x - centre) / sd))
                .sum()
        };
        let mean: f64 = parts.iter().map(|(weight, centre, _)| weight * centre).sum();
        let variance: f64 = parts
            .iter()
            .map(|(weight, centre, sd)| weight * ((centre - mean) * (centre - mean) + sd * sd))
            .sum();
        let width = self.axis.scale;
        let quantile = |p: f64| {
            let mut half = 4.0 * width;
            while half < 1e15 * width && (below(mean - half) > p || below(mean + half) < p) {
                half *= 2.0;
            }
            root(mean - half, mean + half, 1e-13 * width, |x| below(x) - p).unwrap_or(f64::NAN)
        };
        let density = |x: f64| -> f64 {
            parts
                .iter()
                .map(|(weight, centre, sd)| weight / sd * normal::density((x - centre) / sd))
                .sum()
        };
        let (lower, upper) = bounds(kind, level, quantile);
        let (mode, _) = golden(quantile(0.1), quantile(0.9), 1e-9 * width, |x| -density(x));
        Summary {
            mode,
            median: quantile(0.5),
            mean: Some(mean),
            sd: (bounded || self.tail() > 3.0).then(|| variance.sqrt()),
            lower,
            upper,
        }
    }

    /// Most likely tau and mean together.
    #[must_use]
    pub fn joint_maximum_likelihood(&self) -> (f64, f64) {
        let found = pool::mean(&self.yi, &self.vi, Method::MaximumLikelihood, None);
        found.map_or((f64::NAN, f64::NAN), |found| (found.tau2.sqrt(), found.mu))
    }

    /// Most likely tau with the mean integrated out, and most likely mean with tau integrated out over its prior.
    #[must_use]
    pub fn marginal_maximum_likelihood(&self) -> (f64, f64) {
        let upper = self.tau_quantile(0.999).max(4.0 * self.axis.scale);
        let tau = highest(|tau| given_tau(&self.yi, &self.vi, self.mean_prior, tau).2, upper);
        // Given tau the likelihood of the mean is normal: a mixture weighed by prior and likelihood under a flat prior.
        let mut parts = Vec::with_capacity(self.nodes.len());
        for (_, at, weight) in self.rule() {
            let (centre, variance, value) = given_tau(&self.yi, &self.vi, MeanPrior::Uniform, at);
            parts.push((ln(weight) + value + self.ln_prior(at), centre, variance.sqrt()));
        }
        let top = parts.iter().fold(f64::NEG_INFINITY, |top, part| top.max(part.0));
        let likelihood = |x: f64| -> f64 {
            parts
                .iter()
                .map(|(height, centre, sd)| exp(height - top) / sd * normal::density((x - centre) / sd))
                .sum()
        };
        let (low, high) = self
            .yi
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| {
                (low.min(*y), high.max(*y))
            });
        let (mean, _) = golden(low, high, 1e-9 * self.axis.scale, |x| -likelihood(x));
        (tau, mean)
    }

    /// Most probable tau and mean together.
    #[must_use]
    pub fn joint_mode(&self) -> (f64, f64) {
        // Given tau the most probable mean is its conditional mean, with a density that its variance tells.
        let height = |tau: f64| {
            let (_, variance, value) = given_tau(&self.yi, &self.vi, self.mean_prior, tau);
            let height = self.ln_prior(tau) + value - 0.5 * ln(variance);
            if height.is_nan() {
                f64::NEG_INFINITY
            } else {
                height
            }
        };
        let tau = if self.ln_prior(0.0) == f64::INFINITY {
            0.0
        } else {
            highest(height, self.tau_quantile(0.999).max(self.axis.scale))
        };
        (tau, given_tau(&self.yi, &self.vi, self.mean_prior, tau).0)
    }

    /// Logarithm of the marginal likelihood; none where a prior is improper.
    #[must_use]
    pub fn ln_marginal_likelihood(&self) -> Option<f64> {
        let proper = self.tau_prior.is_proper() && matches!(self.mean_prior, MeanPrior::Normal { .. });
        proper.then_some(self.ln_integral)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YI: [f64; 4] = [0.3, -0.1, 0.8, 0.2];
    const VI: [f64; 4] = [0.04, 0.09, 0.05, 0.2];

    /// A prior that holds tau at 0 leaves the equal-effects model, in closed form.
    #[test]
    fn no_heterogeneity_is_closed_form() {
        let posterior = Posterior::new(&YI, &VI, TauPrior::HalfNormal(1e-6), MeanPrior::Uniform).unwrap();
        let fixed = pool::mean(&YI, &VI, Method::EqualEffects, None).unwrap();
        let found = posterior.mean(IntervalKind::Central, 0.95);
        assert!((found.mean.unwrap() - fixed.mu).abs() < 1e-9);
        assert!((found.sd.unwrap() - fixed.variance.sqrt()).abs() < 1e-9);
        assert!((found.upper - fixed.mu - 1.959_963_984_540_054 * fixed.variance.sqrt()).abs() < 1e-8);
    }

    /// Equal variances with a flat prior on the mean: tau2 + v is a scaled inverse chi-square where the prior is uniform
    /// on ln(tau2 + v); what is left of it under the uniform prior on tau is integrated by another rule.
    #[test]
    fn agrees_with_another_rule() {
        let (v, yi) = (0.05, [0.3, -0.1, 0.8, 0.2, 0.5, -0.4]);
        let posterior = Posterior::new(&yi, &[v; 6], TauPrior::Uniform, MeanPrior::Uniform).unwrap();
        let mean = yi.iter().sum::<f64>() / 6.0;
        let squares: f64 = yi.iter().map(|y| (y - mean) * (y - mean)).sum();
        let density = |tau: f64| {
            let s = v + tau * tau;
            exp(-2.5 * ln(s) - 0.5 * squares / s)
        };
        let integral = |f: &dyn Fn(f64) -> f64| {
            euthymia_stats::quadrature::integrate(0.0, 1.0, 1e-12, 0.0, |x| {
                let tau = x / (1.0 - x);
                f(tau) * density(tau) / ((1.0 - x) * (1.0 - x))
            })
            .value
        };
        let whole = integral(&|_| 1.0);
        let expected = integral(&|tau| tau) / whole;
        let tau = posterior.tau(IntervalKind::Central, 0.9);
        assert!((tau.mean.unwrap() - expected).abs() < 1e-9 * expected);
        assert!((posterior.tau_density(0.3) - density(0.3) / whole).abs() < 1e-9);
        // Intervals hold what they say.
        let inside = posterior.below_tau(tau.upper) - posterior.below_tau(tau.lower);
        assert!((inside - 0.9).abs() < 1e-9, "{inside}");
        let short = posterior.tau(IntervalKind::Shortest, 0.9);
        assert!(short.upper - short.lower < tau.upper - tau.lower);
    }

    #[test]
    fn too_little_data_for_an_improper_prior() {
        let refused = Posterior::new(&YI[..2], &VI[..2], TauPrior::Uniform, MeanPrior::Uniform);
        assert!(refused.is_err());
        let three = Posterior::new(&YI[..3], &VI[..3], TauPrior::Uniform, MeanPrior::Uniform).unwrap();
        assert_eq!(three.tau(IntervalKind::Central, 0.95).mean, None, "infinite");
        assert!(Posterior::new(&[], &[], TauPrior::HalfNormal(1.0), MeanPrior::Uniform).is_err());
    }
}
