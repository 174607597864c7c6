//! What a run assumes: every number of its models that no source gives, with the range that the run draws it from.

use super::Run;
use crate::course::Course;
use crate::lint::{Comment, Grade};
use crate::result::Assumption;
use euthymia_model::syntax::tree::{
    ExpressionKind, IniKind, IniStatement, ModelFile, OmegaSyntax, ThetaSyntax,
};
use euthymia_model::{Level, Model, OmegaBlock};
use euthymia_stats::normal;
use euthymia_vecmath::scalar;

/// Share of the draws that lie in the printed range.
const COVERAGE: f64 = 0.9;

/// A row for every assumed parameter of the models and every assumed factor of the interactions, in their order.
pub(super) fn table(course: &Course, run: &Run<'_>) -> Vec<Assumption> {
    let model = &run.assembly.model;
    let uncertainty = model.uncertainty();
    let range = |name: &str| {
        let drawn = run
            .assembly
            .posterior
            .as_ref()
            .and_then(|posterior| posterior.marginal(name));
        if let Some(drawn) = drawn {
            return Some([drawn.p05, drawn.p95]);
        }
        let (_, error) = uncertainty.iter().find(|(own, _)| own == name)?;
        let theta = model.theta(name)?;
        let end = |p: f64| (theta.value + error * normal::quantile(p)).clamp(theta.lower, theta.upper);
        Some([end((1.0 - COVERAGE) / 2.0), end((1.0 + COVERAGE) / 2.0)])
    };
    let mut rows = Vec::new();
    for file in model.files() {
        for statement in &file.ini {
            let Some(reason) = assumed(statement) else {
                continue;
            };
            match &statement.kind {
                IniKind::Theta(theta) => {
                    rows.extend(of_parameter(
                        model,
                        file,
                        statement,
                        theta,
                        range(&theta.name.text),
                        reason,
                    ));
                }
                IniKind::Omega(block) => rows.extend(of_effects(model, file, block, &reason)),
            }
        }
    }
    for interaction in course
        .interactions
        .iter()
        .filter(|one| one.grade == Grade::Assumed)
    {
        rows.extend(interaction.factors.iter().map(|(name, factor)| Assumption {
            part: interaction.id.clone(),
            parameter: name.clone(),
            label: format!("Factor of {}", interaction.name),
            value: *factor,
            lower: None,
            upper: None,
            reason: interaction.locator.clone(),
        }));
    }
    rows
}

/// Why a number is assumed, where it is.
fn assumed(statement: &IniStatement) -> Option<String> {
    let comments = statement.comments.beside.iter();
    let read = comments.filter_map(|comment| Comment::parse(&comment.text).ok());
    read.filter(|comment| comment.grade == Grade::Assumed)
        .map(|comment| comment.locator)
        .next()
}

/// The scale on which a parameter is shown: the one that its label speaks of.
#[derive(Clone, Copy)]
enum Shown {
    AsWritten,
    /// Written as `log(x)`, shown as `x`.
    Exponential,
    /// Named as a logit, shown as the fraction unless the label says logit too.
    Fraction,
}

impl Shown {
    fn of(syntax: &ThetaSyntax, label: &str) -> Self {
        let is_log =
            matches!(&syntax.estimate.kind, ExpressionKind::Call(function, _) if function.text == "log");
        match syntax.name.text.starts_with("logit") {
            true if label.contains("logit") => Self::AsWritten,
            true => Self::Fraction,
            false if is_log => Self::Exponential,
            false => Self::AsWritten,
        }
    }

    fn value(self, value: f64) -> f64 {
        match self {
            Self::AsWritten => value,
            Self::Exponential => scalar::exp(value),
            Self::Fraction => 1.0 / (1.0 + scalar::exp(-value)),
        }
    }
}

fn of_parameter(
    model: &Model,
    file: &ModelFile,
    statement: &IniStatement,
    syntax: &ThetaSyntax,
    range: Option<[f64; 2]>,
    reason: String,
) -> Option<Assumption> {
    let theta = model.theta(&syntax.name.text)?;
    let label = statement
        .label
        .as_ref()
        .map_or_else(String::new, |label| label.text.clone());
    let scale = Shown::of(syntax, &label);
    let shown = |value| scale.value(value);
    Some(Assumption {
        part: file.name.text.clone(),
        parameter: theta.name.clone(),
        label,
        value: shown(theta.value),
        lower: range.map(|[lower, _]| shown(lower)),
        upper: range.map(|[_, upper]| shown(upper)),
        reason,
    })
}

/// Variances of random effects are taken as known.
fn of_effects(model: &Model, file: &ModelFile, syntax: &OmegaSyntax, reason: &str) -> Vec<Assumption> {
    let first = syntax.etas.first().map(|eta| eta.text.as_str());
    let is_this = |block: &&OmegaBlock| block.etas.first().map(String::as_str) == first;
    let Some(block) = model.omegas().iter().find(is_this) else {
        return Vec::new();
    };
    let between = match block.level {
        Level::Study => "Variance between studies",
        Level::Subject | Level::Occasion => "Variance between patients",
    };
    let row = |(at, eta): (usize, &String)| {
        // The diagonal of a lower triangle stored by rows.
        let variance = block.covariance.get(at * (at + 3) / 2)?;
        Some(Assumption {
            part: file.name.text.clone(),
            parameter: eta.clone(),
            label: between.to_owned(),
            value: *variance,
            lower: None,
            upper: None,
            reason: reason.to_owned(),
        })
    };
    block.etas.iter().enumerate().filter_map(row).collect()
}
