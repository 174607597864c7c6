//! The entry: what is asked for is checked, planned, and run with the lanes asked for.

use euthymia_model::program::Program;

use crate::course::Courses;
use crate::error::SimulationError;
use crate::executor::ADDRESSABLE;
use crate::options::{LaneWidth, Options};
use crate::plan::{Plan, PlanError};
use crate::population::Population;
use crate::run::Run;
use crate::sink::{Block, CourseBlock, CourseSink, Progress, Sink};
use crate::statistics::Statistics;
use crate::subjects::{Asked, Common};

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
    let mut refusal = None;
    let mut hand_over = |block: CourseBlock| {
        let block = Block {
            first: block.first,
            subjects: block.subjects(),
            times: times.len(),
            columns: block.columns,
            values: block.values,
        };
        sink.block(block).map_err(|error| refusal = Some(error))
    };
    let asked = Asked::Doses(population, times);
    let result =
        check_times(times).and_then(|()| simulate_any(program, asked, options, &mut hand_over, progress));
    result.map_err(|error| error.with_sink(refusal))
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
    let mut refusal = None;
    let mut hand_over = |block| sink.block(block).map_err(|error| refusal = Some(error));
    let asked = Asked::Courses(courses);
    let result = simulate_any(program, asked, options, &mut hand_over, progress);
    result.map_err(|error| error.with_sink(refusal))
}

/// [`simulate`] for whatever population and sink, so that the engine is compiled here and once. The sink keeps its error.
fn simulate_any(
    program: &Program,
    asked: Asked<'_>,
    options: &Options,
    hand_over: &mut dyn FnMut(CourseBlock) -> Result<(), ()>,
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
        LaneWidth::One => run.all::<1>(hand_over),
        LaneWidth::Eight => run.all::<8>(hand_over),
        LaneWidth::Sixteen => run.all::<16>(hand_over),
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
