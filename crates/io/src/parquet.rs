//! Trajectories to Parquet, block by block, so that memory does not grow with the number of subjects.
//!
//! Columns are called as rxode2 calls them: `sim.id` and `id` (both counted from 1), `time`, then the reported states and
//! outputs. Rows are in the order of subjects, each subject's in the order of time.

use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::parquet::basic::{Compression, Encoding, Repetition, Type as Physical};
use ::parquet::data_type::{DoubleType, Int32Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::types::{ColumnPath, Type};
use euthymia_engine::{Block, Sink};
use serde::Serialize;

use crate::atomic::AtomicFile;
use crate::error::{IoError, IoErrorKind};

/// Rows are gathered until a row group has at least so many, which keeps the overhead of each below a percent.
const FEWEST_ROWS: usize = 32 * 1024;
/// A larger block is split, which keeps the memory of one compressed column below some megabytes.
const MOST_ROWS: usize = 512 * 1024;

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
    writer: SerializedFileWriter<AtomicFile>,
    layout: Layout,
    path: PathBuf,
    /// Column by column what was handed over and not yet written, and the subject it begins with.
    pending: Vec<Vec<f64>>,
    pending_first: u64,
}

impl TrajectoryWriter {
    /// Begins a file.
    ///
    /// # Errors
    /// The file cannot be created, two columns have the same name, or a column is not one of the block's.
    pub fn create(path: impl AsRef<Path>, layout: Layout) -> Result<Self, IoError> {
        let path = path.as_ref();
        let failed = |error: ParquetError| IoError::new("write", path, error);
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
        let schema = schema(&layout.columns).map_err(failed)?;
        let properties = properties(&layout);
        let file = AtomicFile::create(path)?;
        let writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).map_err(failed)?;
        let pending = vec![Vec::new(); layout.columns.len()];
        Ok(Self {
            writer,
            layout,
            path: path.to_path_buf(),
            pending,
            pending_first: 0,
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
        if rows == 0 {
            return Ok(());
        }
        let indices: Vec<usize> = self.layout.columns.iter().map(|column| column.index).collect();
        let column = |at: usize| &values[indices[at] * rows..][..rows];
        let waiting = self.pending.first().map_or(0, Vec::len);
        if rows >= FEWEST_ROWS && waiting == 0 {
            return self.row_groups(first, subjects, column);
        }
        if waiting == 0 {
            self.pending_first = first;
        }
        for (at, pending) in self.pending.iter_mut().enumerate() {
            pending.extend_from_slice(column(at));
        }
        if waiting + rows >= FEWEST_ROWS {
            self.write_pending()
        } else {
            Ok(())
        }
    }

    fn write_pending(&mut self) -> Result<(), IoError> {
        let mut pending = std::mem::take(&mut self.pending);
        let rows = pending.first().map_or(0, Vec::len);
        if rows > 0 {
            let subjects = rows / self.layout.times.len();
            self.row_groups(self.pending_first, subjects, |at| pending[at].as_slice())?;
        }
        pending.iter_mut().for_each(Vec::clear);
        self.pending = pending;
        Ok(())
    }

    /// Writes whole subjects as one or, if there are too many rows for one, several row groups.
    fn row_groups<'v>(
        &mut self,
        first: u64,
        subjects: usize,
        column: impl Fn(usize) -> &'v [f64],
    ) -> Result<(), IoError> {
        let times = self.layout.times.len();
        let at_once = (MOST_ROWS / times.max(1)).max(1);
        let mut begin = 0;
        while begin < subjects {
            let end = subjects.min(begin + at_once);
            let rows = begin * times..end * times;
            self.row_group(first + begin as u64, end - begin, rows, &column)
                .map_err(|error| IoError::new("write", &self.path, error))?;
            begin = end;
        }
        Ok(())
    }

    fn row_group<'v>(
        &mut self,
        first: u64,
        subjects: usize,
        rows: Range<usize>,
        column: &impl Fn(usize) -> &'v [f64],
    ) -> Result<(), ParquetError> {
        let simulations = u64::from(self.layout.simulations.max(1));
        let times = &self.layout.times;
        let mut group = self.writer.next_row_group()?;
        let numbered = |number: &dyn Fn(u64) -> u64| -> Result<Vec<i32>, ParquetError> {
            let mut ids = Vec::with_capacity(rows.len());
            for subject in first..first + subjects as u64 {
                let id = i32::try_from(number(subject) + 1).map_err(|_| {
                    ParquetError::General(format!("subject {subject} is beyond a 32-bit `id`"))
                })?;
                ids.resize(ids.len() + times.len(), id);
            }
            Ok(ids)
        };
        write_integers(&mut group, &numbered(&|subject| subject % simulations)?)?;
        write_integers(&mut group, &numbered(&|subject| subject / simulations)?)?;
        write_doubles(&mut group, &times.repeat(subjects))?;
        for at in 0..self.layout.columns.len() {
            write_doubles(&mut group, &column(at)[rows.clone()])?;
        }
        group.close()?;
        Ok(())
    }

    /// Writes what is still waiting and puts the file in its place.
    ///
    /// # Errors
    /// The disk is full or the place cannot be written; nothing is left behind then.
    pub fn finish(mut self) -> Result<(), IoError> {
        self.write_pending()?;
        let Self { writer, path, .. } = self;
        writer
            .into_inner()
            .map_err(|error| IoError::new("write", path, error))?
            .finish()
    }
}

impl Sink for TrajectoryWriter {
    type Error = IoError;

    fn block(&mut self, block: Block) -> Result<(), IoError> {
        self.write(block.first, block.subjects, &block.values)
    }
}

pub(crate) fn write_doubles<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[f64],
) -> Result<(), ParquetError> {
    let mut column = next_column(group)?;
    column.typed::<DoubleType>().write_batch(values, None, None)?;
    column.close()
}

fn write_integers<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[i32],
) -> Result<(), ParquetError> {
    let mut column = next_column(group)?;
    column.typed::<Int32Type>().write_batch(values, None, None)?;
    column.close()
}

pub(crate) fn next_column<'g, W: Write + Send>(
    group: &'g mut SerializedRowGroupWriter<'_, W>,
) -> Result<::parquet::file::writer::SerializedColumnWriter<'g>, ParquetError> {
    group
        .next_column()?
        .ok_or_else(|| ParquetError::General("more columns than the schema has".to_owned()))
}

const SIMULATION: &str = "sim.id";
const SUBJECT: &str = "id";
const TIME: &str = "time";

fn schema(columns: &[Column]) -> Result<Arc<Type>, ParquetError> {
    let field = |name: &str, physical: Physical| {
        let field = Type::primitive_type_builder(name, physical)
            .with_repetition(Repetition::REQUIRED)
            .build()?;
        Ok::<_, ParquetError>(Arc::new(field))
    };
    let mut fields = vec![
        field(SIMULATION, Physical::INT32)?,
        field(SUBJECT, Physical::INT32)?,
        field(TIME, Physical::DOUBLE)?,
    ];
    for column in columns {
        if fields.iter().any(|known| known.name() == column.name) {
            return Err(ParquetError::General(format!(
                "two columns are called `{}`",
                column.name
            )));
        }
        fields.push(field(&column.name, Physical::DOUBLE)?);
    }
    Ok(Arc::new(
        Type::group_type_builder("trajectories")
            .with_fields(fields)
            .build()?,
    ))
}

fn properties(layout: &Layout) -> WriterProperties {
    let entry = |key: &str, value: String| KeyValue::new(key.to_owned(), value);
    // Names, units and labels always serialise.
    let columns = serde_json::to_string(&layout.columns).unwrap_or_default();
    let mut metadata = vec![
        entry("time_unit", layout.time_unit.clone()),
        entry("columns", columns),
    ];
    metadata.extend(
        layout
            .provenance
            .iter()
            .map(|(key, value)| entry(key, value.clone())),
    );
    // Values of a simulation hardly repeat, so a dictionary would only cost time; the few times repeat for every subject.
    WriterProperties::builder()
        .set_created_by(format!("euthymia {}", env!("CARGO_PKG_VERSION")))
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::PLAIN)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_write_batch_size(16 * 1024)
        .set_data_page_row_count_limit(128 * 1024)
        .set_column_dictionary_enabled(ColumnPath::from(TIME), true)
        .set_column_encoding(ColumnPath::from(SIMULATION), Encoding::DELTA_BINARY_PACKED)
        .set_column_encoding(ColumnPath::from(SUBJECT), Encoding::DELTA_BINARY_PACKED)
        .set_key_value_metadata(Some(metadata))
        .build()
}
