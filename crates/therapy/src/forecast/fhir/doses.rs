//! A `MedicationAdministration` as a dose.

use super::codes::{Codes, by_code, by_text};
use super::{Bundle, Resource, called, codes_in, date, status, words};
use crate::drug::Drug;
use crate::forecast::csv::{amount_of, check_devices};
use crate::forecast::records::{Dose, Unused};
use crate::library::Library;
use serde_json::Value;

const SNOMED: &str = "http://snomed.info/sct";
const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";

/// A dose, or why it is none.
pub(super) fn dose<'b>(
    resource: Resource<'b>,
    bundle: &Bundle<'b>,
    codes: &Codes,
    library: &Library,
) -> Result<Dose, Unused> {
    let (element, concept) = medication(resource, bundle)?;
    let what = called(Some(concept));
    let by_rxnorm = codes_in(concept, RXNORM)
        .into_iter()
        .find_map(|code| by_code(&codes.drugs, code));
    let by_words = || {
        words(concept)
            .into_iter()
            .find_map(|text| by_text(&codes.drugs, text))
    };
    let Some(drug) = by_rxnorm.or_else(by_words) else {
        let known: Vec<&str> = codes.drugs.iter().map(|one| one.id.as_str()).collect();
        let help = format!("nothing, unless it is one of {}", known.join(", "));
        return Err(resource.unused(element, &what, "it is no drug that a forecast knows", &help));
    };
    status(resource, &what, &["completed"])?;
    let date = date(resource, &what)?;
    let unreadable = |_| {
        resource.unused(
            element,
            &what,
            "the library cannot read the drug",
            "run `euthymia check` on it",
        )
    };
    let known = library.drug(&drug.id).map_err(unreadable)?;
    let dosage = resource.value.get("dosage");
    let route = route(resource, dosage, codes, &known, &what)?;
    let quantity = dosage.and_then(|dosage| dosage.get("dose"));
    let Some(value) = quantity
        .and_then(|dose| dose.get("value")?.as_f64())
        .filter(|value| *value > 0.0)
    else {
        let help = "add how much was given, in mg or mg/kg";
        return Err(resource.unused("dosage.dose", &what, "there is no dose above 0", help));
    };
    let unit = |key: &str| quantity.and_then(|dose| dose.get(key)?.as_str());
    let units = [unit("code"), unit("unit")];
    let Some(amount) = units
        .into_iter()
        .flatten()
        .find_map(|unit| amount_of(value, unit))
    else {
        let told = units.into_iter().flatten().next().unwrap_or("nothing");
        let reason = format!("its unit is `{told}`");
        return Err(resource.unused("dosage.dose.unit", &what, reason, "write the dose in mg or mg/kg"));
    };
    check_devices(&known, &route, amount).map_err(|why| {
        resource.unused(
            "dosage.dose",
            &what,
            why,
            "write what all devices of the session gave",
        )
    })?;
    Ok(Dose {
        date,
        drug: drug.id.clone(),
        route,
        amount: Some(amount),
        place: resource.place("dosage.dose"),
    })
}

/// The concept of what was given, directly or through a `Medication`.
fn medication<'b>(resource: Resource<'b>, bundle: &Bundle<'b>) -> Result<(&'static str, &'b Value), Unused> {
    if let Some(concept) = resource.value.get("medicationCodeableConcept") {
        return Ok(("medicationCodeableConcept", concept));
    }
    let reference = resource
        .value
        .get("medicationReference")
        .and_then(|one| one.get("reference")?.as_str());
    let Some(reference) = reference else {
        let reason = "it does not say what was given: `medicationCodeableConcept` is missing";
        return Err(resource.unused("medicationCodeableConcept", "a medication", reason, "add it"));
    };
    let found = bundle
        .find(reference, resource)
        .and_then(|medication| medication.get("code"));
    found
        .map(|concept| ("medicationReference", concept))
        .ok_or_else(|| {
            let reason =
                format!("what was given is `{reference}`, which the bundle does not hold, or without a code");
            resource.unused(
                "medicationReference",
                "a medication",
                reason,
                "add the Medication to the bundle",
            )
        })
}

fn route(
    resource: Resource<'_>,
    dosage: Option<&Value>,
    codes: &Codes,
    drug: &Drug,
    what: &str,
) -> Result<String, Unused> {
    let told = dosage.and_then(|dosage| dosage.get("route"));
    let by_snomed = |told| {
        codes_in(told, SNOMED)
            .into_iter()
            .find_map(|code| by_code(&codes.routes, code))
    };
    let by_words = |told| {
        words(told)
            .into_iter()
            .find_map(|text| by_text(&codes.routes, text))
    };
    let told_as = told.and_then(|told| by_snomed(told).or_else(|| by_words(told)));
    // Some products are for one route, and say so.
    let by_name = || {
        codes
            .routes
            .iter()
            .find(|route| route.id == "in" && what.to_lowercase().contains("nasal spray"))
    };
    let route = told_as.or_else(by_name).map(|route| route.id.clone());
    let known: Vec<&str> = drug.routes.iter().map(|(key, _)| key.as_str()).collect();
    match route {
        Some(route) if known.contains(&route.as_str()) => Ok(route),
        Some(route) => {
            let reason = format!(
                "the library has {} by {}, not by {route}",
                drug.name,
                known.join(", ")
            );
            Err(resource.unused(
                "dosage.route",
                what,
                reason,
                "nothing, unless the route is another",
            ))
        }
        None if known.len() == 1 => Ok(known[0].to_owned()),
        None => {
            let reason = match told {
                Some(told) => format!("the route `{}` is none of the library", called(Some(told))),
                None => "the route is missing".to_owned(),
            };
            Err(resource.unused(
                "dosage.route",
                what,
                reason,
                "tell it in words, such as `intravenous`",
            ))
        }
    }
}
