//! What goes on beside the treatments: an antidepressant, psychotherapy.

use super::{Antidepressant, Psychotherapy, schedule};
use euthymia_document::Reader;

const ANTIDEPRESSANTS: [(&str, Antidepressant); 3] = [
    ("none", Antidepressant::None),
    ("stable", Antidepressant::Stable),
    ("newly-started", Antidepressant::NewlyStarted),
];

/// Kinds of psychotherapy that a course can name, and how they are said.
const KINDS: [(&str, Option<&str>); 9] = [
    ("none", None),
    ("cbt", Some("cognitive behavioural therapy")),
    ("act", Some("acceptance and commitment therapy")),
    ("ipt", Some("interpersonal therapy")),
    ("mindfulness", Some("mindfulness-based therapy")),
    ("motivational", Some("motivational therapy")),
    ("prolonged-exposure", Some("prolonged exposure")),
    ("psychodynamic", Some("psychodynamic therapy")),
    ("supportive", Some("supportive therapy")),
];

/// Reads `[background]`.
pub(crate) fn antidepressant(reader: &mut Reader<'_, '_>) -> Option<Antidepressant> {
    let given = reader.has("background");
    let value = reader.optional_table("background", |table| {
        let given = table.has("antidepressant");
        match table.optional_choice("antidepressant", &ANTIDEPRESSANTS) {
            None if given => None,
            value => Some(value.unwrap_or(Antidepressant::None)),
        }
    });
    if given { value } else { Some(Antidepressant::None) }
}

/// Reads `[psychotherapy]`: the outer `None` is a mistake, the inner one no psychotherapy.
pub(crate) fn psychotherapy(
    reader: &mut Reader<'_, '_>,
    horizon_h: Option<f64>,
) -> Option<Option<Psychotherapy>> {
    let given = reader.has("psychotherapy");
    let value = reader.optional_table("psychotherapy", |table| {
        let given = table.has("kind");
        let kind = table.optional_choice("kind", &KINDS);
        let schedule = schedule::read(table, "session", horizon_h);
        match kind {
            None if given => None,
            None | Some(None) => Some(None),
            Some(Some(kind)) => {
                let schedule = schedule?;
                Some(Some(Psychotherapy {
                    kind: kind.to_owned(),
                    times_h: schedule.times_h,
                    schedule: schedule.words,
                }))
            }
        }
    });
    if given { value } else { Some(None) }
}
