//! What the tables tell of people who left: how many, and how much they had improved when they were last seen.

use super::rating::Known;
use euthymia_evidence::{DispersionType, OutcomeRow, Statistic};
use euthymia_therapy::response::Visit;

/// Means are printed to one digit: the standard deviation of what rounding leaves, points.
const ROUNDING: f64 = 0.1 / 3.464_101_615_137_754_5;

/// The part of an arm that a number of observed cases is without.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gone {
    /// The study tells how many were seen of how many.
    Told(f64),
    /// As usual by that time.
    Usual,
}

/// People of an arm who left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Left {
    /// By when, h.
    pub time_h: f64,
    /// How many.
    pub events: f64,
    /// Of how many.
    pub n: f64,
}

/// The mean change of those who left, when they were last seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Leavers {
    /// Place of the visit at which they were missing.
    pub visit: usize,
    /// What they had received in the middle of the time before it, which stands for when they were last seen.
    pub halfway: Visit,
    /// Points.
    pub change: f64,
    /// Its standard error.
    pub error: f64,
    /// Scores before treatment.
    pub baseline: Known,
}

/// What means of observed cases, and of the same people with those who left as they were last seen, say of the latter: how many,
/// their mean change and its standard error.
pub(super) fn last_seen(observed: &OutcomeRow, carried: &OutcomeRow) -> Option<(f64, f64, f64)> {
    let same = observed.statistic == Statistic::Change
        && carried.statistic == Statistic::ChangeCarriedForward
        && observed.outcome == carried.outcome
        && observed.time_h == carried.time_h;
    let (here, all) = (f64::from(observed.n?), f64::from(carried.n?));
    let spread = carried
        .dispersion
        .filter(|of| of.kind == DispersionType::StandardDeviation)?
        .value;
    let left = all - here;
    if !same || left < 1.0 {
        return None;
    }
    let change = (all * carried.value - here * observed.value) / left;
    let rounding = ROUNDING * (all * all + here * here).sqrt() / left;
    Some((
        left,
        change,
        (spread * spread / left + rounding * rounding).sqrt(),
    ))
}
