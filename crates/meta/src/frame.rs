//! A table as a person has it: named columns of numbers or texts, cells that may be missing, and the line of each row.

use crate::MetaError;

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Numbers; never NaN.
    Numbers(Vec<Option<f64>>),
    /// Texts.
    Texts(Vec<Option<String>>),
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    columns: Vec<(String, Column)>,
    lines: Vec<usize>,
}

impl Column {
    /// Texts as they were read: numbers, if every cell that is not missing is one, else texts.
    ///
    /// Missing is what is empty or `NA`; blanks around a cell do not count. As in R, `Inf` is a number.
    #[must_use]
    pub fn of_texts(cells: &[&str]) -> Self {
        let missing = |cell: &str| cell.is_empty() || cell == "NA";
        let numbers: Option<Vec<Option<f64>>> = cells
            .iter()
            .map(|cell| {
                let cell = cell.trim();
                if missing(cell) {
                    Some(None)
                } else {
                    number(cell).map(Some)
                }
            })
            .collect();
        numbers.map_or_else(
            || {
                let text = |cell: &&str| Some(cell.trim()).filter(|cell| !missing(cell)).map(str::to_owned);
                Self::Texts(cells.iter().map(text).collect())
            },
            Self::Numbers,
        )
    }

    /// How many cells.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(cells) => cells.len(),
            Self::Texts(cells) => cells.len(),
        }
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cells at `rows`, in that order.
    #[must_use]
    pub fn take(&self, rows: &[usize]) -> Self {
        match self {
            Self::Numbers(cells) => Self::Numbers(rows.iter().map(|row| cells[*row]).collect()),
            Self::Texts(cells) => Self::Texts(rows.iter().map(|row| cells[*row].clone()).collect()),
        }
    }

    /// The cells as texts: a whole number without a point, as R writes it.
    #[must_use]
    pub fn to_texts(&self) -> Vec<Option<String>> {
        match self {
            Self::Numbers(cells) => cells.iter().map(|cell| cell.map(|x| format!("{x}"))).collect(),
            Self::Texts(cells) => cells.clone(),
        }
    }
}

fn number(cell: &str) -> Option<f64> {
    match cell {
        "Inf" => Some(f64::INFINITY),
        "-Inf" => Some(f64::NEG_INFINITY),
        _ => cell.parse().ok().filter(|x: &f64| x.is_finite()),
    }
}

impl Frame {
    /// A table of columns of one length, whose first row was written in line 2.
    ///
    /// # Panics
    /// If the columns have different lengths.
    #[must_use]
    pub fn new(columns: Vec<(String, Column)>) -> Self {
        let rows = columns.first().map_or(0, |(_, column)| column.len());
        Self::with_lines(columns, (2..rows + 2).collect())
    }

    /// A table whose rows were written in `lines`.
    ///
    /// # Panics
    /// If a column has another number of cells than there are lines.
    #[must_use]
    pub fn with_lines(columns: Vec<(String, Column)>, lines: Vec<usize>) -> Self {
        assert!(
            columns.iter().all(|(_, column)| column.len() == lines.len()),
            "columns of one table have one length"
        );
        Self { columns, lines }
    }

    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// The line in which a row was written.
    #[must_use]
    pub fn line(&self, row: usize) -> usize {
        self.lines[row]
    }

    /// Names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// Whether there is a column of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.names().any(|found| found == name)
    }

    /// A column.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn column(&self, name: &str) -> Result<&Column, MetaError> {
        let found = self.columns.iter().find(|(found, _)| found == name);
        found
            .map(|(_, column)| column)
            .ok_or_else(|| MetaError::NoColumn {
                name: name.to_owned(),
                near: self.nearest(name),
            })
    }

    /// A column of numbers.
    ///
    /// # Errors
    /// There is none of this name, or it holds texts.
    pub fn numbers(&self, name: &str) -> Result<&[Option<f64>], MetaError> {
        match self.column(name)? {
            Column::Numbers(cells) => Ok(cells),
            Column::Texts(cells) => {
                let is_text =
                    |cell: &Option<String>| cell.as_deref().is_some_and(|text| number(text).is_none());
                let row = cells.iter().position(is_text).unwrap_or(0);
                Err(MetaError::NotNumbers {
                    name: name.to_owned(),
                    line: self.lines.get(row).copied().unwrap_or(0),
                    text: cells.get(row).cloned().flatten().unwrap_or_default(),
                })
            }
        }
    }

    /// Adds a column or replaces the one of this name.
    ///
    /// # Panics
    /// If it has another number of cells than the table has rows.
    pub fn set(&mut self, name: &str, column: Column) {
        assert_eq!(column.len(), self.rows(), "columns of one table have one length");
        match self.columns.iter_mut().find(|(found, _)| found == name) {
            Some((_, found)) => *found = column,
            None => self.columns.push((name.to_owned(), column)),
        }
    }

    /// The rows at `rows`, in that order.
    #[must_use]
    pub fn take(&self, rows: &[usize]) -> Self {
        Self {
            columns: self
                .columns
                .iter()
                .map(|(name, column)| (name.clone(), column.take(rows)))
                .collect(),
            lines: rows.iter().map(|row| self.lines[*row]).collect(),
        }
    }

    fn nearest(&self, name: &str) -> Option<String> {
        let same = |found: &&str| found.eq_ignore_ascii_case(name);
        let near = |found: &&str| strsim::osa_distance(found, name) <= 2;
        self.names()
            .find(same)
            .or_else(|| self.names().find(near))
            .map(str::to_owned)
    }
}
