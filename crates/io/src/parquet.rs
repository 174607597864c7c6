//! Trajectories to Parquet, block by block, so that memory does not grow with the number of subjects; the file itself is made
//! as that of any run ([`results`](crate::results)).
//!
//! Columns are called as rxode2 calls them: `sim.id` and `id` (both counted from 1), `time`, then the reported states and
//! outputs. Rows are in the order of subjects, each subject's in the order of time.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use ::parquet::errors::ParquetError;
use euthymia_engine::{Block, Sink};
use euthymia_population::{Batch, Kind, Runs, Values};
use serde::Serialize;

use crate::error::{IoError, IoErrorKind};
use crate::results::parquet::{ParquetWriter, encode};

/// One column of results.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    /// Which column of a block it is.
    #[serde(skip)]
    pub index: usize,
    /// Its name in the file.
    pub name: String,
    /// Its unit; empty for a fraction.
    pub unit: String,
    /// What it is, for people.
    pub label: String,
}

/// The columns of blocks whose columns have these names, units and labels, in order. A name that comes twice (a state
/// that is also an output) stands in the file once.
pub fn columns(described: impl IntoIterator<Item = (String, String, String)>) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for (index, (name, unit, label)) in described.into_iter().enumerate() {
        if columns.iter().all(|column| column.name != name) {
            columns.push(Column {
                index,
                name,
                unit,
                label,
            });
        }
    }
    columns
}

/// What a file of trajectories holds besides the values.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The columns written, in order.
    pub columns: Vec<Column>,
    /// How many columns a block has, written or not.
    pub block_columns: usize,
    /// Times of every trajectory.
    pub times: Vec<f64>,
    /// Unit of the times (`h`).
    pub time_unit: String,
    /// Subject `i` (from 0) belongs to simulation `i % simulations`; at least 1.
    pub simulations: u32,
    /// How the file was made: `seed`, `version`, `command` ...
    pub provenance: Vec<(String, String)>,
}

/// A Parquet file of trajectories being written; it appears under its name when finished.
#[derive(Debug)]
pub struct TrajectoryWriter {
    writer: ParquetWriter,
    /// The columns of the file.
    written: Vec<euthymia_population::Column>,
    layout: Layout,
    path: PathBuf,
}

impl TrajectoryWriter {
    /// Begins a file.
    ///
    /// # Errors
    /// The file cannot be created, two columns have the same name, or a column is not one of the block's.
    pub fn create(path: impl AsRef<Path>, layout: Layout) -> Result<Self, IoError> {
        let path = path.as_ref();
        if let Some(column) = layout
            .columns
            .iter()
            .find(|column| column.index >= layout.block_columns)
        {
            let kind = IoErrorKind::Shape {
                found: column.index + 1,
                expected: format!("{} columns", layout.block_columns),
            };
            return Err(IoError::new("write", path, kind));
        }
        let written = written(&layout.columns).map_err(|error| IoError::new("write", path, error))?;
        // Names, units and labels always serialise.
        let columns = serde_json::to_string(&layout.columns).unwrap_or_default();
        let mut metadata = vec![
            ("time_unit".to_owned(), layout.time_unit.clone()),
            ("columns".to_owned(), columns),
        ];
        metadata.extend(layout.provenance.iter().cloned());
        Ok(Self {
            writer: ParquetWriter::create(path, "trajectories", &written, &metadata)?,
            written,
            layout,
            path: path.to_path_buf(),
        })
    }

    /// Takes the trajectories of the subjects `first .. first + subjects`, laid out as a block of the engine: the value of a
    /// column for a subject at a time is at `(column * subjects + subject) * times + time`. Blocks must come in order and
    /// without gaps.
    ///
    /// # Errors
    /// The values do not fit the layout, or the disk is full.
    pub fn write(&mut self, first: u64, subjects: usize, values: &[f64]) -> Result<(), IoError> {
        let times = self.layout.times.len();
        let rows = subjects * times;
        if values.len() != rows * self.layout.block_columns {
            let expected = format!(
                "{subjects} subjects, {times} times and {} columns",
                self.layout.block_columns
            );
            return Err(IoError::new(
                "write",
                &self.path,
                IoErrorKind::Shape {
                    found: values.len(),
                    expected,
                },
            ));
        }
        let simulations = u64::from(self.layout.simulations.max(1));
        let numbered = |number: &dyn Fn(u64) -> u64| {
            let mut numbers = Runs::default();
            for subject in first..first + subjects as u64 {
                // Fewer than 2^63 subjects fit a run.
                numbers.push(number(subject) as i64 + 1, times);
            }
            Values::Whole(numbers)
        };
        let mut columns = vec![
            numbered(&|subject| subject % simulations),
            numbered(&|subject| subject / simulations),
            Values::Cycle {
                numbers: Cow::Borrowed(&self.layout.times),
                times: subjects,
            },
        ];
        let column = |column: &Column| Values::Number(Cow::Borrowed(&values[column.index * rows..][..rows]));
        columns.extend(self.layout.columns.iter().map(column));
        let encoded = encode(&self.written, &Batch { rows, columns });
        self.writer.write(encoded)
    }

    /// Writes what is still waiting and puts the file in its place.
    ///
    /// # Errors
    /// The disk is full or the place cannot be written; nothing is left behind then.
    pub fn finish(self) -> Result<(), IoError> {
        self.writer.finish()
    }
}

impl Sink for TrajectoryWriter {
    type Error = IoError;

    fn block(&mut self, block: Block) -> Result<(), IoError> {
        self.write(block.first, block.subjects, &block.values)
    }
}

/// The columns of the file: who, when, and what is asked for.
fn written(columns: &[Column]) -> Result<Vec<euthymia_population::Column>, ParquetError> {
    let named = |name: &str, kind: Kind| euthymia_population::Column {
        name: name.to_owned(),
        kind,
        unit: None,
        label: None,
    };
    let mut written = vec![
        named("sim.id", Kind::Whole),
        named("id", Kind::Whole),
        named("time", Kind::Number),
    ];
    for column in columns {
        if written.iter().any(|known| known.name == column.name) {
            return Err(ParquetError::General(format!(
                "two columns are called `{}`",
                column.name
            )));
        }
        written.push(named(&column.name, Kind::Number));
    }
    Ok(written)
}
