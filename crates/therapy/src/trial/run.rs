//! Replicates of a trial, counted.

use super::analyse::{self, Finding};
use super::people::{Dataset, Draws, Ready, ReadyArm, Truth, starts};
use super::result::{Curve, Size, TrialResult, World};
use super::{Arm, EndpointKind, Trial, words};
use crate::cohort::sessions::SessionEffect;
use crate::cohort::{Known, MODEL};
use crate::drug::Felt;
use crate::library::Library;
use crate::population::Sampler;
use crate::response::{Disorder, Exposure, Given, Portion, Theta, Thetas, moments};
use crate::result::Provenance;
use crate::simulate::{SimulateError, SubjectsError};
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_engine::{Options, Progress};
use euthymia_stats::quantile::type7;
use euthymia_stats::random::Stream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Replicates that a thread takes at a time.
const AT_ONCE: u32 = 8;
const MONTH_H: f64 = 365.25 / 12.0 * 24.0;

/// How to replicate.
#[derive(Clone, Debug)]
pub struct TrialSettings {
    /// Sizes: people in all arms together, increasing.
    pub sizes: Vec<u32>,
    /// Trials of each.
    pub replicates: u32,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Threads.
    pub threads: usize,
    /// Power that is wanted.
    pub power: f64,
}

/// How many replicates a run counts as done in the end, for a bar of progress.
#[must_use]
pub fn work(settings: &TrialSettings) -> u64 {
    u64::from(settings.replicates) * World::ALL.len() as u64
}

/// Replicates a trial at every size in every world.
///
/// # Errors
/// The library has no fitted model, or an occupancy cannot be computed, or the run was ended.
pub fn simulate(
    trial: &Trial,
    settings: &TrialSettings,
    library: &Library,
    progress: &dyn Progress,
) -> Result<TrialResult, SimulateError> {
    let (ready, draws) = prepared(trial, settings, library)?;
    let typical = medians(&draws);
    let mut curves = Vec::new();
    for (at, world) in World::ALL.into_iter().enumerate() {
        let (of, truth) = match world {
            World::Uncertain => (Draws::Uncertain(&draws), Truth::Model),
            World::Typical => (Draws::Typical(&typical), Truth::Model),
            World::Unblinding => (Draws::Uncertain(&draws), Truth::Unblinding),
            World::Null => (Draws::Uncertain(&draws), Truth::Null),
        };
        let before = u64::from(settings.replicates) * at as u64;
        let found = replicates(&ready, of, truth, settings, (progress, before))?;
        let sizes: Vec<Size> = settings
            .sizes
            .iter()
            .enumerate()
            .map(|(at, n)| counted(*n, found.iter().map(|of| &of[at]), trial))
            .collect();
        curves.push(Curve {
            world,
            suffices: suffices(&sizes, settings.power),
            sizes,
        });
    }
    let last_h = trial.visits_h.last().copied().unwrap_or(0.0);
    let months = |n: &u32| (*n, f64::from(*n) / trial.recruitment + last_h / MONTH_H);
    let name = |at: usize| trial.arms[at].name.clone();
    Ok(TrialResult {
        id: trial.id.clone(),
        title: trial.title.clone(),
        summary: trial.summary.clone(),
        design: words::design(trial),
        arms: [name(trial.endpoint.arms.0), name(trial.endpoint.arms.1)],
        endpoint: trial.endpoint.kind,
        estimand: trial.estimand,
        analysis: trial.analysis,
        alpha: trial.alpha,
        power: settings.power,
        replicates: settings.replicates,
        seed: settings.seed,
        curves,
        months: settings.sizes.iter().map(months).collect(),
        assumptions: words::assumptions(trial),
        provenance: Provenance {
            command: String::new(),
            version: String::new(),
            seed: settings.seed,
            input_hash: String::new(),
            files: Vec::new(),
        },
    })
}

/// Every file that a trial depends on, each once.
///
/// # Errors
/// The draws of the response model are wrong.
pub fn inputs(trial: &Trial, library: &Library) -> Result<Vec<Source>, Vec<Diagnostic>> {
    let mut files = vec![trial.source.clone(), trial.endpoint.instrument.source.clone()];
    let treatments = trial.arms.iter().flat_map(|arm| &arm.treatments);
    files.extend(treatments.map(|treatment| treatment.drug.source.clone()));
    files.extend(library.text(&format!("response/{MODEL}.R")).cloned());
    files.extend(
        library
            .posterior(MODEL)?
            .into_iter()
            .flat_map(|posterior| posterior.files),
    );
    let mut each: Vec<Source> = Vec::new();
    for file in files {
        if !each.contains(&file) {
            each.push(file);
        }
    }
    Ok(each)
}

/// The people of one replicate of the largest size, in the world of the fitted model.
///
/// # Errors
/// As for [`simulate`].
pub fn dataset(
    trial: &Trial,
    replicate: u32,
    settings: &TrialSettings,
    library: &Library,
) -> Result<Dataset, SimulateError> {
    let (ready, draws) = prepared(trial, settings, library)?;
    Ok(ready.replicate(replicate, Draws::Uncertain(&draws), Truth::Model))
}

pub(super) fn prepared<'t>(
    trial: &'t Trial,
    settings: &TrialSettings,
    library: &Library,
) -> Result<(Ready<'t>, Vec<Thetas<f64>>), SimulateError> {
    let draws = library.response_draws(MODEL).map_err(SimulateError::Files)?;
    let disorder = Disorder::of(&trial.condition).ok_or_else(|| {
        let message = format!(
            "the response model is not about the condition `{}`",
            trial.condition
        );
        SimulateError::Files(vec![Diagnostic::error("Y004", message)])
    })?;
    let arms = trial.arms.iter().map(|arm| ready_arm(arm, library));
    Ok((
        Ready {
            trial,
            arms: arms.collect::<Result<_, _>>()?,
            sampler: Sampler::new(&trial.people, settings.seed).map_err(SubjectsError::from)?,
            stream: Stream::new(settings.seed),
            disorder,
            most: settings.sizes.last().copied().unwrap_or(1).max(1),
            ln_size: Known::of(library)?.ln_size,
        },
        draws,
    ))
}

fn ready_arm(arm: &Arm, library: &Library) -> Result<ReadyArm, SimulateError> {
    let mut sessions = Vec::new();
    let mut has_drug = false;
    for treatment in &arm.treatments {
        let effect = match treatment.dose {
            None => SessionEffect::default(),
            Some(dose) => {
                let given = Given {
                    drug: treatment.drug.id.clone(),
                    route: treatment.route.clone(),
                    portions: vec![Portion {
                        after_h: 0.0,
                        dose,
                        infusion_h: treatment.infusion_h,
                    }],
                };
                of_exposure(&Exposure::of(&given, library, &Options::standard())?)
            }
        };
        has_drug |= effect.area_h > 0.0;
        let attended = treatment.drug.expectancy.session;
        sessions.extend(treatment.times_h.iter().map(|time_h| (*time_h, effect, attended)));
    }
    sessions.sort_by(|(one, ..), (other, ..)| one.total_cmp(other));
    let of = |session: bool| {
        let given = arm.treatments.iter().map(|treatment| treatment.drug.expectancy);
        given
            .filter(|one| one.session == session)
            .map(|one| one.felt)
            .max()
    };
    Ok(ReadyArm {
        sessions,
        new_antidepressant: starts(arm.antidepressant),
        psychotherapy: arm.psychotherapy,
        felt: of(true).or_else(|| of(false)).unwrap_or(Felt::Inactive),
        has_drug,
    })
}

/// An occupancy at its centre, with how it is spread.
pub(super) fn of_exposure(exposure: &Exposure) -> SessionEffect {
    let [area, first, second, third] = moments((&exposure.times_h, &exposure.occupancy), 0.0, f64::INFINITY);
    SessionEffect::of_moments([area, first, second, third])
}

/// The median of every parameter.
pub(super) fn medians(draws: &[Thetas<f64>]) -> Thetas<f64> {
    Thetas::new(|theta: Theta| {
        let mut values: Vec<f64> = draws.iter().map(|draw| draw[theta]).collect();
        values.sort_by(f64::total_cmp);
        type7(&values, 0.5)
    })
}

/// What was found in one trial of a size; and the part of its people who stopped.
type Found = (Option<Finding>, f64);

fn replicates(
    ready: &Ready<'_>,
    draws: Draws<'_>,
    truth: Truth,
    settings: &TrialSettings,
    (progress, before): (&dyn Progress, u64),
) -> Result<Vec<Vec<Found>>, SimulateError> {
    let count = settings.replicates;
    let next = AtomicU32::new(0);
    let done = AtomicU32::new(0);
    let cancelled = AtomicBool::new(false);
    let all: Mutex<Vec<Option<Vec<Found>>>> = Mutex::new(vec![None; count as usize]);
    let work = || {
        loop {
            let from = next.fetch_add(AT_ONCE, Ordering::Relaxed);
            if from >= count {
                return;
            }
            for replicate in from..(from + AT_ONCE).min(count) {
                if progress.cancelled() {
                    cancelled.store(true, Ordering::Relaxed);
                }
                if cancelled.load(Ordering::Relaxed) {
                    return;
                }
                let data = ready.replicate(replicate, draws, truth);
                let of_size = |n: &u32| {
                    let rows = &data.rows[..(*n as usize).min(data.rows.len())];
                    let stopped = rows.iter().filter(|row| row.stopped_h.is_some()).count();
                    let part = stopped as f64 / rows.len().max(1) as f64;
                    (analyse::analyse(ready.trial, rows), part)
                };
                let found = settings.sizes.iter().map(of_size).collect();
                // A thread that panicked has ended the run; what it held is not read again.
                if let Ok(mut all) = all.lock() {
                    all[replicate as usize] = Some(found);
                }
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                progress.done(before + u64::from(done));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..settings.threads.max(1) {
            scope.spawn(work);
        }
        work();
    });
    if cancelled.load(Ordering::Relaxed) {
        return Err(SimulateError::Cancelled);
    }
    let all = all.into_inner().ok();
    let all: Option<Vec<Vec<Found>>> = all.and_then(|all| all.into_iter().collect());
    all.ok_or_else(|| SimulateError::Engine("a thread ended early".to_owned()))
}

/// What replicates of one size come to.
fn counted<'f>(n: u32, found: impl Iterator<Item = &'f Found>, trial: &Trial) -> Size {
    let (mut findings, mut stopped, mut all) = (Vec::new(), 0.0, 0.0);
    for (finding, part) in found {
        findings.extend(*finding);
        stopped += part;
        all += 1.0;
    }
    let count = findings.len() as f64;
    // A trial that cannot be analysed has found nothing.
    let trials = f64::max(all, 1.0);
    let better = |estimate: f64| match trial.endpoint.kind {
        EndpointKind::Change => estimate < 0.0,
        EndpointKind::Response | EndpointKind::Remission => estimate > 0.0,
    };
    let part =
        |of: &dyn Fn(&Finding) -> bool| findings.iter().filter(|finding| of(finding)).count() as f64 / trials;
    let significant = part(&|finding| finding.p < trial.alpha);
    let mut estimates: Vec<f64> = findings.iter().map(|finding| finding.estimate).collect();
    let mean = estimates.iter().sum::<f64>() / count.max(1.0);
    let squares: f64 = estimates.iter().map(|one| (one - mean) * (one - mean)).sum();
    estimates.sort_by(f64::total_cmp);
    let quantile = |p| {
        if estimates.is_empty() {
            0.0
        } else {
            type7(&estimates, p)
        }
    };
    Size {
        n,
        analysed: u32::try_from(findings.len()).unwrap_or(u32::MAX),
        significant,
        error: (significant * (1.0 - significant) / trials).sqrt(),
        in_favour: part(&|finding| finding.p < trial.alpha && better(finding.estimate)),
        mean_estimate: mean,
        sd_estimate: (squares / (count - 1.0).max(1.0)).sqrt(),
        quantiles: [0.05, 0.25, 0.5, 0.75, 0.95].map(quantile),
        stopped: stopped / trials,
    }
}

/// The size at which the power is reached, between sizes along the square root of the number of people; and where it would be were the
/// power one Monte Carlo error higher or lower.
fn suffices(sizes: &[Size], power: f64) -> Option<[f64; 3]> {
    let reached = |shift: f64| {
        let levelled = levelled(sizes.iter().map(|size| size.in_favour + shift * size.error));
        let mut before: Option<(f64, f64)> = None;
        for (size, reached) in sizes.iter().zip(levelled) {
            let root = f64::from(size.n).sqrt();
            if reached >= power {
                let root = before.map_or(root, |(from, low)| {
                    from + (root - from) * (power - low) / (reached - low).max(1e-12)
                });
                return Some(root * root);
            }
            before = Some((root, reached));
        }
        None
    };
    let most = sizes.last().map_or(0.0, |size| f64::from(size.n));
    let middle = reached(0.0)?;
    Some([
        reached(1.0).unwrap_or(middle),
        middle,
        reached(-1.0).unwrap_or(most),
    ])
}

/// The nearest curve that does not fall: neighbours that chance has put the wrong way round are averaged (pool adjacent violators).
fn levelled(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for value in values {
        let mut pool = (value, 1);
        while let Some((mean, count)) = pools.pop_if(|(mean, _)| *mean > pool.0) {
            let all = count + pool.1;
            pool = ((mean * count as f64 + pool.0 * pool.1 as f64) / all as f64, all);
        }
        pools.push(pool);
    }
    let each = pools.into_iter();
    each.flat_map(|(mean, count)| std::iter::repeat_n(mean, count))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_chance_turns_round_is_averaged() {
        assert_eq!(levelled([1.0, 4.0, 2.0, 6.0].into_iter()), [1.0, 3.0, 3.0, 6.0]);
        assert_eq!(levelled([3.0, 2.0, 1.0].into_iter()), [2.0, 2.0, 2.0]);
        assert_eq!(levelled(std::iter::empty()), Vec::<f64>::new());
    }
}
