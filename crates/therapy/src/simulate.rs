//! A course from beginning to end: compose the models, draw the patients, run the engine, fold the trajectories into
//! one [`CourseResult`].
//!
//! Memory does not grow with the number of patients: trajectories are summed up block by block and handed on to whoever
//! wants them raw ([`Trajectories`]).

mod assumptions;
mod basis;
mod cautions;
pub(crate) mod certainty;
mod collect;
pub(crate) mod describe;
mod exposures;
mod overlay;
pub(crate) mod quantities;
mod relapses;
mod sessions;
mod spells;
mod typical;

pub(crate) use quantities::column;
pub use typical::{TypicalCurves, typical};

use crate::assembly::{Assembly, LATENT_INSTRUMENT, assemble, common_values};
use crate::course::Course;
use crate::library::{INTERACTIONS, Library};
pub use crate::population::SubjectsError;
use crate::population::{ScoreResidual, Subjects};
use crate::result::{Assumption, CourseResult, Design, Provenance, QuantityKind};
use crate::sources::Sources;
use crate::{answer, events, grid};
use collect::Collector;
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_engine::{Block, Failure, Options, Progress, SimulationError, Statistics};
use euthymia_model::compile::{CompileError, CompileOptions, PerSubject, compile};
use euthymia_model::program::Program;
use std::error::Error;
use thiserror::Error as ThisError;

/// How to run a course.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Virtual patients; absent: as the course says.
    pub subjects: Option<u64>,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Draws of the parameters and studies for each.
    pub design: Design,
    /// Tolerances and how the work is laid over the machine; only the former can change a result.
    pub engine: Options,
}

impl Settings {
    /// The usual choice: seed 1, 50 draws of 2 studies, the engine's standard options.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            subjects: None,
            seed: 1,
            design: Design::DEFAULT,
            engine: Options::standard(),
        }
    }
}

/// What raw trajectories hold.
#[derive(Clone, Debug)]
pub struct TrajectoryLayout {
    /// Columns of every block, in order: compartments, then outputs.
    pub columns: Vec<TrajectoryColumn>,
    /// Times, h.
    pub times_h: Vec<f64>,
    /// Patient `i` belongs to study `i mod design.studies()`.
    pub design: Design,
}

/// One column of raw trajectories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrajectoryColumn {
    /// Name in the model text.
    pub name: String,
    /// Unit as the model gives it; empty where it gives none.
    pub unit: String,
    /// Name for people; empty where the model gives none.
    pub label: String,
}

/// Takes raw trajectories.
pub trait Trajectories {
    /// Why they could not be taken.
    type Error: Error + Send + Sync + 'static;

    /// Called once before the first block.
    ///
    /// # Errors
    /// Ends the run.
    fn begin(&mut self, layout: &TrajectoryLayout) -> Result<(), Self::Error>;

    /// Called for every block, in the order of the patients.
    ///
    /// # Errors
    /// Ends the run.
    fn block(&mut self, block: &Block) -> Result<(), Self::Error>;

    /// Called once after the last block, with what the run cost.
    ///
    /// # Errors
    /// Ends the run.
    fn end(&mut self, _work: &Statistics) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// Drops trajectories.
#[derive(Clone, Copy, Debug)]
pub struct Discard;

impl Trajectories for Discard {
    type Error = std::convert::Infallible;

    fn begin(&mut self, _layout: &TrajectoryLayout) -> Result<(), Self::Error> {
        Ok(())
    }

    fn block(&mut self, _block: &Block) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// Why a course could not be simulated.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum SimulateError {
    /// The course and the library do not fit together.
    #[error("the course does not fit the library: {}", .0.first().map_or("", |first| &first.message))]
    Files(Vec<Diagnostic>),
    /// Patients cannot be drawn.
    #[error(transparent)]
    Subjects(#[from] SubjectsError),
    /// The composed model cannot be compiled.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// A patient could not be simulated.
    #[error(transparent)]
    Patient(#[from] Box<Failure>),
    /// The engine refused its options, times or program.
    #[error("{0}")]
    Engine(String),
    /// A reported quantity has no value.
    #[error("`{quantity}` of patient {subject} is not a number at t = {time_h} h")]
    Undefined {
        /// The quantity.
        quantity: String,
        /// The patient, from 0.
        subject: u64,
        /// When, h.
        time_h: f64,
    },
    /// No patients were asked for.
    #[error("a course needs at least one patient")]
    NoPatients,
    /// The run was ended from outside.
    #[error("cancelled")]
    Cancelled,
    /// The trajectories could not be handed on.
    #[error(transparent)]
    Trajectories(Box<dyn Error + Send + Sync>),
}

/// Simulates a course.
///
/// The result holds no command, version or hashes: whoever read the files fills in its `provenance`.
///
/// # Errors
/// [`SimulateError`].
pub fn simulate<T: Trajectories>(
    course: &Course,
    library: &Library,
    settings: &Settings,
    trajectories: &mut T,
    progress: &dyn Progress,
) -> Result<CourseResult, SimulateError> {
    let size = settings.subjects.unwrap_or(course.size);
    if size == 0 {
        return Err(SimulateError::NoPatients);
    }
    let run = Run::new(course, library, settings.design)?;
    let subjects = Subjects::new(
        course,
        &run.assembly,
        &run.program,
        (size, settings.design, settings.seed),
    )?;
    let residual = ScoreResidual::new(&run.assembly, settings.design, settings.seed)?;
    let layout = TrajectoryLayout {
        columns: run.columns(),
        times_h: run.times_h.clone(),
        design: settings.design,
    };
    let failed = |error: T::Error| SimulateError::Trajectories(Box::new(error));
    trajectories.begin(&layout).map_err(failed)?;
    let mut collector = Collector::new(&run, &subjects, &residual, trajectories);
    let work = euthymia_engine::simulate(
        &run.program,
        &subjects,
        &run.times_h,
        &settings.engine,
        &mut collector,
        progress,
    )
    .map_err(from_engine)?;
    let collected = collector.finish();
    trajectories.end(&work).map_err(failed)?;
    let quantities = collected.quantities(&run, size);
    let score = quantities
        .iter()
        .find(|quantity| quantity.kind == QuantityKind::Score);
    // Printed in derivations, so with the digits of a printed mean.
    let baseline = score
        .and_then(|score| score.mean.first())
        .map(|mean| (mean * 10.0).round() / 10.0);
    let observations = overlay::observations(course, library, baseline).map_err(SimulateError::Files)?;
    let outcomes = collected.outcomes(&run, size);
    let variance = collected.variance(&run);
    let at = grid::nearest(&run.times_h, run.answer_h);
    let session_times = course.session_times_h();
    let answer = answer::answer(
        run.answer_h,
        session_times.len(),
        answer::of_100(&outcomes[0], at),
        answer::of_100(&outcomes[1], at),
        matches!(course.people, crate::course::People::Patient(_)),
    );
    Ok(CourseResult {
        title: course.title.clone(),
        condition: course.condition.clone(),
        description: describe::course(course),
        subjects: size,
        design: settings.design,
        horizon_h: course.horizon_h,
        doses: events::dose_marks(course),
        certainty: certainty::certainty(course, &run, (score, at), &variance, &observations),
        time_to_response: collected.time_to_response(&run, size),
        durability: collected.durability(&run, size),
        relapse: collected.relapse(&run, size),
        variance,
        quantities,
        outcomes,
        answer,
        observations,
        basis: basis::table(course, &run),
        instrument: describe::instrument(course.people.instrument()),
        population: describe::population(course, subjects.sampler(), size, &run.sources),
        cautions: cautions::all(course, &run, size),
        assumptions: assumptions::table(course, &run),
        exposures: collected.exposures(&run),
        sessions: collected.sessions(&run),
        provenance: Provenance {
            command: String::new(),
            version: String::new(),
            seed: settings.seed,
            input_hash: String::new(),
            files: Vec::new(),
        },
        times_h: run.times_h,
    })
}

/// What a run of a course assumes, and what its reader must know before believing.
pub(crate) fn before_believing(
    course: &Course,
    library: &Library,
    (size, design): (u64, Design),
) -> Result<(Vec<Assumption>, Vec<String>), SimulateError> {
    let run = Run::new(course, library, design)?;
    Ok((
        assumptions::table(course, &run),
        cautions::all(course, &run, size),
    ))
}

fn from_engine(error: SimulationError<SimulateError>) -> SimulateError {
    match error {
        SimulationError::Subject(failure) => SimulateError::Patient(failure),
        SimulationError::Cancelled => SimulateError::Cancelled,
        SimulationError::Sink(error) => error,
        other => SimulateError::Engine(other.to_string()),
    }
}

/// Everything about a run that does not depend on its patients.
pub(crate) struct Run<'c> {
    course: &'c Course,
    assembly: Assembly,
    program: Program,
    times_h: Vec<f64>,
    answer_h: f64,
    sessions: Vec<sessions::Session>,
    design: Design,
    reported: Vec<quantities::Reported>,
    sources: Sources,
}

impl<'c> Run<'c> {
    fn new(course: &'c Course, library: &Library, design: Design) -> Result<Self, SimulateError> {
        let assembly = assemble(course, library).map_err(SimulateError::Files)?;
        let sources = library.sources().map_err(SimulateError::Files)?;
        let answer_h = answer::answer_time_h(&course.session_times_h(), course.horizon_h);
        let sessions_h = course.session_times_h();
        let mut also = spells::times_h(&sessions_h, course.horizon_h);
        if relapses::are_told(&assembly.model) {
            also.extend(relapses::times_h(events::course_end_h(course), course.horizon_h));
        }
        also.push(answer_h);
        let sessions = sessions::told(course);
        also.extend(sessions::times_h(&sessions));
        let times_h = grid::times_h(course, &also);
        let outputs = quantities::outputs(course, &assembly.model);
        let uncertain = assembly.uncertain();
        let covariates = assembly
            .model
            .covariates()
            .iter()
            .map(|covariate| covariate.name.clone());
        let options = CompileOptions {
            outputs: Some(outputs),
            per_subject: PerSubject::Only(uncertain.into_iter().chain(covariates).collect()),
            values: common_values(course, &assembly.model),
            dosed: Some(
                assembly
                    .plan
                    .iter()
                    .map(|dose| dose.compartment.clone())
                    .collect(),
            ),
            ..CompileOptions::default()
        };
        let program = compile(&assembly.model, &options)?;
        let reported = quantities::reported(course, &assembly, &program);
        Ok(Self {
            course,
            assembly,
            program,
            times_h,
            answer_h,
            sessions,
            design,
            reported,
            sources,
        })
    }

    /// Columns of the engine's blocks.
    fn columns(&self) -> Vec<TrajectoryColumn> {
        let labels = self.assembly.model.outputs();
        let states = self.program.states.iter().map(|state| &state.name);
        let outputs = self.program.outputs_reported.iter().map(|output| &output.name);
        states
            .chain(outputs)
            .map(|name| {
                let label = labels.iter().find(|label| label.name == *name);
                TrajectoryColumn {
                    name: name.clone(),
                    unit: label
                        .and_then(|label| label.unit_text.clone())
                        .unwrap_or_default(),
                    label: label.map(|label| label.label.clone()).unwrap_or_default(),
                }
            })
            .collect()
    }

    /// A score of the response model on the scale of the course.
    fn on_scale(&self, latent: f64) -> f64 {
        let instrument = self.course.people.instrument();
        // The link was checked with the course; NaN would be refused by the collector.
        instrument
            .from_linked(LATENT_INSTRUMENT, latent)
            .map_or(f64::NAN, |score| instrument.bounded(score))
    }
}

/// Every file that a course's result depends on, in a fixed order: for hashes and for the list of what was used.
///
/// # Errors
/// The course and the library do not fit together.
pub fn inputs(course: &Course, library: &Library) -> Result<Vec<Source>, Vec<Diagnostic>> {
    let mut files = vec![course.source.clone()];
    let drugs = course
        .treatments
        .iter()
        .map(|treatment| treatment.drug.source.clone());
    let assembly = assemble(course, library)?;
    let posterior = assembly
        .posterior
        .into_iter()
        .flat_map(|posterior| posterior.files);
    let instrument = course.people.instrument();
    let instruments = [&instrument.source]
        .into_iter()
        .chain(instrument.kin.iter().map(|kin| &kin.source))
        .cloned();
    // Also where nothing is taken beside: that the factors are 1 then is read from there.
    let factor = |name: &String| course.factors.contains_key(name);
    let mut names = assembly
        .model
        .covariates()
        .iter()
        .map(|covariate| &covariate.name);
    let interactions = (!course.interactions.is_empty() || names.any(factor))
        .then(|| library.document(INTERACTIONS))
        .flatten()
        .map(|document| document.source.clone());
    let sources = library
        .document("sources.toml")
        .map(|document| document.source.clone());
    // Also where the course names no arm: which trials are drawn, and whether any, is read from all of them.
    let evidence = library.evidence_tables().map(|rows| rows.source.clone());
    for file in drugs
        .chain(instruments)
        .chain(assembly.files)
        .chain(posterior)
        .chain(interactions)
        .chain(sources)
        .chain(evidence)
    {
        if !files.contains(&file) {
            files.push(file);
        }
    }
    Ok(files)
}
