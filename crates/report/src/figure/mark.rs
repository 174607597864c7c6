//! What can be drawn in a panel: ribbons, lines, points with error bars, clouds of dots, reference lines, doses.

use super::scale::Scale;

/// A colour with a job. The hues are Okabe and Ito's, darkened on paper and lightened on black until lines reach a
/// contrast of 3:1 and text 4.5:1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The main series.
    Blue,
    /// The second series.
    Green,
    /// What was measured, as against simulated.
    Vermillion,
    /// The third series.
    Purple,
    /// The fourth series.
    Amber,
    /// Neutral: references, doses.
    Ink,
    /// Neutral and faint: lines that points are read against.
    Soft,
}

impl Role {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Blue => "c-blue",
            Self::Green => "c-green",
            Self::Vermillion => "c-vermillion",
            Self::Purple => "c-purple",
            Self::Amber => "c-amber",
            Self::Ink => "c-ink",
            Self::Soft => "c-soft",
        }
    }
}

/// How a line is stroked, so that colour is never the only difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// Unbroken.
    Solid,
    /// Long dashes.
    Dashed,
    /// Dots.
    Dotted,
    /// Thin and faint: one of many individual curves.
    Faint,
}

impl Stroke {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Solid => "line",
            Self::Dashed => "line dashed",
            Self::Dotted => "line dotted",
            Self::Faint => "line faint",
        }
    }
}

/// How strongly a ribbon is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The widest band, palest.
    Outer,
    /// A band within it.
    Inner,
    /// A narrow band with visible edges: uncertainty of a line.
    Core,
}

impl Weight {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Outer => "ribbon outer",
            Self::Inner => "ribbon inner",
            Self::Core => "ribbon core",
        }
    }
}

/// Shape of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Filled circle.
    Circle,
    /// Filled square.
    Square,
    /// Square on its corner.
    Diamond,
    /// Triangle, point up.
    Triangle,
    /// Triangle, point down.
    TriangleDown,
    /// Diagonal cross.
    Cross,
}

impl Shape {
    /// Shapes in the order in which series take them; the seventh series is a circle again.
    #[must_use]
    pub fn nth(index: usize) -> Self {
        const ORDER: [Shape; 6] = [
            Shape::Circle,
            Shape::Square,
            Shape::Diamond,
            Shape::Triangle,
            Shape::TriangleDown,
            Shape::Cross,
        ];
        ORDER[index % ORDER.len()]
    }
}

/// A band between two curves.
#[derive(Clone, Debug)]
pub struct Ribbon {
    /// Horizontal values, increasing.
    pub x: Vec<f64>,
    /// Lower edge.
    pub lower: Vec<f64>,
    /// Upper edge.
    pub upper: Vec<f64>,
    /// Colour.
    pub role: Role,
    /// Strength.
    pub weight: Weight,
    /// Text of the legend.
    pub label: Option<String>,
}

/// A curve.
#[derive(Clone, Debug)]
pub struct Line {
    /// Horizontal values, increasing.
    pub x: Vec<f64>,
    /// Vertical values.
    pub y: Vec<f64>,
    /// Colour.
    pub role: Role,
    /// Dash pattern.
    pub stroke: Stroke,
    /// Written at the end of the line where there is room, else in the legend.
    pub label: Option<String>,
}

/// A measured value with its interval.
#[derive(Clone, Debug)]
pub struct Point {
    /// Horizontal value.
    pub x: f64,
    /// Vertical value.
    pub y: f64,
    /// Ends of the error bar, if known.
    pub interval: Option<(f64, f64)>,
    /// What a pointer, a keyboard or a screen reader finds there.
    pub title: String,
}

/// The points of one source.
#[derive(Clone, Debug)]
pub struct Points {
    /// The points.
    pub items: Vec<Point>,
    /// Colour.
    pub role: Role,
    /// Shape.
    pub shape: Shape,
    /// Whether the shape is filled; outlines are for what is not to be compared with the curves.
    pub filled: bool,
    /// Name of the source, written beside its first point where there is room, else in the legend.
    pub label: String,
}

/// A horizontal line with a meaning.
#[derive(Clone, Debug)]
pub struct Reference {
    /// Where, on the vertical axis.
    pub value: f64,
    /// What it means; written on it.
    pub label: String,
    /// Dash pattern.
    pub stroke: Stroke,
}

/// A dose on the time axis.
#[derive(Clone, Debug)]
pub struct Dose {
    /// Start.
    pub start: f64,
    /// Duration; 0 for a bolus.
    pub duration: f64,
    /// What was given.
    pub title: String,
}

/// A strip of doses under the plot.
#[derive(Clone, Debug)]
pub struct Doses {
    /// The doses.
    pub items: Vec<Dose>,
    /// What the strip shows when one of them is in view, and when several are (`dose`, `doses`).
    pub names: (String, String),
}

/// Many values without names, of which only the whole is looked at: a dot each.
#[derive(Clone, Debug)]
pub struct Cloud {
    /// Horizontal values.
    pub x: Vec<f64>,
    /// Vertical values.
    pub y: Vec<f64>,
    /// Colour.
    pub role: Role,
    /// Text of the legend.
    pub label: Option<String>,
}

/// A layer of a panel; later layers lie above earlier ones, points above all.
#[derive(Clone, Debug)]
pub enum Mark {
    /// A band.
    Ribbon(Ribbon),
    /// A curve.
    Line(Line),
    /// Points.
    Points(Points),
    /// Dots without names.
    Cloud(Cloud),
    /// A reference line.
    Reference(Reference),
}

/// An axis.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What is measured, with its unit; the unit of a time axis is added when its ticks are chosen.
    pub title: String,
    /// The scale.
    pub scale: Scale,
}

/// A pair of axes with what is drawn between them.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Heading, where a figure has several panels.
    pub title: Option<String>,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// Layers, lowest first.
    pub marks: Vec<Mark>,
    /// Dose strip.
    pub doses: Option<Doses>,
}
