//! Small-study effects, selection and fragility: metafor's `regtest`, `ranktest`, `trimfill`, `fsn`, `selmodel` and `tes`,
//! meta's `metabias` and `trimfill`, metasens' `copas` and `limitmeta`, weightr; and `pet_peese`, `pcurve`, `fragility`,
//! which are our own.

mod asymmetry;
mod robustness;
mod selection;
mod trials;

use super::studies::Studies;
use super::univariate::Model;
use super::{Analysis, Runner};
use crate::MetaError;

/// Kinds of this family.
pub(crate) const KINDS: &[(&str, Runner)] = &[
    ("regtest", asymmetry::regtest),
    ("ranktest", asymmetry::ranktest),
    ("metabias", asymmetry::metabias),
    ("limitmeta", asymmetry::limitmeta),
    ("pet_peese", asymmetry::pet_peese),
    ("trimfill", robustness::trimfill),
    ("metatrimfill", robustness::metatrimfill),
    ("fsn", robustness::fsn),
    ("tes", robustness::tes),
    ("pcurve", robustness::pcurve),
    ("fragility", robustness::fragility),
    ("selmodel", selection::selmodel),
    ("selmodel_weightr", selection::weightr),
    ("copas", selection::copas),
];

/// The studies of an analysis, each with a variance above 0: the line is told of one that has not.
fn studies(analysis: &Analysis) -> Result<Studies, MetaError> {
    let studies = Studies::of(analysis)?;
    weighable(&studies)?;
    Ok(studies)
}

/// The same with moderators and options.
fn model(analysis: &Analysis) -> Result<Model, MetaError> {
    let model = Model::of(analysis)?;
    weighable(&model.studies)?;
    Ok(model)
}

fn weighable(studies: &Studies) -> Result<(), MetaError> {
    let bad = |v: &f64| !(*v > 0.0 && v.is_finite());
    match studies.vi.iter().position(bad) {
        None => Ok(()),
        Some(row) => Err(MetaError::Row {
            line: studies.frame.line(row),
            reason: format!(
                "the sampling variance is {}, it must be above 0 to weigh the study",
                studies.vi[row]
            ),
        }),
    }
}
