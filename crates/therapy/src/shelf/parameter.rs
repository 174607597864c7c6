//! The numbers of a model as a reader checks them: as written, with unit, uncertainty, source and grade.

use crate::lint::{Comment, Grade};
use crate::posterior::{Marginal, Posterior};
use euthymia_model::Model;
use euthymia_model::syntax::tree::IniKind;
use serde::Serialize;

/// A parameter of a model.
#[derive(Clone, Debug, Serialize)]
pub struct Parameter {
    /// Name in the model text.
    pub name: String,
    /// The estimate as written (`log(88.8)`).
    pub written: String,
    /// The estimate, on the scale of `ini`.
    pub value: f64,
    /// Whether `fix()` is around it.
    pub fixed: bool,
    /// What it is, without its unit.
    pub label: String,
    /// Its unit; that of `exp(x)` where `x` is estimated as a logarithm.
    pub unit: String,
    /// Standard error on the scale of `ini`, where the model gives one.
    pub standard_error: Option<f64>,
    /// What the draws of a fitted model say, on the scale of `ini`.
    pub posterior: Option<Marginal>,
    /// The comment behind it, as written.
    pub source: Option<String>,
    /// How it was come by.
    #[serde(serialize_with = "as_word")]
    pub grade: Option<Grade>,
    /// Key of `sources.toml`.
    pub key: Option<String>,
    /// Where in the source.
    pub locator: Option<String>,
}

fn as_word<S: serde::Serializer>(grade: &Option<Grade>, serializer: S) -> Result<S::Ok, S::Error> {
    match grade {
        Some(grade) => serializer.collect_str(grade),
        None => serializer.serialize_none(),
    }
}

/// The parameters of a model of one file, in order, with what stands behind them.
#[must_use]
pub fn parameters(model: &Model, posterior: Option<&Posterior>) -> Vec<Parameter> {
    let uncertainty = model.uncertainty();
    let written = |name: &str| {
        model.files().find_map(|file| {
            let mut thetas = file.ini.iter().filter_map(|statement| match &statement.kind {
                IniKind::Theta(theta) => Some(theta),
                IniKind::Omega(_) => None,
            });
            let theta = thetas.find(|theta| theta.name.text == name)?;
            Some(file.source.slice(theta.estimate.span).to_owned())
        })
    };
    let parameter = |theta: &euthymia_model::Theta| {
        let comment = theta
            .comment
            .as_deref()
            .and_then(|text| Comment::parse(text).ok());
        let label = theta.label.clone().unwrap_or_default();
        let error = uncertainty.iter().find(|(name, _)| *name == theta.name);
        Parameter {
            name: theta.name.clone(),
            written: written(&theta.name).unwrap_or_else(|| theta.value.to_string()),
            value: theta.value,
            fixed: theta.fixed,
            unit: unit(&label, theta.unit.is_some()).to_owned(),
            label: without_unit(&label, theta.unit.is_some()).to_owned(),
            standard_error: error.map(|(_, error)| *error),
            posterior: posterior.and_then(|posterior| posterior.marginal(&theta.name)),
            source: theta.comment.clone(),
            grade: comment.as_ref().map(|comment| comment.grade),
            key: comment.as_ref().map(|comment| comment.key.clone()),
            locator: comment.map(|comment| comment.locator),
        }
    };
    model.thetas().iter().map(parameter).collect()
}

/// What the last parentheses of a label hold, where that is a unit.
fn unit(label: &str, is_unit: bool) -> &str {
    let inside = label.rfind(" (").and_then(|at| label[at + 2..].strip_suffix(')'));
    inside.filter(|_| is_unit).unwrap_or("")
}

fn without_unit(label: &str, is_unit: bool) -> &str {
    label
        .rfind(" (")
        .filter(|_| is_unit)
        .map_or(label, |at| &label[..at])
}
