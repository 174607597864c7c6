//! CSV text to rows with spans, and tables of results to CSV.
//!
//! The reading is RFC 4180: commas, double quotes, quotes doubled inside them, any line ending, no blank lines counted.
//! It is done here and not by a library because every cell must know its bytes.

use std::io::Write;
use std::path::Path;

use euthymia_diagnostics::{Diagnostic, Source, Span};
use euthymia_document::Rows;

use crate::atomic::AtomicFile;
use crate::error::{IoError, IoErrorKind};

/// More problems than this are counted only: they mostly have one cause.
const MOST_TOLD: usize = 50;

/// Reads a CSV text with a header line.
///
/// `None` when a quote is never closed, a row has too few or too many cells, or there is no header.
#[must_use]
pub fn rows(source: &Source) -> (Option<Rows>, Vec<Diagnostic>) {
    let mut scanner = Scanner {
        source,
        at: 0,
        diagnostics: Vec::new(),
        ended_in_quotes: false,
        untold: 0,
    };
    let (mut header, mut cells) = (Vec::new(), Vec::new());
    scanner.record(&mut header);
    scanner.check_separator(&header);
    loop {
        let before = cells.len();
        if !scanner.record(&mut cells) {
            break;
        }
        if cells.len() - before != header.len() {
            if !scanner.ended_in_quotes {
                scanner.wrong_width(&header, &cells[before..]);
            }
            cells.truncate(before);
        }
    }
    let mut diagnostics = scanner.diagnostics;
    if scanner.untold > 0 {
        let message = format!("{} more problems of this table are not shown", scanner.untold);
        let help = "mend those above first: many have the same cause";
        diagnostics.push(Diagnostic::error("D013", message).help(help));
    }
    if header.is_empty() {
        let message = "expected a line with the names of the columns, found nothing";
        let diagnostic = Diagnostic::error("D013", message)
            .at(source, Span::default(), "empty")
            .help("write the names of the columns into the first line, separated by commas");
        diagnostics.push(diagnostic);
    }
    let whole = !diagnostics.iter().any(Diagnostic::is_error);
    (whole.then(|| Rows::new(source, &header, cells)), diagnostics)
}

struct Scanner<'s> {
    source: &'s Source,
    at: usize,
    diagnostics: Vec<Diagnostic>,
    /// Whether a quote that is never closed swallowed the rest of the text.
    ended_in_quotes: bool,
    /// Problems that are only counted.
    untold: usize,
}

impl<'s> Scanner<'s> {
    fn tell(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MOST_TOLD {
            self.diagnostics.push(diagnostic);
        } else {
            self.untold += 1;
        }
    }

    fn rest(&self) -> &'s str {
        &self.source.text()[self.at..]
    }

    /// Adds the places of the cells of the next line that is not empty; false at the end.
    fn record(&mut self, cells: &mut Vec<Span>) -> bool {
        while self.line_ending() {}
        if self.rest().is_empty() {
            return false;
        }
        loop {
            cells.push(self.cell());
            if self.rest().starts_with(',') {
                self.at += 1;
            } else {
                self.line_ending();
                return true;
            }
        }
    }

    fn line_ending(&mut self) -> bool {
        let length = ["\r\n", "\n", "\r"]
            .iter()
            .find(|ending| self.rest().starts_with(**ending));
        self.at += length.map_or(0, |ending| ending.len());
        length.is_some()
    }

    /// A cell up to the comma or line ending after it.
    fn cell(&mut self) -> Span {
        let start = self.at;
        if self.rest().starts_with('"') {
            return self.quoted_cell();
        }
        let rest = self.rest();
        let length = rest.find([',', '\n', '\r']).unwrap_or(rest.len());
        self.at += length;
        Span::new(start, self.at)
    }

    fn quoted_cell(&mut self) -> Span {
        let start = self.at;
        self.at += 1;
        loop {
            let rest = self.rest();
            let Some(length) = rest.find('"') else {
                let message = "a quoted cell is never closed";
                let diagnostic = Diagnostic::error("D013", message)
                    .at(self.source, Span::new(start, start + 1), "begins here")
                    .help("end it with `\"`; a quote inside it is written twice");
                self.tell(diagnostic);
                self.at = self.source.text().len();
                self.ended_in_quotes = true;
                break;
            };
            self.at += length + 1;
            if !self.rest().starts_with('"') {
                break;
            }
            self.at += 1;
        }
        let end = self.at;
        let rest = self.rest();
        let stray = rest.find([',', '\n', '\r']).unwrap_or(rest.len());
        if stray > 0 {
            let message = "expected a comma or the end of the line after a quoted cell";
            let diagnostic = Diagnostic::error("D013", message)
                .at(self.source, Span::new(end, end + stray), "unexpected")
                .help("a quote inside a quoted cell is written twice");
            self.tell(diagnostic);
            self.at += stray;
        }
        Span::new(start, end)
    }

    fn wrong_width(&mut self, header: &[Span], cells: &[Span]) {
        let message = format!(
            "expected {} cells as in the header, found {}",
            header.len(),
            cells.len()
        );
        let diagnostic = Diagnostic::error("D013", message);
        let diagnostic = match (cells.get(header.len()), cells.last(), header.get(cells.len())) {
            (Some(surplus), _, _) => diagnostic
                .at(self.source, *surplus, "the first cell too many")
                .help("a cell that holds a comma goes into double quotes"),
            (None, Some(last), Some(missing)) => {
                let label = format!("the line ends here, before `{}`", self.source.slice(*missing));
                diagnostic
                    .at(self.source, *last, label)
                    .help("leave a cell blank, between its commas, where there is no value")
            }
            _ => diagnostic,
        };
        self.tell(diagnostic);
    }

    /// A header of one unquoted cell that other programs would cut.
    fn check_separator(&mut self, header: &[Span]) {
        let &[only] = header else { return };
        let text = self.source.slice(only);
        let separator = [(';', "semicolons"), ('\t', "tabs")]
            .into_iter()
            .find(|(separator, _)| text.contains(*separator));
        if let Some((_, name)) = separator.filter(|_| !text.starts_with('"')) {
            let message = format!("the cells of this table are separated by {name}");
            let diagnostic = Diagnostic::error("D013", message)
                .at(self.source, only, "read as one name")
                .help("separate cells with commas, and write the decimal point as `.`");
            self.tell(diagnostic);
        }
    }
}

/// Writes a table, whole or not at all.
///
/// # Errors
/// The file cannot be written, or a row is not as long as the header.
pub fn write_table<R>(path: impl AsRef<Path>, header: &[&str], rows: R) -> Result<(), IoError>
where
    R: IntoIterator,
    R::Item: IntoIterator,
    <R::Item as IntoIterator>::Item: AsRef<[u8]>,
{
    let path = path.as_ref();
    let file = written(AtomicFile::create(path)?, header, rows);
    file.map_err(|kind| IoError::new("write", path, kind))?.finish()
}

/// A table as text.
///
/// # Errors
/// A row is not as long as the header.
pub fn table<R>(header: &[&str], rows: R) -> Result<Vec<u8>, IoErrorKind>
where
    R: IntoIterator,
    R::Item: IntoIterator,
    <R::Item as IntoIterator>::Item: AsRef<[u8]>,
{
    written(Vec::new(), header, rows)
}

fn written<W, R>(to: W, header: &[&str], rows: R) -> Result<W, IoErrorKind>
where
    W: Write,
    R: IntoIterator,
    R::Item: IntoIterator,
    <R::Item as IntoIterator>::Item: AsRef<[u8]>,
{
    let mut writer = ::csv::Writer::from_writer(to);
    writer.write_record(header).map_err(why)?;
    for row in rows {
        writer.write_record(row).map_err(why)?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

fn why(error: ::csv::Error) -> IoErrorKind {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => IoErrorKind::System(error),
        ::csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => IoErrorKind::Shape {
            found: len as usize,
            expected: format!("{expected_len} columns"),
        },
        other => IoErrorKind::System(std::io::Error::other(format!("{other:?}"))),
    }
}
