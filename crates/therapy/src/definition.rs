//! Numbers and times as a person says them; used by labels, definitions and the answer's sentence.

/// A number without needless digits: `50`, `0.5`, `3.25`.
pub(crate) fn in_words(value: f64) -> String {
    let rounded = (value * 1000.0).round() / 1000.0;
    // -0 prints as "-0".
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
}

/// A duration in the largest unit that keeps it a short number: `40 min`, `3.5 d`, `4 weeks`.
pub(crate) fn duration(hours: f64) -> String {
    let whole = |value: f64| (value - value.round()).abs() < 1e-9;
    let weeks = hours / 168.0;
    let days = hours / 24.0;
    if weeks >= 2.0 && whole(weeks) {
        format!("{} weeks", in_words(weeks))
    } else if days >= 2.0 && whole(2.0 * days) {
        format!("{} days", in_words(days))
    } else if hours >= 2.0 && whole(2.0 * hours) {
        format!("{} h", in_words(hours))
    } else {
        format!("{} min", in_words(hours * 60.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_said() {
        for (hours, words) in [
            (2.0 / 3.0, "40 min"),
            (1.0, "60 min"),
            (24.0, "24 h"),
            (84.0, "3.5 days"),
            (168.0, "7 days"),
            (672.0, "4 weeks"),
            (696.0, "29 days"),
        ] {
            assert_eq!(duration(hours), words);
        }
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(in_words(100.0 * 0.5), "50");
        assert_eq!(in_words(-0.0001), "0");
        assert_eq!(in_words(0.25), "0.25");
    }
}
