//! The page of one course with several structures of the kinetics: what they agree on, and how far they part.

mod figure;
mod tables;
mod words;

pub(crate) use words::{finding, value, width};

use euthymia_therapy::ensemble::Ensemble;
use serde::Serialize;

use crate::course::{Assumed, Fact, FigureView, Table, check, files, population, provenance};
use crate::error::ReportError;
use crate::figure::STYLE;
use crate::template::render;

/// What the template is given.
#[derive(Serialize)]
struct View {
    title: String,
    finding: String,
    description: String,
    figure_style: &'static str,
    page_style: &'static str,
    curves: Option<FigureView>,
    spreads: Table,
    population: Option<Table>,
    structures: Table,
    left_out: Vec<String>,
    assumed: Option<Assumed>,
    cautions: Vec<String>,
    provenance: Vec<Fact>,
    files: Table,
}

/// The page: one self-contained HTML text, without scripts and without anything loaded from elsewhere.
///
/// # Errors
/// When a result is empty, holds a value that is not finite, or series that do not match its times.
pub fn page(ensemble: &Ensemble) -> Result<String, ReportError> {
    if ensemble.members.is_empty() {
        return Err(ReportError::NoTimes);
    }
    for member in &ensemble.members {
        check(&member.result)?;
    }
    let left_out = ensemble.left_out.iter();
    let view = View {
        title: ensemble.title.clone(),
        finding: finding(ensemble),
        description: ensemble.description.clone(),
        figure_style: STYLE,
        page_style: include_str!("../../templates/course.css"),
        curves: figure::figure(ensemble)?,
        spreads: tables::spreads(ensemble),
        population: ensemble.members.first().map(|member| population(&member.result)),
        structures: tables::structures(ensemble),
        left_out: left_out
            .map(|left_out| {
                format!(
                    "{} ({}): {}",
                    left_out.structure.name, left_out.structure.key, left_out.why
                )
            })
            .collect(),
        assumed: tables::assumed(ensemble),
        cautions: tables::cautions(ensemble),
        provenance: provenance(&ensemble.provenance),
        files: files(&ensemble.provenance),
    };
    render(
        "ensemble.html",
        include_str!("../../templates/ensemble.html"),
        &view,
    )
}
