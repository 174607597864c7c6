//! The structures that can serve a treatment: the composition of its route, and the other published ones beside it.

use super::study::{Analyte, Sampling};
use crate::assembly::checked;
use crate::drug::{Drug, Route};
use crate::library::Library;
use crate::moiety::Moiety;
use euthymia_diagnostics::Diagnostic;
use euthymia_model::{Model, compose};

/// One way to compute what a route does.
#[derive(Clone, Debug)]
pub(crate) struct Structure {
    /// Key of an alternative; of the route's own composition none.
    pub(crate) key: Option<String>,
    /// The route with the models of this structure.
    pub(crate) route: Route,
}

/// The structures of a route with their keys: its own composition first.
pub(crate) fn structures(route: &Route) -> impl Iterator<Item = (Option<&str>, Route)> {
    let others = route.alternatives.iter();
    let served = others.filter_map(|(key, _)| Some((Some(key.as_str()), route.served_by(key)?)));
    std::iter::once((None, route.clone())).chain(served)
}

/// Keys of the alternatives of a route.
pub(crate) fn keys(route: &Route) -> impl Iterator<Item = String> {
    structures(route).filter_map(|(key, _)| key.map(str::to_owned))
}

/// The structures of a route: its own composition first.
pub(crate) fn of_route(route: &Route) -> impl Iterator<Item = Structure> {
    structures(route).map(|(key, route)| Structure {
        key: key.map(str::to_owned),
        route,
    })
}

/// What a model of arterial blood says of its `sampling`.
const ARTERIAL: &str = "arterial plasma";

/// The models of a structure, each parsed and checked, in the order of composition.
#[derive(Clone, Debug)]
pub(crate) struct Models {
    stems: Vec<String>,
    models: Vec<Model>,
    constants: Vec<(String, f64)>,
}

/// How something that is measured is read from a composition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Names in the models; their sum is meant.
    pub(crate) names: Vec<String>,
    /// Stems of the models that answer for it.
    pub(crate) answerable: Vec<String>,
    /// How many of the models have to be composed.
    depth: usize,
}

impl Models {
    /// The models of a route, then those of what the drug sets going.
    pub(crate) fn of(route: &Route, drug: &Drug, library: &Library) -> Result<Self, Vec<Diagnostic>> {
        let mut stems = route.models.clone();
        let mechanism = drug.mechanism.iter().filter(|stem| !route.models.contains(stem));
        stems.extend(mechanism.cloned());
        let mut models = Vec::new();
        for stem in &stems {
            models.push(checked(&format!("models/{stem}.R"), library)?);
        }
        Ok(Self {
            stems,
            models,
            constants: route
                .constants
                .iter()
                .map(|(name, value)| (name.clone(), *value))
                .collect(),
        })
    }

    /// Stems of the models that these are.
    pub(crate) fn stems(&self) -> &[String] {
        &self.stems
    }

    /// The model that computes a name.
    fn definer(&self, name: &str) -> Option<usize> {
        self.models.iter().position(|model| {
            let is_variable = model
                .variables()
                .iter()
                .any(|variable| variable.reported && variable.name == name);
            is_variable || model.compartments().iter().any(|state| state.name == name)
        })
    }

    /// Whether every part of a moiety is closed with a constant: what adds them up computes nothing.
    fn is_left_out(&self, moiety: &Moiety, moieties: &[Moiety]) -> bool {
        let mut parts = moiety
            .parts
            .iter()
            .filter_map(|id| moieties.iter().find(|part| part.id == *id));
        let closed = |part: &Moiety| self.definer(&part.output).is_none() && self.is_closed(&part.output);
        !moiety.parts.is_empty() && parts.all(closed)
    }

    fn is_closed(&self, name: &str) -> bool {
        self.constants.iter().any(|(closed, _)| closed == name)
    }

    /// How an analyte is read here; nothing where no model computes it. Of blood from a vein, or from nobody says where, the
    /// venous concentration is meant, where the models have arterial blood and tell it apart.
    pub(crate) fn reading(&self, what: &Analyte, sampling: Sampling, moieties: &[Moiety]) -> Option<Reading> {
        match what {
            Analyte::Effect(name) => self.named(name),
            Analyte::Moiety(moiety) => {
                let own = self.concentration(moiety, moieties)?;
                let seen = sampling.may_be_venous() && self.is_arterial(&own);
                let venous = moiety.venous.as_deref().filter(|_| seen);
                let Some(mut venous) = venous.and_then(|name| self.named(name)) else {
                    return Some(own);
                };
                venous.answerable.splice(0..0, own.answerable);
                Some(venous)
            }
        }
    }

    /// Whether the models behind a concentration say that it is that of arterial blood.
    fn is_arterial(&self, own: &Reading) -> bool {
        let mut behind = self.stems.iter().zip(&self.models);
        behind.any(|(stem, model)| {
            let site = model.text("sampling");
            own.answerable.contains(stem) && site == Some(ARTERIAL)
        })
    }

    /// How the concentration of a moiety is read.
    fn concentration(&self, moiety: &Moiety, moieties: &[Moiety]) -> Option<Reading> {
        if self.is_left_out(moiety, moieties) {
            return None;
        }
        let parts = self.parts(moiety, moieties);
        let Some(own) = self.named(&moiety.output) else {
            return parts;
        };
        // Who adds up two concentrations does not answer for them.
        let answerable = parts.map_or_else(|| own.answerable.clone(), |parts| parts.answerable);
        Some(Reading { answerable, ..own })
    }

    /// How a name of the models is read.
    pub(crate) fn named(&self, name: &str) -> Option<Reading> {
        let at = self.definer(name)?;
        Some(Reading {
            names: vec![name.to_owned()],
            answerable: vec![self.stems[at].clone()],
            depth: at + 1,
        })
    }

    /// The sum of the parts of a moiety, of which every one is computed or closed with a constant.
    fn parts(&self, moiety: &Moiety, moieties: &[Moiety]) -> Option<Reading> {
        let mut sum = Reading {
            names: Vec::new(),
            answerable: Vec::new(),
            depth: 0,
        };
        for id in &moiety.parts {
            let part = moieties.iter().find(|part| part.id == *id)?;
            match self.named(&part.output) {
                Some(one) => {
                    sum.names.extend(one.names);
                    for stem in one.answerable {
                        if !sum.answerable.contains(&stem) {
                            sum.answerable.push(stem);
                        }
                    }
                    sum.depth = sum.depth.max(one.depth);
                }
                None if self.is_closed(&part.output) => {}
                None => return None,
            }
        }
        (!sum.names.is_empty()).then_some(sum)
    }

    /// One model of as many as some readings need.
    pub(crate) fn composed<'r>(
        &self,
        readings: impl Iterator<Item = &'r Reading>,
    ) -> Result<Model, Vec<Diagnostic>> {
        let depth = readings.map(|reading| reading.depth).max().unwrap_or(0);
        let constants: Vec<(&str, f64)> = self
            .constants
            .iter()
            .map(|(name, value)| (name.as_str(), *value))
            .collect();
        let (model, diagnostics) = compose::compose(&self.models[..depth], &constants);
        model.ok_or(diagnostics)
    }

    /// Whether the equations behind a reading ask for a characteristic.
    pub(crate) fn asks_for(&self, name: &str, reading: &Reading) -> bool {
        let mut covariates = self.models[..reading.depth].iter().flat_map(Model::covariates);
        covariates.any(|covariate| covariate.name == name)
    }
}
