//! One course with several structures: the page, and the lines of a terminal.

#![allow(clippy::panic, clippy::unwrap_used)]

mod fixture;
mod xml;

use euthymia_report::ensemble::page;
use euthymia_report::terminal::{Colour, ensemble as lines};
use euthymia_therapy::ensemble::{Ensemble, Member, Spread, Width, WidthScale};
use euthymia_therapy::kinetics::{LeftOut, Structure};
use euthymia_therapy::result::{CourseResult, Measure, QuantityKind};

fn structure(key: &str, name: &str) -> Structure {
    Structure {
        key: key.to_owned(),
        name: name.to_owned(),
    }
}

/// The fixture as the reference, and with all concentrations times 0.5 and without a metabolite as another structure.
fn ensemble() -> Ensemble {
    let reference = fixture::course();
    let mut other = fixture::course();
    other.quantities.retain(|quantity| quantity.id != "norketamine");
    for quantity in &mut other.quantities {
        if quantity.kind == QuantityKind::Concentration {
            quantity.p50.iter_mut().for_each(|value| *value *= 0.5);
            quantity.sampling_site = Some("venous plasma".to_owned());
        }
    }
    other.cautions.push("Only the other says this.".to_owned());
    let spread = |quantity: &str, label: &str, kind, measure, unit: &str, medians: [Option<f64>; 2]| {
        let scale = match kind {
            QuantityKind::Concentration => WidthScale::Ratio,
            _ => WidthScale::Difference,
        };
        let width = |lower: f64, upper: f64| Width {
            lower,
            upper,
            width: Some(match scale {
                WidthScale::Ratio => upper / lower,
                WidthScale::Difference => upper - lower,
            }),
        };
        let between_models = medians[0].zip(medians[1]).map(|(a, b)| width(a.min(b), a.max(b)));
        Spread {
            quantity: quantity.to_owned(),
            label: label.to_owned(),
            kind,
            measure,
            until_h: if measure == Measure::AtEnd { 2016.0 } else { 24.0 },
            unit: unit.to_owned(),
            medians: medians.to_vec(),
            scale,
            between_models,
            between_patients: match scale {
                _ if kind == QuantityKind::Score => width(5.0, 29.0),
                WidthScale::Ratio => width(160.0, 240.0),
                WidthScale::Difference => width(0.2, 0.4),
            },
            models_to_patients: between_models.map(|_| 1.71),
        }
    };
    let (concentration, peak) = (QuantityKind::Concentration, Measure::Peak);
    let spreads = vec![
        spread(
            "ketamine",
            "Ketamine in plasma",
            concentration,
            peak,
            "ng/mL",
            [Some(200.0), Some(100.0)],
        ),
        spread(
            "ketamine",
            "Ketamine in plasma",
            concentration,
            Measure::Area,
            "ng h/mL",
            [Some(400.0), Some(200.0)],
        ),
        spread(
            "norketamine",
            "Norketamine in plasma",
            concentration,
            peak,
            "ng/mL",
            [Some(60.0), None],
        ),
        spread(
            "occupancy",
            "NMDA receptor occupancy",
            QuantityKind::Occupancy,
            peak,
            "",
            [Some(0.3), Some(0.2)],
        ),
        spread(
            "score",
            "MADRS score",
            QuantityKind::Score,
            Measure::AtEnd,
            "points",
            [Some(17.04), Some(18.26)],
        ),
    ];
    let member = |key: &str, name: &str, result: CourseResult| Member {
        structure: structure(key, name),
        result,
    };
    Ensemble {
        title: reference.title.clone(),
        description: reference.description.clone(),
        subjects: reference.subjects,
        design: reference.design,
        spreads,
        left_out: vec![LeftOut {
            structure: structure("sprayed-1999", "Sprayed 1999"),
            why: "it serves other routes only: <nasal> spray".to_owned(),
        }],
        provenance: reference.provenance.clone(),
        members: vec![
            member("reference", "Reference", reference),
            member("other-2020", "Other 2020", other),
        ],
    }
}

/// The page is also left where a person can look at it.
#[test]
fn the_page_says_how_far_models_part() {
    let html = page(&ensemble()).unwrap();
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/ensemble.html"), &html).unwrap();
    for words in [
        "Among 2\u{a0}published structures of the kinetics the median peak of ketamine in plasma lies between 100 and \
         200\u{a0}ng/mL (2-fold)",
        "Models differ 1.7 times as much as patients.",
        "100\u{a0}to\u{a0}200: 2-fold",
        "20\u{a0}to\u{a0}30\u{a0}%: 10\u{a0}percentage\u{a0}points",
        "Other 2020: norketamine in plasma not modelled",
        "not modelled",
        "one model only",
        "Sprayed 1999 (sprayed-1999): it serves other routes only: &lt;nasal&gt; spray",
        "Other 2020: Only the other says this.",
        "What is assumed",
        "made up for the page",
        "not a medical device",
    ] {
        assert!(html.contains(words), "{words}");
    }
    for forbidden in ["<script", "<link", "<img", " src=", "@import"] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    let drawings = xml::svgs(&html);
    assert_eq!(drawings.len(), 3, "one figure in three sizes");
    for svg in drawings {
        xml::elements(svg).unwrap_or_else(|error| panic!("{error}\n{svg}"));
        // Ketamine, occupancy and score of both structures, the metabolite of one.
        assert_eq!(
            svg.matches("class=\"line c-").count() - 2,
            7,
            "two of the lines are the legend's"
        );
        assert!(svg.contains("Other 2020") && !svg.contains("NaN"));
    }
}

#[test]
fn the_lines_say_it_too() {
    insta::assert_snapshot!(lines(&ensemble(), 100, Colour::Plain));
    for width in [40, 60, 80, 200] {
        for line in lines(&ensemble(), width, Colour::Plain).lines() {
            assert!(line.chars().count() <= width.max(50), "{width}: {line}");
        }
    }
}

#[test]
fn one_structure_is_compared_with_nothing() {
    let mut one = ensemble();
    one.members.truncate(1);
    for spread in &mut one.spreads {
        spread.medians.truncate(1);
        (spread.between_models, spread.models_to_patients) = (None, None);
    }
    let html = page(&one).unwrap();
    assert!(html.contains("there is nothing to compare it with"));
    assert!(!html.contains("Between models<"));
}
