//! A user's own trials over those of the library: one file for each, with the columns of the tables, checked by the same
//! schema.

use std::collections::BTreeSet;

use euthymia_diagnostics::{Diagnostic, nearest};
use euthymia_document::{Document, Reader, Value};

use crate::arm::{self, Arm};
use crate::comparison::{self, Comparison};
use crate::fields::OwnFields;
use crate::outcome::{self, OutcomeRow};
use crate::study::{self, Study};
use crate::tables::Evidence;

/// A trial of the user's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// The study.
    pub study: Study,
    /// Its arms.
    pub arms: Vec<Arm>,
    /// What was measured.
    pub outcomes: Vec<OutcomeRow>,
    /// Contrasts as published.
    pub comparisons: Vec<Comparison>,
}

/// What the study says once for the whole file.
const INHERITED: [&str; 3] = ["study_id", "source_url", "verified"];

impl Trial {
    /// The key that a file gives its study, whatever else may be wrong with it.
    #[must_use]
    pub fn id(document: &Document) -> Option<String> {
        let study = document.root.get("study")?;
        match &study.node.value {
            Value::Table(study) => match &study.get("study_id")?.node.value {
                Value::String(id) => Some(id.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Reads a file and checks it against what is known: nothing that is there already may come again. It may name studies
    /// of `beside`, which are of the same layer and may be read after it.
    #[must_use]
    pub fn read(
        document: &Document,
        known: &Evidence,
        beside: &[String],
        conditions: &[&str],
    ) -> (Option<Self>, Vec<Diagnostic>) {
        let mut found = Vec::new();
        let mut reader = Reader::new(&document.root, &document.source, &mut found);
        let mut inherited: Vec<(&'static str, String)> = Vec::new();
        let study = reader.required_table("study", |table| {
            for field in INHERITED {
                // Only to be handed down: what is wrong with it is told when the study is read.
                if let Some(entry) = table.table().get(field)
                    && let Value::String(text) = &entry.node.value
                {
                    inherited.push((field, text.clone()));
                }
            }
            let study = study::read(
                &mut OwnFields {
                    reader: table,
                    inherited: &[],
                },
                conditions,
            );
            if let Some(study) = &study {
                check_study(table, study, known, beside);
            }
            study
        });
        let mut names: BTreeSet<String> = BTreeSet::new();
        let arms = reader.required_tables("arms", |table| {
            let own = &mut OwnFields {
                reader: table,
                inherited: &inherited,
            };
            let arm = arm::read(own)?;
            check_own(table, &arm.study_id, &inherited);
            if !names.insert(arm.arm_id.clone()) {
                let message = format!("the arm `{}` stands twice", arm.arm_id);
                table.report("arm_id", "E001", message, "again here");
            }
            Some(arm)
        });
        let outcomes = reader.optional_tables("outcomes", |table| {
            let own = &mut OwnFields {
                reader: table,
                inherited: &inherited,
            };
            let row = outcome::read(own)?;
            check_own(table, &row.study_id, &inherited);
            check_arm(table, "arm_id", &row.arm_id, &names);
            Some(row)
        });
        let comparisons = reader.optional_tables("comparisons", |table| {
            let own = &mut OwnFields {
                reader: table,
                inherited: &inherited,
            };
            let row = comparison::read(own)?;
            check_own(table, &row.study_id, &inherited);
            check_arm(table, "arm_a", &row.arm_a, &names);
            check_arm(table, "arm_b", &row.arm_b, &names);
            Some(row)
        });
        reader.finish();
        let trial = (|| {
            Some(Self {
                study: study?,
                arms: arms?,
                outcomes: outcomes.unwrap_or_default(),
                comparisons: comparisons.unwrap_or_default(),
            })
        })();
        (trial, found)
    }
}

/// A row of the file may repeat the key of its study, but never be of another one.
fn check_own(table: &mut Reader<'_, '_>, id: &str, inherited: &[(&'static str, String)]) {
    let own = inherited.iter().find(|(field, _)| *field == "study_id");
    if let Some((_, own)) = own.filter(|(_, own)| own != id) {
        table.report(
            "study_id",
            "E003",
            format!("this file is of `{own}`, not of `{id}`"),
            "another study; leave it out",
        );
    }
}

fn check_study(table: &mut Reader<'_, '_>, study: &Study, known: &Evidence, beside: &[String]) {
    let id = &study.study_id;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !id.chars().all(plain) || id.starts_with('-') {
        table.report(
            "study_id",
            "E013",
            format!("`{id}` cannot be the name of a study"),
            "small letters, digits and hyphens, as in `smith-2030`",
        );
    }
    if let Some(other) = known.study(id) {
        table.report(
            "study_id",
            "E001",
            format!("there is a study `{id}` already ({})", other.title),
            "already known",
        );
        return;
    }
    let alike = |own: &Option<String>, theirs: &Option<String>| {
        own.as_ref()
            .zip(theirs.as_ref())
            .is_some_and(|(own, theirs)| own.trim().eq_ignore_ascii_case(theirs.trim()))
    };
    for (field, own, theirs) in [
        (
            "registration",
            &study.registration,
            (|other: &Study| other.registration.clone()) as fn(&Study) -> Option<String>,
        ),
        ("doi", &study.doi, |other: &Study| other.doi.clone()),
        ("pmid", &study.pmid, |other: &Study| other.pmid.clone()),
    ] {
        let other = known.studies.iter().find(|other| alike(own, &theirs(other)));
        // A second report of one registration may be told apart by naming the first.
        let named = |other: &Study| {
            field == "registration"
                && (study.overlaps_with.contains(&other.study_id) || other.overlaps_with.contains(id))
        };
        if let Some(other) = other.filter(|other| !named(other)) {
            let message = format!(
                "`{}` has this {field} already: people would be counted twice",
                other.study_id
            );
            let label = if field == "registration" {
                "the same trial; if this is another report of it, name it in `overlaps_with`"
            } else {
                "the same report"
            };
            table.report(field, "E014", message, label);
        }
    }
    for other in &study.overlaps_with {
        if known.study(other).is_none() && (!beside.contains(other) || other == id) {
            let ids = known.studies.iter().map(|study| study.study_id.as_str());
            let near = nearest(other, ids.chain(beside.iter().map(String::as_str)))
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            table.report(
                "overlaps_with",
                "E002",
                format!("there is no study `{other}`{near}"),
                "not known",
            );
        }
    }
}

fn check_arm(table: &mut Reader<'_, '_>, field: &str, arm: &str, names: &BTreeSet<String>) {
    if !names.contains(arm) {
        let near = nearest(arm, names.iter().map(String::as_str));
        let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        table.report(
            field,
            "E003",
            format!("this trial has no arm `{arm}`{near}"),
            "not among its arms",
        );
    }
}

impl Evidence {
    /// Lays a trial over what is there.
    pub fn add(&mut self, trial: Trial) {
        self.layered.insert(trial.study.study_id.clone());
        self.studies.push(trial.study);
        self.arms.extend(trial.arms);
        self.outcomes.extend(trial.outcomes);
        self.comparisons.extend(trial.comparisons);
    }
}
