//! What every curve rests on, from the files' own words.

use super::Run;
use crate::assembly::LATENT_INSTRUMENT;
use crate::course::Course;
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
    let mut of_scale = vec![
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
    ];
    if let Some(kin) = instrument.kin.iter().find(|kin| kin.id == LATENT_INSTRUMENT) {
        let words = format!("{} read from {}", instrument.abbreviation, kin.abbreviation);
        of_scale.extend(kin.link.sources.iter().map(|key| ("Scale", words.clone(), key)));
    }
    for (part, words, key) in of_scale {
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

pub(super) fn metadata<'f>(file: &'f ModelFile, name: &str) -> Option<&'f MetadataValue> {
    let found: Option<&Metadata> = file.metadata.iter().find(|metadata| metadata.name.text == name);
    found.map(|metadata| &metadata.value)
}

pub(super) fn text<'f>(file: &'f ModelFile, name: &str) -> Option<&'f str> {
    metadata(file, name)?.as_text()
}
