//! When patients respond, and how long it lasts after the last dose.
//!
//! Both are about the score itself: what a rating scatters around it would make patients respond and relapse from one rating
//! to the next, the more often the more ratings there are.

use super::Interval;
use serde::Serialize;

/// When patients respond for the first time.
#[derive(Clone, Debug, Serialize)]
pub struct TimeToResponse {
    /// What is counted, in words.
    pub definition: String,
    /// Proportion of the patients who have responded at least once until then; aligned with
    /// [`super::CourseResult::times_h`].
    pub responded: Vec<f64>,
    /// 90 % interval of it (parameters and between studies), if the design can tell.
    pub interval: Option<Interval>,
    /// The proportion at the horizon.
    pub ever: Share,
    /// Until half of all patients have responded, h from the first dose.
    pub median: Until,
    /// Until half of those have responded who do before the horizon, h from the first dose; absent where nobody does.
    pub median_of_responders_h: Option<f64>,
}

/// How long a response lasts after the last dose.
#[derive(Clone, Debug, Serialize)]
pub struct Durability {
    /// What is counted, in words.
    pub definition: String,
    /// The last dose, h.
    pub last_dose_h: f64,
    /// When a patient has to be in response to be counted, h.
    pub from_h: f64,
    /// Proportion of the patients who are in response then.
    pub responders: Share,
    /// Times from then on, h from the first dose.
    pub times_h: Vec<f64>,
    /// Proportion of those patients who have been in response ever since.
    pub kept: Vec<f64>,
    /// 90 % interval of it, if the design can tell.
    pub interval: Option<Interval>,
    /// The proportion some weeks after the last dose, as far as the horizon reaches.
    pub after: Vec<KeptAfter>,
    /// Until half of them have lost the response, h from the last dose.
    pub median: Until,
}

/// Who has kept the response for some weeks.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct KeptAfter {
    /// Weeks after the last dose.
    pub weeks: u32,
    /// The proportion.
    pub share: Share,
}

/// A proportion with its 90 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// The proportion, 0 to 1.
    pub value: f64,
    /// Lower end, if the design can tell.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
}

/// A time that may lie beyond the horizon.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Until {
    /// The time, h; absent: not before the horizon.
    pub time_h: Option<f64>,
    /// 90 % interval, each end absent where it is beyond the horizon; absent as a whole where the design cannot tell.
    pub interval_h: Option<[Option<f64>; 2]>,
}
