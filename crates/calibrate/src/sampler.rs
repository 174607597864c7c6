//! Draws from a density by the No-U-Turn Sampler (Hoffman and Gelman 2014), as nuts-rs has it.
//!
//! Step sizes by dual averaging, scales from the variances of positions and gradients, several chains on as many
//! threads as there are. A chain depends on the seed and on its number alone: the draws are the same on any number of
//! threads. On another machine they may differ in their last digits, and then in all: step sizes come from the
//! mathematics library of the platform, the axes of [`Mass::LowRank`] from instructions picked for the processor.

mod arithmetic;
mod chain;
mod vectors;

use thiserror::Error;

use crate::checkpoint::{self, Checkpoint};
use crate::parallel::{self, Together};
use crate::target::LogDensity;

/// What the sampler learns of a density's shape while it tunes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mass {
    /// A scale for each number.
    #[default]
    Diagonal,
    /// Besides, the few directions that are much longer or shorter than the scales tell.
    LowRank,
}

/// How to sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How many chains.
    pub chains: usize,
    /// Draws of each chain while it tunes; they are not kept.
    pub tune: usize,
    /// Draws of each chain that are kept.
    pub draws: usize,
    /// Of all randomness.
    pub seed: u64,
    /// How many chains may run at a time.
    pub threads: usize,
    /// What the step size is tuned for: the mean probability with which a step would be accepted.
    pub target_acceptance: f64,
    /// A trajectory has fewer than 2 to this power steps.
    pub max_depth: u32,
    /// What of the density's shape is learnt.
    pub mass: Mass,
    /// Chains begin around here: a position of the target.
    pub start: Vec<f64>,
    /// And no further away from it than this in each direction.
    pub spread: f64,
}

impl Settings {
    /// Four chains, 1000 draws each after 1000 of tuning, begun around 0 as in Stan.
    #[must_use]
    pub fn for_target(target: &impl LogDensity, seed: u64) -> Self {
        Self {
            chains: 4,
            tune: 1000,
            draws: 1000,
            seed,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            target_acceptance: 0.8,
            max_depth: 10,
            mass: Mass::default(),
            start: vec![0.0; target.dimension()],
            spread: 2.0,
        }
    }

    fn check(&self, dimension: usize) -> Result<(), SampleError> {
        let refuse = |what| Err(SampleError::Settings { what });
        if dimension == 0 {
            refuse("the target has no numbers to sample")
        } else if self.start.len() != dimension {
            refuse("`start` has not as many numbers as a position of the target")
        } else if self.start.iter().chain([&self.spread]).any(|x| !x.is_finite()) || self.spread < 0.0 {
            refuse("`start` and `spread` must be finite, `spread` not negative")
        } else if self.chains == 0 || self.draws == 0 {
            refuse("at least one chain and one draw are needed")
        } else if !(self.target_acceptance > 0.0 && self.target_acceptance < 1.0) {
            refuse("`target_acceptance` must lie between 0 and 1")
        } else if !(1..=20).contains(&self.max_depth) {
            refuse("`max_depth` must lie between 1 and 20")
        } else {
            Ok(())
        }
    }
}

/// Is told of draws, from several threads, and asked whether to go on.
pub trait Watch: Sync {
    /// Chain `chain` has made so many draws, those of tuning among them.
    fn drawn(&self, chain: usize, draws: usize) {
        let _ = (chain, draws);
    }

    /// Whether to stop.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Nobody watches.
impl Watch for () {}

/// Why there are no draws.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SampleError {
    /// Settings that mean nothing.
    #[error("{what}")]
    Settings {
        /// What is wrong with them.
        what: &'static str,
    },
    /// The density is 0 wherever a start was tried.
    #[error(
        "chain {chain} found no start: at {tries} positions the log density or its gradient was not finite"
    )]
    NoStart {
        /// Which chain, from 1.
        chain: usize,
        /// How many positions were tried.
        tries: usize,
    },
    /// A chain could not go on.
    #[error("chain {chain} failed: {cause}")]
    Chain {
        /// Which chain, from 1.
        chain: usize,
        /// What the sampler says.
        cause: String,
    },
    /// A file of finished chains cannot be written, or is of another run.
    #[error("{0}")]
    Checkpoint(String),
    /// The watch asked to stop.
    #[error("sampling was interrupted")]
    Interrupted,
}

/// What one chain drew after tuning.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain {
    dimension: usize,
    /// Draw after draw.
    pub(crate) positions: Vec<f64>,
    /// The Hamiltonian at each draw, up to a number that is the same for all of the chain.
    pub energy: Vec<f64>,
    /// The log density at each draw.
    pub log_density: Vec<f64>,
    /// Whether the trajectory to each draw diverged.
    pub diverging: Vec<bool>,
    /// Steps of the trajectory to each draw.
    pub steps: Vec<u64>,
    /// How many trajectories were cut for their length.
    pub depth_exhausted: usize,
    /// Of the last trajectory.
    pub step_size: f64,
    /// Steps of all trajectories of tuning.
    pub tuning_steps: u64,
    /// How many trajectories of tuning diverged.
    pub tuning_divergences: usize,
}

impl Chain {
    pub(crate) fn with_room(dimension: usize, draws: usize) -> Self {
        Self {
            dimension,
            positions: Vec::with_capacity(dimension * draws),
            energy: Vec::with_capacity(draws),
            log_density: Vec::with_capacity(draws),
            diverging: Vec::with_capacity(draws),
            steps: Vec::with_capacity(draws),
            depth_exhausted: 0,
            step_size: f64::NAN,
            tuning_steps: 0,
            tuning_divergences: 0,
        }
    }

    /// The positions drawn.
    pub fn positions(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.positions.chunks_exact(self.dimension)
    }

    /// How many trajectories diverged.
    #[must_use]
    pub fn divergences(&self) -> usize {
        self.diverging.iter().filter(|&&diverging| diverging).count()
    }
}

/// What all chains drew.
#[derive(Clone, Debug, PartialEq)]
pub struct Draws {
    /// What the numbers of a position are called.
    pub names: Vec<String>,
    /// The chains.
    pub chains: Vec<Chain>,
}

impl Draws {
    /// A quantity at each draw of each chain.
    pub fn quantity(&self, of: impl Fn(&[f64]) -> f64) -> Vec<Vec<f64>> {
        let along = |chain: &Chain| chain.positions().map(&of).collect();
        self.chains.iter().map(along).collect()
    }

    /// The positions drawn, chain after chain.
    pub fn positions(&self) -> impl Iterator<Item = &[f64]> {
        self.chains.iter().flat_map(Chain::positions)
    }

    /// How many trajectories after tuning diverged.
    #[must_use]
    pub fn divergences(&self) -> usize {
        self.chains.iter().map(Chain::divergences).sum()
    }
}

/// Draws from `target`.
///
/// # Errors
///
/// If the settings mean nothing, a chain finds no start or cannot go on, or the watch asks to stop.
pub fn sample<T>(target: &T, settings: &Settings, watch: &dyn Watch) -> Result<Draws, SampleError>
where
    T: LogDensity + Sync,
{
    sample_and_keep(target, settings, watch, None)
}

/// Draws from `target`, each finished chain kept in a file.
///
/// # Errors
///
/// As [`sample`]; besides, if a file cannot be written, or one to go on from is of another run.
pub fn sample_and_keep<T>(
    target: &T,
    settings: &Settings,
    watch: &dyn Watch,
    checkpoint: Option<&Checkpoint>,
) -> Result<Draws, SampleError>
where
    T: LogDensity + Sync,
{
    settings.check(target.dimension())?;
    let names = target.names();
    let fingerprint = checkpoint.map(|_| checkpoint::fingerprint(target, settings));
    let kept = checkpoint.zip(fingerprint.as_deref());
    let watch = Together::new(watch);
    let one = |index: usize| {
        if let Some((checkpoint, fingerprint)) = kept {
            let found = checkpoint.found(index, fingerprint, target.dimension(), settings.draws)?;
            if let Some(chain) = found {
                watch.drawn(index, settings.tune + settings.draws);
                return Ok(chain);
            }
        }
        let chain = chain::run(target, settings, index, &watch)?;
        if let Some((checkpoint, fingerprint)) = kept {
            checkpoint.keep(index, fingerprint, &names, &chain)?;
        }
        Ok(chain)
    };
    let chains = parallel::each(settings.threads, settings.chains, |index| watch.noted(one(index)));
    all_or_cause(chains).map(|chains| Draws { names, chains })
}

/// All results, or why one is missing: what went wrong rather than that others stopped with it.
pub(crate) fn all_or_cause<T>(results: Vec<Result<T, SampleError>>) -> Result<Vec<T>, SampleError> {
    let is_cause = |error: &&SampleError| !matches!(error, SampleError::Interrupted);
    let cause = results
        .iter()
        .filter_map(|result| result.as_ref().err())
        .find(is_cause);
    match cause.cloned() {
        Some(cause) => Err(cause),
        None => results.into_iter().collect(),
    }
}
