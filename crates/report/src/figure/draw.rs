//! Marks to SVG: data values through the scales to user units, reduced to what the eye can see.

use super::mark::{Axis, Cloud, Line, Ribbon, Role, Shape};
use super::number::coordinate;
use super::scale::Scale;
use super::simplify::simplify;
use super::svg::{Area, Svg};

/// How far a simplified curve may lie from the true one, in user units.
const TOLERANCE: f64 = 0.12;

/// Where values fall in the plot.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) area: Area,
    pub(crate) x: &'a Scale,
    pub(crate) y: &'a Scale,
}

impl<'a> Frame<'a> {
    pub(crate) fn new(area: Area, x: &'a Axis, y: &'a Axis) -> Self {
        Self {
            area,
            x: &x.scale,
            y: &y.scale,
        }
    }

    pub(crate) fn at_x(&self, value: f64) -> f64 {
        self.area.left + self.x.position(value) * self.area.width()
    }

    pub(crate) fn at_y(&self, value: f64) -> f64 {
        self.area.bottom - self.y.position(value) * self.area.height()
    }

    /// The part of a series inside the horizontal domain, in user units, cut with straight lines at its ends.
    pub(crate) fn window(&self, x: &[f64], y: &[f64]) -> Vec<(f64, f64)> {
        let (start, end) = self.x.domain();
        let mut out = Vec::new();
        for index in 0..x.len() {
            let (here_x, here_y) = (x[index], y[index]);
            if index > 0 {
                let (before_x, before_y) = (x[index - 1], y[index - 1]);
                for edge in [start, end] {
                    if before_x < edge && edge < here_x {
                        let share = (edge - before_x) / (here_x - before_x);
                        out.push((self.at_x(edge), self.at_y(before_y + share * (here_y - before_y))));
                    }
                }
            }
            if here_x >= start && here_x <= end {
                out.push((self.at_x(here_x), self.at_y(here_y)));
            }
        }
        out
    }
}

pub(crate) fn ribbon(svg: &mut Svg, ribbon: &Ribbon, frame: &Frame<'_>) {
    let lower = simplify(&frame.window(&ribbon.x, &ribbon.lower), TOLERANCE);
    let upper = simplify(&frame.window(&ribbon.x, &ribbon.upper), TOLERANCE);
    if upper.len() < 2 {
        return;
    }
    let mut data = path(&upper);
    for point in lower.iter().rev() {
        data.push('L');
        push_point(&mut data, *point);
    }
    data.push('Z');
    svg.path(
        &format!("{} {}", ribbon.weight.class(), ribbon.role.class()),
        &data,
    );
}

pub(crate) fn line(svg: &mut Svg, line: &Line, frame: &Frame<'_>) {
    let points = simplify(&frame.window(&line.x, &line.y), TOLERANCE);
    if points.is_empty() {
        return;
    }
    let mut data = path(&points);
    if points.len() == 1 {
        // A round cap on a line of length 0 is a dot: a single time is still seen.
        data.push_str("h0");
    }
    svg.path(&format!("{} {}", line.stroke.class(), line.role.class()), &data);
}

/// The dots of a cloud that lie inside the axes.
pub(crate) fn cloud(svg: &mut Svg, cloud: &Cloud, frame: &Frame<'_>) {
    let (start, end) = frame.x.domain();
    let dots: Vec<(f64, f64)> = cloud
        .x
        .iter()
        .zip(&cloud.y)
        .filter(|(x, _)| **x >= start && **x <= end)
        .map(|(x, y)| (frame.at_x(*x), frame.at_y(*y)))
        .collect();
    self::dots(svg, cloud.role, &dots);
}

/// Dots in one path: lines of length 0 with round caps.
pub(crate) fn dots(svg: &mut Svg, role: Role, at: &[(f64, f64)]) {
    let mut data = String::with_capacity(at.len() * 14);
    for point in at {
        data.push('M');
        push_point(&mut data, *point);
        data.push_str("h0");
    }
    if !data.is_empty() {
        svg.path(&format!("cloud {}", role.class()), &data);
    }
}

/// A point's symbol.
pub(crate) fn symbol(svg: &mut Svg, role: Role, shape: Shape, filled: bool, at: (f64, f64)) {
    let class = format!(
        "{} {}",
        if filled { "symbol" } else { "symbol hollow" },
        role.class()
    );
    let (x, y) = at;
    let polygon = |corners: &[(f64, f64)]| {
        let moved: Vec<(f64, f64)> = corners.iter().map(|(dx, dy)| (x + dx, y + dy)).collect();
        let mut data = path(&moved);
        data.push('Z');
        data
    };
    match shape {
        Shape::Circle => {
            svg.empty(
                "circle",
                &[
                    ("class", &class),
                    ("cx", &coordinate(x)),
                    ("cy", &coordinate(y)),
                    ("r", "4.4"),
                ],
            );
        }
        Shape::Square => svg.path(
            &class,
            &polygon(&[(-4.0, -4.0), (4.0, -4.0), (4.0, 4.0), (-4.0, 4.0)]),
        ),
        Shape::Diamond => svg.path(
            &class,
            &polygon(&[(0.0, -5.6), (5.6, 0.0), (0.0, 5.6), (-5.6, 0.0)]),
        ),
        Shape::Triangle => svg.path(&class, &polygon(&[(0.0, -5.4), (5.2, 3.9), (-5.2, 3.9)])),
        Shape::TriangleDown => svg.path(&class, &polygon(&[(0.0, 5.4), (5.2, -3.9), (-5.2, -3.9)])),
        Shape::Cross => svg.path(
            &format!("{class} cross"),
            &format!(
                "{}{}",
                path(&[(x - 4.0, y - 4.0), (x + 4.0, y + 4.0)]),
                path(&[(x - 4.0, y + 4.0), (x + 4.0, y - 4.0)])
            ),
        ),
    }
}

fn path(points: &[(f64, f64)]) -> String {
    let mut data = String::with_capacity(points.len() * 12);
    for (index, point) in points.iter().enumerate() {
        data.push(if index == 0 { 'M' } else { 'L' });
        push_point(&mut data, *point);
    }
    data
}

fn push_point(data: &mut String, point: (f64, f64)) {
    // A tenth of a user unit is finer than any screen shows and halves the size of the page.
    let short = |value: f64| coordinate((value * 10.0).round() / 10.0);
    data.push_str(&short(point.0));
    data.push(' ');
    data.push_str(&short(point.1));
}
