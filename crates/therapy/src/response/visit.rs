//! What an arm has received by the time of a rating, in the form that the equations need.
//!
//! Everything here is known before the fit: it is prepared once, and the equations then cost a few exponentials a visit.

use super::design::{ArmDesign, Background, Blinding, Setting};
use super::exposure::Exposure;
use euthymia_vecmath::scalar::{exp, ln};

/// Half-life of the rise of hope, h: within a session; a score before it is the baseline.
pub const HALF_RISE_H: f64 = 0.5;
/// Half-life of fresh hope, h.
pub const HALF_HOPE_H: f64 = 10.0;
/// Weeks over which psychotherapy builds, as a time constant in h.
pub const PSYCHOTHERAPY_H: f64 = 8.0 * 7.0 * 24.0;
/// Half-life with which patients drift apart, h.
pub const HALF_NATURAL_H: f64 = 72.0;

/// People of a trial whose size changes nothing.
pub const USUAL_PEOPLE: f64 = 60.0;

/// What people are treated for, as far as effects differ by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Disorder {
    /// Unipolar depression, resistant or not.
    Depression,
    /// Bipolar depression.
    Bipolar,
    /// Post-traumatic stress disorder.
    Ptsd,
    /// Generalised and social anxiety.
    Anxiety,
    /// Obsessive-compulsive disorder.
    Ocd,
}

/// What holds for an arm at all times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Situation {
    /// Who can tell what was given.
    pub blinding: Blinding,
    /// Whether people were admitted in a crisis.
    pub crisis: bool,
    /// What they are treated for.
    pub disorder: Disorder,
    /// Logarithm of the people of the study over [`USUAL_PEOPLE`].
    pub ln_size: f64,
    /// When an antidepressant was started, h.
    pub antidepressant_from_h: Option<f64>,
    /// When psychotherapy was started, h.
    pub psychotherapy_from_h: Option<f64>,
}

/// An arm at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// When, h after the first session (or after the start, without any).
    pub time_h: f64,
    /// What holds for the arm.
    pub situation: Situation,
    /// Fresh hope of all sessions.
    pub hope: f64,
    /// Time since each session, h.
    pub ages_h: Vec<f64>,
    /// Occupancy in pieces: area, occupancy times h, and how long ago, h.
    pub pieces: Vec<(f64, f64)>,
}

impl Situation {
    /// Of an arm; nothing where its people are ill with something that no rating scale of the model is about.
    #[must_use]
    pub fn of(design: &ArmDesign) -> Option<Self> {
        Some(Self {
            blinding: design.blinding,
            crisis: design.setting == Setting::Crisis,
            disorder: Disorder::of(&design.condition)?,
            ln_size: design
                .study_people
                .map_or(0.0, |n| ln(f64::from(n) / USUAL_PEOPLE)),
            antidepressant_from_h: match design.background {
                Background::None | Background::Stable => None,
                Background::Started { since_h, .. } => Some(since_h),
                Background::Augmented { .. } => Some(0.0),
            },
            psychotherapy_from_h: design.therapy.map(|(_, from_h)| from_h),
        })
    }
}

impl Disorder {
    /// Of a word of the evidence tables.
    #[must_use]
    pub fn of(condition: &str) -> Option<Self> {
        match condition {
            "mdd" | "trd" | "suicidality" => Some(Self::Depression),
            "bipolar-depression" => Some(Self::Bipolar),
            "ptsd" => Some(Self::Ptsd),
            "gad-sad" => Some(Self::Anxiety),
            "ocd" => Some(Self::Ocd),
            _ => None,
        }
    }
}

impl Visit {
    /// An arm at `time_h`, with the exposure of each regimen; sessions after it do not count. Tablets taken at home bring
    /// occupancy and no hope.
    #[must_use]
    pub fn of(design: &ArmDesign, situation: Situation, exposures: &[Exposure], time_h: f64) -> Self {
        let before = design.sessions.iter().filter(|session| session.time_h < time_h);
        let (mut ages_h, mut pieces) = (Vec::new(), Vec::new());
        for session in before {
            let age_h = time_h - session.time_h;
            if session.attended {
                ages_h.push(age_h);
            }
            if let Some(exposure) = session.regimen.and_then(|regimen| exposures.get(regimen)) {
                pieces.extend(cut(exposure, age_h));
            }
        }
        Self {
            time_h,
            situation,
            hope: ages_h.iter().map(|age_h| chain(*age_h, HALF_HOPE_H)).sum(),
            ages_h,
            pieces,
        }
    }
}

/// What a unit dose into a compartment that empties with [`HALF_RISE_H`] left in the next, which empties with `half_h`, after
/// `age_h`.
pub(crate) fn chain(age_h: f64, half_h: f64) -> f64 {
    let (rise, fall) = (
        std::f64::consts::LN_2 / HALF_RISE_H,
        std::f64::consts::LN_2 / half_h,
    );
    rise / (rise - fall) * (exp(-fall * age_h) - exp(-rise * age_h))
}

/// Ends of the pieces that an occupancy is cut into, h: fine while a session is fresh, coarse when it is long over.
const FRESH_H: [f64; 16] = [
    0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 36.0, 48.0, 96.0,
];
const OVER_H: [f64; 5] = [2.0, 6.0, 16.0, 40.0, 96.0];

/// The occupancy of a session that began `age_h` ago, in pieces: each its area and the time since its centre. The exponential
/// decay within a piece is taken at the centre, which is wrong by a fraction of k^2 var / 2: under 1e-4 for half-lives of a day.
fn cut(exposure: &Exposure, age_h: f64) -> Vec<(f64, f64)> {
    let ends: &[f64] = if age_h < 96.0 { &FRESH_H } else { &OVER_H };
    let mut pieces = Vec::new();
    let mut from = 0.0;
    for end in ends {
        let to = end.min(age_h);
        if to <= from {
            break;
        }
        let (area, moment) = area_and_moment(exposure, from, to);
        if area > 0.0 {
            pieces.push((area, age_h - moment / area));
        }
        from = to;
    }
    pieces
}

/// The area under an occupancy between two times, and the area under time times occupancy.
fn area_and_moment(exposure: &Exposure, from: f64, to: f64) -> (f64, f64) {
    let (mut area, mut moment) = (0.0, 0.0);
    for (times, values) in exposure.times_h.windows(2).zip(exposure.occupancy.windows(2)) {
        let (start, end) = (times[0].max(from), times[1].min(to));
        if end <= start {
            continue;
        }
        let slope = (values[1] - values[0]) / (times[1] - times[0]);
        let (first, last) = (
            values[0] + slope * (start - times[0]),
            values[0] + slope * (end - times[0]),
        );
        let width = end - start;
        area += width * (first + last) / 2.0;
        // Simpson's rule is exact for time times a line.
        let middle = (start + end) / 2.0 * (first + last) / 2.0;
        moment += width / 6.0 * (start * first + 4.0 * middle + end * last);
    }
    (area, moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn triangle() -> Exposure {
        Exposure {
            times_h: vec![0.0, 1.0, 3.0, 50.0],
            occupancy: vec![0.0, 0.4, 0.0, 0.0],
        }
    }

    #[test]
    fn pieces_hold_the_whole_occupancy_and_no_more_than_has_been() {
        for (age_h, area) in [(0.5, 0.05), (1.0, 0.2), (2.0, 0.5), (30.0, 0.6), (300.0, 0.6)] {
            let pieces = cut(&triangle(), age_h);
            let sum: f64 = pieces.iter().map(|piece| piece.0).sum();
            assert!((sum - area).abs() < 1e-12, "{age_h}: {sum}");
            assert!(pieces.iter().all(|piece| piece.1 >= 0.0));
        }
    }

    #[test]
    fn decay_of_pieces_is_that_of_the_integral() {
        // By Simpson's rule with a step of 0.001 h.
        let exact = |k: f64, age_h: f64| {
            let occupancy = |s: f64| {
                if s < 1.0 {
                    0.4 * s
                } else {
                    (0.4 - 0.2 * (s - 1.0)).max(0.0)
                }
            };
            let steps = 4000;
            let h = 4.0 / f64::from(steps);
            let at = |i: i32| {
                let s = f64::from(i) * h;
                if s > age_h {
                    0.0
                } else {
                    occupancy(s) * exp(-k * (age_h - s))
                }
            };
            (0..steps / 2)
                .map(|i| h / 3.0 * (at(2 * i) + 4.0 * at(2 * i + 1) + at(2 * i + 2)))
                .sum::<f64>()
        };
        let k = std::f64::consts::LN_2 / 36.0;
        for age_h in [2.0, 24.0, 168.0] {
            let pieces = cut(&triangle(), age_h);
            let sum: f64 = pieces.iter().map(|(area, ago)| area * exp(-k * ago)).sum();
            assert!((sum / exact(k, age_h) - 1.0).abs() < 2e-4, "{age_h}");
        }
    }
}
