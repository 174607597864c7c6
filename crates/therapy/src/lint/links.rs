//! The check of names that lead from one file of the library to another: models of a drug, factors of an
//! interaction, the scale that an instrument is read from, arms of trials.

use crate::drug::Drug;
use crate::instrument::{Instrument, WRONG_LINK};
use crate::library::Library;
use crate::response::Designs;
use euthymia_diagnostics::{Diagnostic, nearest};
use euthymia_model::{check, syntax};
use std::collections::BTreeSet;

/// Reports models that a drug names and the library has not, factors that no model asks for, instruments of which nobody
/// knows how they are read from others, or why not, and arms that the tables have not.
pub(super) fn all(library: &Library) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for id in library.stems("drugs", ".toml") {
        // What is wrong with the file itself is told by whoever reads it.
        if let Ok(drug) = library.drug(&id) {
            diagnostics.extend(of_drug(&drug, library));
        }
    }
    diagnostics.extend(of_interactions(library));
    diagnostics.extend(of_instruments(library));
    diagnostics.extend(of_designs(library));
    diagnostics
}

fn of_instruments(library: &Library) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut instruments: Vec<Instrument> = Vec::new();
    for id in library.stems("instruments", ".toml") {
        match library.instrument(&id) {
            Ok(instrument) => instruments.push(instrument),
            Err(wrong) => diagnostics.extend(wrong.into_iter().filter(|one| one.code == WRONG_LINK)),
        }
    }
    // An instrument that stands alone in its library has nothing to be linked to.
    let alone = instruments.len() < 2;
    for instrument in &instruments {
        let is_read_from = instruments
            .iter()
            .any(|other| other.kin.iter().any(|kin| kin.id == instrument.id));
        let says_so = instrument.link.is_some() || instrument.unlinked.is_some();
        if !alone && !is_read_from && !says_so {
            let message = format!("`instruments/{}.toml` is linked to no other", instrument.id);
            diagnostics.push(
                Diagnostic::error("L051", message)
                    .help("add `[link]`, or `unlinked = \"why\"` where no table is known"),
            );
        }
    }
    diagnostics
}

fn of_drug(drug: &Drug, library: &Library) -> Vec<Diagnostic> {
    let mut named: BTreeSet<&String> = drug.mechanism.iter().collect();
    for (_, route) in &drug.routes {
        named.extend(&route.models);
        named.extend(route.alternatives.iter().flat_map(|(_, other)| &other.models));
    }
    let absent = named
        .into_iter()
        .filter(|stem| library.text(&format!("models/{stem}.R")).is_none());
    absent
        .map(|stem| {
            let message = format!(
                "`drugs/{}.toml` names the model `{stem}`, which is not there",
                drug.id
            );
            let stems = library.stems("models", ".R");
            let diagnostic = Diagnostic::error("L041", message);
            match nearest(stem, stems.iter().map(String::as_str)) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help(format!("add `models/{stem}.R`")),
            }
        })
        .collect()
}

/// Arms of the evidence tables that `response/designs.toml` speaks of and that are not there.
fn of_designs(library: &Library) -> Vec<Diagnostic> {
    match library.evidence() {
        Ok(Some(evidence)) => Designs::of(&evidence, library).err().unwrap_or_default(),
        // What is wrong with the tables is told by whoever reads them.
        Ok(None) | Err(_) => Vec::new(),
    }
}

fn of_interactions(library: &Library) -> Vec<Diagnostic> {
    let interactions = match library.interactions() {
        Ok(interactions) => interactions,
        Err(diagnostics) => return diagnostics,
    };
    let factors: BTreeSet<&String> = interactions.iter().flat_map(|one| one.factors.keys()).collect();
    if factors.is_empty() {
        return Vec::new();
    }
    let asked = covariates(library);
    let unasked = factors.into_iter().filter(|factor| !asked.contains(*factor));
    unasked
        .map(|factor| {
            let message = format!("no model asks for the factor `{factor}` of `interactions.toml`");
            let diagnostic = Diagnostic::error("L042", message);
            match nearest(factor, asked.iter().map(String::as_str)) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help("remove it, or use it in a model"),
            }
        })
        .collect()
}

/// Names that any model leaves open.
fn covariates(library: &Library) -> BTreeSet<String> {
    let models = library
        .texts()
        .filter(|(path, _)| path.starts_with("models/"))
        .filter_map(|(_, text)| check::check(&syntax::parse(text).0).0);
    models
        .flat_map(|model| {
            let names: Vec<String> = model.covariates().iter().map(|one| one.name.clone()).collect();
            names
        })
        .collect()
}
