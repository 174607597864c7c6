//! A course with other published structures of its kinetics, against closed forms of a made-up library.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking; closed forms are computed with the standard library"
)]

mod support;

use euthymia_diagnostics::Diagnostic;
use euthymia_engine::{Options, Silent};
use euthymia_therapy::course::{self, Course, People};
use euthymia_therapy::ensemble::{Ensemble, Member, Spread, WidthScale, planned};
use euthymia_therapy::kinetics::{self, REFERENCE, Unserved};
use euthymia_therapy::library::Library;
use euthymia_therapy::result::{CourseResult, Measure, QuantityKind};
use euthymia_therapy::simulate::{Discard, Settings, simulate, typical};

fn parsed(library: &Library, text: &str) -> Course {
    let (document, diagnostics) = support::document("course.toml", text);
    assert_eq!(diagnostics, []);
    let (course, diagnostics) = course::read(&document.unwrap(), library);
    assert_eq!(diagnostics, []);
    course.unwrap()
}

fn text(library: &Library) -> String {
    library
        .document("courses/one-dose.toml")
        .unwrap()
        .source
        .text()
        .to_owned()
}

fn ran(course: &Course, library: &Library, subjects: u64) -> CourseResult {
    let settings = Settings {
        subjects: Some(subjects),
        ..Settings::standard()
    };
    simulate(course, library, &settings, &mut Discard, &Silent).unwrap()
}

fn after_5_h(course: &Course, library: &Library) -> f64 {
    let People::Patient(patient) = &course.people else {
        panic!("a patient");
    };
    let curves = typical(course, patient, library, &[5.0], &Options::standard()).unwrap();
    curves.curve("drug").unwrap()[0]
}

#[test]
fn a_structure_replaces_models_and_inputs() {
    let library = support::made_up_library();
    let course = parsed(&library, &text(&library));
    // 100 mg, cleared at 20 L/h, in 100 L and in 200 L.
    assert!((after_5_h(&course, &library) - (-1.0_f64).exp()).abs() < 1e-7);
    let same = kinetics::with(&course, REFERENCE, &library).unwrap();
    assert!((after_5_h(&same, &library) - (-1.0_f64).exp()).abs() < 1e-7);
    let other = kinetics::with(&course, "other-2020", &library).unwrap();
    assert!((after_5_h(&other, &library) - 0.5 * (-0.5_f64).exp()).abs() < 1e-7);
    let result = ran(&other, &library, 20);
    assert!(
        result.description.ends_with("kinetics of Other 2020."),
        "{}",
        result.description
    );
    assert_eq!(
        result.quantities[0].sampling_site.as_deref(),
        Some("venous plasma")
    );
}

#[test]
fn an_unknown_structure_is_answered_with_those_there_are() {
    let library = support::made_up_library();
    let course = parsed(&library, &text(&library));
    let why = |key| match kinetics::with(&course, key, &library) {
        Err(Unserved::Unknown(message)) => message,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        why("other-2021"),
        "no treatment of this course has the kinetics `other-2021`: it offers reference, other-2020; did you mean \
         `other-2020`?"
    );
    assert_eq!(
        why("tablet-1999"),
        "no treatment of this course has the kinetics `tablet-1999`: it serves other routes only: oral, prolonged release"
    );
}

/// What a structure does not report is left out and said, where something is left.
#[test]
fn quantities_that_a_structure_does_not_report_are_missing_not_wrong() {
    let library = support::made_up_library();
    let asking = |quantities: &str| {
        parsed(
            &library,
            &format!("{}\n[report]\nquantities = [{quantities}]\n", text(&library)),
        )
    };
    let other = kinetics::with(
        &asking("\"drug\", \"metabolite\", \"synapses\""),
        "other-2020",
        &library,
    )
    .unwrap();
    let result = ran(&other, &library, 20);
    let names: Vec<&str> = result
        .quantities
        .iter()
        .map(|quantity| quantity.id.as_str())
        .collect();
    assert_eq!(names, ["drug", "synapses", "score"]);
    let said = result.cautions.join("\n");
    assert!(
        said.contains("Other 2020 do not report what the course asks for as metabolite."),
        "{said}"
    );
    let none = kinetics::with(&asking("\"metabolite\""), "other-2020", &library).unwrap_err();
    assert!(
        none.in_words()
            .contains("reports nothing that the course asks for"),
        "{}",
        none.in_words()
    );
}

/// A treatment that has no such structure keeps the reference, and the result says so.
#[test]
fn the_other_treatments_keep_the_reference() {
    let library = support::made_up_library();
    let both = parsed(
        &library,
        &format!(
            "{}\n[[treatments]]\ndrug = \"potion\"\nroute = \"oral-pr\"\ndose = \"50 mg\"\nstart = \"1 d\"\n",
            text(&library)
        ),
    );
    let half = kinetics::with(&both, "tablet-1999", &library).unwrap();
    let said = ran(&half, &library, 20).cautions.join("\n");
    assert!(
        said.contains("Tablet 1999 do not serve potion, intravenous: that treatment has the reference"),
        "{said}"
    );
    // Two models of one drug at once know nothing of each other.
    let (planned, left_out) = planned(&both, &library);
    let keys: Vec<&str> = planned
        .iter()
        .map(|(structure, _)| structure.key.as_str())
        .collect();
    assert_eq!(keys, [REFERENCE, "tablet-1999"]);
    assert_eq!(left_out.len(), 1);
    assert_eq!(left_out[0].structure.name, "Other 2020");
    assert!(
        left_out[0].why.contains("cannot be combined"),
        "{}",
        left_out[0].why
    );
}

fn ensemble(library: &Library, subjects: u64) -> Ensemble {
    let course = parsed(library, &text(library));
    let (planned, left_out) = planned(&course, library);
    let members: Vec<Member> = planned
        .into_iter()
        .map(|(structure, course)| Member {
            result: ran(&course, library, subjects),
            structure,
        })
        .collect();
    let provenance = members[0].result.provenance.clone();
    Ensemble::new(&course, members, left_out, provenance)
}

/// Volumes of 100 and 200 L: medians differ by 2, whoever was drawn, for the same patients have the same deviations.
/// Within a model the logarithm of the volume has a standard deviation of 0.2.
#[test]
fn models_and_patients_part_as_the_closed_form_says() {
    let ensemble = ensemble(&support::made_up_library(), 4000);
    let spread = |quantity: &str, measure| -> &Spread {
        let is_this = |spread: &&Spread| spread.quantity == quantity && spread.measure == measure;
        ensemble.spreads.iter().find(is_this).unwrap()
    };
    let peak = spread("drug", Measure::Peak);
    let models = peak.between_models.unwrap();
    assert_eq!(peak.scale, WidthScale::Ratio);
    assert!((models.width.unwrap() - 2.0).abs() < 1e-6, "{models:?}");
    assert!((peak.medians[0].unwrap() / peak.medians[1].unwrap() - 2.0).abs() < 1e-6);
    let patients = (2.0 * 1.644_85 * 0.2_f64).exp();
    assert!((peak.between_patients.width.unwrap() / patients - 1.0).abs() < 0.04);
    let ratio = 2.0_f64.ln() / (2.0 * 1.644_85 * 0.2);
    assert!((peak.models_to_patients.unwrap() / ratio - 1.0).abs() < 0.06);
    // One structure knows the metabolite, so there is nothing to compare.
    let metabolite = spread("metabolite", Measure::Peak);
    assert_eq!(
        (
            metabolite.medians[1],
            metabolite.between_models,
            metabolite.models_to_patients
        ),
        (None, None, None)
    );
    let occupancy = spread("occupancy", Measure::Peak);
    assert_eq!(
        (occupancy.kind, occupancy.scale),
        (QuantityKind::Occupancy, WidthScale::Difference)
    );
    let width = occupancy.between_models.unwrap().width.unwrap();
    assert!((width - (1.0 / 2.0 - 0.5 / 1.5)).abs() < 0.01, "{width}");
    assert_eq!(ensemble.left_out.len(), 1, "the tablet serves no infusion");
}

/// A name that a structure closes with 0 is not modelled by it, and no disagreement.
#[test]
fn a_concentration_that_is_closed_is_not_modelled() {
    let library = support::made_up_with(|path, text| match path {
        "models/one.R" => text.replace(
            "(mg/L)\",\n    metabolite = \"Metabolite in plasma (mg/L)\"",
            "(mg/L)\"",
        ),
        // Reports the metabolite in a file of its own, which the other structure closes.
        "models/occupancy.R" => text
            .replace(
                "outputs <- list(",
                "outputs <- list(both = \"Metabolite in plasma (mg/L)\", ",
            )
            .replace(
                "    occupancy <- drug",
                "    both <- metabolite\n    occupancy <- drug",
            ),
        "drugs/potion.toml" => text.replace(
            "models = [\"other\", \"occupancy\"]",
            "models = [\"other\", \"occupancy\"]\nconstants = { metabolite = 0 }",
        ),
        _ => text,
    });
    let ensemble = ensemble(&library, 50);
    let spread = ensemble
        .spreads
        .iter()
        .find(|spread| spread.quantity == "both")
        .unwrap();
    assert!(spread.medians[0].is_some());
    assert_eq!((spread.medians[1], spread.between_models), (None, None));
}

/// What only the reference knows of a patient would look like a disagreement about kinetics.
#[test]
fn a_structure_that_knows_less_of_the_patient_takes_no_part() {
    let library = support::made_up_library();
    let impaired = text(&library).replace("sex = ", "hepatic = \"moderate\"\nsex = ");
    let course = parsed(&library, &format!("interactions = [\"halver\"]\n{impaired}"));
    let (members, left_out) = planned(&course, &library);
    assert_eq!(members.len(), 1);
    assert_eq!(left_out[0].why, "it knows nothing of hepatic impairment, halver");
    let alone = kinetics::with(&course, "other-2020", &library).unwrap();
    let said = ran(&alone, &library, 20).cautions.join("\n");
    assert!(
        said.contains("No model of this course knows what halver does"),
        "{said}"
    );
}

/// What is changed in a drug's file, and the code and a word of what answers.
#[test]
fn a_wrong_drug_file_is_answered() {
    let wrong = [
        (
            "alternatives.other-2020",
            "alternatives.all",
            "L028",
            "`--pk all`",
        ),
        ("routes.oral-pr", "routes.orla-pr", "L027", "did you mean `oral`?"),
        (
            "compartment = \"blood\"\nfraction = 1\ninput = \"bolus\"",
            "compartment = \"blood\"\nfraction = 1\ninput = \"infusion\"",
            "L029",
            "other-2020",
        ),
        (
            "models = [\"other\", \"occupancy\"]",
            "models = []",
            "L022",
            "an alternative",
        ),
        (
            "name = \"Other 2020\"",
            "nmae = \"Other 2020\"",
            "D005",
            "did you mean `name`?",
        ),
        ("mechanism = [\"surge\",", "mechanism = [3,", "D003", "mechanism"),
        (
            "name = \"intravenous\"\nmodels = [\"one\", \"occupancy\"]",
            "name = \"intravenous\"\nmodels = []",
            "L021",
            "belong together",
        ),
    ];
    for (from, to, code, word) in wrong {
        let library = support::made_up_with(|path, text| {
            if path != "drugs/potion.toml" {
                return text;
            }
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        });
        let found = library.drug("potion").unwrap_err();
        let says = |diagnostic: &&Diagnostic| {
            let words = std::iter::once(&diagnostic.message).chain(&diagnostic.help);
            diagnostic.code == code && words.into_iter().any(|text| text.contains(word))
        };
        assert!(
            found.iter().any(|diagnostic| says(&diagnostic)),
            "{from}: {found:#?}"
        );
    }
}

#[test]
fn wrong_interactions_are_answered() {
    let wrong = [
        (
            "factors = { CLINT_LIVER = 0.5 }",
            "factors = { CLINT_LIVER = \"half\" }",
            "D003",
        ),
        ("factors = { CLINT_LIVER = 0.5 }", "factors = {}", "L040"),
        (
            "factors = { CLINT_LIVER = 0.5 }",
            "factors = { CLINT_LIVER = -1 }",
            "D006",
        ),
        ("grade = \"seen\"\n", "", "D004"),
        ("locator = \"Table 1\"\n", "", "D004"),
    ];
    for (from, to, code) in wrong {
        let library = support::made_up_with(|path, text| match path {
            "interactions.toml" => text.replacen(from, to, 1),
            _ => text,
        });
        let found = library.interactions().unwrap_err();
        assert!(
            found.iter().any(|diagnostic| diagnostic.code == code),
            "{to}: {found:#?}"
        );
        let (document, _) = support::document("course.toml", &text(&library));
        let (course, diagnostics) = course::read(&document.unwrap(), &library);
        assert!(course.is_none() && diagnostics.iter().any(|diagnostic| diagnostic.code == code));
    }
}
