//! Courses in a list.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used)]

use euthymia_engine::{
    CourseBlock, CourseDose, CourseInputs, CourseSink, Courses, DoseInput, Event, Options, Record, Silent,
    SimulationError, SteadyState, simulate_courses,
};
use euthymia_model::program::Program;

pub struct Told(pub Vec<(Vec<f64>, Vec<Record>)>);

impl Courses for Told {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn fill(&self, index: u64, into: CourseInputs<'_>) {
        let (inputs, records) = &self.0[index as usize];
        into.inputs.copy_from_slice(inputs);
        into.records.extend_from_slice(records);
    }
}

/// Keeps what is observed: `0[subject][column][observation]`.
#[derive(Default)]
pub struct Seen(pub Vec<Vec<Vec<f64>>>);

impl CourseSink for Seen {
    type Error = std::convert::Infallible;

    fn block(&mut self, block: CourseBlock) -> Result<(), Self::Error> {
        assert_eq!(block.first, self.0.len() as u64, "blocks come in order");
        for subject in 0..block.subjects() {
            let column = |column| block.trajectory(column, subject).to_vec();
            self.0.push((0..block.columns).map(column).collect());
        }
        Ok(())
    }
}

pub fn observe(
    program: &Program,
    courses: &Told,
    options: &Options,
) -> Result<Vec<Vec<Vec<f64>>>, SimulationError<std::convert::Infallible>> {
    let mut seen = Seen::default();
    simulate_courses(program, courses, options, &mut seen, &Silent)?;
    if let Some(other) = super::other(options) {
        let mut again = Seen::default();
        simulate_courses(program, courses, &other, &mut again, &Silent)?;
        super::assert_agreement(&seen.0, &again.0, options);
    }
    Ok(seen.0)
}

pub fn at(time: f64, event: Event) -> Record {
    Record { time, event }
}

/// A bolus by itself.
pub fn bolus(compartment: u16, amount: f64) -> CourseDose {
    CourseDose {
        compartment,
        amount,
        input: DoseInput::Bolus,
        additional: 0,
        interval: 0.0,
        steady_state: SteadyState::None,
    }
}
