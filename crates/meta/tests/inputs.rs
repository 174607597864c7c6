//! What an analysis asks for is done or refused: no field that is given goes unread.

#![allow(
    clippy::unwrap_used,
    reason = "an analysis that is not answered fails the test"
)]

use euthymia_meta::analysis::{Analysis, Inputs};
use euthymia_meta::{Column, Frame};
use serde_json::{Value as Json, json};

fn frame(columns: &[(&str, &[&str])]) -> Frame {
    let columns = columns.iter();
    Frame::new(
        columns
            .map(|(name, cells)| ((*name).to_owned(), Column::of_texts(cells)))
            .collect(),
    )
}

fn answer(kind: &str, frame: &Frame, inputs: &Json) -> Result<Json, String> {
    let analysis = Analysis {
        kind: kind.to_owned(),
        inputs: Inputs::new(inputs.clone()),
        data: vec![frame.clone()],
    };
    let values = analysis.run();
    values
        .map(|values| values.to_json())
        .map_err(|error| error.to_string())
}

#[track_caller]
fn refused(kind: &str, frame: &Frame, inputs: &Json, words: &str) {
    let told = answer(kind, frame, inputs).unwrap_err();
    assert!(told.contains(words), "{told}");
}

/// `inputs` with another field.
fn with(inputs: &Json, name: &str, value: Json) -> Json {
    let mut inputs = inputs.clone();
    inputs[name] = value;
    inputs
}

fn trials() -> Frame {
    frame(&[
        ("study", &["a", "b", "c", "d", "e", "f"]),
        ("ai", &["4", "6", "3", "62", "33", "18"]),
        ("n1i", &["123", "306", "231", "1306", "506", "154"]),
        ("ci", &["11", "29", "11", "248", "47", "37"]),
        ("n2i", &["139", "303", "220", "1262", "508", "178"]),
        ("ablat", &["44", "55", "42", "52", "13", "44"]),
    ])
}

fn effects() -> Frame {
    frame(&[
        ("study", &["a", "a", "b", "b", "c", "c"]),
        ("group", &["x", "y", "x", "y", "x", "y"]),
        ("yi", &["0.1", "0.4", "0.3", "0.2", "0.5", "0.1"]),
        ("vi", &["0.02", "0.03", "0.01", "0.04", "0.02", "0.03"]),
        ("dose", &["1", "2", "4", "1", "3", "5"]),
    ])
}

/// Whether a filter gives the same as a table without those rows, and another answer than the whole table.
#[track_caller]
fn filters(kind: &str, table: &Frame, inputs: &Json, column: &str, out: &[&str]) {
    let cells = table.column(column).unwrap().to_texts();
    let kept: Vec<usize> = (0..table.rows())
        .filter(|row| !out.contains(&cells[*row].as_deref().unwrap()))
        .collect();
    let condition: Vec<String> = out.iter().map(|name| format!("{column} != '{name}'")).collect();
    let filtered = with(inputs, "filter", json!(condition.join(" & ")));
    let found = answer(kind, table, &filtered).unwrap();
    assert_eq!(found, answer(kind, &table.take(&kept), inputs).unwrap(), "{kind}");
    assert_ne!(found, answer(kind, table, inputs).unwrap(), "{kind}");
}

#[test]
fn filters_and_derived_columns_are_obeyed() {
    let columns = json!({"event_e": "ai", "n_e": "n1i", "event_c": "ci", "n_c": "n2i"});
    let bias = json!({"columns": columns, "sm": "OR", "method_bias": "Harbord"});
    filters("metabias", &trials(), &bias, "study", &["a"]);
    filters(
        "fragility",
        &trials(),
        &json!({ "columns": columns }),
        "study",
        &["a", "d"],
    );
    let derived = json!({"event_e": "twice", "n_e": "n1i", "event_c": "ci", "n_c": "n2i"});
    let derived = json!({"columns": derived, "derived": {"twice": "2*ai"}});
    assert!(answer("fragility", &trials(), &derived).is_ok());

    let arms = frame(&[
        ("study", &["1", "1", "2", "2", "3", "3", "4", "4"]),
        ("treatment", &["A", "B", "A", "C", "B", "C", "A", "B"]),
        ("events", &["10", "14", "9", "20", "12", "15", "3", "9"]),
        ("n", &["100", "100", "90", "95", "120", "110", "60", "50"]),
    ]);
    let network = json!({"arms": {"format": "long (one row per arm)", "columns":
        {"studlab": "study", "treat": "treatment", "event": "events", "n": "n", "sm": "OR"}}, "sm": "OR"});
    filters("netmeta", &arms, &network, "study", &["4"]);

    let conversion = frame(&[
        ("study", &["a", "b", "c"]),
        ("yi", &["0.1", "0.4", "0.3"]),
        ("ci_lb", &["0", "0.1", "0.1"]),
        ("ci_ub", &["0.2", "0.7", "0.5"]),
    ]);
    filters("conv", &conversion, &json!({}), "study", &["b"]);

    let accuracy = frame(&[
        ("study", &["a", "b", "c"]),
        ("TP", &["45", "30", "80"]),
        ("FN", &["5", "10", "12"]),
        ("FP", &["8", "4", "15"]),
        ("healthy", &["98", "64", "125"]),
    ]);
    let derived = json!({"derived": {"TN": "healthy - FP"}});
    filters("dta_descriptives", &accuracy, &derived, "study", &["b"]);
}

#[test]
fn an_error_in_an_expression_is_not_called_a_missing_column() {
    let table = frame(&[
        ("study", &["1", "2"]),
        ("t1", &["A", "A"]),
        ("t2", &["B", "B"]),
        ("y", &["0.1", "0.2"]),
        ("s", &["0.1", "0.2"]),
    ]);
    let inputs = json!({"contrasts": {"studlab": "study", "treat1": "t1", "treat2": "t2", "TE": "y", "seTE": "s + t1"}});
    let told = answer("netmeta", &table, &inputs).unwrap_err();
    assert!(!told.contains("there is no column `s + t1`"), "{told}");
    let inputs = json!({"contrasts": {"studlab": "study", "treat1": "t1", "treat2": "t2", "TE": "y", "seTE": "s + u"}});
    refused("netmeta", &table, &inputs, "there is no column `u`");
}

#[test]
fn coverages_are_fractions_or_per_cent() {
    let (trials, effects) = (trials(), effects());
    let effect = json!({ "effect": {"measure": "OR"} });
    let known =
        json!({"effect": {"measure": "GEN", "columns": {"yi": "yi", "vi": "vi"}}, "random": "~ 1 | study"});
    let generic = json!({ "effect": known["effect"] });
    let pimeta = with(&effect, "method", json!("HTS"));
    let cluster = with(&known, "cluster", json!("study"));
    let kinds = [
        ("rma_uni", &trials, &effect, "model"),
        ("rma_mh", &trials, &effect, "model"),
        ("rma_peto", &trials, &effect, "model"),
        ("rma_glmm", &trials, &effect, "model"),
        ("predict", &trials, &effect, "predict"),
        ("confint_tau2", &trials, &effect, "ci"),
        ("rma_mv", &effects, &known, ""),
        ("rma_mv_confint", &effects, &known, "ci"),
        ("robust", &effects, &cluster, ""),
        ("prediction_pimeta", &trials, &pimeta, ""),
        ("metagen", &effects, &generic, ""),
    ];
    for (kind, table, inputs, part) in kinds {
        let at = |level: f64| match part {
            "" => with(inputs, "level", json!(level)),
            part => with(inputs, part, json!({ "level": level })),
        };
        let fraction = answer(kind, table, &at(0.9)).unwrap();
        assert_eq!(answer(kind, table, &at(90.0)).unwrap(), fraction, "{kind}");
        assert_ne!(answer(kind, table, inputs).unwrap(), fraction, "{kind}");
        for wrong in [0.0, 1.0, 100.0, -5.0] {
            let told = answer(kind, table, &at(wrong)).unwrap_err();
            assert!(told.contains("level`: expected a coverage"), "{kind}: {told}");
        }
    }
    let error = with(&pimeta, "alpha", json!(5));
    refused("prediction_pimeta", &trials, &error, "`alpha`");
    let reported = json!({"effect": {"measure": "OR", "level": 100}});
    refused("escalc", &trials, &reported, "`effect.level`");
}

#[test]
fn fields_that_mean_nothing_are_told() {
    let trials = trials();
    let effect = json!({"measure": "OR"});
    for (kind, model, field) in [
        ("rma_mh", json!({"drop00": ["yes", false]}), "`model.drop00`"),
        ("rma_glmm", json!({"nAGQ": 2.5}), "`model.nAGQ`"),
        ("rma_uni", json!({"weights": [1, 2, 3]}), "`model.weights`"),
        (
            "rma_uni",
            json!({"weights": [1, 2, 3, 4, 5, -6]}),
            "`model.weights`",
        ),
    ] {
        refused(kind, &trials, &json!({"effect": effect, "model": model}), field);
    }
    let given = json!({"effect": effect, "model": {"weights": [1, 2, 3, 4, 5, 6]}});
    assert!(answer("rma_uni", &trials, &given).is_ok());

    let newmods = |model: Json| json!({"effect": effect, "model": model, "predict": {"newmods": [1, 2]}});
    refused(
        "predict",
        &trials,
        &newmods(json!({})),
        "`predict.newmods`: the model has no moderators",
    );
    assert!(answer("predict", &trials, &newmods(json!({"mods": "~ ablat"}))).is_ok());
    let nothing = json!({"random": "~ 1 | study", "predict": {"newmods": [1]}});
    refused(
        "predict",
        &effects(),
        &nothing,
        "`predict.newmods`: the model has no moderators",
    );
}

#[test]
fn multilevel_models_do_what_is_asked_or_say_no() {
    let table = effects();
    let known = json!({"cluster": "study", "V": "vcalc rho=0.6 within study"});
    refused("robust", &table, &known, "`V`");
    assert!(answer("robust", &table, &with(&known, "random", json!("~ 1 | study"))).is_ok());

    let three = json!({"random": ["~ group | study", "~ dose | study", "~ yi | study"], "struct": "ID"});
    refused(
        "rma_mv",
        &table,
        &three,
        "`random`: a model has at most two terms",
    );

    // The row without a group is in the reduced model alone.
    let lost = frame(&[
        ("study", &["a", "a", "b", "b", "c", "c", "d", "d"]),
        ("lab", &["1", "1", "2", "2", "", "3", "3", "4"]),
        ("yi", &["0.1", "0.4", "0.3", "0.2", "0.5", "0.1", "0.9", "0.7"]),
        (
            "vi",
            &["0.02", "0.03", "0.01", "0.04", "0.02", "0.03", "0.02", "0.01"],
        ),
    ]);
    let nested = json!({"full": ["~ 1 | study", "~ 1 | lab"], "reduced": "~ 1 | study"});
    refused(
        "rma_mv_lrt",
        &lost,
        &nested,
        "`reduced`: the reduced model is of 8 rows, the full one of 7",
    );
    let filtered = with(&nested, "filter", json!("!is.na(lab)"));
    assert!(answer("rma_mv_lrt", &lost, &filtered).is_ok());
}

#[test]
fn a_model_without_intercept_is_tested_whole() {
    let table = frame(&[
        ("yi", &["0.1", "0.4", "0.3", "0.2", "0.5", "0.1"]),
        ("vi", &["0.02", "0.03", "0.01", "0.04", "0.02", "0.03"]),
        ("a", &["1", "2", "4", "1", "3", "5"]),
        ("b", &["2", "1", "1", "3", "2", "4"]),
    ]);
    let effect = json!({"measure": "GEN", "columns": {"yi": "yi", "vi": "vi"}});
    let inputs = json!({"effect": effect, "model": {"mods": "~ 0 + a + b"}});
    let found = answer("anova", &table, &inputs).unwrap();
    let model = answer("rma_uni", &table, &inputs).unwrap();
    assert_eq!(found["QMdf"][0], 2.0);
    assert_eq!(found["QM"], model["QM"]);
}

#[test]
fn conversions_tell_the_line_of_a_table() {
    let mistyped = frame(&[
        ("study", &["a", "b"]),
        ("median", &["10", "1l"]),
        ("q1", &["8", "9"]),
        ("q3", &["13", "14"]),
        ("n", &["40", "50"]),
    ]);
    refused(
        "conv",
        &mistyped,
        &json!({}),
        "column `median` holds texts, as in line 3",
    );
    let wrong = frame(&[("ci_lb", &["0", "0.4"]), ("ci_ub", &["0.2", "0.1"])]);
    refused("conv", &wrong, &json!({}), "line 3: the interval");
}

#[test]
fn studies_of_the_inverse_method_that_say_nothing_are_named() {
    let arms = frame(&[
        ("study", &["1", "1", "2", "2", "3", "3", "none", "none"]),
        ("treatment", &["A", "B", "A", "C", "B", "C", "A", "B"]),
        ("events", &["10", "14", "9", "20", "12", "15", "0", "0"]),
        ("n", &["100", "100", "90", "95", "120", "110", "60", "50"]),
    ]);
    let inputs = json!({"arms": {"format": "long (one row per arm)", "columns":
        {"studlab": "study", "treat": "treatment", "event": "events", "n": "n", "sm": "OR"}}, "sm": "OR", "method": "Inverse"});
    let found = answer("netmetabin", &arms, &inputs).unwrap();
    assert_eq!(found["excluded_studies"], json!(["none"]));
}

#[test]
fn draws_have_no_spread_of_zero() {
    let table = effects();
    let effect = json!({"measure": "GEN", "columns": {"yi": "yi", "vi": "vi"}});
    let limit = answer("prediction_bootstrap", &table, &json!({ "effect": effect })).unwrap();
    assert_eq!(limit["sd_lbpi"], 0.0);
    let drawn = json!({"effect": effect, "seed": 1, "B": 200});
    let drawn = answer("prediction_bootstrap", &table, &drawn).unwrap();
    assert!(drawn.get("sd_lbpi").is_none() && drawn["lbpi"].is_number());
}

#[test]
fn falling_texts_keep_the_order_of_rows_among_equals() {
    let table = frame(&[
        ("yi", &["0.1", "0.4", "0.3", "0.2"]),
        ("vi", &["0.02", "0.03", "0.01", "0.04"]),
        ("place", &["a", "b", "b", "a"]),
    ]);
    let effect = json!({"measure": "GEN", "columns": {"yi": "yi", "vi": "vi"}});
    let inputs = json!({"effect": effect, "cumul": {"order": "place (decreasing)"}});
    let found = answer("cumul", &table, &inputs).unwrap();
    let first = found["estimate"][0].as_f64().unwrap();
    assert!((first - 0.4).abs() < 1e-12, "{first}");
}

#[test]
fn a_column_of_two_words_can_be_an_order() {
    let table = frame(&[
        ("yi", &["0.1", "0.4", "0.3", "0.2"]),
        ("vi", &["0.02", "0.03", "0.01", "0.04"]),
        ("pub year", &["3", "1", "4", "2"]),
    ]);
    let effect = json!({"measure": "GEN", "columns": {"yi": "yi", "vi": "vi"}});
    let inputs = json!({"effect": effect, "cumul": {"order": "pub year"}});
    let found = answer("cumul", &table, &inputs).unwrap();
    let first = found["estimate"][0].as_f64().unwrap();
    assert!((first - 0.4).abs() < 1e-12, "{first}");
}

#[test]
fn settings_that_would_change_the_answer_are_refused_and_others_change_nothing() {
    let table = frame(&[
        ("n", &["40", "50", "30"]),
        ("mean", &["4", "5", "3"]),
        ("sd", &["1", "2", "1.5"]),
    ]);
    let plain = answer("metamean", &table, &json!({})).unwrap();
    for (name, value) in [
        ("method", json!("Inverse")),
        ("MH_exact", json!(true)),
        ("sd_glass", json!("control")),
        ("incr", json!(0.5)),
        ("digits", json!(3)),
    ] {
        let given = answer("metamean", &table, &with(&json!({}), name, value));
        assert_eq!(given.as_ref(), Ok(&plain), "{name}");
    }
    for (name, value) in [
        ("method", json!("GLMM")),
        ("cluster", json!("n")),
        ("hakn", json!(true)),
        ("level", json!(100)),
    ] {
        let inputs = with(&json!({}), name, value);
        refused("metamean", &table, &inputs, &format!("`{name}`"));
    }
}
