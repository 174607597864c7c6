//! The page and the lines of a mechanism: what they show, and that the page is one well-formed file.

#![allow(clippy::panic, clippy::unwrap_used)]

mod fixture;
mod xml;

use std::collections::BTreeSet;

use euthymia_report::explain::{page, table};
use euthymia_report::terminal::Colour;
use euthymia_therapy::explain::{
    Cited, EffectTimes, Explained, Explanation, Extreme, Feed, LayerPart, LeftOut, Parameter, Range,
    Reaching, ScoreRests,
};
use euthymia_therapy::result::{CourseResult, Quantity, QuantityKind};

/// The made-up course with a made-up cascade; nothing here is an estimate of anything.
fn explanation() -> Explanation {
    let mut result = fixture::course();
    let synapses = synapses(&result);
    result.quantities.push(synapses);
    let quantities = |ids: &[&str]| ids.iter().map(|id| explained(&result, id)).collect::<Vec<_>>();
    let layer = |id, name, ids: &[&str]| LayerPart {
        id,
        name,
        quantities: quantities(ids),
        still: Vec::new(),
    };
    let mut layers = vec![
        layer("kinetics", "Kinetics", &["ketamine"]),
        layer("target", "Target", &["occupancy"]),
        layer("acute", "Acute effects", &["dissociation"]),
        layer("cascade", "Cascade", &["synapses"]),
        layer("response", "Response", &["score"]),
    ];
    layers[0].still = vec!["R-ketamine in plasma".to_owned()];
    layers[2].quantities[0].times = Some(EffectTimes {
        start: range(Some(0.0), Some(0.0), Some(0.0)),
        onset_h: range(Some(0.05), Some(0.08), Some(0.2)),
        peak: range(Some(0.35), Some(0.49), Some(0.6)),
        peak_h: range(Some(0.66), Some(0.7), Some(0.75)),
        return_h: range(Some(1.5), Some(2.3), None),
        until_h: 24.0,
    });
    let cascade = &mut layers[3].quantities[0];
    cascade.disagreement = vec![
        cited("holmes-2022", "no change 24 h after one dose <PET>"),
        cited("other-2023", "less, not more"),
    ];
    cascade.anchors = vec![cited("li-2010", "a rise within a day, rat")];
    Explanation {
        layers,
        score: ScoreRests {
            sentence: "The score depends on nothing that is marked as not measured in people, and on no state of the \
                       cascade; of the mechanism, NMDA receptor occupancy alone reaches it."
                .to_owned(),
            takes: vec![Reaching {
                id: "occupancy".to_owned(),
                label: "NMDA receptor occupancy".to_owned(),
                layer: "target",
                badge: None,
            }],
            not_measured: Vec::new(),
            cascade: false,
        },
        left_out: vec![LeftOut {
            model: "cardiac-output".to_owned(),
            description: "Cardiac output.".to_owned(),
            outputs: vec!["cardiac_output".to_owned()],
            missing: vec!["cp_s".to_owned()],
        }],
        result,
    }
}

fn range(p05: Option<f64>, p50: Option<f64>, p95: Option<f64>) -> Range {
    Range { p05, p50, p95 }
}

fn cited(key: &str, text: &str) -> Cited {
    Cited {
        key: key.to_owned(),
        text: text.to_owned(),
        citation: format!("A paper called {key}"),
        url: Some(format!("https://doi.org/10.1000/{key}")),
    }
}

fn explained(result: &CourseResult, id: &str) -> Explained {
    let quantity = result
        .quantities
        .iter()
        .find(|quantity| quantity.id == id)
        .unwrap();
    let (end_h, low) = match id {
        "score" => (result.horizon_h, true),
        "synapses" => (672.0, false),
        "ketamine" => (24.0, false),
        _ => (4.0, false),
    };
    let inside = result.times_h.iter().take_while(|time| **time <= end_h).count();
    let change = |at: &usize| (quantity.p50[*at] - quantity.p50[0]).abs();
    let at = (0..inside)
        .max_by(|a, b| change(a).total_cmp(&change(b)))
        .unwrap();
    Explained {
        id: id.to_owned(),
        label: quantity.label.clone(),
        model: format!("{id}-model"),
        badge: match id {
            "occupancy" => Some("scaled from animals"),
            "dissociation" => Some("measured in people"),
            "synapses" => Some("assumed"),
            _ => None,
        },
        anchors: Vec::new(),
        disagreement: Vec::new(),
        feeds: vec![
            Feed::Quantity {
                id: "occupancy".to_owned(),
                label: "NMDA receptor occupancy".to_owned(),
                layer: "target",
            },
            Feed::Patient {
                names: ["ASIAN", "JAPANESE", "BASE"].map(str::to_owned).to_vec(),
            },
        ],
        parameters: vec![Parameter {
            name: "lc50".to_owned(),
            label: "Concentration of half effect (nmol/mL)".to_owned(),
            value: "log(0.51)".to_owned(),
            standard_error: Some(0.141),
            grade: Some("seen".to_owned()),
            citation: "A paper".to_owned(),
            url: Some("https://doi.org/10.1000/1".to_owned()),
            locator: "abstract".to_owned(),
        }],
        window_h: [0.0, end_h],
        extreme: Some(Extreme {
            time_h: result.times_h[at],
            median: quantity.p50[at],
            p05: quantity.p05[at],
            p95: quantity.p95[at],
            low,
        }),
        times: None,
    }
}

/// Rises to 1.2 over four weeks.
fn synapses(result: &CourseResult) -> Quantity {
    let rise = |size: f64| {
        let values = result
            .times_h
            .iter()
            .map(|time| 1.0 + size * (time / 672.0).min(1.0));
        values.collect::<Vec<f64>>()
    };
    Quantity {
        id: "synapses".to_owned(),
        label: "mTORC1 and synapses (relative)".to_owned(),
        unit: String::new(),
        kind: QuantityKind::Other,
        sampling_site: None,
        provisional: false,
        p05: rise(0.05),
        p25: rise(0.15),
        p50: rise(0.2),
        p75: rise(0.25),
        p95: rise(0.6),
        mean: rise(0.22),
        mean_interval: None,
        individuals: Vec::new(),
    }
}

#[test]
fn a_block_a_layer_says_what_happens_and_what_disagrees() {
    insta::assert_snapshot!(table(&explanation(), 100, Colour::Plain));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [60, 80, 100, 200] {
        for line in table(&explanation(), width, Colour::Plain).lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

/// The page is also left where a person can look at it.
#[test]
fn the_page_is_one_well_formed_file_that_loads_nothing() {
    let html = page(&explanation()).unwrap();
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/mechanism.html"), &html).unwrap();
    for forbidden in [
        "<script", "<link", "<img", "<iframe", " src=", "@import", "<PET>", "NaN",
    ] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    let drawings = xml::svgs(&html);
    assert_eq!(drawings.len(), 10);
    for svg in drawings {
        xml::elements(svg).unwrap_or_else(|error| panic!("{error}\n{svg}"));
    }
    let mut ids = BTreeSet::new();
    for id in after(&html, " id=\"") {
        assert!(ids.insert(id), "{id} twice");
    }
    for id in after(&html, "href=\"#") {
        assert!(ids.contains(id), "{id}");
    }
    assert_eq!(html.matches("not a medical device").count(), 1);
    assert_eq!(html, page(&explanation()).unwrap());
}

#[test]
fn what_disagrees_stands_beside_the_curve_and_before_what_agrees() {
    let html = page(&explanation()).unwrap();
    let order = [
        "class=\"sentence\">The score depends on nothing",
        "id=\"kinetics\"",
        "The same in every patient all the time, so not drawn: R-ketamine in plasma",
        "id=\"target\"",
        "scaled from animals</p>",
        "id=\"acute\"",
        "5\u{a0}min (3 to 12\u{a0}min)",
        "2.3\u{a0}h (90\u{a0}min to later)",
        "id=\"cascade\"",
        "mTORC1 and synapses peaks at 120\u{a0}% after 4\u{a0}weeks",
        "<h4>What disagrees</h4>",
        "No change 24 h after one dose &lt;PET&gt;",
        "href=\"https://doi.org/10.1000/holmes-2022\">A paper called holmes-2022",
        "<h4>Held against</h4>",
        "<h4>Fed by</h4>",
        "the patient: ancestry and score at the start",
        "log(0.51)",
        "id=\"response\"",
        "MADRS score falls to",
        "Cardiac output (cardiac-output): nothing in this course defines cp_s.",
        "Before believing this",
    ];
    let mut from = 0;
    for text in order {
        let found = html[from..].find(text);
        from += found.unwrap_or_else(|| panic!("`{text}` does not follow"));
    }
}

#[test]
fn a_hole_in_the_result_is_refused() {
    let mut explanation = explanation();
    explanation.result.quantities[0].p50[3] = f64::NAN;
    assert!(page(&explanation).is_err());
}

fn after<'a>(html: &'a str, before: &str) -> Vec<&'a str> {
    let starts = html.match_indices(before).map(|(at, _)| at + before.len());
    starts
        .map(|start| &html[start..start + html[start..].find('"').unwrap()])
        .collect()
}
