//! Studies and rebuilt numbers of the page.

use euthymia_evidence::StudyRow;
use euthymia_evidence::rebuild::{Rebuilt as Published, Status};
use serde::Serialize;

use super::links;
use crate::figure::number::{count, two_decimals, with_minus};

/// A study of the library.
#[derive(Serialize)]
pub(super) struct Study {
    id: String,
    label: String,
    href: Option<String>,
    title: String,
    condition: String,
    design: String,
    n: String,
    arms: Vec<String>,
    numbers: String,
    doi: Option<String>,
    registration: Option<String>,
    overlaps: String,
    layer: bool,
}

pub(super) fn study(row: &StudyRow) -> Study {
    Study {
        id: row.study_id.clone(),
        label: row.label.clone(),
        href: Some(row.source_url.clone()).filter(|url| links::is_address(url)),
        title: row.title.clone(),
        condition: row.condition.replace('-', " "),
        design: format!("{}, {}", row.design.word(), row.blinding.word()),
        n: row.n.map_or_else(String::new, |n| count(u64::from(n))),
        arms: row.arms.clone(),
        numbers: format!("{} outcomes, {} contrasts", row.outcomes, row.contrasts),
        doi: row.doi.clone(),
        registration: row.registration.clone(),
        overlaps: row.overlaps_with.join(", "),
        layer: row.layer,
    }
}

/// A published pooled number beside ours.
#[derive(Serialize)]
pub(super) struct Rebuilt {
    label: String,
    href: Option<String>,
    what: String,
    published: String,
    computed: String,
    status: &'static str,
    class: &'static str,
    reason: String,
}

pub(super) fn rebuilt(row: &Published) -> Rebuilt {
    let (status, class) = match row.status {
        Status::Rebuilt => ("rebuilt", "yes"),
        Status::Partly => ("in part", "part"),
        Status::Differs => ("differs", "no"),
        Status::Cannot => ("cannot be", "unknown"),
    };
    let what = match &row.time {
        Some(time) => format!("{}: {}, {time}", row.contrast, row.outcome),
        None => format!("{}: {}", row.contrast, row.outcome),
    };
    let [estimate, low, high] = row.published;
    Rebuilt {
        label: row.label.clone(),
        href: Some(row.source_url.clone()).filter(|url| links::is_address(url)),
        what: with_minus(&what),
        published: format!("{} {}", row.measure.word(), range(estimate, low, high)),
        computed: row.computed.map_or_else(String::new, |[estimate, low, high]| {
            range(Some(estimate), Some(low), Some(high))
        }),
        status,
        class,
        reason: row.reason.clone().or_else(|| row.how.clone()).unwrap_or_default(),
    }
}

/// How many were rebuilt.
pub(super) fn rebuilt_summary(rows: &[Published]) -> String {
    let with = |status: Status| rows.iter().filter(|row| row.status == status).count();
    format!(
        "Of {} pooled numbers that reviews published, {} are rebuilt to the printed digit, {} from a part of their inputs, {} \
         come out differently, {} cannot be rebuilt from what was printed.",
        rows.len(),
        with(Status::Rebuilt),
        with(Status::Partly),
        with(Status::Differs),
        with(Status::Cannot)
    )
}

fn range(estimate: Option<f64>, low: Option<f64>, high: Option<f64>) -> String {
    let estimate = estimate.map_or_else(|| "?".to_owned(), two_decimals);
    match (low, high) {
        (Some(low), Some(high)) => format!("{estimate} ({} to {})", two_decimals(low), two_decimals(high)),
        _ => estimate,
    }
}
