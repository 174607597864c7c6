//! FHIR bundles: what is read, and everything that is not, with its place.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use euthymia_therapy::course::DoseAmount;
use euthymia_therapy::forecast::fhir::{self, Codes};
use euthymia_therapy::forecast::{Read, Records};
use euthymia_therapy::library::Library;
use serde_json::{Value, json};

fn read(bundle: &Value, library: &Library) -> Read {
    let codes = Codes::of(library).expect("codes");
    fhir::read("bundle.json", bundle, &codes, library)
}

fn bundle(resources: &[Value]) -> Value {
    let entries: Vec<Value> = resources
        .iter()
        .map(|resource| json!({ "resource": resource }))
        .collect();
    json!({ "resourceType": "Bundle", "type": "collection", "entry": entries })
}

fn observation() -> Value {
    json!({
        "resourceType": "Observation",
        "status": "final",
        "code": { "coding": [{ "system": "http://loinc.org", "code": "44261-6" }] },
        "subject": { "reference": "Patient/a" },
        "effectiveDateTime": "2026-03-02",
        "valueQuantity": { "value": 21 }
    })
}

fn administration() -> Value {
    json!({
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "medicationCodeableConcept": { "text": "Ketamine 50 mg/ml" },
        "subject": { "reference": "Patient/a" },
        "effectiveDateTime": "2026-03-02T10:00:00Z",
        "dosage": { "route": { "text": "IV infusion" }, "dose": { "value": 40, "code": "mg" } }
    })
}

/// A resource with some elements as they are not usually; null takes one away.
fn with(mut resource: Value, changes: Value) -> Value {
    let object = resource.as_object_mut().expect("an object");
    for (key, value) in changes.as_object().expect("an object") {
        if value.is_null() {
            object.remove(key);
        } else {
            object.insert(key.clone(), value.clone());
        }
    }
    resource
}

fn records(resources: &[Value], library: &Library) -> Records {
    let (records, diagnostics) = read(&bundle(resources), library);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    records.expect("records")
}

#[test]
fn scores_and_doses_are_read() {
    let library = support::whole_library();
    let loinc =
        |code: &str| json!({ "code": { "coding": [{ "system": "http://loinc.org", "code": code }] } });
    let found = records(
        &[
            observation(),
            with(observation(), loinc("70274-6")),
            with(observation(), loinc("101698-9")),
            with(
                observation(),
                json!({ "code": { "text": "MADRS total" }, "valueQuantity": null, "valueInteger": 30 }),
            ),
            administration(),
            with(
                administration(),
                json!({
                    "medicationCodeableConcept": { "coding": [{ "system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "2201623", "display": "Esketamine Nasal Spray" }] },
                    "effectiveDateTime": null,
                    "effectivePeriod": { "start": "2026-03-05T10:00:00+01:00" },
                    "dosage": { "dose": { "value": 56, "unit": "mg" } }
                }),
            ),
            with(
                administration(),
                json!({
                    "medicationCodeableConcept": null,
                    "medicationReference": { "reference": "#m" },
                    "contained": [{ "resourceType": "Medication", "id": "m", "code": { "text": "Esketamine" } }]
                }),
            ),
        ],
        &library,
    );
    assert_eq!(found.unused, []);
    let scales: Vec<(&str, f64)> = found
        .scores
        .iter()
        .map(|one| (one.instrument.as_str(), one.value))
        .collect();
    assert_eq!(
        scales,
        [("phq9", 21.0), ("gad7", 21.0), ("pcl5", 21.0), ("madrs", 30.0)]
    );
    let doses: Vec<(&str, &str, Option<DoseAmount>)> = found
        .doses
        .iter()
        .map(|one| (one.drug.as_str(), one.route.as_str(), one.amount))
        .collect();
    let mg = |mg| Some(DoseAmount::Fixed(mg));
    assert_eq!(
        doses,
        [
            ("racemic-ketamine", "iv", mg(40.0)),
            ("esketamine", "in", mg(56.0)),
            ("esketamine", "iv", mg(40.0))
        ]
    );
    assert_eq!(found.doses[1].date.hour, Some(9.0));
}

#[test]
fn what_cannot_be_used_is_told_with_its_place() {
    let library = support::whole_library();
    let dosage = |dosage: Value| with(administration(), json!({ "dosage": dosage }));
    let iv = json!({ "text": "intravenous" });
    for (resource, place, reason) in [
        (
            with(observation(), json!({ "status": "entered-in-error" })),
            "status",
            "in error",
        ),
        (
            with(observation(), json!({ "status": "preliminary" })),
            "status",
            "preliminary",
        ),
        (
            with(observation(), json!({ "status": null })),
            "status",
            "no status",
        ),
        (
            with(observation(), json!({ "status": "cancelled" })),
            "status",
            "cancelled",
        ),
        (with(observation(), json!({ "code": null })), "code", "no code"),
        (
            with(
                observation(),
                json!({ "code": { "coding": [{ "system": "http://loinc.org", "code": "44249-1" }] } }),
            ),
            "code",
            "LOINC 44249-1",
        ),
        (
            with(observation(), json!({ "code": { "text": "weight" } })),
            "code",
            "no scale",
        ),
        (
            with(observation(), json!({ "effectiveDateTime": null })),
            "effectiveDateTime",
            "no date",
        ),
        (
            with(observation(), json!({ "effectiveDateTime": "2026-03" })),
            "effectiveDateTime",
            "month",
        ),
        (
            with(observation(), json!({ "valueQuantity": null })),
            "value[x]",
            "no value",
        ),
        (
            with(
                observation(),
                json!({ "valueQuantity": null, "dataAbsentReason": {} }),
            ),
            "value[x]",
            "absent",
        ),
        (
            with(
                observation(),
                json!({ "valueQuantity": null, "valueString": "21" }),
            ),
            "valueString",
            "valueString",
        ),
        (
            with(observation(), json!({ "valueQuantity": { "unit": "{score}" } })),
            "valueQuantity",
            "no number",
        ),
        (
            with(observation(), json!({ "valueQuantity": { "value": 28 } })),
            "valueQuantity",
            "off the PHQ-9",
        ),
        (
            with(
                observation(),
                json!({ "valueQuantity": { "value": 20, "comparator": ">" } }),
            ),
            "valueQuantity.comparator",
            "`>`",
        ),
        (
            with(administration(), json!({ "status": "not-done" })),
            "status",
            "nothing was given",
        ),
        (
            with(administration(), json!({ "status": "stopped" })),
            "status",
            "less than the dose",
        ),
        (
            with(administration(), json!({ "status": "in-progress" })),
            "status",
            "may still change",
        ),
        (
            with(
                administration(),
                json!({ "medicationCodeableConcept": { "text": "lithium" } }),
            ),
            "medicationCodeableConcept",
            "no drug",
        ),
        (
            with(administration(), json!({ "medicationCodeableConcept": null })),
            "medicationCodeableConcept",
            "does not say",
        ),
        (
            with(
                administration(),
                json!({ "medicationCodeableConcept": null, "medicationReference": { "reference": "Medication/x" } }),
            ),
            "medicationReference",
            "does not hold",
        ),
        (
            with(
                administration(),
                json!({ "effectiveDateTime": null, "occurenceDateTime": "2026-03-02" }),
            ),
            "effectiveDateTime",
            "R5",
        ),
        (
            dosage(json!({ "dose": { "value": 40, "unit": "mg" } })),
            "dosage.route",
            "missing",
        ),
        (
            dosage(json!({ "route": { "text": "epidural" }, "dose": { "value": 40, "unit": "mg" } })),
            "dosage.route",
            "epidural",
        ),
        (
            dosage(json!({ "route": { "text": "nasal" }, "dose": { "value": 40, "unit": "mg" } })),
            "dosage.route",
            "not by in",
        ),
        (dosage(json!({ "route": iv })), "dosage.dose", "no dose"),
        (
            dosage(json!({ "route": iv, "dose": { "value": 2, "unit": "mL" } })),
            "dosage.dose.unit",
            "`mL`",
        ),
        (
            with(
                administration(),
                json!({ "medicationCodeableConcept": { "text": "esketamine" }, "dosage": { "route": { "text": "nasal" }, "dose": { "value": 50, "unit": "mg" } } }),
            ),
            "dosage.dose",
            "whole number of devices",
        ),
        (json!({ "resourceType": "Condition" }), "resourceType", "neither"),
    ] {
        let found = records(
            &[json!({ "resourceType": "Patient", "id": "a" }), resource.clone()],
            &library,
        );
        assert_eq!((found.scores.len(), found.doses.len()), (0, 0), "{resource}");
        let [unused] = found.unused.as_slice() else {
            panic!("{resource}: {:?}", found.unused);
        };
        assert_eq!(unused.place, format!("entry[1].resource.{place}"), "{unused:?}");
        assert!(unused.reason.contains(reason), "{unused:?}");
        assert!(!unused.help.is_empty());
    }
}

#[test]
fn what_is_no_bundle_of_one_patient_is_refused() {
    let library = support::whole_library();
    let other = with(
        observation(),
        json!({ "subject": { "reference": "https://clinic.example/fhir/Patient/b/_history/2" } }),
    );
    for (bundle, code, words) in [
        (json!({ "resourceType": "Patient" }), "F020", "expected `Bundle`"),
        (json!([1, 2]), "F020", "no FHIR resource"),
        (json!({ "resourceType": "Bundle" }), "F020", "holds nothing"),
        (
            json!({ "resourceType": "Bundle", "entry": [] }),
            "F020",
            "holds nothing",
        ),
        (bundle(&[observation(), other]), "F021", "2 patients"),
    ] {
        let (records, diagnostics) = read(&bundle, &library);
        assert_eq!(records, None);
        assert_eq!(diagnostics[0].code, code);
        assert!(diagnostics[0].message.contains(words), "{diagnostics:?}");
    }
    let named = bundle(&[
        json!({ "resourceType": "Patient", "id": "a", "name": [{ "text": "Ann Example" }] }),
        json!({ "resourceType": "Patient", "id": "b", "name": [{ "family": "Sample", "given": ["Bo"] }] }),
    ]);
    let (_, diagnostics) = read(&named, &library);
    let told = &diagnostics[0].notes[0];
    assert!(
        told.contains("Ann Example (Patient/a)") && told.contains("Bo Sample (Patient/b)"),
        "{told}"
    );

    // One patient, however referred to.
    let entries = json!([
        { "fullUrl": "urn:uuid:1", "resource": { "resourceType": "Patient", "id": "a" } },
        { "resource": with(observation(), json!({ "subject": { "reference": "urn:uuid:1" } })) },
        { "resource": with(observation(), json!({ "subject": { "reference": "https://clinic.example/fhir/Patient/a" } })) },
        { "response": { "status": "204" } }
    ]);
    let whole =
        json!({ "resourceType": "Bundle", "entry": entries, "link": [{ "relation": "next", "url": "x" }] });
    let (records, diagnostics) = read(&whole, &library);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let records = records.expect("records");
    assert_eq!(records.scores.len(), 2);
    let places: Vec<&str> = records.unused.iter().map(|one| one.place.as_str()).collect();
    assert_eq!(places, ["entry[3]", "link"]);
}

#[test]
fn the_example_lists_what_it_does_not_use() {
    let library = support::whole_library();
    let example = include_str!("../../../examples/forecast/bundle.json");
    let (records, diagnostics) = read(&serde_json::from_str(example).expect("JSON"), &library);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let records = records.expect("records");
    assert_eq!(
        (records.scores.len(), records.doses.len(), records.unused.len()),
        (4, 2, 2)
    );
}
