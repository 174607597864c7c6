//! What becomes of people: who had responded and relapses, who leaves.

use super::{LEAST, Target, binomial, standard_normal};
use crate::response::leaving::{Leavers, Left};
use crate::response::relapses::Reported;
use euthymia_stats::real::Real;
use euthymia_therapy::response::{Theta, Thetas, Typical, ln_hazard_ratio};
use euthymia_vecmath::scalar::{exp, ln};

impl Target {
    /// What those who left had improved by when they were last seen.
    pub(super) fn leavers<R: Real>(&self, thetas: &Thetas<R>, position: &[R], leavers: &Leavers) -> R {
        let halfway = &leavers.halfway;
        // That of the arm, without the misfit of a visit.
        let mut effects = self.effects(position, leavers.visit);
        effects.visit = effects.visit * 0.0;
        let latent = Typical::at(halfway, thetas)
            .latent(halfway.time_h, thetas, &effects)
            .of_those_who_stay(self.gone(thetas, leavers.visit), thetas)
            .of_those_who_leave(thetas);
        let scores = self.scores(position, latent, leavers.visit, &leavers.baseline);
        standard_normal((scores.change() - leavers.change) / leavers.error)
    }

    /// Of everything reported of relapse.
    pub(super) fn relapses<R: Real>(&self, thetas: &Thetas<R>, position: &[R]) -> R {
        let relapses = &self.data.relapses;
        let places = self.places();
        let relapsed: Vec<R> = relapses
            .groups
            .iter()
            .map(|group| {
                let study = position[places.relapses + group.study];
                let follow_up = position[places.relapses + relapses.studies.len() + group.study];
                let time_h = (follow_up * group.uncertain).exp() * group.time_h;
                group.people.relapsed(time_h, thetas, study)
            })
            .collect();
        let mut density = R::lift(&position[..1], 0.0, &[0.0]);
        for reported in &relapses.reported {
            let log = match reported {
                Reported::Events { groups, events } => {
                    let n: f64 = groups.iter().map(|group| relapses.groups[*group].n).sum();
                    let expected = groups
                        .iter()
                        .map(|group| relapsed[*group] * relapses.groups[*group].n)
                        .reduce(|a, b| a + b);
                    expected.map(|expected| binomial(expected / n, *events, n, 1.0))
                }
                Reported::Later {
                    groups: [earlier, later],
                    n,
                    events,
                } => {
                    let (first, second) = (relapsed[*earlier], relapsed[*later]);
                    Some(binomial((second - first) / (-first + 1.0), *events, *n, 1.0))
                }
                Reported::Ratio {
                    groups: [a, b],
                    ln_ratio,
                    error,
                } => {
                    let ratio = ln_hazard_ratio(relapsed[*a], relapsed[*b]);
                    Some(standard_normal((ratio - *ln_ratio) / *error))
                }
            };
            density = log.map_or(density, |log| density + log);
        }
        density
    }
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
        assert!((log - binomial(p, 6.0, 117.0, 1.0)).abs() < 1e-9);
    }
}
