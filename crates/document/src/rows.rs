//! Tables of cells with spans, and the reader that checks them row by row.

use std::borrow::Cow;
use std::ops::RangeBounds;

use euthymia_diagnostics::{Diagnostic, Source, Span, nearest};
use euthymia_units::Quantity;

use crate::check::{Text, code_list, in_range};
use crate::node::quoted;
use crate::wanted::Wanted;

/// A table: a header and rows, all of the same length.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// The text.
    pub source: Source,
    /// Names of the columns.
    pub header: Vec<Cell<'static>>,
    /// Where the cells below the header are written, row after row: a table of millions of cells fits into memory only
    /// without a text for each.
    cells: Vec<Span>,
}

/// One row: as many cells as the header has.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    source: &'a Source,
    cells: &'a [Span],
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell<'a> {
    /// Its text without quotes.
    pub text: Cow<'a, str>,
    /// Where it is written, quotes included.
    pub span: Span,
}

impl<'a> Cell<'a> {
    fn new(source: &'a Source, span: Span) -> Self {
        let written = source.slice(span);
        let text = match written.strip_prefix('"') {
            None => Cow::Borrowed(written),
            Some(quoted) => {
                let inside = quoted.strip_suffix('"').unwrap_or(quoted);
                if inside.contains('"') {
                    Cow::Owned(inside.replace("\"\"", "\""))
                } else {
                    Cow::Borrowed(inside)
                }
            }
        };
        Self { text, span }
    }
}

impl<'a> Row<'a> {
    /// The cell of a column.
    #[must_use]
    pub fn get(self, column: usize) -> Option<Cell<'a>> {
        Some(Cell::new(self.source, *self.cells.get(column)?))
    }

    /// All cells.
    pub fn cells(self) -> impl Iterator<Item = Cell<'a>> {
        let source = self.source;
        self.cells.iter().map(move |span| Cell::new(source, *span))
    }

    /// From the first cell to the last.
    #[must_use]
    pub fn span(self) -> Span {
        self.cells.iter().copied().reduce(Span::to).unwrap_or_default()
    }
}

impl Rows {
    /// A table by the places of its cells, quotes included: those of the header, then row after row.
    #[must_use]
    pub fn new(source: &Source, header: &[Span], cells: Vec<Span>) -> Self {
        let name = |span: &Span| Cell {
            text: Cow::Owned(Cell::new(source, *span).text.into_owned()),
            span: *span,
        };
        Self {
            source: source.clone(),
            header: header.iter().map(name).collect(),
            cells,
        }
    }

    /// The table of some of the rows.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(Row<'_>) -> bool) -> Self {
        let kept = self.rows().filter(|row| keep(*row));
        Self {
            source: self.source.clone(),
            header: self.header.clone(),
            cells: kept.flat_map(|row| row.cells.iter().copied()).collect(),
        }
    }

    /// What follows the header.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        let row = |cells| Row {
            source: &self.source,
            cells,
        };
        self.cells.chunks_exact(self.header.len().max(1)).map(row)
    }

    /// The row at a place among [`Self::rows`].
    #[must_use]
    pub fn row(&self, at: usize) -> Option<Row<'_>> {
        let width = self.header.len();
        let start = at.checked_mul(width)?;
        let cells = self.cells.get(start..start.checked_add(width)?)?;
        Some(Row {
            source: &self.source,
            cells,
        })
    }

    /// Checks the header, then reads every row with `read`; what `read` answers `None` to is left out.
    ///
    /// Columns that are neither required nor optional are reported, as are required ones that are missing and ones that
    /// stand twice; with a wrong header no row is read.
    pub fn read<T>(
        &self,
        required: &[&str],
        optional: &[&str],
        diagnostics: &mut Vec<Diagnostic>,
        mut read: impl FnMut(&mut RowReader<'_, '_>) -> Option<T>,
    ) -> Vec<T> {
        let before = diagnostics.len();
        self.check_header(required, optional, diagnostics);
        if diagnostics[before..].iter().any(Diagnostic::is_error) {
            return Vec::new();
        }
        let one = |row| {
            read(&mut RowReader {
                rows: self,
                row,
                diagnostics: &mut *diagnostics,
            })
        };
        self.rows().filter_map(one).collect()
    }

    fn check_header(&self, required: &[&str], optional: &[&str], diagnostics: &mut Vec<Diagnostic>) {
        let mut missing: Vec<&str> = required
            .iter()
            .copied()
            .filter(|name| self.column(name).is_none())
            .collect();
        for (at, cell) in self.header.iter().enumerate() {
            if let Some(first) = self.header[..at].iter().find(|earlier| earlier.text == cell.text) {
                let message = format!("the column `{}` stands twice", cell.text);
                let diagnostic = Diagnostic::error("D015", message)
                    .at(&self.source, cell.span, "again here")
                    .at(&self.source, first.span, "first here");
                diagnostics.push(diagnostic);
            } else if !required.iter().chain(optional).any(|name| *name == cell.text) {
                let absent = optional
                    .iter()
                    .copied()
                    .filter(|name| self.column(name).is_none());
                let near = nearest(&cell.text, missing.iter().copied().chain(absent));
                let message = format!("unknown column `{}`", cell.text);
                let mut diagnostic =
                    Diagnostic::error("D015", message).at(&self.source, cell.span, "unknown column");
                if let Some(near) = near {
                    diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                    missing.retain(|name| *name != near);
                }
                let known: Vec<&str> = required.iter().chain(optional).copied().collect();
                diagnostics.push(diagnostic.note(format!("known columns: {}", code_list(&known))));
            }
        }
        let whole = self
            .header
            .iter()
            .map(|cell| cell.span)
            .reduce(Span::to)
            .unwrap_or_default();
        for name in missing {
            let message = format!("the column `{name}` is missing");
            diagnostics.push(Diagnostic::error("D014", message).at(&self.source, whole, "in this header"));
        }
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|cell| cell.text == name)
    }
}

/// Hands out the cells of one row. A blank cell is an absent value.
#[derive(Debug)]
pub struct RowReader<'t, 'd> {
    rows: &'t Rows,
    row: Row<'t>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'t> RowReader<'t, '_> {
    /// A cell that may be blank.
    pub fn optional(&mut self, column: &'t str) -> Option<CellItem<'t, '_>> {
        let cell = self.row.get(self.rows.column(column)?)?;
        if cell.text.trim().is_empty() {
            return None;
        }
        Some(CellItem {
            cell,
            column,
            source: &self.rows.source,
            diagnostics: self.diagnostics,
        })
    }

    /// A cell that must not be blank.
    pub fn required(&mut self, column: &'t str) -> Option<CellItem<'t, '_>> {
        let cell = self.row.get(self.rows.column(column)?)?;
        if cell.text.trim().is_empty() {
            let message = format!("`{column}` is blank");
            // A blank cell has no width; the separator beside it shows where it is.
            let span = Span {
                end: cell.span.end.max(cell.span.start + 1),
                ..cell.span
            };
            let label = format!("`{column}` must have a value");
            self.diagnostics
                .push(Diagnostic::error("D009", message).at(&self.rows.source, span, label));
            return None;
        }
        Some(CellItem {
            cell,
            column,
            source: &self.rows.source,
            diagnostics: self.diagnostics,
        })
    }

    /// A text that must be there.
    pub fn required_string(&mut self, column: &'t str) -> Option<String> {
        Some(self.required(column)?.string())
    }

    /// A text that may be absent.
    pub fn optional_string(&mut self, column: &'t str) -> Option<String> {
        Some(self.optional(column)?.string())
    }

    /// A finite number that must be there.
    pub fn required_number(&mut self, column: &'t str, range: impl RangeBounds<f64>) -> Option<f64> {
        self.required(column)?.number(range)
    }

    /// A finite number that may be absent.
    pub fn optional_number(&mut self, column: &'t str, range: impl RangeBounds<f64>) -> Option<f64> {
        self.optional(column)?.number(range)
    }

    /// A whole number that must be there.
    pub fn required_integer(&mut self, column: &'t str, range: impl RangeBounds<i64>) -> Option<i64> {
        self.required(column)?.integer(range)
    }

    /// A whole number that may be absent.
    pub fn optional_integer(&mut self, column: &'t str, range: impl RangeBounds<i64>) -> Option<i64> {
        self.optional(column)?.integer(range)
    }

    /// One of some words that must be there.
    pub fn required_choice<T: Clone>(&mut self, column: &'t str, words: &[(&str, T)]) -> Option<T> {
        self.required(column)?.choice(words)
    }

    /// One of some words that may be absent.
    pub fn optional_choice<T: Clone>(&mut self, column: &'t str, words: &[(&str, T)]) -> Option<T> {
        self.optional(column)?.choice(words)
    }

    /// Where the cell of a column is written.
    #[must_use]
    pub fn span(&self, column: &str) -> Span {
        let at = self.rows.column(column);
        at.and_then(|at| self.row.cells.get(at).copied())
            .unwrap_or_default()
    }

    /// The text being read.
    #[must_use]
    pub fn source(&self) -> &'t Source {
        &self.rows.source
    }

    /// Reports something about a cell that only the caller can know.
    pub fn report(
        &mut self,
        column: &str,
        code: &'static str,
        message: impl Into<String>,
        label: impl Into<String>,
    ) {
        let span = self.span(column);
        self.diagnostics
            .push(Diagnostic::error(code, message).at(&self.rows.source, span, label));
    }
}

/// A cell with something in it.
#[derive(Debug)]
pub struct CellItem<'t, 'd> {
    cell: Cell<'t>,
    column: &'t str,
    source: &'t Source,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'t> CellItem<'t, '_> {
    /// Its text without surrounding blanks.
    #[must_use]
    pub fn string(self) -> String {
        self.cell.text.trim().to_owned()
    }

    /// A finite number within a range.
    #[must_use]
    pub fn number(self, range: impl RangeBounds<f64>) -> Option<f64> {
        match self.cell.text.trim().parse::<f64>() {
            Ok(value) if value.is_finite() => {
                let checked = in_range(value, &range, (self.source, self.cell.span, self.column));
                self.keep(checked)
            }
            _ => self.wrong_kind("a number"),
        }
    }

    /// A whole number within a range.
    #[must_use]
    pub fn integer(self, range: impl RangeBounds<i64>) -> Option<i64> {
        match self.cell.text.trim().parse::<i64>() {
            Ok(value) => {
                let checked = in_range(value, &range, (self.source, self.cell.span, self.column));
                self.keep(checked)
            }
            Err(_) => self.wrong_kind("a whole number"),
        }
    }

    /// One of some words, as the value that stands beside it.
    #[must_use]
    pub fn choice<T: Clone>(self, words: &[(&str, T)]) -> Option<T> {
        let checked = self.text().choice(words);
        self.keep(checked)
    }

    /// A quantity of the wanted kind.
    #[must_use]
    pub fn quantity(self, wanted: &Wanted) -> Option<Quantity> {
        let checked = self.text().quantity(wanted);
        self.keep(checked)
    }

    fn text(&self) -> Text<'_> {
        Text {
            source: self.source,
            span: self.cell.span,
            name: self.column,
            value: self.cell.text.trim(),
        }
    }

    fn wrong_kind<T>(self, expected: &str) -> Option<T> {
        let message = format!(
            "expected {expected} in `{}`, found {}",
            self.column,
            quoted(self.cell.text.trim())
        );
        let label = format!("expected {expected}");
        self.diagnostics
            .push(Diagnostic::error("D003", message).at(self.source, self.cell.span, label));
        None
    }

    fn keep<T>(self, checked: Result<T, Diagnostic>) -> Option<T> {
        checked
            .map_err(|diagnostic| self.diagnostics.push(diagnostic))
            .ok()
    }
}
