//! `euthymia evidence studies`: what is in the library and in the user's own layer.

use std::path::Path;

use euthymia_evidence::{StudyRow, Words, list_studies};
use euthymia_report::evidence as report;

use super::arguments::Studies;
use super::{load, print_json, question};
use crate::arguments::Shared;
use crate::exit::Failure;
use crate::output;

/// Lists the studies that are asked for.
pub(crate) fn run(options: &Studies, layer: Option<&Path>, shared: &Shared) -> Result<(), Failure> {
    let (evidence, words) = load::load(layer, shared)?;
    let unknown = |what: &'static str| {
        move |error: euthymia_evidence::UnknownWord| {
            question::wrong(euthymia_evidence::select::QueryError::Unknown {
                what,
                word: error.word,
                near: error.near,
            })
        }
    };
    let of_studies = evidence.studies.iter().map(|study| study.condition.as_str());
    let conditions =
        Words::expand(&words.conditions, of_studies, &options.condition).map_err(unknown("condition"))?;
    let of_arms = evidence.arms.iter().map(|arm| arm.drug.as_str());
    let drugs = Words::expand(&words.drugs, of_arms, &options.drug).map_err(unknown("drug"))?;
    let designs = question::designs(&options.design)?;
    let found: Vec<StudyRow> = list_studies(&evidence, &conditions, &drugs, &designs);
    let is_told = match &options.csv {
        Some(path) => output::write_csv(
            path,
            &StudyRow::COLUMNS,
            found.iter().map(StudyRow::cells),
            shared,
        )?,
        None => false,
    };
    if shared.json {
        print_json(&found);
    } else if !shared.quiet && !is_told {
        let (width, colour) = output::terminal();
        print!("{}", report::studies(&found, width, colour));
    }
    Ok(())
}
