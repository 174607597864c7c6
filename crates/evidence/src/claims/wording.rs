//! What is said of a claim: nothing that its numbers do not say.

use crate::claim::Claim;
use crate::vocabulary::Verdict;

use super::item::Role;
use super::resolve::{Bears, Item};

/// What the numbers come to, and what they do not show.
pub(super) fn of_claim(claim: &Claim, items: &[Item], said: Option<Verdict>) -> (Vec<String>, Vec<String>) {
    let counted: Vec<&Item> = items.iter().filter(|item| item.role == Role::For).collect();
    let mut wording = vec![summary(claim, &counted, said)];
    wording.extend(
        counted
            .iter()
            .filter(|item| item.bears == Bears::Out)
            .map(|item| sentence(item)),
    );
    let not = counted.iter().filter(|item| item.bears != Bears::Out);
    (wording, not.map(|item| sentence(item)).collect())
}

fn summary(claim: &Claim, counted: &[&Item], said: Option<Verdict>) -> String {
    let all = counted.len();
    let yes = counted.iter().filter(|item| item.bears == Bears::Out).count();
    let against = counted.iter().filter(|item| item.bears == Bears::Against).count();
    let numbers = if all == 1 {
        "the one number".to_owned()
    } else {
        format!("the {all} numbers")
    };
    match said {
        None if claim.verdict == Verdict::Untraceable => {
            "its source was not found: it can neither be checked nor used".to_owned()
        }
        None => {
            "no number of patients in the tables bears on it; the verdict is the curators' reading".to_owned()
        }
        Some(Verdict::Supported) if all == 1 => "the one number that bears on it bears it out".to_owned(),
        Some(Verdict::Supported) => format!("all {all} numbers that bear on it bear it out"),
        Some(Verdict::NotSupported) if against > 0 => {
            format!("none of {numbers} that bear on it bears it out, {against} of them speak against it")
        }
        Some(Verdict::NotSupported) if all == 1 => {
            "the one number that bears on it does not bear it out".to_owned()
        }
        Some(Verdict::NotSupported) => format!("none of {numbers} that bear on it bears it out"),
        Some(_) => {
            let rest = all - yes - against;
            let mut said = format!(
                "{yes} of {numbers} that bear on it {} it out",
                if yes == 1 { "bears" } else { "bear" }
            );
            if against > 0 {
                let speak = if against == 1 { "speaks" } else { "speak" };
                said.push_str(&format!(", {against} {speak} against it"));
            }
            match rest {
                0 => {}
                1 => said.push_str(", one does not tell"),
                rest => said.push_str(&format!(", {rest} do not tell")),
            }
            said
        }
    }
}

/// One number in a sentence.
pub(crate) fn sentence(item: &Item) -> String {
    let Some(estimate) = item.estimate else {
        let why = item
            .remarks
            .first()
            .map_or_else(|| "no number".to_owned(), Clone::clone);
        return format!("{}: {why}", item.says);
    };
    let mut said = format!("{}: {} {}", item.says, item.measure, figure(estimate));
    if let (Some(low), Some(high)) = (item.low, item.high) {
        said.push_str(&format!(" ({} to {})", figure(low), figure(high)));
    }
    let mut of = item.basis();
    if let Some(i2) = item.i2.filter(|_| item.k.is_some_and(|k| k > 1)) {
        of.push(format!("I2 {i2:.0} %"));
    }
    if !of.is_empty() {
        said.push_str(&format!("; {}", of.join(", ")));
    }
    if item.reading != crate::Reading::Nothing {
        said.push_str(&format!("; {}", item.reading.words()));
    }
    if let Some(grade) = &item.grade {
        said.push_str(&format!("; certainty {}", grade.certainty));
    }
    said
}

/// Two decimals; fewer where a number is large, four where it is tiny.
pub(crate) fn figure(value: f64) -> String {
    let size = value.abs();
    let text = if size == 0.0 {
        "0".to_owned()
    } else if size < 0.01 {
        format!("{value:.4}")
    } else if size < 100.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.0}")
    };
    // `0.50` as `0.5`, `12.00` as `12`.
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
