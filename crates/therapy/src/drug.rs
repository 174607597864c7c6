//! Drugs: what they are made of, and which model and which compartments each route uses.
//!
//! A drug comes from `library/drugs/*.toml` (see [`read`]). Whatever the simulation knows of a drug is in that file.

mod read;

pub use read::read;

use crate::course::Blinding;
use euthymia_diagnostics::Source;
use std::collections::BTreeMap;

/// A drug or a control.
#[derive(Clone, Debug)]
pub struct Drug {
    /// Identifier: the stem of its file (`racemic-ketamine`).
    pub id: String,
    /// Name in running text.
    pub name: String,
    /// Whether a dose of it means anything to the models.
    pub kind: DrugKind,
    /// What it is, in a sentence.
    pub description: String,
    /// What it is made of; fractions of the dose that add up to 1.
    pub moieties: Vec<Moiety>,
    /// What one session does to the patient's expectation.
    pub expectancy: Expectancy,
    /// Routes by their key (`iv`), in the order of the file.
    pub routes: Vec<(String, Route)>,
    /// What a reader must know before believing a run with it.
    pub cautions: Vec<String>,
    /// The file it came from.
    pub source: Source,
}

/// Active drug or control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrugKind {
    /// It has an exposure model.
    Active,
    /// It is given for comparison and has none.
    Control,
}

/// A part of a drug.
#[derive(Clone, Debug, PartialEq)]
pub struct Moiety {
    /// Name (`S-ketamine`).
    pub name: String,
    /// Fraction of the dose.
    pub fraction: f64,
    /// Molar mass, g/mol.
    pub molar_mass_g_per_mol: f64,
}

/// Amount that each session doses into the compartment `expectancy`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expectancy {
    /// The patient knows the drug.
    pub open_label: f64,
    /// Blinded as trials are.
    pub double_blind: f64,
    /// The patient cannot feel it.
    pub masked: f64,
}

impl Expectancy {
    /// The amount for a setting.
    #[must_use]
    pub fn under(&self, blinding: Blinding) -> f64 {
        match blinding {
            Blinding::OpenLabel => self.open_label,
            Blinding::DoubleBlind => self.double_blind,
            Blinding::Masked => self.masked,
        }
    }
}

/// How a drug is given.
#[derive(Clone, Debug)]
pub struct Route {
    /// Name in running text (`intravenous`).
    pub name: String,
    /// Stems of the model files, in the order of composition.
    pub models: Vec<String>,
    /// Values for names that no model of the list defines.
    pub constants: BTreeMap<String, f64>,
    /// Duration of an infusion when the course names none, h.
    pub infusion_h: Option<f64>,
    /// Device, where the dose comes in devices.
    pub device: Option<Device>,
    /// Compartments that a dose enters.
    pub inputs: Vec<RouteInput>,
}

impl Route {
    /// Whether a dose by this route runs in over a time that the course may choose.
    #[must_use]
    pub fn infuses(&self) -> bool {
        self.inputs.iter().any(|input| input.kind == InputKind::Infusion)
    }
}

/// A device with a fixed content, such as a nasal spray.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Device {
    /// Content, mg.
    pub content_mg: f64,
    /// Time from one device to the next, h.
    pub spacing_h: f64,
}

/// One compartment that a dose enters.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteInput {
    /// Compartment of the model.
    pub compartment: String,
    /// Fraction of the dose (of one device, where there are devices).
    pub fraction: f64,
    /// How it enters.
    pub kind: InputKind,
    /// Which devices of a session it takes.
    pub devices: Devices,
}

/// How a dose enters a compartment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// All at once.
    Bolus,
    /// At a constant rate over the infusion time of the course.
    Infusion,
    /// At a constant rate over a time that the model computes.
    ModelledDuration,
}

/// Which devices of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Devices {
    /// Every one.
    All,
    /// The first.
    First,
    /// All but the first.
    Later,
}

impl Drug {
    /// The route with this key.
    #[must_use]
    pub fn route(&self, key: &str) -> Option<&Route> {
        self.routes
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, route)| route)
    }
}
