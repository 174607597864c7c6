//! The run: blocks are taken by threads and handed over in order.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::block::Worker;
use crate::error::{Failure, SimulationError};
use crate::options::Options;
use crate::plan::Plan;
use crate::sink::{CourseBlock, Progress};
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

/// What came of a block; the failure is `None` if the run was cancelled.
type Outcome = Result<(CourseBlock, Statistics), Option<Box<Failure>>>;

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

impl Run<'_> {
    fn blocks(&self) -> u64 {
        self.asked.len().div_ceil(self.options.block as u64)
    }

    fn range(&self, block: u64) -> Range<u64> {
        let size = self.options.block as u64;
        block * size..self.asked.len().min((block + 1) * size)
    }

    /// Simulates everybody, in groups of `L` lanes.
    pub(crate) fn all<const L: usize>(
        &self,
        take: &mut dyn FnMut(CourseBlock) -> Result<(), ()>,
    ) -> Result<Statistics, SimulationError<()>> {
        let mut statistics = Statistics::default();
        let mut hand_over = |outcome: Outcome| {
            let (block, part) = outcome.map_err(|failure| match failure {
                Some(failure) => SimulationError::Subject(failure),
                None => SimulationError::Cancelled,
            })?;
            if self.progress.cancelled() {
                return Err(SimulationError::Cancelled);
            }
            take(block).map_err(SimulationError::Sink)?;
            statistics.add(&part);
            self.progress.done(statistics.subjects);
            Ok(())
        };
        let threads = (self.options.threads as u64).min(self.blocks());
        if threads == 1 {
            let mut worker = self.worker::<L>();
            for block in 0..self.blocks() {
                hand_over(worker.block(self.range(block), &|| self.progress.cancelled()))?;
            }
        } else {
            self.in_parallel::<L>(threads, &mut hand_over)?;
        }
        Ok(statistics)
    }

    fn worker<const L: usize>(&self) -> Worker<'_, L> {
        Worker::new(self.plan, self.common, self.asked, self.options)
    }

    /// Threads work, the caller's thread hands over.
    fn in_parallel<const L: usize>(
        &self,
        threads: u64,
        hand_over: &mut dyn FnMut(Outcome) -> Result<(), SimulationError<()>>,
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
                        let outcome = worker.block(self.range(block), &cancelled);
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
                result = hand_over(outcome);
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
