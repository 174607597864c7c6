//! `interactions = [...]`: drugs taken beside, from `library/interactions.toml`.

use crate::interaction::{self, Interaction};
use crate::library::Library;
use euthymia_diagnostics::Diagnostic;
use euthymia_document::Reader;
use std::collections::BTreeMap;

/// The interactions of a course, and every factor that the library names as they together make it.
pub(crate) fn read(
    reader: &mut Reader<'_, '_>,
    library: &Library,
) -> Option<(Vec<Interaction>, BTreeMap<String, f64>)> {
    let known = match library.interactions() {
        Ok(known) => known,
        Err(diagnostics) => {
            reader.allow(&["interactions"]);
            diagnostics
                .into_iter()
                .for_each(|diagnostic| reader.push(diagnostic));
            return None;
        }
    };
    if !reader.has("interactions") {
        reader.allow(&["interactions"]);
        return Some((Vec::new(), interaction::together(&known, &[])));
    }
    let words: Vec<(&str, &Interaction)> = known.iter().map(|one| (one.id.as_str(), one)).collect();
    if words.is_empty() {
        let message = "the library holds no interactions";
        reader.report("interactions", "C062", message, "needs `interactions.toml`");
        return None;
    }
    let chosen = reader.optional_array("interactions", |item| {
        let span = item.span();
        Some((item.choice(&words)?.clone(), span))
    })?;
    for (at, (one, span)) in chosen.iter().enumerate() {
        if chosen[..at].iter().any(|(earlier, _)| earlier.id == one.id) {
            let diagnostic = Diagnostic::error("C063", format!("`{}` is listed twice", one.id))
                .at(reader.source(), *span, "again here")
                .help("keep one of them");
            reader.push(diagnostic);
            return None;
        }
    }
    let chosen: Vec<Interaction> = chosen.into_iter().map(|(one, _)| one).collect();
    let factors = interaction::together(&known, &chosen);
    Some((chosen, factors))
}
