//! The axis of effects: where values go, and ticks that are read.

use euthymia_meta::synthesis::Synthesis;

use super::super::number::{fixed, significant};
use super::super::scale::{Labels, Scale, Tick};
use super::super::svg::Svg;
use super::super::text;

/// Effects from left to right, as they are read.
pub(super) struct Effects {
    scale: Scale,
    is_ratio: bool,
    pub(super) left: f64,
    pub(super) right: f64,
}

impl Effects {
    /// Wide enough for all estimates and for most of every interval; what is longer ends in arrows.
    pub(super) fn of(synthesis: &Synthesis, extra: &[f64], left: f64, right: f64) -> Self {
        let is_ratio = synthesis.measure.is_ratio();
        let through = |x: f64| {
            if is_ratio {
                euthymia_vecmath::scalar::ln(x)
            } else {
                x
            }
        };
        let back = |x: f64| {
            if is_ratio {
                euthymia_vecmath::scalar::exp(x)
            } else {
                x
            }
        };
        let mut inner: Vec<f64> = synthesis.studies.iter().map(|row| row.shown.value).collect();
        inner.extend(
            synthesis
                .pooled
                .iter()
                .flat_map(|row| [row.shown.lower, row.shown.upper]),
        );
        inner.extend(synthesis.measure.shown_null());
        inner.extend(extra);
        let mut widths: Vec<f64> = synthesis
            .studies
            .iter()
            .map(|row| through(row.shown.upper) - through(row.shown.lower))
            .filter(|width| width.is_finite())
            .collect();
        widths.sort_by(f64::total_cmp);
        let usual = widths.get(widths.len() / 2).copied().unwrap_or(1.0);
        let finite = |values: &[f64]| {
            values
                .iter()
                .map(|x| through(*x))
                .filter(|x| x.is_finite())
                .collect::<Vec<_>>()
        };
        let inner = finite(&inner);
        let low = inner.iter().copied().fold(f64::INFINITY, f64::min);
        let high = inner.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let margin = usual.max(0.35 * (high - low));
        let mut outer: Vec<f64> = synthesis
            .studies
            .iter()
            .flat_map(|row| [row.shown.lower, row.shown.upper])
            .collect();
        let predicted = synthesis.pooled.iter().filter_map(|row| row.shown_prediction);
        outer.extend(predicted.flat_map(|(lower, upper)| [lower, upper]));
        let outer = finite(&outer);
        let lowest = outer.iter().copied().fold(low, f64::min).max(low - margin);
        let highest = outer.iter().copied().fold(high, f64::max).min(high + margin);
        let room = 0.02 * (highest - lowest).max(1e-9);
        let (start, end) = (back(lowest - room), back(highest + room));
        let scale = if is_ratio {
            Scale::log(start, end)
        } else {
            Scale::linear_exact(start, end, Labels::Number)
        };
        Self {
            scale,
            is_ratio,
            left,
            right,
        }
    }

    /// Where a value is.
    pub(super) fn x(&self, value: f64) -> f64 {
        let position = if value.is_finite() {
            self.scale.position(value)
        } else if value > 0.0 {
            10.0
        } else {
            -10.0
        };
        self.left + position.clamp(-10.0, 10.0) * (self.right - self.left)
    }

    pub(super) fn frame(&self) -> (f64, f64) {
        (self.left, self.right)
    }

    /// The axis at `y` with ticks, labels and title below; returns where it ends.
    pub(super) fn draw(&self, svg: &mut Svg, y: f64, font: f64, title: &str) -> f64 {
        svg.line("axis", (self.left, y), (self.right, y));
        let target = (((self.right - self.left) / 70.0) as usize).clamp(3, 8);
        let mut free_from = f64::NEG_INFINITY;
        for tick in self.ticks(target) {
            let x = self.x(tick.value);
            svg.line("axis", (x, y), (x, y + 5.0));
            let half = text::width(&tick.label, font * 0.93) / 2.0;
            if x - half > free_from + 3.0 {
                svg.label("tick middle", x, y + 7.0 + font, &tick.label);
                free_from = x + half;
            }
        }
        let middle = (self.left + self.right) / 2.0;
        svg.label("axis-title middle", middle, y + 12.0 + 2.15 * font, title);
        y + 14.0 + 2.4 * font
    }

    fn ticks(&self, target: usize) -> Vec<Tick> {
        if self.is_ratio {
            ratio_ticks(self.scale.domain(), target)
        } else {
            self.scale.ticks(target)
        }
    }
}

/// Factors of a decade, sparse to dense.
const FACTORS: [&[f64]; 6] = [
    &[1.0],
    &[1.0, 3.0],
    &[1.0, 2.0, 5.0],
    &[1.0, 1.5, 2.0, 3.0, 5.0, 7.0],
    &[1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0],
    &[
        1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 7.5, 8.0, 8.5, 9.0, 9.5,
    ],
];

/// Powers of ten, 1 in the middle.
const DECADES: [f64; 19] = [
    1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
];

/// Ticks of ratios: the densest set of round factors that is not more than `target`, and the first of which there are three.
pub(super) fn ratio_ticks((start, end): (f64, f64), target: usize) -> Vec<Tick> {
    let mut chosen: Vec<f64> = Vec::new();
    for factors in FACTORS {
        let mut ticks: Vec<f64> = Vec::new();
        for (place, decade) in DECADES.iter().enumerate() {
            for factor in factors {
                // Below 1 a quotient of whole numbers: 3/10 is the 0.3 that is read.
                let value = match DECADES.len() / 2 {
                    one if place < one => *factor / DECADES[2 * one - place],
                    _ => *factor * decade,
                };
                if value >= start * 0.999_999 && value <= end * 1.000_001 {
                    ticks.push(value);
                }
            }
        }
        if ticks.len() <= target || chosen.len() < 3 {
            chosen = ticks;
        }
    }
    chosen
        .into_iter()
        .map(|value| Tick {
            value,
            label: if value >= 1000.0 {
                fixed(value, 0)
            } else {
                significant(value, 3)
            },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(domain: (f64, f64)) -> Vec<String> {
        ratio_ticks(domain, 6)
            .into_iter()
            .map(|tick| tick.label)
            .collect()
    }

    #[test]
    fn ticks_of_ratios_are_round_and_never_two_alone() {
        assert_eq!(labels((0.05, 4.0)), ["0.05", "0.1", "0.2", "0.5", "1", "2"]);
        assert_eq!(labels((0.01, 100.0)), ["0.01", "0.1", "1", "10", "100"]);
        assert_eq!(labels((0.8, 1.3)), ["0.8", "0.9", "1", "1.25"]);
    }
}
