//! An `Observation` as a score.

use super::codes::{Codes, by_code, by_text};
use super::{Resource, called, codes_in, date, status, words};
use crate::forecast::records::{Score, Unused};
use crate::library::Library;
use serde_json::Value;

const LOINC: &str = "http://loinc.org";

/// A score, or why it is none.
pub(super) fn score(resource: Resource<'_>, codes: &Codes, library: &Library) -> Result<Score, Unused> {
    let concept = resource.value.get("code");
    let what = called(concept);
    let concept =
        concept.ok_or_else(|| resource.unused("code", &what, "it has no code", "say which scale it is"))?;
    let loinc = codes_in(concept, LOINC);
    let by_loinc = loinc.iter().find_map(|code| by_code(&codes.scores, code));
    // Words count only where no code contradicts them.
    let by_words = || {
        let of_words = words(concept)
            .into_iter()
            .find_map(|text| by_text(&codes.scores, text))?;
        (loinc.is_empty() || of_words.codes.is_empty()).then_some(of_words)
    };
    let Some(instrument) = by_loinc.or_else(by_words) else {
        let reason = if loinc.is_empty() {
            "it has no LOINC code, and its text names no scale of the library".to_owned()
        } else {
            format!(
                "LOINC {} is the total score of no scale that is read",
                loinc.join(", ")
            )
        };
        let known: Vec<&str> = codes.scores.iter().map(|one| one.id.as_str()).collect();
        let help = format!("nothing, unless it is a total score of {}", known.join(", "));
        return Err(resource.unused("code", &what, reason, &help));
    };
    status(resource, &what, &["final", "amended", "corrected"])?;
    let date = date(resource, &what)?;
    let (element, value) = value(resource, &what)?;
    let unreadable = |_| {
        resource.unused(
            "code",
            &what,
            "the library cannot read the scale",
            "run `euthymia check` on it",
        )
    };
    let scale = library.instrument(&instrument.id).map_err(unreadable)?;
    if !(scale.minimum..=scale.maximum).contains(&value) {
        let reason = format!(
            "{value} is off the {}, which goes from {} to {}",
            scale.abbreviation, scale.minimum, scale.maximum
        );
        return Err(resource.unused(
            element,
            &what,
            reason,
            "is it another scale, or an item of this one?",
        ));
    }
    Ok(Score {
        date,
        instrument: instrument.id.clone(),
        value,
        place: resource.place(element),
    })
}

fn value(resource: Resource<'_>, what: &str) -> Result<(&'static str, f64), Unused> {
    if let Some(quantity) = resource.value.get("valueQuantity") {
        if let Some(comparator) = quantity.get("comparator").and_then(Value::as_str) {
            let reason = format!("the value is told as `{comparator}` something");
            return Err(resource.unused("valueQuantity.comparator", what, reason, "tell the score"));
        }
        let value = quantity.get("value").and_then(Value::as_f64);
        return value.map(|value| ("valueQuantity", value)).ok_or_else(|| {
            resource.unused(
                "valueQuantity",
                what,
                "it has no number in `value`",
                "add the score",
            )
        });
    }
    if let Some(value) = resource.value.get("valueInteger") {
        return value
            .as_f64()
            .map(|value| ("valueInteger", value))
            .ok_or_else(|| {
                resource.unused(
                    "valueInteger",
                    what,
                    "it is no number",
                    "write the score as a number",
                )
            });
    }
    let other = resource
        .value
        .as_object()
        .and_then(|object| object.keys().find(|key| key.starts_with("value")));
    let reason = match other {
        Some(other) => format!("the value is a `{other}`"),
        None if resource.value.get("dataAbsentReason").is_some() => "the value is absent".to_owned(),
        None => "there is no value".to_owned(),
    };
    let element = other.map_or("value[x]", String::as_str);
    Err(resource.unused(
        element,
        what,
        reason,
        "write the total score as a `valueQuantity` or a `valueInteger`",
    ))
}
