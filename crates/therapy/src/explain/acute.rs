//! When an acute effect comes and goes, patient by patient.
//!
//! An effect is what a quantity differs from its value at the first dose. *Onset* is the first time at which it has
//! reached a tenth of its greatest, *return* the first time after the greatest at which it is below a tenth of it again;
//! both by straight lines between the times of the run. The time of the greatest is one of these times: 2 minutes apart
//! at first, 5 after an hour and a half, 15 after three hours, 30 after six. Only the first session is looked at: until
//! the next one, at most a day. The value at a dose is that after it: what follows a bolus without delay has no onset.

use super::window::{THERE, furthest};
use crate::simulate::{Trajectories, TrajectoryLayout};
use euthymia_engine::Block;
use serde::Serialize;
use std::convert::Infallible;

/// When an effect comes and goes: the median over the patients with the range of nine in ten. Times are hours since the
/// first dose. A patient in whom something does not happen within the window counts as one in whom it happens after
/// everybody else's; where that reaches a percentile, it is absent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct EffectTimes {
    /// Value at the first dose.
    pub start: Range,
    /// A tenth of the greatest effect is reached.
    pub onset_h: Range,
    /// Value when the effect is greatest.
    pub peak: Range,
    /// When that is.
    pub peak_h: Range,
    /// Back below a tenth of the greatest effect.
    pub return_h: Range,
    /// End of the stretch that was looked at.
    pub until_h: f64,
}

/// A median and the middle nine in ten.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Range {
    /// 5th percentile.
    pub p05: Option<f64>,
    /// Median.
    pub p50: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
}

impl Range {
    /// Of values, of which infinite ones are later than all others. A percentile is one of the values: between a time and
    /// never there is nothing.
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let rank = (share * values.len() as f64).ceil().max(1.0) as usize;
            values.get(rank - 1).copied().filter(|value| value.is_finite())
        };
        Self {
            p05: at(0.05),
            p50: at(0.5),
            p95: at(0.95),
        }
    }
}

/// One patient's effect; times since the first dose, infinite for what does not happen.
#[derive(Clone, Copy, Debug, PartialEq)]
struct One {
    start: f64,
    onset_h: f64,
    peak: f64,
    peak_h: f64,
    return_h: f64,
}

impl One {
    /// `None` without a time in the window.
    fn of(times_h: &[f64], values: &[f64], window_h: [f64; 2]) -> Option<Self> {
        let first = times_h.iter().position(|time| *time >= window_h[0])?;
        let start = *values.get(first)?;
        let never = f64::INFINITY;
        let Some((at, greatest)) = furthest(times_h, values, window_h) else {
            return Some(Self {
                start,
                onset_h: never,
                peak: start,
                peak_h: never,
                return_h: never,
            });
        };
        // In units of what counts as being there: 1 where it begins and ends.
        let there = |index: usize| (values[index] - start) / (THERE * greatest);
        let crossing = |before: usize| {
            let (from, to) = (there(before), there(before + 1));
            times_h[before] + (1.0 - from) / (to - from) * (times_h[before + 1] - times_h[before])
        };
        let onset = (first..at).find(|before| there(before + 1) >= 1.0).map(crossing);
        let last = times_h.partition_point(|time| *time <= window_h[1]);
        let gone = (at..last.saturating_sub(1))
            .find(|before| there(before + 1) < 1.0)
            .map(crossing);
        let since = |time: Option<f64>| time.map_or(never, |time| time - window_h[0]);
        Some(Self {
            start,
            onset_h: since(onset),
            peak: values[at],
            peak_h: times_h[at] - window_h[0],
            return_h: since(gone),
        })
    }
}

/// Watches trajectories for effects.
#[derive(Debug)]
pub(super) struct Effects {
    names: Vec<String>,
    window_h: [f64; 2],
    times_h: Vec<f64>,
    /// Column in the blocks by effect.
    columns: Vec<Option<usize>>,
    patients: Vec<Vec<One>>,
}

impl Effects {
    pub(super) fn new(names: Vec<String>, window_h: [f64; 2]) -> Self {
        Self {
            patients: vec![Vec::new(); names.len()],
            columns: Vec::new(),
            times_h: Vec::new(),
            names,
            window_h,
        }
    }

    /// When an effect comes and goes; `None` of what is not watched.
    pub(super) fn times(&self, name: &str) -> Option<EffectTimes> {
        let at = self.names.iter().position(|known| known == name)?;
        let patients = self.patients.get(at).filter(|patients| !patients.is_empty())?;
        let range = |of: fn(&One) -> f64| Range::of(patients.iter().map(of).collect());
        Some(EffectTimes {
            start: range(|one| one.start),
            onset_h: range(|one| one.onset_h),
            peak: range(|one| one.peak),
            peak_h: range(|one| one.peak_h),
            return_h: range(|one| one.return_h),
            until_h: self.window_h[1] - self.window_h[0],
        })
    }
}

impl Trajectories for Effects {
    type Error = Infallible;

    fn begin(&mut self, layout: &TrajectoryLayout) -> Result<(), Infallible> {
        self.times_h.clone_from(&layout.times_h);
        let column = |name: &String| layout.columns.iter().position(|column| column.name == *name);
        self.columns = self.names.iter().map(column).collect();
        Ok(())
    }

    fn block(&mut self, block: &Block) -> Result<(), Infallible> {
        for (patients, column) in self.patients.iter_mut().zip(&self.columns) {
            let Some(column) = *column else { continue };
            patients.extend((0..block.subjects).filter_map(|subject| {
                One::of(&self.times_h, block.trajectory(column, subject), self.window_h)
            }));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The times of a run's first day.
    fn times() -> Vec<f64> {
        let stretch = |from: f64, every: f64, until: f64| {
            (0..)
                .map(move |step| from + every * f64::from(step))
                .take_while(move |time| *time < until - 1e-9)
        };
        let first = stretch(0.0, 1.0 / 30.0, 1.5).chain(stretch(1.5, 1.0 / 12.0, 3.0));
        first
            .chain(stretch(3.0, 0.25, 6.0))
            .chain(stretch(6.0, 0.5, 24.5))
            .collect()
    }

    #[test]
    fn a_bolus_with_an_effect_site_comes_and_goes_as_its_closed_form_says() {
        let (k, ke0) = (0.7_f64, 5.0_f64);
        let exp = euthymia_vecmath::scalar::exp;
        // Of an effect that starts at 20 and falls by 8 times the concentration at the site of effect.
        let site = |t: f64| ke0 / (ke0 - k) * (exp(-k * t) - exp(-ke0 * t));
        let peak_h = euthymia_vecmath::scalar::ln(ke0 / k) / (ke0 - k);
        let tenth = |mut below: f64, mut above: f64| {
            for _ in 0..60 {
                let middle = f64::midpoint(below, above);
                if site(middle) < 0.1 * site(peak_h) {
                    below = middle;
                } else {
                    above = middle;
                }
            }
            below
        };
        let (onset_h, return_h) = (tenth(0.0, peak_h), tenth(20.0, peak_h));
        let times = times();
        let values: Vec<f64> = times.iter().map(|t| 20.0 - 8.0 * site(*t)).collect();
        let found = One::of(&times, &values, [0.0, 24.0]).unwrap();
        assert_eq!(found.start, 20.0);
        assert!(
            (found.onset_h - onset_h).abs() < 0.1 / 60.0,
            "{found:?} {onset_h}"
        );
        assert!((found.peak_h - peak_h).abs() <= 1.0 / 60.0, "{found:?} {peak_h}");
        assert!(
            (found.peak - (20.0 - 8.0 * site(peak_h))).abs() < 0.01,
            "{found:?}"
        );
        // Times are 15 minutes apart there.
        assert!(
            (found.return_h - return_h).abs() < 0.5 / 60.0,
            "{found:?} {return_h}"
        );
    }

    #[test]
    fn what_does_not_happen_is_later_than_all() {
        let times = [1.0, 2.0, 3.0, 4.0];
        let one = |values: [f64; 4]| One::of(&times, &values, [1.0, 4.0]).unwrap();
        let stays = one([0.0, 5.0, 10.0, 9.0]);
        assert!((stays.onset_h - 0.2).abs() < 1e-12);
        assert_eq!((stays.peak_h, stays.return_h), (2.0, f64::INFINITY));
        let flat = one([3.0; 4]);
        assert_eq!(
            (flat.onset_h, flat.peak, flat.return_h),
            (f64::INFINITY, 3.0, f64::INFINITY)
        );
        let next_session = One::of(&times, &[0.0, 5.0, 1.0, 50.0], [1.0, 3.0]).unwrap();
        assert_eq!((next_session.peak, next_session.return_h), (5.0, f64::INFINITY));
        let range = Range::of(vec![f64::INFINITY, 1.0, 2.0]);
        assert_eq!((range.p05, range.p50, range.p95), (Some(1.0), Some(2.0), None));
    }
}
