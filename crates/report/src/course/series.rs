//! Reading a result over time: a quantity with its times, a stretch of time, values between times.

use euthymia_therapy::course::ArmRole;
use euthymia_therapy::result::{CourseResult, Observation, Quantity, QuantityKind};

use crate::figure::number::{percent, percent_range, significant};
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

/// Whether the run is of one patient, as the sentence of the answer says: what is counted then is courses.
pub(crate) fn one_patient(result: &CourseResult) -> bool {
    result.answer.sentence.contains("like this one")
}

/// How many were simulated: `2,000 virtual patients`, or courses of one.
pub(crate) fn people(result: &CourseResult) -> String {
    if one_patient(result) {
        let courses = words::counted(result.subjects, "possible course", "possible courses");
        format!("{courses} of one patient")
    } else {
        words::counted(result.subjects, "virtual patient", "virtual patients")
    }
}

/// What is counted: different patients, or possible courses of one.
pub(crate) fn counted_as(result: &CourseResult) -> &'static str {
    if one_patient(result) {
        "courses"
    } else {
        "patients"
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

/// A label's name and what explains it, which follows a comma or stands in brackets (`Dissociation, fraction of its
/// maximum`).
pub(crate) fn name_and_explanation(label: &str) -> (&str, Option<&str>) {
    if let Some((name, rest)) = label.split_once(", ") {
        return (name, Some(rest));
    }
    match label.strip_suffix(')').and_then(|label| label.split_once(" (")) {
        Some((name, rest)) => (name, Some(rest)),
        None => (label, None),
    }
}

/// A value of a quantity in words: `297 ng/mL`, `36 %`, and with what a fraction is of, `49 % of its maximum`.
pub(crate) fn in_words(value: f64, quantity: &Quantity) -> String {
    let (_, explanation) = name_and_explanation(&quantity.label);
    let of = explanation
        .and_then(|text| text.strip_prefix("fraction ").or(text.strip_prefix("share ")))
        .filter(|text| text.starts_with("of ") && quantity.unit.is_empty());
    match of {
        Some(of) => format!("{} {of}", with_unit(value, quantity)),
        None => with_unit(value, quantity),
    }
}

/// Two values of a quantity under one unit: `253 to 349 ng/mL`, `28 to 45 %`.
pub(crate) fn range(lower: f64, upper: f64, quantity: &Quantity) -> String {
    if quantity.unit.is_empty() {
        percent_range(lower, upper)
    } else {
        format!("{} to {}", significant(lower, 3), with_unit(upper, quantity))
    }
}

/// What all arms of the role were given, if their labels say the same of it: `Tiger 2020, ketamine IV` and `Anand 2023,
/// ketamine IV` share `ketamine IV`, which is then said once and not at every point.
fn shared_arm<'a>(observations: &[&'a Observation], role: ArmRole) -> Option<&'a str> {
    let mut arms = observations
        .iter()
        .filter(|observation| observation.role == role)
        .map(|observation| observation.label.split_once(", ").map(|(_, arm)| arm));
    let first = arms.next()??;
    arms.all(|arm| arm == Some(first)).then_some(first)
}

/// A trial's name at its points: without the arm where all arms of the role share it.
fn point_label(observation: &Observation, all: &[&Observation]) -> String {
    match shared_arm(all, observation.role) {
        Some(arm) => {
            let name = observation.label.strip_suffix(arm).unwrap_or(&observation.label);
            let name = name.trim_end_matches(", ");
            if observation.role == ArmRole::Control {
                format!("{name}, control")
            } else {
                name.to_owned()
            }
        }
        None => observation.label.clone(),
    }
}

/// What to say of the observed arms of a figure.
pub(crate) fn about_points(observations: &[&Observation], measured: &str) -> String {
    let any = |role| observations.iter().any(|observation| observation.role == role);
    let bars = observations
        .iter()
        .filter(|observation| observation.lower.is_some() && observation.upper.is_some())
        .count();
    let intervals = if bars == observations.len() {
        ", with 95\u{a0}% intervals"
    } else if bars > 0 {
        ", with 95\u{a0}% intervals where they are known"
    } else {
        ", without intervals, which the data do not give"
    };
    let arm = |role| {
        shared_arm(observations, role)
            .map(|arm| format!(" ({arm})"))
            .unwrap_or_default()
    };
    let (treatment, control) = (arm(ArmRole::Treatment), arm(ArmRole::Control));
    let treated = format!(" Points are {measured} measured in trials{treatment}{intervals}");
    let mut text = match (any(ArmRole::Treatment), any(ArmRole::Control)) {
        (true, true) => format!("{treated}; hollow ones are the trials' control arms{control}."),
        (true, false) => format!("{treated}."),
        (false, true) => {
            format!(" Hollow points are {measured} of the trials' control arms{control}{intervals}.")
        }
        (false, false) => String::new(),
    };
    let meet = observations.iter().enumerate().any(|(index, point)| {
        let before = observations[..index].iter();
        before
            .filter(|other| other.series == point.series)
            .any(|other| other.time_h == point.time_h)
    });
    if meet {
        text.push_str(" Points at one time stand side by side.");
    }
    text
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
            let first = own.first()?;
            let control = first.role == ArmRole::Control;
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
                label: point_label(first, all),
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
