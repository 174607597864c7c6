//! How often forecasts are right: patients made by the model, forecast from their first scores, and held against a later one.
//!
//! A patient of the test has a draw of the parameters, a study, traits, misfits and ratings of his own, all drawn afresh; his ratings are
//! whole points. The forecast knows the ratings alone. If it is exact, half of later ratings lie between its quartiles and nine of ten
//! between its 5th and 95th percentile, up to chance, from however many scores.

use super::mixture::Part;
use super::parallel;
use super::particles::Particles;
use super::run::{Model, Settings};
use super::timeline::{LEAST, Regimens, rounding, scheduled};
use super::update::{Line, Rated, TRAITS};
use super::weighted::{Scales, Weighted, compared, lines_at};
use crate::assembly::LATENT_INSTRUMENT;
use crate::cohort::LATENT_TOP;
use crate::course::Course;
use crate::instrument::Instrument;
use crate::library::Library;
use crate::population::Sampler;
use crate::response::{Exposure, Session};
use crate::simulate::{SimulateError, SubjectsError};
use euthymia_diagnostics::Diagnostic;
use euthymia_engine::Progress;
use euthymia_stats::random::{Purpose, Stream};
use euthymia_vecmath::scalar::{exp, ln};
use serde::Serialize;

/// What the random numbers of patients of the test are for.
const PATIENTS: Purpose = Purpose(0x666f_7063);
/// What makes another seed of one.
const OTHERS: u64 = 0x5bd1_e995;
/// When they are rated, h after the first dose: before a session of that time.
pub const RATED_H: [f64; 4] = [24.0, 168.0, 336.0, 504.0];
/// What is forecast, h after the first dose.
pub const LATER_H: f64 = 672.0;

/// How forecasts from so many scores came out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Scores after the first dose.
    pub scores: usize,
    /// The last of them, h after the first dose.
    pub last_h: Option<f64>,
    /// Part of later ratings between the quartiles.
    pub inside_half: f64,
    /// Part of them between the 5th and the 95th percentile.
    pub inside_most: f64,
    /// Standard errors of these, by chance.
    pub errors: [f64; 2],
    /// Standard deviation of the logarithm of the score over that of the population's forecast, mean.
    pub width: f64,
    /// Part of patients whose forecast was better than the population's, by the rule.
    pub better: f64,
    /// Mean squared error of the chance of response.
    pub brier_response: f64,
    /// Mean squared error of the chance of remission.
    pub brier_remission: f64,
    /// By how much these are below the population's, with standard errors.
    pub gain_response: [f64; 2],
    /// The same of remission.
    pub gain_remission: [f64; 2],
    /// Fewest effective particles of a patient.
    pub fewest: f64,
}

/// How often forecasts were right.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibrated {
    /// Title of the course.
    pub course: String,
    /// Short name of the instrument.
    pub abbreviation: String,
    /// Patients.
    pub patients: u64,
    /// Particles of each forecast.
    pub particles: usize,
    /// Seed.
    pub seed: u64,
    /// When patients are rated, h after the first dose.
    pub rated_h: Vec<f64>,
    /// What is forecast, h after the first dose.
    pub later_h: f64,
    /// By number of scores, from 0.
    pub rows: Vec<Row>,
}

impl Calibrated {
    /// Whether every coverage is what it should be, to three standard errors.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.rows.iter().all(|row| {
            (row.inside_half - 0.5).abs() <= 3.0 * row.errors[0]
                && (row.inside_most - 0.9).abs() <= 3.0 * row.errors[1]
        })
    }
}

/// One patient's forecast from so many scores.
#[derive(Clone, Copy, Debug, Default)]
struct One {
    half: f64,
    most: f64,
    width: f64,
    response: f64,
    remission: f64,
    effective: f64,
}

/// Forecasts `patients` patients that the model makes.
///
/// # Errors
/// The course is none that the response model is about, or the run was ended.
pub fn calibrate(
    course: &Course,
    patients: u64,
    settings: &Settings,
    library: &Library,
    progress: &dyn Progress,
) -> Result<Calibrated, SimulateError> {
    let model = Model::new(course, settings, library)?;
    let mut regimens = Regimens::default();
    let sessions: Vec<Session> = scheduled(course, &mut regimens)
        .iter()
        .map(|event| event.session)
        .collect();
    let exposures: Vec<Exposure> = regimens
        .0
        .iter()
        .map(|given| Exposure::of(given, library, &settings.engine))
        .collect::<Result<_, _>>()?;
    let times = RATED_H.iter().copied().chain([LATER_H]);
    let at =
        |particles: &Particles, time_h| lines_at(particles, &sessions, (model.situation, &exposures), time_h);
    let lines: Vec<Vec<Line>> = times.clone().map(|time_h| at(&model.particles, time_h)).collect();
    // Patients have studies of their own, not those of the particles.
    let thetas = super::run::thetas(settings, library)?;
    let truth = Particles::new(thetas, settings.studies, settings.seed ^ OTHERS);
    let true_lines: Vec<Vec<Line>> = times.map(|time_h| at(&truth, time_h)).collect();
    let instrument = course.people.instrument();
    if !instrument.descends_from(LATENT_INSTRUMENT) {
        let message = format!(
            "patients rated on the {} cannot be made: the model scores on the MADRS",
            instrument.abbreviation
        );
        return Err(SimulateError::Files(vec![Diagnostic::error("F014", message)]));
    }
    let test = Test {
        sampler: Sampler::new(&course.people, settings.seed).map_err(SubjectsError::from)?,
        stream: Stream::new(settings.seed),
        instrument,
        lines: &lines,
        true_lines: &true_lines,
        population: Weighted::population(model.particles.len()),
        count: model.particles.len(),
    };
    let many = usize::try_from(patients).unwrap_or(usize::MAX);
    let found = parallel::each(many, settings.engine.threads, (progress, patients), |patient| {
        test.patient(patient as u64)
    })?;
    let rows = (0..=RATED_H.len()).map(|scores| row(scores, &found));
    Ok(Calibrated {
        course: course.title.clone(),
        abbreviation: instrument.abbreviation.clone(),
        patients,
        particles: model.particles.len(),
        seed: settings.seed,
        rated_h: RATED_H.to_vec(),
        later_h: LATER_H,
        rows: rows.collect(),
    })
}

struct Test<'t> {
    sampler: Sampler,
    stream: Stream,
    instrument: &'t Instrument,
    /// Of the particles, by time.
    lines: &'t [Vec<Line>],
    /// Of studies that patients belong to.
    true_lines: &'t [Vec<Line>],
    population: Weighted,
    count: usize,
}

impl Test<'_> {
    fn patient(&self, patient: u64) -> [One; RATED_H.len() + 1] {
        let source = self.stream.at(PATIENTS, 0, patient);
        let baseline_shown = self.sampler.characteristics(patient).baseline;
        let read = |value: f64| {
            self.instrument
                .to_linked(LATENT_INSTRUMENT, value)
                .unwrap_or(value)
        };
        let baseline = read(baseline_shown).max(LEAST);
        let study = ((source.uniform(0) * self.count as f64) as usize).min(self.count - 1);
        let improvement = |at: usize| {
            let line = self.true_lines[at][study];
            let traits = (0..TRAITS).map(|k| line.traits[k] * source.normal(10 + k as u32));
            let scatter = (line.misfit + line.residual).sqrt() * source.normal(20 + at as u32);
            line.mean + traits.sum::<f64>() + scatter
        };
        let rating = |at: usize| {
            let latent = (baseline * exp(-improvement(at))).min(LATENT_TOP);
            self.instrument
                .from_linked(LATENT_INSTRUMENT, latent)
                .unwrap_or(f64::NAN)
        };
        let rated: Vec<Rated> = (0..RATED_H.len())
            .map(|at| {
                let value = self.instrument.observed(rating(at));
                let latent = read(value).max(LEAST);
                Rated {
                    count: 1.0,
                    improvement: ln(baseline / latent),
                    squares: 0.0,
                    rounding: rounding(self.instrument, LATENT_INSTRUMENT, value, latent),
                }
            })
            .collect();
        let later = rating(RATED_H.len());
        let written = self.instrument.observed(later);
        let scales = Scales {
            scale: LATENT_INSTRUMENT,
            top: LATENT_TOP,
            instrument: self.instrument,
            baseline,
            baseline_shown,
        };
        let last = &self.lines[RATED_H.len()];
        let usual: Vec<Part> = self.population.parts(last);
        let inside = |low: f64, high: f64| f64::from(u8::from(low <= later && later <= high));
        let squared = |chance: f64, happened: bool| {
            let off = chance - f64::from(u8::from(happened));
            off * off
        };
        let mut found = [One::default(); RATED_H.len() + 1];
        for (scores, one) in found.iter_mut().enumerate() {
            let weighted = Weighted::given(&self.lines[..scores], &rated[..scores], self.count);
            let parts = weighted.parts(last);
            let chance = scales.chance(&parts);
            *one = One {
                half: inside(chance.half[0], chance.half[1]),
                most: inside(chance.most[0], chance.most[1]),
                width: compared(&parts, &usual).0,
                response: squared(
                    chance.response,
                    self.instrument.is_response(baseline_shown, written),
                ),
                remission: squared(chance.remission, self.instrument.is_remission(written)),
                effective: weighted.effective(),
            };
        }
        found
    }
}

fn row(scores: usize, found: &[[One; RATED_H.len() + 1]]) -> Row {
    let n = found.len().max(1) as f64;
    let mean = |of: &dyn Fn(&One) -> f64| found.iter().map(|all| of(&all[scores])).sum::<f64>() / n;
    let gain = |of: &dyn Fn(&One) -> f64| {
        let gains: Vec<f64> = found.iter().map(|all| of(&all[0]) - of(&all[scores])).collect();
        let mean = gains.iter().sum::<f64>() / n;
        let squares: f64 = gains.iter().map(|gain| (gain - mean) * (gain - mean)).sum();
        [mean, (squares / n).sqrt() / n.sqrt()]
    };
    // Of what it should be: an estimate from few patients may be 0 or 1.
    let error = |part: f64| (part * (1.0 - part) / n).sqrt();
    Row {
        scores,
        last_h: scores.checked_sub(1).map(|last| RATED_H[last]),
        inside_half: mean(&|one| one.half),
        inside_most: mean(&|one| one.most),
        errors: [error(0.5), error(0.9)],
        width: mean(&|one| one.width),
        better: mean(&|one| f64::from(u8::from(scores > 0 && one.width < super::run::NO_BETTER))),
        brier_response: mean(&|one| one.response),
        brier_remission: mean(&|one| one.remission),
        gain_response: gain(&|one| one.response),
        gain_remission: gain(&|one| one.remission),
        fewest: found
            .iter()
            .map(|all| all[scores].effective)
            .fold(f64::INFINITY, f64::min),
    }
}
