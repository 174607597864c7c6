//! What a quantity rests on: parameters with their sources, findings, and what feeds it.

use super::Map;
use crate::assembly::stem;
use crate::lint::Comment;
use crate::sources::{Citation, Sources};
use euthymia_model::mechanism::{Finding, Layer};
use euthymia_model::syntax::tree::{IniKind, ModelFile};
use euthymia_model::{Level, OmegaBlock};
use serde::Serialize;
use std::collections::BTreeSet;

/// A finding with its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cited {
    /// Key of the source.
    pub key: String,
    /// What was found.
    pub text: String,
    /// Citation.
    pub citation: String,
    /// DOI or page, if there is one.
    pub url: Option<String>,
}

/// A parameter with where its value comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parameter {
    /// Name in the model.
    pub name: String,
    /// Name for people; of a random effect what it differs between.
    pub label: String,
    /// The value as the model writes it: `log(0.51)`. Of a random effect its variance.
    pub value: String,
    /// Standard error on the scale of the value, where it is sampled.
    pub standard_error: Option<f64>,
    /// How the value was come by; absent where the model does not say.
    pub grade: Option<String>,
    /// Citation, or the key where the library does not hold it.
    pub citation: String,
    /// DOI or page, if there is one.
    pub url: Option<String>,
    /// Where in the source, or how it was computed.
    pub locator: String,
}

/// What a quantity takes from outside of its model.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "from")]
pub enum Feed {
    /// A reported quantity of another model.
    Quantity {
        /// Name.
        id: String,
        /// Name for people.
        label: String,
        /// Its layer.
        layer: &'static str,
    },
    /// Something else of another model.
    Model {
        /// Its stem.
        model: String,
        /// The names.
        names: Vec<String>,
    },
    /// Characteristics of the patient, of the course, and of drugs taken beside.
    Patient {
        /// The names.
        names: Vec<String>,
    },
    /// A name to which the route gives a value.
    Constant {
        /// The name.
        name: String,
        /// The value.
        value: f64,
    },
}

/// Findings with the citations of their sources.
pub(super) fn cited(findings: Vec<Finding>, sources: &Sources) -> Vec<Cited> {
    let with_source = |finding: Finding| {
        let source = sources.get(&finding.key);
        Cited {
            citation: source.map_or_else(|| finding.key.clone(), |source| source.citation.clone()),
            url: source.and_then(Citation::link),
            key: finding.key,
            text: finding.text,
        }
    };
    findings.into_iter().map(with_source).collect()
}

/// Names that a quantity is computed from, up to those of other models.
fn behind<'m>(map: &Map<'m>, name: &str) -> BTreeSet<&'m str> {
    let own = map.dependencies.file(name);
    map.dependencies
        .reached(&[name], |met| map.dependencies.file(met) != own)
}

/// What comes from outside of the model of a quantity: quantities first, then the rest.
pub(super) fn feeds(map: &Map<'_>, name: &str) -> Vec<Feed> {
    let own = map.dependencies.file(name);
    let (mut quantities, mut models, mut patient, mut constants) =
        (vec![], Vec::<Feed>::new(), vec![], vec![]);
    for met in behind(map, name) {
        let Some(at) = map.dependencies.file(met).filter(|at| Some(*at) != own) else {
            if let Some((_, value)) = map
                .assembly
                .model
                .constants()
                .iter()
                .find(|(name, _)| name == met)
            {
                constants.push(Feed::Constant {
                    name: met.to_owned(),
                    value: *value,
                });
            } else if map
                .assembly
                .model
                .covariates()
                .iter()
                .any(|open| open.name == met)
            {
                patient.push(met.to_owned());
            }
            continue;
        };
        if let Some(output) = map.output(met) {
            quantities.push(Feed::Quantity {
                id: met.to_owned(),
                label: output.label.clone(),
                layer: map.layer_of(met).map_or("", Layer::word),
            });
            continue;
        }
        let model = map.assembly.files.get(at).map(stem).unwrap_or_default();
        let known = models.iter_mut().find_map(|feed| match feed {
            Feed::Model { model: known, names } if *known == model => Some(names),
            _ => None,
        });
        match known {
            Some(names) => names.push(met.to_owned()),
            None => models.push(Feed::Model {
                model,
                names: vec![met.to_owned()],
            }),
        }
    }
    let patient = (!patient.is_empty()).then_some(Feed::Patient { names: patient });
    quantities
        .into_iter()
        .chain(models)
        .chain(patient)
        .chain(constants)
        .collect()
}

/// Parameters of its own model that a quantity is computed from, in the order of the model.
pub(super) fn parameters(map: &Map<'_>, sources: &Sources, name: &str) -> Vec<Parameter> {
    let Some(own) = map.dependencies.file(name) else {
        return Vec::new();
    };
    let Some(file) = map.assembly.model.files().nth(own) else {
        return Vec::new();
    };
    let behind = behind(map, name);
    let mut parameters: Vec<Parameter> = Vec::new();
    let model = &map.assembly.model;
    let uncertainty = model.uncertainty();
    let of_file = |name: &str| map.dependencies.file(name) == Some(own) && behind.contains(name);
    for theta in model.thetas().iter().filter(|theta| of_file(&theta.name)) {
        let error = uncertainty.iter().find(|(known, _)| *known == theta.name);
        let drawn = map
            .assembly
            .posterior
            .as_ref()
            .and_then(|posterior| posterior.marginal(&theta.name));
        parameters.push(sourced(
            Parameter {
                name: theta.name.clone(),
                label: theta.label.clone().unwrap_or_default(),
                value: written(file, &theta.name).unwrap_or_else(|| theta.value.to_string()),
                standard_error: drawn.map(|drawn| drawn.sd).or(error.map(|(_, error)| *error)),
                ..Parameter::nothing()
            },
            theta.comment.as_deref(),
            sources,
        ));
    }
    for block in model.omegas() {
        for (at, eta) in block.etas.iter().enumerate().filter(|(_, eta)| of_file(eta)) {
            parameters.push(sourced(
                Parameter {
                    name: eta.clone(),
                    label: varies(block).to_owned(),
                    value: block
                        .covariance
                        .get(at * (at + 3) / 2)
                        .map_or_else(String::new, f64::to_string),
                    ..Parameter::nothing()
                },
                block.comment.as_deref(),
                sources,
            ));
        }
    }
    parameters
}

fn varies(block: &OmegaBlock) -> &'static str {
    match block.level {
        Level::Subject => "Variance between patients",
        Level::Occasion => "Variance between occasions",
        Level::Study => "Variance between studies",
    }
}

/// An estimate as the model writes it.
fn written(file: &ModelFile, name: &str) -> Option<String> {
    file.ini.iter().find_map(|statement| match &statement.kind {
        IniKind::Theta(theta) if theta.name.text == name => {
            Some(file.source.slice(theta.estimate.span).to_owned())
        }
        _ => None,
    })
}

/// A parameter with what the comment behind it says.
fn sourced(parameter: Parameter, comment: Option<&str>, sources: &Sources) -> Parameter {
    let comments = comment.unwrap_or_default().lines();
    let Some(comment) = comments.filter_map(|line| Comment::parse(line).ok()).next() else {
        return parameter;
    };
    let source = sources.get(&comment.key);
    Parameter {
        grade: Some(comment.grade.to_string()),
        citation: source.map_or_else(|| comment.key.clone(), |source| source.citation.clone()),
        url: source.and_then(Citation::link),
        locator: comment.locator,
        ..parameter
    }
}

impl Parameter {
    fn nothing() -> Self {
        Self {
            name: String::new(),
            label: String::new(),
            value: String::new(),
            standard_error: None,
            grade: None,
            citation: String::new(),
            url: None,
            locator: String::new(),
        }
    }
}
