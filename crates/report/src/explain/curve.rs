//! The curve of one quantity over its own stretch of time.

use euthymia_therapy::explain::{Explained, Extreme};
use euthymia_therapy::result::{CourseResult, Quantity, QuantityKind};

use crate::course::series::{self, Window};
use crate::course::{drawn, words};
use crate::error::ReportError;
use crate::figure::{
    Axis, Figure, Height, Labels, Line, Mark, Panel, Ribbon, Role, Scale, Size, Stroke, Weight, fitted,
};

/// Where an axis need not begin at 0: a curve that never comes nearer to it than this share of its top.
const FAR_FROM_ZERO: f64 = 0.5;

pub(super) fn window(explained: &Explained) -> Window {
    let [start_h, end_h] = explained.window_h;
    Window { start_h, end_h }
}

/// The drawing of a quantity.
pub(super) fn svg(
    result: &CourseResult,
    quantity: &Quantity,
    explained: &Explained,
    (id, role, finding): (&str, Role, &str),
) -> Result<String, ReportError> {
    let figure = Figure {
        id: id.to_owned(),
        title: quantity.label.clone(),
        description: finding.to_owned(),
        stamp: quantity.provisional.then(|| "PROVISIONAL".to_owned()),
        height: Height::Ordinary,
        panels: vec![panel(result, quantity, window(explained), role)],
    };
    // Beside its words, or alone on a narrow screen, it is never wide.
    Ok(fitted(&figure, &[Size::Narrow, Size::Medium])?)
}

fn panel(result: &CourseResult, quantity: &Quantity, window: Window, role: Role) -> Panel {
    let tracks = [&quantity.p05, &quantity.p50, &quantity.p95].map(Vec::as_slice);
    let times = drawn::drawn(result, window, drawn::FINE, &tracks);
    let x = drawn::at(&result.times_h, &times);
    let counted = series::counted_as(result);
    let band = |lower: &[f64], upper: &[f64], weight, share: &str| {
        Mark::Ribbon(Ribbon {
            x: x.clone(),
            lower: drawn::at(lower, &times),
            upper: drawn::at(upper, &times),
            role,
            weight,
            label: Some(format!("{share}\u{a0}% of {counted}")),
        })
    };
    let marks = vec![
        band(&quantity.p05, &quantity.p95, Weight::Outer, "90"),
        band(&quantity.p25, &quantity.p75, Weight::Inner, "50"),
        Mark::Line(Line {
            x: x.clone(),
            y: drawn::at(&quantity.p50, &times),
            role,
            stroke: Stroke::Solid,
            label: Some("median".to_owned()),
        }),
    ];
    let unit = match quantity.unit.as_str() {
        "" => String::new(),
        unit => format!(" ({unit})"),
    };
    let site = quantity.sampling_site.as_ref();
    let title = match site {
        Some(site) => format!(
            "{}, {site}{unit}",
            words::capitalised(series::bare_label(quantity))
        ),
        None => format!("{}{unit}", words::capitalised(&quantity.label)),
    };
    Panel {
        title: None,
        x: Axis {
            title: "Time since the first dose".to_owned(),
            scale: Scale::time(window.start_h, window.end_h),
        },
        y: Axis {
            title,
            scale: vertical(result, quantity, window),
        },
        marks,
        doses: series::dose_strip(result),
    }
}

/// From 0 where the curve comes anywhere near it; all of a share where half of it is reached.
fn vertical(result: &CourseResult, quantity: &Quantity, window: Window) -> Scale {
    let inside = window.indices(&result.times_h);
    let ends = |values: &[f64], pick: fn(f64, f64) -> f64| {
        inside
            .iter()
            .map(|index| values[*index])
            .reduce(pick)
            .unwrap_or(0.0)
    };
    let (lowest, highest) = (ends(&quantity.p05, f64::min), ends(&quantity.p95, f64::max));
    let labels = if quantity.unit.is_empty() {
        Labels::Percent
    } else {
        Labels::Number
    };
    if quantity.unit.is_empty() && lowest >= 0.0 && highest <= 1.0 && highest > 0.5 {
        return Scale::linear_exact(0.0, 1.0, labels);
    }
    let bottom = if lowest > FAR_FROM_ZERO * highest {
        lowest
    } else {
        lowest.min(0.0)
    };
    Scale::linear(bottom, highest.max(0.0), labels)
}

/// What happens, in a sentence without its full stop.
pub(super) fn finding(quantity: &Quantity, explained: &Explained) -> String {
    let name = name(quantity);
    match &explained.extreme {
        Some(extreme) => format!(
            "{name} {} {} {}",
            if extreme.low { "falls to" } else { "peaks at" },
            series::in_words(extreme.median, quantity),
            words::instant(extreme.time_h)
        ),
        None => format!("{name} does not move"),
    }
}

/// The label without what explains it and with where it is sampled.
pub(super) fn name(quantity: &Quantity) -> String {
    let (name, _) = series::name_and_explanation(series::bare_label(quantity));
    let name = words::capitalised(name);
    match &quantity.sampling_site {
        Some(site) => format!("{name} in {site}"),
        None => name,
    }
}

/// The same in fewer letters: `S-ketamine, arterial`.
pub(super) fn short_name(quantity: &Quantity) -> String {
    let (name, _) = series::name_and_explanation(series::bare_label(quantity));
    let name = words::capitalised(name);
    match &quantity.sampling_site {
        Some(site) => format!("{name}, {}", site.trim_end_matches(" plasma")),
        None => name,
    }
}

/// The middle nine in ten at the furthest.
pub(super) fn spread(extreme: &Extreme, quantity: &Quantity) -> String {
    series::range(extreme.p05, extreme.p95, quantity)
}

/// A colour for each kind, the same as on the page of the course.
pub(super) fn role(layer: &str, quantity: &Quantity) -> Role {
    match (layer, quantity.kind) {
        (_, QuantityKind::Score) | ("kinetics", _) => Role::Blue,
        ("target", _) => Role::Green,
        ("acute", _) => Role::Purple,
        ("cascade", _) => Role::Amber,
        _ => Role::Blue,
    }
}
