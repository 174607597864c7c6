//! Studies as a list: one row each, with what was given and how many numbers there are.

use serde::Serialize;

use crate::label;
use crate::study::Study;
use crate::tables::Evidence;
use crate::vocabulary::{Blinding, Design, Verified};

/// A study in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StudyRow {
    /// Key.
    pub study_id: String,
    /// As a citation.
    pub label: String,
    /// Year.
    pub year: Option<i64>,
    /// What it was, in the curators' words.
    pub title: String,
    /// Condition.
    pub condition: String,
    /// Design.
    pub design: Design,
    /// Blinding.
    pub blinding: Blinding,
    /// People randomised (enrolled, in a study of one arm).
    pub n: Option<u32>,
    /// What its arms received, each once.
    pub arms: Vec<String>,
    /// Values of outcomes in the tables, and of these read on a page.
    pub outcomes: usize,
    /// Contrasts in the tables.
    pub contrasts: usize,
    /// Registration number.
    pub registration: Option<String>,
    /// Digital object identifier.
    pub doi: Option<String>,
    /// Fields of the row that come from memory.
    pub memory_fields: Vec<String>,
    /// Studies with some of the same people.
    pub overlaps_with: Vec<String>,
    /// The page the row was read from.
    pub source_url: String,
    /// Whether it is of the user's own layer.
    pub layer: bool,
}

/// The studies of some conditions, drugs and designs; of any where nothing is asked.
#[must_use]
pub fn list_studies(
    evidence: &Evidence,
    conditions: &[String],
    drugs: &[String],
    designs: &[Design],
) -> Vec<StudyRow> {
    let wanted = |study: &&Study| {
        let gave = |arm: &crate::Arm| drugs.contains(&arm.drug);
        (conditions.is_empty() || conditions.contains(&study.condition))
            && (designs.is_empty() || designs.contains(&study.design))
            && (drugs.is_empty() || evidence.arms_of(&study.study_id).any(gave))
    };
    let studies = evidence.studies.iter().filter(wanted);
    studies.map(|study| row(evidence, study)).collect()
}

fn row(evidence: &Evidence, study: &Study) -> StudyRow {
    let mut arms: Vec<String> = Vec::new();
    for arm in evidence.arms_of(&study.study_id).filter(|arm| !arm.is_subset()) {
        let treatment = label::treatment(arm);
        if !arms.contains(&treatment) {
            arms.push(treatment);
        }
    }
    let seen = |verified| verified == Verified::Yes;
    StudyRow {
        study_id: study.study_id.clone(),
        label: label::study(&study.study_id),
        year: study.year,
        title: study.title.clone(),
        condition: study.condition.clone(),
        design: study.design,
        blinding: study.blinding,
        n: study.n_randomised,
        arms,
        outcomes: evidence
            .outcomes
            .iter()
            .filter(|row| row.study_id == study.study_id && seen(row.verified))
            .count(),
        contrasts: evidence
            .comparisons
            .iter()
            .filter(|row| row.study_id == study.study_id && seen(row.verified))
            .count(),
        registration: study.registration.clone(),
        doi: study.doi.clone(),
        memory_fields: study.memory_fields.clone(),
        overlaps_with: study.overlaps_with.clone(),
        source_url: study.source_url.clone(),
        layer: evidence.layered.contains(&study.study_id),
    }
}

impl StudyRow {
    /// Columns of the list as a table.
    pub const COLUMNS: [&'static str; 15] = [
        "study_id",
        "year",
        "title",
        "condition",
        "design",
        "blinding",
        "n",
        "arms",
        "outcomes",
        "contrasts",
        "registration",
        "doi",
        "overlaps_with",
        "source_url",
        "layer",
    ];

    /// A cell for each column.
    #[must_use]
    pub fn cells(&self) -> [String; 15] {
        let or_blank = |text: Option<&String>| text.cloned().unwrap_or_default();
        [
            self.study_id.clone(),
            self.year.map_or_else(String::new, |year| year.to_string()),
            self.title.clone(),
            self.condition.clone(),
            self.design.word().to_owned(),
            self.blinding.word().to_owned(),
            self.n.map_or_else(String::new, |n| n.to_string()),
            self.arms.join("; "),
            self.outcomes.to_string(),
            self.contrasts.to_string(),
            or_blank(self.registration.as_ref()),
            or_blank(self.doi.as_ref()),
            self.overlaps_with.join("; "),
            self.source_url.clone(),
            if self.layer { "own" } else { "library" }.to_owned(),
        ]
    }
}
