//! The covariates of a subject: what each is at a record, and along which line it goes on to the next.

use euthymia_document::{Cell, Rows};
use euthymia_model::Level;
use euthymia_model::program::{since_of, slope_of};

use crate::cell::{not_a_number, parse, text};
use crate::names::ModelNames;
use crate::problems::Problems;
use crate::set::{Interpolation, Subject};

/// A covariate between two records: `value + slope*(t - since)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) value: f64,
    pub(crate) slope: f64,
    pub(crate) since: f64,
}

/// The inputs of a covariate's slope and of the time from which it is counted, where the model is compiled for them.
pub(crate) type LineInputs = Option<(u16, u16)>;

impl Line {
    pub(crate) fn constant(value: f64) -> Self {
        Self {
            value,
            slope: 0.0,
            since: 0.0,
        }
    }
}

/// Those of an input.
pub(crate) fn line_of(names: &ModelNames, input: u16) -> LineInputs {
    let name = &names.inputs.get(usize::from(input))?.name;
    let find = |name: String| {
        let at = names.inputs.iter().position(|input| input.name == name)?;
        u16::try_from(at).ok()
    };
    Some((find(slope_of(name))?, find(since_of(name))?))
}

/// Fills in the covariates of a subject from columns: index of the input, and column.
pub(crate) fn fill(
    rows: &Rows,
    columns: &[(u16, usize)],
    (names, lines): (&ModelNames, &[LineInputs]),
    interpolation: Interpolation,
    subject: &mut Subject,
    problems: &mut Problems<'_>,
) {
    let times: Vec<f64> = subject.records.iter().map(|record| record.time).collect();
    let (mut at_records, mut between) = (Vec::new(), Vec::new());
    for (&(input, column), line) in columns.iter().zip(lines) {
        let name = names
            .inputs
            .get(usize::from(input))
            .map_or("", |input| input.name.as_str());
        let cells: Vec<Cell<'_>> = subject
            .records
            .iter()
            .filter_map(|record| rows.row(record.row)?.get(column))
            .collect();
        let mut told = vec![None; times.len()];
        let mut right = true;
        for (value, cell) in told.iter_mut().zip(&cells) {
            let Some(text) = text(cell) else { continue };
            *value = parse(text);
            if value.is_none() {
                not_a_number(cell, name, problems);
                right = false;
            }
        }
        if let (true, true, Some(first)) = (right, told.iter().all(Option::is_none), cells.first()) {
            let message = format!(
                "the covariate `{name}` of ID {} is missing in every record",
                subject.id
            );
            let help = format!("write `{name}` in at least one record: it is carried to the others");
            problems.error("N024", first.span, message, "missing here", help);
        }
        // Occasions are numbered, and nothing lies between two of them.
        let interpolation = if name == Level::Occasion.word() {
            Interpolation::Locf
        } else {
            interpolation
        };
        let known = Known::new(&times, &told, interpolation);
        let on: Vec<Line> = (0..times.len()).map(|at| known.after(at)).collect();
        if line.is_none() && on.iter().any(|line| line.slope != 0.0) {
            let message = format!("`{name}` changes along lines, for which the model is not compiled");
            let help = "carry covariates forward or backward";
            let span = cells.first().map(|cell| cell.span).unwrap_or_default();
            problems.error("N029", span, message, "this covariate", help);
        }
        at_records.push((0..times.len()).map(|at| known.at(at)).collect::<Vec<f64>>());
        between.push(on);
    }
    for at in 0..times.len() {
        subject.covariates.extend(at_records.iter().map(|own| own[at]));
        subject.between.extend(between.iter().map(|own| own[at]));
    }
}

/// A covariate as it is told. What is absent everywhere has been reported, and the data set is refused.
struct Known<'a> {
    times: &'a [f64],
    told: &'a [Option<f64>],
    interpolation: Interpolation,
    /// For each record, the last up to it that tells a value, and the first from it on.
    before: Vec<Option<usize>>,
    after: Vec<Option<usize>>,
    /// How often the clock was set back up to each record.
    set_back: Vec<usize>,
}

impl<'a> Known<'a> {
    fn new(times: &'a [f64], told: &'a [Option<f64>], interpolation: Interpolation) -> Self {
        let last = |last: &mut Option<usize>, at: usize| {
            *last = told[at].map(|_| at).or(*last);
            Some(*last)
        };
        let before = (0..told.len()).scan(None, last).collect();
        let mut after: Vec<_> = (0..told.len()).rev().scan(None, last).collect();
        after.reverse();
        let count = |count: &mut usize, at: usize| {
            *count += usize::from(at > 0 && times[at] < times[at - 1]);
            Some(*count)
        };
        Self {
            times,
            told,
            interpolation,
            before,
            after,
            set_back: (0..times.len()).scan(0, count).collect(),
        }
    }

    /// The record that tells the value at one: itself, or the nearest before it, or after it, or the nearest on the other
    /// side.
    fn teller(&self, at: usize, backward: bool) -> Option<usize> {
        if backward {
            self.before[at].or(self.after[at])
        } else {
            self.after[at].or(self.before[at])
        }
    }

    fn value(&self, teller: Option<usize>) -> f64 {
        teller.and_then(|at| self.told[at]).unwrap_or(f64::NAN)
    }

    /// The value at a record.
    fn at(&self, at: usize) -> f64 {
        self.value(self.teller(at, self.interpolation != Interpolation::Nocb))
    }

    /// The line from a record to the next.
    fn after(&self, at: usize) -> Line {
        if at + 1 >= self.times.len() {
            return Line::constant(self.at(at));
        }
        let (left, right) = (self.teller(at, true), self.teller(at + 1, false));
        let (from, to) = (self.value(left), self.value(right));
        match (self.interpolation, left, right) {
            (Interpolation::Locf, ..) => Line::constant(from),
            (Interpolation::Nocb, ..) => Line::constant(to),
            (Interpolation::Midpoint, ..) => Line::constant(0.5 * (from + to)),
            (Interpolation::Linear, Some(left), Some(right)) if left < right => {
                let length = self.times[right] - self.times[left];
                if self.set_back[left] != self.set_back[right] || length <= 0.0 {
                    return Line::constant(from);
                }
                Line {
                    value: from,
                    slope: (to - from) / length,
                    since: self.times[left],
                }
            }
            (Interpolation::Linear, ..) => Line::constant(from),
        }
    }
}
