//! The figures of what is gained for what it costs, and of what it would be worth to know more.

use super::{role, stroke};
use crate::figure::{
    Axis, Cloud, Figure, FigureError, Height, Labels, Line, Mark, Panel, Point, Points, Ranked, RankedRow,
    Reference, Role, Scale, Shape, Stroke, responsive,
};

/// Most dots of a cloud: more hide each other.
const DOTS: usize = 400;
/// Standard errors from a mean to the ends of its 95 % interval.
const NORMAL: f64 = 1.959_963_984_540_054;

/// Draws of an option's difference to the first.
#[derive(Clone, Copy, Debug)]
pub struct Draws<'a> {
    /// Name of it.
    pub name: &'a str,
    /// Difference of effect, by draw.
    pub effect: &'a [f64],
    /// Difference of cost, by draw.
    pub cost: &'a [f64],
}

/// What it would be worth to know something.
#[derive(Clone, Copy, Debug)]
pub struct Information<'a> {
    /// Name of it.
    pub name: &'a str,
    /// In the unit of the net benefit.
    pub value: f64,
    /// Standard error.
    pub se: f64,
    /// What the same method finds where there is nothing to find.
    pub of_nothing: Option<f64>,
    /// Whether this is everything there is to know.
    pub everything: bool,
    /// The value as text.
    pub told: &'a str,
}

/// The plane of cost-effectiveness: differences to the first option, a cloud for each other option with its mean, and
/// the line on which an effect costs just what it is worth.
///
/// # Errors
/// Values that are not finite, or vectors that differ in length.
pub fn plane_figure(
    id: &str,
    title: &str,
    axes: (&str, &str),
    threshold: Option<(f64, &str)>,
    options: &[Draws<'_>],
) -> Result<String, FigureError> {
    let ends = |values: &mut dyn Iterator<Item = f64>| {
        values
            .filter(|value| value.is_finite())
            .fold((0.0, 0.0), |(low, high), value| {
                (f64::min(low, value), f64::max(high, value))
            })
    };
    let (left, right) = ends(&mut options.iter().flat_map(|option| option.effect.iter().copied()));
    let (bottom, top) = ends(&mut options.iter().flat_map(|option| option.cost.iter().copied()));
    let x = Scale::linear(left, right, Labels::Number);
    let y = Scale::linear(bottom, top, Labels::Number);
    let mut marks = vec![
        Mark::Reference(Reference {
            value: 0.0,
            label: String::new(),
            stroke: Stroke::Solid,
        }),
        line(
            vec![0.0, 0.0],
            vec![y.domain().0, y.domain().1],
            None,
            Stroke::Faint,
        ),
    ];
    for (at, option) in options.iter().enumerate() {
        let step = option.effect.len().div_ceil(DOTS).max(1);
        let thinned = |values: &[f64]| values.iter().step_by(step).copied().collect::<Vec<f64>>();
        marks.push(Mark::Cloud(Cloud {
            x: thinned(option.effect),
            y: thinned(option.cost),
            role: role(at),
            label: None,
        }));
    }
    if let Some((threshold, label)) = threshold {
        marks.extend(diagonal(threshold, label, x.domain(), y.domain()));
    }
    for (at, option) in options.iter().enumerate() {
        let (effect, cost) = (mean(option.effect), mean(option.cost));
        let point = Point {
            x: effect,
            y: cost,
            interval: None,
            title: format!("{}: mean of the draws", option.name),
        };
        marks.push(Mark::Points(Points {
            items: if option.effect.is_empty() {
                Vec::new()
            } else {
                vec![point]
            },
            role: role(at),
            shape: Shape::nth(at),
            filled: true,
            label: option.name.to_owned(),
        }));
    }
    single(
        id,
        title,
        "Every dot is a draw of what is uncertain, every large symbol the mean of an option: further right is better, further \
         up is dearer than the first option.",
        Height::Tall,
        (
            Axis {
                title: axes.0.to_owned(),
                scale: x,
            },
            Axis {
                title: axes.1.to_owned(),
                scale: y,
            },
        ),
        marks,
    )
}

/// The part of the line `y = slope x` that is inside the axes.
fn diagonal(slope: f64, label: &str, x: (f64, f64), y: (f64, f64)) -> Option<Mark> {
    let inside = |end: f64| {
        if slope > 0.0 {
            end.clamp(y.0 / slope, y.1 / slope)
        } else {
            end
        }
    };
    let (from, to) = (inside(x.0), inside(x.1));
    (from < to).then(|| {
        line(
            vec![from, to],
            vec![slope * from, slope * to],
            Some(label.to_owned()),
            Stroke::Dashed,
        )
    })
}

/// The probability that each option is best, by what a unit of effect is worth, with a threshold marked.
///
/// # Errors
/// Values that are not finite, or vectors that differ in length.
pub fn acceptability_figure(
    id: &str,
    title: &str,
    axis: &str,
    thresholds: &[f64],
    options: &[(&str, &[f64])],
    marked: Option<(f64, &str)>,
) -> Result<String, FigureError> {
    let last = thresholds.iter().copied().fold(0.0, f64::max);
    let mut marks = Vec::new();
    if let Some((at, label)) = marked {
        marks.push(line(
            vec![at, at],
            vec![0.0, 1.0],
            Some(label.to_owned()),
            Stroke::Faint,
        ));
    }
    for (at, (name, part)) in options.iter().enumerate() {
        marks.push(Mark::Line(Line {
            x: thresholds.to_vec(),
            y: part.to_vec(),
            role: role(at),
            stroke: stroke(at),
            label: Some((*name).to_owned()),
        }));
    }
    single(
        id,
        title,
        "The part of draws in which each option has the highest net benefit, over what a unit of effect is worth.",
        Height::Ordinary,
        (
            Axis {
                title: axis.to_owned(),
                scale: Scale::linear_exact(0.0, last, Labels::Number),
            },
            Axis {
                title: "Probability of the highest net benefit".to_owned(),
                scale: Scale::linear_exact(0.0, 1.0, Labels::Percent),
            },
        ),
        marks,
    )
}

/// Bars of what it would be worth to know each thing, with 95 % intervals.
///
/// # Errors
/// Values that are not finite.
pub fn value_of_information_figure(
    id: &str,
    title: &str,
    axis: &str,
    rows: &[Information<'_>],
) -> Result<String, FigureError> {
    let end = |row: &Information<'_>| row.value + NORMAL * row.se;
    let longest = rows
        .iter()
        .map(end)
        .filter(|end| end.is_finite())
        .fold(0.0, f64::max);
    let bar = |row: &Information<'_>| RankedRow {
        label: row.name.to_owned(),
        value: row.value,
        interval: (row.se > 0.0).then(|| ((row.value - NORMAL * row.se).max(0.0), end(row))),
        mark: row.of_nothing,
        told: row.told.to_owned(),
        role: if row.everything { Role::Ink } else { Role::Blue },
    };
    let marked = rows.iter().any(|row| row.of_nothing.is_some());
    responsive(&Ranked {
        id: id.to_owned(),
        title: title.to_owned(),
        description: "What it would be worth to know each thing for certain before choosing; whiskers are 95 % intervals."
            .to_owned(),
        axis: Axis {
            title: axis.to_owned(),
            scale: Scale::linear(0.0, longest, Labels::Number),
        },
        mark: marked.then(|| "found in shuffled values, where there is nothing to find".to_owned()),
        rows: rows.iter().map(bar).collect(),
    })
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn line(x: Vec<f64>, y: Vec<f64>, label: Option<String>, stroke: Stroke) -> Mark {
    Mark::Line(Line {
        x,
        y,
        role: Role::Soft,
        stroke,
        label,
    })
}

/// A figure of one panel.
fn single(
    id: &str,
    title: &str,
    description: &str,
    height: Height,
    (x, y): (Axis, Axis),
    marks: Vec<Mark>,
) -> Result<String, FigureError> {
    responsive(&Figure {
        id: id.to_owned(),
        title: title.to_owned(),
        description: description.to_owned(),
        stamp: None,
        height,
        panels: vec![Panel {
            title: None,
            x,
            y,
            marks,
            doses: None,
        }],
    })
}
