//! The run: blocks taken by threads, handed to the sink in order.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use euthymia_model::program::Program;

use crate::block::Worker;
use crate::error::{Failure, SimulationError};
use crate::options::{LaneWidth, Options};
use crate::plan::{Plan, PlanError};
use crate::population::Population;
use crate::sink::{Block, Progress, Sink};
use crate::statistics::Statistics;
use crate::subjects::Common;

/// Simulates the population and hands the trajectories to `sink`, block by block in the order of the subjects.
///
/// Each subject starts at time 0, or at its first dose or at the first observation time if that is earlier, with the
/// program's initial values. `times` are the observation times, ascending, in the program's time unit; an observation at
/// the time of a dose sees the state after the dose. Doses after the last observation are not given.
///
/// The error of a step is kept below `rtol |y| + atol` in every state (the maximum over the states, so that a state that
/// rests changes nothing), for the fourth-order solution that estimates it; results are the fifth-order solution.
///
/// Memory holds the blocks being worked on and a few that wait for their turn, however large the population is.
///
/// # Errors
/// Options or times out of range, a program too large, a subject that cannot be simulated (the first such; blocks before
/// it have reached the sink), cancellation by `progress`, and the sink's own error.
pub fn simulate<P: Population, S: Sink>(
    program: &Program,
    population: &P,
    times: &[f64],
    options: &Options,
    sink: &mut S,
    progress: &dyn Progress,
) -> Result<Statistics, SimulationError<S::Error>> {
    check_options(options)?;
    check_times(times)?;
    let plan = Plan::new(program).map_err(|error| match error {
        PlanError::TooLarge { needed } => SimulationError::ModelTooLarge {
            states: program.states.len(),
            needed,
            available: crate::executor::ADDRESSABLE,
        },
        PlanError::Inconsistent(message) => SimulationError::Program(message),
    })?;
    if population.is_empty() {
        return Ok(Statistics::default());
    }
    let common = Common::new(&plan, population);
    let run = Run {
        plan: &plan,
        common: &common,
        population,
        times,
        options,
        progress,
    };
    match options.lanes {
        LaneWidth::One => run.all::<S, 1>(sink),
        LaneWidth::Two => run.all::<S, 2>(sink),
        LaneWidth::Four => run.all::<S, 4>(sink),
        LaneWidth::Eight => run.all::<S, 8>(sink),
        LaneWidth::Sixteen => run.all::<S, 16>(sink),
    }
}

fn check_options<E>(options: &Options) -> Result<(), SimulationError<E>> {
    let refuse = |option, value, expected| {
        Err(SimulationError::Option {
            option,
            value,
            expected,
        })
    };
    for (option, value) in [("rtol", options.rtol), ("atol", options.atol)] {
        if !(value.is_finite() && value > 0.0) {
            return refuse(option, value, "finite and positive");
        }
    }
    let counts = [
        ("max_steps", options.max_steps as usize),
        ("threads", options.threads),
        ("block", options.block),
    ];
    match counts.into_iter().find(|&(_, count)| count == 0) {
        Some((option, _)) => refuse(option, 0.0, "at least 1"),
        None => Ok(()),
    }
}

fn check_times<E>(times: &[f64]) -> Result<(), SimulationError<E>> {
    if times.is_empty() {
        return Err(SimulationError::Times {
            index: 0,
            time: f64::NAN,
        });
    }
    let wrong = |&index: &usize| !times[index].is_finite() || (index > 0 && times[index] < times[index - 1]);
    match (0..times.len()).find(wrong) {
        Some(index) => Err(SimulationError::Times {
            index,
            time: times[index],
        }),
        None => Ok(()),
    }
}

/// Everything the threads share and do not change.
struct Run<'a, P> {
    plan: &'a Plan<'a>,
    common: &'a Common,
    population: &'a P,
    times: &'a [f64],
    options: &'a Options,
    progress: &'a dyn Progress,
}

/// What came of a block; the failure is `None` if the run was cancelled.
type Outcome = Result<(Block, Statistics), Option<Box<Failure>>>;

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

impl<P: Population> Run<'_, P> {
    fn blocks(&self) -> u64 {
        self.population.len().div_ceil(self.options.block as u64)
    }

    fn range(&self, block: u64) -> Range<u64> {
        let size = self.options.block as u64;
        block * size..self.population.len().min((block + 1) * size)
    }

    fn all<S: Sink, const L: usize>(&self, sink: &mut S) -> Result<Statistics, SimulationError<S::Error>> {
        let mut statistics = Statistics::default();
        let mut hand_over = |outcome: Outcome| {
            let (block, part) = outcome.map_err(|failure| match failure {
                Some(failure) => SimulationError::Subject(failure),
                None => SimulationError::Cancelled,
            })?;
            if self.progress.cancelled() {
                return Err(SimulationError::Cancelled);
            }
            sink.block(block).map_err(SimulationError::Sink)?;
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
            self.in_parallel::<L, _>(threads, &mut hand_over)?;
        }
        Ok(statistics)
    }

    fn worker<const L: usize>(&self) -> Worker<'_, P, L> {
        Worker::new(self.plan, self.common, self.population, self.options, self.times)
    }

    /// Threads work, the caller's thread hands over.
    fn in_parallel<const L: usize, E>(
        &self,
        threads: u64,
        hand_over: &mut dyn FnMut(Outcome) -> Result<(), E>,
    ) -> Result<(), E> {
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
