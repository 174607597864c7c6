//! Questions and claims of the page.

use euthymia_evidence::Verdict;
use euthymia_evidence::claims::{Bears, ClaimReport, Item, Reply, Role};
use serde::Serialize;

use super::links::{self, Link, Target};
use crate::course::words::capitalised;
use crate::figure::number::{count, fixed, percent, percent_range, significant, two_decimals};

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

/// `items` are those of the claims, which hold more of a number than a sentence does.
pub(super) fn question(reply: &Reply, items: &[&Item], pools: &[&str]) -> Question {
    let mut sources = Vec::new();
    let list = format!("#pages-{}", reply.id);
    let sentences = reply
        .sentences
        .iter()
        .map(|sentence| {
            let mut targets = Vec::new();
            for read in &sentence.numbers {
                let item = items.iter().find(|item| item.key == read.key);
                let says = match item {
                    Some(item) => format!("{}; {}", read.says, digits(item)),
                    None => read.says.clone(),
                };
                targets.extend(links::target(&read.key, &says, &read.sources, pools, Some(&list)));
            }
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
    let source = report.source_url.as_deref();
    let page = |says: &str| source.and_then(|url| links::page(says, url));
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
        differs: report
            .differs
            .as_ref()
            .filter(|_| !report.agrees)
            .map(|differs| links::of_one(differs, None)),
        wording: sentences(&report.wording, report, pools),
        not_shown: sentences(&report.not_shown, report, pools),
        items: report.items.iter().map(|item| line(item, pools)).collect(),
        reported: report.reported.as_ref().map(|reported| {
            let (percent, n) = (significant(reported.percent, 3), count(u64::from(reported.n)));
            let said = format!(
                "{percent} % of {n} people would have a 95 % interval from {} (Wilson), or {} (exact), if they had been counted.",
                percent_range(reported.wilson.0, reported.wilson.1),
                percent_range(reported.exact.0, reported.exact.1)
            );
            // Those that were read; the others follow from them.
            let read: Vec<Target> = page(&format!("{percent} of {n}")).into_iter().collect();
            links::sentence(&said, &read)
        }),
        note: report
            .note
            .as_ref()
            .map(|note| links::of_one(note, page(note).as_ref())),
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

/// Sentences with their numbers as links: a sentence is about the item with whose words it begins, one of no item is of
/// counts that have no page.
fn sentences(texts: &[String], report: &ClaimReport, pools: &[&str]) -> Vec<String> {
    texts
        .iter()
        .map(|text| {
            let target = item_of(text, &report.items)
                .and_then(|item| links::target(&item.key, "", &item.sources, pools, None));
            links::of_one(&capitalised(text), target.as_ref())
        })
        .collect()
}

/// The item with whose words a sentence begins; of two with the same words the page cannot tell which is meant.
fn item_of<'i>(text: &str, items: &'i [Item]) -> Option<&'i Item> {
    let begins = |item: &&Item| {
        let rest = text.strip_prefix(item.says.as_str());
        rest.is_some_and(|rest| rest.starts_with(": "))
    };
    let longest = items.iter().filter(begins).max_by_key(|item| item.says.len())?;
    let same = items.iter().filter(|item| item.says == longest.says).count();
    (same == 1).then_some(longest)
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
    let target = links::target(&item.key, "", &item.sources, pools, None);
    Line {
        says: item.says.clone(),
        counts: item.role == Role::For,
        bears,
        class,
        number: number(item),
        of: links::of_one(&of(item), target.as_ref()),
        href: target.map(|target| target.href),
        certainty: item
            .grade
            .as_ref()
            .map_or_else(String::new, |grade| grade.certainty.to_owned()),
        sources: if pools.contains(&item.key.as_str()) {
            Vec::new()
        } else {
            links::of_sources(&item.sources)
        },
        remarks: links::of_one(&item.remarks.join("; "), None),
    }
}

fn number(item: &Item) -> String {
    let Some(estimate) = item.estimate else {
        return "no number".to_owned();
    };
    let is_share = item.measure == "proportion";
    let one = |x: f64| if is_share { percent(x) } else { two_decimals(x) };
    let measure = if is_share {
        String::new()
    } else {
        format!("{} ", in_words(&item.measure))
    };
    match (item.low, item.high) {
        (Some(low), Some(high)) => format!("{measure}{} ({} to {})", one(estimate), one(low), one(high)),
        _ => format!("{measure}{}", one(estimate)),
    }
}

/// The name of a measure or of a unit as people write it.
fn in_words(measure: &str) -> String {
    measure.replace('_', " ")
}

fn of(item: &Item) -> String {
    let mut parts = item.basis();
    if let Some((low, high)) = item.prediction {
        parts.push(format!(
            "prediction {} to {}",
            two_decimals(low),
            two_decimals(high)
        ));
    }
    if let Some(i2) = item.i2.filter(|_| item.k.is_some_and(|k| k > 1)) {
        parts.push(format!("I² {} %", fixed(i2, 0)));
    }
    parts.join(", ")
}
