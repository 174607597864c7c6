//! When an arm was dosed, read from the words of the `schedule` column as far as matching needs it;
//! the times of its sessions, where the words tell them, in `times`.

mod times;

pub use times::{SessionTimes, session_times};

/// When an arm was dosed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// One dose.
    Single,
    /// The same number of sessions every week (at the start, where it changes later).
    Weekly {
        /// Sessions each week.
        per_week: f64,
        /// For how many weeks, where it is said.
        weeks: Option<f64>,
    },
    /// Something else, or not said: it matches nothing.
    Other,
}

/// Words that make a schedule something else even where it begins like a common one.
const UNLIKE: [&str; 5] = [
    "ascending",
    "re-randomised",
    "re-induction",
    "target-controlled",
    "until remission",
];

impl Schedule {
    /// Reads `single`, `2/wk x4wk` and `6 infusions over 3 wk`; anything else is [`Schedule::Other`].
    #[must_use]
    pub fn from_words(words: &str) -> Self {
        if UNLIKE.iter().any(|unlike| words.contains(unlike)) {
            return Self::Other;
        }
        if words.split([' ', ':', ',']).next() == Some("single") {
            return Self::Single;
        }
        sessions_per_week(words)
            .or_else(|| infusions_over_weeks(words))
            .unwrap_or(Self::Other)
    }
}

/// `2/wk x4wk ...`
fn sessions_per_week(words: &str) -> Option<Schedule> {
    let (per_week, rest) = words.trim_start_matches("open-label: ").split_once("/wk")?;
    let weeks = rest
        .strip_prefix(" x")
        .and_then(|rest| rest.split_once("wk"))
        .map(|(weeks, _)| weeks);
    Some(Schedule::Weekly {
        per_week: per_week.parse().ok()?,
        weeks: weeks.and_then(|weeks| weeks.parse().ok()),
    })
}

/// `6 infusions over 3 wk ...`
fn infusions_over_weeks(words: &str) -> Option<Schedule> {
    let (infusions, rest) = words.split_once(" infusions over ")?;
    let infusions: f64 = infusions.parse().ok()?;
    let weeks: f64 = rest.split_once(" wk")?.0.parse().ok()?;
    (weeks > 0.0).then(|| Schedule::Weekly {
        per_week: infusions / weeks,
        weeks: Some(weeks),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_tables() {
        let weekly = |per_week, weeks| Schedule::Weekly { per_week, weeks };
        for (words, expected) in [
            ("single", Schedule::Single),
            ("single (during anaesthesia)", Schedule::Single),
            (
                "single: bolus 0.25 mg/kg then 0.25 mg/kg/h for 45 min",
                Schedule::Single,
            ),
            ("single, weekly ascending", Schedule::Other),
            ("single (re-randomised day 4)", Schedule::Other),
            ("2/wk x4wk", weekly(2.0, Some(4.0))),
            ("2/wk x1wk (period 1)", weekly(2.0, Some(1.0))),
            (
                "2/wk x1wk (period 2, placebo non-responders re-randomised)",
                Schedule::Other,
            ),
            ("3/wk until remission, max 12", Schedule::Other),
            ("1/wk x3", weekly(1.0, None)),
            (
                "open-label: 2/wk x2wk, 1/wk x3wk, then 1/2wk",
                weekly(2.0, Some(2.0)),
            ),
            ("6 infusions over 3 wk, then CBT 14 wk", weekly(2.0, Some(3.0))),
            ("6 over 12 days", Schedule::Other),
            ("", Schedule::Other),
        ] {
            assert_eq!(Schedule::from_words(words), expected, "{words}");
        }
    }
}
