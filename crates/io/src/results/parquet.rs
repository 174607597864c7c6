//! Results as Parquet. Units, labels and provenance are key-value metadata of the file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as Physical};
use ::parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::{ColumnPath, Type};
use euthymia_population::{Batch, Column, Kind, Values};

use crate::atomic::AtomicFile;
use crate::error::IoError;
use crate::parquet::{next_column, write_doubles};

/// Rows are gathered until a row group has at least so many, which keeps the overhead of each below a percent.
const FEWEST_ROWS: usize = 32 * 1024;

/// A Parquet file being written.
#[derive(Debug)]
pub(super) struct ParquetWriter {
    writer: SerializedFileWriter<AtomicFile>,
    columns: Vec<Column>,
    path: PathBuf,
    /// Rows on their way.
    pending: Vec<Values>,
    waiting: usize,
}

impl ParquetWriter {
    pub(super) fn create(
        path: &Path,
        columns: &[Column],
        provenance: &[(String, String)],
    ) -> Result<Self, IoError> {
        let failed = |error: ParquetError| IoError::new("write", path, error);
        let schema = schema(columns).map_err(failed)?;
        let file = AtomicFile::create(path)?;
        let properties = Arc::new(properties(columns, provenance));
        let writer = SerializedFileWriter::new(file, schema, properties).map_err(failed)?;
        let empty = |column: &Column| match column.kind {
            Kind::Whole => Values::Whole(Vec::new()),
            Kind::Number => Values::Number(Vec::new()),
            Kind::Word(_) => Values::Word(Vec::new()),
        };
        Ok(Self {
            writer,
            pending: columns.iter().map(empty).collect(),
            columns: columns.to_vec(),
            path: path.to_path_buf(),
            waiting: 0,
        })
    }

    pub(super) fn write(&mut self, batch: &Batch) -> Result<(), IoError> {
        super::check(&self.path, &self.columns, batch)?;
        for (pending, more) in self.pending.iter_mut().zip(&batch.columns) {
            match (pending, more) {
                (Values::Whole(pending), Values::Whole(more)) => pending.extend_from_slice(more),
                (Values::Number(pending), Values::Number(more)) => pending.extend_from_slice(more),
                (Values::Word(pending), Values::Word(more)) => pending.extend_from_slice(more),
                (pending, more) => {
                    let message = format!("{more:.20?} in a column of {pending:.20?}");
                    return Err(IoError::new("write", &self.path, ParquetError::General(message)));
                }
            }
        }
        self.waiting += batch.rows;
        if self.waiting >= FEWEST_ROWS {
            self.row_group()?;
        }
        Ok(())
    }

    fn row_group(&mut self) -> Result<(), IoError> {
        let mut write = || {
            let mut group = self.writer.next_row_group()?;
            for (values, column) in self.pending.iter_mut().zip(&self.columns) {
                match values {
                    Values::Number(values) => {
                        write_doubles(&mut group, values)?;
                        values.clear();
                    }
                    Values::Whole(values) => {
                        let mut to = next_column(&mut group)?;
                        to.typed::<Int64Type>().write_batch(values, None, None)?;
                        to.close()?;
                        values.clear();
                    }
                    Values::Word(values) => {
                        let words: &[String] = match &column.kind {
                            Kind::Word(words) => words,
                            Kind::Whole | Kind::Number => &[],
                        };
                        let of = |at: &u32| words.get(*at as usize).map_or("", String::as_str);
                        let written: Vec<ByteArray> =
                            values.iter().map(|at| ByteArray::from(of(at))).collect();
                        let mut to = next_column(&mut group)?;
                        to.typed::<ByteArrayType>().write_batch(&written, None, None)?;
                        to.close()?;
                        values.clear();
                    }
                }
            }
            group.close()?;
            Ok(())
        };
        self.waiting = 0;
        write().map_err(|error: ParquetError| IoError::new("write", &self.path, error))
    }

    pub(super) fn finish(mut self) -> Result<(), IoError> {
        if self.waiting > 0 {
            self.row_group()?;
        }
        let Self { writer, path, .. } = self;
        writer
            .into_inner()
            .map_err(|error| IoError::new("write", path, error))?
            .finish()
    }
}

fn schema(columns: &[Column]) -> Result<Arc<Type>, ParquetError> {
    let field = |column: &Column| {
        let (physical, logical) = match column.kind {
            Kind::Whole => (Physical::INT64, None),
            Kind::Number => (Physical::DOUBLE, None),
            Kind::Word(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let field = Type::primitive_type_builder(&column.name, physical)
            .with_repetition(Repetition::REQUIRED)
            .with_logical_type(logical)
            .build()?;
        Ok::<_, ParquetError>(Arc::new(field))
    };
    let fields = columns.iter().map(field).collect::<Result<Vec<_>, _>>()?;
    Type::group_type_builder("results")
        .with_fields(fields)
        .build()
        .map(Arc::new)
}

fn properties(columns: &[Column], provenance: &[(String, String)]) -> WriterProperties {
    let entry = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
    let mut metadata = vec![entry("columns", &super::described(columns))];
    metadata.extend(provenance.iter().map(|(key, value)| entry(key, value)));
    let mut builder = WriterProperties::builder()
        .set_created_by(format!("euthymia {}", env!("CARGO_PKG_VERSION")))
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::PLAIN)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_write_batch_size(16 * 1024)
        .set_data_page_row_count_limit(128 * 1024)
        .set_column_dictionary_enabled(ColumnPath::from("time"), true)
        .set_key_value_metadata(Some(metadata));
    for column in columns {
        let path = ColumnPath::from(column.name.as_str());
        match column.kind {
            Kind::Whole => builder = builder.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED),
            Kind::Word(_) => builder = builder.set_column_dictionary_enabled(path, true),
            Kind::Number => {}
        }
    }
    builder.build()
}
