//! Parameters before and after the data, a row each, every row on a scale of its own.

use super::{Parameter, words};
use crate::figure::number::coordinate;
use crate::figure::svg::{Area, Svg};
use crate::figure::{Draw, FigureError, Head, Size, document, text};

/// Rows of prior and posterior intervals.
pub(super) struct Intervals<'p>(pub(super) &'p [Parameter]);

impl Draw for Intervals<'_> {
    fn svg(&self, size: Size) -> Result<String, FigureError> {
        for (index, parameter) in self.0.iter().enumerate() {
            let numbers = parameter.prior.iter().chain(&parameter.posterior);
            if !numbers.into_iter().all(|number| number.is_finite()) {
                return Err(FigureError::NotFinite {
                    figure: "parameters".to_owned(),
                    mark: "interval",
                    index,
                });
            }
        }
        let (font, width) = (size.font(), size.width());
        // On a phone the words stand above the bars.
        let stacked = size == Size::Narrow;
        let words_width = if stacked { 0.0 } else { 0.42 * width };
        let numbers_width = if stacked { 0.0 } else { 0.2 * width };
        let (left, right) = (words_width + 8.0, width - numbers_width - 12.0);
        let mut body = Svg::default();
        legend(&mut body, font, left);
        let mut y = font * 2.6;
        for parameter in self.0 {
            let lines = text::wrap(&parameter.label, font, if stacked { width } else { words_width });
            let title = format!(
                "{}: prior {}, posterior {}",
                parameter.label,
                words::three(parameter.prior),
                words::three(parameter.posterior)
            );
            body.open("g", &[("role", "img"), ("aria-label", &title)]);
            body.leaf("title", &[], &title);
            let mut base = y + font;
            for line in &lines {
                body.label("row-label-plain", 0.0, base, line);
                base += font * 1.25;
            }
            let middle = if stacked {
                base - font * 0.25
            } else {
                y + font * 1.25 * lines.len() as f64 / 2.0 + font * 0.1
            };
            row(&mut body, parameter, (left, right), middle);
            if !stacked {
                body.label(
                    "tick end",
                    width,
                    middle + font * 0.33,
                    &words::three(parameter.posterior),
                );
            }
            body.close();
            y = if stacked {
                middle + font * 0.9
            } else {
                base - font * 0.35
            };
        }
        let head = Head {
            prefix: &format!("parameters-{}", size.name()),
            title: "Parameters before and after",
            description: "For each parameter the 90 % interval of the prior as a pale bar and that of the posterior as a dark line, \
                          with the medians.",
            has_points: false,
        };
        Ok(document(&head, size, y + 6.0, body))
    }
}

fn legend(body: &mut Svg, font: f64, left: f64) {
    let y = font * 0.8;
    bar(body, left, left + 26.0, y);
    body.label("legend", left + 33.0, y + font * 0.33, "prior");
    let next = left + 33.0 + text::width("prior", font) + 24.0;
    line(body, next, next + 13.0, next + 26.0, y);
    body.label(
        "legend",
        next + 33.0,
        y + font * 0.33,
        "posterior (90\u{a0}% and median)",
    );
}

fn row(body: &mut Svg, parameter: &Parameter, (left, right): (f64, f64), y: f64) {
    let (prior, posterior) = (parameter.prior, parameter.posterior);
    let (start, end) = (prior[0].min(posterior[0]), prior[2].max(posterior[2]));
    let span = if end > start { end - start } else { 1.0 };
    let at = |value: f64| left + (value - start) / span * (right - left);
    bar(body, at(prior[0]), at(prior[2]), y);
    body.line("tick-mark", (at(prior[1]), y - 6.0), (at(prior[1]), y + 6.0));
    line(body, at(posterior[0]), at(posterior[1]), at(posterior[2]), y);
}

fn bar(body: &mut Svg, from: f64, to: f64, y: f64) {
    let area = Area {
        left: from,
        right: to,
        top: y - 6.0,
        bottom: y + 6.0,
    };
    body.rectangle("ribbon inner c-soft", area);
}

fn line(body: &mut Svg, from: f64, middle: f64, to: f64, y: f64) {
    body.line("line c-blue", (from, y), (to, y));
    let (x, y) = (coordinate(middle), coordinate(y));
    body.empty(
        "circle",
        &[("class", "symbol c-blue"), ("cx", &x), ("cy", &y), ("r", "4.4")],
    );
}
