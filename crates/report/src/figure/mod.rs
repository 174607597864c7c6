//! A small grammar of figures: panels made of scales and marks, drawn as SVG.
//!
//! A figure is data ([`Figure`], [`StackedBars`], [`IconArray`]); drawing is a pure function of it, with the same bytes
//! on every machine. Text in a scaled SVG shrinks with it, so a figure is laid out anew for each [`Size`] and the style
//! sheet ([`STYLE`]) shows the one that fits ([`responsive`]). Colours are custom properties, so the page decides on
//! light, dark and print.

mod bars;
mod draw;
mod icons;
mod labels;
mod legend;
mod mark;
pub mod number;
mod panel;
mod points;
mod ranked;
mod scale;
mod simplify;
pub(crate) mod svg;
mod synthesis;
pub(crate) mod text;

use thiserror::Error;

pub use bars::{BarPart, BarRow, StackedBars};
pub use icons::IconArray;
pub use mark::{
    Axis, Cloud, Dose, Doses, Line, Mark, Panel, Point, Points, Reference, Ribbon, Role, Shape, Stroke,
    Weight,
};
pub use ranked::{Ranked, RankedRow};
pub use scale::{Labels, Scale, Tick, TimeUnit};
pub use svg::escape;
pub use synthesis::{DoseDrawing, Drawing, SYNTHESIS_STYLE, SynthesisFigure, of_dose, of_synthesis};
pub(crate) use synthesis::{
    estimate_text, head_text, interval_text, moderators, number_text, p_text, read_text,
};

use svg::Svg;

/// Whether a link can lead there.
pub(crate) fn is_address(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// The style sheet that figures need, with the colours of a light page, a dark page and print.
pub const STYLE: &str = include_str!("../../templates/figure.css");

/// Why a figure cannot be drawn.
#[derive(Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum FigureError {
    /// A value that no axis has a place for.
    #[error("figure `{figure}`: {mark} number {index} holds a value that is not finite")]
    NotFinite {
        /// Identifier of the figure.
        figure: String,
        /// Kind of mark.
        mark: &'static str,
        /// Position of the mark in its panel, from 0.
        index: usize,
    },
    /// Vectors that belong together differ in length.
    #[error("figure `{figure}`: the vectors of {mark} number {index} differ in length")]
    Misaligned {
        /// Identifier of the figure.
        figure: String,
        /// Kind of mark.
        mark: &'static str,
        /// Position of the mark in its panel, from 0.
        index: usize,
    },
}

/// The widths that figures are laid out for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// A phone.
    Narrow,
    /// A tablet, a sheet of paper.
    Medium,
    /// A desktop screen.
    Wide,
}

impl Size {
    /// All sizes, narrowest first.
    pub const ALL: [Self; 3] = [Self::Narrow, Self::Medium, Self::Wide];

    /// Name in class names and identifiers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Narrow => "narrow",
            Self::Medium => "medium",
            Self::Wide => "wide",
        }
    }

    /// Width in user units, which are pixels at the size's natural width.
    pub(crate) fn width(self) -> f64 {
        match self {
            Self::Narrow => 360.0,
            Self::Medium => 680.0,
            Self::Wide => 1040.0,
        }
    }

    /// Font size in user units.
    pub(crate) fn font(self) -> f64 {
        match self {
            Self::Narrow => 12.5,
            Self::Medium => 13.0,
            Self::Wide => 14.0,
        }
    }
}

/// Something that can be drawn at any [`Size`].
pub trait Draw {
    /// One SVG element.
    ///
    /// # Errors
    /// When a value is not finite or vectors differ in length.
    fn svg(&self, size: Size) -> Result<String, FigureError>;
}

/// All sizes of a figure, of which the style sheet shows the one that fits its container.
///
/// # Errors
/// Those of [`Draw::svg`].
pub fn responsive(figure: &dyn Draw) -> Result<String, FigureError> {
    fitted(figure, &Size::ALL)
}

/// The same for a container of which it is known which sizes it can have; [`Size::Medium`] is shown where none fits better.
pub(crate) fn fitted(figure: &dyn Draw, sizes: &[Size]) -> Result<String, FigureError> {
    let mut out = String::from("<div class=\"fit\">");
    for size in sizes {
        out.push_str(&figure.svg(*size)?);
    }
    out.push_str("</div>");
    Ok(out)
}

/// How tall the plots of a figure are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Height {
    /// The figure of the page.
    Tall,
    /// One of several.
    Ordinary,
    /// Small multiples: panels that are read against each other, not for themselves.
    Small,
}

/// Panels side by side or one above the other, with one legend.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Identifier, unique on the page: letters, digits and hyphens.
    pub id: String,
    /// What the figure is, for a screen reader.
    pub title: String,
    /// What it shows, for a screen reader.
    pub description: String,
    /// A word stamped on the figure so that it travels with a copy of it (`provisional`).
    pub stamp: Option<String>,
    /// Height of the plots.
    pub height: Height,
    /// The panels.
    pub panels: Vec<Panel>,
}

impl Figure {
    fn columns(&self, size: Size) -> usize {
        match (size, self.panels.len()) {
            (size, count) if self.height == Height::Small => match size {
                Size::Narrow => count.clamp(1, 2),
                Size::Medium => count.clamp(1, 3),
                Size::Wide => count.clamp(1, 4),
            },
            (Size::Narrow, _) | (_, 0 | 1) => 1,
            (Size::Wide, 3) => 3,
            _ => 2,
        }
    }

    fn plot_height(&self, size: Size) -> f64 {
        match (self.height, size, self.columns(size)) {
            (Height::Tall, Size::Narrow, _) => 300.0,
            (Height::Tall, Size::Medium, _) => 360.0,
            (Height::Tall, Size::Wide, _) => 440.0,
            (Height::Small, Size::Narrow, _) => 110.0,
            (Height::Small, _, _) => 140.0,
            (Height::Ordinary, Size::Narrow, _) => 210.0,
            (Height::Ordinary, _, 1) => 300.0,
            (Height::Ordinary, _, _) => 240.0,
        }
    }

    fn check(&self) -> Result<(), FigureError> {
        for panel in &self.panels {
            for (index, mark) in panel.marks.iter().enumerate() {
                let (name, aligned, finite) = match mark {
                    Mark::Ribbon(ribbon) => (
                        "ribbon",
                        ribbon.x.len() == ribbon.lower.len() && ribbon.x.len() == ribbon.upper.len(),
                        all_finite(&[&ribbon.x, &ribbon.lower, &ribbon.upper]),
                    ),
                    Mark::Line(line) => (
                        "line",
                        line.x.len() == line.y.len(),
                        all_finite(&[&line.x, &line.y]),
                    ),
                    Mark::Points(points) => (
                        "point set",
                        true,
                        points.items.iter().all(|point| {
                            let (lower, upper) = point.interval.unwrap_or((0.0, 0.0));
                            all_finite(&[&[point.x, point.y, lower, upper]])
                        }),
                    ),
                    Mark::Cloud(cloud) => (
                        "cloud",
                        cloud.x.len() == cloud.y.len(),
                        all_finite(&[&cloud.x, &cloud.y]),
                    ),
                    Mark::Reference(reference) => ("reference line", true, reference.value.is_finite()),
                };
                if !aligned {
                    return Err(FigureError::Misaligned {
                        figure: self.id.clone(),
                        mark: name,
                        index,
                    });
                }
                if !finite {
                    return Err(FigureError::NotFinite {
                        figure: self.id.clone(),
                        mark: name,
                        index,
                    });
                }
            }
            let doses = panel.doses.iter().flat_map(|doses| &doses.items);
            for (index, dose) in doses.enumerate() {
                if !all_finite(&[&[dose.start, dose.duration]]) {
                    return Err(FigureError::NotFinite {
                        figure: self.id.clone(),
                        mark: "dose",
                        index,
                    });
                }
            }
        }
        Ok(())
    }
}

fn all_finite(series: &[&[f64]]) -> bool {
    series
        .iter()
        .all(|values| values.iter().all(|value| value.is_finite()))
}

impl Draw for Figure {
    fn svg(&self, size: Size) -> Result<String, FigureError> {
        self.check()?;
        let prefix = format!("{}-{}", self.id, size.name());
        let width = size.width();
        let columns = self.columns(size);
        let direct = columns == 1 && size != Size::Narrow;
        let layout = panel::Layout {
            size,
            plot_height: self.plot_height(size),
            direct,
        };

        let mut plots = Svg::default();
        let (mut y, mut named) = (0.0, true);
        let gap = if self.height == Height::Small { 20.0 } else { 36.0 };
        let panel_width = (width - gap * (columns as f64 - 1.0)) / columns as f64;
        for (row, panels) in self.panels.chunks(columns).enumerate() {
            if row > 0 {
                y += 18.0;
            }
            let top_height = panels
                .iter()
                .map(|panel| panel::top_height(panel, layout, panel_width))
                .fold(0.0, f64::max);
            let mut bottom = y;
            for (column, panel) in panels.iter().enumerate() {
                let left = column as f64 * (panel_width + gap);
                let slot = panel::Slot {
                    left,
                    top: y,
                    width: panel_width,
                    top_height,
                };
                let id = format!("{prefix}-{}", row * columns + column);
                let drawn = panel::draw(&mut plots, panel, slot, layout, &id);
                bottom = f64::max(bottom, drawn.bottom);
                named &= drawn.named;
            }
            y = bottom;
        }
        let mut body = Svg::default();
        let legend_height = legend::draw(&mut body, &self.panels, layout, named, self.stamp.as_deref());
        body.open(
            "g",
            &[(
                "transform",
                &format!("translate(0 {})", number::coordinate(legend_height)),
            )],
        );
        body.append(plots);
        body.close();
        let y = y + legend_height;
        let has_points = self
            .panels
            .iter()
            .flat_map(|panel| &panel.marks)
            .any(|mark| matches!(mark, Mark::Points(_)));
        Ok(document(
            &Head {
                prefix: &prefix,
                title: &self.title,
                description: &self.description,
                has_points,
            },
            size,
            y,
            body,
        ))
    }
}

/// What a screen reader is told about a drawing.
pub(crate) struct Head<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) title: &'a str,
    pub(crate) description: &'a str,
    /// Points can be reached by keyboard, so the drawing is a group of them and not a single image.
    pub(crate) has_points: bool,
}

/// Wraps a drawing in its `svg` element.
pub(crate) fn document(head: &Head<'_>, size: Size, height: f64, body: Svg) -> String {
    let mut svg = Svg::default();
    let (title_id, description_id) = (format!("{}-title", head.prefix), format!("{}-desc", head.prefix));
    let labelled = format!("{title_id} {description_id}");
    let view = format!(
        "0 0 {} {}",
        number::coordinate(size.width()),
        number::coordinate(height.ceil())
    );
    let font = number::coordinate(size.font());
    svg.open(
        "svg",
        &[
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("class", &format!("figure {}", size.name())),
            ("viewBox", &view),
            ("font-size", &font),
            ("role", if head.has_points { "group" } else { "img" }),
            ("aria-labelledby", &labelled),
        ],
    );
    svg.leaf("title", &[("id", &title_id)], head.title);
    svg.leaf("desc", &[("id", &description_id)], head.description);
    svg.append(body);
    svg.finish()
}

#[cfg(test)]
mod tests;
