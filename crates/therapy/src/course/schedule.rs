//! When something is given: at regular intervals, at listed times, or on days of the week.

use super::quantity::{DURATION, TIME, element, optional};
use crate::definition::{duration, in_words};
use euthymia_diagnostics::Diagnostic;
use euthymia_document::{Item, Reader};

/// Times of a treatment or of sessions, and how they are said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Schedule {
    /// h, increasing.
    pub(crate) times_h: Vec<f64>,
    /// `8 doses, every 3.5 days`; without the noun: `8, every 3.5 days`.
    pub(crate) words: String,
}

/// More sessions than this in one treatment are taken for a mistake of the file.
const MOST_TIMES: i64 = 1000;

const WEEKDAYS: [(&str, u32); 14] = [
    ("mon", 0),
    ("tue", 1),
    ("wed", 2),
    ("thu", 3),
    ("fri", 4),
    ("sat", 5),
    ("sun", 6),
    ("monday", 0),
    ("tuesday", 1),
    ("wednesday", 2),
    ("thursday", 3),
    ("friday", 4),
    ("saturday", 5),
    ("sunday", 6),
];

/// Reads `start` with `every`/`count`, `times` or `weekdays`/`weeks`; once at `start` if none is there. Times after
/// the horizon are reported.
pub(crate) fn read(reader: &mut Reader<'_, '_>, noun: &str, horizon_h: Option<f64>) -> Option<Schedule> {
    let start_given = reader.has("start");
    let start = optional(reader, "start", &TIME, "h");
    if start_given && start.is_none() {
        reader.allow(&["every", "count", "times", "weekdays", "weeks"]);
        return None;
    }
    let start = start.unwrap_or(0.0);
    let several = ["every", "times", "weekdays"]
        .iter()
        .filter(|key| reader.has(key))
        .count()
        > 1;
    let form = reader.at_most_one_of(&["every", "times", "weekdays"]);
    companions(reader);
    let (offsets, key, words) = match form {
        _ if several => {
            reader.allow(&["count", "weeks"]);
            return None;
        }
        Some("every") => {
            let every = optional(reader, "every", &DURATION, "h");
            let count = reader.optional_integer("count", 1..=MOST_TIMES);
            let (every, count) = (every?, count?);
            let offsets: Vec<f64> = (0..count).map(|k| k as f64 * every).collect();
            (
                offsets,
                "count",
                format!("{}, every {}", counted(count, noun), duration(every)),
            )
        }
        Some("times") => {
            let offsets = reader.optional_array("times", |item| element(item, &TIME, "h"))?;
            increasing(reader, &offsets)?;
            let words = counted(offsets.len() as i64, noun);
            (offsets, "times", words)
        }
        Some(_) => {
            let days = reader.optional_array("weekdays", weekday);
            let weeks = reader.optional_integer("weeks", 1..=MOST_TIMES / 7);
            let (days, weeks) = (days?, weeks?);
            distinct_days(reader, &days)?;
            let offsets = on_weekdays(&days, weeks);
            let words = format!(
                "{} a week for {}",
                times_a_week(days.len()),
                counted(weeks, "week")
            );
            (offsets, "weeks", words)
        }
        None => (vec![0.0], "start", counted(1, noun)),
    };
    let times_h: Vec<f64> = offsets.into_iter().map(|offset| start + offset).collect();
    within_horizon(reader, key, &times_h, horizon_h)?;
    Some(Schedule { times_h, words })
}

/// Reports `count` without `every`, `weeks` without `weekdays`, and the reverse.
fn companions(reader: &mut Reader<'_, '_>) {
    for (key, needs, example) in [
        ("count", "every", "every = \"3.5 d\""),
        ("every", "count", "count = 8"),
        ("weeks", "weekdays", "weekdays = [\"mon\", \"thu\"]"),
        ("weekdays", "weeks", "weeks = 4"),
    ] {
        if reader.has(key) && !reader.has(needs) {
            let diagnostic = Diagnostic::error("C011", format!("`{key}` says nothing without `{needs}`"))
                .at(reader.source(), reader.span(key), format!("`{needs}` is missing"))
                .help(format!("add a line such as `{example}`"));
            reader.push(diagnostic);
            reader.allow(&[key]);
        }
    }
}

fn weekday(item: Item<'_, '_>) -> Option<u32> {
    item.choice(&WEEKDAYS)
}

fn distinct_days(reader: &mut Reader<'_, '_>, days: &[u32]) -> Option<()> {
    let mut sorted = days.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    if days.is_empty() {
        reader.report(
            "weekdays",
            "C012",
            "`weekdays` is empty",
            "expected at least one day",
        );
        return None;
    }
    if sorted.len() != days.len() {
        reader.report(
            "weekdays",
            "C012",
            "a day of the week is listed twice",
            "each day once",
        );
        return None;
    }
    Some(())
}

/// Hours from the first weekday listed, which is day 0.
fn on_weekdays(days: &[u32], weeks: i64) -> Vec<f64> {
    let first = days.first().copied().unwrap_or(0);
    let mut in_week: Vec<u32> = days.iter().map(|day| (day + 7 - first) % 7).collect();
    in_week.sort_unstable();
    (0..weeks)
        .flat_map(|week| {
            in_week
                .iter()
                .map(move |day| (week * 7) as f64 * 24.0 + f64::from(*day) * 24.0)
        })
        .collect()
}

fn increasing(reader: &mut Reader<'_, '_>, offsets: &[f64]) -> Option<()> {
    if offsets.is_empty() {
        reader.report("times", "C013", "`times` is empty", "expected at least one time");
        return None;
    }
    if offsets.len() as i64 > MOST_TIMES {
        let message = format!("`times` holds {} times, more than {MOST_TIMES}", offsets.len());
        reader.report("times", "C013", message, "too many");
        return None;
    }
    if let Some(at) = offsets.windows(2).position(|pair| pair[1] <= pair[0]) {
        let (before, after) = (duration(offsets[at]), duration(offsets[at + 1]));
        reader.report(
            "times",
            "C013",
            "`times` must increase",
            format!("{after} comes after {before}"),
        );
        return None;
    }
    Some(())
}

fn within_horizon(
    reader: &mut Reader<'_, '_>,
    key: &str,
    times_h: &[f64],
    horizon_h: Option<f64>,
) -> Option<()> {
    let horizon_h = horizon_h?;
    let late = times_h.iter().filter(|time| **time > horizon_h).count();
    let last = times_h.last().copied().unwrap_or(0.0);
    if late == 0 {
        return Some(());
    }
    let message = format!(
        "{late} of {} times fall after the horizon ({}); the last is at {} d",
        times_h.len(),
        duration(horizon_h),
        in_words(last / 24.0)
    );
    let diagnostic = Diagnostic::error("C014", message)
        .at(reader.source(), reader.span(key), "goes beyond the horizon")
        .help(format!(
            "make `horizon` at least \"{} d\", or give fewer",
            in_words((last / 24.0).ceil())
        ));
    reader.push(diagnostic);
    None
}

fn counted(count: i64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn times_a_week(days: usize) -> String {
    match days {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use euthymia_diagnostics::Source;

    const HORIZON_H: f64 = 2016.0;

    fn schedule(text: &str) -> (Option<Schedule>, Vec<Diagnostic>) {
        let document = euthymia_io::toml::document(&Source::new("course.toml", text))
            .0
            .unwrap();
        let mut diagnostics = Vec::new();
        let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
        let schedule = read(&mut reader, "dose", Some(HORIZON_H));
        reader.finish();
        (schedule, diagnostics)
    }

    fn right(text: &str) -> (Vec<f64>, String) {
        let (schedule, diagnostics) = schedule(text);
        assert_eq!(diagnostics, []);
        let schedule = schedule.unwrap();
        (
            schedule.times_h.iter().map(|time| time / 24.0).collect(),
            schedule.words,
        )
    }

    #[test]
    fn once_without_a_word() {
        assert_eq!(right(""), (vec![0.0], "1 dose".to_owned()));
        assert_eq!(right("start = \"2 d\""), (vec![2.0], "1 dose".to_owned()));
    }

    #[test]
    fn at_intervals_from_the_start() {
        let every = right("start = \"1 d\"\nevery = \"3.5 d\"\ncount = 3");
        assert_eq!(every, (vec![1.0, 4.5, 8.0], "3 doses, every 3.5 days".to_owned()));
    }

    #[test]
    fn at_listed_times_from_the_start() {
        let times = right("start = \"1 d\"\ntimes = [\"0 h\", \"12 h\", \"3 d\"]");
        assert_eq!(times, (vec![1.0, 1.5, 4.0], "3 doses".to_owned()));
    }

    #[test]
    fn on_weekdays_from_the_first_listed() {
        let days = right("weekdays = [\"mon\", \"wed\", \"fri\"]\nweeks = 2");
        assert_eq!(
            days,
            (
                vec![0.0, 2.0, 4.0, 7.0, 9.0, 11.0],
                "3 times a week for 2 weeks".to_owned()
            )
        );
        // Thursday is day 0, so Monday is day 4.
        let days = right("weekdays = [\"thursday\", \"mon\"]\nweeks = 1");
        assert_eq!(days, (vec![0.0, 4.0], "twice a week for 1 week".to_owned()));
    }

    #[test]
    fn the_horizon_is_the_last_moment() {
        assert_eq!(right("every = \"7 d\"\ncount = 13").0.last(), Some(&84.0));
        let (none, diagnostics) = schedule("every = \"7 d\"\ncount = 14");
        assert_eq!((none, diagnostics.len(), diagnostics[0].code), (None, 1, "C014"));
    }
}
