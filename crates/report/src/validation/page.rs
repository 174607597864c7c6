//! The page of a validation.

use euthymia_therapy::validation::{Folds, Group, ModelGrade, Prediction, Row, Validation};
use serde::Serialize;

use super::{drawn, words};
use crate::error::ReportError;
use crate::figure::number::percent;
use crate::template::render;

/// What the page says besides the rows.
#[derive(Clone, Debug)]
pub struct Made {
    /// The command that makes the page again.
    pub command: String,
    /// Version of the program.
    pub version: String,
}

#[derive(Serialize)]
struct View {
    style: &'static str,
    figure_style: &'static str,
    headline: String,
    target: String,
    rows: usize,
    papers: usize,
    unserved: usize,
    figure: Option<String>,
    other_figure: Option<String>,
    tables: Vec<Agreement>,
    grades: Vec<GradeLine>,
    studies: Vec<Study>,
    draws: u32,
    command: String,
    version: String,
}

#[derive(Serialize)]
struct Agreement {
    title: &'static str,
    lines: Vec<FoldsLine>,
}

#[derive(Serialize)]
struct FoldsLine {
    name: String,
    rows: usize,
    afe: String,
    aafe: String,
    narrow: String,
    wide: String,
}

#[derive(Serialize)]
struct GradeLine {
    model: String,
    grade: String,
    counted: usize,
    used: usize,
    routes: String,
}

#[derive(Serialize)]
struct Study {
    title: String,
    id: String,
    about: String,
    rows: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    name: String,
    /// Where it was read, and why it is independent.
    note: String,
    source: String,
    link: Option<String>,
    observed: String,
    predictions: Vec<Cell>,
    problem: Option<String>,
}

#[derive(Serialize)]
struct Cell {
    structure: String,
    predicted: String,
    interval: String,
    ratio: String,
    verdict: String,
    beyond: bool,
    /// Why its interval is unknown.
    no_interval: Option<String>,
    problem: Option<String>,
}

/// The page: one self-contained HTML text.
///
/// # Errors
/// A figure or the template failed: a fault of this program.
pub fn page(validation: &Validation, made: &Made) -> Result<String, ReportError> {
    let summary = validation.summary();
    let folds = &summary.target;
    let headline = match summary.target_met {
        None => "No row counts for parent drug in plasma".to_owned(),
        Some(met) => format!(
            "{} of {} plasma observations of the drug are within 1.25-fold, {} within 2-fold: the target is {}",
            percent(folds.within_1_25),
            folds.rows,
            percent(folds.within_2),
            if met { "met" } else { "missed" }
        ),
    };
    let one = |name: &str, folds: &Folds| {
        vec![Group {
            name: name.to_owned(),
            folds: *folds,
        }]
    };
    let mut whole = one("parent drug in plasma", folds);
    whole.extend(one("everything", &summary.all));
    let tables = [
        ("Altogether", whole),
        ("Parent drug in plasma by drug", summary.by_drug.clone()),
        ("By model, alternatives included", summary.by_model.clone()),
        ("By route", summary.by_route.clone()),
        ("By what was measured", summary.by_moiety.clone()),
        ("By where blood was taken", summary.by_sampling.clone()),
    ];
    let view = View {
        style: include_str!("../../templates/course.css"),
        figure_style: include_str!("../../templates/figure.css"),
        headline,
        target: words::target(&summary),
        rows: validation.rows.len(),
        papers: validation.papers(),
        unserved: validation
            .rows
            .iter()
            .filter(|row| row.predictions.is_empty())
            .count(),
        figure: drawn::figure(validation, true)?,
        other_figure: drawn::figure(validation, false)?,
        tables: tables
            .into_iter()
            .map(|(title, groups)| Agreement {
                title,
                lines: groups.iter().map(folds_line).collect(),
            })
            .collect(),
        grades: grades(validation),
        studies: studies(validation),
        draws: validation.draws,
        command: made.command.clone(),
        version: made.version.clone(),
    };
    render(
        "validation.html",
        include_str!("../../templates/validation.html"),
        &view,
    )
}

fn folds_line(group: &Group) -> FoldsLine {
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), words::fold);
    FoldsLine {
        name: group.name.clone(),
        rows: group.folds.rows,
        afe: number(group.folds.afe),
        aafe: number(group.folds.aafe),
        narrow: percent(group.folds.within_1_25),
        wide: percent(group.folds.within_2),
    }
}

/// Every model that answers for a row, with its grade.
fn grades(validation: &Validation) -> Vec<GradeLine> {
    let mut models: Vec<&String> = Vec::new();
    for (_, prediction) in validation.predictions() {
        for model in &prediction.models {
            if !models.contains(&model) {
                models.push(model);
            }
        }
    }
    models.sort_unstable();
    let line = |model: &String| {
        let graded = validation.grade(model);
        let routes = graded.by_route.iter();
        let routes: Vec<String> = routes.map(|(route, rows)| format!("{route} {rows}")).collect();
        GradeLine {
            model: model.clone(),
            grade: match graded.grade {
                ModelGrade::NotValidated => "not validated".to_owned(),
                grade => grade.to_string(),
            },
            counted: graded.counted,
            used: graded.used,
            routes: routes.join(", "),
        }
    };
    models.into_iter().map(line).collect()
}

fn studies(validation: &Validation) -> Vec<Study> {
    let mut studies: Vec<Study> = Vec::new();
    for row in &validation.rows {
        let line = line(row);
        match studies.last_mut() {
            Some(study) if study.id == row.paper => study.rows.push(line),
            _ => studies.push(Study {
                title: row.title.clone(),
                id: row.paper.clone(),
                about: match row.sampling.word() {
                    "none" => row.people.clone(),
                    "unknown" => format!("{}; where blood was taken is not known", row.people),
                    site => format!("{}; {site}", row.people),
                },
                rows: vec![line],
            }),
        }
    }
    studies
}

fn line(row: &Row) -> Line {
    let mut notes = vec![row.treatment.clone()];
    notes.extend(row.against.iter().map(|against| format!("against {against}")));
    let read = row.locator.as_ref();
    notes.push(match read {
        Some(locator) => format!("{}: {locator}", row.grade),
        None => row.grade.to_string(),
    });
    notes.extend(row.independent.iter().map(|why| format!("independent: {why}")));
    if !row.used_for.is_empty() {
        notes.push(format!("used for {}", row.used_for.join(", ")));
    }
    Line {
        name: row.name.clone(),
        note: notes.join(" · "),
        source: row.source.clone(),
        link: row.link.clone(),
        observed: words::observed(row),
        predictions: row.predictions.iter().map(cell).collect(),
        problem: row.problem.clone(),
    }
}

fn cell(prediction: &Prediction) -> Cell {
    let verdict = words::verdict(prediction);
    Cell {
        structure: prediction.structure.clone(),
        predicted: words::predicted(prediction),
        interval: words::interval(prediction),
        ratio: words::ratio(prediction),
        verdict: if prediction.counted {
            verdict
        } else {
            "not counted"
        }
        .to_owned(),
        beyond: prediction.counted && verdict == "beyond 2",
        no_interval: prediction.no_interval.clone(),
        problem: prediction.problem.clone(),
    }
}
