//! One drug in a terminal: which models each of its routes composes, in order, and where a dose enters.

use euthymia_therapy::drug::{Devices, Drug, InputKind, Route};
use euthymia_therapy::shelf::Entry;

use crate::lines::{Lines, Style};
use crate::terminal::Colour;

/// The drug with its routes; `entries` are the models of the library.
#[must_use]
pub fn drug(drug: &Drug, entries: &[Entry], width: usize, colour: Colour) -> String {
    let mut out = Lines {
        text: String::new(),
        width,
        colour,
    };
    out.rows(&[
        ("drug".to_owned(), drug.name.clone()),
        ("what".to_owned(), drug.description.clone()),
    ]);
    for caution in &drug.cautions {
        out.rows(&[("caution".to_owned(), caution.clone())]);
    }
    for (key, route) in &drug.routes {
        out.blank();
        out.line(&format!("{key}: {}", route.name), Style::Bold);
        composition(&mut out, route, entries);
        for (key, other) in &route.alternatives {
            let models = other.models.join(", ");
            out.paragraph(&format!("or {key} ({}): {models}", other.name), Style::Plain);
        }
    }
    if !drug.mechanism.is_empty() {
        out.blank();
        out.line(
            "composed when asked for, after the models of the route",
            Style::Bold,
        );
        let models: Vec<(String, String)> = drug
            .mechanism
            .iter()
            .map(|stem| described(stem, entries))
            .collect();
        out.rows(&models);
    }
    out.text
}

/// A model with what it is.
fn described(stem: &str, entries: &[Entry]) -> (String, String) {
    let entry = entries.iter().find(|entry| entry.name == stem);
    let what = entry.and_then(|entry| entry.model.description());
    (format!("  {stem}"), what.unwrap_or_default().to_owned())
}

fn composition(out: &mut Lines, route: &Route, entries: &[Entry]) {
    let models: Vec<(String, String)> = route.models.iter().map(|stem| described(stem, entries)).collect();
    if models.is_empty() {
        out.line(
            "  no model: only what a session leads patients to expect",
            Style::Plain,
        );
    }
    out.rows(&models);
    for input in &route.inputs {
        let devices = match input.devices {
            Devices::All => "",
            Devices::First => " of the first device",
            Devices::Later => " of every later device",
        };
        let how = match input.kind {
            InputKind::Bolus => "at once",
            InputKind::Infusion => "as an infusion",
            InputKind::ModelledDuration => "over a time that the model computes",
        };
        let told = format!(
            "  {} of the dose{devices} enters {} {how}",
            input.fraction, input.compartment
        );
        out.line(&told, Style::Dim);
    }
    for (name, value) in &route.constants {
        out.line(&format!("  {name} is {value}"), Style::Dim);
    }
}
