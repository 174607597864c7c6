//! Relapse after a course, of those who had responded at its end: the probabilities of the response model, averaged over them.

use super::collect::{COVERAGE, sums};
use super::{Run, quantities};
use crate::assembly::RELAPSE;
use crate::design::FEWEST_FOR_INTERVALS;
use crate::events::course_end_h;
use crate::result::{Relapse, Share, SomeWeeksAfter};
use euthymia_model::Model;
use euthymia_stats::variance::NestedSums;

/// Weeks after the end of a course at which relapses are told.
const WEEKS: [u32; 7] = [1, 2, 4, 8, 12, 26, 52];
const WEEK_H: f64 = 168.0;

/// Whether a model tells of relapse.
pub(super) fn are_told(model: &Model) -> bool {
    model.outputs().iter().any(|output| output.name == RELAPSE)
}

/// The end of the course, and the times that are told, as far as the horizon reaches.
pub(super) fn times_h(end_h: f64, horizon_h: f64) -> Vec<f64> {
    let weeks = WEEKS.map(|weeks| end_h + f64::from(weeks) * WEEK_H);
    let mut times: Vec<f64> = std::iter::once(end_h).chain(weeks).collect();
    times.retain(|time| *time <= horizon_h);
    times
}

/// What is counted of a run.
pub(super) struct Relapses {
    /// Column of the engine's blocks.
    pub(super) column: usize,
    end_h: f64,
    /// Place of the end of the course among the times.
    end: usize,
    /// Weeks, the place of the time, and what those who were in response at the end came to.
    weeks: Vec<(u32, usize, NestedSums)>,
}

impl Relapses {
    /// Absent where the model tells of none, or the horizon ends within a week of the course.
    pub(super) fn new(run: &Run<'_>) -> Option<Self> {
        let column = quantities::column(&run.program, RELAPSE)?;
        let end_h = course_end_h(run.course);
        let at = |time_h: f64| crate::grid::nearest(&run.times_h, time_h);
        let told = WEEKS
            .into_iter()
            .map(|weeks| (weeks, end_h + f64::from(weeks) * WEEK_H));
        let weeks: Vec<_> = told
            .filter(|(_, time_h)| *time_h <= run.course.horizon_h)
            .map(|(weeks, time_h)| (weeks, at(time_h), sums(run)))
            .collect();
        (!weeks.is_empty()).then(|| Self {
            column,
            end_h,
            end: at(end_h),
            weeks,
        })
    }

    /// Takes in one patient of a study: whether in response, and the probability of having relapsed, by time.
    pub(super) fn push(&mut self, study: usize, in_response: &[bool], relapsed: &[f64]) {
        if in_response[self.end] {
            for (_, at, sums) in &mut self.weeks {
                sums.push(study, relapsed[*at]);
            }
        }
    }

    /// Absent where nobody was in response.
    pub(super) fn told(&self, run: &Run<'_>, size: u64) -> Option<Relapse> {
        let people = self.weeks.first().map_or(0, |(.., sums)| sums.count());
        if people == 0 {
            return None;
        }
        let after = self.weeks.iter().map(|(weeks, _, sums)| {
            let ends = sums
                .proportion_interval(COVERAGE)
                .filter(|_| size.min(people) >= FEWEST_FOR_INTERVALS);
            SomeWeeksAfter {
                weeks: *weeks,
                share: Share {
                    value: sums.mean(),
                    lower: ends.map(|ends| ends.lower),
                    upper: ends.map(|ends| ends.upper),
                },
            }
        });
        Some(Relapse {
            definition: format!(
                "of those who were in response at the end of the course ({}), who has relapsed since by the definitions of the \
                 trials that followed people; treatment goes on as the course says",
                run.course.people.instrument().response_in_words()
            ),
            from_h: self.end_h,
            after: after.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_after_the_course_end_with_the_horizon() {
        assert_eq!(times_h(24.0, 24.0 + 672.0), [24.0, 192.0, 360.0, 696.0]);
        assert_eq!(times_h(696.0, 672.0), [0.0; 0]);
    }
}
