//! Drugs: what they are made of, and which model and which compartments each route uses.
//!
//! A drug comes from `library/drugs/*.toml` (see [`read`]). Whatever the simulation knows of a drug is in that file.

mod read;
mod route;

pub use read::read;

use euthymia_diagnostics::Source;
use std::collections::BTreeMap;

/// A drug or a control.
#[derive(Clone, Debug)]
pub struct Drug {
    /// Identifier: the stem of its file (`racemic-ketamine`).
    pub id: String,
    /// Name in running text.
    pub name: String,
    /// Whether it is given for what it does, or for comparison.
    pub kind: DrugKind,
    /// What it is, in a sentence.
    pub description: String,
    /// What it is made of; fractions of the dose that add up to 1.
    pub moieties: Vec<Moiety>,
    /// What being given it does to the patient's expectation.
    pub expectancy: Expectancy,
    /// Routes by their key (`iv`), in the order of the file.
    pub routes: Vec<(String, Route)>,
    /// Stems of the model files of what the drug sets going beyond its target, in the order of composition. They join
    /// a course only where it asks for one of their outputs, or for all of them.
    pub mechanism: Vec<String>,
    /// What a reader must know before believing a run with it.
    pub cautions: Vec<String>,
    /// The file it came from.
    pub source: Source,
}

/// Active drug or control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrugKind {
    /// It is given for what it does.
    Active,
    /// It is given for comparison: what it does to the score is what its sessions lead patients to expect.
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

/// What being given it does to the patient's expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectancy {
    /// Whether people come for it: each attended session doses 1 into the compartment `expectancy`. Tablets at home do not.
    pub session: bool,
    /// What people feel of it, who are not told what it is.
    pub felt: Felt,
}

/// What people feel of what they are given, from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Felt {
    /// Nothing.
    Inactive,
    /// Something, as of an active control.
    Active,
    /// What the drug does.
    Drug,
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
    /// Other published structures that serve this route, by the key that `--pk` names, in the order of the file.
    pub alternatives: Vec<(String, Alternative)>,
}

/// Another published structure of the kinetics behind a route.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// Name in running text (`Otto 2021, venous`).
    pub name: String,
    /// Stems of the model files, in the order of composition.
    pub models: Vec<String>,
    /// Values for names that no model of the list defines.
    pub constants: BTreeMap<String, f64>,
    /// Compartments that a dose enters.
    pub inputs: Vec<RouteInput>,
}

impl Route {
    /// The alternative with this key.
    #[must_use]
    pub fn alternative(&self, key: &str) -> Option<&Alternative> {
        self.alternatives
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, alternative)| alternative)
    }

    /// This route served by the structure with this key instead of its own.
    #[must_use]
    pub fn served_by(&self, key: &str) -> Option<Self> {
        let alternative = self.alternative(key)?.clone();
        Some(Self {
            models: alternative.models,
            constants: alternative.constants,
            inputs: alternative.inputs,
            ..self.clone()
        })
    }

    /// Whether a dose reaches a model.
    #[must_use]
    pub fn is_modelled(&self) -> bool {
        !self.inputs.is_empty()
    }

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
