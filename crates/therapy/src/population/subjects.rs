//! Patients as the engine asks for them: inputs of the compiled model and doses, by index.

use super::Sampler;
use super::effects::{self, Columns};
use super::sampler::Characteristics;
use crate::assembly::{Assembly, Characteristic, LATENT_INSTRUMENT, SCORE};
use crate::course::{Course, DoseAmount};
use crate::events::PlannedInput;
use crate::instrument::{Instrument, Scatter};
use crate::result::Design;
use euthymia_engine::{Dose, DoseInput, Population, SubjectInputs};
use euthymia_model::program::Program;
use euthymia_model::{ErrorArgument, ErrorKind};
use euthymia_population::{Effects, RESIDUAL, draw_of};
use euthymia_stats::CholeskyError;
use euthymia_stats::random::Stream;
use thiserror::Error;

/// Why a population cannot be drawn.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum SubjectsError {
    /// A covariance matrix of the models or of the course.
    #[error("random effects cannot be drawn: {0}")]
    Covariance(#[from] CholeskyError),
    /// A residual error that scores cannot have.
    #[error("the residual error of `{SCORE}` must be `add(sd)` or `lnorm(sd)`, of a parameter or a number")]
    Residual,
    /// Two names with the same random numbers: of so few names hardly ever, and never silently.
    #[error("`{0}` and `{1}` would be given the same random numbers; rename one of them")]
    Collision(String, String),
    /// A name of the compiled model that nothing gives a value.
    #[error("nothing gives `{0}` a value")]
    Open(String),
}

/// Where the value of one input comes from.
#[derive(Clone, Copy, Debug)]
enum Fill {
    /// The estimate, or a value common to the run.
    Default,
    /// Column of the draws of the parameters.
    Draw(usize),
    /// Column of the studies.
    Study(usize),
    /// A characteristic of the patient.
    Characteristic(Characteristic),
    /// Written when the effects of the patient are drawn.
    Effect,
}

/// A dose whose compartment is known by its index.
#[derive(Clone, Copy, Debug)]
struct IndexedDose {
    time_h: f64,
    compartment: u16,
    amount: DoseAmount,
    input: DoseInput,
}

/// The virtual patients of a run.
#[derive(Clone, Debug)]
pub(crate) struct Subjects {
    size: u64,
    design: Design,
    sampler: Sampler,
    stream: Stream,
    instrument: Instrument,
    fills: Vec<Fill>,
    draws: Columns,
    studies: Columns,
    blocks: Vec<Effects>,
    /// For every effect of every block, the input that takes it.
    targets: Vec<Vec<Option<usize>>>,
    doses: Vec<IndexedDose>,
}

impl Subjects {
    pub(crate) fn new(
        course: &Course,
        assembly: &Assembly,
        program: &Program,
        (size, design, seed): (u64, Design, u64),
    ) -> Result<Self, SubjectsError> {
        let stream = Stream::new(seed);
        let model = &assembly.model;
        let draws = effects::of_draws(model, assembly.posterior.as_ref(), design, stream);
        let studies = effects::of_studies(model, design, stream)?;
        let blocks = effects::of_patients(model)?;
        distinct(&draws, &studies, &blocks)?;
        let index = |name: &str| program.inputs.iter().position(|input| input.name == name);
        let targets = blocks
            .iter()
            .map(|block| block.names().iter().map(|name| index(name)).collect())
            .collect();
        let is_effect = |name: &String| blocks.iter().any(|block| block.names().contains(name));
        let fills = program
            .inputs
            .iter()
            .map(|input| {
                let column = |columns: &Columns| columns.iter().position(|(name, _)| *name == input.name);
                Ok(
                    match (
                        column(&draws),
                        column(&studies),
                        Characteristic::named(&input.name),
                    ) {
                        (Some(at), ..) => Fill::Draw(at),
                        (_, Some(at), _) => Fill::Study(at),
                        (.., Some(characteristic)) if input.default.is_none() => {
                            Fill::Characteristic(characteristic)
                        }
                        _ if is_effect(&input.name) => Fill::Effect,
                        _ if input.default.is_some() => Fill::Default,
                        _ => return Err(SubjectsError::Open(input.name.clone())),
                    },
                )
            })
            .collect::<Result<Vec<Fill>, SubjectsError>>()?;
        Ok(Self {
            size,
            design,
            sampler: Sampler::new(&course.people, seed)?,
            stream,
            instrument: course.people.instrument().clone(),
            fills,
            draws,
            studies,
            blocks,
            targets,
            doses: indexed(assembly, program)?,
        })
    }

    /// The sampler of characteristics.
    pub(crate) fn sampler(&self) -> &Sampler {
        &self.sampler
    }

    /// Score at the start as written down, on the course's instrument.
    pub(crate) fn baseline(&self, subject: u64) -> f64 {
        self.sampler.characteristics(subject).baseline
    }
}

/// That no two names at one level share their draw.
fn distinct(draws: &Columns, studies: &Columns, blocks: &[Effects]) -> Result<(), SubjectsError> {
    let of_columns = |columns: &Columns| columns.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let of_patients: Vec<String> = blocks.iter().flat_map(|block| block.names().to_vec()).collect();
    for mut names in [of_columns(draws), of_columns(studies), of_patients] {
        names.sort_by_key(|name| draw_of(name));
        if let Some([one, other]) = names
            .array_windows()
            .find(|[one, other]| draw_of(one) == draw_of(other))
        {
            return Err(SubjectsError::Collision(one.clone(), other.clone()));
        }
    }
    Ok(())
}

/// The planned doses by the index of their compartment.
fn indexed(assembly: &Assembly, program: &Program) -> Result<Vec<IndexedDose>, SubjectsError> {
    let one = |dose: &crate::events::PlannedDose| {
        let at = program
            .states
            .iter()
            .position(|state| state.name == dose.compartment);
        let compartment = at
            .and_then(|at| u16::try_from(at).ok())
            .ok_or_else(|| SubjectsError::Open(dose.compartment.clone()))?;
        let input = match dose.input {
            PlannedInput::Bolus => DoseInput::Bolus,
            PlannedInput::Over(hours) => DoseInput::Duration(hours),
            PlannedInput::ModelledDuration => DoseInput::ModelledDuration,
        };
        Ok(IndexedDose {
            time_h: dose.time_h,
            compartment,
            amount: dose.amount,
            input,
        })
    };
    assembly.plan.iter().map(one).collect()
}

impl Subjects {
    /// Adds the doses of a patient of this weight.
    fn prescribe(&self, weight_kg: f64, doses: &mut Vec<Dose>) {
        doses.extend(self.doses.iter().map(|dose| Dose {
            time: dose.time_h,
            compartment: dose.compartment,
            amount: dose.amount.milligrams(weight_kg),
            input: dose.input,
        }));
    }
}

impl Population for Subjects {
    fn len(&self) -> u64 {
        self.size
    }

    fn fill(&self, index: u64, into: SubjectInputs<'_>) {
        let patient = self.sampler.characteristics(index);
        let study = self.design.study_of(index);
        let draw = self.design.draw_of(study);
        for (input, fill) in into.inputs.iter_mut().zip(&self.fills) {
            match *fill {
                Fill::Default | Fill::Effect => {}
                Fill::Draw(column) => *input = self.draws[column].1[draw as usize],
                Fill::Study(column) => *input = self.studies[column].1[study as usize],
                Fill::Characteristic(characteristic) => *input = self.value(&patient, characteristic),
            }
        }
        effects::draw_patient(&self.blocks, self.stream, index, |block, effect, value| {
            if let Some(input) = self.targets[block][effect] {
                into.inputs[input] = value;
            }
        });
        self.prescribe(patient.weight_kg, into.doses);
    }
}

impl Subjects {
    fn value(&self, patient: &Characteristics, characteristic: Characteristic) -> f64 {
        let indicator = |yes: bool| if yes { 1.0 } else { 0.0 };
        match characteristic {
            Characteristic::Weight => patient.weight_kg,
            Characteristic::Age => patient.age_years,
            Characteristic::Female => indicator(patient.female),
            Characteristic::Asian => indicator(patient.asian),
            Characteristic::Japanese => indicator(patient.japanese),
            Characteristic::Hepatic => indicator(patient.hepatic),
            Characteristic::Star6 => f64::from(patient.star6),
            // NaN where the scale has no link: the engine names the input and the patient.
            Characteristic::Baseline => self
                .instrument
                .to_linked(LATENT_INSTRUMENT, patient.baseline)
                .unwrap_or(f64::NAN),
            // Common to a course, so never an input of a patient.
            Characteristic::OfCourse(_) => f64::NAN,
        }
    }
}

/// The first patient with every random effect 0 and every parameter at its estimate.
#[derive(Clone, Debug)]
pub(crate) struct Typical(pub(crate) Subjects);

impl Population for Typical {
    fn len(&self) -> u64 {
        1
    }

    fn fill(&self, index: u64, into: SubjectInputs<'_>) {
        let Self(subjects) = self;
        let patient = subjects.sampler.characteristics(index);
        for (input, fill) in into.inputs.iter_mut().zip(&subjects.fills) {
            if let Fill::Characteristic(characteristic) = *fill {
                *input = subjects.value(&patient, characteristic);
            }
        }
        subjects.prescribe(patient.weight_kg, into.doses);
    }
}

/// How a rating scatters around the score, on the latent instrument.
#[derive(Clone, Debug)]
pub(crate) struct ScoreResidual {
    stream: Stream,
    design: Design,
    /// Of a standard deviation: in points or on the logarithm.
    kind: fn(f64) -> Scatter,
    /// Standard deviation by draw of the parameters.
    sd: Vec<f64>,
    draw: u32,
}

impl ScoreResidual {
    pub(crate) fn new(assembly: &Assembly, design: Design, seed: u64) -> Result<Self, SubjectsError> {
        let model = &assembly.model;
        let stream = Stream::new(seed);
        let draws = design.draws.max(1) as usize;
        let endpoint = model
            .endpoints()
            .iter()
            .find(|endpoint| endpoint.variable == SCORE);
        let of_argument = |argument: &ErrorArgument| match argument {
            ErrorArgument::Number(sd) => Some(vec![*sd; draws]),
            ErrorArgument::Name(name) => {
                let drawn = effects::of_draws(model, assembly.posterior.as_ref(), design, stream)
                    .into_iter()
                    .find(|(own, _)| own == name);
                let estimate = model.theta(name)?.value;
                Some(drawn.map_or_else(|| vec![estimate; draws], |(_, values)| values))
            }
        };
        let (kind, sd): (fn(f64) -> Scatter, _) = match endpoint.map(|endpoint| endpoint.terms.as_slice()) {
            None => (Scatter::Points, vec![0.0; draws]),
            Some([term]) => {
                let kind: fn(f64) -> Scatter = match term.kind {
                    ErrorKind::Additive => Scatter::Points,
                    ErrorKind::LogNormal => Scatter::Logarithm,
                    _ => return Err(SubjectsError::Residual),
                };
                let [argument] = term.arguments.as_slice() else {
                    return Err(SubjectsError::Residual);
                };
                (kind, of_argument(argument).ok_or(SubjectsError::Residual)?)
            }
            Some(_) => return Err(SubjectsError::Residual),
        };
        if sd.iter().all(|sd| sd.is_finite() && *sd >= 0.0) {
            Ok(Self {
                stream,
                design,
                kind,
                sd,
                draw: draw_of(SCORE),
            })
        } else {
            Err(SubjectsError::Residual)
        }
    }

    /// How a patient's rating at a time scatters. The baseline is as it was written down: before treatment begins it does not.
    pub(crate) fn scatter(&self, subject: u64, time_h: f64) -> Scatter {
        if time_h <= 0.0 {
            return Scatter::NONE;
        }
        (self.kind)(self.sd[self.design.draw_of(self.design.study_of(subject)) as usize])
    }

    /// A patient's rating at a time, of this score. A time keeps its deviate whatever the other times are.
    pub(crate) fn rating(&self, score: f64, subject: u64, time_h: f64) -> f64 {
        let scatter = self.scatter(subject, time_h);
        if scatter == Scatter::NONE {
            return score;
        }
        let minute = (time_h * 60.0).round() as u32;
        let deviate = self.stream.at(RESIDUAL, minute, subject).normal(self.draw);
        scatter.rating(score, deviate)
    }
}
