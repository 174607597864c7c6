//! The response model under one draw of its parameters, in one study.

use crate::response::{Situation, Theta, Thetas, drug_size, expectancy_factor};
use euthymia_vecmath::scalar::exp;
use std::f64::consts::LN_2;

/// How far a study lies from others: standard normal deviates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct StudyEffects {
    pub(crate) expectancy: f64,
    pub(crate) drug: f64,
    pub(crate) spread: f64,
    pub(crate) arm: f64,
    pub(crate) visit: f64,
    pub(crate) relapse: f64,
}

/// Sizes and rates (per h) of everything that makes people improve, and relapse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Level {
    pub(crate) hope: f64,
    pub(crate) trust: f64,
    pub(crate) trust_rate: f64,
    pub(crate) care: f64,
    /// The same in the typical study.
    pub(crate) typical_care: f64,
    /// What this study makes of expectancy: a factor.
    pub(crate) study: f64,
    pub(crate) care_rate: f64,
    pub(crate) emax: f64,
    pub(crate) a50: f64,
    pub(crate) offset_rate: f64,
    pub(crate) antidepressant: f64,
    pub(crate) half_antidepressant_h: f64,
    pub(crate) psychotherapy: f64,
    /// Of arm and visit.
    pub(crate) shift: f64,
    pub(crate) spread: f64,
    pub(crate) omega_expectancy: f64,
    pub(crate) omega_drug: f64,
    pub(crate) omega_antidepressant: f64,
    pub(crate) omega_natural: f64,
    /// Standard deviation of the logarithm of a rating.
    pub(crate) sigma: f64,
    /// Log of relapses a day, of people left alone, in this study.
    pub(crate) relapse: f64,
    pub(crate) relapse_remission: f64,
    pub(crate) relapse_maintenance: f64,
    pub(crate) relapse_antidepressant: f64,
    pub(crate) relapse_psychotherapy: f64,
    pub(crate) kept_rate: f64,
    pub(crate) omega_relapse: f64,
}

impl Level {
    pub(crate) fn new(thetas: &Thetas<f64>, situation: &Situation, effects: &StudyEffects) -> Self {
        let of = |theta: Theta| thetas[theta];
        let rate = |half: f64| LN_2 / exp(half);
        let study = exp(of(Theta::TauExpectancy) * effects.expectancy);
        let knowing = exp(expectancy_factor(situation, thetas));
        let by_expectancy = study * knowing;
        let (emax, half) = drug_size(situation, thetas);
        Self {
            hope: by_expectancy * exp(of(Theta::Hope)),
            trust: by_expectancy * exp(of(Theta::Trust)),
            trust_rate: rate(of(Theta::HalfTrust)),
            care: by_expectancy * exp(of(Theta::Care)),
            typical_care: knowing * exp(of(Theta::Care)),
            study,
            care_rate: rate(of(Theta::HalfCare)),
            emax: exp(of(Theta::TauDrug) * effects.drug) * exp(emax),
            a50: exp(of(Theta::A50)),
            offset_rate: rate(half),
            antidepressant: exp(of(Theta::Antidepressant)),
            half_antidepressant_h: exp(of(Theta::HalfAntidepressant)),
            psychotherapy: of(Theta::Psychotherapy),
            shift: of(Theta::TauArm) * effects.arm + of(Theta::TauVisit) * effects.visit,
            spread: exp(of(Theta::TauSpread) * effects.spread),
            omega_expectancy: of(Theta::OmegaExpectancy),
            omega_drug: of(Theta::OmegaDrug),
            omega_antidepressant: of(Theta::OmegaAntidepressant),
            omega_natural: of(Theta::OmegaNatural),
            sigma: of(Theta::Sigma),
            relapse: of(Theta::Relapse) + of(Theta::TauRelapse) * effects.relapse,
            relapse_remission: of(Theta::RelapseRemission),
            relapse_maintenance: of(Theta::RelapseMaintenance),
            relapse_antidepressant: of(Theta::RelapseAntidepressant),
            relapse_psychotherapy: of(Theta::RelapsePsychotherapy),
            kept_rate: rate(of(Theta::HalfKept)),
            omega_relapse: of(Theta::OmegaRelapse),
        }
    }
}
