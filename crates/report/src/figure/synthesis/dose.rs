//! Dose and effect: arms as bubbles by their weights, the curve, and the band of its mean.

use std::ops::Range;

use euthymia_evidence::dose::DoseAnswer;
use euthymia_meta::dose_response::Prediction;
use euthymia_meta::synthesis::Measure;

use crate::course::words::capitalised;

use super::super::number::significant;
use super::super::scale::{Labels, Scale, Tick};
use super::super::svg::Svg;
use super::super::{Draw, FigureError, Head, Size, document, text};
use super::axis::ratio_ticks;
use super::canvas::{Data, circle, polygon, polyline};
use super::scatter::{Plane, names};
use super::{style, words};

/// A dose-response figure with an identifier that is unique on its page.
#[derive(Clone, Copy, Debug)]
pub struct DoseDrawing<'a> {
    /// Letters, digits and hyphens.
    pub id: &'a str,
    /// Of what.
    pub answer: &'a DoseAnswer,
}

/// The figure as a file of its own.
///
/// # Errors
/// There is no curve.
pub fn of_dose(answer: &DoseAnswer) -> Result<String, String> {
    if answer.trend.is_none() || answer.measure().is_none() {
        return Err("there is no curve to draw".to_owned());
    }
    DoseDrawing { id: "dose", answer }
        .svg(Size::Medium)
        .map(|svg| style::standing_alone(&svg))
        .map_err(|error| error.to_string())
}

impl Draw for DoseDrawing<'_> {
    fn svg(&self, size: Size) -> Result<String, FigureError> {
        let not_finite = |mark, index| FigureError::NotFinite {
            figure: self.id.to_owned(),
            mark,
            index,
        };
        let measure = self.answer.measure().ok_or_else(|| not_finite("measure", 0))?;
        if let Some(index) = self.answer.points.iter().position(|point| {
            ![measure.shown(point.yi), point.dose]
                .iter()
                .all(|x| x.is_finite())
        }) {
            return Err(not_finite("arm", index));
        }
        Ok(draw(self.answer, &measure, self.id, size))
    }
}

fn draw(answer: &DoseAnswer, measure: &Measure, id: &str, size: Size) -> String {
    let unit = answer.unit.map_or("", |unit| unit.word());
    let y = heights(answer, measure);
    let (low, high) = y.domain();
    let within = |value: f64| value.clamp(low, high);
    let widest = answer.points.iter().map(|point| point.dose).fold(0.0, f64::max);
    let x = Scale::linear_exact(0.0, 1.08 * widest.max(1e-9), Labels::Number);
    let plane = Plane::new(x, y, size, if size == Size::Narrow { 0.85 } else { 0.62 });
    let mut svg = Svg::default();
    svg.open("g", &[("class", "synthesis")]);
    let places = |value: fn(&Prediction) -> f64| -> Vec<(f64, f64)> {
        let place = |one: &Prediction| plane.place(one.dose, within(measure.shown(value(one))));
        answer.drawn.iter().map(place).collect()
    };
    let (upper, lower) = (places(|one| one.upper), places(|one| one.lower));
    let mut band = |class: &str, steps: Range<usize>| {
        if steps.is_empty() {
            return;
        }
        let mut corners = upper[steps.clone()].to_vec();
        corners.extend(lower[steps].iter().rev());
        polygon(&mut svg, class, &corners);
    };
    let (below, within_doses) = parts(answer);
    band("region-1 unseen", below.clone());
    band("region-1", within_doses.clone());
    if let Some(null) = measure.shown_null() {
        svg.line("null", plane.place(0.0, null), plane.place(1.08 * widest, null));
    }
    let curve = places(|one| one.effect);
    for (class, steps) in [("trace unseen", &below), ("trace", &within_doses)] {
        if !steps.is_empty() {
            polyline(&mut svg, class, &curve[steps.clone()]);
        }
    }
    let bubbles = bubbles(&mut svg, &plane, answer, measure, within);
    let labels: Vec<&str> = answer.points.iter().map(|point| point.label.as_str()).collect();
    let wanted = vec![labels.len() <= 16 && size != Size::Narrow; labels.len()];
    names(&mut svg, &plane, &bubbles, &labels, &wanted);
    let title = format!(
        "{} against dose 0{}",
        words::read_text(measure),
        answer
            .selection
            .instrument
            .as_ref()
            .map_or_else(String::new, |name| format!(", {name}"))
    );
    let vertical: Vec<Tick> = if measure.is_ratio() {
        ratio_ticks((low, high), 9)
    } else {
        plane.y.ticks(5)
    };
    let end = plane.axes_with(
        &mut svg,
        &plane.x.ticks(6),
        &vertical,
        &format!("Dose, {unit}"),
        &title,
    );
    let end = notes(&mut svg, answer, !below.is_empty(), (size, end));
    svg.close();
    let prefix = format!("{id}-{}", size.name());
    let level = answer.trend.as_ref().map_or(0.95, |trend| trend.level);
    let head = Head {
        prefix: &prefix,
        title: &format!("Dose and effect, {} curve", answer.curve),
        description: &format!(
            "{}. {} arms, each bubble with an area as 1/variance; the band is the {} % interval of the mean over studies. {}",
            answer.selection.question,
            answer.points.len(),
            significant(100.0 * level, 3),
            answer.said.join(". ")
        ),
        has_points: true,
    };
    document(&head, size, end, svg)
}

/// Steps of the curve below the lowest dose that was given, which no arm tells of, and the others; they share one.
fn parts(answer: &DoseAnswer) -> (Range<usize>, Range<usize>) {
    let doses = answer
        .points
        .iter()
        .map(|point| point.dose)
        .filter(|dose| *dose > 0.0);
    let lowest = doses.fold(f64::INFINITY, f64::min);
    let steps = answer.drawn.len();
    let below = answer.drawn.iter().take_while(|one| one.dose <= lowest).count();
    match below {
        0 | 1 => (0..0, 0..steps),
        // All arms received one dose: the whole curve is assumed.
        _ if below == steps => (0..steps, 0..0),
        _ => (0..below, below - 1..steps),
    }
}

/// What a reader must know first, below the plot.
fn notes(svg: &mut Svg, answer: &DoseAnswer, has_unseen: bool, (size, mut y): (Size, f64)) -> f64 {
    let font = size.font();
    let mut lines: Vec<String> = answer
        .said
        .iter()
        .map(|said| format!("{}.", capitalised(said)))
        .collect();
    if has_unseen {
        lines.push("Dashed: below the lowest dose that was given.".to_owned());
    }
    if lines.is_empty() {
        return y;
    }
    y += 0.5 * font;
    for line in text::wrap(&lines.join(" "), font * 0.9, size.width()) {
        y += 1.25 * font;
        svg.label("quiet small", 0.0, y, &line);
    }
    y + 0.4 * font
}

fn bubbles(
    svg: &mut Svg,
    plane: &Plane,
    answer: &DoseAnswer,
    measure: &Measure,
    within: impl Fn(f64) -> f64,
) -> Vec<(f64, f64, f64)> {
    let unit = answer.unit.map_or("", |unit| unit.word());
    let heaviest = answer
        .points
        .iter()
        .map(|point| 1.0 / point.vi)
        .fold(0.0, f64::max);
    let mut places = Vec::new();
    for point in &answer.points {
        let [effect, lower, upper] = [point.yi, point.lower, point.upper].map(|x| measure.shown(x));
        let place = plane.place(point.dose, within(effect));
        Data::new("study")
            .text("label", &point.label)
            .text("arm", &point.arm)
            .number("dose", point.dose)
            .number("estimate", effect)
            .number("lower", lower)
            .number("upper", upper)
            .number("weight", 1.0 / point.vi)
            .open(
                svg,
                &format!(
                    "{}, {}: {} [{}, {}] at {} {unit}",
                    point.label,
                    point.given,
                    significant(effect, 3),
                    significant(lower, 3),
                    significant(upper, 3),
                    significant(point.dose, 3)
                ),
            );
        let radius = 13.0 * (1.0 / point.vi / heaviest).sqrt();
        let radius = radius.max(2.5);
        circle(svg, "bubble", place, radius);
        svg.close();
        places.push((place.0, place.1, radius));
    }
    places
}

/// All estimates and the curve, and of the band what leaves them readable.
fn heights(answer: &DoseAnswer, measure: &Measure) -> Scale {
    let mut inner: Vec<f64> = answer.points.iter().map(|point| point.yi).collect();
    inner.extend(answer.drawn.iter().map(|one| one.effect));
    inner.push(0.0);
    let low = inner.iter().copied().fold(f64::INFINITY, f64::min);
    let high = inner.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let room = 0.6 * (high - low).max(1e-6);
    let band = answer.drawn.iter().flat_map(|one| [one.lower, one.upper]);
    let (lowest, highest) = band.fold((low, high), |(low, high), x| (low.min(x), high.max(x)));
    let (from, to) = (lowest.max(low - room), highest.min(high + room));
    let margin = 0.06 * (to - from);
    let (from, to) = (measure.shown(from - margin), measure.shown(to + margin));
    if measure.is_ratio() {
        Scale::log(from, to)
    } else {
        Scale::linear_exact(from, to, Labels::Number)
    }
}
