//! A checked model: every name resolved, every number finite; what composition and compilation start from.

use std::collections::HashMap;
use std::sync::Arc;

use euthymia_diagnostics::{Source, Span};
use euthymia_units::Unit;

use crate::syntax::tree::{
    Comments, Expression, ExpressionKind, IniKind, IniStatement, Metadata, MetadataKind, MetadataValue,
    ModelFile, Name, Place, ThetaSyntax,
};

/// A population parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Theta {
    /// Name in the model text.
    pub name: String,
    /// The estimate.
    pub value: f64,
    /// Lower bound, negative infinity without one.
    pub lower: f64,
    /// Upper bound, infinity without one.
    pub upper: f64,
    /// Whether it was fixed by `fix()`.
    pub fixed: bool,
    /// Text of its `label()`.
    pub label: Option<String>,
    /// The unit in the parentheses that end the label, where it is one.
    pub unit: Option<Unit>,
    /// Comment on the parameter's lines, without `#`.
    pub comment: Option<String>,
}

/// Random effects that vary together.
#[derive(Clone, Debug, PartialEq)]
pub struct OmegaBlock {
    /// Names of the effects.
    pub etas: Vec<String>,
    /// Lower triangle of their covariance matrix by rows: `n (n + 1) / 2` values.
    pub covariance: Vec<f64>,
    /// Whether it was fixed by `fix()`.
    pub fixed: bool,
    /// What the effects differ between.
    pub level: Level,
    /// Comment on the block's lines, without `#`.
    pub comment: Option<String>,
}

/// What a random effect differs between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// Subjects: `| id`, or nothing said.
    Subject,
    /// Occasions within a subject: `| occ`.
    Occasion,
    /// Studies: `| study`.
    Study,
}

impl Level {
    /// The levels with the words for them.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("id", Self::Subject),
        ("occ", Self::Occasion),
        ("study", Self::Study),
    ];

    /// The word for it in a model.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Subject => "id",
            Self::Occasion => "occ",
            Self::Study => "study",
        }
    }
}

/// A name that the equations use and nothing defines.
#[derive(Clone, Debug, PartialEq)]
pub struct Covariate {
    /// Name in the model text.
    pub name: String,
    /// Where it is first used.
    pub source: Source,
    /// Place in that source.
    pub span: Span,
}

/// A compartment: something with `d/dt()`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compartment {
    /// Name in the model text.
    pub name: String,
}

/// A name the equations assign to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Name in the model text.
    pub name: String,
    /// Whether it is reported: assigned with `<-` or `=`, and with a value whatever the conditions.
    pub reported: bool,
}

/// A variable that is observed, and how observations scatter around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// The variable.
    pub variable: String,
    /// The terms of the residual error in the order written.
    pub terms: Vec<ErrorTerm>,
    /// Name after `|`: the compartment or condition its observations carry.
    pub condition: Option<String>,
}

/// One term of a residual error.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorTerm {
    /// Which component.
    pub kind: ErrorKind,
    /// Its arguments: standard deviations and exponents.
    pub arguments: Vec<ErrorArgument>,
}

/// Components of a residual error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `add(sd)`: additive.
    Additive,
    /// `prop(sd)`: proportional to the prediction.
    Proportional,
    /// `pow(sd, exponent)`: proportional to a power of the prediction.
    Power,
    /// `lnorm(sd)`: additive on the logarithm.
    LogNormal,
    /// `logitNorm(sd)`, `logitNorm(sd, low, high)`: additive on the logit between the bounds, 0 and 1 where none are
    /// given.
    LogitNormal,
    /// `probitNorm(sd)`, `probitNorm(sd, low, high)`: additive on the probit between the bounds, 0 and 1 where none are
    /// given.
    ProbitNormal,
    /// `t(df)`: what the other components scale follows Student's distribution, not the normal one.
    Student,
    /// `dpois(lambda)`: counts; nothing else beside it.
    Poisson,
    /// `dbinom(n, p)`: successes among trials; nothing else beside it.
    Binomial,
    /// `dbern(p)`: 0 or 1; nothing else beside it.
    Bernoulli,
    /// `combined1()`: standard deviations of the components are added.
    Combined1,
    /// `combined2()`: variances of the components are added; also where neither is said.
    Combined2,
}

/// An argument of an error term.
#[derive(Clone, Debug, PartialEq)]
pub enum ErrorArgument {
    /// A literal.
    Number(f64),
    /// A population parameter or a variable.
    Name(String),
}

/// What a name in the equations stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Symbol {
    /// Index into the thetas.
    Theta(usize),
    /// Index into the etas of all blocks.
    Eta(usize),
    /// Index into the covariates.
    Covariate(usize),
    /// Index into the compartments.
    State(usize),
    /// A variable.
    Variable,
    /// A covariate closed with a value.
    Constant(f64),
}

/// What a reported quantity is called on axes and in tables: `outputs <- list(cp = "Plasma (ng/mL)")`.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputLabel {
    /// Name of the variable.
    pub name: String,
    /// Text without the unit.
    pub label: String,
    /// The unit in the parentheses that end the text, where it is one.
    pub unit: Option<Unit>,
    /// Text of that unit as written.
    pub unit_text: Option<String>,
}

/// A checked model, of one file or composed of several.
#[derive(Clone, Debug)]
pub struct Model {
    pub(crate) files: Vec<Arc<ModelFile>>,
    pub(crate) thetas: Vec<Theta>,
    pub(crate) omegas: Vec<OmegaBlock>,
    pub(crate) covariates: Vec<Covariate>,
    pub(crate) compartments: Vec<Compartment>,
    pub(crate) variables: Vec<Variable>,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) constants: Vec<(String, f64)>,
    pub(crate) symbols: HashMap<String, Symbol>,
}

impl Model {
    /// Name of the model; of the first file of a composed one.
    #[must_use]
    pub fn name(&self) -> &str {
        self.files.first().map_or("", |file| &file.name.text)
    }

    /// The files it consists of, in order.
    pub fn files(&self) -> impl Iterator<Item = &ModelFile> {
        self.files.iter().map(AsRef::as_ref)
    }

    /// The model as one file: the first name, the first of each metadata statement (lists joined), every
    /// parameter and equation; a covariate closed with a value becomes a fixed parameter.
    #[must_use]
    pub fn merged(&self) -> Option<ModelFile> {
        let mut files = self.files();
        let mut merged = files.next()?.clone();
        for file in files {
            for metadata in &file.metadata {
                match merged
                    .metadata
                    .iter_mut()
                    .find(|known| known.name == metadata.name)
                {
                    Some(known) => join_lists(&mut known.value, &metadata.value),
                    None => merged.metadata.push(metadata.clone()),
                }
            }
            merged.ini.extend(file.ini.iter().cloned());
            merged
                .equations
                .statements
                .extend(file.equations.statements.iter().cloned());
        }
        let span = Span::default();
        merged
            .ini
            .extend(self.constants.iter().map(|(name, value)| IniStatement {
                kind: IniKind::Theta(ThetaSyntax {
                    name: Name {
                        text: name.clone(),
                        span,
                    },
                    lower: None,
                    estimate: Expression {
                        kind: ExpressionKind::Number(*value),
                        span,
                    },
                    upper: None,
                    fixed: true,
                }),
                label: None,
                comments: Comments::default(),
                span: Place(span),
            }));
        Some(merged)
    }

    /// Population parameters in order.
    #[must_use]
    pub fn thetas(&self) -> &[Theta] {
        &self.thetas
    }

    /// The population parameter of that name.
    #[must_use]
    pub fn theta(&self, name: &str) -> Option<&Theta> {
        self.thetas.iter().find(|theta| theta.name == name)
    }

    /// Blocks of random effects in order.
    #[must_use]
    pub fn omegas(&self) -> &[OmegaBlock] {
        &self.omegas
    }

    /// Names of the random effects of all blocks in order.
    pub fn etas(&self) -> impl Iterator<Item = &str> {
        self.omegas
            .iter()
            .flat_map(|block| &block.etas)
            .map(String::as_str)
    }

    /// Open covariates in the order of their first use.
    #[must_use]
    pub fn covariates(&self) -> &[Covariate] {
        &self.covariates
    }

    /// Covariates that were closed with a value.
    #[must_use]
    pub fn constants(&self) -> &[(String, f64)] {
        &self.constants
    }

    /// Compartments in order.
    #[must_use]
    pub fn compartments(&self) -> &[Compartment] {
        &self.compartments
    }

    /// Variables in the order of their first assignment.
    #[must_use]
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// Endpoints in order.
    #[must_use]
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// A metadata statement: of the first file that has it.
    #[must_use]
    pub fn metadata(&self, name: &str) -> Option<&MetadataValue> {
        self.all_metadata()
            .find(|(_, metadata)| metadata.name.text == name)
            .map(|(_, metadata)| &metadata.value)
    }

    /// Every metadata statement with its file.
    pub fn all_metadata(&self) -> impl Iterator<Item = (&ModelFile, &Metadata)> {
        self.files()
            .flat_map(|file| file.metadata.iter().map(move |metadata| (file, metadata)))
    }

    /// The text of a metadata statement.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.metadata(name).and_then(MetadataValue::as_text)
    }

    /// `description <- "..."`.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.text("description")
    }

    /// `reference <- "..."`.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        self.text("reference")
    }

    /// An entry of `units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")`.
    #[must_use]
    pub fn unit_text(&self, of: &str) -> Option<&str> {
        self.entries("units")
            .find(|(name, _)| *name == of)
            .and_then(|(_, value)| value.as_text())
    }

    /// Named entries of a metadata list, from all files in order.
    pub fn entries<'m>(&'m self, of: &'m str) -> impl Iterator<Item = (&'m str, &'m MetadataValue)> {
        self.all_metadata()
            .filter(move |(_, metadata)| metadata.name.text == of)
            .flat_map(|(_, metadata)| metadata.value.items())
            .filter_map(|item| item.name.as_ref().map(|name| (name.text.as_str(), &item.value)))
    }

    /// `outputs <- list(name = "Label (unit)")` of all files: what is worth showing, and how it is called.
    #[must_use]
    pub fn outputs(&self) -> Vec<OutputLabel> {
        let labelled = |(name, value): (&str, &MetadataValue)| {
            let text = value.as_text()?;
            let (label, unit_text) = split_unit(text);
            let unit = unit_text.and_then(|unit| Unit::parse(unit).ok());
            // Parentheses that hold no unit are part of the label.
            let (label, unit_text) = if unit.is_some() {
                (label, unit_text)
            } else {
                (text, None)
            };
            Some(OutputLabel {
                name: name.to_owned(),
                label: label.to_owned(),
                unit,
                unit_text: unit_text.map(str::to_owned),
            })
        };
        self.entries("outputs").filter_map(labelled).collect()
    }

    /// `uncertainty <- list(lec50 = 0.141)` of all files: standard errors of thetas on the scale of `ini({})`.
    #[must_use]
    pub fn uncertainty(&self) -> Vec<(String, f64)> {
        let number = |(name, value): (&str, &MetadataValue)| Some((name.to_owned(), value.as_number()?));
        self.entries("uncertainty").filter_map(number).collect()
    }
}

/// Adds the named entries of one list to another that has none of that name.
fn join_lists(list: &mut MetadataValue, more: &MetadataValue) {
    if let (MetadataKind::List(items), MetadataKind::List(more)) = (&mut list.kind, &more.kind) {
        for item in more {
            if item.name.is_some() && !items.iter().any(|known| known.name == item.name) {
                items.push(item.clone());
            }
        }
    }
}

/// Splits `Clearance (L/h)` into the words and what the last parentheses hold.
pub(crate) fn split_unit(label: &str) -> (&str, Option<&str>) {
    let Some(inside) = label.trim_end().strip_suffix(')') else {
        return (label, None);
    };
    let mut depth = 0_usize;
    for (at, character) in inside.char_indices().rev() {
        match character {
            ')' => depth += 1,
            '(' if depth == 0 => return (inside[..at].trim_end(), Some(&inside[at + 1..])),
            '(' => depth -= 1,
            _ => {}
        }
    }
    (label, None)
}

#[cfg(test)]
mod tests {
    use super::split_unit;

    #[test]
    fn units_end_labels() {
        assert_eq!(split_unit("Clearance (L/h)"), ("Clearance", Some("L/h")));
        assert_eq!(
            split_unit("Part (of all) (1/(h*kg)) "),
            ("Part (of all)", Some("1/(h*kg)"))
        );
        assert_eq!(split_unit("Clearance"), ("Clearance", None));
        assert_eq!(split_unit("odd )"), ("odd )", None));
        assert_eq!(split_unit(""), ("", None));
    }
}
