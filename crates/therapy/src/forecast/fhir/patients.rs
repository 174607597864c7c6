//! That a bundle is of one patient.

use super::{Bundle, Resource};
use euthymia_diagnostics::Diagnostic;
use serde_json::Value;
use std::collections::BTreeMap;

/// Fails where resources are about several patients.
pub(super) fn one(name: &str, bundle: &Bundle<'_>) -> Result<(), Diagnostic> {
    // By the address that others refer to it by: what it is called.
    let mut people: BTreeMap<String, String> = BTreeMap::new();
    let mut same: BTreeMap<String, String> = BTreeMap::new();
    for (resource, address) in &bundle.resources {
        if resource.text("resourceType") != Some("Patient") {
            continue;
        }
        let id = resource.text("id").map(|id| format!("Patient/{id}"));
        let Some(key) = id.clone().or_else(|| address.map(ToOwned::to_owned)) else {
            continue;
        };
        same.extend(address.map(|address| (address.to_owned(), key.clone())));
        people.insert(
            key.clone(),
            called(*resource).map_or(key.clone(), |called| format!("{called} ({key})")),
        );
    }
    for (resource, _) in &bundle.resources {
        if !matches!(
            resource.text("resourceType"),
            Some("Observation" | "MedicationAdministration")
        ) {
            continue;
        }
        let subject = resource
            .value
            .get("subject")
            .and_then(|subject| subject.get("reference"));
        let Some(reference) = subject.and_then(Value::as_str) else {
            continue;
        };
        let key = same.get(reference).cloned().unwrap_or_else(|| {
            // Of a full address what the server calls it.
            let local = reference.rfind("Patient/").map(|at| &reference[at..]);
            let version = local.and_then(|local| local.split("/_history").next());
            version.unwrap_or(reference).to_owned()
        });
        people.entry(key.clone()).or_insert(key);
    }
    if people.len() < 2 {
        return Ok(());
    }
    let named: Vec<&str> = people.values().map(String::as_str).take(10).collect();
    let message = format!(
        "{name}: the bundle is of {} patients, a forecast is for one",
        people.len()
    );
    Err(Diagnostic::error("F021", message)
        .note(format!("they are {}", named.join(", ")))
        .help("write a bundle for each: `Observation?patient=ID` and `MedicationAdministration?patient=ID`"))
}

fn called(resource: Resource<'_>) -> Option<String> {
    let name = resource.value.get("name")?.get(0)?;
    if let Some(text) = name.get("text").and_then(Value::as_str) {
        return Some(text.to_owned());
    }
    let given = name
        .get("given")
        .and_then(|given| given.get(0))
        .and_then(Value::as_str);
    let family = name.get("family").and_then(Value::as_str);
    let parts: Vec<&str> = given.into_iter().chain(family).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
