//! A plane with two axes, ticks and labelled points: what the other figures are drawn on.

use super::super::scale::{Labels, Scale, Tick};
use super::super::svg::{Area, Svg};
use super::super::{Size, text};

/// A plane.
pub(super) struct Plane {
    pub(super) x: Scale,
    pub(super) y: Scale,
    /// Whether large values are below, as standard errors in a funnel.
    pub(super) downwards: bool,
    pub(super) area: Area,
    pub(super) font: f64,
}

impl Plane {
    /// With room for the axes, from the top of the drawing.
    pub(super) fn new(x: Scale, y: Scale, size: Size, ratio: f64) -> Self {
        let (width, font) = (size.width(), size.font());
        let left = 4.4 * font;
        Self {
            x,
            y,
            downwards: false,
            area: Area {
                left,
                right: width - 12.0,
                top: 0.8 * font,
                bottom: 0.8 * font + ratio * (width - left),
            },
            font,
        }
    }

    /// Over the given bounds with a margin on both sides.
    pub(super) fn padded(low: f64, high: f64) -> Scale {
        let room = 0.05 * (high - low).max(1e-9);
        Scale::linear_exact(low - room, high + room, Labels::Number)
    }

    pub(super) fn place(&self, x: f64, y: f64) -> (f64, f64) {
        let across = self.x.position(x);
        let up = self.y.position(y);
        let up = if self.downwards { 1.0 - up } else { up };
        (
            self.area.left + across * self.area.width(),
            self.area.bottom - up * self.area.height(),
        )
    }

    /// Axes on the left and below; returns where they end.
    pub(super) fn axes(&self, svg: &mut Svg, ticks: &[Tick], x_title: &str, y_title: &str) -> f64 {
        self.axes_with(svg, ticks, &self.y.ticks(5), x_title, y_title)
    }

    /// The same with ticks of both.
    pub(super) fn axes_with(
        &self,
        svg: &mut Svg,
        ticks: &[Tick],
        y_ticks: &[Tick],
        x_title: &str,
        y_title: &str,
    ) -> f64 {
        let (area, font) = (self.area, self.font);
        svg.line("axis", (area.left, area.bottom), (area.right, area.bottom));
        svg.line("axis", (area.left, area.top), (area.left, area.bottom));
        let mut free_from = f64::NEG_INFINITY;
        for tick in ticks {
            let (x, _) = self.place(tick.value, self.y.domain().0);
            svg.line("axis", (x, area.bottom), (x, area.bottom + 5.0));
            let half = text::width(&tick.label, font * 0.93) / 2.0;
            if x - half > free_from + 3.0 {
                svg.label("tick middle", x, area.bottom + 7.0 + font, &tick.label);
                free_from = x + half;
            }
        }
        for tick in y_ticks {
            let (_, y) = self.place(self.x.domain().0, tick.value);
            svg.line("axis", (area.left - 5.0, y), (area.left, y));
            svg.label("tick end", area.left - 8.0, y + 0.35 * font, &tick.label);
        }
        let middle = (area.left + area.right) / 2.0;
        let title = area.bottom + 12.0 + 2.15 * font;
        for (place, line) in text::wrap(x_title, font, area.width()).iter().enumerate() {
            svg.label(
                "axis-title middle",
                middle,
                title + 1.2 * font * place as f64,
                line,
            );
        }
        let extra = text::wrap(x_title, font, area.width()).len() as f64 - 1.0;
        let (x, y) = (font, (area.top + area.bottom) / 2.0);
        let turn = format!("rotate(-90 {x:.1} {y:.1})");
        svg.leaf(
            "text",
            &[
                ("class", "axis-title middle"),
                ("x", &format!("{x:.1}")),
                ("y", &format!("{y:.1}")),
                ("transform", &turn),
            ],
            y_title,
        );
        title + 0.8 * font + 1.2 * font * extra
    }
}

/// Names beside points `(x, y, radius)`, where there is room; each point's area first, so that no name covers a point.
pub(super) fn names(
    svg: &mut Svg,
    plane: &Plane,
    points: &[(f64, f64, f64)],
    labels: &[&str],
    wanted: &[bool],
) {
    let font = plane.font * 0.88;
    let mut taken: Vec<Area> = points.iter().map(|(x, y, r)| around(*x, *y, r + 0.5)).collect();
    let frame = Area {
        left: plane.area.left + 2.0,
        right: plane.area.right + 10.0,
        ..plane.area
    };
    for (place, (x, y, r)) in points.iter().enumerate() {
        if !wanted[place] {
            continue;
        }
        let wide = text::width(labels[place], font);
        // Beside it, above, below, and at its corners.
        let (off, corner) = (r + 3.0, 0.71 * r + 2.0);
        let spots = [
            (x + off, y + 0.35 * font),
            (x - off - wide, y + 0.35 * font),
            (x - wide / 2.0, y - off - 0.2 * font),
            (x - wide / 2.0, y + off + 0.85 * font),
            (x + corner, y - off),
            (x + corner, y + off + 0.7 * font),
            (x - corner - wide, y - off),
        ];
        for (left, base) in spots {
            let area = Area {
                left,
                right: left + wide,
                top: base - 0.85 * font,
                bottom: base + 0.2 * font,
            };
            let free = frame.contains(&area) && taken.iter().all(|other| !other.overlaps(&area));
            if free {
                svg.label("small halo", left, base, labels[place]);
                taken.push(area);
                break;
            }
        }
    }
}

fn around(x: f64, y: f64, half: f64) -> Area {
    Area {
        left: x - half,
        right: x + half,
        top: y - half,
        bottom: y + half,
    }
}
