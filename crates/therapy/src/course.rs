//! A course of treatment, checked: what `library/courses/*.toml` describes, in the units the models use.
//!
//! [`read`] turns the text into a [`Course`] and reports everything wrong with it in one pass. Times are hours from
//! the first dose, weights kg, ages years, doses mg.

pub(crate) mod background;
pub(crate) mod interactions;
pub(crate) mod models;
pub(crate) mod people;
pub(crate) mod plausible;
pub(crate) mod quantity;
pub(crate) mod read;
mod report;
mod schedule;
pub(crate) mod treatment;

pub use models::check;
pub use read::read;

use crate::drug::Drug;
use crate::instrument::Instrument;
use crate::interaction::Interaction;
use euthymia_diagnostics::{Source, Span};
use std::collections::BTreeMap;

/// What patients receive, who they are and what is asked.
#[derive(Clone, Debug)]
pub struct Course {
    /// Title.
    pub title: String,
    /// Condition, a word of the evidence tables (`trd`).
    pub condition: String,
    /// Place of the condition in the course file.
    pub condition_span: Span,
    /// One or two sentences for the reader of the report.
    pub summary: Option<String>,
    /// End of the simulation, h.
    pub horizon_h: f64,
    /// What the patients know about the drug.
    pub blinding: Blinding,
    /// Where they are treated.
    pub setting: Setting,
    /// Stem of the response model's file.
    pub response_model: String,
    /// Number of virtual patients when the run names none.
    pub size: u64,
    /// Who they are.
    pub people: People,
    /// What they receive, in the order of the file.
    pub treatments: Vec<Treatment>,
    /// Antidepressant beside the treatments.
    pub background: Antidepressant,
    /// Psychotherapy, if any.
    pub psychotherapy: Option<Psychotherapy>,
    /// Drugs taken beside, which change how the treatments are handled.
    pub interactions: Vec<Interaction>,
    /// Every factor that an interaction of the library names, as these interactions together make it: 1 without any.
    pub factors: BTreeMap<String, f64>,
    /// Trial arms to draw beside the simulation.
    pub observed: Vec<ObservedArm>,
    /// What to report.
    pub report: Report,
    /// The text it came from.
    pub source: Source,
}

/// What the patients know about what they are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blinding {
    /// They know the drug.
    OpenLabel,
    /// Blinded, as a trial usually is: many can tell.
    DoubleBlind,
    /// They cannot feel it.
    Masked,
}

impl Blinding {
    /// The word of the course file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::OpenLabel => "open-label",
            Self::DoubleBlind => "double-blind",
            Self::Masked => "masked",
        }
    }
}

/// Where patients are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// They come to the sessions.
    Outpatient,
    /// They were admitted because they are suicidal.
    Crisis,
}

/// Who is treated.
#[derive(Clone, Debug)]
pub enum People {
    /// A population, every characteristic with its distribution.
    Population(Box<PopulationSpec>),
    /// One patient: characteristics known, the rest not.
    Patient(Box<PatientSpec>),
}

impl People {
    /// Whether anything is said of livers, and whether genotypes of CYP2B6 matter.
    pub(crate) fn health(&self) -> (bool, bool) {
        match self {
            Self::Population(population) => (population.hepatic.is_some(), population.cyp2b6.is_some()),
            Self::Patient(patient) => (patient.hepatic, patient.cyp2b6.is_some()),
        }
    }

    /// The instrument of the baseline score; outcomes are reported on it.
    #[must_use]
    pub fn instrument(&self) -> &Instrument {
        match self {
            Self::Population(population) => &population.baseline.instrument,
            Self::Patient(patient) => &patient.instrument,
        }
    }
}

/// Distributions of the characteristics of a population.
#[derive(Clone, Debug)]
pub struct PopulationSpec {
    /// Age, years: truncated normal.
    pub age: Distribution,
    /// Proportion of women.
    pub female: f64,
    /// Source key of that proportion.
    pub female_source: String,
    /// Weight of women, kg: lognormal, cut off.
    pub weight_female: Distribution,
    /// Weight of men, kg: lognormal, cut off.
    pub weight_male: Distribution,
    /// Proportion of Asian people, the Japanese among them.
    pub asian: f64,
    /// Proportion of Japanese people.
    pub japanese: f64,
    /// Source key of both.
    pub ancestry_source: String,
    /// Proportion with moderate hepatic impairment, and its source key, where the course tells.
    pub hepatic: Option<(f64, String)>,
    /// Frequency of the allele CYP2B6*6, and its source key, in the scenario that the genotype matters.
    pub cyp2b6: Option<(f64, String)>,
    /// Baseline score.
    pub baseline: Baseline,
    /// Rank correlations between weight, age and baseline, as the full matrix in that order (Pearson correlations of
    /// the normal scores).
    pub correlation: [[f64; 3]; 3],
}

/// A distribution with its cut-offs: mean and standard deviation are those before the cut.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Mean before the cut.
    pub mean: f64,
    /// Standard deviation before the cut.
    pub sd: f64,
    /// Smallest value.
    pub minimum: f64,
    /// Largest value.
    pub maximum: f64,
    /// Source key.
    pub source: String,
}

/// Distribution of the baseline score.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The scale it was measured on.
    pub instrument: Instrument,
    /// Truncated normal.
    pub distribution: Distribution,
}

/// One patient's characteristics.
#[derive(Clone, Debug)]
pub struct PatientSpec {
    /// Age, years.
    pub age_years: f64,
    /// Weight, kg.
    pub weight_kg: f64,
    /// Whether the patient is a woman.
    pub female: bool,
    /// Whether the patient is Asian (Japanese included).
    pub asian: bool,
    /// Whether the patient is Japanese.
    pub japanese: bool,
    /// Whether the liver is moderately impaired.
    pub hepatic: bool,
    /// Alleles CYP2B6*6 in the scenario that the genotype matters.
    pub cyp2b6: Option<u8>,
    /// The scale of the baseline score.
    pub instrument: Instrument,
    /// The baseline score.
    pub baseline: f64,
}

/// One drug by one route at one dose, given at some times.
#[derive(Clone, Debug)]
pub struct Treatment {
    /// The drug, from the library.
    pub drug: Drug,
    /// Key of the route in the drug's file (`iv`).
    pub route: String,
    /// Key of the alternative that serves the route; absent: the route's own models.
    pub structure: Option<String>,
    /// How much each time; none for a control.
    pub dose: Option<DoseAmount>,
    /// Duration of the infusion, h, where the route infuses.
    pub infusion_h: Option<f64>,
    /// When, h, increasing.
    pub times_h: Vec<f64>,
    /// The schedule in words (`8 doses, every 3.5 days`).
    pub schedule: String,
    /// Its place in the course file.
    pub span: Span,
}

/// A dose as prescribed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DoseAmount {
    /// mg, the same for everyone.
    Fixed(f64),
    /// mg per kg of body weight.
    PerWeight(f64),
}

impl DoseAmount {
    /// Milligrams for a patient of this weight.
    #[must_use]
    pub fn milligrams(self, weight_kg: f64) -> f64 {
        match self {
            Self::Fixed(mg) => mg,
            Self::PerWeight(mg_per_kg) => mg_per_kg * weight_kg,
        }
    }
}

/// Antidepressant given beside the treatments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Antidepressant {
    /// None.
    None,
    /// Taken for weeks before and not changed.
    Stable,
    /// Started with the first dose.
    NewlyStarted,
}

/// Psychotherapy given beside the treatments.
#[derive(Clone, Debug)]
pub struct Psychotherapy {
    /// Which (`cbt`).
    pub kind: String,
    /// Sessions, h, increasing.
    pub times_h: Vec<f64>,
    /// The sessions in words.
    pub schedule: String,
}

/// A trial arm to draw beside the simulation.
#[derive(Clone, Debug, PartialEq)]
pub struct ObservedArm {
    /// Study in the evidence tables.
    pub study: String,
    /// Arm of that study.
    pub arm: String,
    /// Whether it had the treatment or is its comparison.
    pub role: ArmRole,
    /// Until when it is like the course and drawn, h; absent: to the end.
    pub until_h: Option<f64>,
    /// Place of `study` in the course file.
    pub study_span: Span,
    /// Place of `arm` in the course file.
    pub arm_span: Span,
}

/// What an observed arm stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArmRole {
    /// It received what is simulated.
    Treatment,
    /// It is the comparison of the trial.
    Control,
}

/// What to report, and when.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Quantities by name, with their places; empty: all that the models report.
    pub quantities: Vec<(String, Span)>,
    /// Stretches of the time grid; empty: the default.
    pub grid: Vec<GridStretch>,
    /// Times asked for beside the grid, h.
    pub times_h: Vec<f64>,
    /// Which models of the drugs' mechanism are composed.
    pub mechanism: Mechanism,
    /// Quantities that were asked for and that the structure chosen for the kinetics does not report.
    pub missing: Vec<String>,
}

/// Which models of the drugs' mechanism join the composition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mechanism {
    /// Those that an asked-for quantity or the response model needs.
    #[default]
    WhereAsked,
    /// All of them, and all of their outputs are reported unless quantities are named.
    Whole,
}

/// Regular times up to an end, from where the stretch before ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GridStretch {
    /// Step, h.
    pub every_h: f64,
    /// End, h.
    pub until_h: f64,
}

impl Course {
    /// The same course with every model of its drugs' mechanism.
    #[must_use]
    pub fn with_whole_mechanism(mut self) -> Self {
        self.report.mechanism = Mechanism::Whole;
        self
    }

    /// Every time at which something is given, increasing, each once, h.
    #[must_use]
    pub fn session_times_h(&self) -> Vec<f64> {
        let mut times: Vec<f64> = self
            .treatments
            .iter()
            .flat_map(|given| given.times_h.iter().copied())
            .collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        times
    }
}
