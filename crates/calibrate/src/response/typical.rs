//! What the model says of the designs that most trials have, beside what those trials measured.
//!
//! Of the trials with a design the one with the most people lends it. Every draw of the parameters gets a study, an arm and
//! visits of its own, so that the bands are where the mean of a new trial with very many people would lie.

use super::data::Data;
use super::inputs::Inputs;
use super::rating::Rating;
use euthymia_stats::random::{Purpose, Stream};
use euthymia_stats::{proportion, quantile};
use euthymia_therapy::course::DoseAmount;
use euthymia_therapy::response::{
    ArmDesign, Background, Before, Blinding, Designs, Disorder, Effects, Exposure, Given, Kind, Scores,
    Situation, Thetas, Typical, Visit,
};

/// What the random numbers are for.
const TYPICAL: Purpose = Purpose(0x7479_7069);
/// Times at which the curves are computed, h: these, then every half day for two weeks, then daily.
const FIRST_H: [f64; 7] = [1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 16.0];

fn times_h(last_h: f64) -> Vec<f64> {
    let half_days = (2..=28).map(|at| 12.0 * f64::from(at));
    let days = (15..=35).map(|at| 24.0 * f64::from(at));
    let all = FIRST_H.into_iter().chain(half_days).chain(days);
    all.filter(|time_h| *time_h <= last_h).collect()
}

/// Weeks after one session, and of a course, that are shown, h.
const AFTER_ONE_H: f64 = 14.0 * 24.0;
const OF_COURSE_H: f64 = 35.0 * 24.0;
/// The probabilities of the quantiles of a band.
pub const LEVELS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// A number of a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The study.
    pub study: String,
    /// The arm.
    pub arm: String,
    /// When, h.
    pub time_h: f64,
    /// Fraction of the baseline, or proportion of people.
    pub value: f64,
    /// 95 % confidence interval by the sampling of people.
    pub interval: Option<(f64, f64)>,
}

/// A design that many trials have.
#[derive(Clone, Debug, PartialEq)]
pub struct Common {
    /// In words.
    pub title: &'static str,
    /// The arm that the curves are of.
    pub design: ArmDesign,
    /// How many arms have it.
    pub arms: usize,
    /// Mean scores, fractions of the baseline.
    pub scores: Vec<Measured>,
    /// Proportions with half the baseline or less.
    pub responses: Vec<Measured>,
}

/// Quantiles over time, one curve for each of [`LEVELS`].
#[derive(Clone, Debug, PartialEq)]
pub struct Bands {
    /// When, h.
    pub times_h: Vec<f64>,
    /// Of the mean score, a fraction of the baseline.
    pub score: [Vec<f64>; 5],
    /// Of the proportion with half the baseline or less.
    pub response: [Vec<f64>; 5],
}

/// Which arms have a design.
type Admits = fn(&ArmDesign, Option<&Given>) -> bool;

const DESIGNS: [(&str, Admits); 6] = [
    ("One infusion of ketamine, 0.5 mg/kg", |arm, given| {
        let is_usual = |given| is_infusion(given) && per_kg(given) == Some(0.5);
        arm.sessions.len() == 1 && arm.blinding != Blinding::Masked && given.is_some_and(is_usual)
    }),
    ("One session of an inactive control", |arm, _| {
        arm.blinding == Blinding::InactiveControl && arm.sessions.len() == 1
    }),
    ("One session of an active control", |arm, _| {
        arm.blinding == Blinding::ActiveControl && arm.sessions.len() == 1
    }),
    ("Four to twelve infusions of ketamine", |arm, given| {
        (4..=12).contains(&arm.sessions.len()) && given.is_some_and(is_infusion)
    }),
    (
        "Eight sessions of nasal esketamine and a new antidepressant",
        |arm, given| {
            is_new(arm)
                && arm.sessions.len() >= 8
                && given.is_some_and(|given| given.drug == "esketamine" && given.route.starts_with("in"))
        },
    ),
    (
        "Eight sessions of nasal placebo and a new antidepressant",
        |arm, _| is_new(arm) && arm.sessions.len() >= 8 && arm.kind == Kind::InactiveControl,
    ),
];

fn is_infusion(given: &Given) -> bool {
    given.drug == "racemic-ketamine" && given.route.starts_with("iv")
}

fn is_new(arm: &ArmDesign) -> bool {
    matches!(arm.background, Background::Started { .. })
}

fn per_kg(given: &Given) -> Option<f64> {
    given
        .portions
        .iter()
        .try_fold(0.0, |sum, portion| match portion.dose {
            DoseAmount::PerWeight(amount) => Some(sum + amount),
            DoseAmount::Fixed(_) => None,
        })
}

fn given<'d>(arm: &ArmDesign, designs: &'d Designs) -> Option<&'d Given> {
    let regimen = arm.sessions.first()?.regimen?;
    designs.regimens.get(regimen)
}

/// The designs that many trials of depression have, each with what they measured; those without a trial are not among them.
#[must_use]
pub fn common(inputs: &Inputs, data: &Data) -> Vec<Common> {
    let of = |(title, admits): &(&'static str, Admits)| {
        let (mut arms, mut most): (Vec<usize>, Option<&ArmDesign>) = (Vec::new(), None);
        for (place, (study, arm, _)) in data.arms.iter().enumerate() {
            let Some(design) = inputs.designs.arm(study, arm) else {
                continue;
            };
            let depressed = Disorder::of(&design.condition) == Some(Disorder::Depression);
            if depressed && admits(design, given(design, &inputs.designs)) {
                arms.push(place);
                if most.is_none_or(|most| design.n > most.n) {
                    most = Some(design);
                }
            }
        }
        let (scores, responses) = measured(data, &arms);
        Some(Common {
            title,
            design: most?.clone(),
            arms: arms.len(),
            scores,
            responses,
        })
    };
    DESIGNS.iter().filter_map(of).collect()
}

fn measured(data: &Data, arms: &[usize]) -> (Vec<Measured>, Vec<Measured>) {
    let (mut scores, mut responses) = (Vec::new(), Vec::new());
    for rating in &data.ratings {
        let rated = &data.visits[rating.visit()];
        if !arms.contains(&rated.arm) {
            continue;
        }
        let (study, arm, _) = &data.arms[rated.arm];
        let point = |value: f64, interval| Measured {
            study: study.clone(),
            arm: arm.clone(),
            time_h: rated.visit.time_h,
            value,
            interval,
        };
        match rating {
            Rating::Mean {
                value,
                error,
                is_change,
                baseline,
                ..
            } if baseline.uncertain == 0.0 => {
                let score = if *is_change { baseline.mean + value } else { *value };
                let left = score / baseline.mean;
                let half = error.map(|error| super::data::TWO_SIDED_95 * error / baseline.mean);
                scores.push(point(left, half.map(|half| (left - half, left + half))));
            }
            Rating::Response {
                events,
                n,
                fraction,
                best,
                ..
            } if *fraction == 0.5 && *best == 0.0 => {
                let interval = proportion::wilson(*events, *n, 0.95).map(|of| (of.lower, of.upper));
                responses.push(point(events / n, interval));
            }
            _ => {}
        }
    }
    (scores, responses)
}

impl Bands {
    /// Of a design, by draws of the parameters; nothing where the model is not about its people.
    #[must_use]
    pub fn of(design: &ArmDesign, exposures: &[Exposure], draws: &[Thetas<f64>], seed: u64) -> Option<Self> {
        let situation = Situation::of(design)?;
        let last_h = if design.sessions.len() > 1 {
            OF_COURSE_H
        } else {
            AFTER_ONE_H
        };
        let times_h = times_h(last_h);
        const ARM: u32 = 16;
        let stream = Stream::new(seed);
        let mut score: [Vec<f64>; 5] = Default::default();
        let mut response: [Vec<f64>; 5] = Default::default();
        for (at, time_h) in (ARM + 1..).zip(&times_h) {
            let visit = Visit::of(design, situation, exposures, *time_h);
            let (mut left, mut responded) = (Vec::new(), Vec::new());
            for (draw, thetas) in (0u64..).zip(draws) {
                let address = stream.at(TYPICAL, 0, draw);
                let effects = Effects::drawn(&address, ARM, at);
                let scores = Scores {
                    baseline: Before { mean: 1.0, sd: 0.1 },
                    latent: Typical::at(&visit, thetas).latent(*time_h, thetas, &effects),
                };
                left.push(scores.mean());
                responded.push(scores.latent.response(0.5, 0.0));
            }
            for (all, curves) in [(&mut left, &mut score), (&mut responded, &mut response)] {
                all.sort_by(f64::total_cmp);
                for (curve, p) in curves.iter_mut().zip(LEVELS) {
                    curve.push(quantile::type7(all, p));
                }
            }
        }
        Some(Self {
            times_h,
            score,
            response,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::tests::real_inputs;
    use crate::target::LogDensity;

    #[test]
    fn the_usual_designs_have_trials_and_curves() {
        let inputs = real_inputs();
        let target = inputs.target();
        let found = common(inputs, &target.data);
        let titles: Vec<&str> = found.iter().map(|common| common.title).collect();
        assert_eq!(titles, DESIGNS.map(|(title, _)| title));
        let draws = vec![target.thetas(&vec![0.0; target.dimension()]); 40];
        // Of some designs only differences between arms are published.
        let shown = |common: &&Common| !common.scores.is_empty() && !common.responses.is_empty();
        assert!(found.iter().filter(shown).count() >= 4);
        for common in &found {
            assert!(common.arms > 0);
            let bands = Bands::of(&common.design, &inputs.exposures, &draws, 1).unwrap();
            for at in 0..bands.times_h.len() {
                for curves in [&bands.score, &bands.response] {
                    assert!(curves.windows(2).all(|pair| pair[0][at] <= pair[1][at]));
                    assert!(
                        curves
                            .iter()
                            .all(|curve| curve[at] >= 0.0 && curve[at].is_finite())
                    );
                }
                assert!(bands.response[4][at] <= 1.0);
            }
        }
    }
}
