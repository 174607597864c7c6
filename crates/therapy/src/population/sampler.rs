//! Characteristics of virtual patients, correlated through a Gaussian copula, each within its cut-offs.

use super::truncation::{lognormal_value, normal_value};
use super::{CHARACTERISTICS, HEALTH};
use crate::course::{PatientSpec, People, PopulationSpec};
use euthymia_stats::Cholesky;
use euthymia_stats::CholeskyError;
use euthymia_stats::normal;
use euthymia_stats::random::Stream;

// Draws of one patient; changing one changes every population.
const SEX: u32 = 0;
const ANCESTRY: u32 = 1;
const FIRST_NORMAL: u32 = 2;
// Draws of a patient's health.
const LIVER: u32 = 0;
const FIRST_ALLELE: u32 = 1;

/// One virtual patient's characteristics.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Characteristics {
    pub(crate) weight_kg: f64,
    pub(crate) age_years: f64,
    pub(crate) female: bool,
    pub(crate) asian: bool,
    pub(crate) japanese: bool,
    /// Moderate hepatic impairment.
    pub(crate) hepatic: bool,
    /// Alleles CYP2B6*6.
    pub(crate) star6: u8,
    /// Score at the start as a rater wrote it down, on the instrument of the course.
    pub(crate) baseline: f64,
}

/// Draws patients.
#[derive(Clone, Debug)]
pub(crate) struct Sampler {
    people: People,
    /// Of weight, age and baseline, in that order.
    correlation: Cholesky,
    stream: Stream,
}

impl Sampler {
    pub(crate) fn new(people: &People, seed: u64) -> Result<Self, CholeskyError> {
        let matrix = match people {
            People::Population(population) => population.correlation,
            People::Patient(_) => [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        };
        let correlation = Cholesky::new(&matrix.concat(), 3)?;
        Ok(Self {
            people: people.clone(),
            correlation,
            stream: Stream::new(seed),
        })
    }

    /// The characteristics of a patient.
    pub(crate) fn characteristics(&self, subject: u64) -> Characteristics {
        match &self.people {
            People::Population(population) => self.drawn(population, subject),
            People::Patient(patient) => known(patient),
        }
    }

    fn drawn(&self, population: &PopulationSpec, subject: u64) -> Characteristics {
        let source = self.stream.at(CHARACTERISTICS, 0, subject);
        let independent = [0, 1, 2].map(|k| source.normal(FIRST_NORMAL + k));
        let mut correlated = [0.0; 3];
        self.correlation.correlate(&independent, &mut correlated);
        let [weight, age, baseline] = correlated.map(normal::cdf);
        let female = source.uniform(SEX) < population.female;
        let ancestry = source.uniform(ANCESTRY);
        let of_sex = if female {
            &population.weight_female
        } else {
            &population.weight_male
        };
        let instrument = &population.baseline.instrument;
        let health = self.stream.at(HEALTH, 0, subject);
        let has = |draw, share: &Option<(f64, String)>| {
            share
                .as_ref()
                .is_some_and(|(share, _)| health.uniform(draw) < *share)
        };
        // One draw for each of the two chromosomes: Hardy-Weinberg proportions.
        let alleles = [FIRST_ALLELE, FIRST_ALLELE + 1].map(|draw| has(draw, &population.cyp2b6));
        Characteristics {
            weight_kg: lognormal_value(of_sex, weight),
            age_years: normal_value(&population.age, age),
            female,
            asian: ancestry < population.asian,
            japanese: ancestry < population.japanese,
            hepatic: has(LIVER, &population.hepatic),
            star6: alleles.into_iter().map(u8::from).sum(),
            baseline: instrument.observed(normal_value(&population.baseline.distribution, baseline)),
        }
    }
}

fn known(patient: &PatientSpec) -> Characteristics {
    Characteristics {
        weight_kg: patient.weight_kg,
        age_years: patient.age_years,
        female: patient.female,
        asian: patient.asian,
        japanese: patient.japanese,
        hepatic: patient.hepatic,
        star6: patient.cyp2b6.unwrap_or(0),
        baseline: patient.instrument.observed(patient.baseline),
    }
}
