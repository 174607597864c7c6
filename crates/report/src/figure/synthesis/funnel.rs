//! The funnel: effects against standard errors, with contours of significance (Peters et al. 2008,
//! doi:10.1016/j.jclinepi.2007.11.010) and where studies of one effect would lie.

use euthymia_meta::synthesis::{SmallStudy, Synthesis};
use euthymia_stats::normal;

use super::super::number::fixed;
use super::super::scale::{Labels, Scale, Tick};
use super::super::svg::Svg;
use super::super::{Head, Size, document, text};
use super::axis::ratio_ticks;
use super::canvas::{Data, circle, polygon, polyline};
use super::scatter::{Plane, names};
use super::words;

pub(super) fn draw(synthesis: &Synthesis, id: &str, size: Size) -> String {
    let font = size.font();
    let Some(pooled) = &synthesis.pooled else {
        return String::new();
    };
    let centre = pooled.pooled.estimate.value;
    let filled: &[(f64, f64)] = synthesis.filled.as_ref().map_or(&[], |filled| &filled.points);
    let points: Vec<(f64, f64)> = synthesis
        .studies
        .iter()
        .map(|row| (row.study.yi, row.study.vi.sqrt()))
        .collect();
    let highest = points.iter().chain(filled).map(|(_, se)| *se).fold(0.0, f64::max) * 1.06;
    let z = normal::quantile(0.5 + synthesis.level / 2.0);
    let mut low = points
        .iter()
        .chain(filled)
        .map(|(y, _)| *y)
        .fold(centre - z * highest, f64::min);
    let mut high = points
        .iter()
        .chain(filled)
        .map(|(y, _)| *y)
        .fold(centre + z * highest, f64::max);
    if let Some(null) = synthesis.measure.null() {
        low = low.min(null - 0.3 * highest);
        high = high.max(null + 0.3 * highest);
    }
    let mut plane = Plane::new(
        Plane::padded(low, high),
        Scale::linear_exact(0.0, highest, Labels::Number),
        size,
        if size == Size::Narrow { 0.95 } else { 0.68 },
    );
    plane.downwards = true;

    let mut svg = Svg::default();
    svg.open("g", &[("class", "synthesis")]);
    // Contours are about no effect, the dashed funnel about the pooled one.
    if let Some(null) = synthesis.measure.null() {
        svg.rectangle("region-1", plane.area);
        for (p, class) in [(0.01, "region-2"), (0.05, "region-3"), (0.1, "inside")] {
            contour(&mut svg, &plane, null, p, class, highest);
        }
        let (x, top) = plane.place(null, 0.0);
        svg.line("null", (x, top), (x, plane.area.bottom));
    }
    let edges = [centre - z * highest, centre + z * highest].map(|x| plane.place(x, highest));
    polyline(&mut svg, "edge", &[edges[0], plane.place(centre, 0.0), edges[1]]);
    let (x, _) = plane.place(centre, 0.0);
    svg.line("pooled-line", (x, plane.area.top), (x, plane.area.bottom));

    let mut places = Vec::new();
    for (row, (yi, se)) in synthesis.studies.iter().zip(&points) {
        let place = plane.place(*yi, *se);
        Data::new("study")
            .text("label", &row.study.label)
            .number("yi", *yi)
            .number("se", *se)
            .open(
                &mut svg,
                &format!(
                    "{}: {}, SE {}",
                    row.study.label,
                    words::estimate_text(synthesis, row.shown),
                    fixed(*se, 3)
                ),
            );
        circle(&mut svg, "dot", place, 0.34 * font);
        svg.close();
        places.push((place.0, place.1, 0.34 * font));
    }
    for (yi, se) in filled {
        Data::new("filled")
            .number("yi", *yi)
            .number("se", *se)
            .open(&mut svg, "added by trim and fill");
        circle(&mut svg, "dot hollow", plane.place(*yi, *se), 0.34 * font);
        svg.close();
    }
    // Names where they are few, or where a study lies outside the funnel.
    let few = points.len() <= 12 && size != Size::Narrow;
    let labels: Vec<&str> = synthesis
        .studies
        .iter()
        .map(|row| row.study.label.as_str())
        .collect();
    let outside = |(yi, se): &(f64, f64)| (yi - centre).abs() > z * se;
    let wanted: Vec<bool> = points.iter().map(|point| few || outside(point)).collect();
    names(&mut svg, &plane, &places, &labels, &wanted);

    let title = format!(
        "{}{}",
        words::read_text(&synthesis.measure),
        if synthesis.measure.is_ratio() {
            " (log axis)"
        } else {
            ""
        }
    );
    let mut y = plane.axes(&mut svg, &ticks(synthesis, &plane), &title, "Standard error");
    y = legend(&mut svg, synthesis, size, y + 0.4 * font);
    svg.close();
    let prefix = format!("{id}-{}", size.name());
    let head = Head {
        prefix: &prefix,
        title: &format!("Funnel plot: {}", synthesis.measure.title()),
        description: &format!(
            "{} studies, effects against standard errors, around the pooled {} {}. {}",
            points.len(),
            synthesis.measure.title(),
            words::estimate_text(synthesis, pooled.shown),
            small_study(synthesis)
        ),
        has_points: true,
    };
    document(&head, size, y, svg)
}

/// Where effects are significant at less than `p`: outside of a cone; the cone is painted over.
fn contour(svg: &mut Svg, plane: &Plane, null: f64, p: f64, class: &str, highest: f64) {
    let half = normal::quantile(1.0 - p / 2.0) * highest;
    let (low, high) = plane.x.domain();
    let (start, end) = (null - half, null + half);
    let mut corners = vec![plane.place(null, 0.0)];
    // Where the edge of the cone leaves the frame it goes down along it.
    for (edge, bound, leaves) in [(end, high, end > high), (start, low, start < low)] {
        let corner = if leaves {
            let se = highest * (bound - null) / (edge - null);
            let corners = [plane.place(bound, se), plane.place(bound, highest)];
            if bound == low {
                vec![corners[1], corners[0]]
            } else {
                corners.to_vec()
            }
        } else {
            vec![plane.place(edge, highest)]
        };
        corners.extend(corner);
    }
    polygon(svg, class, &corners);
}

/// Ticks of the axis of effects: at values as they are read, placed where they are pooled.
pub(super) fn ticks(synthesis: &Synthesis, plane: &Plane) -> Vec<Tick> {
    let target = ((plane.area.width() / 70.0) as usize).clamp(3, 8);
    if !synthesis.measure.is_ratio() {
        return plane.x.ticks(target);
    }
    let (low, high) = plane.x.domain();
    let exp = euthymia_vecmath::scalar::exp;
    ratio_ticks((exp(low), exp(high)), target)
        .into_iter()
        .map(|tick| Tick {
            value: euthymia_vecmath::scalar::ln(tick.value),
            ..tick
        })
        .collect()
}

fn small_study(synthesis: &Synthesis) -> String {
    match &synthesis.small_study {
        SmallStudy::Tested { statistic, p, df, .. } => format!(
            "Egger's regression: {} = {}, {}.",
            if df.is_some() { "t" } else { "z" },
            fixed(*statistic, 2),
            words::p_text(*p)
        ),
        SmallStudy::NotTested(reason) => format!("Asymmetry not tested: {reason}."),
    }
}

fn legend(svg: &mut Svg, synthesis: &Synthesis, size: Size, y: f64) -> f64 {
    let font = size.font();
    let mut x = 0.0;
    let mut y = y + font;
    if synthesis.measure.null().is_some() {
        let parts = [
            ("inside", "p > 0.1"),
            ("region-3", "0.05 to 0.1"),
            ("region-2", "0.01 to 0.05"),
            ("region-1", "p < 0.01"),
        ];
        for (class, words) in parts {
            let wide = 1.5 * font + text::width(words, font * 0.88) + 1.1 * font;
            if x + wide > size.width() + font {
                x = 0.0;
                y += 1.4 * font;
            }
            let area = super::super::svg::Area {
                left: x + 0.5,
                right: x + font,
                top: y - 0.8 * font,
                bottom: y + 0.2 * font,
            };
            // As in the plot, one shade over the other.
            let shades = ["region-1", "region-2", "region-3", "inside"];
            let upto = shades.iter().position(|shade| *shade == class).unwrap_or(0);
            for shade in &shades[..=upto] {
                svg.rectangle(shade, area);
            }
            svg.empty(
                "rect",
                &[
                    ("class", "hair"),
                    ("x", &format!("{:.1}", area.left)),
                    ("y", &format!("{:.1}", area.top)),
                    ("width", &format!("{:.1}", area.width())),
                    ("height", &format!("{:.1}", area.height())),
                ],
            );
            svg.label("small", x + 1.4 * font, y, words);
            x += wide;
        }
        y += 0.3 * font;
    }
    let mut lines = vec![format!(
        "Dashed: {} of studies of the pooled effect, without heterogeneity.",
        words::level(synthesis)
    )];
    if let Some(filled) = &synthesis.filled {
        lines.push(format!(
            "Hollow: {} added by trim and fill; with them {}.",
            filled.points.len(),
            words::estimate_text(synthesis, filled.row.shown)
        ));
    }
    lines.push(small_study(synthesis));
    for line in text::wrap(&lines.join(" "), font * 0.9, size.width()) {
        y += 1.25 * font;
        svg.label("quiet small", 0.0, y, &line);
    }
    y + 0.6 * font
}
