//! Occupancy of the NMDA receptor over the hours after one session, of the typical person of the library's kinetics.
//!
//! Sessions are computed one by one, and their curves may be added: where one begins before the other is gone (tablets, daily),
//! occupancies are a few hundredths, so that what is lost by adding them is a few hundredths of that.

use crate::course::DoseAmount;
use crate::drug::Drug;
use crate::events::{Plan, route_doses};
use crate::interaction;
use crate::library::Library;
use crate::simulate::SimulateError;
use crate::validation::{Compiled, Models, Scenario};
use euthymia_diagnostics::{Diagnostic, Span};
use euthymia_engine::Options;
use euthymia_model::compile::{CompileOptions, PerSubject, compile};

/// Name of the occupancy in the models.
pub(super) const OCCUPANCY: &str = "occupancy";

/// The typical person: every random effect 0, 75 kg, and as people of trials are in the middle.
const WEIGHT_KG: f64 = 75.0;
const PERSON: [(&str, f64); 7] = [
    ("WT", WEIGHT_KG),
    ("AGE", 45.0),
    ("FEMALE", 0.5),
    ("ASIAN", 0.0),
    ("JAPANESE", 0.0),
    ("HEPATIC", 0.0),
    ("CYP2B6_STAR6", 0.0),
];

/// Stretches of the grid: steps of so many minutes, until so many hours. It ends where even of a prolonged release next to
/// nothing is left.
const GRID: [(u32, u32); 4] = [(3, 4), (15, 12), (60, 48), (180, 96)];

/// One part of what is given in a session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Portion {
    /// When, h after the session begins.
    pub after_h: f64,
    /// How much.
    pub dose: DoseAmount,
    /// Over how long, h, where the route infuses; 0: at once.
    pub infusion_h: Option<f64>,
}

/// What is given in one session.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// The drug, as the library calls it.
    pub drug: String,
    /// Key of the route in its file.
    pub route: String,
    /// In parts, by time.
    pub portions: Vec<Portion>,
}

/// Occupancy after the beginning of one session: linear between the times, 0 after the last.
#[derive(Clone, Debug, PartialEq)]
pub struct Exposure {
    /// Times, h, from 0, increasing.
    pub times_h: Vec<f64>,
    /// Occupancy, 0 to 1.
    pub occupancy: Vec<f64>,
}

/// The grid of every [`Exposure`], h.
#[must_use]
pub fn grid_h() -> Vec<f64> {
    let mut minutes = vec![0];
    for (step, hours) in GRID {
        let mut at = minutes[minutes.len() - 1] + step;
        while at <= hours * 60 {
            minutes.push(at);
            at += step;
        }
    }
    minutes
        .into_iter()
        .map(|minute| f64::from(minute) / 60.0)
        .collect()
}

impl Exposure {
    /// Nothing reaches the receptor.
    #[must_use]
    pub fn none() -> Self {
        let times_h = grid_h();
        Self {
            occupancy: vec![0.0; times_h.len()],
            times_h,
        }
    }

    /// The area under the curve, h.
    #[must_use]
    pub fn area_h(&self) -> f64 {
        let steps = self.times_h.windows(2).zip(self.occupancy.windows(2));
        steps
            .map(|(time, value)| (time[1] - time[0]) * (value[0] + value[1]) / 2.0)
            .sum()
    }

    /// Computes it.
    ///
    /// # Errors
    /// The library has no such drug or route, or its models do not tell the occupancy.
    pub fn of(given: &Given, library: &Library, options: &Options) -> Result<Self, SimulateError> {
        let drug = library.drug(&given.drug).map_err(SimulateError::Files)?;
        let Some(route) = drug.route(&given.route) else {
            let message = format!("`{}` has no route `{}`", given.drug, given.route);
            return Err(SimulateError::Files(vec![Diagnostic::error("L001", message)]));
        };
        if route.constants.get(OCCUPANCY) == Some(&0.0) {
            return Ok(Self::none());
        }
        let models = Models::of(route, &drug, library).map_err(SimulateError::Files)?;
        let reading = models.named(OCCUPANCY).ok_or_else(|| {
            let message = format!(
                "no model of {} by `{}` tells `{OCCUPANCY}`",
                drug.name, given.route
            );
            SimulateError::Files(vec![Diagnostic::error("L024", message)])
        })?;
        let model = models
            .composed(std::iter::once(&reading))
            .map_err(SimulateError::Files)?;
        let dosed = route.inputs.iter().map(|input| input.compartment.clone());
        let program = compile(
            &model,
            &CompileOptions {
                outputs: Some(vec![OCCUPANCY.to_owned()]),
                per_subject: PerSubject::Only(
                    model
                        .covariates()
                        .iter()
                        .map(|covariate| covariate.name.clone())
                        .collect(),
                ),
                dosed: Some(dosed.collect()),
                ..CompileOptions::default()
            },
        )?;
        let factors = interaction::together(&library.interactions().map_err(SimulateError::Files)?, &[]);
        let person = PERSON.iter().map(|(name, value)| ((*name).to_owned(), *value));
        let scenario = Scenario {
            structure: 0,
            characteristics: person.chain(factors).collect(),
            weight_kg: WEIGHT_KG,
            plan: plan(given, &drug),
            doses_h: vec![0.0],
            total_mg: 0.0,
        };
        let compiled = Compiled {
            program,
            draws: Vec::new(),
            count: 0,
        };
        let names = [OCCUPANCY.to_owned()];
        let curves = scenario.people(&compiled, 1, grid_h(), &names, options)?;
        let occupancy = curves.sum(&[(OCCUPANCY.to_owned(), 1.0)], 0);
        Ok(Self {
            occupancy: occupancy.ok_or(SimulateError::NoPatients)?,
            times_h: curves.times_h,
        })
    }
}

fn plan(given: &Given, drug: &Drug) -> Plan {
    let treatment = |portion: &Portion| crate::course::Treatment {
        drug: drug.clone(),
        route: given.route.clone(),
        structure: None,
        dose: Some(portion.dose),
        infusion_h: portion.infusion_h,
        times_h: vec![portion.after_h],
        schedule: String::new(),
        span: Span::default(),
    };
    let Some(route) = drug.route(&given.route) else {
        return Vec::new();
    };
    let mut plan: Plan = given
        .portions
        .iter()
        .flat_map(|portion| route_doses(&treatment(portion), route))
        .collect();
    plan.sort_by(|a, b| a.time_h.total_cmp(&b.time_h));
    plan
}
