//! Who is treated by strategies: `library/people/*.toml`, a title, a condition and a population as courses have it.

use crate::assembly::LATENT_INSTRUMENT;
use crate::course::{People, people};
use crate::library::Library;
use crate::response::Disorder;
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_document::{Document, Reader};

/// A group of people.
#[derive(Clone, Debug)]
pub struct Group {
    /// Stem of its file.
    pub id: String,
    /// Title.
    pub title: String,
    /// Condition, a word of the evidence tables.
    pub condition: String,
    /// Treatments that have failed them already.
    pub failed: u32,
    /// Their characteristics.
    pub people: People,
    /// The text it came from.
    pub source: Source,
}

/// Reads a group; `id` is the stem of its file.
#[must_use]
pub fn read_group(id: &str, document: &Document, library: &Library) -> (Option<Group>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
    let group = group(id, &mut reader, library);
    reader.finish();
    let group = group.filter(|_| !diagnostics.iter().any(Diagnostic::is_error));
    document.leave_out_reported(&mut diagnostics);
    (group, diagnostics)
}

fn group(id: &str, reader: &mut Reader<'_, '_>, library: &Library) -> Option<Group> {
    let title = reader.required_string("title");
    let condition = reader.required_string("condition");
    let failed = reader.optional_integer("failed", 0..=100);
    let people = people::read(reader, library);
    if let Some(condition) = &condition
        && Disorder::of(condition).is_none_or(|disorder| !disorder.is_depression())
    {
        let message = format!("strategies are for depression; `{condition}` is something else");
        reader.report("condition", "K001", message, "no care for it is in the library");
        return None;
    }
    let (_, people) = people?;
    let instrument = people.instrument();
    if !instrument.descends_from(LATENT_INSTRUMENT) {
        let message = format!(
            "scores of the {} cannot be read from the response model",
            instrument.abbreviation
        );
        reader.push(Diagnostic::error("K005", message));
        return None;
    }
    Some(Group {
        id: id.to_owned(),
        title: title?,
        condition: condition?,
        failed: failed.and_then(|failed| u32::try_from(failed).ok()).unwrap_or(0),
        people,
        source: reader.source().clone(),
    })
}
