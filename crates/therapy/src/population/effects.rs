//! Random effects and uncertain parameters of virtual patients and studies.

use super::PARAMETERS;
use crate::posterior::{Posterior, rows_of};
use crate::result::Design;
use euthymia_model::{Level, Model};
use euthymia_population::{Effects, STUDY_EFFECTS, SUBJECT_EFFECTS, draw_of};
use euthymia_stats::CholeskyError;
use euthymia_stats::random::Stream;

/// The blocks of a model at the level of the patient; occasions count as patients.
pub(crate) fn of_patients(model: &Model) -> Result<Vec<Effects>, CholeskyError> {
    let blocks = model.omegas().iter().filter(|block| block.level != Level::Study);
    blocks.map(Effects::new).collect()
}

/// Draws the effects of a patient: `each(block, effect of the block, value)`.
pub(crate) fn draw_patient(
    blocks: &[Effects],
    stream: Stream,
    subject: u64,
    mut each: impl FnMut(usize, usize, f64),
) {
    let source = stream.at(SUBJECT_EFFECTS, 0, subject);
    let mut scratch = Vec::new();
    for (block, effects) in blocks.iter().enumerate() {
        effects.draw(&source, &mut scratch, |effect, value| each(block, effect, value));
    }
}

/// Values by study, each name with its column.
pub(crate) type Columns = Vec<(String, Vec<f64>)>;

/// Effects between studies: for every effect, a value per study.
pub(crate) fn of_studies(model: &Model, design: Design, stream: Stream) -> Result<Columns, CholeskyError> {
    let mut columns = Columns::new();
    for block in model.omegas().iter().filter(|block| block.level == Level::Study) {
        let effects = Effects::new(block)?;
        let first = columns.len();
        columns.extend(effects.names().iter().map(|name| (name.clone(), Vec::new())));
        let mut scratch = Vec::new();
        for study in 0..design.studies() {
            let source = stream.at(STUDY_EFFECTS, study, 0);
            effects.draw(&source, &mut scratch, |at, value| {
                columns[first + at].1.push(value)
            });
        }
    }
    Ok(columns)
}

/// Uncertain parameters: for every one, a value per draw. Those of a posterior are taken from it together, a whole row for
/// each draw; others are normal around their estimate on the scale of `ini`, within their bounds.
pub(crate) fn of_draws(
    model: &Model,
    posterior: Option<&Posterior>,
    design: Design,
    stream: Stream,
) -> Columns {
    let mut columns = independent(model, design, stream);
    if let Some(posterior) = posterior {
        let rows = rows_of(stream, posterior.len(), design.draws.max(1));
        for (at, name) in posterior.names().iter().enumerate() {
            let of_row = |row: &usize| posterior.draw(*row)[at];
            columns.push((name.clone(), rows.iter().map(of_row).collect()));
        }
    }
    columns
}

fn independent(model: &Model, design: Design, stream: Stream) -> Columns {
    let uncertain = model.uncertainty();
    let thetas = uncertain
        .iter()
        .filter_map(|(name, error)| Some((model.theta(name)?, *error)));
    thetas
        .map(|(theta, error)| {
            let draw = draw_of(&theta.name);
            let value = |replicate| {
                let deviate = stream.at(PARAMETERS, replicate, 0).normal(draw);
                (theta.value + error * deviate).clamp(theta.lower, theta.upper)
            };
            (theta.name.clone(), (0..design.draws.max(1)).map(value).collect())
        })
        .collect()
}
