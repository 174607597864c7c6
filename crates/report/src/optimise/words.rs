//! Values of a search in words.

use euthymia_therapy::optimise::{AimTold, Benefit, Estimate, Goal, KeepTold, Kept, Optimised, Point};

use crate::course::Fact;
use crate::figure::number::{fixed, percent, significant};

/// A benefit as it is said: `34 %`, `12.5`.
pub(super) fn value(aim: &AimTold, value: f64) -> String {
    match aim.goal {
        Goal::Remission | Goal::Response => percent(value),
        Goal::Score | Goal::DaysWell => fixed(value, 1),
    }
}

/// `34 % (21 to 49)`.
pub(super) fn estimate(aim: &AimTold, estimate: &Estimate) -> String {
    let said = value(aim, estimate.value);
    match estimate.interval {
        Some([low, high]) => format!("{said} ({} to {})", bare(aim, low), bare(aim, high)),
        None => said,
    }
}

fn bare(aim: &AimTold, value: f64) -> String {
    match aim.goal {
        Goal::Remission | Goal::Response => fixed(100.0 * value, 0),
        Goal::Score | Goal::DaysWell => fixed(value, 1),
    }
}

/// `+3 (-1 to 7)`, in percentage points, points or days.
pub(super) fn difference(aim: &AimTold, benefit: &Benefit) -> String {
    let signed = |value: f64| {
        let text = bare(aim, value);
        if value > 0.0 { format!("+{text}") } else { text }
    };
    match benefit.difference.interval {
        Some([low, high]) => {
            format!(
                "{} ({} to {})",
                signed(benefit.difference.value),
                signed(low),
                signed(high)
            )
        }
        None => signed(benefit.difference.value),
    }
}

/// A probability, or that it is not known.
pub(super) fn chance(probability: Option<f64>) -> String {
    probability.map_or_else(|| "not known".to_owned(), percent)
}

/// Something that must hold, as it is and how likely it holds.
pub(super) fn kept(keep: &KeepTold, kept: &Kept) -> String {
    let said = kept
        .value
        .map_or_else(|| "not told".to_owned(), |value| limit(keep, value));
    match kept.probability {
        Some(probability) if kept.interval.is_some() => format!("{said}; holds {}", percent(probability)),
        _ => said,
    }
}

/// A value in the unit of a limit.
pub(super) fn limit(keep: &KeepTold, value: f64) -> String {
    if keep.text.starts_with('P') {
        percent(value)
    } else {
        significant(value, 3)
    }
}

/// Three digits of a burden.
pub(super) fn burden(value: f64) -> String {
    significant(value, 3)
}

/// What a limit took away.
pub(super) fn excluded(keep: &KeepTold) -> String {
    let plural = if keep.excludes == 1 { "" } else { "s" };
    format!(
        "excludes {} schedule{plural}, {} of them alone",
        keep.excludes, keep.excludes_alone
    )
}

/// What the columns of [`row`] are.
pub(super) fn columns(result: &Optimised) -> String {
    let aims: Vec<&str> = result.aims.iter().map(|aim| aim.text.as_str()).collect();
    format!(
        "{}, {} (90 % interval), difference to the course as given, probability to be on the frontier",
        result.against.label.to_lowercase(),
        aims.join(", ")
    )
}

/// A schedule in a terminal: its words, its numbers.
pub(super) fn row(result: &Optimised, point: &Point) -> (String, String) {
    let benefits = result.aims.iter().zip(&point.benefits);
    let told: Vec<String> = benefits
        .map(|(aim, benefit)| {
            if point.is_given {
                estimate(aim, &benefit.estimate)
            } else {
                format!(
                    "{}, {}",
                    estimate(aim, &benefit.estimate),
                    difference(aim, benefit)
                )
            }
        })
        .collect();
    let frontier = point
        .on_frontier
        .map_or_else(String::new, |chance| format!(", {}", percent(chance)));
    let given = if point.is_given { " (as given)" } else { "" };
    (
        format!("{}{given}", point.label),
        format!("{}: {}{frontier}", burden(point.burden), told.join("; ")),
    )
}

/// What was searched for.
pub(super) fn searched(result: &Optimised) -> Vec<Fact> {
    let mut facts: Vec<Fact> = result
        .varied
        .iter()
        .map(|varied| Fact::new(&format!("Varied: {}", varied.text), varied.values.join(", ")))
        .collect();
    for aim in &result.aims {
        facts.push(Fact::new(
            &format!("Aim: {}", aim.text),
            format!("{}: {}", aim.label, aim.definition),
        ));
    }
    facts.push(Fact::new("Set against", result.against.label.clone()));
    let people = format!(
        "{} virtual patients, the same for every schedule; {} draws of the parameters, {} studies each; {} different sessions were \
         simulated, everything between them was followed in closed form",
        result.subjects, result.design.draws, result.design.studies_per_draw, result.sessions_simulated
    );
    facts.push(Fact::new("Tried in", people));
    facts
}

/// What no trial had, with the schedules of the frontier that it is about.
pub(super) fn beyond(result: &Optimised) -> Vec<String> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let all = result.frontier.iter().enumerate();
    for (at, point) in all {
        for sentence in &point.beyond {
            let number = (at + 1).to_string();
            match found.iter_mut().find(|(known, _)| known == sentence) {
                Some((_, numbers)) => numbers.push(number),
                None => found.push((sentence.clone(), vec![number])),
            }
        }
    }
    let whole = result.frontier.len();
    let told = |(sentence, numbers): (String, Vec<String>)| {
        if numbers.len() == whole {
            format!("{sentence} (All schedules of the frontier.)")
        } else if numbers.len() == 1 {
            format!("{sentence} (Schedule {}.)", numbers[0])
        } else {
            format!("{sentence} (Schedules {}.)", numbers.join(", "))
        }
    };
    found.into_iter().map(told).collect()
}
