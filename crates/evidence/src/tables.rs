//! All tables together, and the checks that one table cannot make alone.

use std::collections::{BTreeMap, BTreeSet};

use euthymia_diagnostics::{Diagnostic, Source, Span, nearest};
use euthymia_document::{RowReader, Rows};

use crate::arm::{self, Arm};
use crate::claim::{self, Claim};
use crate::comparison::{self, Comparison};
use crate::outcome::{self, OutcomeRow};
use crate::pooled::{self, Pooled};
use crate::review_data::{self, ReviewRow};
use crate::study::{self, Study};

/// The files of `library/evidence`, read as rows.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'t> {
    /// `studies.csv`
    pub studies: &'t Rows,
    /// `arms.csv`
    pub arms: &'t Rows,
    /// `outcomes.csv`
    pub outcomes: &'t Rows,
    /// `comparisons.csv`
    pub comparisons: &'t Rows,
    /// `pooled.csv`
    pub pooled: &'t Rows,
    /// `review_data.csv`
    pub review_data: &'t Rows,
    /// `claims.csv`
    pub claims: &'t Rows,
    /// Words of the column `condition` of the studies: this crate knows of no illness.
    pub conditions: &'t [&'t str],
}

/// What trials measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Trials and cohorts.
    pub studies: Vec<Study>,
    /// Their arms.
    pub arms: Vec<Arm>,
    /// What was measured in the arms.
    pub outcomes: Vec<OutcomeRow>,
    /// Contrasts as published.
    pub comparisons: Vec<Comparison>,
    /// Pooled results as published.
    pub pooled: Vec<Pooled>,
    /// What published meta-analyses put in.
    pub review_data: Vec<ReviewRow>,
    /// Claims and what the evidence says of them.
    pub claims: Vec<Claim>,
    /// Studies of a layer over the library: a user's own.
    pub layered: BTreeSet<String>,
}

/// A row with the places of the cells that other tables or rows are checked against.
struct Located<T, const N: usize> {
    row: T,
    cells: [Span; N],
}

impl Evidence {
    /// Reads the tables. A row with a mistake in a cell is reported and left out.
    #[must_use]
    pub fn read(tables: &Tables<'_>) -> (Self, Vec<Diagnostic>) {
        let mut found = Vec::new();
        let studies = located(
            tables.studies,
            &study::COLUMNS,
            ["study_id", "overlaps_with", "memory_fields", "inferred_fields"],
            |row| study::read(row, tables.conditions),
            &mut found,
        );
        let arms = located(
            tables.arms,
            &arm::COLUMNS,
            ["study_id", "arm_id", "memory_fields", "inferred_fields"],
            |row| arm::read(row),
            &mut found,
        );
        let outcomes = located(
            tables.outcomes,
            &outcome::COLUMNS,
            ["study_id", "arm_id"],
            |row| outcome::read(row),
            &mut found,
        );
        let comparisons = located(
            tables.comparisons,
            &comparison::COLUMNS,
            ["study_id", "arm_a", "arm_b"],
            |row| comparison::read(row),
            &mut found,
        );
        let pooled = located(
            tables.pooled,
            &pooled::COLUMNS,
            ["review_id"],
            |row| pooled::read(row),
            &mut found,
        );
        let review_data =
            tables
                .review_data
                .read(&review_data::COLUMNS, &review_data::OPTIONAL, &mut found, |row| {
                    let value = review_data::read(row)?;
                    Some(Located {
                        row: value,
                        cells: [row.span("study_id")],
                    })
                });
        let claims = located(
            tables.claims,
            &claim::COLUMNS,
            ["claim_id", "study_or_review_ids"],
            claim::read,
            &mut found,
        );
        let keys = Keys::of(tables);
        let mut check = Check {
            keys: &keys,
            found: &mut found,
        };
        check.studies(&studies, &tables.studies.source);
        check.arms(&arms, &tables.arms.source);
        for outcome in &outcomes {
            let key = (outcome.row.study_id.as_str(), outcome.row.arm_id.as_str());
            check.arm_exists(key, outcome.cells, &tables.outcomes.source);
        }
        for comparison in &comparisons {
            let [study, a, b] = comparison.cells;
            let id = comparison.row.study_id.as_str();
            let source = &tables.comparisons.source;
            check.arm_exists((id, &comparison.row.arm_a), [study, a], source);
            check.arm_exists((id, &comparison.row.arm_b), [study, b], source);
        }
        for row in &review_data {
            check.study_exists(&row.row.study_id, (&tables.review_data.source, row.cells[0]));
        }
        check.claims(&claims, &tables.claims.source);
        let evidence = Self {
            studies: rows(studies),
            arms: rows(arms),
            outcomes: rows(outcomes),
            comparisons: rows(comparisons),
            pooled: rows(pooled),
            review_data: rows(review_data),
            claims: rows(claims),
            layered: BTreeSet::new(),
        };
        (evidence, found)
    }

    /// A study by its key.
    #[must_use]
    pub fn study(&self, study_id: &str) -> Option<&Study> {
        self.studies.iter().find(|study| study.study_id == study_id)
    }

    /// An arm by its key.
    #[must_use]
    pub fn arm(&self, study_id: &str, arm_id: &str) -> Option<&Arm> {
        self.arms
            .iter()
            .find(|arm| arm.study_id == study_id && arm.arm_id == arm_id)
    }

    /// The arms of a study.
    pub fn arms_of(&self, study_id: &str) -> impl Iterator<Item = &Arm> {
        self.arms.iter().filter(move |arm| arm.study_id == study_id)
    }

    /// What was measured in an arm.
    pub fn outcomes_of(&self, arm: &Arm) -> impl Iterator<Item = &OutcomeRow> {
        self.outcomes
            .iter()
            .filter(|row| row.study_id == arm.study_id && row.arm_id == arm.arm_id)
    }
}

fn located<T, const N: usize>(
    rows: &Rows,
    columns: &[&str],
    cells: [&str; N],
    read: impl Fn(&mut RowReader<'_, '_>) -> Option<T>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Located<T, N>> {
    rows.read(columns, &[], diagnostics, |row| {
        let value = read(row)?;
        Some(Located {
            row: value,
            cells: cells.map(|column| row.span(column)),
        })
    })
}

fn rows<T, const N: usize>(located: Vec<Located<T, N>>) -> Vec<T> {
    located.into_iter().map(|located| located.row).collect()
}

/// What may be referred to, also from rows that have a mistake elsewhere: one mistake is told once.
struct Keys {
    studies: BTreeSet<String>,
    arms: BTreeMap<String, BTreeSet<String>>,
    reviews: BTreeSet<String>,
}

impl Keys {
    fn of(tables: &Tables<'_>) -> Self {
        let mut arms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (study, arm) in column(tables.arms, "study_id").zip(column(tables.arms, "arm_id")) {
            arms.entry(study).or_default().insert(arm);
        }
        Self {
            studies: column(tables.studies, "study_id").collect(),
            arms,
            reviews: column(tables.pooled, "review_id").collect(),
        }
    }
}

/// The words of a column; nothing where the header lacks it, which has then been told.
fn column(rows: &Rows, name: &str) -> impl Iterator<Item = String> {
    let at = rows.header.iter().position(|cell| cell.text == name);
    rows.rows()
        .filter_map(move |row| Some(row.get(at?)?.text.trim().to_owned()))
}

/// Collects what is wrong between tables.
struct Check<'d> {
    keys: &'d Keys,
    found: &'d mut Vec<Diagnostic>,
}

impl Check<'_> {
    fn studies(&mut self, studies: &[Located<Study, 4>], source: &Source) {
        self.unique(
            studies
                .iter()
                .map(|study| (study.row.study_id.clone(), study.cells[0])),
            "study",
            source,
        );
        for study in studies {
            for other in &study.row.overlaps_with {
                self.study_exists(other, (source, study.cells[1]));
            }
            self.columns(
                &study.row.memory_fields,
                &study::COLUMNS,
                (source, study.cells[2]),
            );
            self.columns(
                &study.row.inferred_fields,
                &study::COLUMNS,
                (source, study.cells[3]),
            );
        }
    }

    fn arms(&mut self, arms: &[Located<Arm, 4>], source: &Source) {
        let keys = arms
            .iter()
            .map(|arm| (format!("{} {}", arm.row.study_id, arm.row.arm_id), arm.cells[1]));
        self.unique(keys, "arm", source);
        for arm in arms {
            self.study_exists(&arm.row.study_id, (source, arm.cells[0]));
            self.columns(&arm.row.memory_fields, &arm::COLUMNS, (source, arm.cells[2]));
            self.columns(&arm.row.inferred_fields, &arm::COLUMNS, (source, arm.cells[3]));
        }
    }

    fn study_exists(&mut self, study: &str, place: (&Source, Span)) {
        // Without a single study the header is wrong, and that has been told.
        if self.keys.studies.is_empty() || self.keys.studies.contains(study) {
            return;
        }
        let near = nearest(study, self.keys.studies.iter().map(String::as_str));
        self.unknown("E002", format!("there is no study `{study}`"), near, place);
    }

    fn arm_exists(&mut self, (study, arm): (&str, &str), cells: [Span; 2], source: &Source) {
        if self.keys.arms.is_empty() {
            return;
        }
        match self.keys.arms.get(study) {
            Some(arms) if arms.contains(arm) => {}
            Some(arms) => {
                let near = nearest(arm, arms.iter().map(String::as_str));
                self.unknown(
                    "E003",
                    format!("`{study}` has no arm `{arm}`"),
                    near,
                    (source, cells[1]),
                );
            }
            None => {
                let near = nearest(study, self.keys.arms.keys().map(String::as_str));
                self.unknown("E002", format!("`{study}` has no arms"), near, (source, cells[0]));
            }
        }
    }

    fn claims(&mut self, claims: &[Located<Claim, 2>], source: &Source) {
        self.unique(
            claims
                .iter()
                .map(|claim| (claim.row.claim_id.clone(), claim.cells[0])),
            "claim",
            source,
        );
        let known: BTreeSet<&str> = self
            .keys
            .reviews
            .union(&self.keys.studies)
            .map(String::as_str)
            .collect();
        if self.keys.reviews.is_empty() || self.keys.studies.is_empty() {
            return;
        }
        for claim in claims {
            // What is marked `(review)` is outside the tables.
            for word in claim
                .row
                .rests_on
                .iter()
                .filter(|word| !word.contains("(review)"))
            {
                if !known.contains(word.as_str()) {
                    let near = nearest(word, known.iter().copied());
                    let message = format!("there is no study or review `{word}`");
                    self.unknown("E002", message, near, (source, claim.cells[1]));
                }
            }
        }
    }

    fn unknown(
        &mut self,
        code: &'static str,
        message: String,
        near: Option<&str>,
        (source, span): (&Source, Span),
    ) {
        let diagnostic = Diagnostic::error(code, message).at(source, span, "not in the tables");
        self.found.push(match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic,
        });
    }

    fn unique(&mut self, keys: impl Iterator<Item = (String, Span)>, what: &str, source: &Source) {
        let mut first = BTreeMap::new();
        for (key, span) in keys {
            match first.get(&key) {
                Some(earlier) => self.found.push(
                    Diagnostic::error("E001", format!("the {what} `{key}` stands twice"))
                        .at(source, span, "again here")
                        .at(source, *earlier, "first here"),
                ),
                None => {
                    first.insert(key, span);
                }
            }
        }
    }

    /// `memory_fields` and `inferred_fields` name columns.
    fn columns(&mut self, fields: &[String], columns: &[&str], (source, span): (&Source, Span)) {
        for field in fields.iter().filter(|field| !columns.contains(&field.as_str())) {
            let diagnostic = Diagnostic::error("E009", format!("`{field}` is not a column")).at(
                source,
                span,
                "names columns",
            );
            self.found.push(match nearest(field, columns.iter().copied()) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic,
            });
        }
    }
}
