//! The typical patient: every random effect 0, every parameter at its estimate. One curve, for comparing a model with
//! what was published about it.

use super::{Run, SimulateError, from_engine, quantities};
use crate::course::{Course, PatientSpec, People};
use crate::library::Library;
use crate::population::{Subjects, Typical};
use crate::result::Design;
use euthymia_engine::{Block, Options, Silent, Sink};

/// Values of quantities over time for the typical patient.
#[derive(Clone, Debug, PartialEq)]
pub struct TypicalCurves {
    /// Times, h.
    pub times_h: Vec<f64>,
    /// Name in the models and values at the times: compartments, then outputs.
    pub curves: Vec<(String, Vec<f64>)>,
}

impl TypicalCurves {
    /// The curve of a quantity.
    #[must_use]
    pub fn curve(&self, name: &str) -> Option<&[f64]> {
        self.curves
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, values)| values.as_slice())
    }
}

/// Keeps the block of the one patient.
struct Keep(Option<Block>);

impl Sink for Keep {
    type Error = SimulateError;

    fn block(&mut self, block: Block) -> Result<(), SimulateError> {
        self.0 = Some(block);
        Ok(())
    }
}

/// Computes a course for a patient without anything random. `times_h` are increasing; an observation at the time of a
/// dose sees the state after it.
///
/// # Errors
/// [`SimulateError`].
pub fn typical(
    course: &Course,
    patient: &PatientSpec,
    library: &Library,
    times_h: &[f64],
    options: &Options,
) -> Result<TypicalCurves, SimulateError> {
    let course = Course {
        people: People::Patient(Box::new(patient.clone())),
        ..course.clone()
    };
    let design = Design {
        draws: 1,
        studies_per_draw: 1,
    };
    let run = Run::new(&course, library, design)?;
    let subjects = Subjects::new(&course, &run.assembly, &run.program, (1, design, 0))?;
    let mut keep = Keep(None);
    euthymia_engine::simulate(
        &run.program,
        &Typical(subjects),
        times_h,
        options,
        &mut keep,
        &Silent,
    )
    .map_err(from_engine)?;
    let block = keep.0.ok_or(SimulateError::NoPatients)?;
    let columns = run.columns().into_iter().map(|column| column.name);
    let curves = columns.filter_map(|name| {
        let column = quantities::column(&run.program, &name)?;
        Some((name, block.trajectory(column, 0).to_vec()))
    });
    Ok(TypicalCurves {
        times_h: times_h.to_vec(),
        curves: curves.collect(),
    })
}
