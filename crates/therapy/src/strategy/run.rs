//! Everybody through every strategy, and what it comes to.

use super::comparison::{Comparison, Outcomes};
use super::economy::Economy;
use super::life::{Ready, SessionKind, World};
use super::people::Group;
use super::{Given, Strategy, calibrated, decision, lives, origins, ready, summary, words};
use crate::assembly::LATENT_INSTRUMENT;
use crate::cohort::{Cohort, sessions};
use crate::events::label;
use crate::library::Library;
use crate::result::{Design, Provenance};
use crate::simulate::SimulateError;
use euthymia_diagnostics::Diagnostic;
use euthymia_engine::{Options, Progress};
use std::collections::BTreeMap;

/// How to compare.
#[derive(Clone, Debug)]
pub struct CompareSettings {
    /// Virtual patients.
    pub subjects: u64,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Draws of the parameters and studies for each.
    pub design: Design,
    /// Steps that have failed already; absent: as the group says.
    pub failed: Option<u32>,
    /// Name of the rates of care, where several are there.
    pub rates: Option<String>,
    /// Tolerances of the engine, and threads for everything.
    pub engine: Options,
}

impl CompareSettings {
    /// 20,000 patients in 200 draws of 2 studies, seed 1.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            subjects: 20_000,
            seed: 1,
            design: Design {
                draws: 200,
                studies_per_draw: 2,
            },
            failed: None,
            rates: None,
            engine: Options::standard(),
        }
    }
}

/// Lets a group of people live through strategies.
///
/// # Errors
/// A strategy cannot be followed with these people, prices or rates; a session cannot be simulated; or the run was ended.
pub fn compare(
    strategies: &[Strategy],
    group: &Group,
    economy: &Economy,
    settings: &CompareSettings,
    library: &Library,
    progress: &dyn Progress,
) -> Result<Comparison, SimulateError> {
    let design = settings.design;
    let cohort = Cohort::new(
        &group.people,
        &group.condition,
        (settings.subjects, design, settings.seed),
        library,
    )?;
    let failed = settings.failed.unwrap_or(group.failed);
    if let [first, others @ ..] = strategies
        && let Some(other) = others
            .iter()
            .find(|other| other.horizon_days != first.horizon_days)
    {
        let message = format!(
            "`{}` is followed for {} days, `{}` for {}: they must be the same",
            first.id, first.horizon_days, other.id, other.horizon_days
        );
        let help = "write the same `horizon` into both files";
        return Err(files(Diagnostic::error("K007", message).help(help)));
    }
    for strategy in strategies {
        if failed as usize >= strategy.steps.len() {
            let message = format!(
                "`{}` has {} steps, so that nothing is left of it after {failed} that failed",
                strategy.id,
                strategy.steps.len()
            );
            return Err(files(Diagnostic::error("K002", message)));
        }
    }
    let mut counter = Counter { progress, before: 0 };
    let mut kinds = ready::Kinds::default();
    let mut rates: BTreeMap<String, calibrated::Parts> = BTreeMap::new();
    let mut ready = Vec::new();
    for strategy in strategies {
        let steps = strategy.steps.iter().enumerate().map(|(at, step)| {
            let skipped = at < failed as usize;
            ready::ready_step(
                step,
                skipped,
                (&cohort, economy, settings),
                &mut kinds,
                &mut rates,
            )
        });
        ready.push(Ready {
            steps: steps.collect::<Result<_, _>>().map_err(files)?,
            horizon_days: strategy.horizon_days,
        });
    }
    let mut done = Vec::new();
    for (treatment, price) in kinds.0 {
        let effects = sessions::of(&cohort, &treatment, library, &settings.engine, &counter)?;
        counter.before += settings.subjects;
        done.push(SessionKind {
            effects,
            price,
            dose: treatment.dose,
        });
    }
    let instrument = cohort.instrument().clone();
    let utilities = ready::utilities(economy, &cohort);
    let remission = instrument
        .to_linked(LATENT_INSTRUMENT, instrument.remission_cut_off + 0.5)
        .unwrap_or(f64::NAN);
    let world = World {
        kinds: done,
        visit: (economy.visit, economy.visit_hours),
        psychotherapy: (economy.psychotherapy, economy.psychotherapy_hours),
        utilities: utilities.clone(),
        remission,
        response: 1.0 - instrument.response_improvement,
        cohort: &cohort,
    };
    let cut_offs: Vec<Vec<f64>> = strategies
        .iter()
        .map(|strategy| {
            strategy
                .steps
                .iter()
                .map(|step| ready::cut_off(step, settings))
                .collect()
        })
        .collect();
    let tallies = lives::all(
        &world,
        &ready,
        &cut_offs,
        failed as usize,
        settings.engine.threads,
        &counter,
    )?;
    let results = strategies.iter().zip(&tallies).enumerate();
    let results: Vec<Outcomes> = results
        .map(|(at, (strategy, tally))| {
            summary::outcomes(
                strategy,
                tally,
                at == 0,
                failed as usize,
                settings.rates.as_deref(),
            )
        })
        .collect();
    let unknowns = origins::unknowns(&cohort, &rates, &utilities, library)?;
    let horizon_days = strategies
        .iter()
        .map(|strategy| strategy.horizon_days)
        .max()
        .unwrap_or(0);
    Ok(Comparison {
        people: group.id.clone(),
        group: group.title.clone(),
        failed,
        rates: settings.rates.clone(),
        subjects: settings.subjects,
        draws: design.draws,
        studies_per_draw: design.studies_per_draw,
        seed: settings.seed,
        horizon_days,
        instrument: instrument.abbreviation.clone(),
        currency: economy.currency.clone(),
        thresholds: economy.thresholds.clone(),
        days: (0..=horizon_days).collect(),
        weeks: (0..=horizon_days / 7).collect(),
        decision: decision::of(&results, &unknowns, &economy.thresholds),
        strategies: results,
        unknowns,
        assumptions: words::assumptions(strategies, group),
        sources: origins::sources(strategies, economy, library)?,
        provenance: Provenance {
            command: String::new(),
            version: String::new(),
            seed: settings.seed,
            input_hash: String::new(),
            files: Vec::new(),
        },
    })
}

fn files(diagnostic: Diagnostic) -> SimulateError {
    SimulateError::Files(vec![diagnostic])
}

/// Progress of several runs, one after the other.
pub(super) struct Counter<'p> {
    progress: &'p dyn Progress,
    before: u64,
}

impl Progress for Counter<'_> {
    fn done(&self, subjects: u64) {
        self.progress.done(self.before + subjects);
    }

    fn cancelled(&self) -> bool {
        self.progress.cancelled()
    }
}

/// How many patients a comparison counts as done in the end, for a bar of progress.
#[must_use]
pub fn work(strategies: &[Strategy], subjects: u64) -> u64 {
    let mut labels: Vec<String> = strategies
        .iter()
        .flat_map(|strategy| &strategy.steps)
        .flat_map(|step| match &step.given {
            Given::Course(course) => course.treatments.iter().map(label).collect(),
            Given::Care(_) => Vec::new(),
        })
        .collect();
    labels.sort();
    labels.dedup();
    subjects * (labels.len() as u64 + 1)
}
