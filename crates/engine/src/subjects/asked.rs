//! Who is simulated, in either of the two ways to tell it, and how a subject is asked for.

use crate::course::{CourseDose, CourseInputs, Courses, Event, Record, SteadyState};
use crate::population::{Dose, Population, SubjectInputs};

/// Who is simulated.
#[derive(Clone, Copy)]
pub(crate) enum Asked<'a> {
    /// Doses in any order, observed at common times.
    Doses(&'a dyn Population, &'a [f64]),
    /// Records in order.
    Courses(&'a dyn Courses),
}

impl<'a> Asked<'a> {
    pub(crate) fn len(self) -> u64 {
        match self {
            Self::Doses(population, _) => population.len(),
            Self::Courses(courses) => courses.len(),
        }
    }

    /// Common observation times.
    pub(crate) fn times(self) -> Option<&'a [f64]> {
        match self {
            Self::Doses(_, times) => Some(times),
            Self::Courses(_) => None,
        }
    }

    /// Asks for the inputs of a subject that has the records of the one before it. Whether it has.
    pub(super) fn fill_alike(self, index: u64, inputs: &mut [f64]) -> bool {
        match self {
            Self::Courses(courses) => courses.fill_alike(index, inputs),
            Self::Doses(..) => false,
        }
    }

    /// Asks for a subject; `doses` is room for them.
    pub(super) fn fill(
        self,
        index: u64,
        inputs: &mut [f64],
        records: &mut Vec<Record>,
        doses: &mut Vec<Dose>,
    ) {
        match self {
            Self::Courses(courses) => courses.fill(index, CourseInputs { inputs, records }),
            Self::Doses(population, _) => {
                doses.clear();
                population.fill(index, SubjectInputs { inputs, doses });
                records.extend(doses.iter().map(|dose| Record {
                    time: dose.time,
                    event: Event::Dose(CourseDose {
                        compartment: dose.compartment,
                        amount: dose.amount,
                        input: dose.input,
                        additional: 0,
                        interval: 0.0,
                        steady_state: SteadyState::None,
                    }),
                }));
            }
        }
    }
}
