//! The legend above a figure: what its bands, lines and points mean, where they could not be labelled in place.

use super::Size;
use super::mark::{Mark, Panel, Role, Shape, Stroke, Weight};
use super::panel::Layout;
use super::svg::{Area, Svg};
use super::{draw, text};

/// How the points of a source look.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Symbol {
    role: Role,
    shape: Shape,
    filled: bool,
    with_bar: bool,
}

/// A small picture of a mark.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Swatch {
    Band(Role, Weight),
    Line(Role, Stroke),
    Point(Symbol),
    Cloud(Role),
}

impl Swatch {
    /// The same swatch without its colour.
    fn neutral(self) -> Self {
        match self {
            Self::Band(_, weight) => Self::Band(Role::Ink, weight),
            Self::Line(_, stroke) => Self::Line(Role::Ink, stroke),
            Self::Cloud(_) => Self::Cloud(Role::Ink),
            Self::Point(symbol) => Self::Point(Symbol {
                role: Role::Ink,
                with_bar: false,
                ..symbol
            }),
        }
    }
}

const SWATCH_WIDTH: f64 = 26.0;
const ENTRY_GAP: f64 = 22.0;

/// Draws the legend from the top of the figure and returns where the panels start. `named`: whether the points already
/// carry their names.
pub(crate) fn draw(svg: &mut Svg, panels: &[Panel], layout: Layout, named: bool, stamp: Option<&str>) -> f64 {
    let entries = entries(panels, layout, named);
    let font = layout.size.font();
    let row_height = font * 1.65;
    let stamp_width = stamp.map_or(0.0, |stamp| draw_stamp(svg, stamp, layout.size));
    if entries.is_empty() {
        return if stamp.is_some() { row_height + 8.0 } else { 0.0 };
    }
    let (mut x, mut y) = (0.0, 0.0);
    for (swatch, label) in &entries {
        let width = SWATCH_WIDTH + 7.0 + text::width(label, font);
        let limit = layout.size.width() - if y == 0.0 { stamp_width } else { 0.0 };
        if x + width > limit && (x > 0.0 || y == 0.0 && stamp_width > 0.0) {
            x = 0.0;
            y += row_height;
        }
        draw_swatch(svg, *swatch, x, y + font * 0.75);
        svg.label("legend", x + SWATCH_WIDTH + 7.0, y + font * 1.08, label);
        x += width + ENTRY_GAP;
    }
    y + row_height + 10.0
}

/// Labels that are not written in place, each once.
fn entries(panels: &[Panel], layout: Layout, named: bool) -> Vec<(Swatch, String)> {
    let mut out: Vec<(Swatch, String)> = Vec::new();
    for mark in panels.iter().flat_map(|panel| &panel.marks) {
        let entry = match mark {
            Mark::Ribbon(ribbon) => ribbon
                .label
                .as_ref()
                .map(|label| (Swatch::Band(ribbon.role, ribbon.weight), label.clone())),
            Mark::Cloud(cloud) => cloud
                .label
                .as_ref()
                .map(|label| (Swatch::Cloud(cloud.role), label.clone())),
            Mark::Line(line) if !layout.direct || line.stroke == Stroke::Faint => line
                .label
                .as_ref()
                .map(|label| (Swatch::Line(line.role, line.stroke), label.clone())),
            Mark::Points(points) if !named => Some((
                Swatch::Point(Symbol {
                    role: points.role,
                    shape: points.shape,
                    filled: points.filled,
                    with_bar: points.items.iter().any(|point| point.interval.is_some()),
                }),
                points.label.clone(),
            )),
            Mark::Line(_) | Mark::Points(_) | Mark::Reference(_) => None,
        };
        let Some((swatch, label)) = entry else { continue };
        match out
            .iter_mut()
            .find(|(seen, name)| *name == label && seen.neutral() == swatch.neutral())
        {
            // A source has error bars in one panel and none in another.
            Some((Swatch::Point(seen), _)) if matches!(swatch, Swatch::Point(symbol) if symbol.role == seen.role) =>
            {
                seen.with_bar |= matches!(swatch, Swatch::Point(symbol) if symbol.with_bar);
            }
            // Panels in different colours share an entry, drawn in none of them.
            Some((seen, _)) if *seen != swatch => *seen = swatch.neutral(),
            Some(_) => {}
            None => out.push((swatch, label)),
        }
    }
    out
}

fn draw_swatch(svg: &mut Svg, swatch: Swatch, x: f64, y: f64) {
    match swatch {
        Swatch::Band(role, weight) => {
            let half = if weight == Weight::Core { 4.0 } else { 6.5 };
            let area = Area {
                left: x,
                right: x + SWATCH_WIDTH,
                top: y - half,
                bottom: y + half,
            };
            if weight == Weight::Inner {
                // In the plot the inner band lies on the outer one, which deepens it.
                svg.rectangle(&format!("{} {}", Weight::Outer.class(), role.class()), area);
            }
            svg.rectangle(&format!("{} {}", weight.class(), role.class()), area);
        }
        Swatch::Line(role, stroke) => {
            svg.line(
                &format!("{} {}", stroke.class(), role.class()),
                (x, y),
                (x + SWATCH_WIDTH, y),
            );
        }
        Swatch::Cloud(role) => {
            let dots = [(6.0, 2.5), (10.0, -3.5), (13.0, 1.0), (17.0, 4.0), (20.0, -1.5)];
            let dots: Vec<(f64, f64)> = dots.map(|(right, down)| (x + right, y + down)).to_vec();
            draw::dots(svg, role, &dots);
        }
        Swatch::Point(symbol) => {
            let centre = x + SWATCH_WIDTH / 2.0;
            if symbol.with_bar {
                svg.line(
                    &format!("whisker {}", symbol.role.class()),
                    (centre, y - 8.0),
                    (centre, y + 8.0),
                );
            }
            draw::symbol(svg, symbol.role, symbol.shape, symbol.filled, (centre, y));
        }
    }
}

/// A framed word in the upper right corner; returns the width it takes.
fn draw_stamp(svg: &mut Svg, stamp: &str, size: Size) -> f64 {
    let font = size.font() * 0.85;
    let width = text::width(stamp, font) + 22.0;
    let right = size.width() - 0.5;
    svg.open("g", &[("class", "stamp")]);
    svg.empty(
        "rect",
        &[
            ("x", &super::number::coordinate(right - width)),
            ("y", "0.5"),
            ("width", &super::number::coordinate(width)),
            ("height", &super::number::coordinate(font * 1.75)),
            ("rx", "3"),
        ],
    );
    svg.leaf(
        "text",
        &[
            ("x", &super::number::coordinate(right - width / 2.0)),
            ("y", &super::number::coordinate(font * 1.27)),
            ("text-anchor", "middle"),
        ],
        stamp,
    );
    svg.close();
    width + 16.0
}
