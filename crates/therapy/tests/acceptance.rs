//! The shipped models against what was published: computed from the library's files through the engine, for a typical
//! patient of 70 kg.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use euthymia_engine::Options;
use euthymia_therapy::course::{self, Course};
use euthymia_therapy::kinetics;
use euthymia_therapy::library::Library;
use euthymia_therapy::simulate::{TypicalCurves, typical};
use euthymia_vecmath::scalar;

const PATIENT: &str = r#"
title = "Acceptance"
condition = "trd"
horizon = "12 h"
[patient]
age = "40 y"
weight = "70 kg"
"#;

fn course(library: &Library, sex: &str, treatments: &str) -> Course {
    let text = format!(
        "{PATIENT}sex = \"{sex}\"\nbaseline = {{ instrument = \"madrs\", score = 30 }}\n{treatments}"
    );
    let (document, diagnostics) = support::document("course.toml", &text);
    assert_eq!(diagnostics, []);
    let (course, diagnostics) = course::read(&document.unwrap(), library);
    assert_eq!(diagnostics, []);
    course.unwrap()
}

fn curves(treatments: &str, times_h: &[f64]) -> TypicalCurves {
    let library = support::whole_library();
    typical_curves(&course(&library, "male", treatments), &library, times_h)
}

fn typical_curves(course: &Course, library: &Library, times_h: &[f64]) -> TypicalCurves {
    let course::People::Patient(patient) = &course.people else {
        panic!("one patient")
    };
    let options = Options {
        rtol: 1e-8,
        atol: 1e-10,
        ..Options::standard()
    };
    typical(course, patient, library, times_h, &options).unwrap()
}

fn one_dose(drug: &str, route: &str, dose: &str, infusion: Option<&str>) -> String {
    let infusion = infusion.map_or(String::new(), |duration| format!("infusion = \"{duration}\"\n"));
    format!("[[treatments]]\ndrug = \"{drug}\"\nroute = \"{route}\"\ndose = \"{dose}\"\n{infusion}")
}

/// Every 15 s for three hours.
fn fine() -> Vec<f64> {
    (0..=720).map(|k| f64::from(k) / 240.0).collect()
}

/// Highest value and when.
fn peak(curves: &TypicalCurves, name: &str) -> (f64, f64) {
    let values = curves.curve(name).unwrap().iter().zip(&curves.times_h);
    let (value, time) = values.max_by(|a, b| a.0.total_cmp(b.0)).unwrap();
    (*value, *time)
}

/// Highest value and when, each the middle of a man's and a woman's: half of those of Simons 2022 were women.
fn peak_of_both(treatments: &str, name: &str) -> (f64, f64) {
    let library = support::whole_library();
    let [man, woman] = ["male", "female"].map(|sex| {
        let course = course(&library, sex, treatments);
        peak(&typical_curves(&course, &library, &fine()), name)
    });
    ((man.0 + woman.0) / 2.0, (man.1 + woman.1) / 2.0)
}

/// Arterial S-ketamine, mean of the esketamine arm of Kamp 2020 (Br J Anaesth 125:750), digitised: h and nmol/mL.
/// Three steps of an hour each: 0.14, 0.28, 0.57 mg/kg/h.
const KAMP_2020: [(f64, f64); 13] = [
    (0.25, 0.128),
    (0.5, 0.189),
    (1.0, 0.321),
    (1.5, 0.436),
    (2.0, 0.536),
    (2.083, 0.815),
    (2.5, 0.914),
    (3.0, 1.034),
    (3.083, 0.760),
    (3.167, 0.529),
    (3.5, 0.410),
    (4.0, 0.327),
    (5.0, 0.241),
];

#[test]
fn stepped_infusions_agree_with_the_arterial_curve_of_kamp_2020() {
    let step = |start: &str, dose: &str| {
        format!(
            "{}start = \"{start}\"\n",
            one_dose("esketamine", "iv", dose, Some("60 min"))
        )
    };
    let steps = [
        step("0 h", "0.14 mg/kg"),
        step("1 h", "0.28 mg/kg"),
        step("2 h", "0.57 mg/kg"),
    ]
    .concat();
    let times: Vec<f64> = KAMP_2020.iter().map(|(time, _)| *time).collect();
    let computed = curves(&steps, &times);
    let computed = computed.curve("cp_s").unwrap();
    let log_ratios = computed
        .iter()
        .zip(&KAMP_2020)
        .map(|(computed, (_, observed))| scalar::ln(computed / observed));
    let geometric_mean_ratio = scalar::exp(log_ratios.sum::<f64>() / KAMP_2020.len() as f64);
    assert!(
        (0.95..=1.10).contains(&geometric_mean_ratio),
        "{geometric_mean_ratio}"
    );
}

#[test]
fn twenty_milligrams_over_twenty_minutes_peak_as_in_simons_2022() {
    // Simons thesis: 273 (259 to 287) and 260 (251 to 269) ng/mL.
    let treatment = one_dose("esketamine", "iv", "20 mg", Some("20 min"));
    let (peak, time) = peak_of_both(&treatment, "ketamine");
    assert!((255.0..=280.0).contains(&peak), "{peak} ng/mL");
    assert!(
        (time - 20.0 / 60.0).abs() < 0.005,
        "at the end of the infusion, not {time} h"
    );
}

#[test]
fn the_usual_infusion_of_the_racemate_peaks_at_about_296_nanograms() {
    let treatment = one_dose("racemic-ketamine", "iv", "0.5 mg/kg", Some("40 min"));
    let (peak, time) = peak_of_both(&treatment, "ketamine");
    assert!((285.0..=305.0).contains(&peak), "{peak} ng/mL");
    assert!(
        (time - 40.0 / 60.0).abs() < 0.005,
        "at the end of the infusion, not {time} h"
    );
}

#[test]
fn nasal_esketamine_peaks_rise_less_than_the_dose() {
    // Computed from the parameters of Perez-Ruixo 2021, devices 5 min apart.
    for (dose, expected) in [("28 mg", 44.0), ("56 mg", 73.0), ("84 mg", 101.0)] {
        let library = support::whole_library();
        let course = course(&library, "male", &one_dose("esketamine", "in", dose, None));
        let course = kinetics::with(&course, "perez-ruixo-2021", &library).unwrap();
        let (peak, _) = peak(&typical_curves(&course, &library, &fine()), "ketamine");
        assert!(
            (peak / expected - 1.0).abs() < 0.03,
            "{dose}: {peak} ng/mL, expected {expected}"
        );
    }
}

#[test]
fn occupancy_and_dissociation_at_the_peak_of_the_usual_infusion() {
    // By hand from the same parameters: occupancy 35 % at the peak, effect site 0.53 nmol/mL at 40.5 min, effect 0.51.
    let treatment = one_dose("racemic-ketamine", "iv", "0.5 mg/kg", Some("40 min"));
    let (occupancy, _) = peak_of_both(&treatment, "occupancy");
    assert!((occupancy - 0.35).abs() < 0.01, "{occupancy}");
    let (effect_site, time) = peak_of_both(&treatment, "ce_s");
    assert!((effect_site - 0.53).abs() < 0.01, "{effect_site} nmol/mL");
    assert!((time * 60.0 - 40.5).abs() < 1.0, "{} min", time * 60.0);
    let (dissociation, _) = peak_of_both(&treatment, "dissociation");
    assert!((dissociation - 0.51).abs() < 0.01, "{dissociation}");
}
