//! Everybody through every strategy, on several threads.

use super::life::{Ready, World, day_of, live};
use super::run::Counter;
use super::tally::{Tally, Watch};
use crate::assembly::LATENT_INSTRUMENT;
use crate::cohort::LATENT_TOP;
use crate::cohort::body::Decay;
use crate::simulate::SimulateError;
use euthymia_engine::Progress;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Blocks that people are cut into, whatever the number of threads.
const BLOCKS: u64 = 64;
const FEWEST_OF_BLOCK: u64 = 128;

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
pub(super) fn all(
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
