//! Pools of the page: forest, studies with their pages, what was left out and why, certainty.

use euthymia_evidence::claims::Item;
use euthymia_evidence::{Answer, Review};
use serde::Serialize;

use super::links::{self, Link};
use crate::error::ReportError;
use crate::figure::number::{fixed, with_minus};
use crate::figure::{Drawing, Size, SynthesisFigure, estimate_text, fitted, interval_text, p_text};

/// A pool.
#[derive(Serialize)]
pub(super) struct Pool {
    pub(super) key: String,
    title: String,
    question: String,
    /// What comes out, as HTML.
    result: Option<String>,
    figure: Option<String>,
    said: Vec<String>,
    studies: Vec<Study>,
    raw_heads: Vec<String>,
    excluded: Vec<Excluded>,
    rules: Vec<String>,
    certainty: Option<String>,
    domains: Vec<Domain>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct Study {
    label: String,
    href: Option<String>,
    arms: String,
    raw: Vec<String>,
    estimate: String,
    weight: String,
    notes: Vec<String>,
    sources: Vec<Link>,
}

#[derive(Serialize)]
struct Excluded {
    label: String,
    href: Option<String>,
    reason: String,
}

#[derive(Serialize)]
struct Domain {
    domain: String,
    concern: String,
    reason: String,
    by: &'static str,
}

/// Every live pool of the review, each once.
pub(super) fn of(review: &Review) -> Result<Vec<Pool>, ReportError> {
    let mut pools: Vec<Pool> = Vec::new();
    for item in review.claims.iter().flat_map(|claim| &claim.items) {
        if let Some(answer) = &item.answer
            && pools.iter().all(|pool| pool.key != item.key)
        {
            pools.push(pool(item, answer)?);
        }
    }
    Ok(pools)
}

/// Pools to which no study answers, in words.
pub(super) fn missing(review: &Review) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for item in review.claims.iter().flat_map(|claim| &claim.items) {
        let none = item
            .answer
            .as_ref()
            .is_some_and(|answer| answer.synthesis.is_none());
        if none || item.estimate.is_none() {
            let reason = item.answer.as_ref().and_then(|answer| answer.said.first());
            let reason = reason
                .or(item.remarks.first())
                .cloned()
                .unwrap_or_else(|| "no number".to_owned());
            let line = format!("{}: {reason}", item.says);
            if !out.contains(&line) {
                out.push(line);
            }
        }
    }
    out
}

fn pool(item: &Item, answer: &Answer) -> Result<Pool, ReportError> {
    let selection = &answer.selection;
    let synthesis = answer.synthesis.as_ref();
    let figure = match synthesis {
        Some(synthesis) => {
            let id = format!("forest-{}", item.key);
            let drawing = Drawing {
                figure: SynthesisFigure::Forest,
                id: &id,
                synthesis,
            };
            Some(fitted(&drawing, &Size::ALL)?)
        }
        None => None,
    };
    let pooled = synthesis.and_then(|synthesis| Some((synthesis, synthesis.pooled.as_ref()?)));
    let result = pooled.map(|(synthesis, row)| {
        let studies = if row.pooled.k == 1 {
            "study".to_owned()
        } else {
            format!("{} studies", row.pooled.k)
        };
        let prediction = row.shown_prediction.map_or_else(String::new, |bounds| {
            format!("; a new study: {}", interval_text(synthesis, bounds))
        });
        let said = format!(
            "{} {}, {}, {studies}{prediction}",
            synthesis.measure.name(),
            estimate_text(synthesis, row.shown),
            p_text(row.pooled.p)
        );
        // The page it was read on, or the table of the studies that it is computed from.
        let list = format!("#studies-of-{}", item.key);
        let target = links::target(&item.key, "", &item.sources, &[], Some(&list));
        links::of_one(&said, target.as_ref())
    });
    Ok(Pool {
        key: item.key.clone(),
        title: item.says.clone(),
        question: question(&selection.question),
        result,
        figure,
        said: typeset(&answer.said),
        studies: studies(answer),
        raw_heads: synthesis.map_or_else(Vec::new, |synthesis| synthesis.raw_columns.clone()),
        excluded: selection
            .excluded
            .iter()
            .map(|excluded| Excluded {
                label: excluded.label.clone(),
                href: Some(excluded.source_url.clone()).filter(|url| links::is_address(url)),
                reason: excluded.reason.clone(),
            })
            .collect(),
        rules: typeset(&selection.rules),
        certainty: item.grade.as_ref().map(|grade| grade.certainty.to_owned()),
        domains: item
            .grade
            .iter()
            .flat_map(|grade| &grade.domains)
            .map(|domain| Domain {
                domain: domain.domain.to_owned(),
                concern: domain.concern.to_owned(),
                reason: links::of_one(&domain.reason, None),
                by: if domain.computed { "computed" } else { "by hand" },
            })
            .collect(),
        warnings: typeset(synthesis.map_or(&selection.warnings, |synthesis| &synthesis.warnings)),
    })
}

/// Texts as HTML, with the minus and the I² of the page.
fn typeset(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| links::of_one(text, None)).collect()
}

/// What was asked: after the outcome stand words of the tables, which have hyphens for spaces.
fn question(question: &str) -> String {
    match question.rsplit_once(": ") {
        Some((outcome, words)) => format!("{outcome}: {}", words.replace('-', " ")),
        None => question.to_owned(),
    }
}

fn studies(answer: &Answer) -> Vec<Study> {
    let Some(synthesis) = &answer.synthesis else {
        return Vec::new();
    };
    answer
        .selection
        .included
        .iter()
        .zip(&synthesis.studies)
        .map(|(included, row)| {
            let mut notes = included.conversions.clone();
            notes.extend(included.cautions.iter().cloned());
            Study {
                label: row.study.label.clone(),
                href: row.study.link.clone().filter(|url| links::is_address(url)),
                arms: included.arms.clone(),
                raw: row.study.raw.iter().map(|cell| with_minus(cell)).collect(),
                estimate: estimate_text(synthesis, row.shown),
                weight: row
                    .weight
                    .map_or_else(String::new, |weight| format!("{} %", fixed(weight, 1))),
                notes,
                sources: links::of_sources(&included.sources),
            }
        })
        .collect()
}
