//! The stretch of time in which a quantity is worth looking at, and how far its median goes there.

use super::Extreme;
use crate::course::Course;
use crate::result::{CourseResult, Quantity};
use euthymia_model::mechanism::Layer;

/// A day: nothing of one session is looked for beyond.
const DAY_H: f64 = 24.0;
/// The shortest stretch.
const SHORTEST_H: f64 = 3.0;
/// What is over within a day after one session is shown for so long in the cascade, h.
const FEW_DAYS_H: f64 = 72.0;
/// What is not is shown for so long, h.
const FOUR_WEEKS_H: f64 = 672.0;
/// Doses closer together belong to one session, h.
const SAME_SESSION_H: f64 = 6.0;
/// An effect is there from this share of its greatest change on, and gone below it.
pub(super) const THERE: f64 = 0.1;

/// From the first dose to the next session, at most a day, h.
pub(super) fn first_session(course: &Course) -> [f64; 2] {
    let times = course.session_times_h();
    let first = times.first().copied().unwrap_or(0.0);
    let next = times.into_iter().find(|time| time - first >= SAME_SESSION_H);
    let day = course.horizon_h.min(first + DAY_H);
    [first, next.map_or(day, |next| next.min(day))]
}

/// The window of a quantity: hours for what follows the drug, days or weeks for the cascade, all for the response.
pub(super) fn of(layer: Layer, result: &CourseResult, quantity: &Quantity) -> [f64; 2] {
    let first = result.doses.first().map_or(0.0, |dose| dose.time_h);
    let quiet_after_h =
        quiet(&result.times_h, &quantity.p50, [first, first + DAY_H]).map(|time| time - first);
    let length_h = match (layer, quiet_after_h) {
        (Layer::Kinetics, _) | (Layer::Target | Layer::Acute, None) => DAY_H,
        // A fifth more, so that the end is seen.
        (Layer::Target | Layer::Acute, Some(quiet)) => (1.2 * quiet).ceil().clamp(SHORTEST_H, DAY_H),
        (Layer::Cascade, Some(_)) => FEW_DAYS_H,
        (Layer::Cascade, None) => FOUR_WEEKS_H,
        (Layer::Response, _) => result.horizon_h,
    };
    let end = result.horizon_h.min(first + length_h);
    if layer == Layer::Response {
        [0.0, end]
    } else {
        [first, end]
    }
}

/// When a curve is back within a tenth of its greatest change in a window, after it, h.
fn quiet(times_h: &[f64], values: &[f64], window_h: [f64; 2]) -> Option<f64> {
    let (at, change) = furthest(times_h, values, window_h)?;
    let start = values[at] - change;
    let later = (at..times_h.len()).take_while(|index| times_h[*index] <= window_h[1]);
    later
        .into_iter()
        .find(|index| (values[*index] - start).abs() < THERE * change.abs())
        .map(|index| times_h[index])
}

/// Changes smaller than this share of a value are the solver's.
const NOISE: f64 = 1e-9;

/// Whether two values of a curve differ by more than the solver's error.
pub(super) fn differs(value: f64, from: f64) -> bool {
    (value - from).abs() > NOISE * from.abs()
}

/// The position at which a curve is furthest from where it is at the start of a window, the first of equals, and how far
/// it is then; `None` where it does not move.
pub(super) fn furthest(times_h: &[f64], values: &[f64], window_h: [f64; 2]) -> Option<(usize, f64)> {
    let inside = |time: &f64| (window_h[0]..=window_h[1]).contains(time);
    let first = times_h.iter().position(inside)?;
    let start = values[first];
    let found = (first..times_h.len())
        .take_while(|index| inside(&times_h[*index]))
        .map(|index| (index, values[index] - start))
        .reduce(|best, next| if next.1.abs() > best.1.abs() { next } else { best })?;
    differs(values[found.0], start).then_some(found)
}

/// The median at its furthest in a window.
pub(super) fn extreme(result: &CourseResult, quantity: &Quantity, window_h: [f64; 2]) -> Option<Extreme> {
    let (at, change) = furthest(&result.times_h, &quantity.p50, window_h)?;
    Some(Extreme {
        time_h: result.times_h[at],
        median: quantity.p50[at],
        p05: quantity.p05[at],
        p95: quantity.p95[at],
        low: change < 0.0,
    })
}
