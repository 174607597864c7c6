//! The estimate as studies came in, and below it the estimate without each study: rows of pooled estimates.

use euthymia_meta::synthesis::{PooledRow, Synthesis};

use super::super::number::{decimals_for, fixed};
use super::super::svg::Svg;
use super::super::{Head, Size, document, text};
use super::axis::Effects;
use super::canvas::{Data, polyline, whisker};
use super::forest::{favours, notes, shortened};
use super::words::{self, Digits};

pub(super) fn draw(synthesis: &Synthesis, id: &str, size: Size) -> String {
    let mut svg = Svg::default();
    svg.open("g", &[("class", "synthesis")]);
    let y = table(
        &mut svg,
        synthesis,
        &synthesis.cumulative,
        size,
        "Study added",
        true,
    );
    svg.close();
    let prefix = format!("{id}-{}", size.name());
    let last = synthesis.cumulative.last().map_or_else(String::new, |row| {
        format!(
            " With all of them {}.",
            words::estimate_text(synthesis, row.shown)
        )
    });
    let head = Head {
        prefix: &prefix,
        title: &format!("Cumulative pooling: {}", synthesis.measure.title()),
        description: &format!(
            "The pooled estimate after each of {} studies.{last}",
            synthesis.cumulative.len()
        ),
        has_points: true,
    };
    document(&head, size, y, svg)
}

/// Rows of pooled estimates with their axis; returns where they end.
pub(super) fn table(
    svg: &mut Svg,
    synthesis: &Synthesis,
    rows: &[PooledRow],
    size: Size,
    head: &str,
    is_trace: bool,
) -> f64 {
    let (width, font) = (size.width(), size.font());
    let stacked = size == Size::Narrow;
    let digits = Digits::of(synthesis);
    let bounds: Vec<f64> = rows.iter().map(|row| row.shown.value).collect();
    let estimates = rows
        .iter()
        .map(|row| text::width(&digits.estimate(row.shown), font));
    let estimate_width = estimates.fold(text::width("Estimate", font), f64::max);
    let labels = rows.iter().map(|row| text::width(&row.label, font));
    let label_width = labels.fold(0.0_f64, f64::max).clamp(90.0, 0.34 * width);
    let tau2_width = if stacked {
        0.0
    } else {
        text::width("0.00000", font) + 14.0
    };
    let (left, right) = if stacked {
        (8.0, width - 8.0)
    } else {
        (
            label_width + 18.0,
            width - estimate_width - 2.0 * tau2_width - 24.0,
        )
    };
    let effects = Effects::of(synthesis, &bounds, left, right);
    let height = if stacked { 2.7 * font } else { 1.62 * font };

    svg.label("head", 0.0, font, head);
    svg.label(
        "head end",
        width - 2.0 * tau2_width,
        font,
        &format!("{} [{} CI]", synthesis.measure.name(), words::level(synthesis)),
    );
    if !stacked {
        svg.label("head end", width - tau2_width, font, "τ²");
        svg.label("head end", width, font, "I²");
    }
    let top = 1.5 * font;
    svg.line("rule", (0.0, top), (width, top));
    let bottom = top + 0.7 * font + height * rows.len() as f64;
    if let Some(null) = synthesis.measure.shown_null() {
        svg.line("null", (effects.x(null), top), (effects.x(null), bottom));
    }
    if let Some(pooled) = &synthesis.pooled {
        let x = effects.x(pooled.shown.value);
        svg.line("pooled-line", (x, top), (x, bottom));
    }
    let mut trace = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let y = top + 0.35 * font + height * place as f64;
        let (middle, base) = if stacked {
            (y + 2.0 * font, y + font)
        } else {
            (y + height / 2.0, y + height / 2.0 + 0.35 * font)
        };
        let estimate = digits.estimate(row.shown);
        Data::new("pooled step")
            .text("label", &row.label)
            .number("k", row.pooled.k as f64)
            .estimate(row.shown)
            .number("tau2", row.pooled.tau2)
            .number("i2", row.pooled.i2)
            .open(svg, &format!("{} (k = {}): {estimate}", row.label, row.pooled.k));
        let label = shortened(&row.label, font, if stacked { 0.55 * width } else { label_width });
        svg.label("", 0.0, base, &label);
        let x = [row.shown.lower, row.shown.value, row.shown.upper].map(|x| effects.x(x));
        whisker(svg, middle, (x[0], x[2]), effects.frame(), "whisker");
        if x[1] >= effects.left && x[1] <= effects.right {
            super::canvas::circle(svg, "dot", (x[1], middle), 0.33 * font);
        }
        svg.label("end", width - 2.0 * tau2_width, base, &estimate);
        if !stacked {
            let tau2 = row.pooled.tau2.map_or_else(
                || "–".to_owned(),
                |tau2| fixed(tau2, decimals_for(tau2, 2).min(4)),
            );
            let i2 = row
                .pooled
                .i2
                .map_or_else(|| "–".to_owned(), |i2| format!("{} %", fixed(i2, 0)));
            svg.label("end", width - tau2_width, base, &tau2);
            svg.label("end", width, base, &i2);
        }
        svg.close();
        trace.push((x[1].clamp(effects.left, effects.right), middle));
    }
    if is_trace {
        polyline(svg, "trace", &trace);
    }
    let title = format!(
        "{} ({} CI)",
        words::read_text(&synthesis.measure),
        words::level(synthesis)
    );
    let mut y = effects.draw(svg, bottom, font, &title);
    y = favours(svg, synthesis, &effects, y, font);
    notes(svg, synthesis, width, y, font) + 4.0
}
