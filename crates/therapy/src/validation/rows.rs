//! A validation as one long table: a row for every prediction, and for every observation that has none.

use super::result::{Prediction, Row, Validation};

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct ValidationRow<'v> {
    /// What was observed.
    pub row: &'v Row,
    /// What is predicted of it.
    pub prediction: Option<&'v Prediction>,
}

impl ValidationRow<'_> {
    /// Names of the columns, in order.
    pub const COLUMNS: [&'static str; 25] = [
        "paper",
        "source",
        "grade",
        "locator",
        "observation",
        "what",
        "measure",
        "sampling",
        "n",
        "drug",
        "route",
        "treatment",
        "against",
        "unit",
        "observed",
        "observed_lower",
        "observed_upper",
        "structure",
        "reference",
        "predicted",
        "predicted_lower",
        "predicted_upper",
        "ratio",
        "counted",
        "problem",
    ];

    /// The line as text, a cell for each of [`ValidationRow::COLUMNS`]; what is absent is empty.
    #[must_use]
    pub fn cells(&self) -> [String; 25] {
        let Self { row, prediction } = self;
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        let of = |pick: fn(&Prediction) -> Option<f64>| number(prediction.and_then(pick));
        let word = |pick: fn(&Prediction) -> bool| {
            prediction.map_or_else(String::new, |prediction| {
                if pick(prediction) { "yes" } else { "no" }.to_owned()
            })
        };
        let problem = prediction.and_then(|prediction| prediction.problem.clone());
        [
            row.paper.clone(),
            row.source.clone(),
            row.grade.to_string(),
            row.locator.clone().unwrap_or_default(),
            row.name.clone(),
            row.what.clone(),
            row.measure.to_owned(),
            row.sampling.word().to_owned(),
            row.n.map_or_else(String::new, |n| n.to_string()),
            row.drug.clone(),
            row.route.clone(),
            row.treatment.clone(),
            row.against.clone().unwrap_or_default(),
            row.unit.clone(),
            row.observed.to_string(),
            number(row.observed_interval.map(|interval| interval.0)),
            number(row.observed_interval.map(|interval| interval.1)),
            prediction.map_or_else(String::new, |prediction| prediction.structure.clone()),
            word(|prediction| prediction.reference),
            of(|prediction| prediction.value),
            of(|prediction| prediction.interval.map(|interval| interval.0)),
            of(|prediction| prediction.interval.map(|interval| interval.1)),
            of(|prediction| prediction.ratio),
            word(|prediction| prediction.counted),
            problem.or_else(|| row.problem.clone()).unwrap_or_default(),
        ]
    }
}

impl Validation {
    /// The lines of the table, in the order of the files.
    pub fn table(&self) -> impl Iterator<Item = ValidationRow<'_>> {
        self.rows.iter().flat_map(|row| {
            let none = row.predictions.is_empty().then_some(ValidationRow {
                row,
                prediction: None,
            });
            let some = row.predictions.iter().map(move |prediction| ValidationRow {
                row,
                prediction: Some(prediction),
            });
            none.into_iter().chain(some)
        })
    }
}
