//! The mechanism of a course on models made for it: what is composed, what is left out, what the score rests on.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use euthymia_diagnostics::{Source, render};
use euthymia_engine::Silent;
use euthymia_therapy::course::{self, Course};
use euthymia_therapy::explain::{Explained, Explanation, Feed, explain, inputs};
use euthymia_therapy::kinetics;
use euthymia_therapy::library::Library;
use euthymia_therapy::lint;
use euthymia_therapy::simulate::{Discard, Settings, SimulateError, simulate};

/// A state that follows the occupancy for days, one that follows it at once, and what they were held against.
const CASCADE: &str = r#"cascade <- function() {
  description <- "Glutamate surge and synapses."
  units <- list(time = "h")
  layer <- "cascade"
  outputs <- list(surge = "Glutamate surge, ratio to before", synapses = "Synapses, ratio to before")
  badges <- list(surge = "measured in people", synapses = "scaled from animals")
  anchors <- list(surge = "simons-2022: +13 % during the infusion")
  disagreement <- list(synapses = "wang-2019: no change after a day | otto-2021: less, not more")
  uncertainty <- list(
    lgain = 0.2 # [assumed] euthymia: for a test
  )
  ini({
    lgain <- log(0.5); label("Gain") # [seen] simons-2022: page 3
    rate <- fix(0.02); label("Rate (1/h)") # [assumed] euthymia: two days
    eta_gain ~ 0.09 # [assumed] euthymia: as everywhere
  })
  model({
    surge <- 1 + exp(lgain + eta_gain)*occupancy
    d/dt(synapses) <- rate*(surge - synapses)
    synapses(0) <- 1
  })
}
"#;

/// An effect that needs a concentration which a control does not have.
const PRESSURE: &str = r#"pressure <- function() {
  description <- "Systolic pressure."
  units <- list(time = "h")
  layer <- "acute"
  outputs <- list(pressure = "Systolic pressure (mmHg)")
  ini({
    slope <- 10; label("Slope") # [assumed] euthymia: for a test
    level <- 120; label("Pressure before (mmHg)") # [assumed] euthymia: for a test
  })
  model({
    pressure <- level + slope*cp_s
  })
}
"#;

/// What only the response defines, so it is composed after it.
const MOOD: &str = r#"mood <- function() {
  description <- "Mood."
  units <- list(time = "h")
  layer <- "response"
  outputs <- list(mood = "Mood, fraction")
  model({
    mood <- 1 - drug_effect*surge
  })
}
"#;

fn library(change: impl Fn(&str, String) -> String) -> Library {
    let mut library = support::library_with(
        |_| true,
        |path, text| {
            let listed = matches!(path, "drugs/racemic-ketamine.toml" | "drugs/saline.toml");
            let text = if listed {
                without_mechanism(&text).replacen(
                    "\nkind",
                    "\nmechanism = [\"cascade\", \"pressure\", \"mood\"]\nkind",
                    1,
                )
            } else if path == "models/ketamine.R" {
                // So that the occupancy alone is not measured.
                text.replacen("cp_rn = \"assumed\"", "cp_rn = \"measured in people\"", 1)
            } else {
                text
            };
            change(path, text)
        },
    );
    for (stem, text) in [("cascade", CASCADE), ("pressure", PRESSURE), ("mood", MOOD)] {
        let path = format!("models/{stem}.R");
        let text = change(&path, text.to_owned());
        library.add_text(path.clone(), Source::new(format!("library/{path}"), text));
    }
    library
}

fn shipped(library: &Library, stem: &str) -> Course {
    let document = library.document(&format!("courses/{stem}.toml")).unwrap();
    course::read(document, library).0.unwrap()
}

fn settings() -> Settings {
    Settings {
        subjects: Some(60),
        ..Settings::standard()
    }
}

fn explained(library: &Library, stem: &str) -> Explanation {
    explain(&shipped(library, stem), library, &settings(), &Silent).unwrap()
}

fn find<'e>(explanation: &'e Explanation, id: &str) -> (&'static str, &'e Explained) {
    let mut all = explanation
        .layers
        .iter()
        .flat_map(|layer| layer.quantities.iter().map(|quantity| (layer.id, quantity)));
    all.find(|(_, quantity)| quantity.id == id).unwrap()
}

/// The text of a drug without the models that it sets going.
fn without_mechanism(text: &str) -> String {
    match text.split_once("\nmechanism = [") {
        Some((before, after)) => format!("{before}{}", after.split_once("]\n").unwrap().1),
        None => text.to_owned(),
    }
}

#[test]
fn layers_hold_their_quantities_with_what_these_rest_on() {
    let library = library(|_, text| text);
    let explanation = explained(&library, "racemic-iv-single");
    let layers = explanation.layers.iter().map(|layer| layer.id);
    assert_eq!(
        layers.collect::<Vec<_>>(),
        ["kinetics", "target", "acute", "cascade", "response"]
    );
    assert!(explanation.left_out.is_empty());
    assert_eq!(find(&explanation, "ketamine").0, "kinetics");
    assert_eq!(find(&explanation, "occupancy").0, "target");
    assert_eq!(find(&explanation, "dissociation").0, "acute");
    assert_eq!(find(&explanation, "score").0, "response");
    assert_eq!(find(&explanation, "mood").0, "response");
    let (layer, synapses) = find(&explanation, "synapses");
    assert_eq!((layer, synapses.badge), ("cascade", Some("scaled from animals")));
    assert_eq!(synapses.model, "cascade");
    let against: Vec<&str> = synapses
        .disagreement
        .iter()
        .map(|cited| cited.text.as_str())
        .collect();
    assert_eq!(against, ["no change after a day", "less, not more"]);
    assert!(synapses.disagreement.iter().all(|cited| cited.url.is_some()));
    let names: Vec<&str> = synapses.parameters.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["lgain", "rate", "eta_gain"]);
    let gain = &synapses.parameters[0];
    assert_eq!(
        (
            gain.value.as_str(),
            gain.standard_error,
            gain.grade.as_deref(),
            gain.locator.as_str()
        ),
        ("log(0.5)", Some(0.2), Some("seen"), "page 3")
    );
    assert_eq!(synapses.parameters[2].value, "0.09");
    assert_eq!(
        synapses.feeds,
        [Feed::Quantity {
            id: "occupancy".to_owned(),
            label: "NMDA receptor occupancy".to_owned(),
            layer: "target"
        }]
    );
    // It is far from where it started a day later, so weeks are shown of it and days of what follows the occupancy.
    assert_eq!(synapses.window_h[1], explanation.result.horizon_h.min(672.0));
    assert_eq!(find(&explanation, "surge").1.window_h, [0.0, 72.0]);
    let pressure = find(&explanation, "pressure").1.times.unwrap();
    assert_eq!(pressure.start.p50, Some(120.0));
    assert!(pressure.peak.p50.unwrap() > 121.0);
    let in_order = [pressure.onset_h, pressure.peak_h, pressure.return_h].map(|range| range.p50.unwrap());
    assert!(
        in_order[0] < in_order[1] && in_order[1] < in_order[2],
        "{in_order:?}"
    );
    assert!(
        (in_order[1] - 2.0 / 3.0).abs() < 1e-9,
        "at the end of the infusion"
    );
}

#[test]
fn the_default_score_rests_on_the_occupancy_alone() {
    let library = library(|_, text| text);
    let score = explained(&library, "racemic-iv-single").score;
    assert_eq!(
        score.sentence,
        "The score depends on what is not measured in people, namely NMDA receptor occupancy (scaled from animals), and on \
         no state of the cascade; of the mechanism, NMDA receptor occupancy alone reaches it."
    );
    assert!(!score.cascade);
}

#[test]
fn what_has_no_badge_is_not_marked() {
    let badge = "  badges <- list(occupancy = \"scaled from animals\")\n";
    let library = library(|path, text| match path {
        "models/shaffer-2014-occupancy.R" => text.replacen(badge, "", 1),
        _ => text,
    });
    assert_eq!(
        explained(&library, "racemic-iv-single").score.sentence,
        "The score depends on nothing that is marked as not measured in people, and on no state of the cascade; of the \
         mechanism, NMDA receptor occupancy alone reaches it."
    );
}

#[test]
fn a_response_that_uses_synapses_says_so_and_is_simulated_with_them() {
    let library = library(|path, text| match path {
        "response/ketamine.R" => {
            text.replacen("d/dt(action) <- occupancy", "d/dt(action) <- (synapses - 1)", 1)
        }
        _ => text,
    });
    let explanation = explained(&library, "racemic-iv-single");
    assert_eq!(
        explanation.score.sentence,
        "The score depends on what is not measured in people, namely NMDA receptor occupancy (scaled from animals) and \
         synapses (scaled from animals); of the mechanism, synapses alone reaches it."
    );
    assert!(explanation.score.cascade);
    let course = shipped(&library, "racemic-iv-single");
    let result = simulate(&course, &library, &settings(), &mut Discard, &Silent).unwrap();
    let score = |of: &euthymia_therapy::result::CourseResult| {
        let score = of
            .quantities
            .iter()
            .find(|quantity| quantity.id == "score")
            .unwrap();
        *score.p50.last().unwrap()
    };
    assert!((score(&result) - score(&explanation.result)).abs() < 1e-3);
}

#[test]
fn what_nothing_defines_is_left_out_by_name() {
    let library = library(|_, text| text);
    let explanation = explained(&library, "saline-control");
    let left_out: Vec<_> = explanation
        .left_out
        .iter()
        .map(|left| (left.model.as_str(), left.missing.join(", ")))
        .collect();
    assert_eq!(left_out, [("pressure", "cp_s".to_owned())]);
    assert_eq!(
        explanation.score.sentence,
        "The score depends on no quantity of the mechanism."
    );
    let cascade = &explanation.layers[3];
    assert!(cascade.quantities.is_empty());
    assert_eq!(
        cascade.still,
        ["Glutamate surge, ratio to before", "Synapses, ratio to before"]
    );
}

#[test]
fn a_name_that_the_route_closes_is_told() {
    let library = library(|_, text| text);
    let course = kinetics::with(
        &shipped(&library, "esketamine-nasal"),
        "perez-ruixo-2021",
        &library,
    )
    .unwrap();
    let explanation = explain(&course, &library, &settings(), &Silent).unwrap();
    let feeds = &find(&explanation, "occupancy").1.feeds;
    let closed = Feed::Constant {
        name: "cp_r".to_owned(),
        value: 0.0,
    };
    assert!(feeds.contains(&closed), "{feeds:?}");
}

#[test]
fn a_state_counts_though_another_name_of_it_is_reported() {
    let library = library(|path, text| match path {
        "models/cascade.R" => text
            .replace("(surge - synapses)", "(surge - 1 - more)")
            .replace("d/dt(synapses)", "d/dt(more)")
            .replace("synapses(0) <- 1", "synapses <- 1 + more"),
        "response/ketamine.R" => text.replacen("d/dt(action) <- occupancy", "d/dt(action) <- more", 1),
        _ => text,
    });
    let score = explained(&library, "racemic-iv-single").score;
    let not_measured: Vec<&str> = score.not_measured.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(not_measured, ["occupancy", "synapses"]);
    assert!(score.cascade);
    assert_eq!(
        score.sentence,
        "The score depends on what is not measured in people, namely NMDA receptor occupancy (scaled from animals) and \
         synapses (scaled from animals); of the mechanism, more alone reaches it."
    );
}

#[test]
fn a_course_composes_what_its_quantities_ask_for() {
    let library = library(|path, text| match path {
        "courses/racemic-iv-single.toml" => asks(&text, "\"mood\""),
        _ => text,
    });
    let course = shipped(&library, "racemic-iv-single");
    let names = |course: &Course| {
        let files = euthymia_therapy::simulate::inputs(course, &library).unwrap();
        let names = files.into_iter().map(|file| file.name().to_owned());
        names.filter(|name| name.ends_with(".R")).collect::<Vec<_>>()
    };
    let composed = names(&course);
    let end = &composed[composed.len() - 3..];
    assert_eq!(
        end,
        [
            "library/models/cascade.R",
            "library/response/ketamine.R",
            "library/models/mood.R"
        ]
    );
    let plain = names(&shipped(&library, "racemic-iv-twice-weekly"));
    assert!(plain.iter().all(|name| !name.contains("cascade")), "{plain:?}");
    assert_eq!(
        inputs(&course, &library)
            .unwrap()
            .iter()
            .filter(|file| file.name().ends_with(".R"))
            .count(),
        8
    );
    let result = simulate(&course, &library, &settings(), &mut Discard, &Silent).unwrap();
    assert!(result.quantities.iter().any(|quantity| quantity.id == "mood"));
}

/// A course that asks for these quantities.
fn asks(text: &str, quantities: &str) -> String {
    let kept = text
        .lines()
        .filter(|line| !line.starts_with("quantities") && *line != "[report]");
    let text = kept.collect::<Vec<_>>().join("\n");
    format!("{text}\n[report]\nquantities = [{quantities}]\n")
}

#[test]
fn asking_for_what_a_course_cannot_compose_says_why() {
    let library = library(|path, text| match path {
        "courses/saline-control.toml" => asks(&text, "\"pressure\""),
        _ => text,
    });
    let document = library.document("courses/saline-control.toml").unwrap();
    let diagnostics = course::read(document, &library).1;
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].code, "C051");
    assert_eq!(
        diagnostics[0].notes.last().unwrap(),
        "the model `pressure` reports it, but nothing in this course defines `cp_s`"
    );
}

#[test]
fn a_finding_without_a_source_is_refused_with_the_nearest_key() {
    let library = library(|_, text| text.replacen("wang-2019: no change", "wang-2091: no change", 1));
    let of_lint = lint::lint(&library);
    assert_eq!(of_lint.len(), 1, "{}", shown(&of_lint));
    assert_eq!(of_lint[0].code, "L033");
    assert_eq!(of_lint[0].help, ["did you mean `wang-2019`?"]);
    let course = shipped(&library, "racemic-iv-single");
    match explain(&course, &library, &settings(), &Silent) {
        Err(SimulateError::Files(diagnostics)) => assert_eq!(diagnostics, of_lint),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_model_that_is_not_there_is_named_with_the_nearest() {
    let library = library(|path, text| match path {
        "drugs/racemic-ketamine.toml" => text.replacen("\"pressure\"", "\"presure\"", 1),
        _ => text,
    });
    let course = shipped(&library, "racemic-iv-single");
    match explain(&course, &library, &settings(), &Silent) {
        Err(SimulateError::Files(diagnostics)) => {
            assert_eq!(diagnostics[0].help, ["did you mean `pressure`?"]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_shipped_course_is_explained() {
    let library = support::whole_library();
    let few = Settings {
        subjects: Some(8),
        ..Settings::standard()
    };
    for stem in library.stems("courses", ".toml") {
        let course = shipped(&library, &stem);
        let explanation = explain(&course, &library, &few, &Silent);
        let explanation = explanation.unwrap_or_else(|error| panic!("{stem}: {error:?}"));
        let shown = explanation.layers.iter().flat_map(|layer| &layer.quantities);
        assert!(shown.clone().any(|quantity| quantity.id == "score"), "{stem}");
        for quantity in shown {
            assert!(
                quantity.window_h[0] < quantity.window_h[1],
                "{stem}: {}",
                quantity.id
            );
        }
    }
}

fn shown(diagnostics: &[euthymia_diagnostics::Diagnostic]) -> String {
    render::text(
        diagnostics,
        render::Style {
            colour: false,
            width: 140,
        },
    )
}
