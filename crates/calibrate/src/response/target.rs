//! The posterior of the response model: where everything unknown has its place, and the density there.
//!
//! Parameters, and how far each study, arm and visit lies from the typical, are sampled as standard normal deviates of their
//! priors, which keeps the density round whatever the data say of the standard deviations.

mod afterwards;
mod synthetic;

use super::data::Data;
use super::leaving::Gone;
use super::priors::{Placed, Priors};
use super::rating::{Known, Rating};
use crate::prior::Prior;
use crate::target::LogDensity;
use euthymia_stats::hermite::gauss_hermite;
use euthymia_stats::normal;
use euthymia_stats::real::Real;
use euthymia_therapy::response::{Before, Effects, Latent, Scores, Theta, Thetas, Typical, gone};

/// Points of the average over how easily people leave an arm.
const POINTS: usize = 15;

/// The posterior.
#[derive(Clone, Debug)]
pub struct Target {
    /// What it is fitted to.
    pub data: Data,
    /// What was believed before.
    pub priors: Priors,
    /// Names of the standard deviations and centres that pooled parameters share.
    shared: Vec<String>,
    /// Whether the data count; otherwise it is the prior.
    with_data: bool,
    /// Points and weights of the average over arms.
    arms_apart: Vec<(f64, f64)>,
}

/// Where what begins, in a position.
#[derive(Clone, Copy)]
struct Places {
    thetas: usize,
    studies: usize,
    arms: usize,
    visits: usize,
    /// How far the relapses of each study lie from the typical, and how long it followed people.
    relapses: usize,
    end: usize,
}

/// Numbers of a study: its expectancy, its drug effect, how far its patients lie apart, its baseline where that is not told.
const OF_STUDY: usize = 4;

impl Target {
    /// Joins priors and data.
    #[must_use]
    pub fn new(data: Data, priors: Priors) -> Self {
        let shared = priors.shared.keys().cloned().collect();
        Self {
            data,
            priors,
            shared,
            with_data: true,
            arms_apart: gauss_hermite(POINTS),
        }
    }

    /// The prior alone, over the same numbers.
    #[must_use]
    pub fn without_data(mut self) -> Self {
        self.with_data = false;
        self
    }

    fn places(&self) -> Places {
        let thetas = self.shared.len();
        let studies = thetas + Theta::ALL.len();
        let arms = studies + OF_STUDY * self.data.studies.len();
        let visits = arms + self.data.arms.len();
        let relapses = visits + self.data.visits.len();
        Places {
            thetas,
            studies,
            arms,
            visits,
            relapses,
            end: relapses + 2 * self.data.relapses.studies.len(),
        }
    }

    /// The parameters at a position, the shared standard deviations, and the log density of their priors.
    fn parameters<R: Real>(&self, position: &[R]) -> (Thetas<R>, Vec<R>, R) {
        let places = self.places();
        let mut density = R::lift(&position[..1], 0.0, &[0.0]);
        let mut shared = Vec::with_capacity(self.shared.len());
        for (name, free) in self.shared.iter().zip(position) {
            let (value, log) = place(self.priors.shared[name].0, *free);
            shared.push(value);
            density = density + log;
        }
        let thetas = Thetas::new(|theta| {
            let free = position[places.thetas + theta as usize];
            match self.priors.of(theta) {
                Placed::Alone(prior) => {
                    let (value, log) = place(*prior, free);
                    density = density + log;
                    value
                }
                Placed::Pooled { by, around } => {
                    density = density + standard_normal(free);
                    // The file was checked for them.
                    let value = |name: &String| {
                        let at = self.shared.iter().position(|known| known == name);
                        at.map(|at| shared[at])
                    };
                    let distance = value(by).map_or(free, |deviation| deviation * free);
                    match around.as_ref().and_then(value) {
                        Some(centre) => centre + distance,
                        None => distance,
                    }
                }
            }
        });
        (thetas, shared, density)
    }

    /// The parameters at a position.
    #[must_use]
    pub fn thetas(&self, position: &[f64]) -> Thetas<f64> {
        self.parameters(position).0
    }

    /// The parameters and the standard deviations that they share, with their names, at a position.
    #[must_use]
    pub fn named(&self, position: &[f64]) -> Vec<(String, f64)> {
        let (thetas, shared, _) = self.parameters(position);
        let of_thetas = Theta::ALL
            .iter()
            .map(|theta| (theta.name().to_owned(), thetas[*theta]));
        of_thetas.chain(self.shared.iter().cloned().zip(shared)).collect()
    }

    /// The deviates of a study, an arm and a visit.
    fn effects<R: Real>(&self, position: &[R], visit: usize) -> Effects<R> {
        let places = self.places();
        let rated = &self.data.visits[visit];
        let study = places.studies + OF_STUDY * rated.study;
        Effects {
            expectancy: position[study],
            drug: position[study + 1],
            spread: position[study + 2],
            arm: position[places.arms + rated.arm],
            visit: position[places.visits + visit],
        }
    }

    /// What the patients of a visit improved by.
    #[must_use]
    pub fn latent(&self, position: &[f64], visit: usize) -> Latent<f64> {
        let thetas = self.thetas(position);
        self.latent_with(&thetas, position, visit)
    }

    fn latent_with<R: Real>(&self, thetas: &Thetas<R>, position: &[R], visit: usize) -> Latent<R> {
        let rated = &self.data.visits[visit].visit;
        let all = Typical::at(rated, thetas).latent(rated.time_h, thetas, &self.effects(position, visit));
        all.of_those_who_stay(self.gone(thetas, visit), thetas)
    }

    /// The part of an arm that is missing at a visit.
    fn gone<R: Real>(&self, thetas: &Thetas<R>, visit: usize) -> R {
        let rated = &self.data.visits[visit];
        match rated.gone {
            Gone::Told(part) => R::lift(&[thetas[Theta::Dropout]], part, &[0.0]),
            Gone::Usual => gone(
                rated.visit.time_h,
                thetas,
                R::lift(&[thetas[Theta::Dropout]], 0.0, &[0.0]),
            ),
        }
    }

    fn scores<R: Real>(&self, position: &[R], latent: Latent<R>, visit: usize, known: &Known) -> Scores<R> {
        let places = self.places();
        let deviate = position[places.studies + OF_STUDY * self.data.visits[visit].study + 3];
        let mean = if known.uncertain > 0.0 {
            (deviate * known.uncertain).exp() * known.mean
        } else {
            R::lift(&[deviate], known.mean, &[0.0])
        };
        let sd = mean * (known.sd / known.mean);
        Scores {
            baseline: Before { mean, sd },
            latent,
        }
    }

    fn log_likelihood<R: Real>(&self, position: &[R], latents: &[Latent<R>], rating: &Rating) -> R {
        let scores = |visit: usize, known: &Known| self.scores(position, latents[visit], visit, known);
        match rating {
            Rating::Mean {
                visit,
                value,
                error,
                n,
                is_change,
                baseline,
            } => {
                let scores = scores(*visit, baseline);
                let mean = if *is_change {
                    scores.change()
                } else {
                    scores.mean()
                };
                match error {
                    Some(error) => standard_normal((mean - *value) / *error),
                    None => {
                        let sd = if *is_change {
                            scores.change_sd()
                        } else {
                            scores.sd()
                        };
                        let error = sd / n.sqrt();
                        standard_normal((mean - *value) / error) - error.ln()
                    }
                }
            }
            Rating::Deviation {
                visit,
                ln_sd,
                n,
                is_change,
                baseline,
            } => {
                let scores = scores(*visit, baseline);
                let sd = if *is_change {
                    scores.change_sd()
                } else {
                    scores.sd()
                };
                // The logarithm of a standard deviation of n normal numbers has the variance 1 / (2 (n - 1)).
                standard_normal((sd.ln() - *ln_sd) * (2.0 * (n - 1.0)).sqrt())
            }
            Rating::Response {
                visit,
                events,
                n,
                fraction,
                best,
                weight,
            } => binomial(
                latents[*visit].response_deviate(*fraction, *best),
                *events,
                *n,
                *weight,
            ),
            Rating::Remission {
                visit,
                events,
                n,
                cut_off,
                baseline,
                weight,
            } => binomial(
                scores(*visit, baseline).remission_deviate(*cut_off),
                *events,
                *n,
                *weight,
            ),
            Rating::Contrast {
                visits: [a, b],
                value,
                error,
                is_standardised,
                baselines,
            } => {
                let (a, b) = (scores(*a, &baselines[0]), scores(*b, &baselines[1]));
                let mut difference = a.change() - b.change();
                if *is_standardised {
                    let pooled = (a.sd() * a.sd() + b.sd() * b.sd()) * 0.5;
                    difference = difference / pooled.sqrt();
                }
                standard_normal((difference - *value) / *error)
            }
        }
    }
}

impl LogDensity for Target {
    fn dimension(&self) -> usize {
        self.places().end
    }

    fn names(&self) -> Vec<String> {
        let thetas = Theta::ALL.iter().map(|theta| theta.name().to_owned());
        let mut names: Vec<String> = self.shared.iter().cloned().chain(thetas).collect();
        for study in &self.data.studies {
            names.extend(["expectancy", "drug", "spread", "baseline"].map(|of| format!("{of}[{study}]")));
        }
        names.extend(
            self.data
                .arms
                .iter()
                .map(|(study, arm, _)| format!("arm[{study}/{arm}]")),
        );
        names.extend(self.data.visits.iter().map(|rated| {
            let (study, arm, _) = &self.data.arms[rated.arm];
            format!("visit[{study}/{arm}/{} h]", rated.visit.time_h)
        }));
        for of in ["relapse", "follow_up"] {
            names.extend(
                self.data
                    .relapses
                    .studies
                    .iter()
                    .map(|study| format!("{of}[{study}]")),
            );
        }
        names
    }

    fn log_density<R: Real>(&self, position: &[R]) -> R {
        let (thetas, _, mut density) = self.parameters(position);
        for deviate in &position[self.places().studies..] {
            density = density + standard_normal(*deviate);
        }
        if !self.with_data {
            return density;
        }
        let latents: Vec<Latent<R>> = (0..self.data.visits.len())
            .map(|visit| self.latent_with(&thetas, position, visit))
            .collect();
        for rating in &self.data.ratings {
            density = density + self.log_likelihood(position, &latents, rating);
        }
        for left in &self.data.left {
            density = density + afterwards::who_left(&thetas, left, &self.arms_apart);
        }
        for leavers in &self.data.leavers {
            density = density + self.leavers(&thetas, position, leavers);
        }
        density = density + self.relapses(&thetas, position);
        density
    }
}

/// A parameter at a free number, and the log density of its prior there: priors of a normal shape are sampled as deviates.
fn place<R: Real>(prior: Prior, free: R) -> (R, R) {
    match prior {
        Prior::Normal { mean, sd } => (free * sd + mean, standard_normal(free)),
        Prior::LogNormal { median, sd } => ((free * sd).exp() * median, standard_normal(free)),
        Prior::HalfNormal { sd } => {
            let (value, log) = Prior::HalfNormal { sd: 1.0 }.free(free);
            (value * sd, log)
        }
        other => other.free(free),
    }
}

/// Up to a constant.
fn standard_normal<R: Real>(z: R) -> R {
    let value = z.value();
    R::lift(&[z], -0.5 * value * value, &[-value])
}

/// `weight` times the log likelihood of a count, up to a constant: those with a standard normal deviate below `deviate` count.
/// Exact however far out it is, so that no density and no gradient is made up there.
fn binomial<R: Real>(deviate: R, events: f64, n: f64, weight: f64) -> R {
    let z = deviate.value();
    let value = weight * (events * normal::ln_cdf(z) + (n - events) * normal::ln_cdf(-z));
    let slope = weight * (events * normal::inverse_mills(z) - (n - events) * normal::inverse_mills(-z));
    R::lift(&[deviate], value, &[slope])
}

#[cfg(test)]
mod tests {
    use super::*;
    use euthymia_vecmath::scalar::ln;

    #[test]
    fn a_count_is_most_likely_at_its_own_proportion() {
        let at = |p: f64| binomial(normal::quantile(p), 3.0, 10.0, 1.0);
        assert!(at(0.3) > at(0.29) && at(0.3) > at(0.31));
        // ln(0.3^3 0.7^7)
        assert!((at(0.3) - (3.0 * ln(0.3) + 7.0 * ln(0.7))).abs() < 1e-13);
    }

    /// What is sampled has to be the derivative of what is weighed, also where the model all but excludes the data.
    #[test]
    fn the_slope_of_a_count_is_its_derivative_however_far_out() {
        let mut tape = crate::tape::Tape::default();
        for z in [-60.0, -20.0, -3.0, 0.2, 5.0, 45.0] {
            let mut slope = [0.0];
            tape.gradient(&[z], &mut slope, |x| binomial(x[0], 3.0, 10.0, 0.5));
            let h = 1e-4;
            let by_difference =
                (binomial(z + h, 3.0, 10.0, 0.5) - binomial(z - h, 3.0, 10.0, 0.5)) / (2.0 * h);
            // The difference is wrong by h^2 and by the rounding of the values over h.
            assert!(
                (slope[0] / by_difference - 1.0).abs() < 1e-6,
                "{z}: {} {by_difference}",
                slope[0]
            );
        }
    }
}
