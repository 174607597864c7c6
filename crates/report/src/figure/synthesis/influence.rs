//! Influence: the estimate without each study, and beside it the diagnostics with their usual limits.

use euthymia_meta::synthesis::{Influence, Synthesis};
use euthymia_stats::gamma;

use super::super::number::significant;
use super::super::scale::{Labels, Scale};
use super::super::svg::{Area, Svg};
use super::super::{Head, Size, document, text};
use super::canvas::{Data, circle, polyline};
use super::cumulative::table;

/// A diagnostic: what it is called, how it is read of a row, and the limits beyond which a study is marked.
struct Panel {
    name: &'static str,
    title: &'static str,
    pick: fn(&Influence) -> Option<f64>,
    limits: Vec<f64>,
    /// Where a study without influence lies.
    neutral: Option<f64>,
}

pub(super) fn draw(synthesis: &Synthesis, id: &str, size: Size) -> String {
    let mut svg = Svg::default();
    let font = size.font();
    svg.open("g", &[("class", "synthesis")]);
    let mut y = 0.0;
    let columns = match size {
        Size::Narrow => 1,
        Size::Medium => 2,
        Size::Wide => 4,
    };
    let gap = 22.0;
    let width = (size.width() - gap * (f64::from(columns) - 1.0)) / f64::from(columns);
    let panels = panels(synthesis);
    let height = if size == Size::Narrow { 118.0 } else { 150.0 };
    for (place, panel) in panels.iter().enumerate() {
        let column = place % columns as usize;
        if place > 0 && column == 0 {
            y += height + 2.6 * font;
        }
        let left = (width + gap) * column as f64;
        let area = Area {
            left: left + 3.1 * font,
            right: left + width - 4.0,
            top: y + 1.8 * font,
            bottom: y + 1.8 * font + height - 30.0,
        };
        draw_panel(&mut svg, synthesis, panel, area, font);
    }
    y += height + 2.6 * font;
    if !synthesis.leave_one_out.is_empty() {
        svg.open("g", &[("transform", &format!("translate(0 {y:.1})"))]);
        y += table(
            &mut svg,
            synthesis,
            &synthesis.leave_one_out,
            size,
            "Left out",
            false,
        );
        svg.close();
    }
    svg.close();
    let marked: Vec<&str> = synthesis
        .studies
        .iter()
        .zip(&synthesis.influence)
        .filter(|(_, row)| row.is_influential)
        .map(|(study, _)| study.study.label.as_str())
        .collect();
    let prefix = format!("{id}-{}", size.name());
    let description = if marked.is_empty() {
        "No study is influential by the usual limits.".to_owned()
    } else {
        format!("Influential by the usual limits: {}.", marked.join(", "))
    };
    let head = Head {
        prefix: &prefix,
        title: "Influence of each study",
        description: &description,
        has_points: true,
    };
    document(&head, size, y, svg)
}

fn panels(synthesis: &Synthesis) -> Vec<Panel> {
    let (k, p) = synthesis
        .fit
        .as_ref()
        .map_or((1.0, 1.0), |fit| (fit.k as f64, fit.p as f64));
    let dffits = 3.0 * (p / (k - p).max(1.0)).sqrt();
    let tau2 = synthesis.heterogeneity.as_ref().and_then(|one| one.tau2);
    let q = synthesis.heterogeneity.as_ref().map(|one| one.q);
    let panel = |name, title, pick, limits, neutral| Panel {
        name,
        title,
        pick,
        limits,
        neutral,
    };
    vec![
        panel(
            "rstudent",
            "Studentised residual",
            |row| row.rstudent,
            vec![-1.96, 1.96],
            Some(0.0),
        ),
        panel(
            "dffits",
            "DFFITS",
            |row| row.dffits,
            vec![-dffits, dffits],
            Some(0.0),
        ),
        panel(
            "cook",
            "Cook's distance",
            |row| row.cook,
            vec![gamma::chi_square_quantile(p, 0.5)],
            Some(0.0),
        ),
        panel(
            "cov-ratio",
            "Covariance ratio",
            |row| row.cov_ratio,
            vec![],
            Some(1.0),
        ),
        panel("tau2", "τ² without it", |row| row.tau2, vec![], tau2),
        panel("q", "Q without it", |row| row.q, vec![], q),
        panel(
            "hat",
            "Leverage",
            |row| Some(row.hat),
            vec![3.0 * p / k],
            Some(p / k),
        ),
        panel(
            "weight",
            "Weight (%)",
            |row| Some(row.weight),
            vec![],
            Some(100.0 / k),
        ),
    ]
}

fn draw_panel(svg: &mut Svg, synthesis: &Synthesis, panel: &Panel, area: Area, font: f64) {
    let values: Vec<Option<f64>> = synthesis.influence.iter().map(panel.pick).collect();
    let found = || values.iter().flatten().copied();
    let mut low = found()
        .fold(f64::INFINITY, f64::min)
        .min(panel.neutral.unwrap_or(f64::INFINITY));
    let mut high = found()
        .fold(f64::NEG_INFINITY, f64::max)
        .max(panel.neutral.unwrap_or(f64::NEG_INFINITY));
    if !(low.is_finite() && high.is_finite()) {
        (low, high) = (0.0, 1.0);
    }
    // A limit that is near is shown, one that is far says what it has to by not being there.
    let span = (high - low).max(1e-9);
    for limit in &panel.limits {
        if *limit > low - 0.8 * span && *limit < high + 0.8 * span {
            low = low.min(*limit);
            high = high.max(*limit);
        }
    }
    let room = 0.07 * (high - low).max(1e-9);
    let scale = Scale::linear_exact(low - room, high + room, Labels::Number);
    let k = values.len() as f64;
    let place = |i: usize, value: f64| {
        let x = area.left + (i as f64 + 0.5) / k * area.width();
        (x, area.bottom - scale.position(value) * area.height())
    };
    svg.label("head small", area.left, area.top - 0.5 * font, panel.title);
    svg.line("axis", (area.left, area.top), (area.left, area.bottom));
    svg.line("axis", (area.left, area.bottom), (area.right, area.bottom));
    // Few, but at least two, without which an axis has no scale.
    let ticks = (3..10)
        .map(|target| scale.ticks(target))
        .find(|ticks| ticks.len() > 1);
    for tick in ticks.unwrap_or_default() {
        let (_, y) = place(0, tick.value);
        svg.line("axis", (area.left - 4.0, y), (area.left, y));
        svg.label("tick end small", area.left - 6.0, y + 0.32 * font, &tick.label);
    }
    let level = |svg: &mut Svg, class: &str, value: f64| {
        let (_, y) = place(0, value);
        if y >= area.top - 0.5 && y <= area.bottom + 0.5 {
            svg.line(class, (area.left, y), (area.right, y));
        }
    };
    if let Some(neutral) = panel.neutral {
        level(svg, "hair", neutral);
    }
    for limit in &panel.limits {
        level(svg, "limit", *limit);
    }
    let line: Vec<(f64, f64)> = values
        .iter()
        .enumerate()
        .filter_map(|(i, value)| Some(place(i, (*value)?)))
        .collect();
    polyline(svg, "hair", &line);
    let every = (k * text::width("00", font) / area.width()).ceil().max(1.0) as usize;
    for (i, (study, row)) in synthesis.studies.iter().zip(&synthesis.influence).enumerate() {
        if let Some(value) = (panel.pick)(row) {
            Data::new(panel.name)
                .text("label", &study.study.label)
                .number("value", value)
                .open(
                    svg,
                    &format!("{}: {} {}", study.study.label, panel.title, significant(value, 3)),
                );
            circle(
                svg,
                if row.is_influential { "dot marked" } else { "dot" },
                place(i, value),
                3.6,
            );
            svg.close();
        }
        if i % every == 0 {
            let (x, _) = place(i, low);
            svg.label(
                "tick middle small",
                x,
                area.bottom + 1.15 * font,
                &(i + 1).to_string(),
            );
        }
    }
}
