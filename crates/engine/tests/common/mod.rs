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

/// Simulates and keeps everything.
pub fn run<P: Population>(
    program: &Program,
    population: &P,
    times: &[f64],
    options: &Options,
) -> Result<(Trajectories, Statistics), SimulationError<std::convert::Infallible>> {
    let mut kept = Kept::default();
    let statistics = simulate(program, population, times, options, &mut kept, &Silent)?;
    Ok((kept.0, statistics))
}

/// Integration at this tolerance, of linear models too.
pub fn options(rtol: f64, atol: f64) -> Options {
    Options {
        solver: Solver::Rodas5p,
        rtol,
        atol,
        ..Options::standard()
    }
}

/// The same options laid over the machine in different ways.
pub fn layouts(options: Options) -> Vec<Options> {
    let mut layouts = Vec::new();
    for lanes in [
        LaneWidth::One,
        LaneWidth::Two,
        LaneWidth::Four,
        LaneWidth::Eight,
        LaneWidth::Sixteen,
    ] {
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
