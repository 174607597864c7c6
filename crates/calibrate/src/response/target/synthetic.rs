//! Trials made up by the model: the same arms at the same times, with numbers that follow from a drawn truth.
//!
//! The truth is a draw of everything that is sampled, from the priors. Each rating is then drawn as its likelihood says: means
//! with their standard errors, standard deviations on the logarithmic scale, counts of so many people, contrasts.

use super::Target;
use crate::prior::Prior;
use crate::response::rating::Rating;
use crate::sbc::Simulator;
use crate::target::LogDensity;
use euthymia_stats::counts::binomial_quantile;
use euthymia_stats::random::Address;
use euthymia_vecmath::scalar::ln;

/// The draw of the first rating; those before are of the numbers that are sampled.
const RATINGS: u32 = 1 << 20;
/// The draw before the first of what became of people.
const AFTERWARDS: u32 = 1 << 21;

impl Target {
    /// A position drawn from the priors: the density without data.
    #[must_use]
    pub fn prior_position(&self, address: &Address) -> Vec<f64> {
        let places = self.places();
        let draw = |place: usize| {
            let at = place as u32;
            let alone = match place {
                _ if place < places.thetas => Some(self.priors.shared[&self.shared[place]].0),
                _ if place < places.studies => self.priors.alone(place - places.thetas),
                _ => None,
            };
            alone.map_or_else(|| address.normal(at), |prior| free_of(prior, address, at))
        };
        (0..places.end).map(draw).collect()
    }

    /// The same designs, with numbers drawn from the model at a position. Counts of people whose mean is there too get the
    /// weight 1: drawn apart from it, they are news in full.
    #[must_use]
    pub fn simulated(&self, position: &[f64], address: &Address) -> Self {
        let thetas = self.thetas(position);
        let latents: Vec<_> = (0..self.data.visits.len())
            .map(|visit| self.latent_with(&thetas, position, visit))
            .collect();
        let scores = |visit: usize, known| self.scores(position, latents[visit], visit, known);
        let count = |p: f64, n: f64, at: u32| binomial_quantile(n, p.clamp(0.0, 1.0), address.uniform(at));
        let mut made = self.clone();
        for (at, rating) in (RATINGS..).zip(&mut made.data.ratings) {
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
                    let (centre, sd) = if *is_change {
                        (scores.change(), scores.change_sd())
                    } else {
                        (scores.mean(), scores.sd())
                    };
                    *value = centre + error.unwrap_or_else(|| sd / n.sqrt()) * address.normal(at);
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
                    *ln_sd = ln(sd) + address.normal(at) / (2.0 * (*n - 1.0)).sqrt();
                }
                Rating::Response {
                    visit,
                    events,
                    n,
                    fraction,
                    best,
                    weight,
                } => {
                    let p = latents[*visit].response(*fraction, *best);
                    *events = count(p, *n, at);
                    *weight = 1.0;
                }
                Rating::Remission {
                    visit,
                    events,
                    n,
                    cut_off,
                    baseline,
                    weight,
                } => {
                    *events = count(scores(*visit, baseline).remission(*cut_off), *n, at);
                    *weight = 1.0;
                }
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
                        difference /= f64::midpoint(a.sd() * a.sd(), b.sd() * b.sd()).sqrt();
                    }
                    *value = difference + *error * address.normal(at);
                }
            }
        }
        made.draw_afterwards(position, address, AFTERWARDS);
        made
    }
}

/// A place on the scale that is sampled on, of a value drawn from the prior; see [`super::place`].
fn free_of(prior: Prior, address: &Address, at: u32) -> f64 {
    match prior {
        Prior::Normal { .. } | Prior::LogNormal { .. } => address.normal(at),
        Prior::HalfNormal { .. } => ln(Prior::HalfNormal { sd: 1.0 }.draw(address, at)),
        other => other.support().free(other.draw(address, at)),
    }
}

/// The parameters and what they share are ranked, not the single studies, arms and visits.
impl Simulator for Target {
    type Target = Self;

    fn quantities(&self) -> Vec<String> {
        self.named(&vec![0.0; self.dimension()])
            .into_iter()
            .map(|(name, _)| name)
            .collect()
    }

    fn simulate(&self, randomness: &Address) -> (Vec<f64>, Self) {
        let truth = self.prior_position(randomness);
        let made = self.simulated(&truth, randomness);
        (truth, made)
    }

    fn at(&self, position: &[f64]) -> Vec<f64> {
        self.named(position).into_iter().map(|(_, value)| value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::tests::real_target;
    use euthymia_stats::random::{Purpose, Stream};

    /// The mean of what is drawn for one truth is what the model says, to four standard errors.
    #[test]
    fn numbers_lie_around_what_the_model_says() {
        let target = real_target();
        let stream = Stream::new(5);
        let truth = vec![0.0; target.dimension()];
        let n = 400;
        let mut sums = vec![(0.0, 0.0); target.data.ratings.len()];
        for replicate in 0..n {
            let made = target.simulated(&truth, &stream.at(Purpose(9), 0, replicate));
            for (sum, rating) in sums.iter_mut().zip(&made.data.ratings) {
                let value = match rating {
                    Rating::Mean { value, .. } | Rating::Contrast { value, .. } => *value,
                    Rating::Deviation { ln_sd, .. } => *ln_sd,
                    Rating::Response { events, n, .. } | Rating::Remission { events, n, .. } => events / n,
                };
                sum.0 += value;
                sum.1 += value * value;
            }
        }
        let thetas = target.thetas(&truth);
        let mut far = 0;
        for ((sum, squares), rating) in sums.iter().zip(&target.data.ratings) {
            let latent = target.latent_with(&thetas, &truth, rating.visit());
            let expected = match rating {
                Rating::Mean {
                    visit,
                    is_change,
                    baseline,
                    ..
                } => {
                    let scores = target.scores(&truth, latent, *visit, baseline);
                    if *is_change {
                        scores.change()
                    } else {
                        scores.mean()
                    }
                }
                Rating::Response { fraction, best, .. } => latent.response(*fraction, *best),
                Rating::Remission {
                    visit,
                    cut_off,
                    baseline,
                    ..
                } => target
                    .scores(&truth, latent, *visit, baseline)
                    .remission(*cut_off),
                _ => continue,
            };
            let mean = sum / n as f64;
            let error = ((squares / n as f64 - mean * mean).max(0.0) / n as f64).sqrt() + 1e-12;
            far += usize::from((mean - expected).abs() > 4.0 * error + 1e-3);
        }
        assert_eq!(far, 0);
    }

    /// A whole round on the designs of the library, with chains too short to say anything: `euthymia calibrate --synthetic`
    /// is the test itself, and takes minutes.
    #[test]
    fn a_round_of_calibration_keeps_its_truths() {
        let target = real_target();
        let plan = crate::sbc::Plan {
            replicates: 2,
            ranks: 4,
            settings: crate::sampler::Settings {
                chains: 1,
                tune: 40,
                draws: 8,
                threads: 2,
                spread: 0.5,
                max_depth: 5,
                ..crate::sampler::Settings::for_target(&target, 21)
            },
        };
        let ranks = crate::sbc::sbc(&target, &plan, &()).unwrap();
        assert_eq!(ranks.names, target.quantities());
        assert_eq!(ranks, crate::sbc::sbc(&target, &plan, &()).unwrap());
        for (ranks, recovered) in ranks.ranks.iter().zip(&ranks.recovered) {
            assert!(ranks.len() == 2 && ranks.iter().all(|rank| *rank <= 4));
            assert_ne!(recovered[0].truth, recovered[1].truth);
        }
    }

    /// Positions drawn from the priors have the quantiles of the priors.
    #[test]
    fn positions_follow_the_priors() {
        let target = real_target();
        let stream = Stream::new(6);
        let drawn: Vec<Vec<f64>> = (0..2000)
            .map(|at| target.at(&target.prior_position(&stream.at(Purpose(9), 0, at))))
            .collect();
        let names = target.quantities();
        for (place, name) in names.iter().enumerate() {
            let prior = match euthymia_therapy::response::Theta::named(name) {
                Some(theta) => target.priors.alone(theta as usize),
                None => Some(target.priors.shared[name].0),
            };
            let Some(prior) = prior else { continue };
            for p in [0.1, 0.5, 0.9] {
                let below = drawn.iter().filter(|row| row[place] < prior.quantile(p)).count() as f64 / 2000.0;
                // Four standard errors of a proportion of 2000.
                assert!(
                    (below - p).abs() < 0.045,
                    "{name}: {below} below the quantile {p}"
                );
            }
        }
    }
}
