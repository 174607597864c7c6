//! The equations of the response model, in closed form.
//!
//! The typical improvement at a visit is the sum of four; study, arm and visit shift it, patients vary around it. Expectancy:
//! hope and trust are fed by sessions and fade, trust saturates, and time in care adds to them. Drug: an action collects
//! occupancy and fades, and acts by a saturating function. Antidepressant: a saturating function of the time since its start
//! (the shape of Shigetome 2025). Psychotherapy builds over weeks.

use super::design::Blinding;
use super::theta::{Theta, Thetas};
use super::visit::{Disorder, HALF_NATURAL_H, HALF_RISE_H, PSYCHOTHERAPY_H, Situation, Visit};
use euthymia_stats::random::Address;
use euthymia_stats::real::Real;
use euthymia_vecmath::scalar::{exp, ln};
use std::f64::consts::LN_2;

/// Trust, in sessions, of half the greatest improvement by it.
pub const TRUST_HALF: f64 = 0.5;

/// What the typical patient of an arm improves by at a visit, on the logarithmic scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Typical<R> {
    /// By expectancy and by being in care.
    pub expectancy: R,
    /// By the drug.
    pub drug: R,
    /// By an antidepressant that was started with the course.
    pub antidepressant: R,
    /// By psychotherapy.
    pub psychotherapy: R,
}

/// How far a study, an arm and a visit lie from the typical: standard normal deviates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effects<R> {
    /// The study's expectancy.
    pub expectancy: R,
    /// The study's drug effect.
    pub drug: R,
    /// How far the study's patients lie apart.
    pub spread: R,
    /// The arm.
    pub arm: R,
    /// The visit.
    pub visit: R,
}

/// The improvement over the patients of an arm: normal, on the logarithmic scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latent<R> {
    /// Its mean.
    pub mean: R,
    /// Its variance, the residual of a rating included.
    pub variance: R,
    /// The variance of the residual.
    pub residual: R,
}

impl Effects<f64> {
    /// Drawn for a study; `arm` and `visit` are the draws of the address that belong to those, 16 or more.
    #[must_use]
    pub fn drawn(address: &Address, arm: u32, visit: u32) -> Self {
        Self {
            expectancy: address.normal(0),
            drug: address.normal(1),
            spread: address.normal(2),
            arm: address.normal(arm),
            visit: address.normal(visit),
        }
    }
}

impl<R: Real> Latent<R> {
    /// The standard normal deviate below which those lie who lost at least `fraction` of their baseline; of those who were rated at
    /// several visits, `best` standard deviations of the residual are in favour of the best.
    #[must_use]
    pub fn response_deviate(&self, fraction: f64, best: f64) -> R {
        let mut reached = self.mean + ln(1.0 - fraction);
        if best != 0.0 {
            reached = reached + self.residual.sqrt() * best;
        }
        reached / self.variance.sqrt()
    }

    /// Proportion who lost at least `fraction` of their baseline, `best` as for [`Self::response_deviate`].
    #[must_use]
    pub fn response(&self, fraction: f64, best: f64) -> R {
        self.response_deviate(fraction, best).normal_cdf()
    }
}

impl<R: Real> Typical<R> {
    /// At a visit.
    #[must_use]
    pub fn at(visit: &Visit, thetas: &Thetas<R>) -> Self {
        Self {
            expectancy: expectancy(visit, thetas),
            drug: drug(visit, thetas),
            antidepressant: antidepressant(visit, thetas),
            psychotherapy: psychotherapy(visit, thetas),
        }
    }

    /// Over the patients of a certain study, arm and visit.
    #[must_use]
    pub fn latent(&self, time_h: f64, thetas: &Thetas<R>, effects: &Effects<R>) -> Latent<R> {
        let expectancy = self.expectancy * (thetas[Theta::TauExpectancy] * effects.expectancy).exp();
        let drug = self.drug * (thetas[Theta::TauDrug] * effects.drug).exp();
        let mean = expectancy
            + drug
            + self.antidepressant
            + self.psychotherapy
            + thetas[Theta::TauArm] * effects.arm
            + thetas[Theta::TauVisit] * effects.visit;
        let square = |x: R| x * x;
        let apart = 1.0 - exp(-LN_2 / HALF_NATURAL_H * time_h);
        let between = square(thetas[Theta::OmegaExpectancy] * expectancy)
            + square(thetas[Theta::OmegaDrug] * drug)
            + square(thetas[Theta::OmegaAntidepressant] * self.antidepressant)
            + square(thetas[Theta::OmegaNatural]) * apart;
        let spread = (thetas[Theta::TauSpread] * effects.spread * 2.0).exp();
        let residual = square(thetas[Theta::Sigma]);
        Latent {
            mean,
            variance: between * spread + residual,
            residual,
        }
    }
}

fn expectancy<R: Real>(visit: &Visit, thetas: &Thetas<R>) -> R {
    let half_care_h = thetas[Theta::HalfCare].exp();
    let waned = (-(half_care_h.lift_recip() * (LN_2 * visit.time_h))).exp();
    let care = thetas[Theta::Care].exp() * (-waned + 1.0);
    let mut sum = care;
    if !visit.ages_h.is_empty() {
        let trust = trust(visit, thetas[Theta::HalfTrust].exp());
        let trust = thetas[Theta::Trust].exp() * (trust / (trust + TRUST_HALF));
        sum = sum + thetas[Theta::Hope].exp() * visit.hope + trust;
    }
    sum * expectancy_factor(&visit.situation, thetas).exp()
}

/// Trust of all sessions, whose half-life is a number that a gradient is wanted for.
fn trust<R: Real>(visit: &Visit, half_h: R) -> R {
    let rise = LN_2 / HALF_RISE_H;
    let fall = LN_2 / half_h.value();
    let scale = rise / (rise - fall);
    let (mut value, mut slope) = (0.0, 0.0);
    for age_h in &visit.ages_h {
        let (slow, fast) = (exp(-fall * age_h), exp(-rise * age_h));
        value += scale * (slow - fast);
        slope += scale / (rise - fall) * (slow - fast) - scale * age_h * slow;
    }
    R::lift(&[half_h], value, &[slope * -fall / half_h.value()])
}

/// Log of what blinding, setting, disorder and size of the trial make of expectancy.
pub(crate) fn expectancy_factor<R: Real>(situation: &Situation, thetas: &Thetas<R>) -> R {
    let mut log = thetas[Theta::SizeExpectancy] * situation.ln_size;
    let blinding = match situation.blinding {
        Blinding::Drug => None,
        Blinding::ActiveControl => Some(Theta::ExpectActive),
        Blinding::InactiveControl => Some(Theta::ExpectInactive),
        Blinding::Masked => Some(Theta::ExpectMasked),
        Blinding::OpenLabel | Blinding::RaterBlinded => Some(Theta::ExpectOpen),
    };
    let disorder = match situation.disorder {
        Disorder::Depression => None,
        Disorder::Bipolar => Some(Theta::ExpectBipolar),
        Disorder::Ptsd => Some(Theta::ExpectPtsd),
        Disorder::Anxiety => Some(Theta::ExpectAnxiety),
        Disorder::Ocd => Some(Theta::ExpectOcd),
    };
    let crisis = situation.crisis.then_some(Theta::ExpectCrisis);
    for theta in [blinding, disorder, crisis].into_iter().flatten() {
        log = log + thetas[theta];
    }
    log
}

/// Logs of the greatest improvement by the drug and of the half-life of its action, h.
pub(crate) fn drug_size<R: Real>(situation: &Situation, thetas: &Thetas<R>) -> (R, R) {
    let differs = match situation.disorder {
        Disorder::Depression => None,
        Disorder::Bipolar => Some((Theta::EffectBipolar, Theta::DurationBipolar)),
        Disorder::Ptsd => Some((Theta::EffectPtsd, Theta::DurationPtsd)),
        Disorder::Anxiety => Some((Theta::EffectAnxiety, Theta::DurationAnxiety)),
        Disorder::Ocd => Some((Theta::EffectOcd, Theta::DurationOcd)),
    };
    let (emax, half) = match differs {
        None => (thetas[Theta::Emax], thetas[Theta::HalfOffset]),
        Some((effect, duration)) => (
            thetas[Theta::Emax] + thetas[effect],
            thetas[Theta::HalfOffset] + thetas[duration],
        ),
    };
    (emax + thetas[Theta::SizeDrug] * situation.ln_size, half)
}

fn drug<R: Real>(visit: &Visit, thetas: &Thetas<R>) -> R {
    if visit.pieces.is_empty() {
        return thetas.constant(0.0);
    }
    let (emax, half) = drug_size(&visit.situation, thetas);
    let half_h = half.exp();
    let fall = LN_2 / half_h.value();
    let (mut value, mut slope) = (0.0, 0.0);
    for piece in &visit.pieces {
        let (left, by_rate) = piece.left(fall);
        value += left;
        slope += by_rate;
    }
    let action = R::lift(&[half_h], value, &[slope * -fall / half_h.value()]);
    emax.exp() * (action / (action + thetas[Theta::A50].exp()))
}

fn antidepressant<R: Real>(visit: &Visit, thetas: &Thetas<R>) -> R {
    match since(visit.situation.antidepressant_from_h, visit.time_h) {
        None => thetas.constant(0.0),
        Some(since_h) => {
            let half_h = thetas[Theta::HalfAntidepressant].exp();
            thetas[Theta::Antidepressant].exp() * ((half_h + since_h).lift_recip() * since_h)
        }
    }
}

fn psychotherapy<R: Real>(visit: &Visit, thetas: &Thetas<R>) -> R {
    match since(visit.situation.psychotherapy_from_h, visit.time_h) {
        None => thetas.constant(0.0),
        Some(since_h) => thetas[Theta::Psychotherapy] * (1.0 - exp(-since_h / PSYCHOTHERAPY_H)),
    }
}

fn since(from_h: Option<f64>, time_h: f64) -> Option<f64> {
    from_h
        .map(|from_h| time_h - from_h)
        .filter(|since_h| *since_h > 0.0)
}

/// One over a number.
trait Recip: Real {
    fn lift_recip(self) -> Self {
        let x = self.value();
        Self::lift(&[self], 1.0 / x, &[-1.0 / (x * x)])
    }
}

impl<R: Real> Recip for R {}
