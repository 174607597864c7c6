//! Analyses of dependent effect sizes that cannot be: each is refused with its field or its line, none panics.

#![allow(clippy::unwrap_used, reason = "an analysis that is answered fails the test")]

use euthymia_meta::analysis::{Analysis, Inputs};
use euthymia_meta::{Column, Frame};
use serde_json::{Value as Json, json};

fn frame(columns: &[(&str, &[&str])]) -> Frame {
    Frame::new(
        columns
            .iter()
            .map(|(name, cells)| ((*name).to_owned(), Column::of_texts(cells)))
            .collect(),
    )
}

fn effects() -> Frame {
    frame(&[
        ("study", &["a", "a", "b", "b", "c", "c"]),
        ("outcome", &["x", "y", "x", "y", "x", "y"]),
        ("time", &["1", "2", "1", "2", "1", "3"]),
        ("yi", &["0.1", "0.4", "0.3", "0.2", "0.5", "0.1"]),
        ("vi", &["0.02", "0.03", "0.01", "0.04", "0.02", "0.03"]),
        ("v1i", &["0.02", "0.01", "0.01", "0.005", "0.02", "0.01"]),
        ("v2i", &["0.01", "0.03", "0.005", "0.04", "0.01", "0.03"]),
    ])
}

fn counts() -> Frame {
    frame(&[
        ("study", &["1", "1", "1", "2", "2", "2"]),
        ("dose", &["0", "10", "20", "0", "15", "30"]),
        ("cases", &["10", "14", "20", "12", "11", "25"]),
        ("total", &["100", "90", "95", "120", "80", "100"]),
    ])
}

fn answer(kind: &str, frame: &Frame, inputs: Json) -> Result<Json, String> {
    let analysis = Analysis {
        kind: kind.to_owned(),
        inputs: Inputs::new(inputs),
        data: vec![frame.clone()],
    };
    analysis
        .run()
        .map(|values| values.to_json())
        .map_err(|error| error.to_string())
}

#[track_caller]
fn refused(kind: &str, frame: &Frame, inputs: Json, words: &str) {
    let told = answer(kind, frame, inputs).unwrap_err();
    assert!(told.contains(words), "{told}");
}

#[test]
fn fields_of_multilevel_models() {
    let table = effects();
    refused("rma_mv", &table, json!({"random": "study"}), "`random`");
    refused("rma_mv", &table, json!({"random": "~ 1 | "}), "`random`");
    refused("rma_mv", &table, json!({"random": "~ 1 | stdy"}), "stdy");
    refused(
        "rma_mv",
        &table,
        json!({"random": "~ outcome | study", "struct": "XX"}),
        "`struct`",
    );
    refused(
        "rma_mv",
        &table,
        json!({"random": "~ outcome | study", "struct": "CAR"}),
        "CAR needs a column of numbers",
    );
    refused(
        "rma_mv",
        &table,
        json!({"random": "~ 1 | study", "method": "DL"}),
        "`method`",
    );
    refused(
        "rma_mv",
        &table,
        json!({"random": "~ 1 | study", "test": "knha"}),
        "`test`",
    );
    refused(
        "rma_mv",
        &table,
        json!({"random": "~ 1 | study", "V": "somehow correlated"}),
        "`V`",
    );
    refused(
        "rma_mv",
        &table,
        json!({"random": "~ 1 | study", "V": "vcalc rho=1.5 within study"}),
        "between -1 and 1",
    );
    refused(
        "rma_mv",
        &table,
        json!({"random": "~ 1 | study", "reshape": "wide to long"}),
        "`reshape`",
    );
    refused(
        "rma_mv",
        &table,
        json!({"random": "~ 1 | study", "mods": "~ outcome + outcome:time + time + study"}),
        "cannot be told apart",
    );
    refused(
        "rma_mv_lrt",
        &table,
        json!({"full": "~ 1 | study", "reduced": "~ 1 | study"}),
        "nothing is tested",
    );
    refused("robust", &table, json!({"random": "~ 1 | study"}), "`cluster`");
    refused(
        "robust",
        &table,
        json!({"random": "~ 1 | study", "cluster": "outcome", "robust": {"type": "CR2"}}),
        "different clusters",
    );
    refused(
        "robust",
        &table,
        json!({"random": "~ 1 | study", "cluster": "study", "robust": {"type": "HC9"}}),
        "`robust.type`",
    );
    refused(
        "robumeta",
        &table,
        json!({"cluster": "study", "modelweights": "BOTH"}),
        "`modelweights`",
    );
    refused(
        "robumeta",
        &table,
        json!({"cluster": "study", "rho": 3}),
        "outside 0 to 1",
    );
    refused(
        "robumeta",
        &table,
        json!({"cluster": "study", "prep": "library(x)"}),
        "`prep`",
    );
    refused(
        "vcalc",
        &table,
        json!({"vcalc": {"cluster": "study", "obs": "outcome"}}),
        "`vcalc.rho`",
    );
    refused(
        "vcalc",
        &table,
        json!({"vcalc": {"cluster": "study", "time1": "time"}}),
        "`vcalc.phi`",
    );
    refused(
        "aggregate",
        &table,
        json!({"aggregate": {"cluster": "study"}}),
        "`aggregate.rho`",
    );
}

#[test]
fn lines_of_tables() {
    let gap = frame(&[
        ("study", &["a", "", "b", "b"]),
        ("yi", &["0.1", "0.4", "0.3", "0.2"]),
        ("vi", &["0.02", "0.03", "0.01", "0.04"]),
    ]);
    refused(
        "aggregate",
        &gap,
        json!({"aggregate": {"cluster": "study", "struct": "ID"}}),
        "line 3",
    );
    // A row without a group takes no part in a model.
    let fitted = answer("rma_mv", &gap, json!({"random": "~ 1 | study"})).unwrap();
    assert_eq!(fitted["k"], 3.0);
    let long = frame(&[
        ("study", &["a", "a", "a", "b"]),
        ("yi", &["0.1", "0.4", "0.3", "0.2"]),
        ("vi", &["0.02", "0.03", "0.01", "0.04"]),
        ("v1i", &["0.02", "0", "0", "0.04"]),
        ("v2i", &["0", "0.03", "0", "0"]),
    ]);
    refused(
        "rma_mv",
        &long,
        json!({"random": "~ 1 | study", "V": "block diagonal by study"}),
        "3 rows",
    );
    let one = frame(&[("study", &["a"]), ("yi", &["0.1"]), ("vi", &["0.02"])]);
    refused(
        "rma_mv",
        &one,
        json!({"random": "~ 1 | study"}),
        "needs at least 2",
    );
    let none = frame(&[("study", &[]), ("yi", &[]), ("vi", &[])]);
    assert!(answer("rma_mv", &none, json!({"random": "~ 1 | study"})).is_err());
    assert!(answer("robumeta", &none, json!({"cluster": "study"})).is_err());
    assert!(answer("vcalc", &none, json!({"vcalc": {"cluster": "study"}})).is_ok());
}

#[test]
fn several_outcomes() {
    let table = effects();
    let good = json!({"outcomes": ["x", "y"], "S": "within-study correlation 0.3", "method": "mm"});
    assert!(answer("multivariate", &table, good).is_ok());
    refused(
        "multivariate",
        &table,
        json!({"outcomes": ["x", "z"]}),
        "`outcomes`",
    );
    refused(
        "multivariate",
        &table,
        json!({"outcomes": ["x", "y"], "method": "dl"}),
        "`method`",
    );
    refused(
        "multivariate",
        &table,
        json!({"outcomes": ["x", "y"], "S": "[v1i(x row)]"}),
        "3 covariances",
    );
    refused(
        "multivariate",
        &table,
        json!({"outcomes": ["x", "y"], "S": "unknown"}),
        "`S`",
    );
    refused(
        "multivariate",
        &table,
        json!({"outcomes": ["x", "y"], "bscov": "diag"}),
        "`bscov`",
    );
    let twice = frame(&[
        ("study", &["a", "a", "a", "b"]),
        ("outcome", &["x", "x", "y", "x"]),
        ("yi", &["0.1", "0.4", "0.3", "0.2"]),
        ("vi", &["0.02", "0.03", "0.01", "0.04"]),
    ]);
    refused(
        "multivariate",
        &twice,
        json!({"outcomes": ["x", "y"], "id": "study"}),
        "line 3",
    );
}

#[test]
fn doses_and_tests() {
    let table = counts();
    let good = json!({"formula": "logrr ~ dose", "method": "reml", "type": "ci", "proc": "1stage"});
    let fitted = answer("dose_response", &table, good).unwrap();
    assert_eq!(fitted["coef"].as_array().unwrap().len(), 1);
    for curve in ["quadratic", "spline", "emax"] {
        let inputs = json!({"dose": "dose", "curve": curve, "method": "fixed", "proc": "1stage"});
        assert!(answer("dose_response", &table, inputs).is_ok(), "{curve}");
    }
    refused(
        "dose_response",
        &table,
        json!({"dose": "dose", "curve": "cubic"}),
        "`curve`",
    );
    refused(
        "dose_response",
        &table,
        json!({"dose": "dose", "curve": "spline", "knots": 2}),
        "`knots`",
    );
    refused(
        "dose_response",
        &table,
        json!({"dose": "dose", "type": "xx"}),
        "`type`",
    );
    refused(
        "dose_response",
        &table,
        json!({"dose": "dose", "proc": "3stage"}),
        "`proc`",
    );
    refused("dose_response_cov", &table, json!({"dose": "dose"}), "`filter`");
    let beyond = frame(&[
        ("study", &["1", "1"]),
        ("dose", &["0", "10"]),
        ("cases", &["10", "140"]),
        ("total", &["100", "90"]),
    ]);
    refused("dose_response", &beyond, json!({"dose": "dose"}), "line 3");
    let alone = frame(&[
        ("study", &["1"]),
        ("dose", &["0"]),
        ("cases", &["10"]),
        ("total", &["100"]),
    ]);
    refused("dose_response", &alone, json!({"dose": "dose"}), "line 2");

    let tests = frame(&[
        ("tp", &["45", "30", "0"]),
        ("np", &["50", "20", "12"]),
        ("tn", &["90", "60", "20"]),
        ("nn", &["95", "66", "25"]),
    ]);
    let columns = json!({"TP": "tp", "FN": "np - tp", "TN": "tn", "FP": "nn - tn"});
    refused("dta_bivariate", &tests, json!({ "columns": columns }), "line 3");
    let filtered = json!({"columns": columns, "filter": "complete cases, np != 20", "correction": "a lot"});
    refused("dta_bivariate", &tests, filtered, "`correction`");
    let good = json!({"columns": columns, "filter": "complete cases, np > 0", "method": "ml"});
    refused("dta_bivariate", &tests, good, "line 3");
}

#[test]
fn a_dose_without_its_numbers_is_no_reference() {
    let table = |y: [&str; 6], se: [&str; 6]| {
        frame(&[
            ("study", &["1", "1", "1", "2", "2", "2"]),
            ("dose", &["0", "10", "20", "0", "15", "30"]),
            ("cases", &["10", "14", "20", "12", "11", "25"]),
            ("total", &["100", "90", "95", "120", "80", "100"]),
            ("logrr", &y),
            ("se", &se),
        ])
    };
    let inputs = || json!({"formula": "logrr ~ dose", "method": "fixed", "covariance": "indep"});
    let (y, se) = (
        ["0", "0.4", "0.8", "0", "0.3", "0.9"],
        ["0", "0.4", "0.3", "0", "0.4", "0.3"],
    );
    let whole = answer("dose_response", &table(y, se), inputs()).unwrap();
    // The reference may be empty, wholly or but for its effect of 0.
    for (y, se) in [
        (
            ["", "0.4", "0.8", "0", "0.3", "0.9"],
            ["", "0.4", "0.3", "0", "0.4", "0.3"],
        ),
        (
            ["0", "0.4", "0.8", "", "0.3", "0.9"],
            ["", "0.4", "0.3", "0", "0.4", "0.3"],
        ),
    ] {
        assert_eq!(answer("dose_response", &table(y, se), inputs()).unwrap(), whole);
    }
    let effect = ["0", "0.4", "0.8", "0", "", "0.9"];
    refused(
        "dose_response",
        &table(effect, se),
        inputs(),
        "line 6: `logrr` is empty",
    );
    let error = ["0", "0.4", "", "0", "0.4", "0.3"];
    refused(
        "dose_response",
        &table(y, error),
        inputs(),
        "line 4: `se` is empty",
    );
    let negative = ["0", "0.4", "-0.3", "0", "0.4", "0.3"];
    refused("dose_response", &table(y, negative), inputs(), "line 4");
}

#[test]
fn doses_are_not_guessed() {
    let table = counts();
    for knots in [json!([]), json!(3.5)] {
        let inputs = json!({"dose": "dose", "curve": "spline", "knots": knots, "proc": "1stage"});
        refused("dose_response", &table, inputs, "`knots`");
    }
    refused(
        "dose_response",
        &table,
        json!({"dose": "dose", "derived": {"logrr": "log risk ratio against the highest group"}}),
        "`derived.logrr`",
    );
    refused(
        "dose_response",
        &table,
        json!({"dose": "dose", "curve": "emax", "proc": "2stage"}),
        "`proc`",
    );
    let other = frame(&[
        ("study", &["1", "1", "1"]),
        ("bmi", &["0", "10", "20"]),
        ("cases", &["10", "14", "20"]),
        ("total", &["100", "90", "95"]),
    ]);
    refused("dose_response", &other, json!({"curve": "linear"}), "`dose`");
    // The covariances of the study need no doses, but the reference first.
    let given = answer("dose_response_cov", &other, json!({"dose": "bmi"})).unwrap();
    assert_eq!(answer("dose_response_cov", &other, json!({})).unwrap(), given);
    // Prose names the dose.
    let inputs =
        json!({"curve": "linear", "derived": {"logrr": "log risk ratio against the lowest-BMI group"}});
    assert!(answer("dose_response", &other, inputs).is_ok());
}

#[test]
fn person_time_is_read_for_rates_alone() {
    let table = |time: &str| {
        frame(&[
            ("id", &["1", "1", "1"]),
            ("dose", &["0", "10", "20"]),
            ("cases", &["10", "14", "20"]),
            (time, &["1000", "900", "950"]),
        ])
    };
    let of = |kind: &str| json!({"type": kind, "covariance": "gl"});
    let rates = answer("dose_response_cov", &table("peryears"), of("ir")).unwrap();
    assert_eq!(answer("dose_response_cov", &table("n"), of("ir")).unwrap(), rates);
    refused("dose_response_cov", &table("peryears"), of("ci"), "`n`");
}
