//! What is read off a curve over time: peak, area, half-life, as a laboratory does it, on a grid that is finer.

use euthymia_vecmath::scalar::{exp, ln};

/// Part of the tail that the line through its end is fitted to.
const TAIL: f64 = 0.5;
/// Below this part of the peak a value is rounding.
const ROUNDING: f64 = 1e-9;

/// Values at increasing times, h from the first dose. Those before it are what was there without the drug.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Curve<'c> {
    pub(crate) times_h: &'c [f64],
    pub(crate) values: &'c [f64],
    /// Times at which something begins or ends, so that the curve may bend sharply.
    pub(crate) bends_h: &'c [f64],
}

/// An area and the part of it that lies beyond the last time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub(crate) total: f64,
    pub(crate) beyond: f64,
}

impl<'c> Curve<'c> {
    /// Time and value from one time to another, ends included.
    fn between(self, from_h: f64, to_h: f64) -> impl DoubleEndedIterator<Item = (f64, f64)> + 'c {
        let first = self.times_h.partition_point(|time| *time < from_h);
        let end = self.times_h.partition_point(|time| *time <= to_h).max(first);
        let times = self.times_h[first..end].iter().copied();
        times.zip(self.values[first..end].iter().copied())
    }

    /// The highest value up to a time, and when it is first reached: at a time of the grid, or on the parabola through
    /// its neighbours where the curve does not bend sharply.
    pub(crate) fn highest(self, until_h: f64) -> Option<(f64, f64)> {
        let (time, value) = self.extreme(0.0, until_h, |value, best| value > best)?;
        let at = self.times_h.partition_point(|known| *known < time);
        if time >= until_h || self.bends_h.contains(&time) || at == 0 || at + 1 >= self.times_h.len() {
            return Some((time, value));
        }
        let around = [at - 1, at, at + 1].map(|index| (self.times_h[index], self.values[index]));
        Some(vertex(around).unwrap_or((time, value)))
    }

    /// The lowest value of a stretch of time, and when it is first reached.
    pub(crate) fn lowest(self, from_h: f64, until_h: f64) -> Option<(f64, f64)> {
        self.extreme(from_h, until_h, |value, best| value < best)
    }

    fn extreme(self, from_h: f64, until_h: f64, better: fn(f64, f64) -> bool) -> Option<(f64, f64)> {
        let mut best: Option<(f64, f64)> = None;
        for (time, value) in self.between(from_h, until_h) {
            if best.is_none_or(|(_, known)| better(value, known)) {
                best = Some((time, value));
            }
        }
        best
    }

    /// The value at a time of the grid.
    pub(crate) fn at(self, time_h: f64) -> Option<f64> {
        let index = self.times_h.partition_point(|time| *time < time_h);
        (self.times_h.get(index) == Some(&time_h)).then(|| self.values[index])
    }

    /// The value before the first dose.
    pub(crate) fn before(self) -> Option<f64> {
        (*self.times_h.first()? < 0.0).then(|| self.values[0])
    }

    /// The difference from the value before the first dose that is the largest in size.
    pub(crate) fn change(self, until_h: f64) -> Option<f64> {
        let before = self.before()?;
        let differences = self.between(0.0, until_h).map(|(_, value)| value - before);
        differences.reduce(|best, next| if next.abs() > best.abs() { next } else { best })
    }

    /// Area from the first dose to a time: straight lines where the curve rises, exponentials where it falls, so that an
    /// exponential decline is exact.
    pub(crate) fn area(self, until_h: f64) -> f64 {
        let mut area = 0.0;
        let mut last: Option<(f64, f64)> = None;
        for (time, value) in self.between(0.0, until_h) {
            if let Some((before, from)) = last {
                area += (time - before) * mean(from, value);
            }
            last = Some((time, value));
        }
        area
    }

    /// Area from the first dose on for ever: beyond the last time along the exponential of the tail. Nothing where the
    /// tail does not fall.
    pub(crate) fn whole_area(self) -> Option<Area> {
        let (&end_h, &last) = (self.times_h.last()?, self.values.last()?);
        let (_, peak) = self.highest(end_h)?;
        let inside = self.area(end_h);
        let beyond = if last.abs() <= ROUNDING * peak.abs() {
            0.0
        } else {
            last / self.rate(end_h * (1.0 - TAIL), end_h)?
        };
        Some(Area {
            total: inside + beyond,
            beyond,
        })
    }

    /// Rate of the exponential that fits a stretch of time, 1/h: the slope of the straight line through the logarithms.
    /// Nothing where the values do not fall or are not above 0.
    pub(crate) fn rate(self, from_h: f64, to_h: f64) -> Option<f64> {
        let points = self.between(from_h, to_h).map(|(time, value)| (time, ln(value)));
        falling(points.collect())
    }

    /// The same through some of the times alone.
    pub(crate) fn rate_through(self, times_h: &[f64]) -> Option<f64> {
        let points: Option<Vec<(f64, f64)>> = times_h
            .iter()
            .map(|time| Some((*time, ln(self.at(*time)?))))
            .collect();
        falling(points?)
    }
}

/// The top of the parabola through three points of which the middle one is the highest.
fn vertex([(x0, y0), (x1, y1), (x2, y2)]: [(f64, f64); 3]) -> Option<(f64, f64)> {
    let (left, right) = ((y1 - y0) / (x1 - x0), (y2 - y1) / (x2 - x1));
    let curvature = (right - left) / (x2 - x0);
    let slope = left + curvature * (x1 - x0);
    let x = x1 - slope / (2.0 * curvature);
    let y = y1 - slope * slope / (4.0 * curvature);
    (curvature < 0.0 && (x0..=x2).contains(&x) && y.is_finite()).then_some((x, y))
}

/// Mean of a curve between two values: of a straight line, or of an exponential where it falls.
fn mean(from: f64, to: f64) -> f64 {
    if to > 0.0 && from > to {
        let fall = ln(from / to);
        // Next to equal, the quotient is of two roundings.
        if fall > 1e-6 {
            return (from - to) / fall;
        }
    }
    f64::midpoint(from, to)
}

/// Minus the slope of the straight line by least squares, if it is above 0.
fn falling(points: Vec<(f64, f64)>) -> Option<f64> {
    if points.len() < 3 || points.iter().any(|(_, value)| !value.is_finite()) {
        return None;
    }
    let count = points.len() as f64;
    let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / count;
    let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / count;
    let covariance: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let variance: f64 = points.iter().map(|(x, _)| (x - mean_x) * (x - mean_x)).sum();
    let rate = -covariance / variance;
    (rate > 0.0 && rate.is_finite()).then_some(rate)
}

/// Half-life of a rate, in the unit of one over the rate.
pub(crate) fn half_life(rate: f64) -> f64 {
    ln(2.0) / rate
}

/// e to the mean of the logarithms: the geometric mean of ratios.
pub(crate) fn geometric_mean(logarithms: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for logarithm in logarithms {
        sum += logarithm;
        count += 1.0;
    }
    (count > 0.0).then(|| exp(sum / count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::grid;

    /// A curve on the grid that scenarios are looked at on.
    fn with<T>(value: impl Fn(f64) -> f64, bends_h: &[f64], end_h: f64, read: impl Fn(Curve<'_>) -> T) -> T {
        let times_h = grid::times_h(bends_h, &[], end_h);
        let values: Vec<f64> = times_h
            .iter()
            .map(|time| if *time < 0.0 { 0.0 } else { value(*time) })
            .collect();
        read(Curve {
            times_h: &times_h,
            values: &values,
            bends_h,
        })
    }

    fn near(found: f64, expected: f64, tolerance: f64) {
        assert!(
            (found / expected - 1.0).abs() < tolerance,
            "{found}, expected {expected}"
        );
    }

    #[test]
    fn a_decline_is_exact() {
        // 2 exp(-0.2 t): peak 2 at 0, area 10, half-life ln 2 / 0.2.
        with(
            |time| 2.0 * exp(-0.2 * time),
            &[0.0],
            24.0,
            |curve| {
                assert_eq!(curve.highest(24.0), Some((0.0, 2.0)));
                let area = curve.whole_area().unwrap();
                near(area.total, 10.0, 1e-12);
                near(area.beyond, 10.0 * exp(-4.8), 1e-9);
                near(half_life(curve.rate(4.0, 12.0).unwrap()), ln(2.0) / 0.2, 1e-12);
            },
        );
    }

    #[test]
    fn absorption_peaks_where_it_must() {
        // ka 1.5, k 0.2: the highest value at ln(7.5) / 1.3, the area 1 / 0.2.
        let (ka, k) = (1.5, 0.2);
        let curve = |time: f64| ka / (ka - k) * (exp(-k * time) - exp(-ka * time));
        with(curve, &[0.0], 48.0, |read| {
            let (time, value) = read.highest(24.0).unwrap();
            let peak_h = ln(7.5) / 1.3;
            near(time, peak_h, 1e-3);
            near(value, curve(peak_h), 1e-6);
            near(read.whole_area().unwrap().total, 1.0 / k, 2e-4);
        });
    }

    #[test]
    fn an_infusion_peaks_at_its_end() {
        let (k, end) = (0.2, 2.0);
        let rising = |time: f64| 1.0 - exp(-k * time);
        let curve = |time: f64| {
            if time < end {
                rising(time)
            } else {
                rising(end) * exp(-k * (time - end))
            }
        };
        with(curve, &[0.0, end], 48.0, |read| {
            assert_eq!(read.highest(48.0), Some((end, rising(end))));
            // Rate 1 over 2 h, clearance k in this unit of concentration.
            near(read.whole_area().unwrap().total, 2.0, 2e-4);
        });
    }

    #[test]
    fn what_does_not_fall_has_no_area_and_no_half_life() {
        with(
            |_| 1.0,
            &[0.0],
            24.0,
            |curve| {
                assert_eq!(curve.whole_area(), None);
                assert_eq!(curve.rate(4.0, 12.0), None);
            },
        );
        with(
            |time| 1.0 - time,
            &[0.0],
            24.0,
            |curve| assert_eq!(curve.rate(4.0, 12.0), None),
        );
    }

    #[test]
    fn a_change_keeps_its_sign() {
        with(
            |time| -3.0 * exp(-time),
            &[0.0],
            24.0,
            |curve| {
                assert_eq!(curve.change(24.0), Some(-3.0));
                assert_eq!(curve.before(), Some(0.0));
            },
        );
    }
}
