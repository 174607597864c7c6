//! Horizontal bars on one axis, each with the interval of its length: quantities to be put in order.

use super::number::coordinate;
use super::svg::{Area, Svg};
use super::{Axis, Draw, FigureError, Head, Role, Size, document, text};

/// Bars from 0.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// Identifier, unique on the page.
    pub id: String,
    /// What the figure is, for a screen reader.
    pub title: String,
    /// What it shows, for a screen reader.
    pub description: String,
    /// The common axis.
    pub axis: Axis,
    /// What the mark on a bar means, where bars have one; text of the legend.
    pub mark: Option<String>,
    /// The bars, first on top.
    pub rows: Vec<RankedRow>,
}

/// One bar.
#[derive(Clone, Debug)]
pub struct RankedRow {
    /// Name of the bar.
    pub label: String,
    /// Its length.
    pub value: f64,
    /// Ends of the error bar, if known.
    pub interval: Option<(f64, f64)>,
    /// A length to hold it against.
    pub mark: Option<f64>,
    /// The length as text, written at the end.
    pub told: String,
    /// Colour.
    pub role: Role,
}

/// Height of a bar in user units.
const BAR: f64 = 18.0;

impl Ranked {
    fn check(&self) -> Result<(), FigureError> {
        let finite = |row: &RankedRow| {
            let (low, high) = row.interval.unwrap_or((0.0, 0.0));
            let all = [row.value, low, high, row.mark.unwrap_or(0.0)];
            all.iter().all(|value| value.is_finite())
        };
        match self.rows.iter().position(|row| !finite(row)) {
            None => Ok(()),
            Some(index) => Err(FigureError::NotFinite {
                figure: self.id.clone(),
                mark: "bar",
                index,
            }),
        }
    }

    /// Draws the legend and returns its height.
    fn draw_legend(&self, svg: &mut Svg, font: f64) -> f64 {
        let Some(mark) = &self.mark else { return 0.0 };
        svg.line("rank-mark c-ink", (13.0, 1.0), (13.0, font * 1.3));
        svg.label("legend", 33.0, font * 1.05, mark);
        font * 1.65 + 10.0
    }
}

impl Draw for Ranked {
    fn svg(&self, size: Size) -> Result<String, FigureError> {
        self.check()?;
        let prefix = format!("{}-{}", self.id, size.name());
        let font = size.font();
        let mut svg = Svg::default();
        let top = self.draw_legend(&mut svg, font);
        // Names are bold, which is wider.
        let bold = font * 1.25;
        let limit = size.width() * 0.4;
        let names = self
            .rows
            .iter()
            .flat_map(|row| text::wrap(&row.label, bold, limit));
        let names = names.map(|line| text::width(&line, bold)).fold(0.0, f64::max);
        let numbers = self
            .rows
            .iter()
            .map(|row| text::width(&row.told, font))
            .fold(0.0, f64::max);
        let beside = size != Size::Narrow;
        let left = if beside { names + 14.0 } else { 4.0 };
        let right = size.width() - numbers - 14.0;
        let at = |value: f64| left + self.axis.scale.position(value).clamp(0.0, 1.0) * (right - left);

        let lines = |row: &RankedRow| text::wrap(&row.label, bold, if beside { limit } else { size.width() });
        let gap = if beside { 12.0 } else { 14.0 };
        let height = |row: &RankedRow| {
            let words = lines(row).len() as f64 * font * 1.25;
            if beside { words.max(BAR) } else { words + 5.0 + BAR }
        };
        let bottom = top + self.rows.iter().map(|row| height(row) + gap).sum::<f64>();
        let target = (((right - left) / (font * 5.0)) as usize).clamp(3, 9);
        let ticks = self.axis.scale.ticks(target);
        for tick in &ticks {
            svg.line("grid", (at(tick.value), top), (at(tick.value), bottom));
        }
        let mut y = top;
        for row in &self.rows {
            let tall = height(row);
            let words = lines(row);
            let bar = if beside {
                y + (tall - BAR) / 2.0
            } else {
                y + tall - BAR
            };
            let first = if beside {
                y + tall / 2.0 - (words.len() as f64 - 1.0) * font * 0.625 + font * 0.36
            } else {
                y + font
            };
            for (index, line) in words.iter().enumerate() {
                svg.label("row-label", 0.0, first + index as f64 * font * 1.25, line);
            }
            let title = format!("{}: {}", row.label, row.told);
            svg.open(
                "g",
                &[
                    ("class", "point"),
                    ("tabindex", "0"),
                    ("role", "img"),
                    ("aria-label", &title),
                ],
            );
            svg.leaf("title", &[], &title);
            let area = Area {
                left: at(0.0),
                right: at(row.value.max(0.0)),
                top: bar,
                bottom: bar + BAR,
            };
            svg.rectangle(&format!("segment solid {}", row.role.class()), area);
            let middle = bar + BAR / 2.0;
            let mut end = area.right;
            if let Some((low, high)) = row.interval {
                let class = "whisker c-ink";
                svg.line(class, (at(low), middle), (at(high), middle));
                for cap in [low, high] {
                    svg.line(class, (at(cap), middle - 3.5), (at(cap), middle + 3.5));
                }
                end = end.max(at(high));
            }
            if let Some(mark) = row.mark {
                svg.line(
                    "rank-mark c-ink",
                    (at(mark), bar - 3.0),
                    (at(mark), bar + BAR + 3.0),
                );
                end = end.max(at(mark));
            }
            svg.close();
            svg.label("tick", end + 8.0, middle + font * 0.34, &row.told);
            y += tall + gap;
        }
        svg.line("baseline", (at(0.0), top), (at(0.0), bottom));
        for tick in &ticks {
            svg.label("tick middle", at(tick.value), bottom + 4.0 + font, &tick.label);
        }
        let middle = coordinate(f64::midpoint(left, right));
        let title = text::wrap(&self.axis.title, font, size.width());
        for (index, line) in title.iter().enumerate() {
            let y = bottom + 8.0 + font * (2.3 + 1.3 * index as f64);
            let place = [
                ("class", "axis-title middle"),
                ("x", &middle),
                ("y", &coordinate(y)),
            ];
            svg.leaf("text", &place, line);
        }
        let head = Head {
            prefix: &prefix,
            title: &self.title,
            description: &self.description,
            has_points: true,
        };
        let foot = font * (2.9 + 1.3 * title.len().saturating_sub(1) as f64) + 10.0;
        Ok(document(&head, size, bottom + foot, svg))
    }
}
