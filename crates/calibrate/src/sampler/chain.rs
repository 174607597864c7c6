//! One chain, from its start to its last draw.

use euthymia_stats::random::{Purpose, Stream};
use nuts_rs::rand::SeedableRng;
use nuts_rs::rand::rngs::ChaCha8Rng;
use nuts_rs::{Chain as _, DiagNutsSettings, LowRankNutsSettings, Storable, Value};

use super::arithmetic::uniform;
use super::vectors::Vectors;
use super::{Chain, Mass, SampleError, Settings, Watch};
use crate::target::LogDensity;

/// Randomness of chains.
const CHAINS: Purpose = Purpose(0x6368_6169);

/// Positions tried for a start before giving up.
const TRIES: usize = 100;

/// `settings` in the words of nuts-rs.
macro_rules! translated {
    ($settings:expr, $theirs:ty) => {{
        let mut theirs = <$theirs>::default();
        theirs.num_tune = $settings.tune as u64;
        theirs.num_draws = $settings.draws as u64;
        theirs.maxdepth = u64::from($settings.max_depth);
        theirs.gradient_clipping = None;
        theirs.adapt_options.step_size_settings.target_accept = $settings.target_acceptance;
        theirs
    }};
}

pub(super) fn run<T: LogDensity>(
    target: &T,
    settings: &Settings,
    index: usize,
    watch: &dyn Watch,
) -> Result<Chain, SampleError> {
    match settings.mass {
        Mass::Diagonal => drawn(
            target,
            settings,
            &translated!(settings, DiagNutsSettings),
            index,
            watch,
        ),
        Mass::LowRank => drawn(
            target,
            settings,
            &translated!(settings, LowRankNutsSettings),
            index,
            watch,
        ),
    }
}

fn drawn<T: LogDensity, S: nuts_rs::Settings>(
    target: &T,
    settings: &Settings,
    theirs: &S,
    index: usize,
    watch: &dyn Watch,
) -> Result<Chain, SampleError> {
    let failed = |error: &dyn std::fmt::Display| SampleError::Chain {
        chain: index + 1,
        cause: error.to_string(),
    };
    let mut rng = random(settings.seed, index);
    let mut vectors = Vectors::new(target);
    let start = start(&mut vectors, settings, &mut rng).ok_or(SampleError::NoStart {
        chain: index + 1,
        tries: TRIES,
    })?;
    let mut sampler = theirs
        .new_chain(index as u64, vectors, &mut rng)
        .map_err(|e| failed(&e))?;
    sampler.set_position(&start).map_err(|e| failed(&e))?;

    let mut chain = Chain::with_room(target.dimension(), settings.draws);
    for done in 0..settings.tune {
        if watch.cancelled() {
            return Err(SampleError::Interrupted);
        }
        let (_, progress) = sampler.draw().map_err(|e| failed(&e))?;
        chain.tuning_steps += progress.num_steps;
        chain.tuning_divergences += usize::from(progress.diverging);
        watch.drawn(index, done + 1);
    }
    for done in 0..settings.draws {
        if watch.cancelled() {
            return Err(SampleError::Interrupted);
        }
        let (position, (), mut statistics, progress) = sampler.expanded_draw().map_err(|e| failed(&e))?;
        chain.positions.extend_from_slice(&position);
        chain.diverging.push(progress.diverging);
        chain.steps.push(progress.num_steps);
        chain.step_size = progress.step_size;
        let parent = (&*sampler.math()).into();
        for (name, value) in statistics.get_all(&parent) {
            match (name, value) {
                ("energy", Some(Value::ScalarF64(energy))) => chain.energy.push(energy),
                ("logp", Some(Value::ScalarF64(density))) => chain.log_density.push(density),
                ("maxdepth_reached", Some(Value::ScalarBool(reached))) => {
                    chain.depth_exhausted += usize::from(reached);
                }
                _ => {}
            }
        }
        watch.drawn(index, settings.tune + done + 1);
    }
    Ok(chain)
}

/// The randomness of a chain depends on the seed and on which chain it is, on nothing else.
fn random(seed: u64, index: usize) -> ChaCha8Rng {
    let address = Stream::new(seed).at(CHAINS, 0, index as u64);
    let mut key = [0; 32];
    for (draw, bytes) in key.chunks_exact_mut(8).enumerate() {
        bytes.copy_from_slice(&address.bits(draw as u32).to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// A position near the one asked for where the density and its gradient are finite.
fn start<T: LogDensity>(
    vectors: &mut Vectors<'_, T>,
    settings: &Settings,
    rng: &mut ChaCha8Rng,
) -> Option<Vec<f64>> {
    let mut gradient = vec![0.0; settings.start.len()];
    (0..TRIES).find_map(|_| {
        let position: Vec<f64> = settings
            .start
            .iter()
            .map(|at| at + settings.spread * (2.0 * uniform(rng) - 1.0))
            .collect();
        vectors.density(&position, &mut gradient).ok().map(|_| position)
    })
}
