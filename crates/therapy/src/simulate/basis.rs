//! What every curve rests on, and what a reader must know before believing it: from the files' own words.

use super::Run;
use crate::course::{Course, People};
use crate::design::{FEWEST_FOR_A_SPLIT, FEWEST_FOR_INTERVALS};
use crate::drug::DrugKind;
use crate::lint::{Comment, Grade, comments};
use crate::result::Basis;
use euthymia_diagnostics::Source;
use euthymia_model::syntax::tree::{Metadata, MetadataValue, ModelFile};
use std::collections::BTreeMap;

/// A row for every model file, then one for the scale.
pub(crate) fn table(course: &Course, run: &Run<'_>) -> Vec<Basis> {
    let files = run.assembly.model.files().zip(&run.assembly.files);
    let mut rows: Vec<Basis> = files.map(|(file, source)| of_file(run, file, source)).collect();
    let instrument = course.people.instrument();
    for (part, words, key) in [
        (
            "Response",
            instrument.response_in_words(),
            &instrument.response_source,
        ),
        (
            "Remission",
            instrument.remission_in_words(),
            &instrument.remission_source,
        ),
    ] {
        let source = run.sources.get(key);
        rows.push(Basis {
            curves: part.to_owned(),
            part: words,
            citation: source.map_or_else(|| key.clone(), |source| source.citation.clone()),
            url: source.and_then(|source| source.link()),
            grades: source.map_or_else(String::new, |source| source.seen.in_words().to_owned()),
            remark: String::new(),
        });
    }
    rows
}

fn of_file(run: &Run<'_>, file: &ModelFile, source: &Source) -> Basis {
    let comments = comments(source);
    let cited = main_source(&comments).and_then(|key| run.sources.get(key));
    let reference = text(file, "reference");
    Basis {
        curves: curves(run, file),
        part: text(file, "description").unwrap_or(&file.name.text).to_owned(),
        citation: reference
            .or(cited.map(|source| source.citation.as_str()))
            .unwrap_or_default()
            .to_owned(),
        url: reference.and_then(doi).or_else(|| cited?.link()),
        grades: counted(&comments),
        remark: remark(file),
    }
}

/// The address of the first DOI in a text.
fn doi(text: &str) -> Option<String> {
    let from = text.find("doi:").map(|at| at + "doi:".len())?;
    let doi = text[from..].split([' ', ';', ',']).next()?.trim_end_matches('.');
    (!doi.is_empty()).then(|| format!("https://doi.org/{doi}"))
}

/// The labels of what a file reports, those that the result holds first.
fn curves(run: &Run<'_>, file: &ModelFile) -> String {
    let names = metadata(file, "outputs")
        .map(|outputs| outputs.items())
        .unwrap_or_default();
    let names = names
        .iter()
        .filter_map(|item| item.name.as_ref())
        .map(|name| name.text.as_str());
    let labels = run.assembly.model.outputs();
    let label = |name: &str| {
        let reported = run
            .reported
            .iter()
            .find(|reported| reported.name == name)
            .map(|reported| &reported.label);
        reported
            .or_else(|| {
                labels
                    .iter()
                    .find(|label| label.name == name)
                    .map(|label| &label.label)
            })
            .cloned()
    };
    names.filter_map(label).collect::<Vec<_>>().join(", ")
}

/// The key that at least half of the numbers of a file come from.
fn main_source(comments: &[Comment]) -> Option<&str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for comment in comments {
        *counts.entry(&comment.key).or_default() += 1;
    }
    let half = comments.len().div_ceil(2);
    counts
        .into_iter()
        .find(|(_, count)| *count >= half)
        .map(|(key, _)| key)
}

/// `12 seen, 2 assumed`.
fn counted(comments: &[Comment]) -> String {
    let count = |grade: Grade| comments.iter().filter(|comment| comment.grade == grade).count();
    let words = Grade::ALL
        .into_iter()
        .map(|grade| (count(grade), grade))
        .filter(|(count, _)| *count > 0);
    words
        .map(|(count, grade)| format!("{count} {grade}"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn remark(file: &ModelFile) -> String {
    let mut parts: Vec<&str> = text(file, "provisional").into_iter().collect();
    if let Some(limits) = metadata(file, "limits") {
        parts.extend(limits.as_text());
        parts.extend(limits.items().iter().filter_map(|item| item.value.as_text()));
    }
    parts.join(" ")
}

fn metadata<'f>(file: &'f ModelFile, name: &str) -> Option<&'f MetadataValue> {
    let found: Option<&Metadata> = file.metadata.iter().find(|metadata| metadata.name.text == name);
    found.map(|metadata| &metadata.value)
}

fn text<'f>(file: &'f ModelFile, name: &str) -> Option<&'f str> {
    metadata(file, name)?.as_text()
}

/// What the reader must know before believing: what is provisional, what the drugs' files warn of, what this run left
/// out.
pub(crate) fn cautions(course: &Course, run: &Run<'_>, size: u64) -> Vec<String> {
    let mut cautions: Vec<String> = Vec::new();
    let mut add = |caution: String| {
        if !cautions.contains(&caution) {
            cautions.push(caution);
        }
    };
    for file in run.assembly.model.files() {
        if let Some(provisional) = text(file, "provisional") {
            add(format!("The response model is provisional. {provisional}"));
        }
    }
    for treatment in &course.treatments {
        if treatment.drug.kind == DrugKind::Control {
            add(treatment.drug.description.clone());
        }
        treatment.drug.cautions.iter().cloned().for_each(&mut add);
    }
    let uses = |name: &str| {
        run.assembly
            .model
            .constants()
            .iter()
            .any(|(constant, _)| constant == name)
            || {
                run.assembly
                    .model
                    .covariates()
                    .iter()
                    .any(|covariate| covariate.name == name)
            }
    };
    if let Some(psychotherapy) = &course.psychotherapy {
        if uses("PSYCH") {
            add(format!(
                "The model knows only that there is psychotherapy: the kind ({}) and the times of its sessions change nothing.",
                psychotherapy.kind
            ));
        } else {
            add(format!(
                "Psychotherapy ({}) is recorded; the response model leaves it out.",
                psychotherapy.kind
            ));
        }
    }
    let instrument = course.people.instrument();
    if let Some(link) = &instrument.link {
        add(format!(
            "Scores of {} are read from those of {} through linked scores of patients, not simulated.",
            instrument.abbreviation,
            link.from.to_uppercase()
        ));
    }
    if matches!(course.people, People::Patient(_)) {
        add(
            "For one patient the spread shows what cannot be known beforehand, not what will happen."
                .to_owned(),
        );
    }
    if size < FEWEST_FOR_INTERVALS {
        add(format!(
            "With {size} virtual patients the uncertainty of means and proportions cannot be told from chance; intervals \
             need at least {FEWEST_FOR_INTERVALS}."
        ));
    } else if size < FEWEST_FOR_A_SPLIT {
        let studies = u64::from(run.design.studies());
        add(format!(
            "{size} virtual patients are {} in each of {studies} simulated studies: the intervals of means and \
             proportions, and the parts of the variance, are rough (a part may read 0 because it is small). \
             {FEWEST_FOR_A_SPLIT} patients and more tell them apart.",
            size / studies
        ));
    }
    cautions
}
