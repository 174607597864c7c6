//! From the rows of the evidence tables, and what `designs.toml` adds to them, to the designs of all arms.

use super::design::{ArmDesign, Background, Baseline, Blinding, Kind, Refused, Therapy};
use super::exposure::{Exposure, Given};
use super::facts::{self, Fact, Facts, StudyFacts};
use crate::course::Antidepressant;
use crate::drug::{Drug, DrugKind};
use crate::library::Library;
use crate::lint::{GRADES, Grade};
use crate::simulate::SimulateError;
use euthymia_diagnostics::{Diagnostic, nearest};
use euthymia_engine::Options;
use euthymia_evidence::{Arm, Design, Evidence, Study, TimeBasis};
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
            Diagnostic::error("L052", message).at(&facts.source, span, "not in the evidence tables");
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
pub(super) struct Maker<'m> {
    pub(super) evidence: &'m Evidence,
    facts: &'m Facts,
    pub(super) drugs: &'m BTreeMap<String, Drug>,
    pub(super) regimens: &'m mut Vec<Given>,
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
            study_people: self.study_people(study),
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

    /// Keeps what was taken, once.
    pub(super) fn assume(&mut self, what: String) {
        if !self.assumptions.contains(&what) {
            self.assumptions.push(what);
        }
    }

    /// What a word for a drug is.
    pub(super) fn kind(&self, word: &str) -> Result<Kind, String> {
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

    fn therapy(&mut self, arm: &Arm, fact: &Fact) -> Option<(Therapy, f64)> {
        let words = arm.psychotherapy.as_ref()?;
        let therapy = self.facts.psychotherapies.get(words).copied();
        if therapy.is_none() {
            self.assume(format!("`{words}` is taken as psychotherapy of another kind"));
        }
        let from_h = fact.psychotherapy_from_h.unwrap_or(0.0);
        Some((therapy.unwrap_or(Therapy::Other), from_h))
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

/// From the last session to the last thing measured, h.
fn follow_up_h(design: &ArmDesign, evidence: &Evidence, arm: &Arm) -> Option<f64> {
    let last_h = design.sessions.last().map_or(0.0, |session| session.time_h);
    let measured = evidence.outcomes_of(arm).filter_map(|outcome| {
        let basis: TimeBasis = outcome.time_basis;
        design.time_h(basis, outcome.time_h?)
    });
    let end_h = measured.fold(f64::NEG_INFINITY, f64::max);
    (end_h > f64::NEG_INFINITY).then_some(end_h - last_h)
}
