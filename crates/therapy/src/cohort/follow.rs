//! A fixed plan, followed in closed form.

use super::body::{Body, Decay};
use super::sessions::SessionEffects;
use super::{Cohort, LATENT_TOP};
use euthymia_vecmath::scalar::exp;

/// What somebody receives, whatever comes of it.
#[derive(Clone, Debug, Default)]
pub struct Plan<'e> {
    /// When, h, by time, and what it does.
    pub sessions: Vec<(f64, &'e SessionEffects)>,
    /// Whether an antidepressant is started at time 0.
    pub new_antidepressant: bool,
    /// Whether psychotherapy is.
    pub psychotherapy: bool,
}

impl Cohort {
    /// Latent scores of a patient at increasing times, h, before a session of the same time; and after the last how much recent
    /// occupancy protects from relapse, 0 to 1.
    #[must_use]
    pub fn scores(&self, index: u64, plan: &Plan<'_>, times_h: &[f64]) -> (Vec<f64>, f64) {
        let person = self.person(index);
        let level = self.level(person.study);
        let mut body = Body::new();
        if plan.new_antidepressant {
            body.start_antidepressant();
        }
        if plan.psychotherapy {
            body.start_psychotherapy();
        }
        let mut decay = Decay::new(level, 0.0);
        let mut until = |body: &mut Body, time_h: f64| {
            let step_h = time_h - body.time_h;
            if step_h > 0.0 {
                if step_h != decay.step_h() {
                    decay = Decay::new(level, step_h);
                }
                body.advance(&decay);
            }
        };
        let mut next = plan.sessions.iter().peekable();
        let score = |time_h: &f64| {
            while let Some((at_h, effects)) = next.next_if(|(at_h, _)| at_h < time_h) {
                until(&mut body, *at_h);
                body.session(&effects.of_patient(index), effects.attended, level);
            }
            until(&mut body, *time_h);
            (person.baseline * exp(-body.improvement(level, &person))).min(LATENT_TOP)
        };
        let scores = times_h.iter().map(score).collect();
        (scores, body.protection())
    }
}
