//! What the engine observed as rows of results.

use std::borrow::Cow;
use std::convert::Infallible;

use euthymia_dataset::{Observed, RecordKind};
use euthymia_engine::{CourseBlock, CourseSink, Options, Silent, SimulationError, simulate_courses};

use crate::effects::RESIDUAL;
use crate::layout::{Kind, Origin};
use crate::prepare::{Run, Told};
use crate::values::{Batch, Runs, Values};

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
    batches: Vec<Batch<'static>>,
}

impl CourseSink for Gather<'_> {
    type Error = Infallible;

    fn block(&mut self, block: CourseBlock) -> Result<(), Infallible> {
        self.batches.push(self.run.batch(&block).into_owned());
        Ok(())
    }
}

impl Run {
    /// Runs to the end and keeps all rows: for runs that fit into memory.
    ///
    /// # Errors
    /// Those of [`simulate_courses`].
    pub fn all(&self, options: &Options) -> Result<Vec<Batch<'static>>, SimulationError<Infallible>> {
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
    pub fn batch<'b>(&self, block: &'b CourseBlock) -> Batch<'b> {
        if self.layout.endpoints.len() > 1 {
            self.several(block)
        } else {
            self.single(block)
        }
    }

    /// The rows of a block where an observation is a row: what the engine computed is lent.
    fn single<'b>(&self, block: &'b CourseBlock) -> Batch<'b> {
        let total = block.offsets[block.subjects()];
        let rows = |subject: usize| block.offsets[subject + 1] - block.offsets[subject];
        let all = |subject: usize| {
            (block.offsets[subject]..block.offsets[subject + 1]).map(move |observation| Row {
                subject,
                observation,
                endpoint: 0,
            })
        };
        let observed = self.observed(block, (0..block.subjects()).flat_map(all));
        let column = |(column, origin): (&crate::Column, &Origin)| match *origin {
            Origin::Replicate | Origin::Individual => self.of_subjects(
                block,
                &column.kind,
                *origin,
                (0..block.subjects()).map(|own| (own, rows(own))),
            ),
            Origin::Time => times(block),
            Origin::Endpoint => {
                let mut first = Runs::default();
                first.push(0, total);
                Values::Word(first)
            }
            Origin::Block(at) => Values::Number(Cow::Borrowed(&block.values[at * total..][..total])),
            Origin::Predicted => Values::Number(observed.iter().map(|(predicted, _)| *predicted).collect()),
            Origin::Simulated => Values::Number(observed.iter().map(|(_, simulated)| *simulated).collect()),
        };
        let columns = self.layout.columns.iter().zip(&self.layout.origins);
        Batch {
            rows: total,
            columns: columns.map(column).collect(),
        }
    }

    /// The rows of a block where an observation may be several.
    fn several<'b>(&self, block: &'b CourseBlock) -> Batch<'b> {
        let rows = self.rows(block);
        let observed = self.observed(block, rows.iter().copied());
        let columns = self.layout.columns.iter().zip(&self.layout.origins);
        let total = block.offsets[block.subjects()];
        let column = |(column, origin): (&crate::Column, &Origin)| match *origin {
            Origin::Replicate | Origin::Individual => self.of_subjects(
                block,
                &column.kind,
                *origin,
                rows.iter().map(|row| (row.subject, 1)),
            ),
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

    /// A column that says who the subjects are; `rows` has subjects of the block with the number of rows to add for each.
    fn of_subjects<'b>(
        &self,
        block: &CourseBlock,
        kind: &Kind,
        origin: Origin,
        rows: impl Iterator<Item = (usize, usize)>,
    ) -> Values<'b> {
        let mut whole = Runs::default();
        let mut words = Runs::default();
        for (subject, rows) in rows {
            let index = block.first + subject as u64;
            let individual = self.number(index) % self.individuals.max(1);
            match (origin, kind) {
                // Fewer than 2^63 subjects fit a run.
                (Origin::Replicate, _) => whole.push(self.who(index).1 as i64, rows),
                (_, Kind::Word(_)) => words.push(individual as u32, rows),
                _ => whole.push(self.numbers[individual as usize], rows),
            }
        }
        match (origin, kind) {
            (Origin::Individual, Kind::Word(_)) => Values::Word(words),
            _ => Values::Whole(whole),
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
        let individual = usize::try_from(self.number(index) % self.individuals.max(1)).ok();
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
    fn observed(&self, block: &CourseBlock, rows: impl Iterator<Item = Row>) -> Vec<(f64, f64)> {
        if self.layout.endpoints.is_empty() {
            return Vec::new();
        }
        let total = block.offsets[block.subjects()];
        let observe = |row: Row| {
            let source = self.residual.then(|| {
                let endpoint = u32::try_from(row.endpoint).unwrap_or(u32::MAX);
                let number = self.number(block.first + row.subject as u64);
                self.stream.at(RESIDUAL, endpoint, number)
            });
            let value = |column: usize| block.values[column * total + row.observation];
            let draw = u32::try_from(row.observation - block.offsets[row.subject]).unwrap_or(u32::MAX);
            let observed = self.layout.endpoints[row.endpoint].observe(&value, source.as_ref(), draw);
            (observed.predicted, observed.simulated)
        };
        rows.map(observe).collect()
    }
}

/// When each row was observed, where an observation is a row: once, where it is the same for every subject.
fn times(block: &CourseBlock) -> Values<'_> {
    let each = block.offsets.get(1).copied().unwrap_or(0);
    let bits = |times: &[f64]| times.iter().map(|time| time.to_bits()).collect::<Vec<u64>>();
    let first = bits(&block.times[..each]);
    let same = |times: &[f64]| times.iter().map(|time| time.to_bits()).eq(first.iter().copied());
    let even = (block.offsets.iter().enumerate()).all(|(subject, &offset)| offset == subject * each);
    if each > 0 && even && block.times.chunks(each).all(same) {
        Values::Cycle {
            numbers: Cow::Borrowed(&block.times[..each]),
            times: block.subjects(),
        }
    } else {
        Values::Number(Cow::Borrowed(&block.times))
    }
}
