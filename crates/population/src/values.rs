//! Columns of rows on their way from the engine to a file: what repeats is told once, and what the engine computed is lent.

use std::borrow::Cow;

/// Rows of results, column by column in the order of [`Run::columns`](crate::Run::columns).
#[derive(Clone, Debug, PartialEq)]
pub struct Batch<'b> {
    /// How many rows.
    pub rows: usize,
    /// The columns.
    pub columns: Vec<Values<'b>>,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Values<'b> {
    /// Of [`Kind::Whole`](crate::Kind::Whole).
    Whole(Runs<i64>),
    /// Of [`Kind::Number`](crate::Kind::Number).
    Number(Cow<'b, [f64]>),
    /// Of [`Kind::Number`](crate::Kind::Number): the same numbers over and over, such as the times of every subject.
    Cycle {
        /// The numbers.
        numbers: Cow<'b, [f64]>,
        /// How often.
        times: usize,
    },
    /// Of [`Kind::Word`](crate::Kind::Word).
    Word(Runs<u32>),
}

/// Values that stand in several rows one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runs<T> {
    runs: Vec<(T, usize)>,
    rows: usize,
}

impl<T> Default for Runs<T> {
    fn default() -> Self {
        Self {
            runs: Vec::new(),
            rows: 0,
        }
    }
}

impl<T: Copy + PartialEq> Runs<T> {
    /// Appends a value that stands in so many rows.
    pub fn push(&mut self, value: T, rows: usize) {
        self.rows += rows;
        match self.runs.last_mut() {
            Some((last, count)) if *last == value => *count += rows,
            _ if rows == 0 => {}
            _ => self.runs.push((value, rows)),
        }
    }

    /// The values, each with the number of its rows.
    #[must_use]
    pub fn runs(&self) -> &[(T, usize)] {
        &self.runs
    }

    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The value of every row.
    pub fn each(&self) -> impl Iterator<Item = T> + '_ {
        self.runs
            .iter()
            .flat_map(|&(value, count)| std::iter::repeat_n(value, count))
    }
}

impl<T: Copy + PartialEq> FromIterator<T> for Runs<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut runs = Self::default();
        values.into_iter().for_each(|value| runs.push(value, 1));
        runs
    }
}

/// Whether the bits are the same.
fn same(one: &[f64], other: &[f64]) -> bool {
    let bits = |value: &f64| value.to_bits();
    one.iter().map(bits).eq(other.iter().map(bits))
}

impl Batch<'_> {
    /// The rows, and nothing lent.
    #[must_use]
    pub fn into_owned(self) -> Batch<'static> {
        Batch {
            rows: self.rows,
            columns: self.columns.into_iter().map(Values::into_owned).collect(),
        }
    }
}

impl<'b> Batch<'b> {
    /// Appends rows of the same columns.
    pub fn append(&mut self, more: Batch<'b>) {
        self.rows += more.rows;
        for (values, more) in self.columns.iter_mut().zip(more.columns) {
            values.append(more);
        }
    }
}

impl<'b> Values<'b> {
    /// The values, and nothing lent.
    #[must_use]
    pub fn into_owned(self) -> Values<'static> {
        match self {
            Self::Whole(runs) => Values::Whole(runs),
            Self::Word(runs) => Values::Word(runs),
            Self::Number(numbers) => Values::Number(Cow::Owned(numbers.into_owned())),
            Self::Cycle { numbers, times } => Values::Cycle {
                numbers: Cow::Owned(numbers.into_owned()),
                times,
            },
        }
    }

    /// Appends more of the same column.
    fn append(&mut self, more: Self) {
        match (&mut *self, more) {
            (Self::Whole(own), Self::Whole(more)) => {
                more.runs.iter().for_each(|&(value, rows)| own.push(value, rows));
            }
            (Self::Word(own), Self::Word(more)) => {
                more.runs.iter().for_each(|&(value, rows)| own.push(value, rows));
            }
            (
                Self::Cycle { numbers, times },
                Self::Cycle {
                    numbers: own,
                    times: more,
                },
            ) if same(numbers, &own) => {
                *times += more;
            }
            (Self::Number(own), Self::Number(more)) => own.to_mut().extend_from_slice(&more),
            (_, more) => {
                let mut all = self.numbers();
                all.extend(more.numbers());
                *self = Self::Number(Cow::Owned(all));
            }
        }
    }

    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        match self {
            Self::Whole(runs) => runs.rows,
            Self::Word(runs) => runs.rows,
            Self::Number(numbers) => numbers.len(),
            Self::Cycle { numbers, times } => numbers.len() * times,
        }
    }

    /// The value of every row as a number: of a word, its place in the list.
    #[must_use]
    pub fn numbers(&self) -> Vec<f64> {
        match self {
            Self::Whole(runs) => runs.each().map(|value| value as f64).collect(),
            Self::Word(runs) => runs.each().map(f64::from).collect(),
            Self::Number(numbers) => numbers.to_vec(),
            Self::Cycle { numbers, times } => numbers.repeat(*times),
        }
    }
}
