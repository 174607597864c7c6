//! What can only be checked with the models in hand: the condition, the reported quantities, the scale, the trials.

use super::Course;
use crate::assembly::{Assembly, Characteristic, LATENT_INSTRUMENT, LeftOut, SCORE, assemble};
use crate::library::Library;
use euthymia_diagnostics::{Diagnostic, nearest};
use euthymia_document::{Cell, Rows};
use euthymia_model::Model;
use std::collections::BTreeSet;

/// Reports what of a course does not fit the models, the scale and the trials of a library; [`super::read`] has done so
/// for a course that was not changed since.
#[must_use]
pub fn check(course: &Course, library: &Library) -> Vec<Diagnostic> {
    let mut diagnostics = observed(course, library);
    diagnostics.extend(instrument(course, library));
    match assemble(course, library) {
        Ok(assembly) => {
            diagnostics.extend(condition(course, &assembly.model));
            diagnostics.extend(quantities(course, &assembly, library));
            diagnostics.extend(covariates(course, &assembly.model));
        }
        Err(wrong) => diagnostics.extend(wrong),
    }
    diagnostics
}

fn condition(course: &Course, model: &Model) -> Option<Diagnostic> {
    let items = model
        .metadata("conditions")
        .map(|conditions| conditions.items())
        .unwrap_or_default();
    let covered: Vec<&str> = items.iter().filter_map(|item| item.value.as_text()).collect();
    if covered.contains(&course.condition.as_str()) {
        return None;
    }
    let words: Vec<String> = covered.iter().map(|word| format!("\"{word}\"")).collect();
    let message = format!(
        "the response model `{}` does not cover \"{}\"",
        course.response_model, course.condition
    );
    let diagnostic = Diagnostic::error("C050", message)
        .at(&course.source, course.condition_span, "not covered")
        .note(match words.as_slice() {
            [] => "it names no `conditions`".to_owned(),
            words => format!("it covers {}", words.join(", ")),
        });
    Some(match nearest(&course.condition, covered) {
        Some(near) => diagnostic.help(format!("did you mean \"{near}\"?")),
        None => diagnostic,
    })
}

/// What a model can report: variables that have a value whatever the conditions, and compartments.
pub(crate) fn reported(model: &Model) -> impl Iterator<Item = &str> {
    let variables = model
        .variables()
        .iter()
        .filter(|variable| variable.reported)
        .map(|variable| &variable.name);
    let compartments = model.compartments().iter().map(|compartment| &compartment.name);
    variables.chain(compartments).map(String::as_str)
}

fn quantities(course: &Course, assembly: &Assembly, library: &Library) -> Vec<Diagnostic> {
    let known: BTreeSet<&str> = reported(&assembly.model).collect();
    let unknown: Vec<_> = course
        .report
        .quantities
        .iter()
        .filter(|(name, _)| !known.contains(name.as_str()))
        .collect();
    if unknown.is_empty() {
        return Vec::new();
    }
    // What could have been meant is also what the mechanism reports.
    let whole = assemble(&course.clone().with_whole_mechanism(), library);
    let assembly = whole.as_ref().unwrap_or(assembly);
    let model = &assembly.model;
    let known: BTreeSet<&str> = reported(model).collect();
    let labelled: Vec<String> = model.outputs().into_iter().map(|output| output.name).collect();
    unknown
        .into_iter()
        .map(|(name, span)| {
            let message = format!("no model of this course reports `{name}`");
            let diagnostic = Diagnostic::error("C051", message)
                .at(&course.source, *span, "not reported")
                .note(format!("they report {}", labelled.join(", ")));
            let has = |left_out: &&LeftOut| left_out.outputs.contains(name);
            if let Some(left_out) = assembly.left_out.iter().find(has) {
                return diagnostic.note(format!(
                    "the model `{}` reports it, but nothing in this course defines `{}`",
                    left_out.model,
                    left_out.missing.join("`, `")
                ));
            }
            let near = nearest(name, labelled.iter().map(String::as_str));
            match near.or_else(|| nearest(name, known.iter().copied())) {
                Some(near) => diagnostic.help(format!("did you mean \"{near}\"?")),
                None => diagnostic,
            }
        })
        .collect()
}

/// That the baseline's scale can be read from the response model's.
fn instrument(course: &Course, library: &Library) -> Option<Diagnostic> {
    let instrument = course.people.instrument();
    if instrument.descends_from(LATENT_INSTRUMENT) {
        return None;
    }
    let message = format!(
        "{} cannot be read from the scale of the response model",
        instrument.abbreviation
    );
    let why = match &instrument.unlinked {
        Some(why) => format!("`{}.toml`: {why}", instrument.id),
        None => format!(
            "no `[link]` leads from `{LATENT_INSTRUMENT}` to `{}.toml`",
            instrument.id
        ),
    };
    let readable: Vec<String> = library
        .stems("instruments", ".toml")
        .into_iter()
        .filter(|id| {
            library
                .instrument(id)
                .is_ok_and(|one| one.descends_from(LATENT_INSTRUMENT))
        })
        .map(|id| format!("`{id}`"))
        .collect();
    let diagnostic = Diagnostic::error("C053", message).note(why);
    Some(if readable.is_empty() {
        diagnostic
    } else {
        diagnostic.help(format!("give the baseline on one of {}", readable.join(", ")))
    })
}

/// That every open name is a characteristic of the patient or a factor of interactions, and that there is a score.
fn covariates(course: &Course, model: &Model) -> Vec<Diagnostic> {
    let open = model.covariates().iter().filter(|covariate| {
        Characteristic::named(&covariate.name).is_none() && !course.factors.contains_key(&covariate.name)
    });
    let mut diagnostics: Vec<Diagnostic> = open
        .map(|covariate| {
            let name = &covariate.name;
            let known = Characteristic::NAMES.map(|(known, _)| known);
            let mut diagnostic = Diagnostic::error("L025", format!("nothing defines `{name}`"))
                .at(&covariate.source, covariate.span, "used here")
                .note(format!("characteristics of a patient are {}", known.join(", ")));
            let factors: Vec<&str> = course.factors.keys().map(String::as_str).collect();
            if !factors.is_empty() {
                diagnostic = diagnostic.note(format!("factors of interactions are {}", factors.join(", ")));
            }
            let diagnostic = diagnostic.help(format!(
                "define it in an earlier model, or close it in `constants` of the route: `{name} = 0`"
            ));
            match nearest(name, known.into_iter().chain(factors)) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic,
            }
        })
        .collect();
    if !model.variables().iter().any(|variable| variable.name == SCORE) {
        diagnostics.push(Diagnostic::error(
            "L026",
            format!("the response model defines no `{SCORE}`"),
        ));
    }
    diagnostics
}

/// That the arms to draw are in the evidence tables.
fn observed(course: &Course, library: &Library) -> Vec<Diagnostic> {
    let Some(rows) = library.rows("evidence/arms.csv") else {
        return course
            .observed
            .iter()
            .map(|arm| {
                Diagnostic::error("C052", "the library holds no `evidence/arms.csv`").at(
                    &course.source,
                    arm.study_span,
                    "needs it",
                )
            })
            .collect();
    };
    let arms = pairs(rows, "study_id", "arm_id");
    let missing = course
        .observed
        .iter()
        .filter(|arm| !arms.contains(&(arm.study.clone(), arm.arm.clone())));
    missing
        .map(|arm| {
            let of_study: Vec<&str> = arms
                .iter()
                .filter(|(study, _)| *study == arm.study)
                .map(|(_, id)| id.as_str())
                .collect();
            if of_study.is_empty() {
                let message = format!("the evidence holds no study `{}`", arm.study);
                let diagnostic =
                    Diagnostic::error("C052", message).at(&course.source, arm.study_span, "not there");
                let studies: BTreeSet<&str> = arms.iter().map(|(study, _)| study.as_str()).collect();
                return match nearest(&arm.study, studies) {
                    Some(near) => diagnostic.help(format!("did you mean \"{near}\"?")),
                    None => diagnostic.help("`evidence/studies.csv` lists the studies"),
                };
            }
            let message = format!("the study `{}` has no arm `{}`", arm.study, arm.arm);
            let diagnostic = Diagnostic::error("C052", message)
                .at(&course.source, arm.arm_span, "not there")
                .note(format!("its arms are {}", of_study.join(", ")));
            match nearest(&arm.arm, of_study) {
                Some(near) => diagnostic.help(format!("did you mean \"{near}\"?")),
                None => diagnostic,
            }
        })
        .collect()
}

/// Two columns of a table, row by row.
fn pairs(rows: &Rows, one: &str, other: &str) -> BTreeSet<(String, String)> {
    let column = |name: &str| rows.header.iter().position(|cell| cell.text == name);
    let (Some(one), Some(other)) = (column(one), column(other)) else {
        return BTreeSet::new();
    };
    let trimmed = |cell: Cell<'_>| cell.text.trim().to_owned();
    rows.rows()
        .filter_map(|row| Some((trimmed(row.get(one)?), trimmed(row.get(other)?))))
        .collect()
}
