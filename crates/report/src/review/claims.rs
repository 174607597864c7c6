//! Questions and claims of the page.

use euthymia_evidence::Verdict;
use euthymia_evidence::claims::{Bears, ClaimReport, Item, Reply, Role};
use serde::Serialize;

use super::links::{self, Link, Target};
use crate::figure::number::{fixed, percent, percent_range, significant};

/// A question with its answer.
#[derive(Serialize)]
pub(super) struct Question {
    id: String,
    asks: String,
    /// Sentences as HTML.
    sentences: Vec<String>,
    /// Pages of numbers that are read, not pooled.
    sources: Vec<Link>,
}

pub(super) fn question(reply: &Reply, pools: &[&str]) -> Question {
    let mut sources = Vec::new();
    let sentences = reply
        .sentences
        .iter()
        .map(|sentence| {
            let numbers = sentence.numbers.iter();
            let targets: Vec<Target> = numbers
                .filter_map(|number| links::target(&number.key, &number.says, &number.sources, pools))
                .collect();
            let read = sentence
                .numbers
                .iter()
                .filter(|number| !pools.contains(&number.key.as_str()));
            for number in read {
                for link in links::of_sources(&number.sources) {
                    if !sources.contains(&link) {
                        sources.push(link);
                    }
                }
            }
            links::sentence(&sentence.text, &targets)
        })
        .collect();
    Question {
        id: reply.id.clone(),
        asks: reply.asks.clone(),
        sentences,
        sources,
    }
}

/// A claim with what bears on it.
#[derive(Serialize)]
pub(super) struct Claim {
    id: String,
    claim: String,
    verdict: &'static str,
    class: &'static str,
    grade: Option<String>,
    numbers_say: Option<String>,
    differs: Option<String>,
    wording: Vec<String>,
    not_shown: Vec<String>,
    items: Vec<Line>,
    reported: Option<String>,
    note: Option<String>,
    rests_on: Vec<Basis>,
    source: Option<Link>,
}

/// A study or review without which the claim would not stand.
#[derive(Serialize)]
struct Basis {
    text: String,
    href: Option<String>,
}

/// A number that bears on a claim.
#[derive(Serialize)]
struct Line {
    says: String,
    counts: bool,
    bears: &'static str,
    class: &'static str,
    number: String,
    href: Option<String>,
    of: String,
    certainty: String,
    sources: Vec<Link>,
    remarks: String,
}

fn verdict(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Supported => ("supported", "yes"),
        Verdict::Mixed => ("mixed", "part"),
        Verdict::NotSupported => ("not supported", "no"),
        Verdict::Untraceable => ("untraceable", "unknown"),
    }
}

pub(super) fn claim(report: &ClaimReport, pools: &[&str]) -> Claim {
    let (word, class) = verdict(report.verdict);
    let targets: Vec<Target> = report
        .items
        .iter()
        .filter_map(|item| links::target(&item.key, &digits(item), &item.sources, pools))
        .collect();
    let linked = |texts: &[String]| {
        let texts = texts.iter().map(|text| links::capitalised(text));
        texts.map(|text| links::sentence(&text, &targets)).collect()
    };
    let numbers_say = report
        .numbers_say
        .filter(|_| !report.agrees)
        .map(|said| format!("the numbers of these tables alone say: {}", verdict(said).0));
    Claim {
        id: report.name.clone(),
        claim: report.claim.clone(),
        verdict: word,
        class,
        grade: report.curated_grade.clone(),
        numbers_say,
        differs: report.differs.clone().filter(|_| !report.agrees),
        wording: linked(&report.wording),
        not_shown: linked(&report.not_shown),
        items: report.items.iter().map(|item| line(item, pools)).collect(),
        reported: report.reported.as_ref().map(|reported| {
            format!(
                "{} % of {} people would have a 95 % interval from {} (Wilson), or {} (exact), if they had been counted.",
                significant(reported.percent, 3),
                reported.n,
                percent_range(reported.wilson.0, reported.wilson.1),
                percent_range(reported.exact.0, reported.exact.1)
            )
        }),
        note: report.note.clone(),
        rests_on: report
            .rests_on
            .iter()
            .map(|basis| Basis {
                text: basis.label.clone(),
                href: basis.url.clone().filter(|url| links::is_address(url)),
            })
            .collect(),
        source: report
            .source_url
            .as_deref()
            .filter(|url| links::is_address(url))
            .map(|url| Link {
                text: links::called(url),
                href: url.to_owned(),
                locator: None,
            }),
    }
}

/// The words of an item with its numbers, to find it by.
fn digits(item: &Item) -> String {
    format!("{} {} {}", item.says, number(item), of(item))
}

fn line(item: &Item, pools: &[&str]) -> Line {
    let (bears, class) = match (item.role, item.bears) {
        (Role::Context, _) => ("beside", "beside"),
        (Role::For, Bears::Out) => ("bears it out", "yes"),
        (Role::For, Bears::Unclear) => ("does not tell", "part"),
        (Role::For, Bears::Against) => ("against it", "no"),
    };
    Line {
        says: item.says.clone(),
        counts: item.role == Role::For,
        bears,
        class,
        number: number(item),
        href: links::target(&item.key, "", &item.sources, pools).map(|target| target.href),
        of: of(item),
        certainty: item
            .grade
            .as_ref()
            .map_or_else(String::new, |grade| grade.certainty.to_owned()),
        sources: if pools.contains(&item.key.as_str()) {
            Vec::new()
        } else {
            links::of_sources(&item.sources)
        },
        remarks: item.remarks.join("; "),
    }
}

fn number(item: &Item) -> String {
    let Some(estimate) = item.estimate else {
        return "no number".to_owned();
    };
    let is_share = item.measure == "proportion";
    let one = |x: f64| if is_share { percent(x) } else { digits_of(x) };
    let measure = if is_share {
        String::new()
    } else {
        format!("{} ", item.measure)
    };
    match (item.low, item.high) {
        (Some(low), Some(high)) => format!("{measure}{} ({} to {})", one(estimate), one(low), one(high)),
        _ => format!("{measure}{}", one(estimate)),
    }
}

fn digits_of(x: f64) -> String {
    match x.abs() {
        size if size >= 100.0 => fixed(x, 0),
        size if size >= 0.0095 || size == 0.0 => fixed(x, 2),
        _ => significant(x, 2),
    }
}

fn of(item: &Item) -> String {
    let mut parts = item.basis();
    if let Some((low, high)) = item.prediction {
        parts.push(format!("prediction {} to {}", digits_of(low), digits_of(high)));
    }
    if let Some(i2) = item.i2.filter(|_| item.k.is_some_and(|k| k > 1)) {
        parts.push(format!("I² {} %", fixed(i2, 0)));
    }
    parts.join(", ")
}
