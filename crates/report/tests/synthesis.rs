//! The figures and the table of a synthesis say the numbers of the structure they are made from.

#![allow(clippy::unwrap_used)]

mod xml;

use std::collections::BTreeMap;

use euthymia_meta::synthesis::{Design, Estimate, Options, Study, Synthesis, synthesize};
use euthymia_meta::{effect, pool};
use euthymia_report::figure::{self, Draw, Drawing, Size, SynthesisFigure};
use euthymia_report::terminal::{self, Colour};

/// Colditz et al. 1994, doi:10.1001/jama.1994.03510380076038: tuberculosis after BCG vaccination; name, events and people
/// of the two groups, latitude.
const TRIALS: [(&str, [f64; 4], f64); 13] = [
    ("Aronson 1948", [4.0, 123.0, 11.0, 139.0], 44.0),
    ("Ferguson & Simes 1949", [6.0, 306.0, 29.0, 303.0], 55.0),
    ("Rosenthal et al 1960", [3.0, 231.0, 11.0, 220.0], 42.0),
    ("Hart & Sutherland 1977", [62.0, 13598.0, 248.0, 12867.0], 52.0),
    ("Frimodt-Moller et al 1973", [33.0, 5069.0, 47.0, 5808.0], 13.0),
    ("Stein & Aronson 1953", [180.0, 1541.0, 372.0, 1451.0], 44.0),
    ("Vandiviere et al 1973", [8.0, 2545.0, 10.0, 629.0], 19.0),
    ("TPT Madras 1980", [505.0, 88391.0, 499.0, 88391.0], 13.0),
    ("Coetzee & Berjak 1968", [29.0, 7499.0, 45.0, 7277.0], 27.0),
    ("Rosenthal et al 1961", [17.0, 1716.0, 65.0, 1665.0], 42.0),
    ("Comstock et al 1974", [186.0, 50634.0, 141.0, 27338.0], 18.0),
    ("Comstock & Webster 1969", [5.0, 2498.0, 3.0, 2341.0], 33.0),
    ("Comstock et al 1976", [27.0, 16913.0, 29.0, 17854.0], 33.0),
];

fn studies() -> Vec<Study> {
    TRIALS
        .iter()
        .map(|(label, [a, n1, c, n2], latitude)| Study {
            label: (*label).to_owned(),
            raw: vec![format!("{a}/{n1}"), format!("{c}/{n2}")],
            yi: ((a / n1) / (c / n2)).log(std::f64::consts::E),
            vi: 1.0 / a - 1.0 / n1 + 1.0 / c - 1.0 / n2,
            ni: Some(n1 + n2),
            subgroup: Some(
                if *latitude < 30.0 {
                    "south of 30°"
                } else {
                    "north of 30°"
                }
                .to_owned(),
            ),
            arms: Some([*a, *n1, *c, *n2]),
            ..Study::default()
        })
        .collect()
}

fn bcg(by_group: bool) -> Synthesis {
    let options = Options {
        subgroup_by: by_group.then(|| "latitude".to_owned()),
        favours: Some(("BCG".to_owned(), "control".to_owned())),
        raw_columns: ["BCG, events/n", "Control, events/n"].map(str::to_owned).to_vec(),
        ..Options::default()
    };
    synthesize(studies(), effect::Measure::RiskRatio, &options).unwrap()
}

/// The attributes of the groups of a class, in order.
fn groups(svg: &str, class: &str) -> Vec<BTreeMap<String, String>> {
    svg.split("<g class=\"")
        .skip(1)
        .filter(|part| part.split('"').next() == Some(class))
        .map(|part| {
            let tag = part.split('>').next().unwrap();
            tag.split(" data-")
                .skip(1)
                .map(|pair| {
                    let (name, value) = pair.split_once("=\"").unwrap();
                    (name.to_owned(), value.trim_end_matches('"').replace("&amp;", "&"))
                })
                .collect()
        })
        .collect()
}

fn is(attributes: &BTreeMap<String, String>, name: &str, wanted: f64) {
    let found: f64 = attributes[name].parse().unwrap();
    assert_eq!(found, wanted, "{name} of {attributes:?}");
}

fn are(attributes: &BTreeMap<String, String>, wanted: Estimate) {
    is(attributes, "estimate", wanted.value);
    is(attributes, "lower", wanted.lower);
    is(attributes, "upper", wanted.upper);
}

#[test]
fn the_forest_holds_every_number_of_the_structure() {
    for synthesis in [bcg(false), bcg(true)] {
        for size in Size::ALL {
            let drawing = Drawing {
                figure: SynthesisFigure::Forest,
                id: "forest",
                synthesis: &synthesis,
            };
            let svg = drawing.svg(size).unwrap();
            let mut drawn = groups(&svg, "study");
            assert_eq!(drawn.len(), 13);
            let place = |group: &BTreeMap<String, String>| {
                synthesis
                    .studies
                    .iter()
                    .position(|row| row.study.label == group["label"])
                    .unwrap()
            };
            drawn.sort_by_key(place);
            for (group, row) in drawn.iter().zip(&synthesis.studies) {
                are(group, row.shown);
                is(group, "weight", row.weight.unwrap());
                is(group, "yi", row.study.yi);
            }
            let all = groups(&svg, "pooled all");
            let pooled = synthesis.pooled.as_ref().unwrap();
            are(&all[0], pooled.shown);
            is(&all[0], "tau2", pooled.pooled.tau2.unwrap());
            let prediction = groups(&svg, "prediction-row");
            is(&prediction[0], "lower", pooled.shown_prediction.unwrap().0);
            let parts = groups(&svg, "pooled part");
            let wanted = synthesis.subgroups.iter().flat_map(|subgroups| &subgroups.groups);
            assert_eq!(parts.len(), wanted.clone().count());
            for (group, row) in parts.iter().zip(wanted) {
                are(group, row.shown);
                is(group, "k", row.pooled.k as f64);
            }
        }
    }
}

#[test]
fn the_other_figures_hold_theirs() {
    let synthesis = bcg(false);
    let drawn = |figure, class| {
        let found = groups(&figure::of_synthesis(figure, &synthesis).unwrap(), class);
        assert_eq!(found.len(), 13, "{class} of {figure:?}");
        found
    };
    for (group, row) in drawn(SynthesisFigure::Funnel, "study")
        .iter()
        .zip(&synthesis.studies)
    {
        is(group, "yi", row.study.yi);
        is(group, "se", row.study.vi.sqrt());
    }
    for (group, row) in drawn(SynthesisFigure::Baujat, "study")
        .iter()
        .zip(&synthesis.influence)
    {
        is(group, "x", row.baujat.unwrap().0);
        is(group, "y", row.baujat.unwrap().1);
    }
    let tau2 = synthesis.pooled.as_ref().unwrap().pooled.tau2.unwrap();
    for (group, row) in drawn(SynthesisFigure::Radial, "study")
        .iter()
        .zip(&synthesis.studies)
    {
        is(group, "x", 1.0 / (row.study.vi + tau2).sqrt());
    }
    for (group, (_, [a, n1, c, n2], _)) in drawn(SynthesisFigure::Labbe, "study").iter().zip(TRIALS) {
        is(group, "first", a / n1);
        is(group, "second", c / n2);
    }
    assert_eq!(synthesis.cumulative.len(), 13);
    for (group, row) in drawn(SynthesisFigure::Cumulative, "pooled step")
        .iter()
        .zip(&synthesis.cumulative)
    {
        are(group, row.shown);
    }
    for (group, row) in drawn(SynthesisFigure::Influence, "cook")
        .iter()
        .zip(&synthesis.influence)
    {
        is(group, "value", row.cook.unwrap());
    }
    assert_eq!(synthesis.leave_one_out.len(), 13);
    for (group, row) in drawn(SynthesisFigure::Influence, "pooled step")
        .iter()
        .zip(&synthesis.leave_one_out)
    {
        are(group, row.shown);
    }
}

#[test]
fn every_figure_is_well_formed_at_every_size() {
    for synthesis in [bcg(false), bcg(true), regression(), two_studies()] {
        for figure in SynthesisFigure::ALL {
            if figure.missing(&synthesis).is_some() {
                continue;
            }
            for size in Size::ALL {
                let svg = Drawing {
                    figure,
                    id: figure.name(),
                    synthesis: &synthesis,
                }
                .svg(size)
                .unwrap();
                xml::elements(&svg).unwrap_or_else(|problem| panic!("{} {size:?}: {problem}", figure.name()));
                assert!(
                    !svg.contains("NaN") && !svg.contains("inf\""),
                    "{} {size:?}",
                    figure.name()
                );
            }
            let alone = figure::of_synthesis(figure, &synthesis).unwrap();
            assert!(!alone.contains("var("), "{}", figure.name());
        }
    }
}

/// Latitude as moderator.
fn moderated() -> Options<'static> {
    let x = nalgebra::DMatrix::from_fn(13, 2, |row, column| if column == 0 { 1.0 } else { TRIALS[row].2 });
    Options {
        design: Some(Design {
            formula: "~ ablat".to_owned(),
            x,
            names: ["intrcpt", "ablat"].map(str::to_owned).to_vec(),
            intercept: true,
        }),
        ..Options::default()
    }
}

fn regression() -> Synthesis {
    synthesize(studies(), effect::Measure::RiskRatio, &moderated()).unwrap()
}

/// As few as can be pooled, one of them with an interval that no axis holds.
fn two_studies() -> Synthesis {
    let mut two = studies();
    two.truncate(2);
    two[0].vi = 400.0;
    let options = Options {
        pool: pool::Options {
            method: pool::Method::EqualEffects,
            ..pool::Options::default()
        },
        ..Options::default()
    };
    synthesize(two, effect::Measure::RiskRatio, &options).unwrap()
}

#[test]
fn moderators_have_no_funnel_and_it_is_said_why() {
    let reason = figure::of_synthesis(SynthesisFigure::Funnel, &regression()).unwrap_err();
    assert_eq!(
        reason,
        "a funnel needs one pooled estimate, the model has moderators"
    );
}

#[test]
fn the_table_in_a_terminal() {
    insta::assert_snapshot!("table", terminal::synthesis(&bcg(false), 100, Colour::Plain));
    insta::assert_snapshot!(
        "table_by_group",
        terminal::synthesis(&bcg(true), 100, Colour::Plain)
    );
    insta::assert_snapshot!(
        "table_of_a_regression",
        terminal::synthesis(&regression(), 100, Colour::Plain)
    );
    for width in [40, 60] {
        let narrow = terminal::synthesis(&bcg(true), width, Colour::Plain);
        assert!(
            narrow.lines().all(|line| line.chars().count() <= width),
            "{narrow}"
        );
    }
}

#[test]
fn one_long_name_is_cut_and_takes_no_column_from_the_others() {
    let mut all = studies();
    all[3].label =
        "Hart & Sutherland, a trial of the Medical Research Council in Great Britain, 1977".to_owned();
    let options = Options {
        raw_columns: ["BCG, events/n", "Control, events/n"].map(str::to_owned).to_vec(),
        ..Options::default()
    };
    let synthesis = synthesize(all, effect::Measure::RiskRatio, &options).unwrap();
    let table = terminal::synthesis(&synthesis, 100, Colour::Plain);
    assert!(
        table.contains("Hart & Sutherland, a trial") && table.contains("…"),
        "{table}"
    );
    assert!(table.contains("62/13598"), "{table}");
}

#[test]
fn a_ratio_near_one_keeps_its_digits() {
    let mut all = studies();
    for (i, study) in all.iter_mut().enumerate() {
        study.yi = 0.001 + 0.0001 * (i as f64 % 3.0);
        study.vi = 6.25e-8;
    }
    let synthesis = synthesize(all, effect::Measure::HazardRatio, &Options::default()).unwrap();
    let svg = figure::of_synthesis(SynthesisFigure::Forest, &synthesis).unwrap();
    assert!(svg.contains(">1.0010 [1.0005, 1.0015]<"), "{svg}");
}

#[test]
fn a_study_with_an_address_leads_to_its_page() {
    let mut all = studies();
    all[0].link = Some("https://doi.org/10.1/a?b&c".to_owned());
    all[1].link = Some("javascript:alert(1)".to_owned());
    let synthesis = synthesize(all, effect::Measure::RiskRatio, &Options::default()).unwrap();
    let svg = figure::of_synthesis(SynthesisFigure::Forest, &synthesis).unwrap();
    assert_eq!(svg.matches("<a ").count(), 1);
    let row = svg
        .split("<a href=\"https://doi.org/10.1/a?b&amp;c\">")
        .nth(1)
        .unwrap();
    assert!(
        row.split("</a>")
            .next()
            .unwrap()
            .contains("data-label=\"Aronson 1948\"")
    );
}

#[test]
fn figure_and_terminal_name_the_test_of_moderators_alike() {
    let mut options = moderated();
    options.pool.test = pool::Test::KnappHartung;
    let synthesis = synthesize(studies(), effect::Measure::RiskRatio, &options).unwrap();
    let svg = figure::of_synthesis(SynthesisFigure::Forest, &synthesis).unwrap();
    let svg = svg.replace("</text>", " ");
    assert!(svg.contains("F\u{a0}=\u{a0}"), "{svg}");
    let table = terminal::synthesis(&synthesis, 100, Colour::Plain).replace('\u{a0}', " ");
    assert!(
        table.contains("F = ") && table.contains("df = 1 and 11"),
        "{table}"
    );
    // Data that have no head are not shown.
    assert!(!table.contains("62/13598"), "{table}");
}

#[test]
fn no_name_lies_on_a_bubble() {
    let svg = figure::of_synthesis(SynthesisFigure::Labbe, &bcg(false)).unwrap();
    let attribute = |part: &str, name: &str| -> f64 {
        let (_, rest) = part.split_once(&format!(" {name}=\"")).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    let bubbles: Vec<[f64; 3]> = svg
        .split("<circle ")
        .skip(1)
        .map(|part| [" cx", " cy", " r"].map(|name| attribute(&format!(" {part}"), name.trim())))
        .collect();
    let names: Vec<&str> = svg.split("<text class=\"small halo\"").skip(1).collect();
    assert!(!names.is_empty() && bubbles.len() == 13);
    for name in names {
        let (x, y) = (attribute(name, "x"), attribute(name, "y"));
        // Where the name begins.
        let inside = |[cx, cy, r]: &[f64; 3]| (x - cx).hypot(y - cy) < *r;
        assert!(!bubbles.iter().any(inside), "{name}");
    }
}

#[test]
fn every_panel_of_influence_has_a_scale() {
    let svg = figure::of_synthesis(SynthesisFigure::Influence, &bcg(false)).unwrap();
    let panels = svg.split("<text class=\"head small\"").skip(1);
    let ticks: Vec<usize> = panels
        .map(|panel| panel.matches("class=\"tick end small\"").count())
        .collect();
    assert_eq!(ticks.len(), 8);
    assert!(ticks.iter().all(|ticks| *ticks > 1), "{ticks:?}");
}
