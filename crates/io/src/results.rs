//! Rows of results to CSV, Parquet or Arrow, batch by batch, so that memory does not grow with their number.
//!
//! The format is the file's extension. A file appears under its name when [finished](ResultsWriter::finish); a CSV may also
//! go to standard output.

#[cfg(feature = "arrow")]
mod arrow;
mod csv;
mod parquet;

use std::path::Path;

use euthymia_population::{Batch, Column};

use crate::error::{IoError, IoErrorKind};

/// A file of results being written.
pub struct ResultsWriter {
    writer: Writer,
}

enum Writer {
    Csv(csv::CsvWriter),
    Parquet(Box<parquet::ParquetWriter>),
    #[cfg(feature = "arrow")]
    Arrow(Box<arrow::ArrowWriter>),
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
        let writer = match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => Writer::Csv(csv::CsvWriter::create(path, columns)?),
            Some("parquet") => {
                let writer = parquet::ParquetWriter::create(path, columns, provenance)?;
                Writer::Parquet(Box::new(writer))
            }
            #[cfg(feature = "arrow")]
            Some("arrow" | "feather") => {
                let writer = arrow::ArrowWriter::create(path, columns, provenance)?;
                Writer::Arrow(Box::new(writer))
            }
            _ => return Err(IoError::new("write", path, IoErrorKind::Format)),
        };
        Ok(Self { writer })
    }

    /// Begins a CSV on standard output.
    ///
    /// # Errors
    /// Nobody reads it.
    pub fn standard_output(columns: &[Column]) -> Result<Self, IoError> {
        let writer = Writer::Csv(csv::CsvWriter::standard_output(columns)?);
        Ok(Self { writer })
    }

    /// Writes rows.
    ///
    /// # Errors
    /// The rows have other columns, or the disk is full.
    pub fn write(&mut self, batch: &Batch) -> Result<(), IoError> {
        match &mut self.writer {
            Writer::Csv(writer) => writer.write(batch),
            Writer::Parquet(writer) => writer.write(batch),
            #[cfg(feature = "arrow")]
            Writer::Arrow(writer) => writer.write(batch),
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

/// Refuses rows of other columns than the file's.
fn check(path: &Path, columns: &[Column], batch: &Batch) -> Result<(), IoError> {
    if batch.columns.len() == columns.len() {
        return Ok(());
    }
    let kind = IoErrorKind::Shape {
        found: batch.columns.len(),
        expected: format!("{} columns", columns.len()),
    };
    Err(IoError::new("write", path, kind))
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
