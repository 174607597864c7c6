//! What the template is given: sentences, drawings and tables, everything decided.

use euthymia_therapy::result::{CourseResult, Provenance, QuantityKind};
use serde::Serialize;

use crate::error::ReportError;
use crate::figure::STYLE;
use crate::figure::number::{count, significant};

use super::answer::AnswerView;
use super::assumed::{Assumed, assumed_of};
use super::tables::{Cell, Table};
use super::{exposure, lasting, outcomes, score, series, session, variance, words};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct PageView {
    title: String,
    description: String,
    figure_style: &'static str,
    page_style: &'static str,
    answer: AnswerView,
    certainty: String,
    facts_about: Vec<Fact>,
    sections: Vec<Section>,
    population_heading: &'static str,
    population: Table,
    basis: Table,
    assumed: Option<Assumed>,
    cautions: Vec<String>,
    provenance: Vec<Fact>,
    files: Table,
}

/// A term and what it is here.
#[derive(Debug, Serialize)]
pub(crate) struct Fact {
    term: String,
    text: String,
    code: bool,
}

impl Fact {
    pub(crate) fn new(term: &str, text: impl Into<String>) -> Self {
        Self {
            term: term.to_owned(),
            text: text.into(),
            code: false,
        }
    }

    fn code(term: &str, text: impl Into<String>) -> Self {
        Self {
            term: term.to_owned(),
            text: text.into(),
            code: true,
        }
    }
}

/// Figures under one heading.
#[derive(Debug, Serialize)]
struct Section {
    id: &'static str,
    heading: &'static str,
    figures: Vec<FigureView>,
    /// Said where there is no figure.
    absent: String,
}

/// A figure with its words and its table twins.
#[derive(Debug, Serialize)]
pub(crate) struct FigureView {
    id: String,
    finding: String,
    reading: String,
    svg: String,
    tables: Vec<Table>,
}

impl FigureView {
    pub(crate) fn new(id: &str, finding: String, reading: String, svg: String, tables: Vec<Table>) -> Self {
        Self {
            id: id.to_owned(),
            finding,
            reading,
            svg,
            tables,
        }
    }
}

impl PageView {
    pub(crate) fn new(result: &CourseResult) -> Result<Self, ReportError> {
        let one = |figure: Option<FigureView>| figure.into_iter().collect::<Vec<_>>();
        let sections = vec![
            Section {
                id: "symptoms",
                heading: "Symptoms",
                figures: score::figures(result)?,
                absent: "No score was simulated.".to_owned(),
            },
            Section {
                id: "response-and-remission",
                heading: "Response and remission",
                figures: one(outcomes::figure(result)?),
                absent: "No outcome was computed.".to_owned(),
            },
            Section {
                id: "how-soon-and-for-how-long",
                heading: "How soon, and for how long",
                figures: one(lasting::figure(result)?),
                absent: "No score was simulated.".to_owned(),
            },
            Section {
                id: "in-the-body",
                heading: "In the body",
                figures: one(exposure::figure(result)?),
                absent: not_modelled(result, "concentration in the body"),
            },
            Section {
                id: "during-a-session",
                heading: "During a session",
                figures: one(session::figure(result)?),
                absent: not_modelled(result, "occupancy of the target or acute effect"),
            },
            Section {
                id: "uncertainty",
                heading: "Where the uncertainty comes from",
                figures: one(variance::figure(result)?),
                absent: "The variance was not split in this run.".to_owned(),
            },
        ];
        Ok(Self {
            title: result.title.clone(),
            description: result.description.clone(),
            figure_style: STYLE,
            page_style: include_str!("../../templates/course.css"),
            answer: AnswerView::new(result)?,
            certainty: result.certainty.paragraph.clone(),
            facts_about: facts(result),
            sections,
            population_heading: if series::one_patient(result) {
                "The patient"
            } else {
                "The virtual patients"
            },
            population: population(result),
            basis: basis(result),
            assumed: assumed_of(&result.assumptions),
            cautions: result.cautions.clone(),
            provenance: provenance(&result.provenance),
            files: files(&result.provenance),
        })
    }
}

/// Why there is no figure of the drug: nothing but the score and its outcomes rests on a model, or the course does not
/// ask.
fn not_modelled(result: &CourseResult, what: &str) -> String {
    let scores = series::of_kind(result, QuantityKind::Score);
    let of_symptoms = |curves: &str| {
        scores.iter().any(|score| curves.contains(&score.label))
            || result.outcomes.iter().any(|outcome| curves == outcome.label)
    };
    if result.basis.iter().all(|basis| of_symptoms(&basis.curves)) {
        format!("No exposure is modelled in this course, so there is no {what} to show.")
    } else {
        format!("This course does not ask for any {what}.")
    }
}

fn facts(result: &CourseResult) -> Vec<Fact> {
    let mut facts = Vec::new();
    let doses = doses(result);
    if !doses.is_empty() {
        facts.push(Fact::new("Doses", doses));
    }
    facts.push(Fact::new("Simulated", series::people(result)));
    let design = result.design;
    facts.push(Fact::new(
        "What varies",
        format!(
            "{} of the uncertain parameters, with {} for each; {}",
            words::counted(u64::from(design.draws), "draw", "draws"),
            words::counted(
                u64::from(design.studies_per_draw),
                "simulated study",
                "simulated studies"
            ),
            if series::one_patient(result) {
                "and what cannot be known of the patient beforehand"
            } else {
                "every patient differs from the others"
            },
        ),
    ));
    facts.push(Fact::new(
        "Followed for",
        format!("{} from the first dose", words::span(result.horizon_h)),
    ));
    let scale = &result.instrument;
    facts.push(Fact::new(
        "Scale",
        format!(
            "{}, {} to {}",
            scale.name,
            significant(scale.minimum, 4),
            significant(scale.maximum, 4)
        ),
    ));
    for outcome in &result.outcomes {
        facts.push(Fact::new(&outcome.label, outcome.definition.clone()));
    }
    facts
}

/// The doses, equal ones counted, in the order in which they are first given.
pub(crate) fn doses(result: &CourseResult) -> String {
    let mut groups: Vec<(&str, u64)> = Vec::new();
    for dose in &result.doses {
        match groups.iter_mut().find(|(label, _)| *label == dose.label) {
            Some((_, count)) => *count += 1,
            None => groups.push((&dose.label, 1)),
        }
    }
    let parts: Vec<String> = groups
        .into_iter()
        .map(|(label, times)| format!("{}\u{a0}× {label}", count(times)))
        .collect();
    parts.join("; ")
}

/// Who was simulated.
pub(crate) fn population(result: &CourseResult) -> Table {
    Table {
        caption: if series::one_patient(result) {
            "The patient, as the course file says".to_owned()
        } else {
            "As sampled: the median, with the range of nine in ten".to_owned()
        },
        head: ["Characteristic", "Value", "Source"].map(str::to_owned).to_vec(),
        rows: result
            .population
            .iter()
            .map(|row| {
                vec![
                    Cell::text(&row.label),
                    Cell::text(&row.value),
                    Cell::link(&row.source, Some(row.source.as_str())),
                ]
            })
            .collect(),
        note: String::new(),
    }
}

fn basis(result: &CourseResult) -> Table {
    Table {
        caption: "Curves, and the publications their numbers come from".to_owned(),
        head: ["Curves", "Part", "Source", "Numbers, by how they were verified", "What is weak"].map(str::to_owned).to_vec(),
        rows: result
            .basis
            .iter()
            .map(|row| {
                vec![
                    Cell::text(&row.curves),
                    Cell::text(&row.part),
                    Cell::link(&row.citation, row.url.as_deref()),
                    Cell::text(&row.grades),
                    Cell::text(&row.remark),
                ]
            })
            .collect(),
        note: "Seen: read in the publication. Digitised: read off a figure. Derived: computed from seen numbers. Memory: \
               not yet checked against the publication. Assumed: a choice without data."
            .to_owned(),
    }
}

/// What makes a result again.
pub(crate) fn provenance(provenance: &Provenance) -> Vec<Fact> {
    vec![
        Fact::code("Command", &provenance.command),
        Fact::code("Version", &provenance.version),
        Fact::code("Seed", provenance.seed.to_string()),
        Fact::code("Input hash (SHA-256)", &provenance.input_hash),
    ]
}

/// The files that were read, with their hashes.
pub(crate) fn files(provenance: &Provenance) -> Table {
    Table {
        caption: "Files used".to_owned(),
        head: ["File", "SHA-256"].map(str::to_owned).to_vec(),
        rows: provenance
            .files
            .iter()
            .map(|file| vec![Cell::text(&file.name), Cell::text(&file.sha256)])
            .collect(),
        note: String::new(),
    }
}
