//! Interactions: what a drug taken beside does to how the body handles the treatments.
//!
//! They come from `library/interactions.toml`. An interaction is a set of factors on quantities of the models
//! (`CLINT_LIVER`, the intrinsic clearance of the liver); a model that knows one asks for it as a covariate.

use crate::lint::Grade;
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_document::{Document, Reader};
use std::collections::BTreeMap;

/// Largest factor that no unit was mistaken for.
const LARGEST: f64 = 1000.0;

/// A drug taken beside, and what it does.
#[derive(Clone, Debug, PartialEq)]
pub struct Interaction {
    /// Its key in the file (`ticlopidine`).
    pub id: String,
    /// Name in running text.
    pub name: String,
    /// What it does, in a sentence.
    pub description: String,
    /// Factor by the covariate of the models that it is.
    pub factors: BTreeMap<String, f64>,
    /// Source key.
    pub source: String,
    /// How its factors were come by.
    pub grade: Grade,
    /// Where in the source, or why.
    pub locator: String,
    /// The file it came from.
    pub file: Source,
}

/// Reads the file.
#[must_use]
pub fn read(document: &Document) -> (Option<Vec<Interaction>>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
    let count = reader.table().entries.len();
    let all = reader.each_other(|key, item| item.table(|table| interaction(key, table)));
    reader.finish();
    ((all.len() == count).then_some(all), diagnostics)
}

fn interaction(id: &str, reader: &mut Reader<'_, '_>) -> Option<Interaction> {
    let grades = Grade::ALL.map(|grade| (crate::lint::GRADES[grade as usize], grade));
    let name = reader.required_string("name");
    let description = reader.required_string("description");
    let source = reader.required_string("source");
    let grade = reader.required_choice("grade", &grades);
    let locator = reader.required_string("locator");
    let factors = reader.required_table("factors", |table| {
        let count = table.table().entries.len();
        let factors: BTreeMap<String, f64> = table
            .each_other(|name, item| Some((name.to_owned(), item.number(0.0..=LARGEST)?)))
            .into_iter()
            .collect();
        (factors.len() == count).then_some(factors)
    })?;
    if factors.is_empty() {
        reader.report(
            "factors",
            "L040",
            "an interaction without a factor does nothing",
            "nothing here",
        );
        return None;
    }
    Some(Interaction {
        id: id.to_owned(),
        name: name?,
        description: description?,
        factors,
        source: source?,
        grade: grade?,
        locator: locator?,
        file: reader.source().clone(),
    })
}

/// Every factor that any of the `known` interactions names, as the `chosen` ones together make it.
pub(crate) fn together(known: &[Interaction], chosen: &[Interaction]) -> BTreeMap<String, f64> {
    let names = known.iter().flat_map(|one| one.factors.keys());
    names
        .map(|name| {
            let product = chosen.iter().filter_map(|one| one.factors.get(name)).product();
            (name.clone(), product)
        })
        .collect()
}
