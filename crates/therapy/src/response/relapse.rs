//! Relapse of people who had responded, after a course or while it goes on.
//!
//! The hazard is a level times factors: remission at the end of the course, an antidepressant that goes on, and protection by the
//! drug; and psychotherapy, of which nothing is known. Protection saturates in the occupancy of the last weeks (`kept`, the area of sessions, which fades), so that it wanes
//! after a last dose and stays where doses go on. People differ by a log-normal factor, so that those who stay well are, more and
//! more, those whose hazard is small.

use super::design::{ArmDesign, Background};
use super::exposure::Exposure;
use super::theta::{Theta, Thetas};
use euthymia_stats::hermite::gauss_hermite;
use euthymia_stats::real::Real;
use euthymia_vecmath::scalar::{exp, ln};
use std::f64::consts::LN_2;

/// Area of occupancy, h, of half the protection.
pub const KEPT_HALF_H: f64 = 0.3;
/// Cells of the time after a course, h.
const CELL_H: f64 = 24.0;
/// Points of the average over people.
const POINTS: usize = 9;

/// What people have beside the drug, as far as it keeps them well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// An antidepressant that goes on.
    pub antidepressant: bool,
    /// Psychotherapy.
    pub psychotherapy: bool,
}

/// People who had responded, from when on they might relapse.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    /// For every cell, sessions since the middle of the one before: area of occupancy, h, and time to the middle of the cell, h.
    cells: Vec<Vec<(f64, f64)>>,
    /// The part of them that was in remission.
    remitted: f64,
    /// What they have beside.
    beside: Beside,
    /// Points and weights of the average over people.
    people: Vec<(f64, f64)>,
}

impl Followed {
    /// The people of an arm from `from_h` on its clock, for `days` at most.
    #[must_use]
    pub fn of(design: &ArmDesign, exposures: &[Exposure], from_h: f64, days: u16, remitted: f64) -> Self {
        let sessions = design.sessions.iter().filter_map(|session| {
            let exposure = session.regimen.and_then(|regimen| exposures.get(regimen))?;
            Some((session.time_h - from_h, exposure.area_h()))
        });
        let beside = Beside {
            antidepressant: design.background != Background::None,
            psychotherapy: design.therapy.is_some(),
        };
        Self::new(&sessions.collect::<Vec<_>>(), days, remitted, beside)
    }

    /// After `sessions`, each a time, h, and an area of occupancy, h.
    #[must_use]
    pub fn new(sessions: &[(f64, f64)], days: u16, remitted: f64, beside: Beside) -> Self {
        let middle = |cell: u16| (f64::from(cell) + 0.5) * CELL_H;
        let cells = (0..days).map(|cell| {
            let since = if cell == 0 {
                f64::NEG_INFINITY
            } else {
                middle(cell - 1)
            };
            let new = sessions
                .iter()
                .filter(|(time_h, _)| *time_h >= since && *time_h < middle(cell));
            new.map(|(time_h, area)| (*area, middle(cell) - time_h)).collect()
        });
        Self {
            cells: cells.collect(),
            remitted,
            beside,
            people: gauss_hermite(POINTS),
        }
    }

    /// Days until `time_h`, each counted as what protection makes of it.
    fn days<R: Real>(&self, time_h: R, thetas: &Thetas<R>) -> R {
        let (by, half) = (thetas[Theta::RelapseMaintenance], thetas[Theta::HalfKept]);
        let (by_value, fall) = (by.value(), LN_2 / exp(half.value()));
        let over = exp(-fall * CELL_H);
        let (mut kept, mut slope) = (0.0, 0.0);
        let (mut days, mut of_by, mut of_fall, mut last) = (0.0, 0.0, 0.0, 1.0);
        for (cell, new) in self.cells.iter().enumerate() {
            slope = (slope - CELL_H * kept) * over;
            kept *= over;
            for (area, ago_h) in new {
                let left = area * exp(-fall * ago_h);
                kept += left;
                slope -= left * ago_h;
            }
            let width = (time_h.value() - cell as f64 * CELL_H).min(CELL_H) / CELL_H;
            if width <= 0.0 {
                break;
            }
            let protection = kept / (kept + KEPT_HALF_H);
            last = exp(by_value * protection);
            days += width * last;
            of_by += width * last * protection;
            of_fall +=
                width * last * by_value * KEPT_HALF_H * slope / (kept + KEPT_HALF_H) / (kept + KEPT_HALF_H);
        }
        R::lift(
            &[time_h, by, half],
            days,
            &[last / CELL_H, of_by, -of_fall * fall],
        )
    }

    /// The part of them that has relapsed by `time_h`, in a study that lies `study` standard deviations from others.
    #[must_use]
    pub fn relapsed<R: Real>(&self, time_h: R, thetas: &Thetas<R>, study: R) -> R {
        let mut level = thetas[Theta::Relapse] + thetas[Theta::TauRelapse] * study;
        if self.beside.antidepressant {
            level = level + thetas[Theta::RelapseAntidepressant];
        }
        if self.beside.psychotherapy {
            level = level + thetas[Theta::RelapsePsychotherapy];
        }
        let cumulative = self.days(time_h, thetas) * level.exp();
        self.marginal(
            cumulative,
            thetas[Theta::RelapseRemission],
            thetas[Theta::OmegaRelapse],
        )
    }

    /// One less the average of e to the minus cumulative hazard, over people in remission and not, and over how people differ.
    fn marginal<R: Real>(&self, cumulative: R, remission: R, omega: R) -> R {
        let (hazard, ln_factor, spread) = (cumulative.value(), remission.value(), omega.value());
        let (mut well, mut of_hazard, mut of_remission, mut of_omega) = (0.0, 0.0, 0.0, 0.0);
        for (z, weight) in &self.people {
            for (part, factor, is_remitted) in [
                (1.0 - self.remitted, 1.0, 0.0),
                (self.remitted, exp(ln_factor), 1.0),
            ] {
                let factor = factor * exp(spread * z);
                let stays = weight * part * exp(-hazard * factor);
                well += stays;
                of_hazard += stays * factor;
                of_remission += is_remitted * stays * factor * hazard;
                of_omega += stays * factor * hazard * z;
            }
        }
        R::lift(
            &[cumulative, remission, omega],
            1.0 - well,
            &[of_hazard, of_remission, of_omega],
        )
    }
}

/// The logarithm of the ratio of the cumulative hazards that two parts relapsed stand for.
#[must_use]
pub fn ln_hazard_ratio<R: Real>(relapsed: R, other: R) -> R {
    let of = |p: R| {
        let left = 1.0 - p.value();
        let hazard = -ln(left);
        R::lift(&[p], ln(hazard), &[1.0 / (left * hazard)])
    };
    of(relapsed) - of(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One hazard a day of ln 2 / 20, no factors, but for what is given.
    fn thetas(given: &[(Theta, f64)]) -> Thetas<f64> {
        Thetas::new(|theta| {
            let told = given.iter().find(|(known, _)| *known == theta);
            told.map_or_else(
                || match theta {
                    Theta::Relapse => ln(LN_2 / 20.0),
                    Theta::HalfKept => ln(240.0),
                    _ => 0.0,
                },
                |(_, value)| *value,
            )
        })
    }

    #[test]
    fn without_anything_it_is_exponential() {
        let people = Followed::new(&[], 100, 0.0, Beside::default());
        let relapsed = people.relapsed(480.0, &thetas(&[]), 0.0);
        assert!((relapsed - 0.5).abs() < 1e-12, "{relapsed}");
        let antidepressant = Beside {
            antidepressant: true,
            psychotherapy: false,
        };
        let remitted = Followed::new(&[], 100, 1.0, antidepressant);
        let less = [
            (Theta::RelapseRemission, -LN_2),
            (Theta::RelapseAntidepressant, -LN_2),
        ];
        let relapsed = remitted.relapsed(480.0, &thetas(&less), 0.0);
        assert!(
            (relapsed - (1.0 - 0.5f64.sqrt().sqrt())).abs() < 1e-12,
            "{relapsed}"
        );
        let therapy = Beside {
            antidepressant: false,
            psychotherapy: true,
        };
        let people = Followed::new(&[], 100, 0.0, therapy);
        let relapsed = people.relapsed(480.0, &thetas(&[(Theta::RelapsePsychotherapy, -LN_2)]), 0.0);
        assert!((relapsed - (1.0 - 0.5f64.sqrt())).abs() < 1e-12, "{relapsed}");
        assert!((ln_hazard_ratio(0.75, 0.5) - LN_2).abs() < 1e-12);
    }

    #[test]
    fn protection_fades_after_the_last_session() {
        let people = Followed::new(&[(0.0, 0.6)], 200, 0.0, Beside::default());
        let protects = thetas(&[(Theta::RelapseMaintenance, -1.5)]);
        let days = people.days(40.0 * 24.0, &protects);
        // By the midpoint rule with steps of 0.01 d.
        let exact: f64 = (0..4000)
            .map(|step| {
                let kept = 0.6 * exp(-LN_2 / 240.0 * 24.0 * 0.01 * (f64::from(step) + 0.5));
                0.01 * exp(-1.5 * kept / (kept + KEPT_HALF_H))
            })
            .sum();
        assert!((days / exact - 1.0).abs() < 1e-4, "{days} {exact}");
    }

    #[test]
    fn people_who_differ_relapse_fast_at_first() {
        let people = Followed::new(&[], 400, 0.0, Beside::default());
        let differ = thetas(&[(Theta::OmegaRelapse, 1.0)]);
        let at = |days: f64| people.relapsed(24.0 * days, &differ, 0.0);
        // By Simpson's rule over the factor, 400 intervals from -8 to 8.
        let exact = |days: f64| {
            let steps = 400;
            let sum: f64 = (0..=steps)
                .map(|step| {
                    let z = -8.0 + 16.0 * f64::from(step) / f64::from(steps);
                    let weight = match step {
                        0 | 400 => 1.0,
                        step if step % 2 == 1 => 4.0,
                        _ => 2.0,
                    };
                    weight * euthymia_stats::normal::density(z) * exp(-LN_2 / 20.0 * days * exp(z))
                })
                .sum();
            1.0 - sum * 16.0 / f64::from(steps) / 3.0
        };
        for days in [5.0, 20.0, 100.0] {
            assert!(
                (at(days) - exact(days)).abs() < 2e-3,
                "{days}: {} {}",
                at(days),
                exact(days)
            );
        }
        assert!(at(5.0) > 1.0 - exp(-LN_2 / 4.0) && at(100.0) < 1.0 - exp(-LN_2 * 5.0));
    }
}
