//! What an arm has received by the time of a rating, in the form that the equations need.
//!
//! Everything here is known before the fit: it is prepared once, and the equations then cost a few exponentials a visit.

use super::design::{ArmDesign, Background, Blinding, Session, Setting};
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
    /// Occupancy, in pieces.
    pub pieces: Vec<Piece>,
}

/// A stretch of an occupancy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// Occupancy times h.
    pub area_h: f64,
    /// How long ago its centre was, h.
    pub ago_h: f64,
    /// The variance of its times around the centre, h^2.
    pub variance_h2: f64,
}

impl Piece {
    /// What is left of it when it fades at `rate_per_h`, and the derivative of that with respect to the rate: its decay at the centre
    /// times the second order of how it is spread around it. The third order is left out: below 1e-4 of the action for
    /// half-lives from a day on, of prolonged releases too.
    pub(crate) fn left(&self, rate_per_h: f64) -> (f64, f64) {
        let at_centre = self.area_h * exp(-rate_per_h * self.ago_h);
        let spread = 1.0 + 0.5 * rate_per_h * rate_per_h * self.variance_h2;
        let slope = at_centre * (rate_per_h * self.variance_h2 - self.ago_h * spread);
        (at_centre * spread, slope)
    }
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

    /// Whether depression scales are about it.
    #[must_use]
    pub fn is_depression(self) -> bool {
        matches!(self, Self::Depression | Self::Bipolar)
    }
}

impl Visit {
    /// An arm at `time_h`, with the exposure of each regimen; sessions after it do not count. Tablets taken at home bring
    /// occupancy and no hope.
    #[must_use]
    pub fn of(design: &ArmDesign, situation: Situation, exposures: &[Exposure], time_h: f64) -> Self {
        Self::after(&design.sessions, situation, exposures, time_h)
    }

    /// Somebody who has had sessions by `time_h`, as [`Self::of`] an arm.
    #[must_use]
    pub fn after(sessions: &[Session], situation: Situation, exposures: &[Exposure], time_h: f64) -> Self {
        let before = sessions.iter().filter(|session| session.time_h < time_h);
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
const FRESH_H: [f64; 19] = [
    0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 36.0, 48.0, 60.0, 72.0, 84.0, 96.0,
];
const OVER_H: [f64; 11] = [2.0, 4.0, 8.0, 16.0, 24.0, 36.0, 48.0, 60.0, 72.0, 84.0, 96.0];

/// The occupancy of a session that began `age_h` ago, in pieces.
fn cut(exposure: &Exposure, age_h: f64) -> Vec<Piece> {
    let ends: &[f64] = if age_h < 96.0 { &FRESH_H } else { &OVER_H };
    let mut pieces = Vec::new();
    let mut from = 0.0;
    for end in ends {
        let to = end.min(age_h);
        if to <= from {
            break;
        }
        let [area, first, second, _] = moments((&exposure.times_h, &exposure.occupancy), from, to);
        if area > 0.0 {
            let centre = first / area;
            pieces.push(Piece {
                area_h: area,
                ago_h: age_h - centre,
                variance_h2: (second / area - centre * centre).max(0.0),
            });
        }
        from = to;
    }
    pieces
}

/// The areas between two times under a curve that is linear between its own, and under the first three powers of time times the curve; of
/// the third Simpson's rule leaves an error of the fifth order of the steps.
pub(crate) fn moments((times_h, values): (&[f64], &[f64]), from: f64, to: f64) -> [f64; 4] {
    let mut sums = [0.0; 4];
    for (times, values) in times_h.windows(2).zip(values.windows(2)) {
        let (start, end) = (times[0].max(from), times[1].min(to));
        if end <= start {
            continue;
        }
        let slope = (values[1] - values[0]) / (times[1] - times[0]);
        let at = |time: f64| values[0] + slope * (time - times[0]);
        let middle = (start + end) / 2.0;
        // Simpson's rule is exact for a line times the square of time.
        for (time, weight) in [(start, 1.0), (middle, 4.0), (end, 1.0)] {
            let part = (end - start) / 6.0 * weight * at(time);
            sums[0] += part;
            sums[1] += part * time;
            sums[2] += part * time * time;
            sums[3] += part * time * time * time;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A spray and a tablet that is released over a day: linear between the times.
    fn exposures() -> [Exposure; 2] {
        let curve = |times_h: &[f64], occupancy: &[f64]| Exposure {
            times_h: times_h.to_vec(),
            occupancy: occupancy.to_vec(),
        };
        [
            curve(&[0.0, 1.0, 3.0, 96.0], &[0.0, 0.4, 0.0, 0.0]),
            curve(&[0.0, 6.0, 24.0, 60.0, 96.0], &[0.0, 0.05, 0.03, 0.005, 0.0]),
        ]
    }

    fn at(exposure: &Exposure, time: f64) -> f64 {
        let pairs = exposure.times_h.windows(2).zip(exposure.occupancy.windows(2));
        let mut within = pairs.filter(|(times, _)| times[0] <= time && time <= times[1]);
        within.next().map_or(0.0, |(times, values)| {
            values[0] + (values[1] - values[0]) * (time - times[0]) / (times[1] - times[0])
        })
    }

    /// By the midpoint rule with a step of 0.001 h.
    fn integral(exposure: &Exposure, rate: f64, age_h: f64) -> f64 {
        let steps = (age_h.min(96.0) * 1000.0).round() as u32;
        let middle = |step: u32| (f64::from(step) + 0.5) / 1000.0;
        (0..steps)
            .map(|step| 0.001 * at(exposure, middle(step)) * exp(-rate * (age_h - middle(step))))
            .sum()
    }

    #[test]
    fn pieces_hold_the_whole_occupancy_and_no_more_than_has_been() {
        for exposure in exposures() {
            for age_h in [0.5, 1.0, 2.0, 30.0, 300.0] {
                let pieces = cut(&exposure, age_h);
                let sum: f64 = pieces.iter().map(|piece| piece.area_h).sum();
                assert!(
                    (sum / integral(&exposure, 0.0, age_h) - 1.0).abs() < 1e-6,
                    "{age_h}: {sum}"
                );
                assert!(pieces.iter().all(|piece| piece.ago_h >= 0.0));
            }
        }
    }

    /// To what the comment of [`Piece::left`] says is left out.
    #[test]
    fn decay_of_pieces_is_that_of_the_integral() {
        for half_h in [24.0, 60.0, 200.0] {
            let rate = std::f64::consts::LN_2 / half_h;
            for exposure in exposures() {
                for age_h in [2.0, 24.0, 72.0, 168.0, 672.0] {
                    let pieces = cut(&exposure, age_h);
                    let sum: f64 = pieces.iter().map(|piece| piece.left(rate).0).sum();
                    let error = (sum / integral(&exposure, rate, age_h) - 1.0).abs();
                    assert!(error < 1e-4, "half-life {half_h} h, after {age_h} h: {error}");
                }
            }
        }
    }

    #[test]
    fn the_slope_of_a_piece_is_its_derivative() {
        let piece = Piece {
            area_h: 0.7,
            ago_h: 30.0,
            variance_h2: 12.0,
        };
        let h = 1e-6;
        let by_difference = (piece.left(0.02 + h).0 - piece.left(0.02 - h).0) / (2.0 * h);
        assert!((piece.left(0.02).1 / by_difference - 1.0).abs() < 1e-8);
    }
}
