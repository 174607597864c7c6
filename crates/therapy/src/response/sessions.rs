//! The sessions of an arm: when, and what is given in each.

use super::arms::Maker;
use super::design::{Kind, Session};
use super::exposure::{Given, OCCUPANCY, Portion};
use super::facts::{Fact, GivenFact};
use crate::course::DoseAmount;
use crate::drug::Route;
use crate::events::devices;
use euthymia_evidence::{Arm, DoseUnit, session_times};

impl Maker<'_> {
    /// The sessions, by time.
    pub(super) fn sessions(&mut self, arm: &Arm, fact: &Fact) -> Result<Vec<Session>, String> {
        let as_columns = [GivenFact::default()];
        let all = if fact.given.is_empty() {
            &as_columns[..]
        } else {
            &fact.given
        };
        let mut sessions = Vec::new();
        for given in all {
            let word = given.drug.as_ref().unwrap_or(&arm.drug);
            let kind = self.kind(word)?;
            if !kind.has_sessions() {
                continue;
            }
            let times_h = self.times_h(arm, given)?;
            let regimens = if kind == Kind::Drug {
                self.dosing(arm, given, word)?
            } else {
                vec![]
            };
            sessions.extend(times_h.iter().enumerate().map(|(at, time)| Session {
                time_h: given.start_h + time,
                kind,
                // The first of a flexible course may differ from the others.
                regimen: regimens.get(at).or(regimens.last()).copied(),
                attended: !fact.at_home.unwrap_or(false),
            }));
        }
        sessions.sort_by(|a, b| a.time_h.total_cmp(&b.time_h));
        if let Some(pair) = sessions.windows(2).find(|pair| pair[0].time_h == pair[1].time_h) {
            return Err(format!("two sessions at {} h", pair[0].time_h));
        }
        Ok(sessions)
    }

    fn times_h(&mut self, arm: &Arm, given: &GivenFact) -> Result<Vec<f64>, String> {
        if let Some(times_h) = &given.times_h {
            return Ok(times_h.clone());
        }
        let of_columns = arm.schedule_text.as_deref().unwrap_or_default();
        let (words, count) = match &given.schedule {
            Some(words) => (words.as_str(), None),
            None => (of_columns, arm.n_doses),
        };
        let times = session_times(words, count)?;
        if let Some(assumed) = times.assumed {
            self.assume(assumed.to_owned());
        }
        Ok(times.times_h)
    }

    /// What is given in the first session and in those after it, as places among the regimens.
    fn dosing(&mut self, arm: &Arm, given: &GivenFact, word: &str) -> Result<Vec<usize>, String> {
        // Only drugs of the library are of this kind.
        let drug = self
            .drugs
            .get(word)
            .ok_or_else(|| format!("the library has no drug `{word}`"))?;
        let key = given
            .route
            .as_deref()
            .or(arm.route.map(euthymia_evidence::Route::word))
            .ok_or("the route is not told")?;
        let route = drug
            .route(key)
            .ok_or_else(|| format!("the library has no route `{key}` of {}", drug.name))?;
        if route.constants.get(OCCUPANCY) == Some(&0.0) {
            return Err(format!(
                "{} does nothing to the receptor, and the response model knows no other way",
                drug.name
            ));
        }
        let infusion_h = self.infusion_h(arm, given, route)?;
        let portions = |dose| {
            vec![Portion {
                after_h: 0.0,
                dose,
                infusion_h,
            }]
        };
        let sessions: Vec<Vec<Portion>> = if given.portions.is_empty() {
            let doses = match given.dose {
                Some(dose) => vec![dose],
                None => self.doses(arm)?,
            };
            doses.into_iter().map(portions).collect()
        } else {
            let parts = given.portions.iter().map(|part| Portion {
                after_h: part.after_h,
                dose: part.dose,
                infusion_h: part.infusion_h.or(infusion_h).filter(|_| route.infuses()),
            });
            vec![parts.collect()]
        };
        for portion in sessions.iter().flatten() {
            fits_device(portion.dose, route)?;
        }
        Ok(sessions
            .into_iter()
            .map(|portions| {
                self.regimen(Given {
                    drug: word.to_owned(),
                    route: key.to_owned(),
                    portions,
                })
            })
            .collect())
    }

    fn infusion_h(&mut self, arm: &Arm, given: &GivenFact, route: &Route) -> Result<Option<f64>, String> {
        if !route.infuses() || !given.portions.is_empty() {
            return Ok(None);
        }
        let told = given
            .infusion_h
            .or_else(|| arm.infusion_min.map(|minutes| minutes / 60.0));
        if told.is_some() {
            return Ok(told);
        }
        let usual = route.infusion_h.ok_or("the time of the infusion is not told")?;
        self.assume(format!(
            "the time of the infusion is not told; {} is taken",
            crate::definition::duration(usual)
        ));
        Ok(Some(usual))
    }

    /// The doses of the columns: of the first session, and of those after it where a range was allowed.
    fn doses(&mut self, arm: &Arm) -> Result<Vec<DoseAmount>, String> {
        let dose = arm.dose.ok_or("the dose is not told")?;
        let amount = |value| match dose.unit {
            DoseUnit::Milligram => DoseAmount::Fixed(value),
            DoseUnit::MilligramPerKilogram => DoseAmount::PerWeight(value),
        };
        if dose.minimum == dose.maximum {
            return Ok(vec![amount(dose.minimum)]);
        }
        self.assume(format!(
            "{} to {} {} was allowed: the lowest in the first session and the highest afterwards are taken",
            dose.minimum,
            dose.maximum,
            dose.unit.word()
        ));
        Ok(vec![amount(dose.minimum), amount(dose.maximum)])
    }

    fn regimen(&mut self, given: Given) -> usize {
        match self.regimens.iter().position(|known| *known == given) {
            Some(at) => at,
            None => {
                self.regimens.push(given);
                self.regimens.len() - 1
            }
        }
    }
}

/// A device holds what it holds: a dose that is no multiple of it, or one by weight, was not given with it.
fn fits_device(dose: DoseAmount, route: &Route) -> Result<(), String> {
    let Some(device) = route.device else {
        return Ok(());
    };
    match dose {
        DoseAmount::Fixed(mg) if devices(mg, device.content_mg).is_some() => Ok(()),
        DoseAmount::Fixed(mg) => Err(format!("{mg} mg is no multiple of {} mg", device.content_mg)),
        DoseAmount::PerWeight(_) => Err("a device does not dose by weight".to_owned()),
    }
}
