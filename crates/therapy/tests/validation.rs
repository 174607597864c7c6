//! Measures of validation rows against closed forms, through the whole way: files, structures, engine, curves, units.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use euthymia_diagnostics::{Source, render};
use euthymia_therapy::library::Library;
use euthymia_therapy::validation::{self, Settings, Validation, Wanted};

const STYLE: render::Style = render::Style {
    colour: false,
    width: 140,
};

/// One compartment: 50 L, 10 L/h; absorbed at 1.5 1/h, 0.4 of a dose; all of it becomes a metabolite of 5 L/h. Pressure rises
/// by 10 mmHg times the saturation.
const MODEL: &str = r#"
one <- function() {
  description <- "One compartment."
  units <- list(time = "h", dosing = "mg", concentration = "ng/mL")
  sampling <- "arterial plasma"
  outputs <- list(cp = "Drug in plasma (ng/mL)", cm = "Metabolite in plasma (ng/mL)", pressure = "Pressure (mmHg)", cv = "Drug in a vein (ng/mL)")
  uncertainty <- list(lcl = 0.1)
  ini({
    lcl <- log(10); label("Clearance (L/h)")
    lv <- log(50); label("Volume (L)")
    lka <- log(1.5); label("Absorption (1/h)")
    f_oral <- fix(0.4); label("Fraction absorbed")
    lclm <- log(5); label("Clearance of the metabolite (L/h)")
    lvm <- log(20); label("Volume of the metabolite (L)")
    to_ng <- fix(1000); label("ng/mL in one mg/L")
    base <- fix(70); label("Pressure before (mmHg)")
    rise <- fix(10); label("Greatest rise (mmHg)")
    v_ratio <- fix(2); label("Artery over vein")
    half <- fix(1000); label("Concentration of half the rise (ng/mL)")
  })
  model({
    f(depot) <- f_oral
    d/dt(depot) <- -exp(lka) * depot
    d/dt(central) <- exp(lka) * depot - exp(lcl) / exp(lv) * central
    d/dt(metabolite) <- exp(lcl) / exp(lv) * central - exp(lclm) / exp(lvm) * metabolite
    cp <- central / exp(lv) * to_ng
    cm <- metabolite / exp(lvm) * to_ng
    cv <- cp / v_ratio
    pressure <- base + rise * cp / (cp + half)
  })
}
"#;

const DRUG: &str = r#"
name = "drug"
kind = "active"
description = "A drug."
[[moieties]]
name = "drug"
fraction = 1.0
molar_mass = "200 g/mol"
[expectancy]
session = true
felt = "drug"
[routes.iv]
name = "intravenous"
models = ["one"]
infusion = "0 min"
[[routes.iv.inputs]]
compartment = "central"
fraction = 1.0
input = "infusion"
[routes.oral]
name = "oral"
models = ["one"]
[[routes.oral.inputs]]
compartment = "depot"
fraction = 1.0
input = "bolus"
"#;

const MOIETIES: &str = r#"
[drug]
name = "drug"
class = "parent"
molar_mass = "200 g/mol"
output = "cp"
venous = "cv"
[metabolite]
name = "metabolite"
class = "metabolite"
molar_mass = "100 g/mol"
output = "cm"
"#;

const SOURCES: &str = "[paper]\ncitation = \"Author A. 2020\"\nseen = \"primary\"\n";

const HEAD: &str = r#"
title = "Closed forms"
source = "paper"
grade = "derived"
people = "nobody"
n = 1
sampling = "arterial plasma"
[subject]
weight = "70 kg"
age = "30 y"
sex = "male"
source = "paper"
grade = "assumed"
"#;

fn library(rows: &str) -> Library {
    library_of(MODEL, HEAD, rows)
}

fn library_of(model: &str, head: &str, rows: &str) -> Library {
    let mut library = Library::new();
    let files = [
        ("sources.toml", SOURCES.to_owned()),
        ("moieties.toml", MOIETIES.to_owned()),
        ("drugs/drug.toml", DRUG.to_owned()),
        ("validation/closed-forms.toml", format!("{head}{rows}")),
    ];
    for (path, text) in files {
        let (document, diagnostics) = support::document(path, &text);
        assert_eq!(diagnostics, [], "{path}");
        library.add_document(path, document.unwrap());
    }
    library.add_text("models/one.R", Source::new("one.R", model));
    library
}

/// Measure with its keys, treatment, and the number that must come out.
type Expected<'e> = (&'e str, &'e str, &'e str, &'e str);

fn validated(rows: &[Expected<'_>], draws: u32) -> Validation {
    let rows: String = rows
        .iter()
        .map(|(what, measure, treatment, value)| {
            format!(
                "[[observations]]\nname = \"row\"\nwhat = \"{what}\"\nmeasure = {measure}\nvalue = \"{value}\"\n\
                 treatment = {{ drug = \"drug\", {treatment} }}\nindependent = \"computed by hand\"\n"
            )
        })
        .collect();
    let library = library(&rows);
    let studies =
        validation::read_all(&library).unwrap_or_else(|wrong| panic!("{}", render::text(&wrong, STYLE)));
    let settings = Settings {
        draws,
        ..Settings::standard()
    };
    validation::validate(&studies, &Wanted::All, &library, &settings).unwrap()
}

const BOLUS: &str = "route = \"iv\", dose = \"100 mg\"";
const INFUSION: &str = "route = \"iv\", dose = \"100 mg\", infusion = \"2 h\"";
const ORAL: &str = "route = \"oral\", dose = \"100 mg\"";
const REPEATED: &str = "route = \"iv\", dose = \"100 mg\", every = \"6 h\", count = 20";

#[test]
fn measures_are_those_of_closed_forms() {
    let against = |measure: &str, treatment: &str| {
        format!("\"{measure}\"\nagainst = {{ drug = \"drug\", {treatment} }}")
    };
    let (f, auc_ratio, cmax_ratio) = (
        against("bioavailability", BOLUS),
        against("auc-ratio", BOLUS),
        against("cmax-ratio", BOLUS),
    );
    let rows = [
        // 100 mg in 50 L; 10 mg h/L; ln 2 / 0.2; 2000 exp(-1); 10000 (1 - exp(-1)).
        ("drug", "\"cmax\"", BOLUS, "2000 ng/mL"),
        ("drug", "\"cmax\"", BOLUS, "10 nmol/mL"),
        (
            "drug",
            "\"cmax\"",
            "route = \"iv\", dose = \"1 mg/kg\"",
            "1400 ng/mL",
        ),
        ("drug", "\"auc\"", BOLUS, "10000 ng*h/mL"),
        ("drug", "\"auc\"", BOLUS, "50 nmol*h/mL"),
        ("drug", "\"auc\"\nuntil = \"5 h\"", BOLUS, "6321.20559 ng*h/mL"),
        (
            "drug",
            "\"half-life\"\nterminal = [\"4 h\", \"12 h\"]",
            BOLUS,
            "207.944154 min",
        ),
        (
            "drug",
            "\"concentration\"\nat = \"5 h\"",
            BOLUS,
            "735.758882 ng/mL",
        ),
        ("drug", "\"clearance\"", BOLUS, "10 L/h"),
        // 10 / 60 L/min in 70 kg.
        ("drug", "\"clearance\"", INFUSION, "2.38095238 mL/min/kg"),
        // 50 mg/h over 10 L/h, risen for 2 h.
        ("drug", "\"cmax\"", INFUSION, "1648.39977 ng/mL"),
        ("drug", "\"tmax\"", INFUSION, "2 h"),
        // ln(7.5) / 1.3; 800 (1.5 / 1.3) (exp(-0.2 t) - exp(-1.5 t)) there.
        ("drug", "\"tmax\"", ORAL, "1.54992542 h"),
        ("drug", "\"cmax\"", ORAL, "586.766319 ng/mL"),
        ("drug", f.as_str(), ORAL, "0.4"),
        ("drug", f.as_str(), "route = \"oral\", dose = \"37 mg\"", "0.4"),
        ("drug", auc_ratio.as_str(), ORAL, "40 %"),
        ("drug", cmax_ratio.as_str(), ORAL, "0.293383195"),
        // The metabolite leaves half as fast: twice the area, as mass of the drug.
        ("metabolite", "\"metabolite-ratio\"\nover = \"drug\"", ORAL, "2"),
        ("metabolite", "\"auc\"", BOLUS, "200 nmol*h/mL"),
        // 2000 / (1 - exp(-1.2)), and that after 6 h.
        ("drug", "\"cmax\"", REPEATED, "2862.02552 ng/mL"),
        ("drug", "\"trough\"", REPEATED, "862.025521 ng/mL"),
        // 10 * 2000 / 3000 above 70.
        ("pressure", "\"change\"", BOLUS, "6.66666667 mmHg"),
        ("pressure", "\"change\"", BOLUS, "9.52380952 %"),
        ("pressure", "\"peak\"", BOLUS, "76.6666667 mmHg"),
    ];
    let validation = validated(&rows, 0);
    assert_eq!(validation.rows.len(), rows.len());
    for (row, (what, measure, treatment, expected)) in validation.rows.iter().zip(rows) {
        let [prediction] = row.predictions.as_slice() else {
            panic!("{measure}: {row:?}")
        };
        let ratio = prediction
            .ratio
            .unwrap_or_else(|| panic!("{measure}: {:?}", prediction.problem));
        // The grid's error: 2 % between times at most.
        assert!(
            (ratio - 1.0).abs() < 5e-4,
            "{what}, {measure} of {treatment}: {} for {expected}",
            prediction.value.unwrap()
        );
        assert_eq!(prediction.models, ["one"]);
        assert!(prediction.reference && prediction.counted && prediction.interval.is_none());
    }
    assert_eq!(validation.grade("one").grade.to_string(), "A");
}

#[test]
fn the_interval_is_that_of_the_uncertain_parameter() {
    // The area is the dose over the clearance, whose logarithm has a standard error of 0.1: 90 % within exp(+-0.164).
    let rows = [
        ("drug", "\"auc\"", BOLUS, "10000 ng*h/mL"),
        ("drug", "\"cmax\"", BOLUS, "2000 ng/mL"),
    ];
    let validation = validated(&rows, 2000);
    let interval = |row: usize| validation.rows[row].predictions[0].interval;
    let (low, high) = interval(0).unwrap();
    // The standard error of a 5th percentile of 2000 draws is 0.1 * 0.047.
    assert!((low / 8483.0 - 1.0).abs() < 0.015, "{low}");
    assert!((high / 11788.0 - 1.0).abs() < 0.015, "{high}");
    assert_eq!(
        interval(1),
        None,
        "the peak of a bolus rests on nothing uncertain"
    );
    assert_eq!(
        format!("{:?}", validated(&rows, 50)),
        format!("{:?}", validated(&rows, 50)),
        "the same seed gives the same bits"
    );
}

#[test]
fn a_row_that_made_a_model_does_not_count_for_it() {
    let library = library(&format!(
        "[[observations]]\nname = \"used\"\nwhat = \"drug\"\nmeasure = \"cmax\"\nvalue = \"2000 ng/mL\"\n\
         treatment = {{ drug = \"drug\", {BOLUS} }}\nused-for = [\"one\"]\n"
    ));
    let studies = validation::read_all(&library).unwrap();
    let validation = validation::validate(&studies, &Wanted::All, &library, &Settings::standard()).unwrap();
    assert!(!validation.rows[0].predictions[0].counted);
    let graded = validation.grade("one");
    assert_eq!(
        (graded.counted, graded.used, graded.grade.to_string().as_str()),
        (0, 1, "not validated")
    );
    assert_eq!(validation.summary().target_met, None);
}

#[test]
fn blood_from_a_vein_is_compared_with_a_vein() {
    let row = format!(
        "[[observations]]\nname = \"vein\"\nwhat = \"drug\"\nmeasure = \"cmax\"\nvalue = \"1000 ng/mL\"\n\
         treatment = {{ drug = \"drug\", {BOLUS} }}\nindependent = \"x\"\n"
    );
    // A model of venous blood has no other vein.
    let venous = MODEL.replace("arterial plasma", "venous plasma");
    for (model, site, ratio) in [
        (MODEL, "arterial plasma", 2.0),
        (MODEL, "unknown", 1.0),
        (MODEL, "venous serum", 1.0),
        (&venous, "venous serum", 2.0),
    ] {
        let library = library_of(model, &HEAD.replace("arterial plasma", site), &row);
        let studies = validation::read_all(&library).unwrap();
        let validation =
            validation::validate(&studies, &Wanted::All, &library, &Settings::standard()).unwrap();
        let found = validation.rows[0].predictions[0].ratio.unwrap();
        assert!((found - ratio).abs() < 1e-9, "{site}: {found}");
    }
}

#[test]
fn what_no_model_computes_is_told() {
    let library = library(&format!(
        "[[observations]]\nname = \"other\"\nwhat = \"drug\"\nmeasure = \"half-life\"\nterminal = [\"-1 h\", \"1 h\"]\n\
         value = \"1 h\"\ntreatment = {{ drug = \"drug\", {BOLUS} }}\nindependent = \"x\"\n"
    ));
    let wrong = validation::read_all(&library).unwrap_err();
    assert!(
        wrong.iter().any(|diagnostic| diagnostic.code == "D006"),
        "{wrong:?}"
    );
}
