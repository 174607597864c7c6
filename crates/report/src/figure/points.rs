//! Points with their error bars and names, above all other marks.

use super::Size;
use super::draw::{self, Frame};
use super::labels::{self, Placed};
use super::mark::{Mark, Panel, Points, Stroke, Weight};
use super::panel::Layout;
use super::scale::Scale;
use super::svg::{Area, Svg};

/// Draws the points of a panel; returns whether they carry their names.
pub(crate) fn draw(
    svg: &mut Svg,
    panel: &Panel,
    frame: &Frame<'_>,
    obstacles: &[Area],
    layout: Layout,
) -> bool {
    let mut sources: Vec<(&Points, Vec<Placed>)> = Vec::new();
    let (start, end) = frame.x.domain();
    for mark in &panel.marks {
        let Mark::Points(points) = mark else { continue };
        let placed = points
            .items
            .iter()
            .filter(|point| point.x >= start && point.x <= end)
            .map(|point| {
                let bar = point.interval.unwrap_or((point.y, point.y));
                Placed {
                    x: frame.at_x(point.x),
                    y: frame.at_y(point.y),
                    bar: (frame.at_y(bar.0), frame.at_y(bar.1)),
                }
            })
            .collect();
        sources.push((points, placed));
    }
    // On an axis of values a point that is moved is another value; times and doses are shared by many.
    if !matches!(frame.x, Scale::Linear { .. }) {
        let mut all: Vec<&mut Placed> = sources.iter_mut().flat_map(|(_, placed)| placed).collect();
        labels::dodge(&mut all, 9.0, frame.area);
    }
    let inside = |points: &Points| {
        points
            .items
            .iter()
            .filter(|point| point.x >= start && point.x <= end)
            .cloned()
            .collect::<Vec<_>>()
    };
    for (points, placed) in &sources {
        for (point, at) in inside(points).iter().zip(placed) {
            svg.open(
                "g",
                &[
                    ("class", "point"),
                    ("tabindex", "0"),
                    ("role", "img"),
                    ("aria-label", &point.title),
                ],
            );
            svg.leaf("title", &[], &point.title);
            if point.interval.is_some() {
                draw_error_bar(svg, points, at, frame);
            }
            draw::symbol(svg, points.role, points.shape, points.filled, (at.x, at.y));
            svg.close();
        }
    }
    let names = if layout.size == Size::Narrow {
        None
    } else {
        let mut taken = obstacles.to_vec();
        taken.extend(curves(panel, frame));
        labels::name_points(&sources, &taken, frame.area, layout.size.font() * 0.93)
    };
    if let Some(names) = &names {
        for ((points, _), name) in sources.iter().zip(names) {
            let end = if name.ends { " end" } else { "" };
            svg.label(
                &format!("point-label halo {}{end}", points.role.class()),
                name.x,
                name.y,
                &points.label,
            );
        }
    }
    names.is_some()
}

fn draw_error_bar(svg: &mut Svg, points: &Points, at: &Placed, frame: &Frame<'_>) {
    let class = format!("whisker {}", points.role.class());
    let clip = |y: f64| y.clamp(frame.area.top, frame.area.bottom);
    let (low, high) = (clip(at.bar.0), clip(at.bar.1));
    svg.line(&class, (at.x, low), (at.x, high));
    for (end, drawn) in [(at.bar.0, low), (at.bar.1, high)] {
        // A bar that leaves the plot has no cap, so that it is not read as ending there.
        if (end - drawn).abs() < 0.01 {
            svg.line(&class, (at.x - 3.5, drawn), (at.x + 3.5, drawn));
        }
    }
}

/// Small areas along the curves that a name must not cross: lines, and the edges of bands that have visible ones.
fn curves(panel: &Panel, frame: &Frame<'_>) -> Vec<Area> {
    let mut areas = Vec::new();
    for mark in &panel.marks {
        match mark {
            Mark::Line(line) if line.stroke != Stroke::Faint => along(&mut areas, frame, &line.x, &line.y),
            Mark::Ribbon(ribbon) if ribbon.weight == Weight::Core => {
                along(&mut areas, frame, &ribbon.x, &ribbon.lower);
                along(&mut areas, frame, &ribbon.x, &ribbon.upper);
            }
            Mark::Line(_) | Mark::Ribbon(_) | Mark::Points(_) | Mark::Cloud(_) | Mark::Reference(_) => {}
        }
    }
    areas
}

fn along(areas: &mut Vec<Area>, frame: &Frame<'_>, x: &[f64], y: &[f64]) {
    const STEP: f64 = 5.0;
    for pair in frame.window(x, y).windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let pieces = (((x1 - x0).abs().max((y1 - y0).abs())) / STEP)
            .ceil()
            .clamp(1.0, 400.0);
        for piece in 0..pieces as usize {
            let (from, to) = (piece as f64 / pieces, (piece as f64 + 1.0) / pieces);
            let (left, right) = (x0 + from * (x1 - x0), x0 + to * (x1 - x0));
            let (start, end) = (y0 + from * (y1 - y0), y0 + to * (y1 - y0));
            areas.push(Area {
                left,
                right,
                top: start.min(end) - 1.5,
                bottom: start.max(end) + 1.5,
            });
        }
    }
}
