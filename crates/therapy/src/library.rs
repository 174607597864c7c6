//! The library as the domain sees it: parsed files by their path, handed in by whoever may open files.

use crate::assembly::LATENT_INSTRUMENT;
use crate::drug::{self, Drug};
use crate::instrument::{self, Instrument};
use crate::interaction::{self, Interaction};
use crate::moiety::{self, Moiety};
use crate::sources::{self, Sources};
use euthymia_diagnostics::{Diagnostic, Source, nearest};
use euthymia_document::{Document, Rows};
use euthymia_evidence::{Evidence, Tables};
use std::collections::BTreeMap;

/// Tables of `evidence/` that make up the trials.
const EVIDENCE_TABLES: [&str; 7] = [
    "studies",
    "arms",
    "outcomes",
    "comparisons",
    "pooled",
    "review_data",
    "claims",
];

/// Drugs taken beside.
pub(crate) const INTERACTIONS: &str = "interactions.toml";

fn evidence_path(name: &str) -> String {
    format!("evidence/{name}.csv")
}

/// Files of `library/`, by their path from there with `/` between names (`drugs/esketamine.toml`).
#[derive(Clone, Debug, Default)]
pub struct Library {
    documents: BTreeMap<String, Document>,
    texts: BTreeMap<String, Source>,
    tables: BTreeMap<String, Rows>,
}

impl Library {
    /// A library without a file.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a TOML file.
    pub fn add_document(&mut self, path: impl Into<String>, document: Document) {
        self.documents.insert(path.into(), document);
    }

    /// Adds a model file.
    pub fn add_text(&mut self, path: impl Into<String>, text: Source) {
        self.texts.insert(path.into(), text);
    }

    /// Adds a CSV file.
    pub fn add_rows(&mut self, path: impl Into<String>, rows: Rows) {
        self.tables.insert(path.into(), rows);
    }

    /// Stems of the files of a folder with an extension, sorted.
    #[must_use]
    pub fn stems(&self, folder: &str, extension: &str) -> Vec<String> {
        let paths = self
            .documents
            .keys()
            .chain(self.texts.keys())
            .chain(self.tables.keys());
        paths
            .filter_map(|path| {
                path.strip_prefix(folder)?
                    .strip_prefix('/')?
                    .strip_suffix(extension)
            })
            .map(str::to_owned)
            .collect()
    }

    /// A TOML file by its path.
    #[must_use]
    pub fn document(&self, path: &str) -> Option<&Document> {
        self.documents.get(path)
    }

    /// A model file by its path.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&Source> {
        self.texts.get(path)
    }

    /// A CSV file by its path.
    #[must_use]
    pub fn rows(&self, path: &str) -> Option<&Rows> {
        self.tables.get(path)
    }

    /// All TOML files with their paths, sorted.
    pub fn documents(&self) -> impl Iterator<Item = (&str, &Document)> {
        self.documents
            .iter()
            .map(|(path, document)| (path.as_str(), document))
    }

    /// All model files with their paths, sorted.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.texts.iter().map(|(path, text)| (path.as_str(), text))
    }

    /// All CSV files with their paths, sorted.
    pub fn tables(&self) -> impl Iterator<Item = (&str, &Rows)> {
        self.tables.iter().map(|(path, rows)| (path.as_str(), rows))
    }

    /// The drug of that name.
    ///
    /// # Errors
    /// The file is not there, or is wrong.
    pub fn drug(&self, id: &str) -> Result<Drug, Vec<Diagnostic>> {
        let document = self.expect_document("drugs", id)?;
        whole(drug::read(id, document))
    }

    /// The instrument of that name, and what it is read from.
    ///
    /// # Errors
    /// The file is not there, or is wrong, or one is that its links lead to.
    pub fn instrument(&self, id: &str) -> Result<Instrument, Vec<Diagnostic>> {
        let find = |id: &str| {
            let document = self.expect_document("instruments", id)?;
            whole(instrument::read(id, document))
        };
        let mut instrument = find(id)?;
        instrument.trace(find)?;
        Ok(instrument)
    }

    /// An instrument that scores of the response model can be read on; `code` is of the diagnostic where they cannot.
    pub(crate) fn linked_instrument(
        &self,
        id: &str,
        code: &'static str,
    ) -> Result<Instrument, Vec<Diagnostic>> {
        let instrument = self.instrument(id)?;
        if instrument.descends_from(LATENT_INSTRUMENT) {
            return Ok(instrument);
        }
        let message = format!(
            "scores of the {} cannot be read from the response model",
            instrument.abbreviation
        );
        Err(vec![Diagnostic::error(code, message)])
    }

    /// Drugs taken beside that change how others are handled, in the order of their file; none where there is no
    /// `interactions.toml`.
    ///
    /// # Errors
    /// The file is wrong.
    pub fn interactions(&self) -> Result<Vec<Interaction>, Vec<Diagnostic>> {
        match self.documents.get(INTERACTIONS) {
            Some(document) => whole(interaction::read(document)),
            None => Ok(Vec::new()),
        }
    }

    /// The citation keys.
    ///
    /// # Errors
    /// `sources.toml` is not there, or is wrong.
    pub fn sources(&self) -> Result<Sources, Vec<Diagnostic>> {
        match self.documents.get("sources.toml") {
            Some(document) => whole(sources::read(document)),
            None => Err(vec![Diagnostic::error(
                "L001",
                "the library holds no `sources.toml`",
            )]),
        }
    }

    /// What laboratories measure: what `moieties.toml` tells, then the moieties of drugs that it does not.
    ///
    /// # Errors
    /// The file or a drug is wrong.
    pub fn moieties(&self) -> Result<Vec<Moiety>, Vec<Diagnostic>> {
        let mut moieties = match self.documents.get("moieties.toml") {
            Some(document) => whole(moiety::read(document))?,
            None => Vec::new(),
        };
        for stem in self.stems("drugs", ".toml") {
            for own in self.drug(&stem)?.moieties {
                if !moieties.iter().any(|known| known.name == own.name) {
                    moieties.push(Moiety::of_drug(&own));
                }
            }
        }
        Ok(moieties)
    }

    /// The trials; `None` in a library without evidence tables.
    ///
    /// # Errors
    /// A table is missing, or one is wrong.
    pub fn evidence(&self) -> Result<Option<Evidence>, Vec<Diagnostic>> {
        if !self.tables.keys().any(|path| path.starts_with("evidence/")) {
            return Ok(None);
        }
        let tables = EVIDENCE_TABLES.map(|name| self.tables.get(&evidence_path(name)));
        let [
            Some(studies),
            Some(arms),
            Some(outcomes),
            Some(comparisons),
            Some(pooled),
            Some(review_data),
            Some(claims),
        ] = tables
        else {
            let missing = EVIDENCE_TABLES
                .iter()
                .zip(tables)
                .filter(|(_, table)| table.is_none());
            return Err(missing
                .map(|(name, _)| self.missing("evidence", name, ".csv"))
                .collect());
        };
        let (evidence, diagnostics) = Evidence::read(&Tables {
            studies,
            arms,
            outcomes,
            comparisons,
            pooled,
            review_data,
            claims,
            conditions: &crate::condition::CONDITIONS,
        });
        whole((Some(evidence), diagnostics)).map(Some)
    }

    /// The tables that [`Self::evidence`] reads, as far as they are there.
    pub(crate) fn evidence_tables(&self) -> impl Iterator<Item = &Rows> {
        EVIDENCE_TABLES
            .iter()
            .filter_map(|name| self.tables.get(&evidence_path(name)))
    }

    fn expect_document(&self, folder: &str, stem: &str) -> Result<&Document, Vec<Diagnostic>> {
        let path = format!("{folder}/{stem}.toml");
        self.documents
            .get(&path)
            .ok_or_else(|| vec![self.missing(folder, stem, ".toml")])
    }

    /// That a file is not there, with the nearest one that is.
    pub(crate) fn missing(&self, folder: &str, stem: &str, extension: &str) -> Diagnostic {
        let stems = self.stems(folder, extension);
        let diagnostic = Diagnostic::error(
            "L001",
            format!("the library holds no `{folder}/{stem}{extension}`"),
        );
        match nearest(stem, stems.iter().map(String::as_str)) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic,
        }
    }
}

/// What was read, unless something was wrong with it.
fn whole<T>((value, diagnostics): (Option<T>, Vec<Diagnostic>)) -> Result<T, Vec<Diagnostic>> {
    match value {
        Some(value) if !diagnostics.iter().any(Diagnostic::is_error) => Ok(value),
        _ => Err(diagnostics),
    }
}
