//! Results as CSV. Numbers have as many digits as tell them apart; `NA` stands where there is none, as in R.
//!
//! Rows become text on the thread that has computed them; the file takes the text in order.

use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use euthymia_population::{Batch, Column, Kind, Values};

use crate::atomic::AtomicFile;
use crate::error::IoError;

/// A CSV being written.
#[derive(Debug)]
pub(super) struct CsvWriter {
    to: To,
    path: PathBuf,
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
            path: path.to_path_buf(),
        };
        let mut header = Vec::new();
        for (at, column) in columns.iter().enumerate() {
            separate(at, &mut header);
            word(&column.name, &mut header);
        }
        header.push(b'\n');
        writer.write(&header)?;
        Ok(writer)
    }

    /// Writes rows, so that whoever looks sees them.
    pub(super) fn write(&mut self, text: &[u8]) -> Result<(), IoError> {
        let written = match &mut self.to {
            To::File(file) => file.write_all(text).and_then(|()| file.flush()),
            To::StandardOutput(output) => output.write_all(text).and_then(|()| output.flush()),
        };
        written.map_err(|error| IoError::new("write", &self.path, error))
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

/// The text of rows.
pub(super) fn encode(columns: &[Column], batch: &Batch<'_>) -> Vec<u8> {
    /// About how many characters a value takes.
    const USUAL: usize = 18;
    let mut text = Vec::with_capacity(batch.rows * batch.columns.len() * USUAL);
    let mut cells: Vec<Cells<'_>> = (batch.columns.iter().zip(columns))
        .map(|(values, column)| Cells::new(values, &column.kind))
        .collect();
    for row in 0..batch.rows {
        for (at, cells) in cells.iter_mut().enumerate() {
            separate(at, &mut text);
            cells.write(row, &mut text);
        }
        text.push(b'\n');
    }
    text
}

fn separate(column: usize, text: &mut Vec<u8>) {
    if column > 0 {
        text.push(b',');
    }
}

/// The cells of a column from row to row. A text that is written again is copied, for that is many times faster than making
/// it.
enum Cells<'b> {
    /// Texts, each with the rows it is for, the next ones last.
    Runs(Vec<(Vec<u8>, usize)>),
    /// Numbers, the bits of the last, and where its text stands.
    Numbers(&'b [f64], u64, Range<usize>),
    /// Texts over and over: all of them, and where each ends.
    Cycle(Vec<u8>, Vec<usize>),
}

impl<'b> Cells<'b> {
    fn new(values: &'b Values<'_>, kind: &Kind) -> Self {
        match values {
            Values::Whole(runs) => {
                let text = |&(value, rows): &(i64, usize)| (value.to_string().into_bytes(), rows);
                Self::Runs(runs.runs().iter().rev().map(text).collect())
            }
            Values::Word(runs) => {
                let text = |&(at, rows): &(u32, usize)| {
                    let mut text = Vec::new();
                    match kind {
                        Kind::Word(words) => {
                            word(words.get(at as usize).map_or("", String::as_str), &mut text)
                        }
                        Kind::Whole | Kind::Number => text.extend(at.to_string().bytes()),
                    }
                    (text, rows)
                };
                Self::Runs(runs.runs().iter().rev().map(text).collect())
            }
            Values::Number(numbers) => Self::Numbers(numbers, 0, 0..0),
            Values::Cycle { numbers, .. } => {
                let (mut text, mut ends) = (Vec::new(), Vec::with_capacity(numbers.len()));
                for &value in numbers.iter() {
                    number(value, &mut text);
                    ends.push(text.len());
                }
                Self::Cycle(text, ends)
            }
        }
    }

    #[inline]
    fn write(&mut self, row: usize, text: &mut Vec<u8>) {
        match self {
            Self::Numbers(numbers, last, range) => {
                let value = numbers[row];
                if value.to_bits() == *last && range.start < range.end {
                    text.extend_from_within(range.clone());
                } else {
                    let start = text.len();
                    number(value, text);
                    *last = value.to_bits();
                    *range = start..text.len();
                }
            }
            Self::Cycle(all, ends) => {
                let at = row % ends.len();
                let start = if at == 0 { 0 } else { ends[at - 1] };
                text.extend_from_slice(&all[start..ends[at]]);
            }
            Self::Runs(runs) => {
                if let Some((own, rows)) = runs.last_mut() {
                    text.extend_from_slice(own);
                    *rows -= 1;
                    if *rows == 0 {
                        runs.pop();
                    }
                }
            }
        }
    }
}

/// The shortest digits that read back as the same number; whole numbers without a point.
fn number(value: f64, text: &mut Vec<u8>) {
    if value.is_nan() {
        text.extend_from_slice(b"NA");
    } else if value.is_infinite() {
        text.extend_from_slice(if value > 0.0 { b"Inf" } else { b"-Inf" });
    } else {
        let mut digits = zmij::Buffer::new();
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

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_short_and_read_back() {
        let text = |value: f64| {
            let mut text = Vec::new();
            number(value, &mut text);
            String::from_utf8(text).unwrap_or_default()
        };
        let numbers = [
            0.0,
            -0.0,
            3.0,
            0.1,
            1e15,
            1e16,
            123_456_789_012_345_680.0,
            1e-5,
            1e-7,
            -2.5e300,
        ];
        let texts = [
            "0",
            "-0",
            "3",
            "0.1",
            "1000000000000000",
            "1e+16",
            "1.2345678901234568e+17",
            "0.00001",
            "1e-7",
            "-2.5e+300",
        ];
        assert_eq!(numbers.map(text), texts);
        for value in [5e-324, f64::MAX, 1.0 / 3.0, 2.0_f64.sqrt()] {
            assert_eq!(text(value).parse(), Ok(value));
        }
        assert_eq!(
            [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(text),
            ["NA", "Inf", "-Inf"]
        );
    }
}
