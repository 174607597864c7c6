//! Values under their names, as JSON: missing is `null`, infinite is `"Inf"` or `"-Inf"`.

use nalgebra::{DMatrix, DVector};
use serde_json::{Map, Number, json};

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number; NaN is written as missing.
    Number(f64),
    /// Numbers in a row; missing where R has NA.
    Numbers(Vec<Option<f64>>),
    /// Rows of numbers.
    Matrix(Vec<Vec<Option<f64>>>),
    /// A text.
    Text(String),
    /// Texts in a row.
    Texts(Vec<String>),
    /// Values under names.
    Values(Values),
    /// Several of these.
    Many(Vec<Values>),
}

/// Values under names, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values(Vec<(String, Value)>);

impl Values {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value.
    pub fn push(&mut self, name: &str, value: impl Into<Value>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// With one more value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.push(name, value);
        self
    }

    /// Adds all values of another set.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value)
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// As a JSON object.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let members: Map<String, serde_json::Value> = self
            .0
            .iter()
            .map(|(name, value)| (name.clone(), value.to_json()))
            .collect();
        serde_json::Value::Object(members)
    }
}

impl Value {
    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Number(x) => number(*x),
            Self::Numbers(row) => row.iter().map(cell).collect(),
            Self::Matrix(rows) => rows
                .iter()
                .map(|row| row.iter().map(cell).collect::<serde_json::Value>())
                .collect(),
            Self::Text(text) => json!(text),
            Self::Texts(texts) => json!(texts),
            Self::Values(values) => values.to_json(),
            Self::Many(many) => many.iter().map(Values::to_json).collect(),
        }
    }
}

fn cell(cell: &Option<f64>) -> serde_json::Value {
    cell.map_or(serde_json::Value::Null, number)
}

/// A number as JSON, which has none for what is infinite or missing.
pub(crate) fn number(x: f64) -> serde_json::Value {
    match Number::from_f64(x) {
        Some(number) => serde_json::Value::Number(number),
        None if x.is_nan() => serde_json::Value::Null,
        None => json!(if x > 0.0 { "Inf" } else { "-Inf" }),
    }
}

/// A number that may be no number.
fn some(x: f64) -> Option<f64> {
    (!x.is_nan()).then_some(x)
}

impl From<f64> for Value {
    fn from(x: f64) -> Self {
        Self::Number(x)
    }
}

impl From<Option<f64>> for Value {
    fn from(x: Option<f64>) -> Self {
        Self::Number(x.unwrap_or(f64::NAN))
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Self::Number(count as f64)
    }
}

impl From<Vec<f64>> for Value {
    fn from(row: Vec<f64>) -> Self {
        Self::Numbers(row.into_iter().map(some).collect())
    }
}

impl From<&[f64]> for Value {
    fn from(row: &[f64]) -> Self {
        row.to_vec().into()
    }
}

impl From<Vec<Option<f64>>> for Value {
    fn from(row: Vec<Option<f64>>) -> Self {
        Self::Numbers(row)
    }
}

impl From<Vec<usize>> for Value {
    fn from(row: Vec<usize>) -> Self {
        Self::Numbers(row.into_iter().map(|x| Some(x as f64)).collect())
    }
}

impl From<&DVector<f64>> for Value {
    fn from(row: &DVector<f64>) -> Self {
        row.as_slice().into()
    }
}

impl From<&DMatrix<f64>> for Value {
    fn from(matrix: &DMatrix<f64>) -> Self {
        Self::Matrix(
            matrix
                .row_iter()
                .map(|row| row.iter().map(|x| some(*x)).collect())
                .collect(),
        )
    }
}

impl From<Vec<Vec<Option<f64>>>> for Value {
    fn from(rows: Vec<Vec<Option<f64>>>) -> Self {
        Self::Matrix(rows)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<String>> for Value {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

impl From<Values> for Value {
    fn from(values: Values) -> Self {
        Self::Values(values)
    }
}

impl From<Vec<Values>> for Value {
    fn from(many: Vec<Values>) -> Self {
        Self::Many(many)
    }
}
