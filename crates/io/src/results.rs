//! Rows of results to CSV, Parquet or Arrow, batch by batch, so that memory does not grow with their number.
//!
//! An [`Encoder`] makes of rows what a file takes, on the thread that has computed them; the [`ResultsWriter`] writes that,
//! in order. The bytes do not depend on how many threads there are.
//!
//! The format is the file's extension. A file appears under its name when [finished](ResultsWriter::finish); a CSV may also
//! go to standard output.

#[cfg(feature = "arrow")]
mod arrow;
mod csv;
pub(crate) mod parquet;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use euthymia_population::{Batch, Column};

use crate::error::{IoError, IoErrorKind};

/// A file of results being written.
pub struct ResultsWriter {
    writer: Writer,
    encoder: Encoder,
}

enum Writer {
    Csv(csv::CsvWriter),
    Parquet(Box<parquet::ParquetWriter>),
    #[cfg(feature = "arrow")]
    Arrow(Box<arrow::ArrowWriter>),
}

/// Makes of rows what the file takes: on any thread, while others do the same.
#[derive(Clone)]
pub struct Encoder {
    format: Format,
    columns: Arc<[Column]>,
    path: PathBuf,
}

#[derive(Clone)]
enum Format {
    Csv,
    Parquet,
    #[cfg(feature = "arrow")]
    Arrow(Arc<arrow_schema::Schema>),
}

/// Rows as a file takes them.
pub struct Encoded(Rows);

enum Rows {
    Csv(Vec<u8>),
    Parquet(parquet::Encoded),
    #[cfg(feature = "arrow")]
    Arrow(arrow_array::RecordBatch),
}

impl Encoder {
    /// Encodes rows.
    ///
    /// # Errors
    /// The rows have other columns than the file.
    pub fn encode(&self, batch: &Batch<'_>) -> Result<Encoded, IoError> {
        if batch.columns.len() != self.columns.len() {
            let kind = IoErrorKind::Shape {
                found: batch.columns.len(),
                expected: format!("{} columns", self.columns.len()),
            };
            return Err(IoError::new("write", &self.path, kind));
        }
        let rows = match &self.format {
            Format::Csv => Rows::Csv(csv::encode(&self.columns, batch)),
            Format::Parquet => Rows::Parquet(parquet::encode(&self.columns, batch)),
            #[cfg(feature = "arrow")]
            Format::Arrow(schema) => {
                let rows = arrow::encode(schema, &self.columns, batch);
                Rows::Arrow(rows.map_err(|error| IoError::new("write", &self.path, error))?)
            }
        };
        Ok(Encoded(rows))
    }
}

impl ResultsWriter {
    /// Begins a file with these columns; `provenance` says how it was made, where the format has room for that.
    ///
    /// # Errors
    /// The extension is no format, or the file cannot be created.
    pub fn create(
        path: impl AsRef<Path>,
        columns: &[Column],
        provenance: &[(String, String)],
    ) -> Result<Self, IoError> {
        let path = path.as_ref();
        let extension = path.extension().and_then(|extension| extension.to_str());
        let (writer, format) = match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => (Writer::Csv(csv::CsvWriter::create(path, columns)?), Format::Csv),
            Some("parquet") => {
                let mut metadata = vec![("columns".to_owned(), described(columns))];
                metadata.extend(provenance.iter().cloned());
                let writer = parquet::ParquetWriter::create(path, "results", columns, &metadata)?;
                (Writer::Parquet(Box::new(writer)), Format::Parquet)
            }
            #[cfg(feature = "arrow")]
            Some("arrow" | "feather") => {
                let writer = arrow::ArrowWriter::create(path, columns, provenance)?;
                let format = Format::Arrow(writer.schema());
                (Writer::Arrow(Box::new(writer)), format)
            }
            _ => return Err(IoError::new("write", path, IoErrorKind::Format)),
        };
        Ok(Self::of(writer, format, columns, path))
    }

    /// Begins a CSV on standard output.
    ///
    /// # Errors
    /// Nobody reads it.
    pub fn standard_output(columns: &[Column]) -> Result<Self, IoError> {
        let writer = Writer::Csv(csv::CsvWriter::standard_output(columns)?);
        Ok(Self::of(
            writer,
            Format::Csv,
            columns,
            Path::new("standard output"),
        ))
    }

    fn of(writer: Writer, format: Format, columns: &[Column], path: &Path) -> Self {
        Self {
            writer,
            encoder: Encoder {
                format,
                columns: columns.into(),
                path: path.to_path_buf(),
            },
        }
    }

    /// What makes of rows what this file takes.
    #[must_use]
    pub fn encoder(&self) -> Encoder {
        self.encoder.clone()
    }

    /// Writes rows that its [`Encoder`] has encoded.
    ///
    /// # Errors
    /// The disk is full, or the rows were encoded for a file of another kind.
    pub fn write(&mut self, encoded: Encoded) -> Result<(), IoError> {
        match (&mut self.writer, encoded.0) {
            (Writer::Csv(writer), Rows::Csv(text)) => writer.write(&text),
            (Writer::Parquet(writer), Rows::Parquet(rows)) => writer.write(rows),
            #[cfg(feature = "arrow")]
            (Writer::Arrow(writer), Rows::Arrow(rows)) => writer.write(&rows),
            _ => Err(IoError::new("write", &self.encoder.path, IoErrorKind::Format)),
        }
    }

    /// Writes what is still waiting and puts the file in its place.
    ///
    /// # Errors
    /// The disk is full or the place cannot be written; nothing is left behind then.
    pub fn finish(self) -> Result<(), IoError> {
        match self.writer {
            Writer::Csv(writer) => writer.finish(),
            Writer::Parquet(writer) => writer.finish(),
            #[cfg(feature = "arrow")]
            Writer::Arrow(writer) => writer.finish(),
        }
    }
}

/// Names, units and labels of the columns as JSON.
fn described(columns: &[Column]) -> String {
    let described: Vec<_> = columns
        .iter()
        .map(|column| {
            serde_json::json!({
                "name": column.name,
                "unit": column.unit,
                "label": column.label,
            })
        })
        .collect();
    serde_json::Value::from(described).to_string()
}
