//! Who is treated and what is taken beside, against closed forms of a made-up library: liver, genotype, interactions;
//! controls that are followed in the blood; the models of a mechanism.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking; closed forms are computed with the standard library"
)]

mod support;

use euthymia_engine::{Options, Silent};
use euthymia_therapy::course::{self, Course, People};
use euthymia_therapy::library::Library;
use euthymia_therapy::result::{CourseResult, Measure, QuantityKind};
use euthymia_therapy::simulate::{Discard, Settings, inputs, simulate, typical};

/// The course of the library with some lines before its first table and others at the end of its patient.
fn course_with(library: &Library, top: &str, patient: &str, rest: &str) -> Course {
    let text = library
        .document("courses/one-dose.toml")
        .unwrap()
        .source
        .text()
        .to_owned();
    let text = text
        .replace("\n[patient]\n", &format!("{top}\n[patient]\n{patient}\n"))
        .replace("dose = \"100 mg\"\n", &format!("dose = \"100 mg\"\n{rest}"));
    parsed(library, &text)
}

fn parsed(library: &Library, text: &str) -> Course {
    let (document, diagnostics) = support::document("course.toml", text);
    assert_eq!(diagnostics, []);
    let (course, diagnostics) = course::read(&document.unwrap(), library);
    assert_eq!(diagnostics, []);
    course.unwrap()
}

fn curve(course: &Course, library: &Library, name: &str) -> Vec<f64> {
    let People::Patient(patient) = &course.people else {
        panic!("a patient");
    };
    let times = [0.0, 1.0, 5.0, 24.0];
    let curves = typical(course, patient, library, &times, &Options::standard()).unwrap();
    curves.curve(name).unwrap().to_vec()
}

fn ran(course: &Course, library: &Library) -> CourseResult {
    simulate(course, library, &Settings::standard(), &mut Discard, &Silent).unwrap()
}

/// 100 mg into 100 L, cleared at 20 L/h times a factor.
fn assert_cleared(course: &Course, library: &Library, factor: f64) {
    for (time, value) in [0.0, 1.0, 5.0, 24.0_f64]
        .iter()
        .zip(curve(course, library, "drug"))
    {
        let expected = (-0.2 * factor * time).exp();
        assert!(
            (value - expected).abs() < 1e-7 * expected.max(1e-3),
            "{value} {expected} at {time}"
        );
    }
}

#[test]
fn what_is_taken_beside_multiplies() {
    let library = support::made_up_library();
    let with = |interactions: &str| course_with(&library, interactions, "", "");
    assert_cleared(&with(""), &library, 1.0);
    assert_cleared(&with("interactions = []\n"), &library, 1.0);
    assert_cleared(&with("interactions = [\"halver\"]\n"), &library, 0.5);
    let both = with("interactions = [\"quarterer\", \"halver\"]\n");
    assert_cleared(&both, &library, 0.125);
    let result = ran(&both, &library);
    assert!(
        result.description.contains("together with quarterer and halver"),
        "{}",
        result.description
    );
    let said = result.cautions.join("\n");
    assert!(
        said.contains("How strongly quarterer acts is assumed: as strong as two halvers."),
        "{said}"
    );
    assert!(
        said.contains("Of what quarterer does the models of this course leave out CLINT_GUT."),
        "{said}"
    );
    assert!(!said.contains("halver acts"), "{said}");
    let read: Vec<String> = inputs(&both, &library)
        .unwrap()
        .iter()
        .map(|file| file.name().to_owned())
        .collect();
    assert!(read.contains(&"library/interactions.toml".to_owned()), "{read:?}");
}

#[test]
fn liver_and_genotype_reach_the_model() {
    let library = support::made_up_library();
    let with = |patient: &str| course_with(&library, "", patient, "");
    assert_cleared(&with("hepatic = \"none\""), &library, 1.0);
    assert_cleared(&with("hepatic = \"moderate\""), &library, 0.6);
    assert_cleared(&with("cyp2b6 = \"*1/*1\""), &library, 1.0);
    assert_cleared(&with("cyp2b6 = \"*1/*6\""), &library, 0.75);
    assert_cleared(&with("hepatic = \"moderate\"\ncyp2b6 = \"*6/*6\""), &library, 0.3);
    let scenario = ran(&with("cyp2b6 = \"*6/*6\""), &library).cautions.join("\n");
    assert!(
        scenario.contains("the genotype of CYP2B6 changes exposure is a scenario"),
        "{scenario}"
    );
    assert!(!ran(&with(""), &library).cautions.join("\n").contains("CYP2B6"));
}

const PEOPLE: &str = r#"title = "People"
condition = "trd"
horizon = "1 d"

[population]
size = 4000
age = { mean = "46 y", sd = "12 y", min = "18 y", max = "75 y" }
female = { proportion = 0.6 }
baseline = { instrument = "madrs", mean = 33, sd = 5, min = 20, max = 60 }
HEALTH

[population.weight]
female = { mean = "77 kg", sd = "20 kg" }
male = { mean = "90 kg", sd = "20 kg" }
min = "40 kg"
max = "160 kg"

[[treatments]]
drug = "potion"
route = "iv"
dose = "1 mg/kg"
"#;

/// Genotypes are in Hardy-Weinberg proportions, and asking of anybody's liver changes nobody's weight, age or score.
#[test]
fn a_population_has_livers_and_genotypes_and_is_otherwise_the_same() {
    let library = support::made_up_library();
    let healthy = ran(&parsed(&library, &PEOPLE.replace("HEALTH", "")), &library);
    let text = PEOPLE.replace(
        "HEALTH",
        "hepatic = { moderate = 0.3 }\ncyp2b6 = { star6 = 0.25 }",
    );
    let mixed = ran(&parsed(&library, &text), &library);
    let row = |result: &CourseResult, label: &str| {
        let row = result.population.iter().find(|row| row.label == label);
        row.map(|row| row.value.clone())
    };
    for label in ["Weight", "Age", "Women", "MADRS before treatment"] {
        assert!(row(&healthy, label).is_some());
        assert_eq!(row(&healthy, label), row(&mixed, label), "{label}");
    }
    assert_eq!(row(&healthy, "CYP2B6 (scenario)"), None);
    // 4000 people: three standard errors of 30 % are 2.2 %.
    let percent = |text: &str| text.trim_end_matches(" %").parse::<f64>().unwrap();
    let impaired = percent(&row(&mixed, "Moderate hepatic impairment").unwrap());
    assert!((impaired - 30.0).abs() < 2.8, "{impaired}");
    let genotypes = row(&mixed, "CYP2B6 (scenario)").unwrap();
    for (part, expected) in genotypes.split(", ").zip([56.25, 37.5, 6.25]) {
        let found = percent(part.split_once(' ').unwrap().1);
        assert!((found - expected).abs() < 2.9, "{genotypes}");
    }
    // At the start nothing was cleared: the same doses reach the same volumes.
    let first = |result: &CourseResult| {
        let drug = result
            .quantities
            .iter()
            .find(|quantity| quantity.id == "drug")
            .unwrap();
        [drug.p05[0], drug.p50[0], drug.p95[0]].map(f64::to_bits)
    };
    assert_eq!(first(&healthy), first(&mixed));
    let last = |result: &CourseResult| {
        let drug = result
            .quantities
            .iter()
            .find(|quantity| quantity.id == "drug")
            .unwrap();
        *drug.mean.last().unwrap()
    };
    assert!(last(&mixed) > 1.5 * last(&healthy), "impaired livers clear less");
}

#[test]
fn a_control_may_be_followed_in_the_blood() {
    let library = support::made_up_library();
    let text = library
        .document("courses/one-dose.toml")
        .unwrap()
        .source
        .text()
        .replace("potion", "syrup");
    let course = parsed(&library, &text);
    assert_cleared(&course, &library, 1.0);
    let result = ran(&course, &library);
    let score = result
        .quantities
        .iter()
        .find(|quantity| quantity.kind == QuantityKind::Score)
        .unwrap();
    assert!(
        (score.p50.last().unwrap() - 30.0).abs() < 1e-9,
        "a control does nothing to its target"
    );
    assert!(
        result
            .cautions
            .iter()
            .any(|caution| caution.starts_with("A control that"))
    );
    let (document, _) = support::document("course.toml", &text.replace("dose = \"100 mg\"\n", ""));
    let (course, diagnostics) = course::read(&document.unwrap(), &library);
    assert!(course.is_none());
    assert_eq!(diagnostics[0].code, "D004", "{}", diagnostics[0].message);
}

/// Names of the model files that a course is made of.
fn models(course: &Course, library: &Library) -> Vec<String> {
    let stem = |name: &str| {
        Some(
            name.strip_prefix("library/models/")?
                .strip_suffix(".R")?
                .to_owned(),
        )
    };
    let files = inputs(course, library).unwrap();
    files.iter().filter_map(|file| stem(file.name())).collect()
}

#[test]
fn the_mechanism_joins_where_it_is_asked_for() {
    let library = support::made_up_library();
    let asking = |quantities: &str| {
        course_with(
            &library,
            "",
            "",
            &format!("\n[report]\nquantities = [{quantities}]\n"),
        )
    };
    let plain = course_with(&library, "", "", "");
    assert_eq!(models(&plain, &library), ["one", "occupancy"]);
    assert_eq!(models(&asking("\"drug\""), &library), ["one", "occupancy"]);
    assert_eq!(
        models(&asking("\"pressure\""), &library),
        ["one", "occupancy", "pressure"]
    );
    let synapses = asking("\"synapses\"");
    assert_eq!(
        models(&synapses, &library),
        ["one", "occupancy", "surge", "synapses"]
    );
    let whole = plain.clone().with_whole_mechanism();
    assert_eq!(
        models(&whole, &library),
        ["one", "occupancy", "surge", "synapses", "pressure"]
    );
    let reported: Vec<String> = ran(&whole, &library)
        .quantities
        .into_iter()
        .map(|quantity| quantity.id)
        .collect();
    for name in ["surge", "synapses", "pressure", "score"] {
        assert!(reported.contains(&name.to_owned()), "{reported:?}");
    }
    // What is not asked for changes nothing: the score does not know of it.
    let score = |result: &CourseResult| {
        let score = result
            .quantities
            .iter()
            .find(|quantity| quantity.kind == QuantityKind::Score)
            .unwrap();
        score.p50.last().unwrap().to_bits()
    };
    assert_eq!(
        score(&ran(&plain, &library)),
        score(&ran(&asking("\"drug\""), &library))
    );
}

#[test]
fn a_misspelt_output_of_the_mechanism_is_recognised() {
    let library = support::made_up_library();
    let text = library
        .document("courses/one-dose.toml")
        .unwrap()
        .source
        .text()
        .to_owned();
    let (document, _) = support::document(
        "course.toml",
        &format!("{text}\n[report]\nquantities = [\"synapse\"]\n"),
    );
    let (_, diagnostics) = course::read(&document.unwrap(), &library);
    assert_eq!(diagnostics[0].code, "C051");
    assert!(
        diagnostics[0].help[0].contains("synapses"),
        "{:?}",
        diagnostics[0]
    );
}

/// Exposure of each patient: with a volume that varies lognormally, peaks are lognormal; all clear the same, so that the
/// areas of the first day differ by what is left.
#[test]
fn exposures_are_those_of_the_closed_form() {
    let library = support::made_up_library();
    let mut settings = Settings::standard();
    settings.subjects = Some(20_000);
    let course = course_with(&library, "", "", "");
    let result = simulate(&course, &library, &settings, &mut Discard, &Silent).unwrap();
    let exposure = |measure| {
        let of_drug = result
            .exposures
            .iter()
            .filter(|exposure| exposure.quantity == "drug");
        of_drug
            .into_iter()
            .find(|exposure| exposure.measure == measure)
            .unwrap()
    };
    let peak = exposure(Measure::Peak);
    // Standard deviation 0.2 of the logarithm; 1.645 of it to either side.
    assert!((peak.p50 - 1.0).abs() < 0.01, "{}", peak.p50);
    assert!((peak.p95 / peak.p05 - (2.0 * 1.645 * 0.2_f64).exp()).abs() < 0.04);
    let area = exposure(Measure::Area);
    assert!(
        (area.p50 - 5.0 * (1.0 - (-4.8_f64).exp())).abs() < 0.02,
        "{}",
        area.p50
    );
    assert_eq!(area.unit, "mg h/L");
    let end = result
        .exposures
        .iter()
        .find(|exposure| exposure.measure == Measure::AtEnd)
        .unwrap();
    let score = result
        .quantities
        .iter()
        .find(|quantity| quantity.kind == QuantityKind::Score)
        .unwrap();
    assert_eq!(end.p50.to_bits(), score.p50.last().unwrap().to_bits());
}

/// What is assumed is listed with the range it is drawn from, on the scale that its label speaks of.
#[test]
fn what_is_assumed_is_said() {
    let library = support::made_up_library();
    let course = course_with(&library, "interactions = [\"quarterer\"]\n", "", "");
    let result = ran(&course, &library);
    let names: Vec<&str> = result
        .assumptions
        .iter()
        .map(|one| one.parameter.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "lka",
            "logit_f",
            "e_hepatic",
            "eta_v",
            "slope",
            "CLINT_GUT",
            "CLINT_LIVER"
        ]
    );
    let of = |name: &str| {
        result
            .assumptions
            .iter()
            .find(|one| one.parameter == name)
            .unwrap()
    };
    let absorption = of("lka");
    assert!((absorption.value - 2.0).abs() < 1e-12);
    assert!((absorption.lower.unwrap() - 2.0 * (-1.644_853_627 * 0.5_f64).exp()).abs() < 1e-8);
    assert!((absorption.upper.unwrap() - 2.0 * (1.644_853_627 * 0.5_f64).exp()).abs() < 1e-8);
    assert_eq!(
        (absorption.reason.as_str(), absorption.part.as_str()),
        ("faster than the tablet", "one")
    );
    assert!((of("logit_f").value - 0.5).abs() < 1e-15);
    assert_eq!(of("eta_v").value.to_bits(), 0.04_f64.to_bits());
    assert_eq!(of("e_hepatic").lower, None);
}
