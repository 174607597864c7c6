//! Everything a fit of the response model starts from, read from a library once.

use super::data::Data;
use super::priors::{self, Priors};
use super::relapses::{self, RelapseFacts, Relapses};
use super::target::Target;
use euthymia_diagnostics::Diagnostic;
use euthymia_engine::Options;
use euthymia_evidence::Evidence;
use euthymia_io::hash::sha256_hex;
use euthymia_therapy::library::Library;
use euthymia_therapy::response::{Designs, Exposure, Ratings};
use euthymia_therapy::simulate::SimulateError;
use std::fmt::Write;
use thiserror::Error;

/// Files of the library that say what is fitted to, and how.
const FILES: [&str; 4] = [
    "response/designs.toml",
    "response/ratings.toml",
    "response/relapses.toml",
    "response/priors.toml",
];
const TABLES: [&str; 4] = [
    "evidence/studies.csv",
    "evidence/arms.csv",
    "evidence/outcomes.csv",
    "evidence/comparisons.csv",
];

/// Why a library cannot be fitted to.
#[derive(Debug, Error)]
pub enum InputError {
    /// Its files are wrong.
    #[error("the library cannot be fitted to")]
    Files(Vec<Diagnostic>),
    /// The occupancy that its arms had cannot be computed.
    #[error(transparent)]
    Exposure(#[from] SimulateError),
}

/// What a fit starts from.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The trials.
    pub evidence: Evidence,
    /// What their arms received.
    pub designs: Designs,
    /// The occupancy of each regimen.
    pub exposures: Vec<Exposure>,
    /// How their ratings are read.
    pub ratings: Ratings,
    /// Whom reports of relapse are about.
    pub relapses: RelapseFacts,
    /// What is believed before.
    pub priors: Priors,
    /// The drugs that the library knows.
    pub drugs: Vec<String>,
    /// SHA-256 of all of it.
    pub hash: String,
}

impl Inputs {
    /// Reads a library.
    ///
    /// # Errors
    /// Why it cannot be fitted to.
    pub fn of(library: &Library, options: &Options) -> Result<Self, InputError> {
        let missing = |what: &str| {
            InputError::Files(vec![Diagnostic::error(
                "L053",
                format!("the library has no `{what}`"),
            )])
        };
        let evidence = library.evidence().map_err(InputError::Files)?;
        let evidence = evidence.ok_or_else(|| missing("evidence/studies.csv"))?;
        let designs = Designs::of(&evidence, library).map_err(InputError::Files)?;
        let exposures = designs.exposures(library, options)?;
        let ratings = Ratings::of(library).map_err(InputError::Files)?;
        let document = library
            .document(priors::PATH)
            .ok_or_else(|| missing(priors::PATH))?;
        let priors = Priors::read(document).map_err(InputError::Files)?;
        let relapses = match library.document(relapses::PATH) {
            Some(document) => RelapseFacts::read(document, &evidence, &designs).map_err(InputError::Files)?,
            None => RelapseFacts::default(),
        };
        let hash = hash(library, &exposures);
        Ok(Self {
            evidence,
            designs,
            exposures,
            ratings,
            relapses,
            priors,
            drugs: library.stems("drugs", ".toml"),
            hash,
        })
    }

    /// What was measured, in all studies but `without`.
    #[must_use]
    pub fn data(&self, without: &[&str]) -> Data {
        let (evidence, designs, exposures) = (&self.evidence, &self.designs, &self.exposures);
        let mut data = Data::new(evidence, designs, exposures, &self.ratings, without);
        data.relapses = Relapses::new(evidence, designs, exposures, &self.relapses, without);
        data
    }

    /// The posterior.
    #[must_use]
    pub fn target(&self) -> Target {
        Target::new(self.data(&[]), self.priors.clone())
    }
}

/// Of the files and of the occupancies, rounded to nine digits: what the models of the kinetics contribute.
fn hash(library: &Library, exposures: &[Exposure]) -> String {
    let mut text = String::new();
    for path in FILES {
        if let Some(document) = library.document(path) {
            text.push_str(document.source.text());
        }
    }
    for path in TABLES {
        if let Some(rows) = library.rows(path) {
            text.push_str(rows.source.text());
        }
    }
    for exposure in exposures {
        for value in &exposure.occupancy {
            // Writing to a string does not fail.
            let _ = write!(text, "{value:.9} ");
        }
    }
    sha256_hex(text.as_bytes())
}
