//! Everybody through every strategy, and what it comes to.

use super::calibrated::{self, Calibrated};
use super::comparison::{Checked, Comparison, Curve, Estimate, Measure, Outcomes, Unknown};
use super::economy::{Economy, SessionPrice};
use super::life::{Ready, ReadyKind, ReadyStep, SessionKind, World, day_of, live};
use super::people::Group;
use super::tally::{Tally, Watch};
use super::{Course, Given, Step, Strategy, decision, words};
use crate::assembly::{self, LATENT_INSTRUMENT};
use crate::cohort::body::Decay;
use crate::cohort::{Cohort, LATENT_TOP, MODEL, sessions};
use crate::course::{Antidepressant, Treatment};
use crate::events::{INDUCTION_H, LOOK_H, label};
use crate::library::Library;
use crate::response::Theta;
use crate::result::{Design, Provenance};
use crate::simulate::SimulateError;
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_engine::{Options, Progress};
use euthymia_population::draw_of;
use euthymia_stats::quantile::type7;
use euthymia_stats::random::Purpose;
use euthymia_stats::survival::KaplanMeier;
use euthymia_stats::variance::NestedSums;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// The uncertain utilities.
const UTILITIES: Purpose = Purpose(0x7574_696c);
/// Blocks that people are cut into, whatever the number of threads.
const BLOCKS: u64 = 64;
const FEWEST_OF_BLOCK: u64 = 128;
/// Coverage of intervals.
const COVERAGE: f64 = 0.9;
/// The medication beside a course, in the table of prices.
const ANTIDEPRESSANT: &str = "antidepressant";

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
    let mut kinds = Kinds::default();
    let mut rates: BTreeMap<String, calibrated::Parts> = BTreeMap::new();
    let mut ready = Vec::new();
    for strategy in strategies {
        let steps = strategy.steps.iter().enumerate().map(|(at, step)| {
            let skipped = at < failed as usize;
            ready_step(
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
    let utilities = utilities(economy, &cohort);
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
                .map(|step| cut_off(step, settings))
                .collect()
        })
        .collect();
    let tallies = all(
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
            outcomes(
                strategy,
                tally,
                at == 0,
                failed as usize,
                settings.rates.as_deref(),
            )
        })
        .collect();
    let unknowns = unknowns(&cohort, &rates, &utilities, library)?;
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
        sources: sources(strategies, economy, library)?,
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
struct Counter<'p> {
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

/// Every file that a comparison depends on, each once: for hashes and for the list of what was used.
///
/// # Errors
/// The response model has no draws, or they are wrong.
pub fn inputs(
    strategies: &[Strategy],
    group: &Group,
    economy: &Economy,
    library: &Library,
) -> Result<Vec<Source>, Vec<Diagnostic>> {
    let mut files = vec![group.source.clone(), economy.source.clone()];
    for strategy in strategies {
        files.push(strategy.source.clone());
        for step in &strategy.steps {
            match &step.given {
                Given::Care(care) => files.extend(care.files()),
                Given::Course(course) => {
                    files.extend(
                        course
                            .treatments
                            .iter()
                            .map(|treatment| treatment.drug.source.clone()),
                    );
                    let routes = course
                        .treatments
                        .iter()
                        .filter_map(|one| one.drug.route(&one.route));
                    let models = routes.flat_map(|route| &route.models);
                    files
                        .extend(models.filter_map(|stem| library.text(&format!("models/{stem}.R")).cloned()));
                }
            }
        }
    }
    files.extend(library.text(&format!("response/{MODEL}.R")).cloned());
    files.extend(
        library
            .posterior(MODEL)?
            .into_iter()
            .flat_map(|posterior| posterior.files),
    );
    files.extend(
        library
            .document("sources.toml")
            .map(|document| document.source.clone()),
    );
    let mut each: Vec<Source> = Vec::new();
    for file in files {
        if !each.contains(&file) {
            each.push(file);
        }
    }
    Ok(each)
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

/// Kinds of sessions, each once.
#[derive(Default)]
struct Kinds(Vec<(Treatment, SessionPrice)>);

impl Kinds {
    fn place(&mut self, treatment: &Treatment, economy: &Economy) -> Result<usize, Diagnostic> {
        let own = label(treatment);
        if let Some(at) = self.0.iter().position(|(known, _)| label(known) == own) {
            return Ok(at);
        }
        let price = if treatment.drug.expectancy.session {
            economy.session(treatment)?
        } else {
            SessionPrice::NOTHING
        };
        self.0.push((treatment.clone(), price));
        Ok(self.0.len() - 1)
    }
}

type Shared<'s> = (&'s Cohort, &'s Economy, &'s CompareSettings);

fn ready_step<'s>(
    step: &'s Step,
    skipped: bool,
    (cohort, economy, settings): Shared<'_>,
    kinds: &mut Kinds,
    rates: &mut BTreeMap<String, calibrated::Parts>,
) -> Result<ReadyStep<'s>, Diagnostic> {
    let monthly = |key: &str, what: &str| {
        let price = economy.medications.get(key).copied();
        price.ok_or_else(|| economy.lacks(what, &format!("[medications.{key}]")))
    };
    match &step.given {
        Given::Care(care) => {
            let (by_study, parts) = Calibrated::all(care, settings.rates.as_deref(), cohort)?;
            if !skipped {
                rates.insert(care.name.clone(), parts);
            }
            let is_procedure = care.sessions.is_some();
            let session = match &care.sessions {
                None => SessionPrice::NOTHING,
                Some((_, in_clinic_h, monitored_h)) => SessionPrice {
                    clinic: economy.procedures.get(&care.id).copied().ok_or_else(|| {
                        economy.lacks(
                            &format!("a session of {}", care.name),
                            &format!("[procedures.{}]", care.id),
                        )
                    })?,
                    drug: 0.0,
                    per_mg: None,
                    in_clinic_h: *in_clinic_h,
                    monitored_h: *monitored_h,
                },
            };
            Ok(ReadyStep {
                rules: &step.rules,
                wait_days: step.wait_days,
                monthly: if is_procedure && !economy.medications.contains_key(&care.id) {
                    0.0
                } else {
                    monthly(&care.id, &care.name)?
                },
                kind: ReadyKind::Care {
                    by_study,
                    luck: draw_of(&care.id),
                    sessions: care
                        .sessions
                        .as_ref()
                        .map_or_else(Vec::new, |(days, ..)| days.clone()),
                    session,
                },
                visits: (care.visits.0.clone(), Some(care.visits.1)),
                psychotherapy_days: None,
                settled_days: care.assessed_days,
                antidepressant: true,
            })
        }
        Given::Course(course) => {
            let mut days: Vec<(u32, usize)> = Vec::new();
            for treatment in &course.treatments {
                let kind = kinds.place(treatment, economy)?;
                let of = |time_h: &f64| ((time_h / 24.0).floor() as u32, kind);
                days.extend(treatment.times_h.iter().map(of));
            }
            days.sort_unstable();
            let antidepressant = course.antidepressant != Antidepressant::None;
            Ok(ReadyStep {
                rules: &step.rules,
                wait_days: step.wait_days,
                monthly: if antidepressant {
                    monthly(ANTIDEPRESSANT, "an antidepressant")?
                } else {
                    0.0
                },
                visits: (Vec::new(), None),
                psychotherapy_days: course.psychotherapy_days.clone(),
                settled_days: settled(course),
                antidepressant,
                kind: ReadyKind::Course {
                    sessions: days,
                    new_antidepressant: course.antidepressant == Antidepressant::NewlyStarted,
                },
            })
        }
    }
}

/// When it shows who has responded to a course, d: a day after the last session of the first four weeks.
fn settled(course: &Course) -> u32 {
    let times = course.treatments.iter().flat_map(|treatment| {
        let attended = treatment.drug.expectancy.session;
        treatment.times_h.iter().filter(move |_| attended)
    });
    let last = times
        .copied()
        .filter(|time_h| *time_h <= INDUCTION_H)
        .fold(f64::NEG_INFINITY, f64::max);
    let settled_h = if last.is_finite() {
        last + LOOK_H
    } else {
        INDUCTION_H
    };
    (settled_h / 24.0).ceil() as u32
}

/// The worst latent score that the proportion of a step counts as remission.
fn cut_off(step: &Step, settings: &CompareSettings) -> f64 {
    let Given::Care(care) = &step.given else {
        return f64::NAN;
    };
    let rates = care.rates(settings.rates.as_deref());
    rates
        .and_then(|rates| rates.instrument.to_linked(LATENT_INSTRUMENT, rates.cut_off + 0.5))
        .unwrap_or(f64::NAN)
}

/// Utilities by draw.
fn utilities(economy: &Economy, cohort: &Cohort) -> Vec<[f64; 3]> {
    let known = economy.utilities;
    let of = |draw: u32| {
        let source = cohort.stream.at(UTILITIES, draw, 0);
        let mut at = 0;
        [known.remission, known.response, known.ill].map(|(mean, se)| {
            at += 1;
            (mean + se * source.normal(at)).min(1.0)
        })
    };
    (0..cohort.design.draws.max(1)).map(of).collect()
}

/// Sums of the blocks up to one, and blocks behind it that are done already: they are put together in their order, so that it does not
/// matter which thread was faster.
struct Whole {
    reached: u64,
    sums: Vec<Tally>,
    waiting: BTreeMap<u64, Vec<Tally>>,
}

impl Whole {
    fn take(&mut self, block: u64, tallies: Vec<Tally>) {
        self.waiting.insert(block, tallies);
        while let Some(tallies) = self.waiting.remove(&self.reached) {
            let pairs = self.sums.iter_mut().zip(&tallies);
            pairs.for_each(|(sum, tally)| sum.merge(tally));
            self.reached += 1;
        }
    }
}

/// Everybody's lives, block by block on several threads, put together in the order of the blocks.
fn all(
    world: &World<'_>,
    ready: &[Ready<'_>],
    cut_offs: &[Vec<f64>],
    from_step: usize,
    threads: usize,
    counter: &Counter<'_>,
) -> Result<Vec<Tally>, SimulateError> {
    let size = world.cohort.size;
    let length = size.div_ceil(BLOCKS).max(FEWEST_OF_BLOCK);
    let blocks = size.div_ceil(length);
    let next = AtomicU64::new(0);
    let lived = AtomicU64::new(0);
    let cancelled = AtomicUsize::new(0);
    let empty = || -> Vec<Tally> {
        let each = ready.iter();
        each.map(|ready| Tally::new(world.cohort.design, ready.horizon_days, ready.steps.len()))
            .collect()
    };
    let whole = Mutex::new(Whole {
        reached: 0,
        sums: empty(),
        waiting: BTreeMap::new(),
    });
    let days: Vec<Decay> = world.cohort.levels.iter().map(day_of).collect();
    let instrument = world.cohort.instrument();
    let on_scale = |score: f64| {
        let scale = instrument.from_linked(LATENT_INSTRUMENT, score.min(LATENT_TOP));
        instrument.bounded(scale.unwrap_or(f64::NAN))
    };
    let work = || {
        loop {
            let block = next.fetch_add(1, Ordering::Relaxed);
            if block >= blocks || cancelled.load(Ordering::Relaxed) > 0 {
                return;
            }
            let mut tallies = empty();
            for index in block * length..((block + 1) * length).min(size) {
                if counter.cancelled() {
                    cancelled.store(1, Ordering::Relaxed);
                    return;
                }
                let person = world.cohort.person(index);
                let study = person.study as usize;
                let draw = world.cohort.design.draw_of(person.study) as usize;
                let mut first = None;
                for (at, tally) in tallies.iter_mut().enumerate() {
                    let mut watch = Watch {
                        tally,
                        study,
                        cut_offs: &cut_offs[at],
                        on_scale: &on_scale,
                    };
                    let life = live(world, &ready[at], person, &days[study], from_step, &mut watch);
                    let first = first.get_or_insert_with(|| life.clone());
                    tally.push(study, draw, &life, first);
                }
                let lived = lived.fetch_add(1, Ordering::Relaxed) + 1;
                if lived.is_multiple_of(256) {
                    counter.done(lived);
                }
            }
            // A thread that panicked has ended the run; what it held is not read again.
            let Ok(mut whole) = whole.lock() else {
                return;
            };
            whole.take(block, tallies);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.max(1) {
            scope.spawn(work);
        }
        work();
    });
    if cancelled.load(Ordering::Relaxed) > 0 {
        return Err(SimulateError::Cancelled);
    }
    let whole = whole
        .into_inner()
        .map_err(|_| SimulateError::Engine("a thread ended early".to_owned()))?;
    Ok(whole.sums)
}

fn outcomes(
    strategy: &Strategy,
    tally: &Tally,
    is_first: bool,
    failed: usize,
    rates: Option<&str>,
) -> Outcomes {
    let all = |sums: &[NestedSums], parts: bool| {
        let each = Measure::ALL.iter().zip(sums);
        each.map(|(measure, sums)| (*measure, estimate(sums, parts && measure.is_part())))
            .collect::<Vec<_>>()
    };
    let people: u64 = tally.people.iter().sum();
    let reached = strategy.steps.iter().zip(&tally.began).skip(failed);
    let checked = strategy.steps.iter().zip(&tally.assessed).skip(failed);
    let weekly = |at: usize, parts: bool| {
        let each = tally.weeks.iter().map(|week| estimate(&week[at], parts));
        curve(each.map(|estimate| {
            let [low, high] = estimate.interval.unwrap_or([estimate.mean; 2]);
            [estimate.mean, low, high]
        }))
    };
    Outcomes {
        id: strategy.id.clone(),
        title: strategy.title.clone(),
        summary: strategy.summary.clone(),
        steps: words::steps(strategy).split_off(failed),
        measures: all(&tally.measures, true),
        differences: if is_first {
            Vec::new()
        } else {
            all(&tally.differences, false)
        },
        until_response: survival(&tally.first[0], &tally.people),
        until_remission: survival(&tally.first[1], &tally.people),
        well: weekly(0, true),
        score: weekly(1, false),
        cost_by_draw: tally.measures[Measure::Cost as usize].draw_means(),
        qaly_by_draw: tally.measures[Measure::Qaly as usize].draw_means(),
        reached: reached
            .map(|(step, began)| (step.name.clone(), *began as f64 / people.max(1) as f64))
            .collect(),
        checked: checked
            .filter_map(|(step, [all, remitted])| {
                let Given::Care(care) = &step.given else {
                    return None;
                };
                (*all > 0).then(|| Checked {
                    step: step.name.clone(),
                    published: care.rates(rates).map_or(f64::NAN, |rates| rates.proportion),
                    simulated: *remitted as f64 / *all as f64,
                    n: *all,
                    sources: care.sources.clone(),
                })
            })
            .collect(),
    }
}

fn estimate(sums: &NestedSums, is_part: bool) -> Estimate {
    let interval = if is_part {
        sums.proportion_interval(COVERAGE)
    } else {
        sums.mean_interval(COVERAGE)
    };
    Estimate {
        mean: sums.mean(),
        interval: interval.map(|interval| [interval.lower, interval.upper]),
        monte_carlo: sums.monte_carlo_error(),
    }
}

fn curve(points: impl Iterator<Item = [f64; 3]>) -> Curve {
    let mut curve = Curve {
        mean: Vec::new(),
        p05: Vec::new(),
        p95: Vec::new(),
    };
    for [mean, low, high] in points {
        curve.mean.push(mean);
        curve.p05.push(low);
        curve.p95.push(high);
    }
    curve
}

/// The part without an event by day (Kaplan and Meier), with the 5th and 95th percentile of draws, from which the noise of so many people
/// is taken. Who has no event to the end is censored there.
fn survival(first: &[Vec<u64>], people: &[u64]) -> Curve {
    let days = first.first().map_or(0, Vec::len);
    let all: u64 = people.iter().sum();
    let mut left: Vec<f64> = people.iter().map(|n| *n as f64).collect();
    let whole = pooled(first, all);
    curve((0..days).map(|day| {
        for (left, events) in left.iter_mut().zip(first) {
            *left -= events[day] as f64;
        }
        let told = whole.as_ref().and_then(|whole| whole.at(day as f64));
        // After the last event of all nobody is left.
        let mean = told.map_or_else(
            || left.iter().sum::<f64>() / all.max(1) as f64,
            |(survival, _)| survival,
        );
        let parts = left.iter().zip(people).filter(|(_, n)| **n > 0);
        let mut parts: Vec<f64> = parts.map(|(left, n)| left / *n as f64).collect();
        let count = parts.len() as f64;
        let squares: f64 = parts.iter().map(|part| (part - mean) * (part - mean)).sum();
        let total = squares / (count - 1.0).max(1.0);
        let noise = mean * (1.0 - mean) * count / all.max(1) as f64;
        let factor = if total > noise {
            ((total - noise) / total).sqrt()
        } else {
            0.0
        };
        for part in &mut parts {
            *part = mean + factor * (*part - mean);
        }
        parts.sort_by(f64::total_cmp);
        [mean, type7(&parts, 0.05), type7(&parts, 0.95)]
    }))
}

/// The estimate of Kaplan and Meier of everybody; nothing of nobody.
fn pooled(first: &[Vec<u64>], all: u64) -> Option<KaplanMeier> {
    let days = first.first()?.len();
    let (mut times, mut events) = (Vec::new(), Vec::new());
    for day in 0..days {
        let count: u64 = first.iter().map(|of_draw| of_draw[day]).sum();
        times.extend((0..count).map(|_| day as f64));
        events.extend((0..count).map(|_| true));
    }
    let censored = usize::try_from(all).ok()?.saturating_sub(times.len());
    times.extend((0..censored).map(|_| days as f64));
    events.extend((0..censored).map(|_| false));
    KaplanMeier::new(&times, &events).ok()
}

/// What is not known, by draw: parameters of the response model, proportions of care, utilities.
fn unknowns(
    cohort: &Cohort,
    rates: &BTreeMap<String, calibrated::Parts>,
    utilities: &[[f64; 3]],
    library: &Library,
) -> Result<Vec<Unknown>, SimulateError> {
    let model = assembly::checked(&format!("response/{MODEL}.R"), library).map_err(SimulateError::Files)?;
    let mut unknowns: Vec<Unknown> = Theta::ALL
        .into_iter()
        .map(|theta| Unknown {
            name: theta.name().to_owned(),
            label: model
                .theta(theta.name())
                .and_then(|theta| theta.label.clone())
                .unwrap_or_else(|| theta.name().to_owned()),
            values: cohort.parameter(theta),
        })
        .collect();
    for (care, parts) in rates {
        for (name, values) in &parts.0 {
            unknowns.push(Unknown {
                name: format!("{care}: {name}"),
                label: format!("{care}: {name}"),
                values: values.clone(),
            });
        }
    }
    for (at, name) in ["in remission", "in response", "ill"].into_iter().enumerate() {
        unknowns.push(Unknown {
            name: format!("utility {name}"),
            label: format!("Utility of a year {name}"),
            values: utilities.iter().map(|of_draw| of_draw[at]).collect(),
        });
    }
    let varies = |values: &[f64]| values.iter().any(|value| Some(value) != values.first());
    unknowns.retain(|unknown| varies(&unknown.values));
    Ok(unknowns)
}

/// Citations of everything that went in.
fn sources(
    strategies: &[Strategy],
    economy: &Economy,
    library: &Library,
) -> Result<Vec<(String, String)>, SimulateError> {
    let known = library.sources().map_err(SimulateError::Files)?;
    let mut keys: Vec<String> = economy.sources.clone();
    for step in strategies.iter().flat_map(|strategy| &strategy.steps) {
        if let Given::Care(care) = &step.given {
            keys.extend(care.sources.iter().cloned());
        }
    }
    keys.sort();
    keys.dedup();
    Ok(keys
        .into_iter()
        .filter_map(|key| {
            let citation = known.get(&key)?.citation.clone();
            Some((key, citation))
        })
        .collect())
}
