//! `library/sources.toml`: what the citation keys stand for.

use euthymia_diagnostics::Diagnostic;
use euthymia_document::{Document, Reader};
use std::collections::BTreeMap;

/// What a citation key stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    /// Authors, title or journal, year, as printed.
    pub citation: String,
    /// Digital object identifier.
    pub doi: Option<String>,
    /// The page that was read.
    pub url: Option<String>,
    /// What was read of it.
    pub seen: Seen,
    /// Anything else a reader should know.
    pub note: Option<String>,
}

/// What was read of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The publication itself.
    Primary,
    /// A transcription of its numbers.
    Transcription,
    /// Its abstract.
    Abstract,
    /// Another text that quotes it.
    Secondary,
    /// Nothing: memory, or our own.
    Nothing,
}

impl Seen {
    /// What was read, in words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Primary => "read in the publication",
            Self::Transcription => "read in a transcription of its numbers",
            Self::Abstract => "read in its abstract",
            Self::Secondary => "read in another text that quotes it",
            Self::Nothing => "not read",
        }
    }
}

impl Citation {
    /// Where a reader can look it up: the DOI, else the page that was read.
    #[must_use]
    pub fn link(&self) -> Option<String> {
        self.doi
            .as_ref()
            .map(|doi| format!("https://doi.org/{doi}"))
            .or_else(|| self.url.clone())
    }
}

/// All citation keys.
pub type Sources = BTreeMap<String, Citation>;

const SEEN: [(&str, Seen); 5] = [
    ("primary", Seen::Primary),
    ("transcription", Seen::Transcription),
    ("abstract", Seen::Abstract),
    ("secondary", Seen::Secondary),
    ("none", Seen::Nothing),
];

/// Reads the file.
#[must_use]
pub fn read(document: &Document) -> (Option<Sources>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
    let entries = reader.each_other(|key, item| {
        item.table(|table| {
            let citation = table.required_string("citation");
            let doi = table.optional_string("doi");
            let url = table.optional_string("url");
            let seen = table.required_choice("seen", &SEEN);
            let note = table.optional_string("note");
            Some((
                key.to_owned(),
                Citation {
                    citation: citation?,
                    doi,
                    url,
                    seen: seen?,
                    note,
                },
            ))
        })
    });
    reader.finish();
    (Some(entries.into_iter().collect()), diagnostics)
}
