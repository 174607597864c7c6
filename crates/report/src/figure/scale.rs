//! Scales: from values to a position between 0 and 1, and the ticks a reader expects.

use euthymia_vecmath::scalar::log10;

use super::number::{fixed, significant};

/// How values are laid along an axis.
#[derive(Clone, Debug, PartialEq)]
pub enum Scale {
    /// Equal distances are equal differences.
    Linear {
        /// Ends of the axis.
        domain: (f64, f64),
        /// How tick labels are written.
        labels: Labels,
    },
    /// Equal distances are equal ratios; both ends above 0.
    Log {
        /// Ends of the axis.
        domain: (f64, f64),
    },
    /// Hours, with ticks at minutes, hours, days or weeks.
    Time {
        /// Ends of the axis, h.
        domain: (f64, f64),
    },
}

/// How the ticks of a linear scale are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labels {
    /// Plain numbers.
    Number,
    /// Fractions as percentages.
    Percent,
}

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where, in the scale's own unit.
    pub value: f64,
    /// What is written there.
    pub label: String,
}

/// Unit in which a time axis is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    /// 1/60 h.
    Minutes,
    /// 1 h.
    Hours,
    /// 24 h.
    Days,
    /// 168 h.
    Weeks,
}

impl TimeUnit {
    /// Length of one unit, h.
    #[must_use]
    pub fn hours(self) -> f64 {
        match self {
            Self::Minutes => 1.0 / 60.0,
            Self::Hours => 1.0,
            Self::Days => 24.0,
            Self::Weeks => 168.0,
        }
    }

    /// Plural name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
            Self::Weeks => "weeks",
        }
    }
}

/// Steps of a time axis: count and unit.
const TIME_STEPS: [(f64, TimeUnit); 19] = [
    (1.0, TimeUnit::Minutes),
    (5.0, TimeUnit::Minutes),
    (10.0, TimeUnit::Minutes),
    (15.0, TimeUnit::Minutes),
    (30.0, TimeUnit::Minutes),
    (1.0, TimeUnit::Hours),
    (2.0, TimeUnit::Hours),
    (4.0, TimeUnit::Hours),
    (6.0, TimeUnit::Hours),
    (12.0, TimeUnit::Hours),
    (1.0, TimeUnit::Days),
    (2.0, TimeUnit::Days),
    (1.0, TimeUnit::Weeks),
    (2.0, TimeUnit::Weeks),
    (4.0, TimeUnit::Weeks),
    (8.0, TimeUnit::Weeks),
    (13.0, TimeUnit::Weeks),
    (26.0, TimeUnit::Weeks),
    (52.0, TimeUnit::Weeks),
];

impl Scale {
    /// A linear scale over `minimum..maximum`, widened to whole ticks.
    #[must_use]
    pub fn linear(minimum: f64, maximum: f64, labels: Labels) -> Self {
        let (minimum, maximum) = not_empty(minimum, maximum);
        let step = linear_step(maximum - minimum, 5);
        Self::Linear {
            domain: ((minimum / step).floor() * step, (maximum / step).ceil() * step),
            labels,
        }
    }

    /// A linear scale with exactly these ends.
    #[must_use]
    pub fn linear_exact(minimum: f64, maximum: f64, labels: Labels) -> Self {
        Self::Linear {
            domain: not_empty(minimum, maximum),
            labels,
        }
    }

    /// A logarithmic scale; ends at or below 0 are replaced by a thousandth of the upper end.
    #[must_use]
    pub fn log(minimum: f64, maximum: f64) -> Self {
        let maximum = if maximum > 0.0 { maximum } else { 1.0 };
        let minimum = if minimum > 0.0 { minimum } else { maximum / 1000.0 };
        let maximum = if maximum > minimum {
            maximum
        } else {
            minimum * 10.0
        };
        Self::Log {
            domain: (minimum, maximum),
        }
    }

    /// A time scale, h.
    #[must_use]
    pub fn time(start_h: f64, end_h: f64) -> Self {
        Self::Time {
            domain: not_empty(start_h, end_h),
        }
    }

    /// Ends of the axis.
    #[must_use]
    pub fn domain(&self) -> (f64, f64) {
        match self {
            Self::Linear { domain, .. } | Self::Log { domain } | Self::Time { domain } => *domain,
        }
    }

    /// Position of a value: 0 at the start of the axis, 1 at its end, beyond them outside the domain.
    #[must_use]
    pub fn position(&self, value: f64) -> f64 {
        let (start, end) = self.domain();
        match self {
            Self::Linear { .. } | Self::Time { .. } => (value - start) / (end - start),
            Self::Log { .. } => {
                let floor = start * 1e-6;
                (log10(value.max(floor)) - log10(start)) / (log10(end) - log10(start))
            }
        }
    }

    /// About `target` ticks inside the domain.
    #[must_use]
    pub fn ticks(&self, target: usize) -> Vec<Tick> {
        let target = target.max(2);
        match self {
            Self::Linear { domain, labels } => linear_ticks(*domain, *labels, target),
            Self::Log { domain } => log_ticks(*domain, target),
            Self::Time { domain } => {
                let (count, unit) = time_step(domain.1 - domain.0, target);
                let step = count * unit.hours();
                multiples(*domain, step)
                    .into_iter()
                    .map(|index| Tick {
                        value: index * step,
                        label: significant(index * count, 4),
                    })
                    .collect()
            }
        }
    }

    /// The unit in which about `target` ticks of a time axis are written; `None` for other scales.
    #[must_use]
    pub fn time_unit(&self, target: usize) -> Option<TimeUnit> {
        match self {
            Self::Time { domain } => Some(time_step(domain.1 - domain.0, target.max(2)).1),
            Self::Linear { .. } | Self::Log { .. } => None,
        }
    }
}

/// An axis has to have a length.
fn not_empty(minimum: f64, maximum: f64) -> (f64, f64) {
    if maximum > minimum {
        (minimum, maximum)
    } else {
        (
            minimum,
            minimum + if minimum == 0.0 { 1.0 } else { minimum.abs() },
        )
    }
}

fn linear_step(span: f64, target: usize) -> f64 {
    let raw = span / target as f64;
    let mut exponent = -15;
    while exponent < 18 && power_of_ten(exponent + 1) <= raw {
        exponent += 1;
    }
    let base = power_of_ten(exponent);
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * base)
        .find(|step| *step >= raw * 0.999)
        .unwrap_or(10.0 * base)
}

/// Exact where a power of ten is exact, by multiplication or division only.
fn power_of_ten(exponent: i32) -> f64 {
    let size = (0..exponent.unsigned_abs()).fold(1.0, |product, _| product * 10.0);
    if exponent < 0 { 1.0 / size } else { size }
}

fn linear_ticks(domain: (f64, f64), labels: Labels, target: usize) -> Vec<Tick> {
    let step = linear_step(domain.1 - domain.0, target);
    let shown = if labels == Labels::Percent {
        step * 100.0
    } else {
        step
    };
    let mut decimals = 0;
    while decimals < 12
        && ((shown * power_of_ten(decimals as i32)) - (shown * power_of_ten(decimals as i32)).round()).abs()
            > 1e-6
    {
        decimals += 1;
    }
    multiples(domain, step)
        .into_iter()
        .map(|index| {
            let value = index * step;
            let label = match labels {
                Labels::Number => fixed(value, decimals),
                Labels::Percent => format!("{}\u{a0}%", fixed(value * 100.0, decimals)),
            };
            Tick { value, label }
        })
        .collect()
}

fn log_ticks(domain: (f64, f64), target: usize) -> Vec<Tick> {
    let mut decades = Vec::new();
    for exponent in -12..=15 {
        decades.push(power_of_ten(exponent));
    }
    let inside = |value: &f64| *value >= domain.0 * 0.999_999 && *value <= domain.1 * 1.000_001;
    let fine: Vec<f64> = decades
        .iter()
        .flat_map(|decade| [1.0, 2.0, 5.0].map(|factor| factor * decade))
        .filter(inside)
        .collect();
    let coarse: Vec<f64> = decades.iter().copied().filter(inside).collect();
    let chosen = if fine.len() <= target + 2 || coarse.len() < 2 {
        fine
    } else {
        coarse
    };
    chosen
        .into_iter()
        .map(|value| Tick {
            value,
            label: significant(value, 2),
        })
        .collect()
}

fn time_step(span_h: f64, target: usize) -> (f64, TimeUnit) {
    TIME_STEPS
        .into_iter()
        .find(|(count, unit)| span_h / (count * unit.hours()) <= target as f64 + 0.01)
        .unwrap_or_else(|| ((span_h / target as f64 / 8736.0).ceil() * 52.0, TimeUnit::Weeks))
}

/// Whole numbers `i` with `i * step` inside the domain.
fn multiples(domain: (f64, f64), step: f64) -> Vec<f64> {
    let first = (domain.0 / step - 1e-9).ceil();
    let last = (domain.1 / step + 1e-9).floor();
    let mut out = Vec::new();
    let mut index = first;
    while index <= last && out.len() < 200 {
        out.push(if index == 0.0 { 0.0 } else { index });
        index += 1.0;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale, target: usize) -> Vec<String> {
        scale.ticks(target).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn linear_ticks_are_round_numbers() {
        assert_eq!(
            labels(&Scale::linear(0.0, 57.0, Labels::Number), 6),
            ["0", "10", "20", "30", "40", "50", "60"]
        );
        assert_eq!(
            labels(&Scale::linear_exact(0.0, 1.0, Labels::Percent), 4),
            ["0\u{a0}%", "25\u{a0}%", "50\u{a0}%", "75\u{a0}%", "100\u{a0}%"]
        );
        assert_eq!(
            labels(&Scale::linear(0.0, 0.004, Labels::Number), 4),
            ["0.000", "0.001", "0.002", "0.003", "0.004"]
        );
        assert_eq!(
            labels(&Scale::linear(-12.0, 3.0, Labels::Number), 5),
            ["\u{2212}15", "\u{2212}10", "\u{2212}5", "0", "5"]
        );
    }

    #[test]
    fn time_ticks_change_unit_with_the_span() {
        assert_eq!(labels(&Scale::time(0.0, 2.0), 5), ["0", "30", "60", "90", "120"]);
        assert_eq!(Scale::time(0.0, 2.0).time_unit(5), Some(TimeUnit::Minutes));
        assert_eq!(
            labels(&Scale::time(0.0, 24.0), 7),
            ["0", "4", "8", "12", "16", "20", "24"]
        );
        assert_eq!(
            labels(&Scale::time(0.0, 168.0), 7),
            ["0", "1", "2", "3", "4", "5", "6", "7"]
        );
        assert_eq!(
            labels(&Scale::time(0.0, 2016.0), 7),
            ["0", "2", "4", "6", "8", "10", "12"]
        );
        assert_eq!(Scale::time(0.0, 2016.0).time_unit(7), Some(TimeUnit::Weeks));
    }

    #[test]
    fn log_ticks_and_positions_follow_ratios() {
        let scale = Scale::log(0.1, 100.0);
        assert_eq!(labels(&scale, 5), ["0.1", "1", "10", "100"]);
        assert!((scale.position(1.0) - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(labels(&Scale::log(5.0, 60.0), 6), ["5", "10", "20", "50"]);
    }

    #[test]
    fn an_empty_domain_is_given_a_length() {
        for scale in [
            Scale::linear(0.0, 0.0, Labels::Number),
            Scale::time(0.0, 0.0),
            Scale::linear(7.0, 7.0, Labels::Number),
        ] {
            let (start, end) = scale.domain();
            assert!(end > start);
            assert!(!scale.ticks(5).is_empty());
        }
        assert!(Scale::log(0.0, 0.0).position(0.0).is_finite());
    }
}
