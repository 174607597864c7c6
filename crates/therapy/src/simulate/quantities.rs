//! Which quantities a run reports, how they are called and which family of figures they belong to.

use super::basis::metadata;
use crate::assembly::{Assembly, SCORE};
use crate::course::Course;
use crate::result::QuantityKind;
use euthymia_model::program::Program;
use euthymia_model::syntax::tree::MetadataValue;
use euthymia_model::{Model, OutputLabel};
use euthymia_units::Dimension;

/// One reported quantity.
#[derive(Clone, Debug)]
pub(crate) struct Reported {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) unit: String,
    pub(crate) kind: QuantityKind,
    pub(crate) sampling_site: Option<String>,
    pub(crate) provisional: bool,
    /// Column of the engine's blocks.
    pub(crate) column: usize,
}

/// What the program computes: all that the models label, and what the course asks for beside.
pub(crate) fn outputs(course: &Course, model: &Model) -> Vec<String> {
    let mut names: Vec<String> = model.outputs().into_iter().map(|output| output.name).collect();
    names.extend(course.report.quantities.iter().map(|(name, _)| name.clone()));
    names.push(SCORE.to_owned());
    let is_compartment = |name: &String| {
        model
            .compartments()
            .iter()
            .any(|compartment| compartment.name == *name)
    };
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        // Compartments are reported anyway.
        if !kept.contains(&name) && !is_compartment(&name) {
            kept.push(name);
        }
    }
    kept
}

/// What the result holds: what the course asks for, else all that the models label; the score always.
pub(crate) fn reported(course: &Course, assembly: &Assembly, program: &Program) -> Vec<Reported> {
    let labels = assembly.model.outputs();
    let mut names: Vec<&str> = match course.report.quantities.as_slice() {
        [] => labels.iter().map(|label| label.name.as_str()).collect(),
        asked => asked.iter().map(|(name, _)| name.as_str()).collect(),
    };
    if !names.contains(&SCORE) {
        names.push(SCORE);
    }
    let mut seen = Vec::new();
    names.retain(|name| {
        !seen.contains(name) && {
            seen.push(*name);
            true
        }
    });
    names
        .into_iter()
        .filter_map(|name| {
            let column = column(program, name)?;
            let label = labels.iter().find(|label| label.name == name);
            Some(described(course, assembly, name, label, column))
        })
        .collect()
}

/// Column of a compartment or output in the engine's blocks.
pub(crate) fn column(program: &Program, name: &str) -> Option<usize> {
    let states = program.states.iter().position(|state| state.name == name);
    let output = || {
        program
            .outputs_reported
            .iter()
            .position(|output| output.name == name)
    };
    states.or_else(|| Some(program.states.len() + output()?))
}

fn described(
    course: &Course,
    assembly: &Assembly,
    name: &str,
    label: Option<&OutputLabel>,
    column: usize,
) -> Reported {
    let kind = kind(name, label);
    let instrument = course.people.instrument();
    let label_text = match (kind, label) {
        (QuantityKind::Score, _) => format!("{} score", instrument.abbreviation),
        (_, Some(label)) => label.label.clone(),
        (_, None) => name.to_owned(),
    };
    let unit = match kind {
        QuantityKind::Score => "points".to_owned(),
        _ => label
            .and_then(|label| label.unit_text.clone())
            .unwrap_or_default(),
    };
    Reported {
        name: name.to_owned(),
        label: label_text,
        unit,
        kind,
        sampling_site: (kind == QuantityKind::Concentration)
            .then(|| sampling(&assembly.model, name))
            .flatten(),
        provisional: is_provisional(&assembly.model, name),
        column,
    }
}

/// The family, by the names that pass between models, else by the dimension of the unit.
pub(crate) fn kind(name: &str, label: Option<&OutputLabel>) -> QuantityKind {
    match name {
        SCORE => QuantityKind::Score,
        "occupancy" => QuantityKind::Occupancy,
        "dissociation" => QuantityKind::AcuteEffect,
        // A concentration at the site of effect is in no plasma.
        _ if name.starts_with("ce_") => QuantityKind::Other,
        _ => {
            let dimension = label
                .and_then(|label| label.unit.as_ref())
                .map(|unit| unit.dimension());
            if dimension == Some(Dimension::MASS_CONCENTRATION)
                || dimension == Some(Dimension::MOLAR_CONCENTRATION)
            {
                QuantityKind::Concentration
            } else {
                QuantityKind::Other
            }
        }
    }
}

/// Where a concentration is sampled: as the file says that labels it, or else as those before it say, from which it is computed.
fn sampling(model: &Model, name: &str) -> Option<String> {
    let mut sites: Vec<&str> = Vec::new();
    for file in model.files() {
        let site = metadata(file, "sampling").and_then(MetadataValue::as_text);
        if metadata(file, "outputs").is_some_and(|outputs| outputs.get(name).is_some()) {
            if let Some(site) = site {
                return Some(site.to_owned());
            }
            break;
        }
        if let Some(site) = site.filter(|site| !sites.contains(site)) {
            sites.push(site);
        }
    }
    (!sites.is_empty()).then(|| sites.join(" and "))
}

/// Whether the file that labels a quantity says of itself that it is provisional.
fn is_provisional(model: &Model, name: &str) -> bool {
    model.files().any(|file| {
        metadata(file, "provisional").is_some()
            && metadata(file, "outputs").is_some_and(|outputs| outputs.get(name).is_some())
    })
}
