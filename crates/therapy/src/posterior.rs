//! The joint posterior that stands behind a fitted model: draws of its parameters, and what they were fitted to.
//!
//! A model of `response/` may have two files beside it. `NAME-draws.csv` holds draws of its parameters, a column for each
//! and a row for each draw; `NAME-posterior.toml` says how they were made and which trials inform them. A simulation takes
//! whole rows, so that parameters which the trials could not tell apart stay tied to each other.

mod draws;
mod fit;
mod uses;

pub use fit::{Fit, FromCondition, FromTreatment};
pub(crate) use uses::{lint, rows_of};

use crate::assembly;
use crate::library::Library;
use crate::response::{Theta, Thetas};
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_document::{Document, Rows};
use euthymia_model::Model;
use euthymia_stats::quantile;

/// Folder of the models that may have one.
pub const FOLDER: &str = "response";
/// What follows a model's name in the name of its draws.
pub const DRAWS: &str = "-draws.csv";
/// What follows a model's name in the name of the file that says how they were made.
pub const ABOUT: &str = "-posterior.toml";

/// Draws of the parameters of a model from their joint posterior.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// The parameters, in the order of the columns.
    names: Vec<String>,
    /// Row after row.
    values: Vec<f64>,
    /// How the draws were made, and what they were fitted to.
    pub fit: Fit,
    /// The draws, then what is said of them.
    pub files: [Source; 2],
}

/// A parameter in the posterior: its median and the range that nine in ten draws lie in.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Marginal {
    /// 5th percentile.
    pub p05: f64,
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
    /// Standard deviation.
    pub sd: f64,
}

impl Posterior {
    /// The parameters that are drawn, in the order of the columns.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Number of draws.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / self.names.len().max(1)
    }

    /// Whether there is no draw; one that was read has some.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// One draw: a value for each of [`Self::names`]. Empty beyond the last.
    #[must_use]
    pub fn draw(&self, at: usize) -> &[f64] {
        let width = self.names.len();
        self.values.get(at * width..(at + 1) * width).unwrap_or_default()
    }

    /// All draws of one parameter; `None` if it is not drawn.
    #[must_use]
    pub fn values_of(&self, name: &str) -> Option<Vec<f64>> {
        let at = self.names.iter().position(|own| own == name)?;
        Some(
            self.values
                .iter()
                .copied()
                .skip(at)
                .step_by(self.names.len())
                .collect(),
        )
    }

    /// One parameter by itself; `None` if it is not drawn.
    #[must_use]
    pub fn marginal(&self, name: &str) -> Option<Marginal> {
        let mut values = self.values_of(name)?;
        values.sort_by(f64::total_cmp);
        let at = |p| quantile::type7(&values, p);
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Some(Marginal {
            p05: at(0.05),
            p50: at(0.5),
            p95: at(0.95),
            sd: (squares / (count - 1.0).max(1.0)).sqrt(),
        })
    }
}

/// Reads the two files that stand beside a model.
///
/// Everything that is wrong with either is reported in one pass, each at its place.
#[must_use]
pub fn read(model: &Model, draws: &Rows, about: &Document) -> (Option<Posterior>, Vec<Diagnostic>) {
    let mut diagnostics = uses::also_uncertain(model, draws);
    let read = draws::read(model, draws, &mut diagnostics);
    let (fit, more) = fit::read(about, draws.rows().len());
    diagnostics.extend(more);
    let whole = !diagnostics.iter().any(Diagnostic::is_error);
    let posterior = read
        .zip(fit)
        .filter(|_| whole)
        .map(|((names, values), fit)| Posterior {
            names,
            values,
            fit,
            files: [draws.source.clone(), about.source.clone()],
        });
    (posterior, diagnostics)
}

impl Library {
    /// The posterior behind a model of `response/`; `None` where the model stands alone.
    ///
    /// # Errors
    /// One of the two files is missing, or one is wrong, or the model is.
    pub fn posterior(&self, stem: &str) -> Result<Option<Posterior>, Vec<Diagnostic>> {
        match self.posterior_and_warnings(stem)? {
            None => Ok(None),
            Some((Some(posterior), _)) => Ok(Some(posterior)),
            Some((None, diagnostics)) => Err(diagnostics),
        }
    }

    /// The draws of a fitted model of `response/`, as its closed form takes them.
    ///
    /// # Errors
    /// Its files are wrong or missing, or the draws lack a parameter of the closed form.
    pub fn response_draws(&self, stem: &str) -> Result<Vec<Thetas<f64>>, Vec<Diagnostic>> {
        let missing = |message: String| {
            let help = "`euthymia calibrate` fits the model again";
            vec![Diagnostic::error("L047", message).help(help)]
        };
        let posterior = self
            .posterior(stem)?
            .ok_or_else(|| missing(format!("the library has no posterior of `{stem}`")))?;
        let columns = Theta::ALL
            .iter()
            .map(|theta| {
                let name = theta.name();
                let at = posterior.names.iter().position(|own| own == name);
                at.ok_or_else(|| missing(format!("the posterior of `{stem}` has no parameter `{name}`")))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let rows = (0..posterior.len()).map(|at| posterior.draw(at));
        Ok(rows
            .map(|row| Thetas::new(|theta| row[columns[theta as usize]]))
            .collect())
    }

    fn posterior_and_warnings(&self, stem: &str) -> Result<Option<WithDiagnostics>, Vec<Diagnostic>> {
        let path = |end: &str| format!("{FOLDER}/{stem}{end}");
        let (draws, about) = (path(DRAWS), path(ABOUT));
        let (draws, about) = match (self.rows(&draws), self.document(&about)) {
            (None, None) => return Ok(None),
            (Some(draws), Some(about)) => (draws, about),
            (Some(_), None) => return Err(vec![uses::alone(&draws, &about)]),
            (None, Some(_)) => return Err(vec![uses::alone(&about, &draws)]),
        };
        let model = assembly::checked(&path(".R"), self)?;
        Ok(Some(read(&model, draws, about)))
    }
}

/// What was read, and what was wrong or odd.
type WithDiagnostics = (Option<Posterior>, Vec<Diagnostic>);

#[cfg(test)]
mod tests;
