//! Relapses, assessments, and what rules make of both.

use super::{AtRisk, Patient, RATING, RELAPSE, ReadyKind, Witness};
use crate::assembly::LATENT_INSTRUMENT;
use crate::instrument::{Direction, Instrument};
use crate::strategy::comparison::Measure;
use crate::strategy::{Action, Condition, Rule, When};
use euthymia_vecmath::scalar::{exp, ln};

impl Patient<'_> {
    /// Who has responded may relapse.
    pub(super) fn relapse(&mut self, day: u32, score: f64, responds: bool) {
        let Some(phase) = &self.phase else {
            return;
        };
        let ready = &self.ready.steps[phase.step];
        let settled = day - phase.since >= ready.settled_days;
        if self.at_risk.is_none() && self.relapsed.is_none() && settled && responds {
            let uniform = self
                .world
                .cohort
                .stream
                .at(RELAPSE, self.relapses, self.person.index)
                .uniform(0);
            self.at_risk = Some(AtRisk {
                remitted: self.world.cohort.known.remitted(score),
                left: -ln(uniform),
            });
            return;
        }
        let Some(mut risk) = self.at_risk else {
            return;
        };
        let level = self.level;
        let mut ln_hazard = level.omega_relapse * self.person.relapse;
        match &ready.kind {
            ReadyKind::Care { by_study, .. } if !phase.stopped => {
                let [responded, remitted] = by_study[self.person.study as usize].ln_hazards;
                ln_hazard += responded + (remitted - responded) * risk.remitted;
            }
            _ => {
                ln_hazard += level.relapse
                    + level.relapse_remission * risk.remitted
                    + level.relapse_maintenance * phase.body.protection();
                if phase.antidepressant {
                    ln_hazard += level.relapse_antidepressant;
                }
            }
        }
        if ready.psychotherapy_days.is_some() || phase.added.is_some() {
            ln_hazard += level.relapse_psychotherapy;
        }
        risk.left -= exp(ln_hazard);
        if risk.left > 0.0 {
            self.at_risk = Some(risk);
            return;
        }
        let rules = ready.rules;
        self.at_risk = None;
        self.relapsed = Some((day, score));
        self.relapses += 1;
        for rule in rules.iter().filter(|rule| rule.when == When::Relapse) {
            if self.holds(rule, day, score) && self.follow(&rule.then, day) {
                break;
            }
        }
    }

    /// Assessments of today, and what follows.
    pub(super) fn assess(&mut self, day: u32, score: f64, witness: &mut dyn Witness) {
        let Some(phase) = &self.phase else {
            return;
        };
        let (step, since) = (phase.step, phase.since);
        let ready = &self.ready.steps[step];
        let age = day - since;
        if age == ready.settled_days && !phase.again && matches!(ready.kind, ReadyKind::Care { .. }) {
            witness.assessed(step, self.rating(day, score));
        }
        if self.pending.is_some() {
            return;
        }
        let mut looked = false;
        for rule in ready.rules {
            let today = match rule.when {
                When::At(at) => age == at,
                When::From { first, every } => age >= first && (age - first).is_multiple_of(every),
                When::Relapse => false,
            };
            if !today {
                continue;
            }
            looked = true;
            if self.holds(rule, day, score) && self.follow(&rule.then, day) {
                break;
            }
        }
        if looked && matches!(ready.kind, ReadyKind::Course { .. }) {
            self.visit();
        }
    }

    pub(super) fn visit(&mut self) {
        let (price, hours) = self.world.visit;
        self.add(Measure::Visits, 1.0);
        self.add(Measure::VisitCost, price);
        self.add(Measure::ClinicHours, hours);
    }

    /// The latent score as a rater sees it.
    fn rating(&self, day: u32, score: f64) -> f64 {
        let address = self.world.cohort.stream.at(RATING, day, self.person.index);
        score * exp(self.level.sigma * address.normal(0))
    }

    fn holds(&self, rule: &Rule, day: u32, score: f64) -> bool {
        let on = |instrument: &Instrument, latent: f64| {
            let score = instrument.from_linked(LATENT_INSTRUMENT, latent);
            instrument.observed(score.unwrap_or(f64::NAN))
        };
        let rated = || self.rating(day, score);
        match &rule.of {
            Condition::Everybody => true,
            Condition::Remission(instrument, is) => instrument.is_remission(on(instrument, rated())) == *is,
            Condition::Response(instrument, is) => {
                let baseline = on(instrument, self.person.baseline);
                instrument.is_response(baseline, on(instrument, rated())) == *is
            }
            Condition::AtLeast(instrument, score) => {
                let rated = on(instrument, rated());
                match instrument.direction {
                    Direction::HigherIsWorse => rated >= *score,
                    Direction::LowerIsWorse => rated <= *score,
                }
            }
        }
    }

    /// Does what a rule says; `false` where that is not possible any more.
    fn follow(&mut self, action: &Action, day: u32) -> bool {
        let Some(phase) = &mut self.phase else {
            return false;
        };
        match action {
            Action::Continue => {}
            Action::Switch(to) | Action::Augment(to) => {
                let beside = matches!(action, Action::Augment(_));
                let wait = self.ready.steps.get(*to).map_or(0, |step| step.wait_days);
                self.pending = Some((*to, day + wait.max(1), beside, false));
                phase.stopped |= !beside && wait == 0;
                self.retreated = 0;
            }
            Action::AddPsychotherapy { days } => {
                if phase.added.is_none() {
                    phase.added = Some((day, day + days));
                    phase.body.start_psychotherapy();
                }
            }
            Action::Stop => {
                phase.stopped = true;
                phase.maintain = None;
                phase.antidepressant = false;
                self.daily = 0.0;
            }
            Action::Maintain { every, days } => {
                if phase.maintain.is_none() {
                    let end = days.map_or(u32::MAX, |days| day.saturating_add(days));
                    phase.maintain = Some((day, *every, end));
                }
            }
            Action::Retreat { most, after } => {
                if self.retreated >= *most {
                    return false;
                }
                self.retreated += 1;
                self.pending = Some((phase.step, day + (*after).max(1), false, true));
            }
        }
        true
    }
}
