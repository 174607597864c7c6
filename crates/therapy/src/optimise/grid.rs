//! Which values are tried: of a range some at sensible steps, and between those that did best more.

use super::scan::with_unit;
use super::vary::{DoseUnit, Key, Values, Vary};
use crate::course::DoseAmount;
use crate::definition::{duration, in_words};

/// Most steps of a range of what needs a session to be simulated.
const MOST_SIMULATED: f64 = 8.0;
/// Most steps of a range of what does not.
const MOST_STEPS: f64 = 14.0;
/// Steps of times, h.
const TIMES_H: [f64; 11] = [1.0, 2.0, 3.0, 4.0, 6.0, 12.0, 24.0, 48.0, 84.0, 168.0, 336.0];
/// Steps of doses and infusions, in powers of ten, those that people would take first.
const ROUND: [f64; 5] = [1.0, 1.25, 2.0, 2.5, 5.0];

/// The values of one thing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    pub(super) key: Key,
    pub(super) unit: DoseUnit,
    /// Increasing; none first.
    pub(super) values: Vec<Option<f64>>,
    /// Between two values there may be another, which is a multiple of this; absent where the values were told.
    pub(super) finer: Option<f64>,
}

/// What is asked of an axis beside what was written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Also {
    /// The course's own value.
    pub(super) own: Option<f64>,
    /// Content of a device, mg.
    pub(super) device_mg: Option<f64>,
}

impl Axis {
    pub(super) fn new(vary: &Vary, also: Also) -> Self {
        let (mut values, finer): (Vec<Option<f64>>, Option<f64>) = match vary.values {
            Values::Listed(ref values) => (values.clone(), None),
            Values::Range {
                from,
                to,
                step: Some(step),
            } => (stepped(from, to, step), None),
            Values::Range { from, to, step: None } => {
                let step = match (vary.key, also.device_mg) {
                    (Key::Dose, Some(content)) => {
                        let whole = ((to - from) / content / MOST_SIMULATED).ceil().max(1.0);
                        whole * content
                    }
                    (Key::Dose, None) => round_step(from, to, MOST_SIMULATED),
                    (Key::Infusion, _) => round_step(from * 60.0, to * 60.0, MOST_SIMULATED) / 60.0,
                    (Key::Sessions, _) => ((to - from) / MOST_STEPS).ceil().max(1.0),
                    (Key::Interval | Key::Maintenance, _) => {
                        let fits = |step: &&f64| (to - from) / **step <= MOST_STEPS;
                        TIMES_H
                            .iter()
                            .find(fits)
                            .copied()
                            .unwrap_or((to - from) / MOST_STEPS)
                    }
                };
                let finer = match (vary.key, also.device_mg) {
                    (Key::Dose, Some(content)) => content,
                    (Key::Sessions, _) => 1.0,
                    (Key::Interval | Key::Maintenance, _) => (step / 2.0).max(1.0),
                    (Key::Dose, None) => round_below(step / 2.0),
                    (Key::Infusion, _) => round_below(step * 30.0) / 60.0,
                };
                let mut values = match vary.key {
                    Key::Infusion => minutes(from, to, step),
                    _ => stepped(from, to, step),
                };
                if let Some(own) = also.own.filter(|own| (from..=to).contains(own)) {
                    values.push(Some(own));
                }
                (values, Some(finer))
            }
        };
        // What differs from the course's own by rounding alone is that.
        for value in values.iter_mut().flatten() {
            *value = also
                .own
                .filter(|own| (own - *value).abs() < 1e-9)
                .unwrap_or(*value);
        }
        sort(&mut values);
        Self {
            key: vary.key,
            unit: vary.unit,
            values,
            finer,
        }
    }

    /// Values half way from one to its neighbours, where there is room for another.
    pub(super) fn beside(&self, value: Option<f64>) -> Vec<f64> {
        let (Some(finer), Some(value)) = (self.finer, value) else {
            return Vec::new();
        };
        let known: Vec<f64> = self.values.iter().flatten().copied().collect();
        let below = known
            .iter()
            .copied()
            .filter(|other| *other < value)
            .reduce(f64::max);
        let above = known
            .iter()
            .copied()
            .filter(|other| *other > value)
            .reduce(f64::min);
        let middle = |other: f64| {
            let half = (value + (other - value) / 2.0) / finer;
            tidy(half.round() * finer)
        };
        let is_new = |middle: &f64| known.iter().all(|known| (known - middle).abs() > 1e-9);
        [below, above]
            .into_iter()
            .flatten()
            .map(middle)
            .filter(is_new)
            .collect()
    }

    /// A value as it is said.
    pub(super) fn said(&self, value: Option<f64>) -> String {
        match (value, self.key) {
            (None, _) => "none".to_owned(),
            (Some(value), Key::Dose) => dose_in_words(self.amount(value)),
            (Some(value), Key::Sessions) => in_words(value),
            (Some(value), _) => duration(value),
        }
    }

    /// A dose in the unit of this axis.
    pub(super) fn amount(&self, value: f64) -> DoseAmount {
        match self.unit {
            DoseUnit::Milligrams => DoseAmount::Fixed(value),
            DoseUnit::PerWeight => DoseAmount::PerWeight(value),
        }
    }
}

/// `0.5 mg/kg`.
pub(super) fn dose_in_words(dose: DoseAmount) -> String {
    match dose {
        DoseAmount::Fixed(mg) => with_unit(mg, "mg"),
        DoseAmount::PerWeight(mg_per_kg) => with_unit(mg_per_kg, "mg/kg"),
    }
}

fn sort(values: &mut Vec<Option<f64>>) {
    let number = |value: &Option<f64>| value.unwrap_or(-1.0);
    values.sort_by(|one, other| number(one).total_cmp(&number(other)));
    values.dedup_by(|one, other| (number(one) - number(other)).abs() < 1e-9);
}

/// From one value by steps, and the last.
fn stepped(from: f64, to: f64, step: f64) -> Vec<Option<f64>> {
    let count = ((to - from) / step * (1.0 + 1e-9)).floor();
    let mut values: Vec<Option<f64>> = Vec::new();
    let mut at = 0.0;
    while at <= count {
        values.push(Some(tidy(from + at * step)));
        at += 1.0;
    }
    values.push(Some(to));
    values
}

/// The same of times in h, at whole parts of minutes.
fn minutes(from: f64, to: f64, step: f64) -> Vec<Option<f64>> {
    let all = stepped(tidy(from * 60.0), tidy(to * 60.0), tidy(step * 60.0));
    all.into_iter()
        .map(|value| value.map(|minutes| minutes / 60.0))
        .collect()
}

/// Without what adding left behind the ninth decimal.
fn tidy(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}

/// A round step that takes at most so many to get from one value to another: one that meets both, if there is one.
fn round_step(from: f64, to: f64, most: f64) -> f64 {
    let least = (to - from) / most;
    let mut scale = 1.0;
    while scale > least {
        scale /= 10.0;
    }
    while scale * 10.0 <= least {
        scale *= 10.0;
    }
    let steps = [scale, 10.0 * scale]
        .into_iter()
        .flat_map(|scale| ROUND.map(|round| round * scale));
    let fitting: Vec<f64> = steps.filter(|step| *step >= least * (1.0 - 1e-9)).collect();
    let meets = |step: &&f64| {
        let count = (to - from) / **step;
        (count - count.round()).abs() < 1e-6 && count > 2.5
    };
    let found = fitting.iter().find(meets).or_else(|| fitting.first());
    found.copied().unwrap_or(least)
}

/// The largest of 1, 2 and 5 times a power of ten that is no more.
fn round_below(value: f64) -> f64 {
    let mut scale = 1.0;
    while scale > value {
        scale /= 10.0;
    }
    while scale * 10.0 <= value {
        scale *= 10.0;
    }
    let fits = |round: &f64| round * scale <= value * (1.0 + 1e-9);
    [5.0, 2.0, 1.0].into_iter().find(fits).unwrap_or(1.0) * scale
}

#[cfg(test)]
mod tests {
    use super::super::vary::vary;
    use super::*;

    fn values(text: &str, also: Also) -> Vec<f64> {
        let axis = Axis::new(&vary(text).expect("readable"), also);
        axis.values.iter().map(|value| value.unwrap_or(-1.0)).collect()
    }

    #[test]
    fn ranges_are_cut_at_round_steps() {
        assert_eq!(
            values("dose=0.25..1.0mg/kg", Also::default()),
            [0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0]
        );
        assert_eq!(values("dose=0.1..0.9mg/kg", Also::default()).len(), 9);
        assert_eq!(values("sessions=4..12", Also::default()).len(), 9);
        assert_eq!(values("infusion=20..60min", Also::default())[1], 25.0 / 60.0);
        let devices = Also {
            device_mg: Some(28.0),
            ..Also::default()
        };
        assert_eq!(values("dose=28..84mg", devices), [28.0, 56.0, 84.0]);
    }

    #[test]
    fn the_own_value_of_a_course_is_among_those_of_a_range() {
        let own = Also {
            own: Some(84.0),
            ..Also::default()
        };
        let days: Vec<f64> = values("interval=2..14d", own)
            .iter()
            .map(|hours| hours / 24.0)
            .collect();
        assert_eq!(&days[..4], [2.0, 3.0, 3.5, 4.0]);
        assert_eq!((days.len(), days[13]), (14, 14.0));
    }

    #[test]
    fn lists_and_told_steps_stay_as_they_are() {
        assert_eq!(
            values("maintenance=none,7d,14d", Also::default()),
            [-1.0, 168.0, 336.0]
        );
        assert_eq!(values("interval=1w,3.5d", Also::default()), [84.0, 168.0]);
        assert_eq!(
            values("dose=0.25:0.25:1mg/kg", Also::default()),
            [0.25, 0.5, 0.75, 1.0]
        );
        let axis = Axis::new(&vary("dose=0.25:0.25:1mg/kg").expect("readable"), Also::default());
        assert_eq!(axis.beside(Some(0.5)), Vec::<f64>::new());
    }

    #[test]
    fn a_second_look_is_half_way_to_the_neighbours() {
        let axis = Axis::new(&vary("dose=0.25..1.0mg/kg").expect("readable"), Also::default());
        assert_eq!(axis.beside(Some(0.5)), [0.45, 0.55]);
        assert_eq!(axis.beside(Some(1.0)), [0.95]);
        let axis = Axis::new(&vary("sessions=4..12").expect("readable"), Also::default());
        assert_eq!(axis.beside(Some(5.0)), Vec::<f64>::new());
    }
}
