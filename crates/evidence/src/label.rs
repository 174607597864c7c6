//! Short names for legends.

use crate::arm::{Arm, Dose};

/// A study by its name for people: `lii-2023` as `Lii 2023`, `ochs-ross-2020` as `Ochs-Ross 2020`, `sustain-3` as `SUSTAIN-3`.
pub fn study(study_id: &str) -> String {
    let parts: Vec<&str> = study_id.split('-').collect();
    let is_year = |part: &&str| part.len() >= 4 && part.bytes().take(4).all(|byte| byte.is_ascii_digit());
    match parts.iter().position(is_year) {
        Some(year) if year > 0 => {
            let author: Vec<String> = parts[..year].iter().map(|part| capitalised(part)).collect();
            let rest = parts[year..].join(" ");
            format!("{} {rest}", author.join("-"))
        }
        _ => study_id.to_uppercase(),
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// `Lii 2023, racemic NAME 0.5 mg/kg IV`: the study and what its arm received.
pub(crate) fn arm(arm: &Arm) -> String {
    format!("{}, {}", study(&arm.study_id), treatment(arm))
}

/// What an arm received: drug, dose, route.
pub(crate) fn treatment(arm: &Arm) -> String {
    let mut label = arm.drug.replace('-', " ");
    if let Some(dose) = &arm.dose {
        label.push(' ');
        label.push_str(&amount(dose));
        if let Some(route) = arm.route {
            label.push(' ');
            label.push_str(route.label());
        }
    }
    // What the schedule column adds in brackets sets the arm apart (`during anaesthesia`).
    if let Some((_, remark)) = arm.schedule_text.as_deref().and_then(|text| text.split_once('(')) {
        label.push_str(", ");
        label.push_str(remark.trim_end_matches(')'));
    }
    label
}

fn amount(dose: &Dose) -> String {
    let unit = dose.unit.word();
    if dose.minimum == dose.maximum {
        format!("{} {unit}", dose.minimum)
    } else {
        format!("{} to {} {unit}", dose.minimum, dose.maximum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn studies_read_like_citations() {
        assert_eq!(study("lii-2023"), "Lii 2023");
        assert_eq!(study("ochs-ross-2020"), "Ochs-Ross 2020");
        assert_eq!(study("singh-2016a"), "Singh 2016a");
        assert_eq!(study("wilkinson-2018-ipd"), "Wilkinson 2018 ipd");
        assert_eq!(study("sustain-3"), "SUSTAIN-3");
    }
}
