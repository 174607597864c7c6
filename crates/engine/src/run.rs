//! The run: blocks are taken by threads and handed over in order.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::block::{Computed, Worker};
use crate::error::SimulationError;
use crate::options::Options;
use crate::plan::Plan;
use crate::sink::{Progress, Receive, Shelve};
use crate::statistics::Statistics;
use crate::subjects::{Asked, Common};

/// Everything the threads share and do not change.
pub(crate) struct Run<'a> {
    pub(crate) plan: &'a Plan<'a>,
    pub(crate) common: &'a Common,
    pub(crate) asked: Asked<'a>,
    pub(crate) options: &'a Options,
    pub(crate) progress: &'a dyn Progress,
}

/// What came of a block; nothing if the run was cancelled.
type Outcome = Option<Computed>;

/// What the threads share and change.
#[derive(Default)]
struct Queue {
    /// Next block to be taken.
    next: u64,
    /// Blocks that have reached the sink.
    handed: u64,
    /// Blocks that are finished and not yet handed over.
    finished: BTreeMap<u64, Outcome>,
    /// Whether no more blocks shall be taken.
    ended: bool,
}

/// Blocks that may be taken or wait, for every thread, before the sink has the oldest.
const WINDOW: u64 = 4;

/// The first block is so small, and each is twice the one before until they have the size asked for: so the first results
/// come soon, however long a subject takes.
const FIRST_BLOCK: u64 = 16;

/// How many blocks there are until they have the size asked for.
fn small_blocks(size: u64) -> u64 {
    let doublings = |first: u64| u64::from(size.div_ceil(first).next_power_of_two().ilog2());
    if size > FIRST_BLOCK {
        doublings(FIRST_BLOCK)
    } else {
        0
    }
}

/// The first subject of a block.
fn begin(block: u64, size: u64) -> u64 {
    let small = small_blocks(size).min(block);
    FIRST_BLOCK * ((1 << small) - 1) + (block - small) * size
}

/// How many blocks so many subjects are.
fn blocks(subjects: u64, size: u64) -> u64 {
    let small = small_blocks(size);
    let rest = subjects.saturating_sub(begin(small, size));
    if rest > 0 {
        return small + rest.div_ceil(size);
    }
    (0..small)
        .find(|&block| begin(block, size) >= subjects)
        .unwrap_or(small)
}

impl Run<'_> {
    fn blocks(&self) -> u64 {
        blocks(self.asked.len(), self.options.block as u64)
    }

    fn range(&self, block: u64) -> Range<u64> {
        let size = self.options.block as u64;
        begin(block, size)..self.asked.len().min(begin(block + 1, size))
    }

    /// Simulates everybody, in groups of `L` lanes.
    pub(crate) fn all<const L: usize>(
        &self,
        shelf: &dyn Shelve,
        receiver: &mut dyn Receive,
    ) -> Result<Statistics, SimulationError<()>> {
        let mut statistics = Statistics::default();
        let mut hand_over = |number: u64, outcome: Outcome| {
            let computed = outcome.filter(|_| !self.progress.cancelled());
            let computed = computed.ok_or(SimulationError::Cancelled)?;
            for failure in computed.failures {
                receiver
                    .failed(Box::new(failure))
                    .map_err(SimulationError::Subject)?;
            }
            receiver.block(number).map_err(SimulationError::Sink)?;
            statistics.add(&computed.statistics);
            self.progress.done(statistics.subjects);
            Ok(())
        };
        let threads = (self.options.threads as u64).min(self.blocks());
        if threads == 1 {
            let mut worker = self.worker::<L>();
            for block in 0..self.blocks() {
                let cancelled = || self.progress.cancelled();
                let outcome = self.compute(&mut worker, block, shelf, &cancelled);
                hand_over(block, outcome)?;
            }
        } else {
            self.in_parallel::<L>(threads, shelf, &mut hand_over)?;
        }
        Ok(statistics)
    }

    fn worker<const L: usize>(&self) -> Worker<'_, L> {
        Worker::new(self.plan, self.common, self.asked, self.options)
    }

    /// Computes a block and puts it on the shelf.
    fn compute<const L: usize>(
        &self,
        worker: &mut Worker<'_, L>,
        number: u64,
        shelf: &dyn Shelve,
        cancelled: &dyn Fn() -> bool,
    ) -> Outcome {
        let outcome = worker.block(self.range(number), cancelled);
        if outcome.is_some() {
            shelf.put(number, worker.observed());
        }
        outcome
    }

    /// Threads work, the caller's thread hands over.
    fn in_parallel<const L: usize>(
        &self,
        threads: u64,
        shelf: &dyn Shelve,
        hand_over: &mut dyn FnMut(u64, Outcome) -> Result<(), SimulationError<()>>,
    ) -> Result<(), SimulationError<()>> {
        let queue = Mutex::new(Queue::default());
        let changed = Condvar::new();
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    // Should this thread panic, the others must not wait for it; the scope passes the panic on.
                    let _ending = EndOnPanic {
                        queue: &queue,
                        changed: &changed,
                    };
                    let mut worker = self.worker::<L>();
                    while let Some(block) = self.take(&queue, &changed, threads * WINDOW) {
                        let cancelled = || self.progress.cancelled() || lock(&queue).ended;
                        let outcome = self.compute(&mut worker, block, shelf, &cancelled);
                        lock(&queue).finished.insert(block, outcome);
                        changed.notify_all();
                    }
                });
            }
            // Should the sink panic, the threads must end.
            let _ending = EndOnPanic {
                queue: &queue,
                changed: &changed,
            };
            let mut result = Ok(());
            for block in 0..self.blocks() {
                let waiting = |queue: &mut Queue| !queue.finished.contains_key(&block) && !queue.ended;
                let mut shared = changed
                    .wait_while(lock(&queue), waiting)
                    .unwrap_or_else(PoisonError::into_inner);
                let Some(outcome) = shared.finished.remove(&block) else {
                    break;
                };
                drop(shared);
                result = hand_over(block, outcome);
                let mut shared = lock(&queue);
                shared.handed = block + 1;
                shared.ended |= result.is_err();
                drop(shared);
                changed.notify_all();
                if result.is_err() {
                    break;
                }
            }
            result
        })
    }

    /// The next block to work on, once the sink has caught up.
    fn take(&self, queue: &Mutex<Queue>, changed: &Condvar, window: u64) -> Option<u64> {
        let blocks = self.blocks();
        let full =
            |queue: &mut Queue| !queue.ended && queue.next < blocks && queue.next >= queue.handed + window;
        let mut shared = changed
            .wait_while(lock(queue), full)
            .unwrap_or_else(PoisonError::into_inner);
        if shared.ended || shared.next == blocks {
            return None;
        }
        shared.next += 1;
        Some(shared.next - 1)
    }
}

/// The queue is consistent at every moment it is unlocked, so a panic elsewhere does not spoil it.
fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the work of all threads when the thread that holds it panics.
struct EndOnPanic<'a> {
    queue: &'a Mutex<Queue>,
    changed: &'a Condvar,
}

impl Drop for EndOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            lock(self.queue).ended = true;
            self.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{begin, blocks};

    #[test]
    fn blocks_follow_each_other_and_grow_to_the_size_asked_for() {
        for size in [1, 2, 7, 16, 17, 24, 32, 100, 256, 1000] {
            for subjects in [1, 15, 16, 17, 48, 100, 256, 257, 5000] {
                let all = blocks(subjects, size);
                assert!(begin(0, size) == 0 && begin(all, size) >= subjects);
                assert!(begin(all - 1, size) < subjects);
                let mut before = 1;
                for block in 0..all {
                    let own = begin(block + 1, size) - begin(block, size);
                    assert!((1..=size).contains(&own) && own >= before, "{size} {block} {own}");
                    before = own;
                }
            }
            assert_eq!(begin(41, size) - begin(40, size), size);
        }
        assert_eq!(
            [0, 1, 2, 3, 4, 5].map(|block| begin(block, 256)),
            [0, 16, 48, 112, 240, 496]
        );
    }
}
