//! The living review as one page: questions, claims, every pool with its forest, every study, what is missing.
//!
//! [`page`] takes the one structure `Review` and returns the page as text. Numbers in sentences link to the pool they come
//! from or to the page they were read on; a pool links every study to the page its numbers were read on.

mod claims;
mod links;
mod pools;
mod tables;

use euthymia_evidence::Review;
use euthymia_evidence::claims::Item;
use serde::Serialize;

use crate::error::ReportError;
use crate::figure::number::count;
use crate::figure::{STYLE, SYNTHESIS_STYLE};
use crate::template::render;

use claims::{Claim, Question};
use pools::Pool;
use tables::{Rebuilt, Study};

/// What the page says of how it was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The command that makes the page again.
    pub command: String,
    /// Version of the program.
    pub version: String,
    /// How pools are computed.
    pub method: String,
}

/// A number at the head of the page.
#[derive(Serialize)]
struct Fact {
    number: String,
    of: String,
    href: &'static str,
}

#[derive(Serialize)]
struct View {
    style: &'static str,
    figure_style: &'static str,
    synthesis_style: &'static str,
    review_style: &'static str,
    facts: Vec<Fact>,
    memory: usize,
    layered: usize,
    questions: Vec<Question>,
    claims: Vec<Claim>,
    pools: Vec<Pool>,
    missing: Vec<String>,
    rebuilt: Vec<Rebuilt>,
    rebuilt_summary: String,
    studies: Vec<Study>,
    command: String,
    version: String,
    method: String,
}

/// The page: one self-contained HTML text.
///
/// # Errors
/// A figure or the template failed: a fault of this program.
pub fn page(review: &Review, made: &Made) -> Result<String, ReportError> {
    let pools = pools::of(review)?;
    let keys: Vec<&str> = pools.iter().map(|pool| pool.key.as_str()).collect();
    let items: Vec<&Item> = review.claims.iter().flat_map(|claim| &claim.items).collect();
    let counts = &review.counts;
    let fact = |number: usize, of: &str, href: &'static str| Fact {
        number: count(number as u64),
        of: of.to_owned(),
        href,
    };
    let view = View {
        style: include_str!("../templates/course.css"),
        figure_style: STYLE,
        synthesis_style: SYNTHESIS_STYLE,
        review_style: include_str!("../templates/review.css"),
        facts: vec![
            fact(counts.studies, "trials and cohorts", "#studies"),
            fact(counts.outcomes, "measured outcomes", "#studies"),
            fact(counts.comparisons, "published contrasts", "#studies"),
            fact(pools.len(), "pools computed now", "#pools"),
            fact(review.claims.len(), "claims checked", "#claims"),
        ],
        memory: counts.memory,
        layered: counts.layered,
        questions: review
            .questions
            .iter()
            .map(|reply| claims::question(reply, &items, &keys))
            .collect(),
        claims: review
            .claims
            .iter()
            .map(|claim| claims::claim(claim, &keys))
            .collect(),
        missing: pools::missing(review),
        rebuilt_summary: tables::rebuilt_summary(&review.rebuilt),
        rebuilt: review.rebuilt.iter().map(tables::rebuilt).collect(),
        studies: review.studies.iter().map(tables::study).collect(),
        pools,
        command: made.command.clone(),
        version: made.version.clone(),
        method: made.method.clone(),
    };
    render("review.html", include_str!("../templates/review.html"), &view)
}
