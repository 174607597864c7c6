//! The part of a group to whom something has not happened yet, where some were followed only for a while.
//!
//! Kaplan and Meier 1958 (doi:10.1080/01621459.1958.10501452), with Greenwood's variance, intervals on three scales
//! (Kalbfleisch and Prentice, *The Statistical Analysis of Failure Time Data*, section 1.4), quantiles with intervals by
//! Brookmeyer and Crowley 1982 (doi:10.2307/2530286) and restricted means. Whoever leaves at the time of an event is
//! counted as at risk for it.

use crate::normal;
use euthymia_vecmath::scalar::{exp, ln};
use thiserror::Error;

/// Why there is no curve.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum SurvivalError {
    /// Nobody.
    #[error("a survival curve needs at least one person")]
    Empty,
    /// Times and events of other numbers of people.
    #[error("{times} times, but {events} events")]
    Lengths {
        /// Times given.
        times: usize,
        /// Events given.
        events: usize,
    },
    /// A time that is no number or lies before the start.
    #[error("the time of person {index} is {time}: it must be a number not below 0")]
    Time {
        /// Position, from 0.
        index: usize,
        /// The time.
        time: f64,
    },
    /// A horizon after the last time, where the curve is not known.
    #[error("the curve is known up to {last}, not up to {horizon}")]
    Beyond {
        /// The horizon asked for.
        horizon: f64,
        /// The last time of anybody.
        last: f64,
    },
}

/// The scale on which an interval is symmetric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symmetry {
    /// Of the part itself.
    Plain,
    /// Of its logarithm.
    Log,
    /// Of the logarithm of minus its logarithm: never beyond 0 and 1.
    LogLog,
}

/// The curve where it steps down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// When.
    pub time: f64,
    /// How many were followed until then without the event.
    pub at_risk: usize,
    /// How many had it then.
    pub events: usize,
    /// Part to whom it has not happened, from then on.
    pub survival: f64,
    /// Variance of the logarithm of that part (Greenwood's sum); infinite where nobody is left.
    pub log_variance: f64,
}

impl Step {
    /// Greenwood's standard error of the part; none where nobody is left.
    #[must_use]
    pub fn se(&self) -> Option<f64> {
        (self.survival > 0.0).then(|| self.survival * self.log_variance.sqrt())
    }

    /// An interval of the part; none where nobody is left.
    #[must_use]
    pub fn interval(&self, level: f64, symmetry: Symmetry) -> Option<(f64, f64)> {
        let (s, sd) = (self.survival, self.log_variance.sqrt());
        let z = normal::quantile(f64::midpoint(1.0, level));
        if s <= 0.0 || !z.is_finite() {
            return None;
        }
        match symmetry {
            Symmetry::Plain => Some(((s - z * s * sd).max(0.0), (s + z * s * sd).min(1.0))),
            Symmetry::Log => Some((s * exp(-z * sd), (s * exp(z * sd)).min(1.0))),
            Symmetry::LogLog if s >= 1.0 => Some((1.0, 1.0)),
            Symmetry::LogLog => {
                let hazard = -ln(s);
                let width = z * sd / hazard;
                Some((exp(-hazard * exp(width)), exp(-hazard * exp(-width))))
            }
        }
    }
}

/// The time until which a part of the group has had the event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// The time; none where the curve does not come down that far.
    pub time: Option<f64>,
    /// Lower end of its interval.
    pub lower: Option<f64>,
    /// Upper end of its interval; none where the band does not come down that far.
    pub upper: Option<f64>,
}

/// The mean time without the event up to a horizon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RestrictedMean {
    /// In the unit of time.
    pub mean: f64,
    /// Its standard error.
    pub se: f64,
}

/// A curve.
#[derive(Clone, Debug, PartialEq)]
pub struct KaplanMeier {
    steps: Vec<Step>,
    last: f64,
}

impl KaplanMeier {
    /// Of the time until which each person was followed, and whether the event ended that time.
    ///
    /// # Errors
    /// [`SurvivalError`].
    pub fn new(times: &[f64], events: &[bool]) -> Result<Self, SurvivalError> {
        if times.len() != events.len() {
            return Err(SurvivalError::Lengths {
                times: times.len(),
                events: events.len(),
            });
        }
        let wrong = |time: &f64| !time.is_finite() || *time < 0.0;
        if let Some(index) = times.iter().position(wrong) {
            return Err(SurvivalError::Time {
                index,
                time: times[index],
            });
        }
        let mut people: Vec<(f64, bool)> = times.iter().copied().zip(events.iter().copied()).collect();
        people.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
        let last = people.last().ok_or(SurvivalError::Empty)?.0;
        let (mut survival, mut log_variance, mut at_risk) = (1.0, 0.0, people.len());
        let mut steps = Vec::new();
        for tied in people.chunk_by(|one, other| one.0 == other.0) {
            let events = tied.iter().filter(|(_, event)| *event).count();
            if events > 0 {
                let (n, d) = (at_risk as f64, events as f64);
                survival *= (n - d) / n;
                // Infinite where all who are left have it.
                log_variance += d / (n * (n - d));
                steps.push(Step {
                    time: tied[0].0,
                    at_risk,
                    events,
                    survival,
                    log_variance,
                });
            }
            at_risk -= tied.len();
        }
        Ok(Self { steps, last })
    }

    /// Where the curve steps down, in order; before the first it is 1.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The last time at which anybody was seen.
    #[must_use]
    pub fn last(&self) -> f64 {
        self.last
    }

    /// The part to whom it has not happened by a time, and its standard error; none after the last time.
    #[must_use]
    pub fn at(&self, time: f64) -> Option<(f64, Option<f64>)> {
        if time.is_nan() || time > self.last {
            return None;
        }
        let before = self.steps.partition_point(|step| step.time <= time);
        Some(match before.checked_sub(1) {
            None => (1.0, Some(0.0)),
            Some(at) => (self.steps[at].survival, self.steps[at].se()),
        })
    }

    /// The time until which a part (0.5: the median) has had the event: where the curve, and the ends of its band, come
    /// down to what is left. A curve that is flat just there gives the middle of its flat piece.
    #[must_use]
    pub fn quantile(&self, part: f64, level: f64, symmetry: Symmetry) -> Quantile {
        let end = |upper: bool| {
            self.crossing(part, |step| {
                let interval = step.interval(level, symmetry);
                interval.map(|(low, high)| if upper { high } else { low })
            })
        };
        Quantile {
            time: self.crossing(part, |step| Some(step.survival)),
            lower: end(false),
            upper: end(true),
        }
    }

    fn crossing(&self, part: f64, height: impl Fn(&Step) -> Option<f64>) -> Option<f64> {
        // Products of fractions come to what is left only up to rounding.
        const NEAR: f64 = 1e-9;
        let left = 1.0 - part;
        if !(part > 0.0 && part < 1.0) {
            return None;
        }
        let heights = || {
            self.steps
                .iter()
                .filter_map(|step| height(step).map(|height| (step.time, height)))
        };
        let (time, reached) = heights().find(|(_, height)| *height <= left + NEAR)?;
        if (reached - left).abs() > NEAR {
            return Some(time);
        }
        let next = heights().find(|(_, height)| *height < left - NEAR);
        // Flat until the end of what was seen: only where it began is known.
        Some(next.map_or(time, |(next, _)| f64::midpoint(time, next)))
    }

    /// The mean time without the event up to a horizon: the area under the curve.
    ///
    /// # Errors
    /// A horizon that lies after the last time while some are left, below 0 or no number.
    pub fn restricted_mean(&self, horizon: f64) -> Result<RestrictedMean, SurvivalError> {
        let known = horizon <= self.last || self.steps.last().is_some_and(|step| step.survival == 0.0);
        if !horizon.is_finite() || horizon < 0.0 || !known {
            return Err(SurvivalError::Beyond {
                horizon,
                last: self.last,
            });
        }
        let steps = &self.steps[..self.steps.partition_point(|step| step.time < horizon)];
        let (mut area, mut variance, mut end) = (0.0, 0.0, horizon);
        // From the right: the area after each step is what its chance can change.
        for (at, step) in steps.iter().enumerate().rev() {
            area += step.survival * (end - step.time);
            end = step.time;
            let before = at.checked_sub(1).map_or(0.0, |at| steps[at].log_variance);
            let added = step.log_variance - before;
            if added.is_finite() {
                variance += area * area * added;
            }
        }
        Ok(RestrictedMean {
            mean: area + end,
            se: variance.sqrt(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_censoring_the_curve_is_a_proportion() {
        let times: Vec<f64> = (1..=10).map(f64::from).collect();
        let curve = KaplanMeier::new(&times, &[true; 10]).unwrap();
        for (step, time) in curve.steps().iter().zip(&times) {
            let left = 1.0 - time / 10.0;
            assert!((step.survival - left).abs() < 1e-14);
            if let Some(se) = step.se() {
                // Of a binomial proportion.
                assert!((se - (left * (1.0 - left) / 10.0).sqrt()).abs() < 1e-14);
            }
        }
        // The mean of the times, and its standard error with the population's variance.
        let mean = curve.restricted_mean(10.0).unwrap();
        assert!((mean.mean - 5.5).abs() < 1e-12);
        assert!((mean.se - (8.25_f64 / 10.0).sqrt()).abs() < 1e-12, "{mean:?}");
        assert_eq!(
            curve.quantile(0.5, 0.95, Symmetry::Log).time,
            Some(5.5),
            "flat at one half between the fifth and the sixth"
        );
        assert!(curve.restricted_mean(20.0).is_ok(), "nobody is left");
    }

    #[test]
    fn the_unit_of_time_does_not_matter() {
        let (times, events) = (
            [3.0, 1.0, 4.0, 1.5, 9.0, 2.6],
            [true, false, true, true, false, true],
        );
        let days: Vec<f64> = times.iter().map(|week| week * 7.0).collect();
        let weekly = KaplanMeier::new(&times, &events)
            .unwrap()
            .restricted_mean(8.0)
            .unwrap();
        let daily = KaplanMeier::new(&days, &events)
            .unwrap()
            .restricted_mean(56.0)
            .unwrap();
        assert!((daily.mean - 7.0 * weekly.mean).abs() < 1e-12);
        assert!((daily.se - 7.0 * weekly.se).abs() < 1e-12);
    }

    #[test]
    fn nobody_has_it() {
        let curve = KaplanMeier::new(&[2.0, 3.0], &[false, false]).unwrap();
        assert!(curve.steps().is_empty());
        assert_eq!(curve.at(2.5), Some((1.0, Some(0.0))));
        assert_eq!(curve.at(3.5), None);
        let all = RestrictedMean { mean: 3.0, se: 0.0 };
        assert_eq!(curve.restricted_mean(3.0), Ok(all));
        let none = Quantile {
            time: None,
            lower: None,
            upper: None,
        };
        assert_eq!(curve.quantile(0.5, 0.95, Symmetry::Log), none);
    }

    #[test]
    fn what_is_no_curve_is_refused() {
        assert_eq!(KaplanMeier::new(&[], &[]), Err(SurvivalError::Empty));
        let lengths = SurvivalError::Lengths { times: 1, events: 2 };
        assert_eq!(KaplanMeier::new(&[1.0], &[true, false]), Err(lengths));
        let time = SurvivalError::Time { index: 1, time: -1.0 };
        assert_eq!(KaplanMeier::new(&[1.0, -1.0], &[true, false]), Err(time));
        assert!(KaplanMeier::new(&[f64::NAN], &[true]).is_err());
        let curve = KaplanMeier::new(&[1.0, 4.0], &[true, false]).unwrap();
        let beyond = SurvivalError::Beyond {
            horizon: 5.0,
            last: 4.0,
        };
        assert_eq!(curve.restricted_mean(5.0), Err(beyond));
    }
}
