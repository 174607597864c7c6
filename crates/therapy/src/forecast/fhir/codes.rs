//! `library/fhir.toml`: which codes and words of a bundle are which scale, drug and route of the library.

use crate::course::quantity::provenance;
use crate::library::Library;
use euthymia_diagnostics::Diagnostic;
use euthymia_document::{Document, Reader};

/// The file in the library.
const FILE: &str = "fhir.toml";

/// One thing of the library, and what bundles call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Called {
    pub(super) id: String,
    pub(super) codes: Vec<String>,
    words: Vec<String>,
}

impl Called {
    /// Whether a text names it: long words anywhere, short ones as a word of their own.
    fn in_text(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let own = |word: &str| {
            text.split(|letter: char| !letter.is_alphanumeric())
                .any(|one| one == word)
        };
        self.words.iter().any(|word| {
            if word.len() > 4 {
                text.contains(word.as_str())
            } else {
                own(word)
            }
        })
    }
}

/// What bundles call scales, drugs and routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codes {
    pub(super) scores: Vec<Called>,
    pub(super) drugs: Vec<Called>,
    pub(super) routes: Vec<Called>,
}

impl Codes {
    /// Those of a library.
    ///
    /// # Errors
    /// It has no such file, or the file is wrong.
    pub fn of(library: &Library) -> Result<Self, Vec<Diagnostic>> {
        let Some(document) = library.document(FILE) else {
            let message = format!("the library holds no `{FILE}`, which says what the codes of a bundle are");
            return Err(vec![Diagnostic::error("F022", message)]);
        };
        match read(document, library) {
            (Some(codes), diagnostics) if !diagnostics.iter().any(Diagnostic::is_error) => Ok(codes),
            (_, diagnostics) => Err(diagnostics),
        }
    }
}

/// The first of a list that has a code, or is named by a text.
pub(super) fn by_code<'c>(list: &'c [Called], code: &str) -> Option<&'c Called> {
    list.iter()
        .find(|called| called.codes.iter().any(|own| own == code))
}

/// The first of a list that a text names.
pub(super) fn by_text<'c>(list: &'c [Called], text: &str) -> Option<&'c Called> {
    list.iter().find(|called| called.in_text(text))
}

fn read(document: &Document, library: &Library) -> (Option<Codes>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
    let scores = reader.required_tables("scores", |table| {
        called(table, "instrument", "loinc", library, "instruments")
    });
    let drugs = reader.required_tables("drugs", |table| called(table, "drug", "rxnorm", library, "drugs"));
    let routes = reader.required_tables("routes", |table| called(table, "route", "snomed", library, ""));
    reader.finish();
    let codes = match (scores, drugs, routes) {
        (Some(scores), Some(drugs), Some(routes)) => Some(Codes {
            scores,
            drugs,
            routes,
        }),
        _ => None,
    };
    (codes, diagnostics)
}

fn called(
    table: &mut Reader<'_, '_>,
    key: &str,
    codes: &'static str,
    library: &Library,
    folder: &str,
) -> Option<Called> {
    let _ = provenance(table);
    let _ = table.optional_string("none-known");
    let id = table.required_string(key);
    if let Some(id) = &id
        && !folder.is_empty()
        && !library.stems(folder, ".toml").contains(id)
    {
        let message = format!("the library holds no `{folder}/{id}.toml`");
        table.report(key, "F022", message, "not there");
    }
    let codes = table.required_array(codes, |item| item.string())?;
    let words = table.required_array("text", |item| item.string())?;
    Some(Called {
        id: id?,
        codes,
        words: words
            .into_iter()
            .map(|word: String| word.to_lowercase())
            .collect(),
    })
}
