//! Which models of the mechanism a course composes beside those of its routes, and in which order.
//!
//! A drug lists them; a run composes those that it is asked about, for they cost time and change no score unless the
//! response model uses them. A model goes before the response where it can, after it where it uses what only the
//! response defines, and is left out where something that it uses is nowhere defined.

use super::{Characteristic, checked, merge};
use crate::course::{Course, Mechanism};
use crate::library::Library;
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_model::Model;
use serde::Serialize;
use std::collections::BTreeSet;

/// A model of the mechanism that a course cannot compose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Its stem.
    pub model: String,
    /// What it is, in its own words.
    pub description: String,
    /// What it reports.
    pub outputs: Vec<String>,
    /// What it uses and nothing in the course defines.
    pub missing: Vec<String>,
}

/// The models that are composed, with their texts, in order.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) before: Vec<(Source, Model)>,
    pub(super) after: Vec<(Source, Model)>,
    pub(super) left_out: Vec<LeftOut>,
}

/// Chooses among the models that the drugs of a course list. `models` are those of the routes, of which the paths are
/// given, and at the end the response; `constants` the names that the routes give a value.
pub(super) fn choose(
    course: &Course,
    (route_paths, models): (&[String], &[Model]),
    constants: &[&str],
    library: &Library,
) -> Result<Chosen, Vec<Diagnostic>> {
    let mut chosen = Chosen::default();
    let Some((response, routes)) = models.split_last() else {
        return Ok(chosen);
    };
    let mut paths: Vec<String> = Vec::new();
    for treatment in &course.treatments {
        let listed = treatment.drug.mechanism.iter();
        merge(&mut paths, listed.map(|stem| format!("models/{stem}.R")));
    }
    paths.retain(|path| !route_paths.contains(path));
    let mut defined: BTreeSet<String> = constants.iter().map(|name| (*name).to_owned()).collect();
    defined.extend(Characteristic::NAMES.map(|(name, _)| name.to_owned()));
    defined.extend(course.factors.keys().cloned());
    defined.extend(routes.iter().flat_map(defines));
    let of_response: BTreeSet<String> = defines(response).collect();
    let asked = asked(course, response, &defined, &of_response);
    let whole = course.report.mechanism == Mechanism::Whole;
    if paths.is_empty() || !whole && asked.is_empty() {
        return Ok(chosen);
    }
    let mut listed = Vec::new();
    let mut wrong = Vec::new();
    for path in &paths {
        match (checked(path, library), library.text(path)) {
            (Ok(model), Some(text)) => listed.push((text.clone(), model)),
            (Ok(_), None) => {}
            (Err(diagnostics), _) => wrong.extend(diagnostics),
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    if !whole {
        listed = needed(listed, asked);
    }
    let mut later = of_response;
    for (text, model) in listed {
        let open: Vec<String> = uses(&model).filter(|name| !defined.contains(name)).collect();
        let missing: Vec<String> = open
            .iter()
            .filter(|name| !later.contains(*name))
            .cloned()
            .collect();
        if !missing.is_empty() {
            chosen.left_out.push(LeftOut {
                model: stem(&text),
                description: model.description().unwrap_or_default().to_owned(),
                outputs: model.outputs().into_iter().map(|output| output.name).collect(),
                missing,
            });
        } else if open.is_empty() {
            defined.extend(defines(&model));
            chosen.before.push((text, model));
        } else {
            later.extend(defines(&model));
            chosen.after.push((text, model));
        }
    }
    Ok(chosen)
}

/// Names that the course reports or the response uses and neither the routes nor the response define.
fn asked(
    course: &Course,
    response: &Model,
    defined: &BTreeSet<String>,
    of_response: &BTreeSet<String>,
) -> BTreeSet<String> {
    let reported = course.report.quantities.iter().map(|(name, _)| name.clone());
    reported
        .chain(uses(response))
        .filter(|name| !defined.contains(name) && !of_response.contains(name))
        .collect()
}

/// Those of the models that define something asked for, and what these use in turn.
fn needed(listed: Vec<(Source, Model)>, mut asked: BTreeSet<String>) -> Vec<(Source, Model)> {
    let mut kept = Vec::new();
    // Each uses names of earlier ones.
    for (text, model) in listed.into_iter().rev() {
        if defines(&model).any(|name| asked.contains(&name)) {
            asked.extend(uses(&model));
            kept.push((text, model));
        }
    }
    kept.reverse();
    kept
}

fn defines(model: &Model) -> impl Iterator<Item = String> {
    let variables = model.variables().iter().map(|variable| &variable.name);
    let compartments = model.compartments().iter().map(|compartment| &compartment.name);
    let parameters = model.thetas().iter().map(|theta| &theta.name);
    variables.chain(compartments).chain(parameters).cloned()
}

fn uses(model: &Model) -> impl Iterator<Item = String> {
    model.covariates().iter().map(|covariate| covariate.name.clone())
}

/// The name of a model: its file's, without folder and ending.
pub(crate) fn stem(text: &Source) -> String {
    let name = text.name().rsplit(['/', '\\']).next().unwrap_or_default();
    name.trim_end_matches(".R").to_owned()
}
