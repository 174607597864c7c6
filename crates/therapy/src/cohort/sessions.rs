//! What one session does to each patient: the lane engine's occupancy and acute effects, summed up.

use super::Cohort;
use crate::assembly::{self, Assembly, common_values};
use crate::course::{Antidepressant, Blinding, Course, Report, Setting, Treatment};
use crate::events::STATEMENTS;
use crate::interaction;
use crate::library::Library;
use crate::population::Subjects;
use crate::response::{grid_h, moments};
use crate::simulate::SimulateError;
use euthymia_diagnostics::{Diagnostic, Source, Span};
use euthymia_engine::{Block, Options, Progress, SimulationError, Sink};
use euthymia_model::compile::{CompileOptions, PerSubject, compile};
use euthymia_vecmath::scalar::exp;
use std::collections::BTreeMap;

const OCCUPANCY: &str = "occupancy";

/// An acute effect of a session, as the models report it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Acute {
    /// Clinician-Administered Dissociative States Scale, points.
    Cadss,
    /// Rise of systolic blood pressure, mmHg.
    SystolicPressure,
    /// Chance of looking sedated.
    Sedation,
}

impl Acute {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Cadss, Self::SystolicPressure, Self::Sedation];

    /// Its name in the models.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cadss => "cadss",
            Self::SystolicPressure => "systolic_pressure",
            Self::Sedation => "sedation",
        }
    }
}

/// What a session does to one patient.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SessionEffect {
    /// Area under the occupancy, h.
    pub area_h: f64,
    /// When its centre is, h after the session begins.
    pub centre_h: f64,
    /// The variance of its times around the centre, h^2.
    pub variance_h2: f64,
    /// Their third central moment, h^3.
    pub third_h3: f64,
    /// Peaks of the acute effects, in the order of [`Acute::ALL`]; 0 where they are not told.
    pub peaks: [f64; 3],
}

impl SessionEffect {
    /// Of the area under an occupancy and its first three moments.
    pub(crate) fn of_moments([area, first, second, third]: [f64; 4]) -> Self {
        if area <= 0.0 {
            return Self::default();
        }
        let centre = first / area;
        let variance = (second / area - centre * centre).max(0.0);
        Self {
            area_h: area,
            centre_h: centre,
            variance_h2: variance,
            third_h3: third / area - centre * (3.0 * variance + centre * centre),
            peaks: [0.0; 3],
        }
    }

    /// What the occupancy would be worth, h, where it fades at a rate (per h) from the session on, were it all there at once. Taken at
    /// its centre, with the second and third order of how it is spread around that.
    #[must_use]
    pub(crate) fn at_once(&self, rate: f64) -> f64 {
        let spread = 1.0 + rate * rate * (self.variance_h2 / 2.0 + rate * self.third_h3 / 6.0);
        self.area_h * exp(rate * self.centre_h) * spread
    }
}

/// What a session does to each patient of a cohort.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionEffects {
    /// By patient; nobody where nothing reaches the receptor.
    effects: Vec<SessionEffect>,
    /// Which acute effects the models tell.
    pub told: [bool; 3],
    /// Whether people come for it.
    pub attended: bool,
}

impl SessionEffects {
    /// Of a patient.
    #[must_use]
    pub fn of_patient(&self, index: u64) -> SessionEffect {
        let at = usize::try_from(index).ok();
        at.and_then(|at| self.effects.get(at))
            .copied()
            .unwrap_or_default()
    }
}

/// Simulates one session of a treatment in everybody.
///
/// # Errors
/// The models of the route do not tell the occupancy, or cannot be simulated; or the run was ended.
pub fn of(
    cohort: &Cohort,
    treatment: &Treatment,
    library: &Library,
    options: &Options,
    progress: &dyn Progress,
) -> Result<SessionEffects, SimulateError> {
    let known = library.interactions().map_err(SimulateError::Files)?;
    let factors = interaction::together(&known, &[]);
    beside(cohort, treatment, &factors, library, (options, progress))
}

/// The same of people who take other drugs beside, which change by these factors how the treatment is handled.
pub(crate) fn beside(
    cohort: &Cohort,
    treatment: &Treatment,
    factors: &BTreeMap<String, f64>,
    library: &Library,
    (options, progress): (&Options, &dyn Progress),
) -> Result<SessionEffects, SimulateError> {
    let attended = treatment.drug.expectancy.session;
    let nothing = SessionEffects {
        effects: Vec::new(),
        told: [false; 3],
        attended,
    };
    let Some(route) = treatment.drug.route(&treatment.route) else {
        return Ok(nothing);
    };
    if treatment.dose.is_none() || route.constants.get(OCCUPANCY) == Some(&0.0) {
        return Ok(nothing);
    }
    let course = session(cohort, treatment, factors);
    let mut assembly = assembly::assemble(&course, library).map_err(SimulateError::Files)?;
    assembly
        .plan
        .retain(|dose| !STATEMENTS.contains(&dose.compartment.as_str()));
    let told = Acute::ALL.map(|acute| tells(&assembly, acute.name()));
    if !tells(&assembly, OCCUPANCY) {
        let message = format!("no model of {} tells `{OCCUPANCY}`", treatment.drug.name);
        return Err(SimulateError::Files(vec![Diagnostic::error("L024", message)]));
    }
    let names = Acute::ALL.iter().zip(told).filter(|(_, told)| *told);
    let outputs: Vec<String> = std::iter::once(OCCUPANCY)
        .chain(names.map(|(acute, _)| acute.name()))
        .map(str::to_owned)
        .collect();
    let covariates = assembly.model.covariates().iter();
    let covariates = covariates.map(|covariate| covariate.name.clone());
    let program = compile(
        &assembly.model,
        &CompileOptions {
            outputs: Some(outputs),
            per_subject: PerSubject::Only(assembly.uncertain().into_iter().chain(covariates).collect()),
            values: common_values(&course, &assembly.model),
            dosed: Some(
                assembly
                    .plan
                    .iter()
                    .map(|dose| dose.compartment.clone())
                    .collect(),
            ),
            ..CompileOptions::default()
        },
    )?;
    let subjects = Subjects::new(
        &course,
        &assembly,
        &program,
        (cohort.size, cohort.design, cohort.seed),
    )?;
    let place = |name: &str| {
        let reported = program.outputs_reported.iter();
        let mut found = reported.enumerate().filter(|(_, output)| output.name == name);
        found.next().map(|(at, _)| program.states.len() + at)
    };
    let columns = std::iter::once(OCCUPANCY).chain(Acute::ALL.map(Acute::name));
    let times_h = grid_h();
    let mut sums = Sums {
        columns: columns.map(place).collect(),
        times_h: &times_h,
        effects: Vec::with_capacity(usize::try_from(cohort.size).unwrap_or(0)),
    };
    let options = Options {
        states: false,
        ..*options
    };
    euthymia_engine::simulate(&program, &subjects, &times_h, &options, &mut sums, progress).map_err(
        |error| match error {
            SimulationError::Subject(failure) => SimulateError::Patient(failure),
            SimulationError::Cancelled => SimulateError::Cancelled,
            SimulationError::Sink(error) => error,
            other => SimulateError::Engine(other.to_string()),
        },
    )?;
    Ok(SessionEffects {
        effects: sums.effects,
        told,
        attended,
    })
}

fn tells(assembly: &Assembly, name: &str) -> bool {
    let outputs = assembly.model.outputs();
    outputs.iter().any(|output| output.name == name)
}

/// The course of one session at time 0.
fn session(cohort: &Cohort, treatment: &Treatment, factors: &BTreeMap<String, f64>) -> Course {
    let asked = std::iter::once(OCCUPANCY).chain(Acute::ALL.map(Acute::name));
    Course {
        title: String::new(),
        condition: "mdd".to_owned(),
        condition_span: Span::default(),
        summary: None,
        horizon_h: grid_h().iter().copied().fold(0.0, f64::max),
        blinding: Blinding::OpenLabel,
        setting: Setting::Outpatient,
        response_model: super::MODEL.to_owned(),
        size: cohort.size,
        people: cohort.people.clone(),
        treatments: vec![Treatment {
            times_h: vec![0.0],
            ..treatment.clone()
        }],
        background: Antidepressant::None,
        psychotherapy: None,
        interactions: Vec::new(),
        factors: factors.clone(),
        observed: Vec::new(),
        report: Report {
            quantities: asked.map(|name| (name.to_owned(), Span::default())).collect(),
            ..Report::default()
        },
        source: Source::new("session", ""),
    }
}

/// Sums up trajectories.
struct Sums<'t> {
    /// Column of the occupancy, then of the acute effects.
    columns: Vec<Option<usize>>,
    times_h: &'t [f64],
    effects: Vec<SessionEffect>,
}

impl Sink for Sums<'_> {
    type Error = SimulateError;

    fn block(&mut self, block: Block) -> Result<(), SimulateError> {
        for subject in 0..block.subjects {
            let curve = |at: usize| self.columns[at].map(|column| block.trajectory(column, subject));
            let occupancy = curve(0).unwrap_or_default();
            let [area, first, second, third] = moments((self.times_h, occupancy), 0.0, f64::INFINITY);
            let mut effect = SessionEffect::of_moments([area, first, second, third]);
            for (at, peak) in effect.peaks.iter_mut().enumerate() {
                let values = curve(at + 1).unwrap_or_default();
                *peak = values.iter().copied().fold(0.0, f64::max);
            }
            let told = [effect.area_h, effect.centre_h].into_iter().chain(effect.peaks);
            if !told.clone().all(f64::is_finite) || area < 0.0 {
                return Err(SimulateError::Undefined {
                    quantity: OCCUPANCY.to_owned(),
                    subject: block.first + subject as u64,
                    time_h: 0.0,
                });
            }
            self.effects.push(effect);
        }
        Ok(())
    }
}
