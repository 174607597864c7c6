//! A pooled answer: studies with their effects, what they come to together, and what was left out.

use euthymia_evidence::Answer;
use euthymia_evidence::select::Selection;
use euthymia_meta::synthesis::{StudyRow, Synthesis};

use super::hanging;
use crate::figure::number::two_decimals;
use crate::lines::{Lines, Style};
use crate::terminal::Colour;

/// The answer in lines.
#[must_use]
pub fn pool(answer: &Answer, width: usize, colour: Colour) -> String {
    let mut out = Lines {
        text: String::new(),
        width,
        colour,
    };
    out.paragraph(&answer.selection.question, Style::Bold);
    for rule in &answer.selection.rules {
        hanging(&mut out, "- ", rule, Style::Dim);
    }
    out.blank();
    if let Some(synthesis) = &answer.synthesis {
        table(&mut out, answer, synthesis);
    }
    for said in &answer.said {
        out.paragraph(said, Style::Bold);
    }
    let warnings = answer
        .synthesis
        .as_ref()
        .map_or(&answer.selection.warnings, |synthesis| &synthesis.warnings);
    for warning in warnings {
        hanging(&mut out, "WARNING: ", warning, Style::Bold);
    }
    remarks(&mut out, &answer.selection);
    left_out(&mut out, &answer.selection);
    out.text
}

/// The table of every synthesis; what is left out and what is suspicious is told below, with more of it.
fn table(out: &mut Lines, answer: &Answer, synthesis: &Synthesis) {
    let mut shown = synthesis.clone();
    shown.dropped.clear();
    shown.warnings.clear();
    out.text
        .push_str(&crate::terminal::synthesis(&shown, out.width, out.colour));
    let mut told = answer.reading.words().to_owned();
    if let Some(instrument) = &answer.selection.instrument {
        told.push_str(&format!("; points of {instrument}"));
    }
    let people = answer.selection.people();
    if people > 0.0 {
        told.push_str(&format!("; {people:.0} people"));
    }
    if let Some((below, above)) = &synthesis.favours {
        let none = synthesis
            .measure
            .shown_null()
            .map_or_else(String::new, two_decimals);
        told.push_str(&format!("; below {none} {below}, above it {above}"));
    }
    out.paragraph(&told, Style::Bold);
    out.blank();
}

pub(super) fn remarks(out: &mut Lines, selection: &Selection) {
    if selection.included.is_empty() {
        return;
    }
    out.line(
        "What was done to the numbers, and what the tables say of them",
        Style::Bold,
    );
    for study in &selection.included {
        let when = study
            .time_h
            .map_or_else(|| "time varies".to_owned(), |time| format!("{time} h"));
        out.paragraph(
            &format!("{}: {}; {} at {when}", study.label, study.arms, study.outcome),
            Style::Plain,
        );
        for told in study.conversions.iter().chain(&study.cautions) {
            hanging(out, "    ", told, Style::Dim);
        }
        for source in &study.sources {
            hanging(out, "    ", &source.url, Style::Dim);
        }
    }
    out.blank();
}

pub(super) fn left_out(out: &mut Lines, selection: &Selection) {
    let excluded = &selection.excluded;
    if excluded.is_empty() {
        return;
    }
    out.line(&format!("Not pooled: {}", excluded.len()), Style::Bold);
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for one in excluded {
        match reasons.iter_mut().find(|(reason, _)| *reason == one.reason) {
            Some((_, studies)) => studies.push(&one.study_id),
            None => reasons.push((&one.reason, vec![&one.study_id])),
        }
    }
    for (reason, studies) in reasons {
        out.paragraph(&format!("{reason}:"), Style::Plain);
        hanging(out, "    ", &studies.join(", "), Style::Dim);
    }
}

/// Columns of the studies as a table.
pub const COLUMNS: [&str; 18] = [
    "study_id",
    "status",
    "outcome",
    "time_h",
    "arms",
    "measure",
    "yi",
    "vi",
    "estimate",
    "ci_low",
    "ci_high",
    "weight",
    "n",
    "treated",
    "control",
    "conversions",
    "remarks",
    "source_url",
];

/// A row for each study that is pooled, then for each that is not, with the reason under `remarks`.
#[must_use]
pub fn rows(answer: &Answer) -> Vec<[String; 18]> {
    let number = |value: f64| format!("{value}");
    let optional = |value: Option<f64>| value.map_or_else(String::new, number);
    let of_row = |at: usize| -> Option<&StudyRow> { answer.synthesis.as_ref()?.studies.get(at) };
    let measure = answer.selection.measure.word().to_owned();
    let included = answer.selection.included.iter().enumerate().map(|(at, study)| {
        let row = of_row(at);
        let raw = |side: usize| {
            row.and_then(|row| row.study.raw.get(side).cloned())
                .unwrap_or_default()
        };
        [
            study.study_id.clone(),
            "pooled".to_owned(),
            study.outcome.clone(),
            optional(study.time_h),
            study.arms.clone(),
            measure.clone(),
            number(study.yi),
            number(study.vi),
            optional(row.map(|row| row.shown.value)),
            optional(row.map(|row| row.shown.lower)),
            optional(row.map(|row| row.shown.upper)),
            optional(row.and_then(|row| row.weight)),
            optional(study.n),
            raw(0),
            raw(1),
            study.conversions.join("; "),
            study.cautions.join("; "),
            study
                .sources
                .iter()
                .map(|source| source.url.as_str())
                .collect::<Vec<_>>()
                .join(" "),
        ]
    });
    let excluded = answer.selection.excluded.iter().map(|one| {
        let mut cells: [String; 18] = Default::default();
        cells[0].clone_from(&one.study_id);
        cells[1] = "not pooled".to_owned();
        cells[16].clone_from(&one.reason);
        cells[17].clone_from(&one.source_url);
        cells
    });
    included.chain(excluded).collect()
}
