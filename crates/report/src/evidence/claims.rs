//! Claims, questions and rebuilt numbers in a terminal.

use euthymia_evidence::claims::{ClaimReport, Item, Reply, Role};
use euthymia_evidence::rebuild::{Rebuilt, Status};

use super::hanging;
use crate::figure::number::two_decimals;
use crate::lines::{Lines, Style};
use crate::terminal::Colour;

/// Claims with verdict, certainty and numbers; with every source and judgement where one is asked for.
#[must_use]
pub fn claims(claims: &[ClaimReport], in_full: bool, width: usize, colour: Colour) -> String {
    let mut out = Lines {
        text: String::new(),
        width,
        colour,
    };
    for (at, claim) in claims.iter().enumerate() {
        if at > 0 {
            out.blank();
        }
        one(&mut out, claim, in_full);
    }
    out.text
}

fn one(out: &mut Lines, claim: &ClaimReport, in_full: bool) {
    let head = format!("{} [{}] {}", claim.claim_id, claim.name, claim.claim);
    out.paragraph(&head, Style::Bold);
    let certainty = claim.curated_grade.as_deref().unwrap_or("not graded");
    out.paragraph(
        &format!("{}; certainty as curated: {certainty}", claim.verdict.word()),
        Style::Bold,
    );
    for said in &claim.wording {
        hanging(out, "  + ", said, Style::Plain);
    }
    if !claim.not_shown.is_empty() {
        out.line("  not shown:", Style::Plain);
        for said in &claim.not_shown {
            hanging(out, "  - ", said, Style::Plain);
        }
    }
    if let Some(reported) = &claim.reported {
        let percent = |share: f64| format!("{:.0} %", 100.0 * share);
        let counts: Vec<String> = reported.events.iter().map(ToString::to_string).collect();
        let said = format!(
            "{} % of {} people is {} of them; the 95 % interval of such a proportion is {} to {} (Wilson), {} to {} (exact)",
            reported.percent,
            reported.n,
            if counts.is_empty() {
                "no whole number".to_owned()
            } else {
                counts.join(" or ")
            },
            percent(reported.wilson.0),
            percent(reported.wilson.1),
            percent(reported.exact.0),
            percent(reported.exact.1)
        );
        hanging(out, "  ", &said, Style::Plain);
    }
    if let Some(said) = claim.numbers_say.filter(|_| !claim.agrees) {
        let why = claim.differs.as_deref().unwrap_or("nobody has said why");
        let told = format!(
            "the numbers here alone would say: {}; the verdict differs because {why}",
            said.word()
        );
        hanging(out, "  ", &told, Style::Plain);
    }
    if let Some(note) = &claim.note {
        hanging(out, "  ", &format!("curators: {note}"), Style::Dim);
    }
    if in_full {
        full(out, claim);
    }
    let basis: Vec<&str> = claim.rests_on.iter().map(|basis| basis.id.as_str()).collect();
    if !basis.is_empty() {
        hanging(out, "  ", &format!("rests on {}", basis.join(", ")), Style::Dim);
    }
}

fn full(out: &mut Lines, claim: &ClaimReport) {
    for item in &claim.items {
        let role = if item.role == Role::For {
            "counts"
        } else {
            "beside"
        };
        out.paragraph(
            &format!("{} ({}, {role}): {}", item.key, item.kind, item.says),
            Style::Bold,
        );
        number(out, item);
        for remark in &item.remarks {
            hanging(out, "    ", remark, Style::Dim);
        }
        if let Some(answer) = &item.answer {
            for study in &answer.selection.included {
                hanging(
                    out,
                    "    ",
                    &format!("{}: {}", study.label, study.arms),
                    Style::Plain,
                );
            }
            let left_out = answer.selection.excluded.len();
            if left_out > 0 {
                let said = format!(
                    "{left_out} more studies of such people are not pooled (--json names each with the reason)"
                );
                hanging(out, "    ", &said, Style::Dim);
            }
        }
        if let Some(grade) = &item.grade {
            let told = format!(
                "certainty {}, from {}; important is {}",
                grade.certainty, grade.start, grade.important
            );
            hanging(out, "    ", &told, Style::Plain);
            for domain in &grade.domains {
                hanging(
                    out,
                    "      ",
                    &format!("{}: {}, {}", domain.domain, domain.concern, domain.reason),
                    Style::Dim,
                );
            }
        }
        for source in &item.sources {
            hanging(out, "    ", &source.url, Style::Dim);
        }
    }
    for basis in &claim.rests_on {
        let url = basis.url.as_deref().unwrap_or("outside the tables");
        hanging(out, "  ", &format!("{}: {url}", basis.label), Style::Dim);
    }
    if let Some(url) = &claim.source_url {
        hanging(out, "  ", &format!("verdict read at {url}"), Style::Dim);
    }
}

fn number(out: &mut Lines, item: &Item) {
    let Some(estimate) = item.estimate else { return };
    let mut said = format!("{} {}", item.measure, two_decimals(estimate));
    if let (Some(low), Some(high)) = (item.low, item.high) {
        said.push_str(&format!(" ({} to {})", two_decimals(low), two_decimals(high)));
    }
    let basis = item.basis();
    if !basis.is_empty() {
        said.push_str(&format!("; {}", basis.join(", ")));
    }
    if let (Some(i2), Some(tau2)) = (item.i2, item.tau2) {
        said.push_str(&format!("; I² {i2:.0} %, tau² {}", two_decimals(tau2)));
    }
    if let Some((low, high)) = item.prediction {
        said.push_str(&format!(
            "; a new study: {} to {}",
            two_decimals(low),
            two_decimals(high)
        ));
    }
    if let Some(model) = &item.model {
        said.push_str(&format!("; {model}"));
    }
    hanging(out, "    ", &said, Style::Plain);
}

/// Questions with their answers; below each sentence its numbers.
#[must_use]
pub fn questions(replies: &[Reply], width: usize, colour: Colour) -> String {
    let mut out = Lines {
        text: String::new(),
        width,
        colour,
    };
    for (at, reply) in replies.iter().enumerate() {
        if at > 0 {
            out.blank();
        }
        out.paragraph(&reply.asks, Style::Bold);
        for sentence in &reply.sentences {
            out.paragraph(&sentence.text, Style::Plain);
            for number in &sentence.numbers {
                let more = number.sources.len().saturating_sub(1);
                let from = match (number.sources.first(), more) {
                    (Some(source), 0) => source.url.clone(),
                    (Some(source), more) => format!("{} and {more} more", source.url),
                    (None, _) => "no source".to_owned(),
                };
                hanging(&mut out, "    ", &format!("{}. {from}", number.says), Style::Dim);
            }
        }
    }
    out.text
}

/// Published pooled numbers beside ours, and what cannot be rebuilt with the reason.
#[must_use]
pub fn rebuilt(all: &[Rebuilt], width: usize, colour: Colour) -> String {
    let mut out = Lines {
        text: String::new(),
        width,
        colour,
    };
    let of = |status: Status| all.iter().filter(move |one| one.status == status);
    let shown = |values: [Option<f64>; 3]| {
        let text = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value}"));
        format!("{} ({} to {})", text(values[0]), text(values[1]), text(values[2]))
    };
    for (status, head) in [
        (Status::Rebuilt, "the same to the last printed digit"),
        (Status::Partly, "from a part of the inputs"),
        (Status::Differs, "another number"),
    ] {
        let rows: Vec<&Rebuilt> = of(status).collect();
        if rows.is_empty() {
            continue;
        }
        out.line(&format!("{head}: {}", rows.len()), Style::Bold);
        for row in rows {
            let computed = row
                .computed
                .map(|[a, b, c]| [a, b, c].map(|value| Some((value * 1e4).round() / 1e4)));
            let said = format!(
                "{}, {}, {}: published {}, computed {} from {} inputs ({})",
                row.label,
                row.contrast,
                row.outcome,
                shown(row.published),
                computed.map_or_else(|| "nothing".to_owned(), shown),
                row.k,
                row.how.as_deref().unwrap_or("-")
            );
            hanging(&mut out, "  ", &said, Style::Plain);
            if let Some(reason) = &row.reason {
                hanging(&mut out, "    ", reason, Style::Dim);
            }
            hanging(&mut out, "    ", &row.source_url, Style::Dim);
        }
    }
    out.line(
        &format!("cannot be rebuilt: {}", of(Status::Cannot).count()),
        Style::Bold,
    );
    for row in of(Status::Cannot) {
        let said = format!(
            "{}, {}, {}{}: {}",
            row.label,
            row.contrast,
            row.outcome,
            row.time
                .as_ref()
                .map_or_else(String::new, |time| format!(", {time}")),
            row.reason.as_deref().unwrap_or("no reason is known")
        );
        hanging(&mut out, "  ", &said, Style::Plain);
    }
    out.text
}
