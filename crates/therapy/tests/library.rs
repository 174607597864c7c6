//! The library as it is shipped: every number says where it comes from, every file is right.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use euthymia_diagnostics::render;
use euthymia_therapy::validation::{self, Settings, Wanted};
use euthymia_therapy::{course, kinetics, lint};

const STYLE: render::Style = render::Style {
    colour: false,
    width: 140,
};

#[test]
fn every_number_has_a_source_and_a_grade() {
    let diagnostics = lint::lint(&support::whole_library());
    assert!(diagnostics.is_empty(), "{}", render::text(&diagnostics, STYLE));
}

/// A file of the library, what is changed in it, and the code and the text under the caret that answer.
const BROKEN: [(&str, &str, &str, &str, &str); 27] = [
    (
        "models/simons-2022-s-ketamine.R",
        " # [seen] simons-2022: Table 4, V1 11.6 L",
        "",
        "L030",
        "11.6",
    ),
    (
        "models/simons-2022-s-ketamine.R",
        "[seen] simons-2022: Table 4, V1 11.6 L",
        "simons-2022: Table 4, V1 11.6 L",
        "L031",
        "# simons-2022: Table 4, V1 11.6 L",
    ),
    (
        "models/simons-2022-s-ketamine.R",
        "[seen] simons-2022: Table 4, V1 11.6 L",
        "[seen] simons-2023: Table 4",
        "L033",
        "# [seen] simons-2023: Table 4",
    ),
    (
        "models/simons-2022-s-ketamine.R",
        "# [derived] simons-2022: Table 4, 0.9 of 11.6",
        "",
        "L030",
        "0.078",
    ),
    (
        "models/simons-2022-s-ketamine.R",
        "cp_s <- central_s / v1_s",
        "cp_s <- 2.5 * central_s / v1_s",
        "L030",
        "2.5",
    ),
    (
        "models/olofsen-2022-dissociation.R",
        "dissociation <- ce_s /",
        "dissociation <- ce_s^1.5 /",
        "L030",
        "1.5",
    ),
    (
        "response/ketamine.R",
        "BASE * exp(-improvement)",
        "BASE * exp(-improvement - 1e-3)",
        "L030",
        "1e-3",
    ),
    (
        "response/ketamine.R",
        "# [assumed] euthymia: in the middle of the trials",
        "# [asumed] euthymia: in the middle of the trials",
        "L031",
        "# [asumed] euthymia: in the middle of the trials",
    ),
    (
        "drugs/esketamine.toml",
        "grade = \"derived\"\n",
        "",
        "L032",
        "\"perez-ruixo-2021\"",
    ),
    (
        "drugs/midazolam.toml",
        "source = \"euthymia\"\ngrade = \"derived\"\nlocator = \"C18",
        "locator = \"C18",
        "L030",
        "1.0",
    ),
    (
        "drugs/midazolam.toml",
        "source = \"euthymia\"\ngrade = \"assumed\"\nlocator = \"patients",
        "source = \"euthymai\"\ngrade = \"assumed\"\nlocator = \"patients",
        "L033",
        "\"euthymai\"",
    ),
    (
        "drugs/midazolam.toml",
        "grade = \"assumed\"\nlocator = \"patients",
        "grade = \"asumed\"\nlocator = \"patients",
        "D007",
        "\"asumed\"",
    ),
    (
        "drugs/midazolam.toml",
        "session = true",
        "sesion = true",
        "D005",
        "sesion",
    ),
    (
        "drugs/midazolam.toml",
        "felt = \"active\"",
        "felt = \"activ\"",
        "D007",
        "\"activ\"",
    ),
    (
        "instruments/madrs.toml",
        "range = {",
        "rnage = {",
        "D005",
        "rnage",
    ),
    (
        "instruments/qids-sr.toml",
        "from = \"hamd17\"",
        "from = \"hamd71\"",
        "L050",
        "\"hamd71\"",
    ),
    (
        "instruments/hamd17.toml",
        "from = \"madrs\"",
        "from = \"qids-c\"",
        "L050",
        "\"qids-c\"",
    ),
    (
        "instruments/phq9.toml",
        "source = \"kim-2023\"\ngrade = \"seen\"\n",
        "",
        "L030",
        "",
    ),
    (
        "instruments/caps5.toml",
        "unlinked = \"no table from a depression scale; improvement is relative to its own baseline\"\n",
        "",
        "L051",
        "",
    ),
    (
        "courses/saline-control.toml",
        ", source = \"zarate-2006\", grade = \"seen\"",
        "",
        "L030",
        "0.667",
    ),
    (
        "courses/saline-control.toml",
        "\"zarate-2006\"",
        "\"zarat-2006\"",
        "L033",
        "\"zarat-2006\"",
    ),
    (
        "moieties.toml",
        "source = \"pharmacolibrary\"\ngrade = \"derived\"\n",
        "",
        "L030",
        "\"239.70 g/mol\"",
    ),
    (
        "moieties.toml",
        "class = \"metabolite\"",
        "class = \"metabolit\"",
        "D007",
        "\"metabolit\"",
    ),
    (
        "sources.toml",
        "[simons-2022]",
        "[simons-2021]",
        "L033",
        "\"simons-2022\"",
    ),
    (
        "sources.toml",
        "seen = \"abstract\"",
        "seen = \"abstrat\"",
        "D007",
        "\"abstrat\"",
    ),
    ("evidence/arms.csv", "source_url", "source_uri", "L034", ""),
    ("evidence/studies.csv", ",trd,", ",trt,", "D007", "trt"),
];

#[test]
fn a_number_that_loses_its_source_is_refused() {
    for (file, from, to, code, under) in BROKEN {
        let library = support::library_with(
            |_| true,
            |path, text| {
                if path != file {
                    return text;
                }
                assert!(text.contains(from), "{file} holds `{from}`");
                text.replacen(from, to, 1)
            },
        );
        let stems = |folder| library.stems(folder, ".toml").into_iter();
        let of_courses = stems("courses").flat_map(|stem| {
            let document = library.document(&format!("courses/{stem}.toml")).unwrap();
            course::read(document, &library).1
        });
        let of_files = stems("drugs")
            .filter_map(|stem| library.drug(&stem).err())
            .chain(stems("instruments").filter_map(|stem| library.instrument(&stem).err()))
            .chain(library.evidence().err())
            .chain(library.moieties().err());
        let found: Vec<_> = lint::lint(&library)
            .into_iter()
            .chain(of_courses)
            .chain(of_files.flatten())
            .collect();
        let shown = render::text(&found, STYLE);
        let answered = found.iter().any(|diagnostic| {
            let place = diagnostic.labels.first();
            let text = place.map_or("", |place| place.source.slice(place.span));
            diagnostic.code == code && (under.is_empty() || text == under)
        });
        assert!(
            answered,
            "{file}: expected {code} at `{under}` after `{from}` became `{to}`\n{shown}"
        );
    }
}

/// The same of names, in the made-up library.
#[test]
fn a_name_that_leads_nowhere_is_refused() {
    assert_eq!(
        lint::lint(&support::made_up_with(
            |_, text| text.replace("ic50 <- 1;", "ic50 <- 1.0;")
        )),
        []
    );
    let broken = [
        (
            "drugs/potion.toml",
            "[\"one\", \"occupancy\"]",
            "[\"onne\", \"occupancy\"]",
            "L041",
        ),
        (
            "drugs/potion.toml",
            "[\"other\", \"occupancy\"]",
            "[\"oter\", \"occupancy\"]",
            "L041",
        ),
        ("drugs/potion.toml", "\"synapses\"", "\"synapse\"", "L041"),
        (
            "interactions.toml",
            "CLINT_LIVER = 0.5",
            "CLINT_LIVRE = 0.5",
            "L042",
        ),
        ("interactions.toml", "grade = \"seen\"\n", "", "D004"),
        (
            "interactions.toml",
            "source = \"made-up\"\ngrade = \"seen\"\n",
            "",
            "L030",
        ),
        (
            "interactions.toml",
            "source = \"made-up\"",
            "source = \"mad-up\"",
            "L033",
        ),
    ];
    for (file, from, to, code) in broken {
        let library = support::made_up_with(|path, text| {
            if path == file {
                assert!(text.contains(from), "{file} holds `{from}`");
                text.replacen(from, to, 1)
            } else {
                text
            }
        });
        let found = lint::lint(&library);
        let codes: Vec<&str> = found.iter().map(|diagnostic| diagnostic.code).collect();
        assert!(codes.contains(&code), "{to}: {}", render::text(&found, STYLE));
    }
}

/// Every route of every drug, with every structure that serves it and with the whole mechanism, is a course that can be
/// computed.
#[test]
fn every_route_and_every_alternative_composes() {
    let library = support::whole_library();
    for id in library.stems("drugs", ".toml") {
        let drug = library.drug(&id).unwrap();
        for (key, route) in &drug.routes {
            let mg = route.device.as_ref().map_or(20.0, |device| device.content_mg);
            let infusion = if route.infuses() {
                "infusion = \"40 min\"\n"
            } else {
                ""
            };
            let text = format!(
                "title = \"T\"\ncondition = \"trd\"\nhorizon = \"1 d\"\n[patient]\nage = \"40 y\"\nweight = \"80 kg\"\n\
                 sex = \"male\"\nbaseline = {{ instrument = \"madrs\", score = 30 }}\n[[treatments]]\ndrug = \"{id}\"\n\
                 route = \"{key}\"\ndose = \"{mg} mg\"\n{infusion}"
            );
            let (document, _) = support::document("course.toml", &text);
            let (course, diagnostics) = course::read(&document.unwrap(), &library);
            assert!(
                diagnostics.is_empty(),
                "{id} {key}: {}",
                render::text(&diagnostics, STYLE)
            );
            let course = course.unwrap();
            for structure in kinetics::offered(&course) {
                let chosen = kinetics::with(&course, &structure.key, &library);
                let chosen =
                    chosen.unwrap_or_else(|why| panic!("{id} {key} {}: {}", structure.key, why.in_words()));
                let wrong = course::check(&chosen.with_whole_mechanism(), &library);
                assert!(
                    wrong.is_empty(),
                    "{id} {key} {}: {}",
                    structure.key,
                    render::text(&wrong, STYLE)
                );
            }
        }
    }
}

#[test]
fn every_course_drug_and_instrument_is_right() {
    let library = support::whole_library();
    let stems = library.stems("courses", ".toml");
    assert!(stems.len() >= 8, "the courses are there");
    for stem in stems {
        let document = library.document(&format!("courses/{stem}.toml")).unwrap();
        let (course, diagnostics) = course::read(document, &library);
        assert!(diagnostics.is_empty(), "{}", render::text(&diagnostics, STYLE));
        assert!(course.is_some(), "{stem}");
    }
    for stem in library.stems("drugs", ".toml") {
        assert_eq!(library.drug(&stem).err(), None, "{stem}");
    }
    for stem in library.stems("instruments", ".toml") {
        assert_eq!(library.instrument(&stem).err(), None, "{stem}");
    }
    assert_eq!(library.interactions().err(), None);
}

#[test]
fn every_paper_is_right_and_every_row_of_it_is_predicted_or_says_why_not() {
    let library = support::whole_library();
    let studies =
        validation::read_all(&library).unwrap_or_else(|wrong| panic!("{}", render::text(&wrong, STYLE)));
    let settings = Settings {
        draws: 0,
        ..Settings::standard()
    };
    let validation = validation::validate(&studies, &Wanted::All, &library, &settings).unwrap();
    let rows: usize = studies.iter().map(|study| study.observations.len()).sum();
    assert_eq!(validation.rows.len(), rows);
    for (row, prediction) in validation.predictions() {
        assert_eq!(
            prediction.problem, None,
            "{}: {} by {}",
            row.paper, row.name, prediction.structure
        );
    }
}

#[test]
fn every_model_declares_units_and_is_free_of_warnings() {
    let library = support::whole_library();
    for (path, text) in library.texts() {
        let diagnostics = euthymia_model::diagnose(text);
        assert!(
            diagnostics.is_empty(),
            "{path}\n{}",
            render::text(&diagnostics, STYLE)
        );
        let (file, _) = euthymia_model::syntax::parse(text);
        let model = euthymia_model::check::check(&file).0.unwrap();
        for unit in ["time", "dosing"] {
            assert!(
                model.unit_text(unit).is_some(),
                "{path} says nothing of the unit of {unit}"
            );
        }
    }
}
