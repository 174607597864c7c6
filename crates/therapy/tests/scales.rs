//! Courses whose baseline is on another scale than that of the response model.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use euthymia_engine::Silent;
use euthymia_therapy::course::{self, Course};
use euthymia_therapy::library::Library;
use euthymia_therapy::result::{CourseResult, Quantity, QuantityKind};
use euthymia_therapy::simulate::{Discard, Settings, inputs, simulate};

fn one_infusion(instrument: &str, score: u32) -> String {
    format!(
        "title = \"T\"\ncondition = \"trd\"\nhorizon = \"1 wk\"\n[patient]\nage = \"40 y\"\nweight = \"70 kg\"\n\
         sex = \"male\"\nbaseline = {{ instrument = \"{instrument}\", score = {score} }}\n[[treatments]]\n\
         drug = \"racemic-ketamine\"\nroute = \"iv\"\ndose = \"0.5 mg/kg\"\n"
    )
}

fn parsed(instrument: &str, score: u32, library: &Library) -> Course {
    let (document, _) = support::document("course.toml", &one_infusion(instrument, score));
    let (course, diagnostics) = course::read(&document.unwrap(), library);
    assert_eq!(diagnostics, []);
    course.unwrap()
}

fn result(instrument: &str, score: u32, library: &Library) -> CourseResult {
    let settings = Settings {
        subjects: Some(5),
        ..Settings::standard()
    };
    let course = parsed(instrument, score, library);
    simulate(&course, library, &settings, &mut Discard, &Silent).unwrap()
}

fn score(result: &CourseResult) -> &Quantity {
    result
        .quantities
        .iter()
        .find(|quantity| quantity.kind == QuantityKind::Score)
        .unwrap()
}

#[test]
fn the_course_is_that_of_the_linked_score() {
    let library = support::whole_library();
    // HAM-D 20 is MADRS 26 (Leucht 2018), QIDS-SR 16 (Rush 2003), BDI 27 and BDI-II 32 (Furukawa 2019); PHQ-9 15 is
    // MADRS 24 (Kim 2023).
    for (instrument, baseline, on_madrs) in [
        ("hamd17", 20, 26),
        ("qids-sr", 16, 26),
        ("qids-c", 16, 26),
        ("bdi", 27, 26),
        ("bdi-ii", 32, 26),
        ("phq9", 15, 24),
    ] {
        let other = result(instrument, baseline, &library);
        let same = result("madrs", on_madrs, &library);
        let scale = library.instrument(instrument).unwrap();
        assert_eq!(other.instrument.id, instrument);
        assert!(
            (score(&other).mean[0] - f64::from(baseline)).abs() < 1e-6,
            "{instrument}"
        );
        let curves = score(&other).individuals.iter().flatten();
        let latent = score(&same).individuals.iter().flatten();
        assert!(curves.clone().count() > 5, "{instrument}");
        for (on_other, latent) in curves.zip(latent) {
            let expected = scale.from_linked("madrs", *latent).unwrap();
            assert!(
                (on_other - expected).abs() < 1e-4,
                "{instrument} {on_other} {expected}"
            );
        }
        let told = other
            .cautions
            .iter()
            .find(|caution| caution.contains("linked scores of patients"))
            .unwrap();
        assert_eq!(
            told.contains("is an assumption"),
            instrument == "qids-c",
            "{told}"
        );
        let cited = other.basis.iter().filter(|row| row.curves == "Scale").count();
        assert_eq!(cited, scale.kin.last().unwrap().link.sources.len());
    }
}

#[test]
fn a_scale_without_a_link_is_refused_with_the_reason_of_its_file() {
    let library = support::whole_library();
    let (document, _) = support::document("course.toml", &one_infusion("caps5", 40));
    let (_, diagnostics) = course::read(&document.unwrap(), &library);
    let wrong = diagnostics.iter().find(|one| one.code == "C053").unwrap();
    assert!(
        wrong
            .notes
            .iter()
            .any(|note| note.contains("no table from a depression scale"))
    );
    assert!(
        wrong
            .help
            .iter()
            .any(|help| help.contains("`qids-sr`") && !help.contains("`caps5`"))
    );
}

#[test]
fn a_result_depends_on_every_scale_on_the_way() {
    let library = support::whole_library();
    let files = inputs(&parsed("qids-c", 16, &library), &library).unwrap();
    for id in ["qids-c", "qids-sr", "hamd17", "madrs"] {
        let name = format!("instruments/{id}.toml");
        assert!(files.iter().any(|file| file.name().ends_with(&name)), "{name}");
    }
}
