//! Who is simulated: inputs and records of each subject, for the engine.

use euthymia_engine::{CourseInputs, Courses, Event, Record};
use euthymia_model::Level;

use crate::effects::{OCCASION_EFFECTS, STUDY_EFFECTS, SUBJECT_EFFECTS};
use crate::prepare::{Run, Told};

impl Courses for Run {
    fn len(&self) -> u64 {
        self.subjects
    }

    fn fill(&self, index: u64, into: CourseInputs<'_>) {
        let CourseInputs { inputs, records } = into;
        self.effects(index, inputs);
        let (number, individual) = (self.number(index), self.individual(index));
        match &self.told {
            Told::Data(data) => data.fill(
                individual,
                CourseInputs {
                    inputs: &mut *inputs,
                    records: &mut *records,
                },
            ),
            Told::Plan(plan) => {
                plan.fill_inputs(individual, inputs);
                plan.fill_records(records);
            }
        }
        if let Some(occasion) = self.occasion {
            self.occasions(number, occasion, inputs, records);
        }
    }

    fn fill_alike(&self, index: u64, inputs: &mut [f64]) -> bool {
        match &self.told {
            Told::Plan(plan) if self.occasion.is_none() => {
                self.effects(index, inputs);
                plan.fill_inputs(self.individual(index), inputs);
                true
            }
            _ => false,
        }
    }
}

impl Run {
    /// Which of the individuals a subject is.
    fn individual(&self, index: u64) -> u64 {
        self.number(index) % self.individuals.max(1)
    }

    /// Gives a subject its effects, those between occasions excepted.
    fn effects(&self, index: u64, inputs: &mut [f64]) {
        let number = self.number(index);
        let round = number / self.individuals.max(1);
        if let Some(occasion) = self.only_occasion {
            inputs[usize::from(occasion)] = 1.0;
        }
        let mut scratch = Vec::new();
        for block in &self.random {
            let source = match block.level {
                Level::Subject => self.stream.at(SUBJECT_EFFECTS, 0, number),
                Level::Study => self.stream.at(STUDY_EFFECTS, 0, round),
                Level::Occasion => continue,
            };
            block.effects.draw(&source, &mut scratch, |at, value| {
                if let Some(input) = block.inputs[at] {
                    inputs[usize::from(input)] = value;
                }
            });
        }
    }

    /// Gives a subject's effects between occasions their values at first, and whenever the occasion changes.
    fn occasions(&self, number: u64, occasion: u16, inputs: &mut [f64], records: &mut Vec<Record>) {
        let mut scratch = Vec::new();
        let mut draw = |occasion: f64, each: &mut dyn FnMut(u16, f64)| {
            for block in self.random.iter().filter(|block| block.level == Level::Occasion) {
                let source = self.stream.at(OCCASION_EFFECTS, number_of(occasion), number);
                block.effects.draw(&source, &mut scratch, |at, value| {
                    if let Some(input) = block.inputs[at] {
                        each(input, value);
                    }
                });
            }
        };
        let first = inputs[usize::from(occasion)];
        draw(first, &mut |input, value| inputs[usize::from(input)] = value);
        let changes = |record: &Record| match record.event {
            Event::Input { input, value } if input == occasion => Some(value),
            _ => None,
        };
        if records.iter().all(|record| changes(record).is_none()) {
            return;
        }
        let told = std::mem::take(records);
        for record in told {
            records.push(record);
            if let Some(next) = changes(&record) {
                let time = record.time;
                draw(next, &mut |input, value| {
                    let event = Event::Input { input, value };
                    records.push(Record { time, event });
                });
            }
        }
    }
}

/// The number of an occasion in the address of its draws.
fn number_of(occasion: f64) -> u32 {
    let bits = occasion.to_bits();
    // Whole numbers, as occasions are, have their bits in the upper half.
    (bits >> 32) as u32 ^ bits as u32
}
