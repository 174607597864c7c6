//! One patient between sessions: everything fades or builds exponentially, so a step of any length costs a few multiplications.
//!
//! The equations are those of `library/response/ketamine.R`. A session's occupancy is over within a day or two; it is taken at its
//! centre, with the second and third order of how it is spread around it.

use super::Person;
use super::level::Level;
use super::sessions::SessionEffect;
use crate::response::{HALF_HOPE_H, HALF_NATURAL_H, HALF_RISE_H, KEPT_HALF_H, PSYCHOTHERAPY_H, TRUST_HALF};
use euthymia_vecmath::scalar::exp;
use std::f64::consts::LN_2;

const RISE_RATE: f64 = LN_2 / HALF_RISE_H;
const HOPE_RATE: f64 = LN_2 / HALF_HOPE_H;

/// What is left of everything after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Decay {
    step_h: f64,
    rise: f64,
    hope: f64,
    trust: f64,
    offset: f64,
    kept: f64,
    care: f64,
    natural: f64,
    psychotherapy: f64,
}

impl Decay {
    pub(crate) fn new(level: &Level, step_h: f64) -> Self {
        let left = |rate: f64| exp(-rate * step_h);
        Self {
            step_h,
            rise: left(RISE_RATE),
            hope: left(HOPE_RATE),
            trust: left(level.trust_rate),
            offset: left(level.offset_rate),
            kept: left(level.kept_rate),
            care: left(level.care_rate),
            natural: left(LN_2 / HALF_NATURAL_H),
            psychotherapy: left(1.0 / PSYCHOTHERAPY_H),
        }
    }
}

impl Decay {
    /// The length of the step, h.
    pub(crate) fn step_h(&self) -> f64 {
        self.step_h
    }
}

/// A patient since something was begun.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Body {
    pub(crate) time_h: f64,
    /// Of sessions: what has not yet become hope and trust, and what has.
    fresh: f64,
    hope: f64,
    trust: f64,
    /// Occupancy times h that has not faded.
    action: f64,
    /// The same, as far as it protects from relapse.
    kept: f64,
    /// Parts that have not built yet.
    unbegun: f64,
    uncared: f64,
    undrifted: f64,
    untreated: f64,
    /// Hours since an antidepressant was started, if one was.
    antidepressant_h: Option<f64>,
    psychotherapy: bool,
}

/// What a patient improves by, part by part: before and after how people differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Parts {
    pub(crate) expectancy: f64,
    pub(crate) drug: f64,
    pub(crate) antidepressant: f64,
    pub(crate) psychotherapy: f64,
}

impl Body {
    pub(crate) fn new() -> Self {
        Self {
            time_h: 0.0,
            fresh: 0.0,
            hope: 0.0,
            trust: 0.0,
            action: 0.0,
            kept: 0.0,
            unbegun: 1.0,
            uncared: 1.0,
            undrifted: 1.0,
            untreated: 1.0,
            antidepressant_h: None,
            psychotherapy: false,
        }
    }

    /// An antidepressant is started now.
    pub(crate) fn start_antidepressant(&mut self) {
        self.antidepressant_h.get_or_insert(0.0);
    }

    /// Psychotherapy is started now.
    pub(crate) fn start_psychotherapy(&mut self) {
        self.psychotherapy = true;
    }

    /// A session now, of which people come for those that are attended.
    pub(crate) fn session(&mut self, effect: &SessionEffect, attended: bool, level: &Level) {
        if attended {
            let chain = |rate: f64| RISE_RATE / (RISE_RATE - rate);
            self.fresh += 1.0;
            self.hope += chain(HOPE_RATE);
            self.trust += chain(level.trust_rate);
        }
        self.action += effect.at_once(level.offset_rate);
        self.kept += effect.at_once(level.kept_rate);
    }

    pub(crate) fn advance(&mut self, decay: &Decay) {
        self.time_h += decay.step_h;
        self.fresh *= decay.rise;
        self.hope *= decay.hope;
        self.trust *= decay.trust;
        self.action *= decay.offset;
        self.kept *= decay.kept;
        self.unbegun *= decay.rise;
        self.uncared *= decay.care;
        self.undrifted *= decay.natural;
        if self.psychotherapy {
            self.untreated *= decay.psychotherapy;
        }
        if let Some(since_h) = &mut self.antidepressant_h {
            *since_h += decay.step_h;
        }
    }

    /// What the typical patient improves by.
    pub(crate) fn parts(&self, level: &Level) -> Parts {
        self.parts_by(level, self.action)
    }

    /// The same where other occupancy times h has not faded.
    fn parts_by(&self, level: &Level, action: f64) -> Parts {
        let unrisen = |rate: f64| RISE_RATE / (RISE_RATE - rate) * self.fresh;
        let hope = self.hope - unrisen(HOPE_RATE);
        let trust = self.trust - unrisen(level.trust_rate);
        Parts {
            expectancy: level.hope * hope
                + level.trust * trust / (trust + TRUST_HALF)
                + level.care * (1.0 - self.uncared),
            drug: level.emax * action / (action + level.a50),
            antidepressant: self.antidepressant_h.map_or(0.0, |since_h| {
                level.antidepressant * since_h / (since_h + level.half_antidepressant_h)
            }),
            psychotherapy: level.psychotherapy * (1.0 - self.untreated),
        }
    }

    /// What a certain patient improves by, on the logarithm of the score.
    pub(crate) fn improvement(&self, level: &Level, person: &Person) -> f64 {
        self.improvement_by(level, person, self.action)
    }

    /// The same where other occupancy times h has not faded.
    pub(crate) fn improvement_by(&self, level: &Level, person: &Person, action: f64) -> f64 {
        let parts = self.parts_by(level, action);
        let drift = level.omega_natural * (1.0 - self.undrifted).max(0.0).sqrt() * person.natural;
        let apart = level.spread
            * (parts.expectancy * level.omega_expectancy * person.expectancy
                + parts.drug * level.omega_drug * person.drug
                + parts.antidepressant * level.omega_antidepressant * person.antidepressant
                + drift);
        parts.expectancy
            + parts.drug
            + parts.antidepressant
            + parts.psychotherapy
            + (1.0 - self.unbegun) * level.shift
            + apart
    }

    /// How much recent occupancy keeps people well who have responded, 0 to 1.
    pub(crate) fn protection(&self) -> f64 {
        self.kept / (self.kept + KEPT_HALF_H)
    }
}
