//! The figures of strategies side by side: what becomes of people over time, and what that costs.
//!
//! Few strategies share a panel, told apart by colour, dash and the name at the end of the line. Many get a panel each
//! on common axes, with the first strategy behind in grey: bands of seven in one plot cannot be read.

mod economy;

pub use economy::{Draws, Information, acceptability_figure, plane_figure, value_of_information_figure};

use crate::figure::{
    Axis, Figure, FigureError, Height, Labels, Line, Mark, Panel, Ribbon, Role, Scale, Stroke, Weight,
    responsive,
};

/// Most strategies whose bands share a panel.
const TOGETHER: usize = 3;
/// Hours of a day and of a week.
const DAY: f64 = 24.0;
const WEEK: f64 = 168.0;

/// Colours of strategies in their order.
const ROLES: [Role; 7] = [
    Role::Blue,
    Role::Green,
    Role::Purple,
    Role::Amber,
    Role::Vermillion,
    Role::Ink,
    Role::Soft,
];

/// Colour of the strategy at a place.
fn role(at: usize) -> Role {
    ROLES[at % ROLES.len()]
}

/// Dashes of the strategy at a place.
fn stroke(at: usize) -> Stroke {
    [Stroke::Solid, Stroke::Dashed, Stroke::Dotted][at % 3]
}

/// A curve of a strategy with its band; the band is left out where its ends are empty.
#[derive(Clone, Copy, Debug)]
pub struct Curve<'a> {
    /// Name of it.
    pub name: &'a str,
    /// Days for the part of people, weeks for a mean.
    pub x: &'a [f64],
    /// Values.
    pub y: &'a [f64],
    /// Lower ends of the band.
    pub lower: &'a [f64],
    /// Upper ends of the band.
    pub upper: &'a [f64],
}

/// The part of people for whom something has not happened yet (or has), by day: steps with bands, which `band` names.
///
/// # Errors
/// Values that are not finite, or vectors that differ in length.
pub fn survival_figure(
    id: &str,
    title: &str,
    axis: &str,
    band: &str,
    curves: &[Curve<'_>],
) -> Result<String, FigureError> {
    let stepped: Vec<Owned> = curves.iter().map(Owned::stepped).collect();
    let scale = Scale::linear_exact(0.0, 1.0, Labels::Percent);
    side_by_side(id, title, (axis, band), &stepped, &scale)
}

/// A mean with its band, which `band` names, by week; percentages fill the axis.
///
/// # Errors
/// Values that are not finite, or vectors that differ in length.
pub fn curves_figure(
    id: &str,
    title: &str,
    axis: &str,
    band: &str,
    labels: Labels,
    curves: &[Curve<'_>],
) -> Result<String, FigureError> {
    let values = || {
        let all = curves
            .iter()
            .flat_map(|curve| [curve.y, curve.lower, curve.upper]);
        all.flatten().copied().filter(|value| value.is_finite())
    };
    let scale = match labels {
        Labels::Percent => Scale::linear_exact(0.0, 1.0, labels),
        Labels::Number => Scale::linear(values().fold(0.0, f64::min), values().fold(0.0, f64::max), labels),
    };
    let owned: Vec<Owned> = curves.iter().map(Owned::of).collect();
    side_by_side(id, title, (axis, band), &owned, &scale)
}

/// A curve over hours.
struct Owned {
    name: String,
    x: Vec<f64>,
    y: Vec<f64>,
    band: Option<(Vec<f64>, Vec<f64>)>,
}

impl Owned {
    fn of(curve: &Curve<'_>) -> Self {
        Self {
            name: curve.name.to_owned(),
            x: curve.x.iter().map(|week| week * WEEK).collect(),
            y: curve.y.to_vec(),
            band: (!curve.lower.is_empty()).then(|| (curve.lower.to_vec(), curve.upper.to_vec())),
        }
    }

    /// Flat until the next value.
    fn stepped(curve: &Curve<'_>) -> Self {
        let steps = |values: &[f64]| -> Vec<f64> {
            let held = values.iter().flat_map(|value| [*value, *value]);
            held.take((2 * values.len()).saturating_sub(1)).collect()
        };
        let x = curve
            .x
            .iter()
            .flat_map(|day| [day * DAY, day * DAY])
            .skip(1)
            .collect();
        Self {
            name: curve.name.to_owned(),
            x,
            y: steps(curve.y),
            band: (!curve.lower.is_empty()).then(|| (steps(curve.lower), steps(curve.upper))),
        }
    }

    fn line(&self, role: Role, stroke: Stroke, label: Option<String>) -> Mark {
        Mark::Line(Line {
            x: self.x.clone(),
            y: self.y.clone(),
            role,
            stroke,
            label,
        })
    }

    fn ribbon(&self, role: Role, label: Option<String>) -> Option<Mark> {
        let (lower, upper) = self.band.clone()?;
        Some(Mark::Ribbon(Ribbon {
            x: self.x.clone(),
            lower,
            upper,
            role,
            weight: Weight::Outer,
            label,
        }))
    }
}

fn side_by_side(
    id: &str,
    title: &str,
    (axis, band): (&str, &str),
    curves: &[Owned],
    scale: &Scale,
) -> Result<String, FigureError> {
    let last = curves
        .iter()
        .flat_map(|curve| &curve.x)
        .fold(0.0, |last, x| f64::max(last, *x));
    let many = curves.len() > TOGETHER;
    let panel = |title: Option<String>, axis: &str, marks: Vec<Mark>| Panel {
        title,
        x: Axis {
            title: "Time".to_owned(),
            scale: Scale::time(0.0, last),
        },
        y: Axis {
            title: axis.to_owned(),
            scale: scale.clone(),
        },
        marks,
        doses: None,
    };
    let panels = if many {
        let behind = |at: usize| {
            let first = curves.first().filter(|_| at > 0)?;
            Some(first.line(
                Role::Soft,
                Stroke::Solid,
                Some(format!("{}, for comparison", first.name)),
            ))
        };
        let small = |(at, curve): (usize, &Owned)| {
            let mut marks = Vec::new();
            marks.extend(curve.ribbon(Role::Blue, Some(band.to_owned())));
            marks.extend(behind(at));
            marks.push(curve.line(Role::Blue, Stroke::Solid, Some(axis.to_owned())));
            panel(Some(curve.name.clone()), "", marks)
        };
        curves.iter().enumerate().map(small).collect()
    } else {
        let mut marks = Vec::new();
        for (at, curve) in curves.iter().enumerate() {
            marks.extend(curve.ribbon(role(at), Some(band.to_owned())));
        }
        for (at, curve) in curves.iter().enumerate() {
            marks.push(curve.line(role(at), stroke(at), Some(curve.name.clone())));
        }
        vec![panel(None, axis, marks)]
    };
    let names: Vec<&str> = curves.iter().map(|curve| curve.name.as_str()).collect();
    responsive(&Figure {
        id: id.to_owned(),
        title: title.to_owned(),
        description: format!("{axis} over time, for each strategy: {}.", names.join("; ")),
        stamp: None,
        height: if many { Height::Small } else { Height::Ordinary },
        panels,
    })
}

#[cfg(test)]
mod tests;
