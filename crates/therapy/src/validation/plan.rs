//! What has to be computed for some rows: which structures serve each, which scenarios they share, and why some rows are
//! served by none.

use super::predict;
use super::scenario::{Asked, Scenario, milligrams};
use super::structure::{self, Models, Reading, Structure};
use super::study::{Analyte, Given, Measure, Observation, Sampling, Study, Subject};
use crate::drug::Drug;
use crate::events;
use crate::library::Library;
use crate::moiety::Moiety;
use euthymia_diagnostics::Diagnostic;

/// A structure of a route, ready to be composed.
pub(crate) struct Bench {
    drug: String,
    route: String,
    pub(crate) structure: Structure,
    pub(crate) models: Models,
    /// What rows read from it.
    pub(crate) readings: Vec<Reading>,
}

/// A prediction to make.
pub(crate) struct Task {
    /// Which study and which of its observations.
    pub(crate) row: (usize, usize),
    pub(crate) main: Sided,
    pub(crate) against: Option<Sided>,
}

/// One treatment of a task.
pub(crate) struct Sided {
    pub(crate) scenario: usize,
    pub(crate) bench: usize,
    pub(crate) what: Reading,
    pub(crate) over: Option<Reading>,
    /// Part of the dose that is the moiety.
    pub(crate) share: Option<f64>,
}

/// Who was observed, and where blood was taken.
type Person<'p> = (&'p Subject, Sampling);

/// Everything to compute.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) benches: Vec<Bench>,
    pub(crate) scenarios: Vec<(Scenario, Asked)>,
    pub(crate) tasks: Vec<Task>,
    /// Rows that nothing serves, and why.
    pub(crate) unserved: Vec<((usize, usize), String)>,
}

impl Plan {
    /// Plans the rows of some studies that are wanted.
    pub(crate) fn new(
        studies: &[Study],
        wanted: impl Fn(&Study, &Observation) -> bool,
        library: &Library,
        moieties: &[Moiety],
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut plan = Self::default();
        for (at, study) in studies.iter().enumerate() {
            for (number, observation) in study.observations.iter().enumerate() {
                if wanted(study, observation) {
                    plan.row(
                        (at, number),
                        (&study.subject, study.sampling),
                        observation,
                        library,
                        moieties,
                    )?;
                }
            }
        }
        Ok(plan)
    }

    fn row(
        &mut self,
        row: (usize, usize),
        person: Person<'_>,
        observation: &Observation,
        library: &Library,
        moieties: &[Moiety],
    ) -> Result<(), Vec<Diagnostic>> {
        let main = self.benches_of(&observation.given, library)?;
        let against = match &observation.against {
            Some(given) => Some(self.benches_of(given, library)?),
            None => None,
        };
        let mut why = None;
        let mut served = false;
        for bench in main {
            if !self.tests(bench, observation) {
                continue;
            }
            let side = self.sided(bench, person, observation, &observation.given, moieties);
            let other = match (&observation.against, &against) {
                (Some(given), Some(benches)) => {
                    let key = &self.benches[bench].structure.key;
                    let same = benches.iter().find(|at| self.benches[**at].structure.key == *key);
                    match same {
                        Some(at) => self.sided(*at, person, observation, given, moieties).map(Some),
                        None => Err("it does not serve the other treatment".to_owned()),
                    }
                }
                _ => Ok(None),
            };
            match (side, other) {
                (Ok(main), Ok(against)) => {
                    served = true;
                    self.tasks.push(Task { row, main, against });
                }
                (Err(reason), _) | (_, Err(reason)) => why = why.or(Some(reason)),
            }
        }
        if !served {
            let why = why.unwrap_or_else(|| "no structure of this route is among its `tests`".to_owned());
            self.unserved.push((row, why));
        }
        Ok(())
    }

    /// The benches of the structures of a treatment's route.
    fn benches_of(&mut self, given: &Given, library: &Library) -> Result<Vec<usize>, Vec<Diagnostic>> {
        let drug = &given.treatment.drug;
        let Some(route) = drug.route(&given.treatment.route) else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for structure in structure::of_route(route) {
            let same = |bench: &Bench| {
                bench.drug == drug.id
                    && bench.route == given.treatment.route
                    && bench.structure.key == structure.key
            };
            let at = match self.benches.iter().position(same) {
                Some(at) => at,
                None => {
                    self.benches.push(Bench {
                        drug: drug.id.clone(),
                        route: given.treatment.route.clone(),
                        models: Models::of(&structure.route, drug, library)?,
                        structure,
                        readings: Vec::new(),
                    });
                    self.benches.len() - 1
                }
            };
            found.push(at);
        }
        Ok(found)
    }

    /// Whether a row is to be compared with a structure.
    fn tests(&self, bench: usize, observation: &Observation) -> bool {
        let bench = &self.benches[bench];
        let named =
            |name: &String| bench.structure.key.as_ref() == Some(name) || bench.models.stems().contains(name);
        observation.tests.is_empty() || observation.tests.iter().any(named)
    }

    /// One treatment with one structure, or why the structure cannot serve it.
    fn sided(
        &mut self,
        at: usize,
        person: Person<'_>,
        observation: &Observation,
        given: &Given,
        moieties: &[Moiety],
    ) -> Result<Sided, String> {
        let bench = &self.benches[at];
        let read = |what: &Analyte| {
            let reading = bench.models.reading(what, person.1, moieties);
            reading.ok_or_else(|| format!("no model of this route computes `{}`", what.id()))
        };
        let what = read(&observation.what)?;
        let over = match &observation.measure {
            Measure::MetaboliteRatio { over } => Some(read(&Analyte::Moiety(over.clone()))?),
            _ => None,
        };
        let (subject, _) = person;
        let mut characteristics = subject.characteristics.clone();
        serve(given, &bench.models, &what, &mut characteristics)?;
        let treatment = &given.treatment;
        let scenario = Scenario {
            structure: at,
            characteristics,
            weight_kg: subject.weight_kg,
            plan: events::route_doses(treatment, &bench.structure.route),
            doses_h: treatment.times_h.clone(),
            total_mg: milligrams(treatment.dose, subject.weight_kg) * treatment.times_h.len() as f64,
        };
        let share = match &observation.what {
            Analyte::Moiety(moiety) => share(&treatment.drug, moiety, moieties),
            Analyte::Effect(_) => None,
        };
        let number = self.scenario(scenario, observation, [Some(&what), over.as_ref()]);
        let bench = &mut self.benches[at];
        for reading in [Some(&what), over.as_ref()].into_iter().flatten() {
            if !bench.readings.contains(reading) {
                bench.readings.push(reading.clone());
            }
        }
        Ok(Sided {
            scenario: number,
            bench: at,
            what,
            over,
            share,
        })
    }

    /// The scenario among those to run, with what the observation asks of it.
    fn scenario(
        &mut self,
        scenario: Scenario,
        observation: &Observation,
        readings: [Option<&Reading>; 2],
    ) -> usize {
        let at = match self.scenarios.iter().position(|(known, _)| *known == scenario) {
            Some(at) => at,
            None => {
                self.scenarios.push((scenario, Asked::default()));
                self.scenarios.len() - 1
            }
        };
        let asked = &mut self.scenarios[at].1;
        asked.times_h.extend(predict::times_h(observation));
        if predict::to_the_end(observation) {
            for reading in readings.into_iter().flatten() {
                if !asked.whole.contains(reading) {
                    asked.whole.push(reading.clone());
                }
            }
        }
        at
    }
}

/// Adds what drugs taken beside change. A structure that does not ask for it cannot serve the treatment, and neither one that
/// knows nothing of what is special about the person.
fn serve(
    given: &Given,
    models: &Models,
    what: &Reading,
    characteristics: &mut Vec<(String, f64)>,
) -> Result<(), String> {
    for one in &given.interactions {
        if !one.factors.keys().any(|name| models.asks_for(name, what)) {
            return Err(format!("it knows nothing of {}", one.name));
        }
    }
    for (name, special) in SPECIAL {
        let is_so = characteristics
            .iter()
            .any(|(own, value)| own == name && *value != 0.0);
        if is_so && !models.asks_for(name, what) {
            return Err(format!("it knows nothing of {special}"));
        }
    }
    let factors = given.factors.iter();
    characteristics.extend(factors.map(|(name, value)| (name.clone(), *value)));
    Ok(())
}

/// Characteristics without which a person is like others, and what they are.
const SPECIAL: [(&str, &str); 2] = [
    ("HEPATIC", "hepatic impairment"),
    ("CYP2B6_STAR6", "the genotype of CYP2B6"),
];

/// Part of a dose of the drug that is a moiety or the parts of it.
fn share(drug: &Drug, moiety: &Moiety, moieties: &[Moiety]) -> Option<f64> {
    let held = |name: &str| drug.moieties.iter().find(|own| own.name == name);
    if let Some(own) = held(&moiety.name) {
        return Some(own.fraction);
    }
    let parts = moiety.parts.iter().filter_map(|id| {
        let part = moieties.iter().find(|part| part.id == *id)?;
        Some(held(&part.name)?.fraction)
    });
    let fractions: Vec<f64> = parts.collect();
    (!fractions.is_empty()).then(|| fractions.iter().sum())
}
