//! From rows to what is predicted of them: plan, compose, run, read off.

use super::plan::{Plan, Sided, Task};
use super::predict::{self, Scaled, Side};
use super::result::{Common, Prediction, Row, Validation};
use super::scenario::{Compiled, Curves};
use super::study::{Given, Observation, Study};
use crate::events;
use crate::library::Library;
use crate::population::of_draws;
use crate::result::Design;
use crate::simulate::SimulateError;
use crate::sources::Sources;
use euthymia_engine::Options;
use euthymia_model::Model;
use euthymia_model::compile::{CompileOptions, PerSubject, compile};
use euthymia_stats::quantile::type7;
use euthymia_stats::random::Stream;
use euthymia_units::Quantity;

/// People that a thread takes at a time: few, so that the draws of one scenario keep several threads busy.
const BLOCK: usize = 32;
/// Part of the draws below the interval of a prediction, and above it.
const BEYOND: f64 = 0.05;

/// How to validate.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Draws of the uncertain parameters behind the interval of a prediction; 0 for none.
    pub draws: u32,
    /// Seed of the draws.
    pub seed: u64,
    /// Tolerances and threads.
    pub engine: Options,
}

impl Settings {
    /// The usual choice: 200 draws, seed 1.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            draws: 200,
            seed: 1,
            engine: Options {
                block: BLOCK,
                ..Options::standard()
            },
        }
    }
}

/// Which rows are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All.
    All,
    /// Those of a paper, by the stem of its file.
    Paper(String),
    /// Those of a drug.
    Drug(String),
    /// Those that a model answers for, or that an alternative structure of this key serves.
    Model(String),
}

impl Wanted {
    /// What a name means: a paper, a drug, a model or an alternative; else the nearest name, if any is near.
    ///
    /// # Errors
    /// Nothing is called so.
    pub fn named(name: &str, studies: &[Study], library: &Library) -> Result<Self, Option<String>> {
        let papers: Vec<&str> = studies.iter().map(|study| study.id.as_str()).collect();
        let drugs = library.stems("drugs", ".toml");
        let mut models = library.stems("models", ".R");
        for drug in drugs.iter().filter_map(|id| library.drug(id).ok()) {
            models.extend(
                drug.routes
                    .iter()
                    .flat_map(|(_, route)| super::structure::keys(route)),
            );
        }
        let own = || name.to_owned();
        if papers.contains(&name) {
            return Ok(Self::Paper(own()));
        }
        if drugs.contains(&own()) {
            return Ok(Self::Drug(own()));
        }
        if models.contains(&own()) {
            return Ok(Self::Model(own()));
        }
        let known = papers
            .into_iter()
            .chain(drugs.iter().chain(&models).map(String::as_str));
        Err(euthymia_diagnostics::nearest(name, known).map(str::to_owned))
    }

    fn row(&self, study: &Study, observation: &Observation) -> bool {
        match self {
            Self::All | Self::Model(_) => true,
            Self::Paper(id) => study.id == *id,
            Self::Drug(id) => observation.given.treatment.drug.id == *id,
        }
    }
}

/// Predicts rows of some studies.
///
/// # Errors
/// The library does not fit together, or the engine refuses.
pub fn validate(
    studies: &[Study],
    wanted: &Wanted,
    library: &Library,
    settings: &Settings,
) -> Result<Validation, SimulateError> {
    let moieties = library.moieties().map_err(SimulateError::Files)?;
    let sources = library.sources().map_err(SimulateError::Files)?;
    let mut plan = Plan::new(studies, |study, row| wanted.row(study, row), library, &moieties)
        .map_err(SimulateError::Files)?;
    if let Wanted::Model(name) = wanted {
        keep_model(&mut plan, name);
    }
    let compositions = compose(&plan, settings)?;
    let mut curves: Vec<Option<Curves>> = Vec::new();
    for (number, (scenario, asked)) in plan.scenarios.iter().enumerate() {
        let needed = plan.tasks.iter().any(|task| uses(task, number));
        let composition = compositions[scenario.structure].as_ref().filter(|_| needed);
        curves.push(match composition {
            Some((_, compiled)) => {
                let names = names(&plan.benches[scenario.structure].readings);
                Some(scenario.run(compiled, asked, &names, &settings.engine)?)
            }
            None => None,
        });
    }
    let mut rows = Vec::new();
    for (at, study) in studies.iter().enumerate() {
        for (number, observation) in study.observations.iter().enumerate() {
            let here = (at, number);
            let tasks = plan.tasks.iter().filter(|task| task.row == here);
            let predictions: Vec<Prediction> = tasks
                .map(|task| prediction(task, observation, (&plan, &compositions, &curves)))
                .collect();
            let problem = plan.unserved.iter().find(|(row, _)| *row == here);
            if !predictions.is_empty() || problem.is_some() {
                let problem = problem.map(|(_, why)| why.clone());
                rows.push(row(study, observation, &sources, predictions, problem));
            }
        }
    }
    Ok(Validation {
        rows,
        draws: settings.draws,
        seed: settings.seed,
    })
}

/// Leaves out what a model does not answer for.
fn keep_model(plan: &mut Plan, name: &str) {
    let benches = &plan.benches;
    plan.tasks.retain(|task| {
        task.main.what.answerable.iter().any(|stem| stem == name)
            || benches[task.main.bench].structure.key.as_deref() == Some(name)
    });
    plan.unserved.clear();
}

fn uses(task: &Task, scenario: usize) -> bool {
    let mut sides = std::iter::once(&task.main).chain(&task.against);
    sides.any(|side| side.scenario == scenario)
}

/// The names of some readings, each once.
fn names(readings: &[super::structure::Reading]) -> Vec<String> {
    let mut names: Vec<String> = readings
        .iter()
        .flat_map(|reading| reading.names.iter().cloned())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Every structure that a task needs, composed and compiled once.
type Compositions = Vec<Option<(Model, Compiled)>>;

fn compose(plan: &Plan, settings: &Settings) -> Result<Compositions, SimulateError> {
    let compile_one = |(at, bench): (usize, &super::plan::Bench)| {
        let needed = plan.tasks.iter().any(|task| {
            let mut sides = std::iter::once(&task.main).chain(&task.against);
            sides.any(|side| side.bench == at)
        });
        if !needed {
            return Ok(None);
        }
        let model = bench
            .models
            .composed(bench.readings.iter())
            .map_err(SimulateError::Files)?;
        let compiled = compiled(&model, &names(&bench.readings), bench, settings)?;
        Ok(Some((model, compiled)))
    };
    plan.benches.iter().enumerate().map(compile_one).collect()
}

fn compiled(
    model: &Model,
    names: &[String],
    bench: &super::plan::Bench,
    settings: &Settings,
) -> Result<Compiled, SimulateError> {
    let states = model.compartments();
    let is_state = |name: &String| states.iter().any(|state| state.name == *name);
    let uncertain = model.uncertainty().into_iter().map(|(name, _)| name);
    let covariates = model.covariates().iter().map(|covariate| covariate.name.clone());
    let dosed = bench.structure.route.inputs.iter();
    let options = CompileOptions {
        // Compartments are reported anyway.
        outputs: Some(names.iter().filter(|name| !is_state(name)).cloned().collect()),
        per_subject: PerSubject::Only(uncertain.chain(covariates).collect()),
        dosed: Some(dosed.map(|input| input.compartment.clone()).collect()),
        ..CompileOptions::default()
    };
    let program = compile(model, &options)?;
    let design = Design {
        draws: settings.draws,
        studies_per_draw: 1,
    };
    let draws = of_draws(model, None, design, Stream::new(settings.seed));
    Ok(Compiled {
        program,
        // Without anything uncertain every draw is the typical person.
        count: if draws.is_empty() { 0 } else { settings.draws },
        draws,
    })
}

/// Plan, compositions and curves.
type Computed<'c> = (&'c Plan, &'c Compositions, &'c [Option<Curves>]);

fn prediction(task: &Task, observation: &Observation, computed: Computed<'_>) -> Prediction {
    let (plan, compositions, _) = computed;
    let bench = &plan.benches[task.main.bench];
    let models = task.main.what.answerable.clone();
    let key = &bench.structure.key;
    let model = compositions[task.main.bench].as_ref().map(|(model, _)| model);
    let values = values(task, observation, computed);
    let (value, drawn, problem) = match values {
        Ok((typical, drawn)) => (Some(typical), drawn, None),
        Err(problem) => (None, Ok(Vec::new()), Some(problem)),
    };
    let (interval, no_interval) = match drawn {
        Ok(draws) => (interval(draws), None),
        Err(why) => (None, Some(why)),
    };
    let used = |stem: &String| observation.used_for.contains(stem);
    Prediction {
        structure: key.clone().unwrap_or_else(|| models.join(" + ")),
        reference: key.is_none(),
        sampling: model.and_then(|model| model.text("sampling")).map(str::to_owned),
        ratio: value.map(|value| value / observation.value.value),
        counted: !bench.models.stems().iter().any(used) && !key.as_ref().is_some_and(used),
        models,
        value,
        interval,
        no_interval,
        problem,
    }
}

/// Numbers of the draws, or why one of them has none: the others alone would make the interval too narrow.
type Drawn = Result<Vec<f64>, String>;

/// The typical person's number, and those of the draws.
fn values(task: &Task, observation: &Observation, computed: Computed<'_>) -> Result<(f64, Drawn), String> {
    let (_, compositions, _) = computed;
    let main = Scales::new(&task.main, observation, compositions)?;
    let against = match &task.against {
        Some(side) => Some((side, Scales::new(side, observation, compositions)?)),
        None => None,
    };
    let main = main.side(&task.main, computed).ok_or("it was not computed")?;
    let against = match &against {
        Some((sided, scales)) => Some(scales.side(sided, computed).ok_or("it was not computed")?),
        None => None,
    };
    let of = |person: usize| predict::predicted(observation, &main, against.as_ref(), person);
    let typical = of(0)?;
    let count = |side: &Sided| {
        let composed = compositions[side.bench].as_ref();
        composed.map_or(0, |(_, compiled)| compiled.count)
    };
    let draws = count(&task.main).max(task.against.as_ref().map_or(0, count));
    Ok((typical, drawn(draws as usize, of)))
}

fn drawn(draws: usize, of: impl Fn(usize) -> Result<f64, String>) -> Drawn {
    let one = |draw: usize| {
        of(draw).map_err(|why| format!("no interval: the number of draw {draw} of {draws} is missing, {why}"))
    };
    (1..=draws).map(one).collect()
}

/// How the readings of a side become numbers.
struct Scales {
    what: Scaled,
    over: Option<Scaled>,
}

impl Scales {
    fn new(side: &Sided, observation: &Observation, compositions: &Compositions) -> Result<Self, String> {
        let composed = compositions[side.bench].as_ref().ok_or("it was not composed")?;
        let what = Scaled::new(&side.what, &observation.what, &composed.0)?;
        let over = match (&side.over, &observation.measure) {
            (Some(reading), super::study::Measure::MetaboliteRatio { over }) => {
                let over = super::study::Analyte::Moiety(over.clone());
                Some(Scaled::new(reading, &over, &composed.0)?)
            }
            _ => None,
        };
        Ok(Self { what, over })
    }

    fn side<'s>(&'s self, sided: &Sided, (plan, compositions, curves): Computed<'s>) -> Option<Side<'s>> {
        Some(Side {
            scenario: &plan.scenarios[sided.scenario].0,
            curves: curves[sided.scenario].as_ref()?,
            what: &self.what,
            over: self.over.as_ref(),
            share: sided.share,
            drawn: compositions[sided.bench].as_ref()?.1.count > 0,
        })
    }
}

fn interval(mut draws: Vec<f64>) -> Option<(f64, f64)> {
    if draws.len() < 2 {
        return None;
    }
    draws.sort_by(f64::total_cmp);
    let (low, high) = (type7(&draws, BEYOND), type7(&draws, 1.0 - BEYOND));
    // Where nothing that the number rests on is uncertain, nothing is known of how far off it may be.
    (low < high).then_some((low, high))
}

fn row(
    study: &Study,
    observation: &Observation,
    sources: &Sources,
    predictions: Vec<Prediction>,
    problem: Option<String>,
) -> Row {
    let unit = &observation.value.unit;
    // Read with the same kind of unit, so that it converts.
    let same = |quantity: &Quantity| quantity.in_unit(unit).unwrap_or(f64::NAN);
    let citation = sources.get(&observation.origin.source);
    let treatment = &observation.given.treatment;
    Row {
        paper: study.id.clone(),
        title: study.title.clone(),
        citation: citation.map_or_else(String::new, |citation| citation.citation.clone()),
        link: citation.and_then(|citation| citation.link()),
        people: study.people.clone(),
        n: study.n,
        sampling: study.sampling,
        name: observation.name.clone(),
        what: observation.what.id().to_owned(),
        class: observation.what.class(),
        measure: observation.measure.word(),
        observed: observation.value.value,
        unit: if unit.is_bare() {
            String::new()
        } else {
            unit.to_string()
        },
        common: predict::common(observation, study.subject.weight_kg)
            .map(|(factor, unit)| Common { factor, unit }),
        sd: observation.sd.as_ref().map(same),
        observed_interval: observation
            .interval
            .as_ref()
            .map(|(low, high)| (same(low), same(high))),
        spread: observation.spread.clone(),
        drug: treatment.drug.id.clone(),
        route: treatment.route.clone(),
        treatment: said(&observation.given),
        against: observation.against.as_ref().map(said),
        interactions: beside(&observation.given),
        source: observation.origin.source.clone(),
        grade: observation.origin.grade,
        locator: observation.origin.locator.clone(),
        used_for: observation.used_for.clone(),
        independent: observation.independent.clone(),
        predictions,
        problem,
    }
}

/// Names of the drugs taken beside.
fn beside(given: &Given) -> Vec<String> {
    given.interactions.iter().map(|one| one.name.clone()).collect()
}

/// A treatment in words.
fn said(given: &Given) -> String {
    let mut words = events::label(&given.treatment);
    if given.treatment.times_h.len() > 1 {
        words.push_str(&format!(", {}", given.treatment.schedule));
    }
    if !given.interactions.is_empty() {
        words.push_str(&format!(", with {}", beside(given).join(" and ")));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_without_a_number_is_named() {
        let of = |draw: usize| {
            if draw == 3 {
                Err("the curve ends".to_owned())
            } else {
                Ok(draw as f64)
            }
        };
        let told = "no interval: the number of draw 3 of 4 is missing, the curve ends";
        assert_eq!(drawn(4, of), Err(told.to_owned()));
        assert_eq!(drawn(2, of), Ok(vec![1.0, 2.0]));
    }
}
