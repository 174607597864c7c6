//! When patients respond, and how long it lasts: folded patient by patient into counts by time.

use super::Run;
use super::collect::{COVERAGE, interval, sums};
use crate::design::FEWEST_FOR_INTERVALS;
use crate::events::LOOK_H;
use crate::result::{Durability, Interval, Share, SomeWeeksAfter, TimeToResponse, Until};
use euthymia_stats::variance::NestedSums;

/// Weeks after the last dose at which those who are still in response are told.
const WEEKS: [u32; 4] = [1, 2, 4, 8];
const WEEK_H: f64 = 168.0;

/// When patients have to be in response to be counted, and the times that are told; as far as the horizon reaches. Nothing
/// where nothing is given.
pub(super) fn times_h(session_times_h: &[f64], horizon_h: f64) -> Vec<f64> {
    let Some(last) = session_times_h.last() else {
        return Vec::new();
    };
    let after = WEEKS.map(|weeks| last + f64::from(weeks) * WEEK_H);
    let mut times: Vec<f64> = std::iter::once(last + LOOK_H).chain(after).collect();
    times.retain(|time| *time <= horizon_h);
    times
}

/// What is counted of a run.
pub(super) struct Spells {
    /// Who has responded until each time.
    responded: Vec<NestedSums>,
    /// Who is in response at the beginning of `kept`.
    responders: NestedSums,
    /// Of these, who is still, by the times from there on.
    kept: Vec<NestedSums>,
    /// Last dose, h, and the place of the first time of `kept`.
    after: Option<(f64, usize)>,
}

impl Spells {
    pub(super) fn new(run: &Run<'_>) -> Self {
        let last = run.course.session_times_h().last().copied();
        let after = last
            .filter(|last| last + LOOK_H < run.course.horizon_h)
            .map(|last| {
                let at = crate::grid::nearest(&run.times_h, last + LOOK_H);
                (last, at)
            });
        let from = after.map_or(run.times_h.len(), |(_, at)| at);
        let empty = |count: usize| (0..count).map(|_| sums(run)).collect();
        Self {
            responded: empty(run.times_h.len()),
            responders: sums(run),
            kept: empty(run.times_h.len() - from),
            after,
        }
    }

    /// Takes in one patient of a study: whether in response, by time.
    pub(super) fn push(&mut self, study: usize, in_response: &[bool]) {
        let mut ever = false;
        for (sums, responds) in self.responded.iter_mut().zip(in_response) {
            ever |= responds;
            sums.push(study, indicator(ever));
        }
        let Some((_, from)) = self.after else { return };
        let since = &in_response[from..];
        let first = since.first().copied().unwrap_or(false);
        self.responders.push(study, indicator(first));
        if !first {
            return;
        }
        let mut still = true;
        for (sums, responds) in self.kept.iter_mut().zip(since) {
            still &= responds;
            sums.push(study, indicator(still));
        }
    }

    pub(super) fn time_to_response(&self, run: &Run<'_>, size: u64) -> TimeToResponse {
        let responded: Vec<f64> = self.responded.iter().map(NestedSums::mean).collect();
        let interval = interval(
            size,
            self.responded
                .iter()
                .map(|sums| sums.proportion_interval(COVERAGE)),
        );
        let last = responded.len().saturating_sub(1);
        let ever = share(&responded, interval.as_ref(), last);
        let half_of = |whole: f64| crossing(&run.times_h, &responded, |value| value >= 0.5 * whole);
        TimeToResponse {
            definition: format!(
                "{}, for the first time; the score itself, without the scatter of single ratings",
                run.course.people.instrument().response_in_words()
            ),
            median: Until {
                time_h: half_of(1.0),
                interval_h: interval.as_ref().map(|ends| {
                    // More have responded earlier: the upper end of the proportion is the early end of the time.
                    [&ends.upper, &ends.lower]
                        .map(|values| crossing(&run.times_h, values, |value| value >= 0.5))
                }),
            },
            median_of_responders_h: half_of(ever.value).filter(|_| ever.value > 0.0),
            ever,
            responded,
            interval,
        }
    }

    /// Absent where nothing is given, the horizon is too near, or nobody is in response.
    pub(super) fn durability(&self, run: &Run<'_>, size: u64) -> Option<Durability> {
        let (last_dose_h, from) = self.after?;
        let people = self.kept.first().map_or(0, NestedSums::count);
        if people == 0 {
            return None;
        }
        let times_h = run.times_h[from..].to_vec();
        let kept: Vec<f64> = self.kept.iter().map(NestedSums::mean).collect();
        // Of few who respond the uncertainty cannot be told from chance, however many there are in all.
        let interval = interval(
            size.min(people),
            self.kept.iter().map(|sums| sums.proportion_interval(COVERAGE)),
        );
        let responders = self
            .responders
            .proportion_interval(COVERAGE)
            .filter(|_| size >= FEWEST_FOR_INTERVALS);
        let after = WEEKS.into_iter().filter_map(|weeks| {
            let time_h = last_dose_h + f64::from(weeks) * WEEK_H;
            let at = crate::grid::nearest(&times_h, time_h);
            let share = share(&kept, interval.as_ref(), at);
            (time_h <= run.course.horizon_h).then_some(SomeWeeksAfter { weeks, share })
        });
        let lost = |values: &[f64]| {
            crossing(&times_h, values, |value| value <= 0.5).map(|time_h| time_h - last_dose_h)
        };
        Some(Durability {
            definition: format!(
                "{}, {} h after the last dose and ever since; the score itself, without the scatter of single ratings",
                run.course.people.instrument().response_in_words(),
                LOOK_H
            ),
            last_dose_h,
            from_h: times_h[0],
            responders: Share {
                value: self.responders.mean(),
                lower: responders.map(|ends| ends.lower),
                upper: responders.map(|ends| ends.upper),
            },
            after: after.collect(),
            median: Until {
                time_h: lost(&kept),
                interval_h: interval
                    .as_ref()
                    .map(|ends| [&ends.lower, &ends.upper].map(|values| lost(values))),
            },
            times_h,
            kept,
            interval,
        })
    }
}

fn indicator(yes: bool) -> f64 {
    if yes { 1.0 } else { 0.0 }
}

fn share(values: &[f64], interval: Option<&Interval>, at: usize) -> Share {
    Share {
        value: values.get(at).copied().unwrap_or(f64::NAN),
        lower: interval.and_then(|ends| ends.lower.get(at).copied()),
        upper: interval.and_then(|ends| ends.upper.get(at).copied()),
    }
}

/// When a curve of proportions first satisfies `there`, on straight lines between its times; half is what it is asked for, so
/// the line is followed to where it crosses.
fn crossing(times_h: &[f64], values: &[f64], there: impl Fn(f64) -> bool) -> Option<f64> {
    let at = values.iter().position(|value| there(*value))?;
    let Some(before) = at.checked_sub(1) else {
        return times_h.first().copied();
    };
    let (mut low, mut high) = (0.0, 1.0);
    // Halving to the resolution of a double: the crossing is wherever `there` changes on the line.
    for _ in 0..52 {
        let middle = f64::midpoint(low, high);
        if there(values[before] + middle * (values[at] - values[before])) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(times_h[before] + high * (times_h[at] - times_h[before]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_crossed_on_the_line_between_two_times() {
        let times = [0.0, 10.0, 20.0];
        let rises = |value: f64| value >= 0.5;
        assert!((crossing(&times, &[0.0, 0.4, 0.8], rises).unwrap() - 12.5).abs() < 1e-9);
        assert_eq!(crossing(&times, &[0.6, 0.7, 0.8], rises), Some(0.0));
        assert_eq!(crossing(&times, &[0.0, 0.1, 0.2], rises), None);
        assert!((crossing(&times, &[1.0, 0.75, 0.25], |value| value <= 0.5).unwrap() - 15.0).abs() < 1e-9);
    }

    #[test]
    fn times_after_the_last_dose_end_with_the_horizon() {
        assert_eq!(times_h(&[0.0], 400.0), [24.0, 168.0, 336.0]);
        assert_eq!(times_h(&[0.0, 84.0], 100.0), [0.0; 0]);
        assert_eq!(times_h(&[], 400.0), [0.0; 0]);
    }
}
