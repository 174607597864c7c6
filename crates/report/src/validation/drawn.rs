//! Observed against predicted on logarithmic axes, with the lines of identity, 1.25-fold and 2-fold.

use euthymia_therapy::moiety::Class;
use euthymia_therapy::validation::{Prediction, Row, Validation};

use super::words;
use crate::figure::{
    Axis, Figure, FigureError, Height, Line, Mark, Panel, Point, Points, Role, Scale, Shape, Stroke,
    responsive,
};

/// Panels by the unit of what is compared, with their titles and the unit as an axis has it.
const PANELS: [(&str, &str, &str); 5] = [
    ("ng/mL", "Concentrations", " (ng/mL)"),
    ("ng*h/mL", "Areas under the curve", " (ng·h/mL)"),
    ("h", "Times", " (h)"),
    ("L/h", "Clearances", " (L/h)"),
    ("1", "Ratios", ""),
];

/// Colours of routes; what is not named is drawn in ink.
const ROLES: [(&str, Role); 6] = [
    ("iv", Role::Blue),
    ("in", Role::Green),
    ("oral", Role::Vermillion),
    ("sl", Role::Purple),
    ("im", Role::Amber),
    ("sc", Role::Amber),
];

/// A figure with a panel for each kind of number that there is; nothing where there is none. `reference`: what courses
/// use unless told otherwise, or the other structures.
pub(super) fn figure(validation: &Validation, reference: bool) -> Result<Option<String>, FigureError> {
    let pairs: Vec<(&Row, &Prediction)> = validation
        .predictions()
        .filter(|(_, prediction)| prediction.reference == reference)
        .collect();
    let panels: Vec<Panel> = PANELS
        .into_iter()
        .filter_map(|(unit, title, shown)| panel(&pairs, unit, title, shown))
        .collect();
    if panels.is_empty() {
        return Ok(None);
    }
    let which = if reference {
        "the reference"
    } else {
        "other structures"
    };
    let figure = Figure {
        id: if reference { "agreement" } else { "alternatives" }.to_owned(),
        title: format!("Observed against predicted by {which}"),
        description: "Every observation is a point: observed on the horizontal axis, predicted on the vertical one, both \
                      logarithmic. The solid line is identity, dashed lines are 1.25-fold, dotted lines 2-fold."
            .to_owned(),
        stamp: None,
        height: Height::Tall,
        panels,
    };
    responsive(&figure).map(Some)
}

fn panel(pairs: &[(&Row, &Prediction)], unit: &str, title: &str, shown: &str) -> Option<Panel> {
    let mut sets: Vec<Points> = Vec::new();
    let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
    for (row, prediction) in pairs {
        let Some((x, y, factor)) = place(row, prediction, unit) else {
            continue;
        };
        least = least.min(x).min(y);
        most = most.max(x).max(y);
        let point = Point {
            x,
            y,
            interval: prediction
                .interval
                .map(|(low, high)| (low * factor, high * factor))
                .filter(|(low, _)| *low > 0.0),
            title: told(row, prediction),
        };
        let set = set(row, prediction);
        let same = |known: &&mut Points| known.label == set.label && known.filled == set.filled;
        match sets.iter_mut().find(same) {
            Some(known) => known.items.push(point),
            None => sets.push(Points {
                items: vec![point],
                ..set
            }),
        }
    }
    if sets.is_empty() {
        return None;
    }
    let (start, end) = (least / 1.6, most * 1.6);
    let mut marks = lines(start, end);
    marks.extend(sets.into_iter().map(Mark::Points));
    let axis = |word: &str| Axis {
        title: format!("{word}{shown}"),
        scale: Scale::log(start, end),
    };
    Some(Panel {
        title: Some(title.to_owned()),
        x: axis("Observed"),
        y: axis("Predicted"),
        marks,
        doses: None,
    })
}

/// Observed, predicted, and the factor to the common unit, where this is the panel of the row.
fn place(row: &Row, prediction: &Prediction, unit: &str) -> Option<(f64, f64, f64)> {
    let common = row.common.filter(|common| common.unit == unit)?;
    let (x, y) = (row.observed * common.factor, prediction.value? * common.factor);
    (x > 0.0 && y > 0.0).then_some((x, y, common.factor))
}

/// The set that a point belongs to, still empty: a colour for each route, a shape for each class.
fn set(row: &Row, prediction: &Prediction) -> Points {
    let base = row.base_route();
    let role = ROLES.iter().find(|(route, _)| *route == base);
    let (shape, class) = match row.class {
        Some(Class::Parent) => (Shape::Circle, "drug"),
        Some(Class::Metabolite) => (Shape::Triangle, "metabolite"),
        None => (Shape::Square, "effect"),
    };
    let used = if prediction.counted { "" } else { ", not counted" };
    Points {
        items: Vec::new(),
        role: role.map_or(Role::Ink, |(_, role)| *role),
        shape,
        filled: prediction.counted,
        label: format!("{}: {class}{used}", words::route(base)),
    }
}

fn told(row: &Row, prediction: &Prediction) -> String {
    let unit = if row.unit.is_empty() {
        String::new()
    } else {
        format!(" {}", row.unit)
    };
    format!(
        "{}, {}: observed {}, predicted {}{unit} by {}",
        row.paper,
        row.name,
        words::observed(row),
        words::predicted(prediction),
        prediction.structure
    )
}

/// Identity, 1.25-fold and 2-fold.
fn lines(start: f64, end: f64) -> Vec<Mark> {
    let line = |factor: f64, stroke, label: Option<&str>| {
        // Where the line leaves the panel above or below.
        let (from, to) = (f64::max(start, start / factor), f64::min(end, end / factor));
        Mark::Line(Line {
            x: vec![from, to],
            y: vec![from * factor, to * factor],
            role: Role::Soft,
            stroke,
            label: label.map(str::to_owned),
        })
    };
    vec![
        line(1.0, Stroke::Solid, Some("identity")),
        line(1.25, Stroke::Dashed, Some("1.25-fold")),
        line(0.8, Stroke::Dashed, None),
        line(2.0, Stroke::Dotted, Some("2-fold")),
        line(0.5, Stroke::Dotted, None),
    ]
}
