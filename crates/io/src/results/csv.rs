//! Results as CSV. Numbers have as many digits as tell them apart; `NA` stands where there is none, as in R.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use euthymia_population::{Batch, Column, Kind, Values};

use crate::atomic::AtomicFile;
use crate::error::IoError;

/// A CSV being written.
#[derive(Debug)]
pub(super) struct CsvWriter {
    to: To,
    columns: Vec<Column>,
    path: PathBuf,
    /// Rows on their way.
    text: Vec<u8>,
}

#[derive(Debug)]
enum To {
    File(AtomicFile),
    StandardOutput(BufWriter<std::io::Stdout>),
}

impl CsvWriter {
    pub(super) fn create(path: &Path, columns: &[Column]) -> Result<Self, IoError> {
        Self::begin(To::File(AtomicFile::create(path)?), path, columns)
    }

    pub(super) fn standard_output(columns: &[Column]) -> Result<Self, IoError> {
        let to = To::StandardOutput(BufWriter::with_capacity(1 << 16, std::io::stdout()));
        Self::begin(to, Path::new("standard output"), columns)
    }

    fn begin(to: To, path: &Path, columns: &[Column]) -> Result<Self, IoError> {
        let mut writer = Self {
            to,
            columns: columns.to_vec(),
            path: path.to_path_buf(),
            text: Vec::new(),
        };
        for (at, column) in columns.iter().enumerate() {
            writer.separate(at);
            word(&column.name, &mut writer.text);
        }
        writer.text.push(b'\n');
        writer.flush_text()?;
        Ok(writer)
    }

    fn separate(&mut self, column: usize) {
        if column > 0 {
            self.text.push(b',');
        }
    }

    fn flush_text(&mut self) -> Result<(), IoError> {
        let written = match &mut self.to {
            To::File(file) => file.write_all(&self.text),
            To::StandardOutput(output) => output.write_all(&self.text),
        };
        self.text.clear();
        written.map_err(|error| IoError::new("write", &self.path, error))
    }

    pub(super) fn write(&mut self, batch: &Batch) -> Result<(), IoError> {
        super::check(&self.path, &self.columns, batch)?;
        let mut digits = ryu::Buffer::new();
        for row in 0..batch.rows {
            for (at, values) in batch.columns.iter().enumerate() {
                self.separate(at);
                match (values, &self.columns[at].kind) {
                    (Values::Number(values), _) => number(values[row], &mut digits, &mut self.text),
                    // Writing to memory does not fail.
                    (Values::Whole(values), _) => drop(write!(self.text, "{}", values[row])),
                    (Values::Word(values), Kind::Word(words)) => {
                        let at = values[row] as usize;
                        word(words.get(at).map_or("", String::as_str), &mut self.text);
                    }
                    (Values::Word(values), _) => drop(write!(self.text, "{}", values[row])),
                }
            }
            self.text.push(b'\n');
            if self.text.len() > 1 << 16 {
                self.flush_text()?;
            }
        }
        self.flush_text()
    }

    pub(super) fn finish(self) -> Result<(), IoError> {
        match self.to {
            To::File(file) => file.finish(),
            To::StandardOutput(mut output) => output
                .flush()
                .map_err(|error| IoError::new("write", &self.path, error)),
        }
    }
}

/// The shortest digits that read back as the same number; whole numbers without a point.
fn number(value: f64, digits: &mut ryu::Buffer, text: &mut Vec<u8>) {
    if value.is_nan() {
        text.extend_from_slice(b"NA");
    } else if value.is_infinite() {
        text.extend_from_slice(if value > 0.0 { b"Inf" } else { b"-Inf" });
    } else {
        let written = digits.format_finite(value);
        text.extend_from_slice(written.strip_suffix(".0").unwrap_or(written).as_bytes());
    }
}

/// A word, in quotes where it needs them.
fn word(word: &str, text: &mut Vec<u8>) {
    if word.contains([',', '"', '\n', '\r']) {
        text.push(b'"');
        text.extend_from_slice(word.replace('"', "\"\"").as_bytes());
        text.push(b'"');
    } else {
        text.extend_from_slice(word.as_bytes());
    }
}
