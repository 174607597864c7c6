//! Virtual patients who keep their traits through whatever they receive.
//!
//! A [`Cohort`] draws people as a course does, and by the same addresses: patient 731 of a seed has the same weight, baseline and
//! random effects in `simulate` and in every strategy. What a session does to each of them is computed by the lane engine
//! ([`sessions::of`]); between sessions the response model is linear, so that a patient's improvement is followed in closed form
//! (`body`), and what is given next may depend on how the patient does.

pub(crate) mod body;
mod follow;
pub(crate) mod level;
pub mod sessions;

pub use follow::Plan;
pub use sessions::{Acute, SessionEffect, SessionEffects};

use crate::assembly::{self, LATENT_INSTRUMENT};
use crate::course::{self, Course, People};
use crate::instrument::Instrument;
use crate::library::Library;
use crate::population::Sampler;
use crate::posterior::rows_of;
use crate::response::{Blinding, Disorder, Situation, Theta, Thetas};
use crate::result::Design;
use crate::simulate::SimulateError;
use euthymia_diagnostics::Diagnostic;
use euthymia_population::{STUDY_EFFECTS, SUBJECT_EFFECTS, draw_of};
use euthymia_stats::random::Stream;
use euthymia_vecmath::scalar::{exp, ln};
use level::{Level, StudyEffects};

/// The fitted response model.
pub(crate) const MODEL: &str = "ketamine";

/// Top of the latent instrument, points.
pub(crate) const LATENT_TOP: f64 = 60.0;

/// Who is treated, and under which draws of what is uncertain.
#[derive(Clone, Debug)]
pub struct Cohort {
    pub(crate) people: People,
    pub(crate) size: u64,
    pub(crate) design: Design,
    pub(crate) seed: u64,
    pub(crate) stream: Stream,
    sampler: Sampler,
    /// By draw of the parameters.
    pub(crate) thetas: Vec<Thetas<f64>>,
    /// By study.
    pub(crate) levels: Vec<Level>,
    pub(crate) known: Known,
}

/// A patient's standard normal deviates, and where the illness begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Person {
    pub(crate) index: u64,
    pub(crate) study: u32,
    pub(crate) weight_kg: f64,
    /// Score before anything is given, on the latent instrument.
    pub(crate) baseline: f64,
    pub(crate) expectancy: f64,
    pub(crate) drug: f64,
    pub(crate) antidepressant: f64,
    pub(crate) natural: f64,
    pub(crate) relapse: f64,
}

/// Names of the effects of patients and studies in the text of the response model.
struct Draws {
    expectancy: u32,
    drug: u32,
    antidepressant: u32,
    natural: u32,
    relapse: u32,
}

impl Draws {
    fn new() -> Self {
        Self {
            expectancy: draw_of("eta_expectancy"),
            drug: draw_of("eta_drug"),
            antidepressant: draw_of("eta_ad"),
            natural: draw_of("eta_natural"),
            relapse: draw_of("eta_relapse"),
        }
    }
}

impl Cohort {
    /// Draws `size` people of a condition (a word of the evidence tables), who know what they are given.
    ///
    /// # Errors
    /// There are none, the condition is none that the response model is about, or the library has no fitted model.
    pub fn new(
        people: &People,
        condition: &str,
        of: (u64, Design, u64),
        library: &Library,
    ) -> Result<Self, SimulateError> {
        Self::in_situation(people, condition, (Blinding::OpenLabel, false), of, library)
    }

    /// Draws `size` people of a course, who know what those of the course do.
    ///
    /// # Errors
    /// As of [`Cohort::new`].
    pub fn of_course(
        course: &Course,
        of: (u64, Design, u64),
        library: &Library,
    ) -> Result<Self, SimulateError> {
        let blinding = assembly::known(course);
        let crisis = course.setting == course::Setting::Crisis;
        Self::in_situation(&course.people, &course.condition, (blinding, crisis), of, library)
    }

    fn in_situation(
        people: &People,
        condition: &str,
        (blinding, crisis): (Blinding, bool),
        (size, design, seed): (u64, Design, u64),
        library: &Library,
    ) -> Result<Self, SimulateError> {
        if size == 0 {
            return Err(SimulateError::NoPatients);
        }
        let Some(disorder) = Disorder::of(condition) else {
            let message = format!("the response model is not about the condition `{condition}`");
            let help = format!("it is about {}", crate::CONDITIONS.join(", "));
            return Err(SimulateError::Files(vec![
                Diagnostic::error("K001", message).help(help),
            ]));
        };
        let stream = Stream::new(seed);
        let all = library.response_draws(MODEL).map_err(SimulateError::Files)?;
        let rows = rows_of(stream, all.len(), design.draws.max(1));
        let thetas: Vec<Thetas<f64>> = rows.into_iter().filter_map(|row| all.get(row).copied()).collect();
        let known = Known::of(library)?;
        let situation = Situation {
            blinding,
            crisis,
            disorder,
            ln_size: known.ln_size,
            antidepressant_from_h: None,
            psychotherapy_from_h: None,
        };
        let levels = (0..design.studies()).map(|study| {
            let of = |name| stream.at(STUDY_EFFECTS, study, 0).normal(draw_of(name));
            let effects = StudyEffects {
                expectancy: of("eta_study_expectancy"),
                drug: of("eta_study_drug"),
                spread: of("eta_study_spread"),
                arm: of("eta_arm"),
                visit: of("eta_visit"),
                relapse: of("eta_study_relapse"),
            };
            Level::new(
                &thetas[design.draw_of(study) as usize % thetas.len().max(1)],
                &situation,
                &effects,
            )
        });
        Ok(Self {
            levels: levels.collect(),
            sampler: Sampler::new(people, seed).map_err(crate::simulate::SubjectsError::from)?,
            people: people.clone(),
            size,
            design,
            seed,
            stream,
            thetas,
            known,
        })
    }

    /// Number of people.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Draws and studies.
    #[must_use]
    pub fn design(&self) -> Design {
        self.design
    }

    /// The value of an uncertain parameter by draw.
    #[must_use]
    pub fn parameter(&self, theta: Theta) -> Vec<f64> {
        self.thetas.iter().map(|thetas| thetas[theta]).collect()
    }

    /// The instrument that people were rated on.
    #[must_use]
    pub fn instrument(&self) -> &Instrument {
        self.people.instrument()
    }

    /// The score before anything is given, as it was rated on the people's own instrument.
    pub(crate) fn observed_baseline(&self, index: u64) -> f64 {
        self.sampler.characteristics(index).baseline
    }

    /// One of them.
    pub(crate) fn person(&self, index: u64) -> Person {
        let draws = Draws::new();
        let source = self.stream.at(SUBJECT_EFFECTS, 0, index);
        let characteristics = self.sampler.characteristics(index);
        Person {
            index,
            study: self.design.study_of(index),
            weight_kg: characteristics.weight_kg,
            // The link was checked when the course or the population was read.
            baseline: self
                .instrument()
                .to_linked(LATENT_INSTRUMENT, characteristics.baseline)
                .unwrap_or(f64::NAN),
            expectancy: source.normal(draws.expectancy),
            drug: source.normal(draws.drug),
            antidepressant: source.normal(draws.antidepressant),
            natural: source.normal(draws.natural),
            relapse: source.normal(draws.relapse),
        }
    }

    /// What holds in a study.
    pub(crate) fn level(&self, study: u32) -> &Level {
        &self.levels[study as usize]
    }
}

/// What the text of the response model takes as known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Known {
    /// Log of the people of the trial that a course is like, over those of a trial whose size changes nothing.
    pub(crate) ln_size: f64,
    /// Score of half a remission, points.
    remission_top: f64,
    /// How sharply a score below it is remission.
    remission_steep: f64,
}

impl Known {
    pub(crate) fn of(library: &Library) -> Result<Self, SimulateError> {
        let model =
            assembly::checked(&format!("response/{MODEL}.R"), library).map_err(SimulateError::Files)?;
        let of = |name: &str| {
            model.theta(name).map(|theta| theta.value).ok_or_else(|| {
                let message = format!("the response model `{MODEL}` does not say `{name}`");
                SimulateError::Files(vec![Diagnostic::error("L047", message)])
            })
        };
        Ok(Self {
            ln_size: ln(of("size")? / of("size_usual")?),
            remission_top: of("remission_top")?,
            remission_steep: of("remission_steep")?,
        })
    }

    /// How far somebody with this score is in remission, 0 to 1.
    pub(crate) fn remitted(&self, score: f64) -> f64 {
        1.0 / (1.0 + exp(self.remission_steep * ln(score / self.remission_top)))
    }
}
