//! From the rows of the evidence tables, and what `designs.toml` adds to them, to the designs of all arms.

use super::design::{ArmDesign, Background, Baseline, Blinding, Kind, Refused, Session, Therapy};
use super::exposure::{Exposure, Given, OCCUPANCY, Portion};
use super::facts::{self, Fact, Facts, GivenFact, StudyFacts};
use crate::course::{Antidepressant, DoseAmount};
use crate::drug::{Drug, DrugKind, Route};
use crate::events::devices;
use crate::library::Library;
use crate::lint::{GRADES, Grade};
use crate::simulate::SimulateError;
use euthymia_diagnostics::{Diagnostic, nearest};
use euthymia_engine::Options;
use euthymia_evidence::{Arm, Design, DoseUnit, Evidence, Study, TimeBasis, session_times};
use std::collections::BTreeMap;

/// The file of facts in the library.
const FACTS: &str = "response/designs.toml";

/// The designs of all arms of the tables.
#[derive(Clone, Debug, Default)]
pub struct Designs {
    /// Those that the response model can use, in the order of the table.
    pub arms: Vec<ArmDesign>,
    /// Those that it cannot.
    pub refused: Vec<Refused>,
    /// What is given in one session, each once; sessions name one by its place.
    pub regimens: Vec<Given>,
}

impl Designs {
    /// The designs of all arms.
    ///
    /// # Errors
    /// `designs.toml` or a drug of the library is wrong, or it speaks of an arm that is not there.
    pub fn of(evidence: &Evidence, library: &Library) -> Result<Self, Vec<Diagnostic>> {
        let facts = match library.document(FACTS) {
            Some(document) => match facts::read(document) {
                (Some(facts), diagnostics) if !diagnostics.iter().any(Diagnostic::is_error) => facts,
                (_, diagnostics) => return Err(diagnostics),
            },
            None => Facts::none(),
        };
        let strangers = strangers(&facts, evidence);
        if !strangers.is_empty() {
            return Err(strangers);
        }
        let mut drugs = BTreeMap::new();
        for id in library.stems("drugs", ".toml") {
            let drug = library.drug(&id)?;
            drugs.insert(id, drug);
        }
        let mut designs = Self::default();
        for arm in &evidence.arms {
            // Every arm has its study: the tables are checked for that.
            let Some(study) = evidence.study(&arm.study_id) else {
                continue;
            };
            let mut maker = Maker {
                evidence,
                facts: &facts,
                drugs: &drugs,
                regimens: &mut designs.regimens,
                assumptions: Vec::new(),
            };
            match maker.design(arm, study) {
                Ok(design) => designs.arms.push(design),
                Err(reason) => designs.refused.push(Refused {
                    study: arm.study_id.clone(),
                    arm: arm.arm_id.clone(),
                    reason,
                }),
            }
        }
        Ok(designs)
    }

    /// The design of an arm.
    #[must_use]
    pub fn arm(&self, study: &str, arm: &str) -> Option<&ArmDesign> {
        self.arms
            .iter()
            .find(|design| design.study == study && design.arm == arm)
    }

    /// The usable arms of a study.
    pub fn arms_of(&self, study: &str) -> impl Iterator<Item = &ArmDesign> {
        self.arms.iter().filter(move |design| design.study == study)
    }

    /// The occupancy after one session of each of [`Designs::regimens`].
    ///
    /// # Errors
    /// The models of a drug do not tell it, or the engine refuses.
    pub fn exposures(&self, library: &Library, options: &Options) -> Result<Vec<Exposure>, SimulateError> {
        self.regimens
            .iter()
            .map(|given| Exposure::of(given, library, options))
            .collect()
    }
}

/// Studies and arms that the file names and the tables have not.
fn strangers(facts: &Facts, evidence: &Evidence) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut tell = |message: String, near: Option<&str>, span| {
        let diagnostic =
            Diagnostic::error("L043", message).at(&facts.source, span, "not in the evidence tables");
        found.push(match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic,
        });
    };
    for (id, study) in &facts.studies {
        if evidence.study(id).is_none() {
            let near = nearest(id, evidence.studies.iter().map(|study| study.study_id.as_str()));
            tell(format!("there is no study `{id}`"), near, study.all.span);
            continue;
        }
        for (arm, fact) in &study.arms {
            if evidence.arm(id, arm).is_none() {
                let near = nearest(arm, evidence.arms_of(id).map(|arm| arm.arm_id.as_str()));
                tell(format!("`{id}` has no arm `{arm}`"), near, fact.span);
            }
        }
    }
    found
}

/// Makes the design of one arm.
struct Maker<'m> {
    evidence: &'m Evidence,
    facts: &'m Facts,
    drugs: &'m BTreeMap<String, Drug>,
    regimens: &'m mut Vec<Given>,
    assumptions: Vec<String>,
}

impl Maker<'_> {
    fn design(&mut self, arm: &Arm, study: &Study) -> Result<ArmDesign, String> {
        let of_study = self.facts.studies.get(&arm.study_id);
        let fact = fact(of_study, &arm.arm_id);
        if let Some(reason) = fact.refused {
            return Err(reason);
        }
        let kind = self.kind(&arm.drug)?;
        let sessions = self.sessions(arm, &fact)?;
        let blinding = self.blinding(&fact, study, kind);
        match of_study {
            Some(facts) if matches!(facts.grade, Grade::Memory | Grade::Assumed) => {
                self.assume(format!("{} ({})", facts.locator, GRADES[facts.grade as usize]));
            }
            Some(_) => {}
            None => self.assume("where people were treated and what they took beside is not told".to_owned()),
        }
        let setting = fact.setting.unwrap_or(if study.design == Design::Cohort {
            super::design::Setting::RoutineCare
        } else {
            super::design::Setting::Outpatient
        });
        let baseline = arm.baseline.as_ref().map(|baseline| Baseline {
            instrument: baseline.scale.clone(),
            mean: baseline.mean,
            sd: baseline.standard_deviation,
        });
        let mut design = ArmDesign {
            study: arm.study_id.clone(),
            arm: arm.arm_id.clone(),
            n: self.people(arm, study),
            condition: study.condition.clone(),
            drug: arm.drug.clone(),
            kind,
            blinding,
            drug_chance: self.drug_chance(study, blinding),
            setting,
            background: background(&fact, kind, &arm.drug),
            therapy: self.therapy(arm, &fact),
            baseline,
            sessions,
            until_h: fact.until_h,
            selected: fact.selected,
            is_subset: arm.is_subset(),
            overlaps_with: study.overlaps_with.clone(),
            follow_up_h: None,
            assumptions: std::mem::take(&mut self.assumptions),
        };
        design.follow_up_h = follow_up_h(&design, self.evidence, arm);
        Ok(design)
    }

    fn assume(&mut self, what: String) {
        if !self.assumptions.contains(&what) {
            self.assumptions.push(what);
        }
    }

    fn kind(&self, word: &str) -> Result<Kind, String> {
        if let Some(kind) = self.facts.drugs.get(word) {
            return Ok(*kind);
        }
        match self.drugs.get(word) {
            Some(drug) if drug.kind == DrugKind::Active => Ok(Kind::Drug),
            _ => Err(format!("`{word}` is nothing that the response model knows")),
        }
    }

    fn blinding(&mut self, fact: &Fact, study: &Study, kind: Kind) -> Blinding {
        use euthymia_evidence::Blinding as Studied;
        if let Some(blinding) = fact.blinding {
            return blinding;
        }
        if study.blinding == Studied::Unclear {
            self.assume("whether people were blinded is not told; taken as double-blind".to_owned());
        }
        match (study.blinding, kind) {
            (Studied::OpenLabel, _) => Blinding::OpenLabel,
            (Studied::RaterBlinded, _) => Blinding::RaterBlinded,
            (_, Kind::Drug) => Blinding::Drug,
            (_, Kind::InactiveControl) => Blinding::InactiveControl,
            (_, Kind::ActiveControl) => Blinding::ActiveControl,
            (_, Kind::Antidepressant | Kind::Augmentation | Kind::Nothing) => Blinding::OpenLabel,
        }
    }

    /// Arms of a study between which people were randomised.
    fn randomised<'s>(&'s self, study: &'s Study) -> impl Iterator<Item = &'s Arm> {
        self.evidence
            .arms_of(&study.study_id)
            .filter(|arm| !arm.is_subset())
    }

    /// The part of the people who were given the drug; arms whose size is not told count as one another.
    fn drug_chance(&self, study: &Study, blinding: Blinding) -> f64 {
        if matches!(blinding, Blinding::OpenLabel | Blinding::RaterBlinded) {
            let is_drug = self
                .randomised(study)
                .any(|arm| self.kind(&arm.drug) == Ok(Kind::Drug));
            return if is_drug { 1.0 } else { 0.0 };
        }
        let told = self.randomised(study).all(|arm| arm.n.is_some());
        let size = |arm: &Arm| if told { f64::from(arm.n.unwrap_or(0)) } else { 1.0 };
        let (mut drug, mut all) = (0.0, 0.0);
        for arm in self.randomised(study) {
            all += size(arm);
            if self.kind(&arm.drug) == Ok(Kind::Drug) {
                drug += size(arm);
            }
        }
        if all > 0.0 { drug / all } else { 0.0 }
    }

    /// The people of an arm; where that is not told, an equal part of those who are not in another arm.
    fn people(&mut self, arm: &Arm, study: &Study) -> Option<u32> {
        if arm.n.is_some() || arm.is_subset() {
            return arm.n;
        }
        let all = study.n_randomised?;
        let n = if study.design == Design::Crossover {
            all
        } else {
            let told: u32 = self.randomised(study).filter_map(|arm| arm.n).sum();
            let untold = self.randomised(study).filter(|arm| arm.n.is_none()).count();
            let left = all.checked_sub(told)?;
            // Whole people; half a person more or less is not known anyway.
            (f64::from(left) / untold as f64).floor() as u32
        };
        let assumed = format!("the size of the arm is not told; {n} of {all} people are taken");
        (n > 0).then(|| {
            self.assume(assumed);
            n
        })
    }

    fn therapy(&mut self, arm: &Arm, fact: &Fact) -> Option<(Therapy, f64)> {
        let words = arm.psychotherapy.as_ref()?;
        let therapy = self.facts.psychotherapies.get(words).copied();
        if therapy.is_none() {
            self.assume(format!("`{words}` is taken as psychotherapy of another kind"));
        }
        let from_h = fact.psychotherapy_from_h.unwrap_or(0.0);
        Some((therapy.unwrap_or(Therapy::Other), from_h))
    }

    /// The sessions, by time.
    fn sessions(&mut self, arm: &Arm, fact: &Fact) -> Result<Vec<Session>, String> {
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

fn fact(study: Option<&StudyFacts>, arm: &str) -> Fact {
    match study {
        Some(study) => match study.arms.get(arm) {
            Some(own) => own.or(&study.all),
            None => Fact::default().or(&study.all),
        },
        None => Fact::default(),
    }
}

fn background(fact: &Fact, kind: Kind, drug: &str) -> Background {
    let started = Background::Started {
        since_h: fact.antidepressant_since_h.unwrap_or(0.0),
        step: fact.step,
    };
    match (kind, fact.antidepressant) {
        (Kind::Antidepressant, _) => started,
        (Kind::Augmentation, _) => Background::Augmented {
            with: drug.to_owned(),
        },
        (_, Some(Antidepressant::NewlyStarted)) => started,
        (_, Some(Antidepressant::None)) => Background::None,
        (_, Some(Antidepressant::Stable) | None) => Background::Stable,
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

/// From the last session to the last thing measured, h.
fn follow_up_h(design: &ArmDesign, evidence: &Evidence, arm: &Arm) -> Option<f64> {
    let last_h = design.sessions.last().map_or(0.0, |session| session.time_h);
    let measured = evidence.outcomes_of(arm).filter_map(|outcome| {
        let basis: TimeBasis = outcome.time_basis;
        design.time_h(basis, outcome.time_h?)
    });
    let end_h = measured.fold(f64::NEG_INFINITY, f64::max);
    (end_h > f64::NEG_INFINITY).then(|| end_h - last_h)
}
