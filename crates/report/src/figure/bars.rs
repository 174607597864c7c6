//! Horizontal bars cut into shares of a whole, told apart by pattern as well as colour.

use super::number::{coordinate, percent};
use super::svg::{Area, Svg};
use super::{Draw, FigureError, Head, Role, Size, document, text};

/// Bars of shares.
#[derive(Clone, Debug)]
pub struct StackedBars {
    /// Identifier, unique on the page.
    pub id: String,
    /// What the figure is, for a screen reader.
    pub title: String,
    /// What it shows, for a screen reader.
    pub description: String,
    /// The parts, in the order of every row's values.
    pub parts: Vec<BarPart>,
    /// The bars, first on top.
    pub rows: Vec<BarRow>,
}

/// One kind of share.
#[derive(Clone, Debug)]
pub struct BarPart {
    /// Name in the legend.
    pub label: String,
    /// Colour.
    pub role: Role,
}

/// One bar.
#[derive(Clone, Debug)]
pub struct BarRow {
    /// Name of the bar.
    pub label: String,
    /// Size of each part, not negative; the bar shows them as shares of their sum.
    pub values: Vec<f64>,
}

/// Patterns over the tint, by part: solid, diagonal, dots, cross lines; then again.
const PATTERNS: [&str; 4] = ["solid", "diagonal", "dots", "cross"];

impl Draw for StackedBars {
    fn svg(&self, size: Size) -> Result<String, FigureError> {
        for (index, row) in self.rows.iter().enumerate() {
            if row.values.len() != self.parts.len() {
                return Err(FigureError::Misaligned {
                    figure: self.id.clone(),
                    mark: "bar",
                    index,
                });
            }
            if !row.values.iter().all(|value| value.is_finite()) {
                return Err(FigureError::NotFinite {
                    figure: self.id.clone(),
                    mark: "bar",
                    index,
                });
            }
        }
        let prefix = format!("{}-{}", self.id, size.name());
        let font = size.font();
        let mut svg = Svg::default();
        self.define_patterns(&mut svg, &prefix);
        let mut y = self.draw_legend(&mut svg, &prefix, size);
        let label_width = self
            .rows
            .iter()
            .map(|row| text::width(&row.label, font))
            .fold(0.0, f64::max);
        let beside = size != Size::Narrow;
        let left = if beside { label_width + 14.0 } else { 0.0 };
        for row in &self.rows {
            if beside {
                svg.label("row-label", 0.0, y + 15.0 + font * 0.36, &row.label);
            } else {
                svg.label("row-label", 0.0, y + font, &row.label);
                y += font * 1.5;
            }
            self.draw_bar(
                &mut svg,
                &prefix,
                row,
                Area {
                    left,
                    right: size.width() - 1.0,
                    top: y,
                    bottom: y + 30.0,
                },
                font,
            );
            y += 30.0 + if beside { 12.0 } else { 16.0 };
        }
        let head = Head {
            prefix: &prefix,
            title: &self.title,
            description: &self.description,
            has_points: false,
        };
        Ok(document(&head, size, y, svg))
    }
}

impl StackedBars {
    fn draw_bar(&self, svg: &mut Svg, prefix: &str, row: &BarRow, area: Area, font: f64) {
        let total: f64 = row.values.iter().map(|value| value.max(0.0)).sum();
        svg.rectangle("bar-frame", area);
        if total <= 0.0 {
            svg.label(
                "tick",
                area.left + 8.0,
                area.top + 15.0 + font * 0.36,
                "no variance",
            );
            return;
        }
        let mut left = area.left;
        for (index, (value, part)) in row.values.iter().zip(&self.parts).enumerate() {
            let share = value.max(0.0) / total;
            let right = left + share * area.width();
            let segment = Area { left, right, ..area };
            if share > 0.0 {
                svg.open("g", &[]);
                svg.leaf(
                    "title",
                    &[],
                    &format!("{}, {}: {}", row.label, part.label, percent(share)),
                );
                draw_segment(svg, prefix, index, part.role, segment);
                svg.close();
                let label = percent(share);
                let width = text::width(&label, font);
                if segment.width() > width + 10.0 {
                    let chip = Area {
                        left: left + 5.0,
                        right: left + 9.0 + width,
                        top: area.top + 6.0,
                        bottom: area.bottom - 6.0,
                    };
                    svg.rectangle("chip", chip);
                    svg.label("bar-label", left + 7.0, area.top + 15.0 + font * 0.36, &label);
                }
            }
            left = right;
        }
    }

    fn draw_legend(&self, svg: &mut Svg, prefix: &str, size: Size) -> f64 {
        let font = size.font();
        let (mut x, mut y) = (0.0, 0.0);
        for (index, part) in self.parts.iter().enumerate() {
            let width = 33.0 + text::width(&part.label, font);
            if x > 0.0 && x + width > size.width() {
                x = 0.0;
                y += font * 1.65;
            }
            let swatch = Area {
                left: x,
                right: x + 26.0,
                top: y + 1.0,
                bottom: y + 1.0 + font,
            };
            draw_segment(svg, prefix, index, part.role, swatch);
            svg.label("legend", x + 33.0, y + font * 0.95, &part.label);
            x += width + 22.0;
        }
        y + font * 1.65 + 12.0
    }

    fn define_patterns(&self, svg: &mut Svg, prefix: &str) {
        svg.open("defs", &[]);
        for (index, part) in self.parts.iter().enumerate() {
            let kind = PATTERNS[index % PATTERNS.len()];
            if kind == "solid" {
                continue;
            }
            svg.open(
                "pattern",
                &[
                    ("id", &format!("{prefix}-pattern-{index}")),
                    ("class", part.role.class()),
                    ("width", "7"),
                    ("height", "7"),
                    ("patternUnits", "userSpaceOnUse"),
                    (
                        "patternTransform",
                        if kind == "diagonal" {
                            "rotate(45)"
                        } else {
                            "rotate(0)"
                        },
                    ),
                ],
            );
            match kind {
                "diagonal" => svg.line("hatch", (2.0, 0.0), (2.0, 7.0)),
                "dots" => svg.empty(
                    "circle",
                    &[("class", "dot"), ("cx", "3.5"), ("cy", "3.5"), ("r", "1.3")],
                ),
                _ => svg.line("hatch", (0.0, 3.5), (7.0, 3.5)),
            }
            svg.close();
        }
        svg.close();
    }
}

fn draw_segment(svg: &mut Svg, prefix: &str, index: usize, role: Role, area: Area) {
    let kind = PATTERNS[index % PATTERNS.len()];
    svg.rectangle(&format!("segment {kind} {}", role.class()), area);
    if kind != "solid" {
        svg.empty(
            "rect",
            &[
                ("x", &coordinate(area.left)),
                ("y", &coordinate(area.top)),
                ("width", &coordinate(area.width())),
                ("height", &coordinate(area.height())),
                ("fill", &format!("url(#{prefix}-pattern-{index})")),
            ],
        );
    }
}
