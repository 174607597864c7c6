//! Nagashima, Noma and Furukawa's interval (2019, doi:10.1177/0962280218773520): the uncertainty of tau2 is that of its
//! confidence distribution, `H(tau2) = P(Q > q; tau2)` with the exact distribution of Q.
//!
//! A draw of the true effect of a new study is `m(tau2) + z tau - t s(tau2)`, with tau2 from H, z normal, t with k - 1
//! degrees of freedom, and the weighted mean and Hartung's standard error at that tau2. Their bootstrap draws many; here
//! besides is the limit of infinitely many, by quadrature.

use euthymia_stats::optimize::root;
use euthymia_stats::quadratic_form::{Complex, Transform, below};
use euthymia_stats::quadrature::gauss_legendre;
use euthymia_stats::quantile::type7;
use euthymia_stats::random::{Purpose, Stream};
use euthymia_stats::{normal, student};
use euthymia_vecmath::scalar::ln;

use super::PredictionInterval;
use crate::MetaError;
use crate::pool::{Method, mean};

/// What the draws are for.
const DRAWS: Purpose = Purpose(42);

/// The distribution of Cochran's Q for one tau2: with `a_i = w_i (v_i + tau2)`, the transform is `prod (1 + 2 a_i
/// s)^(-1/2)` times `(sum w_i / (1 + 2 a_i s) / sum w_i)^(-1/2)`; no eigenvalue is needed.
struct CochranQ {
    w: Vec<f64>,
    a: Vec<f64>,
    total: f64,
}

impl CochranQ {
    fn new(vi: &[f64]) -> Self {
        let w: Vec<f64> = vi.iter().map(|v| 1.0 / v).collect();
        Self {
            total: w.iter().sum(),
            a: vec![1.0; w.len()],
            w,
        }
    }

    fn set(&mut self, vi: &[f64], tau2: f64) {
        for ((a, w), v) in self.a.iter_mut().zip(&self.w).zip(vi) {
            *a = w * (v + tau2);
        }
    }
}

impl Transform for CochranQ {
    fn logarithm(&self, s: f64) -> [f64; 4] {
        let mut sum = [0.0; 4];
        // The mean of 1 / (1 + 2 a s) and its derivatives.
        let mut g = [0.0; 4];
        for (w, a) in self.w.iter().zip(&self.a) {
            let x = 1.0 + 2.0 * a * s;
            let ratio = a / x;
            sum[0] -= 0.5 * ln(x);
            sum[1] -= ratio;
            sum[2] += 2.0 * ratio * ratio;
            sum[3] -= 8.0 * ratio * ratio * ratio;
            let part = w / (self.total * x);
            g[0] += part;
            g[1] -= 2.0 * ratio * part;
            g[2] += 8.0 * ratio * ratio * part;
            g[3] -= 48.0 * ratio * ratio * ratio * part;
        }
        let (d1, d2, d3) = (g[1] / g[0], g[2] / g[0], g[3] / g[0]);
        sum[0] -= 0.5 * ln(g[0]);
        sum[1] -= 0.5 * d1;
        sum[2] -= 0.5 * (d2 - d1 * d1);
        sum[3] -= 0.5 * (d3 - 3.0 * d1 * d2 + 2.0 * d1 * d1 * d1);
        sum
    }

    fn at(&self, s: Complex) -> Complex {
        let mut product = Complex { re: 1.0, im: 0.0 };
        let mut mean = Complex { re: 0.0, im: 0.0 };
        for (w, a) in self.w.iter().zip(&self.a) {
            let factor = Complex {
                re: 1.0 + 2.0 * a * s.re,
                im: 2.0 * a * s.im,
            };
            let inverse = factor.inverse();
            product = product * inverse.sqrt();
            mean.re += w / self.total * inverse.re;
            mean.im += w / self.total * inverse.im;
        }
        product * mean.sqrt().inverse()
    }
}

/// The confidence distribution of tau2.
struct Distribution<'d> {
    yi: &'d [f64],
    vi: &'d [f64],
    form: CochranQ,
    q: f64,
    /// Its mass at 0.
    at_zero: f64,
    scale: f64,
}

/// Beyond this many typical variances tau2 counts as infinite.
const FAR: f64 = 1e12;

impl<'d> Distribution<'d> {
    fn new(yi: &'d [f64], vi: &'d [f64]) -> Result<Self, MetaError> {
        if yi.len() < 2 {
            return Err(MetaError::TooFew {
                what: "a prediction interval",
                needed: 2,
                found: yi.len(),
            });
        }
        let fixed = mean(yi, vi, Method::EqualEffects, None)
            .ok_or_else(|| MetaError::NoAnswer("a sampling variance is not positive".to_owned()))?;
        let mut found = Self {
            yi,
            vi,
            form: CochranQ::new(vi),
            q: fixed.q,
            at_zero: 0.0,
            scale: vi.iter().sum::<f64>() / vi.len() as f64,
        };
        found.at_zero = found.above(0.0);
        Ok(found)
    }

    fn above(&mut self, tau2: f64) -> f64 {
        self.form.set(self.vi, tau2);
        1.0 - below(&self.form, self.q)
    }

    /// The tau2 whose H is `u`.
    fn quantile(&mut self, u: f64, from: f64) -> f64 {
        if u <= self.at_zero {
            return 0.0;
        }
        let (mut low, mut high) = (from, from.max(0.1 * self.scale) * 1.5);
        if self.above(low) > u {
            low = 0.0;
        }
        let limit = FAR * self.scale;
        while self.above(high) < u {
            low = high;
            high *= 4.0;
            if high > limit {
                return limit;
            }
        }
        root(low, high, 1e-12 * self.scale, |tau2| self.above(tau2) - u).unwrap_or(limit)
    }

    /// The weighted mean at a tau2, and Hartung's variance of it.
    fn mean_at(&self, tau2: f64) -> (f64, f64) {
        let (mut total, mut sum) = (0.0, 0.0);
        for (y, v) in self.yi.iter().zip(self.vi) {
            total += 1.0 / (v + tau2);
            sum += y / (v + tau2);
        }
        let mu = sum / total;
        let rest: f64 = self
            .yi
            .iter()
            .zip(self.vi)
            .map(|(y, v)| (y - mu) * (y - mu) / (v + tau2))
            .sum();
        (mu, rest / ((self.yi.len() as f64 - 1.0) * total))
    }
}

/// One tau2 of the confidence distribution, with what a draw needs there.
struct Node {
    weight: f64,
    mu: f64,
    s: f64,
    tau: f64,
}

/// The interval for infinitely many draws.
///
/// # Errors
/// Fewer than two studies, or a variance that is not positive.
pub fn confidence_distribution_interval(
    yi: &[f64],
    vi: &[f64],
    level: f64,
) -> Result<PredictionInterval, MetaError> {
    let mut distribution = Distribution::new(yi, vi)?;
    let df = yi.len() as f64 - 1.0;
    let mut nodes = Vec::new();
    let mut push = |distribution: &Distribution<'_>, weight: f64, tau2: f64| {
        let (mu, variance) = distribution.mean_at(tau2);
        nodes.push(Node {
            weight,
            mu,
            s: variance.sqrt(),
            tau: tau2.sqrt(),
        });
    };
    let zero = distribution.at_zero;
    push(&distribution, zero, 0.0);
    // u = 1 - (1 - H(0)) x^4: nodes crowd where tau2 goes to infinity.
    let mut last = 0.0;
    for (x, weight) in gauss_legendre(80).into_iter().rev() {
        let x = 0.5 * (x + 1.0);
        let u = 1.0 - (1.0 - zero) * x.powi(4);
        last = distribution.quantile(u, last);
        push(&distribution, (1.0 - zero) * 2.0 * x.powi(3) * weight, last);
    }
    // Quantiles of t with equal probabilities between, by the same rule.
    let t: Vec<(f64, f64)> = gauss_legendre(60)
        .into_iter()
        .flat_map(|(x, weight)| {
            // Cubic towards both ends, where t is far out.
            let half = 0.5 * (x + 1.0);
            let p = 0.5 * half.powi(3);
            let weight = 0.75 * half * half * weight;
            let quantile = student::quantile(df, p);
            [(quantile, weight), (-quantile, weight)]
        })
        .collect();
    let predicted = |x: f64| {
        nodes
            .iter()
            .map(|node| {
                let inner: f64 = if node.tau == 0.0 {
                    student::cdf(df, (x - node.mu) / node.s)
                } else {
                    t.iter()
                        .map(|(t, w)| w * normal::cdf((x - node.mu + t * node.s) / node.tau))
                        .sum()
                };
                node.weight * inner
            })
            .sum::<f64>()
    };
    let pooled = |x: f64| {
        nodes
            .iter()
            .map(|node| node.weight * student::cdf(df, (x - node.mu) / node.s))
            .sum::<f64>()
    };
    let found = mean(yi, vi, Method::DerSimonianLaird, None)
        .ok_or_else(|| MetaError::NoAnswer("a sampling variance is not positive".to_owned()))?;
    let outside = 0.5 * (1.0 - level);
    let width = (found.tau2 + found.variance).sqrt();
    let bound = |f: &dyn Fn(f64) -> f64, p: f64| {
        let mut half = 2.0 * width;
        while half < 1e12 * width && (f(found.mu - half) > p || f(found.mu + half) < p) {
            half *= 2.0;
        }
        root(found.mu - half, found.mu + half, 1e-10 * width, |x| f(x) - p).ok_or_else(|| {
            MetaError::NotConverged {
                what: "a prediction interval",
                reason: "a bound was not found".to_owned(),
            }
        })
    };
    Ok(PredictionInterval {
        mu: found.mu,
        pi: Some((bound(&predicted, outside)?, bound(&predicted, 1.0 - outside)?)),
        ci: (bound(&pooled, outside)?, bound(&pooled, 1.0 - outside)?),
        tau2: found.tau2,
        variance: None,
        pi_df: df,
        ci_df: df,
    })
}

/// The interval from `draws` draws with keyed random numbers, as the bootstrap of the paper.
///
/// # Errors
/// Fewer than two studies, or a variance that is not positive.
pub fn simulate_confidence_distribution(
    yi: &[f64],
    vi: &[f64],
    level: f64,
    draws: u32,
    seed: u64,
) -> Result<PredictionInterval, MetaError> {
    let mut distribution = Distribution::new(yi, vi)?;
    let found = mean(yi, vi, Method::DerSimonianLaird, None)
        .ok_or_else(|| MetaError::NoAnswer("a sampling variance is not positive".to_owned()))?;
    let df = yi.len() as f64 - 1.0;
    let stream = Stream::new(seed);
    let mut effects = Vec::with_capacity(draws as usize);
    let mut means = Vec::with_capacity(draws as usize);
    for draw in 0..draws {
        let at = stream.at(DRAWS, draw, 0);
        let tau2 = distribution.quantile(at.uniform(0), found.tau2);
        let (mu, variance) = distribution.mean_at(tau2);
        let t = student::quantile(df, at.uniform(1));
        let about = mu - t * variance.sqrt();
        means.push(about);
        effects.push(about + at.normal(2) * tau2.sqrt());
    }
    let outside = 0.5 * (1.0 - level);
    let bounds = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        (type7(&values, outside), type7(&values, 1.0 - outside))
    };
    Ok(PredictionInterval {
        mu: found.mu,
        pi: Some(bounds(effects)),
        ci: bounds(means),
        tau2: found.tau2,
        variance: None,
        pi_df: df,
        ci_df: df,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::{Data, GeneralisedQ};

    const YI: [f64; 5] = [0.1, 0.5, -0.2, 0.9, 0.3];
    const VI: [f64; 5] = [0.04, 0.09, 0.02, 0.20, 0.05];

    /// The same distribution by eigenvalues.
    #[test]
    fn agrees_with_eigenvalues() {
        let data = Data::without_moderators(YI.to_vec(), VI.to_vec());
        let weights = VI.iter().map(|v| 1.0 / v).collect();
        let by_eigenvalues = GeneralisedQ::new(&data, weights).unwrap();
        let mut distribution = Distribution::new(&YI, &VI).unwrap();
        for tau2 in [0.0, 0.01, 0.1, 1.0, 30.0] {
            let (a, b) = (distribution.above(tau2), by_eigenvalues.above(tau2));
            assert!((a - b).abs() < 1e-12, "{tau2} {a} {b}");
        }
    }

    #[test]
    fn the_bootstrap_comes_near_its_limit() {
        let limit = confidence_distribution_interval(&YI, &VI, 0.9).unwrap();
        let drawn = simulate_confidence_distribution(&YI, &VI, 0.9, 4000, 3).unwrap();
        let (wide, wide_drawn) = (limit.pi.unwrap(), drawn.pi.unwrap());
        for (a, b) in [
            (wide.0, wide_drawn.0),
            (wide.1, wide_drawn.1),
            (limit.ci.0, drawn.ci.0),
            (limit.ci.1, drawn.ci.1),
        ] {
            assert!((a - b).abs() < 0.08, "{a} {b}");
        }
    }
}
