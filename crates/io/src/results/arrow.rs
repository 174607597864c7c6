//! Results as an Arrow IPC file (Feather version 2). Units, labels and provenance are metadata of the schema.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema};
use euthymia_population::{Batch, Column, Kind, Values};

use crate::atomic::AtomicFile;
use crate::error::IoError;

/// An Arrow file being written.
pub(super) struct ArrowWriter {
    writer: FileWriter<AtomicFile>,
    schema: Arc<Schema>,
    path: PathBuf,
}

impl ArrowWriter {
    pub(super) fn create(
        path: &Path,
        columns: &[Column],
        provenance: &[(String, String)],
    ) -> Result<Self, IoError> {
        let fields: Vec<Field> = columns.iter().map(field).collect();
        let mut metadata: HashMap<String, String> = provenance.iter().cloned().collect();
        metadata.insert("columns".to_owned(), super::described(columns));
        let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
        let file = AtomicFile::create(path)?;
        let writer = FileWriter::try_new(file, &schema)
            .map_err(|error: ArrowError| IoError::new("write", path, error))?;
        Ok(Self {
            writer,
            schema,
            path: path.to_path_buf(),
        })
    }

    pub(super) fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.schema)
    }

    /// Writes rows, so that whoever looks sees them.
    pub(super) fn write(&mut self, rows: &RecordBatch) -> Result<(), IoError> {
        self.writer
            .write(rows)
            .and_then(|()| self.writer.flush())
            .map_err(|error| IoError::new("write", &self.path, error))
    }

    pub(super) fn finish(self) -> Result<(), IoError> {
        let Self { mut writer, path, .. } = self;
        let failed = |error| IoError::new("write", &path, error);
        writer.finish().map_err(failed)?;
        writer.into_inner().map_err(failed)?.finish()
    }
}

/// Rows as arrays.
pub(super) fn encode(
    schema: &Arc<Schema>,
    columns: &[Column],
    batch: &Batch<'_>,
) -> Result<RecordBatch, ArrowError> {
    let array = |(values, column): (&Values<'_>, &Column)| -> ArrayRef {
        match values {
            Values::Whole(runs) => Arc::new(runs.each().collect::<Int64Array>()),
            Values::Number(_) | Values::Cycle { .. } => Arc::new(Float64Array::from(values.numbers())),
            Values::Word(runs) => {
                let words: &[String] = match &column.kind {
                    Kind::Word(words) => words,
                    Kind::Whole | Kind::Number => &[],
                };
                let of = |at: u32| words.get(at as usize).map_or("", String::as_str);
                Arc::new(StringArray::from_iter_values(runs.each().map(of)))
            }
        }
    };
    let arrays = batch.columns.iter().zip(columns).map(array).collect();
    RecordBatch::try_new(Arc::clone(schema), arrays)
}

fn field(column: &Column) -> Field {
    let kind = match column.kind {
        Kind::Whole => DataType::Int64,
        Kind::Number => DataType::Float64,
        Kind::Word(_) => DataType::Utf8,
    };
    Field::new(&column.name, kind, false)
}
