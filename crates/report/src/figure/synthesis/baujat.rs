//! Baujat's plot: what each study adds to heterogeneity, against how far the estimate moves without it (Baujat et al.
//! 2002, doi:10.1002/sim.1221).

use euthymia_meta::synthesis::Synthesis;

use super::super::number::significant;
use super::super::scale::{Labels, Scale};
use super::super::svg::Svg;
use super::super::{Head, Size, document};
use super::canvas::{Data, circle};
use super::scatter::{Plane, names};

pub(super) fn draw(synthesis: &Synthesis, id: &str, size: Size) -> String {
    let font = size.font();
    let found: Vec<(&str, (f64, f64), bool)> = synthesis
        .studies
        .iter()
        .zip(&synthesis.influence)
        .filter_map(|(study, row)| Some((study.study.label.as_str(), row.baujat?, row.is_influential)))
        .collect();
    let most =
        |pick: fn(&(f64, f64)) -> f64| found.iter().map(|(_, point, _)| pick(point)).fold(1e-9, f64::max);
    let plane = Plane::new(
        Scale::linear_exact(0.0, 1.08 * most(|point| point.0), Labels::Number),
        Scale::linear_exact(0.0, 1.08 * most(|point| point.1), Labels::Number),
        size,
        if size == Size::Narrow { 0.95 } else { 0.62 },
    );
    let mut svg = Svg::default();
    svg.open("g", &[("class", "synthesis")]);
    let mut places = Vec::new();
    for (label, (x, y), is_marked) in &found {
        let place = plane.place(*x, *y);
        Data::new("study")
            .text("label", label)
            .number("x", *x)
            .number("y", *y)
            .open(
                &mut svg,
                &format!(
                    "{label}: adds {} to Q, moves the estimate by {}",
                    significant(*x, 3),
                    significant(*y, 3)
                ),
            );
        circle(
            &mut svg,
            if *is_marked { "dot marked" } else { "dot" },
            place,
            0.34 * font,
        );
        svg.close();
        places.push((place.0, place.1, 0.34 * font));
    }
    let labels: Vec<&str> = found.iter().map(|(label, ..)| *label).collect();
    names(&mut svg, &plane, &places, &labels, &vec![true; places.len()]);
    let y = plane.axes(
        &mut svg,
        &plane.x.ticks(6),
        "Squared Pearson residual (contribution to Q)",
        "Squared standardised influence",
    );
    svg.close();
    let prefix = format!("{id}-{}", size.name());
    let head = Head {
        prefix: &prefix,
        title: "Baujat plot",
        description: &format!(
            "Contribution of {} studies to heterogeneity against their influence on the pooled estimate.",
            found.len()
        ),
        has_points: true,
    };
    document(&head, size, y, svg)
}
