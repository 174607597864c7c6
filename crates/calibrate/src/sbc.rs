//! Simulation-based calibration: whether a sampler and a model tell the posterior that they claim to.
//!
//! Draw a truth from the prior, data from the truth, a posterior from the data: the rank of the truth among independent
//! draws of the posterior is uniform if all is right (Cook, Gelman and Rubin 2006; Talts, Betancourt, Simpson, Vehtari
//! and Gelman 2018, arXiv:1804.06788). Draws that hang together are thinned before they are ranked.

mod band;

use std::sync::atomic::{AtomicUsize, Ordering};

use euthymia_stats::gamma;
use euthymia_stats::moments::Moments;
use euthymia_stats::random::{Address, Purpose, Stream};

pub use band::Band;

use crate::parallel::{self, Together};
use crate::sampler::{SampleError, Settings, Watch, all_or_cause, sample};
use crate::target::LogDensity;

/// Truths and data.
const SIMULATIONS: Purpose = Purpose(0x7362_6373);

/// A chain of which more than this part of the trajectories diverged is stuck: it is thrown away and begun elsewhere.
const STUCK: f64 = 0.1;
/// How often.
const TRIES: u32 = 5;

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
    /// Runs that were thrown away since their chains were stuck.
    pub restarted: usize,
    /// Of each quantity, in each replicate: the truth, then mean and standard deviation of all draws.
    pub recovered: Vec<Vec<Recovered>>,
}

/// A truth, and what the posterior says of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recovered {
    /// What the data were drawn from.
    pub truth: f64,
    /// Mean of the draws.
    pub mean: f64,
    /// Their standard deviation.
    pub sd: f64,
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
        let result = watch.noted(ranked(simulator, plan, replicate, &watch));
        watch.drawn(0, done.fetch_add(1, Ordering::Relaxed) + 1);
        result
    };
    let results = all_or_cause(parallel::each(settings.threads, plan.replicates, one))?;
    let mut all = Ranks {
        ranks: vec![Vec::with_capacity(plan.replicates); names.len()],
        names,
        most: plan.ranks,
        divergences: 0,
        restarted: 0,
        recovered: Vec::new(),
    };
    all.recovered = vec![Vec::with_capacity(plan.replicates); all.names.len()];
    for one in results {
        for (of_all, rank) in all.ranks.iter_mut().zip(one.ranks) {
            of_all.push(rank);
        }
        for (of_all, recovered) in all.recovered.iter_mut().zip(one.recovered) {
            of_all.push(recovered);
        }
        all.divergences += one.divergences;
        all.restarted += one.restarted;
    }
    Ok(all)
}

/// What came of one truth.
struct Replicate {
    ranks: Vec<usize>,
    recovered: Vec<Recovered>,
    divergences: usize,
    restarted: usize,
}

/// Says when to stop, and nothing of single draws.
struct Stops<'w>(&'w dyn Watch);

impl Watch for Stops<'_> {
    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}

fn ranked<S: Simulator>(
    simulator: &S,
    plan: &Plan,
    replicate: usize,
    watch: &dyn Watch,
) -> Result<Replicate, SampleError> {
    let seed = plan.settings.seed;
    let address = Stream::new(seed).at(SIMULATIONS, 0, replicate as u64);
    let (truth, target) = simulator.simulate(&address);
    let mut restarted = 0;
    let draws = loop {
        let settings = Settings {
            // A seed of its own: the draws before the first that simulations would come to.
            seed: address.bits(u32::MAX - restarted),
            threads: 1,
            start: vec![0.0; truth.len()],
            ..plan.settings.clone()
        };
        let draws = sample(&target, &settings, &Stops(watch))?;
        let made = (settings.chains * settings.draws) as f64;
        if draws.divergences() as f64 <= STUCK * made || restarted + 1 == TRIES {
            break draws;
        }
        restarted += 1;
    };
    let truth = simulator.at(&truth);
    let drawn: Vec<Vec<f64>> = draws.positions().map(|position| simulator.at(position)).collect();
    let mut ranks = vec![0; truth.len()];
    for i in 0..plan.ranks {
        // Evenly over all chains, the last draw of each stretch.
        let place = (i + 1) * drawn.len() / plan.ranks - 1;
        for ((rank, truth), drawn) in ranks.iter_mut().zip(&truth).zip(&drawn[place]) {
            *rank += usize::from(drawn < truth);
        }
    }
    let recovered = truth.iter().enumerate().map(|(quantity, truth)| {
        let mut moments = Moments::new();
        for drawn in &drawn {
            moments.push(drawn[quantity]);
        }
        Recovered {
            truth: *truth,
            mean: moments.mean(),
            sd: moments.standard_deviation(),
        }
    });
    Ok(Replicate {
        recovered: recovered.collect(),
        ranks,
        divergences: draws.divergences(),
        restarted: restarted as usize,
    })
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

    /// The part of the truths of a quantity within the central interval of its posterior with that probability.
    #[must_use]
    pub fn coverage(&self, quantity: usize, probability: f64) -> f64 {
        let ranks = &self.ranks[quantity];
        // The rank r among n draws lies at (r + 1/2) / (n + 1).
        let inside = |rank: &&usize| {
            let at = (**rank as f64 + 0.5) / (self.most as f64 + 1.0);
            (2.0 * at - 1.0).abs() <= probability
        };
        ranks.iter().filter(inside).count() as f64 / ranks.len() as f64
    }

    /// The correlation of the truths of a quantity with the means of its posteriors; none where either does not vary.
    #[must_use]
    pub fn correlation(&self, quantity: usize) -> Option<f64> {
        let all = &self.recovered[quantity];
        let n = all.len() as f64;
        let (truth, mean) = (
            all.iter().map(|one| one.truth).sum::<f64>() / n,
            all.iter().map(|one| one.mean).sum::<f64>() / n,
        );
        let (mut both, mut truths, mut means) = (0.0, 0.0, 0.0);
        for one in all {
            both += (one.truth - truth) * (one.mean - mean);
            truths += (one.truth - truth) * (one.truth - truth);
            means += (one.mean - mean) * (one.mean - mean);
        }
        let scale = (truths * means).sqrt();
        (scale > 0.0).then(|| both / scale)
    }

    /// How many ranks lie below each edge of `bins` even bins, and between what they should lie, all at once with probability
    /// `level`.
    #[must_use]
    pub fn band(&self, quantity: usize, bins: usize, level: f64) -> Band {
        Band::of(&self.histogram(quantity, bins), level)
    }
}
