//! The likelihood of effects that were seen because of their p-values.

use euthymia_stats::{normal, quadrature};
use euthymia_vecmath::scalar::ln;
use nalgebra::DMatrix;

use super::weight::Form;
use super::{Alternative, Integration, Options};

/// Beyond this many standard errors a p-value is 0 or 1.
const FAR: f64 = 38.0;

/// What does not change while the parameters do.
pub(super) struct Likelihood<'d> {
    yi: &'d [f64],
    vi: &'d [f64],
    sei: Vec<f64>,
    x: &'d DMatrix<f64>,
    form: Form,
    alternative: Alternative,
    pub(super) steps: Vec<f64>,
    precision: Option<&'d [f64]>,
    /// P-value of each study.
    p: Vec<f64>,
    /// Interval of each study, for step functions.
    group: Vec<usize>,
    /// z at the bounds of the intervals, for step functions.
    cuts: Vec<f64>,
    /// z, weight of the node and p-value there, for curves.
    nodes: Vec<(f64, f64, f64)>,
}

fn p_value(alternative: Alternative, z: f64) -> f64 {
    match alternative {
        Alternative::TwoSided => normal::two_sided(z),
        Alternative::Greater => normal::cdf(-z),
        Alternative::Less => normal::cdf(z),
    }
}

/// Probability of a normal z in [low, high], from the tail that keeps the digits.
fn between(low: f64, high: f64) -> f64 {
    if low > 0.0 {
        normal::cdf(-low) - normal::cdf(-high)
    } else {
        normal::cdf(high) - normal::cdf(low)
    }
}

impl<'d> Likelihood<'d> {
    pub(super) fn new(
        yi: &'d [f64],
        vi: &'d [f64],
        x: &'d DMatrix<f64>,
        options: &'d Options,
        steps: Vec<f64>,
    ) -> Self {
        let sei: Vec<f64> = vi.iter().map(|v| v.sqrt()).collect();
        let least = options.form.least_p();
        let p: Vec<f64> = yi
            .iter()
            .zip(&sei)
            .map(|(y, s)| p_value(options.alternative, y / s).max(least).min(1.0 - least))
            .collect();
        let group = p
            .iter()
            .map(|p| steps.iter().position(|step| p <= step).unwrap_or(0))
            .collect();
        let mut likelihood = Self {
            yi,
            vi,
            sei,
            x,
            form: options.form,
            alternative: options.alternative,
            precision: options.precision.as_deref(),
            p,
            group,
            cuts: Vec::new(),
            nodes: Vec::new(),
            steps,
        };
        let two_sided = options.alternative == Alternative::TwoSided;
        match options.form {
            Form::Step { .. } => {
                // The last bound is 1.
                let inner = &likelihood.steps[..likelihood.steps.len() - 1];
                let z = |step: &f64| -normal::quantile(if two_sided { 0.5 * step } else { *step });
                likelihood.cuts = inner.iter().map(z).collect();
            }
            Form::Truncated => {}
            _ => likelihood.nodes = likelihood.nodes(two_sided, least),
        }
        likelihood
    }

    /// Gauss-Legendre nodes in z, with panels that end where the curve has a kink.
    fn nodes(&self, two_sided: bool, least: f64) -> Vec<(f64, f64, f64)> {
        let mut ends: Vec<f64> = (-76..=76).map(|i| 0.5 * f64::from(i)).collect();
        let kinks = self.steps.iter().copied().chain([least, 1.0 - least]);
        for p in kinks.filter(|p| *p > 0.0 && *p < 1.0) {
            let z = normal::quantile(if two_sided { 0.5 * p } else { p });
            ends.extend([z, -z]);
        }
        if two_sided {
            // Near z = 0 the p-value is near 1, and a power of what is left has no slope there: finer towards it.
            let mut end = 0.25;
            while end > 1e-6 {
                ends.extend([end, -end]);
                end *= 0.5;
            }
        }
        ends.sort_by(f64::total_cmp);
        let rule = quadrature::gauss_legendre(8);
        let mut nodes = Vec::new();
        for pair in ends.windows(2).filter(|pair| pair[1] - pair[0] > 1e-12) {
            let (center, half) = (0.5 * (pair[0] + pair[1]), 0.5 * (pair[1] - pair[0]));
            for (at, weight) in &rule {
                let (z, weight) = (center + half * at, half * weight);
                let p = p_value(self.alternative, z).max(least).min(1.0 - least);
                nodes.push((z, weight, p));
            }
        }
        nodes
    }

    pub(super) fn mean_variance(&self) -> f64 {
        self.vi.iter().sum::<f64>() / self.vi.len() as f64
    }

    /// Whether the form is a curve, whose mean is an integral.
    pub(super) fn has_curve(&self) -> bool {
        !self.nodes.is_empty()
    }

    /// How many studies each interval holds.
    pub(super) fn counts(&self) -> Vec<usize> {
        let count = |j| self.group.iter().filter(|group| **group == j).count();
        (0..self.steps.len()).map(count).collect()
    }

    fn precision(&self, study: usize) -> f64 {
        self.precision.map_or(1.0, |precision| precision[study])
    }

    /// The log-likelihood; no number where a study could not have been seen.
    pub(super) fn ln(&self, beta: &[f64], tau2: f64, delta: &[f64], integration: Integration) -> f64 {
        // Curves at the nodes, once for all studies where precision plays no part.
        let shared: Option<Vec<f64>> =
            (integration == Integration::Exact && self.precision.is_none()).then(|| {
                self.nodes
                    .iter()
                    .map(|(_, _, p)| self.curve(*p, delta, 0))
                    .collect()
            });
        let mut sum = 0.0;
        for (i, y) in self.yi.iter().enumerate() {
            let mean: f64 = beta.iter().enumerate().map(|(j, b)| self.x[(i, j)] * b).sum();
            let sd = (self.vi[i] + tau2).sqrt();
            let z = (y - mean) / sd;
            let (seen, chance) = match self.form {
                Form::Step { .. } => (delta[self.group[i]], self.step_chance(i, mean, sd, delta)),
                Form::Truncated => self.truncated(*y, mean, sd, delta[0]),
                _ => {
                    let chance = match integration {
                        Integration::Exact => self.curve_chance(i, mean, sd, delta, shared.as_deref()),
                        Integration::Adaptive(tolerance) => {
                            self.adaptive_chance(i, mean, sd, delta, tolerance)
                        }
                    };
                    (self.curve(self.p[i], delta, i), chance)
                }
            };
            if !(seen > 0.0 && chance > 0.0 && chance.is_finite()) {
                return f64::NAN;
            }
            const HALF_LN_TAU: f64 = 0.918_938_533_204_672_7;
            sum += ln(seen) - HALF_LN_TAU - ln(sd) - 0.5 * z * z - ln(chance);
        }
        sum
    }

    fn curve(&self, p: f64, delta: &[f64], study: usize) -> f64 {
        self.form.at(p, delta, self.precision(study), &self.steps)
    }

    fn step_chance(&self, i: usize, mean: f64, sd: f64, delta: &[f64]) -> f64 {
        let at = |z: f64| (z * self.sei[i] - mean) / sd;
        // Intervals of p-values from 0 on are intervals of z from the far end inwards.
        let inwards = |sign: f64| {
            let mut before = f64::INFINITY;
            let mut chance = 0.0;
            for (j, delta) in delta.iter().enumerate() {
                let cut = match self.cuts.get(j) {
                    Some(cut) => *cut,
                    None if self.alternative == Alternative::TwoSided => 0.0,
                    None => f64::NEG_INFINITY,
                };
                let now = sign * at(sign * cut);
                chance += delta * between(now, before);
                before = now;
            }
            chance
        };
        match self.alternative {
            Alternative::Greater => inwards(1.0),
            Alternative::Less => inwards(-1.0),
            Alternative::TwoSided => inwards(1.0) + inwards(-1.0),
        }
    }

    fn truncated(&self, y: f64, mean: f64, sd: f64, delta: f64) -> (f64, f64) {
        let cut = self.steps[0];
        let (inside, outside) = if self.alternative == Alternative::Less {
            (y < cut, normal::cdf((mean - cut) / sd))
        } else {
            (y > cut, normal::cdf((cut - mean) / sd))
        };
        (if inside { 1.0 } else { delta }, 1.0 - (1.0 - delta) * outside)
    }

    fn curve_chance(&self, i: usize, mean: f64, sd: f64, delta: &[f64], shared: Option<&[f64]>) -> f64 {
        // Nine standard deviations leave 2e-19 of what is not weighted; where the curve is steep that may be what counts.
        let (chance, largest) = self.chance_within(9.0, i, mean, sd, delta, shared);
        if chance > 1e-9 * largest {
            return chance;
        }
        self.chance_within(2.0 * FAR, i, mean, sd, delta, shared).0
    }

    /// The mean of the curve over so many standard deviations, and its largest value there or at the ends.
    fn chance_within(
        &self,
        range: f64,
        i: usize,
        mean: f64,
        sd: f64,
        delta: &[f64],
        shared: Option<&[f64]>,
    ) -> (f64, f64) {
        let (sei, ratio) = (self.sei[i], self.sei[i] / sd);
        let (low, high) = ((mean - range * sd) / sei, (mean + range * sd) / sei);
        let first = self.nodes.partition_point(|(z, _, _)| *z < low);
        let least = self.form.least_p();
        let end = |z: f64| {
            let p = p_value(self.alternative, z).max(least).min(1.0 - least);
            self.curve(p, delta, i)
        };
        let ends = (end(-FAR), end(FAR));
        let mut largest = ends.0.max(ends.1);
        let mut chance = 0.0;
        for (place, (z, weight, p)) in self.nodes.iter().enumerate().skip(first) {
            if *z > high {
                break;
            }
            let curve = shared.map_or_else(|| self.curve(*p, delta, i), |curve| curve[place]);
            largest = largest.max(curve);
            chance += weight * curve * normal::density((z * sei - mean) / sd);
        }
        chance *= ratio;
        // The tails, where the p-value no longer changes.
        if high > FAR {
            chance += ends.1 * normal::cdf((mean - FAR * sei) / sd);
        }
        if low < -FAR {
            chance += ends.0 * normal::cdf((-FAR * sei - mean) / sd);
        }
        (chance, largest)
    }

    fn adaptive_chance(&self, i: usize, mean: f64, sd: f64, delta: &[f64], tolerance: f64) -> f64 {
        let (sei, least) = (self.sei[i], self.form.least_p());
        let integral = quadrature::whole_line(tolerance, 100, |y| {
            let p = p_value(self.alternative, y / sei).max(least).min(1.0 - least);
            self.curve(p, delta, i) * normal::density((y - mean) / sd) / sd
        });
        integral.value
    }
}

#[cfg(test)]
mod tests {
    use super::super::weight::{Curve, Variant};
    use super::*;

    #[test]
    fn both_integrals_agree_for_every_curve() {
        let (yi, vi) = ([0.4, -0.1, 1.2], [0.04, 0.09, 0.3]);
        let x = DMatrix::from_element(3, 1, 1.0);
        let forms = [
            (Form::Beta, vec![0.7, 1.3]),
            (Form::Smooth(Curve::HalfNormal, Variant::Plain), vec![1.5]),
            (Form::Smooth(Curve::Logistic, Variant::Rescaled), vec![1.5]),
            (
                Form::Smooth(Curve::NegativeExponential, Variant::Floored),
                vec![0.5, 2.0],
            ),
            (Form::Smooth(Curve::Power, Variant::Plain), vec![0.8]),
            (Form::NegativeExponentialPower, vec![1.2, 0.9]),
        ];
        for (form, delta) in forms {
            for alternative in [Alternative::Greater, Alternative::Less, Alternative::TwoSided] {
                let options = Options {
                    form,
                    alternative,
                    ..Options::default()
                };
                let steps = if form == Form::Beta {
                    vec![0.0, 1.0]
                } else {
                    vec![0.025, 1.0]
                };
                let likelihood = Likelihood::new(&yi, &vi, &x, &options, steps);
                let exact = likelihood.ln(&[0.3], 0.02, &delta, Integration::Exact);
                let adaptive = likelihood.ln(&[0.3], 0.02, &delta, Integration::Adaptive(1e-9));
                assert!(
                    (exact - adaptive).abs() < 1e-7,
                    "{form:?} {alternative:?}: {exact} {adaptive}"
                );
            }
        }
    }

    #[test]
    fn equal_steps_are_no_selection() {
        let (yi, vi) = ([0.4, -0.1], [0.04, 0.09]);
        let x = DMatrix::from_element(2, 1, 1.0);
        let options = Options::default();
        let likelihood = Likelihood::new(&yi, &vi, &x, &options, vec![0.025, 0.5, 1.0]);
        let found = likelihood.ln(&[0.1], 0.05, &[1.0, 1.0, 1.0], Integration::Exact);
        let wanted: f64 = yi
            .iter()
            .zip(vi)
            .map(|(y, v): (&f64, f64)| {
                let sd = (v + 0.05).sqrt();
                ln(normal::density((y - 0.1) / sd) / sd)
            })
            .sum();
        assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
    }
}
