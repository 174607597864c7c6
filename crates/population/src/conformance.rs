//! Cases with the answers of others: run the whole way, from model text and data set to rows, and compared.

use euthymia_dataset::Dialect;
use euthymia_diagnostics::{Diagnostic, Source, render};
use euthymia_document::Rows;
use euthymia_engine::Options;
use euthymia_model::{check::check, syntax::parse};

use crate::prepare::Run;
use crate::request::{Request, Schedule};
use crate::values::Batch;

/// Who answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Authority {
    /// NONMEM, as it printed it.
    Nonmem,
    /// rxode2.
    Rxode2,
    /// A closed form, or an integration that shares nothing with this program.
    ClosedForm,
}

impl Authority {
    /// What it is called.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Nonmem => "NONMEM",
            Self::Rxode2 => "rxode2",
            Self::ClosedForm => "closed form",
        }
    }
}

/// How near an answer has to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tolerance {
    /// Within `relative |answer| + absolute`.
    Mixed {
        /// Part of the answer.
        relative: f64,
        /// In the answer's unit.
        absolute: f64,
    },
    /// The answer's printed digits, all but for half of the last.
    Printed {
        /// How many significant digits are printed.
        digits: i32,
        /// What is allowed where the value is exactly between two printed ones, in the answer's unit.
        absolute: f64,
    },
}

impl Tolerance {
    /// The largest difference that is none.
    #[must_use]
    pub fn around(self, answer: f64) -> f64 {
        match self {
            Self::Mixed { relative, absolute } => relative * answer.abs() + absolute,
            Self::Printed { digits, absolute } => {
                let magnitude = euthymia_vecmath::scalar::log10(answer.abs().max(1e-300)).floor();
                let last = euthymia_vecmath::scalar::pow(10.0, magnitude + 1.0 - f64::from(digits));
                0.5001 * last + absolute
            }
        }
    }
}

/// A model, a data set and the answer.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is called.
    pub name: String,
    /// Who answered.
    pub authority: Authority,
    /// How the answer was made, and what is special about it.
    pub note: String,
    /// The model.
    pub model: Source,
    /// The data set.
    pub data: Rows,
    /// How it is read.
    pub dialect: Dialect,
    /// Columns of the answer by name, a value for each reported record.
    pub expected: Vec<(String, Vec<f64>)>,
    /// How near we have to be.
    pub tolerance: Tolerance,
}

/// The value that is farthest from its answer, as part of what is tolerated.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Column.
    pub column: String,
    /// Row of the answer, from 0.
    pub row: usize,
    /// What we found.
    pub found: f64,
    /// The answer.
    pub expected: f64,
    /// What is tolerated.
    pub tolerated: f64,
}

/// How a case came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// How many values were compared.
    pub values: usize,
    /// The worst of them.
    pub worst: Option<Difference>,
    /// The largest difference relative to the larger of the answer and the size at which the absolute tolerance takes over.
    pub largest_relative_error: f64,
    /// Why nothing, or not everything, could be compared.
    pub problem: Option<String>,
}

impl Outcome {
    /// Whether every value is as near as it has to be.
    #[must_use]
    pub fn agrees(&self) -> bool {
        let near = |worst: &Difference| (worst.found - worst.expected).abs() <= worst.tolerated;
        self.problem.is_none() && self.worst.as_ref().is_some_and(near)
    }
}

impl Case {
    /// Runs the case without random effects and residual error, and compares every column of the answer.
    #[must_use]
    pub fn run(&self, options: &Options) -> Outcome {
        let mut outcome = Outcome {
            values: 0,
            worst: None,
            largest_relative_error: 0.0,
            problem: None,
        };
        match self.rows(options) {
            Ok((run, batches)) => self.compare(&run, &batches, &mut outcome),
            Err(problem) => outcome.problem = Some(problem),
        }
        outcome
    }

    fn rows(&self, options: &Options) -> Result<(Run, Vec<Batch<'static>>), String> {
        let (file, mut problems) = parse(&self.model);
        let (model, more) = check(&file);
        problems.extend(more);
        let model = model.ok_or_else(|| in_words(&problems))?;
        let zero = [Source::new("--omega", "0")];
        let request = Request {
            model: &model,
            schedule: Schedule::Data(&self.data),
            times: None,
            parameters: None,
            values: &[],
            omega: &zero,
            residual: false,
            dialect: self.dialect,
            subjects: None,
            columns: None,
            seed: 1,
        };
        let (run, problems) = Run::new(&request);
        let run = run.ok_or_else(|| in_words(&problems))?;
        let batches = run.all(options).map_err(|error| error.to_string())?;
        Ok((run, batches))
    }

    fn compare(&self, run: &Run, batches: &[Batch<'_>], outcome: &mut Outcome) {
        for (name, expected) in &self.expected {
            let Some(at) = run.columns().iter().position(|column| column.name == *name) else {
                outcome.problem = Some(format!("the results have no column `{name}`"));
                return;
            };
            let found: Vec<f64> = batches
                .iter()
                .flat_map(|batch| batch.columns[at].numbers())
                .collect();
            if found.len() != expected.len() {
                let problem = format!("{} rows where the answer has {}", found.len(), expected.len());
                outcome.problem = Some(problem);
                return;
            }
            for (row, (&found, &expected)) in found.iter().zip(expected).enumerate() {
                self.one(name, row, found, expected, outcome);
            }
        }
    }

    fn one(&self, name: &str, row: usize, found: f64, expected: f64, outcome: &mut Outcome) {
        outcome.values += 1;
        // No value where the answer has none is agreement, and a value where it has none is not.
        let (found, expected) = match (found.is_nan(), expected.is_nan()) {
            (true, true) => (0.0, 0.0),
            (true, false) => (f64::INFINITY, expected),
            (false, true) => (f64::INFINITY, 0.0),
            (false, false) => (found, expected),
        };
        let tolerated = self.tolerance.around(expected);
        let difference = (found - expected).abs();
        let scale = match self.tolerance {
            Tolerance::Mixed { relative, absolute } => expected.abs().max(absolute / relative),
            Tolerance::Printed { absolute, .. } => expected.abs().max(absolute * 1e5),
        };
        outcome.largest_relative_error = outcome.largest_relative_error.max(difference / scale);
        let part = |worst: &Difference| (worst.found - worst.expected).abs() / worst.tolerated;
        if outcome
            .worst
            .as_ref()
            .is_none_or(|worst| difference / tolerated > part(worst))
        {
            outcome.worst = Some(Difference {
                column: name.to_owned(),
                row,
                found,
                expected,
                tolerated,
            });
        }
    }
}

fn in_words(problems: &[Diagnostic]) -> String {
    let style = render::Style {
        colour: false,
        width: 100,
    };
    let errors: Vec<Diagnostic> = problems
        .iter()
        .filter(|problem| problem.is_error())
        .cloned()
        .collect();
    render::text(&errors, style)
}
