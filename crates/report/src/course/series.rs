//! Reading a result over time: a quantity with its times, a stretch of time, values between times.

use euthymia_therapy::course::ArmRole;
use euthymia_therapy::result::{CourseResult, Observation, Quantity, QuantityKind};

use crate::figure::number::{percent, significant};
use crate::figure::{Dose, Doses, Point, Points, Role, Shape};

use super::words;

/// A stretch of time, h.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window {
    pub(crate) start_h: f64,
    pub(crate) end_h: f64,
}

impl Window {
    /// From the first time to the end of the horizon.
    pub(crate) fn whole(result: &CourseResult) -> Self {
        let start_h = result.times_h.first().copied().unwrap_or(0.0);
        let end_h = result.times_h.last().copied().unwrap_or(0.0);
        Self { start_h, end_h }
    }

    /// The same start, at most `length_h` long.
    pub(crate) fn first(self, length_h: f64) -> Self {
        Self {
            end_h: self.end_h.min(self.start_h + length_h),
            ..self
        }
    }

    pub(crate) fn contains(self, time_h: f64) -> bool {
        time_h >= self.start_h && time_h <= self.end_h
    }

    /// Positions of the times inside.
    pub(crate) fn indices(self, times_h: &[f64]) -> Vec<usize> {
        (0..times_h.len())
            .filter(|index| self.contains(times_h[*index]))
            .collect()
    }
}

/// A series with its times.
#[derive(Clone, Copy)]
pub(crate) struct Track<'a> {
    pub(crate) times_h: &'a [f64],
    pub(crate) values: &'a [f64],
}

impl Track<'_> {
    /// The value at a time, by straight lines between neighbours; the first or last value beyond the ends.
    pub(crate) fn at(&self, time_h: f64) -> f64 {
        let after = self.times_h.partition_point(|time| *time < time_h);
        match (after.checked_sub(1), self.values.get(after)) {
            (None, Some(value)) => *value,
            (Some(before), None) => self.values[before],
            (Some(before), Some(value)) => {
                let (left, right) = (self.times_h[before], self.times_h[after]);
                let share = (time_h - left) / (right - left);
                self.values[before] + share * (value - self.values[before])
            }
            (None, None) => 0.0,
        }
    }

    /// Position of the highest value in a window (the first of equals).
    pub(crate) fn peak(&self, window: Window) -> Option<usize> {
        window.indices(self.times_h).into_iter().reduce(|best, index| {
            if self.values[index] > self.values[best] {
                index
            } else {
                best
            }
        })
    }
}

/// Quantities of a family, in the order of the result.
pub(crate) fn of_kind(result: &CourseResult, kind: QuantityKind) -> Vec<&Quantity> {
    result
        .quantities
        .iter()
        .filter(|quantity| quantity.kind == kind)
        .collect()
}

/// The label without the words that the sampling site repeats (`Ketamine in plasma`, sampled in arterial plasma).
pub(crate) fn bare_label(quantity: &Quantity) -> &str {
    let medium = quantity
        .sampling_site
        .as_ref()
        .and_then(|site| site.split(' ').next_back());
    let repeated = medium.and_then(|medium| quantity.label.strip_suffix(medium)?.strip_suffix(" in "));
    repeated.unwrap_or(&quantity.label)
}

/// What to say of the observed arms of a figure.
pub(crate) fn about_points(observations: &[&Observation], measured: &str) -> String {
    let any = |role| observations.iter().any(|observation| observation.role == role);
    let treated = format!(" Points are {measured} measured in trials, with 95\u{a0}% intervals");
    match (any(ArmRole::Treatment), any(ArmRole::Control)) {
        (true, true) => format!("{treated}; hollow ones are the trials' control arms."),
        (true, false) => format!("{treated}."),
        (false, true) => {
            format!(" Hollow points are {measured} of the trials' control arms, with 95\u{a0}% intervals.")
        }
        (false, false) => String::new(),
    }
}

/// A value with its unit; a quantity without a unit is a fraction and shown as a percentage.
pub(crate) fn with_unit(value: f64, quantity: &Quantity) -> String {
    if quantity.unit.is_empty() {
        percent(value)
    } else {
        format!("{}\u{a0}{}", significant(value, 3), quantity.unit)
    }
}

/// The doses of a window as marks under a plot; `None` without doses.
pub(crate) fn dose_strip(result: &CourseResult) -> Option<Doses> {
    if result.doses.is_empty() {
        return None;
    }
    let items = result
        .doses
        .iter()
        .map(|dose| Dose {
            start: dose.time_h,
            duration: dose.duration_h,
            title: format!("{}, {}", dose.label, words::instant(dose.time_h)),
        })
        .collect();
    Some(Doses {
        items,
        names: ("dose".to_owned(), "doses".to_owned()),
    })
}

/// Observations of a series inside a window.
pub(crate) fn observations<'a>(
    result: &'a CourseResult,
    series: &str,
    window: Window,
) -> Vec<&'a Observation> {
    result
        .observations
        .iter()
        .filter(|point| point.series == series && window.contains(point.time_h))
        .collect()
}

/// Observations as points, one set per label. Shapes follow the place of a label in `all`, so that figures that show
/// different times of the same trials agree; `shift` moves them on where several series share a panel.
pub(crate) fn point_sets(
    observations: &[&Observation],
    all: &[&Observation],
    role: Role,
    shift: usize,
    show: fn(f64) -> String,
) -> Vec<Points> {
    let mut labels: Vec<&str> = Vec::new();
    for observation in all {
        if !labels.contains(&observation.label.as_str()) {
            labels.push(&observation.label);
        }
    }
    labels
        .into_iter()
        .enumerate()
        .filter_map(|(index, label)| {
            let own: Vec<&Observation> = observations
                .iter()
                .copied()
                .filter(|point| point.label == label)
                .collect();
            let control = own.first()?.role == ArmRole::Control;
            let items = own.iter().map(|observation| Point {
                x: observation.time_h,
                y: observation.value,
                interval: observation.lower.zip(observation.upper),
                title: describe(observation, show),
            });
            Some(Points {
                items: items.collect(),
                role: if control { Role::Ink } else { role },
                shape: Shape::nth(index + shift),
                filled: !control,
                label: label.to_owned(),
            })
        })
        .collect()
}

fn describe(observation: &Observation, show: fn(f64) -> String) -> String {
    let mut text = format!(
        "{}, {}: {}",
        observation.label,
        words::instant(observation.time_h),
        show(observation.value)
    );
    if let (Some(lower), Some(upper)) = (observation.lower, observation.upper) {
        text.push_str(&format!(
            " (95\u{a0}% interval {} to {})",
            show(lower),
            show(upper)
        ));
    }
    if let Some(n) = observation.n {
        text.push_str(&format!(", {n} people"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_between_times_lie_on_straight_lines() {
        let track = Track {
            times_h: &[0.0, 2.0, 4.0],
            values: &[10.0, 20.0, 0.0],
        };
        assert_eq!(
            [
                track.at(-1.0),
                track.at(0.0),
                track.at(1.0),
                track.at(3.0),
                track.at(9.0)
            ],
            [10.0, 10.0, 15.0, 10.0, 0.0]
        );
        assert_eq!(
            track.peak(Window {
                start_h: 0.0,
                end_h: 4.0
            }),
            Some(1)
        );
        assert_eq!(
            track.peak(Window {
                start_h: 5.0,
                end_h: 6.0
            }),
            None
        );
    }
}
