//! The page and the lines of a search over schedules: the frontier, what was excluded, how sure it is.

mod figure;
mod tables;
mod words;

use euthymia_therapy::optimise::Optimised;
use serde::Serialize;

use crate::course::{Assumed, Fact, FigureView, Table, assumed_of, files, provenance};
use crate::error::ReportError;
use crate::figure::STYLE;
use crate::lines::{Lines, Style};
use crate::template::render;
use crate::terminal::Colour;

/// What the template is given.
#[derive(Serialize)]
struct View {
    title: String,
    findings: Vec<String>,
    description: String,
    searched: Vec<Fact>,
    figure_style: &'static str,
    page_style: &'static str,
    frontier: Option<FigureView>,
    points: Option<Table>,
    nearest: Option<Table>,
    limits: Option<Table>,
    beyond: Vec<String>,
    assumed: Option<Assumed>,
    cautions: Vec<String>,
    provenance: Vec<Fact>,
    files: Table,
}

/// The page: one self-contained HTML text, without scripts and without anything loaded from elsewhere.
///
/// # Errors
/// A value is not finite.
pub fn page(result: &Optimised) -> Result<String, ReportError> {
    finite(result)?;
    let view = View {
        title: result.title.clone(),
        findings: result.findings.clone(),
        description: result.description.clone(),
        searched: words::searched(result),
        figure_style: STYLE,
        page_style: include_str!("../templates/course.css"),
        frontier: figure::frontier(result)?,
        points: (!result.frontier.is_empty()).then(|| tables::points(result)),
        nearest: (!result.nearest.is_empty()).then(|| tables::nearest(result)),
        limits: (!result.keeps.is_empty()).then(|| tables::limits(result)),
        beyond: words::beyond(result),
        assumed: assumed_of(&result.assumptions),
        cautions: result.cautions.clone(),
        provenance: provenance(&result.provenance),
        files: files(&result.provenance),
    };
    render("optimise.html", include_str!("../templates/optimise.html"), &view)
}

/// Refuses a benefit or burden that is no number.
fn finite(result: &Optimised) -> Result<(), ReportError> {
    for (index, one) in result.all.iter().enumerate() {
        for value in one.benefits.iter().chain([&one.burden]) {
            if !value.is_finite() {
                return Err(ReportError::NotFinite {
                    series: one.label.clone(),
                    index,
                    value: *value,
                });
            }
        }
    }
    Ok(())
}

/// What was found, and the frontier, a line a schedule.
#[must_use]
pub fn table(result: &Optimised, width: usize, colour: Colour) -> String {
    let mut out = Lines {
        text: String::new(),
        width: width.max(40),
        colour,
    };
    for (at, finding) in result.findings.iter().enumerate() {
        out.paragraph(finding, if at == 0 { Style::Bold } else { Style::Plain });
    }
    let shown = if result.frontier.is_empty() {
        &result.nearest
    } else {
        &result.frontier
    };
    if shown.is_empty() {
        return out.text;
    }
    out.blank();
    let heading = if result.frontier.is_empty() {
        "Nearest"
    } else {
        "Frontier"
    };
    out.line(&format!("{heading}: {}", words::columns(result)), Style::Dim);
    let given = (!result.frontier.iter().any(|point| point.is_given)).then_some(&result.given);
    let rows: Vec<(String, String)> = shown
        .iter()
        .chain(given)
        .map(|point| words::row(result, point))
        .collect();
    out.rows(&rows);
    let excluding: Vec<(String, String)> = result
        .keeps
        .iter()
        .map(|keep| (keep.text.clone(), words::excluded(keep)))
        .collect();
    if !excluding.is_empty() {
        out.blank();
        out.rows(&excluding);
    }
    out.blank();
    out.paragraph("Research software, not a medical device.", Style::Dim);
    out.text
}
