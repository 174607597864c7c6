//! What laboratories measure: `library/moieties.toml`, a table for each drug, part of a drug and metabolite whose name in the
//! models is not its own. Validation reads from it which variable of the models stands for a moiety, and with which molar mass
//! units are converted.

use crate::course::quantity::{MOLAR_MASS, provenance, required};
use crate::drug;
use euthymia_diagnostics::Diagnostic;
use euthymia_document::{Document, Reader};
use euthymia_units::{Quantity, Unit};
use serde::Serialize;

/// A drug, one of its parts, or a metabolite.
#[derive(Clone, Debug, PartialEq)]
pub struct Moiety {
    /// The word of the files (`s-ketamine`).
    pub id: String,
    /// Name in running text; that of the moieties of drugs.
    pub name: String,
    /// Drug or metabolite.
    pub class: Class,
    /// Molar mass.
    pub molar_mass: Quantity,
    /// Its concentration in the models.
    pub output: String,
    /// Its concentration in blood from a vein, where models tell it apart from that of an artery.
    pub venous: Option<String>,
    /// Words of the moieties whose sum it is, where no model reports it as such.
    pub parts: Vec<String>,
}

impl Moiety {
    /// The moiety of a drug of which nothing else is told: the models call it by its name.
    pub(crate) fn of_drug(moiety: &drug::Moiety) -> Self {
        let id = moiety.name.to_lowercase().replace(' ', "-");
        Self {
            name: moiety.name.clone(),
            class: Class::Parent,
            molar_mass: Quantity::new(moiety.molar_mass_g_per_mol, gram_per_mole()),
            output: id.replace('-', "_"),
            venous: None,
            parts: Vec::new(),
            id,
        }
    }
}

fn gram_per_mole() -> Unit {
    // The unit is known; a bare number would be refused where units are converted.
    Unit::parse("g/mol").unwrap_or(Unit::BARE)
}

/// Drug or metabolite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// What is given, or a part of it.
    Parent,
    /// What becomes of it.
    Metabolite,
}

const CLASSES: [(&str, Class); 2] = [("parent", Class::Parent), ("metabolite", Class::Metabolite)];

/// Reads the file: the moieties in its order.
#[must_use]
pub fn read(document: &Document) -> (Option<Vec<Moiety>>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
    let keys: Vec<&str> = document
        .root
        .entries
        .iter()
        .map(|entry| entry.key.as_str())
        .collect();
    let words: Vec<(&str, &str)> = keys.iter().map(|key| (*key, *key)).collect();
    let moieties = reader.each_other(|id, item| item.table(|table| moiety(id, table, &words)));
    reader.finish();
    (Some(moieties), diagnostics)
}

fn moiety(id: &str, reader: &mut Reader<'_, '_>, words: &[(&str, &str)]) -> Option<Moiety> {
    let _ = provenance(reader);
    let name = reader.required_string("name");
    let class = reader.required_choice("class", &CLASSES);
    let molar_mass = required(reader, "molar_mass", &MOLAR_MASS, "g/mol");
    let output = reader.required_string("output");
    let venous_given = reader.has("venous");
    let venous = reader.optional_string("venous");
    let given = reader.has("parts");
    let parts = reader.optional_array("parts", |item| item.choice(words).map(str::to_owned));
    let parts = if given { parts? } else { Vec::new() };
    Some(Moiety {
        id: id.to_owned(),
        name: name?,
        class: class?,
        molar_mass: Quantity::new(molar_mass?, gram_per_mole()),
        output: output?,
        venous: if venous_given { Some(venous?) } else { None },
        parts,
    })
}
