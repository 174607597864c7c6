//! `response/designs.toml`: what the columns of the evidence tables do not tell of an arm.

use super::design::{Blinding, Kind, Selected, Setting, Therapy};
use crate::course::quantity::{DOSE, DURATION, INFUSION, TIME, element, in_unit, optional};
use crate::course::{Antidepressant, DoseAmount};
use crate::lint::{GRADES, Grade};
use euthymia_diagnostics::{Diagnostic, Source, Span};
use euthymia_document::{Document, Reader, Wanted};
use std::collections::BTreeMap;

/// A time that may lie before the clock begins.
const SINCE: Wanted = Wanted::new("a time", &["-16 wk", "3.5 d"]);

const ANTIDEPRESSANTS: [(&str, Antidepressant); 3] = [
    ("none", Antidepressant::None),
    ("stable", Antidepressant::Stable),
    ("newly-started", Antidepressant::NewlyStarted),
];

/// The file.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// What a word for a drug is.
    pub(crate) drugs: BTreeMap<String, Kind>,
    /// What a text for a psychotherapy is.
    pub(crate) psychotherapies: BTreeMap<String, Therapy>,
    /// By study.
    pub(crate) studies: BTreeMap<String, StudyFacts>,
    /// The text it came from.
    pub(crate) source: Source,
}

impl Facts {
    /// Nothing is known beside the columns.
    pub(crate) fn none() -> Self {
        Self {
            drugs: BTreeMap::new(),
            psychotherapies: BTreeMap::new(),
            studies: BTreeMap::new(),
            source: Source::new("designs.toml", ""),
        }
    }
}

/// What is known of a study.
#[derive(Clone, Debug)]
pub(crate) struct StudyFacts {
    /// Of all its arms.
    pub(crate) all: Fact,
    /// Of one, instead.
    pub(crate) arms: BTreeMap<String, Fact>,
    /// How that was come by.
    pub(crate) grade: Grade,
    /// Where it was read, or why it is taken.
    pub(crate) locator: String,
}

/// What is known of an arm, or of all arms of a study.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fact {
    pub(crate) setting: Option<Setting>,
    pub(crate) antidepressant: Option<Antidepressant>,
    pub(crate) antidepressant_since_h: Option<f64>,
    pub(crate) step: Option<u32>,
    pub(crate) blinding: Option<Blinding>,
    pub(crate) at_home: Option<bool>,
    pub(crate) until_h: Option<f64>,
    pub(crate) selected: Option<Selected>,
    pub(crate) psychotherapy_from_h: Option<f64>,
    pub(crate) refused: Option<String>,
    pub(crate) given: Vec<GivenFact>,
    pub(crate) span: Span,
}

impl Fact {
    /// This, and where it says nothing what is said of all.
    pub(crate) fn or(&self, all: &Self) -> Self {
        Self {
            setting: self.setting.or(all.setting),
            antidepressant: self.antidepressant.or(all.antidepressant),
            antidepressant_since_h: self.antidepressant_since_h.or(all.antidepressant_since_h),
            step: self.step.or(all.step),
            blinding: self.blinding.or(all.blinding),
            at_home: self.at_home.or(all.at_home),
            until_h: self.until_h.or(all.until_h),
            selected: self.selected.or(all.selected),
            psychotherapy_from_h: self.psychotherapy_from_h.or(all.psychotherapy_from_h),
            refused: self.refused.clone().or_else(|| all.refused.clone()),
            given: self.given.clone(),
            span: self.span,
        }
    }
}

/// Something given at some times; what is absent is as the columns say.
#[derive(Clone, Debug, Default)]
pub(crate) struct GivenFact {
    pub(crate) drug: Option<String>,
    pub(crate) route: Option<String>,
    pub(crate) dose: Option<DoseAmount>,
    pub(crate) infusion_h: Option<f64>,
    pub(crate) portions: Vec<PortionFact>,
    pub(crate) schedule: Option<String>,
    pub(crate) times_h: Option<Vec<f64>>,
    pub(crate) start_h: f64,
}

/// A part of a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PortionFact {
    pub(crate) after_h: f64,
    pub(crate) dose: DoseAmount,
    pub(crate) infusion_h: Option<f64>,
}

/// Reads the file.
pub(crate) fn read(document: &Document) -> (Option<Facts>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
    let drugs = reader.optional_table("drugs", |table| {
        Some(table.each_other(|word, item| Some((word.to_owned(), item.choice(&Kind::WORDS)?))))
    });
    let psychotherapies = reader.optional_table("psychotherapies", |table| {
        Some(table.each_other(|word, item| Some((word.to_owned(), item.choice(&Therapy::WORDS)?))))
    });
    let studies = reader.optional_table("studies", |table| {
        Some(table.each_other(|id, item| item.table(study).map(|facts| (id.to_owned(), facts))))
    });
    reader.finish();
    let facts = Facts {
        drugs: drugs.into_iter().flatten().collect(),
        psychotherapies: psychotherapies.into_iter().flatten().collect(),
        studies: studies.into_iter().flatten().collect(),
        source: document.source.clone(),
    };
    (Some(facts), diagnostics)
}

fn study(reader: &mut Reader<'_, '_>) -> Option<StudyFacts> {
    let grades = Grade::ALL.map(|grade| (GRADES[grade as usize], grade));
    let _ = reader.required_string("source");
    let grade = reader.required_choice("grade", &grades);
    let locator = reader.required_string("locator");
    let arms = reader.optional_table("arms", |table| {
        Some(table.each_other(|id, item| item.table(fact).map(|fact| (id.to_owned(), fact))))
    });
    let all = fact(reader);
    Some(StudyFacts {
        all: all?,
        arms: arms.into_iter().flatten().collect(),
        grade: grade?,
        locator: locator?,
    })
}

fn fact(reader: &mut Reader<'_, '_>) -> Option<Fact> {
    Some(Fact {
        setting: reader.optional_choice("setting", &Setting::WORDS),
        antidepressant: reader.optional_choice("antidepressant", &ANTIDEPRESSANTS),
        antidepressant_since_h: optional(reader, "antidepressant_since", &SINCE, "h"),
        step: reader
            .optional_integer("step", 1..=20)
            .and_then(|step| u32::try_from(step).ok()),
        blinding: reader.optional_choice("blinding", &Blinding::WORDS),
        at_home: reader.optional_boolean("at_home"),
        until_h: optional(reader, "until", &DURATION, "h"),
        selected: reader.optional_choice("selected", &Selected::WORDS),
        psychotherapy_from_h: optional(reader, "psychotherapy_from", &TIME, "h"),
        refused: reader.optional_string("refused"),
        given: reader.optional_tables("given", given).unwrap_or_default(),
        span: reader.table().span,
    })
}

fn given(reader: &mut Reader<'_, '_>) -> Option<GivenFact> {
    reader.at_most_one_of(&["dose", "portions"]);
    reader.at_most_one_of(&["schedule", "times"]);
    Some(GivenFact {
        drug: reader.optional_string("drug"),
        route: reader.optional_string("route"),
        dose: dose(reader),
        infusion_h: optional(reader, "infusion", &INFUSION, "h"),
        portions: reader.optional_tables("portions", portion).unwrap_or_default(),
        schedule: reader.optional_string("schedule"),
        times_h: reader.optional_array("times", |item| element(item, &TIME, "h")),
        start_h: optional(reader, "start", &SINCE, "h").unwrap_or(0.0),
    })
}

fn portion(reader: &mut Reader<'_, '_>) -> Option<PortionFact> {
    let after_h = optional(reader, "after", &TIME, "h").unwrap_or(0.0);
    let infusion_h = optional(reader, "infusion", &INFUSION, "h");
    Some(PortionFact {
        after_h,
        dose: dose(reader)?,
        infusion_h,
    })
}

fn dose(reader: &mut Reader<'_, '_>) -> Option<DoseAmount> {
    let quantity = reader.optional_quantity("dose", &DOSE)?;
    match in_unit(&quantity, "mg") {
        Ok(mg) => Some(DoseAmount::Fixed(mg)),
        Err(_) => in_unit(&quantity, "mg/kg").ok().map(DoseAmount::PerWeight),
    }
}
