//! Concentrations over the first day.

use euthymia_therapy::result::{CourseResult, Observation, Quantity, QuantityKind};

use crate::error::ReportError;
use crate::figure::number::significant;
use crate::figure::{
    Axis, Figure, Height, Labels, Line, Mark, Panel, Ribbon, Role, Scale, Stroke, Weight, responsive,
};

use super::series::{self, Track, Window};
use super::view::FigureView;
use super::{drawn, tables, words};

/// Most panels; further concentrations are in the data files.
const MOST_PANELS: usize = 4;
const ROLES: [Role; MOST_PANELS] = [Role::Blue, Role::Green, Role::Purple, Role::Amber];

/// The figure, if any concentration was computed.
pub(crate) fn figure(result: &CourseResult) -> Result<Option<FigureView>, ReportError> {
    let window = Window::whole(result).first(24.0);
    let all = series::of_kind(result, QuantityKind::Concentration);
    let present: Vec<&Quantity> = all
        .iter()
        .copied()
        .filter(|quantity| quantity.p95.iter().any(|value| *value > 0.0))
        .collect();
    let quantities = if present.is_empty() { all } else { present };
    let shown: Vec<&Quantity> = quantities.iter().copied().take(MOST_PANELS).collect();
    let Some(first) = shown.first() else {
        return Ok(None);
    };

    let several = shown.len() > 1;
    let panels = shown
        .iter()
        .zip(ROLES)
        .map(|(quantity, role)| panel(result, quantity, role, window, several))
        .collect();
    let finding = finding(result, first, window);
    let figure = Figure {
        id: "concentration".to_owned(),
        title: "Concentration over the first day".to_owned(),
        description: finding.clone(),
        stamp: shown
            .iter()
            .any(|quantity| quantity.provisional)
            .then(|| "PROVISIONAL".to_owned()),
        height: Height::Ordinary,
        panels,
    };
    let mut reading = format!(
        "Line: median. Bands: the middle 50\u{a0}% and 90\u{a0}% of {}.",
        series::counted_as(result)
    );
    if quantities.len() > shown.len() {
        let others: Vec<String> = quantities[shown.len()..]
            .iter()
            .map(|quantity| words::in_sentence(&quantity.label))
            .collect();
        reading.push_str(&format!(" In the data files only: {}.", words::listed(&others)));
    }
    let mut tables = Vec::new();
    for quantity in &shown {
        tables.push(tables::quantity(result, quantity, window));
        let observations = series::observations(result, &quantity.id, window);
        let simulated = |point: &Observation| {
            tables::simulated(result, &quantity.mean, quantity.mean_interval.as_ref(), point)
        };
        let caption = format!("Measured: {}", quantity.label);
        tables.extend(tables::observations(&observations, caption, &simulated));
    }
    Ok(Some(FigureView::new(
        "concentration",
        finding,
        reading,
        responsive(&figure)?,
        tables,
    )))
}

/// Median and bands of a quantity; shared with the session's figure.
pub(crate) fn panel(
    result: &CourseResult,
    quantity: &Quantity,
    role: Role,
    window: Window,
    titled: bool,
) -> Panel {
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
    let mut marks = vec![
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
    let observations = series::observations(result, &quantity.id, window);
    marks.extend(
        series::point_sets(&observations, &observations, Role::Vermillion, 0, three_digits)
            .into_iter()
            .map(Mark::Points),
    );
    let measured = observations
        .iter()
        .map(|point| point.upper.unwrap_or(point.value));
    let highest = window
        .indices(&result.times_h)
        .into_iter()
        .map(|index| quantity.p95[index])
        .chain(measured)
        .fold(0.0, f64::max);
    let y = if quantity.unit.is_empty() {
        Scale::linear_exact(
            0.0,
            if highest > 0.5 {
                1.0
            } else {
                (highest * 10.0).ceil().max(1.0) / 10.0
            },
            Labels::Percent,
        )
    } else {
        Scale::linear(0.0, highest, Labels::Number)
    };
    let site = quantity.sampling_site.as_ref();
    let unit = if quantity.unit.is_empty() {
        String::new()
    } else {
        format!(" ({})", quantity.unit)
    };
    let (name, explanation) = series::name_and_explanation(series::bare_label(quantity));
    let axis_title = match (titled, site) {
        (true, Some(site)) => format!("{}{unit}", words::capitalised(site)),
        (true, None) if unit.is_empty() => match explanation {
            Some(explanation) => words::capitalised(explanation),
            None if quantity.kind == QuantityKind::Occupancy => "Share of the target occupied".to_owned(),
            None => "Share".to_owned(),
        },
        (true, None) => words::capitalised(unit.trim().trim_matches(['(', ')'])),
        (false, Some(site)) => format!(
            "{}, {site}{unit}",
            words::capitalised(series::bare_label(quantity))
        ),
        (false, None) => format!("{}{unit}", words::capitalised(&quantity.label)),
    };
    Panel {
        title: titled.then(|| words::capitalised(name)),
        x: Axis {
            title: "Time since the first dose".to_owned(),
            scale: Scale::time(window.start_h, window.end_h),
        },
        y: Axis {
            title: axis_title,
            scale: y,
        },
        marks,
        doses: series::dose_strip(result),
    }
}

fn finding(result: &CourseResult, quantity: &Quantity, window: Window) -> String {
    let track = Track {
        times_h: &result.times_h,
        values: &quantity.p50,
    };
    let site = quantity
        .sampling_site
        .as_ref()
        .map(|site| format!(" in {site}"))
        .unwrap_or_default();
    let label = words::in_sentence(series::bare_label(quantity));
    match track.peak(window) {
        Some(peak) if quantity.p50[peak] > 0.0 => format!(
            "Median {label}{site} peaks at {} {}; nine in ten {} have {} then",
            series::with_unit(quantity.p50[peak], quantity),
            words::instant(result.times_h[peak]),
            series::counted_as(result),
            series::range(quantity.p05[peak], quantity.p95[peak], quantity),
        ),
        _ => format!(
            "{}{site} stays at zero on the first day",
            words::capitalised(&label)
        ),
    }
}

fn three_digits(value: f64) -> String {
    significant(value, 3)
}
