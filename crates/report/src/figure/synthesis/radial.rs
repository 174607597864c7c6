//! The radial plot: standardised effects against precision; the slope from the origin is the effect (Galbraith 1988,
//! doi:10.1002/sim.4780070807).

use euthymia_meta::synthesis::Synthesis;
use euthymia_stats::normal;

use super::super::number::{fixed, significant};
use super::super::scale::{Labels, Scale};
use super::super::svg::Svg;
use super::super::{Head, Size, document};
use super::canvas::{Data, circle, polygon};
use super::scatter::{Plane, names};
use super::words;

pub(super) fn draw(synthesis: &Synthesis, id: &str, size: Size) -> String {
    let font = size.font();
    let Some(pooled) = &synthesis.pooled else {
        return String::new();
    };
    let slope = pooled.pooled.estimate.value;
    let tau2 = pooled.pooled.tau2.unwrap_or(0.0);
    let z = normal::quantile(0.5 + synthesis.level / 2.0);
    let points: Vec<(f64, f64)> = synthesis
        .studies
        .iter()
        .map(|row| {
            let se = (row.study.vi + tau2).sqrt();
            (1.0 / se, row.study.yi / se)
        })
        .collect();
    let far = points.iter().map(|(x, _)| *x).fold(0.0, f64::max) * 1.08;
    let mut low = (-z).min(slope * far - z);
    let mut high = z.max(slope * far + z);
    for (_, y) in &points {
        low = low.min(*y);
        high = high.max(*y);
    }
    let plane = Plane::new(
        Scale::linear_exact(0.0, far, Labels::Number),
        Plane::padded(low, high),
        size,
        if size == Size::Narrow { 0.95 } else { 0.66 },
    );
    let mut svg = Svg::default();
    svg.open("g", &[("class", "synthesis")]);
    let band = [
        (0.0, -z),
        (far, slope * far - z),
        (far, slope * far + z),
        (0.0, z),
    ];
    polygon(&mut svg, "region-1", &band.map(|(x, y)| plane.place(x, y)));
    svg.line("hair", plane.place(0.0, 0.0), plane.place(far, 0.0));
    svg.line("trace", plane.place(0.0, 0.0), plane.place(far, slope * far));
    let mut places = Vec::new();
    let mut outside = Vec::new();
    for (row, (x, y)) in synthesis.studies.iter().zip(&points) {
        let place = plane.place(*x, *y);
        Data::new("study")
            .text("label", &row.study.label)
            .number("x", *x)
            .number("z", *y)
            .open(
                &mut svg,
                &format!(
                    "{}: precision {}, effect over its standard error {}",
                    row.study.label,
                    significant(*x, 3),
                    fixed(*y, 2)
                ),
            );
        let is_outside = (y - slope * x).abs() > z;
        circle(
            &mut svg,
            if is_outside { "dot marked" } else { "dot" },
            place,
            0.34 * font,
        );
        svg.close();
        places.push((place.0, place.1, 0.34 * font));
        outside.push(is_outside || (points.len() <= 16 && size != Size::Narrow));
    }
    let labels: Vec<&str> = synthesis
        .studies
        .iter()
        .map(|row| row.study.label.as_str())
        .collect();
    names(&mut svg, &plane, &places, &labels, &outside);
    let precision = if tau2 > 0.0 {
        "Precision, 1/√(v + τ²)"
    } else {
        "Precision, 1/√v"
    };
    let y = plane.axes(
        &mut svg,
        &plane.x.ticks(6),
        precision,
        "Effect over its standard error",
    );
    svg.close();
    let prefix = format!("{id}-{}", size.name());
    let head = Head {
        prefix: &prefix,
        title: &format!("Radial plot: {}", synthesis.measure.title()),
        description: &format!(
            "The line from the origin has the slope of the pooled {} {}, the band is {} of studies.",
            synthesis.measure.title(),
            words::estimate_text(synthesis, pooled.shown),
            words::level(synthesis)
        ),
        has_points: true,
    };
    document(&head, size, y, svg)
}
