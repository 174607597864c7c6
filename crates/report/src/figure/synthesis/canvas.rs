//! Marks that the figures of a synthesis share, each with its numbers.

use euthymia_meta::synthesis::Estimate;

use super::super::number::coordinate;
use super::super::svg::Svg;

/// Numbers and words of a mark, as attributes: all digits, so that a program can read a figure.
pub(super) struct Data(Vec<(String, String)>);

impl Data {
    pub(super) fn new(class: &str) -> Self {
        Self(vec![("class".to_owned(), class.to_owned())])
    }

    pub(super) fn text(mut self, name: &str, text: &str) -> Self {
        self.0.push((format!("data-{name}"), text.to_owned()));
        self
    }

    pub(super) fn number(mut self, name: &str, x: impl Into<Option<f64>>) -> Self {
        if let Some(x) = x.into().filter(|x| !x.is_nan()) {
            self.0.push((format!("data-{name}"), x.to_string()));
        }
        self
    }

    pub(super) fn estimate(self, estimate: Estimate) -> Self {
        self.number("estimate", estimate.value)
            .number("lower", estimate.lower)
            .number("upper", estimate.upper)
    }

    /// Opens a group with these attributes and a title that a pointer and a screen reader find.
    pub(super) fn open(&self, svg: &mut Svg, title: &str) {
        let attributes: Vec<(&str, &str)> = self
            .0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        svg.open("g", &attributes);
        svg.leaf("title", &[], title);
    }
}

/// A polygon by its corners.
pub(super) fn polygon(svg: &mut Svg, class: &str, corners: &[(f64, f64)]) {
    let points: Vec<String> = corners
        .iter()
        .map(|(x, y)| format!("{},{}", coordinate(*x), coordinate(*y)))
        .collect();
    svg.empty("polygon", &[("class", class), ("points", &points.join(" "))]);
}

/// A path through points.
pub(super) fn polyline(svg: &mut Svg, class: &str, points: &[(f64, f64)]) {
    let points: Vec<String> = points
        .iter()
        .map(|(x, y)| format!("{},{}", coordinate(*x), coordinate(*y)))
        .collect();
    svg.empty("polyline", &[("class", class), ("points", &points.join(" "))]);
}

pub(super) fn circle(svg: &mut Svg, class: &str, (x, y): (f64, f64), radius: f64) {
    svg.empty(
        "circle",
        &[
            ("class", class),
            ("cx", &coordinate(x)),
            ("cy", &coordinate(y)),
            ("r", &coordinate(radius)),
        ],
    );
}

/// An interval from `low` to `high` on a line, with heads of arrows where it goes on beyond the frame.
pub(super) fn whisker(
    svg: &mut Svg,
    y: f64,
    (low, high): (f64, f64),
    (left, right): (f64, f64),
    class: &str,
) {
    let (from, to) = (low.max(left), high.min(right));
    if from > to {
        return;
    }
    svg.line(class, (from, y), (to, y));
    if low < left {
        polygon(
            svg,
            "arrow",
            &[(left - 1.0, y), (left + 6.0, y - 3.5), (left + 6.0, y + 3.5)],
        );
    }
    if high > right {
        polygon(
            svg,
            "arrow",
            &[(right + 1.0, y), (right - 6.0, y - 3.5), (right - 6.0, y + 3.5)],
        );
    }
}

/// A diamond over an interval, cut where it leaves the frame.
pub(super) fn diamond(svg: &mut Svg, class: &str, y: f64, half: f64, x: [f64; 3], (left, right): (f64, f64)) {
    let [low, middle, high] = x.map(|x| x.clamp(left, right));
    polygon(
        svg,
        class,
        &[(low, y), (middle, y - half), (high, y), (middle, y + half)],
    );
}
