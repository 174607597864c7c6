//! What a run assumes: the numbers that no source gives, and which of them are sampled.

use euthymia_therapy::result::Assumption;
use serde::Serialize;

use crate::figure::number::{count, significant};

use super::tables::{Cell, Table};

/// The numbers that no source gives.
#[derive(Debug, Serialize)]
pub(crate) struct Assumed {
    /// How many there are.
    sentence: String,
    table: Table,
}

/// A row for every number; nothing where there is none.
pub(crate) fn assumed_of(assumptions: &[Assumption]) -> Option<Assumed> {
    if assumptions.is_empty() {
        return None;
    }
    let sampled = assumptions.iter().filter(|one| one.lower.is_some()).count() as u64;
    let all = assumptions.len() as u64;
    let sentence = format!(
        "{} {} no source: {}. {} of them {} drawn anew for every draw of the uncertain parameters; the others are taken as \
         known.",
        count(all),
        if all == 1 {
            "number of the models has"
        } else {
            "numbers of the models have"
        },
        "what each is, and why it has its value, stands below",
        count(sampled),
        if sampled == 1 { "is" } else { "are" },
    );
    let rows = assumptions
        .iter()
        .map(|one| {
            let what = if one.label.is_empty() {
                &one.parameter
            } else {
                &one.label
            };
            let range = one.lower.zip(one.upper).map_or_else(
                || "taken as known".to_owned(),
                |(lower, upper)| format!("{} to {}", significant(lower, 3), significant(upper, 3)),
            );
            vec![
                Cell::text(what),
                Cell::number(significant(one.value, 3)),
                Cell::number(range),
                Cell::text(&one.reason),
                Cell::text(format!("{}: {}", one.part, one.parameter)),
            ]
        })
        .collect();
    let table = Table {
        caption: "Numbers of the models that are assumed".to_owned(),
        head: ["What", "Value", "Nine in ten draws", "Why", "Name in the models"]
            .map(str::to_owned)
            .to_vec(),
        rows,
        note: String::new(),
    };
    Some(Assumed { sentence, table })
}
