//! Lays out one panel: its heading, axes, plot and dose strip.

use super::draw::{self, Frame};
use super::labels;
use super::mark::{Axis, Doses, Line, Mark, Panel, Stroke};
use super::number::coordinate;
use super::scale::Tick;
use super::svg::{Area, Svg};
use super::{Size, points, text};

/// What all panels of a figure share.
#[derive(Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) size: Size,
    pub(crate) plot_height: f64,
    /// Whether lines are labelled at their ends; if not, the legend names them.
    pub(crate) direct: bool,
}

/// The place given to a panel.
#[derive(Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    /// Height of heading and axis title, common to the panels of a row.
    pub(crate) top_height: f64,
}

/// What became of a panel.
pub(crate) struct Drawn {
    pub(crate) bottom: f64,
    /// Whether its points carry their names.
    pub(crate) named: bool,
}

/// Estimated size of a heading, for wrapping: larger than other text and bold, which is wider.
const TITLE: f64 = 1.06 * 1.15;

/// Height of the heading and the title of the vertical axis.
pub(crate) fn top_height(panel: &Panel, layout: Layout, width: f64) -> f64 {
    let font = layout.size.font();
    let title = panel
        .title
        .as_ref()
        .map_or(0, |title| text::wrap(title, font * TITLE, width).len());
    let axis = text::wrap(&panel.y.title, font, width).len();
    (title + axis) as f64 * font * 1.35 + 12.0
}

/// Draws the panel.
pub(crate) fn draw(svg: &mut Svg, panel: &Panel, slot: Slot, layout: Layout, id: &str) -> Drawn {
    let font = layout.size.font();
    let y_ticks = panel.y.scale.ticks(5);
    let tick_width = y_ticks
        .iter()
        .map(|tick| text::width(&tick.label, font * 0.93))
        .fold(0.0, f64::max);
    let end_labels = end_labels(panel, layout);
    let label_width = end_labels
        .iter()
        .flat_map(|label| &label.lines)
        .map(|line| text::width(line, font))
        .fold(0.0, f64::max);
    let right = if label_width > 0.0 {
        label_width + 14.0
    } else {
        12.0
    };
    let area = Area {
        left: slot.left + tick_width + 9.0,
        right: slot.left + slot.width - right,
        top: slot.top + slot.top_height,
        bottom: slot.top + slot.top_height + layout.plot_height,
    };
    let frame = Frame::new(area, &panel.x, &panel.y);

    draw_titles(svg, panel, slot, font);
    draw_grid(svg, &frame, &y_ticks, font);

    svg.open("clipPath", &[("id", &format!("{id}-clip"))]);
    svg.rectangle(
        "",
        Area {
            left: area.left - 1.0,
            right: area.right + 1.0,
            top: area.top - 2.0,
            bottom: area.bottom + 1.0,
        },
    );
    svg.close();
    svg.open("g", &[("clip-path", &format!("url(#{id}-clip)"))]);
    for mark in &panel.marks {
        match mark {
            Mark::Ribbon(ribbon) => draw::ribbon(svg, ribbon, &frame),
            Mark::Line(line) => draw::line(svg, line, &frame),
            Mark::Cloud(cloud) => draw::cloud(svg, cloud, &frame),
            Mark::Reference(reference) => {
                let y = frame.at_y(reference.value);
                svg.line(
                    &format!("{} reference", reference.stroke.class()),
                    (area.left, y),
                    (area.right, y),
                );
            }
            Mark::Points(_) => {}
        }
    }
    svg.close();

    let obstacles = if layout.direct {
        Vec::new()
    } else {
        draw_reference_labels(svg, panel, &frame, font)
    };
    draw_end_labels(svg, &end_labels, &frame, font);
    let strip = draw_doses(svg, panel.doses.as_ref(), &frame, layout);
    let bottom = draw_time_axis(svg, &panel.x, &frame, layout, area.bottom + strip);
    let named = points::draw(svg, panel, &frame, &obstacles, layout);
    Drawn { bottom, named }
}

fn draw_titles(svg: &mut Svg, panel: &Panel, slot: Slot, font: f64) {
    let titles = panel
        .title
        .iter()
        .flat_map(|title| text::wrap(title, font * TITLE, slot.width));
    let mut lines: Vec<(&str, String)> = titles.map(|line| ("panel-title", line)).collect();
    lines.extend(
        text::wrap(&panel.y.title, font, slot.width)
            .into_iter()
            .map(|line| ("axis-title", line)),
    );
    // The last line sits just above the plot, so that panels of a row with shorter titles stay aligned.
    let mut y = slot.top + slot.top_height - 15.0 - (lines.len() as f64 - 1.0) * font * 1.35;
    for (class, line) in lines {
        svg.label(class, slot.left, y, &line);
        y += font * 1.35;
    }
}

fn draw_grid(svg: &mut Svg, frame: &Frame<'_>, ticks: &[Tick], font: f64) {
    for tick in ticks {
        let y = frame.at_y(tick.value);
        let class = if (y - frame.area.bottom).abs() < 0.5 {
            "baseline"
        } else {
            "grid"
        };
        svg.line(class, (frame.area.left, y), (frame.area.right, y));
        svg.label("tick end", frame.area.left - 7.0, y + font * 0.33, &tick.label);
    }
}

fn draw_time_axis(svg: &mut Svg, axis: &Axis, frame: &Frame<'_>, layout: Layout, top: f64) -> f64 {
    let font = layout.size.font();
    let target = ((frame.area.width() / (font * 4.2)) as usize).clamp(3, 13);
    svg.line("baseline", (frame.area.left, top), (frame.area.right, top));
    for tick in axis.scale.ticks(target) {
        let x = frame.at_x(tick.value);
        svg.line("tick-mark", (x, top), (x, top + 5.0));
        svg.label("tick middle", x, top + 6.0 + font, &tick.label);
    }
    let title = match axis.scale.time_unit(target) {
        Some(unit) if !axis.title.is_empty() => format!("{} ({})", axis.title, unit.name()),
        _ => axis.title.clone(),
    };
    svg.label(
        "axis-title middle",
        f64::midpoint(frame.area.left, frame.area.right),
        top + 10.0 + font * 2.35,
        &title,
    );
    top + 16.0 + font * 2.6
}

/// The strip of doses under the plot; returns its height.
fn draw_doses(svg: &mut Svg, doses: Option<&Doses>, frame: &Frame<'_>, layout: Layout) -> f64 {
    let Some(doses) = doses else { return 0.0 };
    let (start, end) = frame.x.domain();
    let shown: Vec<_> = doses
        .items
        .iter()
        .filter(|dose| dose.start + dose.duration >= start && dose.start <= end)
        .collect();
    if shown.is_empty() {
        return 0.0;
    }
    let label = if shown.len() == 1 {
        &doses.names.0
    } else {
        &doses.names.1
    };
    let (top, height) = (frame.area.bottom + 5.0, 11.0);
    svg.open(
        "g",
        &[("class", "doses c-ink"), ("role", "img"), ("aria-label", label)],
    );
    for dose in &shown {
        let left = frame.at_x(dose.start.max(start));
        let right = frame.at_x((dose.start + dose.duration).min(end));
        svg.open("g", &[]);
        svg.leaf("title", &[], &dose.title);
        if right - left >= 4.0 {
            svg.rectangle(
                "dose",
                Area {
                    left,
                    right,
                    top: top + 1.5,
                    bottom: top + height - 1.5,
                },
            );
        } else {
            let data = format!(
                "M{x} {top}l4.2 {h}h-8.4Z",
                x = coordinate(left),
                top = coordinate(top),
                h = coordinate(height)
            );
            svg.path("dose", &data);
        }
        svg.close();
    }
    svg.close();
    let font = layout.size.font();
    let width = text::width(label, font * 0.93);
    let last = shown
        .iter()
        .map(|dose| frame.at_x((dose.start + dose.duration).min(end)))
        .fold(frame.area.left, f64::max);
    if last + 12.0 + width <= frame.area.right {
        svg.label("tick", last + 10.0, top + height - 1.0, label);
    }
    height + 10.0
}

fn draw_reference_labels(svg: &mut Svg, panel: &Panel, frame: &Frame<'_>, font: f64) -> Vec<Area> {
    let mut areas = Vec::new();
    for mark in &panel.marks {
        let Mark::Reference(reference) = mark else {
            continue;
        };
        let y = frame.at_y(reference.value);
        if reference.label.is_empty() || y < frame.area.top || y > frame.area.bottom + 0.5 {
            continue;
        }
        let width = text::width(&reference.label, font * 0.93);
        // At the right end: points crowd at the left, where trials measure.
        svg.label(
            "reference-label halo end",
            frame.area.right - 4.0,
            y - 5.0,
            &reference.label,
        );
        let left = frame.area.right - width - 10.0;
        areas.push(Area {
            left,
            right: frame.area.right,
            top: y - font - 6.0,
            bottom: y,
        });
    }
    areas
}

/// Lines and reference lines that carry their names at their right ends.
fn end_labels(panel: &Panel, layout: Layout) -> Vec<EndLabel<'_>> {
    if !layout.direct {
        return Vec::new();
    }
    let wrapped = |label: &str, font: f64| text::wrap(label, font, layout.size.width() * 0.15);
    let font = layout.size.font();
    panel
        .marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Line(line) if line.stroke != Stroke::Faint => line.label.as_ref().map(|label| EndLabel {
                end: End::Line(line),
                class: format!("direct {}", line.role.class()),
                lines: wrapped(label, font),
            }),
            Mark::Reference(reference) if !reference.label.is_empty() => Some(EndLabel {
                end: End::Height(reference.value),
                class: "reference-label".to_owned(),
                lines: wrapped(&reference.label, font * 0.93),
            }),
            _ => None,
        })
        .collect()
}

struct EndLabel<'a> {
    end: End<'a>,
    class: String,
    lines: Vec<String>,
}

enum End<'a> {
    Line(&'a Line),
    Height(f64),
}

fn draw_end_labels(svg: &mut Svg, labels: &[EndLabel<'_>], frame: &Frame<'_>, font: f64) {
    let ends: Vec<(f64, f64)> = labels
        .iter()
        .map(|label| match label.end {
            End::Line(line) => {
                let last = frame.window(&line.x, &line.y).last().copied();
                last.unwrap_or((frame.area.right, frame.area.bottom))
            }
            End::Height(value) => (frame.area.right, frame.at_y(value)),
        })
        .collect();
    let wished: Vec<f64> = ends.iter().map(|end| end.1).collect();
    let halves: Vec<f64> = labels
        .iter()
        .map(|label| label.lines.len() as f64 * font * 0.6 + 2.0)
        .collect();
    let placed = labels::spread(&wished, &halves, frame.area.top, frame.area.bottom);
    for ((label, end), y) in labels.iter().zip(&ends).zip(&placed) {
        let x = frame.area.right + 9.0;
        if let End::Line(line) = label.end
            && (end.1 - y).abs() > 3.0
        {
            svg.line(
                &format!("leader {}", line.role.class()),
                (end.0 + 2.0, end.1),
                (x - 2.0, *y),
            );
        }
        let first = y - (label.lines.len() as f64 - 1.0) * font * 0.6 + font * 0.34;
        for (index, text) in label.lines.iter().enumerate() {
            svg.label(&label.class, x, first + index as f64 * font * 1.2, text);
        }
    }
}
