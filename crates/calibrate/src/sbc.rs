//! Simulation-based calibration: whether a sampler and a model tell the posterior that they claim to.
//!
//! Draw a truth from the prior, data from the truth, a posterior from the data: the rank of the truth among independent
//! draws of the posterior is uniform if all is right (Cook, Gelman and Rubin 2006; Talts, Betancourt, Simpson, Vehtari
//! and Gelman 2018, arXiv:1804.06788). Draws that hang together are thinned before they are ranked.

mod band;

use std::sync::atomic::{AtomicUsize, Ordering};

use euthymia_stats::gamma;
use euthymia_stats::random::{Address, Purpose, Stream};

pub use band::Band;

use crate::parallel::{self, Together};
use crate::sampler::{SampleError, Settings, Watch, all_or_cause, sample};
use crate::target::LogDensity;

/// Truths and data.
const SIMULATIONS: Purpose = Purpose(0x7362_6373);

/// A model that can make up its own data.
pub trait Simulator {
    /// What is sampled once there are data.
    type Target: LogDensity + Sync;

    /// Names of the quantities that are ranked.
    fn quantities(&self) -> Vec<String>;

    /// A truth drawn from the prior, as a position of the target, and the target of data drawn from that truth.
    fn simulate(&self, randomness: &Address) -> (Vec<f64>, Self::Target);

    /// The quantities at a position.
    fn at(&self, position: &[f64]) -> Vec<f64>;
}

/// How often, and how finely.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// How many truths.
    pub replicates: usize,
    /// Among how many draws a truth is ranked: ranks go from 0 to this.
    pub ranks: usize,
    /// How each posterior is sampled. `start` is taken from the truth's length, `seed` and `threads` are of the whole
    /// run; chains of one replicate run one after the other.
    pub settings: Settings,
}

/// The ranks of truths among draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranks {
    /// What was ranked.
    pub names: Vec<String>,
    /// Of each quantity, in each replicate: how many of the thinned draws lie below the truth.
    pub ranks: Vec<Vec<usize>>,
    /// The highest possible rank.
    pub most: usize,
    /// Trajectories after tuning that diverged, of all replicates.
    pub divergences: usize,
}

/// A test that ranks are uniform.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquare {
    /// Pearson's statistic.
    pub statistic: f64,
    /// Its degrees of freedom.
    pub degrees: f64,
    /// The probability of one at least as large.
    pub p: f64,
}

/// Runs the calibration.
///
/// # Errors
///
/// Those of [`sample`]; settings whose draws are too few for so many ranks.
pub fn sbc<S: Simulator + Sync>(simulator: &S, plan: &Plan, watch: &dyn Watch) -> Result<Ranks, SampleError> {
    let settings = &plan.settings;
    let names = simulator.quantities();
    if plan.ranks == 0 || settings.chains * settings.draws < plan.ranks {
        return Err(SampleError::Settings {
            what: "fewer draws than `ranks` asks for",
        });
    }
    let watch = Together::new(watch);
    let done = AtomicUsize::new(0);
    let one = |replicate| {
        if watch.cancelled() {
            return Err(SampleError::Interrupted);
        }
        let result = watch.noted(ranked(simulator, plan, replicate));
        watch.drawn(0, done.fetch_add(1, Ordering::Relaxed) + 1);
        result
    };
    let results = all_or_cause(parallel::each(settings.threads, plan.replicates, one))?;
    let mut all = Ranks {
        ranks: vec![Vec::with_capacity(plan.replicates); names.len()],
        names,
        most: plan.ranks,
        divergences: 0,
    };
    for (ranks, divergences) in results {
        for (of_all, rank) in all.ranks.iter_mut().zip(ranks) {
            of_all.push(rank);
        }
        all.divergences += divergences;
    }
    Ok(all)
}

/// The ranks of one truth, and how many trajectories diverged.
fn ranked<S: Simulator>(
    simulator: &S,
    plan: &Plan,
    replicate: usize,
) -> Result<(Vec<usize>, usize), SampleError> {
    let seed = plan.settings.seed;
    let address = Stream::new(seed).at(SIMULATIONS, 0, replicate as u64);
    let (truth, target) = simulator.simulate(&address);
    let settings = Settings {
        // A seed of its own: the draw before the first that simulations would come to.
        seed: address.bits(u32::MAX),
        threads: 1,
        start: vec![0.0; truth.len()],
        ..plan.settings.clone()
    };
    let draws = sample(&target, &settings, &())?;
    let truth = simulator.at(&truth);
    let positions: Vec<&[f64]> = draws.positions().collect();
    let mut ranks = vec![0; truth.len()];
    for i in 0..plan.ranks {
        // Evenly over all chains, the last draw of each stretch.
        let place = (i + 1) * positions.len() / plan.ranks - 1;
        for ((rank, truth), drawn) in ranks.iter_mut().zip(&truth).zip(simulator.at(positions[place])) {
            *rank += usize::from(drawn < *truth);
        }
    }
    Ok((ranks, draws.divergences()))
}

impl Ranks {
    /// How many ranks of a quantity fall into each of `bins` of equal width. Even bins need a number that divides one more
    /// than the highest rank.
    #[must_use]
    pub fn histogram(&self, quantity: usize, bins: usize) -> Vec<usize> {
        let mut counts = vec![0; bins];
        for rank in &self.ranks[quantity] {
            counts[rank * bins / (self.most + 1)] += 1;
        }
        counts
    }

    /// Whether a histogram of so many even bins is flat.
    #[must_use]
    pub fn chi_square(&self, quantity: usize, bins: usize) -> ChiSquare {
        let counts = self.histogram(quantity, bins);
        let expected = self.ranks[quantity].len() as f64 / bins as f64;
        let statistic = counts
            .iter()
            .map(|&count| (count as f64 - expected) * (count as f64 - expected) / expected)
            .sum();
        let degrees = bins as f64 - 1.0;
        ChiSquare {
            statistic,
            degrees,
            p: gamma::chi_square_above(degrees, statistic),
        }
    }

    /// How many ranks lie below each edge of `bins` even bins, and between what they should lie, all at once with probability
    /// `level`.
    #[must_use]
    pub fn band(&self, quantity: usize, bins: usize, level: f64) -> Band {
        Band::of(&self.histogram(quantity, bins), level)
    }
}
