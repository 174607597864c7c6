//! Particles: what is believed of the parameters and of studies, drawn; the patient's own traits are not, they are exact.

use super::update::{Line, TRAITS};
use crate::response::{HALF_NATURAL_H, HALF_RISE_H, Situation, Theta, Thetas, Typical, Visit};
use euthymia_stats::random::{Purpose, Stream};
use euthymia_vecmath::scalar::exp;
use std::f64::consts::LN_2;

/// What the random numbers of particles are for.
const STUDIES: Purpose = Purpose(0x666f_7265);

/// A draw of the parameters with what one study makes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Study {
    theta: usize,
    /// Factors on expectancy, on the drug's improvement and on how far patients lie apart.
    expectancy: f64,
    drug: f64,
    spread: f64,
}

/// All particles.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Particles {
    thetas: Vec<Thetas<f64>>,
    studies: Vec<Study>,
}

impl Particles {
    /// Draws `each` studies for every draw of the parameters.
    pub(super) fn new(thetas: Vec<Thetas<f64>>, each: u32, seed: u64) -> Self {
        let stream = Stream::new(seed);
        let of_theta = |(at, thetas): (usize, &Thetas<f64>)| {
            let thetas = *thetas;
            (0..each.max(1)).map(move |study| {
                let address = stream.at(STUDIES, study, at as u64);
                let factor = |tau: Theta, draw: u32| exp(thetas[tau] * address.normal(draw));
                Study {
                    theta: at,
                    expectancy: factor(Theta::TauExpectancy, 0),
                    drug: factor(Theta::TauDrug, 1),
                    spread: factor(Theta::TauSpread, 2),
                }
            })
        };
        let studies = thetas.iter().enumerate().flat_map(of_theta).collect();
        Self { thetas, studies }
    }

    /// How many.
    pub(super) fn len(&self) -> usize {
        self.studies.len()
    }

    /// The improvement of each at a visit.
    pub(super) fn lines(&self, visit: &Visit) -> Vec<Line> {
        let typical: Vec<Typical<f64>> = self
            .thetas
            .iter()
            .map(|thetas| Typical::at(visit, thetas))
            .collect();
        let begun = 1.0 - exp(-LN_2 / HALF_RISE_H * visit.time_h);
        let drifted = (1.0 - exp(-LN_2 / HALF_NATURAL_H * visit.time_h)).sqrt();
        let line = |study: &Study| {
            let (thetas, typical) = (&self.thetas[study.theta], &typical[study.theta]);
            let expectancy = typical.expectancy * study.expectancy;
            let drug = typical.drug * study.drug;
            let traits: [f64; TRAITS] = [
                study.spread * thetas[Theta::OmegaExpectancy] * expectancy,
                study.spread * thetas[Theta::OmegaDrug] * drug,
                study.spread * thetas[Theta::OmegaAntidepressant] * typical.antidepressant,
                study.spread * thetas[Theta::OmegaNatural] * drifted,
                thetas[Theta::TauArm] * begun,
            ];
            let misfit = thetas[Theta::TauVisit] * begun;
            Line {
                mean: expectancy + drug + typical.antidepressant + typical.psychotherapy,
                traits,
                misfit: misfit * misfit,
                residual: thetas[Theta::Sigma] * thetas[Theta::Sigma],
            }
        };
        self.studies.iter().map(line).collect()
    }
}

/// What a course is like at all times, for the response model.
pub(super) fn situation(
    course: &crate::course::Course,
    disorder: crate::response::Disorder,
    ln_size: f64,
) -> Situation {
    use crate::assembly::known;
    use crate::course::{Antidepressant, Setting};
    Situation {
        blinding: known(course),
        crisis: course.setting == Setting::Crisis,
        disorder,
        ln_size,
        antidepressant_from_h: (course.background == Antidepressant::NewlyStarted).then_some(0.0),
        psychotherapy_from_h: course.psychotherapy.is_some().then_some(0.0),
    }
}
