//! Times, counts and changes in words.

use crate::figure::number::significant;

/// A stretch of time in words: `40 minutes`, `24 hours`, `10 days`, `4 weeks`.
#[must_use]
pub(crate) fn span(hours: f64) -> String {
    let (value, one, many) = if hours < 1.95 && hours != 1.0 {
        (hours * 60.0, "minute", "minutes")
    } else if hours < 71.5 {
        (hours, "hour", "hours")
    } else if is_whole(hours / 168.0) && hours >= 335.0 {
        (hours / 168.0, "week", "weeks")
    } else {
        (hours / 24.0, "day", "days")
    };
    let shown = if is_whole(value) { value.round() } else { value };
    let text = significant(shown, if shown < 10.0 { 2 } else { 3 });
    let unit = if text == "1" { one } else { many };
    format!("{text}\u{a0}{unit}")
}

/// A moment on the course's clock: `at the start`, `after 24 hours`.
#[must_use]
pub(crate) fn instant(hours: f64) -> String {
    if hours == 0.0 {
        "at the start".to_owned()
    } else if hours < 0.0 {
        format!("{} before the start", span(-hours))
    } else {
        format!("after {}", span(hours))
    }
}

/// A moment in as few letters as a table cell has: `40 min`, `24 h`, `day 10`, `week 4`.
#[must_use]
pub(crate) fn short_instant(hours: f64) -> String {
    if hours == 0.0 {
        "start".to_owned()
    } else if hours < 1.95 && hours != 1.0 {
        format!("{}\u{a0}min", significant(hours * 60.0, 3))
    } else if hours < 71.5 {
        format!("{}\u{a0}h", significant(hours, 3))
    } else if is_whole(hours / 168.0) && hours >= 335.0 {
        format!("{}\u{a0}weeks", significant((hours / 168.0).round(), 3))
    } else {
        format!("{}\u{a0}days", significant(hours / 24.0, 3))
    }
}

/// `1 dose`, `8 doses`.
#[must_use]
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!(
        "{}\u{a0}{}",
        crate::figure::number::count(count),
        if count == 1 { one } else { many }
    )
}

/// A moment after a number: a comma keeps two numbers apart (`25.2, 24 hours after the dose`).
#[must_use]
pub(crate) fn after_number(moment: &str) -> String {
    if moment.starts_with(|first: char| first.is_ascii_digit()) {
        format!(", {moment}")
    } else {
        format!(" {moment}")
    }
}

/// The first letter as a capital, unless it belongs to a name that is written so (`mTORC1`).
#[must_use]
pub(crate) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(_) if text.chars().nth(1).is_some_and(char::is_uppercase) => text.to_owned(),
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// A label inside a sentence: without its capital, unless that belongs to a name or an abbreviation (`MADRS score`,
/// `S-ketamine`).
#[must_use]
pub(crate) fn in_sentence(label: &str) -> String {
    let mut characters = label.chars();
    match (characters.next(), characters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(label.chars().skip(1)).collect()
        }
        _ => label.to_owned(),
    }
}

/// `a`, `a and b`, `a, b and c`.
#[must_use]
pub(crate) fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 0.01 && value.round() >= 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_use_the_unit_people_would() {
        let shown: Vec<String> = [
            2.0 / 3.0,
            1.0,
            2.0,
            24.0,
            36.5,
            72.0,
            168.0,
            336.0,
            600.0,
            672.0,
            2016.0,
        ]
        .map(span)
        .to_vec();
        let plain: Vec<String> = shown.iter().map(|text| text.replace('\u{a0}', " ")).collect();
        assert_eq!(
            plain,
            [
                "40 minutes",
                "1 hour",
                "2 hours",
                "24 hours",
                "36.5 hours",
                "3 days",
                "7 days",
                "2 weeks",
                "25 days",
                "4 weeks",
                "12 weeks"
            ]
        );
        assert_eq!(instant(0.0), "at the start");
        assert_eq!(
            ["Ketamine", "S-ketamine", "NMDA receptor", "x"].map(in_sentence),
            ["ketamine", "S-ketamine", "NMDA receptor", "x"]
        );
        assert_eq!(
            ["ketamine", "mTORC1", "x", ""].map(capitalised),
            ["Ketamine", "mTORC1", "X", ""]
        );
        assert_eq!(listed(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    }
}
