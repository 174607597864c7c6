//! What single sessions do.

use super::QuantityKind;
use serde::Serialize;

/// The peak of an occupancy or an acute effect in one session, over patients, all levels of variability together.
#[derive(Clone, Debug, Serialize)]
pub struct SessionPeak {
    /// Number of the session, from 1.
    pub session: u32,
    /// When it starts, h.
    pub time_h: f64,
    /// The quantity's `id`.
    pub quantity: String,
    /// The quantity's name for people.
    pub label: String,
    /// The quantity's family.
    pub kind: QuantityKind,
    /// 5th percentile of the patients' peaks.
    pub p05: f64,
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
}
