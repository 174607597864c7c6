//! What a comparison rests on: files, citations, and what of it is not known.

use super::calibrated;
use super::comparison::Unknown;
use super::economy::Economy;
use super::people::Group;
use super::{Given, Strategy};
use crate::assembly;
use crate::cohort::{Cohort, MODEL};
use crate::library::Library;
use crate::response::Theta;
use crate::simulate::SimulateError;
use euthymia_diagnostics::{Diagnostic, Source};
use std::collections::BTreeMap;

/// Every file that a comparison depends on, each once: for hashes and for the list of what was used.
///
/// # Errors
/// The response model has no draws, or they are wrong.
pub fn inputs(
    strategies: &[Strategy],
    group: &Group,
    economy: &Economy,
    library: &Library,
) -> Result<Vec<Source>, Vec<Diagnostic>> {
    let mut files = vec![group.source.clone(), economy.source.clone()];
    for strategy in strategies {
        files.push(strategy.source.clone());
        for step in &strategy.steps {
            match &step.given {
                Given::Care(care) => files.extend(care.files()),
                Given::Course(course) => {
                    files.extend(
                        course
                            .treatments
                            .iter()
                            .map(|treatment| treatment.drug.source.clone()),
                    );
                    let routes = course
                        .treatments
                        .iter()
                        .filter_map(|one| one.drug.route(&one.route));
                    let models = routes.flat_map(|route| &route.models);
                    files
                        .extend(models.filter_map(|stem| library.text(&format!("models/{stem}.R")).cloned()));
                }
            }
        }
    }
    files.extend(library.text(&format!("response/{MODEL}.R")).cloned());
    files.extend(
        library
            .posterior(MODEL)?
            .into_iter()
            .flat_map(|posterior| posterior.files),
    );
    files.extend(
        library
            .document("sources.toml")
            .map(|document| document.source.clone()),
    );
    let mut each: Vec<Source> = Vec::new();
    for file in files {
        if !each.contains(&file) {
            each.push(file);
        }
    }
    Ok(each)
}

/// What is not known, by draw: parameters of the response model, proportions of care, utilities.
pub(super) fn unknowns(
    cohort: &Cohort,
    rates: &BTreeMap<String, calibrated::Parts>,
    utilities: &[[f64; 3]],
    library: &Library,
) -> Result<Vec<Unknown>, SimulateError> {
    let model = assembly::checked(&format!("response/{MODEL}.R"), library).map_err(SimulateError::Files)?;
    let mut unknowns: Vec<Unknown> = Theta::ALL
        .into_iter()
        .map(|theta| Unknown {
            name: theta.name().to_owned(),
            label: model
                .theta(theta.name())
                .and_then(|theta| theta.label.clone())
                .unwrap_or_else(|| theta.name().to_owned()),
            values: cohort.parameter(theta),
        })
        .collect();
    for (care, parts) in rates {
        for (name, values) in &parts.0 {
            unknowns.push(Unknown {
                name: format!("{care}: {name}"),
                label: format!("{care}: {name}"),
                values: values.clone(),
            });
        }
    }
    for (at, name) in ["in remission", "in response", "ill"].into_iter().enumerate() {
        unknowns.push(Unknown {
            name: format!("utility {name}"),
            label: format!("Utility of a year {name}"),
            values: utilities.iter().map(|of_draw| of_draw[at]).collect(),
        });
    }
    let varies = |values: &[f64]| values.iter().any(|value| Some(value) != values.first());
    unknowns.retain(|unknown| varies(&unknown.values));
    Ok(unknowns)
}

/// Citations of everything that went in.
pub(super) fn sources(
    strategies: &[Strategy],
    economy: &Economy,
    library: &Library,
) -> Result<Vec<(String, String)>, SimulateError> {
    let known = library.sources().map_err(SimulateError::Files)?;
    let mut keys: Vec<String> = economy.sources.clone();
    for step in strategies.iter().flat_map(|strategy| &strategy.steps) {
        if let Given::Care(care) = &step.given {
            keys.extend(care.sources.iter().cloned());
        }
    }
    keys.sort();
    keys.dedup();
    Ok(keys
        .into_iter()
        .filter_map(|key| {
            let citation = known.get(&key)?.citation.clone();
            Some((key, citation))
        })
        .collect())
}
