//! What the tests share.
#![allow(dead_code, unused_imports, unreachable_pub, missing_docs, clippy::unwrap_used)]

pub mod courses;
pub mod text;
pub mod workload;
mod writer;

pub use writer::{Layer, Writer, linear};

use euthymia_engine::{
    Block, Dose, LaneWidth, Options, Population, Silent, SimulationError, Sink, Solver, Statistics,
    SubjectInputs, simulate,
};
use euthymia_model::program::Program;
use euthymia_vecmath::Isa;

/// Subjects in a list: inputs and doses.
#[derive(Clone, Debug)]
pub struct Listed(pub Vec<(Vec<f64>, Vec<Dose>)>);

impl Population for Listed {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn fill(&self, index: u64, into: SubjectInputs<'_>) {
        let (inputs, doses) = &self.0[index as usize];
        into.inputs.copy_from_slice(inputs);
        into.doses.extend_from_slice(doses);
    }
}

/// Keeps trajectories by subject: `0[subject][column][time]`.
#[derive(Default)]
pub struct Kept(pub Vec<Vec<Vec<f64>>>);

impl Sink for Kept {
    type Error = std::convert::Infallible;

    fn block(&mut self, block: Block) -> Result<(), Self::Error> {
        assert_eq!(block.first, self.0.len() as u64, "blocks come in order");
        for subject in 0..block.subjects {
            self.0.push(
                (0..block.columns)
                    .map(|column| block.trajectory(column, subject).to_vec())
                    .collect(),
            );
        }
        Ok(())
    }
}

pub type Trajectories = Vec<Vec<Vec<f64>>>;

/// Simulates and keeps everything. Where collocation is asked for, Rodas5P has to agree.
pub fn run<P: Population>(
    program: &Program,
    population: &P,
    times: &[f64],
    options: &Options,
) -> Result<(Trajectories, Statistics), SimulationError<std::convert::Infallible>> {
    let mut kept = Kept::default();
    let statistics = simulate(program, population, times, options, &mut kept, &Silent)?;
    if let Some(other) = other(options) {
        let mut again = Kept::default();
        simulate(program, population, times, &other, &mut again, &Silent)?;
        assert_agreement(&kept.0, &again.0, options);
    }
    Ok((kept.0, statistics))
}

/// The same with the other integrator, where the run names one.
pub fn other(options: &Options) -> Option<Options> {
    (options.solver == Solver::Collocation).then_some(Options {
        solver: Solver::Rodas5p,
        ..*options
    })
}

/// Asserts that two methods agree to what their tolerance lets add up over a course, relative to the largest value of each
/// trajectory: a step may make the whole tolerated error, and steps are counted in hundreds.
pub fn assert_agreement(found: &[Vec<Vec<f64>>], again: &[Vec<Vec<f64>>], options: &Options) {
    assert_eq!(found.len(), again.len());
    for (subject, (found, again)) in found.iter().zip(again).enumerate() {
        for (column, (found, again)) in found.iter().zip(again).enumerate() {
            let largest = found
                .iter()
                .fold(0.0_f64, |largest, value| largest.max(value.abs()));
            let tolerated = 100.0 * (options.rtol * largest + options.atol) + 1e-13 * largest;
            for (found, again) in found.iter().zip(again) {
                let agree = (found - again).abs() <= tolerated || (found.is_nan() && again.is_nan());
                assert!(
                    agree,
                    "subject {subject}, column {column}: {found} by collocation, {again} by Rodas5P"
                );
            }
        }
    }
}

/// Integration at this tolerance, of linear models too.
pub fn options(rtol: f64, atol: f64) -> Options {
    Options {
        solver: Solver::Collocation,
        rtol,
        atol,
        ..Options::standard()
    }
}

/// The same options laid over the machine in different ways.
pub fn layouts(options: Options) -> Vec<Options> {
    let mut layouts = Vec::new();
    for lanes in [LaneWidth::One, LaneWidth::Eight, LaneWidth::Sixteen] {
        for isa in Isa::ALL {
            layouts.push(Options {
                lanes,
                isa,
                ..options
            });
        }
    }
    for (threads, block) in [(1, 1), (2, 3), (3, 5), (4, 1000)] {
        layouts.push(Options {
            threads,
            block,
            ..options
        });
    }
    layouts
}
