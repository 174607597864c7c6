//! Tables and names for the tests.
#![allow(dead_code, clippy::unwrap_used)]

use euthymia_dataset::{CompartmentName, DataSet, Dialect, InputName, ModelNames};
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_document::Rows;

/// A depot and a centre; `rate()` and `dur()` of the centre alone; the covariates as told.
pub(crate) fn names(covariates: &[&str]) -> ModelNames {
    let compartment = |name: &str, modelled| CompartmentName {
        name: name.to_owned(),
        rate: modelled,
        duration: modelled,
    };
    let input = |name: &str, covariate| InputName {
        name: name.to_owned(),
        covariate,
        has_default: !covariate,
    };
    ModelNames {
        compartments: vec![compartment("depot", false), compartment("central", true)],
        inputs: std::iter::once(input("lcl", false))
            .chain(covariates.iter().map(|name| input(name, true)))
            .collect(),
        outputs: vec!["cp".to_owned()],
    }
}

/// The same of a model that is compiled for a covariate `WT` that changes along lines.
pub(crate) fn lines(mut names: ModelNames) -> ModelNames {
    for name in ["d/dt(WT)", "time(WT)"] {
        names.inputs.push(InputName {
            name: name.to_owned(),
            covariate: false,
            has_default: true,
        });
    }
    names
}

pub(crate) fn rows(text: &str) -> Rows {
    let (rows, problems) = euthymia_io::csv::rows(&Source::new("data.csv", text));
    assert_eq!(problems, []);
    rows.unwrap()
}

/// A table that is right, without a word.
pub(crate) fn read(text: &str, covariates: &[&str], dialect: Dialect) -> DataSet {
    let (set, problems) = DataSet::read(&rows(text), &names(covariates), dialect, None);
    assert_eq!(problems, [], "{text}");
    set.unwrap()
}

/// `N012 3:5 error message [label] help`.
pub(crate) fn in_words(problem: &Diagnostic) -> String {
    let place = problem.labels.first().map_or_else(String::new, |label| {
        let position = label.source.position(label.span.start);
        let cell = label.source.slice(label.span).lines().next().unwrap_or_default();
        format!(" {}:{} `{cell}`", position.line, position.column)
    });
    let kind = if problem.is_error() { "error" } else { "warning" };
    let help = problem.help.join("; ");
    format!("{}{place} {kind}: {} -> {help}", problem.code, problem.message)
}
