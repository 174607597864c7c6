//! What the engine observed as rows of results.

use std::convert::Infallible;

use euthymia_dataset::{Observed, RecordKind};
use euthymia_engine::{CourseBlock, CourseSink, Options, Silent, SimulationError, simulate_courses};

use crate::effects::RESIDUAL;
use crate::layout::{Kind, Origin};
use crate::prepare::{Run, Told};

/// Rows of results, column by column in the order of [`Run::columns`].
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// How many rows.
    pub rows: usize,
    /// The columns.
    pub columns: Vec<Values>,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Of [`Kind::Whole`].
    Whole(Vec<i64>),
    /// Of [`Kind::Number`].
    Number(Vec<f64>),
    /// Of [`Kind::Word`].
    Word(Vec<u32>),
}

/// One row: an observation of a subject, as one endpoint.
#[derive(Clone, Copy)]
struct Row {
    /// Among those of the block.
    subject: usize,
    observation: usize,
    endpoint: usize,
}

/// Keeps every batch.
struct Gather<'r> {
    run: &'r Run,
    batches: Vec<Batch>,
}

impl CourseSink for Gather<'_> {
    type Error = Infallible;

    fn block(&mut self, block: CourseBlock) -> Result<(), Infallible> {
        self.batches.push(self.run.batch(&block));
        Ok(())
    }
}

impl Run {
    /// Runs to the end and keeps all rows: for runs that fit into memory.
    ///
    /// # Errors
    /// Those of [`simulate_courses`].
    pub fn all(&self, options: &Options) -> Result<Vec<Batch>, SimulationError<Infallible>> {
        let mut gather = Gather {
            run: self,
            batches: Vec::new(),
        };
        simulate_courses(self.program(), self, options, &mut gather, &Silent)?;
        Ok(gather.batches)
    }

    /// The rows of a block: subject after subject, each in the order of its observations; where the model has several
    /// endpoints, an observation has a row for each, or for the one that its record names.
    #[must_use]
    pub fn batch(&self, block: &CourseBlock) -> Batch {
        let rows = self.rows(block);
        let observed = self.observed(block, &rows);
        let columns = self.layout.columns.iter().zip(&self.layout.origins);
        let total = block.offsets[block.subjects()];
        let column = |(column, origin): (&crate::Column, &Origin)| match *origin {
            Origin::Replicate => {
                let replicate = |row: &Row| self.who(block.first + row.subject as u64).1;
                // Fewer than 2^63 subjects fit a run.
                Values::Whole(rows.iter().map(|row| replicate(row) as i64).collect())
            }
            Origin::Individual => {
                let individual = |row: &Row| (block.first + row.subject as u64) % self.individuals.max(1);
                match &column.kind {
                    Kind::Word(_) => Values::Word(rows.iter().map(|row| individual(row) as u32).collect()),
                    Kind::Whole | Kind::Number => {
                        let number = |row: &Row| self.numbers[individual(row) as usize];
                        Values::Whole(rows.iter().map(number).collect())
                    }
                }
            }
            Origin::Time => Values::Number(rows.iter().map(|row| block.times[row.observation]).collect()),
            Origin::Endpoint => Values::Word(rows.iter().map(|row| row.endpoint as u32).collect()),
            Origin::Block(at) => {
                let values = &block.values[at * total..][..total];
                Values::Number(rows.iter().map(|row| values[row.observation]).collect())
            }
            Origin::Predicted => Values::Number(observed.iter().map(|(predicted, _)| *predicted).collect()),
            Origin::Simulated => Values::Number(observed.iter().map(|(_, simulated)| *simulated).collect()),
        };
        Batch {
            rows: rows.len(),
            columns: columns.map(column).collect(),
        }
    }

    fn rows(&self, block: &CourseBlock) -> Vec<Row> {
        let endpoints = self.layout.endpoints.len().max(1);
        let mut rows = Vec::with_capacity(block.times.len() * endpoints);
        for subject in 0..block.subjects() {
            let mut named = self.named(block.first + subject as u64);
            for observation in block.offsets[subject]..block.offsets[subject + 1] {
                let observed = named.next().unwrap_or(Observed::Anything);
                let only = self.layout.observed_as.iter().position(|own| *own == observed);
                let range = match only {
                    Some(endpoint) => endpoint..endpoint + 1,
                    None => 0..endpoints,
                };
                rows.extend(range.map(|endpoint| Row {
                    subject,
                    observation,
                    endpoint,
                }));
            }
        }
        rows
    }

    /// What each observation record of a subject observes, where that can matter.
    fn named(&self, index: u64) -> Box<dyn Iterator<Item = Observed> + '_> {
        let Told::Data(data) = &self.told else {
            return Box::new(std::iter::empty());
        };
        let individual = usize::try_from(index % self.individuals.max(1)).ok();
        match individual.and_then(|at| data.subjects.get(at)) {
            Some(subject) if self.layout.endpoints.len() > 1 => {
                let reported = subject.records.iter().filter(|record| data.reports(record));
                Box::new(reported.map(|record| match record.kind {
                    RecordKind::Observation(observed) => observed,
                    _ => Observed::Anything,
                }))
            }
            _ => Box::new(std::iter::empty()),
        }
    }

    /// Prediction and observation of each row.
    fn observed(&self, block: &CourseBlock, rows: &[Row]) -> Vec<(f64, f64)> {
        if self.layout.endpoints.is_empty() {
            return Vec::new();
        }
        let total = block.offsets[block.subjects()];
        let observe = |row: &Row| {
            let source = self.residual.then(|| {
                let endpoint = u32::try_from(row.endpoint).unwrap_or(u32::MAX);
                self.stream
                    .at(RESIDUAL, endpoint, block.first + row.subject as u64)
            });
            let value = |column: usize| block.values[column * total + row.observation];
            let draw = u32::try_from(row.observation - block.offsets[row.subject]).unwrap_or(u32::MAX);
            let observed = self.layout.endpoints[row.endpoint].observe(&value, source.as_ref(), draw);
            (observed.predicted, observed.simulated)
        };
        rows.iter().map(observe).collect()
    }
}
