//! What becomes of people: who had responded and relapses, who leaves.

use super::{Target, standard_normal};
use crate::response::leaving::{Leavers, Left};
use crate::response::relapses::{Group, Reported};
use euthymia_stats::counts::binomial_quantile;
use euthymia_stats::random::Address;
use euthymia_stats::real::Real;
use euthymia_therapy::response::{Theta, Thetas, Typical, gone, ln_hazard_ratio};
use euthymia_vecmath::scalar::{exp, ln};

/// A probability no nearer to 0 or 1 than this is taken for data that the model all but excludes.
const LEAST: f64 = 1e-10;

impl Target {
    /// Of the change of those who left, when they were last seen.
    pub(super) fn leavers<R: Real>(&self, thetas: &Thetas<R>, position: &[R], leavers: &Leavers) -> R {
        standard_normal((self.change_of(thetas, position, leavers) - leavers.change) / leavers.error)
    }

    fn change_of<R: Real>(&self, thetas: &Thetas<R>, position: &[R], leavers: &Leavers) -> R {
        let halfway = &leavers.halfway;
        // That of the arm, without the misfit of a visit.
        let mut effects = self.effects(position, leavers.visit);
        effects.visit = effects.visit * 0.0;
        let latent = Typical::at(halfway, thetas)
            .latent(halfway.time_h, thetas, &effects)
            .of_those_who_stay(self.gone(thetas, leavers.visit), thetas)
            .of_those_who_leave(thetas);
        self.scores(position, latent, leavers.visit, &leavers.baseline)
            .change()
    }

    /// Of everything reported of relapse.
    pub(super) fn relapses<R: Real>(&self, thetas: &Thetas<R>, position: &[R]) -> R {
        let relapsed = self.relapsed(thetas, position);
        let mut density = R::lift(&position[..1], 0.0, &[0.0]);
        for reported in &self.data.relapses.reported {
            let expected = self.reported(&relapsed, reported);
            let log = match reported {
                Reported::Events { events, .. } => counted(expected, *events, self.followed(reported)),
                Reported::Later { n, events, .. } => counted(expected, *events, *n),
                Reported::Ratio { ln_ratio, error, .. } => standard_normal((expected - *ln_ratio) / *error),
            };
            density = density + log;
        }
        density
    }

    /// The part of every group that has relapsed.
    fn relapsed<R: Real>(&self, thetas: &Thetas<R>, position: &[R]) -> Vec<R> {
        let relapses = &self.data.relapses;
        let places = self.places();
        let of = |group: &Group| {
            let study = position[places.relapses + group.study];
            let follow_up = position[places.relapses + relapses.studies.len() + group.study];
            let time_h = (follow_up * group.uncertain).exp() * group.time_h;
            group.people.relapsed(time_h, thetas, study)
        };
        relapses.groups.iter().map(of).collect()
    }

    /// What is expected of a reported number where these parts of the groups have relapsed: a probability, or the logarithm of a
    /// ratio.
    fn reported<R: Real>(&self, relapsed: &[R], reported: &Reported) -> R {
        match reported {
            Reported::Events { groups, .. } => {
                let n = |group: usize| self.data.relapses.groups[group].n;
                let zero = R::lift(&relapsed[..1], 0.0, &[0.0]);
                let of_all = groups
                    .iter()
                    .fold(zero, |sum, group| sum + relapsed[*group] * n(*group));
                of_all / self.followed(reported)
            }
            Reported::Later {
                groups: [earlier, later],
                ..
            } => {
                let (first, second) = (relapsed[*earlier], relapsed[*later]);
                (second - first) / (-first + 1.0)
            }
            Reported::Ratio { groups: [a, b], .. } => ln_hazard_ratio(relapsed[*a], relapsed[*b]),
        }
    }

    /// How many people a count is of.
    fn followed(&self, reported: &Reported) -> f64 {
        match reported {
            Reported::Events { groups, .. } => groups
                .iter()
                .map(|group| self.data.relapses.groups[*group].n)
                .sum(),
            Reported::Later { n, .. } => *n,
            Reported::Ratio { .. } => 0.0,
        }
    }

    /// Draws everything reported of relapse and of people who left from the model at a position, from draw `first` on.
    pub(super) fn draw_afterwards(&mut self, position: &[f64], address: &Address, first: u32) {
        let thetas = self.thetas(position);
        let relapsed = self.relapsed(&thetas, position);
        let mut at = first;
        let mut next = || {
            at += 1;
            at
        };
        let drawn = |reported: &Reported, at: u32| {
            let expected = self.reported(&relapsed, reported);
            let mut made = reported.clone();
            match &mut made {
                Reported::Events { events, .. } => {
                    *events = binomial_quantile(self.followed(reported), expected, address.uniform(at));
                }
                Reported::Later { n, events, .. } => {
                    // A part of so many is not always a whole number of them.
                    *n = n.round();
                    *events = binomial_quantile(*n, expected, address.uniform(at));
                }
                Reported::Ratio { ln_ratio, error, .. } => *ln_ratio = expected + *error * address.normal(at),
            }
            made
        };
        let reported = self
            .data
            .relapses
            .reported
            .iter()
            .map(|one| drawn(one, next()))
            .collect();
        let left = self.data.left.iter().map(|left| {
            let part = gone(left.time_h, &thetas, address.normal(next()));
            let events = binomial_quantile(left.n, part, address.uniform(next()));
            Left { events, ..*left }
        });
        let left = left.collect();
        let leavers = self.data.leavers.iter().map(|leavers| {
            let change = self.change_of(&thetas, position, leavers) + leavers.error * address.normal(next());
            Leavers {
                change,
                ..leavers.clone()
            }
        });
        self.data.leavers = leavers.collect();
        self.data.left = left;
        self.data.relapses.reported = reported;
    }
}

/// The log likelihood of `events` of `n` at a probability, up to a constant.
fn counted<R: Real>(p: R, events: f64, n: f64) -> R {
    let value = p.value().clamp(LEAST, 1.0 - LEAST);
    let log = events * ln(value) + (n - events) * ln(1.0 - value);
    R::lift(&[p], log, &[events / value - (n - events) / (1.0 - value)])
}

/// The log likelihood of how many left, averaged over arms, up to a constant.
pub(super) fn who_left<R: Real>(thetas: &Thetas<R>, left: &Left, arms: &[(f64, f64)]) -> R {
    let (level, apart) = (thetas[Theta::Dropout], thetas[Theta::TauDropout]);
    let mut logs = Vec::with_capacity(arms.len());
    let mut top = f64::NEG_INFINITY;
    for (z, weight) in arms {
        let hazard = exp(level.value() + apart.value() * z) * left.time_h / 24.0;
        let stays = exp(-hazard).clamp(LEAST, 1.0 - LEAST);
        let log = ln(*weight) + left.events * ln(1.0 - stays) - (left.n - left.events) * hazard;
        let slope = hazard * (left.events * stays / (1.0 - stays) - (left.n - left.events));
        top = top.max(log);
        logs.push((log, slope, z));
    }
    let (mut sum, mut of_level, mut of_apart) = (0.0, 0.0, 0.0);
    for (log, slope, z) in logs {
        let part = exp(log - top);
        sum += part;
        of_level += part * slope;
        of_apart += part * slope * z;
    }
    R::lift(&[level, apart], top + ln(sum), &[of_level / sum, of_apart / sum])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::target::POINTS;
    use euthymia_stats::hermite::gauss_hermite;

    #[test]
    fn arms_that_do_not_differ_leave_one_binomial() {
        let thetas = Thetas::new(|theta| match theta {
            Theta::Dropout => ln(0.005),
            _ => 0.0,
        });
        let left = Left {
            time_h: 672.0,
            events: 6.0,
            n: 117.0,
        };
        let p = 1.0 - exp(-0.14);
        let log = who_left(&thetas, &left, &gauss_hermite(POINTS));
        assert!((log - counted(p, 6.0, 117.0)).abs() < 1e-9);
    }
}
