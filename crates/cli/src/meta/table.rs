//! A CSV file as a table that knows its lines, and errors of an analysis at their place in the file.

use std::path::Path;

use euthymia_diagnostics::{Diagnostic, Source, Span};
use euthymia_document::Rows;
use euthymia_io::IoError;
use euthymia_meta::{Column, Frame, MetaError};

use crate::exit::Failure;

/// A table and the file that it was read from.
pub(crate) struct Table {
    pub(crate) frame: Frame,
    source: Source,
    rows: Rows,
}

/// Why a file is no table.
pub(crate) enum Unread {
    /// It cannot be read.
    File(IoError),
    /// What is wrong in it.
    Table(Vec<Diagnostic>),
}

impl Unread {
    /// In a line.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::File(error) => error.to_string(),
            Self::Table(diagnostics) => {
                let told: Vec<String> = diagnostics
                    .iter()
                    .map(|one| match one.labels.first() {
                        Some(label) => {
                            let line = label.source.position(label.span.start).line;
                            format!("{}, line {line}: {}", label.source.name(), one.message)
                        }
                        None => one.message.clone(),
                    })
                    .collect();
                told.join("; ")
            }
        }
    }
}

impl From<Unread> for Failure {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::File(error) => Self::Io(error),
            Unread::Table(diagnostics) => Self::Input(diagnostics),
        }
    }
}

impl Table {
    pub(crate) fn read(path: &Path) -> Result<Self, Unread> {
        let source = euthymia_io::read_source(path).map_err(Unread::File)?;
        let (rows, diagnostics) = euthymia_io::csv::rows(&source);
        let Some(rows) = rows else {
            return Err(Unread::Table(diagnostics));
        };
        let twins = twins(&source, &rows);
        if !twins.is_empty() {
            return Err(Unread::Table(twins));
        }
        Ok(Self {
            frame: frame(&source, &rows),
            source,
            rows,
        })
    }

    /// An error at its line and column of the file, as far as it names them.
    pub(crate) fn explain(&self, error: &MetaError) -> Diagnostic {
        match error {
            MetaError::Row { line, reason } => {
                let diagnostic =
                    Diagnostic::error("S001", format!("{}, line {line}: {reason}", self.source.name()));
                match self.line(*line) {
                    Some(span) => diagnostic.at(&self.source, span, "this row"),
                    None => diagnostic,
                }
            }
            MetaError::NotNumbers { name, line, .. } => {
                let diagnostic = Diagnostic::error("S002", error.to_string());
                match self.cell(name, *line) {
                    Some(span) => diagnostic
                        .at(&self.source, span, "a number is expected")
                        .help("write the number, or leave the cell empty where there is none"),
                    None => diagnostic,
                }
            }
            MetaError::NoColumn { .. } => Diagnostic::error("S003", error.to_string())
                .at(&self.source, self.header(), "the columns of this table")
                .help("say which column holds what, as `--column ai=events_drug`"),
            other => Diagnostic::error("S004", format!("{}: {other}", self.source.name())),
        }
    }

    fn header(&self) -> Span {
        let end = self.source.text().find(['\n', '\r']);
        Span::new(0, end.unwrap_or(self.source.text().len()))
    }

    /// The text of the row that is written in a line.
    fn line(&self, line: usize) -> Option<Span> {
        let row = (0..self.frame.rows()).find(|row| self.frame.line(*row) == line)?;
        Some(self.rows.row(row)?.span())
    }

    fn cell(&self, column: &str, line: usize) -> Option<Span> {
        let row = (0..self.frame.rows()).find(|row| self.frame.line(*row) == line)?;
        let place = self.frame.names().position(|name| name == column)?;
        Some(self.rows.row(row)?.get(place)?.span)
    }
}

/// Names that two columns have: nobody could say which is meant.
fn twins(source: &Source, rows: &Rows) -> Vec<Diagnostic> {
    let header = &rows.header;
    let named = header
        .iter()
        .enumerate()
        .filter(|(_, name)| !name.text.is_empty());
    named
        .filter_map(|(place, name)| {
            let first = header[..place].iter().find(|before| before.text == name.text)?;
            let message = format!("two columns are called `{}`", name.text);
            Some(
                Diagnostic::error("D013", message)
                    .at(source, name.span, "the same name again")
                    .at(source, first.span, "first here")
                    .help("give each column a name of its own"),
            )
        })
        .collect()
}

fn frame(source: &Source, rows: &Rows) -> Frame {
    let mut lines = Vec::with_capacity(rows.rows().len());
    let (mut at, mut line) = (0, 1);
    let bytes = source.text().as_bytes();
    for row in rows.rows() {
        let start = row.span().start as usize;
        while at < start {
            // A line ends at `\n`, or at a `\r` that no `\n` follows.
            let ends = bytes[at] == b'\n' || (bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            line += usize::from(ends);
            at += 1;
        }
        lines.push(line);
    }
    let columns = rows.header.iter().enumerate().map(|(place, name)| {
        let cells: Vec<_> = rows.rows().filter_map(|row| row.get(place)).collect();
        let texts: Vec<&str> = cells.iter().map(|cell| cell.text.as_ref()).collect();
        (name.text.to_string(), Column::of_texts(&texts))
    });
    Frame::with_lines(columns.collect(), lines)
}
