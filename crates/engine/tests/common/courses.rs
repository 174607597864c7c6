//! Courses in a list, and a reader of small NONMEM tables for tests: numbers only, one record a row.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used)]

use euthymia_engine::{
    CourseBlock, CourseDose, CourseInputs, CourseSink, Courses, DoseInput, Event, Options, Record, Silent,
    SimulationError, SteadyState, simulate_courses,
};
use euthymia_model::program::Program;

use super::workload::Table;

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

/// The course of the rows `range` of a table. Inputs that have columns change with the rows: at the row itself, or, with
/// `next`, as soon as the row before is done. Every row is observed where `all` holds, else those of EVID 0; a row that does
/// something is observed after it is done.
pub fn course(
    data: &Table,
    range: std::ops::Range<usize>,
    program: &Program,
    next: bool,
    all: bool,
) -> (Vec<f64>, Vec<Record>) {
    let columns: Vec<(usize, &str)> = (program.inputs.iter().enumerate())
        .filter(|(_, input)| data.column(&input.name).is_some())
        .map(|(place, input)| (place, input.name.as_str()))
        .collect();
    let mut inputs: Vec<f64> = (program.inputs.iter())
        .map(|input| input.default.unwrap_or(f64::NAN))
        .collect();
    for &(place, name) in &columns {
        inputs[place] = data.number(range.start, name);
    }
    let mut records = Vec::new();
    let mut before = 0.0;
    for row in range.clone() {
        let number = |name: &str| data.number(row, name);
        let time = number("time");
        if row > range.start {
            for &(place, name) in &columns {
                let event = Event::Input {
                    input: place as u16,
                    value: number(name),
                };
                records.push(at(if next { before } else { time }, event));
            }
        }
        before = time;
        let text = &data.rows[row][data.column("cmt").unwrap()];
        let named = program.states.iter().position(|state| state.name == *text);
        let compartment = named.unwrap_or_else(|| text.parse::<usize>().unwrap() - 1) as u16;
        let (evid, amount, rate) = (number("evid"), number("amt"), number("rate"));
        if evid == 3.0 || evid == 4.0 {
            records.push(at(time, Event::Reset));
        }
        if evid == 1.0 || evid == 4.0 {
            let dose = CourseDose {
                compartment,
                amount,
                input: match rate {
                    -2.0 => DoseInput::ModelledDuration,
                    -1.0 => DoseInput::ModelledRate,
                    0.0 => DoseInput::Bolus,
                    _ => DoseInput::Rate(rate),
                },
                additional: number("addl") as u32,
                interval: number("ii"),
                steady_state: match number("ss") {
                    1.0 => SteadyState::Replace,
                    2.0 => SteadyState::Add,
                    _ => SteadyState::None,
                },
            };
            records.push(at(time, Event::Dose(dose)));
        }
        if evid == 5.0 {
            records.push(at(time, Event::Replace { compartment, amount }));
        }
        if evid == 6.0 {
            let factor = amount;
            records.push(at(time, Event::Multiply { compartment, factor }));
        }
        if all || evid == 0.0 {
            records.push(at(time, Event::Observe));
        }
    }
    (inputs, records)
}
