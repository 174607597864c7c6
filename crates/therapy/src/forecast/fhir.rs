//! A patient's scores and doses from a FHIR R4 bundle: `Observation` and `MedicationAdministration`.
//!
//! What a bundle holds and a forecast does not use is listed with its place, never dropped: another code, a status that is not final, a
//! value of another kind, a date that is a month.

mod codes;
mod doses;
mod patients;
mod scores;

pub use codes::Codes;

use super::records::{Read, Records, Unused};
use crate::library::Library;
use euthymia_diagnostics::Diagnostic;
use serde_json::Value;

/// A resource of a bundle, and where it stands.
#[derive(Clone, Copy)]
struct Resource<'b> {
    at: usize,
    value: &'b Value,
}

impl<'b> Resource<'b> {
    /// The place of one of its elements.
    fn place(&self, element: &str) -> String {
        format!("entry[{}].resource.{element}", self.at)
    }

    fn text(&self, key: &str) -> Option<&'b str> {
        self.value.get(key)?.as_str()
    }

    fn unused(&self, element: &str, what: &str, reason: impl Into<String>, help: &str) -> Unused {
        Unused {
            place: self.place(element),
            what: what.to_owned(),
            reason: reason.into(),
            help: help.to_owned(),
        }
    }
}

/// What is known of a bundle that a resource may point into.
struct Bundle<'b> {
    resources: Vec<(Resource<'b>, Option<&'b str>)>,
}

impl<'b> Bundle<'b> {
    /// The resource that a reference of another means: by its full address, or by `Type/id`, or contained in it.
    fn find(&self, reference: &str, from: Resource<'b>) -> Option<&'b Value> {
        if let Some(id) = reference.strip_prefix('#') {
            let contained = from.value.get("contained")?.as_array()?;
            return contained
                .iter()
                .find(|one| one.get("id").and_then(Value::as_str) == Some(id));
        }
        let is_meant = |(resource, address): &&(Resource<'b>, Option<&'b str>)| {
            let own = (resource.text("resourceType"), resource.text("id"));
            let local = match own {
                (Some(kind), Some(id)) => reference.ends_with(&format!("{kind}/{id}")),
                _ => false,
            };
            local || *address == Some(reference)
        };
        self.resources
            .iter()
            .find(is_meant)
            .map(|(resource, _)| resource.value)
    }
}

/// Reads a parsed bundle; `name` is its file's.
#[must_use]
pub fn read(name: &str, bundle: &Value, codes: &Codes, library: &Library) -> Read {
    let wrong = |message: String, help: &str| (None, vec![Diagnostic::error("F020", message).help(help)]);
    match bundle.get("resourceType").and_then(Value::as_str) {
        Some("Bundle") => {}
        Some(kind) => {
            let message = format!("{name}: `resourceType` is `{kind}`, expected `Bundle`");
            return wrong(
                message,
                "put the resources of one patient into a Bundle, such as a search or `$everything` returns",
            );
        }
        None => {
            let message = format!("{name}: there is no `resourceType`: this is no FHIR resource");
            return wrong(message, "expected a FHIR R4 Bundle as JSON, or a table as CSV");
        }
    }
    let entries = bundle.get("entry").and_then(Value::as_array);
    let Some(entries) = entries.filter(|entries| !entries.is_empty()) else {
        return wrong(
            format!("{name}: `entry` is missing or empty: the bundle holds nothing"),
            "is it a page of a search without results?",
        );
    };
    let mut records = Records::default();
    let mut known = Bundle {
        resources: Vec::new(),
    };
    for (at, entry) in entries.iter().enumerate() {
        match entry.get("resource") {
            Some(value) => {
                let address = entry.get("fullUrl").and_then(Value::as_str);
                known.resources.push((Resource { at, value }, address));
            }
            None => records.unused.push(Unused {
                place: format!("entry[{at}]"),
                what: "an entry".to_owned(),
                reason: "it holds no resource".to_owned(),
                help: "nothing, if it is the answer to a deletion".to_owned(),
            }),
        }
    }
    if let Err(diagnostic) = patients::one(name, &known) {
        return (None, vec![diagnostic]);
    }
    for (resource, _) in &known.resources {
        match resource.text("resourceType") {
            Some("Observation") => match scores::score(*resource, codes, library) {
                Ok(score) => records.scores.push(score),
                Err(unused) => records.unused.push(unused),
            },
            Some("MedicationAdministration") => match doses::dose(*resource, &known, codes, library) {
                Ok(dose) => records.doses.push(dose),
                Err(unused) => records.unused.push(unused),
            },
            // Whose it is, and what was given: read through the others.
            Some("Patient" | "Medication") => {}
            kind => records.unused.push(resource.unused(
                "resourceType",
                kind.unwrap_or("a resource"),
                "it is neither an Observation nor a MedicationAdministration",
                "nothing, unless scores are kept there: export them as Observations of total scores",
            )),
        }
    }
    if bundle
        .get("link")
        .and_then(Value::as_array)
        .is_some_and(|links| links.iter().any(is_next))
    {
        records.unused.push(Unused {
            place: "link".to_owned(),
            what: "a next page".to_owned(),
            reason: "the bundle is one page of several, and the others are not in it".to_owned(),
            help: "fetch all pages and put their entries into one bundle".to_owned(),
        });
    }
    (Some(records), Vec::new())
}

fn is_next(link: &Value) -> bool {
    link.get("relation").and_then(Value::as_str) == Some("next")
}

/// Text and displays of a CodeableConcept.
fn words(concept: &Value) -> Vec<&str> {
    let text = concept.get("text").and_then(Value::as_str);
    let codings = concept.get("coding").and_then(Value::as_array);
    let displays = codings.into_iter().flatten();
    let displays = displays.filter_map(|coding| coding.get("display").and_then(Value::as_str));
    text.into_iter().chain(displays).collect()
}

/// Codes of a CodeableConcept in a system.
fn codes_in<'b>(concept: &'b Value, system: &str) -> Vec<&'b str> {
    let codings = concept.get("coding").and_then(Value::as_array);
    let of_system = |coding: &&'b Value| coding.get("system").and_then(Value::as_str) == Some(system);
    let codings = codings.into_iter().flatten().filter(of_system);
    codings
        .filter_map(|coding| coding.get("code").and_then(Value::as_str))
        .collect()
}

/// What a resource with a concept is called, for a list of what is not used.
fn called(concept: Option<&Value>) -> String {
    let name = concept.and_then(|concept| words(concept).first().map(|word| (*word).to_owned()));
    let code = concept.and_then(|concept| concept.get("coding")?.get(0)?.get("code")?.as_str());
    match (name, code) {
        (Some(name), Some(code)) => format!("{name} ({code})"),
        (Some(name), None) => name,
        (None, Some(code)) => format!("code {code}"),
        (None, None) => "without a code".to_owned(),
    }
}

/// The date of a resource: `effectiveDateTime`, `effectiveInstant`, or the beginning of `effectivePeriod`.
fn date(resource: Resource<'_>, what: &str) -> Result<super::date::Date, Unused> {
    let value = resource.value;
    let simple = ["effectiveDateTime", "effectiveInstant"]
        .into_iter()
        .find_map(|key| Some((key, value.get(key)?.as_str()?)));
    let period = || {
        Some((
            "effectivePeriod.start",
            value.get("effectivePeriod")?.get("start")?.as_str()?,
        ))
    };
    let Some((key, text)) = simple.or_else(period) else {
        let newer = value.get("occurenceDateTime").is_some() || value.get("occurencePeriod").is_some();
        let reason = if newer {
            "it has an `occurence` as in R5, and no `effective[x]` as in R4"
        } else {
            "there is no date: `effective[x]` is missing"
        };
        return Err(resource.unused("effectiveDateTime", what, reason, "add when it was"));
    };
    super::date::Date::parse(text).map_err(|why| {
        let reason = format!("`{text}` cannot be used: {why}");
        resource.unused(key, what, reason, "tell the day")
    })
}

/// What a status keeps from being used.
fn status(resource: Resource<'_>, what: &str, usable: &[&str]) -> Result<(), Unused> {
    let status = resource.text("status");
    if status.is_some_and(|status| usable.contains(&status)) {
        return Ok(());
    }
    let (reason, help) = match status {
        None => (
            "there is no status".to_owned(),
            "say that it is final or completed, if it is",
        ),
        Some("entered-in-error") => ("it was entered in error".to_owned(), "nothing"),
        Some(status @ ("preliminary" | "registered" | "in-progress")) => (
            format!("its status is `{status}`: it may still change"),
            "use it when it is final",
        ),
        Some(status @ ("not-done" | "on-hold")) => {
            (format!("its status is `{status}`: nothing was given"), "nothing")
        }
        Some(status @ "stopped") => (
            format!("its status is `{status}`: less than the dose may have been given"),
            "write what was given as a completed administration",
        ),
        Some(status) => (
            format!("its status is `{status}`"),
            "use one that is final or completed",
        ),
    };
    Err(resource.unused("status", what, reason, help))
}
