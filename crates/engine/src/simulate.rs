//! The entry: what is asked for is checked, planned, and run with the lanes asked for.

use std::collections::BTreeMap;
use std::mem::take;
use std::sync::{Mutex, MutexGuard, PoisonError};

use euthymia_model::program::Program;

use crate::course::Courses;
use crate::error::{Failure, SimulationError};
use crate::executor::ADDRESSABLE;
use crate::options::{LaneWidth, Options};
use crate::plan::{Plan, PlanError};
use crate::population::Population;
use crate::run::Run;
use crate::sink::{Block, CourseBlock, CourseSink, Prepare, Progress, Receive, Shelve, Sink};
use crate::statistics::Statistics;
use crate::subjects::{Asked, Common};

/// Simulates the population and hands the trajectories to `sink`, block by block in the order of the subjects.
///
/// Each subject starts at time 0, or at its first dose or at the first observation time if that is earlier, with the
/// program's initial values. `times` are the observation times, ascending, in the program's time unit; an observation at
/// the time of a dose sees the state after the dose. Doses after the last observation are not given.
///
/// The error of a step is kept below `rtol |y| + atol` in every state (the maximum over the states, so that a state that
/// rests changes nothing): by collocation the error of the polynomial that observations are read from, by Rodas5P that of its
/// solution of order 4, of which order 5 is reported.
///
/// A subject that cannot be simulated to the end leaves the others alone, with the same bits as without it; the sink is
/// told and decides whether the run goes on.
///
/// Memory holds the blocks being worked on and a few that wait for their turn, however large the population is.
///
/// # Errors
/// Options or times out of range, a program too large, a subject that cannot be simulated and that the sink does not do
/// without (blocks before it have reached the sink), cancellation by `progress`, and the sink's own error.
pub fn simulate<P: Population, S: Sink>(
    program: &Program,
    population: &P,
    times: &[f64],
    options: &Options,
    sink: &mut S,
    progress: &dyn Progress,
) -> Result<Statistics, SimulationError<S::Error>> {
    let asked = Asked::Doses(population, times);
    check_times(times).map_err(|error| error.with_sink(None))?;
    let prepare = AtTimes(times.len());
    let mut sink = OfTimes(sink);
    prepared(program, asked, options, &prepare, &mut sink, progress)
}

/// Makes blocks of common times, so many for each subject.
struct AtTimes(usize);

impl Prepare for AtTimes {
    type Prepared = Block;

    fn prepare(&self, block: &mut CourseBlock) -> Block {
        Block {
            first: block.first,
            subjects: block.subjects(),
            times: self.0,
            columns: block.columns,
            values: take(&mut block.values),
        }
    }
}

/// A sink of blocks of common times.
struct OfTimes<'s, S>(&'s mut S);

impl<S: Sink> CourseSink<Block> for OfTimes<'_, S> {
    type Error = S::Error;

    fn block(&mut self, block: Block) -> Result<(), S::Error> {
        self.0.block(block)
    }

    fn failed(&mut self, failure: Box<Failure>) -> Result<(), Box<Failure>> {
        self.0.failed(failure)
    }
}

/// Simulates courses told by records and hands what is observed to `sink`, block by block in the order of the subjects.
///
/// Each subject starts at time 0, or at its first record if that is earlier, with the program's initial values (NONMEM
/// starts at the first record). Otherwise this is [`simulate`].
///
/// # Errors
/// Those of [`simulate`].
pub fn simulate_courses<C: Courses, S: CourseSink>(
    program: &Program,
    courses: &C,
    options: &Options,
    sink: &mut S,
    progress: &dyn Progress,
) -> Result<Statistics, SimulationError<S::Error>> {
    simulate_prepared(program, courses, options, &Whole, sink, progress)
}

/// Leaves blocks as they are.
struct Whole;

impl Prepare for Whole {
    type Prepared = CourseBlock;

    fn prepare(&self, block: &mut CourseBlock) -> CourseBlock {
        CourseBlock {
            first: block.first,
            columns: block.columns,
            offsets: take(&mut block.offsets),
            times: take(&mut block.times),
            values: take(&mut block.values),
        }
    }
}

/// [`simulate_courses`] with something made of each block on the thread that has computed it.
///
/// # Errors
/// Those of [`simulate`].
pub fn simulate_prepared<C: Courses, P: Prepare, S: CourseSink<P::Prepared>>(
    program: &Program,
    courses: &C,
    options: &Options,
    prepare: &P,
    sink: &mut S,
    progress: &dyn Progress,
) -> Result<Statistics, SimulationError<S::Error>> {
    prepared(program, Asked::Courses(courses), options, prepare, sink, progress)
}

fn prepared<P: Prepare, S: CourseSink<P::Prepared>>(
    program: &Program,
    asked: Asked<'_>,
    options: &Options,
    prepare: &P,
    sink: &mut S,
    progress: &dyn Progress,
) -> Result<Statistics, SimulationError<S::Error>> {
    let shelf = Shelf {
        prepare,
        ready: Mutex::new(BTreeMap::new()),
    };
    let mut receiver = Receiver {
        shelf: &shelf,
        sink,
        refusal: None,
    };
    let result = simulate_any(program, asked, options, (&shelf, &mut receiver), progress);
    result.map_err(|error| error.with_sink(receiver.refusal))
}

/// What is made of blocks, until it is its turn.
struct Shelf<'p, P: Prepare> {
    prepare: &'p P,
    ready: Mutex<BTreeMap<u64, P::Prepared>>,
}

impl<P: Prepare> Shelf<'_, P> {
    fn ready(&self) -> MutexGuard<'_, BTreeMap<u64, P::Prepared>> {
        // It is whole at every moment it is unlocked.
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<P: Prepare> Shelve for Shelf<'_, P> {
    fn put(&self, number: u64, block: &mut CourseBlock) {
        let prepared = self.prepare.prepare(block);
        self.ready().insert(number, prepared);
    }
}

/// Hands over to a sink and keeps its error.
struct Receiver<'s, P: Prepare, S: CourseSink<P::Prepared>> {
    shelf: &'s Shelf<'s, P>,
    sink: &'s mut S,
    refusal: Option<S::Error>,
}

impl<P: Prepare, S: CourseSink<P::Prepared>> Receive for Receiver<'_, P, S> {
    fn block(&mut self, number: u64) -> Result<(), ()> {
        let prepared = self.shelf.ready().remove(&number).ok_or(())?;
        (self.sink.block(prepared)).map_err(|error| self.refusal = Some(error))
    }

    fn failed(&mut self, failure: Box<Failure>) -> Result<(), Box<Failure>> {
        self.sink.failed(failure)
    }
}

/// [`simulate`] for whatever population and sink, so that the engine is compiled here and once.
fn simulate_any(
    program: &Program,
    asked: Asked<'_>,
    options: &Options,
    (shelf, receiver): (&dyn Shelve, &mut dyn Receive),
    progress: &dyn Progress,
) -> Result<Statistics, SimulationError<()>> {
    check_options(options)?;
    let plan = Plan::new(program).map_err(|error| match error {
        PlanError::TooLarge { needed } => SimulationError::ModelTooLarge {
            states: program.states.len(),
            needed,
            available: ADDRESSABLE,
        },
        PlanError::Inconsistent(message) => SimulationError::Program(message),
    })?;
    let plan = if options.states { plan } else { plan.for_outputs() };
    if asked.len() == 0 {
        return Ok(Statistics::default());
    }
    let common = Common::new(&plan, asked);
    let run = Run {
        plan: &plan,
        common: &common,
        asked,
        options,
        progress,
    };
    match options.lanes {
        LaneWidth::One => run.all::<1>(shelf, receiver),
        LaneWidth::Eight => run.all::<8>(shelf, receiver),
        LaneWidth::Sixteen => run.all::<16>(shelf, receiver),
    }
}

fn check_options(options: &Options) -> Result<(), SimulationError<()>> {
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

fn check_times(times: &[f64]) -> Result<(), SimulationError<()>> {
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
