//! L'Abbe's plot: risks of the two groups against each other, bubbles by size of study (L'Abbe et al. 1987,
//! doi:10.7326/0003-4819-107-2-224).

use euthymia_meta::synthesis::Synthesis;
use euthymia_vecmath::scalar::{exp, ln};

use super::super::number::{percent, significant};
use super::super::scale::{Labels, Scale, Tick};
use super::super::svg::Svg;
use super::super::{Head, Size, document};
use super::axis::ratio_ticks;
use super::canvas::{Data, circle, polyline};
use super::scatter::{Plane, names};
use super::words;

pub(super) fn draw(synthesis: &Synthesis, id: &str, size: Size) -> String {
    let risks: Vec<(f64, f64, f64)> = synthesis
        .studies
        .iter()
        .filter_map(|row| row.study.arms)
        .map(|[a, n1, c, n2]| (c / n2, a / n1, n1 + n2))
        .collect();
    let highest = risks.iter().flat_map(|(x, y, _)| [*x, *y]).fold(0.0, f64::max);
    let lowest = risks.iter().flat_map(|(x, y, _)| [*x, *y]).fold(1.0, f64::min);
    // Risks of different magnitudes lie on each other near 0 unless equal distances are equal ratios.
    let is_log = synthesis.measure.is_ratio() && lowest > 0.0 && highest > 20.0 * lowest;
    let (start, end) = if is_log {
        (lowest / 1.6, (1.6 * highest).min(1.0))
    } else {
        (0.0, (1.12 * highest).clamp(1e-6, 1.0))
    };
    let scale = || {
        if is_log {
            Scale::log(start, end)
        } else {
            Scale::linear_exact(start, end, Labels::Percent)
        }
    };
    let plane = Plane::new(
        scale(),
        scale(),
        size,
        if size == Size::Narrow { 0.95 } else { 0.82 },
    );
    let mut svg = Svg::default();
    svg.open("g", &[("class", "synthesis")]);
    svg.line("null", plane.place(start, start), plane.place(end, end));
    if let Some(curve) = pooled_curve(synthesis, start, end) {
        let places: Vec<(f64, f64)> = curve.iter().map(|(x, y)| plane.place(*x, *y)).collect();
        polyline(&mut svg, "pooled-line", &places);
    }
    let largest = risks.iter().map(|(.., n)| *n).fold(1.0, f64::max);
    let mut places = Vec::new();
    for (row, (x, y, n)) in synthesis.studies.iter().zip(&risks) {
        let place = plane.place(*x, *y);
        Data::new("study")
            .text("label", &row.study.label)
            .number("first", *y)
            .number("second", *x)
            .number("n", *n)
            .open(
                &mut svg,
                &format!("{}: {} against {}", row.study.label, percent(*y), percent(*x)),
            );
        let radius = (20.0 * (n / largest).sqrt()).max(3.0);
        circle(&mut svg, "bubble", place, radius);
        svg.close();
        places.push((place.0, place.1, radius));
    }
    let labels: Vec<&str> = synthesis
        .studies
        .iter()
        .map(|row| row.study.label.as_str())
        .collect();
    names(
        &mut svg,
        &plane,
        &places,
        &labels,
        &vec![size != Size::Narrow; places.len()],
    );
    let heads: Vec<&str> = synthesis
        .raw_columns
        .iter()
        .map(|head| head.split(',').next().unwrap_or(head))
        .collect();
    let (first, second) = match heads.as_slice() {
        [first, second, ..] => (*first, *second),
        _ => ("group 1", "group 2"),
    };
    let ticks = if is_log {
        logarithmic(start, end)
    } else {
        plane.x.ticks(5)
    };
    let y = plane.axes_with(
        &mut svg,
        &ticks,
        &ticks,
        &format!("Events, {second}{}", if is_log { " (log axes)" } else { "" }),
        &format!("Events, {first}"),
    );
    svg.close();
    let prefix = format!("{id}-{}", size.name());
    let head = Head {
        prefix: &prefix,
        title: "L'Abbé plot",
        description: &format!(
            "Risks of {} studies in the two groups; the line is equal risks, the dashed curve the pooled {}.",
            risks.len(),
            words::estimate_text(
                synthesis,
                synthesis
                    .pooled
                    .as_ref()
                    .map_or_else(|| synthesis.studies[0].shown, |row| row.shown)
            )
        ),
        has_points: true,
    };
    document(&head, size, y, svg)
}

/// Ticks of proportions that stand for ratios.
fn logarithmic(start: f64, end: f64) -> Vec<Tick> {
    ratio_ticks((start, end), 6)
        .into_iter()
        .map(|tick| Tick {
            label: format!("{}\u{a0}%", significant(100.0 * tick.value, 3)),
            ..tick
        })
        .collect()
}

/// The risk of the first group for each of the second, at the pooled effect.
fn pooled_curve(synthesis: &Synthesis, start: f64, end: f64) -> Option<Vec<(f64, f64)>> {
    let effect = synthesis.pooled.as_ref()?.pooled.estimate.value;
    let other = |risk: f64| match synthesis.measure.name() {
        "RR" => Some(risk * exp(effect)),
        "OR" | "PETO" => {
            let odds = exp(ln(risk / (1.0 - risk)) + effect);
            Some(odds / (1.0 + odds))
        }
        "RD" => Some(risk + effect),
        _ => None,
    };
    let steps = 60;
    let points: Option<Vec<(f64, f64)>> = (1..steps)
        .map(|step| {
            let share = f64::from(step) / f64::from(steps);
            let risk = if start > 0.0 {
                exp(ln(start) + share * (ln(end) - ln(start)))
            } else {
                end * share
            };
            other(risk).map(|other| (risk, other))
        })
        .collect();
    Some(
        points?
            .into_iter()
            .filter(|(_, y)| *y >= start && *y <= end)
            .collect(),
    )
}
